"""Write the guide for those who have to follow the migration, where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from codemods.codemod import Addition, Codemod
from codemods.data import MigrationError
from codemods.generated import is_generated
from codemods.guide import guide_text
from codemods.project import Project

_GUIDE = "what has changed, how to follow it and until when, for those who use these classes"


class AddGuide(Codemod):
    """The guide, a document beside the project's README; it edits no file."""

    def lines(self) -> tuple[int, ...]:
        return ()

    @classmethod
    def creates(cls, project: Project, phases: frozenset[int]) -> Mapping[PurePosixPath, Addition]:
        path = project.spec.guide
        there = project.snapshot.get(path)
        # One that is there tells of more than is left to do now.
        if not project.guide or (there is not None and is_generated(there)):
            return {}
        if there is not None:
            raise MigrationError(f"{path} is there already, and no guide of ours; move it")
        return {path: Addition(guide_text(project), _GUIDE, project.spec.docs_phase)}
