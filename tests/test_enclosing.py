"""What encloses a line, as the header of a hunk says it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.enclosing import enclosing

SHELF = """\
import os

class Shelf:
    size = 1

    class Board:
        def put(
            self,
            book,
        ) -> None:
            def inner():
                return 1

            return inner()

    async def take(self):
\t\treturn 2


    after = 3


def main():
    pass
print()
"""

PAGE = """\
intro

# Shelves
text
```python
# no heading
```
## Boards #
more
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import os", ""),
        ("class Shelf:", ""),
        ("    size = 1", "Shelf"),
        ("            book,", "Shelf.Board.put"),
        ("        ) -> None:", "Shelf.Board.put"),
        ("                return 1", "Shelf.Board.put.inner"),
        ("            return inner()", "Shelf.Board.put"),
        ("    async def take(self):", "Shelf"),
        ("\t\treturn 2", "Shelf.take"),
        ("    after = 3", "Shelf"),
        ("    pass", "main"),
        ("print()", ""),
    ],
)
def test_python(line: str, found: str) -> None:
    lines = SHELF.splitlines()

    assert enclosing(PurePosixPath("a.py"), lines, lines.index(line)) == found


def test_a_blank_line_belongs_to_what_comes_next() -> None:
    lines = SHELF.splitlines()

    assert enclosing(PurePosixPath("a.py"), lines, lines.index("    after = 3") - 1) == "Shelf"
    assert enclosing(PurePosixPath("a.py"), ["class A:", "    b = 1", ""], 2) == ""


@pytest.mark.parametrize(
    ("line", "found"),
    [("intro", ""), ("text", "Shelves"), ("# no heading", "Shelves"), ("more", "Boards #")],
)
def test_markdown(line: str, found: str) -> None:
    lines = PAGE.splitlines()

    assert enclosing(PurePosixPath("a.md"), lines, lines.index(line)) == found


def test_nothing_is_around_the_lines_of_an_empty_file() -> None:
    assert enclosing(PurePosixPath("a.py"), [], 0) == ""
