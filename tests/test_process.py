"""Commands end when they should, and take along whatever they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codemods.data import MigrationError
from codemods.process import feed, hand_over, run, timed

# A child that starts a grandchild, tells its pid, and then does what the test asks for.
FAMILY = """
import pathlib, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pid").write_text(str(grandchild.pid))
"""


def gone(pid: int) -> bool:
    """Whether the process is dead or a zombie nobody has waited for yet."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if state.stdout.strip().startswith("Z") or not state.stdout.strip():
            return True
        time.sleep(0.01)
    return False


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_output_errors_and_status_are_told_apart(tmp_path: Path) -> None:
    finished = run(
        python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), cwd=tmp_path
    )
    assert (finished.status, finished.output, finished.errors) == (3, "out\n", "err\n")
    assert not finished.timed_out


def test_bytes_that_are_no_utf8_come_back_as_surrogates(tmp_path: Path) -> None:
    finished = run(python(r"import sys; sys.stdout.buffer.write(b'a\xff\r\n')"), cwd=tmp_path)
    assert finished.output.encode("utf-8", "surrogateescape") == b"a\xff\r\n"


def test_the_environment_is_the_one_given(tmp_path: Path) -> None:
    finished = run(
        python("import os; print(os.environ.get('CLASSMOD'))"), cwd=tmp_path, env={"CLASSMOD": "x"}
    )
    assert finished.output == "x\n"


def test_the_end_of_a_command_is_not_slept_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    monkeypatch.setattr(time, "sleep", sleep)
    assert run(python("import select; select.select([], [], [], 0.1)"), cwd=tmp_path).status == 0


def test_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert run(python("import sys; print(sys.stdin.read())"), cwd=tmp_path).output == "\n"


def test_a_signal_is_a_negative_status(tmp_path: Path) -> None:
    finished = run(python("import os; os.kill(os.getpid(), 9)"), cwd=tmp_path)
    assert finished.status == -signal.SIGKILL
    assert not finished.timed_out


@pytest.mark.parametrize("command", [("no-such-command-here", "x"), ("/",), ("a\0b",)])
def test_a_command_that_cannot_be_started_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    with pytest.raises(MigrationError, match="cannot be started") as caught:
        run(command, cwd=tmp_path)
    assert str(caught.value).startswith(command[0])


def test_an_empty_command(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="an empty command cannot be started"):
        run((), cwd=tmp_path)


def test_the_time_limit_ends_the_grandchild_too(tmp_path: Path) -> None:
    finished = run(python(FAMILY + "time.sleep(600)"), cwd=tmp_path, timeout=2)
    assert finished.timed_out
    assert finished.status is None
    assert gone(int((tmp_path / "pid").read_text()))


def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    finished = run(python(FAMILY), cwd=tmp_path)
    assert finished.status == 0
    assert gone(int((tmp_path / "pid").read_text()))


def test_ctrl_c_ends_the_whole_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        monkeypatch.undo()
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(python(FAMILY + "time.sleep(600)"), cwd=tmp_path)
    assert gone(int((tmp_path / "pid").read_text()))


# --- what a command takes -----------------------------------------------------------------------


def test_what_is_not_timed_took_nothing(tmp_path: Path) -> None:
    finished = run(python("pass"), cwd=tmp_path)
    assert (finished.seconds, finished.peak) == (0.0, 0)


@pytest.mark.parametrize("status", [0, 3])
def test_a_timed_command_ends_as_it_would(tmp_path: Path, status: int) -> None:
    code = f"import sys, os; print(os.getcwd()); print('err', file=sys.stderr); sys.exit({status})"
    finished = timed(python(code), cwd=tmp_path)
    assert (finished.status, finished.errors) == (status, "err\n")
    assert Path(finished.output.strip()).samefile(tmp_path)
    assert finished.seconds > 0


def test_a_timed_command_that_is_killed(tmp_path: Path) -> None:
    assert timed(python("import os; os.kill(os.getpid(), 9)"), cwd=tmp_path).status == -signal.SIGKILL


def test_the_peak_is_that_of_the_command_and_not_ours(tmp_path: Path) -> None:
    ours = b"x" * 200_000_000
    small = timed(python("pass"), cwd=tmp_path)
    large = timed(python(f"x = b'x' * {len(ours)}"), cwd=tmp_path)
    assert 1_000_000 < small.peak < len(ours) < large.peak


def test_the_peak_of_what_the_command_starts_counts(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', \"x = b'x' * 200_000_000\"])"
    assert timed(python(code), cwd=tmp_path).peak > 200_000_000


def test_a_timed_command_that_does_not_end(tmp_path: Path) -> None:
    finished = timed(python(FAMILY + "time.sleep(600)"), cwd=tmp_path, timeout=2)
    assert finished.timed_out
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("command", [("no-such-command-here", "x"), ("/",)])
def test_a_timed_command_that_cannot_be_started(tmp_path: Path, command: tuple[str, ...]) -> None:
    with pytest.raises(MigrationError, match="cannot be started") as caught:
        timed(command, cwd=tmp_path)
    assert str(caught.value).startswith(command[0])


def test_a_timed_command_that_takes_its_clock_along(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="was ended together with"):
        timed(python("import os; os.killpg(0, 9)"), cwd=tmp_path)


# --- a program that talks to the user -----------------------------------------------------------


def test_feeding_a_program(tmp_path: Path) -> None:
    place = tmp_path / "read"
    code = "import os, sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read() + os.environb[b'WORD'])"
    command = [sys.executable, "-c", code, str(place)]

    assert feed(command, b"\xffdata ", env={"WORD": "more"})
    assert place.read_bytes() == b"\xffdata more"


def test_feeding_a_program_that_does_not_read() -> None:
    assert feed([sys.executable, "-c", "raise SystemExit(3)"], b"x" * 1_000_000, env={})


@pytest.mark.parametrize("command", ["no-such-program-here", "/", "a\0b"])
def test_feeding_a_program_that_is_not_there(command: str) -> None:
    assert not feed([command], b"x", env={})


def test_handing_over_to_a_program() -> None:
    assert hand_over([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    assert hand_over(["/no/such/editor"]) is None


def test_ctrl_c_is_the_affair_of_the_program() -> None:
    before = signal.getsignal(signal.SIGINT)
    source = f"import os, signal; os.kill({os.getpid()}, signal.SIGINT)"
    assert hand_over([sys.executable, "-c", source]) == 0
    assert signal.getsignal(signal.SIGINT) is before
