"""What is found, and that a write is whole, stays inside, and keeps what a file had."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import MigrationError
from codemods.files import TEMPORARY, check_writable, peek, read, remove_empty, replace, sweep

A = PurePosixPath("a.py")


def put(root: Path, *names: str) -> None:
    for name in names:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(name.encode("utf-8", "surrogateescape"))


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "init.defaultBranch=main")
    subprocess.run(("git", *identity, *arguments), cwd=root, check=True, capture_output=True)


def names(root: Path) -> set[str]:
    tree = read(root)
    assert set(tree.modes) == {*tree.snapshot, *tree.others}
    return {str(path) for path in tree.modes}


def attempts(root: Path, path: PurePosixPath) -> tuple[Callable[[], object], ...]:
    """Every way to touch a path."""
    return (
        lambda: replace(root, path, b"x"),
        lambda: replace(root, path, None),
        lambda: check_writable(root, [path]),
        lambda: peek(root, path),
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    return root


# --- find and read ------------------------------------------------------------------------------


def test_no_directory(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    with pytest.raises(MigrationError, match=r"a\.py: not a directory"):
        read(tmp_path / "a.py")
    with pytest.raises(MigrationError, match="gone: not a directory"):
        read(tmp_path / "gone")


def test_an_empty_directory(tmp_path: Path) -> None:
    assert names(tmp_path) == set()


def test_what_planning_reads_and_what_only_a_copy_needs(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "b/c.pyi", "d.md", "setup.cfg", "data.json", "b/tool")
    (tmp_path / "b/tool").chmod(0o755)
    tree = read(tmp_path)
    assert tree.snapshot == {
        PurePosixPath(name): name.encode() for name in ("a.py", "b/c.pyi", "d.md", "setup.cfg")
    }
    assert tree.others == (PurePosixPath("b/tool"), PurePosixPath("data.json"))
    assert tree.modes[PurePosixPath("b/tool")] == 0o755
    assert tree.notes == ()


def test_reports_are_no_sources(tmp_path: Path) -> None:
    mark = b"<!-- classmod report -->"
    sources = {"late.md": b"# Notes\n" + mark, "code.py": b"# " + mark, "code.pyi": b"# " + mark}
    for name, data in {**sources, "report.md": mark + b"\n# Old names\n"}.items():
        (tmp_path / name).write_bytes(data)

    found = read(tmp_path)

    assert found.snapshot == {PurePosixPath(name): data for name, data in sources.items()}
    assert found.others == (PurePosixPath("report.md"),)


def test_without_git_environments_caches_and_builds_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "env/pyvenv.cfg", "env/lib/x.py", ".venv/x.py", "node_modules/x/y.py")
    put(tmp_path, "p/__pycache__/a.pyc", ".tox/x.py", "build/x.py", "dist/x.py", "a.egg-info/x.py")
    put(tmp_path, ".classmod/state.json", ".hg/x.py", "p/venv.py", "nested/.git/HEAD", "nested/x.py")
    assert names(tmp_path) == {"a.py", "p/venv.py"}


def test_git_tracked_and_untracked_but_not_ignored(repository: Path) -> None:
    put(
        repository,
        ".gitignore",
        "kept.py",
        "new.py",
        "gone.py",
        "ignored.py",
        "build/tool.py",
        "env/pyvenv.cfg",
    )
    put(repository, "node_modules/a.py", "env/a.py", ".classmod/state.json")
    (repository / ".gitignore").write_text("ignored.py\nforced.py\n")
    put(repository, "forced.py")
    git(repository, "add", "kept.py", "gone.py")
    git(repository, "add", "-f", "forced.py")
    (repository / "gone.py").unlink()
    assert names(repository) == {".gitignore", "kept.py", "new.py", "build/tool.py", "forced.py"}


def test_git_in_a_subfolder(repository: Path) -> None:
    put(repository, "top.py", "sub/a.py", "sub/b/c.py", "sub/ignored.py")
    (repository / ".gitignore").write_text("ignored.py\n")
    git(repository, "add", "sub/a.py")
    assert names(repository / "sub") == {"a.py", "b/c.py"}


def test_an_ignored_directory_that_is_named_itself(repository: Path) -> None:
    put(repository, "build/a.py")
    (repository / ".gitignore").write_text("build\n")
    assert names(repository / "build") == {"a.py"}


def test_nothing_of_submodules_and_nested_repositories(repository: Path) -> None:
    put(repository, "a.py", "empty/x.py", "full/x.py")
    for name in ("empty", "full"):
        git(repository / name, "init", "-q")
    git(repository / "full", "add", ".")
    git(repository / "full", "commit", "-qm", "x")
    git(repository, "add", "a.py", "full")
    assert names(repository) == {"a.py"}


def test_inside_a_hook_the_repository_is_still_the_one_around_path(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, "a.py")
    put(tmp_path, "other/b.py")
    git(tmp_path / "other", "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert names(repository) == {"a.py"}


def test_no_command_of_the_repository_is_run(repository: Path) -> None:
    put(repository, "a.py")
    git(repository, "config", "core.fsmonitor", "touch ran; false")
    assert names(repository) == {"a.py"}


def test_files_that_are_not_checked_out(repository: Path) -> None:
    put(repository, "a.py", "b.py", "c.py")
    git(repository, "add", ".")
    git(repository, "update-index", "--skip-worktree", "b.py", "c.py")
    (repository / "b.py").unlink()
    (repository / "c.py").unlink()

    tree = read(repository)

    assert set(tree.snapshot) == {A}
    assert [f"{note.path}: {note.text}" for note in tree.notes] == [
        "b.py: not checked out, 2 in all: old names in such files stay"
    ]


def test_git_that_fails_is_done_without_and_said(repository: Path) -> None:
    put(repository, "a.py", "build/b.py")
    (repository / ".git/HEAD").write_text("nonsense")
    tree = read(repository)
    assert set(tree.snapshot) == {A}
    assert [note.text for note in tree.notes] == ["git did not list the files: they were found without it"]


def test_git_that_is_not_installed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repository, "a.py")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert names(repository) == {"a.py"}


@pytest.mark.parametrize("with_git", [False, True])
def test_links_are_not_followed_and_those_that_leave_are_noted(tmp_path: Path, with_git: bool) -> None:
    root = tmp_path / "root"
    put(tmp_path, "away/x.py", "root/a.py", "root/p/b.py")
    (root / "inside.py").symlink_to("a.py")
    (root / "q").symlink_to("p")
    (root / "loop").symlink_to("loop")
    (root / "outside.py").symlink_to("../away/x.py")
    (root / "away").symlink_to("../away")
    (root / "dangling").symlink_to(tmp_path / "nowhere")
    if with_git:
        git(root, "init", "-q")
        git(root, "add", ".")
    assert names(root) == {"a.py", "p/b.py"}
    assert [str(note.path) for note in read(root).notes] == ["away", "dangling", "outside.py"]


def test_a_tracked_directory_that_became_a_link(repository: Path, tmp_path: Path) -> None:
    put(repository, "a.py", "p/b.py")
    git(repository, "add", ".")
    (repository / "p").rename(tmp_path / "p")
    (repository / "p").symlink_to(tmp_path / "p")
    assert names(repository) == {"a.py"}


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert names(tmp_path) == set()


@pytest.mark.parametrize("with_git", [False, True])
def test_odd_names(tmp_path: Path, with_git: bool) -> None:
    odd = {"a\nb.py", "-x.py", "ü.py", "\udcff.py", 'q"\\.py', " .py"}
    put(tmp_path, *odd)
    if with_git:
        git(tmp_path, "init", "-q")
        git(tmp_path, "add", "--", ".")
    assert names(tmp_path) == odd


# --- write --------------------------------------------------------------------------------------


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    (tmp_path / "a.py").chmod(0o750)
    replace(tmp_path, A, b"new")
    assert (tmp_path / "a.py").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o750
    assert [place.name for place in tmp_path.iterdir()] == ["a.py"]


def test_a_mode_that_is_given_is_set(tmp_path: Path) -> None:
    replace(tmp_path, A, b"", 0o640)
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o640


def test_a_new_file_gets_its_directories_and_the_usual_mode(tmp_path: Path) -> None:
    put(tmp_path, "usual")
    replace(tmp_path, PurePosixPath("p/q/a.py"), b"new")
    assert (tmp_path / "p/q/a.py").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_deleting_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    replace(tmp_path, A, None)
    replace(tmp_path, A, None)
    replace(tmp_path, PurePosixPath("no/where.py"), None)
    assert list(tmp_path.iterdir()) == []


def test_mtime_reaches_a_later_whole_second(tmp_path: Path) -> None:
    replace(tmp_path, A, b"0")
    for expected in range(1, 4):
        before = (tmp_path / "a.py").stat().st_mtime_ns
        replace(tmp_path, A, str(expected).encode())
        assert (tmp_path / "a.py").stat().st_mtime_ns // 10**9 > before // 10**9


@pytest.mark.parametrize("path", ["/a.py", "../a.py", "p/../a.py", ".git/hooks/x", "p/.GIT/x", "", "a\0b"])
def test_paths_that_leave_the_tree(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    put(root, "p/b.py")
    for attempt in attempts(root, PurePosixPath(path)):
        with pytest.raises(MigrationError, match="not a path inside the tree"):
            attempt()
    assert sorted(str(place.relative_to(tmp_path)) for place in tmp_path.rglob("*")) == [
        "root",
        "root/p",
        "root/p/b.py",
    ]


def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "away/a.py")
    root = tmp_path / "root"
    root.mkdir()
    (root / "p").symlink_to("../away")
    path = PurePosixPath("p/a.py")
    for attempt in attempts(root, path):
        with pytest.raises(MigrationError, match=r"^p/a\.py: p is a link or no directory$"):
            attempt()
    assert (tmp_path / "away/a.py").read_bytes() == b"away/a.py"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    put(tmp_path, "b.py")
    place = tmp_path / "a.py"
    if kind == "link":
        place.symlink_to("b.py")
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    for attempt in attempts(tmp_path, A):
        with pytest.raises(MigrationError, match=r"^a\.py: "):
            attempt()
    assert (tmp_path / "b.py").read_bytes() == b"b.py"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.py")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MigrationError, match=r"^a\.py: cannot be written: No space left on device$"):
        replace(tmp_path, A, b"new")
    assert [(place.name, place.read_bytes()) for place in tmp_path.iterdir()] == [("a.py", b"a.py")]


def test_what_a_crash_left_is_swept_up(tmp_path: Path) -> None:
    put(tmp_path, "p/a.py", f"p/{TEMPORARY}")
    sweep(tmp_path, [PurePosixPath("p/a.py"), PurePosixPath("no/a.py")])
    assert names(tmp_path) == {"p/a.py"}
    put(tmp_path, f"p/{TEMPORARY}")
    replace(tmp_path, PurePosixPath("p/a.py"), b"new")
    assert names(tmp_path) == {"p/a.py"}


def test_only_empty_directories_are_removed(tmp_path: Path) -> None:
    put(tmp_path, "p/q/r/a.py", "s/b.py", "file")
    (tmp_path / "p/q/r/a.py").unlink()
    (tmp_path / "link").symlink_to("s")
    remove_empty(tmp_path, [PurePosixPath(n) for n in ("p/q", "p/q/r", "s", "p", "gone/x", "file", "link")])
    assert sorted(place.name for place in tmp_path.iterdir()) == ["file", "link", "s"]


def test_peek(tmp_path: Path) -> None:
    put(tmp_path, "p/a.py")
    assert peek(tmp_path, PurePosixPath("p/a.py")) == b"p/a.py"
    assert peek(tmp_path, PurePosixPath("p/b.py")) is None
    assert peek(tmp_path, PurePosixPath("q/b.py")) is None


def test_everything_is_writable(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    check_writable(tmp_path, [A, PurePosixPath("p/q/new.py")])


def test_a_read_only_file_is_refused_even_for_root(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "b.py")
    (tmp_path / "b.py").chmod(0o444)
    with pytest.raises(MigrationError, match=r"^b\.py: is read-only$"):
        check_writable(tmp_path, [A, PurePosixPath("b.py")])


@pytest.mark.parametrize("path", ["p/a.py", "p/q/new.py"])
def test_a_read_only_directory_is_refused(tmp_path: Path, path: str) -> None:
    put(tmp_path, "p/a.py")
    (tmp_path / "p").chmod(0o555)
    try:
        with pytest.raises(MigrationError, match=rf"^{path}: p/ is read-only$"):
            check_writable(tmp_path, [PurePosixPath(path)])
    finally:
        (tmp_path / "p").chmod(0o755)


def test_a_second_hard_link_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    (tmp_path / "b.py").hardlink_to(tmp_path / "a.py")
    with pytest.raises(MigrationError, match=r"^a\.py: has more than one hard link$"):
        check_writable(tmp_path, [A])


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.py")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr(os, "access", lambda *_: True)
    with pytest.raises(MigrationError, match=r"^a\.py: belongs to another user$"):
        check_writable(tmp_path, [A])
