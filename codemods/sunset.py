"""When the old names go."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from codemods.compatibility import Compatibility


def last_day(remove_after: str) -> date | None:
    """The last day of the old names; of a month alone its last one. None for a version, which is no date."""
    found = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", remove_after)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:  # such as 2026-13
        return None


def overdue(wording: Compatibility, day: date) -> str:
    """That old names are to go sooner than they come to be old; empty where they are not."""
    last = last_day(wording.remove_after)
    if last is None or day <= last:
        return ""
    told = f"The warnings will say that old names go after {wording.remove_after}, which is over"
    return f"{told}: give a later date in a spec of your own (--spec FILE)."
