"""Sides, parts and phases; collisions and owned names are refused in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codemods.data import MigrationError
from codemods.roles import Roles
from tests.trees import BASES, HIERARCHY, ONE_SIDE, TWO_SIDES, assigned

IMPORTS = "from bases import Root, Left, Right\nfrom boxes import *\n"
MAKES = "    def _make_left_box(self) -> SmallBox:\n        return SmallBox()\n"


def _roles(source: str, path: str = "user.py") -> Roles:
    return assigned({**HIERARCHY, path: IMPORTS + source})[1]


def _role(source: str, name: str, path: str = "user.py") -> str | None:
    """The part, side and phase of a class."""
    found = {ref.name: role for ref, role in _roles(source, path).of.items()}
    role = found.get(name)
    return f"{role.part} {role.side} {role.phase}" if role else None


# --- parts, sides, phases -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "name", "role"),
    [
        ("", "Root", "root None 1"),
        ("", "Left", "base left 2"),
        ("", "Right", "base right 3"),
        ("class A(Left): ...", "A", "base left 2"),
        ("class A(Root): ...", "A", "base None 1"),
        (f"class A(Left):\n{MAKES}", "A", "integration left 4"),
        (f"class A(Left):\n{MAKES}class B(A): ...", "B", "integration left 4"),
        (f"class A(Left):\n{MAKES}    _left_on = False", "A", "base left 2"),
        ("class A(Left):\n    def _make_left_box(self): ...", "A", "base left 2"),
        ("class A(Root):\n    def go(self):\n        self._right_box = 1", "A", "base right 3"),
        (
            "class A(Root):\n    def __init__(self):\n        super().__init__(is_left=True)",
            "A",
            "base left 2",
        ),
    ],
)
def test_part_side_and_phase(source: str, name: str, role: str) -> None:
    assert _role(source, name) == role


@pytest.mark.parametrize("path", ["tests/user.py", "test_user.py", "pkg/test/user.py", "conftest.py"])
def test_classes_of_tests_wait_for_the_phase_of_tests(path: str) -> None:
    assert _role(f"class A(Left):\n{MAKES}", "A", path) == "integration left 5"


def test_one_side_needs_no_name_to_be_told() -> None:
    files = {"page.py": "class Page: ...\nclass Sheet(Page): ...\n"}

    found = {ref.name: f"{r.part} {r.side} {r.phase}" for ref, r in assigned(files, ONE_SIDE)[1].of.items()}

    assert found == {"Page": "root page 1", "Sheet": "base page 2"}


# --- mixins and protocols -----------------------------------------------------------------------

MIXIN = "class M:\n    _left_box: SmallBox\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (MIXIN, "nobody inherits it"),
        (f"{MIXIN}class A(M): ...", "only a class outside inherits it"),
        ("class M:\n    box: Box\nclass A(M, Left): ...", "it names nothing old"),
        (
            "class M:\n    def f(self, other):\n        other._left_box\nclass A(M, Left): ...",
            "of another object",
        ),
        (
            "class M:\n    def f(self):\n        self._right_box\nclass A(M, Left): ...",
            "a name of the other side",
        ),
    ],
)
def test_noop_class_is_no_mixin_of_the_hierarchy(source: str, why: str) -> None:
    assert _role(source, "M") is None, why


@pytest.mark.parametrize(
    "source",
    [
        f"{MIXIN}class A(M, Left): ...",
        f"{MIXIN}class N(M): ...\nclass A(N, Left): ...",
        "class M:\n    def __init__(self):\n        self._left_box = None\nclass A(Left, M): ...",
        "class M:\n    def f(self):\n        return self._left_box\nclass A(M, Left): ...",
        "class M:\n    def _make_left_box(self):\n        return SmallBox()\nclass A(M, Left): ...",
    ],
)
def test_mixin_belongs_to_the_side_that_inherits_it(source: str) -> None:
    assert _role(source, "M") == "mixin left 2"
    assert not _roles(source).shared


@pytest.mark.parametrize(
    "outside", ["class B(M): ...", "class N(M): ...\nclass B(N): ...", "def f():\n    class B(M): ..."]
)
def test_mixin_that_serves_others_is_shared(outside: str) -> None:
    shared = _roles(f"{MIXIN}class A(M, Left): ...\n{outside}").shared

    assert {m.name: {ref.name for ref in others} >= {"B"} for m, others in shared.items()} == {"M": True}


PROTOCOL = "from typing import Protocol\nclass P(Protocol):\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (f"{PROTOCOL}    box: Box", "it asks for nothing old"),
        (f"{PROTOCOL}    _left_box: Box\nclass Other:\n    _left_box = 1", "others have it too"),
        (f"{PROTOCOL}    _left_box: Box\n    _right_box: Box", "no side has all it asks for"),
        ("class P:\n    _left_box: Box", "no Protocol"),
    ],
)
def test_noop_protocol_is_nobodys(source: str, why: str) -> None:
    assert _role(source, "P") is None, why


@pytest.mark.parametrize(
    ("asked", "role"),
    [
        ("_left_box: Box", "protocol left 2"),
        ("_right_box: Box\n    _right_on: bool", "protocol right 3"),
        ("def _make_left_box(self) -> Box: ...", "protocol left 2"),
    ],
)
def test_protocol_belongs_to_the_only_side_that_has_what_it_asks_for(asked: str, role: str) -> None:
    assert _role(f"{PROTOCOL}    {asked}", "P") == role


def test_protocol_beside_a_class_of_the_hierarchy_is_its_own_whatever_others_have() -> None:
    source = f"{PROTOCOL}    _left_box: Box\nclass Other:\n    _left_box = 1\nclass A(Left): ...\n"

    assert _role(source, "P") == "protocol left 2"


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("class A(Left):\n    def _make_right_box(self):\n        return LargeBox()", "a helper of its own"),
        ("class A(Left):\n    def f(self):\n        self._right_box = 1", "written under its old name"),
        ("class A(Right):\n    _left_count: int = 3", "the other side has no such name"),
        (
            "class A(Root):\n    _left_box = None\n    def _make_right_box(self):\n        return 1",
            "a helper",
        ),
    ],
)
def test_noop_name_of_the_other_side_is_no_collision(source: str, why: str) -> None:
    found = _roles(source)

    (note,) = found.notes
    assert "stays a helper of its own there" in note.text, why
    assert note.line > 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "class A(Left):\n    def __init__(self):\n        self._right_box = None",
            "class A has both _left_box and _right_box in its MRO; they cannot both become _box",
        ),
        (
            "class A(Right):\n    _left_on: bool",
            "class A has both _left_on and _right_on in its MRO; they cannot both become _on",
        ),
        (
            "class A(Left):\n    @abstractmethod\n    def _make_right_box(self): ...",
            "class A has both _make_left_box and _make_right_box in its MRO; "
            "they cannot both become _make_box",
        ),
        (
            "class A(Root):\n    _left_box = None\n    _right_box = None",
            "class A has both _left_box and _right_box in its MRO; they cannot both become _box",
        ),
        (
            "class A(Root):\n    def _make_left_box(self):\n        return 1\n"
            "    def _make_right_box(self):\n        return 1",
            "class A has both _make_left_box and _make_right_box in its MRO; "
            "they cannot both become _make_box",
        ),
        (
            "class A(Root):\n    _left_box = None\n    _right_on = False",
            "class A holds names of both sides: _left_box and _right_on",
        ),
        ("class A(Left, Right): ...", "class A joins both sides: Left and Right"),
        (
            "class M:\n    _right_box: LargeBox\nclass A(M, Left): ...",
            "class A has both _left_box and _right_box in its MRO; they cannot both become _box",
        ),
    ],
)
def test_collision(source: str, message: str) -> None:
    with pytest.raises(MigrationError) as caught:
        _roles(source)

    line = 2 + next(i for i, text in enumerate(source.split("\n"), 1) if text.startswith("class A"))
    assert str(caught.value) == f"user.py:{line}: {message}"


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("class A(Left):\n    def f(self):\n        self._box = 1", "A"),
        ("class A(Left):\n    _on: bool", "A"),
        ("class A(Left):\n    def _make_box(self): ...", "A"),
        ("class A(Left):\n    @property\n    def _box(self): ...", "A"),
        ("class M:\n    _left_box: Box\n    _box: Box\nclass A(M, Left): ...", "M"),
        ("class M:\n    def _make_box(self): ...\nclass A(Left, M): ...", "M"),
    ],
)
def test_new_name_that_is_taken(source: str, owner: str) -> None:
    with pytest.raises(
        MigrationError, match=rf"^user.py:\d+: class {owner} owns _\w+ already, which is a new"
    ):
        _roles(source)


@pytest.mark.parametrize(
    ("above", "owner"),
    [
        ("class Above:\n    _box = 1\nclass Root(Above):", "Above"),
        ("class Root(ABC):\n    _on = 1\n", "Root"),
    ],
)
def test_new_name_that_is_taken_above(above: str, owner: str) -> None:
    files = {**HIERARCHY, "bases.py": BASES.replace("class Root(ABC):", above)}

    with pytest.raises(MigrationError, match=rf"^bases.py:\d+: class {owner} owns _"):
        assigned(files)


@pytest.mark.parametrize(
    "source",
    [
        "class B:\n    _box = 1",
        "class A(Left):\n    def f(self):\n        return self._box",
        "def f(x):\n    x._box = 1",
    ],
)
def test_noop_new_name_elsewhere_is_not_taken(source: str) -> None:
    assert not _roles(source).migrated


def test_root_with_all_new_names_is_migrated() -> None:
    new = "    _box = None\n    _on = False\n    _count = 0\n    def _make_box(self): ...\n"
    files = {**HIERARCHY, "bases.py": BASES.replace("class Root(ABC):\n", f"class Root(ABC):\n{new}")}

    assert assigned(files)[1].migrated


# --- abstractness -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "abstract"),
    [
        ("", True),
        (f"class A(Left):\n{MAKES}", True),
        ("class A(Left):\n    def _make_left_box(self):\n        raise NotImplementedError", False),
        ("class A(Root): ...", False),
    ],
)
def test_whether_the_factories_of_the_root_can_be_abstract(source: str, abstract: bool) -> None:
    found = _roles(source)

    assert found.abstract is abstract
    assert abstract or "A has no factory for _make_box" in found.notes[-1].text


@pytest.mark.parametrize(
    ("header", "abstract"),
    [
        ("from abc import ABC\nclass Root(ABC): ...", True),
        ("import abc\nclass Root(abc.ABC): ...", True),
        ("from abc import ABCMeta as M\nclass Root(metaclass=M): ...", True),
        ("from abc import ABC\nclass Above(ABC): ...\nclass Root(Above): ...", True),
        ("class Root: ...", False),
        ("class ABC: ...\nclass Root(ABC): ...", False),
    ],
)
def test_only_an_abc_can_be_abstract(header: str, abstract: bool) -> None:
    source = f"{header}\nclass A(Root):\n    def _make_left_box(self):\n        return 1\n"

    assert assigned({"a.py": source}, replace(TWO_SIDES, attributes=()))[1].abstract is abstract
