"""Files as they come: encodings, line ends and what LibCST cannot do stay whole or are refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import libcst as cst
import pytest

from codemods import project
from codemods.codemod import Codemod
from codemods.plan import CODEMODS, REMOVAL, plan, prepare
from codemods.source import Source
from tests.helpers import ALL, AROUND, check_change, failures, migrated
from tests.trees import TWO_SIDES, tree

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    # What it holds
    _left_box = None

    def use(self):
        return "\u00e9", self._left_box, "\u00e9", self._left_on

    def _make_left_box(self) -> Box:
        return Box()
"""
AFTER = """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def use(self):
        return "\u00e9", self._box, "\u00e9", self._on

    def _make_box(self) -> Box:
        return Box()
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("    ", "\t"),
        ("    ", "  "),
        ("\n\n\n", "\n\x0c\n"),
        ("        return", "        return "),
    ],
    ids=["CRLF", "tabs", "two blanks", "form feed", "odd blanks"],
)
def test_style_stays(old: str, new: str) -> None:
    check_change(
        {"left.py": LEFT.replace(old, new).encode()},
        {"left.py": AFTER.replace(old, new).encode()},
    )


@pytest.mark.parametrize(
    ("prefix", "encoding"),
    [
        ("# -*- coding: latin-1 -*-\n", "latin-1"),
        ("#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        ("", "utf-8-sig"),
        ("# coding: utf-8\n", "utf-8-sig"),
    ],
    ids=["latin-1", "cp1252", "BOM", "BOM and cookie"],
)
def test_encoding_stays(prefix: str, encoding: str) -> None:
    check_change(
        {"left.py": (prefix + LEFT).encode(encoding)}, {"left.py": (prefix + AFTER).encode(encoding)}
    )


def test_no_newline_at_the_end() -> None:
    check_change({"left.py": LEFT.rstrip("\n").encode()}, {"left.py": AFTER.rstrip("\n").encode()})


def test_line_ends_that_differ() -> None:
    before, after = LEFT.encode().split(b"    def use"), AFTER.encode().split(b"    def use")

    check_change(
        {"left.py": before[0] + b"    def use" + before[1].replace(b"\n", b"\r\n")},
        {"left.py": after[0] + b"    def use" + after[1].replace(b"\n", b"\r\n")},
    )


def test_new_lines_are_like_the_others() -> None:
    before = b"class Root:\r\n\tdef __init__(self):\r\n\t\tself.x = 1"
    after = (
        b"from typing import Generic, Optional\r\n"
        b"\r\n"
        b"from client_types import BoxType\r\n"
        b"from old_names import OldNames\r\n"
        b"\r\n\r\n"
        b"class Root(Generic[BoxType], OldNames):\r\n"
        b"\tdef __init__(self):\r\n"
        b"\t\tself.x = 1\r\n"
        b"\r\n"
        b"\t\tself._box: Optional[BoxType] = None\r\n"
        b"\t\tself._on = False\r\n"
        b"\t\tself._count = False\r\n"
        b"\r\n"
        b"\tdef _make_box(self) -> BoxType:\r\n"
        b"\t\traise NotImplementedError"
    )

    check_change({"root.py": before}, {"root.py": after}, phases=(1,))


DEEP = {
    "brackets": "(" * 199 + "{}" + ")" * 199,
    "operators": "{}" + " + 1" * 2000,
    "signs": "-" * 1200 + "{}",
    "calls": "{}" + "()" * 1200,
    "attributes": "{}" + ".close" * 1200,
    "branches": "1\n    if b:\n        pass\n" + "    elif {}:\n        pass\n" * 1000,
}


@pytest.mark.parametrize("what", DEEP)
def test_code_that_is_nested_deeply(what: str) -> None:
    use = f"from left import Left\n\n\ndef use(b: Left):\n    x = {DEEP[what]}\n"

    check_change(
        {"left.py": LEFT, "use.py": use.replace("{}", "b._left_box")},
        {"use.py": use.replace("{}", "b._box")},
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("\x0c" + LEFT, "round-trip"),
        (LEFT.replace("\n", "\r"), "round-trip"),
        (LEFT.replace("class Left", "class Inner:\n  \\\n  x = 1\n\n\nclass Left"), "parser-limit"),
    ],
    ids=["form feed in the first line", "lone CR", "backslash in an empty line"],
)
def test_files_that_libcst_cannot_do(source: str, code: str) -> None:
    (failure,) = failures({"left.py": source.encode()})

    assert (str(failure.path), failure.code) == ("left.py", code)


USE = "from left import Left\n\n\ndef use(b: Left):\n    {}\n"
PLACES = [
    "return b._left_box , '\u00e9'",
    "print(b._left_box,\n          b._left_on)",
    "b._left_box = b._left_on = f'{b._left_box}'",
    "return getattr(b, '_left_box'), hasattr(b, '\\\n_left_box')",
    "# Left._left_box or b._left_on\n    return b._make_left_box()",
]


@pytest.mark.parametrize("line", PLACES)
def test_names_in_a_file_that_libcst_cannot_do(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"left.py": LEFT, "use.py": USE.format(line)}
    with_libcst = migrated(files)

    monkeypatch.setattr(cst, "parse_module", _parsing_but("def use(b"))

    assert migrated(files) == with_libcst
    assert with_libcst["use.py"] != files["use.py"].encode()


def _parsing_but(text: str) -> Callable[[str], cst.Module]:
    def parse(source: str) -> cst.Module:
        if text in source:
            raise TypeError
        return parse_module(source)

    parse_module = cst.parse_module
    return parse


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (LEFT, "a class of the hierarchy needs more than names"),
        (
            USE.format("del b") + "class M:\n    _left_on = False\nclass N(M, Left): ...\n",
            "so does what it inherits",
        ),
    ],
)
def test_a_class_in_a_file_that_libcst_cannot_do(source: str, why: str) -> None:
    (failure,) = failures({"left.py": LEFT, "odd.py": "\x0c" + source.replace("class Left", "class Odd")})

    assert str(failure) == "odd.py: round-trip: LibCST would not write it back as it is", why


# --- what is gone through --------------------------------------------------------------------------------

TWO = """\
from left import Left


