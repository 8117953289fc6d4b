"""The copy is whole, outside, and follows the states it is given; the original is left alone."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path, PurePosixPath

import pytest

from codemods import files
from codemods.data import Change, MigrationError
from codemods.files import read
from codemods.staging import Staging

A, B, NEW = PurePosixPath("a.py"), PurePosixPath("p/b.py"), PurePosixPath("q/new.py")
SECOND = 10**9


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "p").mkdir(parents=True)
    (root / "a.py").write_bytes(b"a")
    (root / "p/b.py").write_bytes(b"b")
    (root / "p/run").write_bytes(b"#!")
    (root / "p/run").chmod(0o755)
    os.utime(root / "a.py", ns=(SECOND, 5 * SECOND + 7))
    return root


def stamp(staging: Staging, path: PurePosixPath) -> int:
    return (staging.path / path).stat().st_mtime_ns


def content(place: Path) -> dict[str, bytes]:
    return {str(p.relative_to(place)): p.read_bytes() for p in place.rglob("*") if p.is_file()}


def test_the_copy_is_like_the_original_and_outside_of_it(root: Path) -> None:
    with Staging(root, read(root)) as staging:
        assert content(staging.path) == content(root) == {"a.py": b"a", "p/b.py": b"b", "p/run": b"#!"}
        assert staging.path.name == "project"
        assert not staging.path.is_relative_to(root)
        assert (staging.path / "p/run").stat().st_mode == (root / "p/run").stat().st_mode
        assert stamp(staging, A) == 5 * SECOND + 7
        assert not staging.path.joinpath("a.py").samefile(root / "a.py")


def test_it_is_gone_afterwards_also_after_a_failure(root: Path) -> None:
    def fail(staging: Staging) -> None:
        with staging:
            (staging.path / "p").chmod(0o555)
            raise ZeroDivisionError

    staging = Staging(root, read(root))
    with pytest.raises(ZeroDivisionError):
        fail(staging)
    assert not staging.path.exists()
    assert not staging.path.parent.exists()


def test_a_copy_that_fails_leaves_nothing_behind(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = read(root)
    (root / "p/run").unlink()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with pytest.raises(MigrationError, match=r"^p/run: cannot be copied: No such file"), Staging(root, tree):
        pass
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_temporary_directory_inside_the_tree_is_not_used(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = read(root)
    (root / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(root / "tmp"))
    with Staging(root, tree) as staging:
        assert not staging.path.is_relative_to(root)


def test_the_path_is_there_only_inside_the_block(root: Path) -> None:
    with pytest.raises(RuntimeError):
        _ = Staging(root, read(root)).path


def test_links_stay_behind(root: Path) -> None:
    (root / "link.py").symlink_to("a.py")
    (root / "r").symlink_to("p")
    with Staging(root, read(root)) as staging:
        assert not [place for place in staging.path.rglob("*") if place.is_symlink()]
        assert set(content(staging.path)) == {"a.py", "p/b.py", "p/run"}


def test_a_file_out_of_scope_comes_along_when_asked_for(root: Path) -> None:
    (root / "build").mkdir()
    (root / "build/secret.toml").write_bytes(b"s")
    (root / "link").symlink_to("a.py")
    with Staging(root, read(root), [PurePosixPath("build/secret.toml")]) as staging:
        assert content(staging.path)["build/secret.toml"] == b"s"
    for path in ("gone", "../x", "link", "build"):
        with pytest.raises(MigrationError), Staging(root, read(root), [PurePosixPath(path)]):
            pass


def test_changes_are_written_to_the_copy_only(root: Path) -> None:
    before = content(root)
    with Staging(root, read(root)) as staging:
        changes = (Change(A, b"a", b"A"), Change(B, b"b", None), Change(NEW, None, b"n"))
        assert staging.write(changes) == (A, B, NEW)
        assert content(staging.path) == {"a.py": b"A", "p/run": b"#!", "q/new.py": b"n"}
        assert staging.write(changes) == ()
        staging.write(change.undo() for change in changes)
        assert content(staging.path) == before
    assert content(root) == before


def test_a_state_is_reached_from_wherever_the_copy_is(root: Path) -> None:
    tree = read(root)
    with Staging(root, tree) as staging:
        assert staging.sync({A: b"a", NEW: b"n"}, {*tree.snapshot, NEW}) == (B, NEW)
        assert set(content(staging.path)) == {"a.py", "p/run", "q/new.py"}
        (staging.path / "a.py").write_bytes(b"a test run wrote this")
        assert set(staging.sync(tree.snapshot, {*tree.snapshot, NEW})) == {A, B, NEW}
        assert content(staging.path) == content(root)


def test_every_write_reaches_a_later_second_and_nothing_else_is_touched(root: Path) -> None:
    tree = read(root)
    os.utime(root / "p/b.py", ns=(0, 2**33 * SECOND))
    with Staging(root, tree) as staging:
        last = stamp(staging, B)
        for data in (b"1", b"2", b"3"):
            staging.sync({**tree.snapshot, B: data}, tree.snapshot)
            assert stamp(staging, B) // SECOND > last // SECOND
            last = stamp(staging, B)
        assert stamp(staging, A) == 5 * SECOND + 7


def test_a_file_that_comes_back_is_newer_than_it_was(root: Path) -> None:
    tree = read(root)
    with Staging(root, tree) as staging:
        staging.write([Change(A, b"a", b"x")])
        last = stamp(staging, A)
        staging.write([Change(A, b"x", None)])
        staging.write([Change(A, None, b"y")])
        assert stamp(staging, A) // SECOND > last // SECOND


def test_what_somebody_else_did_to_the_copy_is_put_right(root: Path) -> None:
    (root / "data.bin").write_bytes(b"data")
    (root / "more.bin").write_bytes(b"more")
    with Staging(root, read(root)) as staging:
        staging.write([Change(A, b"a", b"A")])
        assert staging.mend() == ()
        lay = {
            "a.py": b"x",
            "data.bin": b"atad",
            "run": b"",
            "new.py": b"n",
            "q/new.pyi": b"n",
            "log.txt": b"l",
        }
        for name, data in lay.items():
            (staging.path / name).parent.mkdir(exist_ok=True)
            (staging.path / name).write_bytes(data)
        (staging.path / "p/b.py").unlink()
        (staging.path / "more.bin").touch()

        assert [str(path) for path in staging.mend()] == ["a.py", "p/b.py", "data.bin"]

        left = {"run": b"", "log.txt": b"l"}
        assert content(staging.path) == content(root) | {"a.py": b"A"} | left
        assert staging.mend() == ()


def test_a_change_that_hides_itself_is_put_right(root: Path) -> None:
    with Staging(root, read(root)) as staging:
        time.sleep(0.05)  # some ticks of the file system's clock
        for name in ("a.py", "p/run"):
            place = staging.path / name
            info = place.stat()
            place.write_bytes(b"?" * info.st_size)
            os.utime(place, ns=(info.st_atime_ns, info.st_mtime_ns))
        assert staging.mend() == (A, PurePosixPath("p/run"))
        assert content(staging.path) == content(root)


def test_what_nobody_touched_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, looked = read(root), list[PurePosixPath]()
    with Staging(root, tree) as staging:
        staging.sync({**tree.snapshot, A: b"after"}, (A,))
        monkeypatch.setattr(files, "peek", lambda _, path: looked.append(path))
        assert staging.mend() == ()
        assert staging.sync({**tree.snapshot, A: b"after"}, (A,)) == ()
    assert looked == []


def test_a_source_that_is_asked_for_beside_is_a_source(root: Path) -> None:
    with Staging(root, read(root), [A]) as staging:
        staging.write([Change(A, b"a", b"A")])
        assert staging.mend() == ()
        assert content(staging.path)["a.py"] == b"A"


def test_sources_are_what_a_run_reads(root: Path) -> None:
    with Staging(root, read(root)) as staging:
        staging.write([Change(NEW, None, b"n")])
        assert set(staging.sources) == {A, B, NEW}
