"""Edits between two versions of a text, each with the reasons that codemods reported for its lines."""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Decision, Edit, Site
from codemods.text import Text, line_starts

_TOKEN = re.compile(r"\w+|\r\n|\s|.", re.DOTALL)
_WORD = re.compile(r"\w+")
_SPACE = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})
_LINE_END = re.compile(r"\r\n|\r|\n")
_LONG = 1000
ALIGNED = "only re-aligned: the opening line got {}"
"""The reason of an edit that moves a line along."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


Aligned = tuple[int, int, tuple[int, int]]
"""A line that starts below what follows a bracket: line, column, and line and column of the bracket."""


class UnexplainedChange(Exception):
    """A difference no codemod has reported: it must not be written."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a codemod says it does to the lines ``first`` to ``last`` (1-based, both included) of a file.

    With ``words`` it speaks of these only, where an edit has them, and ``reason`` follows them.
    """

    first: int
    last: int
    phase: int
    reason: str
    words: tuple[str, ...] = ()

    def said_of(self, text: str) -> str:
        """The reason of an edit that takes away and puts in ``text``; empty where it is about other words."""
        here = [word for word in self.words if word in _WORD.findall(text)]
        return f"{', '.join(here)}: {self.reason}" if here else "" if self.words else self.reason

    @property
    def whole(self) -> str:
        """The reason with all words."""
        return f"{', '.join(self.words)}: {self.reason}" if self.words else self.reason


def between(path: PurePosixPath, before: str, after: str, reports: Sequence[Report]) -> tuple[Edit, ...]:
    """The edits that turn ``before`` into ``after``.

    Raises UnexplainedChange where the two differ and nothing was reported.
    """
    starts = line_starts(before)
    edits = []
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for number, report in enumerate(reports):
        for each in range(report.first - 1, report.last + 2):
            beside[each].append(number)
    for start, end, replacement in _differences(before, after):
        own = bisect_right(starts, start), bisect_right(starts, max(start, end - 1))
        line, last = _with_blanks(before, starts, *own)
        found = {number for each in range(line, last + 1) for number in beside[each]}
        reasons = [reports[number] for number in sorted(found)]
        if not reasons:
            raise UnexplainedChange(f"line {line}: {before[start:end]!r} -> {replacement!r}")
        inserted = start == end and starts[own[0] - 1] == start  # lines that come before this one
        exact = [r for r in reasons if r.first <= own[1] and own[0] - inserted <= r.last]
        near = exact or [r for r in reasons if r.first <= last and line <= r.last] or reasons
        changed = before[start:end] + replacement
        said = [text for r in near if (text := r.said_of(changed))] or [r.whole for r in near]
        phase = min(r.phase for r in near)
        edits.append(Edit(path, start, end, replacement, phase, tuple(dict.fromkeys(said))))
    return tuple(edits)


def renamings(text: Text, sites: Iterable[Site]) -> tuple[Edit, ...]:
    """The edits that put new names where ``sites`` found old ones."""
    found = (site for site in sites if site.decision is Decision.RENAME)
    words = ((site, _WORD.match(text.text, text.offset(site.line, site.column))) for site in found)
    return tuple(
        Edit(site.path, *word.span(), site.new, site.phase, (site.reason,))
        for site, word in words
        if word and site.new is not None
    )


def _with_blanks(text: str, starts: Sequence[int], first: int, last: int) -> tuple[int, int]:
    """A span of lines with the blank lines around it: a diff may put an edit on either side of those."""
    lines = [*starts, len(text)]
    while first > 1 and not text[lines[first - 2] : lines[first - 1]].strip():
        first -= 1
    while last < len(starts) and not text[lines[last] : lines[last + 1]].strip():
        last += 1
    return first, last


def alignment(
    path: PurePosixPath, text: str, edits: Sequence[Edit], aligned: Iterable[Aligned] | None = None
) -> tuple[Edit, ...]:
    """Edits that move a line along with the bracket behind which it was aligned.

    ``aligned`` are the lines of the text that are, where they are known (``aligned_lines``).
    """
    starts = line_starts(text)
    moved: dict[int, int] = {}
    causes: dict[int, list[Edit]] = {}
    made = []
    for line, column, (row, bracket) in aligned_lines(text) if aligned is None else aligned:
        begin = starts[row - 1]
        before = [e for e in edits if begin <= e.start and e.end <= begin + bracket]
        start = starts[line - 1]
        end = start + column
        touched = text[start:end].strip(" ") or any(e.start < end and start < e.end for e in edits)
        across = any("\n" in text[e.start : e.end] + e.replacement for e in before)
        width = moved.get(row, 0) + sum(len(e.replacement) - (e.end - e.start) for e in before)
        if not width or touched or across:
            continue
        moved[line], causes[line] = width, [*causes.get(row, ()), *before]
        at = end + min(width, 0)
        why = ALIGNED.format("longer" if width > 0 else "shorter")
        made.append(Edit(path, at, end, " " * max(width, 0), min(e.phase for e in causes[line]), (why,)))
    return tuple(made)


def aligned_lines(text: str) -> Iterator[Aligned]:
    """The lines that are aligned with a bracket above.

    Lines are 1-based, columns count from 0. A line comes after the one its bracket is in.
    """
    brackets: list[tuple[int, int]] = []
    beside: dict[tuple[int, int], int] = {}
    last = 0
    for token in _python_tokens(text):
        row, column = token.start
        if brackets and row != last and beside.get(brackets[-1]) == column:
            yield row, column, brackets[-1]
        last = token.end[0]
        if brackets and row == brackets[-1][0] and token.type != tokenize.COMMENT:
            beside.setdefault(brackets[-1], column)
        if token.type == tokenize.OP and token.string in "([{":
            brackets.append((row, column))
        elif token.type == tokenize.OP and token.string in ")]}":
            brackets.pop()


def _python_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        # Lines that end alike: the tokenizer of Python 3.11 does not know a lone CR.
        for token in tokenize.generate_tokens(io.StringIO(_LINE_END.sub("\n", text)).readline):
            if token.type not in _SPACE:
                yield token
    except (tokenize.TokenError, SyntaxError):
        return


def splice(text: str, edits: Sequence[Edit]) -> str:
    """``text`` with the edits made; they may not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        parts += [text[at : edit.start], edit.replacement]
        at = edit.end
    return "".join(parts) + text[at:]


