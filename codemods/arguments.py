"""Which type arguments each class header gets: worked out from what the factories return, never listed.

Rules 1 to 4 of MIGRATION.md, "Type arguments": one type below a class binds the parameter there,
several leave it open, a mixin that declares the attribute binds it, and nothing has a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from codemods.bounds import TypeVariable, Union, bound_of_root, nearest, used_of
from codemods.data import Note, Spec, TypeParameter
from codemods.index import Index
from codemods.layout import is_test
from codemods.made import Made, Makers
from codemods.present import Argument, Present, listed, present
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef

Opened = Mapping[ClassRef, Mapping[str, str]]
"""Class -> the type parameters it leaves open -> its type variable for each, in the order of the root's."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Open type parameters and the arguments each class gives its base."""

    open: Opened
    given: Mapping[ClassRef, Mapping[ClassRef, tuple[Argument, ...]]]
    """Class -> base in the hierarchy -> the arguments it gives to that base's open parameters."""
    variables: tuple[TypeVariable, ...]
    unions: tuple[Union, ...]
    clients: Mapping[ClassRef, str]
    """Every client type found and the type parameter it stands for."""
    notes: tuple[Note, ...]
    present: Present
    """The arguments that headers have in the tree as it is."""
    made: Mapping[str, Mapping[ClassRef, Made]]
    """Type parameter -> the classes that can be made, and with which client."""
    left: frozenset[ClassRef] = frozenset()
    """Classes that get none, by choice."""

    def header(
        self, ref: ClassRef, roles: Roles, phases: frozenset[int]
    ) -> Mapping[ClassRef, tuple[Argument, ...]]:
        """The arguments of a class header when these phases are carried out.

        A base that has none and whose own phase is not among them is not generic and gets no arguments.
        """
        if roles.of[ref].phase not in phases or ref in self.left:
            return {}
        return {
            base: arguments
            for base, arguments in self.given.get(ref, {}).items()
            if arguments and self._generic(base, roles, phases)
        }

    def changed(
        self, ref: ClassRef, roles: Roles, phases: frozenset[int]
    ) -> Mapping[ClassRef, tuple[Argument, ...]]:
        """The arguments of a header that are not there yet; none (``()``) where those that are there go.

        What an earlier run has written is brought up to date with phase 1.
        """
        there = self.present.given.get(ref, {})
        if not there or 1 not in phases or ref in self.left:
            wanted = self.header(ref, roles, phases)
        else:
            wanted = {
                base: arguments
                for base, arguments in self.given[ref].items()
                if base in there or (arguments and self._generic(base, roles, phases))
            }
        return {base: arguments for base, arguments in wanted.items() if arguments != there.get(base)}

    def _generic(self, ref: ClassRef, roles: Roles, phases: frozenset[int]) -> bool:
        if ref in self.present.given or roles.of[ref].part is Part.ROOT:
            return roles.migrated or roles.of[ref].phase in phases
        above = self.given.get(ref, {}) if ref not in self.left else {}
        return roles.of[ref].phase in phases and any(self._generic(base, roles, phases) for base in above)


def work_out(index: Index, roles: Roles, spec: Spec) -> Arguments:
    """The arguments of every class of the hierarchy.

    Raises MigrationError where a bound is not in the tree or a client type does not descend from it.
    """
    return _Solver(index, roles, spec).solve()


