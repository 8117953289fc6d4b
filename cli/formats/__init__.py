"""What a check found, as every format is given it. A format is a module with a function ``shown``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.data import Decision, Note, Site, Snapshot

if TYPE_CHECKING:
    from codemods.baseline import Key

ERROR, WARNING = "error", "warning"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A site with what is said of it. ``level`` is ``ERROR`` or ``WARNING``; ``new`` what replaces the name.

    ``excuse`` says why it is let be: who keeps it, or that it is known.
    """

    site: Site
    level: str
    new: str
    message: str
    excuse: str = ""

    @property
    def rule(self) -> str:
        """What is wrong, in a word that filters go by."""
        rules = {Decision.DELETE: "old-declaration", Decision.ASK: "undecided-name"}
        return rules.get(self.site.decision, "old-name")


@dataclass(frozen=True)
class Report:
    """All that a check found, each by place.

    ``leftovers`` and ``asked`` are to be seen to; ``kept`` ones have a pragma, ``known`` ones are in the
    baseline, which ``gone`` more entries of have no place any more. ``notes`` are about pragmas.
    ``strict`` makes what is asked fail as leftovers do. ``goes`` says when old names go. ``update`` says
    what became of the baseline. ``prefix`` leads from the root of the repository to PATH.
    """

    leftovers: Sequence[Finding]
    asked: Sequence[Finding]
    kept: Sequence[Finding]
    known: Sequence[Finding]
    notes: Sequence[Note]
    phases: Mapping[int, str]
    goes: str
    strict: bool
    spec: str
    snapshot: Snapshot
    prefix: PurePosixPath
    gone: int = 0
    update: str = ""

    @property
    def told(self) -> list[Finding]:
        """What is to be seen to, by place."""
        return in_order((*self.leftovers, *self.asked))

    def fails(self, finding: Finding) -> bool:
        """Whether a finding fails the check."""
        return not finding.excuse and (self.strict or finding.site.decision is not Decision.ASK)

    @property
    def failed(self) -> bool:
        return any(map(self.fails, self.told))

    def place(self, path: PurePosixPath) -> str:
        """A path as the repository knows it."""
        return str(self.prefix / path)

    @cached_property
    def _sites(self) -> list[Site]:
        return [each.site for each in in_order((*self.told, *self.kept, *self.known))]

    @cached_property
    def ends(self) -> dict[Site, int]:
        """The column after each name as it is spelled, which Python may read as another one (NFKC)."""
        from codemods.baseline import lines  # people are shown no line

        words = {
            site: _WORD.match(line, site.column - 1)
            for site, line in lines(self.snapshot, self._sites).items()
        }
        return {site: word.end() + 1 for site, word in words.items() if word}

    def fingerprints(self) -> dict[Site, str]:
        """What each finding is known again by when lines have moved; no two have the same."""
        from codemods.baseline import keys  # people are shown no line

        seen: Counter[Key] = Counter()
        found: dict[Site, str] = {}
        for site, key in keys(self.snapshot, self._sites).items():
            seen[key] += 1
            said = "\0".join((str(self.prefix), *key, str(seen[key])))
            found[site] = sha256(said.encode("utf-8", "surrogateescape")).hexdigest()
        return found


def in_order(found: Sequence[Finding]) -> list[Finding]:
    """By place."""
    return sorted(found, key=lambda each: (each.site.path, each.site.line, each.site.column))


def plain(text: str) -> str:
    """``text`` without what no format can carry: bytes that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
