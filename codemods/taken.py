"""What a look at a tree went by, to tell whether it would find the same in the tree as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Snapshot
from codemods.sources import Sources
from codemods.traced import Trace, bare

States = Mapping[PurePosixPath, bytes | None]
"""The files of a tree, each with its digest if its content is looked at at all."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The files of a tree, where its sources stand, and what was taken from both; ``key`` is the answer's."""

    key: str
    states: States
    roots: tuple[PurePosixPath, ...]
    directories: frozenset[PurePosixPath]
    trace: Trace

    @classmethod
    def of(cls, sources: Sources, key: str, states: States, trace: Trace) -> Taken:
        return cls(key, states, sources.roots, frozenset(sources.directories), trace)

    def is_same(self, now: States, snapshot: Snapshot) -> bool:
        """Whether the same would be taken from this tree."""
        old, trace = self.states, self.trace
        edited = {path for path in now.keys() | old.keys() if now.get(path) != old.get(path)}
        if trace.lost or trace.read & edited:
            return False
        moved = (now.keys() ^ old.keys()) | {p for p in edited if None in (now.get(p), old.get(p))}
        sources = Sources(bare(snapshot))
        if moved and not self._stands(moved, sources):
            return False
        for (question, argument), answers in trace.answers.items():
            for path in edited:
                answer = question(sources, path, argument) if path in sources.snapshot else None
                if (answer or None) != answers.get(path):
                    return False
        return True

    def _stands(self, moved: Set[PurePosixPath], sources: Sources) -> bool:
        """Whether nothing that was sought, or counts for where sources stand, has come or gone."""
        # Of what would be created it counts, too, what differs from it in case only.
        alike = {PurePosixPath(str(path).casefold()) for path in moved}
        folders = sources.directories ^ self.directories
        came = moved | alike | folders
        return not self.trace.listed and sources.roots == self.roots and self.trace.sought.isdisjoint(came)