class _Solver:
    def __init__(self, index: Index, roles: Roles, spec: Spec) -> None:
        self.index = index
        self.classes = index.classes
        self.roles = roles
        self.spec = spec
        self.present = present(index, spec)
        self.makers = Makers(index, roles, spec, self.present)
        self.said = {p.name: self._said(p) for p in spec.type_parameters}
        self.made = {name: self._made(said) for name, said in self.said.items()}
        self.clients = {c: name for name, m in self.made.items() for types in m.values() for c in types}

    def solve(self) -> Arguments:
        variables: dict[str, TypeVariable] = {}
        opened: dict[ClassRef, dict[str, str]] = {}
        given: dict[ClassRef, dict[ClassRef, tuple[Argument, ...]]] = {}
        for ref in self.index.members:
            opened[ref] = self._opened(ref, opened)
            given[ref] = {
                base: tuple(self._argument(ref, name, opened) for name in opened[base])
                for base in self.index.parents(ref)
            }
            given[ref] |= self._foreign(ref, given[ref])
        for parameter in self.spec.type_parameters:
            for variable in self._variables(parameter, opened):
                variables[variable.name] = variable
        types = tuple(variables.values()), tuple(self._unions())
        notes = tuple(self.makers.notes)
        return Arguments(opened, given, *types, self.clients, notes, self.present, self.said)

    def _foreign(
        self, ref: ClassRef, wanted: Mapping[ClassRef, tuple[Argument, ...]]
    ) -> Mapping[ClassRef, tuple[Argument, ...]]:
        """The arguments of a header that somebody else has written: they stay, and it is told what fits."""
        there = self.present.given.get(ref, {})
        classes = {c for found in there.values() for c in found if isinstance(c, ClassRef)}
        # Arguments that fit no parameter of ours are for some of its base's own.
        misfit = classes - self.clients.keys() and not self.present.stated.get(ref)
        there = there if misfit or ref in self.present.foreign else {}
        for base, arguments in wanted.items():
            if base in there and there[base] != arguments:
                names = ", ".join(a if isinstance(a, str) else a.name for a in arguments) or "none"
                text = f"{ref.name} has type arguments of its own; what is made below it needs {names}"
                self.makers.note(ref.path, self.index.members[ref].line, text)
        return there

    # --- what the factories return ----------------------------------------------------------------

    def _said(self, parameter: TypeParameter) -> dict[ClassRef, Made]:
        """For the members that can be made, their client type."""
        members = self.index.members
        own = {ref: m for ref in members if (m := self.makers.made(ref, parameter))}
        # Where no factory says it, a mixin's declaration does.
        silent = [ref for ref in members if not any(d in own for d in self.index.descendants(ref))]
        return own | {ref: m for ref in silent if (m := self.makers.mixed_in(ref, parameter))}

    def _made(self, own: Mapping[ClassRef, Made]) -> dict[ClassRef, tuple[ClassRef, ...]]:
        """For every member, the client types of the classes at or below it that can be made."""
        members = self.index.members
        # What only a test makes says nothing of the classes it tests.
        below = {ref: [d for d in self.index.descendants(ref) if d in own] for ref in members}
        return {
            ref: tuple(
                dict.fromkeys(own[d].client for d in found if is_test(ref.path) or not is_test(d.path))
            )
            for ref, found in below.items()
        }

    # --- open or bound ----------------------------------------------------------------------------

    def _opened(self, ref: ClassRef, opened: Opened) -> dict[str, str]:
        """Type parameter -> type variable, for the parameters a class leaves open."""
        if ref == self.index.root:
            return {p.name: p.name for p in self.spec.type_parameters}
        above = {name for base in self.index.parents(ref) for name in opened[base]}
        return {
            p.name: p.variables.get(self.roles.side(ref) or "", p.name)
            for p in self.spec.type_parameters
            if p.name in above and self._bound(ref, p) is None
        }

    def _bound(self, ref: ClassRef, parameter: TypeParameter) -> ClassRef | None:
        made = self.made[parameter.name][ref]
        declared = self.makers.mixed_in(ref, parameter)
        stated = self.present.stated.get(ref, {}).get(parameter.name)
        if isinstance(stated, ClassRef) and stated not in (*made, declared and declared.client):
            return stated
        if len(made) == 1 and (stated or not self.makers.unsure & {*self.index.descendants(ref)}):
            return made[0]
        if declared is None:
            return None
        if len(made) > 1:
            name = declared.client.name
            text = f"{ref.name} inherits a declaration as {name}, but classes below make others too"
            self.makers.note(ref.path, self.index.members[ref].line, text)
        return declared.client

    def _argument(self, ref: ClassRef, name: str, opened: Opened) -> Argument:
        if name in opened[ref]:
            return opened[ref][name]
        parameter = next(p for p in self.spec.type_parameters if p.name == name)
        bound = self._bound(ref, parameter)
        assert bound is not None, "a parameter that is not open is bound"
        return bound

    # --- type variables and their bounds ------------------------------------------------------------

    def _variables(self, parameter: TypeParameter, opened: Opened) -> Iterator[TypeVariable]:
        root_bound = bound_of_root(self.classes, parameter, self.made[parameter.name])
        yield TypeVariable(parameter.name, (root_bound,))
        for side, name in parameter.variables.items():
            below = (r for r in opened if r != self.index.root and self.roles.side(r) == side)
            users = [r for r in below if parameter.name in opened[r]]
            types = self._types(parameter, side, users)
            if users:
                yield TypeVariable(name, self._bounds(types, root_bound, users, parameter, name))

    def _bounds(
        self,
        types: tuple[ClassRef, ...],
        root: ClassRef,
        users: list[ClassRef],
        parameter: TypeParameter,
        variable: str,
    ) -> tuple[ClassRef, ...]:
        # Where no class makes one, what the abstract factories promise, or did, is what is known.
        promised = [client for ref in users for client in self.makers.promised(ref, parameter)]
        promised += listed(self.index, self.spec, variable)
        types = types or tuple(dict.fromkeys(c for c in promised if root in self.classes.mro(c)))
        names = self.makers.attributes(parameter)
        used = {name for ref in users for name in used_of(self.index.members[ref], names)}
        return nearest(self.classes, types, root, used) if types else (root,)

    def _unions(self) -> Iterator[Union]:
        for parameter in self.spec.type_parameters:
            for side, name in parameter.unions.items():
                refs = [r for r in self.index.members if self.roles.side(r) == side]
                if types := self._types(parameter, side, refs):
                    yield Union(name, types)

    def _types(self, parameter: TypeParameter, side: str, refs: Iterable[ClassRef]) -> tuple[ClassRef, ...]:
        """The client types of some classes of a side; those of an earlier run where not all is known now."""
        unsure = any(self.roles.side(ref) == side for ref in self.makers.unsure)
        known = listed(self.index, self.spec, parameter.unions.get(side, "")) if unsure else ()
        return tuple(dict.fromkeys((*known, *(t for r in refs for t in self.made[parameter.name][r]))))
