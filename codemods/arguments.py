"""Which type arguments each class header gets: worked out from what the factories return, never listed.

Rules 1 to 4 of MIGRATION.md, "Type arguments": one type below a class binds the parameter there,
several leave it open, a mixin that declares the attribute binds it, and nothing has a default.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.bounds import nearest, used_of
from codemods.data import MigrationError, Note, Spec, TypeParameter
from codemods.declarations import is_test
from codemods.index import Index
from codemods.made import Made, Makers
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef

Argument = str | ClassRef
"""A type variable by name, or a class."""

Opened = Mapping[ClassRef, Mapping[str, str]]
"""Class -> the type parameters it leaves open -> its type variable for each, in the order of the root's."""


@dataclass(frozen=True, slots=True)
class TypeVariable:
    """A type variable for types.py; several bounds stand for their union."""

    name: str
    bounds: tuple[ClassRef, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """A named union of the client types found on one side."""

    name: str
    members: tuple[ClassRef, ...]


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
    generic: frozenset[ClassRef]
    """Classes whose header has arguments in the tree as it is."""
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

    def _generic(self, ref: ClassRef, roles: Roles, phases: frozenset[int]) -> bool:
        if ref in self.generic or roles.of[ref].part is Part.ROOT:
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
        self.makers = Makers(index, roles, spec)
        self.said = {p.name: self._said(p) for p in spec.type_parameters}
        self.made = {name: self._made(said) for name, said in self.said.items()}

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
        for parameter in self.spec.type_parameters:
            for variable in self._variables(parameter, opened):
                variables[variable.name] = variable
        clients = {c: name for name, made in self.made.items() for types in made.values() for c in types}
        bases = ((ref, base) for ref, info in self.index.members.items() for base in info.bases)
        heads = {ref for ref, b in bases if isinstance(b.node, ast.Subscript) and b.meaning in opened}
        types = tuple(variables.values()), tuple(self._unions())
        notes = tuple(self.makers.notes)
        return Arguments(opened, given, *types, clients, notes, frozenset(heads), self.said)

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
            if p.name in above and self._bound(ref, p, opened) is None
        }

    def _bound(self, ref: ClassRef, parameter: TypeParameter, opened: Opened) -> ClassRef | None:
        if given := self._given(ref, parameter, opened):
            return given
        made = self.made[parameter.name][ref]
        if len(made) == 1:
            return made[0]
        declared = self.makers.mixed_in(ref, parameter)
        if declared is None:
            return None
        if len(made) > 1:
            name = declared.client.name
            text = f"{ref.name} inherits a declaration as {name}, but classes below make others too"
            self.makers.note(ref.path, self.index.members[ref].line, text)
        return declared.client

    def _given(self, ref: ClassRef, parameter: TypeParameter, opened: Opened) -> ClassRef | None:
        """The class that a header has as its argument already."""
        info = self.index.members[ref]
        for base in info.bases:
            if isinstance(base.meaning, ClassRef) and isinstance(base.node, ast.Subscript):
                inner = base.node.slice
                given = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                pairs = dict(zip(opened.get(base.meaning, ()), given, strict=False))
                if node := pairs.get(parameter.name):
                    meaning = self.classes.modules.meaning(node, info.nodes[0].body)
                    return meaning if isinstance(meaning, ClassRef) else None
        return None

    def _argument(self, ref: ClassRef, name: str, opened: Opened) -> Argument:
        if name in opened[ref]:
            return opened[ref][name]
        parameter = next(p for p in self.spec.type_parameters if p.name == name)
        bound = self._bound(ref, parameter, opened)
        assert bound is not None, "a parameter that is not open is bound"
        return bound

    # --- type variables and their bounds ------------------------------------------------------------

    def _variables(self, parameter: TypeParameter, opened: Opened) -> Iterator[TypeVariable]:
        root_bound = self._root_bound(parameter)
        self._refuse_strangers(parameter, root_bound)
        yield TypeVariable(parameter.name, (root_bound,))
        for side, name in parameter.variables.items():
            below = (r for r in opened if r != self.index.root and self.roles.side(r) == side)
            users = [r for r in below if parameter.name in opened[r]]
            types = tuple(dict.fromkeys(t for r in users for t in self.made[parameter.name][r]))
            if users:
                yield TypeVariable(name, self._bounds(types, root_bound, users, parameter))

    def _refuse_strangers(self, parameter: TypeParameter, bound: ClassRef) -> None:
        made = self.made[parameter.name].items()
        for client in (c for ref, types in made if not is_test(ref.path) for c in types):
            if bound not in self.classes.mro(client):
                text = f"stands for {parameter.name} but does not descend from its bound {bound.name}"
                raise MigrationError(f"{client.path}: class {client.name} {text}")

    def _root_bound(self, parameter: TypeParameter) -> ClassRef:
        dotted, _, name = parameter.bound.rpartition(".")
        modules = self.classes.modules
        found = {
            nodes[0].ref
            for module in modules.mentioning(name)
            for nodes in module.classes.values()
            if nodes[0].ref.qualname == name and (not dotted or modules.dotted(module.path) == dotted)
            if module.path.suffix == ".py" or module.path.with_suffix(".py") not in modules.snapshot
        }
        made = {t for types in self.made[parameter.name].values() for t in types}
        near = {ref for ref in found if any(ref in self.classes.mro(t) for t in made)} or found
        if len(near) != 1:
            places = " and ".join(sorted(str(ref.path) for ref in near)) or "nowhere"
            raise MigrationError(
                f"the bound {parameter.bound} of {parameter.name} must be one class; found {places}"
            )
        return next(iter(near))

    def _bounds(
        self, types: tuple[ClassRef, ...], root: ClassRef, users: list[ClassRef], parameter: TypeParameter
    ) -> tuple[ClassRef, ...]:
        # Where no class makes one, what the abstract factories promise is what is known.
        promised = (client for ref in users for client in self.makers.promised(ref, parameter))
        types = types or tuple(dict.fromkeys(c for c in promised if root in self.classes.mro(c)))
        names = self.makers.attributes(parameter)
        used = {name for ref in users for name in used_of(self.index.members[ref], names)}
        return nearest(self.classes, types, root, used) if types else (root,)

    def _unions(self) -> Iterator[Union]:
        for parameter in self.spec.type_parameters:
            for side, name in parameter.unions.items():
                refs = [r for r in self.index.members if self.roles.side(r) == side]
                types = tuple(dict.fromkeys(t for r in refs for t in self.made[parameter.name][r]))
                if types:
                    yield Union(name, types)
