"""What we did at the line of a problem: the edits there, and why each of them was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods.data import Edit, Problem, Snapshot, Verdict
from codemods.edits import splice
from codemods.steps import Stage
from codemods.text import Text, UnreadableSource, decode, line_starts

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
        spans = [] if gate in _ELSEWHERE else list(_spans(path, before.get(path, b""), stage))
        here = [s for s in spans if problem.line in (s.before if gate in _LINES_BEFORE else s.after)]
        if own := [s for s in here if s.edit.phase == stage.phase.number] or here:
            found[problem] = tuple(dict.fromkeys(s.said for s in own))
    return found


@dataclass(frozen=True, slots=True)
class _Span:
    """An edit with the lines it has before and after; ``old`` is the text it replaced."""

    edit: Edit
    old: str
    before: range
    after: range

    @property
    def said(self) -> str:
        edit, reasons = self.edit, "; ".join(self.edit.reasons)
        place = f"{edit.path}:{self.before.start}"
        renamed = self.old.isidentifier() and edit.replacement.isidentifier()
        return (
            f"{place} {self.old} became {edit.replacement}: {reasons}" if renamed else f"{place}: {reasons}"
        )


def _spans(path: PurePosixPath, data: bytes, stage: Stage) -> Iterator[_Span]:
    """The edits of a file; none where they are not all that was done to it, as after a repair."""
    edits = sorted(stage.edits.get(path, ()), key=lambda edit: (edit.start, edit.end))
    try:
        old = decode(data)
        text = splice(old.text, edits)
        if old.encode(text) != stage.contents.get(path):
            return
    except UnreadableSource:
        return
    new, shift = replace(old, text=text, starts=line_starts(text)), 0
    for edit in edits:
        start, shift = edit.start + shift, shift + len(edit.replacement) - (edit.end - edit.start)
        replaced, end = old.text[edit.start : edit.end], start + len(edit.replacement)
        # Of whole lines that went there is no line after.
        after = (
            _lines(new, start, end) if edit.replacement or not replaced.endswith(("\n", "\r")) else range(0)
        )
        yield _Span(edit, replaced, _lines(old, edit.start, edit.end), after)


def _lines(text: Text, start: int, end: int) -> range:
    """The lines that a span has something of; the one it is at where it is empty."""
    inside = text.text[start:end]
    first = start + len(inside) - len(inside.lstrip("\r\n"))
    last = max(first, start + len(inside.rstrip("\r\n")) - 1)
    return range(text.place(first)[0], text.place(last)[0] + 1)
