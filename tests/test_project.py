"""All that is known of a tree before anything is written, and what refuses it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods import refusals
from codemods.data import MigrationError
from tests.trees import BOXES, HIERARCHY, known

IMPORTS = "from bases import *\nfrom boxes import *\n"
Files = dict[str, "str | bytes"]


def _refused(files: Files) -> str:
    with pytest.raises(MigrationError) as caught:
        known({**HIERARCHY, **files})
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- missing bases ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {
                "low.py": "from bases import Left\nclass New(Left): ...",
                "a.py": "from low import Old\nclass A(Old): ...",
            },
            "Old, imported in a.py:1, is missing from low.py; "
            "it probably became New, --repair adds the old name",
        ),
        (
            {
                "low.py": "from bases import Left\nclass New(Left): ...",
                "a.py": "x = 1\nfrom low import Old as O\nclass A(O): ...",
                "b.py": "from low import Old\nclass B(Old): ...\nclass C(Old): ...",
            },
            "Old, imported in a.py:2 and b.py:1, is missing from low.py; it probably became New, "
            "--repair adds the old name",
        ),
        (
            {"a.py": "from bases import Old\nclass A(Old): ..."},
            "Old, imported in a.py:1, is missing from bases.py",
        ),
        (
            {"pkg/__init__.py": "from bases import Left", "a.py": "from pkg import Old\nclass A(Old): ..."},
            "Old, imported in a.py:1, is missing from pkg/__init__.py",
        ),
    ],
)
def test_refuses_a_missing_base_and_says_what_it_became(files: Files, message: str) -> None:
    assert _refused(files) == message


# --- files that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("class A(:", "it names nothing of the hierarchy"),
        ("class Leftmost(:", "a longer name"),
        ("def f(x_left_box:", "a longer name"),
        (b"\xff", "it names nothing of the hierarchy"),
        (b"\0", "it names nothing of the hierarchy"),
    ],
)
def test_noop_broken_file_of_its_own(source: str | bytes, why: str) -> None:
    found = known({**HIERARCHY, "a.py": source})

    refusals.broken_files(found)

    assert {str(failure.path) for failure in found.failures} <= {"a.py"}, why


@pytest.mark.parametrize(
    ("source", "code", "named"),
    [
        ("class A(Left):\n    def (", "syntax-error: line 2", "Left"),
        ("import bases\ndef (", "syntax-error: line 2", "bases"),
        ("x._left_box = (", "syntax-error: line 1", "_left_box"),
        ("<<<<<<< ours\nLeft()\n", "syntax-error: line 1", "Left"),
        (b"# Left \xff", "undecodable", "Left"),
        (b"# coding: rot13\n# Left", "undecodable", "Left"),
        (b"\xef\xbb\xbf# coding: latin-1\n# Left", "encoding-conflict", "Left"),
        (b"Left()\0", "control-character", "Left"),
        ("Left()\n".encode("utf-16"), "undecodable", "Left"),
    ],
)
def test_refuses_a_broken_file_that_names_the_hierarchy(source: str | bytes, code: str, named: str) -> None:
    found = known({**HIERARCHY, "a.py": source})

    with pytest.raises(MigrationError) as caught:
        refusals.broken_files(found)

    assert str(caught.value).startswith(f"a.py: {code}")
    assert str(caught.value).endswith(f"; it names {named}, so nothing is written")
    assert [str(f.path) for f in found.failures] == ["a.py"]


def test_a_module_whose_name_is_no_utf8() -> None:
    files = {**HIERARCHY, "l\udcff.py": f"{IMPORTS}class Leaf(Left): ...", "a.py": "_left_box = ("}

    with pytest.raises(MigrationError, match=r"it names _left_box, so nothing is written"):
        refusals.broken_files(known(files))


@pytest.mark.parametrize(
    ("path", "source", "why"),
    [
        ("bases.pyi", "VERSION: int", "it declares nothing of the hierarchy"),
        ("boxes.pyi", BOXES, "it declares nothing of the hierarchy"),
        ("leaf.pyi", "from bases import Left\nclass Leaf(Left): ...", "there is no such module"),
    ],
)
def test_noop_stub_of_its_own(path: str, source: str, why: str) -> None:
    refusals.stubs(known({**HIERARCHY, path: source}))


@pytest.mark.parametrize("source", ["class Left: ...", "class Left(:"])
def test_refuses_a_stub_beside_a_module_of_the_hierarchy(source: str) -> None:
    found = known({**HIERARCHY, "bases.pyi": source})

    with pytest.raises(MigrationError, match=r"^bases\.pyi: declares \w+ beside bases\.py; "):
        refusals.stubs(found)


# --- classes with fields -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            "from dataclasses import dataclass\n@dataclass\nclass A(Left):\n    n: int = 0",
            "a field of its own",
        ),
        ("class A(Left):\n    _left_box: Box", "nothing makes fields of it"),
        ("def dataclass(c): ...\n@dataclass\nclass A(Left):\n    _left_box: Box", "another decorator"),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    _left_box: Box", "another class"),
    ],
)
def test_noop_class_without_such_fields(source: str, why: str) -> None:
    refusals.fields(known({**HIERARCHY, "a.py": IMPORTS + source}))


@pytest.mark.parametrize(
    "source",
    [
        "from dataclasses import dataclass\n@dataclass\nclass A(Left):\n    _left_box: Box = None",
        "import dataclasses as d\n@d.dataclass(frozen=True)\nclass A(Left):\n    _left_box: Box = None",
        "import attrs\n@attrs.define\nclass A(Left):\n    _left_box: Box = None",
        "import pydantic\nclass B(Left, pydantic.BaseModel): ...\nclass A(B):\n    _left_box: Box = 1",
    ],
)
def test_refuses_a_field_that_the_constructor_takes(source: str) -> None:
    with pytest.raises(
        MigrationError, match=r"^a\.py:\d: _left_box is a field of A, which its constructor takes"
    ):
        refusals.fields(known({**HIERARCHY, "a.py": IMPORTS + source}))


def test_refuses_a_root_that_would_make_fields() -> None:
    root = "from dataclasses import dataclass\n@dataclass\nclass Root: ..."

    with pytest.raises(MigrationError, match=r"^bases\.py:3: what Root declares are fields, which its"):
        refusals.fields(known({"boxes.py": BOXES, "bases.py": root}))


# --- collisions and bounds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ("class A(Left, Right): ...", "a.py:3: class A joins both sides"),
        ("class A(Left):\n    _box = 1", "a.py:3: class A owns _box already"),
        (
            "class Odd: ...\nclass A(Left):\n    def _make_left_box(self) -> Odd:\n        return Odd()",
            "a.py: class Odd stands for BoxType",
        ),
    ],
)
def test_refuses_collisions_in_one_line(source: str, start: str) -> None:
    assert _refused({"a.py": IMPORTS + source}).startswith(start)


# --- what is known ------------------------------------------------------------------------------


def test_sites_by_path_and_notes() -> None:
    source = "class A(Left):\n    def _make_right_box(self):\n        return 1\ndef f(x):\n    x._left_box\n"

    found = known({**HIERARCHY, "a.py": IMPORTS + source})

    assert [s.name for s in found.by_path[PurePosixPath("a.py")]] == ["_make_right_box", "_left_box"]
    assert [(str(n.path), n.line, n.text) for n in found.notes] == [
        ("a.py", 4, "A is on the left side; _make_right_box stays a helper of its own there"),
        ("a.py", 7, "_left_box: the receiver's class is not known; not changed"),
    ]
    assert found.root == found.index.root
    assert found.modules is found.index.modules
    assert found.failures == ()


def test_reading_twice_finds_the_same() -> None:
    first, second = known(HIERARCHY), known(dict(reversed([*HIERARCHY.items()])))

    assert first.sites == second.sites
    assert first.arguments == second.arguments
    assert [*first.index.members] == [*second.index.members]


MIXIN = f"{IMPORTS}class M:\n    def f(self):\n        return self._left_box\nclass A(M, Left): ...\n"


@pytest.mark.parametrize(
    ("outside", "told"), [("", True), ("class B(M): ...\n", False)], ids=["alone", "shared"]
)
def test_a_mixin_that_changes_says_so_to_those_who_inherit_it_elsewhere(outside: str, told: bool) -> None:
    notes = [
        note for note in known({**HIERARCHY, "user.py": MIXIN + outside}).notes if "elsewhere" in note.text
    ]

    assert [(note.line, note.phase, note.text) for note in notes] == [
        (
            5,
            2,
            "a class elsewhere that inherits M and not Root: its _left_box (_box now) is not seen any more",
        )
    ] * told
