"""Progress: what is left is told from what was, and nothing of it stays."""

from __future__ import annotations

import io
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
from threading import Event
from cli.progress import Working
from codemods.doing import Doing
class Terminal:
    def __init__(self, stream):
        self.stream, self.drawn = stream, Event()
    def __getattr__(self, name):
        return getattr(self.stream, name)
    def flush(self):
        self.stream.flush()
        self.drawn.set()
sys.stderr = Terminal(sys.stderr)
with Working(Doing("a[red]b\\x1b[31m", ("mypy",), 0), after={after}) as progress:
    {then}
print("done")
"""
DRAWN = "sys.stderr.drawn.wait(); "
ERASED = f"\r{' ' * 79}\r"


def test_a_line_is_drawn_and_gone() -> None:
    status, text = on_terminal(SHOWN.format(after=0, then=f"{DRAWN}pass"), {})

    assert status == 0
    assert text.startswith(f"{ERASED}\x1b[2ma[red]b\\x1b[31m: mypy\x1b[0m")
    assert text.endswith(f"{ERASED}done\n")
    assert "\x1b[?25" not in text, "a cursor that is hidden stays so where we are killed"


def test_what_comes_next_takes_the_place_of_what_was() -> None:
    then = f"{DRAWN}progress(Doing('landing')); sys.stderr.drawn.clear(); {DRAWN}pass"
    status, text = on_terminal(SHOWN.format(after=0, then=then), {})

    assert status == 0
    assert text.count("\n") == 1
    assert text.split(ERASED)[-2] == "\x1b[2mlanding\x1b[0m"


def test_a_line_is_no_wider_than_the_window() -> None:
    code = SHOWN.format(after=0, then=f"progress(Doing('\u754c' * 90)); {DRAWN}pass")
    code = code.replace("a[red]b", "a" * 90)

    drawn = on_terminal(code, {"NO_COLOR": "1"}, columns=20)[1].split(f"\r{' ' * 19}\r")[1:-1]
    assert drawn
    assert set(map(len, drawn)) <= {19, 9}


def test_a_line_has_no_colour_where_none_is_wanted() -> None:
    text = on_terminal(SHOWN.format(after=0, then=f"{DRAWN}pass"), {"NO_COLOR": "1"})[1]

    assert text.startswith(f"{ERASED}a[red]b")
    assert "\x1b" not in text


def test_drawing_imports_nothing() -> None:
    code = SHOWN.format(after=0, then=f"{DRAWN}pass").replace("print(", "print('rich' in sys.modules, ")

    assert on_terminal(code, {})[1].endswith("False done\n")


def test_nothing_is_drawn_for_what_is_over_soon() -> None:
    assert on_terminal(SHOWN.format(after=600, then="pass"), {}) == (0, "done\n")


def test_a_dumb_terminal_has_lines() -> None:
    then = "progress(Doing('landing'))"
    assert on_terminal(SHOWN.format(after=0, then=then), {"TERM": "dumb"}) == (0, "landing\ndone\n")


def test_what_goes_wrong_ends_the_line() -> None:
    status, text = on_terminal(SHOWN.format(after=0, then=f"{DRAWN}sys.exit('failed')"), {})

    assert status == 1
    assert text.endswith(f"{ERASED}failed\n")


def test_a_file_holds_nothing_of_it(tmp_path: Path) -> None:
    place = tmp_path / "out"
    code = SHOWN.format(after=0, then=f"{DRAWN}pass").replace('print("done")', "")
    code = f"import sys\nsys.stdout = open({str(place)!r}, 'w')\n{code}terminal.write('answer')\n"

    assert on_terminal(f"from cli import terminal\n{code}", {})[0] == 0
    assert place.read_text() == "answer\n"
