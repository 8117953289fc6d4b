"""Declarations that can go, for the root class says the same."""

from __future__ import annotations

import ast

from codemods.classes import ClassInfo
from codemods.data import Attribute, Spec
from codemods.declarations import alone, comes_late, declarations, is_abstract, is_trivial, receiver, sets
from codemods.foreign import is_foreign
from codemods.index import Index
from codemods.infer import Receivers
from codemods.roles import Part, Role
from codemods.scopes import ClassRef, Function
from codemods.sides import layer_path


def declared(index: Index, spec: Spec) -> tuple[Attribute, ...]:
    """The attributes that the root is to declare: those that it gives no value of its own at the start."""
    root = index.members[index.root]
    return tuple(a for a in spec.attributes if not sets(root, {*a.old.values()}))


class Lifted:
    """What the root class takes over from the classes of one module."""

    def __init__(self, index: Index, spec: Spec, receivers: Receivers) -> None:
        self.index = index
        self.spec = spec
        self.receivers = receivers
        self.module = receivers.module
        self.layer = layer_path(index, spec)
        # Another tree's root is of another day: what a class says for itself stays true without it.
        self.takes = not is_foreign(index.root.path)

    def declaration(self, node: ast.Attribute | ast.Name, name: str) -> str | None:
        """Why a declaration can go: it carries nothing and the root's says the same. None if it cannot."""
        owner = self.receivers.class_of(node)
        info = self.index.members.get(owner) if owner else None
        if not self.takes or info is None or owner is None or self.spec.is_factory(name):
            return None
        every = [d for d in declarations(info) if d.name == name]
        found = next((d for d in every if node in ast.walk(d.statement)), None)
        if found is None or not found.initial or not found.plain:
            return None
        if not alone(self.module.text, found.statement):
            return None
        if found.function is None and not self._only_declared(info, found.statement, name):
            return None
        declared_by_body = self.index.members[self.index.root].function("__init__") is None
        if found.function and not comes_late(found.function, found.statement, name, declared_by_body):
            return None
        names = {name, self.spec.renames[name]}
        refs = (ref for ref in self.index.classes.mro(owner)[1:] if ref.path != self.layer)
        above = [info for ref in refs if (info := self.index.classes.get(ref))]
        if any(sets(info, names) or any(map(info.function, names)) for info in above):
            return None
        if found.function and self._set_before(found.function, found.statement, name):
            return None
        new = self.spec.renames[name]
        return f"{owner.name} only gives it its first value here; the root class does so for {new}"

    def _set_before(self, function: Function, statement: ast.stmt, name: str) -> bool:
        """Whether a method that is called before a statement may have set the attribute."""
        called = {
            node.func.attr
            for before in function.body[: function.body.index(statement)]
            for node in ast.walk(before)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == receiver(function)
        }
        return any(name in self.index.used_in(method) for method in called)

    def _only_declared(self, info: ClassInfo, statement: ast.stmt, name: str) -> bool:
        """Whether a statement stands at the top of a class body that does not use the name itself."""
        used = (
            n for node in info.nodes for n in ast.walk(node.node) if isinstance(n, ast.Name) and n.id == name
        )
        return isinstance(self.receivers.parents[statement], ast.ClassDef) and not any(
            isinstance(n.ctx, ast.Load) and self.receivers.in_class_body(n) for n in used
        )

    def factory(self, node: Function, owner: ClassRef, role: Role) -> bool:
        """Whether a factory of a class can go: it carries nothing, nor does what it overrides."""
        if not self.takes or role.part not in (Part.BASE, Part.ROOT) or not is_trivial(node):
            return False
        above = self.index.classes.mro(owner)[1:]
        infos = [info for ref in above if (info := self.index.classes.get(ref))]
        inherited = [f for info in infos if (f := info.function(node.name))]
        # A body that returns nothing without being abstract is an answer.
        declares = is_abstract(node) or any(isinstance(s, ast.Raise) for s in node.body)
        return declares and all(is_trivial(f) for f in inherited)
