"""What stays apart in a message, and what a migration makes the same."""

from __future__ import annotations

import re

import pytest

from codemods.data import Problem
from codemods.gates.rewording import Rewording

REWORDING = Rewording(
    renames={"_private_rest": "_rest", "_public_rest": "_rest"},
    generic=frozenset({"Base", "Spot"}),
    types={"SpotRest": "<rest>", "FuturesRest": "<rest>", "RestType": "<rest>", "SpotSocket": "<ws>"},
)


@pytest.mark.parametrize(
    "message",
    [
        '"Base" has no attribute "_private_rest_connected"',
        '"Base" has no attribute "x_private_rest"',
        'Key "private_rest" is missing',
        '"list[Base]" has no attribute "x"',
        '"MySpotRest" is not "SpotRestX"',
        'Incompatible types "<rest> | None"',
        '"Baseline[int]" has no attribute "x"',
        "Unbalanced Base[A, B",
        "outline 3",
    ],
)
def test_noop(message: str) -> None:
    assert REWORDING.apply(message) == message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('"X" has no attribute "_private_rest"', '"X" has no attribute "_rest"'),
        ('"Base[A, B]" has no attribute "x"', '"Base" has no attribute "x"'),
        ('"list[pkg.Base[A[int, str], B]]" and "Spot[C]"', '"list[pkg.Base]" and "Spot"'),
        ('"Base[Spot[A], B] | None"', '"Base | None"'),
        ('"dict[str, int]" and "Base[A]"', '"dict[str, int]" and "Base"'),
        ('Name "x" already defined on line 12', 'Name "x" already defined on line N'),
        ("defined on lines 1", "defined on lines 1"),
        ('"X" has no attribute "y"; maybe "_private_rest" or "z"?', '"X" has no attribute "y"'),
        ('got "SpotRest"; expected "FuturesRest"', 'got "<rest>"; expected "<rest>"'),
        ('got "pkg.mod.SpotRest | None"', 'got "<rest> | None"'),
        ('got "SpotRest | FuturesRest | None"', 'got "<rest> | None"'),
        ('got "SpotRest | SpotSocket"', 'got "<rest> | <ws>"'),
        ('got "RestType`1"', 'got "<rest>"'),
        ('got "RestType`-1"', 'got "<rest>"'),
    ],
)
def test_reworded(message: str, expected: str) -> None:
    assert REWORDING.apply(message) == expected
    assert REWORDING.apply(expected) == expected


def test_old_and_new_wording_have_one_key() -> None:
    old = REWORDING.key(
        "a.py", "union-attr", 'Item "None" of "SpotRest | None" has no attribute "_private_rest"'
    )
    new = REWORDING.key("a.py", "union-attr", 'Item "None" of "RestType | None" has no attribute "_rest"')
    assert old == new


def test_file_and_code_are_part_of_the_key() -> None:
    keys = {Rewording().key(path, code, "m") for path in ("a.py", "b.py") for code in ("x", "y")}
    assert len(keys) == 4


def test_nothing_to_reword_changes_nothing() -> None:
    assert (
        Rewording().apply('"Base[A]" has no attribute "_private_rest"')
        == '"Base[A]" has no attribute "_private_rest"'
    )


def test_what_the_layer_announces_is_told_from_other_deprecations() -> None:
    rewording = Rewording(announced=re.compile(r"\w+ is deprecated since 2025-09"))
    said = [
        ("deprecated", "function m.Old.__get__ is deprecated: _rest is deprecated since 2025-09; use x"),
        ("deprecated", "function m.f is deprecated: f is deprecated since 2024"),
        ("misc", "_rest is deprecated since 2025-09"),
    ]

    problems = [Problem("a.py", 1, code, message, "") for code, message in said]

    assert [rewording.is_announced(problem) for problem in problems] == [True, False, False]
    assert not any(Rewording().is_announced(problem) for problem in problems)
