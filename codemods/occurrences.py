"""Every place where an old name stands as a whole word, with the syntax it stands in."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.scopes import Module
from codemods.text import Text, comments, spelled, words

_DEFINED = re.compile(r"(?:def|class)[\s\\]+(\w+)")
_Located = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias | ast.pattern | ast.excepthandler
_Place = tuple[str, ast.AST | None]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name at an offset of the text. ``kind`` says what it is there, ``node`` where in the tree."""

    offset: int
    name: str
    kind: str
    node: ast.AST | None = None


def in_module(module: Module, names: Mapping[str, object]) -> Iterator[Occurrence]:
    """The occurrences of a Python file in the order of the text."""
    spans = {start: (end, name) for start, end, name in spelled(module.text.text, names)}
    if not spans:
        return
    placed = _Placer(module, spans).place()
    for offset, (_, name) in spans.items():
        kind, node = placed.get(offset, ("text", None))
        yield Occurrence(offset, name, kind, node)


def in_text(text: Text, names: Mapping[str, object], kind: str) -> Iterator[Occurrence]:
    """The occurrences of a file that is no Python."""
    for match in words(names).finditer(text.text):
        yield Occurrence(match.start(), match.group(), kind)


class _Placer:
    """Finds the node of each occurrence; what is not found has no place and stays plain text."""

    def __init__(self, module: Module, spans: Mapping[int, tuple[int, str]]) -> None:
        self.tree = module.tree
        self.text = module.text
        self.spans = spans
        self.starts = {end: start for start, (end, _) in spans.items()}
        self.lines = sorted({self.text.place(start)[0] for start in spans})
        self.docstrings: set[ast.AST] = set()
        """String statements: docstrings in the narrow sense and strings that stand for comments."""

    def place(self) -> dict[int, _Place]:
        placed: dict[int, _Place] = {}
        todo: list[ast.AST] = [self.tree]
        formatted: list[ast.JoinedStr] = []
        while todo:
            node = todo.pop()
            if isinstance(node, ast.JoinedStr):
                formatted.append(node)
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                self.docstrings.add(node.value)
            placed.update((o, place) for o, place in self._spelled(node) if o in self.spans)
            todo += (inner for inner in ast.iter_child_nodes(node) if self._matters(inner))
        for joined in formatted:
            placed.update(self._formatted(joined))
        if len(placed) < len(self.spans):
            for start, end in comments(self.text):
                placed.update((o, ("comment", None)) for o in self.spans if start <= o < end)
        return placed

    def _matters(self, node: ast.AST) -> bool:
        """Whether one of the names stands in the lines of a statement; in those of another node it may."""
        if not isinstance(node, ast.stmt):
            return True
        above = (decorator.lineno for decorator in getattr(node, "decorator_list", ()))
        first = bisect_left(self.lines, min(above, default=node.lineno))
        return first < len(self.lines) and self.lines[first] <= (node.end_lineno or node.lineno)

    def _inside(self, node: ast.expr) -> list[int]:
        start = self.text.ast_offset(node.lineno, node.col_offset)
        end = self.text.ast_offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return [offset for offset in self.spans if start <= offset < end]

    def _spelled(self, node: ast.AST) -> Iterator[tuple[int, _Place]]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            kind = "docstring" if node in self.docstrings else "string"
            yield from ((offset, (kind, node)) for offset in self._inside(node))
        for name, kind, offset in self._names(node):
            if offset is not None and self.spans.get(offset, (0, ""))[1] == name:
                yield offset, (kind, node)

    def _formatted(self, joined: ast.JoinedStr) -> Iterator[tuple[int, _Place]]:
        """The occurrences in an f-string, by their order where the counts agree.

        Before Python 3.12 the nodes in an f-string have no true columns.
        """
        for literal_equals in (True, False):
            inner = [*_parts(joined, literal_equals)]
            for name in {self.spans[offset][1] for offset in self._inside(joined)}:
                offsets = [o for o in self._inside(joined) if self.spans[o][1] == name]
                places = [p for node in inner for p in self._mentions(node, name)]
                if len(offsets) == len(places):
                    yield from zip(offsets, places, strict=True)

    def _mentions(self, node: ast.AST, name: str) -> Iterator[_Place]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (("string", node) for _ in words([name]).finditer(node.value))
        yield from ((kind, node) for spelt, kind, _ in self._names(node) if spelt == name)

    def _names(self, node: ast.AST) -> Iterator[tuple[str, str, int | None]]:
        """The identifiers a node spells itself: name, kind, offset (None where it is not found)."""
        match node:
            case ast.Attribute():
                yield node.attr, "attribute", self.starts.get(self._end(node))
            case ast.Name():
                yield node.id, "name", self._start(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found = _DEFINED.search(self.text.text, self._start(node))
                yield node.name, "definition", found.start(1) if found else None
            case ast.arg():
                yield node.arg, "parameter", self._start(node)
            case ast.keyword(arg=str() as name):
                yield name, "keyword", self._start(node)
            case ast.alias():
                yield node.name, "import", self._start(node)
                if node.asname:
                    yield node.asname, "import", self.starts.get(self._end(node))
            case ast.Global() | ast.Nonlocal():
                start, end = self._start(node), self._end(node)
                yield from ((name, "name", o) for o, (_, name) in self.spans.items() if start <= o < end)
            case ast.ExceptHandler(name=str() as name):
                yield name, "name", self._between(node.type or node, node.body[0], name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                yield name, "name", self.starts.get(self._end(node))
            case ast.MatchMapping(rest=str() as name):
                last = node.patterns[-1] if node.patterns else node
                yield name, "name", self._between(last, node, name)
            case ast.MatchClass():
                before: ast.expr | ast.pattern = node.patterns[-1] if node.patterns else node.cls
                for name, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
                    yield name, "pattern", self._between(before, pattern, name)
                    before = pattern

    def _between(self, before: _Located, after: _Located, name: str) -> int | None:
        """The first occurrence of a name that follows a node and ends before another does."""
        start, end = self._end(before), self._end(after)
        if start >= end:  # the one holds the other
            start = self._start(before)
        return next((o for o, (_, found) in self.spans.items() if start <= o < end and found == name), None)

    def _start(self, node: _Located) -> int:
        return self.text.ast_offset(node.lineno, node.col_offset)

    def _end(self, node: _Located) -> int:
        return self.text.ast_offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _parts(joined: ast.JoinedStr, literal_equals: bool) -> Iterator[ast.AST]:
    """The nodes of an f-string in the order of its text.

    In ``f"{x.y=}"`` the tree has the text of the field twice; without ``literal_equals`` once.
    """
    for value, after in zip(joined.values, [*joined.values[1:], None], strict=True):
        if isinstance(value, ast.FormattedValue):
            yield from _in_order(value.value)
            if isinstance(value.format_spec, ast.JoinedStr):
                yield from _parts(value.format_spec, literal_equals)
        elif isinstance(value, ast.Constant) and isinstance(after, ast.FormattedValue) and not literal_equals:
            text, field = str(value.value), ast.unparse(after.value)
            at = text.rfind(field) if text.rstrip().endswith("=") else -1
            yield ast.copy_location(ast.Constant(text[:at] if at >= 0 else text), value)
        else:
            yield value


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression by where their names end: columns before 3.12 are off, but all alike."""
    inner = [n for n in ast.walk(node) if not isinstance(n, ast.JoinedStr)]
    located = [n for n in inner if isinstance(n, ast.expr | ast.arg | ast.keyword)]
    yield from sorted(located, key=_end_of_name)


def _end_of_name(node: ast.expr | ast.arg | ast.keyword) -> tuple[int, int]:
    if isinstance(node, ast.keyword):
        return node.lineno, node.col_offset
    return node.end_lineno or 0, node.end_col_offset or 0
