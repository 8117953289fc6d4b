"""Headers: the root becomes generic, every other class gets its arguments, or none."""

from __future__ import annotations

import pytest

from codemods.data import MigrationError
from tests.helpers import AROUND, check_change, check_noop, planned

INIT = """\
    def __init__(self):
        self.started = False
"""
INIT_AFTER = """\
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
"""


def check_root(before: str, after: str) -> None:
    """The imports and the header of the root in phase 1."""
    check_change({"root.py": before + INIT}, {"root.py": after + INIT_AFTER}, phases=(1,))


def test_class_outside_the_hierarchy() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import SmallBox
from root import Root


class Left(Root):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
            "other.py": """\
class Shelf:
    pass


class Left(Shelf):
    _left_box = None
""",
        },
        "other.py",
    )


def test_leaf_below_a_bound_class() -> None:
    """Subscripting a class that is not generic is a TypeError at import."""
    check_noop(
        {
            "left.py": """\
from boxes import SmallBox
from root import Root


class Left(Root):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
            "leaf.py": """\
from left import Left


class Leaf(Left):
    pass
""",
        },
        "leaf.py",
    )


def test_phase_of_the_class_not_asked_for() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import SmallBox
from root import Root


class Left(Root):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
        },
        "left.py",
        phases=(1,),
    )


def test_base_that_is_not_generic_yet() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Small


class Leaf(Small):
    pass
""",
        },
        "leaf.py",
        phases=(1, 4),
    )


# --- what changes ------------------------------------------------------------------------------


def test_root_with_bases() -> None:
    check_root(
        """\
from abc import ABC


class Root(ABC):
""",
        """\
from abc import ABC
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, ABC):
""",
    )


def test_root_without_parentheses() -> None:
    check_root(
        "class Root:\n",
        """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
""",
    )


def test_root_with_empty_parentheses() -> None:
    check_root(
        "class Root():\n",
        """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
""",
    )


def test_root_with_keyword_only() -> None:
    check_root(
        """\
import abc


class Root(metaclass=abc.ABCMeta):
""",
        """\
import abc
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, metaclass=abc.ABCMeta):
""",
    )


def test_root_with_bases_on_lines_of_their_own() -> None:
    check_root(
        """\
from abc import ABC


class Mixin:
    pass


class Root(  # see the guide
    Mixin,
    ABC,
):
""",
        """\
from abc import ABC
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Mixin:
    pass


class Root(  # see the guide
    Generic[BoxType],
    OldNames,
    Mixin,
    ABC,
):
""",
    )


def test_root_with_decorators() -> None:
    check_root(
        """\
import functools
from abc import ABC


@functools.total_ordering
# ordered by name
class Root(ABC):
""",
        """\
import functools
from abc import ABC
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


@functools.total_ordering
# ordered by name
class Root(Generic[BoxType], OldNames, ABC):
""",
    )


def test_root_in_an_if() -> None:
    check_change(
        {
            "root.py": '''\
import sys

if sys.version_info >= (3,):

    class Root:
        """Root."""
''',
        },
        {
            "root.py": '''\
import sys
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames

if sys.version_info >= (3,):

    class Root(Generic[BoxType], OldNames):
        """Root."""

        _box: Optional[BoxType] = None
        _on = False
        _count = False

        def _make_box(self) -> BoxType:
            raise NotImplementedError
''',
        },
        phases=(1,),
    )


