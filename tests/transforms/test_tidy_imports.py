"""Imports: what is needed is added in its place, what the migration left unused goes, all else stays."""

from __future__ import annotations

import pytest

from codemods.data import MigrationError
from tests.helpers import Files, check_change, check_noop, planned

LEFT = """\


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box: Optional[Box] = None

    def _make_left_box(self) -> SmallBox:
        return SmallBox()
"""
LEFT_AFTER = """\


class Left(Root[SmallBox]):
    def __init__(self, box=None):
        super().__init__()

    def _make_box(self) -> SmallBox:
        return SmallBox()
"""
OPEN = """\


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Large(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
"""
OPEN_AFTER = """\


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Large(Left[LargeBox]):
    def _make_box(self) -> LargeBox:
        return LargeBox()
"""
ROOT = """\
class Root:
    def __init__(self):
        self.started = False
"""
ROOT_AFTER = """\
class Root(Generic[BoxType], OldNames):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
"""


def check_left(before: str, after: str, others: Files | None = None) -> None:
    """The imports of a file that uses ``Optional`` and ``Box`` before and only ``SmallBox`` after."""
    check_change({"left.py": before + LEFT, **(others or {})}, {"left.py": after + LEFT_AFTER})


def check_open(before: str, after: str) -> None:
    """The imports of a file that needs a type variable after."""
    check_change({"left.py": before + OPEN}, {"left.py": after + OPEN_AFTER})


def check_root(before: str, after: str) -> None:
    """The imports of the root's file, which are many after."""
    check_change({"root.py": before + ROOT}, {"root.py": after + ROOT_AFTER}, phases=(1,))


def test_file_without_a_class_of_the_hierarchy() -> None:
    check_noop(
        {
            "left.py": """\
from typing import Optional
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box: Optional[Box] = None

    def _make_left_box(self) -> SmallBox:
        return SmallBox()
""",
            "other.py": """\
from typing import Optional
from boxes import Box
from left import Left
""",
        },
        "other.py",
    )


# --- what changes ------------------------------------------------------------------------------


def test_unused_names_go() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        """\
from boxes import SmallBox
from root import Root
""",
    )


def test_unused_before_stays() -> None:
    """Only what the migration itself made unused goes."""
    check_left(
        """\
import os
from typing import Any, Optional

from boxes import Box, LargeBox, SmallBox
from root import Root
""",
        """\
import os
from typing import Any

from boxes import LargeBox, SmallBox
from root import Root
""",
    )


def test_used_by_somebody_else_stays() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        """\
from boxes import Box, SmallBox
from root import Root
""",
        {
            "other.py": """\
from left import Box
""",
        },
    )


def test_taken_with_a_star_stays() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        {
            "other.py": """\
from left import *
""",
        },
    )


def test_taken_through_the_module_stays() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        """\
from boxes import Box, SmallBox
from root import Root
""",
        {
            "other.py": """\
import left

box = left.Box()
""",
        },
    )


def test_patched_by_its_dotted_path_stays() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root
""",
        """\
from boxes import Box, SmallBox
from root import Root
""",
        {
            "test_other.py": """\
from unittest.mock import patch


@patch('left.Box')
def test_other(box): ...
""",
        },
    )


def test_listed_in_all_stays() -> None:
    check_left(
        """\
from typing import Optional

from boxes import Box, SmallBox
from root import Root

__all__ = ['Box', 'Left']
""",
        """\
from boxes import Box, SmallBox
from root import Root

__all__ = ['Box', 'Left']
""",
    )


def test_imported_in_a_try_stays() -> None:
    check_left(
        """\
try:
    from typing import Optional
except ImportError:
    Optional = None

from boxes import Box, SmallBox
from root import Root
""",
        """\
try:
    from typing import Optional
except ImportError:
    Optional = None

from boxes import SmallBox
from root import Root
""",
    )


def test_imported_for_checking_only() -> None:
    check_left(
        """\
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from boxes import SmallBox
from root import Root

if TYPE_CHECKING:
    from boxes import Box
""",
        """\
from __future__ import annotations

from boxes import SmallBox
from root import Root
""",
    )


def test_imported_for_checking_with_others() -> None:
    check_left(
        """\
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from boxes import SmallBox
from root import Root

if TYPE_CHECKING:
    from os import PathLike
    from boxes import Box

    # not for long
    from boxes import LargeBox
""",
        """\
from __future__ import annotations

from typing import TYPE_CHECKING

from boxes import SmallBox
from root import Root

if TYPE_CHECKING:
    from os import PathLike

    # not for long
    from boxes import LargeBox
""",
    )


def test_over_several_lines() -> None:
    check_left(
        """\
from typing import (
    Any,  # anything
    Optional,  # what may be missing
)

