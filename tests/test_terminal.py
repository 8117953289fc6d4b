"""The door on a real terminal: pagers, windows, what a user says about colours."""

from __future__ import annotations

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = 30
SHOW = """\
from cli import terminal
from cli.terminal import Line
terminal.show([Line(f"line {n}", "green") for n in range(1, %d)], page=%s)
"""
OWN = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
"""Makes the terminal that of the session, so that what is typed can interrupt."""
INTERRUPT = "\x03"


def on_terminal(
    code: str,
    env: Mapping[str, str],
    *,
    rows: int = 10,
    columns: int = 80,
    keys: Sequence[tuple[str, str]] = (),
    arguments: Sequence[str] = (),
) -> tuple[int, str]:
    """Exit status and output of a program on a terminal; each of ``keys`` is typed once its cue is shown."""
    fd, other = pty.openpty()
    ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    said = {name: value for name, value in os.environ.items() if name not in UNSAID}
    process = subprocess.Popen(
        [sys.executable, "-c", f"{OWN}{code}", *arguments],
        cwd=ROOT,
        env={**said, "TERM": "xterm", **env},
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    shown, waiting, until = "", list(keys), time.monotonic() + 60
    while time.monotonic() < until and select.select([fd], [], [], 60)[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:  # Linux ends a terminal so
            break
        if not data:
            break
        shown += data.decode()
        while waiting and waiting[0][0] in shown:
            os.write(fd, waiting.pop(0)[1].encode())
    os.close(fd)
    return process.wait(60), shown.replace("\r\n", "\n")


UNSAID = {"COLUMNS", "LINES", "PAGER", "CLASSMOD_PAGER", "LESS", "NO_COLOR", "FORCE_COLOR", "COLORTERM"}


def pager(folder: Path, body: str) -> str:
    """A program in Python that stands in for a pager."""
    place = folder / "pager"
    place.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    place.chmod(0o755)
    return str(place)


READS = "data = sys.stdin.read(); print('paged', data.count('line'), os.environ['LESS'], flush=True)"


def shown(count: int = LINES, page: bool = True) -> str:
    return SHOW % (count + 1, page)


# --- pagers -------------------------------------------------------------------------------------


def test_what_fits_is_not_paged(tmp_path: Path) -> None:
    status, text = on_terminal(shown(9), {"PAGER": pager(tmp_path, READS)})

    assert (status, text.count("line"), "paged" in text) == (0, 9, False)


def test_what_is_longer_is_paged(tmp_path: Path) -> None:
    assert on_terminal(shown(), {"PAGER": pager(tmp_path, READS)}) == (0, f"paged {LINES} FRX\n")


def test_lines_that_the_terminal_breaks_count_as_several(tmp_path: Path) -> None:
    code = "from cli import terminal\nterminal.show([terminal.Line('line ' * 80)] * 5, page=True)\n"

    assert on_terminal(code, {"PAGER": pager(tmp_path, READS)}, rows=20) == (0, "paged 400 FRX\n")


def test_options_of_less_are_the_users(tmp_path: Path) -> None:
    env = {"PAGER": pager(tmp_path, READS), "LESS": "-S"}

    assert on_terminal(shown(), env) == (0, f"paged {LINES} -S\n")


def test_our_own_variable_comes_first(tmp_path: Path) -> None:
    env = {"CLASSMOD_PAGER": pager(tmp_path, READS), "PAGER": "false"}

    assert on_terminal(shown(), env)[1].startswith("paged")


def test_a_pager_has_arguments(tmp_path: Path) -> None:
    env = {"PAGER": f"{pager(tmp_path, 'print(sys.argv[1:])')} -a 'b c'"}

    assert on_terminal(shown(), env)[1] == "['-a', 'b c']\n"


def test_a_pager_gets_colours(tmp_path: Path) -> None:
    env = {"PAGER": pager(tmp_path, "print(repr(sys.stdin.readline()))")}

    assert on_terminal(shown(), env)[1] == repr("\x1b[32mline 1\x1b[0m\n") + "\n"


@pytest.mark.parametrize("wish", ["no-such-pager-here", "", "cat", "'unbalanced", "/"])
def test_no_pager_is_no_error(wish: str) -> None:
    status, text = on_terminal(shown(), {"PAGER": wish})

    assert (status, text.count("line")) == (0, LINES)


@pytest.mark.parametrize("body", ["sys.exit(3)", "sys.stdin.readline()"], ids=["fails", "reads a line"])
def test_a_pager_that_quits_early_is_no_error(tmp_path: Path, body: str) -> None:
    assert on_terminal(shown(5_000), {"PAGER": pager(tmp_path, body)}) == (0, "")


def test_an_interrupt_is_the_pagers_affair(tmp_path: Path) -> None:
    body = """\
try:
    sys.stdin.read(); print('ready', flush=True); time.sleep(60)
except KeyboardInterrupt:
    print('stopped', flush=True)
"""
    status, text = on_terminal(shown(), {"PAGER": pager(tmp_path, body)}, keys=[("ready", INTERRUPT)])

    assert status == 0
    assert text.startswith("ready")
    assert text.endswith("stopped\n")


def test_an_interrupt_is_ours_again_after_the_pager(tmp_path: Path) -> None:
    code = shown() + "import time\nprint('after', flush=True)\ntime.sleep(60)\n"
    status, text = on_terminal(code, {"PAGER": pager(tmp_path, READS)}, keys=[("after", INTERRUPT)])

    assert status != 0
    assert "KeyboardInterrupt" in text


def test_only_what_asks_for_it_is_paged(tmp_path: Path) -> None:
    assert "paged" not in on_terminal(shown(page=False), {"PAGER": pager(tmp_path, READS)})[1]


# --- a dry run ----------------------------------------------------------------------------------

DIFF = "from cli.main import main; main()"
FIXTURE = str(ROOT / "fixtures" / "cex_arbitrage" / "before")


def test_a_dry_run_is_paged_unless_it_is_not_wanted(tmp_path: Path) -> None:
    counts = "print('paged', len(sys.stdin.read().splitlines()) > 300, flush=True)"
    env = {"PAGER": pager(tmp_path, counts)}

    paged = on_terminal(DIFF, env, arguments=["diff", "--phase", "1", FIXTURE])
    plain = on_terminal(DIFF, env, arguments=["diff", "--no-pager", "--phase", "1", FIXTURE])

    assert paged[0] == 1
    assert paged[1].endswith("paged True\n")
    assert plain[0] == 1
    assert "paged" not in plain[1]
    assert "\x1b[" in plain[1]


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_dry_run_without_colours_holds_no_escape(env: dict[str, str]) -> None:
    status, text = on_terminal(
        DIFF, {"PAGER": "cat", **env}, arguments=["diff", "--phase", "1", "--stat", FIXTURE]
    )

    assert status == 1
    assert "\x1b" not in text
