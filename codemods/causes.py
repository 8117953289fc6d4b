"""What we did at the line of a problem: the edits there, and why each of them was made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods.data import Problem, Snapshot, Verdict
from codemods.spans import Span, spans
from codemods.steps import Stage

# What is gone from the API is told of where it stood before; the old tests are not what was edited.
_LINES_BEFORE, _ELSEWHERE = frozenset({"api"}), frozenset({"old-tests"})


def causes(before: Snapshot, stage: Stage, verdicts: Iterable[Verdict]) -> dict[Problem, tuple[str, ...]]:
    """For the new problems of gates that refuse a stage: what was done at their lines, and why.

    A problem whose line lies within no edit is not there. ``before`` is what the stage was planned on;
    the places that are named are its own.
    """
    found = {}
    for gate, problem in ((v.gate, p) for v in verdicts if not v.passed for p in v.new):
        path = PurePosixPath(problem.path)
        edits, after = stage.edits.get(path, ()), stage.contents.get(path) or b""
        known = () if gate in _ELSEWHERE else spans(path, before.get(path, b""), edits, after)
        here = [s for s in known if problem.line in (s.before if gate in _LINES_BEFORE else s.after)]
        if own := [s for s in here if s.edit.phase == stage.phase.number] or here:
            found[problem] = tuple(dict.fromkeys(map(_said, own)))
    return found


def _said(span: Span) -> str:
    edit, reasons = span.edit, "; ".join(span.edit.reasons)
    place = f"{edit.path}:{span.before.start}"
    renamed = span.old.isidentifier() and edit.replacement.isidentifier()
    return f"{place} {span.old} became {edit.replacement}: {reasons}" if renamed else f"{place}: {reasons}"
