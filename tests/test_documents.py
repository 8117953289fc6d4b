"""Markdown files, byte for byte: names change, nothing else does."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods import documents
from codemods.data import Note
from tests.helpers import AROUND, check_change, check_noop, planned
from tests.trees import known

LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self, box=None):
        super().__init__()
        self._left_box = box

    def _make_left_box(self) -> Box:
        return Box()


class OrderShelf:
    def __init__(self):
        self._left_box = 1
"""


def noop(document: bytes, path: str = "docs/a.md") -> None:
    check_noop({"left.py": LEFT, path: document}, path)


def change(before: bytes, after: bytes, path: str = "docs/a.md") -> None:
    check_change({"left.py": LEFT, path: before}, {path: after})


# --- what stays ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "it is empty"),
        (b"my_left_box and _left_boxes\n", "longer identifiers"),
        (b"`OrderShelf._left_box`\n", "a class outside the hierarchy"),
        (b"```python\nclass OrderShelf:\n    _left_box = 1\n```\n", "a fenced class of such a name"),
        (b'```json\n{"_left_box": 1}\n```\n', "another language"),
        (b"~~~sh\ngrep _left_box\n", "another language, and the fence is not closed"),
        (b"\xef\xbb\xbf```json\n_left_box\n```\n", "another language, behind a BOM"),
        ("`_left_box`".encode("utf-16"), "an encoding that is not read"),
        (b"_left\xff_box \\_left\\_box\n", "names that are none"),
    ],
)
def test_noop(document: bytes, why: str) -> None:
    noop(document)


@pytest.mark.parametrize("path", ["CHANGELOG.md", "docs/history.md"])
def test_change_log(path: str) -> None:
    noop(b"`_left_box`\n", path)


@pytest.mark.parametrize("path", ["a.txt", "a.rst", "a.ipynb", "a.MD"])
def test_other_kinds_of_documents(path: str) -> None:
    noop(b"`_left_box`\n", path)


def test_other_languages_become_a_note() -> None:
    _, plan = planned({"left.py": LEFT, "a.md": "\n```json\n_left_box\n```\n`_left_on`\n"})

    assert [n for n in plan.notes if n.path.name == "a.md"] == [
        Note(plan.notes[0].path.with_name("a.md"), 3, "_left_box: code in json; not changed")
    ]


# --- what changes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"The `_left_box`.\n", b"The `_box`.\n"),
        (b"# `_left_box`\n\n_left_on: _left_count\n", b"# `_box`\n\n_on: _count\n"),
        (b"_left_box, _left_box_on, my_left_box, _left_box\n", b"_box, _left_box_on, my_left_box, _box\n"),
        (b"`_make_left_box()` and `_build_box(1)`\n", b"`_make_box()` and `_make_box(1)`\n"),
        (b"```python\nself._left_box\n```\n", b"```python\nself._box\n```\n"),
        (b"```\nself._left_box\n```\n", b"```\nself._box\n```\n"),
        (b"~~~py\nself._left_box\n~~~\n", b"~~~py\nself._box\n~~~\n"),
        (b"```py\nself._left_box", b"```py\nself._box"),
        (b"- a\n\n  ```py\n  self._left_box\n  ```\n", b"- a\n\n  ```py\n  self._box\n  ```\n"),
        (b"> ```py\n> self._left_box\n> ```\n", b"> ```py\n> self._box\n> ```\n"),
        (b"<!-- _left_box -->\n", b"<!-- _box -->\n"),
        (b"a\r\n_left_box\r\n\r\n```py\r\n_left_on\r\n```\r\n", b"a\r\n_box\r\n\r\n```py\r\n_on\r\n```\r\n"),
        (b"a\r_left_box\n_left_on\r\n", b"a\r_box\n_on\r\n"),
        (b"_left_box", b"_box"),
        (b"_left_box  \n\t_left_on \n\n\n", b"_box  \n\t_on \n\n\n"),
        (b"\xef\xbb\xbf_left_box\n", b"\xef\xbb\xbf_box\n"),
        (b"\xff\xfe _left_box \xe9\n", b"\xff\xfe _box \xe9\n"),
        ("é 💥 _left_box \u2028 _left_on\x0c\n".encode(), "é 💥 _box \u2028 _on\x0c\n".encode()),
        (b"[a](\xff)\n\n[b]: http://\xff\n\n_left_box\n", b"[a](\xff)\n\n[b]: http://\xff\n\n_box\n"),
        (b"a\0_left_box\n", b"a\0_box\n"),
        (
            b"```\nclass OrderShelf:\n    def f(self, x: Left):\n        self._left_box + x._left_box\n```\n",
            b"```\nclass OrderShelf:\n    def f(self, x: Left):\n        self._left_box + x._box\n```\n",
        ),
    ],
)
def test_change(before: bytes, after: bytes) -> None:
    change(before, after)


def test_sites_of_a_document_with_bom_have_the_columns_a_reader_sees() -> None:
    text = documents.read(b"\xef\xbb\xbfa _left_box\n")

    assert (text.text, text.bom, text.place(2)) == ("a _left_box\n", True, (1, 3))


def test_every_edit_has_a_phase_and_a_reason() -> None:
    _, plan = planned({"left.py": LEFT, "a.md": "`_left_box` _left_on\n"}, (1, 6))
    (made,) = (c for c in plan.changes if c.path.name == "a.md")

    assert [(e.start, e.end, e.replacement, e.phase) for e in made.edits] == [
        (1, 10, "_box", 6),
        (12, 20, "_on", 6),
    ]
    assert {e.reasons for e in made.edits} == {
        ("documentation of the hierarchy; no other class that has such a name is named beside it",),
        ("documentation of the hierarchy; no other class has the old name",),
    }


@pytest.mark.parametrize("phases", [(1,), (1, 2, 3, 4), (1, 5)])
def test_no_phase_before_the_last_changes_a_document(phases: tuple[int, ...]) -> None:
    check_noop({"left.py": LEFT, "a.md": "`_left_box`\n"}, "a.md", phases)


PIECES = (
    *("_left_box", "my_left_box", "OrderShelf._left_box", "`_left_on`", "Left ", "é💥", "\udc80", "\0"),
    *("```", "```py", "~~~~json", "`", "    ", "\t", "> ", "- ", "1. ", "# ", "<!--", "-->", "|", "==="),
    *("class OrderShelf:", "    def f(self):", "        self._left_box", ">>> ", "'", '"""', "(", "\\", ". "),
    *("\n", "\n", "\n", "\r\n", "\r", "\n\n", " "),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_document(text: str) -> None:
    """Every name is a site, and where one changes nothing else does."""
    data = text.encode("utf-8", "surrogateescape")
    path = PurePosixPath("a.md")

    found = known({**AROUND, "left.py": LEFT, "a.md": data}).by_path.get(path, ())
    made = documents.change(path, data, found)

    whole = re.compile(r"(?<!\w)(?:_left_box|_left_on)(?!\w)")
    assert [s.name for s in found] == whole.findall(text)
    said = iter([site.new or "" if site.decision == "rename" else site.name for site in found])
    expected = whole.sub(lambda _: next(said), text)
    assert (made.after if made else data) == expected.encode("utf-8", "surrogateescape")
