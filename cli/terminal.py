"""The one door to the terminal: lines with a style, and nothing raw.

What comes from files is escaped here, so that nothing in a project can move the cursor, change colours or
turn text around.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TextIO

import click


class Unwritable(Exception):
    """The output goes nowhere: a reader that is gone, a disk that is full."""


class Line(NamedTuple):
    """A line of a view.

    ``style`` is rich's and is dropped where the output is plain. ``aside`` ends the line where there is room
    for it, the blanks it may end with included.
    """

    text: str = ""
    style: str = ""
    aside: str = ""


def show(lines: Iterable[Line], *, err: bool = False) -> None:
    """Write lines to stdout or stderr: styled on a terminal, plain elsewhere and with NO_COLOR.

    Raises Unwritable.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # the shell has closed it
        return
    styled = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    put = (_styled if styled else _plain)(stream)
    width = shutil.get_terminal_size().columns
    for line in lines:
        fits = len(line.text) + len(line.aside) <= width
        text = visible(f"{line.text}{line.aside.rstrip()}" if fits else line.text)
        text = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
        try:
            put(text, line.style)
        except OSError as error:
            raise _unwritable(stream, error) from error


def _plain(stream: TextIO) -> Callable[[str, str], None]:
    return lambda text, _: click.echo(text, file=stream)


def _styled(stream: TextIO) -> Callable[[str, str], None]:
    # Help, completion and what is piped do not wait for the import.
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True)
    return lambda text, style: console.print(Text(text, style), soft_wrap=True)


def write(data: str | bytes) -> None:
    """Write what programs read to stdout: bytes as they are, text with a line end. Raises Unwritable."""
    if sys.stdout is None:
        return
    try:
        click.echo(data, nl=isinstance(data, str))
    except OSError as error:
        raise _unwritable(sys.stdout, error) from error


def _unwritable(stream: TextIO, error: OSError) -> Unwritable:
    with Path(os.devnull).open("wb") as nowhere:  # for what the stream still holds, and writes on exit
        os.dup2(nowhere.fileno(), stream.fileno())
    return Unwritable(error.strerror)


def visible(text: str) -> str:
    r"""``text`` with everything that does not print as itself escaped: controls, bidi marks, lost bytes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char == "\t":
        return char
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8, as surrogateescape carries it
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
