"""The command line against a stub of the library: exit statuses, forms of output, nothing raw is shown."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, fields, replace
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import codemods
from cli import __version__, terminal
from cli.main import app
from codemods import spec as specs
from codemods.choice import Choices
from codemods.commits import Commit
from codemods.data import (
    Change,
    Confidence,
    Decision,
    Edit,
    Failure,
    MigrationError,
    Note,
    Outcome,
    Phase,
    Problem,
    Site,
    Spec,
    Verdict,
)
from codemods.doing import Doing, Progress
from codemods.hunks import hunks
from codemods.journal import Interruption
from codemods.record import LandedPhase
from codemods.review import fresh
from codemods.reviewed import FileReview, PhaseReview, Review, TreeLine
from codemods.sources import Sources
from codemods.status import PhaseStatus, Status
from tests.helpers import contents, lay

# --- a stub of codemods.migrate -----------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    python: Path | None = None
    memory: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Survey:
    root: Path
    spec: Spec
    snapshot: dict[PurePosixPath, bytes]
    sites: tuple[Site, ...]
    notes: tuple[Note, ...]
    failures: tuple[Failure, ...]
    doubts: tuple[Note, ...] = ()
    project: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(types={}, modules=Sources({})))


@dataclass(frozen=True)
class Step:
    phase: Phase
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Proof:
    step: Step
    verdicts: tuple[Verdict, ...]
    causes: Mapping[Problem, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    python: Path | None = None
    no_gate: frozenset[str] = frozenset()
    allow_dirty: bool = False
    allow_plugins: bool = False
    partial: bool = False
    commit: bool = False
    test_command: tuple[str, ...] = ()
    timeout: float = 600.0
    max_new_failures: int = 0
    extra: tuple[PurePosixPath, ...] = ()
    bench_command: tuple[str, ...] = ()
    bench: bool = False
    max_slowdown: float = 0.1
    coverage: bool = False


@dataclass(frozen=True)
class Report:
    baseline: tuple[Verdict, ...]
    proofs: tuple[Proof, ...]
    landed: tuple[Change, ...]
    refused: Phase | None
    notes: tuple[Note, ...]
    commits: tuple[Commit, ...] = ()
    tree: tuple[TreeLine, ...] = ()
    numbers: frozenset[int] = frozenset()


LEAF, BESIDE = PurePosixPath("leaf.py"), PurePosixPath("mixin.py")
TREE = (
    TreeLine(0, "Base", PurePosixPath("base.py"), "class Base", "class Base(Generic[X])", 4),
    TreeLine(1, "Leaf", LEAF, "class Leaf(Base)", "class Leaf(Base[Thing])", 7, body=True),
    TreeLine(2, "Twig", LEAF, "class Twig(Leaf)", "class Twig(Leaf)", 9, body=True),
    TreeLine(2, "Bud", LEAF, "class Bud(Leaf)", "class Bud(Leaf)", 12),
    TreeLine(0, "Side", BESIDE, "class Side", "class Side", 2, body=True, part="mixin"),
)


@dataclass
class Library:
    """What the stub answers, and what it was asked."""

    sites: tuple[Site, ...] = ()
    notes: tuple[Note, ...] = ()
    failures: tuple[Failure, ...] = ()
    plan: tuple[Step, ...] = ()
    report: Report = field(default_factory=lambda: Report((), (), (), None, ()))
    restored: tuple[Change, ...] = ()
    found: Status = field(default_factory=lambda: Status("", "", (), (), (), None, None))
    error: BaseException | None = None
    asked: dict[str, Any] = field(default_factory=dict)

    def survey(
        self,
        root: Path,
        spec: Spec,
        *,
        repair: bool = False,
        types: Asked | None = None,
        confidence: Confidence = Confidence.INFERRED,
        guide: bool = False,
        where: str | None = None,
        **read: Any,
    ) -> Survey:
        self.asked |= {"root": root, "spec": spec, "repair": repair, "types": types, "sure": confidence}
        self.asked |= {"guide": True} if guide else {}
        self.asked |= {"where": where} if where else {}
        if self.error:
            raise self.error
        return Survey(root, spec, {}, self.sites, self.notes, self.failures)

    def planned(self, survey: Survey) -> SimpleNamespace:
        """An end of the old names that these sites are in the way of."""
        return SimpleNamespace(in_the_way=survey.sites, stage=None)

    def review(self, survey: Survey, phases: tuple[str, ...], progress: Progress, context: int) -> Review:
        """Hunks without reasons; what is said of a file stands above the first change of it."""
        known = {name for step in self.plan for name in (str(step.phase.number), step.phase.name)}
        for name in phases:
            if name not in known:
                raise MigrationError(f"there is no phase {name}")
        chosen = set(phases) or known
        asked = [site for site in survey.sites if site.decision is Decision.ASK]
        notes, told = fresh(survey.notes, asked), set[PurePosixPath]()
        made = []
        for step in (s for s in self.plan if chosen & {str(s.phase.number), s.phase.name}):
            files = []
            for each in step.changes:
                mine = each.path not in told
                told.add(each.path)
                files.append(
                    FileReview(
                        each,
                        hunks(each, step.phase.number, (), (), context),
                        tuple(n for n in notes if mine and n.path == each.path),
                        tuple(site for site in asked if mine and site.path == each.path),
                    )
                )
            made.append(PhaseReview(step.phase, tuple(files)))
        rest = tuple(site for site in asked if site.path not in told)
        numbers = frozenset(phase.phase.number for phase in made)
        return Review(tuple(made), TREE, tuple(n for n in notes if n.path not in told), rest, numbers)

    def apply(
        self,
        survey: Survey,
        phases: tuple[str, ...],
        options: Options,
        progress: Progress,
        choices: Choices | None = None,
    ) -> Report:
        self.asked |= {"phases": phases, "options": options, "choices": choices}
        progress(Doing("before", ("mypy", "api"), more=2))
        progress(Doing("before", ("mypy", "api"), 0, 2))
        return self.report

    def leftovers(self, survey: Survey) -> tuple[Site, ...]:
        return tuple(s for s in survey.sites if s.decision in (Decision.RENAME, Decision.DELETE))

    def rollback(
        self, root: Path, spec: Spec, phases: tuple[str, ...], where: str | None = None
    ) -> tuple[Change, ...]:
        self.asked |= {"root": root, "phases": phases, "where": where}
        if self.error:
            raise self.error
        return self.restored

    def status(self, root: Path, spec: Spec, phases: tuple[str, ...]) -> Status:
        self.asked |= {"root": root, "spec": spec, "phases": phases}
        if self.error:
            raise self.error
        return self.found


ROOT = Path(__file__).parents[1]
PATH = PurePosixPath("pkg/a.py")
LIBRARY = {
    "survey": ("survey",),
    "leftovers": ("leftovers",),
    "migrate": ("apply", "rollback", "status"),
    "review": ("review",),
    "finalize": ("planned",),
}
PHASES = (Phase(1, "base", "The base holds the tills."), Phase(2, "inner", "Inner shops use them."))


def site(decision: Decision = Decision.RENAME, **changed: Any) -> Site:
    given: dict[str, Any] = {
        "path": PATH,
        "line": 3,
        "column": 9,
        "name": "_old",
        "kind": "attribute read",
        "decision": decision,
        "new": "_new" if decision is Decision.RENAME else None,
        "confidence": Confidence.INFERRED,
        "reason": "self of Shop",
        "phase": 1,
    }
    return Site(**given | changed)


def change(before: bytes | None, after: bytes | None, path: PurePosixPath = PATH, *reasons: str) -> Change:
    return Change(path, before, after, (Edit(path, 0, 1, "x", 1, reasons),) if reasons else ())


def steps(*changes: Iterable[Change], notes: tuple[Note, ...] = ()) -> tuple[Step, ...]:
    return tuple(Step(phase, tuple(each), notes) for phase, each in zip(PHASES, changes, strict=False))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    stub = Library()
    for module, names in LIBRARY.items():
        fake: Any = ModuleType(f"codemods.{module}")
        for name in names:
            setattr(fake, name, getattr(stub, name))
        fake.Options, fake.Asked = Options, Asked
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
        monkeypatch.setattr(codemods, module, fake, raising=False)
    return stub


@pytest.fixture
def run(library: Library, tmp_path: Path) -> Callable[..., Result]:
    def call(command: str, *options: str, env: dict[str, str] | None = None) -> Result:
        # Bugs stay tracebacks: only what the command line means to catch becomes a status.
        said = {"FORCE_COLOR": None, **(env or {})}
        return CliRunner().invoke(app, [command, *options, str(tmp_path)], env=said, catch_exceptions=False)

    return call


Run = Callable[..., Result]


def test_stub_has_the_shape_of_the_library() -> None:
    import codemods.migrate as real

    for kind in (Asked, Survey, Step, Proof, Options, Report):
        found = getattr(real, kind.__name__)
        assert {each.name for each in fields(kind)} <= {each.name for each in fields(found)} | set(dir(found))
    for module, names in LIBRARY.items():
        assert all(callable(getattr(import_module(f"codemods.{module}"), name)) for name in names)


EDITING = {"griffe", "libcst", "mypy", "pytest"} | {"concurrent.futures", "difflib", "multiprocessing"}
SHOWING = {"jinja2", "pygments", "rich"}
FINDING = {"codemods.index", "codemods.project", "codemods.survey", "codemods.text", "markdown_it"}
LOOKING = {"codemods.cache", "codemods.seen", "tomllib"}


def imported(cache: Path, *arguments: str | Path) -> set[str]:
    """The modules that a command of its own process imports."""
    command = [sys.executable, "-X", "importtime", "-c", "from cli.main import main; main()", *arguments]
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=env, check=False)
    assert ended.returncode in (0, 1), ended.stderr
    lines = (line for line in ended.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_help_imports_nothing_that_finds(tmp_path: Path, asked: str) -> None:
    found = imported(tmp_path, asked)

    assert found & (EDITING | SHOWING | FINDING | LOOKING) == set()
    assert "cli.main" in found


def test_check_imports_nothing_heavy(tmp_path: Path) -> None:
    """What edits, what asks and what draws waits until it is needed; what finds, too, for what is known."""
    root = lay(tmp_path / "tree", contents(ROOT / "fixtures" / "cex_arbitrage" / "before"))
    first, again = (imported(tmp_path / "cache", "check", root) for _ in range(2))

    assert first & (EDITING | SHOWING) == set()
    assert first >= FINDING | LOOKING
    assert again & (EDITING | SHOWING | FINDING) == set()
    assert again >= LOOKING


# --- every command ------------------------------------------------------------------------------

COMMANDS = ("sites", "explain", "diff", "apply", "check", "rollback", "finalize", "status")

OF_A_TREE = tuple(command for command in COMMANDS if command != "explain")
"""Those that need no place."""


def test_commands_are_those_of_the_contract() -> None:
    assert tuple(app.commands) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])

    assert shown.exit_code == 0
    assert f"  Example:\n    classmod {command} " in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_common_options(command: str) -> None:
    common = {"path", "spec_file", "layout"} | ({"phases"} if command != "finalize" else set())
    repair = {"repair"} if command in ("sites", "explain", "diff", "apply") else set()

    assert common | repair <= {option.name for option in app.commands[command].params}


def test_version() -> None:
    shown = CliRunner().invoke(app, ["--version"])

    assert (shown.exit_code, shown.stdout) == (0, f"classmod, version {__version__}\n")


def test_no_command_shows_the_help_and_fails() -> None:
    shown = CliRunner().invoke(app, [])

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "Commands:" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fromat"], "--fromat"),
        (["finish"], "No such command 'finish'"),
        (["diff", "--format", "xml"], "'xml' is not one of 'text', 'patch', 'json'"),
        (["check", "none"], "Directory 'none' does not exist"),
        (["check", __file__], "is a file"),
        (["apply", "--python", "none"], "File 'none' does not exist"),
        (["check", "--repair"], "No such option"),
    ],
)
def test_usage_error_is_one_line(library: Library, arguments: list[str], message: str) -> None:
    shown = CliRunner().invoke(app, arguments)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("classmod: error: ")
    assert shown.stderr.count("\n") == 1
    assert message in shown.stderr


@pytest.mark.parametrize("command", OF_A_TREE)
def test_mistake_of_the_user_is_one_line(library: Library, run: Run, command: str) -> None:
    library.error = MigrationError("pkg/a.py:3: class Shop\nhas both")

    shown = run(command)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr == "classmod: error: pkg/a.py:3: class Shop has both\n"


def test_mistake_in_the_spec_is_one_line(library: Library, run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.classmod]\nspec = 'none.toml'")

    shown = run("check")

    assert shown.exit_code == 2
    assert shown.stderr == "classmod: error: none.toml: cannot be read: No such file or directory\n"


def test_error_may_carry_its_status(library: Library, run: Run) -> None:
    class EditedSince(MigrationError):
        status = 1

    library.error = EditedSince("pkg/a.py: was edited since")

    assert run("rollback").exit_code == 1


@pytest.mark.parametrize("command", OF_A_TREE)
def test_interrupt(library: Library, run: Run, command: str) -> None:
    library.error = KeyboardInterrupt()

    assert run(command).exit_code == 130


def test_bug_is_a_traceback(library: Library, run: Run) -> None:
    library.error = ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        run("sites")


def test_spec_and_repair_reach_the_library(library: Library, run: Run, tmp_path: Path) -> None:
    assert run("sites", "--spec", specs.BUILT_IN, "--repair", "--confidence", "proven").exit_code == 0

    assert library.asked == {
        "root": tmp_path,
        "spec": specs.builtin(),
        "repair": True,
        "types": Asked(None),
        "sure": Confidence.PROVEN,
    }


@pytest.mark.parametrize("command", ["sites", "diff", "apply", "check", "rollback"])
def test_hierarchy_reaches_the_library(
    library: Library, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A directory relative to PATH, whatever the working directory is; a package by its name."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    assert run(command, "--hierarchy", "../theirs").exit_code == 0
    assert library.asked["where"] == "theirs/"
    assert run(command, "--hierarchy", "theirs").exit_code == 0
    assert library.asked["where"] == "theirs"


@pytest.mark.parametrize("command", ["sites", "diff", "apply", "check"])
def test_hierarchy_may_be_a_setting(library: Library, run: Run, tmp_path: Path, command: str) -> None:
    lay(tmp_path, {"pyproject.toml": '[tool.classmod]\nhierarchy = "../theirs"\n'})

    assert run(command).exit_code == 0
    assert library.asked["where"] == "../theirs/"
    assert run(command, "--hierarchy", "other").exit_code == 0
    assert library.asked["where"] == "other"


@pytest.mark.parametrize("command", ["sites", "diff", "apply", "check"])
def test_file_left_alone_is_named_on_stderr(library: Library, run: Run, command: str) -> None:
    library.failures = (Failure(PATH, "undecodable", "byte 7"),)

    shown = run(command)

    assert "classmod: left alone: pkg/a.py: undecodable: byte 7\n" in shown.stderr
    assert "undecodable" not in shown.stdout


# --- sites --------------------------------------------------------------------------------------


def test_sites_are_grouped_with_questions_first(library: Library, run: Run) -> None:
    later = PurePosixPath("pkg/b.py")
    library.sites = (
        site(),
        site(path=later),
        site(Decision.ASK, path=later, line=30),
        site(Decision.KEEP, line=1),
    )
    library.notes = (Note(later, 30, "_old: self of Shop; not changed"), Note(PATH, 7, "odd flag"))

    shown = run("sites")
    lines = shown.stdout.splitlines()

    assert shown.exit_code == 0
    assert [line.replace("(attribute read; inferred: self of Shop)", "(why)") for line in lines] == [
        "pkg/b.py",
        "  ask         30:9  _old          (why)",
        "  rename       3:9  _old -> _new  (why)",
        "",
        "pkg/a.py",
        "  rename       3:9  _old -> _new  (why)",
        "  keep         1:9  _old          (why)",
        "",
        "  note  pkg/a.py:7: odd flag",
        "kind               ask  rename  delete    keep   total",
        "attribute read       1       2       0       1       4",
        "total                1       2       0       1       4",
    ]


def test_sites_json_is_the_contract(library: Library, run: Run) -> None:
    library.sites = (site(),)

    shown = run("sites", "--format", "json")

    assert json.loads(shown.stdout) == {
        "sites": [
            {
                "path": "pkg/a.py",
                "line": 3,
                "column": 9,
                "name": "_old",
                "kind": "attribute read",
                "decision": "rename",
                "new": "_new",
                "confidence": "inferred",
                "reason": "self of Shop",
            }
        ]
    }


def test_sites_without_any(run: Run) -> None:
    assert json.loads(run("sites", "--format", "json").stdout) == {"sites": []}
    assert run("sites").exit_code == 0


@pytest.mark.parametrize(("asked", "lines"), [("private", [2]), ("2", [2]), ("5", [5]), ("docs", [6])])
def test_sites_of_a_phase(library: Library, run: Run, asked: str, lines: list[int]) -> None:
    library.sites = tuple(site(phase=phase, line=phase) for phase in (1, 2, 5, 6))

    found = json.loads(run("sites", "--format", "json", "--phase", asked).stdout)["sites"]

    assert [each["line"] for each in found] == lines


def test_sites_of_a_phase_that_is_not_there(run: Run) -> None:
    shown = run("sites", "--phase", "9")

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("classmod: error: there is no phase 9; there are 1 base, ")


# --- diff ---------------------------------------------------------------------------------------


def test_diff_text(library: Library, run: Run, tmp_path: Path) -> None:
    library.plan = steps(
        [change(b"a\n", b"b\n")],
        [change(None, b"n\n", PurePosixPath("pkg/n.py"))],
    )
    library.notes = (Note(PATH, 5, "odd"),)
    library.sites = (site(Decision.ASK), site(Decision.ASK, path=PurePosixPath("z.py")))

    shown = run("diff")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        "==== the classes before and after phases 1 and 2",
        "# - and + where the header changes, ~ where the body alone does",
        "",
        "-Base  base.py:4",
        "+Base(Generic[X])",
        "-  Leaf(Base)  leaf.py:7",
        "+  Leaf(Base[Thing])",
        "~    Twig(Leaf)  leaf.py:9",
        "     Bud(Leaf)  leaf.py:12",
        "~Side  mixin.py:2 (mixin)",
        "",
        "==== phase 1 base: The base holds the tills.",
        "",
        "pkg/a.py  +1 -1",
        "# ask 3:9  _old: self of Shop",
        "# note 5: odd",
        "diff --git a/pkg/a.py b/pkg/a.py",
        "--- a/pkg/a.py",
        "+++ b/pkg/a.py",
        "@@ -1 +1 @@",
        "-a",
        "+b",
        "",
        "==== phase 2 inner: Inner shops use them.",
        "",
        "pkg/n.py  +1 -0  created",
        "diff --git a/pkg/n.py b/pkg/n.py",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/pkg/n.py",
        "@@ -0,0 +1 @@",
        "+n",
        "",
        "z.py  unchanged",
        "# ask 3:9  _old: self of Shop",
        "",
        "phase 1 base      1 file      1 hunk  +1 -1",
        "phase 2 inner     1 file      1 hunk  +1 -0",
        "all              2 files     2 hunks  +2 -1",
        "",
        "2 places to decide by hand, left alone by apply:",
        "  pkg/a.py:3:9: _old: self of Shop",
        "  z.py:3:9: _old: self of Shop",
        "1 note to look at by hand (lines as they are now):",
        "  pkg/a.py:5: odd",
        "The warnings will say that old names go after 2025-12, which is over: "
        "give a later date in a spec of your own (--spec FILE).",
        f"Next, prove each phase in a copy and land it: classmod apply {tmp_path}",
    ]


def test_diff_counts_lines_that_look_like_headers(library: Library, run: Run) -> None:
    library.plan = steps([change(b"-- a\n", b"++ b\n@@ c\n")])

    assert "pkg/a.py  +2 -1" in run("diff").stdout


def test_diff_without_changes(library: Library, run: Run) -> None:
    library.plan = steps([], [])

    shown = run("diff")

    assert shown.exit_code == 0
    assert shown.stdout.endswith("Nothing to change.\n")
    assert run("diff", "--format", "patch").stdout_bytes == b""


def test_diff_stat(library: Library, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    library.plan = steps(
        [change(b"a\n" * 40, b"b\n" * 60), change(None, b"n\n", PurePosixPath(f"pkg/{'long' * 8}.py"))],
        [change(b"b\n", b"c\n")],
    )

    shown = run("diff", "--stat")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[:6] == [
        "phase 1 base",
        " pkg/a.py             | 100 ++++++----",
        " ...nglonglonglong.py |   1 +",
        "phase 2 inner",
        " pkg/a.py             |   2 +-",
        "",
    ]
    assert "@@" not in shown.stdout
    assert "classmod apply" in shown.stdout.splitlines()[-1]


def test_diff_with_more_and_less_around_it(library: Library, run: Run) -> None:
    library.plan = steps([change(b"1\n2\n3\n4\n5\na\n", b"1\n2\n3\n4\n5\nb\n")])

    headers = [
        [line for line in run("diff", "-U", context).stdout.splitlines() if line.startswith("@@")]
        for context in ("0", "3", "9")
    ]

    assert headers == [["@@ -6 +6 @@"], ["@@ -3,4 +3,4 @@"], ["@@ -1,6 +1,6 @@"]]
    assert "a patch has 3 lines" in run("diff", "-U", "1", "--format", "patch").stderr


def test_diff_stat_is_text_only(run: Run) -> None:
    shown = run("diff", "--stat", "--format", "json")

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "--stat goes with --format text, not json" in shown.stderr


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ((), ""),
        (("--repair", "--confidence", "proven"), "--repair --confidence proven "),
        (("--hierarchy", "../theirs"), "--hierarchy ../theirs "),
        (("--guide",), "--guide "),
        (("--phase", "1", "--phase", "inner"), "--phase 1 --phase inner "),
        (("--spec", specs.BUILT_IN), f"--spec {specs.BUILT_IN} "),
    ],
)
def test_diff_ends_with_the_command_that_does_it(
    library: Library, run: Run, tmp_path: Path, options: tuple[str, ...], command: str
) -> None:
    library.plan = steps([change(b"a\n", b"b\n")], [])

    assert run("diff", *options).stdout.splitlines()[-1] == (
        f"Next, prove each phase in a copy and land it: classmod apply {command}{tmp_path}"
    )


def test_diff_of_some_paths(library: Library, run: Run) -> None:
    inner = PurePosixPath("pkg/inner/n.py")
    library.plan = steps([change(b"a\n", b"b\n"), change(None, b"n\n", inner)], [change(b"b\n", b"c\n")])
    library.sites = (site(Decision.ASK), site(Decision.ASK, path=inner, name="_inner"))

    shown = run("diff", "--path", "pkg/inner")
    answer = json.loads(run("diff", "--path", "pkg/inner", "--format", "json").stdout)

    assert shown.exit_code == 1
    assert "pkg/a.py" not in shown.stdout
    assert "phase 2" not in shown.stdout
    assert "1 place to decide" in shown.stdout
    assert [[c["path"] for c in phase["changes"]] for phase in answer["phases"]] == [[str(inner)], []]
    assert [note["text"] for note in answer["notes"]] == ["_inner: self of Shop"]
    patch = run("diff", "--path", "pkg/inner", "--format", "patch").stdout
    assert [line for line in patch.splitlines() if line.startswith("diff")] == [
        "diff --git a/pkg/inner/n.py b/pkg/inner/n.py"
    ]


def test_diff_of_a_path_that_is_not_there(library: Library, run: Run) -> None:
    library.plan = steps([change(b"a\n", b"b\n")])

    shown = run("diff", "--path", "nowhere")

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "--path nowhere" in shown.stderr


def test_patch_is_the_sum_of_the_phases_byte_for_byte(library: Library, run: Run) -> None:
    latin = "pkg/caf\udce9.py"
    library.plan = steps(
        [change(b"\xff\x1b[1m\r\n", b"b\r\n"), change(None, b"x", PurePosixPath("brief.py"))],
        [
            change(b"b\r\n", b"c\xe9"),
            change(b"x", None, PurePosixPath("brief.py")),
            change(b"1\n", b"2\n", PurePosixPath(latin)),
        ],
    )
    library.sites = (site(Decision.ASK),)
    library.notes = (Note(PATH, 1, "odd"),)

    shown = run("diff", "--format", "patch")

    assert shown.exit_code == 1
    assert shown.stdout_bytes == (
        b"diff --git a/pkg/a.py b/pkg/a.py\n--- a/pkg/a.py\n+++ b/pkg/a.py\n"
        b"@@ -1 +1 @@\n-\xff\x1b[1m\r\n+c\xe9\n\\ No newline at end of file\n"
        b'diff --git "a/pkg/caf\\351.py" "b/pkg/caf\\351.py"\n'
        b'--- "a/pkg/caf\\351.py"\n+++ "b/pkg/caf\\351.py"\n'
        b"@@ -1 +1 @@\n-1\n+2\n"
    )


def test_diff_json(library: Library, run: Run) -> None:
    library.plan = steps([change(b"a\xff\n", b"b\n", PATH, "why")])
    library.sites = (site(Decision.ASK),)
    library.notes = (Note(PATH, 3, "_old: self of Shop; not changed"), Note(PATH, 8, "link skipped"))

    shown = run("diff", "--format", "json")
    (phase,) = json.loads(shown.stdout)["phases"]

    assert shown.exit_code == 1
    assert (phase["number"], phase["name"], phase["sentence"]) == (1, "base", PHASES[0].sentence)
    assert phase["notes"] == []
    (only,) = phase["changes"]
    assert (only["path"], only["status"]) == ("pkg/a.py", "changed")
    assert only["edits"] == [{"start": 0, "end": 1, "replacement": "x", "phase": 1, "reasons": ["why"]}]
    assert only["hunks"] == [
        {"header": "@@ -1 +1 @@", "section": "", "reasons": [], "sites": [], "notes": []}
    ]
    assert only["diff"].encode("utf-8", "surrogateescape").endswith(b"-a\xff\n+b\n")
    assert json.loads(shown.stdout)["notes"] == [
        {"path": "pkg/a.py", "line": 8, "text": "link skipped"},
        {"path": "pkg/a.py", "line": 3, "text": "_old: self of Shop"},
    ]


def test_diff_of_a_phase(library: Library, run: Run) -> None:
    library.plan = steps([change(b"a\n", b"b\n")], [change(b"b\n", b"c\n")])
    library.sites = (site(Decision.ASK, phase=1), site(Decision.ASK, phase=2, name="_later"))

    shown = run("diff", "--phase", "1").stdout

    assert "phase 1 base" in shown
    assert "phase 2" not in shown
    assert "_later" not in shown


# --- apply --------------------------------------------------------------------------------------


def verdict(figures: str, outcome: Outcome = Outcome.PASSED, *new: Problem, **more: Any) -> Verdict:
    reason = "" if outcome is Outcome.PASSED else "new problems"
    return Verdict("mypy", outcome, figures, new, **{"reason": reason, **more})


def problem(line: int = 3) -> Problem:
    return Problem("pkg/a.py", line, "attr-defined", "no attribute", "key")


def test_apply_shows_the_tree_and_a_line_for_each_phase(
    library: Library, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    first, second = steps([change(b"a\n", b"b\n")], [change(b"b\n", b"c\n")])
    library.report = Report(
        (verdict("9 errors"),),
        (
            Proof(first, (verdict("9 -> 8 errors, 0 new, 1 fixed, 7 files checked"),)),
            Proof(second, (verdict("9 -> 7 errors, 0 new, 2 fixed, 7 files checked"),)),
        ),
        (change(b"a\n", b"c\n"), change(None, b"n\n", PurePosixPath("n.py"))),
        None,
        (Note(PATH, 4, "odd"),),
        (),
        TREE,
        frozenset({1, 2}),
    )

    shown = run("apply")

    assert shown.exit_code == 0
    assert shown.stderr == "before: mypy, api\n"
    assert shown.stdout.splitlines() == [
        "the classes after phases 1 and 2",
        "class Base(Generic[X])  base.py",
        "  class Leaf(Base[Thing])  leaf.py",
        "    class Twig(Leaf)  leaf.py (body changes)",
        "    class Bud(Leaf)  leaf.py",
        "class Side  mixin.py (mixin, body changes)",
        "",
        "phase 1 base     1 file  mypy passed: 9 -> 8 errors, 0 new, 1 fixed, 7 files checked",
        "phase 2 inner    1 file  mypy passed: 9 -> 7 errors, 0 new, 2 fixed, 7 files checked",
        "",
        "  note  pkg/a.py:4: odd",
        "  changed  pkg/a.py",
        "  created  n.py",
        "2 files landed, +2 -1",
        f"Take it back with: classmod rollback {tmp_path}",
    ]


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.INCONCLUSIVE])
def test_apply_that_is_refused_begins_with_why(library: Library, run: Run, outcome: Outcome) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    refused = Proof(first, (verdict("10 errors", outcome, problem()),))
    library.report = Report((verdict("9 errors"),), (refused,), (), PHASES[0], ())

    shown = run("apply")

    assert shown.exit_code == 1
    lines = shown.stdout.splitlines()
    assert lines[:3] == [
        "refused: phase 1 base",
        f"  mypy {outcome}, 1 new problem: new problems",
        "    pkg/a.py:3: no attribute  [attr-defined]",
    ]
    told = ["    trigger for rollback: type errors that are new"] if outcome is Outcome.REFUSED else []
    assert lines[3 : lines.index("")] == told
    assert shown.stdout.endswith("Nothing landed.\n")


def test_a_problem_is_followed_by_what_was_done_there(library: Library, run: Run) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    causes = {problem(3): ("pkg/a.py:2 _old became _new: self of Shop", "pkg/a.py:3: tidy")}
    refused = Proof(first, (verdict("10 errors", Outcome.REFUSED, problem(), problem(4)),), causes)
    library.report = Report((), (refused,), (), PHASES[0], ())

    assert run("apply").stdout.splitlines()[2:6] == [
        "    pkg/a.py:3: no attribute  [attr-defined]",
        "      because pkg/a.py:2 _old became _new: self of Shop",
        "      because pkg/a.py:3: tidy",
        "    pkg/a.py:4: no attribute  [attr-defined]",
    ]


@pytest.mark.parametrize(
    ("gate", "trigger"),
    [
        ("tests", "tests lost; the plan's limit is 2, the one here --max-new-failures"),
        ("old-tests", "tests lost; the plan's limit is 2, the one here --max-new-failures"),
        ("api", "a public API that breaks"),
        ("benchmark", "slower; the plan's limit is 10 %, the one here --max-slowdown"),
        ("construction", "slower; the plan's limit is 10 %, the one here --max-slowdown"),
        ("precision", ""),
    ],
)
def test_a_refusal_says_which_trigger_of_the_plan_it_is(
    library: Library, run: Run, gate: str, trigger: str
) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    refused = Proof(first, (Verdict(gate, Outcome.REFUSED, "", (problem(),)),))
    library.report = Report((), (refused,), (), PHASES[0], ())

    head = run("apply").stdout.partition("\n\n")[0].splitlines()

    assert head[3:] == ([f"    trigger for rollback: {trigger}"] if trigger else [])


def test_apply_tells_what_a_gate_sees_for_the_first_time(library: Library, run: Run) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    told = verdict("figures", uncovered=tuple(map(problem, range(1, 13))), reason="a plugin was left out")
    library.report = Report((), (Proof(first, (told,)),), first.changes, None, ())

    shown = run("apply")

    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    at = lines.index("phase 1 base    1 file  mypy passed: figures")
    assert lines[at + 1 : at + 4] == [
        "  mypy: a plugin was left out",
        "  12 problems come to light that mypy could not see before, for it took a value for Any:",
        "    pkg/a.py:1: no attribute  [attr-defined]",
    ]
    assert lines[at + 12 : at + 14] == [
        "    pkg/a.py:10: no attribute  [attr-defined]",
        "    and 2 more",
    ]


def test_what_a_gate_has_to_say_is_said_once(library: Library, run: Run) -> None:
    first, second = steps([change(b"a\n", b"b\n")], [change(b"b\n", b"c\n")])
    same, other = verdict("1", reason="one is unstable"), verdict("1", reason="two are")
    library.report = Report(
        (), (Proof(first, (same,)), Proof(second, (same, other))), first.changes, None, ()
    )

    lines = run("apply").stdout.splitlines()

    assert [line for line in lines if line.startswith("  mypy:")] == [
        "  mypy: one is unstable",
        "  mypy: two are",
    ]


def test_several_gates_have_a_line_each(library: Library, run: Run) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    lost = Verdict("old-tests", Outcome.REFUSED, "2 tests: 2 -> 1 passed", (problem(),), reason="1 lost")
    told = Verdict("tests", Outcome.PASSED, "2 tests: 2 -> 2 passed", (problem(),), reason="an odd one")
    library.report = Report((), (Proof(first, (verdict("9 errors"), told, lost)),), (), PHASES[0], ())

    lines = run("apply").stdout.splitlines()

    assert lines[:3] == [
        "refused: phase 1 base",
        "  old-tests refused, 1 new problem: 1 lost",
        "    pkg/a.py:3: no attribute  [attr-defined]",
    ]
    at = lines.index("phase 1 base    1 file")
    assert lines[at + 1 : at + 7] == [
        "  mypy      passed: 9 errors",
        "  tests     passed: 2 tests: 2 -> 2 passed",
        "  tests: an odd one",
        "  tests: 1 problem, not held against it:",
        "    pkg/a.py:3: no attribute  [attr-defined]",
        "  old-tests refused: 2 tests: 2 -> 1 passed",
    ]


def test_apply_says_how_to_take_it_back(library: Library, tmp_path: Path) -> None:
    place = tmp_path / "a project"
    place.mkdir()
    (first,) = steps([change(b"a\n", b"b\n")])
    library.report = Report((), (Proof(first, ()),), first.changes, None, ())

    shown = CliRunner().invoke(app, ["apply", "--spec", specs.BUILT_IN, str(place)], catch_exceptions=False)

    undo = f"classmod rollback --spec {specs.BUILT_IN} '{place}'"
    assert shown.stdout.endswith(f"Take it back with: {undo}\n")


def test_apply_names_its_commits(library: Library, run: Run) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    made = (Commit("1234567890abcdef", "tills: phase 1 base"),)
    library.report = Report((), (Proof(first, ()),), first.changes, None, (), made)

    lines = run("apply", "--commit").stdout.splitlines()

    assert lines[-3:-1] == ["1 file landed, +1 -1", "  commit 1234567890ab  tills: phase 1 base"]


def test_apply_without_gates_says_so(library: Library, run: Run) -> None:
    (first,) = steps([change(b"a\n", b"b\n")])
    library.report = Report((), (Proof(first, ()),), first.changes, None, ())

    assert "phase 1 base    1 file  no gate ran" in run("apply").stdout


def test_apply_with_nothing_to_do(run: Run) -> None:
    shown = run("apply")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Nothing to do")


def test_apply_hands_its_options_on(library: Library, run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "python").symlink_to(sys.executable)

    flags = ["--allow-dirty", "--allow-plugins", "--partial", "--commit"]
    flags += ["--no-gate", "mypy", "--no-gate", "tests"]
    shown = run("apply", "--phase", "1", "--phase", "inner", "--python", "python", *flags)

    assert shown.exit_code == 0
    assert library.asked["phases"] == ("1", "inner")
    assert library.asked["options"] == Options(
        tmp_path / "python",
        frozenset({"mypy", "tests"}),
        allow_dirty=True,
        allow_plugins=True,
        partial=True,
        commit=True,
    )


def test_apply_hands_on_how_tests_are_run(library: Library, run: Run) -> None:
    flags = ["--test-command", "python -m 'a b'", "--timeout", "5", "--max-new-failures", "2", "--coverage"]
    assert run("apply", *flags, "--with", "secret.toml", "--with", "data/b").exit_code == 0

    assert library.asked["options"] == Options(
        test_command=("python", "-m", "a b"),
        timeout=5,
        max_new_failures=2,
        extra=(PurePosixPath("secret.toml"), PurePosixPath("data/b")),
        coverage=True,
    )


def test_apply_hands_on_what_is_timed(library: Library, run: Run) -> None:
    assert run("apply", "--bench-command", "make 'b 1'", "--bench", "--max-slowdown", "5").exit_code == 0

    assert library.asked["options"] == Options(bench_command=("make", "b 1"), bench=True, max_slowdown=0.05)


def test_settings_are_the_defaults_of_switches(library: Library, run: Run, tmp_path: Path) -> None:
    keys = "test-command = 'make test'\ntimeout = 7\nmax-new-failures = 3\nno-gate = ['mypy']\n"
    keys += "bench-command = 'make bench'\nbench = true\nmax-slowdown = 20\n"
    (tmp_path / "pyproject.toml").write_text(f"[tool.classmod]\n{keys}")

    run("apply")
    told = library.asked["options"]
    flags = ["--timeout", "1", "--max-new-failures", "0", "--no-gate", "tests", "--max-slowdown", "0"]
    run("apply", "--test-command", "", "--bench-command", "", *flags)
    over = library.asked["options"]

    assert told == Options(
        no_gate=frozenset({"mypy"}),
        test_command=("make", "test"),
        timeout=7,
        max_new_failures=3,
        bench_command=("make", "bench"),
        bench=True,
        max_slowdown=0.2,
    )
    assert over == Options(no_gate=frozenset({"tests"}), timeout=1, bench=True, max_slowdown=0.0)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--test-command", "pytest 'x"], "classmod: error: pytest 'x: is no command: No closing quotation"),
        (["--timeout", "0"], "0 is not in the range x>=1"),
        (["--max-new-failures", "-1"], "-1 is not in the range x>=0"),
        (["--bench-command", "make 'x"], "classmod: error: make 'x: is no command: No closing quotation"),
        (["--max-slowdown", "-1"], "-1 is not in the range x>=0"),
    ],
)
def test_switches_of_the_tests_that_cannot_be(run: Run, flags: list[str], message: str) -> None:
    shown = run("apply", *flags)

    assert shown.exit_code == 2
    assert message in shown.stderr


def test_settings_that_cannot_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.classmod]\ntest_command = 'x'\n")

    shown = run("apply")

    assert shown.exit_code == 2
    assert shown.stderr == (
        "classmod: error: pyproject.toml: tool.classmod.test_command: is not a known key; test-command?\n"
    )


# --- check and rollback -------------------------------------------------------------------------


def test_check_names_each_leftover_on_a_line(library: Library, run: Run) -> None:
    later = PurePosixPath("pkg/b.md")
    library.sites = (
        site(path=later, phase=6),
        site(path=later, phase=6, line=2),
        site(Decision.DELETE, line=8, phase=5),
        site(),
        site(Decision.KEEP, line=9),
    )

    shown = run("check")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        "pkg/a.py:3:9: _old -> _new",
        "pkg/a.py:8:9: _old -> nothing",
        "pkg/b.md:2:9: _old -> _new",
        "pkg/b.md:3:9: _old -> _new",
    ]
    assert shown.stderr == (
        "4 leftovers in 2 files: 1 in base (phase 1), 1 in tests (phase 5), 2 in docs (phase 6); "
        "old names were to go after 2025-12\n"
    )


def test_check_warns_of_questions(library: Library, run: Run) -> None:
    library.sites = (site(Decision.ASK),)

    shown = run("check")

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr == "pkg/a.py:3:9: warning: _old: self of Shop\nno leftovers; 1 to decide by hand\n"


def test_check_that_is_clean(run: Run) -> None:
    shown = run("check")

    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "no leftovers\n")


def test_check_of_a_phase(library: Library, run: Run) -> None:
    library.sites = (site(), site(phase=2, line=44))

    assert run("check", "--phase", "2").stdout == "pkg/a.py:44:9: _old -> _new\n"


def test_rollback_names_what_it_took_back(library: Library, run: Run, tmp_path: Path) -> None:
    library.restored = (change(b"b\n", b"a\n"), change(b"n\n", None, PurePosixPath("n.py")))

    shown = run("rollback", "--phase", "4")

    assert shown.exit_code == 0
    assert shown.stdout == "  changed  pkg/a.py\n  deleted  n.py\n2 files taken back, +1 -2\n"
    assert library.asked == {"root": tmp_path, "phases": ("4",), "where": None}


def test_rollback_of_nothing(run: Run) -> None:
    shown = run("rollback")

    assert (shown.exit_code, shown.stdout) == (0, "Nothing to take back.\n")


# --- status -------------------------------------------------------------------------------------

TOLD = LandedPhase(1, "2026-01-02T03:04:05+00:00", "1.0", (PATH,), {"mypy": "9 errors", "tests": "all"})
LANDED = Status("tills", "1.0", (PhaseStatus(1, "base", TOLD, "phase 2 is there"),), (PATH,), (), None, None)


def test_status_of_nothing(run: Run) -> None:
    shown = run("status")

    assert (shown.exit_code, shown.stdout) == (0, "Nothing is landed.\n")


def test_status_has_a_block_for_each_phase(library: Library, run: Run, tmp_path: Path) -> None:
    phases = (*LANDED.phases, PhaseStatus(2, "inner", replace(TOLD, number=2, figures={}), ""))
    library.found = replace(LANDED, phases=(*phases, PhaseStatus(3, "", None, "")))

    shown = run("status", "--phase", "1", "--phase", "inner")

    assert shown.exit_code == 0
    assert library.asked == {"root": tmp_path, "spec": specs.builtin(), "phases": ("1", "inner")}
    assert shown.stdout.splitlines() == [
        "phase 1 base  1 file  2026-01-02T03:04:05+00:00",
        "  mypy  passed: 9 errors",
        "  tests passed: all",
        "  cannot be taken back alone: phase 2 is there",
        "phase 2 inner  1 file  2026-01-02T03:04:05+00:00",
        "  no gate ran",
        "  can be taken back alone",
        "phase 3  how it was proven is not recorded",
        "  can be taken back alone",
        "1 file landed by classmod 1.0, spec tills",
    ]


def test_status_begins_with_what_there_is_to_see_to(library: Library, run: Run) -> None:
    gone = Interruption((1, 2), (PATH, PATH), "")
    library.found = replace(LANDED, edited=(PATH,), interrupted=gone, version="")

    shown = run("status")

    assert shown.exit_code == 1
    lines = shown.stdout.splitlines()
    assert lines[:4] == [
        "a landing of phase 1, phase 2 was interrupted",
        "  the next command that reads the tree undoes it: 2 files become as they were",
        "edited since it was landed:",
        "  pkg/a.py",
    ]
    assert lines[-1] == "1 file landed by a version that was not recorded, spec tills"


def test_status_of_an_interruption_that_cannot_be_undone(library: Library, run: Run) -> None:
    library.found = replace(LANDED, interrupted=Interruption((1,), (PATH,), "a.py: edited"))

    shown = run("status")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[:2] == [
        "a landing of phase 1 was interrupted",
        "  every other command is refused until this is settled: a.py: edited",
    ]


def test_status_while_another_run_is_at_work(library: Library, run: Run) -> None:
    library.found = replace(LANDED, interrupted=Interruption((1,), (PATH,), ""), at_work=7)

    shown = run("status")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("another run is at work here (process 7)\nphase 1 base")


def test_status_json(library: Library, run: Run) -> None:
    library.found = replace(LANDED, phases=(*LANDED.phases, PhaseStatus(3, "", None, "")), edited=(PATH,))

    shown = run("status", "--format", "json")

    assert shown.exit_code == 1
    base = {"number": 1, "name": "base", "landed": TOLD.at, "version": "1.0", "files": [str(PATH)]}
    nothing = dict.fromkeys(("name", "landed", "version", "files", "gates"))
    assert json.loads(shown.stdout) == {
        "spec": "tills",
        "version": "1.0",
        "phases": [
            {**base, "gates": TOLD.figures, "can_go": False, "stays": "phase 2 is there"},
            {**nothing, "number": 3, "can_go": True, "stays": None},
        ],
        "files": [str(PATH)],
        "edited": [str(PATH)],
        "interrupted": None,
        "at_work": None,
        "choices_kept": False,
    }


def test_status_json_of_an_interruption(library: Library, run: Run) -> None:
    library.found = replace(LANDED, interrupted=Interruption((1, 2), (PATH,), "a.py: edited"))

    answer = json.loads(run("status", "--format", "json").stdout)

    assert answer["interrupted"] == {"phases": [1, 2], "files": [str(PATH)], "in_the_way": "a.py: edited"}


# --- the terminal -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain é 漢", "plain é 漢"),
        ("\tindented", "\tindented"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\rb\x00\x7f\x9b", "a\\rb\\x00\\x7f\\x9b"),
        ("\u202eevil\u2066\u200f", "\\u202eevil\\u2066\\u200f"),
        ("line\u2028\u0085", "line\\u2028\\x85"),
        ("caf\udce9", "caf\\xe9"),
        ("[red]no markup[/red] :smile:", "[red]no markup[/red] :smile:"),
    ],
)
def test_nothing_raw_is_shown(raw: str, safe: str) -> None:
    assert terminal.visible(raw) == safe


def test_file_content_is_escaped_in_every_view(library: Library, run: Run) -> None:
    odd = PurePosixPath("a\x1b[2J\n\udcff.py")
    library.sites = (site(path=odd, reason="\u202e"), site(Decision.ASK, path=odd, name="\x1b"))
    library.plan = steps(
        [change(b"\x1b[31m\r\n", b"\xe2\x80\xae\n", odd, "\x07")], notes=(Note(odd, 1, "\x9b"),)
    )
    library.restored = library.plan[0].changes
    library.found = Status("\x07", "1.0", (), (odd,), (odd,), None, None)
    library.report = Report((), (Proof(library.plan[0], ()),), library.restored, None, library.plan[0].notes)

    for command in OF_A_TREE:
        shown = run(command)
        for text in (shown.stdout, shown.stderr):
            assert all(char.isprintable() or char == "\n" for char in text)
        assert "a\\x1b[2J\\n\\xff.py" in shown.stdout


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # StringIO's is a plain attribute in typeshed
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def on_terminal(text: str, style: str = "", encoding: str = "utf-8") -> str:
    with redirect_stdout(Terminal(encoding)) as stream:
        terminal.show([terminal.Line(text, style)])
    return stream.getvalue()


def test_terminal_has_styles_and_no_markup() -> None:
    long = "[red]" + "x" * 300

    assert on_terminal(long, "green") == f"\x1b[32m{long}\x1b[0m\n"


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_terminal_can_be_plain(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    assert on_terminal("text", "bold green") == "text\n"


def test_encoding_that_lacks_a_character() -> None:
    assert on_terminal("n\u00e9", encoding="ascii") == "n\\xe9\n"


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ((), {"COLORTERM": "truecolor"}, False),
        ((), {"FORCE_COLOR": ""}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "always"), {"TERM": "dumb"}, True),
        (("--color", "auto"), {}, False),
    ],
)
def test_pipe_has_colours_only_where_they_are_asked_for(
    library: Library, run: Run, options: tuple[str, ...], env: dict[str, str], coloured: bool
) -> None:
    library.sites = (site(),)

    shown = run("sites", *options, env={"TERM": "xterm-256color", "NO_COLOR": "", **env})
    answer = run("sites", "--format", "json", *options, env=env)

    assert ("\x1b" in shown.stdout) is coloured
    assert "\x1b" not in answer.stdout


# --- an output that goes nowhere ----------------------------------------------------------------

LONG = "x" * 100_000  # more than a pipe holds
WRITES = {
    "text": "terminal.show(terminal.Line(text) for text in [LONG, LONG])",
    "raw": "terminal.write(LONG); terminal.write(LONG)",
}


@pytest.fixture(params=WRITES)
def program(request: pytest.FixtureRequest) -> list[str]:
    lines = (
        "import click",
        "from cli import terminal",
        "from cli.main import Classmod",
        f"LONG = 'x' * {len(LONG)}",
        f"@click.command()\ndef long():\n    {WRITES[request.param]}",
        "Classmod('classmod', commands=[long]).main(['long'])",
    )
    return [sys.executable, "-c", "\n".join(lines)]


def test_reader_that_is_gone_ends_a_run_quietly(program: list[str]) -> None:
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is full")
def test_disk_that_is_full_is_one_line(program: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(program, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)

    assert ended.returncode == 2
    assert ended.stderr == b"classmod: error: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is full")
@pytest.mark.parametrize("words", [("--version",), ("diff", "--help")])
def test_help_that_cannot_be_written_is_one_line(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", "from cli.main import main; main()", *words]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)

    assert ended.returncode == 2
    assert ended.stderr == b"classmod: error: the output cannot be written: No space left on device\n"


CLOSED = {
    "--version": 0,
    "diff --help": 0,
    "sites .": 0,
    "diff .": 1,
    "diff --format json .": 1,
    "check .": 1,
    "check --format sarif .": 1,
    "explain README.md:1": 0,
    "status .": 0,
    "apply --no-gate mypy --no-gate precision --no-gate api --no-gate duplication .": 0,
    "apply --interactive .": 130,
    "rollback .": 0,
}


@pytest.mark.parametrize("words", CLOSED)
def test_stdout_that_the_shell_has_closed(words: str, tmp_path: Path) -> None:
    fixture = ROOT / "fixtures" / "report_writers"
    shutil.copytree(fixture / "before", tmp_path / "shop")
    spec = [] if words.startswith("-") or "--help" in words else ["--spec", str(fixture / "spec.toml")]
    command = [sys.executable, "-c", "from cli.main import main; main()", *words.split(), *spec]
    closed = ["sh", "-c", '"$@" >&-', "sh", *command]
    beside = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        closed,
        cwd=tmp_path / "shop",
        env=beside,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )

    assert ended.returncode == CLOSED[words], ended.stderr
    assert b"Traceback" not in ended.stderr


def test_complaint_that_cannot_be_written_keeps_its_status(program: list[str]) -> None:
    command = [sys.executable, "-c", "from cli.main import main; main()", "check", "none"]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run(command, cwd=ROOT, stderr=writer, check=False)
    finally:
        os.close(writer)

    assert ended.returncode == 2


# --- when mypy is asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "asked"), [("sites", True), ("diff", True), ("check", False)])
def test_types_are_asked_for_but_by_check(library: Library, run: Run, command: str, asked: bool) -> None:
    run(command)

    assert (library.asked["types"] is not None) is asked


def test_check_strict_takes_an_ask_for_a_leftover(library: Library, run: Run) -> None:
    library.sites = (site(Decision.ASK),)

    assert (run("check").exit_code, run("check", "--strict").exit_code) == (0, 1)
