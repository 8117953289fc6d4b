"""The layer: a module of its own, and one more base of the root."""

from __future__ import annotations

import ast

import pytest

from codemods.data import MigrationError
from tests.helpers import check_change, check_noop, migrated, planned


def test_class_that_is_not_the_root() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
from left import Left


class Other(Left):
    pass
""",
        },
        "other.py",
    )


# --- what changes ------------------------------------------------------------------------------


def test_base_between_generic_and_the_others() -> None:
    check_change(
        {
            "root.py": """\
import abc


class Shelf: ...


class Root(Shelf, abc.ABC):
    def __init__(self):
        self.started = False
""",
        },
        {
            "root.py": """\
import abc
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Shelf: ...


class Root(Generic[BoxType], OldNames, Shelf, abc.ABC):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


# --- the module -----------------------------------------------------------------------------------

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
"""


def _tables(text: str) -> dict[str, object]:
    """The constants of a layer module that are literals."""
    found: dict[str, object] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            try:
                found[node.target.id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def test_tables_say_what_the_spec_says() -> None:
    text = migrated({"left.py": LEFT})["old_names.py"].decode()

    assert _tables(text) == {
        "HOME": "old_names",
        "FLAG": "_is_left",
        "SIDES": {"left": True, "right": False},
        "BASES": {"left": ("left.Left",), "right": ()},
        "FACTORIES": {"_make_box": {"left": "_make_left_box", "right": "_make_right_box"}},
        "QUIET": (),
        "MESSAGE": "{old} is {new}",
    }


def test_module_is_the_same_for_every_set_of_phases() -> None:
    texts = {migrated({"left.py": LEFT}, phases)["old_names.py"] for phases in [(1,), (1, 3), (1, 2, 3, 4)]}

    assert len(texts) == 1


def test_module_imports_the_standard_library_only() -> None:
    tree = ast.parse(migrated({"left.py": LEFT})["old_names.py"])
    sources = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    sources |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}

    assert sources == {"__future__", "sys", "typing", "warnings"}


def test_mixin_that_serves_others_is_not_warned() -> None:
    files = {
        "left.py": LEFT,
        "opener.py": "class Opener:\n    _left_box = None\n",
        "leaf.py": "from left import Left\nfrom opener import Opener\n\n\nclass Leaf(Left, Opener): ...\n",
        "shelf.py": "from opener import Opener\n\n\nclass Shelf(Opener): ...\n",
    }

    assert _tables(migrated(files)["old_names.py"].decode())["QUIET"] == ("opener",)


def test_module_of_that_name_is_there() -> None:
    with pytest.raises(MigrationError, match=r"^old_names.py is there already"):
        planned({"old_names.py": "x = 1\n"}, phases=(1,))
