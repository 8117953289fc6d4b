"""A tree and what is found in it for commands that only show: worked out, or known from an earlier run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from codemods import cache, files, journal, large
from codemods.cache import Cache
from codemods.data import Confidence, Failure, Site, Snapshot, Spec
from codemods.files import Tree
from codemods.outside import Outside

if TYPE_CHECKING:
    from codemods.gates.memory import Memory
    from codemods.survey import Survey
    from codemods.workers import Workers

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Seen(Generic[_Answer]):
    """What a command shows: the sites of a tree, and what else it wanted to know."""

    root: Path
    spec: Spec
    tree: Tree
    sites: tuple[Site, ...]
    failures: tuple[Failure, ...]
    answer: _Answer

    @property
    def snapshot(self) -> Snapshot:
        return self.tree.snapshot


@dataclass(frozen=True, slots=True)
class How:
    """How a tree is looked at, as ``survey.survey`` has it; ``python`` is the target's interpreter."""

    types: bool = False
    python: Path | None = None
    repair: bool = False
    confidence: Confidence = Confidence.INFERRED
    guide: bool = False
    where: str | None = None


class Look:
    """One look at a tree: what is ``known`` of it from an earlier one, else its survey and what comes of it.

    ``about`` is all that the answer depends on beside the tree: what is asked, and how. With what mypy had a
    say in is kept what it has read outside. What another tree has a part in is not kept.
    """

    def __init__(self, root: Path, spec: Spec, how: How, kept: Cache, *about: object) -> None:
        """Raises MigrationError for a tree that cannot be read."""
        if root.is_dir():
            journal.recover(root)
        self.root, self.spec, self.how, self.kept = root, spec, how, kept
        self.tree = files.read(root)
        self._digests = large.digests(self.tree.snapshot)
        paths = [os.environ.get(name) for name in ("MYPYPATH", "PYTHONPATH")]
        self._key = cache.key(spec, how, cache.stamp(root, self.tree, self._digests), paths, about)
        self._memory: Memory | None = None
        landed = journal.read(root)
        self._alone = not (how.where or (landed and landed.hierarchy))

    def known(self) -> Seen[Any] | None:
        """What an earlier look at the same tree has found."""
        read, answer = (self.kept.get(self._key) if self._alone else None) or (Outside(), None)
        if answer is None or not read.is_as_it_was():
            return None
        return Seen(self.root, self.spec, self.tree, *answer)

    def survey(self, workers: Workers | None = None) -> Survey:
        """The survey of the tree, by ``workers``. Raises MigrationError as ``survey.survey`` does."""
        from codemods.gates.memory import Memory
        from codemods.survey import Asked, survey  # with all that it takes to find something

        how, place = self.how, cache.key("parses", str(self.root.resolve()))
        sound: frozenset[bytes] = self.kept.get(place) or frozenset()
        self._memory = Memory(*self._remembered())
        found = survey(
            self.root,
            self.spec,
            repair=how.repair,
            types=Asked(how.python, self._memory) if how.types else None,
            confidence=how.confidence,
            guide=how.guide,
            where=how.where,
            tree=self.tree,
            sound={path for path, digest in self._digests.items() if digest in sound},
            workers=workers,
        )
        failing = {failure.path for failure in found.failures}
        sources = (path for path in found.project.modules.sources if path in self._digests)
        parsed = frozenset(self._digests[path] for path in sources if path not in failing)
        if parsed != sound:
            self.kept.put(place, parsed)
        return found

    def _remembered(self) -> tuple[Path | None, str]:
        """Where mypy's memory of the tree is kept, beside what we keep, and its name there."""
        ours = self.kept.folder
        folder = Cache(ours.with_name(f"{ours.name}-mypy")).folder if ours else None
        return folder, cache.key("mypy", str(self.root.resolve()), self.how.python)

    def keep(self, found: Survey, answer: _Answer) -> Seen[_Answer]:
        """What was found, for this run and the next."""
        read = self._memory.read if self._memory else None
        if self._alone and read is not None:
            self.kept.put(self._key, (read, (found.sites, found.failures, answer)))
        return Seen(self.root, self.spec, self.tree, found.sites, found.failures, answer)
