"""The reason of a class header: which factories say what its clients are, and where."""

from __future__ import annotations

import pytest

from codemods.headers import of_header
from codemods.scopes import ClassRef
from tests.trees import HIERARCHY, known

SMALL = "    def _make_left_box(self) -> SmallBox: return SmallBox()\n"
LARGE = "    def _make_left_box(self) -> LargeBox: return LargeBox()\n"
START = "from bases import Left\nfrom boxes import LargeBox, SmallBox\n"
LIDDED = "class Lidded:\n    _left_box: SmallBox\n    def f(self): return self._left_box\n"


def _reason(name: str, files: dict[str, str]) -> str:
    project = known({**HIERARCHY, **files})
    ref = next(ref for ref in project.index.members if ref.name == name)
    ((base, arguments),) = project.arguments.given[ref].items()
    assert isinstance(base, ClassRef)
    return of_header(project, ref, base, arguments).removeprefix(f"type arguments of {name}: ")


def test_a_class_with_a_factory() -> None:
    files = {"a.py": f"{START}class A(Left):\n{SMALL}", "b.py": f"{START}class B(Left):\n{LARGE}"}

    assert _reason("A", files) == "_make_left_box returns SmallBox (line 4)"


def test_a_class_whose_factory_is_above_it_in_another_file() -> None:
    files = {
        "a.py": f"{START}class A(Left):\n{SMALL}",
        "b.py": f"{START}class Making:\n{LARGE}\nclass B(Making, Left): ...\n",
        "c.py": "from a import A\nclass C(A): ...\n",
    }

    assert _reason("B", files) == "_make_left_box returns LargeBox (line 4)"
    assert _reason("Left", files).startswith("keeps LeftBoxType, for its subclasses use different clients: ")


@pytest.mark.parametrize(
    ("leaves", "reason"),
    [
        ({"a.py": "A"}, "below it A (a.py:4) returns SmallBox from _make_left_box"),
        (
            {"a.py": "A", "b.py": "B"},
            "below it A (a.py:4) and B (b.py:4) return SmallBox from _make_left_box",
        ),
        (
            {"a.py": "A", "x/a.py": "B"},
            "below it A (a.py:4) and B (x/a.py:4) return SmallBox from _make_left_box",
        ),
        (
            {"a.py": "A", "b.py": "B", "c.py": "C", "d.py": "D"},
            "below it A (a.py:4), B (b.py:4) and 2 more return SmallBox from _make_left_box",
        ),
        ({"a.py": "A", "tests/test_b.py": "B"}, "below it A (a.py:4) returns SmallBox from _make_left_box"),
    ],
)
def test_a_base_of_classes_that_agree(leaves: dict[str, str], reason: str) -> None:
    files = {path: f"{START}class {name}(Left):\n{SMALL}" for path, name in leaves.items()}

    assert _reason("Left", files) == reason


def test_who_inherits_a_factory_does_not_make_it_again() -> None:
    files = {"a.py": f"{START}class A(Left):\n{SMALL}", "b.py": "from a import A\nclass B(A): ...\n"}

    assert _reason("Left", files) == "below it A (a.py:4) returns SmallBox from _make_left_box"


def test_a_declaration_of_a_mixin() -> None:
    files = {
        "a.py": f"{START}{LIDDED}class A(Left, Lidded): ...\n",
        "b.py": f"{START}class B(Left):\n{LARGE}",
    }

    assert _reason("A", files) == "_left_box names SmallBox (line 4)"


def test_a_base_of_classes_that_differ() -> None:
    files = {
        "a.py": f"{START}class A(Left):\n{SMALL}",
        "b.py": f"{START}class B(Left):\n{LARGE}",
        "c.py": f"{START}class C(Left):\n{LARGE}",
    }

    assert _reason("Left", files) == (
        "keeps LeftBoxType, for its subclasses use different clients: A uses SmallBox; B uses LargeBox"
    )


def test_a_base_without_classes_that_can_be_made() -> None:
    files = {"a.py": "from bases import Left\nclass A(Left): ...\n"}

    assert _reason("A", files) == "it has no subclass, so LeftBoxType stays its type parameter"
    assert _reason("Left", files) == (
        "no class below says what its clients are, so LeftBoxType stays its type parameter"
    )
