"""The page as text: what is in it, that it holds together, and that nothing of a file becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.reports import Overview
from cli.reports.charts import charts, compact
from cli.reports.classes import nested
from cli.reports.code import LONGEST_HUNK, LONGEST_LINE, body
from cli.reports.page import page
from codemods.data import Change, Confidence, Note
from codemods.hunks import Reason, hunks
from codemods.reviewed import FileReview, Review
from tests.reports.reviews import EVIL, overview

VOID = {"meta", "img", "input", "line", "rect"}


class Read(HTMLParser):
    """A page taken apart; every element is closed where it has to be."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self.words: list[str] = []
        self.raw: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self.raw[self._open[-1]] = self.raw.get(self._open[-1], "") + data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def values(self, name: str) -> list[str]:
        return [value for _, each, value in self.attributes if each == name]


EMPTY = Overview("shop", "boxes", Review((), (), (), ()))
EVERY = pytest.mark.parametrize(
    "shown",
    [
        EMPTY,
        overview(),
        overview(done=True),
        overview(done=True, passed=False),
        overview(evil=EVIL, done=True),
    ],
    ids=["empty", "dry", "landed", "refused", "evil"],
)


@EVERY
def test_page_holds_together(shown: Overview) -> None:
    found = Read(page(shown))

    ids = found.values("id")
    assert len(ids) == len({*ids})
    assert {link.removeprefix("#") for link in found.values("href")} <= {*ids}
    assert {*found.values("aria-labelledby")} <= {*ids}
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    steps = zip(found.headings, found.headings[1:], strict=False)
    assert [pair for pair in steps if pair[1] > pair[0] + 1] == []


@EVERY
def test_page_needs_and_allows_nothing_else(shown: Overview) -> None:
    source = page(shown)
    found = Read(source)
    (policy,) = (v for v in found.values("content") if "default-src" in v)

    hashes = {
        kind: base64.b64encode(hashlib.sha256(found.raw[kind].encode()).digest()).decode()
        for kind in found.raw
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert (found.tags["script"], found.tags["style"]) == (1, 1)
    names = {name for _, name, _ in found.attributes}
    assert not names & {"src", "srcset", "style", "action", "formaction", "data", "poster", "background"}
    assert [name for name in names if name.startswith("on")] == []
    assert [link for link in found.values("href") if not link.startswith("#")] == []


@EVERY
def test_page_is_the_same_every_time(shown: Overview) -> None:
    assert page(shown).encode() == page(shown).encode()


def test_first_line_tells_what_it_is() -> None:
    assert page(EMPTY).partition("\n")[0] == "<!doctype html><!-- classmod report -->"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("<>&\"'`/=!-{}%#;\\ a\n\r\t\x00\x1b\u202e\udc80]"), min_size=1, max_size=12))
def test_no_text_becomes_markup(text: str) -> None:
    plain, found = Read(page(overview(2, 1, done=True))), Read(page(overview(2, 1, evil=text, done=True)))

    assert {*found.tags} <= {*plain.tags, "b", "mark", "em"}
    assert {(tag, name) for tag, name, _ in found.attributes} <= {
        *((tag, name) for tag, name, _ in plain.attributes),
        ("b", "class"),
    }
    assert found.raw == plain.raw


def test_evil_text_is_to_be_read() -> None:
    found = Read(page(overview(evil=EVIL, done=True, passed=False)))

    shown = EVIL.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
    assert found.text.count(shown) > 30


# --- what is told -----------------------------------------------------------------------------------


def test_every_line_reason_and_note_is_there() -> None:
    shown = overview(6, 3)
    found = Read(page(shown))

    for entry in shown.entries:
        assert entry.hunk.header in found.text
        for line in entry.hunk.lines:
            assert line.text in found.text
        for reason in entry.hunk.reasons:
            assert reason.text in found.text
    assert found.text.count("a note") == 2 * 6  # beside the file, and in the list
    assert "far from it all" in found.text
    assert len([name for name in found.values("class") if name == "hunk"]) == 18


