"""Which clients the classes of the hierarchy are made with, and where that is said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Note, Spec, TypeParameter
from codemods.declarations import declarations, is_trivial, without_none
from codemods.index import Index
from codemods.present import Present, listed
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef, Function
from codemods.sides import layer_path


@dataclass(frozen=True, slots=True)
class Made:
    """A type of clients, and the factory or declaration that says so; lines are 1-based."""

    client: ClassRef
    name: str
    path: PurePosixPath
    line: int


class Makers:
    """Reads what factories return; ``notes`` fill with what could not be told."""

    def __init__(self, index: Index, roles: Roles, spec: Spec, there: Present) -> None:
        self.index = index
        self.classes = index.classes
        self.roles = roles
        self.spec = spec
        self.there = there
        self.layer = layer_path(index, spec)
        self.notes: list[Note] = []
        self.unsure: set[ClassRef] = set()
        """Classes with a factory of which an earlier run knew more."""

    def made(self, ref: ClassRef, parameter: TypeParameter) -> Made | None:
        """What the factory of a class for a parameter returns; None where nothing says it."""
        for names in self._factories(ref, parameter):
            for ancestor, function in self._definitions(ref, names):
                if is_trivial(function):
                    return None
                if function.returns is not None:
                    return self._said(ancestor, function)
                text = f"{ancestor.name}.{function.name} has no return annotation"
                self.note(ancestor.path, function.lineno, text)
                return self._promised(ref, names) or self._remembered(ref, parameter, ancestor, function)
        return None

    def _remembered(
        self, ref: ClassRef, parameter: TypeParameter, owner: ClassRef, function: Function
    ) -> Made | None:
        """What an earlier run knew of a factory, if what it overrides says it no more."""
        side = self.roles.side(ref) or ""
        known = [*listed(self.index, self.spec, parameter.unions.get(side, ""))]
        if found := self.there.bound(ref, parameter.name) or (known[0] if len(known) == 1 else None):
            return Made(found, function.name, owner.path, function.lineno)
        self.unsure |= {ref} if self.roles.migrated else set()
        return None

    def promised(self, ref: ClassRef, parameter: TypeParameter) -> Iterator[ClassRef]:
        """What the first annotated factories of a class for a parameter say, abstract ones too."""
        found = (self._promised(ref, names) for names in self._factories(ref, parameter))
        yield from (made.client for made in found if made)

    def mixed_in(self, ref: ClassRef, parameter: TypeParameter) -> Made | None:
        """The concrete type a mixin of the class declares the attribute with."""
        names = self.attributes(parameter)
        for ancestor in self.classes.mro(ref):
            role = self.roles.of.get(ancestor)
            info = self.classes.get(ancestor)
            # One that has been migrated holds no old name by which it would be known.
            migrated = role is None and self.roles.migrated and ancestor.path != self.layer
            if info is None or not (migrated or (role and role.part is Part.MIXIN)):
                continue
            for found in declarations(info):
                if found.name in names and isinstance(found.statement, ast.AnnAssign):
                    client = self._client(ancestor, found.statement.annotation)
                    line = found.statement.lineno
                    return Made(client, found.name, ancestor.path, line) if client else None
        return None

    def attributes(self, parameter: TypeParameter) -> set[str]:
        """The attributes a type parameter types, under old and new names."""
        typed = (a for a in self.spec.attributes if a.type_parameter == parameter.name)
        return {name for attribute in typed for name in (attribute.new, *attribute.old.values())}

    def note(self, path: PurePosixPath, line: int, text: str) -> None:
        """Keep a note, once."""
        self.notes += {Note(path, line, text)} - {*self.notes}

    def _factories(self, ref: ClassRef, parameter: TypeParameter) -> Iterator[set[str]]:
        """The names, new and old, of the factories that make a class' clients for a parameter."""
        side = self.roles.side(ref) or ""
        for factory in self.spec.factories:
            if factory.type_parameter == parameter.name:
                yield {factory.new, *(old for s, old in factory.old.items() if s == side)}

    def _definitions(self, ref: ClassRef, names: set[str]) -> Iterator[tuple[ClassRef, Function]]:
        for ancestor in self.classes.mro(ref):
            info = self.classes.get(ancestor)
            for function in info.functions() if info else ():
                if function.name in names:
                    yield ancestor, function

    def _promised(self, ref: ClassRef, names: set[str]) -> Made | None:
        """Where a factory says nothing, what it overrides says it."""
        annotated = ((a, f) for a, f in self._definitions(ref, names) if f.returns is not None)
        return next((self._said(a, f) for a, f in annotated), None)

    def _said(self, owner: ClassRef, function: Function) -> Made | None:
        assert function.returns is not None, "only what is annotated says something"
        client = self._client(owner, function.returns)
        return Made(client, function.name, owner.path, function.lineno) if client else None

    def _client(self, owner: ClassRef, annotation: ast.expr) -> ClassRef | None:
        """The class of the tree an annotation names; None for none, and for several."""
        info = self.classes.get(owner)
        assert info is not None, "the annotation was read from it"
        parts = [self.classes.modules.meaning(n, info.nodes[0].body) for n in without_none(annotation)]
        found = dict.fromkeys(part for part in parts if isinstance(part, ClassRef))
        if len(found) > 1:
            text = f"{owner.name} answers several types: {' and '.join(ref.name for ref in found)}"
            self.note(owner.path, annotation.lineno, text)
        return next(iter(found)) if len(found) == 1 else None
