"""Factories take their new names where they are defined, overridden, called and named in strings."""

from __future__ import annotations

from tests.helpers import check_change, check_noop


def test_method_of_another_class() -> None:
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
class Shelf:
    def _make_left_box(self):
        return self._make_left_box()
""",
        },
        "other.py",
    )


def test_function_of_its_own() -> None:
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


def _make_left_box():
    return Left()


box = _make_left_box()
""",
        },
        "other.py",
    )


def test_longer_name() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def _make_left_box_again(self):
        return self._make_left_box_twice
""",
        },
        "leaf.py",
    )


def test_key_and_message() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def report(self):
        print("no _make_left_box here")
        return {"_make_left_box": 1}
""",
        },
        "leaf.py",
    )


def test_object_that_is_not_known() -> None:
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
def box_of(thing):
    return thing._make_left_box()
""",
        },
        "other.py",
    )


def test_side_of_another_phase() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "right.py": """\
from boxes import Box
from root import Root


class Right(Root):
    def _make_right_box(self) -> Box:
        return Box()
""",
        },
        "right.py",
        phases=(1, 2),
    )


# --- what changes ------------------------------------------------------------------------------


def test_helper_of_the_other_side() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def _make_right_box(self):
        return None

    def swap(self):
        return self._make_right_box() or self._make_left_box()
""",
        },
        {
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def _make_right_box(self):
        return None

    def swap(self):
        return self._make_right_box() or self._make_box()
""",
        },
    )


def test_definition_with_decorators_and_comments() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


import functools


class Left(Root):
    # Made once
    @functools.lru_cache  # never twice
    async def _make_left_box(  # of any size
        self,
        size: int = 1,
    ) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


import functools


class Left(Root[Box]):
    # Made once
    @functools.lru_cache  # never twice
    async def _make_box(  # of any size
        self,
        size: int = 1,
    ) -> Box:
        return Box()
""",
        },
    )


def test_parameters_aligned_with_the_bracket() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    async def _make_left_box(self, size: int = 1,
                             *, deep: bool = True,  # very
                             # or not
                             **others: int) -> Box:
        return Box(self._make_left_box(size,
                                       deep=self._make_left_box(deep,
                                                                size)),
            not_aligned=1)
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    async def _make_box(self, size: int = 1,
                        *, deep: bool = True,  # very
                        # or not
                        **others: int) -> Box:
        return Box(self._make_box(size,
                                  deep=self._make_box(deep,
                                                      size)),
            not_aligned=1)
""",
        },
    )


def test_override_that_calls_its_base() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def _make_left_box(self):
        make = super()._make_left_box
        return make() or Left._make_left_box(self)
""",
        },
        {
            "leaf.py": """\
from left import Left


class Leaf(Left):
    def _make_box(self):
        make = super()._make_box
        return make() or Left._make_box(self)
""",
        },
    )


def test_factory_stored_by_a_decorator() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    @staticmethod
    def _make_left_box() -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    @staticmethod
    def _make_box() -> Box:
        return Box()
""",
        },
    )


def test_use_in_a_consumer() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "user.py": """\
from left import Left


def box_of(left: Left):
    return left._make_left_box()


class User:
    def __init__(self):
        self.left = Left()

    def box(self):
        return self.left._make_left_box()
""",
        },
        {
            "user.py": """\
from left import Left


def box_of(left: Left):
    return left._make_box()


class User:
    def __init__(self):
        self.left = Left()

    def box(self):
        return self.left._make_box()
""",
        },
    )
