"""The path of a run: plan, prove, land, take back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from codemods import __version__, commits, draft, files, journal
from codemods.choice import NOTHING, Choices
from codemods.commits import Commit
from codemods.data import Change, MigrationError, Note, Phase, Spec, Verdict
from codemods.doing import Doing, Progress
from codemods.leftovers import leftovers
from codemods.phases import BASE, chosen, finalizing
from codemods.proofs import GATES, Options, Proof, Workshop, prove
from codemods.record import LandedPhase
from codemods.reviewed import TreeLine
from codemods.status import Status, listed, status, stuck
from codemods.steps import Contents, Stage, Step, differences, planned, stage, stages_of, steps, work
from codemods.survey import Asked, Origin, Survey, origin, survey
from codemods.tree import class_tree
from codemods.worktree import uncommitted, unfinished

__all__ = [
    "Asked",
    "EditedSince",
    "Options",
    "Proof",
    "Report",
    "Status",
    "Step",
    "Survey",
    "apply",
    "carried_out",
    "leftovers",
    "refuse_early",
    "rollback",
    "status",
    "steps",
    "survey",
]


class EditedSince(MigrationError):
    """A landed file was edited by somebody else; taking it back would lose that."""

    status = 1


@dataclass(frozen=True, slots=True)
class Report:
    """What ``apply`` did. ``baseline`` is what the gates found before, ``refused`` the phase that failed.

    ``commits`` are those made of what landed, in order. ``tree`` has the classes before and after the phases
    ``numbers``: those that landed, or else those that were tried.
    """

    baseline: tuple[Verdict, ...] = ()
    proofs: tuple[Proof, ...] = ()
    landed: tuple[Change, ...] = ()
    refused: Phase | None = None
    notes: tuple[Note, ...] = ()
    commits: tuple[Commit, ...] = ()
    tree: tuple[TreeLine, ...] = ()
    numbers: frozenset[int] = frozenset()
    planned: tuple[Origin, Sequence[Stage]] | None = None
    """What was carried out, for whoever wants to show it."""


def apply(
    found: Survey,
    phases: Sequence[str],
    options: Options,
    progress: Progress,
    choices: Choices | None = None,
) -> Report:
    """Prove each phase in a staging copy and land what is proven, all of it or (``partial``) what came first.

    ``choices`` say what is left out; None leaves out what was left out when it was landed.
    Raises MigrationError, with nothing written, for all that is no verdict of a gate.
    """
    _refuse_unknown(options)
    start = origin(found, choices)
    notes = (*found.notes, *(_forgotten(found, start) if choices is None else ()))
    with Workshop(found, start, options) as workshop:
        stages = stages_of(found, start, phases, progress)
        return carried_out(found, start, stages, options, progress, notes, workshop=workshop)


def carried_out(
    found: Survey,
    start: Origin,
    stages: Sequence[Stage],
    options: Options,
    progress: Progress,
    notes: tuple[Note, ...],
    compared: Origin | None = None,
    workshop: Workshop | None = None,
) -> Report:
    """Prove stages that are planned, and land them; ``apply`` without the planning.

    The gates compare with ``start``, or with another tree, ``compared``. ``workshop`` may be at work already.
    Raises MigrationError as ``apply``.
    """
    _refuse_unknown(options)
    planned = start, stages
    if not differences(found.snapshot, stages[-1].contents):
        return Report(notes=notes, planned=planned)
    writes = {c.path for s in stages for c in differences(found.snapshot, s.contents)}
    current = {path: found.snapshot.get(path) for path in sorted({*writes, *start.files})}
    if options.commit:
        commits.chain(found, current)
    _refuse_dirty(found, start, options)
    files.check_writable(found.root, sorted(writes))
    baseline, proofs = prove(found, compared or start, stages, options, progress, workshop)
    refused = next((p.step.phase for p in proofs if not p.passed), None)
    proven = [proof for proof in proofs if proof.passed]
    lands = bool(proven) and not (refused and not options.partial)
    last = stages[len(proven if lands else proofs) - 1]
    tree = class_tree(found, start, last.contents)
    if not lands:
        return Report(baseline, tuple(proofs), (), refused, notes, (), tree, last.numbers, planned)
    progress(Doing("landing"))
    chain = commits.chain(found, current, proven, start.landed) if options.commit else None
    landed = _land(found, start, last, proven)
    if chain:
        commits.publish(found.root, chain, (change.path for change in landed))
    done = chain.commits if chain else ()
    return Report(baseline, tuple(proofs), landed, refused, notes, done, tree, last.numbers, planned)


def _forgotten(found: Survey, start: Origin) -> Iterator[Note]:
    """The files that something was left out of, and that are not as they were then."""
    landed = journal.read(found.root)
    before = landed.choices.left if landed else frozenset()
    for path in sorted({item.path for item in before - start.choices.left}):
        yield Note(path, 1, "what was left out here by choice counts no more: the file has changed since")


def refuse_early(found: Survey, options: Options) -> None:
    """Raise MigrationError for what ``apply`` would refuse after a person has made their choices."""
    _refuse_unknown(options)
    _refuse_dirty(found, origin(found), options)


def _refuse_unknown(options: Options) -> None:
    if unknown := sorted(options.no_gate - GATES):
        raise MigrationError(f"there is no gate {unknown[0]}; there are {', '.join(sorted(GATES))}")


def _refuse_dirty(found: Survey, start: Origin, options: Options) -> None:
    if options.allow_dirty:
        return
    if what := unfinished(found.root):
        raise MigrationError(f"{found.root}: a {what} is in progress; end it, or say --allow-dirty")
    if dirty := sorted(set(uncommitted(found.root)) - set(start.files)):
        more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        raise MigrationError(f"{dirty[0]}{more}: uncommitted changes; commit them, or say --allow-dirty")


def _land(found: Survey, start: Origin, stage: Stage, proven: Sequence[Proof]) -> tuple[Change, ...]:
    changes = differences(found.snapshot, stage.contents)
    # What was landed and is no part of this beginning leaves the record: it stays as it is now.
    recorded = {file.path for file in landed.files} if (landed := journal.read(found.root)) else set()
    paths = sorted({*start.files, *recorded, *(change.path for change in changes)})
    originals = {path: start.files.get(path, start.bare.get(path)) for path in paths}
    targets = {path: stage.contents.get(path, start.bare.get(path)) for path in paths}
    current = {path: found.snapshot.get(path) for path in paths}
    journal.land(
        found.root,
        stage.numbers,
        found.spec.name,
        originals,
        targets,
        current,
        version=__version__,
        history=_history(landed.history if landed else (), start.landed, proven),
        choices=start.choices.settled(),
        hierarchy=found.hierarchy.where if found.hierarchy else "",
    )
    return changes


def _history(
    old: Iterable[LandedPhase], landed: frozenset[int], proven: Sequence[Proof]
) -> Iterator[LandedPhase]:
    """What is to be told of each landed phase; one that did nothing more this time is told of as before."""
    known = {each.number: each for each in old if each.number in landed}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for proof in proven:
        figures = {verdict.gate: verdict.figures for verdict in proof.verdicts}
        done = work(proof.step, landed)
        for number in done if proof.step.phase.number in landed else {proof.step.phase.number, *done}:
            before = known[number].files if number in known else ()
            paths = tuple(sorted({*before, *done.get(number, ())}))
            known[number] = LandedPhase(number, now, __version__, paths, figures)
    return (known[number] for number in sorted(known))


def rollback(root: Path, spec: Spec, phases: Sequence[str], where: str | None = None) -> tuple[Change, ...]:
    """Take landed phases back: the landed set without them, as if it had never been more.

    ``where`` is the hierarchy's place if it has moved since; it is read only where phases remain.
    Choices that go with the last of them are kept for a later run that asks for choices.
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
    if why := stuck(names, leaving, finalizing(spec).number):
        raise MigrationError(why)
    originals = landed.originals(root)
    targets: Contents = originals
    if remaining:
        # What mypy knew when the others landed is to be known again.
        found = survey(root, spec, types=Asked(), where=where)
        start = origin(found)
        changes = planned(start.project, remaining) if remaining - {0} else ()
        targets = {**originals, **stage(BASE, remaining, start, changes).contents}
        if leaving == {finalizing(spec).number}:  # the others stay as they are, whatever is known now
            ended = {path for each in landed.history if each.number in leaving for path in each.files}
            targets = {p: data if p in ended else files.peek(root, p) for p, data in targets.items()}
        # What one phase has made and another taken away is in no record, and is to come back.
        originals = {path: originals.get(path, start.bare.get(path)) for path in targets}
    current = {path: files.peek(root, path) for path in targets}
    history = (each for each in landed.history if each.number in remaining)
    journal.land(
        root,
        remaining,
        landed.spec,
        originals,
        targets,
        current,
        version=landed.version,
        history=history,
        choices=landed.choices if remaining else NOTHING,
        hierarchy=where or landed.hierarchy,
    )
    if not remaining and landed.choices:  # what somebody wrote is not to be lost
        draft.keep(root, landed.spec, landed.choices)
    return differences(current, targets)


def _numbers(spec: Spec, phases: Sequence[str], landed: set[int]) -> Iterator[int]:
    for phase in chosen(spec, tuple(phases), frozenset({BASE.number}), (finalizing(spec),)):
        if phase.number not in landed:
            raise MigrationError(f"phase {phase.number} {phase.name} is not landed; landed: {listed(landed)}")
        yield phase.number
