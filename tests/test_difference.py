"""What a dry run shows: every hunk with why it is there, notes at their lines, and a summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import difference, overview, rows
from cli.highlight import Code
from cli.render import phases_told
from cli.rows import Line, visible
from codemods import spec as specs
from codemods.data import Change, Confidence, Decision, Note, Phase, Site
from codemods.hunks import Hunk, HunkLine, Reason, hunks
from codemods.review import review
from codemods.reviewed import FileReview, PhaseReview, Review, TreeLine
from codemods.survey import survey

PROPERTY = settings(deadline=None, derandomize=True, database=None)
PATH = PurePosixPath("pkg/a.py")
FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage" / "before"
SAID = re.compile(r"^# ")


def site(line: int = 1, name: str = "_old", **more: Any) -> Site:
    given = {
        "path": PATH,
        "line": line,
        "column": 5,
        "name": name,
        "kind": "read",
        "decision": Decision.RENAME,
        "new": name.replace("old", "new"),
        "confidence": Confidence.PROVEN,
        "reason": "self of Shop",
        "phase": 1,
    }
    return Site(**{**given, **more})


def hunk(before: bytes = b"a\n", after: bytes = b"b\n", **more: Any) -> Hunk:
    (made,) = hunks(Change(PATH, before, after), 1, (), ())
    fields = {name: getattr(made, name) for name in Hunk.__slots__}
    return Hunk(**{**fields, **more})


def of(*made: Hunk, path: PurePosixPath = PATH, **more: Any) -> Review:
    change = Change(path, b"a\n", b"b\n")
    phase = PhaseReview(Phase(1, "base", "The base."), (FileReview(change, made),))
    return Review(**{"phases": (phase,), "tree": (), "notes": (), "asked": (), **more})


def texts(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


def said(lines: Iterable[Line]) -> list[str]:
    return [text for text in texts(lines) if SAID.match(text)]


def parts(line: Line) -> list[tuple[str, str]]:
    return [(line.text[start:end], style) for start, end, style in line.parts]


@cache
def of_fixture() -> Review:
    return review(survey(FIXTURE, specs.builtin()))


# --- reasons ------------------------------------------------------------------------------------


def test_a_hunk_without_reasons_says_nothing() -> None:
    assert texts(difference.hunk(hunk())) == ["@@ -1 +1 @@", "-a", "+b"]


def test_renames_of_one_receiver_are_one_line() -> None:
    found = hunk(sites=(*(site(n) for n in range(1, 4)), site(1, "_old_too"), site(2, "_old_too")))

    assert said(difference.hunk(found)) == [
        "# _old -> _new 3x, _old_too -> _new_too 2x  proven: self of Shop"
    ]


def test_what_is_known_otherwise_is_said_apart() -> None:
    found = hunk(sites=(site(), site(2, confidence=Confidence.NAMED), site(3, reason="a fixture")))

    assert said(difference.hunk(found)) == [
        "# _old -> _new  proven: self of Shop",
        "# _old -> _new  named: self of Shop",
        "# _old -> _new  proven: a fixture",
    ]


def test_what_goes_has_no_new_name() -> None:
    found = hunk(sites=(site(decision=Decision.DELETE, reason="only declared"),))

    assert said(difference.hunk(found)) == ["# _old goes  proven: only declared"]


def test_a_line_that_moves_takes_its_name_along() -> None:
    found = hunk(b"x = self._old\ny\n", b"y\n", sites=(site(),))

    assert said(difference.hunk(found)) == ["# _old goes  proven: self of Shop"]


@pytest.mark.parametrize("before", [b"x = self._old\ny\n", b"x = self._new\ny\n"])
def test_a_line_that_moves_says_where_to_and_no_name(before: bytes) -> None:
    found = hunk(before, b"y\n", sites=(site(),), reasons=(Reason("moves to Root.close", 1),))

    assert said(difference.hunk(found)) == ["# moves to Root.close"]


def test_reasons_without_a_name_are_told_once() -> None:
    found = hunk(
        sites=(site(),), reasons=(Reason("imports", 1), Reason("imports", 4), Reason("self of Shop", 2))
    )

    assert said(difference.hunk(found)) == ["# _old -> _new  proven: self of Shop", "# imports"]


def test_low_confidence_stands_out() -> None:
    (line,) = difference.why(hunk(sites=(site(confidence=Confidence.NAMED),)))

    assert ("  named: ", "named") in parts(line)


def test_section_is_in_the_header() -> None:
    assert texts(difference.hunk(hunk(section="Shop.sell")))[0] == "@@ -1 +1 @@ Shop.sell"


# --- lines --------------------------------------------------------------------------------------


def test_changed_words_are_marked() -> None:
    _, gone, added = difference.hunk(hunk(b"x = self._old.y\n", b"x = self._new.y\n"))

    assert (gone.style, parts(gone)) == ("gone", [("_old", "gone.word")])
    assert (added.style, parts(added)) == ("added", [("_new", "added.word")])


def test_lines_have_their_numbers_beside_them() -> None:
    lines = list(difference.hunk(hunk(b"a\n" * 9 + b"b\n", b"a\n" * 9 + b"c\nd\n")))[1:]

    assert [(line.margin, line.text) for line in lines] == [
        (" 7  7 ", " a"),
        (" 8  8 ", " a"),
        (" 9  9 ", " a"),
        ("10    ", "-b"),
        ("   10 ", "+c"),
        ("   11 ", "+d"),
    ]


def test_no_newline_at_the_end_is_said() -> None:
    assert texts(difference.hunk(hunk(b"a", b"b\n")))[1:] == ["-a", "\\ No newline at end of file", "+b"]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [(b"a\r\n", b"b\r\n", ["-a", "+b"]), (b"a\r\n", b"a\n", ["-a\r", "+a"])],
)
def test_line_ends_are_shown_where_they_differ(before: bytes, after: bytes, shown: list[str]) -> None:
    assert texts(difference.hunk(hunk(before, after)))[1:] == shown


# --- remarks ------------------------------------------------------------------------------------


def test_remarks_are_below_the_line_they_speak_of() -> None:
    note, asked = Note(PATH, 12, "odd flag"), site(14, "_left", reason="unknown")
    found = hunk(b"a\nb\nc\n", b"a\nB\nc\n", notes=(note,), asked=(asked,), places=((note, 2), (asked, 3)))

    assert texts(difference.hunk(found))[1:] == [
        " a",
        "-b",
        "+B",
        "# note 12: odd flag",
        " c",
        "# ask 14:5  _left: unknown",
    ]


def test_remarks_stay_at_a_line_that_has_no_successor() -> None:
    note = Note(PATH, 2, "odd flag")
    found = hunk(b"a\nb\nc\n", b"a\nc\n", notes=(note,), places=((note, 2),))

    assert texts(difference.hunk(found))[1:] == [" a", "-b", "# note 2: odd flag", " c"]


def test_a_note_does_not_repeat_a_reason() -> None:
    note = Note(PATH, 1, "_old: it is older")
    found = hunk(reasons=(Reason("it is older", 1),), notes=(note,), places=((note, 1),))

    assert said(difference.hunk(found)) == ["# it is older", "# note 1: _old: as said above"]


def test_remarks_without_a_place_are_above_the_lines() -> None:
    found = hunk(notes=(Note(PATH, 12, "odd flag"),))

    assert texts(difference.hunk(found))[1] == "# note 12: odd flag"


def test_questions_stand_out() -> None:
    found = hunk(asked=(site(),), notes=(Note(PATH, 2, "odd"),))
    styles = {line.parts[0].style for line in difference.hunk(found) if SAID.match(line.text)}

    assert styles == {"ask", "note"}


# --- all of it ----------------------------------------------------------------------------------


def test_every_hunk_of_the_fixture_says_why() -> None:
    for found in of_fixture().hunks:
        assert said(difference.why(found)), f"{found.path} {found.header}"


def test_every_line_of_the_diffs_is_there() -> None:
    shown = texts(difference.whole(of_fixture(), "classmod apply ."))
    diffs = [f.change.diff() for phase in of_fixture().phases for f in phase.files]

    left = iter(shown)
    for line in (line.rstrip("\r") for diff in diffs for line in diff.split("\n")[:-1]):
        if line.startswith("@@"):
            assert any(text.startswith(line) for text in left), line
        else:
            assert line in left


def test_a_terminal_has_no_lines_that_only_a_patch_needs() -> None:
    styled = texts(difference.whole(of_fixture(), "", styled=True))
    plain = texts(difference.whole(of_fixture(), ""))
    between = re.compile(r"diff --git |--- (a/|/dev)|\+\+\+ (b/|/dev)|new file mode")

    assert styled == [text for text in plain if not between.match(text)]


def test_code_has_its_syntax_on_a_terminal() -> None:
    styles = {p.style for line in difference.whole(of_fixture(), "", styled=True) for p in line.parts}

    assert {"code.keyword", "stripe.keyword", "code.string", "stripe.string", "stripe.name"} <= styles
    assert {"added.word", "gone.word"} <= styles


def test_every_style_is_known() -> None:
    from cli.colours import styles

    used = {p.style for line in difference.whole(of_fixture(), "", styled=True) for p in line.parts}
    used |= {line.style for line in difference.whole(of_fixture(), "", styled=True)}

    assert used - styles("truecolor").keys() == {""}


TEXT = st.text(st.characters(), max_size=12)


@PROPERTY
@given(TEXT, TEXT, TEXT, TEXT, st.booleans())
def test_nothing_of_a_project_reaches_the_terminal_raw(
    line: str, path: str, reason: str, note: str, styled: bool
) -> None:
    place = PurePosixPath(path or "a.py")
    data = f"{line}\nb\n".encode("utf-8", "surrogatepass")
    change = Change(place, b"a\nb\n", data)
    remarks = Note(place, 1, note), site(2, path=place, reason=reason)
    made = tuple(
        Hunk(
            **{
                **{name: getattr(h, name) for name in Hunk.__slots__},
                "section": path,
                "reasons": (Reason(reason, 1),),
                "sites": (site(name=note, new=line, reason=reason),),
                "notes": remarks[:1],
                "asked": remarks[1:],
            }
        )
        for h in hunks(change, 1, (), ())
    )
    phase = PhaseReview(Phase(1, "base", note), (FileReview(change, made, remarks[:1], remarks[1:]),))
    tree = (TreeLine(0, "A", place, f"class {line}", f"class {note}"),)
    found = Review((phase,), tree, remarks[:1], remarks[1:])

    draw = (rows.coloured if styled else rows.plain)("utf-8", 60)
    for lines in (difference.whole(found, reason, styled=styled), overview.stat(found, reason, 60)):
        for row in (row for each in lines for row in draw(each)):
            assert re.sub(r"\x1b\[[0-9;]*m", "", row).replace("\t", "").isprintable()


# --- syntax -------------------------------------------------------------------------------------

SOURCE = '''\
def one():
    """Said
    over lines.
    """
    return "x"  # done
'''


def test_a_string_over_lines_is_one() -> None:
    change = Change(PATH, SOURCE.encode(), SOURCE.replace("over", "on").encode())
    (found,) = hunks(change, 1, (), ())
    syntax = Code(change).parts
    shown = {
        (line.sign, line.text.strip()): {(line.text[p.start : p.end].strip(), p.style) for p in syntax(line)}
        for line in found.lines
    }

    assert ("def", "keyword") in shown[" ", "def one():"]
    assert ("one", "name") in shown[" ", "def one():"]
    assert shown["-", "over lines."] == {("over lines.", "string")}
    assert shown["+", "on lines."] == {("on lines.", "string")}


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_syntax_stays_at_its_words_whatever_ends_lines(end: bytes) -> None:
    before = SOURCE.encode().replace(b"\n", end)
    change = Change(PATH, before, before.replace(b"done", b"ready"))
    (found,) = hunks(change, 1, (), ())
    (gone,) = [line for line in found.lines if line.sign == "-"]

    kinds = {gone.text[p.start : p.end]: p.style for p in Code(change).parts(gone)}
    assert (kinds["return"], kinds["# done"]) == ("keyword", "comment")


def test_markdown_has_syntax() -> None:
    page = b"# Title\n\n`code`\n\n```python\nimport os\n```\n"
    change = Change(PurePosixPath("a.md"), page, page.replace(b"os", b"sys"))
    (found,) = hunks(change, 1, (), ())
    styles = {line.text: {p.style for p in Code(change).parts(line)} for line in found.lines}

    assert "keyword" in styles["import sys"]


@PROPERTY
@given(st.binary(max_size=80), st.sampled_from(["a.py", "a.md", "a.pyi"]))
def test_any_bytes_can_be_shown(data: bytes, name: str) -> None:
    change = Change(PurePosixPath(name), None, data)
    syntax = Code(change).parts

    for line in (line for found in hunks(change, 1, (), ()) for line in found.lines):
        assert all(0 <= p.start < p.end <= len(line.text) for p in syntax(line))
        assert visible(line.text).replace("\t", "").isprintable()


def test_a_file_that_is_too_long_is_shown_without() -> None:
    data = b"import os\n" * 60_000
    change = Change(PATH, data, data + b"import sys\n")
    (found,) = hunks(change, 1, (), ())

    assert [Code(change).parts(line) for line in found.lines] == [()] * 4


# --- in short -----------------------------------------------------------------------------------


def test_tree_marks_what_changes() -> None:
    tree = (
        TreeLine(0, "Base", PATH, "class Base(ABC)", "class Base(Generic[X], ABC)"),
        TreeLine(1, "Leaf", PATH, "class Leaf(Base)", "class Leaf(Base)"),
    )
    title, _, _, gone, added, same, _ = overview.class_tree(tree, {1})

    assert [line.text for line in (gone, added, same)] == [
        "-Base(ABC)",
        "+Base(Generic[X], ABC)",
        "   Leaf(Base)",
    ]
    assert parts(gone) == []
    assert parts(added) == [("Generic[X], ", "added.word")]
    assert (gone.aside, added.aside, same.style) == ("  pkg/a.py:1", "", "quiet")
    assert title.text == "==== the classes before and after phase 1"


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({2}, "phase 2"),
        ({3, 1}, "phases 1 and 3"),
        ({1, 2, 4}, "phases 1, 2 and 4"),
        ({0, 1, 2}, "phases 0 to 2"),
    ],
)
def test_phases_as_people_say_them(numbers: set[int], told: str) -> None:
    assert phases_told(numbers) == told


def test_tree_that_stays_is_not_shown() -> None:
    still = replace(of(hunk()), tree=(TreeLine(0, "Base", PATH, "class Base", "class Base"),))
    body = replace(still, tree=(replace(still.tree[0], body=True),), numbers=frozenset({1}))

    assert not any("the classes" in line for line in texts(difference.whole(still, "")))
    assert "~Base" in texts(difference.whole(body, ""))


def test_summary_counts_each_occurrence_once() -> None:
    twice = site()
    found = of(hunk(sites=(twice,)), hunk(sites=(twice, site(2, confidence=Confidence.NAMED))))

    assert texts(overview.summary(found, "classmod apply .")) == [
        "phase 1 base     1 file     2 hunks  +2 -2",
        "",
        "How sure: 2 places where an old name changes or goes",
        "     1 proven: a type says so: the class itself, an annotation or mypy",
        "     1 named: in code, only the name says so",
        "",
        "Next, prove each phase in a copy and land it: classmod apply .",
    ]


def test_summary_names_what_is_to_be_decided() -> None:
    asked = tuple(site(line, path=PurePosixPath(f"{line:02}.py")) for line in range(1, 23))
    lines = texts(
        overview.summary(of(hunk(asked=asked[1:], notes=(Note(PATH, 1, "x"),)), asked=asked[:1]), "")
    )

    at = lines.index("22 places to decide by hand, left alone by apply:")
    assert lines[at + 1] == "  01.py:1:5: _old: self of Shop"
    assert lines[at + 21] == "  and 2 more"


def test_summary_says_where_notes_are_to_be_seen() -> None:
    tested, twice = Note(PurePosixPath("tests/a.py"), 1, "t"), Note(PATH, 9, "x")
    found = of(hunk(notes=(Note(PATH, 3, "see " + "whether " * 20), Note(PATH, 1, "x"), twice, tested)))
    found = replace(found, notes=(Note(PurePosixPath("a.md"), 2, "y"),))

    # Code, tests, words; nothing is cut, and what is said twice is said once.
    assert texts(overview.summary(found, ""))[-5:] == [
        "5 notes to look at by hand, beside 1 hunk (lines as they are now):",
        "  pkg/a.py:1: x; also at pkg/a.py:9",
        f"  pkg/a.py:3: see {'whether ' * 20}",
        "  tests/a.py:1: t",
        "  a.md:2: y",
    ]


def test_summary_of_nothing() -> None:
    nothing = Review((PhaseReview(Phase(1, "base", ""), ()),), (), (), ())

    assert texts(overview.summary(nothing, "classmod apply .")) == ["Nothing to change."]
    assert texts(overview.stat(nothing, "classmod apply .", 80)) == ["Nothing to change."]


@PROPERTY
@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(30, 200), st.integers(1, 100))
def test_histogram_fits(added: int, gone: int, width: int, length: int) -> None:
    lines = (HunkLine("+", "a", None, 1),) * (added + 1) + (HunkLine("-", "a", 1, None),) * (gone + 1)
    found = of(hunk(lines=lines), path=PurePosixPath("p" * length))
    _, line, *_ = overview.stat(found, "", width)

    assert len(line.text) <= width
    assert line.text.count("+") >= 1
    assert line.text.count("-") >= 1
    numbers: Sequence[str] = re.findall(r"\| +(\d+) ", line.text)
    assert numbers == [str(added + gone + 2)]
