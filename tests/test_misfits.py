"""Factories that are given what they do not take: nobody changes it, a person is told."""

from __future__ import annotations

import pytest

from codemods.misfits import Given, given
from tests.trees import HIERARCHY, known

LEAF = """\
from bases import Left
from boxes import Box
class Leaf(Left):
    def _make_left_box({}) -> Box: ...
"""
USE = "from leaf import Leaf\ndef f(leaf: Leaf, lid):\n    return leaf._make_left_box({})\n"


def _told(path: str, text: str, parameters: str = "self") -> list[str]:
    files = {**HIERARCHY, "leaf.py": LEAF.format(parameters), path: text}
    notes = known(files).notes
    return [f"{note.line}: {note.text}" for note in notes if str(note.path) == path]


@pytest.mark.parametrize(
    ("passed", "parameters"),
    [
        ("", "self"),
        ("lid", "self, lid"),
        ("lid", "self, other=None"),
        ("lid=lid", "self, *, lid"),
        ("lid=lid", "self, **given"),
        ("lid, 2", "self, *given"),
        ("*lid", "self"),
        ("**lid", "self"),
        ("...", "self"),
    ],
)
def test_noop_what_fits_or_may_fit(passed: str, parameters: str) -> None:
    assert _told("use.py", USE.format(passed), parameters) == []
    assert _told("a.md", f"`_make_left_box({passed})`\n", parameters) == []


@pytest.mark.parametrize(
    "text",
    [
        "`_make_left_box`\n",
        "`_build_box()`\n",
        "`_build_box(self)`\n",
        "```py\ndef _build_box(self): ...\n```\n",
        "`_build_box(what is that`\n",
        "_build_box (which takes a lid)\n",
        "`_left_box(lid)`\n",
    ],
)
def test_noop_words_that_give_nothing(text: str) -> None:
    assert _told("a.md", text) == []


@pytest.mark.parametrize(
    ("passed", "named"), [("lid", "`lid`"), ("lid.top(2), 3", "`lid.top(2)`, `3`"), ("lid=lid", "`lid`")]
)
def test_a_call_is_told(passed: str, named: str) -> None:
    said = f"passes {named}, which the factory does not take; so before the migration too"

    assert _told("use.py", USE.format(passed)) == [f"3: _make_left_box: {said}"]


@pytest.mark.parametrize(
    "text",
    [
        "`_build_box(lid: Lid) -> Box`\n",
        "```py\nasync def _build_box(\n    self,\n    lid: Lid[int],\n) -> Box: ...\n```\n",
        "`self._build_box(lid)`\n",
        "`self._make_left_box(lid)`\n",
    ],
)
def test_words_are_told(text: str) -> None:
    (told,) = _told("a.md", text)

    said = "_make_box takes no `lid` in the code; the text was stale before and stays so: mend it by hand"
    assert told.endswith(f"_box: {said}")


def test_a_docstring_is_told() -> None:
    source = 'from leaf import Leaf\nclass Low(Leaf):\n    """It has a _build_box(lid)."""\n'

    assert _told("low.py", source)[-1].startswith("3: _build_box: _make_box takes no `lid` in the code")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("f(a, b=1)", Given(("a",), ("b",))),
        ("f (self, a: int = 2, *, b) -> X:", Given(("a",), ("b",))),
        ("f(')', a)", Given(("')'", "a"))),
        ("f()", Given()),
        ("f", None),
        ("f(a b)", None),
        ("f(a" + " " * 2000 + ")", None),
    ],
)
def test_what_is_given(text: str, found: Given | None) -> None:
    assert given(text, 1) == found
