"""Where a name stands in a document. ``@`` in a text marks the name that is asked about."""

from __future__ import annotations

import pytest

from codemods import documents
from codemods.markdown import Document, Mention

NAME = "_left_box"


def _mention(marked: str) -> Mention:
    """The mention of the marked name; the document is read from bytes, as it is in a run."""
    text = documents.read(marked.replace(f"@{NAME}", NAME).encode("utf-8", "surrogateescape"))
    offset = marked.removeprefix("\ufeff").index("@")
    return Document(text).mention(offset, NAME)


def _named(marked: str) -> tuple[str, str]:
    found = _mention(marked)
    return found.kind, found.language


# --- kinds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("The @_left_box.", "prose"),
        ("The `@_left_box`.", "code span"),
        ("`a` and @_left_box", "prose"),
        ("`a` and `@_left_box`", "code span"),
        ("# The @_left_box", "heading"),
        ("# The `@_left_box`", "code span"),
        ("The @_left_box\n===\n", "heading"),
        ("a\n\n    x = @_left_box\n", "code block"),
        ("| a |\n|---|\n| @_left_box |\n", "prose"),
        ("> - @_left_box", "prose"),
        ("<!-- @_left_box -->", "prose"),
        ("<!--\n```js\n@_left_box\n```\n-->\n", "prose"),
        ("a <!-- @_left_box --> b", "prose"),
        ("[a]: # '@_left_box'\n", "prose"),
        ("a\\\n@_left_box", "prose"),
        ("\n\n\n@_left_box", "prose"),
    ],
)
def test_kinds(marked: str, kind: str) -> None:
    assert _named(marked) == (kind, "")


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("```python\n@_left_box\n```\n", "python"),
        ("```\n@_left_box\n```\n", ""),
        ("```   \n@_left_box\n```\n", ""),
        ("~~~js\n@_left_box\n~~~\n", "js"),
        ("~~~\n```\n@_left_box\n```\n~~~\n", ""),
        ("````text\n```python\n@_left_box\n```\n````\n", "text"),
        ("```Python\n@_left_box\n```\n", "python"),
        ("``` py title='x'\n@_left_box\n```\n", "py"),
        ("```{.python .numberLines}\n@_left_box\n```\n", "python"),
        ("```python,ignore\n@_left_box\n```\n", "python"),
        ("```json\n@_left_box", "json"),
        ("```json\n\n@_left_box\n\n", "json"),
        ("- a\n\n  ```json\n  @_left_box\n  ```\n", "json"),
        ("- a\n  1. b\n     ```json\n     @_left_box\n     ```\n", "json"),
        ("> ```json\n> @_left_box\n> ```\n", "json"),
        ("> ```json\n> @_left_box\n", "json"),
        ("1. > ~~~json\n   > @_left_box\n", "json"),
        ("\ufeff```json\n@_left_box\n```\n", "json"),
        ("a\r\n\r\n```json\r\n@_left_box\r\n```\r\n", "json"),
        ("a\r\r```json\r@_left_box\r```\r", "json"),
        ("\x0c\n\u2028\n```json\n@_left_box\n```\n", "json"),
        ("\udc80\n```json\n@_left_box\n```\n", "json"),
        ("[a](\udc80)\n\n[b]: http://\udc80\n\n```json\n@_left_box\n```\n", "json"),
    ],
)
def test_fences(marked: str, language: str) -> None:
    assert _named(marked) == ("fence", language)


@pytest.mark.parametrize(
    "marked",
    [
        "```json\n```\n@_left_box",
        "~~~json\n~~~\n@_left_box",
        "> ```json\n\n@_left_box",
        "- ```json\n\n@_left_box",
        "`json\n@_left_box`",
        "a\n\n    ```json\n\n@_left_box",
    ],
)
def test_noop_behind_a_fence(marked: str) -> None:
    assert _mention(marked).kind != "fence"


@pytest.mark.parametrize("language", ["", "python", "py", "python3", "pycon", "doctest"])
def test_noop_python_is_not_foreign(language: str) -> None:
    assert not _mention(f"```{language}\n@_left_box\n```\n").foreign


@pytest.mark.parametrize("language", ["json", "bash", "js", "text", "diff", "pythonic"])
def test_foreign(language: str) -> None:
    assert _mention(f"```{language}\n@_left_box\n```\n").foreign


# --- owners -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "owners"),
    [
        ("`@_left_box`", ()),
        ("`self.@_left_box`", ()),
        ("`Shelf.@_left_box`", ("Shelf",)),
        ("`shelves.Shelf.@_left_box`", ("Shelf",)),
        ("`Shelf().@_left_box`", ("Shelf",)),
        ("`Shelf`.`@_left_box`", ("Shelf",)),
        ("Shelf#@_left_box", ("Shelf",)),
        ("Shelf. @_left_box", ()),
        ("```python\nShelf().@_left_box\n```\n", ("Shelf",)),
        ("```python\nclass Shelf(Base):\n    @_left_box = 1\n```\n", ("Base", "Shelf")),
        ("```python\nclass Shelf:\n    def\n    self.@_left_box\n", ()),
        ("```python\n)( Shelf.@_left_box\n```\n", ("Shelf",)),
        ("> ```python\n> class Shelf:\n>     def f(self):\n>         self.@_left_box\n", ("Shelf",)),
        ("- ```python\n  class Shelf:\n      @_left_box: int\n  ```\n", ("Shelf",)),
        ("```python\r\nclass Shelf:\r\n\t@_left_box = 1\r\n```\r\n", ("Shelf",)),
        ("```python\nclass Shelf: ...\n\nx.@_left_box\n```\n", ("x",)),
    ],
)
def test_owners(marked: str, owners: tuple[str, ...]) -> None:
    assert _mention(marked).owners == owners


# --- what stands around it ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "around"),
    [
        ("A b. C @_left_box d. E f.", ("C _left_box d. ", "A b. C _left_box d. E f.")),
        ("A\nb @_left_box\nc. D", ("A\nb _left_box\nc. ", "b _left_box", "A")),
        ("| a. b | @_left_box |\n", ("| a. b | _left_box |",)),
        ("# H\n\n## I\n\n### J\n\n## K\n\n```\n@_left_box\n```\n", ("K", "H")),
        ("A\n===\n\nB\n---\n\n```\n@_left_box\n```\n\n# C\n", ("B", "A")),
        ("- a @_left_box\n- b", ("a _left_box",)),
    ],
)
def test_what_stands_around_it(marked: str, around: tuple[str, ...]) -> None:
    found = _mention(marked).around

    assert tuple(text.lstrip("- ") for text in found)[: len(around)] == around
