"""Uses of old attributes, in code and in strings that certainly name one, get the new name."""

from __future__ import annotations

from tests.helpers import check_change, check_noop


def test_attribute_of_another_class() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
class Shelf:
    def __init__(self):
        self._left_box = 1
        self._left_on = hasattr(self, "_left_box")
""",
        },
        "other.py",
    )


def test_variable_parameter_and_keyword() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
_left_box = 1


def close(_left_box, _left_on=False):
    return dict(_left_box=_left_box)
""",
        },
        "other.py",
    )


def test_keys_and_messages() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
from left import Left


def close(left: Left):
    state = {"_left_box": 1}
    print(f"_left_box of {left}", state["_left_box"])
    raise ValueError("no _left_box")
""",
        },
        "other.py",
    )


def test_comments_and_docstrings() -> None:
    """They are documentation, which is a later phase."""
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": '''\
"""Knows about _left_box."""

from left import Left

# left._left_box = None
left = Left()
''',
        },
        "other.py",
        phases=(1, 2, 3, 4, 5),
    )


def test_object_that_is_not_known() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
def close(thing):
    thing._left_box = None
    return getattr(thing, "_left_on")
""",
        },
        "other.py",
    )


def test_name_of_the_other_side() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def peek(self):
        return self._right_box
""",
        },
        "leaf.py",
    )


def test_tests_which_are_a_later_phase() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "tests/test_left.py": """\
from unittest.mock import patch

from left import Left


def test_left():
    with patch.object(Left(), "_left_box"):
        Left()._left_on = True
""",
        },
        "tests/test_left.py",
        phases=(1, 2, 3, 4, 6),
    )


# --- what changes ------------------------------------------------------------------------------


def test_reads_writes_and_deletes() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self):
        if self._left_box is None or not self._left_on:
            self._left_box, self._left_on = Box(), True
        self._left_count += 1
        self._left_box.open()
        for self._left_box in [Box()]:
            del self._left_box
        return [b for b in self._left_box], lambda: self._left_box

    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self):
        if self._box is None or not self._on:
            self._box, self._on = Box(), True
        self._count += 1
        self._box.open()
        for self._box in [Box()]:
            del self._box
        return [b for b in self._box], lambda: self._box

    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_names_in_strings_that_are_attributes() -> None:
    check_change(
        {
            "left.py": '''\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self, name):
        if hasattr(self, "_left_box") and getattr(self, '_left_on', None):
            setattr(self, """_left_on""", u"_left_on")
            delattr(self, "_left_box")
        return getattr(self, name), "_left_box"

    def _make_left_box(self) -> Box:
        return Box()
''',
        },
        {
            "left.py": '''\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self, name):
        if hasattr(self, "_box") and getattr(self, '_on', None):
            setattr(self, """_on""", u"_left_on")
            delattr(self, "_box")
        return getattr(self, name), "_left_box"

    def _make_box(self) -> Box:
        return Box()
''',
        },
    )


def test_names_in_formatted_strings() -> None:
    """What ``=`` prints follows the name."""
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self):
        return f"{self._left_box=} {self._left_on!r:>{self._left_count}} _left_box {'_left_on'}"

    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self):
        return f"{self._box=} {self._on!r:>{self._count}} _left_box {'_left_on'}"

    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_patches_in_code_that_is_no_test() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self):
        from unittest import mock

        with mock.patch.object(self, "_left_box"), mock.patch("left.Left._left_on", True):
            pass

    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self):
        from unittest import mock

        with mock.patch.object(self, "_box"), mock.patch("left.Left._on", True):
            pass

    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_lines_aligned_with_a_bracket() -> None:
    check_change(
        {
            "left.py": '''\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self):
        self._left_box.open(1,
                            # a comment
                            two=2, three=self._left_box.open(3,
                                                             4))
        return (self._left_box and
                self._left_on), self._left_box.open(
            5,
        ), """self._left_box.open(
                            6)"""

    def _make_left_box(self) -> Box:
        return Box()
''',
        },
        {
            "left.py": '''\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self):
        self._box.open(1,
                       # a comment
                       two=2, three=self._box.open(3,
                                                   4))
        return (self._box and
                self._on), self._box.open(
            5,
        ), """self._left_box.open(
                            6)"""

    def _make_box(self) -> Box:
        return Box()
''',
        },
    )


def test_annotation_of_a_class_that_is_bound() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def use(self):
        self._left_box: Box = Box()

    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    def __init__(self, box=None):
        super().__init__()
        self._box = box

    def use(self):
        self._box: Box = Box()

    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_annotation_of_a_class_that_stays_open() -> None:
    """A concrete type would contradict the type variable that the root declares."""
    check_change(
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box : "Box"  =  box; self._left_on: bool = bool(box)


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
        },
        {
            "left.py": """\
from boxes import Box, SmallBox
from client_types import LeftBoxType
from root import Root


class Left(Root[LeftBoxType]):
    def __init__(self, box=None):
        super().__init__()
        self._box  =  box; self._on: bool = bool(box)


class Leaf(Left[Box]):
    def _make_box(self) -> Box:
        return Box()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()
""",
        },
    )


def test_annotation_of_a_mixin() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()
""",
            "mixin.py": """\
from __future__ import annotations

from boxes import Box


class Opener:
    _left_box: Box | None

    def open(self):
        return hasattr(self, "_left_box") and self._left_box.open()
""",
            "leaf.py": """\
from left import Left
from mixin import Opener


class Leaf(Opener, Left):
    pass
""",
        },
        {
            "mixin.py": """\
from __future__ import annotations

from boxes import Box


class Opener:
    _box: Box | None

    def open(self):
        return hasattr(self, "_box") and self._box.open()
""",
        },
    )