from boxes import (Box,
                   SmallBox)
from root import Root
""",
        """\
from typing import (
    Any,  # anything
)

from boxes import (SmallBox)
from root import Root
""",
    )


def test_comments_above_and_behind() -> None:
    check_left(
        """\
import os
# for what may be missing
from typing import Optional  # all of it

# the tree
from boxes import Box, SmallBox
from root import Root
""",
        """\
import os

# the tree
from boxes import SmallBox
from root import Root
""",
    )


def test_first_line_of_the_file() -> None:
    check_left(
        """\
from typing import Optional
from boxes import Box, SmallBox
from root import Root
""",
        """\
from boxes import SmallBox
from root import Root
""",
    )


def test_comment_of_a_group_that_stays_in_part() -> None:
    check_left(
        """\
# what it holds
from typing import Optional
import os

from boxes import Box, SmallBox
from root import Root
""",
        """\
# what it holds
import os

from boxes import SmallBox
from root import Root
""",
    )


def test_plain_import() -> None:
    check_change(
        {
            "left.py": """\
import abc

from boxes import Box
from root import Root


class Left(Root):
    @abc.abstractmethod
    def _make_left_box(self) -> Box: ...


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]):
    pass


class Leaf(Left):
    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_dotted_import_stays() -> None:
    """Others may rely on the module being imported."""
    check_change(
        {
            "left.py": '''\
import os.path
import abc as a, sys

from boxes import Box
from root import Root


class Left(Root):
    """Left, of abc."""

    @a.abstractmethod
    def _make_left_box(self, where=os.path) -> Box: ...


class Leaf(Left):
    def _make_left_box(self, where=None) -> Box:
        return Box()
''',
        },
        {
            "left.py": '''\
import os.path
import sys

from boxes import Box
from root import Root


class Left(Root[Box]):
    """Left, of abc."""


class Leaf(Left):
    def _make_box(self, where=None) -> Box:
        return Box()
''',
        },
    )


def test_in_order_where_the_names_are_in_order() -> None:
    check_open(
        """\
from boxes import LargeBox, SmallBox
from root import Root
""",
        """\
from boxes import LargeBox, SmallBox
from client_types import LeftBoxType
from root import Root
""",
    )


def test_last_of_its_kin_where_there_is_no_order() -> None:
    check_open(
        """\
from root import Root
from boxes import LargeBox, SmallBox
import os
""",
        """\
from root import Root
from boxes import LargeBox, SmallBox
from client_types import LeftBoxType
import os
""",
    )


