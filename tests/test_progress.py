"""Progress: what is left is told from what was, and nothing of it stays."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from cli.progress import Clock, Working
from codemods.doing import Doing
from tests.test_terminal import on_terminal

GATES = ("mypy", "api")


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


# --- estimates ----------------------------------------------------------------------------------


def test_nothing_is_known_at_first(time: Time) -> None:
    clock = Clock(time)
    clock.turn(Doing("before", GATES, 0, 2))
    time.now = 5.0

    assert clock.left is None
    assert str(clock) == "before: mypy  5 s"


def test_the_first_round_tells_the_rest(time: Time) -> None:
    clock = Clock(time)
    for at, now in enumerate((0.0, 10.0)):
        time.now = now
        clock.turn(Doing("before", GATES, at, 2))
    time.now = 12.0
    clock.turn(Doing("phase 1", GATES, None, 1))
    assert str(clock) == "phase 1: mypy, api  12 s"
    clock.turn(Doing("phase 1", GATES, 0, 1))

    assert str(clock) == "phase 1: mypy  12 s, about 24 s left"
    time.now = 15.0
    assert str(clock) == "phase 1: mypy  15 s, about 21 s left"


def test_a_round_that_comes_again_is_known_when_it_is_through(time: Time) -> None:
    clock = Clock(time)
    clock.turn(Doing("before", GATES, 0, 2))
    time.now = 10.0
    clock.turn(Doing("before", GATES, 1, 2))

    assert clock.left is None


def test_what_takes_longer_than_before_has_no_time_left(time: Time) -> None:
    clock = Clock(time)
    clock.turn(Doing("a", ("x",), 0))
    time.now = 2.0
    clock.turn(Doing("b", ("x",), 0))
    time.now = 90.0

    assert clock.left == 0.0
    assert str(clock) == "b: x  1 min 30 s, nearly done"


def test_parts_that_are_new_take_as_long_as_the_others(time: Time) -> None:
    clock = Clock(time)
    clock.turn(Doing("planning", ("1", "2", "3"), 0))
    time.now = 4.0
    clock.turn(Doing("planning", ("1", "2", "3"), 1))

    assert clock.left == 8.0


def test_the_last_time_counts(time: Time) -> None:
    clock = Clock(time)
    for now in (0.0, 10.0, 13.0):
        time.now = now
        clock.turn(Doing("a", ("x",), 0, 1))

    assert clock.left == 6.0


@pytest.mark.parametrize(
    ("doing", "text"),
    [
        (Doing("landing"), "landing"),
        (Doing("before", GATES), "before: mypy, api"),
        (Doing("before", GATES, 1), "before: api"),
    ],
)
def test_what_is_done_is_said(doing: Doing, text: str) -> None:
    assert str(doing) == text


# --- where there is no terminal -----------------------------------------------------------------


def test_rounds_are_lines_where_there_is_no_terminal() -> None:
    with redirect_stdout(io.TextIOWrapper(silent := io.BytesIO(), "utf-8")) as out:
        with redirect_stderr(io.TextIOWrapper(raw := io.BytesIO(), "utf-8")) as err:
            with Working(Doing("reading"), after=0) as progress:
                progress(Doing("planning", ("1", "2"), 0))
                progress(Doing("before", GATES))
                progress(Doing("before", GATES, 0))
                progress(Doing("landing"))
            err.flush()
        out.flush()

    assert raw.getvalue().decode() == "before: mypy, api\nlanding\n"
    assert silent.getvalue() == b""


# --- on a terminal ------------------------------------------------------------------------------

SHOWN = """\
import sys
from cli.progress import Working
from codemods.doing import Doing
with Working(after={after}) as progress:
    progress(Doing("before", ("mypy",)))
    progress(Doing("a[red]b\\x1b[31m", ("mypy",), 0))
    {then}
print("done")
"""
DRAWN = "progress._timer.join(); progress._live.refresh(); "
ERASED = re.compile(r"\x1b\[2K|\x1b\[1A|\r|\x1b\[\?25[hl]")


def test_a_line_is_drawn_and_gone() -> None:
    status, text = on_terminal(SHOWN.format(after=0, then=f"{DRAWN}pass"), {})

    assert status == 0
    assert "a[red]b\\x1b[31m: mypy" in re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "before" not in text
    end = text.rindex("\x1b[2K")
    assert ERASED.sub("", text[end:]).strip() == "done"
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_nothing_is_drawn_for_what_is_over_soon() -> None:
    assert on_terminal(SHOWN.format(after=600, then="pass"), {}) == (0, "done\n")


def test_a_dumb_terminal_has_lines() -> None:
    assert on_terminal(SHOWN.format(after=0, then="pass"), {"TERM": "dumb"}) == (0, "before: mypy\ndone\n")


def test_what_goes_wrong_ends_the_line() -> None:
    status, text = on_terminal(SHOWN.format(after=0, then=f"{DRAWN}sys.exit('failed')"), {})

    assert status == 1
    assert ERASED.sub("", text[text.rindex("\x1b[2K") :]).strip() == "failed"


def test_a_file_holds_nothing_of_it(tmp_path: Path) -> None:
    place = tmp_path / "out"
    code = SHOWN.format(after=0, then=f"{DRAWN}pass").replace('print("done")', "")
    code = f"import sys\nsys.stdout = open({str(place)!r}, 'w')\n{code}terminal.write('answer')\n"

    assert on_terminal(f"from cli import terminal\n{code}", {})[0] == 0
    assert place.read_text() == "answer\n"
