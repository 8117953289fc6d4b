"""Documents that are no Python: the names in them change, nothing else does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods.data import Change, Decision, Edit, Site
from codemods.edits import splice
from codemods.text import Text, line_starts


def read(data: bytes) -> Text:
    """A document as text; bytes that are no UTF-8 are carried as surrogates."""
    text = data.decode("utf-8", "surrogateescape")
    return Text(text, "utf-8", False, line_starts(text))


def change(path: PurePosixPath, data: bytes, sites: Iterable[Site]) -> Change | None:
    """The document with the sites to be renamed in their new names; None when there are none."""
    text = read(data)
    edits = tuple(
        Edit(path, at, at + len(site.name), site.new, site.phase, (site.reason,))
        for site in sites
        if site.decision is Decision.RENAME and site.new is not None
        for at in (text.offset(site.line, site.column),)
    )
    if not edits:
        return None
    return Change(path, data, splice(text.text, edits).encode("utf-8", "surrogateescape"), edits)
