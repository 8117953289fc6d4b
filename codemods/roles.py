"""What part each class plays in the migration: its side, its phase, and what stands in its way."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from codemods.abstractness import is_abc, is_declared, lacking_factory
from codemods.classes import ClassInfo
from codemods.data import MigrationError, Note, Spec
from codemods.declarations import declarations, fits, is_abstract, is_early, is_trivial, receiver
from codemods.foreign import is_foreign
from codemods.index import Index
from codemods.layout import is_test
from codemods.modules import External
from codemods.scopes import ClassRef, Function
from codemods.sides import layer_path, said


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
    declared: bool
    """Whether they are abstract already."""
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
        self.layer = layer_path(index, spec)
        self.held: dict[ClassRef, dict[str, tuple[int, bool]]] = {}

    def run(self) -> Roles:
        root = self.index.members[self.index.root]
        migrated = self.news <= self._owned(root)
        for ref, info in self.index.members.items():
            side = self._side(ref, info)
            self.of[ref] = self._role(ref, info, side)
        self._mixins()
        if not migrated:
            self._refuse_owned_names()
            self._refuse_early_values()
        declared = migrated and is_declared(self.index, self.spec)
        foreign = is_foreign(self.index.root.path)
        lacking = None if foreign else lacking_factory(self.index, self.spec, declared)
        self.notes += [lacking] if lacking else []
        abstract = foreign or (lacking is None and is_abc(self.index))
        return Roles(self.of, self.shared, migrated, abstract, declared, tuple(self.notes))

    # --- sides ----------------------------------------------------------------------------------

    def _names(self, ref: ClassRef) -> dict[str, tuple[int, bool]]:
        """Old names a class body holds -> line, and whether they declare rather than only use."""
        if ref in self.held:
            return self.held[ref]
        found = self.held[ref] = {}
        if (info := self.index.classes.get(ref)) is None:
            return found
        for declaration in declarations(info):
            if declaration.name in self.spec.renames:
                line, declares = found.get(declaration.name, (declaration.statement.lineno, False))
                found[declaration.name] = (line, declares or declaration.initial)
        for function in info.functions():
            if function.name in self.spec.renames:
                found[function.name] = (function.lineno, is_abstract(function) or is_trivial(function))
        return found

    def _inherited(self, ref: ClassRef, members: bool) -> set[str]:
        """Old names that the ancestors of a class declare or define, of the hierarchy or outside it."""
        ancestors = (a for a in self.index.classes.mro(ref)[1:] if a.path != self.layer)
        above = (a for a in ancestors if (a in self.index.members) is members)
        return {
            name
            for a in above
            for name, (_, declares) in self._names(a).items()
            # A name of the other side with a body of its own is a helper there.
            if declares or a not in self.of or self.of[a].side in (None, self.spec.side_of(name))
        }

    def _side(self, ref: ClassRef, info: ClassInfo) -> str | None:
        names = self._names(ref)
        mixed = self._inherited(ref, members=False)
        parents = list(dict.fromkeys(s for p in self.index.parents(ref) if (s := self.of[p].side)))
        if len(parents) > 1:
            joined = " and ".join(p.name for p in self.index.parents(ref))
            raise self._refusal(info, f"joins both sides: {joined}")
        declared = {name for name, (_, declares) in names.items() if declares} | mixed
        sides = parents or sorted({self.spec.side_of(name) for name in declared or names})
        self._refuse_pairs(info, declared if parents or declared else {*names}, self._inherited(ref, True))
        if len(sides) > 1:
            first = [min(n for n in declared or names if self.spec.side_of(n) == side) for side in sides]
            raise self._refusal(info, f"holds names of both sides: {' and '.join(first)}")
        if sides:
            for name, (line, _) in names.items():
                if self.spec.side_of(name) != sides[0]:
                    text = f"{ref.name} is on the {sides[0]} side; {name} stays a helper of its own there"
                    self.notes.append(Note(ref.path, line, text))
            return sides[0]
        if len(self.spec.sides) == 1:
            return self.spec.sides[0].name
        return None if ref == self.index.root else said(self.index, self.spec, info)

    def _refuse_pairs(self, info: ClassInfo, declared: set[str], inherited: set[str]) -> None:
        """Two old names of one new name cannot meet in a class."""
        for item in self.spec.lifted:
            held = [old for old in item.old.values() if old in declared | inherited]
            if len(held) > 1 and declared & {*held}:
                pair = " and ".join(held)
                raise self._refusal(info, f"has both {pair} in its MRO; they cannot both become {item.new}")

    @staticmethod
    def _refusal(info: ClassInfo, reason: str) -> MigrationError:
        return MigrationError(f"{info.ref.path}:{info.line}: class {info.ref.name} {reason}")

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
        # Phase 1 is the root's; where that is another tree's, it is nothing of ours.
        first = self.spec.integrations_phase if is_foreign(self.index.root.path) else 1
        return Role(Part.BASE, side, self.spec.phase_of(side) if side else first)

    def _makes_clients(self, function: Function, side: str | None) -> bool:
        if not self.spec.is_factory(function.name) or is_trivial(function):
            return False
        return function.name in self.news or self.spec.side_of(function.name) == side

    def _mixins(self) -> None:
        old = set(self.spec.renames)
        for ref in list(self.index.members):
            for ancestor in self.index.classes.mro(ref):
                if ancestor in self.of or ancestor.path == self.layer:
                    continue
                if (info := self.index.classes.get(ancestor)) is None:
                    continue
                names = (self._used(info) | {*self._names(ancestor)}) & old
                if names and {self.spec.side_of(name) for name in names} == {self.of[ref].side}:
                    self.of[ancestor] = Role(Part.MIXIN, self.of[ref].side, self.of[ref].phase)
                    if outside := self._outsiders(ancestor):
                        self.shared[ancestor] = outside
        self._protocols()

    @staticmethod
    def _used(info: ClassInfo) -> set[str]:
        """The attributes that the methods of a class use on their object, by name too."""
        found: set[str] = set()
        for function in info.functions():
            for node in ast.walk(function):
                match node:
                    case ast.Attribute(attr=name, value=ast.Name(id=owner)):
                        found |= {name} if owner == receiver(function) else set()
                    case ast.Call(args=[ast.Name(id=owner), ast.Constant(value=str() as name), *_]):
                        found |= {name} if owner == receiver(function) else set()
        return found

    def _outsiders(self, mixin: ClassRef) -> tuple[ClassRef, ...]:
        inside = {ancestor for ref in self.index.members for ancestor in self.index.classes.mro(ref)}
        found = (ref for ref in self.index.modules.classes_by(mixin.name) if ref not in inside)
        return tuple(ref for ref in found if ref not in self.of and mixin in self.index.classes.mro(ref))

    def _protocols(self) -> None:
        """A Protocol belongs to the hierarchy that it stands beside or that alone has what it asks for."""
        classes, found = self.index.classes, map(self.index.modules.classes_by, self.spec.renames)
        outside = dict.fromkeys(ref for refs in found for ref in refs if ref not in self.of)
        infos = [info for ref in outside if (info := classes.get(ref))]
        protocols = [info for info in infos if self._is_protocol(info) and self._names(info.ref)]
        protocols = [p for p in protocols if any(fits(classes, ref, p) for ref in self.index.members)]
        if not protocols:
            return
        rest = (c for c in infos if not (is_test(c.ref.path) or self._is_protocol(c)))
        others = [c for c in rest if self._names(c.ref)]
        for info in protocols:
            asked = self._names(info.ref)
            sides = {self.spec.side_of(name) for name in asked}
            beside = any(ref.path == info.ref.path for ref in self.of)
            too = [f"{c.ref.name} has too" for c in others if not beside and fits(classes, c.ref, info)]
            if len(sides) > 1 or too:
                text = f"{info.ref.name} asks for {min(asked)}, which {(too or ['both sides have'])[0]}"
                self.notes.append(Note(info.ref.path, info.line, f"{text}; not changed"))
            elif any(r.part is Part.BASE and r.side in sides for r in self.of.values()):
                (side,) = sides
                self.of[info.ref] = Role(Part.PROTOCOL, side, self.spec.phase_of(side))

    @staticmethod
    def _is_protocol(info: ClassInfo) -> bool:
        return any(
            isinstance(b.meaning, External) and b.meaning.dotted.rpartition(".")[2] == "Protocol"
            for b in info.bases
        )

    # --- refusals and abstractness ---------------------------------------------------------------

    def _refuse_owned_names(self) -> None:
        for ref in (*self.index.members, *(r for r, role in self.of.items() if role.part is Part.MIXIN)):
            for ancestor in self.index.classes.mro(ref):
                if (info := self.index.classes.get(ancestor)) is None:
                    continue
                if taken := sorted(self._owned(info) & self.news):
                    raise MigrationError(
                        f"{ancestor.path}:{info.line}: class {ancestor.name} owns {taken[0]} already, "
                        f"which is a new name of the migration"
                    )

    def _refuse_early_values(self) -> None:
        """A value set before the root's ``__init__`` runs survives today; the root would reset it."""
        for ref, info in self.index.members.items():
            if any(self.of[parent].side for parent in self.index.parents(ref)):
                continue
            for declaration in declarations(info):
                if declaration.name in self.spec.renames and is_early(declaration):
                    text = f"sets {declaration.name} before super().__init__(), which would reset it"
                    raise self._refusal(info, text)

    @staticmethod
    def _owned(info: ClassInfo) -> set[str]:
        return {d.name for d in declarations(info)} | {f.name for f in info.functions()}
