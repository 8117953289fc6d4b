"""Hazards of file systems, git and hostile trees (docs/hazards.md), on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.data import MigrationError
from codemods.migrate import apply, leftovers, rollback, survey
from tests.helpers import AROUND, LEFT, UNPROVEN, contents, land, landed, lay
from tests.trees import TWO_SIDES

USE = "from left import Left\ndef use(b: Left):\n    return b._left_box\n"
AFTER = USE.replace("_left_box", "_box").encode()
FILES = {**AROUND, "left.py": LEFT, "use.py": USE}


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ("git", *identity, *arguments), cwd=root, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "tree", FILES)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "before")
    return root


def check_refused(root: Path, why: str) -> None:
    before = contents(root)
    with pytest.raises(MigrationError, match=why):
        land(root)
    assert contents(root) == before


# --- file system --------------------------------------------------------------------------------


def test_39_a_link_inside_and_a_second_hard_link(root: Path) -> None:
    (root / "again.py").symlink_to("use.py")
    land(root)
    assert (root / "again.py").is_symlink()
    assert (root / "again.py").read_bytes() == AFTER

    rollback(root, TWO_SIDES, ())
    os.link(root / "use.py", root / "twin.py")
    check_refused(root, r"^t\w+\.py: has more than one hard link|^use\.py: has more than one hard link")


def test_40_links_that_lead_out(root: Path, tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside", {"use.py": USE})
    (root / "away").symlink_to(outside)
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")

    land(root)

    assert (outside / "use.py").read_bytes() == USE.encode()
    assert (root / "use.py").read_bytes() == AFTER
    assert [str(note.path) for note in survey(root, TWO_SIDES).tree.notes] == ["away"]


@pytest.mark.parametrize("place", ["use.py", "."])
def test_41_what_is_read_only(root: Path, place: str) -> None:
    mode = (root / place).stat().st_mode
    (root / place).chmod(mode & ~0o222)
    try:
        check_refused(root, "is read-only$")
    finally:
        (root / place).chmod(mode)


def test_42_mode_and_time(root: Path) -> None:
    (root / "use.py").chmod(0o2755)
    before = (root / "use.py").stat()

    land(root)

    after = (root / "use.py").stat()
    assert after.st_mode == before.st_mode
    assert after.st_mtime_ns // 10**9 > before.st_mtime_ns // 10**9


@pytest.mark.parametrize("what", ["edited", "deleted", "a directory", "a link", "created"])
def test_43_and_44_a_tree_that_changes_meanwhile(root: Path, what: str) -> None:
    found = survey(root, TWO_SIDES)
    place = root / "use.py"
    if what == "created":
        place = root / "client_types.py"
    else:
        place.rename(root / "kept")
    if what in ("edited", "created"):
        place.write_text("mine = 1\n")
    elif what == "a directory":
        place.mkdir()
    elif what == "a link":
        place.symlink_to("kept")
    before = contents(root)

    with pytest.raises(MigrationError, match=rf"{place.name}"):
        apply(found, (), UNPROVEN, lambda _: None)

    assert contents(root) == before


def test_44_a_file_that_comes_meanwhile_is_found_by_the_next_run(root: Path) -> None:
    found = survey(root, TWO_SIDES)
    (root / "late.py").write_text(USE)

    apply(found, (), UNPROVEN, lambda _: None)
    assert (root / "late.py").read_text() == USE
    assert [str(site.path) for site in leftovers(survey(root, TWO_SIDES))] == ["late.py"]

    land(root)
    assert (root / "late.py").read_bytes() == AFTER


def test_49_names_that_differ_in_case_only(root: Path) -> None:
    (root / "Client_Types.py").write_text("x = 1\n")

    check_refused(root, r"^client_types\.py: differs from Client_Types\.py in case only")


@pytest.mark.parametrize(
    "name", ["-rf.py", "a\nb.py", "b\udcff.py", f"{'x' * 250}.py", "con.py", "e\u0301.py"]
)
def test_49_and_50_odd_names(tmp_path: Path, name: str) -> None:
    assert landed(tmp_path, {name: USE})[name] == AFTER


# --- git ----------------------------------------------------------------------------------------


def test_52_a_rebase_in_progress(repository: Path) -> None:
    (repository / ".git" / "rebase-merge").mkdir()

    check_refused(repository, "a rebase is in progress")


def test_53_untracked_is_in_scope_and_ignored_is_not(repository: Path) -> None:
    (repository / ".git" / "info" / "exclude").write_text("vendored/\n")
    lay(repository, {"new.py": USE, "vendored/old.py": USE, ".venv/old.py": USE})

    land(repository)

    assert (repository / "new.py").read_bytes() == AFTER
    assert (repository / "vendored" / "old.py").read_text() == USE
    assert (repository / ".venv" / "old.py").read_text() == USE
    rollback(repository, TWO_SIDES, ())
    assert (repository / "new.py").read_text() == USE


def test_54_a_work_tree_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "second"))

    land(tmp_path / "second")

    assert (tmp_path / "second" / "use.py").read_bytes() == AFTER
    assert (repository / "use.py").read_text() == USE


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_54_files_that_git_does_not_look_at(repository: Path, flag: str) -> None:
    git(repository, "update-index", flag, "use.py")
    (repository / "use.py").write_text(f"{USE}# mine\n")

    land(repository)
    notes = [str(note.path) for note in survey(repository, TWO_SIDES).tree.notes]
    rollback(repository, TWO_SIDES, ())

    assert notes == ["use.py"]
    assert (repository / "use.py").read_text() == f"{USE}# mine\n"


def test_54_line_ends_that_git_converts(repository: Path) -> None:
    git(repository, "config", "core.autocrlf", "true")
    (repository / "use.py").write_bytes(USE.replace("\n", "\r\n").encode())

    land(repository)
    assert (repository / "use.py").read_bytes() == AFTER.replace(b"\n", b"\r\n")

    rollback(repository, TWO_SIDES, ())
    assert (repository / "use.py").read_bytes() == USE.replace("\n", "\r\n").encode()


def test_55_a_bare_repository_around_the_tree(root: Path) -> None:
    git(root.parent, "init", "--quiet", "--bare", str(root.parent / ".git"))

    land(root)

    assert (root / "use.py").read_bytes() == AFTER


# --- hostile ------------------------------------------------------------------------------------


def test_56_what_is_no_regular_file(root: Path) -> None:
    os.mkfifo(root / "pipe.py")

    land(root)

    assert (root / "use.py").read_bytes() == AFTER


REPORTS = Path(__file__).parents[1] / "fixtures" / "report_writers"
NAMES = ("setup.py", "conftest.py", "sitecustomize.py", "plugin.py", "libcst.py", "mypy.py", "tomllib.py")


@pytest.mark.parametrize("command", ["sites", "diff", "check", "apply"])
def test_60_nothing_of_the_tree_is_executed(tmp_path: Path, command: str) -> None:
    sprung, root = tmp_path / "sprung", lay(tmp_path / "tree", contents(REPORTS / "before"))
    trap = f"open({str(sprung)!r}, 'w').close()\n"
    lay(root, {path: trap.encode() + data for path, data in contents(root).items() if path.endswith(".py")})
    lay(root, {**dict.fromkeys(NAMES, trap), "x.pth": "import plugin\n"})
    lay(root, {"mypy.ini": "[mypy]\nplugins = plugin.py\n"})
    program = (
        f"import sys; sys.path.insert(0, {str(REPORTS.parents[1])!r}); from cli.main import main; main()"
    )
    call = (sys.executable, "-I", "-c", program, command, "--spec", str(REPORTS / "spec.toml"), ".")

    done = subprocess.run(call, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode in (0, 1), done.stderr
    assert not sprung.exists()
