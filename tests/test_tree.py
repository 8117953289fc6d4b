"""The class tree: what changes in headers, what in bodies alone, after which phases, and what is beside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from codemods.review import review
from codemods.reviewed import TreeLine
from codemods.survey import survey
from tests.helpers import UNPROVEN, lay
from tests.trees import HIERARCHY, TWO_SIDES

SIDE = """\
class Packing:
    def pack(self):
        return self._left_box


class Idle:
    def rest(self):
        return None
"""
LEAF = """\
from boxes import SmallBox
from bases import Left
from side import Idle, Packing


class Leaf(Packing, Idle, Left):
    async def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Twig(Leaf):
    # reads _left_box
    @property
    def twigs(self):
        return 1


class Bud(Leaf): pass
"""
FILES = {**HIERARCHY, "side.py": SIDE, "leaf.py": LEAF}


def lines(root: Path, *phases: str, files: Mapping[str, str | bytes] = FILES) -> dict[str, TreeLine]:
    made = review(survey(lay(root, files), TWO_SIDES), phases)
    return {line.name: line for line in made.tree}


def changes(line: TreeLine) -> str:
    return "header" if line.header else "body" if line.body else ""


def test_noop_what_stays(tmp_path: Path) -> None:
    found = lines(tmp_path)

    assert changes(found["Bud"]) == ""
    assert "Idle" not in found


def test_headers_bodies_and_places(tmp_path: Path) -> None:
    found = lines(tmp_path)

    assert {name: changes(line) for name, line in found.items() if changes(line)} == {
        "Root": "header",
        "Left": "header",
        "Right": "header",
        "Leaf": "body",
        "Twig": "body",
        "Packing": "body",
    }
    assert {
        n: (line.place, line.depth, line.part) for n, line in found.items() if "bases" not in str(line.path)
    } == {
        "Leaf": ("leaf.py:6", 2, ""),
        "Twig": ("leaf.py:11", 3, ""),
        "Bud": ("leaf.py:18", 3, ""),
        "Packing": ("side.py:1", 0, "mixin"),
    }


@pytest.mark.parametrize(
    ("phases", "changed"),
    [(("1",), {"Root"}), (("1", "2"), {"Root", "Left"}), (("1", "6"), {"Root", "Twig"})],
)
def test_tree_stands_after_the_phases_asked_for(
    tmp_path: Path, phases: tuple[str, ...], changed: set[str]
) -> None:
    assert {name for name, line in lines(tmp_path, *phases).items() if changes(line)} == changed


def test_what_is_landed_changes_no_more(tmp_path: Path) -> None:
    from codemods.migrate import apply

    lay(tmp_path, FILES)
    done = apply(survey(tmp_path, TWO_SIDES), ("1",), UNPROVEN, lambda _: None)
    later = review(survey(tmp_path, TWO_SIDES), ("2",))

    assert ({line.name for line in done.tree if line.header}, done.numbers) == ({"Root"}, frozenset({1}))
    assert {line.name for line in later.tree if line.header} == {"Left"}
    assert later.numbers == frozenset({1, 2})