def _differences(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    old, new = _LINE.findall(before), _LINE.findall(after)
    offset, at = 0, 0
    if len(old) == len(new) and all(map(_is_renamed, old, new)):
        for one, other in zip(old, new, strict=True):
            if one != other:
                yield from tokens(one, other, offset)
            offset += len(one)
        return
    for tag, i1, i2, j1, j2 in _opcodes(old, new):
        offset += sum(map(len, old[at:i1]))
        at = i1
        if tag == "replace":
            yield from tokens("".join(old[i1:i2]), "".join(new[j1:j2]), offset)
        elif tag != "equal":
            yield offset, offset + sum(map(len, old[i1:i2])), "".join(new[j1:j2])


def tokens(before: str, after: str, offset: int = 0) -> Iterator[tuple[int, int, str]]:
    """What turns one text into the other, word by word: spans, from ``offset`` on, and their replacements."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    starts = [0]
    for token in old:
        starts.append(starts[-1] + len(token))
    for tag, i1, i2, j1, j2 in _opcodes(old, new):
        if tag != "equal":
            yield offset + starts[i1], offset + starts[i2], "".join(new[j1:j2])


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    """What ``difflib`` says, without the time it takes for long texts that repeat themselves."""
    if _is_renaming(old, new):
        pairs = enumerate(zip(old, new, strict=True))
        return (("replace", i, i + 1, i, i + 1) for i, (one, other) in pairs if one != other)
    return difflib.SequenceMatcher(None, old, new, autojunk=len(old) > _LONG).get_opcodes()


def _is_renamed(old: str, new: str) -> bool:
    """Whether a line says the same, but for words."""
    return old == new or _is_renaming(_TOKEN.findall(old), _TOKEN.findall(new))


def _is_renaming(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether words stand for words and nothing else differs."""
    return len(old) == len(new) and all(
        one == other or (one.isidentifier() and other.isidentifier())
        for one, other in zip(old, new, strict=True)
    )
