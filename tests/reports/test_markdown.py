"""The Markdown report: short enough, true to what it quotes, and nothing in it means more than it says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cli.reports import Overview
from cli.reports.classes import diagram
from cli.reports.markdown import LONGEST, code, markdown, text
from cli.terminal import visible
from codemods.data import Change, Phase
from codemods.hunks import Reason, hunks
from codemods.reviewed import FileReview, PhaseReview, Review
from tests.reports.reviews import EVIL, overview, tree

GITHUB = MarkdownIt("gfm-like", {"linkify": False})
EMPTY = Overview("shop", "boxes", Review((), (), (), ()))
EVERY = pytest.mark.parametrize(
    "shown",
    [
        EMPTY,
        overview(),
        overview(done=True),
        overview(done=True, passed=False),
        overview(evil=EVIL, done=True),
        overview(100, 10, done=True),
        overview(100, 10, classes=500, done=True, passed=False, evil=EVIL),
    ],
    ids=["empty", "dry", "landed", "refused", "evil", "a thousand hunks", "a thousand evil hunks"],
)
OWN = re.compile(r"</?details>|</?summary>|<!-- (?:classmod report )?-->")
"""The HTML that the report itself is made of."""


def html(source: str) -> list[str]:
    """The HTML that is left as it is in Markdown."""
    found = []
    for token in GITHUB.parse(source):
        parts = [token, *(token.children or ())]
        found += [part.content for part in parts if part.type in ("html_block", "html_inline")]
    return found


@EVERY
def test_report_fits(shown: Overview) -> None:
    assert len(markdown(shown)) <= LONGEST


@EVERY
def test_report_is_the_same_every_time(shown: Overview) -> None:
    assert markdown(shown) == markdown(shown)


@EVERY
def test_first_line_is_the_mark(shown: Overview) -> None:
    assert markdown(shown).partition("\n")[0] == "<!-- classmod report -->"


@EVERY
def test_everything_is_closed_and_nothing_else_is_html(shown: Overview) -> None:
    source = markdown(shown)
    opened = 0
    for block in html(source):
        rest = OWN.sub("", re.sub(r"<summary>(.*)</summary>", "", block))
        assert rest.strip() == ""
        opened += block.count("<details>") - block.count("</details>")
        assert opened in (0, 1)
    assert opened == 0
    assert [
        t for t in GITHUB.parse(source) if t.type == "inline" and "image" in map(_type, t.children or ())
    ] == []
    assert [
        t.info for t in GITHUB.parse(source) if t.type == "fence" and t.info not in ("diff", "mermaid")
    ] == []


def _type(token: object) -> str:
    return str(getattr(token, "type", ""))


def test_rows_of_tables_are_whole() -> None:
    tokens = GITHUB.parse(markdown(overview(evil=EVIL, done=True, passed=False)))

    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 2
    widths: list[int] = []
    for kind in kinds:
        if kind == "tr_open":
            widths.append(0)
        elif kind in ("td_open", "th_open"):
            widths[-1] += 1
    assert widths == [5, 5, 5, 5, *[3] * 5]


def test_hunks_are_quoted_as_they_are() -> None:
    shown = overview(evil="`````x")
    fences = [token.content for token in GITHUB.parse(markdown(shown)) if token.info == "diff"]

    assert fences == [
        "\n".join(
            [
                f"{e.hunk.header} {e.hunk.section}".rstrip(),
                *(line.sign + line.text for line in e.hunk.lines),
                "",
            ]
        )
        for e in shown.entries
    ]


def test_what_has_no_room_is_counted() -> None:
    shown = overview(100, 10, done=True)
    source = markdown(shown)

    quoted = sum(token.info == "diff" for token in GITHUB.parse(source))
    assert 100 < quoted < 1000
    told = f"Too long for a pull request: {1000 - quoted} hunks of 1000 are left out, "
    looks = sum(entry.wants_a_look for entry in shown.entries)
    assert source.count(f"{told}{looks - quoted} of them need a look") == 2
    assert source.index(told) < source.index("| Phase |")
    assert "left out" not in markdown(overview(done=True))


def test_hunks_that_need_a_look_come_before_others() -> None:
    shown = overview(100, 10)
    *calm, last = shown.review.phases
    calmed = [replace(phase, files=tuple(map(_calm, phase.files))) for phase in calm]
    *files, worrying = last.files
    phases = (*calmed, replace(last, files=(*map(_calm, files), worrying)))
    source = markdown(replace(shown, review=replace(shown.review, phases=phases)))

    for hunk in (entry.hunk for entry in shown.entries if entry.file is worrying and entry.wants_a_look):
        assert hunk.header in source.partition(f"#### `{worrying.path}`")[2]
    assert f"#### `{calmed[0].files[0].path}`" in source
    assert "are left out, none that needs a look." in source
    assert re.search(r"Phase 3 docs: 33 files, \+330 -330, \d+ hunks of 330</summary>", source)


def _calm(file: FileReview) -> FileReview:
    told = (Reason("the root declares it", 1),)
    return replace(
        file, hunks=tuple(replace(each, notes=(), asked=(), reasons=told) for each in file.hunks), notes=()
    )


@pytest.mark.parametrize(
    ("lines", "said"), [(25, ""), (26, "_and 1 more line_"), (99, "_and 74 more lines_")]
)
def test_created_file_is_cut_short(lines: int, said: str) -> None:
    change = Change(PurePosixPath("new.py"), None, b"x\n" * lines)
    made = FileReview(change, hunks(change, 1, (), ()))
    review = Review((PhaseReview(Phase(1, "base", "It."), (made,)),), (), (), ())
    source = markdown(Overview("shop", "boxes", review))

    (quoted,) = (token.content for token in GITHUB.parse(source) if token.info == "diff")
    assert quoted == f"@@ -0,0 +1,{lines} @@\n" + "+x\n" * 25
    assert said in source
    assert ("more line" in source) == bool(said)


def test_what_is_left_for_a_person_is_counted() -> None:
    assert "⚠️ **6 places to decide by hand; 13 notes to look at by hand**" in markdown(overview())
    assert "by hand" not in markdown(EMPTY)


def test_how_sure_it_is() -> None:
    told = (
        "How sure the 18 decisions on names are:\n\n"
        "- 6 **proven**: a type says so: the class itself, an annotation or mypy\n"
        "- 6 **inferred**: in code, a fixture, a constructor call or simple flow says so\n"
        "- 6 **named**: in code, only the name says so\n"
    )
    assert told in markdown(overview())
    assert "How sure" not in markdown(EMPTY)


def test_report_of_a_dry_run() -> None:
    source = markdown(overview())

    assert "**A dry run: nothing is written.** Spec `spec`." in source
    assert "| 1 base | The root becomes generic. | 2 | +6 -6 |" in source
    assert "`_old` → `_new`: receiver is self in Shop (line 15)" in source
    assert "- **to decide** `pkg/file_0.py:5` \\_old: receiver is self in Shop" in source
    assert "What the gates say" not in source


def test_reason_is_said_once_beside_a_hunk() -> None:
    (source,) = re.findall(r"#### `pkg/file_0.py`\n\n(.+?)\n\n```", markdown(overview()), re.DOTALL)

    assert source == (
        "- ⚠️ **to decide** line 5, `_old`: receiver is self in Shop\n"
        "- **note** line 5: receiver is self in Shop\n"
        "- `_old` → `_new`: see the note (line 5)\n"
        "- receiver is self in Shop, too (line 5)"
    )


def test_report_of_a_refusal() -> None:
    source = markdown(overview(done=True, passed=False))

    assert "❌ **Phase 2 left is refused. Nothing landed.**" in source
    assert (
        "### Why phase 2 left is refused\n\n"
        "- **mypy** refused: because\n"
        "  - `pkg/file_1.py:5` has no attribute\n"
        "    - because pkg/a.py:5 \\_old became \\_new\n"
    ) in source
    assert "| 1 base | mypy | ✅ 6 -&gt; 5 errors |" in source
    assert "| 3 docs | Words speak of the new names. | 2 | +6 -6 | not tried |" in source


# --- words ------------------------------------------------------------------------------------------

HOSTILE = st.text(st.sampled_from("<>&\"'`*_{}[]()#+-.!|~$:@\\ 12ab\n\u202ewww:/"), min_size=1, max_size=20)


@given(HOSTILE)
def test_words_stay_words(words: str) -> None:
    rendered = GITHUB.render(f"- x {text(words)}\n\n{text(words)}")

    flat = _escaped(visible(" ".join(words.split())))
    plain = rendered.replace("<!-- -->", "")
    assert (
        plain
        == f"<ul>\n<li>x {flat}".rstrip() + f"</li>\n</ul>\n{f'<p>{flat}</p>' + chr(10) if flat else ''}"
    )


@given(HOSTILE)
def test_code_stays_code(words: str) -> None:
    flat = _escaped(visible(words.replace("\n", " ")))

    assert GITHUB.render(f"x {code(words)} y") == f"<p>x <code>{flat}</code> y</p>\n"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("see @you", "see @<!-- -->you"),
        ("as in #12", "as in \\#<!-- -->12"),
        ("www.example.com", "www.<!-- -->example.com"),
        ("1. one", "1\\. one"),
        (":tada:", "\\:tada:"),
        ("a: b", "a: b"),
        ("a-b", "a-b"),
    ],
)
def test_words_call_nobody(words: str, expected: str) -> None:
    assert text(words) == expected


# --- the diagram ------------------------------------------------------------------------------------


def test_diagram_of_what_comes() -> None:
    assert diagram(tree(3), after=True) == (
        "```mermaid\n"
        "classDiagram\n"
        "  class Class0~T, U~:::changed\n"
        "  class Class1:::changed\n"
        "  Class0 <|-- Class1 : A, B\n"
        "  class Class2:::body\n"
        "  Class1 <|-- Class2\n"
        "  classDef changed stroke:#1a7f37,stroke-width:3px\n"
        "  classDef body stroke:#1a7f37,stroke-width:2px,stroke-dasharray:5 3\n"
        "```"
    )


def test_diagram_has_what_stands_beside_the_root() -> None:
    root, first, second = tree(3)
    header = "class Class1(Class0, mixins.Side)"
    line = replace(
        second, depth=0, name="Side", before="class Side", after="class Side", body=True, part="mixin"
    )
    drawn = diagram((root, replace(first, before=header, after=header, body=True), line), after=True)

    assert "  class Class1:::body\n  Class0 <|-- Class1\n  Side <|-- Class1\n" in drawn
    assert "  class Side:::body\n  <<mixin>> Side\n" in drawn
    assert ":::" not in diagram((root, line), after=False)


def test_classes_have_their_places() -> None:
    told = markdown(overview(classes=3))

    assert "\nThe classes after phases 1 to 3: a thick line where the header changes, a dashed one" in told
    assert "- `Class1` `pkg/file_0.py:4` header changes\n- `Class2` `pkg/file_0.py:7` body changes\n" in told


def test_diagram_of_what_was() -> None:
    assert diagram(tree(2), after=False) == (
        "```mermaid\nclassDiagram\n  class Class0\n  class Class1\n  Class0 <|-- Class1\n```"
    )


def test_names_that_mermaid_would_take_for_something_else() -> None:
    lines = [replace(line, name=name) for line, name in zip(tree(3), ["note", "_A", "_A"], strict=True)]
    drawn = diagram(tuple(lines), after=True)

    assert 'class class0["note[T, U]"]:::changed' in drawn
    assert 'class class1["_A"]' in drawn
    assert 'class class2["_A"]' in drawn
