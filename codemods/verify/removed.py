"""What stays of the lines around statements that are taken out of a block."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from codemods.text import Text
from codemods.verify.cuts import Cut

Lines = list[str]
_Block = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Piece:
    """The statements of one line, or a compound one; ``lead`` is the blank lines and comments above them.

    ``first`` to ``last`` are its lines (1-based, both included), with comments that are indented deeper.
    """

    nodes: tuple[ast.stmt, ...]
    first: int
    last: int
    lead: tuple[str, ...]

    @property
    def above(self) -> int:
        """The line its lead starts at."""
        return self.first - len(self.lead)

    @property
    def begins(self) -> bool:
        """Whether a paragraph begins here."""
        return bool(self.lead) or isinstance(self.nodes[0], _Block)


def span(text: Text, first: int, last: int) -> tuple[int, int]:
    """The offsets of the lines ``first`` to ``last``, the end of the last one included."""
    starts = [*text.starts, len(text.text)]
    return starts[first - 1], starts[min(last, len(starts) - 1)]


def pieces(text: Text, body: Sequence[ast.stmt]) -> list[Piece]:
    """A block that does not begin in the line of its header, piece by piece."""
    found: list[Piece] = []
    for first, group in groupby(body, key=_first_line):
        nodes = tuple(group)
        top = first
        while (
            top > 1 and _is_blank(text.line(top - 1)) and (not found or top - 1 > _end(found[-1].nodes[-1]))
        ):
            top -= 1
        lead = [_line(text, n) for n in range(top, first)]
        column = nodes[0].col_offset
        owned = 0
        if found and hasattr(found[-1].nodes[-1], "body"):
            owned = max(
                (i + 1 for i, line in enumerate(lead) if "#" in line and _indent(line) > column), default=0
            )
            before = found[-1]
            found[-1] = Piece(before.nodes, before.first, before.last + owned, before.lead)
        found.append(Piece(nodes, first, _end(nodes[-1]), tuple(lead[owned:])))
    if found and hasattr(found[-1].nodes[-1], "body"):
        end = found[-1]
        found[-1] = Piece(end.nodes, end.first, _last_comment(text, end), end.lead)
    return found


def _last_comment(text: Text, piece: Piece) -> int:
    """The last line of what follows the last piece of a block and is indented as its inside."""
    column, last, line = piece.nodes[0].col_offset, piece.last, piece.last + 1
    while line <= len(text.starts) and _is_blank(text.line(line)):
        if "#" in text.line(line):
            if _indent(text.line(line)) <= column:
                break
            last = line
        line += 1
    return last


def removals(
    text: Text, found: Sequence[Piece], doomed: Callable[[Piece], bool], filler: str
) -> Iterator[Cut]:
    """The cuts that take the doomed pieces out of a block; ``filler`` stands where nothing is left."""
    gone = [doomed(piece) for piece in found]
    run: list[int] = []
    for i, piece in enumerate(found):
        if gone[i]:
            run.append(i)
        elif run:
            start, _ = span(text, found[run[0]].above, piece.first)
            end, _ = span(text, piece.first, piece.first)
            yield Cut(start, end, "".join(_left(found, gone, run, piece)))
            run = []
    if run:
        start, end = (
            *span(text, found[run[0]].above, found[run[0]].above)[:1],
            *span(text, 1, found[-1].last)[1:],
        )
        yield Cut(start, end, filler if all(gone) else "")


def _left(found: Sequence[Piece], gone: Sequence[bool], run: Sequence[int], piece: Piece) -> Lines:
    """The lines above the piece that follows a run of removed ones."""
    above = [line for i in run for line in _headings(found, gone, i)]
    own = list(piece.lead)
    paragraph = next((found[i] for i in reversed(run) if found[i].begins), None)
    if not own and paragraph and not piece.begins:
        own = _parted(paragraph.lead)[1]
    elif not own:
        own = [line for line in found[run[0]].lead if "#" not in line][:1]
    if any("#" in line for line in above):
        own = above + _from_comment(own)
    return own if run[0] else _from_comment(own)


def _headings(found: Sequence[Piece], gone: Sequence[bool], i: int) -> Lines:
    """The headings above a removed piece that stay: those with something of their section left."""
    headings, own = _parted(found[i].lead)
    at = next((n + 1 for n in reversed(range(len(headings))) if "#" in headings[n]), 0)
    while at and "#" in headings[at - 1]:
        at -= 1
    last = headings[at:]
    end = next((n for n in range(i + 1, len(found)) if _parted(found[n].lead)[0]), len(found))
    stays = [found[n] for n in range(i, end) if not gone[n]]
    banner = any(re.search(r"(\W)\1\1", line.strip()[1:]) for line in last)
    abstract = any("abstract" in line.lower() for line in last)
    over = (not stays and (not own or banner)) or (abstract and not any(map(_is_abstract, stays)))
    return headings[:at] if over else headings


def _parted(lead: Sequence[str]) -> tuple[Lines, Lines]:
    """Lines above a statement: headings up to the blank line below the last of them, and its own."""
    comments = [i for i, line in enumerate(lead) if "#" in line]
    blanks = [i for i, line in enumerate(lead) if "#" not in line and comments and i > comments[0]]
    cut = blanks[-1] + 1 if blanks else 0
    return list(lead[:cut]), list(lead[cut:])


def _from_comment(lines: Lines) -> Lines:
    return lines[next((i for i, line in enumerate(lines) if "#" in line), len(lines)) :]


def _is_abstract(piece: Piece) -> bool:
    decorators = getattr(piece.nodes[0], "decorator_list", ())
    return any("abstract" in ast.unparse(d) for d in decorators)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _line(text: Text, number: int) -> str:
    start, end = span(text, number, number)
    return text.text[start:end]


def _is_blank(line: str) -> bool:
    """Whether a line holds no code."""
    return not line.strip() or line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
