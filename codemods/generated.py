"""Files of the tree that a migration has written whole, and that are no part of what is migrated.

Such a file says so in a comment of its own among its first lines (``# classmod: generated -- why``, in
Markdown within ``<!-- -->``). Old names in it stay, and its classes belong to no hierarchy.
"""

from __future__ import annotations

import re

MARK = "classmod: generated"
GENERATED = "written by the migration"
"""The reason of a site that is kept for that."""
_HEAD = 1_000
_MARKED = re.compile(rb"^(?:#|<!--)[ \t]*%s\b" % MARK.encode(), re.MULTILINE)


def is_generated(data: bytes) -> bool:
    """Whether a file says in its first 1,000 bytes that a migration has written it."""
    return _MARKED.search(data, 0, _HEAD) is not None
