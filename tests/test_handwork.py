"""A hunk that a person edits: what they meant is understood, and what does not fit is said in one line."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.choice import Retouch
from codemods.data import Change
from codemods.handwork import Emptied, Unfit, editable, understood
from codemods.hunks import Hunk, hunks
from codemods.leaving import retouched

PATH = PurePosixPath("a.py")
BEFORE = b"import this\n\nold = 1\nolder = 2\n\nend = 3\n"
AFTER = BEFORE.replace(b"old = 1", b"new = 1").replace(b"older = 2", b"newer = 2")


def hunk(change: Change) -> Hunk:
    (found,) = hunks(change, 2, (), ())
    return found


def edited(
    old: str, new: str, before: bytes = BEFORE, after: bytes = AFTER, path: PurePosixPath = PATH
) -> bytes:
    """The file with ``old`` in the shown hunk become ``new``."""
    change = Change(path, before, after)
    shown = editable(hunk(change))
    assert old in shown
    made = understood(hunk(change), change, shown.replace(old, new))
    return retouched(path, after, [made] if made else [], frozenset({2}))


def refused(old: str, new: str) -> str:
    with pytest.raises(Unfit) as caught:
        edited(old, new)
    return str(caught.value)


def test_it_is_shown_as_a_patch_with_a_guide() -> None:
    assert editable(hunk(Change(PATH, BEFORE, AFTER))).startswith(
        "# a.py, phase 2\n@@ -1,6 +1,6 @@\n import this\n \n-old = 1\n-older = 2\n+new = 1\n+newer = 2\n"
    )


def test_what_is_not_edited_is_as_it_was_planned() -> None:
    assert edited("+new = 1", "+new = 1") == AFTER


def test_lines_are_written_otherwise() -> None:
    assert edited("+new = 1", "+newest = 1\n+more = 2") == AFTER.replace(b"new = 1", b"newest = 1\nmore = 2")


def test_a_line_is_left_out() -> None:
    assert edited("-old = 1\n", " old = 1\n").startswith(b"import this\n\nold = 1\nnew = 1\n")
    assert edited("+newer = 2\n", "") == AFTER.replace(b"newer = 2\n", b"")


def test_an_editor_may_strip_the_ends_of_lines_and_add_empty_ones() -> None:
    assert edited(" \n-old = 1", "\n-old = 1") == AFTER
    assert edited("stays as it was.\n", "stays as it was.\n\n\n") == AFTER
    ends_empty = BEFORE + b"\n\n"
    after = AFTER + b"\n\n"
    assert edited("+new = 1", "+newest = 1", ends_empty, after).endswith(b"end = 3\n\n\n")


def test_line_ends_stay() -> None:
    before, after = BEFORE.replace(b"\n", b"\r\n"), AFTER.replace(b"\n", b"\r\n")
    assert edited("+new = 1", "+newest = 1", before, after) == after.replace(b"new =", b"newest =")


def test_each_line_has_its_own_end() -> None:
    before, after = (data.replace(b"3\n", b"3\r\n") for data in (BEFORE, AFTER))
    assert edited("+new = 1", "+newest = 1", before, after) == after.replace(b"new =", b"newest =")


def test_a_file_without_a_newline_at_its_end_stays_without_one() -> None:
    before, after = BEFORE.removesuffix(b"\n"), AFTER.removesuffix(b"\n")
    assert edited("+new = 1", "+newest = 1", before, after) == after.replace(b"new =", b"newest =")


@pytest.mark.parametrize("odd", [b"s = '\x0c\x1c \x85'\n", b"# \xff\xfe\n", "a = '\u2028\u202e'\n".encode()])
def test_odd_characters_stay(odd: bytes) -> None:
    before, after = (
        b"# coding: latin-1\n" + data.replace(b"\nend", b"\n" + odd + b"end") for data in (BEFORE, AFTER)
    )
    assert edited("+new = 1", "+newest = 1", before, after) == after.replace(b"new =", b"newest =")


def test_a_page_is_no_python() -> None:
    page = PurePosixPath("a.md")
    assert edited("+new = 1", "+a new = one", path=page) == AFTER.replace(b"new = 1", b"a new = one")


def test_what_does_not_fit_is_refused() -> None:
    assert refused("-old", "-olds") == "the lines with ' ' and - are not those of the file"
    assert refused(" import this\n", "") == "the lines with ' ' and - are not those of the file"
    assert refused("+new", "new") == "a line begins with neither ' ', - nor +: new = 1"
    assert refused("+new = 1", "+new =").startswith("Python could not read the file: ")


@pytest.mark.parametrize("text", ["", "\n", "# only\n# the guide\n", "   \n\n"])
def test_a_hunk_without_a_line_is_to_stay_as_it_was(text: str) -> None:
    change = Change(PATH, BEFORE, AFTER)
    with pytest.raises(Emptied):
        understood(hunk(change), change, text)


def test_a_file_that_would_have_no_line_is_not_edited() -> None:
    change = Change(PATH, b"old = 1\n", b"")
    with pytest.raises(Unfit, match="no line of the file would stay"):
        understood(hunk(change), change, "-old = 1\n+new = 1\n")


def test_it_knows_the_place_it_was_made_for() -> None:
    change = Change(PATH, BEFORE, AFTER)
    made = understood(hunk(change), change, editable(hunk(change)).replace("+new = 1", "+newest = 1"))
    planned = tuple(AFTER.decode().splitlines(keepends=True))
    written = tuple(line.replace("new = 1", "newest = 1") for line in planned)
    assert made == Retouch(PATH, 2, 1, planned, written)
