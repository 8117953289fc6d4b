"""The path of a run: plan, prove, land, take back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods import files, journal
from codemods.data import Change, MigrationError, Note, Phase, Spec, Verdict
from codemods.leftovers import leftovers
from codemods.phases import BASE, chosen
from codemods.proofs import GATES, Options, Progress, Proof, prove
from codemods.steps import Contents, Stage, Step, differences, planned, stage, stages_of, steps
from codemods.survey import Asked, Origin, Survey, origin, survey
from codemods.tree import TreeLine, class_tree
from codemods.worktree import uncommitted, unfinished

__all__ = [
    "Asked",
    "EditedSince",
    "Options",
    "Proof",
    "Report",
    "Step",
    "Survey",
    "TreeLine",
    "apply",
    "class_tree",
    "leftovers",
    "rollback",
    "steps",
    "survey",
]


class EditedSince(MigrationError):
    """A landed file was edited by somebody else; taking it back would lose that."""

    status = 1


@dataclass(frozen=True, slots=True)
class Report:
    """What ``apply`` did. ``baseline`` is what the gates found before, ``refused`` the phase that failed."""

    baseline: tuple[Verdict, ...] = ()
    proofs: tuple[Proof, ...] = ()
    landed: tuple[Change, ...] = ()
    refused: Phase | None = None
    notes: tuple[Note, ...] = ()


def apply(found: Survey, phases: Sequence[str], options: Options, progress: Progress) -> Report:
    """Prove each phase in a staging copy and land what is proven, all of it or (``partial``) what came first.

    Raises MigrationError, with nothing written, for all that is no verdict of a gate.
    """
    if unknown := sorted(options.no_gate - GATES):
        raise MigrationError(f"there is no gate {unknown[0]}; there are {', '.join(sorted(GATES))}")
    start = origin(found)
    stages = stages_of(found, start, phases)
    if not differences(found.snapshot, stages[-1].contents):
        return Report(notes=found.notes)
    _refuse_dirty(found, start, options)
    files.check_writable(
        found.root, (c.path for s in stages for c in differences(found.snapshot, s.contents))
    )
    baseline, proofs = prove(found, start, stages, options, progress)
    refused = next((p.step.phase for p in proofs if not p.passed), None)
    proven = [stage for stage, proof in zip(stages, proofs, strict=False) if proof.passed]
    landed: tuple[Change, ...] = ()
    if proven and (refused is None or options.partial):
        progress("landing")
        landed = _land(found, start, proven[-1])
    return Report(baseline, tuple(proofs), landed, refused, found.notes)


def _refuse_dirty(found: Survey, start: Origin, options: Options) -> None:
    if options.allow_dirty:
        return
    if what := unfinished(found.root):
        raise MigrationError(f"{found.root}: a {what} is in progress; end it, or say --allow-dirty")
    if dirty := sorted(set(uncommitted(found.root)) - set(start.files)):
        more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        raise MigrationError(f"{dirty[0]}{more}: uncommitted changes; commit them, or say --allow-dirty")


def _land(found: Survey, start: Origin, stage: Stage) -> tuple[Change, ...]:
    changes = differences(found.snapshot, stage.contents)
    # What was landed and is no part of this beginning leaves the record: it stays as it is now.
    recorded = {file.path for file in landed.files} if (landed := journal.read(found.root)) else set()
    paths = sorted({*start.files, *recorded, *(change.path for change in changes)})
    originals = {path: start.files.get(path, start.bare.get(path)) for path in paths}
    targets = {path: stage.contents.get(path, start.bare.get(path)) for path in paths}
    current = {path: found.snapshot.get(path) for path in paths}
    journal.land(found.root, sorted(stage.numbers), found.spec.name, originals, targets, current)
    return changes


def rollback(root: Path, spec: Spec, phases: Sequence[str]) -> tuple[Change, ...]:
    """Take landed phases back: the landed set without them, as if it had never been more.

    Raises EditedSince, with nothing written, where somebody else has edited a landed file.
    """
    journal.recover(root)
    landed = journal.read(root)
    if landed is None:
        return ()
    if edited := journal.edited_since(root):
        raise EditedSince(f"edited since it was landed: {', '.join(map(str, edited))}")
    names = set(landed.phases)
    leaving = set(_numbers(spec, phases, names)) if phases else names
    remaining = frozenset(names - leaving)
    if remaining - {0} and not {0, 1} & remaining == {0, 1} & names:
        raise MigrationError(f"phase {min(leaving)} cannot go while {_listed(remaining - {0})} is landed")
    originals = landed.originals(root)
    targets: Contents = originals
    if remaining:
        found = survey(root, spec)
        start = origin(found)
        changes = planned(start.project, remaining) if remaining - {0} else ()
        targets = {**originals, **stage(BASE, remaining, start, changes).contents}
    current = {path: files.peek(root, path) for path in targets}
    journal.land(root, sorted(remaining), landed.spec, {**originals}, targets, current)
    return differences(current, targets)


def _numbers(spec: Spec, phases: Sequence[str], landed: set[int]) -> Iterator[int]:
    for phase in chosen(spec, tuple(phases), frozenset({BASE.number})):
        if phase.number not in landed:
            raise MigrationError(
                f"phase {phase.number} {phase.name} is not landed; landed: {_listed(landed)}"
            )
        yield phase.number


def _listed(numbers: set[int] | frozenset[int]) -> str:
    return ", ".join(f"phase {number}" for number in sorted(numbers)) or "none"
