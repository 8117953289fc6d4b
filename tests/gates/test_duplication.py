"""The figure of duplication: which lines count as client management that stands more than once."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from codemods.data import Outcome, Verdict
from codemods.gates.duplication import Duplication
from codemods.gates.rewording import Rewording
from codemods.scopes import ClassRef
from tests.helpers import lay

WORDS = Rewording(
    {"_left": "_box", "_right": "_box", "_make_left": "_make_box", "_make_right": "_make_box"},
    types={"LeftBox": "BoxType", "RightBox": "BoxType"},
)
BASES = tuple(ClassRef(PurePosixPath("m.py"), name) for name in ("Left", "Right"))


def copies(root: Path, left: str, right: str) -> list[str]:
    """What two classes of these bodies have twice."""
    lay(root, {"m.py": f"class Left:\n{left}\n\nclass Right:\n{right}\n\nclass Other:\n{left}\n"})
    measured = Duplication(BASES, WORDS).measure(root)
    assert measured.figures == {"lines": len(measured.problems)}
    return [problem.key for problem in measured.problems]


DOC = "'''\n        self._left\n        '''"
INIT = "    def __init__(self, {0}):\n        self._{0} = None\n        self.{0} = 1\n"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("    pass", "    pass"),
        ("    x = 1\n    y = 2", "    x = 1\n    y = 2"),
        ("    _left = 1", "    _right = 2"),
        ("    x = '_left_over'", "    x = '_left_over'"),
        ("    # self._left\n    x = 1", "    # self._right\n    x = 1"),
        ("    '''self._left'''\n    x = 1", "    '''self._left'''\n    x = 1"),
        (f"    def f(self):\n        {DOC}", f"    def g(self):\n        {DOC}"),
    ],
)
def test_what_does_not_count(tmp_path: Path, left: str, right: str) -> None:
    assert copies(tmp_path, left, right) == []


@pytest.mark.parametrize(
    ("left", "right", "twice"),
    [
        ("    _left = None", "    _right = None", ["_box = None"]),
        ("    _left: LeftBox = 1", "    _right: RightBox = 1", ["_box: BoxType = 1"]),
        ("    _left = 1 # ours", "    _right = 1", ["_box = 1"]),
        ("    _left = 1\n\n    # more\n    x = 2", "    _right = 1\n    x = 2", ["_box = 1", "x = 2"]),
        ("    x = 2\n    y = 3\n    _left = 1", "    x = 1\n    y = 3\n    _left = 1", ["y = 3", "_box = 1"]),
        (INIT.format("left"), INIT.format("right"), ["self._box = None"]),
        ("    _left = 1\n    _left = 1\n    x = 1", "    _right = 1\n    y = 1", ["_box = 1"]),
    ],
)
def test_what_counts(tmp_path: Path, left: str, right: str, twice: list[str]) -> None:
    assert copies(tmp_path, left, right) == twice


def test_three_classes_have_two_copies_too_many(tmp_path: Path) -> None:
    lay(tmp_path, {f"{name}.py": f"class A:\n    _{name} = None\n" for name in ("left", "right", "box")})
    bases = tuple(ClassRef(PurePosixPath(f"{name}.py"), "A") for name in ("left", "right", "box"))

    assert Duplication(bases, WORDS).measure(tmp_path).figures == {"lines": 2}


def judge(root: Path, before: tuple[str, str], after: tuple[str, str]) -> Verdict:
    gate = Duplication(BASES, WORDS)
    text = "class Left:\n    {}\nclass Right:\n    {}\n"
    first = gate.measure(lay(root / "before", {"m.py": text.format(*before)}))
    return gate.compare(first, gate.measure(lay(root / "after", {"m.py": text.format(*after)})))


@pytest.mark.parametrize("after", [("_left = 1", "_right = 1"), ("_box = 1", "_right = 1"), ("pass", "pass")])
def test_as_many_or_fewer(tmp_path: Path, after: tuple[str, str]) -> None:
    verdict = judge(tmp_path, ("_left = 1", "_right = 1"), after)

    assert (verdict.gate, verdict.outcome, verdict.new) == ("duplication", Outcome.PASSED, ())
    assert verdict.figures == f"1 -> {int(after[0] != 'pass')} lines in more than one sub-base"


def test_more_is_refused(tmp_path: Path) -> None:
    verdict = judge(tmp_path, ("x = 1", "y = 1"), ("_left = 1", "_right = 1"))

    assert verdict.outcome is Outcome.REFUSED
    assert [str(problem) for problem in verdict.new] == [
        "m.py:4: Right and Left both have: _box = 1  [duplicate]"
    ]


def test_a_file_that_is_broken(tmp_path: Path) -> None:
    lay(tmp_path, {"m.py": "def (:\n"})
    gate = Duplication(BASES, WORDS)

    assert gate.compare(gate.measure(tmp_path), gate.measure(tmp_path)).outcome is Outcome.INCONCLUSIVE
