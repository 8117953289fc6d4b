"""A run from end to end on a small tree: what lands, what is refused, and what can be taken back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, permutations
from pathlib import Path, PurePosixPath

import libcst as cst
import pytest
from click.testing import CliRunner

from cli.main import app
from codemods import arguments, migrate, proofs
from codemods import spec as specs
from codemods.arguments import Arguments
from codemods.data import Change, MigrationError, Outcome, Problem, Spec, Verdict
from codemods.doing import Doing
from codemods.gates import Measurement, excess
from codemods.index import Index
from codemods.migrate import EditedSince, Options, Report, apply, leftovers, rollback, survey
from codemods.plan import plan
from codemods.project import read as read_project
from codemods.proofs import GATES
from codemods.roles import Roles
from codemods.scopes import ClassRef
from codemods.transforms.rename_factories import RenameFactories
from codemods.verify import Unproven
from tests.helpers import AROUND, contents, lay
from tests.trees import TWO_SIDES, tree

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage"
SPEC = TWO_SIDES
PHASES = ("1", "2", "3", "4")
UNPROVEN = Options(no_gate=GATES)
SIDE = """\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box = None
        self._left_on = False

    @abstractmethod
    def _make_left_box(self) -> Box: ...

    def open(self) -> None:
        self._left_box = self._make_left_box()
"""
LEAVES = """\
from boxes import LargeBox, SmallBox
from left import Left
from right import Right


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Large(Right):
    def _make_right_box(self) -> LargeBox:
        return LargeBox()
"""
BEFORE: dict[str, str | bytes] = {
    **AROUND,
    "left.py": SIDE,
    "right.py": SIDE.replace("Left", "Right").replace("left", "right"),
    "leaves.py": LEAVES,
    "README.md": "Boxes.\n",
}
LATE = """\
from leaves import Small


class Late(Small):
    def reopen(self) -> None:
        self._left_box = self._make_left_box()
"""
LATE_AFTER = LATE.replace("_left_box = self._make_left_box", "_box = self._make_box")


@cache
def made(*phases: int) -> dict[str, bytes]:
    """The small tree with a set of phases, by the plan alone; with none it is the one before."""
    snapshot = tree(BEFORE)
    after = plan(read_project(snapshot, SPEC), frozenset(phases)).after(snapshot)
    return {str(path): data for path, data in sorted(after.items())}


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small tree without git."""
    return lay(tmp_path / "project", BEFORE)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "before")
    return root


def run(root: Path, *phases: str, options: Options = UNPROVEN, repair: bool = False) -> Report:
    return apply(survey(root, SPEC, repair=repair), phases or PHASES, options, lambda _: None)


def back(root: Path, *phases: str) -> tuple[Change, ...]:
    return rollback(root, SPEC, phases)


# --- apply, check, rollback ---------------------------------------------------------------------


def test_all_at_once_and_back(root: Path) -> None:
    report = run(root)

    assert report.refused is None
    assert contents(root) == made(1, 2, 3, 4)
    assert {str(c.path) for c in report.landed} == {
        path for path, data in made(1, 2, 3, 4).items() if data != made().get(path)
    }
    assert run(root).landed == ()
    assert leftovers(survey(root, SPEC)) == ()
    back(root)
    assert contents(root) == made()
    assert not (root / ".classmod").exists() or not any((root / ".classmod").rglob("*.json"))


def test_git_sees_nothing_after_a_rollback(repository: Path) -> None:
    run(repository)
    assert git(repository, "status", "--porcelain")

    back(repository)

    assert git(repository, "status", "--porcelain") == ""


def test_modes_come_back_too(root: Path) -> None:
    path = root / "root.py"
    path.chmod(0o755)

    run(root)
    assert path.stat().st_mode & 0o777 == 0o755
    back(root)

    assert path.stat().st_mode & 0o777 == 0o755


