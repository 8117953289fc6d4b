"""The root declares; what only declared below it goes, and leaves no gap, no heading, no stray comment."""

from __future__ import annotations

import pytest

from tests.helpers import check_change, check_noop
from tests.trees import ONE_SIDE

HEAD = """\
from boxes import Box
from root import Root


"""
LEAF = """\


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
"""
LEAF_AFTER = LEAF.replace("_make_left_box", "_make_box")
ROOT_HEAD = """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
"""


def check_body(before: str, after: str, head: str = HEAD) -> None:
    """The body of a class that has a leaf below it."""
    check_change(
        {"left.py": f"{head}class Left(Root):\n{before}{LEAF}"},
        {"left.py": f"{HEAD}class Left(Root[Box]):\n{after}{LEAF_AFTER}"},
    )


def check_body_with_abstract(before: str, after: str) -> None:
    """One that uses ``abstractmethod`` before and not after."""
    check_body(before, after, f"from abc import abstractmethod\n\n{HEAD}")


def check_init(before: str, after: str) -> None:
    """What follows the call of ``super().__init__`` in the class."""
    init = "    def __init__(self, box=None):\n        super().__init__()\n"
    check_body(init + before, init + after)


def check_root(before: str, after: str) -> None:
    """The body of the root in phase 1."""
    check_change({"root.py": f"class Root:\n{before}"}, {"root.py": ROOT_HEAD + after}, phases=(1,))


def test_attribute_of_another_class() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    _left_on = False


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "other.py": """\
class Shelf:
    def __init__(self):
        self._left_box = None
        self._left_on = False
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
    _left_on = False


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
            "leaf.py": """\
from left import Leaf


class Inner(Leaf):
    def reset(self):
        self._right_on = True
""",
        },
        "leaf.py",
    )


def test_phase_not_asked_for() -> None:
    check_noop(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    _left_on = False


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        "left.py",
        phases=(1, 3),
    )


# --- what changes ------------------------------------------------------------------------------


def test_value_that_is_more_than_nothing() -> None:
    check_init(
        """\
        self._left_box = box
        self._left_on = 0
        self._left_count = bool(box)
""",
        """\
        self._box = box
        self._on = 0
        self._count = bool(box)
""",
    )


def test_several_statements_in_a_line() -> None:
    check_init(
        """\
        self._left_box = None; self.size = 1
        self._left_on = self._left_count = False
""",
        """\
        self._box = None; self.size = 1
        self._on = self._count = False
""",
    )


def test_reset_outside_of_init() -> None:
    check_init(
        """\
        self._left_box = None

    def close(self):
        # No box any more
        self._left_box = None
        self._left_on = False
""",
        """\

    def close(self):
        # No box any more
        self._box = None
        self._on = False
""",
    )


def test_paragraph_with_its_comment() -> None:
    check_init(
        """\
        self.first = 1

        # What it holds
        self._left_box = None
        self._left_on = False

        self.last = 2
""",
        """\
        self.first = 1

        self.last = 2
""",
    )


def test_part_of_a_paragraph() -> None:
    check_init(
        """\
        self.first = 1

        # All of it
        self._left_box = None
        self.size = 0
        self._left_on = False
        self.last = 2
""",
        """\
        self.first = 1

        # All of it
        self.size = 0
        self.last = 2
""",
    )


def test_first_of_the_block() -> None:
    """The call of super() stays above."""
    check_init(
        """\
        # What it holds
        self._left_box = None

        # Others
        self.last = 2
""",
        """\

        # Others
        self.last = 2
""",
    )


def test_first_and_last_of_a_class() -> None:
    check_body(
        """\
    # What it holds
    _left_box = None
    title = "left"
    # Whether it is on
    _left_on = False
""",
        """\
    # What it holds
    title = "left"
""",
    )


def test_class_that_becomes_empty() -> None:
    check_body(
        """\
    # What it holds
    _left_box: "Box | None" = None

    # Whether it is on
    _left_on = False  # not yet
