"""A commit for each landed phase: what is in it, what never is, and what stands in the way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codemods import __version__, migrate, proofs
from codemods.data import Change, MigrationError, Outcome, Verdict
from codemods.doing import Doing
from codemods.gates import Measurement
from codemods.migrate import Options, Report, apply, rollback, survey
from codemods.proofs import GATES
from tests.helpers import AROUND, contents, lay, migrated
from tests.trees import TWO_SIDES

LEFT = """\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box = None

    @abstractmethod
    def _make_left_box(self) -> Box: ...

    def open(self) -> None:
        self._left_box = self._make_left_box()
"""
SMALL = """\
from boxes import SmallBox
from left import Left


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
"""
BEFORE: dict[str, str | bytes] = {**AROUND, "left.py": LEFT, "small.py": SMALL, "notes.txt": "mine\n"}
PHASES = ("1", "2", "3", "4")
UNPROVEN = Options(no_gate=GATES, commit=True)


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=root, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def committed(root: Path, commit: str = "HEAD") -> dict[str, bytes]:
    """The files of a commit below ``root``."""
    names = git(root, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1]
    return {name: git(root, "show", f"{commit}:./{name}").encode() + b"\n" for name in names}


def initialised(root: Path) -> Path:
    git(root, "init", "--quiet", "--initial-branch=main")
    for key, value in {"user.name": "a", "user.email": "a@example.invalid"}.items():
        git(root, "config", key, value)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "before")
    return root


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return initialised(lay(tmp_path / "project", BEFORE))


def run(root: Path, *phases: str, options: Options = UNPROVEN) -> Report:
    return apply(survey(root, TWO_SIDES), phases or PHASES, options, lambda _: None)


def titles(root: Path) -> list[str]:
    """The first lines of what was committed since, the oldest first."""
    return git(root, "log", "--reverse", "--format=%s").split("\n")[1:]


# --- what is committed --------------------------------------------------------------------------


def test_nothing_is_committed_unless_it_is_asked_for(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")

    assert run(root, options=replace(UNPROVEN, commit=False)).commits == ()

    assert git(root, "rev-parse", "HEAD") == head
    assert git(root, "status", "--porcelain")


def test_a_commit_for_each_phase_that_changes_something(root: Path) -> None:
    report = run(root)

    expected = ["boxes: phase 1 base", "boxes: phase 2 left", "boxes: phase 4 integrations"]
    assert titles(root) == expected
    assert [commit.title for commit in report.commits] == expected
    assert [commit.id for commit in report.commits] == git(root, "rev-list", "--reverse", "HEAD").split("\n")[
        1:
    ]
    for commit, phases in zip(report.commits, [(1,), (1, 2), (1, 2, 4)], strict=True):
        assert committed(root, commit.id) == migrated(BEFORE, phases)
    assert git(root, "status", "--porcelain") == ""
    assert contents(root) == committed(root)


def test_the_message_says_what_and_why(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gate:
        name = "stub"

        def measure(self, tree: Path) -> Measurement:
            return Measurement()

        def compare(self, *_: object) -> Verdict:
            return Verdict(self.name, Outcome.PASSED, "2 -> 1 errors")

    monkeypatch.setattr(proofs, "_gates", lambda *_: lambda *_: [Gate()])

    run(root, "1", "2", options=Options(commit=True))

    assert git(root, "log", "-1", "--format=%B").rstrip("\n").split("\n") == [
        "boxes: phase 2 left",
        "",
        "Classes of the left side use the root's clients.",
        "",
        "Why: the spec boxes. Old names of this phase: delete 1, rename 2.",
        "",
        "Gates:",
        "- stub passed: 2 -> 1 errors",
        "",
        f"Made by classmod {__version__}.",
    ]


def test_without_gates_the_message_says_so(root: Path) -> None:
    run(root, "1")

    assert "\nGates:\n- none ran\n" in git(root, "log", "-1", "--format=%B")


def test_phase_by_phase(root: Path) -> None:
    run(root, "1")
    run(root, "2", "4")

    assert titles(root) == ["boxes: phase 1 base", "boxes: phase 2 left", "boxes: phase 4 integrations"]
    assert committed(root) == migrated(BEFORE, (1, 2, 4))


def test_what_is_late_has_the_name_of_its_phase(root: Path) -> None:
    run(root)
    lay(root, {"late.py": SMALL.replace("Small(", "Late(")})
    git(root, "add", "late.py")
    git(root, "commit", "--quiet", "--message", "late")

    run(root)

    assert titles(root)[-1] == "boxes: phase 4 integrations"
    assert git(root, "show", "--format=", "--name-only") == "late.py"


def test_nothing_to_do_is_no_commit(root: Path) -> None:
    run(root)
    head = git(root, "rev-parse", "HEAD")

    assert run(root).commits == ()

    assert git(root, "rev-parse", "HEAD") == head


def test_what_a_gate_refuses_is_not_committed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gate:
        name = "stub"

        def measure(self, tree: Path) -> Measurement:
            late = b"_make_box" in (tree / "small.py").read_bytes()
            return Measurement(failure="broken" if late else "")

        def compare(self, before: Measurement, after: Measurement, _: object) -> Verdict:
            return Verdict(self.name, Outcome.INCONCLUSIVE if after.failure else Outcome.PASSED, "")

    monkeypatch.setattr(proofs, "_gates", lambda *_: lambda *_: [Gate()])

    assert run(root, options=Options(commit=True)).commits == ()
    assert titles(root) == []
    report = run(root, options=Options(commit=True, partial=True))

    assert report.refused is not None
    assert titles(root) == ["boxes: phase 1 base", "boxes: phase 2 left"]
    assert contents(root) == committed(root) == migrated(BEFORE, (1, 2))


def test_on_no_branch(root: Path) -> None:
    git(root, "checkout", "--quiet", "--detach")

    run(root, "1")

    assert titles(root) == ["boxes: phase 1 base"]
    assert git(root, "rev-parse", "main") == git(root, "rev-parse", "HEAD^")


def test_in_another_work_tree_of_the_repository(root: Path) -> None:
    other = root.parent / "other"
    git(root, "worktree", "add", "--quiet", "-b", "side", str(other))

    run(other)

    assert len(titles(other)) == 3
    assert git(other, "status", "--porcelain") == ""
    assert committed(other) == migrated(BEFORE, (1, 2, 4))
    assert titles(root) == []
    assert git(root, "status", "--porcelain") == ""


def test_inside_a_hook_it_is_still_the_repository_around_path(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = initialised(lay(tmp_path / "other", {"x": "x"}))
    with monkeypatch.context() as patched:
        patched.setenv("GIT_DIR", str(other / ".git"))
        patched.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))

        run(root, "1")

    assert titles(root) == ["boxes: phase 1 base"]
    assert titles(other) == []
    assert git(other, "status", "--porcelain") == ""


def test_nothing_else_gets_in(tmp_path: Path) -> None:
    """Neither what is dirty, nor what is new, nor what is outside of PATH, nor the record."""
    repository = initialised(
        lay(tmp_path, {f"sub/{path}": data for path, data in BEFORE.items()} | {"o": "o"})
    )
    lay(repository, {"sub/notes.txt": "changed\n", "sub/new.txt": "new\n", "o": "changed\n"})
    root = repository / "sub"

    run(root, options=replace(UNPROVEN, allow_dirty=True))

    assert len(titles(root)) == 3
    changed = set(git(repository, "diff", "--name-only", "HEAD~3", "HEAD").split("\n"))
    after = migrated(BEFORE, (1, 2, 4))
    assert changed == {f"sub/{path}" for path, data in after.items() if data != _bytes(BEFORE.get(path))}
    assert git(repository, "status", "--porcelain").split("\n") == [
        " M o",
        " M sub/notes.txt",
        "?? sub/new.txt",
    ]


def _bytes(data: str | bytes | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data


def test_modes_line_ends_and_odd_names(tmp_path: Path) -> None:
    odd = "a *[é] b.py"
    other = SMALL.replace("Small(", "Other(")
    files = {**BEFORE, "crlf.py": other.replace("\n", "\r\n"), odd: SMALL.replace("Small(", "Odd(")}
    root = lay(tmp_path / "project", {**files, ".gitattributes": "crlf.py text\n"})
    (root / odd).chmod(0o755)
    initialised(root)

    run(root)

    assert git(root, "status", "--porcelain") == ""
    assert b"\r\n" in (root / "crlf.py").read_bytes()
    assert "_make_box" in git(root, "show", "HEAD:crlf.py")
    assert "\r" not in git(root, "show", "HEAD:crlf.py")
    assert git(root, "ls-tree", "-z", "HEAD", "--", f":(literal){odd}").startswith("100755 ")
    assert "_make_box" in git(root, "show", f"HEAD:{odd}")


def test_a_new_file_that_git_would_ignore(root: Path) -> None:
    lay(root, {".gitignore": "*_types.py\n"})
    git(root, "add", ".gitignore")
    git(root, "commit", "--quiet", "--message", "ignore")

    run(root, "1")

    assert committed(root)["client_types.py"] == (root / "client_types.py").read_bytes()


HOOKS = ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change")


def test_no_hook_is_run(root: Path) -> None:
    for name in HOOKS:
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch ran; exit 1\n")
        hook.chmod(0o755)

    run(root)

    assert len(titles(root)) == 3
    assert not list(root.rglob("ran"))


def test_taken_back_it_is_a_change_against_the_commits(root: Path) -> None:
    before = contents(root)
    run(root)
    head = git(root, "rev-parse", "HEAD")

    rollback(root, TWO_SIDES, ())

    assert contents(root) == before
    assert git(root, "rev-parse", "HEAD") == head
    assert git(root, "diff", "HEAD~3") == ""


# --- what stands in the way ---------------------------------------------------------------------


def no_repository(root: Path) -> None:
    (root / ".git").rename(root.parent / "away")


def no_commit(root: Path) -> None:
    git(root, "checkout", "--quiet", "--orphan", "new")
    git(root, "rm", "--quiet", "--cached", "-r", ".")


def nobody(root: Path) -> None:
    git(root, "config", "--unset", "user.email")
    git(root, "config", "user.useConfigOnly", "true")


def merging(root: Path) -> None:
    (root / ".git" / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"))


def staged(root: Path) -> None:
    lay(root, {"notes.txt": "changed\n"})
    git(root, "add", "notes.txt")


def staged_only(root: Path) -> None:
    staged(root)
    lay(root, BEFORE)


def edited(root: Path) -> None:
    lay(root, {"left.py": LEFT + "# mine\n"})


def edited_unseen(root: Path) -> None:
    git(root, "update-index", "--assume-unchanged", "left.py")
    edited(root)


def untracked(root: Path) -> None:
    lay(root, {"late.py": SMALL.replace("Small(", "Late(")})


@pytest.mark.parametrize(
    ("meddle", "why"),
    [
        (no_repository, "no git repository, so --commit cannot be"),
        (no_commit, "there is no commit yet; make one before --commit"),
        (nobody, "git does not know who commits; set user.name and user.email"),
        (merging, "a merge is in progress; end it before --commit"),
        (staged, "notes.txt: staged; commit or unstage it before --commit"),
        (staged_only, "notes.txt: staged; commit or unstage it before --commit"),
        (edited, "left.py: not as it is committed; with --commit, commit it first"),
        (edited_unseen, "left.py: not as it is committed; with --commit, commit it first"),
        (untracked, "late.py: not as it is committed; with --commit, commit it first"),
    ],
)
def test_refused_before_anything_is_proven(root: Path, meddle: Callable[[Path], None], why: str) -> None:
    meddle(root)
    before, told = contents(root), list[Doing]()

    with pytest.raises(MigrationError) as refused:
        apply(survey(root, TWO_SIDES), PHASES, replace(UNPROVEN, allow_dirty=True), told.append)

    assert str(refused.value).endswith(why)
    assert "\n" not in str(refused.value)
    assert [doing.what for doing in told if doing.what != "planning"] == []
    assert contents(root) == before
    assert not (root / ".classmod").exists()


def test_what_landed_before_is_to_be_committed_first(root: Path) -> None:
    run(root, "1", options=replace(UNPROVEN, commit=False))
    before = contents(root)

    with pytest.raises(
        MigrationError, match=r"\.py: not as it is committed; with --commit, commit it first$"
    ):
        run(root, "2")

    assert contents(root) == before
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "phase 1")
    run(root, "2")
    assert titles(root) == ["phase 1", "boxes: phase 2 left"]


def test_what_is_committed_meanwhile_stays(root: Path) -> None:
    def meanwhile(doing: Doing) -> None:
        if doing.what == "landing":
            git(root, "commit", "--quiet", "--allow-empty", "--message", "meanwhile")

    apply(survey(root, TWO_SIDES), ("1",), UNPROVEN, meanwhile)

    assert titles(root) == ["meanwhile", "boxes: phase 1 base"]


def test_a_branch_that_moves_at_the_last_moment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = migrate._land

    def late(*arguments: object) -> tuple[Change, ...]:
        git(root, "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
        return real(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(migrate, "_land", late)

    with pytest.raises(MigrationError, match=r"^landed, but not committed: git: "):
        run(root, "1")

    assert titles(root) == ["meanwhile"]
    assert contents(root) == migrated(BEFORE, (1,))


def test_an_index_that_is_locked_at_the_last_moment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = migrate._land

    def late(*arguments: object) -> tuple[Change, ...]:
        (root / ".git" / "index.lock").touch()
        return real(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(migrate, "_land", late)

    with pytest.raises(MigrationError, match=r"^landed and committed, but the index is as before; git reset"):
        run(root, "1")

    (root / ".git" / "index.lock").unlink()
    git(root, "reset", "--quiet")
    assert git(root, "status", "--porcelain") == ""
    assert titles(root) == ["boxes: phase 1 base"]
