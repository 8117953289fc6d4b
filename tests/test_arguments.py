"""Type arguments, worked out from what the factories return (rules 1 to 5 of the type arguments)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from codemods.arguments import Arguments
from codemods.data import MigrationError, TypeParameter
from codemods.index import Index
from codemods.roles import assign
from codemods.scopes import ClassRef
from tests.trees import BOXES, HIERARCHY, ONE_SIDE, TWO_SIDES, indexed, worked_out

IMPORTS = "from typing import *\nfrom bases import *\nfrom boxes import *\nimport boxes\n"


def _makes(name: str, base: str = "Left", returns: str = "SmallBox", side: str = "left") -> str:
    return (
        f"class {name}({base}):\n"
        f"    def _make_{side}_box(self){returns and f' -> {returns}'}:\n        return make()\n"
    )


def _found(source: str, path: str = "user.py", boxes: str = BOXES) -> tuple[Index, Arguments]:
    return worked_out({**HIERARCHY, "boxes.py": boxes, path: IMPORTS + source})


def _headers(source: str, **kwargs: str) -> dict[str, str]:
    """Class -> its bases in the hierarchy with their arguments, but for the root and what stays bare."""
    found, arguments = _found(source, **kwargs)
    return {
        ref.name: ", ".join(_header(base, given) for base, given in arguments.given[ref].items() if given)
        for ref in found.members
        if ref != found.root and any(arguments.given[ref].values())
    }


def _header(base: ClassRef, given: tuple[str | ClassRef, ...]) -> str:
    return f"{base.name}[{', '.join(a if isinstance(a, str) else a.name for a in given)}]"


def _bounds(source: str, **kwargs: str) -> dict[str, str]:
    return {v.name: " | ".join(b.name for b in v.bounds) for v in _found(source, **kwargs)[1].variables}


# --- rule 1: one, several, none -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "headers"),
    [
        ("", {"Left": "Root[LeftBoxType]", "Right": "Root[RightBoxType]"}),
        (_makes("A"), {"Left": "Root[SmallBox]", "Right": "Root[RightBoxType]"}),
        (_makes("A") + _makes("B"), {"Left": "Root[SmallBox]", "Right": "Root[RightBoxType]"}),
        (
            _makes("A") + _makes("B", returns="LargeBox"),
            {
                "Left": "Root[LeftBoxType]",
                "Right": "Root[RightBoxType]",
                "A": "Left[SmallBox]",
                "B": "Left[LargeBox]",
            },
        ),
        (
            "class Mid(Left): ...\n" + _makes("A", "Mid") + _makes("B", returns="LargeBox"),
            {
                "Left": "Root[LeftBoxType]",
                "Right": "Root[RightBoxType]",
                "Mid": "Left[SmallBox]",
                "B": "Left[LargeBox]",
            },
        ),
        (
            "class Mid(Left): ...\n" + _makes("A", "Mid") + _makes("B", "Mid", "LargeBox"),
            {
                "Left": "Root[LeftBoxType]",
                "Right": "Root[RightBoxType]",
                "Mid": "Left[LeftBoxType]",
                "A": "Mid[SmallBox]",
                "B": "Mid[LargeBox]",
            },
        ),
        (
            _makes("A") + _makes("C", returns="LargeBox") + "class Sub(A): ...\nclass Bare(Left): ...\n",
            {
                "Left": "Root[LeftBoxType]",
                "Right": "Root[RightBoxType]",
                "A": "Left[SmallBox]",
                "C": "Left[LargeBox]",
                "Bare": "Left[LeftBoxType]",
            },
        ),
        (
            _makes("A", "Right", "LargeBox", "right"),
            {"Left": "Root[LeftBoxType]", "Right": "Root[LargeBox]"},
        ),
        (
            "class A(Root): ...\n",
            {"Left": "Root[LeftBoxType]", "Right": "Root[RightBoxType]", "A": "Root[BoxType]"},
        ),
    ],
)
def test_one_type_below_a_class_binds_it_and_several_leave_it_open(
    source: str, headers: dict[str, str]
) -> None:
    assert _headers(source) == headers


# --- what a factory returns ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "returns",
    [
        "SmallBox",
        "'SmallBox'",
        "boxes.SmallBox",
        "'boxes.SmallBox'",
        "Optional[SmallBox]",
        "Optional['SmallBox']",
        "'Optional[SmallBox]'",
        "SmallBox | None",
        "None | SmallBox",
        "'SmallBox | None'",
        "Union[SmallBox, None]",
        "SmallBox[int]",
        "Alias",
    ],
)
def test_forms_of_return_annotations(returns: str) -> None:
    source = "from boxes import SmallBox as Alias\n" + _makes("A", returns=returns)

    assert _headers(source)["Left"] == "Root[SmallBox]"


def test_type_checking_import_and_name_of_the_class_body() -> None:
    source = "if TYPE_CHECKING:\n    from boxes import SmallBox as S\nclass A(Left):\n    B = S\n"
    source += "    def _make_left_box(self) -> 'B':\n        return make()\n"

    assert _headers(source)["Left"] == "Root[SmallBox]"


@pytest.mark.parametrize(
    ("source", "note"),
    [
        (_makes("A", returns="Any"), None),
        (_makes("A", returns="None"), None),
        (_makes("A", returns="Elsewhere"), None),
        (_makes("A", returns="'not an annotation'"), None),
        (_makes("A", returns="SmallBox | LargeBox"), "A answers several types: SmallBox and LargeBox"),
    ],
)
def test_noop_type_that_is_not_known_leaves_the_class_open(source: str, note: str | None) -> None:
    assert _headers(source)["Left"] == "Root[LeftBoxType]"
    assert [n.text for n in _found(source)[1].notes] == ([note] if note else [])


def test_factory_without_annotation_returns_what_it_overrides_and_is_noted() -> None:
    source = _makes("A") + _makes("B", "A", "") + _makes("C", returns="")

    assert {n.text for n in _found(source)[1].notes} == {
        "B._make_left_box has no return annotation",
        "C._make_left_box has no return annotation",
    }
    assert _headers(source)["C"] == "Left[Box]"


def test_header_that_has_its_argument_already_binds_it() -> None:
    files = {
        **HIERARCHY,
        "bases.py": HIERARCHY["bases.py"].replace("class Left(Root)", "class Left(Root[Box])"),
    }
    arguments = worked_out({**files, "user.py": IMPORTS + _makes("A", returns="")})[1]

    assert {ref.name: opened for ref, opened in arguments.open.items() if ref.name in ("Left", "A")} == {
        "Left": {},
        "A": {},
    }


@pytest.mark.parametrize("path", ["tests/test_user.py", "conftest.py"])
def test_what_only_a_test_makes_says_nothing_of_the_classes_it_tests(path: str) -> None:
    headers = _headers(_makes("Fake"), path=path)

    assert headers["Left"] == "Root[LeftBoxType]"
    assert headers["Fake"] == "Left[SmallBox]"


def test_test_class_below_a_bound_class_gets_nothing() -> None:
    files = {
        **HIERARCHY,
        "a.py": IMPORTS + _makes("A"),
        "tests/b.py": IMPORTS + _makes("Fake", returns="LargeBox"),
    }

    found, arguments = worked_out(files)

    given = {ref.name: [_header(b, g) for b, g in arguments.given[ref].items()] for ref in found.members}
    assert given["Left"] == ["Root[SmallBox]"]
    assert given["Fake"] == ["Left[]"]


# --- rule 3: mixins -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("below", "left", "mid", "notes"),
    [
        ("", "Root[SmallBox]", None, 0),
        (_makes("A", "Mid"), "Root[SmallBox]", None, 0),
        (_makes("B", returns="LargeBox"), "Root[LeftBoxType]", "Left[SmallBox]", 0),
        (_makes("B", "Mid") + _makes("C", "Mid", "LargeBox"), "Root[LeftBoxType]", "Left[SmallBox]", 1),
    ],
)
def test_mixin_that_declares_the_attribute_binds(below: str, left: str, mid: str | None, notes: int) -> None:
    source = f"class M:\n    _left_box: Optional['SmallBox']\nclass Mid(M, Left): ...\n{below}"

    headers = _headers(source)

    assert (headers["Left"], headers.get("Mid")) == (left, mid)
    assert len(_found(source)[1].notes) == notes


def test_wider_declaration_of_a_mixin_does_not_widen_what_a_factory_says() -> None:
    source = "class M:\n    _left_box: Box\nclass Mid(M, Left): ...\n" + _makes("A", "Mid")

    assert _headers(source)["Left"] == "Root[SmallBox]"


# --- several parameters -------------------------------------------------------------------------

PAGES = """\
class Pen: ...
class Quill(Pen): ...
class Brush(Pen): ...
class Ink: ...
class Red(Ink): ...
class Page: ...
class Sheet(Page): ...
class A(Sheet):
    def _make_page_pen(self) -> Quill:
        return Quill()
    def _make_page_ink(self) -> Red:
        return Red()
