"""Switch uses of old attribute names to the new ones, in strings that name an attribute too."""

from __future__ import annotations

import libcst as cst

from codemods.data import Decision, Site
from codemods.lifted import declared
from codemods.renaming import RenameNames


class SwitchAttributes(RenameNames):
    """``self._old`` becomes ``self._new`` wherever the sites say so."""

    def takes(self, site: Site) -> bool:
        return not site.prose and not self.spec.is_factory(site.name)

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.BaseSmallStatement:
        """A declaration that stays loses its type where its class leaves that type open: the root says it."""
        named = original_node.target
        site = self.site(named.attr if isinstance(named, cst.Attribute) else named)
        if site is None or site.decision is not Decision.RENAME or updated_node.value is None:
            return updated_node
        lifted = declared(self.project.index, self.spec)
        attribute = next((a for a in lifted if a.new == site.new), None)
        owner = self.given.module.class_at(site.line)
        if attribute is None or not self._is_open(owner, attribute.type_parameter):
            return updated_node
        self.report(original_node, site.phase, f"the root class declares the type of {site.new}")
        target = cst.AssignTarget(updated_node.target)
        match updated_node.equal:
            case cst.AssignEqual(
                whitespace_before=cst.SimpleWhitespace() as before,
                whitespace_after=cst.SimpleWhitespace() as after,
            ):
                target = cst.AssignTarget(updated_node.target, before, after)
        return cst.Assign([target], updated_node.value, updated_node.semicolon)

    def _is_open(self, owner: object, parameter: str | None) -> bool:
        opened = next((names for ref, names in self.project.arguments.open.items() if ref == owner), {})
        return parameter in opened