def test_header_of_a_hunk_names_what_encloses_it() -> None:
    shown = overview(1, 1)
    found = Read(page(_with(shown, section="class Shop: def sell")))

    assert "@@ -2,7 +2,7 @@ class Shop: def sell" in found.text
    assert "@@ -2,7 +2,7 @@</h5>" in page(_with(shown, section=""))


def _with(shown: Overview, **fields: object) -> Overview:
    """The same with other fields of every hunk."""
    phases = tuple(
        replace(
            phase,
            files=tuple(
                replace(file, hunks=tuple(replace(hunk, **fields) for hunk in file.hunks))  # type: ignore[arg-type]
                for file in phase.files
            ),
        )
        for phase in shown.review.phases
    )
    return replace(shown, review=replace(shown.review, phases=phases))


def test_reason_is_said_once_beside_a_hunk() -> None:
    renamed = Reason("receiver is self", 5, False, "_old", "_new", Confidence.PROVEN)
    nameless = [Reason(text, 5) for text in ("receiver is self", "the import goes", "a worry")]
    noted = Reason("a question", 5, False, "_old", "_new", Confidence.NAMED)
    notes = tuple(Note(PurePosixPath("a.py"), 5, text) for text in ("a worry", "_old: a question"))
    found = Read(page(_with(overview(1, 1), reasons=(*nameless, renamed, noted), notes=notes, asked=())))

    assert found.text.count("receiver is self: ") == 0
    assert found.text.count("_old → _new: receiver is self proven line 5") == 1
    assert found.text.count("the import goes line 5") == 1
    assert found.text.count("_old → _new: see the note named line 5") == 1
    assert found.text.count("a worry") == 2  # beside its line, and in the list
    assert found.text.count("a question") == 2


def test_places_and_notes_to_see_by_hand_are_counted_apart() -> None:
    source = page(overview(6, 3))
    single = Read(page(_with(overview(1, 1), reasons=(Reason("it goes", 5),), asked=())))

    assert "places to decide by hand6 notes to look at by hand13" in " ".join(Read(source).text.split())
    assert "places to decide by hand0 notes to look at by hand3" in " ".join(single.text.split())
    assert source.count('<dt><a href="#notes">') == 2


def test_the_page_says_how_sure_it_is_in_code_and_in_words() -> None:
    hunk = overview(1, 1).entries[0].hunk
    (site,) = hunk.sites
    apart = (
        replace(site, line=n, kind="comment" if n > 2 else "read", confidence=Confidence.INFERRED)
        for n in range(1, 6)
    )
    told = Read(page(_with(overview(1, 1), sites=tuple(apart)))).text

    assert "How sure the 5 decisions on names are:" in told
    assert "2 inferred in code, a fixture" in told
    assert "3 inferred in words about the hierarchy" in told


def test_refusal_comes_with_its_cause_and_leads_to_the_hunk() -> None:
    source = page(overview(done=True, passed=False))

    assert "Phase 2 left is refused. Nothing landed." in source
    assert '<code><a href="#p2-f1-h1">pkg/file_1.py:5</a></code> has no attribute' in source
    assert "because pkg/a.py:5 _old became _new" in source
    assert '<span class="badge">not tried</span>' in source


def test_what_landed_is_told() -> None:
    assert "6 files landed." in page(overview(done=True))


def test_many_hunks_are_folded() -> None:
    few, many = overview(6, 3), overview(60, 3)
    (first, *others) = many.review.phases
    calm = replace(first, files=tuple(map(_calm, first.files)))
    calmer = replace(many, review=replace(many.review, phases=(calm, *others)))

    assert unfolded(page(few)) == 6
    assert unfolded(page(many)) == 50  # of three hunks each, which all want a look
    assert len(Read(page(many)).values("tabindex")) > 180
    assert unfolded(page(calmer)) == 40
    assert page(calmer).index(OPEN) > page(calmer).index('id="p2-f1"')


OPEN = " open>\n<summary><h4>"


def unfolded(source: str) -> int:
    return source.count(OPEN)


def _calm(file: FileReview) -> FileReview:
    told = (Reason("the root declares it", 1),)
    return FileReview(
        file.change, tuple(replace(each, notes=(), asked=(), reasons=told) for each in file.hunks)
    )


