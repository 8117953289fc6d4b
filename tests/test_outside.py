"""What lies outside of a tree is known again only as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.outside import outside
from tests.helpers import lay


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "beside", {"told.py": "x = 1\n", "other/more.py": "y = 1\n"})


CHANGES: dict[str, Callable[[Path], object]] = {
    "another size": lambda root: (root / "told.py").write_text("x = 12\n"),
    "another time": lambda root: os.utime(root / "told.py", (1, 1)),
    "a file goes": lambda root: (root / "told.py").unlink(),
    "a file comes": lambda root: (root / "missing.py").touch(),
    "another file comes beside it": lambda root: (root / "new.py").touch(),
    "a folder comes": lambda root: (root / "later").mkdir(),
    "a file goes beside it": lambda root: (root / "other" / "more.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(root: Path, change: Callable[[Path], object]) -> None:
    files = [str(root / name) for name in ("told.py", "missing.py")]
    found = outside(files, [str(root / name) for name in (".", "other", "later")])
    assert found.is_as_it_was()
    change(root)
    assert not found.is_as_it_was()


def test_what_running_leaves_behind_is_no_change(root: Path) -> None:
    found = outside([], [str(root)])
    (root / "__pycache__").mkdir()
    (root / ".cache").mkdir()
    assert found.is_as_it_was()


def test_what_two_have_read_is_one(root: Path) -> None:
    both = outside([str(root / "told.py")], []) + outside([], [str(root)])
    assert both.is_as_it_was()
    (root / "new.py").touch()
    assert not both.is_as_it_was()


def test_files_of_later(root: Path) -> None:
    os.utime(root / "told.py", ns=(5, 5))
    found = outside([str(root / "told.py"), str(root / "missing.py")], [])
    assert found.is_older_than(6)
    assert not found.is_older_than(5)
