"""What we did at the line of a problem: the edits there, why each was made, and what was left out near it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from codemods.choice import Item, Kind
from codemods.data import Problem, Snapshot, Verdict
from codemods.spans import Span, spans
from codemods.steps import Stage

# What is gone from the API is told of where it stood before; the old tests are not what was edited.
_LINES_BEFORE, _ELSEWHERE = frozenset({"api"}), frozenset({"old-tests"})
_FEW = 3
_SAID = {
    Kind.BASE: "{path} is left out",
    Kind.SITE: "{path}:{at} is left out",
    Kind.HEADER: "the type arguments of {at} in {path} are left out",
    Kind.DUPLICATE: "what all sides do alike in {at} is left out",
    Kind.TESTS: "{path} is left out",
    Kind.ABSTRACT: "that the factories in {path} are abstract is left out",
}
"""How an item that is left out is named."""


def causes(
    before: Snapshot, stage: Stage, verdicts: Iterable[Verdict], left: Collection[Item] = ()
) -> dict[Problem, tuple[str, ...]]:
    """For the new problems of gates that refuse a stage: what was done at their lines, and why.

    A problem whose line lies within no edit, and in whose file nothing is left out, is not there.
    ``before`` is what the stage was planned on; the places that are named are its own.
    """
    found = {}
    for gate, problem in ((v.gate, p) for v in verdicts if not v.passed for p in v.new):
        path = PurePosixPath(problem.path)
        edits, after = stage.edits.get(path, ()), stage.contents.get(path) or b""
        known = () if gate in _ELSEWHERE else spans(path, before.get(path, b""), edits, after)
        here = [s for s in known if problem.line in (s.before if gate in _LINES_BEFORE else s.after)]
        own = [s for s in here if s.edit.phase == stage.phase.number] or here
        said = (*map(_said, own), *_left(path, problem.line, left))
        if said:
            found[problem] = tuple(dict.fromkeys(said))
    return found


def _left(path: PurePosixPath, line: int, left: Iterable[Item]) -> Iterator[str]:
    """What is left out of a file, the nearest first where that is known."""
    here = sorted((item for item in left if item.path == path), key=lambda item: _far(item, line))
    for item in here[:_FEW]:
        yield f"{_SAID[item.kind].format(path=path, at=item.at)} by choice"
    if len(here) > _FEW:
        yield f"{len(here) - _FEW} more in {path}"


def _far(item: Item, line: int) -> int:
    return abs(int(item.at.partition(":")[0]) - line) if item.kind is Kind.SITE else 0


def _said(span: Span) -> str:
    edit, reasons = span.edit, "; ".join(span.edit.reasons)
    place = f"{edit.path}:{span.before.start}"
    renamed = span.old.isidentifier() and edit.replacement.isidentifier()
    return f"{place} {span.old} became {edit.replacement}: {reasons}" if renamed else f"{place}: {reasons}"