""",
        "    pass\n",
    )


def test_docstring_that_stays_alone() -> None:
    check_body(
        '''\
    """On the left."""

    _left_box = None
''',
        '''\
    """On the left."""
''',
    )


def test_class_in_one_line() -> None:
    check_change(
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root): _left_box = None


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root[Box]): _box = None


class Leaf(Left):
    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_annotation_only() -> None:
    check_body(
        """\
    _left_box: "Box | None"
    title: str
""",
        "    title: str\n",
    )


def test_declarations_for_checking_only() -> None:
    check_change(
        {
            "left.py": """\
from typing import TYPE_CHECKING

from boxes import Box
from root import Root


class Left(Root):
    if TYPE_CHECKING:
        _left_box: "Box | None"

    title = "left"


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "left.py": """\
from typing import TYPE_CHECKING

from boxes import Box
from root import Root


class Left(Root[Box]):
    if TYPE_CHECKING:
        _box: "Box | None"

    title = "left"


class Leaf(Left):
    def _make_box(self) -> Box:
        return Box()
""",
        },
    )


def test_abstract_factory() -> None:
    check_body_with_abstract(
        '''\
    title = "left"

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...

    def close(self):
        pass
''',
        """\
    title = "left"

    def close(self):
        pass
""",
    )


def test_abstract_factory_that_is_all_there_is() -> None:
    check_body_with_abstract(
        '''\
    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...
''',
        "    pass\n",
    )


def test_abstract_factory_last() -> None:
    check_body_with_abstract(
        '''\
    def close(self):
        pass

    # --- factories ---

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...
''',
        """\
    def close(self):
        pass
""",
    )


def test_heading_of_a_section_that_goes() -> None:
    check_body_with_abstract(
        '''\
    title = "left"

    # =========
    # Factories
    # =========

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...

    # =======
    # Closing
    # =======

    def close(self):
        pass
''',
        """\
    title = "left"

    # =======
    # Closing
    # =======

    def close(self):
        pass
""",
    )


def test_heading_of_a_section_that_stays_in_part() -> None:
    check_body_with_abstract(
        '''\
    # Boxes

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...

    def box(self):
        return 1
''',
        """\
    # Boxes

    def box(self):
        return 1
""",
    )


def test_heading_that_calls_abstract_what_goes() -> None:
    check_body_with_abstract(
        '''\
    title = "left"

    # Abstract factories

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...

    def box(self):
        return 1
''',
        """\
    title = "left"

    def box(self):
        return 1
""",
    )


def test_heading_that_calls_abstract_what_stays_too() -> None:
    check_change(
        {
            "left.py": '''\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    # Abstract methods

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...

    @abstractmethod
    def close(self): ...


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()

    def close(self): ...
''',
        },
        {
            "left.py": """\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root[Box]):
    # Abstract methods

    @abstractmethod
    def close(self): ...


class Leaf(Left):
    def _make_box(self) -> Box:
        return Box()

    def close(self): ...
""",
        },
    )


def test_comment_that_is_about_something_else() -> None:
    check_body(
        """\
    title = "left"

    # TODO: a box for the right hand

    # The box
    _left_box = None

    # Others

    size = 1
""",
        """\
    title = "left"

    # TODO: a box for the right hand

    # Others

    size = 1
""",
    )


def test_factory_without_a_gap() -> None:
    check_body_with_abstract(
        '''\
    size = 1

    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...
    def close(self):
        pass
''',
        """\
    size = 1

    def close(self):
        pass
""",
    )


def test_factory_stays_abstract_until_phase_four() -> None:
    check_change(
        {
            "left.py": '''\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
''',
        },
        {
            "left.py": '''\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root[Box]):
    @abstractmethod
    def _make_left_box(self) -> Box:
        """Make it."""
        ...


class Leaf(Left):
    def _make_left_box(self) -> Box:
        return Box()
''',
        },
        phases=(1, 2),
    )


def test_factory_with_a_body() -> None:
    check_body(
        """\
    def _make_left_box(self) -> Box:
        return Box()
""",
        """\
    def _make_box(self) -> Box:
        return Box()
""",
    )


