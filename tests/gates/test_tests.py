"""The tests gate: what counts as lost, what does not, and what is said of it."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import Change, Outcome, Problem, Verdict
from codemods.gates import Measurement
from codemods.gates.rewording import Rewording
from codemods.gates.suite import UNSTABLE, Command, Run, Suite, settled
from codemods.gates.tests import Outcomes
from tests.helpers import contents, lay

NOWHERE = Command((sys.executable, "-c", ""), Path("/nowhere"))


class Told(Suite):
    """Runs that are only told of: the first, and what comes of looking again, one after the other."""

    def __init__(self, run: Run, *more: Run) -> None:
        super().__init__(NOWHERE)
        self._run = run
        self.more = list(more)

    def look_again(self, tree: Path) -> None:
        if not (second := self.more.pop(0)).failure:
            self._run = settled(self.of(tree), second)


def ended(name: str, code: str = "passed", message: str = "") -> Problem:
    return Problem("test_a.py", 1, code, message, f"test_a.py::{name}")


def measured(*tests: Problem, status: int | None = None, **more: object) -> Measurement:
    failing = any(t.code in ("failed", "error") for t in tests)
    run = Run(tests, (), int(failing) if status is None else status, **more)  # type: ignore[arg-type]
    return Outcomes(Told(run), Told(run)).measure(Path("/copy"))


def judged(before: Measurement, after: Measurement, most: int = 0) -> Verdict:
    rewording = Rewording({"_left_box": "_box"})
    return Outcomes(Told(Run()), Told(Run()), rewording=rewording, max_new_failures=most).compare(
        before, after
    )


GOOD, BAD = ended("test_good"), ended("test_bad", "failed", "AssertionError: assert 1 == 2")


# --- what passes --------------------------------------------------------------------------------


def test_nothing_changed() -> None:
    verdict = judged(measured(GOOD, BAD), measured(GOOD, BAD))

    assert verdict == Verdict("tests", Outcome.PASSED, "2 tests: 1 -> 1 passed, 0 lost, 0 gained")


def test_what_is_gained_is_no_loss() -> None:
    verdict = judged(measured(GOOD, BAD), measured(GOOD, ended("test_bad"), ended("test_new")))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.figures == "3 tests: 1 -> 3 passed, 0 lost, 1 gained"
    assert verdict.fixed == (ended("test_bad"),)


def test_what_was_unstable_before_is_never_lost() -> None:
    flaky = ended("test_flaky", UNSTABLE)

    for after in (ended("test_flaky", "failed"), ended("test_flaky", "skipped"), None):
        verdict = judged(measured(GOOD, flaky), measured(GOOD, *([after] if after else [])))

        assert verdict.outcome is Outcome.PASSED
        assert verdict.reason == "1 unstable test: test_a.py::test_flaky"


def test_nothing_passed_before() -> None:
    verdict = judged(measured(BAD), measured(BAD))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == "nothing passed before, so this proves nothing"


def test_what_nobody_could_collect_before_may_fail() -> None:
    broken = Problem("test_a.py", 1, "error", "ImportError: no x", "test_a.py::test_a")

    verdict = judged(measured(broken, status=2), measured(GOOD, BAD))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.figures == "2 tests: 0 -> 1 passed, 0 lost, 0 gained"


def test_a_parameter_that_is_an_old_name() -> None:
    before, after = ended("test_it[_left_box]"), ended("test_it[_box]")

    assert judged(measured(before), measured(after)).figures == "1 test: 1 -> 1 passed, 0 lost, 0 gained"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("AttributeError: no _left_box", "AttributeError: no _box"),
        ("<Mock id='123456'> at 0x7f00ab", "<Mock id='654321'> at 0x7f11cd"),
        ("took 1.25 s, 3ms", "took 0.75 s, 4ms"),
        ("a.py:12: no", "a.py:13: no"),
        ("/x/pytest-of-me/pytest-1/x", "/x/pytest-of-me/pytest-2/x"),
        ("/copy/src/a.py", "src/a.py"),
    ],
)
def test_the_same_reason_in_other_words(before: str, after: str) -> None:
    verdict = judged(
        measured(GOOD, ended("test_x", "failed", before)), measured(GOOD, ended("test_x", "error", after))
    )

    assert verdict.reason == ""


def test_another_reason_is_told_and_refuses_nothing() -> None:
    after = ended("test_bad", "error", "TypeError: abstract")

    verdict = judged(measured(GOOD, BAD), measured(GOOD, after))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == (
        "1 test fails for another reason than before: test_a.py::test_bad: TypeError: abstract"
    )


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["failed", "error", "skipped", "xfailed"])
def test_passed_before_must_pass_after(code: str) -> None:
    verdict = judged(measured(GOOD, BAD), measured(ended("test_good", code, "why"), BAD))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.figures == "2 tests: 1 -> 0 passed, 1 lost, 0 gained"
    (lost,) = verdict.new
    assert str(lost) == f"test_a.py:1: test_good: passed before, now {code}: why  [{code}]"


def test_a_test_whose_file_goes_on_purpose_is_not_lost() -> None:
    before, gate = measured(GOOD, ended("test_b")), Outcomes(Told(Run()), Told(Run()))

    for name, lost in (("test_a.py", 0), ("test_b.py", 2)):
        changes = [Change(PurePosixPath(name), b"", None)]
        assert len(gate.compare(before, measured(), changes).new) == lost


def test_a_test_that_is_gone_is_lost() -> None:
    verdict = judged(measured(GOOD, ended("test_b")), measured(GOOD))

    assert [str(p) for p in verdict.new] == ["test_a.py:1: test_b: passed before, now gone  [gone]"]


def test_a_rising_total_hides_no_lost_test() -> None:
    verdict = judged(measured(GOOD, BAD), measured(ended("test_bad"), *map(ended, "abc")))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.figures == "4 tests: 1 -> 4 passed, 1 lost, 1 gained"


@pytest.mark.parametrize("code", ["skipped", "xfailed"])
def test_a_test_that_begins_to_fail_is_refused(code: str) -> None:
    verdict = judged(measured(GOOD, ended("test_b", code)), measured(GOOD, ended("test_b", "failed", "no")))

    assert [p.message for p in verdict.new] == [f"test_b: {code} before, now failed: no"]


def test_a_new_test_that_fails_is_refused() -> None:
    verdict = judged(measured(GOOD), measured(GOOD, BAD))

    assert [p.message for p in verdict.new] == ["test_bad: not there before: AssertionError: assert 1 == 2"]


def test_an_exit_status_that_no_test_explains() -> None:
    verdict = judged(measured(GOOD), measured(GOOD, status=1))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.reason == "the exit status is 1, and no test says why"


@pytest.mark.parametrize(
    ("most", "outcome"), [(0, Outcome.REFUSED), (1, Outcome.REFUSED), (2, Outcome.PASSED)]
)
def test_as_many_are_tolerated_as_the_user_says(most: int, outcome: Outcome) -> None:
    verdict = judged(measured(GOOD, ended("test_b")), measured(BAD, ended("test_b", "skipped")), most)

    assert verdict.outcome is Outcome.REFUSED  # three are lost: one skipped, one gone, one new that fails
    verdict = judged(measured(GOOD, ended("test_b")), measured(GOOD, BAD, ended("test_b", "skipped")), most)
    assert verdict.outcome is outcome
    assert ("--max-new-failures 2 tolerates 2" in verdict.reason) is (outcome is Outcome.PASSED)


def test_a_run_that_failed_is_inconclusive() -> None:
    verdict = judged(measured(GOOD), measured(failure="pytest ran no test"))

    assert (verdict.outcome, verdict.reason) == (Outcome.INCONCLUSIVE, "after: pytest ran no test")


# --- a second look ------------------------------------------------------------------------------


FLAKY = ended("test_good", "failed")


@pytest.mark.parametrize(
    ("looks", "outcome", "needed"),
    [
        ((Run((GOOD,)),) * 3, Outcome.REFUSED, 3),
        ((Run((FLAKY,), status=1),), Outcome.PASSED, 1),
        ((Run((GOOD,)), Run((GOOD,)), Run((FLAKY,), status=1)), Outcome.PASSED, 3),
        ((Run(()),), Outcome.PASSED, 1),
        ((Run(failure="it crashed"),) * 3, Outcome.REFUSED, 3),
    ],
)
def test_what_is_lost_may_not_be_stable_before(looks: tuple[Run, ...], outcome: Outcome, needed: int) -> None:
    bare = Told(Run((GOOD,)), *looks)
    gate = Outcomes(Told(Run()), bare)
    before, after = measured(GOOD), measured(FLAKY)
    assert gate.compare(before, after).outcome is Outcome.REFUSED

    verdict = gate.reconsider(before, after, Path("/copy"))

    assert verdict.outcome is outcome
    assert ("1 unstable test" in verdict.reason) is (outcome is Outcome.PASSED)
    assert len(looks) - len(bare.more) == needed


def test_what_was_seen_to_be_unstable_is_remembered() -> None:
    bare = Told(Run((GOOD,)), Run((FLAKY,), status=1))
    for gate in (Outcomes(Told(Run()), bare), Outcomes(Told(Run()), bare, "old-tests")):
        assert gate.reconsider(measured(GOOD), measured(FLAKY), Path("/copy")).passed
    assert bare.more == []


# --- old tests on the new code ------------------------------------------------------------------


def test_old_tests_are_put_in_place_for_the_run_only(tmp_path: Path) -> None:
    new = {"a.py": "new = 1\n", "test_a.py": "import a\ndef test_x(): a.new\n", "test_b.py": "1 / 0\n"}
    tree = lay(tmp_path / "copy", new)
    old = {
        PurePosixPath("test_a.py"): b"import a\ndef test_x(): a.old\n",
        PurePosixPath("test_b.py"): None,
        PurePosixPath("test_c.py"): b"def test_c(): pass\n",
    }
    command = Command((sys.executable, "-m", "pytest", "-q"), tmp_path / "original")

    found = Outcomes(Suite(command), Suite(command), "old-tests", old=old).measure(tree)

    assert {test.key: test.code for test in (*found.problems, *found.notes)} == {
        "test_a.py::test_x": "failed",
        "test_c.py::test_c": "passed",
    }
    assert contents(tree) == {name: text.encode() for name, text in new.items()}
