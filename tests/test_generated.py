"""Files that a migration has written whole."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods import project
from codemods.generated import is_generated
from tests.helpers import AROUND, LEFT, migrated
from tests.trees import TWO_SIDES, tree

MARK = "# classmod: generated -- why\n"
USES = """\
from left import Left


class Mine(Left):
    def use(self):
        return self._left_box, self._make_left_box()
"""
WORDS = "`_left_box` of Left is old.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", False),
        ('"""It speaks of # classmod: generated."""\n', False),
        ("x = 1  # classmod: generated\n", False),
        ("# classmod: generatedness\n", False),
        ("\n" * 1_000 + MARK, False),
        (MARK, True),
        ('"""What it is."""\n\n' + MARK, True),
        ("<!-- classmod: generated -- why -->\n", True),
    ],
    ids=["empty", "in words", "behind code", "longer word", "far down", "alone", "below words", "markdown"],
)
def test_only_a_comment_of_its_own_near_the_top_says_so(text: str, told: bool) -> None:
    assert is_generated(text.encode()) is told


def test_noop_generated_files_keep_their_old_names() -> None:
    made = {"left.py": LEFT, "test_it.py": MARK + USES, "GUIDE.md": f"<!-- classmod: generated -->\n{WORDS}"}

    after = migrated(made)

    assert {path: after[path].decode() for path in ("test_it.py", "GUIDE.md")} == {
        path: made[path] for path in ("test_it.py", "GUIDE.md")
    }


def test_change_without_the_mark() -> None:
    made = {"left.py": LEFT, "test_it.py": USES, "GUIDE.md": WORDS}

    after = migrated(made)

    assert b"_left" not in after["test_it.py"] + after["GUIDE.md"]


def test_classes_of_a_generated_file_are_in_no_hierarchy_and_its_sites_are_kept() -> None:
    found = project.read(tree({**AROUND, "left.py": LEFT, "test_it.py": MARK + USES}), TWO_SIDES)

    sites = found.by_path[PurePosixPath("test_it.py")]
    assert {(site.decision, site.reason) for site in sites} == {("keep", "written by the migration")}
    assert "Mine" not in {ref.name for ref in found.index.members}
