"""What part each class plays in the migration: its side, its phase, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from codemods.data import MigrationError, Note, Spec
from codemods.declarations import declarations, is_abstract, is_test, is_trivial
from codemods.index import ClassInfo, Function, Index
from codemods.modules import External
from codemods.scopes import ClassRef
from codemods.sides import said


class Part(StrEnum):
    """The parts by role, never by name."""

    ROOT = "root"
    BASE = "base"
    INTEGRATION = "integration"
    MIXIN = "mixin"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Role:
    """The part a class plays, the side it is on (None above the sides), the phase that migrates it."""

    part: Part
    side: str | None
    phase: int


@dataclass(frozen=True, slots=True)
class Roles:
    """The part of every class that takes part."""

    of: Mapping[ClassRef, Role]
    shared: Mapping[ClassRef, tuple[ClassRef, ...]]
    """Mixins that classes outside the hierarchy inherit too, with those classes."""
    migrated: bool
    """Whether the root has the new names already."""
    abstract: bool
    """Whether the root's factories can be abstract in this tree."""
    notes: tuple[Note, ...]

    def side(self, ref: ClassRef) -> str | None:
        role = self.of.get(ref)
        return role.side if role else None


def assign(index: Index, spec: Spec) -> Roles:
    """Work out the roles.

    Raises MigrationError where two old names of one new name meet in a class, or where a class of
    the hierarchy owns a new name already.
    """
    return _Assigner(index, spec).run()


