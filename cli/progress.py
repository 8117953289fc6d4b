"""A line on the terminal for what takes longer than a second: what runs, for how long, and how long it will.

It is gone when the work is done. Where there is no terminal to draw on, a line tells each round of work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cli import terminal
from cli.rows import Line, visible
from codemods.doing import Doing

if TYPE_CHECKING:
    from rich.live import Live

_SOON = 1.0  # seconds


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
        left = self.left
        rest = f", {_about(left)}" if left is not None else ""
        return f"{self._doing or ''}  {_seconds(self._now() - self._start)}{rest}"


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
        self._live: Live | None = None
        self._timer: Timer | None = None
        if first:
            self._clock.turn(first)

    def __call__(self, doing: Doing) -> None:
        self._clock.turn(doing)
        if self._timer is None and doing.at is None:
            terminal.show([Line(str(doing), "quiet")], err=True)

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            self._timer = Timer(self._after, self._draw)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if self._live:
            self._live.stop()

    def _draw(self) -> None:
        # What is over soon does not wait for rich.
        self._live = _live(self._clock)
        self._live.start()


def _live(clock: Clock) -> Live:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    return Live(
        get_renderable=lambda: Text(visible(str(clock)), "dim", no_wrap=True, overflow="ellipsis"),
        console=Console(stderr=True),
        refresh_per_second=4,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
