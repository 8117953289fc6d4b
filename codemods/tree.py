"""The class tree with its headers before and after."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.foreign import own
from codemods.phases import phases
from codemods.project import Project
from codemods.scopes import ClassRef
from codemods.survey import Origin, Survey, origin


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A class below its first parent: ``depth`` 0 is the root; the headers are text."""

    depth: int
    name: str
    path: PurePosixPath
    before: str
    after: str


def class_tree(found: Survey, start: Origin | None = None) -> tuple[TreeLine, ...]:
    """The hierarchy from the root down, a class of several parents under the first of them.

    Where another tree has it, only what leads to the classes of this one.

    ``start`` is the origin of ``found``, where it is known already.
    """
    project = (start or origin(found)).project
    members = project.index.members
    lines = {above for ref in own(members) for above in project.index.lineage(ref)}
    near = lines if project.is_user else members
    return tuple(line for ref, line in _lines(project, project.root, 0) if ref in near)


def _lines(project: Project, ref: ClassRef, depth: int) -> Iterator[tuple[ClassRef, TreeLine]]:
    bases = [ast.unparse(base.node) for base in project.index.members[ref].bases]
    before = _header(ref, bases)
    yield ref, TreeLine(depth, ref.name, ref.path, before, _header(ref, _after(project, ref, bases)))
    for child in project.index.members:
        if project.index.parents(child)[:1] == (ref,):
            yield from _lines(project, child, depth + 1)


def _header(ref: ClassRef, bases: list[str]) -> str:
    return f"class {ref.name}({', '.join(bases)})" if bases else f"class {ref.name}"


def _after(project: Project, ref: ClassRef, bases: list[str]) -> list[str]:
    spec, roles = project.spec, project.roles
    if ref == project.root:
        if roles.migrated:
            return bases
        generic = f"Generic[{', '.join(p.name for p in spec.type_parameters)}]"
        return [generic, spec.compatibility.class_name, *bases]
    header = project.arguments.header(ref, roles, frozenset(p.number for p in phases(spec)))
    meanings = [base.meaning for base in project.index.members[ref].bases]
    return [
        f"{base}[{', '.join(a if isinstance(a, str) else a.name for a in arguments)}]"
        if isinstance(meaning, ClassRef) and (arguments := header.get(meaning)) and "[" not in base
        else base
        for base, meaning in zip(bases, meanings, strict=False)
    ]
