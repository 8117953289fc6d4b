"""Two runs at once are refused; a lock that its process did not outlive is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codemods import lock as lock_module
from codemods.data import MigrationError
from codemods.lock import lock

STRANGER = """
import sys
from pathlib import Path
from codemods.lock import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def held(root: Path) -> dict[str, object]:
    return dict(json.loads((root / ".classmod/lock").read_text()))


def stranger(root: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", STRANGER, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_held_and_gone_without_a_trace(tmp_path: Path) -> None:
    with lock(tmp_path):
        assert held(tmp_path)["pid"] == os.getpid()
        assert (tmp_path / ".classmod/.gitignore").read_text() == "*\n"
    assert list(tmp_path.iterdir()) == []


def test_what_was_put_there_stays(tmp_path: Path) -> None:
    with lock(tmp_path):
        (tmp_path / ".classmod/state.json").touch()
    assert sorted(place.name for place in (tmp_path / ".classmod").iterdir()) == [".gitignore", "state.json"]


def test_it_is_given_back_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path):
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []


def test_a_lock_inside_a_lock_is_the_same(tmp_path: Path) -> None:
    with lock(tmp_path):
        with lock(tmp_path):
            pass
        assert held(tmp_path)["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    with stranger(tmp_path) as process:
        with (
            pytest.raises(MigrationError, match=rf"another run is at work here \(process {process.pid}\)$"),
            lock(tmp_path),
        ):
            pass
        assert held(tmp_path)["pid"] == process.pid
        process.communicate()
    with lock(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    with stranger(tmp_path) as process:
        process.kill()
        process.communicate()
    assert held(tmp_path)["pid"] == process.pid
    with lock(tmp_path):
        assert held(tmp_path)["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [{"boot": "another"}, {"started": "another"}, {"pid": 2**31}, {"pid": 0}, {"pid": -1}, {"pid": "x"}],
)
def test_a_number_that_now_belongs_to_something_else(tmp_path: Path, change: dict[str, object]) -> None:
    with lock(tmp_path):
        mine = held(tmp_path)
        (tmp_path / ".classmod/state.json").touch()
    (tmp_path / ".classmod/lock").write_text(json.dumps({**mine, **change}))
    with lock(tmp_path):
        assert held(tmp_path) == mine


@pytest.mark.parametrize("text", ["", '{"pid": 1', "[]", "null", "{}"])
def test_half_a_lock_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".classmod").mkdir()
    (tmp_path / ".classmod/lock").write_text(text)
    with lock(tmp_path):
        assert held(tmp_path)["pid"] == os.getpid()


def test_a_process_of_somebody_else_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(pid: int, signal: int) -> None:
        raise PermissionError

    with lock(tmp_path):
        owner = held(tmp_path)
        other = {**owner, "pid": os.getppid(), "started": lock_module._started(os.getppid())}
        (tmp_path / ".classmod/lock").write_text(json.dumps(other))
        monkeypatch.setattr(os, "kill", forbidden)
        with pytest.raises(MigrationError, match="another run is at work"), lock(tmp_path):
            pass


def test_a_state_directory_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / ".classmod").symlink_to("../away")
    with pytest.raises(MigrationError, match=r"\.classmod is a link or no directory"), lock(root):
        pass
    assert list((tmp_path / "away").iterdir()) == []


def test_a_directory_that_went_away_meanwhile_is_no_matter(tmp_path: Path) -> None:
    with lock(tmp_path):
        for place in (tmp_path / ".classmod").iterdir():
            place.unlink()
        (tmp_path / ".classmod").rmdir()
    with lock(tmp_path):
        pass