def test_with_mypy_on_the_fixture(tmp_path: Path) -> None:
    root = lay(tmp_path, contents(FIXTURE / "before"))

    report = apply(survey(root, specs.builtin()), (), Options(), lambda _: None)

    assert report.refused is None
    static = {"mypy", "precision", "api", "duplication"}
    assert [{v.gate for v in proof.verdicts} for proof in report.proofs] == [static] * 6
    assert not any(problem for proof in report.proofs for v in proof.verdicts for problem in v.new)
    assert contents(root) == contents(FIXTURE / "after")
    rollback(root, specs.builtin(), ())
    assert contents(root) == contents(FIXTURE / "before")


@pytest.mark.parametrize("order", list(permutations("234")), ids="".join)
def test_in_pieces_in_any_order(repository: Path, order: Iterable[str]) -> None:
    landed = [1]
    run(repository, "1")
    for phase in order:
        landed.append(int(phase))

        report = run(repository, phase)

        assert report.refused is None
        assert contents(repository) == made(*sorted(landed))


@pytest.mark.parametrize("order", list(permutations("234")), ids="".join)
def test_taking_back_in_any_order(repository: Path, order: Iterable[str]) -> None:
    remaining = {1, 2, 3, 4}
    run(repository)
    for phase in order:
        remaining.remove(int(phase))

        back(repository, phase)

        assert contents(repository) == made(*sorted(remaining))
    back(repository, "base")
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "phases", [p for n in (2, 3) for p in combinations("1234", n) if "1" in p], ids="".join
)
def test_some_phases_and_back(root: Path, phases: tuple[str, ...]) -> None:
    run(root, *phases)
    assert contents(root) == made(*map(int, phases))

    back(root)

    assert contents(root) == made()


def test_a_phase_that_comes_back(root: Path) -> None:
    run(root)
    back(root, "2")

    run(root, "left")

    assert contents(root) == made(1, 2, 3, 4)


def test_rollback_of_nothing(root: Path) -> None:
    assert back(root) == ()


# --- what rollback refuses ----------------------------------------------------------------------


@pytest.mark.parametrize("landed", ["12", "134"])
def test_the_first_phase_does_not_go_alone(root: Path, landed: str) -> None:
    run(root, *landed)
    before = contents(root)

    with pytest.raises(MigrationError, match=r"^phase 1 cannot go while phase"):
        back(root, "1")

    assert contents(root) == before


@pytest.mark.parametrize(
    ("phase", "line"), [("3", "phase 3 right is not landed"), ("9", "there is no phase 9")]
)
def test_phases_that_are_not_there(root: Path, phase: str, line: str) -> None:
    run(root, "1", "2")

    with pytest.raises(MigrationError, match=line):
        back(root, phase)


@pytest.mark.parametrize("phases", [(), ("4",)], ids=["all", "one"])
@pytest.mark.parametrize("edit", ["edited", "deleted"])
def test_edits_since_are_not_lost(root: Path, phases: tuple[str, ...], edit: str) -> None:
    run(root)
    path = root / "root.py"
    if edit == "edited":
        path.write_bytes(path.read_bytes() + b"# mine\n")
    else:
        path.unlink()
    before = contents(root)

    with pytest.raises(EditedSince, match=r"^edited since it was landed: .*root.py") as raised:
        back(root, *phases)

    assert raised.value.status == 1
    assert contents(root) == before


def test_edits_to_other_files_stay(root: Path) -> None:
    run(root)
    (root / "new.py").write_text("x = 1\n")

    back(root)

    assert contents(root) == {**made(), "new.py": b"x = 1\n"}


