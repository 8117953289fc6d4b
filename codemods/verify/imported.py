"""Imports that come and go: where they stand, and how a list of names is written."""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from codemods.text import Text
from codemods.verify.cuts import Cut, indentation, line_end, spliced
from codemods.verify.removed import Piece, pieces, removals, span

Import = tuple[bool, str, str, str | None]
"""Whether it is for type checking only; the module, the name in it, and what it is called here."""
_ITEM = re.compile(r"#[^\r\n]*|([\w.]+(?:\s+as\s+\w+)?)")
_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")
_LIST = re.compile(r"(?:from\s+[\w.\s]+?\simport|import)\b[\s\\]*\(?")


def imports(statement: ast.stmt, checked: bool = False) -> Iterator[Import]:
    """What a statement at the top of a file imports."""
    match statement:
        case ast.ImportFrom() | ast.Import():
            source = _source(statement) if isinstance(statement, ast.ImportFrom) else ""
            yield from ((checked, source, a.name, a.asname) for a in statement.names)
        case ast.If(body=body, orelse=[]) if _asks_type_checking(statement):
            yield from (found for inner in body for found in imports(inner, True))


def without(text: Text, tree: ast.Module, gone: Collection[Import]) -> str:
    """A file without some of its imports."""

    def doomed(piece: Piece) -> bool:
        found = [*imports(piece.nodes[0])]
        return bool(found) and all(each in gone for each in found)

    top = pieces(text, tree.body)
    cuts = [*removals(text, top, doomed, "")]
    for piece in (piece for piece in top if not doomed(piece)):
        node = piece.nodes[0]
        checked = isinstance(node, ast.If)
        for each in pieces(text, node.body) if isinstance(node, ast.If) else (piece,):
            left = [found not in gone for found in imports(each.nodes[0], checked)]
            if not all(left):
                code = text.text[slice(*span(text, each.first, each.last))]
                start, end = span(text, each.first if any(left) else each.above, each.last)
                cuts.append(Cut(start, end, _shorter(code, left) if any(left) else ""))
    return spliced(text.text, cuts)


def with_imports(text: Text, tree: ast.Module, new: Collection[Import]) -> str:
    """A file with more imports, in the order of their modules and names."""
    rows, last = _rows(text, tree.body)
    head, rows[:1] = rows[0].lead, [Row([], rows[0].code, rows[0].node, rows[0].inner)]
    after = text.text[span(text, 1, last)[1] :]
    # ``import x`` is kept as the name x of no module; here it is no name of the module x.
    asked = ((c, source, name) if source else (c, name, "") for c, source, name, _ in new)
    for checked, source, name in sorted(asked, key=lambda each: each[1:]):
        if not checked:
            rows = _added(rows, source, name, line_end(text.text))
        else:
            rows = _added_for_checking(rows, source, name, text.text)
    return "".join((*head, *map(str, rows))) + after


@dataclass
class Row:
    """A statement with the blank lines and comments above it; ``inner`` are those of its block."""

    lead: list[str]
    code: str
    node: ast.stmt
    inner: list[Row] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join((*self.lead, self.code, *map(str, self.inner)))

    @property
    def source(self) -> str:
        """What it imports from first; "" for a statement that is no import."""
        return _source(self.node)


def _rows(text: Text, body: Sequence[ast.stmt]) -> tuple[list[Row], int]:
    """The statements of a block, and its last line."""
    found = pieces(text, body)
    rows = []
    for piece in found:
        node, last = piece.nodes[0], piece.last
        inner: list[Row] = []
        if isinstance(node, ast.If) and _asks_type_checking(node) and node.body[0].lineno > node.lineno:
            inner, _ = _rows(text, node.body)
            last = pieces(text, node.body)[0].above - 1
        rows.append(Row([*piece.lead], text.text[slice(*span(text, piece.first, last))], node, inner))
    return rows, found[-1].last if found else 0


# --- names in a statement -------------------------------------------------------------------------


def _parts(code: str) -> tuple[list[str], list[str]]:
    """The names of an import statement, and what stands before, between and behind them."""
    start = _LIST.match(code.lstrip())
    offset = (start.end() if start else 0) + len(code) - len(code.lstrip())
    found = [m for m in _ITEM.finditer(code, offset) if m[1]]
    # What follows a closing bracket or the line is no name.
    edges = [0, *(place for m in found for place in m.span()), len(code)]
    texts = [code[a:b] for a, b in pairwise(edges)]
    return texts[1::2], texts[::2]


def _shorter(code: str, left: Sequence[bool]) -> str:
    names, between = _parts(code)
    kept = [i for i, stays in enumerate(left) if stays]
    middle = "".join(names[i] + (between[i + 1] if i != kept[-1] else "") for i in kept)
    last = between[-1]
    if kept[-1] + 1 < len(names) and re.match(r",[^\r\n]*[\r\n]", last):
        said = re.match(r",([^\r\n]*)", between[kept[-1] + 1])
        last = re.sub(r"^,[^\r\n]*", f",{said[1].rstrip() if said else ''}", last)
    return between[0] + middle + last


