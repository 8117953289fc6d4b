"""What encloses a line of a file: classes and functions in Python, the heading in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_HEADER = re.compile(r"(\s*)(?:async\s+def|def|class)\s+(\w+)")
_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*\S)")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_CLOSING = (")", "]", "}")


def enclosing(path: PurePosixPath, lines: Sequence[str], number: int) -> str:
    """What stands around the line at ``number``, from 0: ``Shelf.put``, a heading, or "" for nothing.

    By indentation alone, as a reader sees it; a text that does not parse is read like any other.
    """
    return _heading(lines[:number]) if path.suffix == ".md" else _qualname(lines, number)


def _qualname(lines: Sequence[str], number: int) -> str:
    names: list[str] = []
    depth = _depth(lines, number)
    for line in reversed(lines[:number]):
        if (found := _HEADER.match(line)) and len(found[1].expandtabs()) < depth:
            names.append(found[2])
            depth = len(found[1].expandtabs())
        if not depth:
            break
    return ".".join(reversed(names))


def _depth(lines: Sequence[str], number: int) -> int:
    """The indentation of a line; of a blank one that of the next that is none."""
    for line in lines[number:]:
        if text := line.expandtabs().strip():
            indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
            return indent + 1 if text.startswith(_CLOSING) else indent
    return 0


def _heading(lines: Sequence[str]) -> str:
    heading, fenced = "", False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (found := _HEADING.match(line)):
            heading = found[1]
    return heading
