"""What git has not committed: in the work tree, in the index, and asked from wherever a run is started."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codemods.worktree import uncommitted, unfinished


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid")
    subprocess.run(("git", *identity, *arguments), cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "sub").mkdir(parents=True)
    for name in ("a.py", "sub/b.py"):
        (root / name).write_text("x = 1\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    return root


def dirty(root: Path) -> list[str]:
    return [str(path) for path in uncommitted(root)]


def test_noop_what_is_committed_or_not_git_s(repository: Path, tmp_path: Path) -> None:
    (repository / "new.py").write_text("x = 1\n")

    assert dirty(repository) == []
    assert dirty(tmp_path) == []


def test_content_that_is_not_committed(repository: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    (repository / "sub" / "b.py").unlink()

    assert dirty(repository) == ["a.py", "sub/b.py"]
    assert dirty(repository / "sub") == ["b.py"]


def test_content_that_is_staged_only(repository: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    git(repository, "add", "a.py")
    (repository / "a.py").write_text("x = 1\n")

    assert dirty(repository) == ["a.py"]


def test_a_file_that_is_to_be_added(repository: Path) -> None:
    (repository / "new.py").write_text("x = 1\n")
    git(repository, "add", "--intent-to-add", "new.py")

    assert dirty(repository) == ["new.py"]


def test_no_commit_yet(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "other")

    assert dirty(repository) == ["a.py", "sub/b.py"]


def test_inside_a_hook_the_repository_is_still_the_one_around_path(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "a.py").write_text("x = 2\n")
    (tmp_path / "other").mkdir()
    git(tmp_path / "other", "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))

    assert dirty(repository) == ["a.py"]


def test_no_command_of_the_repository_is_run(repository: Path) -> None:
    git(repository, "config", "core.fsmonitor", "touch ran; false")

    assert dirty(repository) == []
    assert not (repository / "ran").exists()


def test_git_that_is_not_installed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "a.py").write_text("x = 2\n")
    monkeypatch.setattr(shutil, "which", lambda name: None)

    assert dirty(repository) == []


@pytest.mark.parametrize(
    ("name", "what"), [("rebase-merge", "rebase"), ("rebase-apply", "rebase"), ("MERGE_HEAD", "merge")]
)
def test_what_git_is_in_the_middle_of(repository: Path, name: str, what: str) -> None:
    assert unfinished(repository) == ""
    (repository / ".git" / name).mkdir()
    assert unfinished(repository / "sub") == what


def test_nothing_is_unfinished_without_git(tmp_path: Path) -> None:
    assert unfinished(tmp_path) == ""
