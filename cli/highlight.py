"""The syntax of the lines of a hunk, read from the whole file around them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from pygments.lexer import Lexer
from pygments.lexers.markup import MarkdownLexer
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String

from cli.rows import Part
from codemods.data import Change
from codemods.hunks import HunkLine
from codemods.patch import split_lines

_LONG = 500_000  # code points of a file, beyond which it is shown without
_STYLES = (
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Decorator, "keyword"),
    (Generic.Heading, "keyword"),
    (Generic.Subheading, "keyword"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Tag, "name"),
    (Generic.Strong, "name"),
    (Number, "number"),
    (String, "string"),
    (Literal, "string"),
    (Comment, "comment"),
)


class Code:
    """Both sides of a change; a line of it has the parts that its syntax gives it."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def parts(self, line: HunkLine) -> Sequence[Part]:
        """What to colour in the text of a line, with styles called after the kinds of tokens."""
        if line.new is not None:
            return self._after[line.new - 1] if self._after else ()
        return self._before[line.old - 1] if self._before and line.old is not None else ()

    @cached_property
    def _before(self) -> list[list[Part]]:
        return _parts(self._lexer, self._change.before or b"")

    @cached_property
    def _after(self) -> list[list[Part]]:
        return _parts(self._lexer, self._change.after or b"")

    @property
    def _lexer(self) -> Lexer:
        return MarkdownLexer() if self._change.path.suffix == ".md" else PythonLexer()


def _parts(lexer: Lexer, data: bytes) -> list[list[Part]]:
    """By line, what its tokens are; nothing of a file that is too long."""
    if len(data) > _LONG:
        return []
    # Line ends that the lexer would take for two, or for none, and no offset in a line moves.
    lines = [line.decode("utf-8", "surrogateescape").rstrip("\r\n") for line in split_lines(data)]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found: list[list[Part]] = [[] for _ in lines]
    for start, kind, value in lexer.get_tokens_unprocessed("".join(f"{line}\n" for line in lines)):
        style = next((name for each, name in _STYLES if kind in each), "")
        number = bisect_right(starts, start) - 1
        while style and number < len(lines) and starts[number] < start + len(value):
            first = max(start - starts[number], 0)
            last = min(start + len(value) - starts[number], len(lines[number]))
            if first < last:
                found[number].append(Part(first, last, style))
            number += 1
    return found
