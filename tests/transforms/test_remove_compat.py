"""The end of the layer: the root without it, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from codemods import project
from codemods.data import MigrationError
from codemods.steps import ending
from tests.helpers import AROUND, LEFT, Files, migrated
from tests.trees import ONE_SIDE, TWO_SIDES, tree

ROOT = PurePosixPath("root.py")
LAYER = "old_names.py"
HEAD = """\
from abc import ABC, abstractmethod
from typing import Generic, Optional

from client_types import BoxType
"""
IMPORT = "from old_names import OldNames\n"
BODY = """

class Root(Generic[BoxType], {}ABC):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

{}    def _make_box(self) -> BoxType:
        {}
"""
ABSTRACT = "    @abstractmethod\n", "pass"
CONCRETE = "", "raise NotImplementedError"
AFTER = HEAD + BODY.format("", *ABSTRACT)


def ended(files: Files) -> dict[str, bytes | None]:
    """What changes when the old names end in a tree that is migrated but for these files."""
    every: dict[str, str | bytes] = {**migrated({"left.py": LEFT}), **files}
    found = project.read(tree(every), TWO_SIDES)
    return {str(change.path): change.after for change in ending(found)}


def root(source: str) -> str:
    """The root's file after the end of the old names, with the layer gone."""
    made = ended({"root.py": source})
    assert made.pop(LAYER) is None
    (after,) = made.values()
    assert after is not None
    return after.decode()


# --- what stays -----------------------------------------------------------------------------------


def test_noop_where_there_is_no_layer_any_more() -> None:
    once: dict[str, str | bytes] = {**migrated({"left.py": LEFT}), "root.py": AFTER}
    del once[LAYER]

    assert ending(project.read(tree(once), TWO_SIDES)) == ()


def test_noop_root_that_does_not_inherit_it() -> None:
    assert ended({"root.py": AFTER}) == {LAYER: None}


@pytest.mark.parametrize(
    "factory",
    [
        CONCRETE[1].replace("raise NotImplementedError", "return BoxType()"),
        "raise NotImplementedError('make one')\n\n    @property\n    def other(self): ...",
    ],
    ids=["one that does something", "another method"],
)
def test_noop_methods_that_are_no_bare_factory(factory: str) -> None:
    before = HEAD + IMPORT + BODY.format("OldNames, ", "", factory)

    after = root(before)

    assert after.count("@abstractmethod") == ("other" in factory)


def test_noop_factories_where_a_class_has_none() -> None:
    found = {
        "root.py": HEAD + IMPORT + BODY.format("OldNames, ", *CONCRETE),
        "none.py": "from root import Root\nclass Bare(Root): ...\n",
    }

    made = ended(found)

    assert made["root.py"] == (HEAD + BODY.format("", *CONCRETE)).encode()


def test_noop_imports_that_were_unused_before() -> None:
    assert root("import os\n" + HEAD + IMPORT + BODY.format("OldNames, ", *ABSTRACT)) == "import os\n" + AFTER


# --- what changes ---------------------------------------------------------------------------------


def test_what_the_migration_made_goes_and_the_rest_is_as_it_made_it() -> None:
    made = migrated({"left.py": LEFT})
    found = project.read(tree(made), TWO_SIDES)

    assert {str(c.path): c.after for c in ending(found)} == {"root.py": AFTER.encode(), LAYER: None}


