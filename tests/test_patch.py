"""Hunks are difflib's, but for lines that it takes for noise; patches are what ``git apply`` takes."""

from __future__ import annotations

import difflib
from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.patch import groups, opcodes, unified

LINES = st.lists(st.sampled_from([f"{letter}\n" for letter in "abcde"]), max_size=30)


@settings(deadline=None)
@given(LINES, LINES, st.integers(0, 4))
def test_hunks_of_short_texts_are_those_of_difflib(before: list[str], after: list[str], context: int) -> None:
    matcher = difflib.SequenceMatcher(None, before, after)
    known = [tuple(group) for group in matcher.get_grouped_opcodes(context)]

    assert groups(before, after, context) == (known if before != after else [])


@settings(deadline=None)
@given(LINES, LINES)
def test_patch_of_short_texts_is_that_of_difflib(before: list[str], after: list[str]) -> None:
    old, new = ("".join(lines).encode() for lines in (before, after))
    body = "".join(difflib.unified_diff(before, after, "a/x", "b/x"))

    made = unified(PurePosixPath("x"), old, new)

    assert made == (f"diff --git a/x b/x\n{body}" if old != new else "")


def test_line_that_is_there_often_is_not_taken_away_and_put_back() -> None:
    around = [f"{number}\n" for number in range(300)]
    often = ["raise NotImplementedError\n"] * 10
    before = [*around, "old\n", *often[:1], "old too\n", *often, *around]
    after = [*around, "new\n", *often[:1], "new too\n", *often, *around]

    replaced = [code for code in opcodes(before, after) if code[0] != "equal"]

    assert [before[i1:i2] for _, i1, i2, _, _ in replaced] == [["old\n"], ["old too\n"]]
