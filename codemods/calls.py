"""What calls answer: classes, methods, functions, context managers, and mocks of them."""

from __future__ import annotations

import ast
from abc import abstractmethod
from pathlib import PurePosixPath

from codemods import spelled
from codemods.data import Confidence
from codemods.declarations import decorators, owns
from codemods.flow import Flow
from codemods.known import Known, agreed
from codemods.modules import ModuleRef, bound_in
from codemods.scopes import Binding, ClassRef, Function, statements

_TRANSPARENT = frozenset({"property", "cached_property", "staticmethod", "classmethod", "cache", "lru_cache"})
"""Decorators that leave what a function answers as it is."""


class Calls(Flow):
    """Receivers of one module, with what is called."""

    def _call(self, node: ast.Call, depth: int) -> Known | None:
        scope = self.scope(node)
        made = [self.modules.meaning(f, scope) for f in self._options(node.func) or [node.func]]
        classes = tuple(meaning for meaning in made if isinstance(meaning, ClassRef))
        if len(classes) == len(made):
            names = " or ".join(f"{ref.name}(...)" for ref in classes)
            return Known(classes, Confidence.INFERRED, names)
        if model := spelled.model(node):
            known = self.known(model, depth + 1)
            names = " or ".join(ref.name for ref in known.classes if ref) if known else ""
            return Known(known.classes, Confidence.INFERRED, f"a mock with spec={names}") if known else None
        if ast.unparse(node.func).endswith(".getfixturevalue"):
            return self._requested(node, depth)
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[value]):
                return self.known(value, depth + 1)
            case ast.Call(func=ast.Attribute(attr="enter_context"), args=[value]):
                return self._entered(value, depth, "__enter__")
            case ast.Call(func=ast.Attribute(attr="enter_async_context"), args=[value]):
                return self._entered(value, depth, "__aenter__")
        if found := self._function(node):
            home, function = found
            return home._answer(function, depth)
        if isinstance(node.func, ast.Attribute):
            return self._through(self.known(node.func.value, depth + 1), node.func.attr, depth)
        return None

    def _function(self, call: ast.expr) -> tuple[Flow, Function] | None:
        """The function that is called by its name, and where it stands; it must stand for nothing else."""
        match call:
            case ast.Call(func=ast.Name(id=name)) if home := bound_in(self.scope(call), name):
                return self._meant(home.bindings[name], name)
            case ast.Call(func=ast.Attribute(attr=name, value=value)):
                module = self.modules.meaning(value, self.scope(call))
                return self._elsewhere(module.path, name) if isinstance(module, ModuleRef) else None
        return None

    def _meant(self, bindings: list[Binding], name: str) -> tuple[Flow, Function] | None:
        match bindings:
            case [Binding(node=node, source=None)] if isinstance(node, Function) and node.name == name:
                return self, node
            case [Binding(source=str() as source, name=str() as imported)]:
                path = self.modules.source(source, self.module.path)
                return self._elsewhere(path, imported) if path and path != self.module.path else None
        return None

    def _elsewhere(self, path: PurePosixPath, name: str) -> tuple[Flow, Function] | None:
        module = self.modules.get(path) if path in self.modules.snapshot else None
        bindings = module.scope.bindings.get(name, []) if module else []
        # One step: what is imported there from yet another module is not followed.
        only = bindings[0].node if len(bindings) == 1 else None
        if module is None or not isinstance(only, Function) or only.name != name:
            return None
        return self.within(module), only

    def _answer(self, function: Function, depth: int) -> Known | None:
        """What calling a function answers: what its annotation says, else what it returns."""
        if function.returns is not None:
            return self.annotated(function.returns, f"what {function.name}() returns", self.scope(function))
        generates = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(function))
        if generates or not decorators(function) <= _TRANSPARENT:
            return None
        return self._returned(function, depth)

    def _through(self, known: Known | None, method: str, depth: int) -> Known | None:
        return agreed([self._answered(ref, method, depth) for ref in known.classes] if known else [], "")

    def _answered(self, ref: ClassRef | None, method: str, depth: int) -> Known | None:
        for ancestor in self.classes.mro(ref) if ref else ():
            info, home = self.classes.get(ancestor), self.modules.get(ancestor.path)
            if info and home and (function := info.function(method)):
                found = self.within(home)._answer(function, depth)
                # What answers itself answers an object of the class that was asked.
                itself = found and not function.returns and found.classes == (ancestor,)
                says = ast.unparse(function.returns).strip("'\"") if function.returns else ""
                if not itself and not says.endswith("Self"):
                    return found
                return Known((ref,), Confidence.INFERRED, f"what {method}() of {ancestor.name} returns")
        return None

    def delegate(self, ref: ClassRef) -> Known | None:
        """What a class asks for the names that it does not have, as its ``__getattr__`` says."""
        for ancestor in self.classes.mro(ref):
            info, home = self.classes.get(ancestor), self.modules.get(ancestor.path)
            if info and home and (function := info.function("__getattr__")):
                answers = [s.value for s in statements(function.body) if isinstance(s, ast.Return)]
                match answers, function.args.args:
                    case [ast.Call(func=ast.Name(id="getattr"), args=[to, ast.Name(id=name)])], [_, asked]:
                        return self.within(home).known(to) if name == asked.arg else None
                return None
        return None

    def _entered(self, value: ast.expr, depth: int, method: str) -> Known | None:
        called = self._function(value)
        if called and decorators(called[1]) & {"contextmanager", "asynccontextmanager"}:
            return called[0]._given(called[1], depth)
        known = self.known(value, depth + 1)
        # One that has it from outside the tree answers itself.
        own = known and any(ref and owns(self.classes, ref, method) for ref in known.classes)
        return self._through(known, method, depth) if own else known

    def _given(self, function: Function, depth: int) -> Known | None:
        says = spelled.yielded(function)
        known = self.annotated(says, "annotated", self.scope(function)) if says else None
        return known or self._returned(function, depth)

    def _returned(self, function: Function, depth: int) -> Known | None:
        results: list[Known | None] = []
        for statement in statements(function.body):
            match statement:
                case (
                    ast.Return(value=ast.expr() as value)
                    | ast.Expr(value=ast.Yield(value=ast.expr() as value))
                ):
                    if not spelled.is_none(value):
                        results.append(self.known(value, depth + 1))
        return agreed(results, "")

    @abstractmethod
    def _requested(self, call: ast.Call, depth: int) -> Known | None:
        """What a call answers that asks for an object by a name."""