def test_line_ends_and_blanks_are_those_of_the_file() -> None:
    before = (HEAD + IMPORT + BODY.format("OldNames, ", *CONCRETE)).replace("\n", "\r\n")
    after = (HEAD + BODY.format("", ABSTRACT[0], CONCRETE[1])).replace("\n", "\r\n")

    assert root(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Generic[BoxType], OldNames, ABC", "Generic[BoxType], ABC"),
        ("OldNames, Generic[BoxType], ABC", "Generic[BoxType], ABC"),
        ("Generic[BoxType], ABC, OldNames", "Generic[BoxType], ABC"),
        ("Generic[BoxType], ABC, OldNames,", "Generic[BoxType], ABC,"),
        ("Generic[BoxType], OldNames, metaclass=type", "Generic[BoxType], metaclass=type"),
        (
            "\n    Generic[BoxType],\n    OldNames,  # until 2.0\n    ABC,  # it stays\n",
            "\n    Generic[BoxType],\n    ABC,  # it stays\n",
        ),
        ("\n    ABC,\n    OldNames,\n", "\n    ABC,\n"),
        ("Generic[BoxType],\n           OldNames,\n           ABC", "Generic[BoxType],\n           ABC"),
        ("OldNames", None),
    ],
)
def test_bases(before: str, after: str | None) -> None:
    text = HEAD + BODY.format("OldNames, ", *ABSTRACT)
    header = "(Generic[BoxType], OldNames, ABC)"

    made = root(text.replace(header, f"({before})").replace("\n\n\nclass", f"\n{IMPORT}\n\nclass", 1))

    first, _, _ = made.partition(":\n    def __init__")
    assert first.partition("class Root")[2] == (f"({after})" if after is not None else "")


def test_a_comment_that_would_be_lost_is_refused() -> None:
    text = HEAD + IMPORT + BODY.format("OldNames, ", *ABSTRACT)
    bases = "(\n    Generic[BoxType],  # what it is made with\n    OldNames,\n)"

    with pytest.raises(MigrationError, match=r"^root\.py:8: class Root has a comment among its bases; take "):
        root(text.replace("(Generic[BoxType], OldNames, ABC)", bases))


def test_factories_become_abstract_and_the_import_for_it_comes() -> None:
    head = HEAD.replace("ABC, abstractmethod", "ABC")
    before = head + IMPORT + BODY.format("OldNames, ", *CONCRETE).replace("    def _m", "    async def _m")

    after = root(before)

    assert "    @abstractmethod\n    async def _make_box(self) -> BoxType:\n        raise NotImpl" in after
    assert after.startswith(HEAD)


def test_import_goes_though_others_take_everything_from_the_module() -> None:
    made = ended({"all.py": "from root import *\n"})

    assert made == {"root.py": AFTER.encode(), LAYER: None}


@pytest.mark.parametrize("name", ["tests/test_old.py", "GUIDE.md"])
def test_files_of_the_migration_go(name: str) -> None:
    mark = "# classmod: generated -- why" if name.endswith("py") else "<!-- classmod: generated -- why -->"

    made = ended({name: f"{mark}\n\nx = '_left_box'\n", "README.md": f"Put `{mark}` on top.\n"})

    assert made == {"root.py": AFTER.encode(), LAYER: None, name: None}


def test_root_without_an_initializer() -> None:
    pages = {
        "pens.py": "class Pen: ...\nclass Ink: ...\n",
        "page.py": "from abc import ABC\nclass Page(ABC):\n    title = ''\n",
        "leaf.py": "from page import Page\nfrom pens import Ink, Pen\nclass Leaf(Page):\n"
        "    def _make_page_pen(self) -> Pen: ...\n    def _make_page_ink(self) -> Ink: ...\n",
    }
    made = {path: data for path, data in migrated(pages, asked=ONE_SIDE).items() if path not in AROUND}
    found = project.read(tree(made), ONE_SIDE)

    root, layer = sorted(ending(found), key=lambda change: change.after is None)

    assert root.before is not None
    assert root.after == root.before.replace(b"OldNames, ", b"").replace(IMPORT.encode(), b"")
    assert layer.after is None


def test_another_class_name() -> None:
    other = replace(
        TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, class_name="Gone", module="gone")
    )
    found = project.read(tree(migrated({"left.py": LEFT}, asked=other)), other)

    assert {str(c.path): c.after for c in ending(found)} == {"root.py": AFTER.encode(), "gone.py": None}
