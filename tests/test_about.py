"""The reasons for what changes in words: of which class they speak, and how that is known."""

from __future__ import annotations

import pytest

from codemods.about import belongs
from tests.trees import HIERARCHY, assigned, sited

FREE = "; only Left has the old name"
TAKEN = "; the migration takes it for an outdated spelling of _make_left_box or _make_right_box"
OLDER = f"; no code has _build_box{TAKEN}"
NOBODY = "which is no class of the project"
TREE = {**HIERARCHY, "table.py": "class Table: ...\n"}
SHELF = {"shelf.py": "class Shelf:\n    _left_box = 1\n"}


def _reasons(text: str, path: str = "a.md", **more: str) -> list[str]:
    others = {name.replace("_", "."): each for name, each in more.items()}
    files: dict[str, str | bytes] = {**TREE, **others, path: text.encode()}
    found = sited(files, path)
    assert {site.decision for site in found} == {"rename"}
    return list(dict.fromkeys(site.reason for site in found))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("The `_left_box`.", f"the hierarchy{FREE}"),
        ("A Left has a `_left_box`.", "Left, named here"),
        ("`Left._left_box`", "Left, named here"),
        ("```py\ndef f(x: Left): x._left_box\n```", "Left, named here"),
        ("# Of a Left\n\nIt has a `_left_box`.", "Left (named in line 1)"),
        ("# Of a Left\n\n```py\nself._left_box\n```", "Left (named in line 1)"),
        ("# A\n\n`_left_box`\n\n# Left", "the hierarchy, for this page names Left (line 5)"),
        ("# Right\n\n`_left_box`", f"the hierarchy{FREE}"),
        ("`Table._left_box`", f"Table, which has none itself{FREE}"),
        ("`Nobody._left_box`", f"Nobody, {NOBODY}{FREE}"),
        ("# A LeftSet\n\n`LeftSet`: `_left_box`", f"LeftSet (named in line 1), {NOBODY}{FREE}"),
        ("# GitHub\n\n`_left_box`", f"the hierarchy{FREE}"),
        ("`_build_box`", f"the hierarchy{OLDER}"),
    ],
)
def test_documents(text: str, about: str) -> None:
    assert _reasons(text + "\n") == [f"documentation of {about}"]


@pytest.mark.parametrize(
    ("head", "about"),
    [
        ("My(Left)", f"My (line 2), a Left; an example, {NOBODY}"),
        ("Table(Left)", "Table (line 2), a Left"),
        ("My", f"My (line 2), an example: {NOBODY}{FREE}"),
        ("My(Some)", f"My (line 2), an example: neither it nor Some is a class of the project{FREE}"),
        ("Left(Some)", "Left (line 2)"),
        ("Table(Some)", f"Table (line 2){FREE}"),
    ],
)
def test_example_classes(head: str, about: str) -> None:
    text = f"```py\nclass {head}:\n\n    def f(self):\n        return self._left_box\n```\n"

    assert _reasons(text) == [f"documentation of {about}"]


def test_a_name_that_others_have_too_does_not_speak_for_the_hierarchy() -> None:
    (reason,) = _reasons("`_left_box`\n", shelf_py=SHELF["shelf.py"])

    assert reason == "documentation of the hierarchy; no other class that has such a name is named beside it"


def test_every_class_that_has_the_old_name_is_counted() -> None:
    (one,) = _reasons("`_left_count`\n")
    (more,) = _reasons("`_left_box`\n", low_py="from bases import Left\nclass Low(Left): ...\n")

    assert one == "documentation of the hierarchy; no other class has the old name"
    assert more == "documentation of the hierarchy; only Left and other migrated classes have the old name"


def test_a_stale_name_that_code_has_is_not_of_words_only() -> None:
    (reason,) = _reasons("`_build_box`\n", use_py="_build_box = 1\n")

    assert reason == f"documentation of the hierarchy{TAKEN}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("class A(Left):\n    '''_left_box'''", "docstring of A"),
        ("class A(Left):\n    x = 1  # _left_box", "comment in A"),
        ("class A(Left):\n    x = 1\n    # the _left_box", "comment in A"),
        ("class A(Left): ...\n# the _left_box", "comment in the module that defines A"),
        ("x = Left\n# the _left_box", "comment in a module that names Left"),
        ("class A:\n    x = 1  # the _left_box", f"comment in A, which has none itself{FREE}"),
        ("class A:\n    x = 1  # the Left._build_box", f"comment about Left, named here{OLDER}"),
        ("class A(Left):\n    x = 1\n    # self._left_box = 2", "commented-out code in A, where self is one"),
        (
            "class A(Left):\n    x = 1\n    # def f(self):\n    #     '''No.'''\n    #     self._left_box()",
            "commented-out code in A, where self is one",
        ),
        ("class A(Left):\n    x = 1\n    # def _make_left_box(self): ...", "commented-out code in A"),
        ("class A(Left):\n    x = 1\n    # never use self._left_box here", "comment in A"),
        ("class A(Left):\n    x = 1\n    # _left_box", "comment in A"),
        (
            "class A(Left):\n    '''So:\n\n        class My(Left):\n            _left_on = True\n    '''",
            f"docstring of A, in its example My (line 5), {NOBODY}",
        ),
    ],
)
def test_words_in_code(source: str, reason: str) -> None:
    assert _reasons(f"from bases import Left\n{source}\n", "a.py") == [reason]


MIXED = """\
from typing import Protocol
from bases import Left
class Lidded:
    def shut(self): return self._left_box
class Boxed(Protocol):
    _left_box: object
class A(Left, Lidded): ...
class B(A): ...
"""


def test_how_others_belong_to_the_hierarchy() -> None:
    index, roles = assigned({**TREE, "mixed.py": MIXED})
    told = {ref.name: belongs(index, roles, ref) for ref in roles.of}

    assert told["Lidded"] == ", which A inherits"
    assert told["Boxed"] == ", a Protocol that asks for what Left has"
    assert {told["A"], told["B"], told["Left"], told["Root"]} == {""}


def test_reasons_in_code_say_how_the_class_belongs() -> None:
    found = {site.line: site.reason for site in sited({**TREE, "mixed.py": MIXED}, "mixed.py")}

    assert found == {
        4: "receiver is self in Lidded, which A inherits",
        6: "declared in Boxed, a Protocol that asks for what Left has",
    }
