"""What is written into a project's tests, where, and in whose style."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods import project
from codemods.choice import Item, Kind
from codemods.data import MigrationError, Spec
from codemods.generated import is_generated
from codemods.leaving import left_out
from codemods.plan import plan
from codemods.verify import Proof
from codemods.written import text_of_tests
from tests.helpers import ALL, AROUND, LEFT, Files, lay, migrated, planned
from tests.test_fixtures import CEX, found
from tests.trees import TWO_SIDES, tree

TESTED: Spec = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, tests="test_old_names"))
LEFT_TEST = "from left import Left\n\n\ndef test_left():\n    assert Left()._make_left_box()\n"
OTHER_TEST = "def test_nothing():\n    assert True\n"
TREE: Files = {"left.py": LEFT, "tests/test_left.py": LEFT_TEST}
PATH = "tests/test_old_names.py"
UNITTEST = """\
import unittest

from left import Left


class LeftTest(unittest.TestCase):
    def test_left(self):
        self.assertTrue(Left()._make_left_box())
"""
SLOTS = """\
from boxes import Box
from root import Root


class Slotted(Root):
    __slots__ = ("_size",)

    def __new__(cls, size):
        raise RuntimeError("only at work")

    def __init__(self, size, *, colour):
        super().__init__()
        raise RuntimeError(colour)

    def _make_left_box(self, lid=None) -> Box:
        return Box()
"""


def _added(files: Files, asked: Spec = TESTED, phases: tuple[int, ...] = ALL) -> list[str]:
    before, made = planned(files, phases, asked)
    return [str(c.path) for c in made.changes if c.path not in before and "test" in c.path.name]


def _ran(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-W", "error::DeprecationWarning", "-m", *command]
    return subprocess.run(given, cwd=root, capture_output=True, text=True, timeout=120, check=False)


# --- whether --------------------------------------------------------------------------------------


def test_noop_where_none_are_asked_for() -> None:
    assert _added(TREE, TWO_SIDES) == []


def test_noop_without_the_phase_of_tests() -> None:
    assert _added(TREE, phases=(1, 2, 3, 4, 6)) == []


@pytest.mark.parametrize(
    "tests",
    [{}, {"tests/test_left.py": f"import sys\nsys.path.insert(0, '.')\n{LEFT_TEST}"}],
    ids=["none", "paths"],
)
def test_noop_in_a_tree_without_tests_that_can_be_followed(tests: Files) -> None:
    _, made = planned({"left.py": LEFT, **tests}, asked=TESTED)

    assert PurePosixPath(PATH) not in {change.path for change in made.changes}
    assert "no tests are written: the tree has none of its own, or each of them sets sys.path itself" in [
        n.text for n in made.notes
    ]


def test_noop_where_a_person_does_not_want_them() -> None:
    found = project.read(tree({**AROUND, **TREE}), TESTED)
    refused = left_out(found, frozenset({Item(Kind.TESTS, PurePosixPath(PATH))}))

    made = plan(refused, frozenset(ALL))

    assert PurePosixPath(PATH) not in {change.path for change in made.changes}
    Proof(refused).check(frozenset(ALL), made.changes)


def test_noop_where_they_have_been_written_already() -> None:
    kept = "# classmod: generated -- why\n"

    assert migrated({**TREE, PATH: kept}, asked=TESTED)[PATH] == kept.encode()
    assert _added({**TREE, "checks/tests/test_old_names.py": kept}) == []


def test_other_file_of_the_name_is_never_written_over() -> None:
    for path in (PATH, "checks/test_old_names.py"):
        with pytest.raises(MigrationError) as caught:
            planned({**TREE, path: OTHER_TEST}, asked=TESTED)
        assert str(caught.value) == f"{path} is there already; name another compatibility.tests in the spec"


# --- where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tests", "place"),
    [
        ({"tests/test_left.py": LEFT_TEST}, "tests"),
        ({"tests/a/test_left.py": LEFT_TEST, "tests/test_other.py": OTHER_TEST}, "tests/a"),
        ({"tests/a/test_left.py": LEFT_TEST, "tests/b/test_left2.py": LEFT_TEST}, "tests"),
        ({"tests/a/test_other.py": OTHER_TEST}, "tests/a"),
        ({"x/test_left.py": LEFT_TEST, "y/test_l.py": LEFT_TEST, "y/test_m.py": LEFT_TEST}, "y"),
    ],
    ids=["one", "nearest", "common", "of something else", "beside the code"],
)
def test_place_is_beside_the_tests_of_the_hierarchy(tests: dict[str, str], place: str) -> None:
    assert _added({"left.py": LEFT, **tests}) == [f"{place}/test_old_names.py"]


# --- what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("phases", [(1, 5), (1, 2, 5), (1, 4, 5), ALL], ids=str)
@pytest.mark.parametrize(
    ("test", "command"),
    [(LEFT_TEST, ["pytest", "-q", "-p", "no:cacheprovider"]), (UNITTEST, ["unittest", "-q"])],
    ids=["pytest", "unittest"],
)
def test_they_pass_in_the_style_of_the_others(
    tmp_path: Path, test: str, command: list[str], phases: tuple[int, ...]
) -> None:
    made = migrated(
        {"left.py": SLOTS + LEFT[LEFT.index("class") :], "tests/test_left.py": test}, phases, TESTED
    )
    root = lay(tmp_path, {**made, "tests/__init__.py": ""})

    finished = _ran(
        root, *command, "tests/test_old_names.py" if "pytest" in command else "tests.test_old_names"
    )

    assert is_generated(made[PATH])
    assert (b"import pytest" in made[PATH]) is ("pytest" in command)
    if 4 in phases:  # before, a class that defines a factory by its old name is warned of as it is imported
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert "skipped" not in finished.stdout + finished.stderr
    else:
        assert "DeprecationWarning: _make_left_box" in finished.stdout + finished.stderr


def test_two_classes_of_one_name_are_told_apart() -> None:
    files = {
        "a/left.py": LEFT,
        "b/left.py": LEFT,
        "tests/test_left.py": LEFT_TEST.replace("left", "a.left", 1),
    }
    files |= {"root.py": "", "boxes.py": "", "a/__init__.py": "", "b/__init__.py": ""}

    assert _added({**files, **AROUND}) == [PATH]


# --- again ----------------------------------------------------------------------------------------


def test_they_are_the_same_of_the_tree_before_and_after() -> None:
    phases = frozenset(CEX.complete)
    before = found(CEX).project
    after = plan(before, phases).after(before.snapshot)

    assert text_of_tests(project.read(after, CEX.spec), phases) == text_of_tests(before, phases)
