"""Why a name in a document stays: it speaks of something else than the hierarchy, or of what was."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from codemods.declarations import owns
from codemods.index import Index
from codemods.markdown import Mention
from codemods.scopes import ClassRef

FOREIGN = "fence in another language"
"""The kind of a site in code that is no Python: it stays, and is told to a person."""

_CHANGE_LOG = re.compile(r"(change[-_]?log|changes|history|news|releases?)$", re.IGNORECASE)


def why_kept(index: Index, path: PurePosixPath, mention: Mention, name: str) -> str | None:
    """The reason to leave a name in a document as it is; None where it speaks of the hierarchy."""
    if _CHANGE_LOG.match(path.stem):
        return "a change log tells what was"
    if mention.foreign:
        return f"code in {mention.language or 'another language'}"
    others = _other_classes(index, mention.owner, name) if mention.owner else []
    return f"{others[0].name} has a {name} of its own" if others else None


def _other_classes(index: Index, owner: str, name: str) -> list[ClassRef]:
    """Classes of this name outside the hierarchy that have the attribute; none when one is inside it."""
    found = [
        nodes[0].ref
        for module in index.modules.mentioning(owner)
        for nodes in module.classes.values()
        if nodes[0].ref.name == owner
    ]
    if any(ref in index.members for ref in found):
        return []
    return [ref for ref in found if owns(index.classes, ref, name)]
