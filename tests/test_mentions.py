"""What words are said of: the hierarchy, a class outside it, what was, or nobody knows."""

from __future__ import annotations

import pytest

from codemods.data import Site
from tests.trees import HIERARCHY, sited

SHELF = "class Shelf:\n    def __init__(self):\n        self._left_box = 1\n"
TREE = {
    **HIERARCHY,
    "shelf.py": SHELF,
    "wide.py": "from shelf import Shelf\nclass Wide(Shelf): ...\n",
    "table.py": "class Table: ...\n",
    "low.py": "from bases import Left\nfrom boxes import Box\nclass Low(Left):\n"
    "    def _make_left_box(self) -> Box: return Box()\n    def _make_right_box(self): return 1\n",
}


def _said(text: str, path: str = "a.md") -> list[Site]:
    found = sited({**TREE, path: text.encode()}, path)
    assert found, "no name is found"
    return found


def _decided(text: str, path: str = "a.md") -> list[str]:
    return [site.decision for site in _said(text, path)]


# --- documents: what stays ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("`Shelf._left_box`", "Shelf has a _left_box of its own"),
        ("`Wide()._left_box`", "Wide has a _left_box of its own"),
        ("`shelf.Shelf._left_box`", "Shelf has a _left_box of its own"),
        ("## Shelf._left_box", "Shelf has a _left_box of its own"),
        ("`Shelf` has a `_left_box` of its own", "Shelf has a _left_box of its own"),
        ("| `Shelf` | `_left_box` |", "Shelf has a _left_box of its own"),
        ("Left rests.\nShelf has a\n_left_box.", "Shelf has a _left_box of its own"),
        ("```\nShelf()._left_box\n```", "Shelf has a _left_box of its own"),
        ("```py\nclass Shelf:\n    _left_box = 1\n```", "Shelf has a _left_box of its own"),
        ("```py\nclass My(Wide):\n    def f(self): self._left_box\n```", "Wide has a _left_box of its own"),
        ("```py\nx = Shelf()\nx._left_box\n```", "Shelf has a _left_box of its own"),
        ("```py\ndef f(x: Shelf): x._left_box\n```", "Shelf has a _left_box of its own"),
        ("> ```py\n> class Shelf:\n>     _left_box = 1\n> ```", "Shelf has a _left_box of its own"),
        ("```py\nstats['_left_box']\n```", "key of a dictionary"),
        ("```py\n_left_box = make()\nshow(_left_box)\n```", "a variable of its own"),
        ("```py\ndef f(_left_box=None):\n    return _left_box\n```", None),
        ("```py\nif stats.get('_left_box'): ...\n```", "key of a dictionary"),
        ("```py\nlog.info('_left_box')\n```", "words of a message"),
        ('The line `"_left_box is full"` means it', "words of a message"),
        ('| `stats()["_left_box"]` | number |', "key of a dictionary"),
        ("`Right._left_box`", "Right is on another side"),
        ("```py\nraise E('no _left_box')\n```", "words of a message"),
        ("```py\nf(_left_box=1)\n```", "a keyword of its own"),
        ("see `_left_box.py`", "part of an address"),
        ("[a](https://b.c/_left_box)", "part of an address"),
        ("_left_box is now _box", "tells of the renaming itself"),
        ("| `_left_box`, `_right_box` | → | `_box` |", "tells of the renaming itself"),
        ("## Changelog\n\n### 1.0\n\n- _left_box", "a change log tells what was"),
        ("## Release notes:\n\n- _left_box", "a change log tells what was"),
        ("```bash\ngrep _left_box\n```", "code in bash"),
        ("~~~json\n{'_left_box': 1}", "code in json"),
        ("- a\n\n  ```yaml\n  _left_box: 1\n  ```", "code in yaml"),
    ],
)
def test_noop_kept(text: str, reason: str | None) -> None:
    found = {(s.decision, s.reason) for s in _said(text)}

    assert {decision for decision, _ in found} == {"keep"}
    assert reason is None or {said for _, said in found} == {reason}


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "docs/ChangeLog-2.0.md",
        "CHANGES.md",
        "docs/HISTORY.md",
        "NEWS.md",
        "RELEASE_NOTES.md",
        "release-notes-1.md",
        "changelog.d/12.md",
        "docs/release-notes/1.md",
        "newsfragments/1.feature.md",
    ],
)
def test_noop_change_logs(path: str) -> None:
    assert _decided("# 1.0\n\n`_left_box`, `Left._left_box`\n", path) == ["keep", "keep"]


@pytest.mark.parametrize(
    "path", ["docs/changing.md", "news/api.md", "history_api.md", "changelogger.md", "a.md"]
)
def test_other_documents(path: str) -> None:
    assert _decided("# History\n\n`_left_box`\n", path) == ["rename"]