def _longer(code: str, name: str) -> str:
    """With one more name: in order where the names are in order, else at the end."""
    names, between = _parts(code)
    order = [_rank(n.split()[0]) for n in names]
    at = bisect_right(order, _rank(name)) if order == sorted(order) else len(names)
    comma = ", "
    if broken := re.search(r"(?:\r\n|\r|\n)[ \t]*$", between[1] if len(names) > 1 else between[0]):
        comma = f",{broken.group()}"
    elif len(names) > 1:
        comma = between[1]
    if at < len(names):
        between.insert(at + 1, comma)
    elif said := re.match(r",[ \t]*#[^\r\n]*", between[-1]):
        between[-1:] = [said.group() + comma[1:], "," + between[-1][said.end() :]]
    else:
        between[-1:] = [comma, between[-1]]
    names.insert(at, name)
    return "".join(part for pair in zip(between, [*names, ""], strict=True) for part in pair)


def _rank(name: str) -> tuple[int, str]:
    """As tools order names: constants, classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


# --- where a statement stands ---------------------------------------------------------------------


def _added(rows: list[Row], source: str, name: str, end: str, margin: str = "") -> list[Row]:
    last = _end_of_imports(rows)
    for row in rows[: last + 1]:
        if name and isinstance(row.node, ast.ImportFrom) and row.source == source:
            there = [a.asname or a.name for a in row.node.names]
            if "*" in there:
                continue
            if name not in there:
                row.code = _longer(row.code, name)
                more = [*row.node.names, ast.alias(name)]
                row.node = ast.ImportFrom(row.node.module, more, row.node.level)
            return rows
    code = f"{margin}from {source} import {name}{end}" if name else f"import {source}{end}"
    new = Row([], code, ast.parse(code.strip()).body[0])
    every = [i for i in range(last + 1) if rows[i].source]
    kin = [i for i in every if _group(rows[i].source) == _group(source)]
    if not kin:
        earlier = [i for i in every if _group(rows[i].source) < _group(source)]
        first = every[0] if every else last + 1
        return _as_paragraph(rows, new, earlier[-1] + 1 if earlier else first, end)
    near = max(kin, key=lambda i: (_shared(rows[i].source, source), rows[i].source < source, i))
    first = next(i for i in range(near, -1, -1) if i - 1 not in kin or rows[i].lead)
    stop = next(i for i in range(near + 1, len(rows) + 1) if i not in kin or rows[i].lead)
    froms = [i for i in range(first, stop) if isinstance(rows[i].node, ast.ImportFrom)]
    order = [rows[i].source for i in froms]
    at = near + 1
    if order == sorted(order):
        at = next((i for i in froms if rows[i].source > source), stop)
    if not name:
        late = (i for i in kin if isinstance(rows[i].node, ast.ImportFrom) or rows[i].source > source)
        first = at = next(late, kin[-1] + 1)
    if at == first and at in kin and not any("#" in line for line in rows[first].lead):
        new.lead, rows[at].lead = rows[at].lead, []
    elif at in kin:
        at = max(at, first + 1)
    return [*rows[:at], new, *rows[at:]]


def _as_paragraph(rows: list[Row], new: Row, at: int, end: str) -> list[Row]:
    new.lead = [end] if at else []
    if at < len(rows) and not rows[at].lead:
        is_block = isinstance(rows[at].node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        rows[at].lead = [end] * (2 if is_block else 1)
    return [*rows[:at], new, *rows[at:]]


def _added_for_checking(rows: list[Row], source: str, name: str, text: str) -> list[Row]:
    end, step = line_end(text), indentation(text)
    for row in rows:
        if row.inner:
            row.inner = _added(row.inner, source, name, end, step)
            return rows
    rows = _added(rows, "typing", "TYPE_CHECKING", end)
    code = f"if TYPE_CHECKING:{end}{step}from {source} import {name}{end}"
    tree = ast.parse(code)
    new, _ = _rows(Text(code, "utf-8", False, (0, len(code.partition(end)[0]) + len(end))), tree.body)
    at = _end_of_imports(rows) + 1
    return [*rows[:at], Row([end], new[0].code, new[0].node, new[0].inner), *rows[at:]]


def _end_of_imports(rows: Sequence[Row]) -> int:
    """The last import before the first class or function; without one, the docstring or -1."""
    blocks = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    end = next((i for i, row in enumerate(rows) if isinstance(row.node, blocks)), len(rows))
    default = 0 if rows and isinstance(rows[0].node, ast.Expr) else -1
    return max((i for i, row in enumerate(rows[:end]) if _holds_imports(row.node)), default=default)


def _holds_imports(node: ast.stmt) -> bool:
    if isinstance(node, ast.Try | ast.If):
        return any(_holds_imports(inner) for inner in node.body)
    return bool(_source(node))


def _source(node: ast.stmt) -> str:
    match node:
        case ast.ImportFrom():
            return "." * node.level + (node.module or "")
        case ast.Import():
            return node.names[0].name
    return ""


def _asks_type_checking(node: ast.If) -> bool:
    return ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"


def _group(source: str) -> int:
    """As tools order imports: ``__future__``, standard library, absolute, relative."""
    top = source.partition(".")[0]
    return 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2 if top else 3


def _shared(one: str, other: str) -> int:
    """How many parts of two dotted names are the same, from the left."""
    same = [a == b for a, b in zip(one.split("."), other.split("."), strict=False)]
    return same.index(False) if False in same else len(same)
