"""The phases one after the other: what the tree is after each, and what each changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.codemod import Source
from codemods.data import Change, MigrationError, Note, Phase
from codemods.phases import BASE, REPAIR, chosen
from codemods.plan import plan
from codemods.project import Project
from codemods.survey import Origin, Survey, origin

Contents = Mapping[PurePosixPath, bytes | None]
"""Bytes by path; None where no file is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One phase on top of those before it: what changes from tree to tree."""

    phase: Phase
    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Stage:
    """The tree after a phase, as the files that differ from the tree without anything landed."""

    phase: Phase
    numbers: frozenset[int]
    contents: Contents


def steps(found: Survey, phases: Sequence[str] = ()) -> tuple[Step, ...]:
    """What each phase asked for changes, one after the other, starting from the tree as it is now.

    Raises MigrationError for a phase that does not exist or stands alone, and for a file in the way.
    """
    before: Contents = found.snapshot
    made = []
    for after in stages_of(found, origin(found), phases):
        made.append(Step(after.phase, differences(before, after.contents)))
        before = {**before, **after.contents}
    return tuple(made)


def stages_of(found: Survey, start: Origin, phases: Sequence[str]) -> list[Stage]:
    project = start.project
    landed = start.landed | ({BASE.number} if project.roles.migrated else frozenset())
    asked = chosen(found.spec, tuple(phases), landed)
    project.refuse_broken_files()
    source = Source()
    numbers = start.landed
    stages = [stage(REPAIR, numbers | {0}, start, ())] if start.repairs and 0 not in numbers else []
    numbers |= {0} if start.repairs else set()
    for phase in asked:
        numbers |= {phase.number}
        changes = planned(project, numbers, source)
        stages.append(stage(phase, numbers, start, changes))
    return stages


def planned(project: Project, numbers: frozenset[int], source: Source) -> tuple[Change, ...]:
    made = plan(project, numbers, source)
    if made.failures:
        raise MigrationError(f"{made.failures[0]}; it has to be changed, so nothing is written")
    return made.changes


def stage(phase: Phase, numbers: frozenset[int], start: Origin, changes: Sequence[Change]) -> Stage:
    contents: dict[PurePosixPath, bytes | None] = dict(start.files)
    contents |= {change.path: change.after for change in start.repairs}
    contents |= {change.path: change.after for change in changes}
    return Stage(phase, numbers, contents)


def differences(before: Contents, after: Contents) -> tuple[Change, ...]:
    return tuple(
        Change(path, before.get(path), data)
        for path, data in sorted(after.items())
        if before.get(path) != data
    )
