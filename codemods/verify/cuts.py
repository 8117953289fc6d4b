"""Spans of a text and what stands there instead, and the lines that move along with a bracket."""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.text import Text

_LINE_END = re.compile(r"\r\n|\r|\n")
_OPENED = re.compile(r"[(\[{]\s*(?=\S)")
_NO_CODE = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """The code points ``start`` to ``end`` (half-open) and what replaces them."""

    start: int
    end: int
    new: str


def spliced(text: str, cuts: Sequence[Cut]) -> str:
    """``text`` with the cuts made; one inside another that removes it is lost with it."""
    parts, at = [], 0
    for cut in sorted(cuts, key=lambda c: (c.start, -c.end)):
        if cut.start >= at:
            parts += [text[at : cut.start], cut.new]
            at = cut.end
    return "".join(parts) + text[at:]


def moved_along(text: Text, cuts: Sequence[Cut]) -> Iterator[Cut]:
    """The indentation of lines that start right below what follows a bracket, where that moves."""
    width: dict[int, int] = defaultdict(int)
    for line, column, row, bracket in _aligned(text.text) if any(_may_move(text, c) for c in cuts) else ():
        begin, start = text.starts[row - 1], text.starts[line - 1]
        inside = [c for c in cuts if begin <= c.start and c.end <= begin + bracket]
        touched = any(c.start < start + column and start < c.end for c in cuts)
        grown = sum(len(c.new) - (c.end - c.start) for c in inside if not _LINE_END.search(c.new))
        if (by := width[row] + grown) and not touched and not text.text[start : start + column].strip(" "):
            width[line] = by
            yield Cut(start, start + column, " " * (column + by))


def _may_move(text: Text, cut: Cut) -> bool:
    """Whether a line below a cut starts as far in as something that follows a bracket behind the cut."""
    row, _ = text.place(cut.start)
    begin, line = text.starts[row - 1], text.line(row)
    columns = (opened.end() for opened in _OPENED.finditer(line, cut.end - begin))
    return any(re.search(rf"[\r\n] {{{n}}}[^ \r\n]", text.text[begin:]) for n in columns)


def _aligned(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Line and column of what stands right below the token behind a bracket, and those of the bracket."""
    open_at: list[tuple[int, int]] = []
    follows: dict[tuple[int, int], int] = {}
    last = 0
    for token in _tokens(text):
        row, column = token.start
        if open_at and row > last and follows.get(open_at[-1]) == column:
            yield row, column, *open_at[-1]
        if open_at and row == open_at[-1][0] and token.type != tokenize.COMMENT:
            follows.setdefault(open_at[-1], column)
        last = token.end[0]
        if token.type == tokenize.OP and token.string in "([{":
            open_at.append((row, column))
        elif token.type == tokenize.OP and token.string in ")]}":
            open_at.pop()


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    # Lines that end alike: the tokenizer of Python 3.11 does not know a lone CR.
    tokens = tokenize.generate_tokens(io.StringIO(_LINE_END.sub("\n", text)).readline)
    try:
        yield from (token for token in tokens if token.type not in _NO_CODE)
    except (tokenize.TokenError, SyntaxError):
        return


def line_end(text: str) -> str:
    """The line end of a file: its first."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def indentation(text: str) -> str:
    """The step by which a file indents: its first."""
    tokens = tokenize.generate_tokens(io.StringIO(_LINE_END.sub("\n", text)).readline)
    return next((token.string for token in tokens if token.type == tokenize.INDENT), " " * 4)
