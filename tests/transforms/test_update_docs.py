"""Words about the hierarchy get the new names; words about anything else, and the words around, stay."""

from __future__ import annotations

import pytest

from tests.helpers import check_change, check_noop
from tests.trees import TWO_SIDES

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()


class Right(Root):
    def __init__(self, box=None):
        super().__init__()
        self._right_box = box

    def _make_right_box(self) -> Box:
        return Box()
"""
SHELF = """\
class Shelf:
    def __init__(self):
        self._left_box = 1
"""


def noop(source: str, name: str = "other.py", **more: str) -> None:
    check_noop({"left.py": LEFT, **{f"{n}.py": s for n, s in more.items()}, name: source}, name)


def change(before: str, after: str, name: str = "other.py", **more: str) -> None:
    check_change(
        {"left.py": LEFT, **{f"{n}.py": s for n, s in more.items()}, name: before},
        {name: after},
    )


# --- what stays ---------------------------------------------------------------------------------


def test_words_of_a_class_with_such_a_name_of_its_own() -> None:
    noop(f'''\
{SHELF}
    def full(self):
        """Whether the _left_box is full."""
        # self._left_box.close()
        return self._left_box > 1  # the _left_box
''')


def test_words_of_a_class_that_inherits_such_a_name() -> None:
    noop(
        '''\
from shelf import Shelf


class Wide(Shelf):
    """Its _left_box is wide."""
''',
        shelf=SHELF,
    )


def test_words_of_a_module_of_such_a_class() -> None:
    noop(f'"""A shelf and its _left_box."""\n\n# _left_box counts\n{SHELF}')


def test_part_of_such_a_class() -> None:
    noop(
        '''\
"""Shelf._left_box, Shelf()._left_box, Shelf(a, b)._left_box, `Shelf`._left_box and Shelf#_left_box."""

# shelf.Shelf._left_box
''',
        shelf=SHELF,
    )


def test_such_a_class_named_beside_it() -> None:
    noop("# Shelf has a _left_box of its own\n", shelf=SHELF)


def test_such_a_class_and_one_of_the_hierarchy_named_beside_it() -> None:
    """Which is meant is for a person to say."""
    noop("# Shelf has a _left_box, and so has Left\n", shelf=SHELF)


def test_a_helper_of_the_other_side() -> None:
    noop('''\
from boxes import Box
from left import Left


class Both(Left):
    """Makes a box with _make_right_box."""

    def _make_right_box(self):
        # _make_right_box is a helper
        return Box()
''')


def test_a_class_that_serves_others_too() -> None:
    noop('''\
from left import Left


class Mixin:
    """Uses a _left_box."""

    _left_box: int

    def size(self):
        return self._left_box


class Mixed(Mixin, Left): ...


class Other(Mixin): ...
''')


def test_the_renaming_itself() -> None:
    noop("# _left_box is now _box; _left_on -> _on\n")


def test_longer_identifiers() -> None:
    noop('"""my_left_box, _left_boxes and _left_box_on."""\n')


@pytest.mark.parametrize("prefix", ["", "f", "b", "r"])
def test_strings_that_are_output(prefix: str) -> None:
    noop(f'def show(log):\n    log({prefix}"the _left_box of it")\n    return {prefix}"_left_box is open"\n')


def test_formatted_string_that_is_no_docstring() -> None:
    noop('def show(x):\n    f"""The _left_box of {x}."""\n')


def test_stale_name_in_code() -> None:
    noop("def show(x):\n    return x._build_box()\n")


def test_stale_name_that_the_hierarchy_still_has() -> None:
    """A method of this name is there, so the words speak of that."""
    noop('''\
from left import Left


class Low(Left):
    """Has a _build_box."""

    def _build_box(self):
        return 1  # _build_box
''')


def test_phase_that_is_not_asked_for() -> None:
    check_noop({"left.py": LEFT, "other.py": "# the _left_box\n"}, "other.py", phases=(1, 2, 3, 4, 5))


# --- what changes -------------------------------------------------------------------------------


def test_docstrings_of_module_class_and_function() -> None:
    change(
        '''\
"""Everything about _left_box."""
from left import Left


class Low(Left):
    """Has a `_left_box`, made by _make_left_box()."""

    async def close(self):
        """
        Close self._left_box.

        >>> low._left_on
        False
        """
''',
        '''\
"""Everything about _box."""
from left import Left


class Low(Left):
    """Has a `_box`, made by _make_box()."""

    async def close(self):
        """
        Close self._box.

        >>> low._on
        False
        """
