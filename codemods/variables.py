"""Where the type variables stand."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods.data import MigrationError
from codemods.importing import rivals
from codemods.present import types_module
from codemods.project import Project


def types_path(project: Project) -> PurePosixPath:
    """Where the type variables stand or will stand: beside the root, never over a file that is there.

    Raises MigrationError when both names the spec offers are taken.
    """
    spec, home = project.spec, project.root.path.parent
    if project.roles.migrated and (found := types_module(project.index, spec)):
        return found
    shadows = project.modules.root_of(project.root.path) == home
    names = [spec.types_fallback] if shadows else [spec.types_module, spec.types_fallback]
    for name in names:
        path = home / f"{name}.py"
        if not any(there in project.snapshot for there in rivals(path)):
            return path
    raise MigrationError(f"{home / names[-1]}.py is there already; name another types_fallback in the spec")