# --- gates --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stub:
    """A gate that finds a problem in every file of ``faults`` that it sees in the tree."""

    faults: dict[str, str]
    failure: str = ""
    name: str = "stub"
    always: bool = False

    def measure(self, tree: Path) -> Measurement:
        found = (
            p for p, text in self.faults.items() if (tree / p).is_file() and text in (tree / p).read_text()
        )
        problems = tuple(Problem(path, 1, "stub", "wrong", path) for path in found)
        failure = self.failure if self.always or (tree / "client_types.py").exists() else ""
        return Measurement(problems, {"errors": len(problems)}, failure)

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        new = excess(after.problems, before.problems)
        outcome = Outcome.INCONCLUSIVE if after.failure else Outcome.REFUSED if new else Outcome.PASSED
        return Verdict(self.name, outcome, "", new, reason=after.failure)

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        return self.compare(before, after, changes)


Gated = Callable[[Stub], None]


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> Gated:
    return lambda gate: monkeypatch.setattr(proofs, "_gates", lambda *_: lambda *_: [gate])


def test_a_gate_that_refuses_lands_nothing(root: Path, gated: Gated) -> None:
    gated(Stub({"right.py": "self._box"}))

    report = run(root)

    assert report.refused is not None
    assert report.refused.name == "right"
    assert [proof.passed for proof in report.proofs] == [True, True, False]
    assert [v.numbers for p in report.proofs for v in p.verdicts] == [{"errors": (0, n)} for n in (0, 0, 1)]
    assert report.landed == ()
    assert contents(root) == made()


def test_what_is_proven_lands_with_partial(root: Path, gated: Gated) -> None:
    gated(Stub({"right.py": "self._box"}))

    report = run(root, options=Options(partial=True))

    assert report.refused is not None
    assert contents(root) == made(1, 2)
    back(root)
    assert contents(root) == made()


def test_partial_lands_nothing_where_the_first_is_refused(root: Path, gated: Gated) -> None:
    gated(Stub({"client_types.py": "TypeVar"}))

    report = run(root, options=Options(partial=True))

    assert report.landed == ()
    assert contents(root) == made()


def test_a_gate_that_fails_is_no_pass(root: Path, gated: Gated) -> None:
    gated(Stub({}, failure="crashed"))

    report = run(root)

    assert report.proofs[0].verdicts[0].outcome is Outcome.INCONCLUSIVE
    assert report.proofs[0].verdicts[0].numbers == {}
    assert report.landed == ()
    assert contents(root) == made()


def test_a_gate_that_fails_before_is_not_asked_again(root: Path, gated: Gated) -> None:
    told: list[Doing] = []
    gated(Stub({}, failure="crashed", always=True))

    report = apply(survey(root, SPEC), PHASES, Options(), told.append)

    assert [p.verdicts[0].outcome for p in report.proofs] == [Outcome.INCONCLUSIVE]
    assert [str(doing) for doing in told if doing.what != "planning"] == ["before: stub", "before: stub"]


