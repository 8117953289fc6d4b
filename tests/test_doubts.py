"""mypy is asked about receivers whose class nothing else tells, and about no others."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from codemods import doubts, project
from codemods.data import Decision, Site
from codemods.receivers import Answer, Answers
from codemods.scopes import ClassRef
from tests.helpers import AROUND, lay
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


class Other:
    def __init__(self) -> None:
        self._left_box = 1


def lefts() -> dict[str, Left]:
    return {}


def others() -> list[Other]:
    return []


def use(untyped):
    for name, left in lefts().items():
        print(name, left._left_box)
    print([other._left_box for other in others()])
    print(untyped._left_box)
"""
FILES = {**AROUND, "left.py": LEFT, "uses.py": USES}


def uses(root: Path, *, typed: bool) -> dict[int, Site]:
    """The sites of uses.py by line."""
    lay(root, FILES)
    found = project.read(tree(FILES), TWO_SIDES)
    if typed:
        found, notes = doubts.settled(found, root, None)
        assert not notes
    return {site.line: site for site in found.sites if str(site.path) == "uses.py"}


def test_nothing_in_doubt_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("mypy is asked although nothing is in doubt")

    monkeypatch.setattr("codemods.receivers.Oracle.ask", never)
    files = {**AROUND, "left.py": LEFT}
    found = project.read(tree(files), TWO_SIDES)

    assert doubts.settled(found, lay(tmp_path, files), None) == (found, ())


def test_without_types_the_doubts_are_asked_about(tmp_path: Path) -> None:
    found = uses(tmp_path, typed=False)

    assert {line: site.decision for line, site in found.items()} == {
        6: Decision.KEEP,
        19: Decision.ASK,
        20: Decision.ASK,
        21: Decision.ASK,
    }


def test_with_types_only_the_real_doubt_is_left(tmp_path: Path) -> None:
    found = uses(tmp_path, typed=True)

    assert {line: (site.decision, site.reason) for line, site in found.items()} == {
        6: (Decision.KEEP, "class Other is not in the hierarchy"),
        19: (Decision.RENAME, "receiver is Left (mypy)"),
        20: (Decision.KEEP, "class Other is not in the hierarchy"),
        21: (Decision.ASK, "the receiver's class is not known"),
    }


def test_types_only_make_decisions_stronger(tmp_path: Path) -> None:
    without, with_types = uses(tmp_path, typed=False), uses(tmp_path, typed=True)

    changed = {line for line, site in without.items() if site.decision is not with_types[line].decision}
    assert {without[line].decision for line in changed} == {Decision.ASK}


def test_a_tree_mypy_cannot_build_leaves_the_doubts_and_says_so(tmp_path: Path) -> None:
    lay(tmp_path, FILES)
    found = project.read(tree(FILES), TWO_SIDES)

    settled, notes = doubts.settled(found, tmp_path, tmp_path / "no-such-python")

    assert settled.sites == found.sites
    assert [note.text.partition(":")[0] for note in notes] == [
        "mypy was not of help with 3 places whose class is not known"
    ]


def test_a_class_in_a_file_that_does_not_parse_stays_a_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mypy reads newer syntax than the Python that runs us."""
    home = ClassRef(PurePosixPath("newer.py"), "Newer")
    said = Answer(("newer.Newer",), True, (home,))
    monkeypatch.setattr(
        "codemods.receivers.Oracle.ask",
        lambda self, root, snapshot, questions: Answers(
            {(p, *q[:2]): said for p in questions for q in questions[p]}
        ),
    )
    files = {
        **AROUND,
        "left.py": LEFT,
        "newer.py": "from left import Left\n\n\nclass Newer(Left): !\n",
        "uses.py": "from newer import Newer\n\n\nprint(Newer()._left_box)\n",
    }
    found, _ = doubts.settled(project.read(tree(files), TWO_SIDES), lay(tmp_path, files), None)

    (site,) = (site for site in found.sites if str(site.path) == "uses.py")
    assert (site.decision, site.reason) == (Decision.ASK, "Newer is in a file that does not parse")