def test_bound_by_the_only_type_below() -> None:
    """One type below a class: bound there, and only there."""
    check_change(
        {
            "left.py": """\
from boxes import SmallBox
from root import Root


class Left(Root):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
        },
        {
            "left.py": """\
from boxes import SmallBox
from root import Root


class Left(Root[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()
""",
        },
    )


def test_left_open_for_several_types() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box, SmallBox
from client_types import LeftBoxType
from root import Root


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Any(Left[Box]):
    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_left_open_while_the_leaves_wait() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box, SmallBox
from client_types import LeftBoxType
from root import Root


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        phases=(1, 2),
    )


def test_leaves_before_their_base() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_box(self) -> Box:
        return Box()
""",
        },
        phases=(1, 4),
    )


def test_mixins_and_keywords_stay() -> None:
    check_change(
        {
            "left.py": """\
from boxes import SmallBox
import root as base


class Mixin:
    pass


@property
def nothing(self): ...


class Left(Mixin, base.Root, metaclass=type(base.Root)):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
        },
        {
            "left.py": """\
from boxes import SmallBox
import root as base


class Mixin:
    pass


@property
def nothing(self): ...


class Left(Mixin, base.Root[SmallBox], metaclass=type(base.Root)):
    def _make_box(self) -> SmallBox:
        return SmallBox()
""",
        },
    )


def test_type_known_by_another_name() -> None:
    check_change(
        {
            "left.py": """\
import boxes
from root import Root as Base


class Left(Base):
    def _make_left_box(self) -> "boxes.SmallBox":
        return boxes.SmallBox()
""",
        },
        {
            "left.py": """\
import boxes
from root import Root as Base


class Left(Base[boxes.SmallBox]):
    def _make_box(self) -> "boxes.SmallBox":
        return boxes.SmallBox()
""",
        },
    )


def test_type_imported_for_checking_only() -> None:
    """What only a type checker imported is needed at run time now."""
    check_change(
        {
            "left.py": """\
from __future__ import annotations

from typing import TYPE_CHECKING

from root import Root

if TYPE_CHECKING:
    from boxes import SmallBox


class Left(Root):
    def _make_left_box(self) -> SmallBox:
        from boxes import SmallBox

        return SmallBox()
""",
        },
        {
            "left.py": """\
from __future__ import annotations

from boxes import SmallBox
from root import Root


class Left(Root[SmallBox]):
    def _make_box(self) -> SmallBox:
        from boxes import SmallBox

        return SmallBox()
""",
        },
    )


def test_some_of_what_is_imported_for_checking() -> None:
    check_change(
        {
            "left.py": """\
from __future__ import annotations

from typing import TYPE_CHECKING

from root import Root

if TYPE_CHECKING:
    from boxes import LargeBox, SmallBox


class Left(Root):
    other: LargeBox

    def _make_left_box(self) -> SmallBox:
        return self.box
""",
        },
        {
            "left.py": """\
from __future__ import annotations

from typing import TYPE_CHECKING

from boxes import SmallBox
from root import Root

if TYPE_CHECKING:
    from boxes import LargeBox


class Left(Root[SmallBox]):
    other: LargeBox

    def _make_box(self) -> SmallBox:
        return self.box
""",
        },
    )


def test_type_whose_module_imports_the_class() -> None:
    """A real import would go round in a circle."""
    check_change(
        {
            "left.py": """\
from typing import TYPE_CHECKING

from root import Root

if TYPE_CHECKING:
    from tiny import TinyBox


class Left(Root):
    def _make_left_box(self) -> "TinyBox":
        from tiny import TinyBox

        return TinyBox()
""",
            "tiny.py": """\
from boxes import Box
import left


class TinyBox(Box):
    maker = left
""",
        },
        {
            "left.py": """\
from typing import TYPE_CHECKING

from root import Root

if TYPE_CHECKING:
    from tiny import TinyBox


class Left(Root["TinyBox"]):
    def _make_box(self) -> "TinyBox":
        from tiny import TinyBox

        return TinyBox()
""",
        },
    )


def test_bound_whose_module_imports_the_root() -> None:
    check_change(
        {
            "boxes.py": """\
import root


class Box:
    maker: "root.Root"
""",
        },
        {
            "client_types.py": '''\
"""Type variables of Root, and what stands for them."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from boxes import Box

BoxType = TypeVar("BoxType", bound="Box")
''',
        },
        phases=(1,),
    )


def test_types_that_share_no_more_than_the_bound_of_the_root() -> None:
    check_change(
        {
            "left.py": """\
from boxes import LargeBox, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
""",
        },
        {
            "client_types.py": '''\
"""Type variables of Root, and what stands for them."""

from typing import TypeVar, Union

from boxes import Box, LargeBox, SmallBox

BoxType = TypeVar("BoxType", bound=Box)
LeftBoxType = TypeVar("LeftBoxType", bound=Box)

# What the classes of one side are made with.
LeftBox = Union[SmallBox, LargeBox]
''',
        },
    )


def test_types_of_which_none_has_what_the_class_uses() -> None:
    check_change(
        {
            "left.py": """\
from boxes import LargeBox, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None

    def tick(self):
        return self._left_box.tick()


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Any(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
""",
            "boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def tick(self): ...
    def fold(self): ...

class LargeBox(Box):
    def tick(self): ...
    def lift(self): ...
""",
        },
        {
            "client_types.py": '''\
"""Type variables of Root, and what stands for them."""

from typing import TypeVar, Union

from boxes import Box, LargeBox, SmallBox

BoxType = TypeVar("BoxType", bound=Box)
LeftBoxType = TypeVar("LeftBoxType", bound=Union[SmallBox, LargeBox])

# What the classes of one side are made with.
LeftBox = Union[SmallBox, LargeBox]
''',
        },
    )


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base", ["Generic[T]", "typing.Generic[T]", "Protocol", "typing.Protocol[T]"], ids=lambda base: base
)
def test_root_that_is_generic_already(base: str) -> None:
    head = "import typing\nfrom typing import Generic, Protocol, TypeVar\n\nT = TypeVar('T')\n\n\n"
    files = {"root.py": f"{head}class Root({base}):\n    pass\n"}

    with pytest.raises(MigrationError, match=r"^root.py:7: class Root is generic or a Protocol already"):
        planned(files, phases=(1,))


def test_open_class_that_is_generic_already() -> None:
    files = {
        "left.py": """\
from typing import Generic, TypeVar

from boxes import Box, SmallBox
from root import Root

T = TypeVar("T")


class Left(Root, Generic[T]):
    _left_box = None


class Small(Left[int]):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Other(Left[str]):
    def _make_left_box(self) -> Box:
        return Box()
"""
    }

    with pytest.raises(MigrationError, match=r"^left.py:9: class Left is generic or a Protocol already"):
        planned(files)


def test_both_names_of_the_types_module_are_taken() -> None:
    package = {f"app/{name}": source for name, source in AROUND.items()}
    taken = {"app/__init__.py": "", "app/types.py": "", "app/client_types.py": ""}

    with pytest.raises(MigrationError, match=r"^app/client_types.py is there already"):
        planned({**package, **taken, "root.py": "", "boxes.py": ""}, phases=(1,))
