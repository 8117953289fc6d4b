"""Edits between two texts: they add up, they are explained, and aligned lines move along."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.edits import Report, UnexplainedChange, alignment, between, splice

PATH = PurePosixPath("a.py")
ANYWHERE = [Report(1, 10_000, 1, "whatever")]


def aligned(before: str, after: str) -> str:
    edits = between(PATH, before, after, ANYWHERE)
    return splice(before, edits + alignment(PATH, before, edits))


# --- what does not move -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("old(\n    1,\n)\n", "nothing follows the bracket in its line"),
        ("old(1,\n  2)\n", "the line is not aligned"),
        ("x = old\ny = (1,\n     2)\n", "the bracket is in another line"),
        ("(1,\n old)\n", "the name follows the bracket"),
        ('old("""a\n    b""")\n', "the line is inside a string"),
        ("\told(1,\n\t    2)\n", "tabs"),
        ("old(  # why\n    1)\n", "a comment follows the bracket"),
        ("old(1)\n    # no more\n", "the bracket is closed"),
    ],
    ids=lambda value: value if "\n" not in value else "",
)
def test_stays(text: str, why: str) -> None:
    assert aligned(text, text.replace("old", "name")) == text.replace("old", "name"), why


# --- what moves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("older(1,\n      2)\n", "new(1,\n    2)\n"),
        ("old(1,\n    2)\n", "newer(1,\n      2)\n"),
        ("older(1,\r\n      2)\r\n", "new(1,\r\n    2)\r\n"),
        ("older[1,\n\n      # two\n      2]\n", "new[1,\n\n    # two\n    2]\n"),
        ("older(older(1,\n            2),\n      3)\n", "new(new(1,\n        2),\n    3)\n"),
        ("older(f(1,\n        2),\n      3)\n", "new(f(1,\n      2),\n    3)\n"),
        ("older(a,\n      older(b,\n            c))\n", "new(a,\n    new(b,\n        c))\n"),
        ("é = older(1,\n          2)\n", "é = new(1,\n        2)\n"),
        ("older(1,\n      )\n", "new(1,\n    )\n"),
        ("def older(a: int = 1,\n          *b): ...\n", "def new(a: int = 1,\n        *b): ...\n"),
    ],
)
def test_moves(before: str, after: str) -> None:
    renamed = before.replace("older", "new").replace("old", "newer")

    assert aligned(before, renamed) == after


def test_is_explained_by_what_moved_it() -> None:
    before = "older(1,\n      2)\n"
    edits = between(PATH, before, before.replace("older", "new"), [Report(1, 1, 3, "renamed")])

    (moved,) = alignment(PATH, before, edits)

    assert (moved.start, moved.end, moved.replacement) == (13, 15, "")
    assert (moved.phase, moved.reasons) == (3, ("only re-aligned: the opening line got shorter",))


def test_is_explained_by_what_moved_it_the_other_way() -> None:
    before = "old(1,\n    2)\n"
    edits = between(PATH, before, before.replace("old", "newer"), [Report(1, 1, 3, "renamed")])

    (moved,) = alignment(PATH, before, edits)

    assert moved.reasons == ("only re-aligned: the opening line got longer",)


# --- between and splice -------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("ab_ (\r\n\té#"), max_size=40)


@given(TEXTS, TEXTS)
def test_add_up(before: str, after: str) -> None:
    edits = between(PATH, before, after, ANYWHERE)

    assert splice(before, edits) == after
    assert all(before[e.start : e.end] != e.replacement for e in edits)
    assert all(one.end <= other.start for one, other in pairwise(edits))


def test_are_as_small_as_words() -> None:
    edits = between(PATH, "self._old = self._old_too\n", "self._new = self._old_too\n", ANYWHERE)

    assert [(e.start, e.end, e.replacement) for e in edits] == [(5, 9, "_new")]


def test_belong_to_the_phase_that_reported_their_lines() -> None:
    before, after = "a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n"
    reports = [Report(1, 1, 2, "first"), Report(5, 5, 3, "last"), Report(5, 5, 1, "base")]

    edits = between(PATH, before, after, reports)

    assert [(e.phase, e.reasons) for e in edits] == [(2, ("first",)), (1, ("last", "base"))]


def test_blank_lines_belong_to_what_they_surround() -> None:
    edits = between(PATH, "a\n\n\n\nb\n", "a\n\nb\n", [Report(5, 5, 2, "gone")])

    assert {e.reasons for e in edits} == {("gone",)}


def test_unexplained() -> None:
    with pytest.raises(UnexplainedChange, match=r"^line 4: 'd' -> 'D'"):
        between(PATH, "a\nb\nc\nd\n", "A\nb\nc\nD\n", [Report(1, 1, 2, "first")])


def test_long_lines_that_repeat_themselves() -> None:
    before = "x = " + "a.old + b.new_old * " * 3000 + "1\n"

    edits = between(PATH, before, before.replace("a.old", "a.new"), ANYWHERE)

    assert {(e.end - e.start, e.replacement) for e in edits} == {(3, "new")}
    assert len(edits) == 3000
