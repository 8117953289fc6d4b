"""Documents that are no Python: the names in them change, nothing else does."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods.data import Change, Site
from codemods.text import Text, line_starts

_OTHER_BYTES = "surrogateescape"


def read(data: bytes) -> Text:
    """A document as text; bytes that are no UTF-8 are carried as surrogates."""
    bom = data.startswith(codecs.BOM_UTF8)
    text = data[len(codecs.BOM_UTF8) * bom :].decode("utf-8", _OTHER_BYTES)
    return Text(text, "utf-8", bom, line_starts(text))


def write(text: Text, after: str) -> bytes:
    """The bytes of a document that was read as ``text`` and says ``after`` now."""
    return (codecs.BOM_UTF8 if text.bom else b"") + after.encode("utf-8", _OTHER_BYTES)


def change(path: PurePosixPath, data: bytes, sites: Iterable[Site]) -> Change | None:
    """The document with the sites to be renamed in their new names; None when there are none."""
    from codemods.edits import renamings, splice  # most documents are only read

    text = read(data)
    edits = renamings(text, sites)
    if not edits:
        return None
    return Change(path, data, write(text, splice(text.text, edits)), edits)
