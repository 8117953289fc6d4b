"""Where the type variables stand."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods.data import MigrationError
from codemods.importing import rivals
from codemods.project import Project


def types_path(project: Project) -> PurePosixPath:
    """Where the type variables stand or will stand: beside the root, never over a file that is there.

    Raises MigrationError when both names the spec offers are taken.
    """
    spec, home = project.spec, project.root.path.parent
    if project.roles.migrated and (found := _imported_from(project)):
        return found
    shadows = project.modules.root_of(project.root.path) == home
    names = [spec.types_fallback] if shadows else [spec.types_module, spec.types_fallback]
    for name in names:
        path = home / f"{name}.py"
        if not any(there in project.snapshot for there in rivals(path)):
            return path
    raise MigrationError(f"{home / names[-1]}.py is there already; name another types_fallback in the spec")


def _imported_from(project: Project) -> PurePosixPath | None:
    module = project.modules.get(project.root.path)
    for parameter in project.spec.type_parameters if module else ():
        for binding in module.scope.bindings.get(parameter.name, ()) if module else ():
            if binding.source and (path := project.modules.source(binding.source, project.root.path)):
                return path
    return None
