"""The phases one after the other, on top of what is landed."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.data import MigrationError
from codemods.migrate import Options, apply
from codemods.proofs import GATES
from codemods.steps import Step, steps
from codemods.survey import survey
from tests.helpers import AROUND, contents, lay, migrated
from tests.trees import TWO_SIDES

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    _left_on = False


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
"""
FILES: dict[str, str | bytes] = {**AROUND, "left.py": LEFT}
FOUR = ("1", "2", "3", "4")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", FILES)


def land(root: Path, *phases: str) -> None:
    apply(survey(root, TWO_SIDES), phases, Options(no_gate=GATES), lambda _: None)


def carried_out(root: Path, made: tuple[Step, ...]) -> dict[str, bytes]:
    """The tree after all steps; each change starts from what the one before it left."""
    tree = contents(root)
    for step in made:
        for change in step.changes:
            assert tree.get(str(change.path)) == change.before
            assert change.after is not None
            tree[str(change.path)] = change.after
    return tree


@pytest.mark.parametrize("phases", [FOUR, ("1",), ("1", "4"), ("left", "base"), ("1", "2", "3")], ids="".join)
def test_lead_to_the_set(root: Path, phases: tuple[str, ...]) -> None:
    numbers = [{"base": 1, "left": 2}.get(phase) or int(phase) for phase in phases]

    made = steps(survey(root, TWO_SIDES), phases)

    assert [step.phase.number for step in made] == sorted(numbers)
    assert carried_out(root, made) == migrated(FILES, numbers)


@pytest.mark.parametrize("landed", [("1",), ("1", "3"), ("1", "4"), FOUR], ids="".join)
def test_go_on_from_what_is_landed(root: Path, landed: tuple[str, ...]) -> None:
    land(root, *landed)

    made = steps(survey(root, TWO_SIDES), FOUR)

    assert carried_out(root, made) == migrated(FILES, (1, 2, 3, 4))
    assert not [step.phase for step in made if str(step.phase.number) in landed and step.changes]


def test_change_only_what_their_phase_is_about(root: Path) -> None:
    made = {step.phase.number: step for step in steps(survey(root, TWO_SIDES), FOUR)}

    assert [str(c.path) for c in made[2].changes] == ["left.py"]
    assert made[3].changes == ()
    assert {e.phase for c in made[2].changes for e in c.edits} == {2}


@pytest.mark.parametrize(
    ("phases", "line"),
    [
        (("2",), r"phase 2 needs phase 1 \(base\), which is neither landed nor asked for"),
        (("7",), "there is no phase 7; there are 1 base, 2 left, 3 right, 4 integrations"),
        (("1", "middle"), "there is no phase middle"),
    ],
)
def test_refused(root: Path, phases: tuple[str, ...], line: str) -> None:
    with pytest.raises(MigrationError, match=line):
        steps(survey(root, TWO_SIDES), phases)


def test_a_file_that_has_to_change_and_cannot(root: Path) -> None:
    lay(root, {"left.py": "\x0c" + LEFT})

    with pytest.raises(
        MigrationError, match=r"^left.py: round-trip: .*; it has to be changed, so nothing is"
    ):
        steps(survey(root, TWO_SIDES), FOUR)
    assert len(steps(survey(root, TWO_SIDES), ("1", "3"))) == 2
