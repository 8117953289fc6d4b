"""The phases one after the other: what the tree is after each, and what each changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import PurePosixPath

from codemods import files, refusals
from codemods.data import Change, Edit, MigrationError, Note, Phase, Plan
from codemods.doing import Doing, Progress, silent
from codemods.leaving import retouched
from codemods.phases import BASE, REPAIR, chosen, finalizing
from codemods.plan import plan, prepare, removal
from codemods.project import Project, read
from codemods.source import Source
from codemods.survey import Origin, Survey, origin
from codemods.traced import seek
from codemods.verify import Proof, finalized, repaired
from codemods.workers import Workers

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
    """The tree after a phase: the files that differ from the tree with nothing landed, and their edits."""

    phase: Phase
    numbers: frozenset[int]
    contents: Contents
    edits: Mapping[PurePosixPath, tuple[Edit, ...]]


def steps(found: Survey, phases: Sequence[str] = ()) -> tuple[Step, ...]:
    """What each phase asked for changes, one after the other, starting from the tree as it is now.

    Raises MigrationError for a phase that does not exist or stands alone, and for a file in the way.
    """
    return between_stages(found, stages_of(found, origin(found), phases))


def between_stages(found: Survey, stages: Sequence[Stage]) -> tuple[Step, ...]:
    """The steps from the tree as it is now through the stages; each change with the edits new to it."""
    changed = {path for stage in stages for path in stage.contents}
    before: Contents = {path: found.snapshot.get(path) for path in changed}
    known: Mapping[PurePosixPath, tuple[Edit, ...]] = {}
    made = []
    for after in stages:
        changes = (
            replace(c, edits=_of_phase(after.phase, after.edits.get(c.path, ()), known.get(c.path, ())))
            for c in differences(before, after.contents)
        )
        made.append(Step(after.phase, tuple(changes)))
        before, known = {**before, **after.contents}, after.edits
    return tuple(made)


def _of_phase(phase: Phase, edits: Sequence[Edit], known: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits a phase adds: its own, or what else is new where it has none of its own."""
    new = tuple(edit for edit in edits if edit not in known)
    return tuple(edit for edit in new if edit.phase == phase.number) or new


def work(step: Step, landed: frozenset[int]) -> Mapping[int, frozenset[PurePosixPath]]:
    """The files that a step changes, by the phase they are changed for.

    That is the step's own, but for one that is landed already: its step does what is late for any of them.
    """
    late = step.phase.number in landed
    pairs = [
        (number, change.path)
        for change in step.changes
        for number in ({edit.phase for edit in change.edits} if late else set()) or {step.phase.number}
    ]
    return {number: frozenset(p for n, p in pairs if n == number) for number in sorted(dict(pairs))}


def stages_of(
    found: Survey, start: Origin, phases: Sequence[str], progress: Progress = silent
) -> list[Stage]:
    """The tree after each phase asked for, every one on top of what is landed and of those before it.

    Raises MigrationError as ``steps`` does.
    """
    project = start.project
    landed = start.landed | ({BASE.number} if project.roles.migrated else frozenset())
    asked = chosen(found.spec, tuple(phases), landed)
    if project.is_user:
        asked = _only_uses(project, asked, named=bool(phases))
    refusals.broken_files(project, found.failures)
    refusals.stubs(project)
    refusals.fields(project)
    for change in start.repairs:
        repaired(change)
    numbers = start.landed if project.is_user else landed
    stages = [stage(REPAIR, numbers | {0}, start, ())] if start.repairs and 0 not in numbers else []
    numbers |= {0} if start.repairs else set()
    sets = [*accumulate(asked, lambda done, phase: done | {phase.number}, initial=numbers)][1:]
    made = zip(asked, sets, planned_all(project, sets, found.workers, progress), strict=True)
    stages += [stage(phase, each, start, changes) for phase, each, changes in made]
    _refuse_in_the_way(found, stages)
    return stages


def _only_uses(project: Project, asked: Sequence[Phase], *, named: bool) -> tuple[Phase, ...]:
    """The phases of a tree that only uses the hierarchy: all but the first, which is the hierarchy's own.

    Raises MigrationError where that is asked for by name, and where it has not landed there.
    """
    root = project.root
    if not project.roles.migrated:
        raise MigrationError(
            f"{root.path}: class {root.name} has no new names yet; migrate the hierarchy first, then its uses"
        )
    if named and BASE in asked:
        raise MigrationError(
            f"phase 1 ({BASE.name}) is for the tree of {root.name}, which has it: {root.path}"
        )
    return tuple(phase for phase in asked if phase != BASE)


