"""What was done at the line of a problem is found, whatever moved it; what was done elsewhere is not."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.causes import causes
from codemods.choice import Item, Kind
from codemods.data import Edit, Outcome, Phase, Problem, Verdict
from codemods.steps import Stage

PATH = PurePosixPath("pkg/a.py")
BEFORE = """\
import tills

class Shop:
    _old = None

    def open(self):
        self._old = tills.make(self._side)
        return self._old
"""
TWO = Phase(2, "inner", "Inner shops use them.")


def edit(old: str, new: str, *reasons: str, phase: int = 2, nth: int = 0) -> Edit:
    start = -1
    for _ in range(nth + 1):
        start = BEFORE.index(old, start + 1)
    return Edit(PATH, start, start + len(old), new, phase, reasons)


USE = edit("_old", "_new", "receiver is self in Shop", nth=1)
GONE = edit("    _old = None\n\n", "", "the root declares it")
MORE = edit("import tills\n", "import tills\nfrom a import (\n    b,\n)\n", "imports of what is used")
EDITS = (MORE, GONE, USE)


def stage(*edits: Edit, before: str = BEFORE) -> Stage:
    parts, at = [], 0
    for each in sorted(edits, key=lambda e: e.start):
        parts += [before[at : each.start], each.replacement]
        at = each.end
    return Stage(TWO, frozenset({1, 2}), {PATH: "".join([*parts, before[at:]]).encode()}, {PATH: edits})


def found(line: int, *edits: Edit, gate: str = "mypy", outcome: Outcome = Outcome.REFUSED) -> tuple[str, ...]:
    problem = Problem(str(PATH), line, "attr-defined", "no attribute", "key")
    told = causes({PATH: BEFORE.encode()}, stage(*edits), [Verdict(gate, outcome, "", (problem,))])
    return told.get(problem, ())


@pytest.mark.parametrize("line", [5, 6, 7, 9, 99])
def test_nothing_was_done_at_the_line(line: int) -> None:
    assert found(line, *EDITS) == ()


def test_a_gate_that_passes_needs_no_cause() -> None:
    assert found(8, *EDITS, outcome=Outcome.PASSED) == ()


def test_the_old_tests_are_not_what_was_edited() -> None:
    assert found(8, *EDITS, gate="old-tests") == ()


def test_a_file_that_something_else_was_done_to() -> None:
    other = Stage(TWO, frozenset({2}), {PATH: b"# more\n" + BEFORE.encode()}, {PATH: (USE,)})
    problem = Problem(str(PATH), 7, "", "", "")

    assert causes({PATH: BEFORE.encode()}, other, [Verdict("mypy", Outcome.REFUSED, "", (problem,))]) == {}


@pytest.mark.parametrize("path", ["pkg/other.py", "a command", ""])
def test_a_problem_of_no_file_of_ours(path: str) -> None:
    problem = Problem(path, 1, "", "", "")

    assert (
        causes({PATH: BEFORE.encode()}, stage(USE), [Verdict("tests", Outcome.REFUSED, "", (problem,))]) == {}
    )


def test_a_name_that_became_another() -> None:
    """The problem is told at its line after, the cause at its line before."""
    assert found(8, *EDITS) == ("pkg/a.py:7 _old became _new: receiver is self in Shop",)


@pytest.mark.parametrize("line", [2, 3, 4])
def test_lines_that_are_new(line: int) -> None:
    assert found(line, *EDITS) == ("pkg/a.py:1: imports of what is used",)


def test_what_is_gone_is_looked_for_where_it_was() -> None:
    assert found(4, *EDITS, gate="api") == ("pkg/a.py:4: the root declares it",)
    assert found(8, *EDITS, gate="api") == ()


def test_a_word_that_goes_from_a_line() -> None:
    assert found(7, edit("self._side", "", "nobody needs it")) == ("pkg/a.py:7: nobody needs it",)


def test_several_edits_of_a_line_each_once() -> None:
    twice = (edit("tills.make", "make", "one", "two"), edit("self._side", "side", "one", "two"))

    assert found(7, USE, *twice) == (
        "pkg/a.py:7 _old became _new: receiver is self in Shop",
        "pkg/a.py:7: one; two",
    )


def test_the_stage_s_own_edits_come_before_those_of_others() -> None:
    other = edit("tills.make", "till", "another phase", phase=1)

    assert found(7, USE, other) == ("pkg/a.py:7 _old became _new: receiver is self in Shop",)
    assert found(7, other) == ("pkg/a.py:7: another phase",)


def test_a_file_that_is_new() -> None:
    made = Edit(PATH, 0, 0, "x = 1\ny = 2\n", 2, ("the layer",))
    new = Stage(TWO, frozenset({2}), {PATH: b"x = 1\ny = 2\n"}, {PATH: (made,)})
    problem = Problem(str(PATH), 2, "", "", "")

    told = causes({}, new, [Verdict("mypy", Outcome.INCONCLUSIVE, "", (problem,))])

    assert told == {problem: ("pkg/a.py:1: the layer",)}


def test_what_is_left_out_of_the_file_is_named_the_nearest_first() -> None:
    other = Item(Kind.SITE, PurePosixPath("pkg/b.py"), "7:1")
    items = [Item(Kind.SITE, PATH, f"{line}:5") for line in (20, 9, 1, 8)]
    problem = Problem(str(PATH), 7, "", "", "")
    refused = [Verdict("mypy", Outcome.REFUSED, "", (problem,))]

    told = causes({PATH: BEFORE.encode()}, stage(), refused, [*items, other])

    assert told[problem] == (
        "pkg/a.py:8:5 is left out by choice",
        "pkg/a.py:9:5 is left out by choice",
        "pkg/a.py:1:5 is left out by choice",
        "1 more in pkg/a.py",
    )
    assert causes({PATH: BEFORE.encode()}, stage(), refused, [other]) == {}


def test_type_arguments_that_are_left_out_are_named() -> None:
    problem = Problem(str(PATH), 7, "", "", "")
    header = Item(Kind.HEADER, PATH, "Shop")
    told = causes(
        {PATH: BEFORE.encode()}, stage(), [Verdict("mypy", Outcome.REFUSED, "", (problem,))], [header]
    )
    assert told[problem] == ("the type arguments of Shop in pkg/a.py are left out by choice",)
