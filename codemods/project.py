"""All that is known of a tree before anything is written, found once on its first snapshot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from codemods import arguments, duplicates, index, roles, sites
from codemods.arguments import Arguments
from codemods.data import Failure, MigrationError, Note, Site, Snapshot, Spec
from codemods.duplicates import Duplicate
from codemods.index import Index
from codemods.meaning import ECHOED
from codemods.mentions import FOREIGN
from codemods.modules import Modules
from codemods.roles import Roles
from codemods.scopes import ClassRef


@dataclass(frozen=True)
class Project:
    """A snapshot with its hierarchy, the parts its classes play, the arguments they get and all sites."""

    spec: Spec
    snapshot: Snapshot
    index: Index
    roles: Roles
    arguments: Arguments
    sites: tuple[Site, ...]
    by_path: Mapping[PurePosixPath, tuple[Site, ...]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[PurePosixPath, list[Site]] = {}
        for site in self.sites:
            grouped.setdefault(site.path, []).append(site)
        object.__setattr__(self, "by_path", {path: tuple(found) for path, found in grouped.items()})

    @property
    def modules(self) -> Modules:
        return self.index.modules

    @property
    def root(self) -> ClassRef:
        return self.index.root

    @cached_property
    def _pulled(self) -> tuple[tuple[Duplicate, ...], tuple[Note, ...]]:
        return duplicates.find(self.index, self.roles, self.spec, self.arguments, self.sites)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """What all sides do alike and the root can do for them."""
        return self._pulled[0]

    def of_copies(self, path: PurePosixPath) -> frozenset[int]:
        """The phases that have to be carried out together for what a file has in common with others."""
        here = (d for d in self.duplicates if path in (self.root.path, *(c.ref.path for c in d.copies)))
        return frozenset(phase for duplicate in here for phase in duplicate.phases)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was seen and not dared, sites to be asked about included."""
        asks = (
            Note(s.path, s.line, f"{s.name}: {s.reason}; not changed")
            for s in self.sites
            if s.decision == "ask" or s.kind == FOREIGN
        )
        echoed = (
            Note(s.path, s.line, f"{s.name}: {s.reason}") for s in self.sites if s.reason.endswith(ECHOED)
        )
        return tuple(
            dict.fromkeys((*self.roles.notes, *self.arguments.notes, *self._pulled[1], *asks, *echoed))
        )

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Files that could not be read, by path."""
        return tuple(failure for _, failure in sorted(self.modules.failures.items()))

    def refuse_broken_files(self) -> None:
        """Raise MigrationError when a file that cannot be read names a class or module of the hierarchy."""
        names = {name for ref in self.index.members for name in (ref.name, ref.path.stem)} - {"__init__"}
        words = "|".join(re.escape(name) for name in sorted(names | set(self.spec.renames)))
        for failure in self.failures:
            # In bytes: what cannot be read may still be searched.
            if named := re.search(rf"(?<!\w)({words})(?!\w)".encode(), self.snapshot[failure.path]):
                raise MigrationError(f"{failure}; it names {named[0].decode()}, so nothing is written")


def read(snapshot: Snapshot, spec: Spec) -> Project:
    """Find everything there is to know about a snapshot.

    Raises MigrationError for a tree without a root class, a missing base (``repair`` mends it), a collision.
    """
    found = index.build(snapshot, spec)
    if found.missing:
        raise MigrationError(missing_base(found))
    parts = roles.assign(found, spec)
    all_sites = sites.find(found, parts, spec)
    return Project(spec, snapshot, found, parts, arguments.work_out(found, parts, spec), all_sites)


def missing_base(found: Index) -> str:
    """One line about the first base that is missing: its name, where it is imported, what it became."""
    _, first = found.missing[0]
    places = sorted({f"{m.importer}:{m.line}" for _, m in found.missing if m.name == first.name})
    guess = probably(found, first.module)
    became = f"; it probably became {guess.name}, --repair adds the old name" if guess else ""
    return f"{first.name}, imported in {' and '.join(places)}, is missing from {first.module}{became}"


def probably(found: Index, module: PurePosixPath) -> ClassRef | None:
    """What a missing base was probably renamed to: the only class of its module below the root."""
    candidates = [ref for ref in found.members if ref.path == module]
    return candidates[0] if len(candidates) == 1 else None