def test_noop_fence_in_another_language_is_told() -> None:
    (site,) = _said("```json\n_left_box\n```\n")

    assert site.kind == "foreign fence"


# --- documents: doubts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Shelf and Left have a `_left_box`.", "Shelf, named here, has a _left_box of its own"),
        ("Shelf is full. It has a `_left_box`.", "Shelf, named here, has a _left_box of its own"),
        ("## Shelf\n\nIt has a `_left_box`.", "Shelf, named here, has a _left_box of its own"),
        ("# Shelf\n\n## Use\n\n```\n_left_box\n```", "Shelf, named here, has a _left_box of its own"),
        (
            "# Shelf\n\n# Others\n\n`_left_box`",
            "this page names Shelf, which has a _left_box of its own, and no other",
        ),
        ("`stats()` returns a dict with the key `_left_box`", "it may be the key of a dictionary"),
        ("A left one has a helper `_make_right_box`.", "Low has a helper of this name"),
    ],
)
def test_noop_asked(text: str, reason: str) -> None:
    assert {(s.decision, s.confidence, s.reason) for s in _said(text)} == {("ask", "named", reason)}


# --- documents: what changes --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The _left_box.",
        "The `_left_box`.",
        "## _left_box",
        "<!-- _left_box -->",
        "    x._left_box",
        "```\nx._left_box\n```",
        "```python\nx._left_box\n```",
        "```python\n_left_box (",
        "`Left._left_box` is no `Shelf`",
        "`Table._left_box`",
        "`Nobody._left_box`",
        "Left has `_left_box`. Shelf rests.",
        "# Shelf\n\n## Left\n\n`_left_box`",
        "# Shelf\n\nA Left has `_left_box`",
        "# Shelf\n\n```py\nclass Low(Left):\n    _left_box = 1\n```",
        "# Shelf and Left\n\n# Others\n\n`_left_box`",
        "The shelf has a `_left_box`",
        "A right one makes `_make_right_box`.",
        "The right one, not the left one: `_make_right_box`.",
        "`_left_box` is now open, see https://b.c",
        "[_left_box](#_left_box)",
        "`_build_box`",
        "```py\nclass Shelf:\n    def f(self, x: Left): x._left_box\n```",
        "```py\nhasattr(x, '_left_box')\n```",
        "```py\n_left_box: Box = None\n```",
        "`hasattr(x, '_left_box')`",
        "`_left_box = None`",
        "`'_left_box'",
        "```py\nclass Shelf(Left):\n    def f(self): self._left_box\n```",
    ],
)
def test_renamed(text: str) -> None:
    found = {(s.decision, s.confidence, s.phase) for s in _said(text)}

    assert found == {("rename", "inferred", 6)}


def test_several_on_a_line_are_each_their_own() -> None:
    found = _decided("`_left_box`, `Shelf._left_box`, `Left._left_box`: `my_left_box`")

    assert found == ["ask", "keep", "rename"]


def test_noop_stale_name_that_the_hierarchy_has_in_code() -> None:
    files = {**TREE, "b.py": "from bases import Left\nclass B(Left):\n    def _build_box(self): ...\n"}

    (site,) = sited({**files, "a.md": "`_build_box`\n"}, "a.md")

    assert (site.decision, site.reason) == ("keep", "_build_box is a name of its own in code")


# --- docstrings and comments --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "decision"),
    [
        ("# _left_box\n", "rename"),
        ("# Shelf._left_box\n", "keep"),
        ("# Wide()._left_box\n", "keep"),
        ("# the _left_box of a Shelf\n", "keep"),
        ("# the _left_box of a Shelf, not of a Left\n", "ask"),
        ("# Left._left_box, not the Shelf's\n", "rename"),
        ("class A:\n    '''_left_box'''\n", "rename"),
        ("class A:\n    '''_left_box'''\n    def _left_box(self): ...\n", "keep"),
        ("'''_left_box'''\nclass A:\n    _left_box = 1\n", "keep"),
        ("'''A left one has a _make_right_box.'''\n", "ask"),
        ("# _left_box is now called _box\n", "keep"),
    ],
)
def test_words_in_code(source: str, decision: str) -> None:
    assert _decided(source, "a.py")[0] == decision


@pytest.mark.parametrize("uses", ["class A(Left): ...", "def f(x: Left): ..."])
def test_module_of_such_a_class_that_knows_the_hierarchy_too(uses: str) -> None:
    source = f"'''_left_box'''\nfrom bases import Left\n{uses}\nclass B:\n    _left_box = 1\n"

    assert _decided(source, "a.py") == ["rename", "keep"]