def test_class_leads_to_the_hunk_that_shows_it() -> None:
    shown = overview(classes=3)
    (root,) = nested(shown)

    assert [node.line.name for node in root.below] == ["Class1"]
    assert root.anchor == "p1-f1-h1"
    assert root.places == (("base", "p1-f1"),)
    assert [str(side) for side in root.sides] == ["ABC", "<ins>Generic[T, U], </ins>ABC"]


def test_classes_say_what_changes_and_where_they_stand() -> None:
    told = " ".join(Read(page(overview(classes=3))).text.split())

    assert "classes change, 2 in their headers3" in told
    assert "Before, and after phases 1 to 3." in told
    assert "Class1 Class0 pkg/file_0.py:4 Class1 header changes Class0[A, B]" in told
    assert "Class2 Class0 pkg/file_0.py:7 Class2 body changes Class0 pkg/file_0.py:7" in told


def test_tree_of_sixty_classes() -> None:
    found = Read(page(overview(classes=60)))

    assert found.values("class").count("card now") == 60


# --- charts -----------------------------------------------------------------------------------------


def test_dry_run_has_no_chart() -> None:
    assert charts(overview()) == []


def test_bars_are_in_proportion() -> None:
    first, second = charts(overview(done=True, passed=False))

    assert first.said == "mypy: errors: before 6, base 5, left 4"
    assert [bar.kind for bar in first.bars] == ["before", "after", "refused"]
    heights = [bar.height for bar in first.bars]
    assert [round(height / heights[0], 2) for height in heights] == [1, 0.83, 0.67]
    assert [bar.said for bar in second.bars] == ["1200", "12.3k", "12.3k"]


def test_nothing_counted_has_no_height() -> None:
    shown = overview(done=True)
    assert shown.done
    (first, *_) = charts(replace(shown, done=replace(shown.done, proofs=(shown.done.proofs[0],))))

    assert [bar.height for bar in first.bars] == [94.0, 78.3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (766, "766"),
        (2.5, "2.5"),
        (1200, "1200"),
        (12345, "12.3k"),
        (1_234_567, "1.2M"),
        (5e9, "5.0G"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert compact(value) == text


# --- code -------------------------------------------------------------------------------------------


def shown(before: str, after: str, path: str = "a.py") -> str:
    change = Change(PurePosixPath(path), before.encode(), after.encode())
    return "".join(body(hunk, change) for hunk in hunks(change, 1, (), ()))


def test_lines_that_stay_are_on_both_sides() -> None:
    assert shown("a\nold = 1\n", "a\nnew = 1\n", "a.txt") == (
        '<div class="ctx"><i aria-hidden="true" data-n="1">a</i><span data-n="1">a</span></div>'
        '<div class="chg"><del data-n="2"><mark>old</mark> = 1</del>'
        '<ins data-n="2"><mark>new</mark> = 1</ins></div>'
    )


def test_code_is_coloured_by_the_whole_file() -> None:
    start = '"""\n' + "words\n" * 20
    coloured = shown(f'{start}old def\n"""\n', f'{start}new def\n"""\n')

    assert '<del data-n="22"><mark><b class="s">old</b></mark><b class="s"> def</b></del>' in coloured


def test_markdown_and_windows_lines() -> None:
    assert '<b class="k">' in shown("# old\n", "# new\n", "a.md")
    assert '<b class="k">def</b>' in shown("def f(): 1\r\n", "def f(): 2\r\n")


def test_what_is_endless_is_cut_and_said_to_be() -> None:
    wide = shown("x\n", "y" * (LONGEST_LINE + 5) + "\n", "a.txt")
    long = shown("", "y\n" * (LONGEST_HUNK + 7), "a.txt")

    assert wide.endswith("… 5 more characters</em></ins></div>")
    assert long.endswith("7 more lines are not shown here.</p>")


def test_bytes_that_are_no_text_are_shown() -> None:
    change = Change(PurePosixPath("a.py"), b"# \xe9 old\n", b"# \xe9 new\n")

    assert "\\xe9" in body(hunks(change, 1, (), ())[0], change)
