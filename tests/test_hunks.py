"""Hunks: they hold every line of a change, mark the words that differ, and know why they are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.data import Change, Confidence, Decision, Edit, Site
from codemods.hunks import CONTEXT, Hunk, HunkLine, Reason, changed_words, hunks, moved
from codemods.patch import split_lines
from codemods.spans import spans

PROPERTY = settings(deadline=None, derandomize=True, database=None)
PATH = PurePosixPath("pkg/a.py")
LINES = st.lists(
    st.sampled_from(
        [
            b"a",
            b"b",
            b"a",
            b"    self._old",
            b"",
            b"\r",
            b"c\r",
            b"\xff\xe9",
            b"\t x",
            b"@@ -1 +1 @@",
            b"-- -",
        ]
    ),
    max_size=25,
)
FILES = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, st.sampled_from([b"", b"\n"]))
MAYBE = st.one_of(st.none(), FILES)


def made(before: bytes | None, after: bytes | None) -> tuple[Hunk, ...]:
    return hunks(Change(PATH, before, after), 1, (), ())


def edit(before: str, old: str, new: str, *reasons: str) -> Edit:
    start = before.index(old)
    return Edit(PATH, start, start + len(old), new, 1, reasons or ("why",))


def changed(before: str, edits: Iterable[Edit], sites: Sequence[Site] = ()) -> tuple[Hunk, ...]:
    """The hunks of edits, in order, to a text."""
    after, ordered = before, sorted(edits, key=lambda e: e.start)
    for each in reversed(ordered):
        after = after[: each.start] + each.replacement + after[each.end :]
    change = Change(PATH, before.encode(), after.encode())
    found = list(spans(PATH, before.encode(), ordered, after.encode()))
    assert [span.edit for span in found] == ordered
    return hunks(change, 1, found, sites)


def site(line: int, column: int, name: str, **more: object) -> Site:
    given = {
        "path": PATH,
        "line": line,
        "column": column,
        "name": name,
        "kind": "read",
        "decision": Decision.RENAME,
        "new": name.replace("_left", ""),
        "confidence": Confidence.PROVEN,
        "reason": "self of Shop",
        "phase": 1,
    }
    return Site(**{**given, **more})  # type: ignore[arg-type]


def rebuilt(found: Iterable[Hunk], signs: str) -> list[tuple[int | None, str]]:
    """The lines of a side with their numbers."""
    return [
        (line.old if "-" in signs else line.new, line.text + line.end)
        for hunk in found
        for line in hunk.lines
        if line.sign in signs
    ]


def text(data: bytes | None) -> list[str]:
    return [line.decode("utf-8", "surrogateescape") for line in split_lines(data or b"")]


# --- lines --------------------------------------------------------------------------------------


@PROPERTY
@given(MAYBE, MAYBE)
def test_lines_rebuild_both_sides(before: bytes | None, after: bytes | None) -> None:
    found = made(before, after)
    old, new = text(before), text(after)

    for number, line in rebuilt(found, " -"):
        assert number is not None
        assert old[number - 1] == line
    for number, line in rebuilt(found, " +"):
        assert number is not None
        assert new[number - 1] == line
    # What no hunk shows is the same on both sides.
    shown_old, shown_new = ({n for n, _ in rebuilt(found, signs)} for signs in (" -", " +"))
    assert [line for number, line in enumerate(old, 1) if number not in shown_old] == [
        line for number, line in enumerate(new, 1) if number not in shown_new
    ]


@PROPERTY
@given(MAYBE, MAYBE)
def test_they_are_those_of_the_unified_diff(before: bytes | None, after: bytes | None) -> None:
    body = Change(PATH, before, after).diff().replace("\\ No newline at end of file\n", "").split("\n")
    shown = [
        line
        for hunk in made(before, after)
        for line in (hunk.header, *(each.sign + each.text + each.end.rstrip("\n") for each in hunk.lines))
    ]

    if shown:
        first = next(number for number, line in enumerate(body) if line.startswith("@@"))
        assert shown == body[first:-1]


@PROPERTY
@given(FILES, FILES)
def test_numbers_and_sizes(before: bytes, after: bytes) -> None:
    for hunk in made(before, after):
        assert [line.old for line in hunk.lines if line.old] == list(hunk.before)
        assert [line.new for line in hunk.lines if line.new] == list(hunk.after)
        assert hunk.size == tuple(sum(line.sign == sign for line in hunk.lines) for sign in "+-")
        assert any(hunk.size)


@pytest.mark.parametrize(
    ("context", "header"), [(0, "@@ -3 +3 @@"), (1, "@@ -2,3 +2,3 @@"), (9, "@@ -1,5 +1,5 @@")]
)
def test_context(context: int, header: str) -> None:
    (found,) = hunks(Change(PATH, b"a\nb\nc\nd\ne\n", b"a\nb\nC\nd\ne\n"), 1, (), (), context)

    assert found.header == header


def test_a_file_without_a_change_has_none() -> None:
    assert made(b"a\n", b"a\n") == ()
    assert made(None, b"") == ()


def test_created_and_deleted() -> None:
    (created,) = made(None, b"a\nb")
    (deleted,) = made(b"a\n", None)

    assert (created.header, created.size) == ("@@ -0,0 +1,2 @@", (2, 0))
    assert created.lines[1] == HunkLine("+", "b", None, 2, (), "")
    assert (deleted.header, deleted.size) == ("@@ -1 +0,0 @@", (0, 1))


def test_far_changes_are_hunks_of_their_own() -> None:
    between = b"x\n" * (2 * CONTEXT + 1)

    assert [hunk.number for hunk in made(b"a\n" + between + b"b\n", b"c\n" + between + b"d\n")] == [1, 2]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_line_ends_are_kept_apart_from_the_text(end: str) -> None:
    (hunk,) = made(f"a{end}".encode(), f"b{end}".encode())

    assert [(line.text, line.end) for line in hunk.lines] == [("a", end), ("b", end)]


def test_a_lone_carriage_return_is_text() -> None:
    (hunk,) = made(b"a\rb\n", b"a\rc\n")

    assert [line.text for line in hunk.lines] == ["a\rb", "a\rc"]


def test_section_is_what_encloses_the_first_change() -> None:
    before = b"class Shop:\n    def sell(self):\n        a = 1\n        return a\n"
    replaced, inserted, deleted = (
        made(before, before.replace(old, new))
        for old, new in ((b"a = 1", b"a = 2"), (b"return a\n", b"return a\n\n    b = 1\n"), (b"a = 1", b""))
    )

    assert [hunk.section for (hunk,) in (replaced, inserted, deleted)] == [
        "Shop.sell",
        "Shop",
        "Shop.sell",
    ]


# --- words --------------------------------------------------------------------------------------


def marked(line: HunkLine) -> list[str]:
    return [line.text[start:end] for start, end in line.changed]


def test_words_are_marked() -> None:
    (hunk,) = made(b"x = self._left_box.open()\n", b"x = self._box.open()\n")

    assert [marked(line) for line in hunk.lines] == [["_left_box"], ["_box"]]


def test_words_are_marked_across_lines_and_tabs() -> None:
    (hunk,) = made(b"\tone(_a,\n\t    two)\n", b"\tone(_b,\n\t    three)\n")

    assert [marked(line) for line in hunk.lines] == [["_a"], ["two"], ["_b"], ["three"]]


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"", b"added\n"), (b"gone\n", b""), (b"alpha beta\n", b"quite(another, text)\n")],
)
def test_no_words_are_marked_where_nothing_stays(before: bytes, after: bytes) -> None:
    assert [line.changed for hunk in made(before, after) for line in hunk.lines if line.changed] == []


def test_long_blocks_are_not_compared() -> None:
    before, after = "a b " * 10_000, "a c " * 10_000

    assert changed_words(before, after) == ((), ())


@PROPERTY
@given(st.text("ab_ .\n", max_size=40), st.text("ab_ .\n", max_size=40))
def test_what_is_not_marked_is_the_same(before: str, after: str) -> None:
    old, new = changed_words(before, after)

    def rest(text: str, found: Sequence[tuple[int, int]]) -> str:
        return "".join(c for n, c in enumerate(text) if not any(start <= n < end for start, end in found))

    assert not (old or new) or rest(before, old) == rest(after, new)


@PROPERTY
@given(FILES, FILES)
def test_marks_are_in_order_and_inside_their_line(before: bytes, after: bytes) -> None:
    for line in (line for hunk in made(before, after) for line in hunk.lines):
        ends = [0, *(each for pair in line.changed for each in pair), len(line.text)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in line.changed)
        assert line.sign != " " or not line.changed


# --- reasons ------------------------------------------------------------------------------------

SHOP = """\
class Shop:
    def open(self):
        self._left_box = 1
        return self._left_box



    # far



    def close(self):
        self._left_box = None
