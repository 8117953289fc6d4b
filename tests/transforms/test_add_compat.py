"""The layer: a module of its own, and one more base of the root."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.data import MigrationError
from codemods.process import run
from tests.helpers import check_change, check_noop, lay, migrated, planned
from tests.trees import TWO_SIDES


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


# --- static warnings ---------------------------------------------------------------------------

STATIC = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, static=True))
USES = """\
from boxes import Box
from left import Left
from root import Root


class Redeclares(Left):
    def __init__(self) -> None:
        super().__init__()
        self._left_box: Box | None = None

    def _make_left_box(self) -> Box:
        return Box()


def uses(it: Left, mine: Redeclares) -> None:
    it._left_box
    it._left_box = None
    del it._left_box
    it._make_left_box()
    it._right_on = True
    it._box
    mine._left_box
    mine._make_left_box()
    hasattr(it, "_left_box")
"""


def test_static_layer_is_another_for_type_checkers_only() -> None:
    texts = (migrated({"left.py": LEFT}, asked=asked)["old_names.py"] for asked in (TWO_SIDES, STATIC))
    plain, static = (ast.parse(text) for text in texts)

    assert ast.unparse(plain) != ast.unparse(static)
    assert ast.unparse(_AtRunTime().visit(static)) == ast.unparse(_AtRunTime().visit(plain))


class _AtRunTime(ast.NodeTransformer):
    """Leaves out what only type checkers read."""

    def visit_If(self, node: ast.If) -> list[ast.stmt] | ast.If:
        return node.orelse if ast.unparse(node.test) == "TYPE_CHECKING" else node


def test_mypy_warns_of_uses_and_takes_what_is_not_migrated(tmp_path: Path) -> None:
    files = migrated({"left.py": LEFT}, asked=STATIC)
    lay(
        tmp_path,
        {path: data.decode() for path, data in files.items()} | {"uses.py": USES},
    )
    command = [sys.executable, "-P", "-m", "mypy", "--config-file=", "--cache-dir=cache", "uses.py"]

    said = run([*command, "--enable-error-code=deprecated"], cwd=tmp_path).output

    lines = [line.partition(": ")[0] for line in said.splitlines() if line.endswith("[deprecated]")]
    uses = USES.splitlines()
    told = [uses[int(line.rpartition(":")[2]) - 1].strip() for line in lines]
    # What mypy 2.4 leaves out: what a class declares or overrides itself, and strings.
    assert told == [
        "it._left_box",
        "it._left_box = None",
        "del it._left_box",
        "it._make_left_box()",
        "it._right_on = True",
    ]
    assert "error" not in run(command, cwd=tmp_path).output
