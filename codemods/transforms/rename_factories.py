"""Rename factory methods and the calls, overrides and strings that name them."""

from __future__ import annotations

from codemods.data import Site
from codemods.renaming import RenameNames


class RenameFactories(RenameNames):
    """``def _old`` and ``self._old()`` become the new name wherever the sites say so."""

    def takes(self, site: Site) -> bool:
        return not site.prose and self.spec.is_factory(site.name)
