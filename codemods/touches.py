"""What the hunks of a dry run do to one line, phase after phase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods.data import Phase, Site
from codemods.hunks import Hunk, Reason, moved
from codemods.patch import Opcode
from codemods.reviewed import Review


@dataclass(frozen=True, slots=True)
class Touch:
    """A hunk that does something to a line.

    ``how`` is changes, removes, stays where only lines around it change, or above or below where lines are
    inserted beside it. ``line`` is where it stands after the phase, 1-based, or where it stood; ``after``
    are the lines that are new.
    """

    phase: Phase
    hunk: Hunk
    how: str
    line: int
    after: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def carries(self, site: Site) -> bool:
        return site in self.hunk.sites or self.phase.number == site.phase

    def of(self, site: Site) -> Touch:
        """The same without what is said of other names."""
        return replace(self, reasons=tuple(r for r in self.reasons if r.old in ("", site.name)))


def touches(review: Review, path: PurePosixPath, line: int) -> Iterator[Touch]:
    """What becomes of a line, as it moves from phase to phase, until it goes."""
    for each in review.phases:
        for file in (file for file in each.files if file.path == path and file.change.before is not None):
            for hunk in file.hunks:
                for opcode in (o for o in hunk.opcodes if _how(o, line)):
                    how = _how(opcode, line)
                    yield _touch(each.phase, hunk, opcode, line, how)
                    if how == "removes":
                        return
            line = moved([opcode for hunk in file.hunks for opcode in hunk.opcodes], line)


def later(review: Review, path: PurePosixPath, line: int) -> Iterator[Touch]:
    """The hunks in which a line has a number only after their phase, as reports print it.

    ``how`` is later, or creates where the phase makes the file; ``after`` is the line.
    """
    for each in review.phases:
        for file in (file for file in each.files if file.path == path):
            how = "creates" if file.change.before is None else "later"
            for hunk in file.hunks:
                said = tuple(reason for reason in hunk.reasons if reason.line == line and not reason.gone)
                text = tuple(row.text for row in hunk.lines if row.new == line)
                if any(row.sign == "+" for row in hunk.lines if row.new == line) or (text and said):
                    yield Touch(each.phase, hunk, how, line, text, said or hunk.reasons)


def inside(review: Review, path: PurePosixPath, lines: range) -> Iterator[tuple[Phase, tuple[int, ...]]]:
    """Which of some lines, as they stand now, change in which phase, or have others put above them."""
    found: dict[Phase, list[int]] = {}
    for line in lines:
        for phase in dict.fromkeys(
            touch.phase for touch in touches(review, path, line) if touch.how not in ("below", "stays")
        ):
            found.setdefault(phase, []).append(line)
    for phase in sorted(found, key=lambda phase: phase.number):
        yield phase, tuple(found[phase])


def _how(opcode: Opcode, line: int) -> str:
    tag, i1, i2, _, _ = opcode
    if tag == "insert":
        return {line - 1: "above", line: "below"}.get(i1, "")
    here = tag != "equal" and i1 < line <= i2
    return {"delete": "removes", "replace": "changes"}[tag] if here else ""


def _touch(phase: Phase, hunk: Hunk, opcode: Opcode, line: int, how: str) -> Touch:
    _, i1, i2, j1, j2 = opcode
    alone = how == "changes" and i2 - i1 == j2 - j1  # line by line, so far as can be told
    after = range(j1 + line - i1, j1 + line - i1 + 1) if alone else range(j1 + 1, j2 + 1)
    before = range(line, line + 1)
    old = [(row.text, row.end) for row in hunk.lines if row.sign == "-" and row.old == line]
    new = [(row.text, row.end) for row in hunk.lines if row.sign == "+" and row.new in after]
    if how == "changes" and old == new:
        how, new = "stays", []
    said = _said(hunk.reasons, before, after) or _said(hunk.reasons, range(i1 + 1, i2 + 1), after)
    return Touch(
        phase,
        hunk,
        how,
        moved(hunk.opcodes, line),
        tuple(text for text, _ in new),
        tuple(said or _nearest(hunk, line)),
    )


def _said(reasons: Sequence[Reason], before: range, after: range) -> list[Reason]:
    return [reason for reason in reasons if reason.line in (before if reason.gone else after)]


def _nearest(hunk: Hunk, line: int) -> list[Reason]:
    """The reasons of a hunk that speak of the lines nearest to one."""
    after = moved(hunk.opcodes, line)
    far = [abs(reason.line - (line if reason.gone else after)) for reason in hunk.reasons]
    return [reason for reason, distance in zip(hunk.reasons, far, strict=True) if distance == min(far)]