''',
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('r"""\\d _left_box"""', 'r"""\\d _box"""'),
        ("U'the _left_box'", "U'the _box'"),
        ("b'the _left_box'", "b'the _box'"),
        ("\"the _left_box\" ' and _right_box'", "\"the _box\" ' and _box'"),
        ('"_left_box"', '"_box"'),
        ('("""_left_box""")', '("""_box""")'),
        ('"""é 💥 _left_box"""', '"""é 💥 _box"""'),
        ('"""a \\\n_left_box"""', '"""a \\\n_box"""'),
        ('"""\\x5f _left_box \\N{BULLET} _left_on"""', '"""\\x5f _box \\N{BULLET} _on"""'),
    ],
)
def test_docstrings_however_they_are_written(before: str, after: str) -> None:
    change(f"{before}\n", f"{after}\n")


def test_several_on_a_line() -> None:
    change(
        '"""_left_box and _right_box: _left_box_on, _left_box."""  # _left_on, _left_box, _left_on\n',
        '"""_box and _box: _left_box_on, _box."""  # _on, _box, _on\n',
    )


def test_longer_identifier_in_front_of_it() -> None:
    change(
        '"""my_left_box, _left_box_on, _left_box; _left_boxes"""\n',
        '"""my_left_box, _left_box_on, _box; _left_boxes"""\n',
    )


def test_comments() -> None:
    change(
        """\
#!/usr/bin/env python
# The _left_box.
from left import Left

x = 1  # no _left_box


class Low(Left):
    # _left_box, again

    def close(self, a=[1,  # _left_box
                       2]):
        pass
        # last _left_on""",
        """\
#!/usr/bin/env python
# The _box.
from left import Left

x = 1  # no _box


class Low(Left):
    # _box, again

    def close(self, a=[1,  # _box
                       2]):
        pass
        # last _on""",
    )


def test_commented_out_code() -> None:
    change(
        """\
from left import Left


class Low(Left):
    def close(self):
        # if self._left_box is not None:
        #     await self._left_box.close()
        #self._left_box = await self._make_left_box()
        pass
""",
        """\
from left import Left


class Low(Left):
    def close(self):
        # if self._box is not None:
        #     await self._box.close()
        #self._box = await self._make_box()
        pass
""",
    )


def test_comment_after_code_that_changes() -> None:
    change(
        """\
from left import Left


class Low(Left):
    def close(self):
        self._left_box = None  # the _left_box is gone
""",
        """\
from left import Left


class Low(Left):
    def close(self):
        self._box = None  # the _box is gone
""",
    )


def test_stale_names() -> None:
    change(
        '"""Made by _build_box() or _make_left_box()."""  # _build_box\n',
        '"""Made by _make_box() or _make_box()."""  # _make_box\n',
    )


def test_part_of_a_class_of_the_hierarchy() -> None:
    change(
        f'{SHELF}\n    def close(self):\n        """Unlike Left._left_box."""\n',
        f'{SHELF}\n    def close(self):\n        """Unlike Left._box."""\n',
    )


def test_class_of_such_a_name_that_does_not_have_it() -> None:
    change("# Table._left_box\n", "# Table._box\n", table="class Table: ...\n")


def test_line_ends_and_no_newline_at_the_end() -> None:
    check_change(
        {"left.py": LEFT, "other.py": b'"""A\r\n_left_box\r\n"""\r\n# _left_on'},
        {"other.py": b'"""A\r\n_box\r\n"""\r\n# _on'},
    )


def test_bom_and_encodings() -> None:
    check_change(
        {
            "left.py": LEFT,
            "bom.py": b"\xef\xbb\xbf# _left_box\n",
            "latin.py": "# coding: latin-1\n# é _left_box\n".encode("latin-1"),
        },
        {
            "bom.py": b"\xef\xbb\xbf# _box\n",
            "latin.py": "# coding: latin-1\n# é _box\n".encode("latin-1"),
        },
    )


def test_stub_files() -> None:
    change("# the _left_box\nx: int\n", "# the _box\nx: int\n", name="other.pyi")


# --- phase 5 ------------------------------------------------------------------------------------

TEST = '''\
"""What a left does with its _left_box."""
from unittest import mock
from unittest.mock import patch

import pytest
from left import Left


@pytest.fixture
def left():
    return Left()


def test_left_box_is_set(left, monkeypatch, mocker):
    left._left_box = 1
    assert left._left_box == 1, "_left_box is not set"
    with patch.object(left, "_left_box", 2), mock.patch("left.Left._make_left_box"):
        del left._left_on
    mocker.patch.object(left, "_left_on", True)
    monkeypatch.setattr(left, "_left_box", 3)
    monkeypatch.setattr("left.Left._left_box", 4, raising=False)
    with pytest.raises(ValueError, match="_left_box"):
        left._make_left_box()


def test_left_box():
    patch("left.Left._left_boxes._left_box")
'''
SWITCHED = '''\
"""What a left does with its _left_box."""
from unittest import mock
from unittest.mock import patch

import pytest
from left import Left


@pytest.fixture
def left():
    return Left()


def test_left_box_is_set(left, monkeypatch, mocker):
    left._box = 1
    assert left._box == 1, "_left_box is not set"
    with patch.object(left, "_box", 2), mock.patch("left.Left._make_box"):
        del left._on
    mocker.patch.object(left, "_on", True)
    monkeypatch.setattr(left, "_box", 3)
    monkeypatch.setattr("left.Left._box", 4, raising=False)
    with pytest.raises(ValueError, match="_left_box"):
        left._make_box()


def test_left_box():
    patch("left.Left._left_boxes._left_box")
'''


def test_test_file_in_phase_5() -> None:
    """Assertion texts, what ``match`` looks for and the names of tests stay."""
    check_change(
        {"left.py": LEFT, "tests/test_left.py": TEST}, {"tests/test_left.py": SWITCHED}, (1, 2, 3, 4, 5)
    )


def test_test_file_in_both_phases() -> None:
    check_change(
        {"left.py": LEFT, "tests/test_left.py": TEST},
        {"tests/test_left.py": SWITCHED.replace("its _left_box", "its _box", 1)},
    )


def test_test_file_in_phase_6_alone() -> None:
    check_change(
        {"left.py": LEFT, "tests/test_left.py": TEST},
        {"tests/test_left.py": TEST.replace("its _left_box", "its _box", 1)},
        (1, 6),
        TWO_SIDES,
    )
