"""The hunks of a change: its lines, the words in them that differ, and why each is there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import PurePosixPath
from typing import NamedTuple

from codemods.data import Change, Confidence, Decision, Note, Site
from codemods.edits import tokens
from codemods.enclosing import enclosing
from codemods.patch import Opcode, groups, ranged, split_lines
from codemods.spans import Span

CONTEXT = 3
_LONG = 20_000  # code points of a block, beyond which its words are not compared
_ALIKE = 0.2  # of a block that has to stay, or it is another text altogether

Spans = tuple[tuple[int, int], ...]


class HunkLine(NamedTuple):
    """A line of a hunk, without its end.

    ``sign`` is a blank, - or +; ``old`` and ``new`` are its 1-based numbers before and after, None where
    it is not. ``changed`` are the spans of ``text`` that differ, half-open, in code points.
    """

    sign: str
    text: str
    old: int | None
    new: int | None
    changed: Spans = ()
    end: str = "\n"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something in a hunk is there.

    ``old`` becomes ``new`` where a name does; ``new`` is None where it goes, ``old`` is "" where the
    reason is not about a name. ``confidence`` is that of the site. ``line`` is where it stands, 1-based,
    after the change, or before it where it went (``gone``).
    """

    text: str
    line: int
    gone: bool = False
    old: str = ""
    new: str | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of one file that change together, with those around them.

    ``number`` counts the hunks of a file in a phase from 1. ``sites`` are the occurrences that it carries
    out and ``spans`` the edits behind it, in places of the tree that was planned on; ``notes`` and
    ``asked`` speak of lines it shows, and ``places`` says of which of those before the change.
    ``section`` is what encloses its first change.
    """

    path: PurePosixPath
    phase: int
    number: int
    opcodes: tuple[Opcode, ...]
    lines: tuple[HunkLine, ...]
    reasons: tuple[Reason, ...] = ()
    sites: tuple[Site, ...] = ()
    spans: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()
    asked: tuple[Site, ...] = ()
    section: str = ""
    places: tuple[tuple[Note | Site, int], ...] = ()

    @property
    def before(self) -> range:
        """The lines it shows of the file before, 1-based."""
        return range(self.opcodes[0][1] + 1, self.opcodes[-1][2] + 1)

    @property
    def after(self) -> range:
        """The lines it shows of the file after, 1-based."""
        return range(self.opcodes[0][3] + 1, self.opcodes[-1][4] + 1)

    @property
    def header(self) -> str:
        """Its first line in a unified diff."""
        sides = (ranged(side.start - 1, side.stop - 1) for side in (self.before, self.after))
        return "@@ -{} +{} @@".format(*sides)

    @property
    def size(self) -> tuple[int, int]:
        """How many lines it adds and takes away."""
        signs = [line.sign for line in self.lines]
        return signs.count("+"), signs.count("-")


def hunks(
    change: Change, phase: int, spans: Sequence[Span], sites: Sequence[Site], context: int = CONTEXT
) -> tuple[Hunk, ...]:
    """The hunks of a change, as its unified diff has them with so many lines of ``context``.

    ``spans`` are the edits behind it, where they stand after it, ``sites`` those of the file that the
    edits may carry out.
    """
    before, after = (_lines(data) for data in (change.before, change.after))
    found = groups(before, after, context)
    homes: list[list[Span]] = [[] for _ in found]
    for span in spans if found else ():
        distances = [_distance(group, span) for group in found]
        nearest = min(distances)
        for home, distance in zip(homes, distances, strict=True):
            if distance == nearest <= 1:  # what is further away was done before
                home.append(span)
    return tuple(
        _explained(_hunk(change.path, phase, number, group, before, after), here, sites)
        for number, (group, here) in enumerate(zip(found, homes, strict=True), 1)
    )


def moved(opcodes: Iterable[Opcode], line: int) -> int:
    """Where a 1-based line before stands after; the place where it was, if it went."""
    shift = 0
    for tag, i1, i2, j1, j2 in opcodes:
        if line - 1 < i1:
            break
        if tag != "equal" and line - 1 < i2:
            return j1 + 1 + min(line - 1 - i1, max(j2 - j1 - 1, 0))
        shift = j2 - i2
    return line + shift


def _lines(data: bytes | None) -> list[str]:
    return [line.decode("utf-8", "surrogateescape") for line in split_lines(data or b"")]


def _distance(group: Sequence[Opcode], span: Span) -> int:
    """How many lines an edit, by what it leaves, is away from the nearest change of a hunk."""
    first = (span.after.start if span.after else span.at) - 1
    last = span.after.stop - 1 if span.after else first
    return min(max(j1 - last, first - j2, 0) for tag, _, _, j1, j2 in group if tag != "equal")


def split(hunk: Hunk) -> tuple[Hunk, ...]:
    """The hunk as one for each run of changed lines, with as many lines around it as there are."""
    changes = [number for number, opcode in enumerate(hunk.opcodes) if opcode[0] != "equal"]
    parts = [tuple(hunk.opcodes[max(n - 1, 0) : n + 2]) for n in changes]
    return tuple(_part(hunk, part) for part in parts) if len(parts) > 1 else (hunk,)


def _part(hunk: Hunk, opcodes: tuple[Opcode, ...]) -> Hunk:
    (_, i1, _, j1, _), (_, _, i2, _, j2) = opcodes[0], opcodes[-1]
    lines = tuple(
        line
        for line in hunk.lines
        if (line.old is None or i1 < line.old <= i2) and (line.new is None or j1 < line.new <= j2)
    )
    part = replace(hunk, opcodes=opcodes, lines=lines, reasons=(), sites=(), spans=())
    return _explained(part, [s for s in hunk.spans if _distance(opcodes, s) == 0], hunk.sites)


def _hunk(
    path: PurePosixPath,
    phase: int,
    number: int,
    group: tuple[Opcode, ...],
    before: Sequence[str],
    after: Sequence[str],
) -> Hunk:
    shown = tuple(line for opcode in group for line in _shown(opcode, before, after))
    tag, i1, _, j1, _ = next(opcode for opcode in group if opcode[0] != "equal")
    inserted = tag == "insert"
    section = enclosing(path, after if inserted else before, j1 if inserted else i1)
    return Hunk(path, phase, number, group, shown, section=section)


def _explained(hunk: Hunk, spans: Sequence[Span], sites: Iterable[Site]) -> Hunk:
    """The hunk with the edits behind it, what they carry out, and why."""
    inside = [(span, [s for s in sites if s.line in span.before and _covers(span, s)]) for span in spans]
    every = list(dict.fromkeys(reason for pair in inside for reason in _reasons(*pair)))
    # An edit that begins where a name changed in another phase says why that one did, too.
    elsewhere = {site.reason for site in sites}
    reasons = [reason for reason in every if reason.old or reason.text not in elsewhere] or every
    carried = dict.fromkeys(site for _, found in inside for site in found)
    return replace(hunk, reasons=tuple(reasons), sites=tuple(carried), spans=tuple(spans))


def _covers(span: Span, site: Site) -> bool:
    """Whether an edit has the name of a site in it, or is made of it."""
    return site.name in span.old or site.reason in span.edit.reasons


def _reasons(span: Span, sites: Sequence[Site]) -> Iterator[Reason]:
    gone = not span.after
    line = span.before.start if gone else span.after.start
    told = {site.reason for site in sites}
    moves = gone and any(text not in told for text in span.edit.reasons)
    for site in sites:
        new = site.new if site.decision is Decision.RENAME else None
        if not (moves and new):  # it goes with its line
            yield Reason(site.reason, line, gone, site.name, new, site.confidence)
    for text in span.edit.reasons:
        if text not in told:
            yield Reason(text, line, gone)


def _shown(opcode: Opcode, before: Sequence[str], after: Sequence[str]) -> Iterator[HunkLine]:
    tag, i1, i2, j1, j2 = opcode
    if tag == "equal":
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield _line(" ", before[i], i + 1, j + 1)
        return
    old, new = changed_words("".join(before[i1:i2]), "".join(after[j1:j2])) if tag == "replace" else ((), ())
    for i, words in zip(range(i1, i2), _by_line(before[i1:i2], old), strict=True):
        yield _line("-", before[i], i + 1, None, words)
    for j, words in zip(range(j1, j2), _by_line(after[j1:j2], new), strict=True):
        yield _line("+", after[j], None, j + 1, words)


def _line(sign: str, whole: str, old: int | None, new: int | None, changed: Spans = ()) -> HunkLine:
    text = _bare(whole)
    return HunkLine(sign, text, old, new, changed, whole[len(text) :])


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def changed_words(before: str, after: str) -> tuple[Spans, Spans]:
    """The spans of two texts that differ, word by word; none where hardly a word stays."""
    if max(len(before), len(after)) > _LONG:
        return (), ()
    old, new, shift = [], [], 0
    for start, end, replacement in tokens(before, after):
        old.append((start, end))
        new.append((start + shift, start + shift + len(replacement)))
        shift += len(replacement) - (end - start)
    stays = len(before) - sum(end - start for start, end in old)
    if stays < _ALIKE * max(len(before), len(after)):
        return (), ()
    return tuple(old), tuple(new)


def _by_line(lines: Sequence[str], spans: Spans) -> list[Spans]:
    """Spans of joined lines as spans of each of them, without line ends and what is empty."""
    starts = [0, *accumulate(map(len, lines))]
    found: list[list[tuple[int, int]]] = [[] for _ in lines]
    for start, end in spans:
        number = bisect_right(starts, start) - 1
        while number < len(lines) and starts[number] < end:
            at = starts[number]
            piece = max(start - at, 0), min(end - at, len(_bare(lines[number])))
            if piece[0] < piece[1]:
                found[number].append(piece)
            number += 1
    return [tuple(pieces) for pieces in found]
