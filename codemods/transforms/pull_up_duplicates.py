"""Pull up what every side does alike around its call of a method of the root; the root does it once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from textwrap import dedent, indent

import libcst as cst

from codemods.codemod import Codemod
from codemods.copies import Copy, Run
from codemods.duplicates import Duplicate
from codemods.importing import BLANK, leading
from codemods.removal import is_filler


class PullUpDuplicates(Codemod):
    """The copies go with their comments, the first of them is the root's from now on."""

    def visit_Module(self, node: cst.Module) -> None:
        super().visit_Module(node)
        self._lines: dict[cst.CSTNode, Sequence[cst.EmptyLine]] = {}
        self._doomed: dict[cst.CSTNode, Duplicate] = {}

    @cached_property
    def _moving(self) -> list[Duplicate]:
        return [d for d in self.project.duplicates if d.phases <= self.phases]

    @cached_property
    def _copied(self) -> dict[int, Duplicate]:
        return {
            statement.lineno: duplicate
            for duplicate in self._moving
            for copy in duplicate.copies
            for run in copy.runs
            for statement in run
            if copy.ref.path == self.given.path
        }

    def lines(self) -> list[int]:
        here = self._moving if self.given.path == self.project.root.path else []
        return [*self._copied, *(duplicate.function.lineno for duplicate in here)]

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        above: Sequence[cst.EmptyLine] | None = None
        for statement in node.body if self._copied else ():
            if duplicate := self._copied.get(self.start_of(statement)[0]):
                self._doomed[statement] = duplicate
                above = _blanks(statement) if above is None else above
            elif above is not None:
                self._lines[statement] = [*above, *leading(statement)[len(_blanks(statement)) :]]
                above = None

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        if duplicate := self._doomed.get(original_node):
            home = f"{self.project.root.name}.{duplicate.function.name}"
            said = f"it moves to {home}, for {duplicate.owners} did the same{self._renamed(duplicate)}"
            self.report(original_node, max(duplicate.phases), said)
            return cst.RemoveFromParent()
        if (lines := self._lines.get(original_node)) is not None:
            return updated_node.with_changes(leading_lines=lines)
        return super().on_leave(original_node, updated_node)

    def _renamed(self, duplicate: Duplicate) -> str:
        """By which names what moves goes in the root."""
        here = (copy for copy in duplicate.copies if copy.ref.path == self.given.path)
        moved = [statement for copy in here for run in copy.runs for statement in run]
        lines = {n for s in moved for n in range(s.lineno, (s.end_lineno or s.lineno) + 1)}
        news = dict.fromkeys(site.new for site in self.given.sites() if site.line in lines and site.new)
        return f"; there it goes by {', '.join(news)}" if news else ""

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        line, _ = self.start_of(original_node.name)
        here = self._moving if self.given.path == self.project.root.path else []
        duplicate = next((d for d in here if d.function.lineno == line and not d.done), None)
        if duplicate is None or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        self.given.imports.update({(module, ""): False for module in duplicate.imports})
        said = f"it comes from {duplicate.function.name} of {duplicate.owners}, which did the same"
        self.report(original_node, max(duplicate.phases), said)
        docstring = 1 if original_node.get_docstring() is not None else 0
        body = list(updated_node.body.body)
        own = [s for s in body[docstring:] if not is_filler(s)]
        copy = duplicate.copies[0]
        before, after = self._moved(copy, copy.before), self._moved(copy, copy.after)
        if before:
            lines = leading(before[0])[len(_blanks(before[0])) :]
            before[0] = before[0].with_changes(leading_lines=lines)
        joined = [*body[:docstring], *before]
        for part in (own, after):
            if part and len(joined) > docstring and not leading(part[0]):
                part[0] = part[0].with_changes(leading_lines=[BLANK])
            joined += part
        return updated_node.with_changes(body=updated_node.body.with_changes(body=joined))

    def _moved(self, copy: Copy, run: Run) -> list[cst.BaseStatement]:
        """The statements of a run in new names, with the lines above them, as statements of this file."""
        if not run:
            return []
        text, first = copy.module.text, run[0].lineno
        while not text.line(first - 1).strip() or text.line(first - 1).lstrip().startswith("#"):
            first -= 1
        lines = [text.line(n) for n in range(first, (run[-1].end_lineno or 0) + 1)]
        for site in sorted(self.project.by_path.get(copy.ref.path, ()), key=lambda s: s.column, reverse=True):
            if first <= site.line < first + len(lines) and site.new is not None:
                line, at = lines[site.line - first], site.column - 1
                lines[site.line - first] = f"{line[:at]}{site.new}{line[at + len(site.name) :]}"
        code = indent(dedent("\n".join(lines)), self.indent)
        function = self.statement(f"async def moved():\n{code}\n")
        assert isinstance(function, cst.FunctionDef)
        assert isinstance(function.body, cst.IndentedBlock)
        return list(function.body.body)


def _blanks(statement: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    """The blank lines right above a statement and its comments."""
    return list(takewhile(lambda line: line.comment is None, leading(statement)))
