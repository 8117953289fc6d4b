"""Lines of a view as rows of a terminal: escaped, cut to its width, in colours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cli import colours

if TYPE_CHECKING:
    from rich.text import Text

_TAB = 8
_ASIDE = 20  # columns from which on a part of an aside says something
_ROOMY = 60  # columns from which on a margin has its place
_LEAST = 12  # columns that a row after the first has for its text

Draw = Callable[["Line"], Iterator[str]]
"""A line as rows without their ends."""


class Part(NamedTuple):
    """A stretch of a line, half-open, with a style of its own."""

    start: int
    end: int
    style: str


class Line(NamedTuple):
    """A line of a view.

    ``style``, and that of the ``parts`` over it, is dropped where the output is plain. ``aside`` ends the
    line, in colours without its beginning or not at all where there is no room. ``margin`` stands before it
    in colours only. Where the window is too narrow, rows after the first begin with ``hang``; None leaves it
    to the terminal. ``code`` may be cut anywhere, and its style goes up to the window's edge.
    """

    text: str = ""
    style: str = ""
    aside: str = ""
    parts: tuple[Part, ...] = ()
    margin: str = ""
    hang: str | None = None
    code: bool = False


def joined(*pieces: tuple[str, str], hang: str = "#   ") -> Line:
    """A line of pieces with a style each, to be cut between words."""
    text, parts = "", []
    for piece, style in pieces:
        parts.append(Part(len(text), len(text) + len(piece), style))
        text += piece
    return Line(text, "", "", tuple(parts), hang=hang)


def plain(encoding: str, _: int) -> Draw:
    """Lines without styles, margins and cuts."""

    def draw(line: Line) -> Iterator[str]:
        text = line.text + line.aside
        yield visible(text).encode(encoding, "backslashreplace").decode(encoding)

    return draw


def coloured(encoding: str, width: int) -> Draw:
    """Lines with styles, as escape sequences of the terminal that the environment names."""
    # Help, completion and what is piped do not wait for the import.
    from rich.console import Console
    from rich.theme import Theme

    dumb = os.environ.get("TERM") == "dumb"  # colours are asked for all the same
    console = Console(force_terminal=True, no_color=False, color_system="standard" if dumb else "auto")
    console.push_theme(Theme(colours.styles(console.color_system, os.environ.get("COLORFGBG", ""))))

    def draw(line: Line) -> Iterator[str]:
        for row in _rows(line, encoding, width):
            with console.capture() as shown:
                console.print(row, soft_wrap=True, end="")
            yield shown.get()

    return draw


def visible(text: str) -> str:
    r"""``text`` with everything that does not print as itself escaped: controls, bidi marks, lost bytes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char == "\t":
        return char
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8, as surrogateescape carries it
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def _aside(line: Line, width: int) -> str:
    """As much of an aside as a row has room for."""
    room = width - len(line.text)
    if len(line.aside) <= room:
        return line.aside
    return f"  ...{line.aside[5 - room :]}" if room >= _ASIDE else ""


def _rows(line: Line, encoding: str, width: int) -> Iterator[Text]:
    from rich.cells import cell_len
    from rich.text import Text

    pieces = _pieces(line.text + _aside(line, width), encoding)
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    whole = Text("".join(pieces), line.style)
    if line.aside:
        whole.stylize("quiet", starts[len(line.text)])
    for part in line.parts:
        whole.stylize(part.style, starts[part.start], starts[part.end])
    margin = line.margin if width >= _ROOMY else ""
    hang = line.hang if line.hang is not None and len(margin + line.hang) + _LEAST <= width else ""
    first = width - len(margin)
    cuts = [] if line.hang is None else _cuts(whole.plain, first, first - len(hang), line.code)
    before = line.style or (line.parts[0].style if line.parts and not line.code else "")
    for number, row in enumerate(whole.divide(cuts)):
        made = Text.assemble((hang if number else "", before), row)
        if line.code:
            made.append(" " * (first - cell_len(made.plain)), line.style)
        yield Text.assemble((" " * len(margin) if number else margin, "margin"), made)


def _pieces(text: str, encoding: str) -> Sequence[str]:
    """What is shown for each code point."""
    if text.isascii() and text.isprintable():
        return text
    from rich.cells import cell_len

    pieces, column = [], 0
    for char in text:
        shown = " " * (_TAB - column % _TAB) if char == "\t" else _visible(char)
        pieces.append(shown.encode(encoding, "backslashreplace").decode(encoding))
        column += cell_len(pieces[-1])
    return pieces


def _cuts(text: str, first: int, rest: int, anywhere: bool) -> list[int]:
    """Where a text is cut so that no row is wider than it may be; between words, if not ``anywhere``."""
    from rich.cells import cell_len

    cuts: list[int] = []
    room, blank = first, 0
    for at, char in enumerate(text):
        room -= cell_len(char)
        if room < 0:
            start = cuts[-1] if cuts else 0
            cuts.append(at if anywhere or blank <= start else blank)
            room = rest - cell_len(text[cuts[-1] : at + 1])
        if char == " ":
            blank = at + 1
    return cuts