class _Assigner:
    def __init__(self, index: Index, spec: Spec) -> None:
        self.index = index
        self.spec = spec
        self.of: dict[ClassRef, Role] = {}
        self.shared: dict[ClassRef, tuple[ClassRef, ...]] = {}
        self.notes: list[Note] = []
        self.news = {item.new for item in spec.lifted}

    def run(self) -> Roles:
        root = self.index.members[self.index.root]
        migrated = any(d.name in self.news for d in declarations(root)) or any(
            f.name in self.news for f in root.functions()
        )
        for ref, info in self.index.members.items():
            side = self._side(ref, info)
            self.of[ref] = self._role(ref, info, side)
        self._mixins()
        if not migrated:
            self._refuse_owned_names()
        return Roles(self.of, self.shared, migrated, self._can_be_abstract(), tuple(self.notes))

    # --- sides ----------------------------------------------------------------------------------

    def _names(self, info: ClassInfo) -> dict[str, tuple[int, bool]]:
        """Old names a class body holds -> line, and whether they declare rather than only use."""
        found: dict[str, tuple[int, bool]] = {}
        for declaration in declarations(info):
            if declaration.name in self.spec.renames:
                line, declares = found.get(declaration.name, (declaration.statement.lineno, False))
                found[declaration.name] = (line, declares or declaration.initial)
        for function in info.functions():
            if function.name in self.spec.renames:
                found[function.name] = (function.lineno, is_abstract(function) or is_trivial(function))
        return found

    def _side(self, ref: ClassRef, info: ClassInfo) -> str | None:
        names = self._names(info)
        inherited = [s for p in self.index.parents(ref) if (s := self.of[p].side)]
        if len(set(inherited)) > 1:
            raise self._collision(ref, info, inherited[0], names, None)
        if inherited:
            for name, (line, declares) in names.items():
                if self.spec.side_of(name) != inherited[0]:
                    if declares:
                        raise self._collision(ref, info, inherited[0], names, name)
                    self.notes.append(Note(ref.path, line, self._wrong_side(ref, name, inherited[0])))
            return inherited[0]
        sides = {self.spec.side_of(name) for name in names}
        if len(sides) > 1:
            raise self._collision(ref, info, self.spec.side_of(next(iter(names))), names, None)
        if not sides and len(self.spec.sides) == 1:
            return self.spec.sides[0].name
        return next(iter(sides), None) or (
            None if ref == self.index.root else said(self.index, self.spec, info)
        )

    def _wrong_side(self, ref: ClassRef, name: str, side: str) -> str:
        return f"{ref.name} is on the {side} side; {name} stays a helper of its own there"

    def _collision(
        self, ref: ClassRef, info: ClassInfo, side: str, names: Mapping[str, object], name: str | None
    ) -> MigrationError:
        other = name or next((n for n in names if self.spec.side_of(n) != side), None)
        if other is None:
            parents = " and ".join(p.name for p in self.index.parents(ref))
            return MigrationError(f"{ref.path}:{info.line}: class {ref.name} joins both sides: {parents}")
        new = self.spec.renames[other]
        pair = next(item.old[side] for item in self.spec.lifted if item.new == new)
        return MigrationError(
            f"{ref.path}:{info.line}: class {ref.name} has both {pair} and {other} in its MRO; "
            f"they cannot both become {new}"
        )

    # --- parts ----------------------------------------------------------------------------------

    def _role(self, ref: ClassRef, info: ClassInfo, side: str | None) -> Role:
        if ref == self.index.root:
            return Role(Part.ROOT, side, 1)
        above = any(self.of[p].part is Part.INTEGRATION for p in self.index.parents(ref))
        makes = any(self._makes_clients(f, side) for f in info.functions())
        declares = any(d.initial and d.name in self.spec.renames for d in declarations(info))
        if is_test(ref.path):
            return Role(Part.INTEGRATION, side, self.spec.tests_phase)
        if above or (makes and not declares):
            return Role(Part.INTEGRATION, side, self.spec.integrations_phase)
        return Role(Part.BASE, side, self.spec.phase_of(side) if side else 1)

    def _makes_clients(self, function: Function, side: str | None) -> bool:
        if not self.spec.is_factory(function.name) or is_trivial(function):
            return False
        return function.name in self.news or self.spec.side_of(function.name) == side

    def _mixins(self) -> None:
        old = set(self.spec.renames)
        for ref in list(self.index.members):
            for ancestor in self.index.classes.mro(ref):
                if ancestor in self.of or (info := self.index.classes.get(ancestor)) is None:
                    continue
                names = {d.name for d in declarations(info)} & old
                if names and self.of[ref].side in {self.spec.side_of(name) for name in names}:
                    self.of[ancestor] = Role(Part.MIXIN, self.of[ref].side, self.of[ref].phase)
                    if outside := self._outsiders(ancestor):
                        self.shared[ancestor] = outside
        self._protocols(old)

    def _outsiders(self, mixin: ClassRef) -> tuple[ClassRef, ...]:
        return tuple(
            ref
            for module in self.index.modules.mentioning(mixin.name)
            for ref in (nodes[0].ref for nodes in module.classes.values())
            if ref != mixin and ref not in self.index.members and mixin in self.index.classes.mro(ref)
        )

    def _protocols(self, old: set[str]) -> None:
        """A Protocol belongs to the hierarchy whose classes alone have what it asks for."""
        for name in old:
            for module in self.index.modules.mentioning(name):
                for ref in (nodes[0].ref for nodes in module.classes.values()):
                    if ref in self.of or (info := self.index.classes.get(ref)) is None:
                        continue
                    asked = {d.name for d in declarations(info) if d.function is None}
                    if name in asked and self._is_protocol(info):
                        side = self.spec.side_of(name)
                        if self._holder(side):
                            self.of[ref] = Role(Part.PROTOCOL, side, self.spec.phase_of(side))

    @staticmethod
    def _is_protocol(info: ClassInfo) -> bool:
        return any(
            isinstance(b.meaning, External) and b.meaning.dotted.rpartition(".")[2] == "Protocol"
            for b in info.bases
        )

    def _holder(self, side: str) -> bool:
        return any(role.side == side and role.part is Part.BASE for role in self.of.values())

    # --- refusals and abstractness ---------------------------------------------------------------

    def _refuse_owned_names(self) -> None:
        for ref in (*self.index.members, *(r for r, role in self.of.items() if role.part is Part.MIXIN)):
            for ancestor in self.index.classes.mro(ref):
                if (info := self.index.classes.get(ancestor)) is None:
                    continue
                owned = {d.name for d in declarations(info)} | {f.name for f in info.functions()}
                if taken := sorted(owned & self.news):
                    raise MigrationError(
                        f"{ancestor.path}:{info.line}: class {ancestor.name} owns {taken[0]} already, "
                        f"which is a new name of the migration"
                    )

    def _outside(self, ref: ClassRef) -> list[str]:
        """Bases and metaclass of a class that come from outside the tree, dotted."""
        info = self.index.classes.get(ref)
        metas = [
            self.index.modules.meaning(k.value, n.scope)
            for n in (info.nodes if info else ())
            for k in n.node.keywords
            if k.arg == "metaclass"
        ]
        return [
            m.dotted
            for m in (*(b.meaning for b in (info.bases if info else ())), *metas)
            if isinstance(m, External)
        ]

    def _can_be_abstract(self) -> bool:
        """Where the root is an ABC, unless a class that can be made today lacks a factory."""
        if not any(
            name.startswith("abc.")
            for ref in self.index.classes.mro(self.index.root)
            for name in self._outside(ref)
        ):
            return False
        for ref in self.index.members:
            if any(ref in self.index.parents(other) for other in self.index.members):
                continue
            for factory in self.spec.factories:
                names = {factory.new, *factory.old.values()}
                found = [
                    f
                    for ancestor in self.index.classes.mro(ref)
                    if (info := self.index.classes.get(ancestor))
                    for f in info.functions()
                    if f.name in names and not (f.name == factory.new and ancestor == self.index.root)
                ]
                if not found or (is_trivial(found[0]) and not is_abstract(found[0])):
                    text = (
                        f"{ref.name} has no factory for {factory.new}, so the root's factories stay concrete"
                    )
                    self.notes.append(Note(ref.path, self.index.members[ref].line, text))
                    return False
        return True
