"""Phase 0: aliases for classes that were renamed in their own module only."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.data import Change, MigrationError
from codemods.repair import mend
from tests.helpers import AROUND
from tests.trees import TWO_SIDES, tree

RENAMED = "from root import Root\n\n\nclass LeftBase(Root):\n    _left_on = False\n"
LEAF = "from left import Left\n\n\nclass Leaf(Left):\n    pass\n"
ALIAS = "Left = LeftBase  # its old name, still imported"


def mended(files: dict[str, str | bytes]) -> tuple[Change, ...]:
    snapshot, changes = mend(tree({**AROUND, **files}), TWO_SIDES)
    assert all(snapshot[change.path] == change.after for change in changes)
    assert mend(snapshot, TWO_SIDES)[1] == ()
    return changes


def test_nothing_is_missing() -> None:
    assert mended({"left.py": RENAMED, "leaf.py": LEAF.replace("Left", "LeftBase")}) == ()


def test_a_missing_name_that_is_no_base() -> None:
    assert mended({"left.py": RENAMED, "user.py": "from left import Gone\n\nGone()\n"}) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RENAMED.encode(), f"{RENAMED}\n\n{ALIAS}\n".encode()),
        (RENAMED.rstrip("\n").encode(), f"{RENAMED}\n\n{ALIAS}\n".encode()),
        (RENAMED.replace("\n", "\r\n").encode(), f"{RENAMED}\n\n{ALIAS}\n".replace("\n", "\r\n").encode()),
        (
            b"# coding: latin-1\n# \xe9\n" + RENAMED.encode(),
            b"# coding: latin-1\n# \xe9\n" + f"{RENAMED}\n\n{ALIAS}\n".encode(),
        ),
    ],
    ids=["plain", "no newline", "CRLF", "latin-1"],
)
def test_alias_at_the_end(before: bytes, after: bytes) -> None:
    (change,) = mended({"left.py": before, "leaf.py": LEAF})

    assert (change.path, change.before, change.after) == (PurePosixPath("left.py"), before, after)
    assert [edit.phase for edit in change.edits] == [0]


def test_alias_once_for_many() -> None:
    (change,) = mended({"left.py": RENAMED, "leaf.py": LEAF, "more.py": LEAF.replace("Leaf", "More")})

    assert change.after is not None
    assert change.after.count(ALIAS.encode()) == 1


def test_one_alias_uncovers_the_next() -> None:
    leaf = "from left import Left\n\n\nclass LeafBase(Left):\n    pass\n"
    below = "from leaf import Leaf\n\n\nclass Below(Leaf):\n    pass\n"

    changes = mended({"left.py": RENAMED, "leaf.py": leaf, "below.py": below})

    assert [str(change.path) for change in changes] == ["leaf.py", "left.py"]


def test_two_classes_it_may_have_become() -> None:
    two = RENAMED + "\n\nclass LeftToo(Root):\n    pass\n"

    with pytest.raises(MigrationError, match=r"^Left, imported in leaf.py:1, is missing from left.py$"):
        mended({"left.py": two, "leaf.py": LEAF})