def _refuse_in_the_way(found: Survey, stages: Sequence[Stage]) -> None:
    """Raise MigrationError for a file that would be created where another one is, or as good as is."""
    there = {str(path).casefold(): path for path in found.tree.modes}
    created = {path for stage in stages for path, data in stage.contents.items() if data is not None}
    for path in sorted(created - found.snapshot.keys()):
        seek(found.snapshot, PurePosixPath(str(path).casefold()))
        other = there.get(str(path).casefold(), path)
        if other != path:
            raise MigrationError(f"{path}: differs from {other} in case only; name another in the spec")
        if files.peek(found.root, path) is not None:
            raise MigrationError(
                f"{path} is there already, ignored by git; move it or name another in the spec"
            )


def planned(project: Project, numbers: frozenset[int]) -> tuple[Change, ...]:
    """The changes of a set of phases, proven.

    Raises MigrationError where a file that has to change cannot be, Unproven where it changes otherwise.
    """
    return planned_all(project, [numbers])[0]


def planned_all(
    project: Project,
    sets: Sequence[frozenset[int]],
    workers: Workers | None = None,
    progress: Progress = silent,
) -> list[tuple[Change, ...]]:
    """The same of several sets of phases, each file changed and proven once for all that say the same."""
    last = finalizing(project.spec).number
    wanted = {each: each - {last} for each in sets}
    source, parts = Source(workers), ("edits", "files", "proof")
    progress(Doing("planning", parts, 0))
    prepare(project, wanted.values(), source)
    progress(Doing("planning", parts, 1))
    plans = {phases: plan(project, phases, source) for phases in dict.fromkeys(wanted.values())}
    for each in plans.values():
        _refuse_failed(each)
    progress(Doing("planning", parts, 2))
    Proof(project).check_all(((each.phases, each.changes) for each in plans.values()), workers)
    made = ((numbers, plans[phases]) for numbers, phases in wanted.items())
    changes = {numbers: _ended(project, each) if last in numbers else each.changes for numbers, each in made}
    return [changes[numbers] for numbers in sets]


def ending(project: Project) -> tuple[Change, ...]:
    """The changes that end the old names in a migrated tree, proven. Raises as ``planned`` does."""
    made = removal(project)
    _refuse_failed(made)
    finalized(project, made.changes)
    return made.changes


def _refuse_failed(made: Plan) -> None:
    if made.failures:
        raise MigrationError(f"{made.failures[0]}; it has to be changed, so nothing is written")


def _ended(project: Project, made: Plan) -> tuple[Change, ...]:
    """The changes of a plan and those that end the old names after it, as one."""
    there = {change.path: change for change in made.changes}
    for late in ending(read(made.after(project.snapshot), project.spec)):
        known = there.get(late.path, late)
        there[late.path] = replace(known, after=late.after)
    return tuple(each for _, each in sorted(there.items()) if each.before != each.after)


def stage(phase: Phase, numbers: frozenset[int], start: Origin, changes: Sequence[Change]) -> Stage:
    """The tree after ``phase``: landed files as they were, but for the repairs and these changes."""
    contents: dict[PurePosixPath, bytes | None] = dict(start.files)
    contents |= {change.path: change.after for change in (*start.repairs, *changes)}
    for path in {retouch.path for retouch in start.choices.retouches}:
        if data := contents.get(path):
            contents[path] = retouched(path, data, start.choices.retouches, numbers)
    edits: dict[PurePosixPath, tuple[Edit, ...]] = {}
    for change in (*start.repairs, *changes):
        edits[change.path] = (*edits.get(change.path, ()), *change.edits)
    return Stage(phase, numbers, contents, edits)


def differences(before: Contents, after: Contents) -> tuple[Change, ...]:
    """The changes from one state of files to another; files that ``after`` does not name stay."""
    return tuple(
        Change(path, before.get(path), data)
        for path, data in sorted(after.items())
        if before.get(path) != data
    )
