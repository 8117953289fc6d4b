"""A line on the terminal for what is not over at once: what runs, for how long, and how long it will.

It is gone when the work is done. Where there is no terminal to draw on, a line tells each round of work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self, TextIO

from cli import terminal
from cli.rows import Line, visible
from codemods.doing import Doing

# Somebody waits: there is no time to import rich for it.
_SOON, _AGAIN = 0.1, 0.25  # seconds until the line is drawn, and drawn again
_DIM, _USUAL = "\x1b[2m", "\x1b[0m"
_COLUMNS = 80


class Clock:
    """How long parts have taken, and so how long the rest of them will."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._start = self._began = now()
        self._doing: Doing | None = None
        self._took: dict[str, float] = {}

    def turn(self, doing: Doing) -> None:
        """Something else begins; what was being done has ended."""
        now, last = self._now(), self._doing
        if last and last.at is not None:
            self._took[last.parts[last.at]] = now - self._began
        self._doing, self._began = doing, now

    @property
    def left(self) -> float | None:
        """Seconds, by what each part took the last time; None where that is not known yet.

        In a last round a part that is new takes as long as the others.
        """
        doing = self._doing
        if doing is None or doing.at is None:
            return None
        known = [self._took[part] for part in doing.parts if part in self._took]
        if not known or (doing.more and len(known) < len(doing.parts)):
            return None
        times = [self._took.get(part, sum(known) / len(known)) for part in doing.parts]
        running = max(times[doing.at] - (self._now() - self._began), 0.0)
        return running + sum(times[doing.at + 1 :]) + doing.more * sum(times)

    def __str__(self) -> str:
        took, left = self._now() - self._start, self.left
        times = [*([_seconds(took)] if round(took) else []), *([_about(left)] if left is not None else [])]
        return "  ".join((str(self._doing or ""), *([", ".join(times)] if times else [])))


def _about(left: float) -> str:
    return f"about {_seconds(left)} left" if round(left) else "nearly done"


def _seconds(number: float) -> str:
    whole = round(number)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


class Working:
    """Work that is shown while it lasts; called with what it is at."""

    def __init__(self, first: Doing | None = None, *, after: float = _SOON) -> None:
        self._clock = Clock()
        self._after = after
        self._over = Event()
        self._drawing: Thread | None = None
        if first:
            self._clock.turn(first)

    def __call__(self, doing: Doing) -> None:
        self._clock.turn(doing)
        if self._drawing is None and doing.at is None:
            terminal.show([Line(str(doing), "quiet")], err=True)

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            colours = terminal.styled(err=True)
            self._drawing = Thread(target=self._draw, args=(sys.stderr, colours), daemon=True)
            self._drawing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawing:
            self._over.set()
            self._drawing.join()

    def _draw(self, stream: TextIO, colours: bool) -> None:
        """Draw the line again and again, and take it away when the work is over."""
        wait = self._after
        with suppress(OSError):  # the terminal is gone
            while not self._over.wait(wait):
                _put(stream, str(self._clock), colours)
                wait = _AGAIN
            if wait == _AGAIN:
                _put(stream)


def _put(stream: TextIO, text: str = "", colours: bool = False) -> None:
    """Let a text be the row that the cursor stands in, as far as it fits and in what the stream can say."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = 0
    room = (columns or _COLUMNS) - 1
    shown = visible(text).encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    # A character may be two columns wide where it is not ASCII.
    cut = shown[: room if shown.isascii() else room // 2]
    # Blanks take away what was there: where no colours are wanted, no escapes are.
    stream.write(f"\r{' ' * room}\r{_DIM}{cut}{_USUAL}" if cut and colours else f"\r{' ' * room}\r{cut}")
    stream.flush()
