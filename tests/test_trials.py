"""A run from end to end with the project's own tests as gates, on a small tree."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import MigrationError, Outcome, Verdict
from codemods.migrate import Options, Report, apply, survey
from codemods.project import Project
from codemods.transforms import add_compat
from codemods.verify import Proof
from tests.helpers import AROUND, Files, contents, lay
from tests.trees import TWO_SIDES

LEFT = """\
from boxes import SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None

    def _make_left_box(self):
        raise NotImplementedError

    def open(self):
        self._left_box = self._make_left_box()
        return self._left_box


class Small(Left):
    def _make_left_box(self):
        return SmallBox()
"""
TESTS = """\
from left import Small
from boxes import SmallBox


def test_open():
    small = Small()
    assert small._left_box is None
    small.open()
    assert isinstance(small._left_box, SmallBox)


def test_never_did():
    assert Small()._left_box == 1
"""
TREE: Files = {**AROUND, "left.py": LEFT, "tests/test_left.py": TESTS}
STATIC = frozenset({"mypy", "precision", "api", "duplication"})
OPTIONS = Options(no_gate=STATIC, test_command=(sys.executable, "-m", "pytest", "-q"))
NO_OTHERS = STATIC | {"old-tests", "deprecations"}
CODE = ("1", "2", "3", "4", "5")
USES = (9, 5, 5, 3, 0)
"""How often old names warn while the tests run, after each of these phases."""


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", TREE)


def run(root: Path, *phases: str, options: Options = OPTIONS) -> Report:
    return apply(survey(root, TWO_SIDES), phases, options, lambda _: None)


def verdicts(report: Report, phase: int) -> dict[str, Verdict]:
    return {v.gate: v for p in report.proofs if p.step.phase.number == phase for v in p.verdicts}


def refusal(report: Report) -> tuple[str, int, Verdict]:
    """The gate that refused, the phase, and the verdict; nothing has landed."""
    assert report.landed == ()
    proof = report.proofs[-1]
    (verdict,) = (v for v in proof.verdicts if not v.passed)
    return verdict.gate, proof.step.phase.number, verdict


# --- what lands ---------------------------------------------------------------------------------


def test_all_phases_are_proven_by_the_tests(root: Path) -> None:
    report = run(root, *CODE)

    assert report.refused is None
    assert b"_left_box" not in contents(root)["tests/test_left.py"]
    for phase, uses in zip(map(int, CODE), USES, strict=True):
        found = verdicts(report, phase)
        assert found["tests"].figures == "2 tests: 1 -> 1 passed, 0 lost, 0 gained"
        assert found["tests"].numbers == {"tests": (2, 2), "passed": (1, 1)}
        assert found["tests"].reason == ""
        assert set(found) == {"tests", "deprecations", *(["old-tests"] if phase == 5 else [])}
        later = f", {uses} left to later phases" if uses else ""
        assert found["deprecations"].figures == f"{uses} uses of old names{later}"
    assert verdicts(report, 5)["old-tests"].figures == "2 tests: 1 -> 1 passed, 0 lost, 0 gained"


@pytest.mark.parametrize("status", [0, 1])
def test_of_another_command_the_exit_status_is_compared(root: Path, status: int) -> None:
    words = (sys.executable, "-c", f"import left; raise SystemExit({status})")

    report = run(root, "1", options=replace(OPTIONS, test_command=words))

    assert report.refused is None
    assert set(verdicts(report, 1)) == {"tests"}
    assert ("nothing passed before" in verdicts(report, 1)["tests"].reason) is bool(status)


def test_gates_that_are_left_out(root: Path) -> None:
    none = STATIC | {"tests", "old-tests", "deprecations"}

    report = run(root, *CODE, options=replace(OPTIONS, no_gate=none, test_command=("no-such-program",)))

    assert [proof.verdicts for proof in report.proofs] == [()] * 5


def test_an_ignored_file_comes_along_when_it_is_named(root: Path) -> None:
    lay(
        root,
        {"build/answer": "42", "tests/test_it.py": "def test_it(): assert open('build/answer').read()\n"},
    )

    without = run(root, "1", options=replace(OPTIONS, max_new_failures=0))
    assert verdicts(without, 1)["tests"].figures.startswith("3 tests: 1 -> 1 passed")
    found = run(root, "2", options=replace(OPTIONS, extra=(PurePosixPath("build/answer"),)))
    assert verdicts(found, 2)["tests"].figures.startswith("3 tests: 2 -> 2 passed")


def test_what_a_test_writes_beside_the_sources_is_put_right(root: Path) -> None:
    writes = "def test_it(): open('log', 'a').write('new')\n"
    lay(root, {"log": "old", "tests/test_it.py": writes})

    report = run(root, "1")

    assert verdicts(report, 1)["tests"].reason == "files that tests changed were put right: log"
    assert (root / "log").read_text() == "old"


def test_a_test_that_was_unstable_before(root: Path, tmp_path: Path) -> None:
    flaky = f"def test_flaky():\n    with open({str(tmp_path / 'n')!r}, 'a+') as f:\n"
    lay(root, {"tests/test_it.py": flaky + "        f.write('x')\n        assert f.tell() % 2\n"})

    report = run(root, "1", "2")

    assert report.refused is None
    assert verdicts(report, 2)["tests"].reason == "1 unstable test: tests/test_it.py::test_flaky"


# --- what is refused ----------------------------------------------------------------------------

LOSES = """\
from left import Small


