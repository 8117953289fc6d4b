"""The classes of receivers that can be told without a type checker, those that pytest makes included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from codemods import spelled
from codemods.calls import Calls
from codemods.data import Confidence
from codemods.declarations import fixture_name
from codemods.known import Known, agreed
from codemods.scopes import Function, Module, statements


class Receivers(Calls):
    """Receivers of one module, by the expression they are: fixtures, parametrized tests and what flows."""

    def _around(self, node: ast.AST) -> list[Function | ast.ClassDef]:
        """The functions and classes around a node, from the inside out."""
        return [n for n in self.enclosing(node) if isinstance(n, Function | ast.ClassDef)]

    def _options(self, node: ast.expr) -> list[ast.expr]:
        """What a parametrized argument or ``request.param`` may stand for."""
        around = self._around(node)
        if isinstance(node, ast.Name) and around:
            arguments = ast.walk(around[0].args) if isinstance(around[0], Function) else ()
            if any(isinstance(a, ast.arg) and a.arg == node.id for a in arguments):
                return spelled.parametrized(around, node.id) or []
        match node:
            case ast.Attribute(value=ast.Name(id="request"), attr="param") if around:
                return spelled.params(around[0])
        return []

    def _requested(self, call: ast.Call, depth: int) -> Known | None:
        """What ``request.getfixturevalue`` answers."""
        function = next((n for n in self._around(call) if isinstance(n, Function)), None)
        nodes = [option for node in call.args for option in self._options(node) or [node]]
        found = [self._given_by(n, function, depth) for n in spelled.names_of(nodes)] if function else []
        return agreed(found, "") if len(found) == len(nodes) else None

    def _call(self, node: ast.Call, depth: int) -> Known | None:
        return super()._call(node, depth) or self._made_by_fixture(node, depth)

    def _made_by_fixture(self, call: ast.Call, depth: int) -> Known | None:
        """What a function answers that a fixture gives to a test."""
        function = next((n for n in self._around(call) if isinstance(n, Function)), None)
        if function is None or not isinstance(call.func, ast.Name):
            return None
        if call.func.id not in {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}:
            return None
        for module, fixture in self._fixtures(call.func.id, function):
            inner = {f.name: f for f in fixture.body if isinstance(f, Function)}
            given = [s.value for s in fixture.body if isinstance(s, ast.Return)]
            made = inner.get(given[0].id) if len(given) == 1 and isinstance(given[0], ast.Name) else None
            return self.within(module)._answer(made, depth + 1) if made else None
        return None

    def _fixture(self, name: str, function: Function, depth: int) -> Known | None:
        """A test's parameter is what it is parametrized with, else what the fixture of its name returns."""
        if not (function.name.startswith("test") or fixture_name(function)):
            return None
        values = spelled.parametrized((function, *self._around(function)), name)
        return self._given_by(name, function, depth) if values is None else self._any_of(values, depth)

    def _given_by(self, name: str, function: Function, depth: int) -> Known | None:
        """What the fixture of a name gives to a function."""
        for module, fixture in self._fixtures(name, function):
            found = self.within(module)._given(fixture, depth + 1)
            if found is None:
                return None
            values = (getattr(s, "value", None) for s in statements(fixture.body))
            gives = "yields" if any(isinstance(v, ast.Yield) for v in values) else "returns"
            reason = f"the fixture in {module.path}:{fixture.lineno}, which {gives} {found.reason}"
            return Known(found.classes, Confidence.INFERRED, reason)
        return None

    def _fixtures(self, name: str, function: Function) -> Iterator[tuple[Module, Function]]:
        """The fixtures of a name that a function could be given: nearest class, module, conftest."""
        outer = [n for n in self._around(function) if isinstance(n, ast.ClassDef)]
        places: list[tuple[Module, list[ast.stmt]]] = [(self.module, node.body) for node in outer]
        places.append((self.module, self.module.tree.body))
        places += [(m, m.tree.body) for m in self._conftests()]
        for module, body in places:
            for statement in body:
                if not isinstance(statement, Function) or statement is function:
                    continue
                if fixture_name(statement) == name:
                    yield module, statement

    def _conftests(self) -> Iterator[Module]:
        for parent in self.module.path.parents:
            path = parent / PurePosixPath("conftest.py")
            if (
                path != self.module.path
                and path in self.modules.snapshot
                and (module := self.modules.get(path))
            ):
                yield module
