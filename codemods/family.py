"""A class as the migration sees it: its part, its side, its ancestors and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.classes import ClassInfo
from codemods.data import Phase
from codemods.declarations import declarations
from codemods.phases import phases
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef
from codemods.sides import layer_path


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A class in the resolution order of another; ``holds`` says what it has of the names asked about."""

    name: str
    path: PurePosixPath
    line: int
    part: str
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A class with its ancestors of the tree, itself first.

    ``part`` is "" and ``phase`` None outside the hierarchy; ``side`` is None above the sides and outside.
    ``outside`` are bases that do not stand in the tree, ``carriers`` the classes of the hierarchy that
    inherit a mixin, ``serves`` those outside it that do. ``arguments`` say why its header gets what.
    """

    part: str
    side: str | None
    phase: Phase | None
    chain: tuple[Ancestor, ...]
    outside: tuple[str, ...]
    serves: tuple[str, ...]
    carriers: tuple[str, ...]
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.chain[0].name


def family(project: Project, ref: ClassRef, names: frozenset[str] = frozenset()) -> Family:
    """What is known of a class; ``names`` are those whose declarations are looked for."""
    roles, classes = project.roles, project.index.classes
    role = roles.of.get(ref)
    by_number = {phase.number: phase for phase in phases(project.spec)}
    refs = [r for r in classes.mro(ref) if classes.get(r)] or [ref]
    carriers = project.index.descendants(ref)
    outside = dict.fromkeys(name for r in refs for name in project.index.outside(r))
    return Family(
        part_of(project, ref),
        role.side if role else None,
        by_number.get(role.phase) if role else None,
        tuple(_ancestor(project, r, names) for r in refs),
        tuple(outside),
        tuple(other.name for other in roles.shared.get(ref, ())),
        tuple(m.name for m in carriers if role and ref not in project.index.members),
        tuple(_arguments(project, ref)),
    )


def part_of(project: Project, ref: ClassRef) -> str:
    """The part of a class in words; "" outside the hierarchy."""
    role = project.roles.of.get(ref)
    if project.roles.migrated and ref.path == layer_path(project.index, project.spec):
        return "compatibility layer"
    return {Part.BASE: "sub-base", Part.ROOT: "root class"}.get(role.part, str(role.part)) if role else ""


def _ancestor(project: Project, ref: ClassRef, names: frozenset[str]) -> Ancestor:
    info = project.index.classes.get(ref)
    holds = tuple(_held(info, names)) if info else ()
    return Ancestor(ref.name, ref.path, info.line if info else 1, part_of(project, ref), holds)


def _held(info: ClassInfo, names: frozenset[str]) -> Iterator[str]:
    """Where a class body gives one of the names being."""
    seen: set[str] = set()
    for declaration in declarations(info):
        if declaration.name in names and declaration.name not in seen:
            seen.add(declaration.name)
            verb = "declares" if declaration.initial else "sets"
            yield f"{verb} {declaration.name} in line {declaration.statement.lineno}"
    for function in info.functions():
        if function.name in names:
            yield f"defines {function.name}() in line {function.lineno}"


def _arguments(project: Project, ref: ClassRef) -> Iterator[str]:
    """Why the header of a class gets the arguments it does, parameter by parameter."""
    if ref == project.root or ref not in project.index.members:
        return
    numbers = frozenset(phase.number for phase in phases(project.spec))
    known = project.arguments
    header = known.header(ref, project.roles, numbers)
    bounds = {v.name: " or ".join(bound.name for bound in v.bounds) for v in known.variables}
    for base, given in header.items():
        for parameter, argument in zip(known.open[base], given, strict=False):
            if isinstance(argument, str):
                bound = project.bound_below(ref, parameter)
                below = ", ".join(f"{made.name} in {each.name}" for made, each in bound) or "bound nowhere"
                most = bounds.get(argument, "what is not known")
                yield f"{parameter} stays open as {argument}, bounded by {most}; below: {below}"
            else:
                yield f"{parameter} is {argument.name} for this class and all below it"
    if project.is_user:
        yield "headers stay as they are: the hierarchy is another tree's"
    elif not header:
        bases = " and ".join(parent.name for parent in project.index.parents(ref))
        yield f"{bases} leaves no type parameter open, so the header gets no arguments"
