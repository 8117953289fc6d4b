"""All-old or all-new, whatever happens and however often."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codemods.data import MigrationError
from codemods.files import peek
from codemods.journal import edited_since, interrupted, land, read, recover
from codemods.record import Landed, LandedPhase

A, B, NEW, GONE = map(PurePosixPath, ("a.py", "p/b.py", "q/r/new.py", "s/gone.py"))
OLD = {A: b"a", B: b"b\r\n", NEW: None, GONE: b"\xff"}
FIRST = {A: b"A", B: b"b\r\n", NEW: b"n", GONE: None}
SECOND = {A: b"AA", B: b"B", NEW: b"nn", GONE: b"\xff"}
Contents = Mapping[PurePosixPath, bytes | None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for path, data in OLD.items():
        if data is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
    (root / GONE).chmod(0o750)
    (root / "untouched").write_bytes(b"u")
    return root


def tree(root: Path) -> dict[str, tuple[bytes | None, int]]:
    """Everything but the state: bytes and modes, empty directories too."""
    return {
        str(place.relative_to(root)): (
            place.read_bytes() if place.is_file() else None,
            stat.S_IMODE(place.stat().st_mode),
        )
        for place in root.rglob("*")
        if ".classmod" not in place.parts
    }


def go(root: Path, phases: tuple[int, ...], targets: Contents) -> Landed | None:
    current = {path: peek(root, path) for path in OLD}
    return land(root, phases, "spec", OLD, targets, current, version="1.0")


def objects(root: Path) -> int:
    return len(list((root / ".classmod/objects").iterdir()))


# --- landing and taking back --------------------------------------------------------------------


def test_nothing_is_landed(root: Path) -> None:
    assert read(root) is None
    assert edited_since(root) == ()
    assert not interrupted(root)
    assert not recover(root)
    assert not (root / ".classmod").exists()


def test_a_landing_and_its_record(root: Path) -> None:
    landed = go(root, (2, 1), FIRST)
    assert landed is not None
    assert landed == read(root)
    assert (landed.phases, landed.spec, landed.version) == ((1, 2), "spec", "1.0")
    assert [file.path for file in landed.files] == [A, NEW, GONE]
    assert [file.mode for file in landed.files] == [(root / "untouched").stat().st_mode & 0o777, None, 0o750]
    assert landed.originals(root) == {A: b"a", NEW: None, GONE: b"\xff"}
    assert {path: peek(root, path) for path in OLD} == FIRST
    assert objects(root) == 2
    assert sorted(place.name for place in (root / ".classmod").iterdir()) == [
        ".gitignore",
        "objects",
        "state.json",
    ]


def test_what_is_told_of_a_phase_is_kept(root: Path) -> None:
    told = LandedPhase(1, "2026-01-02T03:04:05+00:00", "1.0", (A, NEW), {"mypy": "9 -> 8 errors"})

    landed = land(root, (1,), "spec", OLD, FIRST, OLD, version="1.0", history=[told])

    assert landed is not None
    assert landed.history == (told,)
    assert landed == read(root)


def test_a_record_of_before_phases_were_told_of(root: Path) -> None:
    go(root, (1,), FIRST)
    doctored(root, lambda record: record.pop("history"))

    landed = go(root, (1, 2), SECOND)

    assert landed is not None
    assert (landed.phases, landed.history) == ((1, 2), ())
    assert go(root, (), OLD) is None


def test_the_record_is_readable_and_private(root: Path) -> None:
    go(root, (1,), FIRST)
    record = json.loads((root / ".classmod/state.json").read_text())
    assert (record["schema"], record["phases"], record["spec"], record["version"]) == (1, [1], "spec", "1.0")
    assert [file["path"] for file in record["files"]] == ["a.py", "q/r/new.py", "s/gone.py"]
    assert stat.S_IMODE((root / ".classmod/state.json").stat().st_mode) == 0o600


def test_landing_on_top_and_back_by_any_way(root: Path) -> None:
    before = tree(root)
    go(root, (1,), FIRST)
    first = tree(root)
    landed = go(root, (1, 2), SECOND)
    assert landed is not None
    assert landed.originals(root) == {A: b"a", B: b"b\r\n", NEW: None}
    go(root, (1,), FIRST)
    assert tree(root) == first
    assert go(root, (), OLD) is None
    assert tree(root) == before
    assert not (root / ".classmod").exists()


def test_a_deleted_file_comes_back_with_its_mode_while_others_stay(root: Path) -> None:
    go(root, (1,), FIRST)
    go(root, (1, 2), SECOND)
    assert stat.S_IMODE((root / GONE).stat().st_mode) == 0o750


def test_phases_that_change_no_file_are_landed_too(root: Path) -> None:
    before = tree(root)
    landed = go(root, (1,), OLD)
    assert landed is not None
    assert (landed.phases, landed.files) == ((1,), ())
    assert tree(root) == before


def test_directories_that_others_use_by_now_stay(root: Path) -> None:
    go(root, (1,), FIRST)
    (root / "q/mine.txt").touch()
    go(root, (), OLD)
    assert [str(place.relative_to(root)) for place in sorted((root / "q").rglob("*"))] == ["q/mine.txt"]


def test_a_directory_that_was_there_stays_though_it_is_empty(root: Path) -> None:
    (root / "q").mkdir()
    go(root, (1,), FIRST)
    go(root, (), OLD)
    assert (root / "q").is_dir()
    assert not (root / "q/r").exists()


def test_odd_names(tmp_path: Path) -> None:
    odd = {PurePosixPath(name): b"x" for name in ("a\nb.py", "\udcff.py", "ü.py", "-x.py")}
    nothing = dict.fromkeys(odd)
    land(tmp_path, (1,), "spec", nothing, odd, nothing)
    landed = read(tmp_path)
    assert landed is not None
    assert {file.path for file in landed.files} == set(odd)
    assert land(tmp_path, (), "spec", nothing, nothing, odd) is None
    assert list(tmp_path.iterdir()) == []


def test_a_landing_that_forgets_a_landed_file_is_a_bug(root: Path) -> None:
    go(root, (1,), FIRST)
    with pytest.raises(ValueError, match="the same files"):
        land(root, (), "spec", {A: b"a"}, {A: b"a"}, {A: b"A"})
    with pytest.raises(ValueError, match="the same files"):
        land(root, (), "spec", OLD, {A: b"a"}, OLD)


# --- somebody else's edits ----------------------------------------------------------------------


def edit(root: Path) -> None:
    (root / A).write_bytes(b"mine")


def delete(root: Path) -> None:
    (root / A).unlink()


def link(root: Path) -> None:
    (root / A).rename(root / "elsewhere.py")
    (root / A).symlink_to("elsewhere.py")


def folder(root: Path) -> None:
    (root / A).unlink()
    (root / A).mkdir()


def in_the_way(root: Path) -> None:
    (root / NEW).parent.mkdir(parents=True)
    (root / NEW).touch()


@pytest.mark.parametrize("meddle", [edit, delete, link, folder, in_the_way])
def test_a_stale_plan_is_refused_and_nothing_is_written(root: Path, meddle: Callable[[Path], None]) -> None:
    meddle(root)
    before = tree(root)
    path = NEW if meddle is in_the_way else A
    with pytest.raises(MigrationError, match=rf"^plan is stale: {path}$"):
        land(root, (1,), "spec", OLD, FIRST, OLD)
    assert tree(root) == before
    assert not (root / ".classmod").exists()


@pytest.mark.parametrize("meddle", [edit, delete, link, folder])
def test_what_was_edited_since(root: Path, meddle: Callable[[Path], None]) -> None:
    go(root, (1,), FIRST)
    assert edited_since(root) == ()
    (root / "untouched").write_bytes(b"edited")
    assert edited_since(root) == ()
    meddle(root)
    assert edited_since(root) == (A,)
    (root / GONE).write_bytes(b"again")
    assert edited_since(root) == (A, GONE)


def test_a_read_only_file_is_refused_before_the_first_write(root: Path) -> None:
    (root / GONE).chmod(0o444)
    before = tree(root)
    with pytest.raises(MigrationError, match=r"^s/gone\.py: is read-only$"):
        go(root, (1,), FIRST)
    assert tree(root) == before
    assert not (root / ".classmod").exists()


def test_a_plan_that_touches_the_state_is_refused(root: Path) -> None:
    path = PurePosixPath(".classmod/state.json")
    with pytest.raises(MigrationError, match="plan is stale"):
        land(root, (1,), "spec", {path: None}, {path: b"{}"}, {path: None})


# --- a record that is not ours ------------------------------------------------------------------


def doctored(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    place = root / ".classmod/state.json"
    record = json.loads(place.read_text())
    change(record)
    place.write_text(json.dumps(record))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(schema=2),
        lambda record: record.pop("schema"),
        lambda record: record.update(files=3),
        lambda record: record["files"][0].update(before="../../secret"),
        lambda record: record["files"][0].pop("path"),
        lambda record: record.update(phases=["x"]),
        lambda record: record.update(history=[{"number": 1}]),
        lambda record: record.update(history=3),
    ],
)
def test_a_record_that_cannot_be_understood(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    go(root, (1,), FIRST)
    doctored(root, change)
    for attempt in (lambda: read(root), lambda: edited_since(root), lambda: go(root, (), OLD)):
        with pytest.raises(MigrationError, match=r"^\.classmod/state\.json: not a record"):
            attempt()
    assert {path: peek(root, path) for path in OLD} == FIRST


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "null", "\xff"])
def test_a_record_that_is_nothing_at_all(root: Path, text: str) -> None:
    (root / ".classmod").mkdir()
    (root / ".classmod/state.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(MigrationError, match=r"^\.classmod/state\.json: not a record"):
        read(root)


def test_a_backup_that_was_damaged_is_not_given_out(root: Path) -> None:
    landed = go(root, (1,), FIRST)
    assert landed is not None
    for place in (root / ".classmod/objects").iterdir():
        place.write_bytes(b"damaged")
    with pytest.raises(MigrationError, match=r"^\.classmod/objects/[0-9a-f]{64}: missing or damaged$"):
        landed.originals(root)


# --- crashes ------------------------------------------------------------------------------------

CALLS = ("open", "replace", "unlink", "mkdir", "rmdir", "fsync", "fchmod", "utime")


class Dead(BaseException):
    """The process is no more: nothing it still tries to do happens."""


class Faults:
    """Counts the calls that change the disk; from the ``first`` on (for ``number`` of them) they fail."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, error: BaseException, number: float = float("inf")
    ) -> None:
        self.calls = 0
        self.first: float = float("inf")
        self.number = number
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name), error))

    def _wrapped(self, call: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            writes = call.__name__ != "open" or (len(arguments) > 1 and arguments[1] & os.O_CREAT)
            if writes:
                self.calls += 1
                if self.first <= self.calls < self.first + self.number:
                    raise error
            return call(*arguments, **options)

        return wrapped


STEPS: dict[str, tuple[Contents, tuple[int, ...], Contents, tuple[int, ...]]] = {
    "apply": (OLD, (), FIRST, (1,)),
    "apply on top": (FIRST, (1,), SECOND, (1, 2)),
    "finalize": (SECOND, (1, 2), {A: b"a2", B: None, NEW: None, GONE: b"\xff"}, (1, 2, 7)),
    "rollback of one": (SECOND, (1, 2), FIRST, (1,)),
    "rollback of all": (SECOND, (1, 2), OLD, ()),
}


class Case:
    """A tree on which ``start`` has landed, ready for the step to ``end``; made anew for each crash."""

    def __init__(self, root: Path, step: str) -> None:
        self.root = root
        start, started, self.target, self.phases = STEPS[step]
        if started:
            go(root, started, start)
        self.saved = root.with_name("saved")
        shutil.copytree(root, self.saved)
        self.old = tree(root), read(root)
        self.step()
        self.new = tree(root), read(root)
        assert self.old != self.new
        self.reset()

    def step(self) -> None:
        go(self.root, self.phases, self.target)

    def reset(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.saved, self.root)

    def is_whole(self) -> bool:
        return (tree(self.root), read(self.root)) in (self.old, self.new)

    def bury(self) -> None:
        """The lock of a process that is dead: in here it is our own, which is very much alive."""
        place = self.root / ".classmod/lock"
        if place.exists() and place.read_text():
            place.write_text(json.dumps({**json.loads(place.read_text()), "boot": "before"}))

    def usable(self) -> bool:
        """Whether the step can be done after all, and its end is what it should be."""
        if tree(self.root) == self.old[0]:
            self.step()
        return (tree(self.root), read(self.root)) == self.new


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_point(root: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(root, step)
    ends = set()
    for point in range(1, 1000):
        case.reset()
        with monkeypatch.context() as patched:
            faults = Faults(patched, Dead())
            faults.first = point
            try:
                case.step()
            except Dead:
                died = True
            else:
                died = False
        case.bury()
        recover(root)
        assert case.is_whole(), point
        assert not interrupted(root)
        ends.add(tree(root) == case.old[0])
        assert case.usable(), point
        if not died:
            break
    else:
        pytest.fail("the step never ended")
    assert ends == {True, False}


@pytest.mark.parametrize("step", STEPS)
def test_killed_again_while_recovering(root: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(root, step)
    with monkeypatch.context() as patched:
        faults = Faults(patched, Dead())
        case.step()
        points = faults.calls
    for point in range(1, points, 5):
        for again in range(1, 1000, 3):
            case.reset()
            with monkeypatch.context() as patched:
                faults = Faults(patched, Dead())
                faults.first = point
                with pytest.raises(Dead):
                    case.step()
            case.bury()
            with monkeypatch.context() as patched:
                faults = Faults(patched, Dead())
                faults.first = again
                try:
                    recover(root)
                except Dead:
                    died = True
                else:
                    died = False
            case.bury()
            recover(root)
            assert case.is_whole(), (point, again)
            if not died:
                break


@pytest.mark.parametrize("step", STEPS)
def test_a_disk_error_at_any_point_is_undone_at_once(
    root: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(root, step)
    for point in range(1, 1000):
        case.reset()
        with monkeypatch.context() as patched:
            faults = Faults(patched, OSError(28, "No space left on device"), number=1)
            faults.first = point
            with suppress(MigrationError):
                case.step()
            finished = faults.calls < point
        recover(root)
        assert case.is_whole(), point
        if finished:
            break
    else:
        pytest.fail("the step never ended")


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_at_any_point_is_undone_at_once(
    root: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(root, step)
    for point in range(1, 1000):
        case.reset()
        with monkeypatch.context() as patched:
            faults = Faults(patched, KeyboardInterrupt(), number=1)
            faults.first = point
            try:
                case.step()
            except KeyboardInterrupt:
                assert not interrupted(root)
                recover(root)
                assert case.is_whole(), point
            else:
                break
    else:
        pytest.fail("the step never ended")


KILLED = """
import os, signal, sys
from pathlib import Path, PurePosixPath
from codemods.journal import land

root, left = Path(sys.argv[1]), int(sys.argv[2])
really = os.replace

def replace(*arguments, **options):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    really(*arguments, **options)

os.replace = replace
a, b = PurePosixPath("a.py"), PurePosixPath("p/b.py")
old = {a: b"a", b: b"b\\r\\n"}
land(root, (1,), "spec", old, {a: b"A", b: b"B"}, old)
"""


@pytest.mark.parametrize("point", range(1, 9))
def test_really_killed(root: Path, point: int) -> None:
    before = tree(root)
    finished = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), str(point)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    assert finished.returncode == (-signal.SIGKILL if point < 8 else 0)
    recover(root)
    assert (tree(root) == before) == (point < 8)
    assert ((root / A).read_bytes(), (root / B).read_bytes()) in ((b"a", b"b\r\n"), (b"A", b"B"))


def test_the_next_landing_recovers_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(root, monkeypatch)
    landed = land(root, (1,), "spec", OLD, SECOND, OLD)
    assert landed is not None
    assert {path: peek(root, path) for path in OLD} == SECOND


def interrupt(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a landing of FIRST half done: a.py and new.py are written, gone.py is not deleted yet."""
    case = Case(root, "apply")
    for point in range(1, 1000):
        case.reset()
        with monkeypatch.context() as patched:
            faults = Faults(patched, Dead())
            faults.first = point
            with pytest.raises(Dead):
                case.step()
        case.bury()
        if (root / NEW).exists():
            return


def test_an_edit_after_an_interrupted_landing_is_not_overwritten(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(root, monkeypatch)
    (root / A).write_bytes(b"mine")
    before = tree(root)
    for attempt in (lambda: recover(root), lambda: go(root, (1,), FIRST)):
        with pytest.raises(
            MigrationError, match=r"^a\.py: edited since .*: \.classmod/objects/[0-9a-f]{64}$"
        ) as caught:
            attempt()
        assert tree(root) == before
    backup = root / str(caught.value).rpartition(" ")[2]
    assert backup.read_bytes() == b"a"
    shutil.copyfile(backup, root / A)
    assert recover(root)
    assert {path: peek(root, path) for path in OLD} == OLD


def test_a_run_at_work_is_not_recovered_from_outside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(root, monkeypatch)
    with subprocess.Popen(["sleep", "60"]) as other:
        place = root / ".classmod/lock"
        started = Path(f"/proc/{other.pid}/stat")
        birth = started.read_text().rpartition(")")[2].split()[19] if started.exists() else ""
        boot = Path("/proc/sys/kernel/random/boot_id")
        owner = {
            "pid": other.pid,
            "boot": boot.read_text().strip() if boot.exists() else "",
            "started": birth,
        }
        place.write_text(json.dumps(owner))
        for attempt in (lambda: recover(root), lambda: go(root, (1,), FIRST)):
            with pytest.raises(MigrationError, match="another run is at work here"):
                attempt()
        other.kill()
    assert recover(root)
