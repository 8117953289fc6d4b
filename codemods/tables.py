"""What the tests in the target know of it: its classes, what they make, and what their headers say."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Decision, Factory
from codemods.declarations import declarations, is_trivial
from codemods.layout import is_test
from codemods.occurrences import Occurrence, in_module
from codemods.present import Argument
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef, Function, Module
from codemods.sides import layer_path

_CARRIED = (Decision.RENAME, Decision.DELETE)
_FIELDS = ("id", "attr", "name", "arg")


@dataclass(frozen=True, slots=True)
class Header:
    """The arguments that a class gives to one of its bases."""

    ref: ClassRef
    base: ClassRef
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A class, the type variables it leaves open, and the type of each attribute that has one."""

    ref: ClassRef
    variables: tuple[str, ...]
    attributes: Mapping[str, Argument]


def matter(project: Project) -> frozenset[int]:
    """The phases that what is known of a project depends on."""
    code = (s for s in project.sites if s.path.suffix == ".py" and not s.prose)
    carried = (s.phase for s in code if s.decision in _CARRIED)
    together = (phase for duplicate in project.duplicates for phase in duplicate.phases)
    roles = (role.phase for role in project.roles.of.values())
    return frozenset((project.spec.integrations_phase, *carried, *together, *roles))


class Tables:
    """What is known of a project in which these phases are carried out."""

    def __init__(self, project: Project, phases: frozenset[int]) -> None:
        self.project = project
        self.phases = phases
        self.spec = project.spec
        self._mro = project.index.classes.mro
        self._refs = [ref for ref in project.index.members if self._importable(ref)]

    def _importable(self, ref: ClassRef) -> bool:
        """Whether a class stands at the top of a module of the root's package, and is no test's."""
        modules, root = self.project.modules, self.project.root
        if "." in ref.qualname or is_test(ref.path) or ref.path.suffix != ".py":
            return False
        here, there = (modules.dotted(path).split(".")[:-1][:1] for path in (ref.path, root.path))
        same = here == there and modules.root_of(ref.path) == modules.root_of(root.path)
        return same and not self.project.index.divided(ref)

    # --- factories ----------------------------------------------------------------------------------

    @property
    def abstract(self) -> bool:
        """Whether the root's factories are abstract."""
        roles = self.project.roles
        return roles.abstract and (roles.declared or self.spec.integrations_phase in self.phases)

    def factories(self) -> dict[str, bool]:
        """Each new factory, and whether the root's is a coroutine."""
        return {factory.new: self._is_async(factory) for factory in self.spec.factories}

    def _is_async(self, factory: Factory) -> bool:
        members = self.project.index.members
        if self.project.roles.migrated:
            return isinstance(members[self.project.root].function(factory.new), ast.AsyncFunctionDef)
        found = (info.function(self._old(factory, ref) or "") for ref, info in members.items())
        return any(isinstance(function, ast.AsyncFunctionDef) for function in found)

    def _old(self, factory: Factory, ref: ClassRef) -> str | None:
        return factory.old.get(self.project.roles.side(ref) or "")

    def makers(self) -> tuple[ClassRef, ...]:
        """The classes that have every factory, each of them as the root's is: a coroutine or not."""
        awaited = self.factories()
        made = (ref for ref in self._refs if self.project.roles.of[ref].part is Part.INTEGRATION)
        return tuple(r for r in made if all(self._makes(r, f, awaited[f.new]) for f in self.spec.factories))

    def _makes(self, ref: ClassRef, factory: Factory, awaited: bool) -> bool:
        function = next(self._definitions(ref, {factory.new, self._old(factory, ref)}), None)
        plain = function is not None and not function.decorator_list and not is_trivial(function)
        return plain and isinstance(function, ast.AsyncFunctionDef) is awaited

    def _definitions(self, ref: ClassRef, names: set[str | None]) -> Iterator[Function]:
        for ancestor in self._mro(ref):
            info = self.project.index.classes.get(ancestor)
            if info and ancestor.path != layer_path(self.project.index, self.spec):
                yield from (function for function in info.functions() if function.name in names)

    # --- classes and their headers ------------------------------------------------------------------

    def classes(self) -> dict[str, tuple[ClassRef, ...]]:
        """The classes of each side whose objects take the new attributes."""
        names: set[str | None] = {n for a in self.spec.attributes for n in (a.new, *a.old.values())}
        plain = [ref for ref in self._refs if not any(self._definitions(ref, names))]
        of = {side.name: [r for r in plain if self._side(r) == side.name] for side in self.spec.sides}
        return {side: tuple(refs) for side, refs in of.items() if refs}

    def _side(self, ref: ClassRef) -> str | None:
        return self.project.roles.side(ref) if ref != self.project.root else None

    def headers(self) -> Iterator[Header]:
        """The arguments of every header that has some."""
        for ref in self._refs:
            for base, arguments in self._header(ref).items():
                yield Header(ref, base, arguments)

    def _header(self, ref: ClassRef) -> Mapping[ClassRef, tuple[Argument, ...]]:
        known, roles = self.project.arguments, self.project.roles
        return known.header(
            ref, roles, self.phases | ({roles.of[ref].phase} if known.present.given.get(ref) else set())
        )

    def typed(self) -> Iterator[Typed]:
        """The classes with arguments in their header whose clients have types that are known."""
        for ref in self._refs:
            bound = self._bound(ref) if self._header(ref) else {}
            known = {name: argument for name, argument in bound.items() if argument is not None}
            types = {
                attribute.new: known[attribute.type_parameter]
                for attribute in self.spec.attributes
                if attribute.type_parameter in known and not self._redeclared(ref, attribute.new)
            }
            if types and len(known) == len(bound):
                yield Typed(ref, tuple(a for a in known.values() if isinstance(a, str)), types)

    def _bound(self, ref: ClassRef) -> dict[str, Argument | None]:
        """What stands for each type parameter of the root; None where nobody says it."""
        if ref == self.project.root:
            return {parameter.name: parameter.name for parameter in self.spec.type_parameters}
        header = self._header(ref)
        base = next(iter(self.project.index.parents(ref)))
        above, opened = self._bound(base), self.project.arguments.open[base]
        given = dict(zip(opened, header.get(base, ()), strict=False))
        return {name: given.get(name, None if name in opened else above[name]) for name in above}

    def _redeclared(self, ref: ClassRef, new: str) -> bool:
        """Whether a class before the root says of which type the attribute is, or may."""
        names = {new, *(old for old, name in self.spec.renames.items() if name == new)}
        line = self._mro(ref)
        found = map(self.project.index.classes.get, line[: line.index(self.project.root)])
        return any(
            isinstance(each.statement, ast.AnnAssign) and each.name in names
            for info in filter(None, found)
            for each in declarations(info)
            if not self._goes(info.ref.path, each.statement)
        )

    def _goes(self, path: PurePosixPath, statement: ast.stmt) -> bool:
        sites = self.project.by_path.get(path, ())
        return any(s.line == statement.lineno and s.decision is Decision.DELETE for s in sites)

    # --- migrated code ------------------------------------------------------------------------------

    def sources(self) -> Iterator[tuple[PurePosixPath, tuple[str, ...]]]:
        """The files whose code goes by the new names, each with the old ones that stay in it."""
        modules, layer = self.project.modules, layer_path(self.project.index, self.spec)
        names = {*self.spec.renames, *self.spec.renames.values()}
        for path in sorted({*modules.naming(names), self.project.root.path}):
            code = path.suffix == ".py" and path != layer
            module = modules.get(path) if code and self._is_done(path) else None
            left = {*self._after(module, names)} if module else set()
            if left or path == self.project.root.path:
                yield path, tuple(sorted(left & self.spec.renames.keys()))

    def _is_done(self, path: PurePosixPath) -> bool:
        """Whether all that changes in the code of a file belongs to the phases that are carried out."""
        sites = self.project.by_path.get(path, ())
        return {s.phase for s in sites if s.decision in _CARRIED and not s.prose} <= self.phases

    def _after(self, module: Module, names: Collection[str]) -> Iterator[str]:
        """The names that the code of a file has after these phases."""
        sites = {(s.line, s.column): s for s in self.project.by_path.get(module.path, ())}
        moving = self._moving(module.path)
        for each in in_module(module, dict.fromkeys(names)):
            place = module.text.place(each.offset)
            site = sites.get(place)
            if not _is_code(each) or place[0] in moving or (site and site.decision is Decision.DELETE):
                continue
            yield site.new if site and site.decision is Decision.RENAME and site.new else each.name

    def _moving(self, path: PurePosixPath) -> set[int]:
        """The lines of a file that the root does instead."""
        done = (d for d in self.project.duplicates if d.phases <= self.phases)
        runs = (run for d in done for copy in d.copies if copy.ref.path == path for run in copy.runs)
        return {n for run in runs for s in run for n in range(s.lineno, (s.end_lineno or s.lineno) + 1)}


def _is_code(occurrence: Occurrence) -> bool:
    """Whether a name stands by itself, or in a string that is nothing but names and dots."""
    node = occurrence.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace(".", "").isidentifier() and occurrence.name in node.value.split(".")
    return occurrence.name in (getattr(node, field, None) for field in _FIELDS)
