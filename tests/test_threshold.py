"""How sure a decision has to be: proven, inferred (the default) or named."""

from __future__ import annotations

from codemods import project
from codemods.data import Confidence, Decision
from codemods.threshold import taken
from tests.helpers import AROUND
from tests.trees import TWO_SIDES, tree

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box: Box | None = None
"""
USES = """\
from left import Left


def use(untyped):
    made = Left()
    print(made._left_box)
    print(untyped._left_box)
"""
OTHER = """\
class Shelf:
    def __init__(self):
        self._left_box = 1
"""


def decisions(least: Confidence, **more: str) -> list[tuple[int, Decision, int]]:
    """Line, decision and phase of the sites of uses.py."""
    files = {
        **AROUND,
        "left.py": LEFT,
        "uses.py": USES,
        **{f"{name}.py": text for name, text in more.items()},
    }
    found = taken(project.read(tree(files), TWO_SIDES), least)
    return [(s.line, s.decision, s.phase) for s in found.sites if str(s.path) == "uses.py"]


def test_inferred_is_taken_and_named_is_asked() -> None:
    assert decisions(Confidence.INFERRED) == [(6, Decision.RENAME, 4), (7, Decision.ASK, 0)]


def test_proven_asks_about_what_is_inferred() -> None:
    assert decisions(Confidence.PROVEN) == [(6, Decision.ASK, 0), (7, Decision.ASK, 0)]


def test_proven_leaves_what_a_class_says_of_itself() -> None:
    files = {**AROUND, "left.py": LEFT}
    before = project.read(tree(files), TWO_SIDES)

    assert taken(before, Confidence.PROVEN).sites == before.sites


def test_named_takes_a_name_that_only_the_hierarchy_has() -> None:
    assert decisions(Confidence.NAMED) == [(6, Decision.RENAME, 4), (7, Decision.RENAME, 4)]


def test_named_still_asks_where_another_class_has_the_name() -> None:
    assert decisions(Confidence.NAMED, other=OTHER) == [(6, Decision.RENAME, 4), (7, Decision.ASK, 0)]
