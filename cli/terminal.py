"""The one door to the terminal: lines with a style, and nothing raw.

What comes from files is escaped on the way (``rows``), so that nothing in a project can move the cursor,
change colours or turn text around.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from cli import colours, rows
from cli.rows import Line, Part, visible

__all__ = ["Line", "Part", "Unwritable", "show", "styled", "visible", "width", "write"]

WISH = "classmod.color"
"""Where the context of a command keeps what --color says."""


class Unwritable(Exception):
    """The output goes nowhere: a reader that is gone, a disk that is full."""


def show(lines: Iterable[Line], *, err: bool = False, page: bool = False) -> None:
    """Write lines to stdout or stderr: styled on a terminal, plain elsewhere and with NO_COLOR.

    With ``page``, what is longer than the window goes through the user's pager. Raises Unwritable.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # the shell has closed it
        return
    window = shutil.get_terminal_size()
    ansi = styled(err=err)
    draw = (rows.coloured if ansi else rows.plain)(stream.encoding, window.columns)
    drawn: Iterable[str] = (row for line in lines for row in draw(line))
    if page and not err and stream.isatty():
        drawn = list(drawn)
        height = sum(max(1, -(-len(click.unstyle(row)) // window.columns)) for row in drawn)
        if height >= window.lines and _paged(drawn, stream):
            return
    for row in drawn:
        try:
            click.echo(row, file=stream, color=ansi)
        except OSError as error:
            raise _unwritable(stream, error) from error


def width() -> int:
    """How many columns the window has; 80 where there is none."""
    return shutil.get_terminal_size().columns


def styled(*, err: bool = False) -> bool:
    """Whether what is written there has colours."""
    stream = sys.stderr if err else sys.stdout
    context = click.get_current_context(silent=True)
    wish = context.meta.get(WISH, "auto") if context else "auto"
    return stream is not None and colours.wanted(stream.isatty(), wish)


def ask(prompt: str) -> str:
    """A line from stdin, without its end. Raises click.Abort where there is none, Unwritable."""
    try:
        ansi = styled()
        text = visible(prompt)
        click.echo(click.style(text, fg="blue", bold=True) if ansi else text, nl=False, color=ansi)
        answer = sys.stdin.readline() if sys.stdin else ""
    except OSError as error:
        raise _unwritable(sys.stdout, error) from error
    except KeyboardInterrupt:
        raise click.Abort from None
    if not answer:
        raise click.Abort
    return answer.rstrip("\r\n")


def write(data: str | bytes) -> None:
    """Write what programs read to stdout: bytes as they are, text with a line end. Raises Unwritable."""
    if sys.stdout is None:
        return
    try:
        click.echo(data, nl=isinstance(data, str))
    except OSError as error:
        raise _unwritable(sys.stdout, error) from error


def _paged(drawn: Iterable[str], stream: TextIO) -> bool:
    """Whether a pager took it all; none does where none is wanted or it cannot be started."""
    from codemods import process

    wish = next((os.environ[name] for name in ("CLASSMOD_PAGER", "PAGER") if name in os.environ), "less")
    try:
        command = shlex.split(wish)
    except ValueError:
        return False
    if command in ([], ["cat"]):
        return False
    data = "".join(f"{row}\n" for row in drawn).encode(stream.encoding, "backslashreplace")
    # As git has it: no pager for what fits, colours, and the text stays when it ends.
    env = {"LESS": "FRX", "LV": "-c", **os.environ}
    stream.flush()
    return process.feed(command, data, env=env)


def given_up(error: OSError) -> Unwritable:
    """What is to be said where stdout takes nothing more; what it still holds goes nowhere."""
    return _unwritable(sys.stdout, error)


def _unwritable(stream: TextIO, error: OSError) -> Unwritable:
    with Path(os.devnull).open("wb") as nowhere:  # for what the stream still holds, and writes on exit
        os.dup2(nowhere.fileno(), stream.fileno())
    return Unwritable(error.strerror)
