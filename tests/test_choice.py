"""Choices are data: they go through JSON unharmed, and anything else is refused."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.choice import NOTHING, Choices, Item, Kind, Retouch, parsed, written

A, B = PurePosixPath("pkg/a.py"), PurePosixPath("b.md")
PATHS = st.sampled_from([A, B, PurePosixPath("pkg/ä.py")])
# What a file may hold: bytes that are no UTF-8 are carried as surrogates.
LINES = st.binary(max_size=8).map(lambda data: data.decode("utf-8", "surrogateescape"))
ITEMS = st.frozensets(st.builds(Item, st.sampled_from(Kind), PATHS, st.text(max_size=5)), max_size=4)
RETOUCHES = st.builds(
    Retouch,
    PATHS,
    st.integers(0, 6),
    st.integers(1),
    st.lists(LINES, max_size=3).map(tuple),
    st.lists(LINES, max_size=3).map(tuple),
)
CHOICES = st.builds(
    Choices, ITEMS, st.lists(RETOUCHES, max_size=3).map(tuple), ITEMS, st.dictionaries(PATHS, st.text("0f"))
)
SITE = Item(Kind.SITE, A, "3:5")
HEADER = Item(Kind.HEADER, B, "Left")
EDITED = Retouch(A, 2, 7, ("a\n",), ("b\n",))
MADE = Choices(frozenset({SITE}), (EDITED,), frozenset({HEADER}), {A: "0a", B: "0b"})


@given(CHOICES)
def test_they_come_back_from_json_as_they_were(choices: Choices) -> None:
    assert parsed(json.loads(json.dumps(written(choices)).encode())) == choices


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        "left",
        {**written(NOTHING), "left": [["site", "a.py"]]},
        {**written(NOTHING), "left": [["nonsense", "a.py", "1:1"]]},
        {**written(NOTHING), "left": [["site", None, "1:1"]]},
        {**written(NOTHING), "left": None},
        {**written(NOTHING), "retouches": [{"path": "a.py"}]},
        {**written(NOTHING), "retouches": [{**written(MADE)["retouches"][0], "line": "x"}]},
        {**written(NOTHING), "digests": 3},
        {**written(NOTHING), "digests": ["abc"]},
    ],
)
def test_anything_else_is_refused(record: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parsed(record)


def test_nothing_is_chosen_in_the_beginning() -> None:
    assert not NOTHING
    assert not Choices(digests={A: "0a"})
    assert Choices(taken=frozenset({SITE}))


def test_those_of_some_files() -> None:
    assert MADE.paths == {A, B}
    assert MADE.within([A]) == Choices(frozenset({SITE}), (EDITED,), frozenset(), {A: "0a"})
    assert MADE.within([]) == NOTHING


def test_what_was_taken_is_not_remembered_once_it_has_landed() -> None:
    assert MADE.settled() == Choices(frozenset({SITE}), (EDITED,), frozenset(), {A: "0a"})
    assert Choices(taken=frozenset({HEADER}), digests={B: "0b"}).settled() == NOTHING
