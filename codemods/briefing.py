"""What the gates are told of a migration: where to look, what goes, and what is called otherwise."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.choice import LEFT_OUT
from codemods.data import Decision
from codemods.foreign import own
from codemods.gates.deprecations import pattern
from codemods.gates.mypy import PYTHON
from codemods.gates.rewording import Rewording
from codemods.layout import is_test
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef
from codemods.sides import layer_path

if TYPE_CHECKING:
    from codemods.gates.api import Renaming


def source_roots(project: Project) -> tuple[PurePosixPath, ...]:
    """The source roots that are proven: the hierarchy's, or of what uses it where it is elsewhere."""
    return tuple(sorted({*map(project.modules.root_of, _homes(project))}))


def _homes(project: Project) -> set[PurePosixPath]:
    if not project.is_user:
        return {ref.path for ref in project.index.members}
    homes = {*(ref.path for ref in own(project.index.members)), *project.by_path}
    homes = {path for path in homes if path.suffix in PYTHON}
    return {path for path in homes if not is_test(path)} or homes


def leaving(project: Project, path: PurePosixPath) -> frozenset[str]:
    """The old names that are to go from the code of a file, those too that are left out of it by choice."""
    going = (Decision.RENAME, Decision.DELETE)
    return frozenset(
        site.name
        for site in project.by_path.get(path, ())
        if (site.decision in going or site.reason == LEFT_OUT) and not site.prose
    )


def renaming(project: Project, going: Collection[PurePosixPath] = ()) -> Renaming:
    """What the api gate is told of a migration, in which these files go."""
    # griffe takes its time to be imported, and only apply needs it.
    from codemods.gates.api import Renaming

    def dotted(ref: ClassRef) -> str:
        return f"{project.modules.dotted(ref.path)}.{ref.qualname}"

    spec, of, shared = project.spec, project.roles.of, project.roles.shared
    layer = ClassRef(layer_path(project.index, spec), spec.compatibility.class_name)
    serving = (r for r, role in of.items() if role.part in (Part.MIXIN, Part.PROTOCOL) and r not in shared)
    members = frozenset(map(dotted, project.index.members))
    adopted, gone = frozenset(map(dotted, serving)), frozenset(map(str, going))
    # What another tree's classes answer to is their matter: there each old name has its new one.
    base = "" if project.is_user else dotted(layer)
    return Renaming(dotted(project.root), base, members, adopted, spec.renames, gone)


def rewording(project: Project) -> Rewording:
    """How gates tell an old problem that has new names from a new one."""
    arguments = project.arguments
    tokens = {ref.name: parameter for ref, parameter in arguments.clients.items()}
    for parameter in project.spec.type_parameters:
        names = (parameter.name, parameter.bound.rpartition(".")[2], *parameter.variables.values())
        tokens |= dict.fromkeys((*names, *parameter.unions.values()), parameter.name)
    tokens |= {ref.name: v.name for v in arguments.variables for ref in v.bounds if ref.name not in tokens}
    members = frozenset(ref.name for ref in project.index.members)
    announced = pattern(project.spec.compatibility)
    return Rewording(project.spec.renames, members, tokens, announced)