def test_a_type_error_of_our_own_is_refused_by_mypy(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type variable with a bound that the classes do not keep, as if it had been worked out wrongly."""
    right = arguments.work_out
    box, large = (ClassRef(PurePosixPath("boxes.py"), name) for name in ("Box", "LargeBox"))

    def wrong(index: Index, roles: Roles, spec: Spec) -> Arguments:
        found = right(index, roles, spec)
        wider = (replace(v, bounds=(large,)) if v.bounds == (box,) else v for v in found.variables)
        return replace(found, variables=tuple(wider))

    monkeypatch.setattr(arguments, "work_out", wrong)

    report = run(root, options=Options())

    assert report.refused is not None
    assert report.refused.name == "left"
    (problem,) = report.proofs[-1].verdicts[0].new
    (cause,) = report.proofs[-1].causes[problem]
    assert cause.startswith("left.py:7: type arguments of Left: ")
    assert contents(root) == made()


def test_a_change_that_is_not_what_was_decided_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transform that gives a factory another name than its sites say."""
    right = RenameFactories.leave_Name

    def wrong(self: RenameFactories, node: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        made = right(self, node, updated)
        return made if made is updated else made.with_changes(value="_make_boxes")

    monkeypatch.setattr(RenameFactories, "leave_Name", wrong)

    for do in (lambda: run(root), lambda: migrate.steps(survey(root, SPEC))):
        with pytest.raises(
            Unproven, match=r"^left\.py:15: the change is not what was decided: '.*_make_boxes"
        ):
            do()
        assert contents(root) == made()


def test_there_is_no_such_gate(root: Path) -> None:
    with pytest.raises(MigrationError, match=r"^there is no gate pylint; there are api, .*, mypy, "):
        run(root, options=Options(no_gate=frozenset({"pylint"})))


# --- a tree in the way --------------------------------------------------------------------------


def test_a_tree_that_changes_while_it_is_proven(root: Path) -> None:
    path = root / "root.py"

    def meanwhile(doing: Doing) -> None:
        if doing.what == "landing":
            path.write_bytes(path.read_bytes() + b"# meanwhile\n")

    with pytest.raises(MigrationError, match=r"^plan is stale: .*root.py"):
        apply(survey(root, SPEC), PHASES, UNPROVEN, meanwhile)

    path.write_bytes(path.read_bytes().removesuffix(b"# meanwhile\n"))
    assert contents(root) == made()


def test_uncommitted_changes_are_refused(repository: Path) -> None:
    (repository / "README.md").write_text("mine\n")

    with pytest.raises(
        MigrationError, match=r"^README.md: uncommitted changes; commit them, or say --allow-dirty"
    ):
        run(repository)

    assert contents(repository) == {**made(), "README.md": b"mine\n"}


def test_uncommitted_changes_that_are_allowed(repository: Path) -> None:
    (repository / "README.md").write_text("mine\n")

    run(repository, options=replace(UNPROVEN, allow_dirty=True))

    assert contents(repository) == {**made(1, 2, 3, 4), "README.md": b"mine\n"}


def test_a_run_with_nothing_to_do_is_not_refused(repository: Path) -> None:
    run(repository)
    (repository / "README.md").write_text("mine\n")

    assert run(repository).landed == ()


def test_a_file_that_git_ignores_is_not_written_over(repository: Path) -> None:
    (repository / ".gitignore").write_text("client_types.py\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "more")
    (repository / "client_types.py").write_text("mine\n")

    with pytest.raises(MigrationError, match=r"^client_types\.py is there already, ignored by git"):
        run(repository)

    assert (repository / "client_types.py").read_text() == "mine\n"


def test_the_patch_is_what_apply_makes(tmp_path: Path) -> None:
    root = lay(tmp_path / "project", contents(FIXTURE / "before"))

    found = CliRunner().invoke(app, ["diff", "--format", "patch", str(root)])
    (tmp_path / "patch").write_bytes(found.stdout_bytes)
    git(root, "init", "--quiet")
    git(root, "apply", str(tmp_path / "patch"))

    assert found.exit_code == 1
    assert contents(root) == contents(FIXTURE / "after")


def test_a_file_that_is_read_only(root: Path) -> None:
    (root / "leaves.py").chmod(0o444)

    with pytest.raises(MigrationError, match=r"^leaves.py: "):
        run(root)

    assert contents(root) == made()


def test_a_broken_file_of_the_hierarchy(root: Path) -> None:
    path = root / "leaves.py"
    path.write_bytes(path.read_bytes() + b"def (:\n")
    before = contents(root)

    with pytest.raises(MigrationError, match=r"leaves.py: syntax-error: .*nothing is written"):
        run(root)

    assert contents(root) == before


def test_a_broken_file_of_somebody_else(root: Path) -> None:
    (root / "broken.py").write_bytes(b"def (:\n")

    run(root)

    assert [str(f.path) for f in survey(root, SPEC).failures] == ["broken.py"]
    assert contents(root) == {**made(1, 2, 3, 4), "broken.py": b"def (:\n"}


def test_another_spec_is_landed(root: Path) -> None:
    run(root)

    with pytest.raises(MigrationError, match="another spec is landed here: boxes"):
        survey(root, replace(SPEC, name="others"))


# --- after it has landed ------------------------------------------------------------------------


def test_a_late_leaf_is_migrated(repository: Path) -> None:
    run(repository)
    lay(repository, {"late.py": LATE})

    report = run(repository)

    assert [str(change.path) for change in report.landed] == ["late.py"]
    assert contents(repository) == {**made(1, 2, 3, 4), "late.py": LATE_AFTER.encode()}
    back(repository)
    assert contents(repository) == {**made(), "late.py": LATE.encode()}


def test_a_clone_without_the_record(root: Path, tmp_path: Path) -> None:
    run(root)
    clone = lay(tmp_path / "clone", contents(root))

    assert run(clone).landed == ()
    lay(clone, {"late.py": LATE})
    report = run(clone)

    assert [str(change.path) for change in report.landed] == ["late.py"]
    assert contents(clone) == {**made(1, 2, 3, 4), "late.py": LATE_AFTER.encode()}


def test_committed_and_edited_since(repository: Path) -> None:
    """What was edited since is a beginning of its own: nothing is undone, and what is new is migrated."""
    run(repository)
    path = repository / "root.py"
    path.write_bytes(path.read_bytes() + b"# mine\n")
    lay(repository, {"late.py": LATE})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "after")
    before = contents(repository)

    report = run(repository)

    assert [str(change.path) for change in report.landed] == ["late.py"]
    assert contents(repository) == {**before, "late.py": LATE_AFTER.encode()}


# --- repair -------------------------------------------------------------------------------------


@pytest.fixture
def renamed(root: Path) -> Path:
    """A class renamed in its own module only, as at a commit of the real target."""
    path = root / "left.py"
    path.write_bytes(path.read_bytes().replace(b"class Left(", b"class LeftBase("))
    return root


def test_a_missing_base_is_refused(renamed: Path) -> None:
    before = contents(renamed)

    with pytest.raises(MigrationError, match=r"Left, imported in .*--repair adds the old name"):
        run(renamed)

    assert contents(renamed) == before


def test_repair_comes_first_and_goes_last(renamed: Path) -> None:
    before = contents(renamed)

    report = run(renamed, repair=True)

    path = "left.py"
    alias = b"\n\nLeft = LeftBase  # its old name, still imported\n"
    assert [proof.step.phase.number for proof in report.proofs] == [0, 1, 2, 3, 4]
    assert contents(renamed)[path].endswith(alias)
    assert run(renamed).landed == ()
    back(renamed, "2", "3", "4")
    back(renamed, "1")
    assert contents(renamed) == {**before, path: before[path] + alias}
    back(renamed)
    assert contents(renamed) == before


@pytest.mark.parametrize(("gate", "refused"), [("mypy", False), ("precision", False), ("api", True)])
def test_what_a_repair_uncovers(renamed: Path, gated: Gated, gate: str, refused: bool) -> None:
    """Types come to light with a class that was missing; a repair that breaks the API is none."""
    gated(Stub({"left.py": "# its old name"}, name=gate))

    report = apply(survey(renamed, SPEC, repair=True), PHASES, Options(), lambda _: None)

    assert (report.refused is not None) is refused
    assert report.proofs[0].verdicts[0].new


def test_repair_stays_while_others_need_it(renamed: Path) -> None:
    run(renamed, repair=True)

    with pytest.raises(MigrationError):
        back(renamed, "0")


# --- state --------------------------------------------------------------------------------------


def test_a_landing_that_was_interrupted_is_undone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemods import files

    written: list[PurePosixPath] = []
    real = files.replace

    def failing(base: Path, path: PurePosixPath, *arguments: object, **options: object) -> None:
        if path.suffix == ".py" and path.parts[0] != ".classmod":
            written.append(path)
            if len(written) == 3:
                raise KeyboardInterrupt
        real(base, path, *arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(files, "replace", failing)
    with pytest.raises(KeyboardInterrupt):
        run(root)

    assert len(written) >= 3
    assert contents(root) == made()
    assert migrate.survey(root, SPEC).landed == frozenset()
