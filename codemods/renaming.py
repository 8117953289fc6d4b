"""What every codemod that renames shares: a name, or a name within a string, is replaced at its site."""

from __future__ import annotations

from abc import abstractmethod

import libcst as cst

from codemods.codemod import Codemod
from codemods.data import Decision, Site


class RenameNames(Codemod):
    """Renames at the sites that ``takes`` chooses."""

    @abstractmethod
    def takes(self, site: Site) -> bool:
        """Whether this codemod carries a site out."""

    def lines(self) -> list[int]:
        return [site.line for site in self.given.sites() if self._renames(site)]

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        site = self.site(original_node)
        if site is None or site.new is None or not self._renames(site):
            return updated_node
        self.report(original_node, site.phase, site.reason)
        return updated_node.with_changes(value=site.new)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        value = updated_node.value
        for site in self.sites_in(original_node):
            if site.new is not None and self._renames(site):
                self.report(original_node, site.phase, site.reason)
                before, _, after = value.rpartition(site.name)
                value = f"{before}{site.new}{after}"
        return updated_node.with_changes(value=value)

    def _renames(self, site: Site) -> bool:
        return site.decision is Decision.RENAME and self.takes(site)
