"""A tree and what is found in it for commands that only show: worked out, or known from an earlier run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from codemods import cache, files, journal
from codemods.cache import Cache
from codemods.data import Confidence, Decision, Failure, Site, Snapshot, Spec
from codemods.files import Tree
from codemods.generated import is_source

if TYPE_CHECKING:
    from codemods.survey import Survey

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


def look(
    root: Path,
    spec: Spec,
    how: How,
    kept: Cache,
    work: Callable[[Survey], _Answer],
    *about: object,
) -> Seen[_Answer]:
    """A tree with what ``work`` says of its survey; from ``kept`` where it has that already.

    ``about`` is all that the answer depends on beside the tree: what is asked, and how. What mypy had a say
    in, or another tree, is not kept, for that depends on more. Raises MigrationError as ``survey`` does.
    """
    if root.is_dir():
        journal.recover(root)
    tree = files.read(root)
    digests = {path: cache.digest_of(data) for path, data in tree.snapshot.items()}
    name = cache.key(spec, how, cache.stamp(root, tree, digests), about)
    landed = journal.read(root)
    alone = not (how.where or (landed and landed.hierarchy))
    if alone and (known := kept.get(name)) is not None:
        return Seen(root, spec, tree, *known)
    from codemods.survey import Asked, survey  # with all that it takes to find something

    parsing = cache.key("parses", str(root.resolve()))
    sound: frozenset[bytes] = kept.get(parsing) or frozenset()
    found = survey(
        root,
        spec,
        repair=how.repair,
        types=Asked(how.python) if how.types else None,
        confidence=how.confidence,
        guide=how.guide,
        where=how.where,
        tree=tree,
        sound={path for path, digest in digests.items() if digest in sound},
    )
    answer = work(found)
    failing = {failure.path for failure in found.failures}
    sources = (path for path, data in tree.snapshot.items() if is_source(path, data))
    parsed = frozenset(digests[path] for path in sources if path not in failing)
    if parsed != sound:
        kept.put(parsing, parsed)
    if alone and not (how.types and _by_mypy(found)):
        kept.put(name, (found.sites, found.failures, answer))
    return Seen(root, spec, tree, found.sites, found.failures, answer)


def _by_mypy(found: Survey) -> bool:
    """Whether mypy may have been asked about something."""
    asked = any(site.decision is Decision.ASK for site in found.sites)
    return asked or bool(found.project.types or found.doubts)
