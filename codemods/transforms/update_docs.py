"""Bring docstrings, comments and commented-out code to the new names; the words around them stay."""

from __future__ import annotations

import libcst as cst

from codemods.codemod import Codemod
from codemods.data import Decision, Site
from codemods.text import line_starts


class UpdateDocs(Codemod):
    """What a Python file says about the hierarchy. Documents of their own are ``documents.change``."""

    def lines(self) -> list[int]:
        return [site.line for site in self.given.sites() if self._takes(site)]

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        return updated_node.with_changes(value=self._renamed(original_node, updated_node.value))

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        return updated_node.with_changes(value=self._renamed(original_node, updated_node.value))

    def _renamed(self, node: cst.CSTNode, text: str) -> str:
        found = [site for site in self.sites_in(node) if self._takes(site)]
        if not found:
            return text
        line, column = self.start_of(node)
        starts = line_starts(text)
        for site in sorted(found, key=lambda s: (s.line, s.column), reverse=True):
            self.report(node, site.phase, site.reason)
            at = site.column - column if site.line == line else starts[site.line - line] + site.column - 1
            text = f"{text[:at]}{site.new}{text[at + len(site.name) :]}"
        return text

    @staticmethod
    def _takes(site: Site) -> bool:
        return site.decision is Decision.RENAME and site.prose