def test_absolute_as_the_others() -> None:
    check_change(
        {
            "app/__init__.py": """\
""",
            "app/base/__init__.py": """\
""",
            "app/base/boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
""",
            "app/base/root.py": """\
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
""",
            "root.py": """\
""",
            "boxes.py": """\
""",
            "app/left.py": """\
import os

from app.base.boxes import LargeBox, SmallBox
from app.base.root import Root
from requests import get


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Large(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
""",
        },
        {
            "app/left.py": """\
import os

from app.base.boxes import LargeBox, SmallBox
from app.base.root import Root
from app.base.types import LeftBoxType
from requests import get


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Large(Left[LargeBox]):
    def _make_box(self) -> LargeBox:
        return LargeBox()
""",
        },
    )


def test_relative_as_the_others() -> None:
    check_change(
        {
            "app/__init__.py": """\
""",
            "app/base/__init__.py": """\
""",
            "app/base/boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
""",
            "app/base/root.py": """\
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
""",
            "root.py": """\
""",
            "boxes.py": """\
""",
            "app/left.py": """\
import os

from .base.boxes import LargeBox, SmallBox
from .base.root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Large(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
""",
        },
        {
            "app/left.py": """\
import os

from .base.boxes import LargeBox, SmallBox
from .base.root import Root
from .base.types import LeftBoxType


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Large(Left[LargeBox]):
    def _make_box(self) -> LargeBox:
        return LargeBox()
""",
        },
    )


def test_under_a_comment_of_their_own() -> None:
    check_change(
        {
            "app/__init__.py": """\
""",
            "app/base/__init__.py": """\
""",
            "app/base/boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
""",
            "app/base/root.py": """\
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
""",
            "root.py": """\
""",
            "boxes.py": """\
""",
            "app/left.py": """\
import os

# boxes
from app.base.boxes import LargeBox, SmallBox

# root
from app.base.root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


class Large(Left):
    def _make_left_box(self) -> LargeBox:
        return LargeBox()
""",
        },
        {
            "app/left.py": """\
import os

# boxes
from app.base.boxes import LargeBox, SmallBox

# root
from app.base.root import Root
from app.base.types import LeftBoxType


class Left(Root[LeftBoxType]):
    def __init__(self):
        super().__init__()


class Small(Left[SmallBox]):
    def _make_box(self) -> SmallBox:
        return SmallBox()


class Large(Left[LargeBox]):
    def _make_box(self) -> LargeBox:
        return LargeBox()
""",
        },
    )


def test_root_of_a_package() -> None:
    check_change(
        {
            "app/__init__.py": """\
""",
            "app/base/__init__.py": """\
""",
            "app/base/boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
""",
            "app/base/root.py": """\
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
""",
            "root.py": """\
""",
            "boxes.py": """\
""",
        },
        {
            "app/base/root.py": """\
from abc import ABC
from typing import Generic, Optional

from .old_names import OldNames
from .types import BoxType


class Root(Generic[BoxType], OldNames, ABC):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


def test_root_of_a_package_with_relative_imports() -> None:
    check_change(
        {
            "app/__init__.py": """\
""",
            "app/base/__init__.py": """\
""",
            "app/base/boxes.py": """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
""",
            "app/base/root.py": """\
from .boxes import Box
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
""",
            "root.py": """\
""",
            "boxes.py": """\
""",
        },
        {
            "app/base/root.py": """\
from .boxes import Box
from .old_names import OldNames
from .types import BoxType
from abc import ABC
from typing import Generic, Optional


class Root(Generic[BoxType], OldNames, ABC):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


def test_root_without_imports_and_docstring() -> None:
    check_root(
        """\
#!/usr/bin/env python
# A licence.

""",
        """\
#!/usr/bin/env python
# A licence.

from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_without_imports() -> None:
    check_root(
        '''\
"""The root."""


''',
        '''\
"""The root."""

from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


''',
    )


def test_root_with_an_import_of_typing() -> None:
    check_root(
        """\
import typing


""",
        """\
import typing
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_names_in_order() -> None:
    check_root(
        """\
from typing import TYPE_CHECKING, Any, Dict, cast


""",
        """\
from typing import TYPE_CHECKING, Any, Dict, Generic, Optional, cast

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_names_in_no_order() -> None:
    check_root(
        """\
from typing import Dict, Any


""",
        """\
from typing import Dict, Any, Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_names_on_lines() -> None:
    check_root(
        """\
from typing import (
    Any,  # anything
    Union,  # and more
)


""",
        """\
from typing import (
    Any,  # anything
    Generic,
    Optional,
    Union,  # and more
)

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_one_name_on_a_line() -> None:
    check_root(
        """\
from typing import (
    Any,
)


""",
        """\
from typing import (
    Any,
    Generic,
    Optional,
)

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_names_below_one_another() -> None:
    check_root(
        """\
from typing import (Any, Dict,
                    List)


""",
        """\
from typing import (Any, Dict,
                    Generic, List, Optional)

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_what_it_needs() -> None:
    check_root(
        """\
from typing import Generic, Optional


""",
        """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_what_it_needs_in_a_try() -> None:
    check_root(
        """\
try:
    from typing import Generic, Optional
except ImportError:
    from typing_extensions import Generic, Optional


""",
        """\
try:
    from typing import Generic, Optional
except ImportError:
    from typing_extensions import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_what_it_needs_for_checking_only() -> None:
    check_root(
        """\
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Generic, Optional


""",
        """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


@pytest.mark.parametrize(
    "line",
    [
        "Optional = 1",
        "def Optional(): ...",
        "class BoxType: ...",
        "from boxes import Box as BoxType",
        "from boxes import BoxType",
        "import boxes as OldNames",
    ],
)
def test_root_with_something_else_by_a_name_it_needs(line: str) -> None:
    with pytest.raises(
        MigrationError, match=r"^root\.py:1: \w+ is something else here, and the migration needs"
    ):
        planned(
            {"root.py": f"{line}\n\n\nclass Root:\n    def __init__(self):\n        self.started = False\n"}
        )


def test_root_with_annotations_from_the_future() -> None:
    check_change(
        {
            "root.py": '''\
"""The root."""
from __future__ import annotations


class Root:
    def __init__(self):
        self.started = False
''',
        },
        {
            "root.py": '''\
"""The root."""
from __future__ import annotations

from typing import Generic

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    def __init__(self):
        self.started = False

        self._box: BoxType | None = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
''',
        },
        phases=(1,),
    )


def test_root_with_code_between_imports() -> None:
    check_root(
        """\
import os

HERE = os.curdir

import sys


""",
        """\
import os

HERE = os.curdir

import sys
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


""",
    )


def test_root_with_what_it_needs_too_late() -> None:
    check_change(
        {
            "root.py": """\
class Root:
    def __init__(self):
        self.started = False


from typing import Generic, Optional
""",
        },
        {
            "root.py": """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError


from typing import Generic, Optional
""",
        },
        phases=(1,),
    )
