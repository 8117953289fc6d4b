"""What ``check`` reports: old names that are still in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codemods.data import Decision, Site

if TYPE_CHECKING:
    from codemods.seen import Seen
    from codemods.survey import Survey


def leftovers(found: Survey | Seen[Any]) -> tuple[Site, ...]:
    """The sites the migration would change, were it made now; what it would ask about is no leftover."""
    return tuple(site for site in found.sites if site.decision in (Decision.RENAME, Decision.DELETE))
