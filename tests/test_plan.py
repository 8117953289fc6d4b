"""A plan is a function of the first snapshot and the set of phases, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import PurePosixPath

import pytest

from codemods import project
from codemods.codemod import Addition, Codemod
from codemods.data import MigrationError
from codemods.plan import CODEMODS, plan
from codemods.project import Project
from codemods.source import Source
from tests.helpers import AROUND, failures, migrated
from tests.trees import TWO_SIDES, tree

Creates = Mapping[PurePosixPath, Addition]
LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
"""
FILES: dict[str, str | bytes] = {
    **AROUND,
    "left.py": LEFT,
    "right.py": LEFT.replace("Left", "Right").replace("left", "right"),
}
SETS = [frozenset({1, *others}) for n in range(4) for others in combinations((2, 3, 4), n)]
each_set = pytest.mark.parametrize("phases", SETS, ids=lambda phases: "".join(map(str, sorted(phases))))


def test_no_phases_no_changes() -> None:
    assert plan(project.read(tree(FILES), TWO_SIDES), frozenset()).changes == ()


@each_set
def test_each_set_stands_on_its_own(phases: frozenset[int]) -> None:
    """It compiles, and a second run changes nothing."""
    migrated(FILES, phases)


def test_the_order_of_sets_does_not_matter() -> None:
    found, source = project.read(tree(FILES), TWO_SIDES), Source()

    forwards = [plan(found, phases, source) for phases in SETS]
    backwards = [plan(found, phases, source) for phases in reversed(SETS)]

    assert forwards == backwards[::-1]
    assert forwards == [plan(project.read(tree(FILES), TWO_SIDES), phases) for phases in SETS]


@pytest.mark.parametrize(("phase", "path"), [(2, "left.py"), (3, "right.py")])
def test_a_side_touches_its_own_files_only(phase: int, path: str) -> None:
    found = project.read(tree(FILES), TWO_SIDES)
    base = plan(found, frozenset({1})).after(found.snapshot)

    more = plan(found, frozenset({1, phase})).after(found.snapshot)

    assert {str(p) for p in more if more[p] != base.get(p)} == {path}


def test_changes_come_in_order_with_edits_of_their_phases() -> None:
    made = plan(project.read(tree(FILES), TWO_SIDES), frozenset({1, 2, 4}))

    assert [str(change.path) for change in made.changes] == [
        "client_types.py",
        "left.py",
        "old_names.py",
        "right.py",
        "root.py",
    ]
    assert all(change.edits for change in made.changes)
    assert {edit.phase for change in made.changes for edit in change.edits} == {1, 2, 4}
    assert all(edit.reasons for change in made.changes for edit in change.edits)


@pytest.mark.parametrize("name", ["b\udcff", "my-boxes", "b\n"])
def test_a_file_that_no_import_can_name(name: str) -> None:
    files: dict[str, str | bytes] = {**AROUND, "left.py": LEFT, f"{name}/__init__.py": ""}
    files[f"{name}/boxes.py"] = files.pop("boxes.py")
    files["boxes.py"] = ""

    with pytest.raises(
        MigrationError, match=r"boxes\.py: no import can name this path, and root.py would have"
    ):
        plan(project.read(tree(files), TWO_SIDES), frozenset({1}))


def test_created_files_have_no_before() -> None:
    made = plan(project.read(tree(FILES), TWO_SIDES), frozenset({1}))

    assert {str(change.path) for change in made.changes if change.before is None} == {
        "client_types.py",
        "old_names.py",
    }


def test_after_takes_the_rest_of_the_tree_along() -> None:
    snapshot = {**tree(FILES), PurePosixPath("README.md"): b"Boxes.\n"}

    after = plan(project.read(snapshot, TWO_SIDES), frozenset({1})).after(snapshot)

    assert after[PurePosixPath("README.md")] == b"Boxes.\n"


def test_a_file_that_cannot_be_done_is_named_and_left() -> None:
    (failure,) = failures({**FILES, "left.py": "\x0c" + LEFT})

    assert str(failure) == "left.py: round-trip: LibCST would not write it back as it is"


def test_a_file_that_need_not_be_done_is_no_failure() -> None:
    assert failures({**FILES, "left.py": "\x0c" + LEFT}, phases=(1, 3)) == ()


def test_an_added_file_is_made_once_for_all_sets_that_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, tests="test_old_names"))
    found, source = project.read(tree({**FILES, "tests/test_left.py": "import left\n"}), asked), Source()
    made: list[str] = []
    for codemod in CODEMODS:
        monkeypatch.setattr(codemod, "creates", _counting(codemod, made))

    plans = [plan(found, frozenset(range(1, last + 1)), source) for last in range(1, 7)]

    assert {name: made.count(name) for name in made} == {
        **{codemod.__name__: 1 for codemod in CODEMODS},
        "AddTests": 5,  # 5 and 6 say the same of it, before that there is none
    }
    assert [sum(c.before is None for c in each.changes) for each in plans] == [2, 2, 2, 2, 3, 3]


def _counting(codemod: type[Codemod], made: list[str]) -> classmethod[Codemod, ..., Creates]:
    creates = codemod.creates

    def counted(cls: type[Codemod], project: Project, phases: frozenset[int]) -> Creates:
        made.append(cls.__name__)
        return creates(project, phases)

    return classmethod(counted)
