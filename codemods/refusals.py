"""Trees that are not migrated as they are: what cannot be read, is said twice, or is a field."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from codemods.classes import ClassInfo
from codemods.data import Failure, MigrationError
from codemods.foreign import own
from codemods.modules import External
from codemods.project import Project
from codemods.text import searchable

_MAKE_FIELDS = frozenset({"dataclasses", "attr", "attrs", "pydantic"})
_FIELDS = ", which its constructor takes; such a class is not migrated"


def broken_files(project: Project, more: Iterable[Failure] = ()) -> None:
    """Raise MigrationError when a file that cannot be read names a class or module of the hierarchy.

    ``more`` are failures of files that the project itself has not come to.
    """
    names = {name for ref in project.index.members for name in (ref.name, ref.path.stem)} - {"__init__"}
    words = "|".join(re.escape(name) for name in sorted(names | set(project.spec.renames)))
    known = (*more, *map(project.explained, project.modules.failures.values()))
    every = {failure.path: failure for failure in known}
    for failure in (every[path] for path in sorted(every)):
        # In bytes: what cannot be read may still be searched.
        data = searchable(project.snapshot[failure.path])
        if named := re.search(rf"(?<!\w)({words})(?!\w)".encode("utf-8", "surrogateescape"), data):
            name = named[0].decode("utf-8", "surrogateescape")
            raise MigrationError(f"{failure}; it names {name}, so nothing is written")


def stubs(project: Project) -> None:
    """Raise MigrationError when a stub says of a class of the hierarchy what its module says too."""
    for ref in own(project.index.members):
        stub = ref.path.with_suffix(".pyi")
        if ref.path == stub or stub not in project.snapshot:
            continue
        module = project.modules.get(stub)
        if module is None or ref.qualname in module.classes:
            raise MigrationError(
                f"{stub}: declares {ref.name} beside {ref.path}; the two cannot be migrated as one"
            )


def fields(project: Project) -> None:
    """Raise MigrationError for a class whose constructor takes an old name, or would take a new one."""
    for ref, info in ((ref, project.index.members[ref]) for ref in own(project.index.members)):
        if not _makes_fields(project, info):
            continue
        for statement in (s for node in info.nodes for s in node.node.body):
            if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) in project.spec.renames:
                name = ast.unparse(statement.target)
                raise MigrationError(
                    f"{ref.path}:{statement.lineno}: {name} is a field of {ref.name}{_FIELDS}"
                )
        if ref == project.root and not project.roles.migrated:
            raise MigrationError(f"{ref.path}:{info.line}: what {ref.name} declares are fields{_FIELDS}")


def _makes_fields(project: Project, info: ClassInfo) -> bool:
    """Whether a library makes fields of what a class declares, by a decorator or a base."""
    decorators = [(d, node.scope) for node in info.nodes for d in node.node.decorator_list]
    called = [(d.func if isinstance(d, ast.Call) else d, scope) for d, scope in decorators]
    meanings = [project.modules.meaning(d, scope) for d, scope in called]
    bases = [name for ref in project.index.lineage(info.ref) for name in project.index.outside(ref)]
    names = [*bases, *(m.dotted for m in meanings if isinstance(m, External))]
    return any(name.partition(".")[0] in _MAKE_FIELDS for name in names)
