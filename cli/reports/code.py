"""The lines of a hunk as markup: coloured as code, with the words that change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from pygments import token
from pygments.lexer import Lexer
from pygments.lexers.markup import MarkdownLexer
from pygments.lexers.python import PythonLexer

from cli.terminal import visible

if TYPE_CHECKING:
    from codemods.data import Change
    from codemods.hunks import Hunk, HunkLine

LEXERS: dict[str, type[Lexer]] = {".py": PythonLexer, ".pyi": PythonLexer, ".md": MarkdownLexer}
LONGEST_FILE, LONGEST_LINE, LONGEST_HUNK = 500_000, 2_000, 1_500
"""What is coloured (code points), and what is shown (code points, lines): a page has to open."""
_CLASSES = (
    (token.Comment, "c"),
    (token.Keyword, "k"),
    (token.Operator.Word, "k"),
    (token.Literal.String, "s"),
    (token.Literal.Number, "m"),
    (token.Name.Function, "f"),
    (token.Name.Class, "f"),
    (token.Name.Decorator, "d"),
    (token.Name.Builtin, "b"),
    (token.Generic.Heading, "k"),
    (token.Generic.Subheading, "k"),
)
Token = tuple[int, int, str]
"""A span of a line, half-open, and the class it is drawn with."""


def body(hunk: Hunk, change: Change) -> Markup:
    """The hunk as blocks of lines: those that stay twice, for either side; then what goes and what comes."""
    sides = _tokens(change.path, change.before), _tokens(change.path, change.after)
    shown = hunk.lines[:LONGEST_HUNK]
    parts: list[str] = []
    for stays, group in groupby(shown, key=lambda line: line.sign == " "):
        lines = list(group)
        parts.append('<div class="ctx">' if stays else '<div class="chg">')
        if stays:
            parts += [f'<i aria-hidden="true" data-n="{line.old}">{_text(line, sides)}</i>' for line in lines]
            parts += [f'<span data-n="{line.new}">{_text(line, sides)}</span>' for line in lines]
        else:
            for line in lines:
                tag, number = ("del", line.old) if line.sign == "-" else ("ins", line.new)
                parts.append(f'<{tag} data-n="{number}">{_text(line, sides)}</{tag}>')
        parts.append("</div>")
    if more := len(hunk.lines) - len(shown):
        parts.append(f'<p class="more">{more} more lines are not shown here.</p>')
    return Markup("".join(parts))


def marked(text: str, spans: Iterable[tuple[int, int]], tag: str) -> Markup:
    """Text with spans of it in an element."""
    parts, at = [], 0
    for start, end in spans:
        if start == end:
            continue
        parts += [escape(visible(text[at:start])), f"<{tag}>", escape(visible(text[start:end])), f"</{tag}>"]
        at = end
    return Markup("".join([*parts, escape(visible(text[at:]))]))


def _text(line: HunkLine, sides: tuple[Sequence[Sequence[Token]], Sequence[Sequence[Token]]]) -> str:
    side, number = (sides[0], line.old) if line.sign == "-" else (sides[1], line.new)
    tokens = side[number - 1] if number and number <= len(side) else ()
    text = line.text[:LONGEST_LINE]
    parts = list(_pieces(text, tokens, line.changed))
    if more := len(line.text) - len(text):
        parts.append(f"<em>… {more} more characters</em>")
    return "".join(parts)


def _pieces(text: str, tokens: Sequence[Token], changed: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The text cut where a colour or a change begins or ends."""
    names, inside = [""] * len(text), [False] * len(text)
    for start, end, name in tokens:
        names[start:end] = [name] * (min(end, len(text)) - start)
    for start, end in changed:
        inside[start:end] = [True] * (min(end, len(text)) - start)
    for is_changed, whole in groupby(range(len(text)), key=inside.__getitem__):
        yield "<mark>" if is_changed else ""
        for name, group in groupby(whole, key=names.__getitem__):
            at = list(group)
            piece = escape(visible(text[at[0] : at[-1] + 1]))
            yield f'<b class="{name}">{piece}</b>' if name else piece
        yield "</mark>" if is_changed else ""


@lru_cache(maxsize=512)
def _tokens(path: PurePosixPath, data: bytes | None) -> tuple[tuple[Token, ...], ...]:
    """What is to be coloured, by line; nothing of what is no known language or too long."""
    text = (data or b"").decode("utf-8", "surrogateescape")
    if path.suffix not in LEXERS or len(text) > LONGEST_FILE:
        return ()
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    lines: list[list[Token]] = [[] for _ in starts]
    for at, kind, value in LEXERS[path.suffix]().get_tokens_unprocessed(text):
        name = next((name for whole, name in _CLASSES if kind in whole), "")
        number = bisect_right(starts, at) - 1
        for piece in value.split("\n") if name else ():
            if piece:
                start = at - starts[number]
                lines[number].append((start, start + len(piece), name))
            at += len(piece) + 1
            number += 1
    return tuple(map(_joined, lines))


def _joined(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens of one class that touch as one."""
    made: list[Token] = []
    for start, end, name in tokens:
        if made and made[-1][1:] == (start, name):
            made[-1] = (made[-1][0], end, name)
        else:
            made.append((start, end, name))
    return tuple(made)
