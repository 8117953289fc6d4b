"""What ``check`` reports: old names that are still in use."""

from __future__ import annotations

from codemods.data import Decision, Site
from codemods.survey import Survey


def leftovers(found: Survey) -> tuple[Site, ...]:
    """The sites the migration would change, were it made now; what it would ask about is no leftover."""
    return tuple(site for site in found.sites if site.decision in (Decision.RENAME, Decision.DELETE))
