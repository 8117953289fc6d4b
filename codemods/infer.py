"""Classes of receivers that can be told without a type checker: self, annotations, calls, fixtures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods import spelled
from codemods.data import Confidence
from codemods.declarations import declarations, fixture_name, receiver
from codemods.index import Classes, ClassInfo, Function
from codemods.modules import bound_in
from codemods.scopes import Binding, ClassRef, Module, Scope, statements

_DEEP = 10  # steps from a name to what it stands for


@dataclass(frozen=True, slots=True)
class Known:
    """The classes a receiver may be of, and how that is known. External classes stand as None."""

    classes: tuple[ClassRef | None, ...]
    confidence: Confidence
    reason: str


class Receivers:
    """Receivers of one module, by the expression they are."""

    def __init__(self, classes: Classes, module: Module) -> None:
        self.classes = classes
        self.modules = classes.modules
        self.module = module
        self.parents = {child: node for node in ast.walk(module.tree) for child in ast.iter_child_nodes(node)}
        self._others: dict[PurePosixPath, Receivers] = {module.path: self}

    def within(self, module: Module) -> Receivers:
        """The receivers of another module, made once."""
        if module.path not in self._others:
            self._others[module.path] = Receivers(self.classes, module)
            self._others[module.path]._others = self._others
        return self._others[module.path]

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside out."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def class_of(self, node: ast.AST) -> ClassRef | None:
        """The innermost class whose body holds a node (its functions included)."""
        for outer in self.enclosing(node):
            if isinstance(outer, ast.ClassDef):
                for nodes in self.module.classes.values():
                    if any(n.node is outer for n in nodes):
                        return nodes[0].ref
        return None

    def scope(self, node: ast.AST) -> Scope:
        """The scope of the function a node stands in, else the module's."""
        for outer in self.enclosing(node):
            if (found := self.module.functions.get(outer)) and node not in _head(outer):
                return found
            node = outer
        return self.module.scope

    # --- what it is -------------------------------------------------------------------------------

    def known(self, node: ast.expr, depth: int = 0) -> Known | None:
        """What is known of an expression's class; None when nothing is."""
        if depth > _DEEP:
            return None
        match node:
            case ast.Name():
                return self._name(node, depth)
            case ast.Call(func=ast.Name(id="super")):
                if owner := self.class_of(node):
                    return Known((owner,), Confidence.PROVEN, f"super() in {owner.name}")
            case ast.Call():
                return self._call(node, depth)
            case ast.Attribute():
                return self._attribute(node, depth)
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                return self.known(node.value, depth + 1)
        return None

    def _name(self, node: ast.Name, depth: int) -> Known | None:
        for outer in self.enclosing(node):
            if isinstance(outer, Function):
                break
            if (values := spelled.looped(outer, node)) is not None:
                return self._any_of(values, depth)
        scope = self.scope(node)
        meaning = self.modules.meaning(node, scope)
        if isinstance(meaning, ClassRef):
            return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} itself")
        if (home := bound_in(scope, node.id)) is None:
            return None
        function = home.function
        arguments = [n for n in ast.walk(function.args) if isinstance(n, ast.arg)] if function else []
        argument = next((a for a in arguments if a.arg == node.id), None)
        if function is None or argument is None:
            return self._assigned(node.id, home.bindings[node.id], depth)
        # What is assigned to a parameter has to keep to its annotation; without one it may be anything.
        others = [b for b in home.bindings[node.id] if b.node is not function]
        if others and argument.annotation is None:
            return self._assigned(node.id, others, depth)
        return self._parameter(argument, function, depth)

    def _parameter(self, argument: ast.arg, function: Function, depth: int) -> Known | None:
        owner = self.parents.get(function)
        if isinstance(owner, ast.ClassDef) and receiver(function) == argument.arg:
            ref = self.class_of(function)
            return Known((ref,), Confidence.PROVEN, f"{argument.arg} in {ref.name}") if ref else None
        if argument.annotation is not None:
            if argument in (function.args.vararg, function.args.kwarg):
                return None
            return self.annotated(argument.annotation, f"parameter {argument.arg}", self.scope(function))
        return self._fixture(argument.arg, function, depth)

    def _assigned(self, name: str, bindings: list[Binding], depth: int) -> Known | None:
        """A name that has one meaning only: every binding says the same, None apart."""
        found: list[Known | None] = []
        for binding in bindings:
            if isinstance(binding.node, ast.AnnAssign):
                scope = self.scope(binding.node)
                return self.annotated(binding.node.annotation, f"{name} is annotated", scope)
            values = spelled.given(binding, name)
            if not values or not all(map(_is_none, values)):
                found.append(self._any_of(values, depth))
        return _agreed(found, f"{name} is")

    def _any_of(self, values: list[ast.expr], depth: int) -> Known | None:
        """What may be any of these; nothing where one of them is not known."""
        found = [self.known(value, depth + 1) for value in values]
        every = [known for known in found if known]
        if not every or len(every) < len(found):
            return None
        classes = tuple(dict.fromkeys(ref for known in every for ref in known.classes))
        reason = " or ".join(dict.fromkeys(known.reason for known in every))
        return Known(classes, Confidence.INFERRED, reason)

    def _call(self, node: ast.Call, depth: int) -> Known | None:
        scope = self.scope(node)
        made = [self.modules.meaning(f, scope) for f in self._options(node.func) or [node.func]]
        classes = tuple(meaning for meaning in made if isinstance(meaning, ClassRef))
        if len(classes) == len(made):
            names = " or ".join(f"{ref.name}(...)" for ref in classes)
            return Known(classes, Confidence.INFERRED, f"made by {names}")
        if model := spelled.model(node):
            known = self.known(model, depth + 1)
            names = " or ".join(ref.name for ref in known.classes if ref) if known else ""
            return Known(known.classes, Confidence.INFERRED, f"a mock with spec={names}") if known else None
        if ast.unparse(node.func).endswith(".getfixturevalue"):
            return self._requested(node, depth)
        if isinstance(node.func, ast.Name) and (function := self._function(node.func.id, scope)):
            if function.returns is not None:
                what = f"what {function.name}() returns"
                return self.annotated(function.returns, what, self.scope(function))
            return self._returned(function, depth)
        return None

    @staticmethod
    def _function(name: str, scope: Scope) -> Function | None:
        """The function a name stands for, when it can stand for nothing else."""
        found = bound_in(scope, name)
        nodes = [binding.node for binding in found.bindings[name]] if found else []
        only = nodes[0] if len(nodes) == 1 else None
        return only if isinstance(only, Function) and only.name == name else None

    def _attribute(self, node: ast.Attribute, depth: int) -> Known | None:
        if values := self._options(node):
            return self._any_of(values, depth)
        owner = self.known(node.value, depth + 1)
        for ref in owner.classes if owner else ():
            if ref is None:
                continue
            for ancestor in self.classes.mro(ref):
                info = self.classes.get(ancestor)
                home = self.modules.get(ancestor.path) if info else None
                if info and home and (found := self.within(home)._member(info, node.attr, depth)):
                    reason = f"{node.attr} of {ref.name} is {found.reason}"
                    return Known(found.classes, Confidence.INFERRED, reason)
        return None

    def _member(self, info: ClassInfo, name: str, depth: int) -> Known | None:
        found: list[Known | None] = []
        for statement in (d.statement for d in declarations(info) if d.name == name):
            if isinstance(statement, ast.AnnAssign):
                return self.annotated(statement.annotation, "annotated", self.scope(statement))
            if not _is_none(statement.value):
                found.append(self.known(statement.value, depth + 1))
        return _agreed(found, "")

    # --- annotations ------------------------------------------------------------------------------

    def annotated(self, annotation: ast.expr, what: str, scope: Scope) -> Known | None:
        classes = tuple(dict.fromkeys(spelled.classes_in(self.modules, annotation, scope)))
        if not any(isinstance(c, ClassRef) for c in classes):
            return None
        names = " or ".join(c.name for c in classes if c)
        return Known(classes, Confidence.PROVEN, f"{what}: {names}")

    # --- pytest fixtures --------------------------------------------------------------------------

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
        return _agreed(found, "") if len(found) == len(nodes) else None

    def _fixture(self, name: str, function: Function, depth: int) -> Known | None:
        """A test's parameter is what it is parametrized with, else what the fixture of its name returns."""
        if not (function.name.startswith("test") or fixture_name(function)):
            return None
        values = spelled.parametrized((function, *self._around(function)), name)
        return self._given_by(name, function, depth) if values is None else self._any_of(values, depth)

    def _given_by(self, name: str, function: Function, depth: int) -> Known | None:
        """What the fixture of a name gives to a function: nearest class, module, conftest."""
        outer = [n for n in self._around(function) if isinstance(n, ast.ClassDef)]
        places: list[tuple[Module, list[ast.stmt]]] = [(self.module, node.body) for node in outer]
        places.append((self.module, self.module.tree.body))
        places += [(m, m.tree.body) for m in self._conftests()]
        for module, body in places:
            for statement in body:
                if not isinstance(statement, Function) or statement is function:
                    continue
                if fixture_name(statement) == name:
                    found = self.within(module)._given(statement, depth + 1)
                    where = f"{module.path}:{statement.lineno}"
                    if found is None:
                        return None
                    reason = f"the fixture in {where}, which returns {found.reason}"
                    return Known(found.classes, Confidence.INFERRED, reason)
        return None

    def _conftests(self) -> Iterator[Module]:
        for parent in self.module.path.parents:
            path = parent / PurePosixPath("conftest.py")
            if (
                path != self.module.path
                and path in self.modules.snapshot
                and (module := self.modules.get(path))
            ):
                yield module

    def _given(self, fixture: Function, depth: int) -> Known | None:
        """What a fixture gives to a test: what it says it does, else what it returns."""
        says = spelled.yielded(fixture)
        known = self.annotated(says, "annotated", self.scope(fixture)) if says else None
        return known or self._returned(fixture, depth)

    def _returned(self, function: Function, depth: int) -> Known | None:
        results: list[Known | None] = []
        for statement in statements(function.body):
            match statement:
                case (
                    ast.Return(value=ast.expr() as value)
                    | ast.Expr(value=ast.Yield(value=ast.expr() as value))
                ):
                    results.append(self.known(value, depth + 1))
        return _agreed(results, "")


def _agreed(found: list[Known | None], prefix: str) -> Known | None:
    first = found[0] if found else None
    if first is None or any(k is None or k.classes != first.classes for k in found):
        return None
    return Known(first.classes, Confidence.INFERRED, f"{prefix} {first.reason}".strip())


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _head(node: ast.AST) -> tuple[ast.AST | None, ...]:
    """The parts of a function that stand outside it."""
    return (node.args, node.returns, *node.decorator_list) if isinstance(node, Function) else ()