def test_old_name():
    assert "_left" + "_box" in vars(Small())
"""
PUT_TOGETHER = """\
from left import Small


def peek(small: Small):
    return getattr(small, "_left" + "_box")
"""
PEEKS = (
    "from left import Small\nfrom peek import peek\n\ndef test_peek():\n    assert peek(Small()) is None\n"
)


def test_a_test_that_is_lost(root: Path) -> None:
    before = contents(lay(root, {"tests/test_it.py": LOSES}))

    gate, phase, verdict = refusal(run(root, *CODE))

    assert (gate, phase) == ("tests", 1)
    assert verdict.figures == "3 tests: 2 -> 1 passed, 1 lost, 0 gained"
    assert [(p.path, p.line, p.code) for p in verdict.new] == [("tests/test_it.py", 4, "failed")]
    assert contents(root) == before


def test_a_lost_test_that_is_tolerated(root: Path) -> None:
    lay(root, {"tests/test_it.py": LOSES})

    assert run(root, "1", options=replace(OPTIONS, max_new_failures=1)).refused is None


def test_old_names_that_do_not_work_any_more(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = add_compat.layer_text

    def broken(project: Project, home: str) -> str:
        return right(project, home).replace("return getattr(obj, self.new)", "raise AttributeError(self.old)")

    monkeypatch.setattr(add_compat, "layer_text", broken)
    monkeypatch.setattr(Proof, "check_all", lambda *_: None)
    assert refusal(run(root, "1"))[:2] == ("tests", 1)

    unseen = replace(OPTIONS, no_gate=STATIC | {"tests", "deprecations"})
    report = run(root, *CODE, options=unseen)

    gate, phase, verdict = refusal(report)
    assert (gate, phase) == ("old-tests", 5)
    assert verdict.figures == "2 tests: 1 -> 0 passed, 1 lost, 0 gained"


def test_an_old_name_that_is_put_together_at_run_time(root: Path) -> None:
    lay(root, {"peek.py": PUT_TOGETHER, "tests/test_peek.py": PEEKS})

    report = run(root, *CODE)

    gate, phase, verdict = refusal(report)
    assert (gate, phase) == ("deprecations", 5)
    assert [str(problem) for problem in verdict.new] == ["peek.py:5: _left_box is _box  [deprecated]"]
    assert verdicts(report, 4)["deprecations"].passed


def test_a_place_that_only_a_person_can_decide(root: Path) -> None:
    text = PUT_TOGETHER.replace('"_left" + "_box"', '"_left_box"').replace("small: Small", "small")
    lay(root, {"peek.py": text, "tests/test_peek.py": PEEKS})

    report = run(root, *CODE)

    assert report.refused is None
    assert verdicts(report, 5)["deprecations"].figures == "1 use of old names"


def test_a_test_that_rewrites_a_source(root: Path) -> None:
    rewrites = "from pathlib import Path\n\ndef test_it(): Path('left.py').write_text('Small = 1')\n"
    lay(root, {"tests/test_it.py": rewrites})

    gate, phase, verdict = refusal(run(root, "1", options=replace(OPTIONS, no_gate=NO_OTHERS)))

    assert (gate, phase, verdict.outcome) == ("tests", 1, Outcome.INCONCLUSIVE)
    assert verdict.reason == "before: while tests ran, files were changed: left.py"


def test_tests_of_the_original_tree(root: Path) -> None:
    leads = f"import sys\nsys.path.insert(0, {str(root)!r})\n"
    lay(root, {"conftest.py": leads})

    gate, phase, verdict = refusal(run(root, "1", options=replace(OPTIONS, no_gate=NO_OTHERS)))

    assert (gate, phase, verdict.outcome) == ("tests", 1, Outcome.INCONCLUSIVE)
    assert "the tests import left.py from the original tree" in verdict.reason


def test_a_command_that_cannot_be_started(root: Path) -> None:
    with pytest.raises(MigrationError, match=r"^no-such-program: cannot be started"):
        run(root, "1", options=replace(OPTIONS, test_command=("no-such-program",)))

    assert contents(root) == {name: str(text).encode() for name, text in TREE.items()}


# --- coverage -----------------------------------------------------------------------------------

COVERED = replace(OPTIONS, no_gate=STATIC | {"tests", "old-tests", "deprecations"}, coverage=True)


def test_what_tests_reach_stays_reached(root: Path) -> None:
    report = run(root, *CODE, options=COVERED)

    assert report.refused is None
    first, last = (verdicts(report, phase)["coverage"] for phase in (1, 5))
    assert first.figures == "95.2% -> 93.1%, 1 -> 2 statements missed"
    assert first.reason.startswith("a later phase may make up for it; of ")
    assert first.reason.endswith("missed")
    assert last.figures == "95.2% -> 96.4%, 1 -> 1 statements missed"


@pytest.mark.parametrize("words", [(), (sys.executable, "-c", "import left")])
def test_coverage_is_that_of_pytest(root: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(MigrationError, match=r"^--coverage needs a --test-command that is pytest$"):
        run(root, "1", options=replace(COVERED, test_command=words))


# --- benchmarks ---------------------------------------------------------------------------------

BENCH = Options(no_gate=STATIC, bench_command=(sys.executable, "-c", "import left; left.Small().open()"))


def alike(root: Path, options: Options, *phases: str) -> Report:
    """A run in which whatever is measured takes as long as anything else."""
    return run(root, *(phases or CODE), options=replace(options, max_slowdown=1000))


def test_only_the_last_phase_is_timed(root: Path) -> None:
    report = alike(root, BENCH)

    assert report.refused is None
    assert [verdict.gate for verdict in report.baseline] == ["benchmark"]
    assert [[v.gate for v in proof.verdicts] for proof in report.proofs] == [[], [], [], [], ["benchmark"]]
    timed = verdicts(report, 5)["benchmark"]
    assert re.fullmatch(r"\d+ -> \d+ ms \(.*%\), \d+ -> \d+ MB \(.*%\)", timed.figures)
    told = (f"{old:.0f} -> {new:.0f} {name}" for name, (old, new) in timed.numbers.items())
    assert ", ".join(told) == re.sub(r" \([^)]*\)", "", timed.figures)


def test_the_concrete_classes_are_constructed(root: Path) -> None:
    only = STATIC | {"type-check"}
    report = alike(root, replace(OPTIONS, test_command=(), bench=True, no_gate=only), "1")

    (verdict,) = report.proofs[-1].verdicts
    assert (verdict.gate, verdict.passed, verdict.reason) == ("construction", True, "")
    assert "ns an object" in verdict.figures


def test_a_benchmark_that_only_the_tree_before_withstands(root: Path) -> None:
    code = "import left; vars(left.Small())['_left' + '_box']"
    before = contents(root)

    gate, phase, verdict = refusal(
        alike(root, replace(BENCH, bench_command=(sys.executable, "-c", code)), "1")
    )

    assert (gate, phase, verdict.outcome) == ("benchmark", 1, Outcome.REFUSED)
    assert verdict.new[0].message.startswith("the command ended with status 1 and said: KeyError")
    assert contents(root) == before


def test_a_benchmark_that_fails_before(root: Path) -> None:
    options = replace(BENCH, bench_command=(sys.executable, "-c", "raise SystemExit('no data')"))

    _, _, verdict = refusal(alike(root, options, "1"))

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "before: the command ended with status 1 and said: no data"


def test_a_repair_is_only_tried(root: Path) -> None:
    """The phases are compared with the tree after it."""
    lay(root, {"left.py": LEFT.replace("class Left(", "class LeftBase(").partition("\n\n\nclass Small")[0]})
    uses = "from left import Left\nfrom boxes import SmallBox\n\n\nclass Small(Left):\n"
    lay(root, {"small.py": uses + "    def _make_left_box(self):\n        return SmallBox()\n"})
    lay(root, {"tests/test_left.py": TESTS.replace("from left", "from small")})
    options = replace(BENCH, bench_command=(sys.executable, "-c", "import small"), max_slowdown=1000)

    report = apply(survey(root, TWO_SIDES, repair=True), ("1",), options, lambda _: None)

    assert report.refused is None
    assert verdicts(report, 0)["benchmark"].figures.endswith("MB, which is what the phases are compared with")
    assert " -> " in verdicts(report, 1)["benchmark"].figures


# --- repair -------------------------------------------------------------------------------------


@pytest.mark.parametrize("conftest", ["", "import small\n"])
def test_a_repair_may_uncover_tests_that_fail(root: Path, conftest: str) -> None:
    """Before it nothing can be collected, or not even begun; phases are compared with the tree after it."""
    lay(root, {"left.py": LEFT.replace("class Left(", "class LeftBase(").partition("\n\n\nclass Small")[0]})
    lay(
        root,
        {
            "small.py": "from left import Left\nfrom boxes import SmallBox\n\n\nclass Small(Left):\n"
            "    def _make_left_box(self):\n        return SmallBox()\n"
        },
    )
    lay(root, {"tests/test_left.py": TESTS.replace("from left", "from small"), "conftest.py": conftest})

    report = apply(survey(root, TWO_SIDES, repair=True), ("1",), OPTIONS, lambda _: None)

    assert report.refused is None
    mended, first = verdicts(report, 0)["tests"], verdicts(report, 1)["tests"]
    if conftest:
        assert mended.figures == "2 tests, 1 passed, which is what the phases are compared with"
        assert mended.reason.startswith("before: pytest ended with status 4 and no whole report; it said: ")
    else:
        assert mended.figures == "2 tests: 0 -> 1 passed, 0 lost, 0 gained"
        assert mended.reason == "nothing passed before, so this proves nothing"
    assert first.figures == "2 tests: 1 -> 1 passed, 0 lost, 0 gained"
    assert first.reason == ""
