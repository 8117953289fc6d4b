"""A tree and what is found in it for commands that only show: worked out, or known from an earlier run."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from codemods import cache, files, journal, large
from codemods.cache import Cache
from codemods.data import Confidence, Failure, Site, Snapshot, Spec
from codemods.files import Tree
from codemods.outside import Outside
from codemods.traced import Trace, Traced

if TYPE_CHECKING:
    from codemods.gates.memory import Memory
    from codemods.survey import Survey
    from codemods.taken import States
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

    ``about`` is all that the answer depends on beside the tree: what is asked, and how. An answer is that of
    the same tree, and of one that differs in nothing that it was found by (``taken``). With what mypy had a
    say in is kept what it has read outside. What another tree has a part in is not kept.
    """

    def __init__(self, root: Path, spec: Spec, how: How, kept: Cache, *about: object) -> None:
        """Raises MigrationError for a tree that cannot be read."""
        if root.is_dir():
            journal.recover(root)
        self.root, self.spec, self.how, self.kept = root, spec, how, kept
        tree = files.read(root)
        self._digests = large.digests(tree.snapshot)
        paths = [os.environ.get(name) for name in ("MYPYPATH", "PYTHONPATH")]
        self._about = cache.key(spec, how, cache.place(root, tree), paths, about)
        self._key = cache.key(self._about, cache.stamp(tree, self._digests))
        self._memory: Memory | None = None
        landed = journal.read(root)
        self._alone = not (how.where or (landed and landed.hierarchy))
        self._trace = Trace()
        # What is edited of it since is told from the files themselves.
        self._trace.read.update(file.path for file in (landed.files if landed else ()))
        traced = self._alone and kept.folder
        self.tree = replace(tree, snapshot=Traced(tree.snapshot, self._trace)) if traced else tree

    def known(self) -> Seen[Any] | None:
        """What an earlier look has found at the same tree, or at one that differs in nothing that counts."""
        kept = self.kept.get(self._key) or self._similar() if self._alone else None
        read, answer = kept or (Outside(), None)
        if answer is None or not read.is_as_it_was():
            return None
        return Seen(self.root, self.spec, self.tree, *answer)

    def _similar(self) -> Any | None:
        """The answer of the last tree that was worked out, where that is the answer of this one."""
        if (last := self.kept.get(self._about)) is None:
            return None
        return self.kept.get(last.key) if last.is_same(self._states, self.tree.snapshot) else None

    @property
    def _states(self) -> States:
        return {path: self._digests.get(path) for path in self.tree.modes}

    def survey(self, workers: Workers | None = None) -> Survey:
        """The survey of the tree, by ``workers``. Raises MigrationError as ``survey.survey`` does."""
        from codemods.gates.memory import Memory
        from codemods.survey import Asked, survey  # with all that it takes to find something
        from codemods.workers import Workers

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
            workers=(workers or Workers()).noting(self._trace),
        )
        failing = {failure.path for failure in found.failures}
        sources = (path for path in found.project.modules.askable if path in self._digests)
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
        from codemods.taken import Taken

        read = self._memory.read if self._memory else None
        if self._alone and read is not None:
            self.kept.put(self._key, (read, (found.sites, found.failures, answer)))
            taken = Taken.of(found.project.modules, self._key, self._states, self._trace)
            self.kept.put(self._about, taken)
        return Seen(self.root, self.spec, self.tree, found.sites, found.failures, answer)
