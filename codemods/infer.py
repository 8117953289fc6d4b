"""Classes of receivers that can be told without a type checker: self, annotations, calls, fixtures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeGuard

from codemods.data import Confidence
from codemods.declarations import receiver
from codemods.index import Classes, Function
from codemods.modules import Meaning
from codemods.scopes import ClassRef, Module, Scope

_WRAPPERS = frozenset({"Optional", "Union", "Final", "ClassVar", "Annotated", "Type", "type", "Awaitable"})
_MAPPINGS = frozenset({"Dict", "dict", "Mapping", "MutableMapping", "defaultdict"})


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

    # --- where an expression stands ---------------------------------------------------------------

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
        for outer in self.enclosing(node):
            if outer in self.module.functions:
                return self.module.functions[outer]
        return self.module.scope

    # --- what it is -------------------------------------------------------------------------------

    def known(self, node: ast.expr, depth: int = 0) -> Known | None:
        """What is known of an expression's class; None when nothing is."""
        if depth > 6:
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
            if isinstance(outer, Function | ast.Lambda):
                arguments = outer.args
                every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                argument = next((a for a in every if a.arg == node.id), None)
                if isinstance(outer, Function) and (found := self._local(node, outer, depth)):
                    return found
                if argument is not None:
                    return self._parameter(argument, outer, depth) if isinstance(outer, Function) else None
        meaning = self.modules.meaning(node, self.scope(node))
        if isinstance(meaning, ClassRef):
            return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} itself")
        return self._assigned(node, self.module.tree.body, depth)

    def _parameter(self, argument: ast.arg, function: Function, depth: int) -> Known | None:
        owner = self.parents.get(function)
        if isinstance(owner, ast.ClassDef) and receiver(function) == argument.arg:
            ref = self.class_of(function)
            return Known((ref,), Confidence.PROVEN, f"{argument.arg} in {ref.name}") if ref else None
        if argument.annotation is not None:
            return self._annotated(argument.annotation, f"parameter {argument.arg}")
        return self._fixture(argument.arg, function, depth)

    def _local(self, node: ast.Name, function: Function, depth: int) -> Known | None:
        return self._assigned(node, function.body, depth)

    def _assigned(self, node: ast.Name, body: list[ast.stmt], depth: int) -> Known | None:
        """A name that has one meaning only: every assignment in the body agrees."""
        found: list[Known] = []
        for statement in body:
            for inner in ast.walk(statement):
                match inner:
                    case ast.AnnAssign(target=ast.Name(id=node.id)):
                        return self._annotated(inner.annotation, f"{node.id} is annotated")
                    case (
                        ast.Assign(targets=[ast.Name(id=node.id)])
                        | ast.NamedExpr(target=ast.Name(id=node.id))
                    ):
                        found.append(self.known(inner.value, depth + 1) or Known((), Confidence.NAMED, ""))
                    case ast.withitem(optional_vars=ast.Name(id=node.id)):
                        found.append(
                            self.known(inner.context_expr, depth + 1) or Known((), Confidence.NAMED, "")
                        )
        classes = {k.classes for k in found}
        if len(classes) != 1 or not found[0].classes:
            return None
        return Known(found[0].classes, Confidence.INFERRED, f"{node.id} is {found[0].reason}")

    def _call(self, node: ast.Call, depth: int) -> Known | None:
        meaning = self.modules.meaning(node.func, self.scope(node))
        if isinstance(meaning, ClassRef):
            return Known((meaning,), Confidence.INFERRED, f"made by {meaning.name}(...)")
        for keyword in node.keywords:
            if keyword.arg in ("spec", "spec_set"):
                specced = self.modules.meaning(keyword.value, self.scope(node))
                if isinstance(specced, ClassRef):
                    return Known((specced,), Confidence.INFERRED, f"a mock with spec={specced.name}")
        if isinstance(node.func, ast.Name) and (function := self._function(node.func.id)):
            if function.returns is not None:
                return self._annotated(function.returns, f"what {function.name}() returns")
            return self._returned(function, depth)
        return None

    def _function(self, name: str) -> Function | None:
        bindings = self.module.scope.bindings.get(name, ())
        return next((b.node for b in bindings if isinstance(b.node, Function)), None)

    def _attribute(self, node: ast.Attribute, depth: int) -> Known | None:
        owner = self.known(node.value, depth + 1)
        for ref in owner.classes if owner else ():
            if ref is None:
                continue
            for ancestor in self.classes.mro(ref):
                if (info := self.classes.get(ancestor)) is None:
                    continue
                home = self.modules.get(ancestor.path)
                inside = Receivers(self.classes, home) if home is not self.module and home else self
                for node_of_class in info.nodes:
                    if found := inside._member(node_of_class.node, node.attr, depth):
                        return Known(
                            found.classes, Confidence.INFERRED, f"{node.attr} of {ref.name} is {found.reason}"
                        )
        return None

    def _member(self, body: ast.ClassDef, name: str, depth: int) -> Known | None:
        found: set[tuple[ClassRef | None, ...]] = set()
        last: Known | None = None
        for inner in ast.walk(body):
            match inner:
                case ast.AnnAssign(target=ast.Attribute(attr=attr) | ast.Name(id=attr)) if attr == name:
                    if known := self._annotated(inner.annotation, "annotated"):
                        return known
                case ast.Assign(targets=[ast.Attribute(attr=attr, value=ast.Name(id="self"))]) if (
                    attr == name
                ):
                    if (last := self.known(inner.value, depth + 1)) is not None:
                        found.add(last.classes)
        return last if len(found) == 1 else None

    # --- annotations ------------------------------------------------------------------------------

    def _annotated(self, annotation: ast.expr, what: str) -> Known | None:
        classes = tuple(dict.fromkeys(self._classes_in(annotation)))
        if not any(isinstance(c, ClassRef) for c in classes):
            return None
        names = " or ".join(c.name for c in classes if c)
        return Known(classes, Confidence.PROVEN, f"{what}: {names}")

    def _classes_in(self, node: ast.expr) -> Iterator[ClassRef | None]:
        match node:
            case ast.Constant(value=None):
                return
            case ast.Constant(value=str() as text):
                try:
                    inner = ast.parse(text, mode="eval").body
                except SyntaxError:
                    return
                yield from self._classes_in(inner)
            case ast.BinOp(op=ast.BitOr()):
                yield from self._classes_in(node.left)
                yield from self._classes_in(node.right)
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _WRAPPERS:
                parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                for part in parts[:1] if name == "Annotated" else parts:
                    yield from self._classes_in(part)
            case _:
                meaning: Meaning | None = self.modules.meaning(node, self.module.scope)
                yield meaning if isinstance(meaning, ClassRef) else None

    # --- pytest fixtures --------------------------------------------------------------------------

    def _fixture(self, name: str, function: Function, depth: int) -> Known | None:
        """A test's parameter is what the fixture of its name returns: nearest class, module, conftest."""
        if not (function.name.startswith("test") or _is_fixture(function)):
            return None
        places: list[tuple[Module, list[ast.stmt]]] = [
            (self.module, outer.body) for outer in self.enclosing(function) if isinstance(outer, ast.ClassDef)
        ]
        places.append((self.module, self.module.tree.body))
        places += [(m, m.tree.body) for m in self._conftests()]
        for module, body in places:
            for statement in body:
                if statement is not function and _provides(statement, name):
                    home = self if module is self.module else Receivers(self.classes, module)
                    found = home._returned(statement, depth + 1)
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

    def _returned(self, function: Function, depth: int) -> Known | None:
        results = [
            self.known(node.value, depth + 1)
            for node in ast.walk(function)
            if isinstance(node, ast.Return | ast.Yield) and node.value is not None
        ]
        if not results or any(r is None for r in results) or len({r.classes for r in results if r}) != 1:
            return None
        return results[0]


def _provides(statement: ast.stmt, name: str) -> TypeGuard[Function]:
    return isinstance(statement, Function) and _is_fixture(statement) and _fixture_name(statement) == name


def _is_fixture(function: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def _fixture_name(function: Function) -> str:
    for decorator in function.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return function.name
