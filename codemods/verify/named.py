"""The part of a file that may say a name: the statements in whose lines it stands."""

from __future__ import annotations

import ast
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence

from codemods.scopes import Module
from codemods.text import Text, line_starts

_FIELDS = ("id", "attr", "name", "arg")


def said(module: Module, names: Collection[str]) -> set[str]:
    """Those of the names that code goes by, as names or in strings that are nothing but names and dots."""
    found: set[str | None] = set()
    for node in nodes(module, names):
        match node:
            case ast.Constant(value=str() as text) if text.replace(".", "").isidentifier():
                found.update(text.split("."))
            case _:
                found.update(getattr(node, field, None) for field in _FIELDS)
    return {name for name in names if name in found}


def nodes(module: Module, names: Collection[str], *, part: bool = False) -> Iterator[ast.AST]:
    """The nodes of the statements in whose lines one of the names stands, and others beside them.

    It stands there as a word, or as ``part`` of one, as behind a backslash and its letter.
    """
    lines = _lines(module.text, names, part)
    todo: list[ast.AST] = [module.tree] if lines else []
    while todo:
        node = todo.pop()
        yield node
        todo += (inner for inner in ast.iter_child_nodes(node) if _may_hold(inner, lines))


def _lines(text: Text, names: Collection[str], part: bool) -> list[int]:
    """The lines of the names as Python reads them: that is after NFKC."""
    read, starts = text.text, text.starts
    if not read.isascii():
        read = unicodedata.normalize("NFKC", read)
        starts = line_starts(read)
    return sorted({bisect_right(starts, at) for name in names for at in _places(read, name, part)})


def _places(read: str, name: str, part: bool) -> Iterator[int]:
    at = read.find(name)
    while at >= 0:
        end = at + len(name)
        if part or not (_is_word(read[at - 1 : at]) or _is_word(read[end : end + 1])):
            yield at
        at = read.find(name, end)


def _is_word(letter: str) -> bool:
    return letter == "_" or letter.isalnum()


def _may_hold(node: ast.AST, lines: Sequence[int]) -> bool:
    if not isinstance(node, ast.stmt):
        return True
    decorators = (each.lineno for each in getattr(node, "decorator_list", ()))
    first = bisect_left(lines, min((node.lineno, *decorators)))
    return first < len(lines) and lines[first] <= (node.end_lineno or node.lineno)
