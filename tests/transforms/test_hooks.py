"""Where the root declares: never behind what gives an attribute its value in a class below."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from tests.helpers import LEFT, lay, migrated
from tests.trees import BOXES

HEAD = "from abc import ABC\n\n\nclass Root(ABC):\n    def __init__(self):\n"
SETS = "\n    def begin(self):\n        self._left_box = Box()\n"
NAMED = HEAD + '        self.first = 1\n        self.{}\n        self.name = "root"\n\n'
HOOK = "    def {}(self): ...\n"


def declared_before(
    root: str, left: str, first: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The attributes stand before this line; the objects have their box before and after."""
    files: dict[str, str | bytes] = {"boxes.py": BOXES, "root.py": root, "left.py": left}
    after = migrated(files)
    lines = [line.strip() for line in after["root.py"].decode().splitlines()]
    assert lines.index("self._box: Optional[BoxType] = None") < lines.index(first)
    for name, attribute, tree in (("before", "_left_box", files), ("after", "_box", after)):
        monkeypatch.syspath_prepend(lay(tmp_path / name, tree))
        left_module = importlib.import_module("left")
        assert isinstance(getattr(left_module.Left(), attribute), left_module.Box), name
        for module in {Path(path).stem for path in tree}:
            sys.modules.pop(module, None)


def test_method_that_sets_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = NAMED.format("begin()") + HOOK.format("begin")
    declared_before(root, LEFT + SETS, "self.begin()", monkeypatch, tmp_path)


def test_method_that_calls_one_that_sets_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = NAMED.format("start()") + "    def start(self):\n        self.begin()\n\n" + HOOK.format("begin")
    declared_before(root, LEFT + SETS, "self.start()", monkeypatch, tmp_path)


def test_value_that_comes_by_such_a_method(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = NAMED.format("begun = self.begin()") + HOOK.format("begin")
    declared_before(root, LEFT + SETS, "self.begun = self.begin()", monkeypatch, tmp_path)


def test_object_that_is_given_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    start = "def start(it):\n    it.begin()\n\n\n"
    root = start + NAMED.replace("self.{}", "start(self)") + HOOK.format("begin")
    declared_before(root, LEFT + SETS, "start(self)", monkeypatch, tmp_path)


def test_class_above_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    above = "class Above:\n    def __init__(self):\n        self.begin()\n\n    def begin(self): ...\n\n\n"
    root = above + HEAD.replace("ABC)", "Above, ABC)") + "        super().__init__()\n        self.name = 1\n"
    declared_before(root, LEFT + SETS, "super().__init__()", monkeypatch, tmp_path)


@pytest.mark.parametrize(
    "sets",
    [
        pytest.param("", id="nobody"),
        pytest.param(SETS.replace("begin", "connect"), id="a method that is not called"),
        pytest.param(SETS.replace("_left_box", "_left_thing"), id="something else"),
        pytest.param(SETS.replace("self._left_box = Box()", "return self._left_box"), id="read only"),
    ],
)
def test_nothing_is_set(sets: str) -> None:
    """The attributes come after those that the root has."""
    root = NAMED.format("begin()") + HOOK.format("begin")
    after = migrated({"root.py": root, "left.py": LEFT + sets})["root.py"].decode()
    assert after.index('self.name = "root"') < after.index("self._box: ")
