"""The deprecations gate: which warnings are ours, and when a use of an old name refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codemods import spec
from codemods.data import Outcome, Problem, Verdict
from codemods.gates import Measurement
from codemods.gates.deprecations import Deprecations, pattern
from codemods.gates.suite import Command, Run, Suite
from tests.trees import TWO_SIDES

WORDING = replace(
    TWO_SIDES.compatibility, message="{old}: since {since} (till {remove_after}) it is {new}; {old}!"
)


class Told(Suite):
    def __init__(self, run: Run) -> None:
        super().__init__(Command(("true",), Path("/nowhere")))
        self._run = run


def warned(message: str, path: str = "a.py", line: int = 1) -> Problem:
    return Problem(path, line, "deprecated", message, f"{path}: {message}")


def measured(*warnings: Problem, failure: str = "") -> Measurement:
    return gate(Run(warned=warnings, failure=failure)).measure(Path("/copy"))


def gate(run: Run, *settled: tuple[str, str], complete: bool = True) -> Deprecations:
    return Deprecations(Told(run), pattern(TWO_SIDES.compatibility), complete, frozenset(settled))


def judged(*warnings: Problem, settled: tuple[str, str] | None = None, complete: bool = True) -> Verdict:
    after = measured(*warnings)
    return gate(Run(), *([settled] if settled else []), complete=complete).compare(measured(), after)


OLD = warned("_left_box is _box")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("_left_box: since 1.0 (till 2.0) it is _box; _left_box!", "_left_box"),
        ("_left_box: since 1.1 (till 2.0) it is _box; _left_box!", None),
        ("_left_box: since 1.0 (till 2.0) it is _box; _left_box!!", None),
        ("the event loop is old", None),
    ],
)
def test_which_warnings_are_ours(message: str, name: str | None) -> None:
    found = pattern(WORDING).fullmatch(message)

    assert (found["old"] if found else None) == name


def test_the_built_in_wording_is_recognized() -> None:
    wording = spec.builtin().compatibility
    text = wording.message.format(old="_x", new="_y", since=wording.since, remove_after=wording.remove_after)

    found = pattern(wording).fullmatch(text)

    assert found is not None
    assert found["old"] == "_x"


def test_other_warnings_are_not_counted() -> None:
    assert measured(warned("the event loop is old")).figures == {"uses": 0}
    assert judged(warned("the event loop is old")) == Verdict(
        "deprecations", Outcome.PASSED, "0 uses of old names"
    )


def test_a_run_that_records_no_warnings_proves_nothing() -> None:
    after = gate(Run(deaf=True)).measure(Path("/copy"))

    verdict = gate(Run()).compare(measured(), after)

    assert (verdict.outcome, verdict.reason) == (
        Outcome.PASSED,
        "pytest was told to record no warnings, so this proves nothing",
    )


def test_a_use_is_refused_once_all_phases_are_in() -> None:
    verdict = judged(OLD)

    assert (verdict.outcome, verdict.figures, verdict.new) == (Outcome.REFUSED, "1 use of old names", (OLD,))


def test_a_use_is_told_before_that() -> None:
    verdict = judged(OLD, complete=False)

    assert verdict.outcome is Outcome.PASSED
    assert verdict.figures == "1 use of old names, 1 left to later phases"


@pytest.mark.parametrize(
    ("settled", "outcome"),
    [
        (("a.py", "_left_box"), Outcome.PASSED),
        (("b.py", "_left_box"), Outcome.REFUSED),
        (("a.py", "_right_box"), Outcome.REFUSED),
    ],
)
def test_a_place_that_keeps_the_name_by_decision(settled: tuple[str, str], outcome: Outcome) -> None:
    assert judged(OLD, settled=settled).outcome is outcome


def test_a_use_that_was_there_before_is_not_new() -> None:
    moved = replace(OLD, line=7)

    assert gate(Run()).compare(measured(OLD), measured(moved)).outcome is Outcome.PASSED
    assert gate(Run()).compare(measured(OLD), measured(OLD, moved)).new == (moved,)


def test_a_run_that_failed_is_inconclusive() -> None:
    verdict = gate(Run()).compare(measured(), measured(failure="it crashed"))

    assert (verdict.outcome, verdict.reason) == (Outcome.INCONCLUSIVE, "after: it crashed")
