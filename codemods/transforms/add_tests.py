"""Write tests into the target: of the type arguments, of the factories, and of the old names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from codemods.codemod import Addition, Codemod
from codemods.data import MigrationError
from codemods.generated import is_generated
from codemods.project import Project
from codemods.tables import matter
from codemods.testing import Home, is_as_written
from codemods.written import text_of_tests

_REASON = (
    "new tests: old names work and warn, the root's factories are as they should be, each header has its "
    "type arguments, and no file in SOURCES goes by an old name again; finalize takes them out"
)


class AddTests(Codemod):
    """A file of tests beside those of the hierarchy; a tree without tests gets none."""

    def lines(self) -> tuple[int, ...]:
        return ()

    @classmethod
    def creates(cls, project: Project, phases: frozenset[int]) -> Mapping[PurePosixPath, Addition]:
        phase, home = project.spec.tests_phase, project.tests
        if phase not in phases or home is None:
            return {}
        there, text = _there(project, home), text_of_tests(project, phases)
        ours = project.roles.migrated and there == home.path
        if there is None or (ours and is_as_written(project.snapshot[there], text)):
            return {home.path: Addition(text, _REASON, phase)}
        return {}

    @classmethod
    def tells(cls, project: Project) -> frozenset[int]:
        return matter(project) | {project.spec.tests_phase}


def _there(project: Project, home: Home) -> PurePosixPath | None:
    """The file that an earlier run has written. Raises MigrationError where another is in its place."""
    for path in (home.path, *home.others):
        if path in project.snapshot:
            if is_generated(project.snapshot[path]):
                return path
            raise MigrationError(f"{path} is there already; name another compatibility.tests in the spec")
    return None