class B(Sheet):
    def _make_page_pen(self) -> Brush:
        return Brush()
    def _make_page_ink(self) -> Red:
        return Red()
"""


def test_only_one_of_two_parameters_is_bound() -> None:
    found, arguments = worked_out({"page.py": PAGES}, ONE_SIDE)

    headers = [_header(b, g) for ref in found.members for b, g in arguments.given[ref].items()]
    assert headers == ["Page[PagePenType, Red]", "Sheet[Quill]", "Sheet[Brush]"]
    assert [f"{v.name} {v.bounds[0].name}" for v in arguments.variables] == [
        "PenType Pen",
        "PagePenType Pen",
        "InkType Ink",
    ]
    assert [f"{u.name} {[m.name for m in u.members]}" for u in arguments.unions] == [
        "PagePen ['Quill', 'Brush']",
        "PageInk ['Red']",
    ]
    assert {ref.name: name for ref, name in arguments.clients.items()} == {
        "Quill": "PenType",
        "Brush": "PenType",
        "Red": "InkType",
    }


def test_class_of_two_parents_gives_each_what_it_leaves_open() -> None:
    source = "class One(Left): ...\nclass Two(Left): ...\nclass Both(One, Two):\n"
    source += "    def _make_left_box(self) -> SmallBox:\n        return make()\n" + _makes(
        "C", "One", "LargeBox"
    )

    assert _headers(source)["Both"] == "One[SmallBox]"
    assert _headers(source)["Two"] == "Left[SmallBox]"


# --- rule 2: bounds -----------------------------------------------------------------------------

SHARED = BOXES.replace(
    "class SmallBox(Box)", "class Nested(Box):\n    def nest(self): ...\n\nclass SmallBox(Nested)"
).replace("class LargeBox(Box)", "class LargeBox(Nested)")
BOTH = _makes("A") + _makes("B", returns="LargeBox")
USER = "class Mid(Left):\n    def f(self):\n        self._left_box.{}()\n" + BOTH.replace("(Left)", "(Mid)")


@pytest.mark.parametrize(
    ("source", "boxes", "bound"),
    [
        ("", BOXES, "Box"),
        (BOTH, BOXES, "Box"),
        (BOTH, SHARED, "Nested"),
        (USER.format("nest"), SHARED, "Nested"),
        (USER.format("open"), SHARED, "Nested"),
        (USER.format("nowhere"), SHARED, "Nested"),  # an error today, and no reason for a union
        (USER.format("fold"), SHARED, "Nested"),  # only one of them has it
        (
            USER.format("shut"),
            BOXES.replace("def fold", "def shut").replace("def lift", "def shut"),
            "SmallBox | LargeBox",
        ),
        (BOTH, BOXES.replace("LargeBox(Box)", "LargeBox(SmallBox)"), "SmallBox"),
        (BOTH, "class Sized: ...\n" + BOXES.replace("Box(Box)", "Box(Sized, Box)"), "Box"),
    ],
)
def test_bound_is_the_nearest_shared_class_that_has_what_is_used(source: str, boxes: str, bound: str) -> None:
    assert _bounds(source, boxes=boxes) == {"BoxType": "Box", "LeftBoxType": bound, "RightBoxType": "Box"}


def test_variable_nobody_uses_is_not_made() -> None:
    assert _bounds(_makes("A")) == {"BoxType": "Box", "RightBoxType": "Box"}


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ("class Small: ...", "the bound Box of BoxType must be one class; found nowhere"),
        (
            BOXES.replace("SmallBox(Box)", "SmallBox"),
            "boxes.py: class SmallBox stands for BoxType but does not descend from its bound Box",
        ),
    ],
)
def test_refuses_a_bound_that_is_missing_or_no_ancestor(boxes: str, message: str) -> None:
    with pytest.raises(MigrationError) as caught:
        _found(_makes("A"), boxes=boxes)

    assert str(caught.value) == message


def test_refuses_a_type_that_is_no_descendant_where_it_stands_with_others() -> None:
    with pytest.raises(
        MigrationError, match=r"^boxes.py: class SmallBox stands for BoxType but does not descend"
    ):
        _found(BOTH, boxes=BOXES.replace("SmallBox(Box)", "SmallBox"))


def test_noop_stranger_that_only_a_test_makes_is_not_refused() -> None:
    assert _bounds("class Fake: ...\n" + _makes("A", returns="Fake"), path="tests/a.py")["BoxType"] == "Box"


TWO_BOUNDS = {**HIERARCHY, "other.py": "class Box: ...", "user.py": IMPORTS}


def test_refuses_an_ambiguous_bound() -> None:
    with pytest.raises(MigrationError) as caught:
        worked_out(TWO_BOUNDS)

    assert str(caught.value) == "the bound Box of BoxType must be one class; found boxes.py and other.py"


def test_bound_that_the_types_descend_from_or_that_is_dotted_is_not_ambiguous() -> None:
    parameter = TypeParameter("BoxType", "other.Box", *(TWO_SIDES.type_parameters[0].variables,) * 2)

    found, arguments = worked_out({**TWO_BOUNDS, "user.py": IMPORTS + _makes("A")})
    _, dotted = worked_out(TWO_BOUNDS, replace(TWO_SIDES, type_parameters=(parameter,)))

    assert arguments.variables[0].bounds == (ClassRef(PurePosixPath("boxes.py"), "Box"),)
    assert dotted.variables[0].bounds == (ClassRef(PurePosixPath("other.py"), "Box"),)
    assert found.root.name == "Root"


def test_stub_beside_its_module_is_no_second_bound() -> None:
    found = _found("", boxes=BOXES)[1]
    with_stub = worked_out({**HIERARCHY, "boxes.pyi": BOXES})[1]

    assert with_stub.variables == found.variables


# --- sets of phases -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phases", "headers"),
    [
        ({1}, []),
        ({1, 2}, ["Root[LeftBoxType]"]),
        ({1, 4}, []),
        ({1, 2, 4}, ["Root[LeftBoxType]", "Left[SmallBox]", "Left[LargeBox]"]),
    ],
)
def test_header_waits_until_its_base_is_generic(phases: set[int], headers: list[str]) -> None:
    found = indexed({**HIERARCHY, "user.py": IMPORTS + BOTH})
    parts = assign(found, TWO_SIDES)
    arguments = worked_out({**HIERARCHY, "user.py": IMPORTS + BOTH})[1]

    given = [
        arguments.header(ref, parts, frozenset(phases))
        for ref in found.members
        if ref.name in ("Left", "A", "B")
    ]

    assert [_header(b, g) for bases in given for b, g in bases.items()] == headers
