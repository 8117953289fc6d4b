"""All that is known of a tree before anything is written, found once on its first snapshot."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods import arguments, index, present, roles, sites, using
from codemods.arguments import Arguments
from codemods.data import Decision, Failure, MigrationError, Note, Site, Snapshot, Spec
from codemods.depth import deep
from codemods.foreign import is_foreign, own
from codemods.index import Index
from codemods.known import Known
from codemods.meaning import ECHOED, Place
from codemods.mentions import FOREIGN
from codemods.modules import Modules
from codemods.present import Present
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef
from codemods.workers import Workers

if TYPE_CHECKING:
    from codemods.duplicates import Duplicate
    from codemods.testing import Home

_TOLD = {
    rb"(?i)\A(?:(?:#.*)?\r?\n)*?#.*(?:@generated\b|\bDO NOT (?:EDIT|MODIFY)\b)": (
        "a generated file is changed; what generates it has to change too"
    ),
    rb"(?m)^[ \t]*(?:import|from)[ \t]+(?:pickle|shelve|joblib|dill|cloudpickle)\b": (
        "what was stored before the migration has the old names; it has to be made again"
    ),
}
_LOWEST = re.compile(rb"""^\s*requires-python\s*=\s*["'][^"'\n]*>=\s*3\.(\d+)""", re.MULTILINE)
# Headers are made in their own tree.
_NO_ARGUMENTS = Arguments({}, {}, (), (), {}, (), Present({}, {}, {}, frozenset()), {})


@dataclass(frozen=True)
class Project:
    """A snapshot with its hierarchy, the parts its classes play, the arguments they get and all sites."""

    spec: Spec
    snapshot: Snapshot
    index: Index
    roles: Roles
    arguments: Arguments
    sites: tuple[Site, ...]
    left: frozenset[str] = frozenset()
    """The root's methods that take nothing over, by choice."""
    untested: bool = False
    """Whether the tree gets no tests, by choice."""
    guide: bool = False
    """Whether a guide is written into the tree."""
    types: Mapping[Place, Known] = field(default_factory=dict)
    """What mypy said of receivers, where it was asked."""
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

    @property
    def is_user(self) -> bool:
        """Whether the hierarchy is another tree's, which this one only uses."""
        return is_foreign(self.root.path)

    @property
    def beside(self) -> tuple[PurePosixPath, ...]:
        """The hierarchy's source roots that an interpreter is to be told of: those that are not installed."""
        return using.beside(self.index)

    @cached_property
    def _pulled(self) -> tuple[tuple[Duplicate, ...], tuple[Note, ...]]:
        if self.is_user:
            return (), ()
        from codemods import duplicates  # what is only searched for pulls nothing up

        return duplicates.find(self.index, self.roles, self.spec, self.arguments, self.sites)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """What all sides do alike and the root can do for them."""
        return tuple(found for found in self._pulled[0] if found.function.name not in self.left)

    @cached_property
    def members_in(self) -> Mapping[PurePosixPath, Sequence[ClassRef]]:
        """The classes of the hierarchy, by the file that they stand in."""
        found: dict[PurePosixPath, list[ClassRef]] = {}
        for ref in self.index.members:
            found.setdefault(ref.path, []).append(ref)
        return found

    def of_copies(self, path: PurePosixPath) -> frozenset[int]:
        """The phases that have to be carried out together for what a file has in common with others."""
        here = (d for d in self.duplicates if path in (self.root.path, *(c.ref.path for c in d.copies)))
        return frozenset(phase for duplicate in here for phase in duplicate.phases)

    def bound_below(self, ref: ClassRef, parameter: str) -> list[tuple[ClassRef, ClassRef]]:
        """The clients that a type parameter is bound to below a class, each with the class that binds it."""
        known = self.arguments
        return [
            (argument, below)
            for below in self.index.descendants(ref)
            for base, given in known.given[below].items()
            for name, argument in zip(known.open[base], given, strict=False)
            if name == parameter and isinstance(argument, ClassRef)
        ]

    @cached_property
    def tests(self) -> Home | None:
        """Where tests are written into the tree; None where none are."""
        from codemods.testing import home  # what is only searched gets no tests

        wanted = self.spec.compatibility.tests and not self.untested and not self.is_user
        return home(self.index, self.spec) if wanted else None

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What was seen and not dared, sites to be asked about included."""
        from codemods import misfits, pragmas

        asks = (
            Note(s.path, s.line, f"{s.name}: {s.reason}; not changed")
            for s in self.sites
            if s.decision == "ask" or s.kind == FOREIGN
        )
        echoed = (
            Note(s.path, s.line, f"{s.name}: {s.reason}") for s in self.sites if s.reason.endswith(ECHOED)
        )
        return own(
            dict.fromkeys(
                (
                    *self.roles.notes,
                    *self.arguments.notes,
                    *self._pulled[1],
                    *self._moves(),
                    *self._outdated(),
                    *self._mixed_in(),
                    *(using.unsaid(self.index, self.spec) if self.roles.migrated else ()),
                    *asks,
                    *echoed,
                    *misfits.find(self.index, self.spec, self.sites),
                    *pragmas.notes(self.modules, self.sites),
                    *self._told_by_text(),
                    *self._untested(),
                )
            )
        )

    def _outdated(self) -> Iterator[Note]:
        """What the module of the type variables does not say yet, where it is not ours to say it."""
        path = present.types_module(self.index, self.spec) if self.roles.migrated else None
        if path is None or path not in self.snapshot or present.is_ours(self.index, self.spec):
            return
        known = {v.name: v.bounds for v in self.arguments.variables}
        known |= {union.name: union.members for union in self.arguments.unions}
        for name, wanted in known.items():
            if {*present.listed(self.index, self.spec, name)} != {*wanted}:
                told = f"{name} would be made of {', '.join(ref.name for ref in wanted)} now"
                yield Note(path, 1, f"{told}; somebody has edited this file, so it stays as it is")

    def _moves(self) -> Iterator[Note]:
        """What is to be known of a method that does more than before."""
        for found in (each for each in self.duplicates if not each.done):
            name, owners, line = found.function.name, found.owners, found.line
            told = f"{name} does here now what {owners} did; a class elsewhere that does the same itself"
            told += " and calls this by super() does it twice"
            yield Note(self.root.path, line, told, max(found.phases))

    def _mixed_in(self) -> Iterator[Note]:
        """What is to be known of a mixin by those who inherit it without the root, in other repositories."""
        for ref, role in self.roles.of.items():
            if role.part is not Part.MIXIN or ref in self.roles.shared:
                continue
            module = self.modules.get(ref.path)
            sites = (
                s for s in self.by_path.get(ref.path, ()) if s.decision is Decision.RENAME and not s.prose
            )
            inside = [s for s in sites if module and module.class_at(s.line) == ref]
            if inside:
                olds = " and ".join(dict.fromkeys(f"{s.name} ({s.new} now)" for s in inside))
                told = f"a class elsewhere that inherits {ref.name} and not {self.root.name}"
                yield Note(
                    ref.path, inside[0].line, f"{told}: its {olds} is not seen any more", inside[0].phase
                )

    def _untested(self) -> Iterator[Note]:
        asked = self.spec.compatibility.tests and not self.untested and not self.is_user
        if asked and self.tests is None:
            told = "no tests are written: the tree has none of its own, or each of them sets sys.path itself"
            yield Note(self.root.path, 1, told)

    def _told_by_text(self) -> Iterator[Note]:
        """What is to be said of files that change, by what else they say."""
        for path, (pattern, told) in product(self.by_path, _TOLD.items()):
            found = re.search(pattern, self.snapshot[path])
            if found and any(site.phase for site in self.by_path[path]):
                yield Note(path, self.snapshot[path][: found.end()].count(b"\n") + 1, told)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Files that could not be read, by path."""
        return own(self.explained(failure) for _, failure in sorted(self.modules.failures.items()))

    def explained(self, failure: Failure) -> Failure:
        """The failure, by another code where the project is for a newer Python than ours."""
        found = _LOWEST.search(self.snapshot.get(PurePosixPath("pyproject.toml"), b""))
        if failure.code != "syntax-error" or not found or int(found[1]) <= sys.version_info.minor:
            return failure
        reason = f"{failure.reason}; the project is for Python 3.{int(found[1])} and newer"
        return replace(failure, code="runtime-older-than-target", reason=reason)


@deep()
def read(
    snapshot: Snapshot, spec: Spec, tops: Sequence[PurePosixPath] = (), workers: Workers | None = None
) -> Project:
    """Find everything there is to know about a snapshot; below ``tops`` stands the hierarchy that it uses.

    Raises MigrationError for a tree without a root class, a missing base (``repair`` mends it), a collision.
    """
    found = index.build(snapshot, spec, tops)
    if found.missing:
        raise MigrationError(index.missing_base(found))
    using.refuse_shifted(found)
    parts = roles.assign(found, spec)
    all_sites = sites.find(found, parts, spec, workers=workers)
    given = _NO_ARGUMENTS if tops else arguments.work_out(found, parts, spec)
    return Project(spec, snapshot, found, parts, given, all_sites)
