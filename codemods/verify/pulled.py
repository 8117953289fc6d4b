"""Statements that every side has around its call of the root, which are the root's from now on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from textwrap import dedent, indent

from codemods.copies import Copy, Run
from codemods.project import Project
from codemods.scopes import Module
from codemods.verify.cuts import Cut, indentation, line_end, spliced
from codemods.verify.removed import Piece, pieces, span

_EDGE = re.compile(r"\A(?:[ \t]*\n)+")


class Pulled:
    """What goes from one file, or comes to it, when these phases are carried out."""

    def __init__(self, project: Project, phases: frozenset[int], module: Module) -> None:
        self.project = project
        self.module = module
        self.text = module.text
        self.moving = [d for d in project.duplicates if d.phases <= phases]
        self.at_home = [d for d in self.moving if project.root.path == module.path and not d.done]
        self.imports = {name for duplicate in self.at_home for name in duplicate.imports}

    def removals(self) -> Iterator[Cut]:
        copies = [c for d in self.moving for c in d.copies if c.ref.path == self.module.path]
        gone = {statement.lineno for copy in copies for run in copy.runs for statement in run}
        for body in blocks(self.module.tree) if gone else ():
            if any(statement.lineno in gone for statement in body):
                yield from self._without(pieces(self.text, body), gone)

    def _without(self, found: list[Piece], gone: set[int]) -> Iterator[Cut]:
        """The statements at these lines go, and comments above them; blank lines stay for what follows."""
        first: Piece | None = None
        for piece in found:
            if piece.nodes[0].lineno in gone:
                first = first or piece
            elif first:
                yield Cut(self._past_blanks(first), self._past_blanks(piece), "")
                first = None
        if first:
            yield Cut(span(self.text, 1, first.above - 1)[1], span(self.text, 1, found[-1].last)[1], "")

    def _past_blanks(self, piece: Piece) -> int:
        """The offset behind the blank lines above a statement and its comments."""
        blanks = [*takewhile(lambda line: not line.strip(), piece.lead)]
        return span(self.text, 1, piece.above + len(blanks) - 1)[1]

    def cuts(self) -> Iterator[Cut]:
        for duplicate in self.at_home:
            copy, function = duplicate.copies[0], duplicate.function
            body = pieces(self.text, function.body)
            own = body[1:] if ast.get_docstring(function) is not None else body
            margin = self.text.line(function.lineno)
            margin = margin[: len(margin) - len(margin.lstrip())] + indentation(self.text.text)
            before, after = (self._moved(copy, run, margin) for run in (copy.before, copy.after))
            kept = "".join(self._lines(p) for p in own if not self._is_filler(p))
            top = own[0].above if own else body[-1].last + 1
            start, end = span(self.text, 1, top - 1)[1], span(self.text, 1, body[-1].last)[1]
            parts = [_EDGE.sub("", before), *(part for part in (kept, after) if part)]
            first, *others = [part for part in parts if part]
            yield Cut(start, end, self._ended(first + "".join(map(_apart, others))))

    def _moved(self, copy: Copy, run: Run, margin: str) -> str:
        """The text of a run in new names, with what stands above it, further in or out."""
        if not run:
            return ""
        text = copy.module.text
        piece = next(
            p for b in blocks(copy.module.tree) if run[0] in b for p in pieces(text, b) if run[0] in p.nodes
        )
        start, end = span(text, piece.above, piece.above)[0], span(text, 1, run[-1].end_lineno or 0)[1]
        sites = ((text.offset(s.line, s.column), s) for s in self.project.by_path.get(copy.ref.path, ()))
        cuts = [
            Cut(at - start, at - start + len(s.name), s.new or s.name) for at, s in sites if start <= at < end
        ]
        code = spliced(text.text[start:end], cuts).replace("\r\n", "\n")
        return indent(dedent(code), margin)

    def _lines(self, piece: Piece) -> str:
        return self.text.text[slice(*span(self.text, piece.above, piece.last))].replace("\r\n", "\n")

    def _is_filler(self, piece: Piece) -> bool:
        return not piece.lead and self.text.line(piece.first).strip() in ("pass", "...")

    def _ended(self, text: str) -> str:
        return text.replace("\n", line_end(self.text.text))


def _apart(part: str) -> str:
    """A part of a body below another one: with a blank line, unless it has lines above it."""
    first = part.partition("\n")[0].strip()
    return part if not first or first.startswith("#") else f"\n{part}"


def blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The blocks of a file below its top."""
    todo: list[ast.AST] = [*tree.body]
    while todo:
        node = todo.pop()
        for name in ("body", "orelse", "finalbody"):
            if body := getattr(node, name, None):
                yield body
                todo += body
        todo += (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))
