"""Classes of the tree: their bases, their ancestors in order, and what their bodies hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from codemods.modules import External, Meaning, Modules
from codemods.scopes import ClassNode, ClassRef, Function, Module, statements


@dataclass(frozen=True, slots=True)
class Base:
    """A base in a class header and what it names."""

    node: ast.expr
    meaning: Meaning | None


@dataclass(frozen=True)
class ClassInfo:
    """A class with the bases its header names; ``nodes`` holds every statement that defines it."""

    ref: ClassRef
    nodes: tuple[ClassNode, ...]
    bases: tuple[Base, ...]

    @property
    def line(self) -> int:
        return self.nodes[0].node.lineno

    @property
    def parents(self) -> tuple[ClassRef, ...]:
        """The bases that are other classes of the tree."""
        found = (base.meaning for base in self.bases)
        return tuple(ref for ref in found if isinstance(ref, ClassRef) and ref != self.ref)

    def functions(self) -> Iterator[Function]:
        """The functions defined in the class body, in conditional blocks too."""
        for node in self.nodes:
            yield from (s for s in statements(node.node.body) if isinstance(s, Function))

    @cached_property
    def assignments(self) -> tuple[tuple[ast.Assign | ast.AnnAssign, Function | None], ...]:
        """The assignments in the class body, then those in its functions, each with its function."""
        own = [(s, None) for node in self.nodes for s in statements(node.node.body)]
        inner = [(n, function) for function in self.functions() for n in _blocks(function)]
        return tuple((n, f) for n, f in (*own, *inner) if isinstance(n, ast.Assign | ast.AnnAssign))

    @cached_property
    def attributes(self) -> tuple[ast.Attribute, ...]:
        """What the class statements name as part of something."""
        nodes = (n for node in self.nodes for n in ast.walk(node.node))
        return tuple(n for n in nodes if isinstance(n, ast.Attribute))

    def function(self, name: str) -> Function | None:
        """The last definition of a function of this name in the class body."""
        return next((f for f in reversed(list(self.functions())) if f.name == name), None)


def _blocks(function: Function) -> Iterator[ast.AST]:
    """The function and all statements in it, in the order of ``ast.walk``, which has expressions, too."""
    todo: list[ast.AST] = [function]
    for node in todo:
        yield node
        for name in ("body", "handlers", "cases", "orelse", "finalbody"):
            todo += getattr(node, name, ())


class Classes:
    """Classes of the tree by reference, read when asked for."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._infos: WeakKeyDictionary[Module, dict[str, ClassInfo]] = WeakKeyDictionary()
        self._lines: dict[ClassRef, tuple[ClassRef, ...]] = {}
        self.members: dict[ClassRef, Mapping[str, bool]] = {}
        """What ``declarations.members`` has found."""

    def get(self, ref: ClassRef) -> ClassInfo | None:
        module = self.modules.get(ref.path) if ref.path in self.modules.snapshot else None
        if module is None:
            return None
        infos = self._infos.setdefault(module, {})
        if ref.qualname not in infos and (nodes := module.classes.get(ref.qualname)):
            infos[ref.qualname] = self._info(ref, tuple(nodes))
        return infos.get(ref.qualname)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_infos"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._infos = WeakKeyDictionary()

    def _info(self, ref: ClassRef, nodes: tuple[ClassNode, ...]) -> ClassInfo:
        bases = tuple(Base(b, self.base(b, node)) for node in nodes for b in node.node.bases)
        return ClassInfo(ref, nodes, bases)

    def base(self, base: ast.expr, node: ClassNode) -> Meaning | None:
        """What a base in a class header is; one of the class's own name is what that was before."""
        name, bindings = node.node.name, node.scope.bindings[node.node.name]
        earlier = sum(binding.node.lineno < node.node.lineno for binding in bindings)
        return self.modules.meaning(base, node.scope, {(id(node.scope), name): earlier})

    def mro(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """The class and its ancestors in the tree, in Python's method resolution order (C3).

        A hierarchy that Python itself would refuse is given depth first.
        """
        if ref not in self._lines:
            self._lines[ref] = self._linear(ref, frozenset())
        return self._lines[ref]

    def unknown_base(self, ref: ClassRef) -> str | None:
        """A base of a class, or of one it inherits, that may be any class; None when all are known."""
        infos = [info for ancestor in self.mro(ref) if (info := self.get(ancestor))]
        bases = ((info, base) for info in infos for base in info.bases)
        return next((ast.unparse(base.node) for info, base in bases if not self._is_known(info, base)), None)

    def _is_known(self, info: ClassInfo, base: Base) -> bool:
        if not isinstance(base.node, ast.Call):
            return isinstance(base.meaning, ClassRef | External)
        # What a library makes of things from outside, such as a namedtuple, is outside too.
        names = (n for n in ast.walk(base.node) if isinstance(n, ast.Name))
        return all(isinstance(self.modules.meaning(n, info.nodes[0].scope), External) for n in names)

    def _linear(self, ref: ClassRef, seen: frozenset[ClassRef]) -> tuple[ClassRef, ...]:
        info = self.get(ref)
        if info is None or ref in seen:
            return (ref,)
        parents = [p for p in info.parents if p not in seen and p != ref]
        lines = [list(self._linear(p, seen | {ref})) for p in parents]
        return (ref, *_merge([*lines, list(parents)]))


def _merge(lines: list[list[ClassRef]]) -> Iterator[ClassRef]:
    while lines := [line for line in lines if line]:
        heads = (line[0] for line in lines)
        head = next((h for h in heads if not any(h in line[1:] for line in lines)), lines[0][0])
        yield head
        lines = [[ref for ref in line if ref != head] for line in lines]
