"""Counting problems by key, and measurements that failed."""

from __future__ import annotations

import pytest

from codemods.data import Outcome, Problem
from codemods.gates import Measurement, excess, inconclusive


def problem(key: str, line: int = 1) -> Problem:
    return Problem("a.py", line, "code", key, key)


@pytest.mark.parametrize(
    ("here", "there"),
    [("", ""), ("a", "a"), ("ab", "ba"), ("a", "aa"), ("", "abc")],
)
def test_nothing_outnumbers(here: str, there: str) -> None:
    assert excess(map(problem, here), map(problem, there)) == ()


@pytest.mark.parametrize(
    ("here", "there", "over"),
    [("a", "", "a"), ("aa", "a", "a"), ("ab", "cccc", "ab"), ("aab", "ab", "a"), ("aaa", "a", "aa")],
)
def test_what_outnumbers(here: str, there: str, over: str) -> None:
    assert [p.key for p in excess(map(problem, here), map(problem, there))] == list(over)


def test_the_one_at_an_old_line_is_the_old_one() -> None:
    here = [problem("a", 3), problem("a", 7), problem("a", 20)]
    there = [problem("a", 7), problem("a", 19)]
    assert excess(here, there) == (problem("a", 20),)


def test_a_failure_on_either_side_is_inconclusive() -> None:
    good, bad = Measurement(), Measurement(failure="it crashed")
    assert inconclusive("g", good, good) is None
    for before, after, reason in ((bad, good, "before: it crashed"), (good, bad, "after: it crashed")):
        verdict = inconclusive("g", before, after)
        assert verdict is not None
        assert (verdict.outcome, verdict.reason, verdict.passed) == (Outcome.INCONCLUSIVE, reason, False)
