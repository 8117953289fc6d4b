"""Lines as rows: nothing raw gets through, nothing is lost, and no row is wider than the window."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cli import colours, rows
from cli.rows import Line, Part, joined, visible

PROPERTY = settings(deadline=None, derandomize=True, database=None)
ANY = st.text(st.characters(), max_size=60)  # surrogates, controls and marks that turn text around included
WIDTH = st.integers(20, 130)
STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLORTERM", "COLORFGBG", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def bare(drawn: list[str]) -> list[str]:
    return [STYLE.sub("", row) for row in drawn]


@PROPERTY
@given(ANY, ANY)
def test_plain_text_is_one_line_and_prints(text: str, aside: str) -> None:
    (row,) = rows.plain("utf-8", 80)(Line(text, "red", aside, (Part(0, 1, "added"),), "12 ", ">", True))

    assert row.replace("\t", " ").isprintable()
    assert row.startswith(visible(text))
    assert not row.startswith("12 ")


@PROPERTY
@given(ANY, WIDTH, st.booleans())
def test_coloured_rows_hold_nothing_but_styles(text: str, width: int, code: bool) -> None:
    line = Line(text, "added", "", (Part(0, len(text), "added.word"),), "12 ", ">", code)

    drawn = list(rows.coloured("utf-8", width)(line))

    assert all(row.isprintable() for row in bare(drawn))
    assert all(cell_len(row) <= width for row in bare(drawn))


@PROPERTY
@given(ANY, WIDTH)
def test_nothing_of_the_code_is_lost(text: str, width: int) -> None:
    line = Line(f"+{text}", "added", "", (), "", ">", True)

    first, *others = bare(list(rows.coloured("utf-8", width)(line)))
    whole = first + "".join(row.removeprefix(">") for row in others)

    # Before a wide character there may be a blank at the edge.
    assert all(row.startswith(">") for row in others)
    assert whole.replace(" ", "") == re.sub(r"[ \t]", "", visible(f"+{text}"))


@PROPERTY
@given(st.text("ab  c\u0301\u4e16", max_size=90), WIDTH)
def test_nothing_that_is_said_is_lost(text: str, width: int) -> None:
    first, *others = bare(list(rows.coloured("utf-8", width)(joined(("# ", "why"), (text, "name")))))

    assert first + "".join(row.removeprefix("#   ") for row in others) == f"# {text}"


@PROPERTY
@given(st.text("ab \t\u4e16e\u0301", max_size=90), WIDTH)
def test_the_stripe_of_a_line_is_as_wide_as_the_window(text: str, width: int) -> None:
    line = Line(f"-{text}", "gone", "", (), "  7    ", ">", True)

    widths = {cell_len(row) for row in bare(list(rows.coloured("utf-8", width)(line)))}

    assert widths == {width} or widths <= {width, width - 1}  # no half of a wide character


def test_words_are_kept_whole_in_what_is_said() -> None:
    drawn = bare(list(rows.coloured("utf-8", 24)(joined(("# one two three four five six seven", "why")))))

    assert drawn == ["# one two three four ", "#   five six seven"]


def test_a_wide_character_is_not_cut() -> None:
    drawn = bare(list(rows.coloured("utf-8", 20)(Line("+" + "\u4e16" * 12, "", "", (), "", ">", True))))

    assert drawn == ["+" + "\u4e16" * 9 + " ", ">" + "\u4e16" * 3 + " " * 13]


def test_a_combining_mark_stays_with_its_letter() -> None:
    drawn = bare(
        list(rows.coloured("utf-8", 20)(Line("a" * 19 + "e\u0301" + "b", "", "", (), "", ">", True)))
    )

    assert drawn[0] == "a" * 19 + "e\u0301"


def test_tabs_are_blanks_where_a_stripe_is_painted() -> None:
    drawn = bare(list(rows.coloured("utf-8", 30)(Line("+\tx\ty", "added", "", (), "", ">", True))))

    assert drawn == ["+       x       y" + " " * 13]
    assert list(rows.plain("utf-8", 30)(Line("+\tx"))) == ["+\tx"]


def test_parts_stay_at_their_words_behind_what_is_escaped() -> None:
    line = Line("+\x1b[31mword", "", "", (Part(6, 10, "red"),))

    assert list(rows.coloured("utf-8", 80)(line)) == ["+\\x1b[31m\x1b[31mword\x1b[0m"]


def test_markup_is_text() -> None:
    assert list(rows.coloured("utf-8", 80)(Line("[red]x[/red] :smile:"))) == ["[red]x[/red] :smile:"]


@pytest.mark.parametrize(("width", "margin"), [(59, False), (60, True)])
def test_a_margin_needs_room(width: int, margin: bool) -> None:
    first, second = bare(
        list(rows.coloured("utf-8", width)(Line("+" + "x" * 70, "", "", (), "12 34 ", ">", True)))
    )

    assert first.startswith("12 34 +") is margin
    assert second.startswith("      >" if margin else ">")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (37, "text  a/long/path/to/a/file.py:12345"),
        (36, "text  a/long/path/to/a/file.py:12345"),
        (35, "text  ...ng/path/to/a/file.py:12345"),
        (24, "text  ...a/file.py:12345"),
        (23, "text"),
        (3, "tex"),
    ],
)
def test_an_aside_loses_its_beginning_before_it_goes(width: int, shown: str) -> None:
    line = Line("text", aside="  a/long/path/to/a/file.py:12345", code=True, hang="")

    assert bare(list(rows.coloured("utf-8", width)(line)))[0].rstrip() == shown
    assert list(rows.plain("utf-8", width)(line)) == ["text  a/long/path/to/a/file.py:12345"]


def test_a_style_that_is_not_known_is_none() -> None:
    assert list(rows.coloured("utf-8", 80)(Line("text", "no-such-style"))) == ["text"]


def test_an_encoding_that_lacks_a_character_lacks_no_column() -> None:
    (row,) = bare(list(rows.coloured("ascii", 20)(Line("+\u4e16", "", "", (), "", ">", True))))

    assert row == "+\\u4e16" + " " * 13


# --- colours ------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [None, "standard", "256", "truecolor"])
@pytest.mark.parametrize("background", ["", "15;0", "0;15", "0;default;7"])
def test_every_name_has_a_style(depth: str | None, background: str) -> None:
    found = colours.styles(depth, background)

    assert found.keys() == colours.styles("truecolor").keys()


@pytest.mark.parametrize("background", ["15;0", "0;15"])
def test_stripes_are_told_apart_in_256_colours(background: str) -> None:
    from rich.color import ColorSystem
    from rich.style import Style

    found = colours.styles("256", background)
    painted = [Style.parse(found[name]).bgcolor for name in ("added", "added.word", "gone", "gone.word")]

    assert len({c.downgrade(ColorSystem.EIGHT_BIT).number for c in painted if c}) == 4


def test_a_light_background_has_stripes_of_its_own() -> None:
    assert colours.styles("256", "0;15")["added"] != colours.styles("256", "15;0")["added"]
    assert colours.styles("256", "15;0") == colours.styles("256", "")


def test_sixteen_colours_are_those_of_the_terminal() -> None:
    assert [each for each in colours.styles("standard").values() if "#" in each] == []