def test_root_with_early_return() -> None:
    check_root(
        '''\
    def __init__(self, other=None):
        """Begin."""
        if other is None:
            return
        self.other = other
''',
        '''\
    def __init__(self, other=None):
        """Begin."""

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

        if other is None:
            return
        self.other = other

    def _make_box(self) -> BoxType:
        raise NotImplementedError
''',
    )


def test_root_with_early_return_and_no_docstring() -> None:
    check_root(
        """\
    def __init__(self, other=None):
        if other is None:
            return
        self.other = other
""",
        """\
    def __init__(self, other=None):
        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

        if other is None:
            return
        self.other = other

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
    )


def test_root_with_calls_after_its_attributes() -> None:
    check_root(
        """\
    def __init__(self):
        self.name = "root"
        self.start()
        print(1); print(2)

    def start(self): ...
""",
        """\
    def __init__(self):
        self.name = "root"

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

        self.start()
        print(1); print(2)

    def _make_box(self) -> BoxType:
        raise NotImplementedError

    def start(self): ...
""",
    )


def test_root_with_init_in_one_line() -> None:
    check_root(
        """\
    def __init__(self, name): self.name = name; self.size = 1
    def start(self): ...
""",
        """\
    def __init__(self, name):
        self.name = name; self.size = 1

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError

    def start(self): ...
""",
    )


def test_root_with_overloads() -> None:
    check_change(
        {
            "root.py": """\
from typing import overload


class Root:
    @overload
    def __init__(self, name: int) -> None: ...
    @overload
    def __init__(self, name: str) -> None: ...
    def __init__(self, name) -> None:
        self.name = name

    def start(self): ...
""",
        },
        {
            "root.py": """\
from typing import Generic, Optional, overload

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    @overload
    def __init__(self, name: int) -> None: ...
    @overload
    def __init__(self, name: str) -> None: ...
    def __init__(self, name) -> None:
        self.name = name

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError

    def start(self): ...
""",
        },
        phases=(1,),
    )


def test_root_without_init() -> None:
    check_root(
        '''\
    """The root."""
    title = "root"

    def start(self): ...
''',
        '''\
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    title = "root"

    def start(self): ...

    def _make_box(self) -> BoxType:
        raise NotImplementedError
''',
    )


def test_root_with_a_docstring_only() -> None:
    check_root(
        '''\
    """The root."""
''',
        '''\
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
''',
    )


def test_root_with_nothing() -> None:
    check_change(
        {
            "root.py": """\
class Root: pass
""",
        },
        {
            "root.py": """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    _box: Optional[BoxType] = None
    _on = False
    _count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


@pytest.mark.parametrize(
    "body",
    ["class Root: pass  # all of it\n", "class Root:\n    pass  # all of it\n"],
    ids=["in one line", "in two"],
)
def test_root_with_a_comment_behind_nothing(body: str) -> None:
    check_change(
        {"root.py": body},
        {
            "root.py": """\
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    _box: Optional[BoxType] = None
    _on = False
    _count = False

    pass  # all of it

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


def test_root_that_knows_its_object_as_this() -> None:
    check_root(
        """\
    def __init__(this):
        this.name = "root"
""",
        """\
    def __init__(this):
        this.name = "root"

        this._box: Optional[BoxType] = None
        this._on = False
        this._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
    )


def test_root_with_annotations_that_are_not_evaluated() -> None:
    check_change(
        {
            "root.py": """\
from __future__ import annotations


class Root:
    def __init__(self) -> None:
        self.name = "root"
""",
        },
        {
            "root.py": """\
from __future__ import annotations

from typing import Generic

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    def __init__(self) -> None:
        self.name = "root"

        self._box: BoxType | None = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
""",
        },
        phases=(1,),
    )


def test_root_with_comments_at_the_end() -> None:
    check_change(
        {
            "root.py": """\
class Root:
    def __init__(self):
        self.started = False
        # no more

    # no more methods
# no more classes
""",
        },
        {
            "root.py": f"""\
{ROOT_HEAD}    def __init__(self):
        self.started = False

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False
        # no more

    def _make_box(self) -> BoxType:
        raise NotImplementedError

    # no more methods
# no more classes
""",
        },
        phases=(1,),
    )


def test_root_with_an_asynchronous_factory() -> None:
    check_change(
        {
            "root.py": '''\
from abc import ABC


class Root(ABC):
    """The root."""
''',
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    async def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "root.py": '''\
from abc import ABC, abstractmethod
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, ABC):
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    @abstractmethod
    async def _make_box(self) -> BoxType:
        pass
''',
        },
    )


def test_root_with_a_factory_with_parameters() -> None:
    check_change(
        {
            "root.py": '''\
from abc import ABC


class Root(ABC):
    """The root."""
''',
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self, size: int, box: Box, rest=None, *, deep: bool = True) -> Box:
        return Box()
""",
        },
        {
            "root.py": '''\
from abc import ABC, abstractmethod
from typing import Any, Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, ABC):
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    @abstractmethod
    def _make_box(self, size: int, box: Any, rest=None, *, deep: bool = True) -> BoxType:
        pass
''',
        },
    )


def test_root_with_factories_that_differ() -> None:
    check_change(
        {
            "root.py": '''\
from abc import ABC


class Root(ABC):
    """The root."""
''',
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self, size: int) -> Box:
        return Box()
""",
            "more.py": """\
from boxes import Box
from root import Root


class More(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "root.py": '''\
from abc import ABC, abstractmethod
from typing import Any, Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, ABC):
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    @abstractmethod
    def _make_box(self, *args: Any, **kwargs: Any) -> BoxType:
        pass
''',
        },
    )


def test_root_before_the_factories_can_be_abstract() -> None:
    check_change(
        {
            "root.py": '''\
from abc import ABC


class Root(ABC):
    """The root."""
''',
            "left.py": """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
""",
        },
        {
            "root.py": '''\
from abc import ABC
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames, ABC):
    """The root."""

    _box: Optional[BoxType] = None
    _on = False
    _count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError
''',
        },
        phases=(1, 2, 3),
    )


# --- a root that gives its attributes their values itself -----------------------------------------

PEN_FACTORIES = """\

    def make_pen(self) -> PenType:
        raise NotImplementedError

    def make_ink(self) -> InkType:
        raise NotImplementedError
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """\
    def __init__(self) -> None:
        self._page_pen: Pen = Pen()
        self._page_ink = Ink()
        self.name = "page"
""",
            """\
    def __init__(self) -> None:
        self.pen: Pen = Pen()
        self.ink = Ink()
        self.name = "page"
""",
        ),
        (
            """\
    def __init__(self) -> None:
        self._page_ink = Ink()
        self.name = "page"
""",
            """\
    def __init__(self) -> None:
        self.ink = Ink()
        self.name = "page"

        self.pen: Optional[PenType] = None
""",
        ),
        (
            """\
    _page_pen = Pen()
    _page_ink: Ink = Ink()
""",
            """\
    pen = Pen()
    ink: Ink = Ink()
""",
        ),
        (
            """\
    _page_ink = Ink()
""",
            """\
    pen: Optional[PenType] = None

    ink = Ink()
""",
        ),
    ],
    ids=["both in init", "one in init", "both in the class", "one in the class"],
)
def test_root_that_gives_an_attribute_its_value(before: str, after: str) -> None:
    optional = ", Optional" if "Optional" in after else ""
    head = f"""\
from typing import Generic{optional}

from client_types import InkType, PenType
from old_names import OldNames
from pens import Ink, Pen


class Page(Generic[PenType, InkType], OldNames):
"""
    check_change(
        {
            "pens.py": "class Pen: ...\n\n\nclass Ink: ...\n",
            "page.py": f"from pens import Ink, Pen\n\n\nclass Page:\n{before}",
        },
        {"page.py": f"{head}{after}{PEN_FACTORIES}"},
        phases=(1,),
        asked=ONE_SIDE,
    )
