"""Every place where an old name stands as a whole word, with the syntax it stands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.scopes import Module
from codemods.text import Text, comments, words

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name at an offset of the text. ``kind`` says what it is there, ``node`` where in the tree."""

    offset: int
    name: str
    kind: str
    node: ast.AST | None = None


def in_module(module: Module, names: Mapping[str, object]) -> Iterator[Occurrence]:
    """The occurrences of a Python file in the order of the text."""
    found = {m.start(): m.group() for m in words(names).finditer(module.text.text)}
    if not found:
        return
    placed = _placed(module, found)
    for offset, name in found.items():
        kind, node = placed.get(offset, ("text", None))
        yield Occurrence(offset, name, kind, node)


def in_text(text: Text, names: Mapping[str, object], kind: str) -> Iterator[Occurrence]:
    """The occurrences of a file that is no Python."""
    for match in words(names).finditer(text.text):
        yield Occurrence(match.start(), match.group(), kind)


def _placed(module: Module, found: Mapping[int, str]) -> dict[int, tuple[str, ast.AST | None]]:
    text = module.text
    placed: dict[int, tuple[str, ast.AST | None]] = {}
    for start, end in comments(text):
        placed.update((offset, ("comment", None)) for offset in found if start <= offset < end)
    docstrings = _docstrings(module.tree)
    formatted: list[ast.JoinedStr] = []
    loose: dict[str, list[tuple[str, ast.AST]]] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr):
            formatted.append(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            kind = "docstring" if node in docstrings else "string"
            for offset in _inside(text, node, found):
                placed[offset] = (kind, node)
        else:
            for name, kind, offset in _names(text, node):
                if found.get(offset) == name:
                    placed[offset] = (kind, node)
                elif name in found.values():
                    loose.setdefault(name, []).append((kind, node))
    for joined in formatted:
        _place_loose(text, joined, found, placed, loose)
    return placed


def _inside(text: Text, node: ast.expr, found: Mapping[int, str]) -> list[int]:
    start = text.ast_offset(node.lineno, node.col_offset)
    end = text.ast_offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return [offset for offset in found if start <= offset < end]


def _place_loose(
    text: Text,
    joined: ast.JoinedStr,
    found: Mapping[int, str],
    placed: dict[int, tuple[str, ast.AST | None]],
    loose: Mapping[str, list[tuple[str, ast.AST]]],
) -> None:
    """Before Python 3.12 nodes in an f-string have no true columns: match by order, if the counts agree."""
    inner = set(ast.walk(joined))
    free = [o for o in _inside(text, joined, found) if placed.get(o, ("string",))[0] == "string"]
    for name in {found[o] for o in free}:
        offsets = [o for o in free if found[o] == name]
        nodes = [(kind, node) for kind, node in loose.get(name, ()) if node in inner]
        if nodes and len(offsets) == len(nodes):
            placed.update(zip(offsets, nodes, strict=True))
        elif nodes:
            placed.update((offset, ("text", None)) for offset in offsets)


def _names(text: Text, node: ast.AST) -> Iterator[tuple[str, str, int]]:
    """The identifiers a node spells itself: name, kind, offset."""
    match node:
        case ast.Attribute():
            end = text.ast_offset(node.end_lineno or 0, node.end_col_offset or 0)
            yield node.attr, "attribute", end - len(node.attr)
        case ast.Name():
            yield node.id, "name", text.ast_offset(node.lineno, node.col_offset)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            start = text.ast_offset(node.lineno, node.col_offset)
            after = text.text.find(
                node.name, text.text.find("def" if isinstance(node, Function) else "class", start) + 3
            )
            yield node.name, "definition", after
        case ast.arg():
            yield node.arg, "parameter", text.ast_offset(node.lineno, node.col_offset)
        case ast.keyword(arg=str() as name):
            yield name, "keyword", text.ast_offset(node.lineno, node.col_offset)
        case ast.alias():
            yield node.name, "import", text.ast_offset(node.lineno, node.col_offset)


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """String statements: docstrings in the narrow sense and strings that stand for comments."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