"""


def test_a_reason_stands_at_its_hunk() -> None:
    edits = [edit(SHOP, "# far", "# near", "a word"), edit(SHOP, "close", "shut", "a name")]
    (hunk,) = changed(SHOP, edits)

    assert hunk.reasons == (Reason("a word", 8), Reason("a name", 12))


def test_hunks_have_their_own_reasons() -> None:
    first, last = changed(SHOP, [edit(SHOP, "open", "up", "one"), edit(SHOP, "None", "0", "two")])

    assert [[r.text for r in hunk.reasons] for hunk in (first, last)] == [["one"], ["two"]]


def test_a_reason_of_a_site_has_its_names_and_confidence() -> None:
    found = site(3, 14, "_left_box", confidence=Confidence.NAMED)
    (hunk,) = changed(
        SHOP, [edit(SHOP, "_left_box", "_box", found.reason)], [found, site(13, 14, "_left_box")]
    )

    assert hunk.reasons == (Reason("self of Shop", 3, False, "_left_box", "_box", Confidence.NAMED),)
    assert hunk.sites == (found,)


def test_what_is_deleted_has_no_new_name() -> None:
    found = site(3, 14, "_left_box", decision=Decision.DELETE, new="_box", reason="only declared")
    (hunk,) = changed(SHOP, [edit(SHOP, "        self._left_box = 1\n", "", "only declared")], [found])

    assert hunk.reasons == (Reason("only declared", 3, True, "_left_box", None, Confidence.PROVEN),)


def test_an_edit_that_changes_two_hunks_is_why_for_both() -> None:
    middle = SHOP[SHOP.index("open") : SHOP.index("= None")]
    whole = edit(
        SHOP,
        middle,
        middle.replace("open", "up").replace("(self):\n        self._left_box ", "():\n        self.a "),
    )
    first, last = changed(SHOP, [whole])

    assert [[r.text for r in hunk.reasons] for hunk in (first, last)] == [["why"], ["why"]]


def test_an_edit_made_before_is_behind_no_hunk() -> None:
    before, after = SHOP.replace("# far", "# near"), SHOP.replace("# far", "# near").replace("None", "0")
    edits = [edit(SHOP, "# far", "# near", "earlier"), edit(SHOP, "None", "0", "now")]
    found = list(spans(PATH, SHOP.encode(), edits, after.encode()))
    (hunk,) = hunks(Change(PATH, before.encode(), after.encode()), 1, found, ())

    assert [r.text for r in hunk.reasons] == ["now"]


# --- lines that move ----------------------------------------------------------------------------


@PROPERTY
@given(FILES, FILES)
def test_a_line_that_stays_is_found_again(before: bytes, after: bytes) -> None:
    found = made(before, after)
    opcodes = [opcode for hunk in found for opcode in hunk.opcodes]
    old, new = text(before), text(after)
    went = {line.old for hunk in found for line in hunk.lines if line.sign == "-"}

    for number, line in enumerate(old, 1):
        if number not in went:
            assert new[moved(opcodes, number) - 1] == line


def test_a_line_that_goes_leaves_its_place() -> None:
    (hunk,) = made(b"a\nb\nc\nd\n", b"a\nd\n")

    assert [moved(hunk.opcodes, line) for line in (1, 2, 3, 4)] == [1, 2, 2, 2]


def test_names_of_the_marked_words_are_those_of_the_reasons() -> None:
    """On a line of its own each reason names words that the line marks."""
    (hunk,) = changed(
        "self._left_box\n",
        [edit("self._left_box\n", "_left_box", "_box", "self of Shop")],
        [site(1, 6, "_left_box")],
    )
    words = {word for line in hunk.lines for word in marked(line)}

    assert {name for r in hunk.reasons for name in re.findall(r"\w+", f"{r.old} {r.new}")} == words
