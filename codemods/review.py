"""A dry run as people look at it: phase by phase and file by file, every hunk with why it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TypeVar

from codemods.choice import Choices
from codemods.data import Change, Decision, Edit, Note, Phase, Site
from codemods.doing import Doing, Progress, silent
from codemods.hunks import CONTEXT, hunks, moved
from codemods.phases import REPAIR
from codemods.reviewed import FileReview, PhaseReview, Review
from codemods.spans import Span, spans
from codemods.steps import Stage, Step, between_stages, stages_of
from codemods.survey import Origin, Survey, origin
from codemods.tree import class_tree
from codemods.workers import FEW

_CARRIED = (Decision.RENAME, Decision.DELETE)
_Remark = TypeVar("_Remark", Note, Site)


def review(
    found: Survey,
    phases: Sequence[str] = (),
    progress: Progress = silent,
    context: int = CONTEXT,
    choices: Choices | None = None,
) -> Review:
    """The change of every phase asked for, its hunks with ``context`` lines around them.

    ``choices`` take the place of those that are landed. Raises MigrationError as ``steps`` does.
    """
    start = origin(found, choices)
    stages = stages_of(found, start, phases, progress)
    progress(Doing("planning", ("hunks",), 0))
    return of_stages(found, start, stages, context)


def of_stages(found: Survey, start: Origin, stages: Sequence[Stage], context: int = CONTEXT) -> Review:
    """The same of stages that are there already."""
    asked = tuple(site for site in found.sites if site.decision is Decision.ASK)
    shown = {0, *(stage.phase.number for stage in stages)}
    notes = (note for note in found.notes if note.phase in shown)
    waiting = _Waiting([*fresh(notes, asked), *asked])
    steps = between_stages(found, stages)
    pieces = [*_pieces(steps, stages)]
    path, shared = (lambda piece: piece.change.path), (start, context)
    files = iter(found.workers.whole(_file, shared, pieces, path, few=10 * FEW))
    made = [
        PhaseReview(step.phase, tuple(waiting.beside(next(files), step.phase.number) for _ in step.changes))
        for step in steps
    ]
    placed = tuple(
        PhaseReview(each.phase, tuple(waiting.above(file, each.phase.number) for file in each.files))
        for each in made
    )
    tree = class_tree(found, start, stages[-1].contents if stages else {})
    numbers = stages[-1].numbers if stages else start.landed
    return Review(placed, tree, waiting.rest(Note), waiting.rest(Site), numbers)


def fresh(notes: Iterable[Note], asked: Iterable[Site]) -> tuple[Note, ...]:
    """The notes, each once, without those that repeat a site to be asked about."""
    told = {(site.path, site.line, site.name) for site in asked}
    return tuple(n for n in dict.fromkeys(notes) if (n.path, n.line, n.text.partition(":")[0]) not in told)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A change with the edits of its stage in the file, and those of the stages before."""

    change: Change
    phase: Phase
    edits: tuple[Edit, ...]
    earlier: frozenset[Edit]


def _pieces(steps: Sequence[Step], stages: Sequence[Stage]) -> Iterator[_Piece]:
    earlier: dict[PurePosixPath, frozenset[Edit]] = {}
    for step, stage in zip(steps, stages, strict=True):
        for change in step.changes:
            path = change.path
            yield _Piece(change, step.phase, stage.edits.get(path, ()), earlier.get(path, frozenset()))
        for path, edits in stage.edits.items():
            earlier[path] = earlier.get(path, frozenset()) | {*edits}


def _file(shared: tuple[Origin, int], piece: _Piece) -> FileReview:
    """A change with its hunks; what was done for an earlier stage is behind none of them."""
    (start, context), change, repair = shared, piece.change, piece.phase is REPAIR
    path = change.path
    before = start.bare if repair else start.project.snapshot
    edits = [e for e in piece.edits if (e.phase == REPAIR.number) == repair]
    made = [
        _news(span, piece.earlier)
        for span in spans(path, before.get(path, b""), edits, change.after or b"")
        if span.edit not in piece.earlier
    ]
    sites = [s for s in start.project.by_path.get(path, ()) if s.decision in _CARRIED]
    return FileReview(change, hunks(change, piece.phase.number, made, sites, context))


def _news(span: Span, known: Iterable[Edit]) -> Span:
    """An edit that an earlier stage made in another form, with the reasons that are new."""
    edit = span.edit
    told = {r for e in known if e.start <= edit.end and edit.start <= e.end for r in e.reasons}
    new = tuple(reason for reason in edit.reasons if reason not in told)
    return replace(span, edit=replace(edit, reasons=new)) if new else span


class _Waiting:
    """Notes and sites that wait for a hunk that shows their line, as phase after phase moves it."""

    def __init__(self, remarks: Sequence[Note | Site]) -> None:
        self._lines = [(remark, remark.line) for remark in remarks]

    def beside(self, file: FileReview, phase: int) -> FileReview:
        """The file with every remark beside the hunk that shows its line."""
        here = [(r, line) for r, line in self._lines if _is_of(r, file.path, phase)]
        placed: set[Note | Site] = set()
        found = []
        for hunk in file.hunks:
            places = tuple((r, line) for r, line in here if line in hunk.before and r not in placed)
            shown = [r for r, _ in places]
            placed |= {*shown}
            found.append(replace(hunk, notes=_of(Note, shown), asked=_of(Site, shown), places=places))
        opcodes = [opcode for hunk in file.hunks for opcode in hunk.opcodes]
        self._lines = [
            (r, moved(opcodes, line) if r.path == file.path else line)
            for r, line in self._lines
            if r not in placed
        ]
        return replace(file, hunks=tuple(found))

    def above(self, file: FileReview, phase: int) -> FileReview:
        """The file with what is left of its remarks above the hunks."""
        here = [r for r, _ in self._lines if _is_of(r, file.path, phase)]
        self._lines = [(r, line) for r, line in self._lines if r not in here]
        return replace(file, notes=_of(Note, here), asked=_of(Site, here))

    def rest(self, kind: type[_Remark]) -> tuple[_Remark, ...]:
        return _of(kind, [r for r, _ in self._lines])


def _is_of(remark: Note | Site, path: PurePosixPath, phase: int) -> bool:
    """Whether it may be said at a file in a phase; what is said of a later change has to wait."""
    waits = isinstance(remark, Note) and remark.phase > phase
    return remark.path == path and not waits


def _of(kind: type[_Remark], remarks: Iterable[object]) -> tuple[_Remark, ...]:
    return tuple(r for r in remarks if isinstance(r, kind))