class Two:
    def one(self, b: Left):
        # first
        one = 1
        return b._left_box

    def two(self):
        if two:
            return two


three = 3
"""


def _names_seen(*codemods: type[Codemod]) -> set[str]:
    """The names that codemods come by in ``use.py``."""
    seen = set[str]()

    class Seeing(Codemod):
        def lines(self) -> tuple[int, ...]:
            return (1,)

        def on_visit(self, node: cst.CSTNode) -> bool:
            seen.update([node.value] if isinstance(node, cst.Name) else [])
            return True

    found = project.read(tree({**AROUND, "left.py": LEFT, "use.py": TWO}), TWO_SIDES)
    path = PurePosixPath("use.py")
    assert Source().change(found, path, frozenset(ALL), (*codemods, Seeing)) is None
    return seen


class _AtLine8(Codemod):
    def lines(self) -> tuple[int, ...]:
        return (8,)


def test_a_codemod_that_names_no_lines_sees_all() -> None:
    everything = {node.value for node in _nodes(cst.parse_module(TWO)) if isinstance(node, cst.Name)}

    assert _names_seen(Codemod) == everything
    assert _names_seen(_AtLine8, Codemod) == everything


def test_what_no_codemod_has_to_do_with_is_not_entered() -> None:
    imported = {"left", "Left"}  # in line 1
    assert _names_seen() == imported
    assert _names_seen(_AtLine8) == {*imported, "Two", "one", "self", "b", "_left_box"}


def test_a_comment_above_a_statement_is_part_of_it() -> None:
    class AtLine6(Codemod):
        def lines(self) -> tuple[int, ...]:
            return (6,)

    assert "one" in _names_seen(AtLine6)


def test_codemods_of_a_plan_name_their_lines() -> None:
    """Or every file would be gone through as a whole, for each set of phases."""
    assert not [codemod for codemod in (*CODEMODS, *REMOVAL) if codemod.lines is Codemod.lines]


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def test_a_file_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever sets of phases it changes in; what does not change is not parsed."""
    left = LEFT + "\n    # see _left_on\n"
    files = {**AROUND, "left.py": left, "use.py": TWO, "other.py": "from left import Left\n"}
    parsed: list[str] = []

    def parse(source: str) -> cst.Module:
        parsed.append(source)
        return parse_module(source)

    parse_module = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", parse)
    found, source = project.read(tree(files), TWO_SIDES), Source()
    sets = [frozenset(ALL[:end]) for end in range(1, len(ALL) + 1)]
    prepare(found, sets, source)
    made = [plan(found, phases, source) for phases in sets]

    assert sorted(parsed) == sorted(str(files[path]) for path in ("left.py", "root.py", "use.py"))
    assert len({change for each in made for change in each.changes if str(change.path) == "left.py"}) == 2
