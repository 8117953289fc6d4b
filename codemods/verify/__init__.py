"""Independent proof: before and after differ only where what was decided says so.

No transform is trusted. From the bytes before, the sites and what is known of the hierarchy, every changed
file is made a second time, with ``ast`` and offsets alone, and the two have to agree byte for byte.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import NamedTuple

from codemods.data import Change, Decision, Site, Snapshot
from codemods.foreign import own
from codemods.modules import Modules
from codemods.project import Project
from codemods.sides import layer_path
from codemods.verify.created import created, renewed, told, written
from codemods.verify.cuts import Cut, spliced
from codemods.verify.finalized import finalized
from codemods.verify.source import made_again
from codemods.verify.unproven import Unproven
from codemods.workers import FEW, Workers

__all__ = ["Proof", "Unproven", "finalized", "repaired"]
_ALIAS = re.compile(rb"(?:\r\n|\r|\n)*(\w+) = (\w+)  # its old name, still imported(?:\r\n|\r|\n)")


_FEW = 3 * FEW
"""Files that are not worth a process: those that are proven together have most of what is read in common."""
_Told = tuple[Change, Hashable, frozenset[int]]


class _Case(NamedTuple):
    """A change to be proven by these sites; ``at`` is the place of its phases among those that are."""

    at: int
    change: Change
    sites: tuple[Site, ...]


class Proof:
    """What has been proven of a project; what was seen before is not looked at again."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._seen: set[_Told] = set()
        self._phases: dict[PurePosixPath, frozenset[int]] = {}
        self._files: Snapshot = {}
        self._now = project.modules
        self._written = written(project)
        self._told = told(project)

    def check(self, phases: frozenset[int], changes: Iterable[Change]) -> None:
        """Raise Unproven unless the changes are what these phases decide, and all of it."""
        self.check_all([(phases, changes)])

    def check_all(
        self, plans: Iterable[tuple[frozenset[int], Iterable[Change]]], workers: Workers | None = None
    ) -> None:
        """The same for several sets of phases and the changes of each, which ``workers`` share."""
        trees: list[tuple[frozenset[int], Modules]] = []
        fresh: dict[_Told, _Case] = {}
        for phases, changes in plans:
            fresh |= self._cases(len(trees), phases, changes)
            trees.append((phases, self._now))
        shared, path = (self.project, self._written, trees), lambda case: case.change.path
        there = [case for case in fresh.values() if case.change.before is not None]
        new = [case for case in fresh.values() if case.change.before is None]
        # Files that are added tell of all the others, which are to be right before: few, and each takes long.
        for cases, few in ((there, _FEW), (new, max(1, _FEW * len(new) // (len(there) + 1)))):
            (workers or Workers()).whole(_compare, shared, cases, path, few)
        self._seen |= fresh.keys()

    def _cases(self, at: int, phases: frozenset[int], changes: Iterable[Change]) -> dict[_Told, _Case]:
        """What is to be proven, by all that it depends on; Unproven where something is missing.

        The modules are those of the tree with the changes from here on.
        """
        project = self.project
        sites = {path: self._taken(path, phases) for path in project.by_path}
        there = self._written if 1 in phases else set()
        concerned = {path for path, taken in sites.items() if taken}
        concerned |= {ref.path for ref in own(project.index.members)} | there
        # What is not changed is held to the same: perhaps it should be.
        same = ((path, project.snapshot[path]) for path in concerned)
        made = {path: Change(path, data, data) for path, data in same}
        made |= {change.path: Change(change.path, change.before, change.after) for change in changes}
        self._refuse_missing(phases, made)
        files = {p: c.after for p, c in made.items() if c.after not in (None, c.before) and p.suffix != ".md"}
        self._put(files)
        tree = frozenset(files.items())
        fresh: dict[_Told, _Case] = {}
        for path, change in made.items():
            whole, taken = change.before is None or path in there, sites.get(path, ())
            seen = (change, tree if whole else taken, phases & (self._told if whole else self._matter(path)))
            if seen not in self._seen:
                fresh[seen] = _Case(at, change, taken)
        return fresh

    def _taken(self, path: PurePosixPath, phases: frozenset[int]) -> tuple[Site, ...]:
        """The sites of a file that are carried out in these phases."""
        carried = (Decision.RENAME, Decision.DELETE)
        return tuple(s for s in self.project.by_path[path] if s.phase in phases and s.decision in carried)

    def _put(self, files: Snapshot) -> None:
        """Put these files in the tree; the modules that the last one had, too, are not read again."""
        if files != self._files:
            gone = self._files.keys() - files.keys()
            last, there = (self.project.modules, {}) if gone else (self._now, self._files)
            self._now = last.changed({p: data for p, data in files.items() if there.get(p) != data})
            self._files = files

    def _refuse_missing(self, phases: frozenset[int], made: Mapping[PurePosixPath, Change]) -> None:
        """Raise Unproven unless the root comes with its layer and its type variables, and with no more."""
        path = layer_path(self.project.index, self.project.spec)
        declares = 1 in phases and not self.project.roles.migrated
        guide = self.project.guide and self.project.spec.docs_phase in phases
        guide = guide and self.project.spec.guide not in self.project.snapshot
        new = [change for change in made.values() if change.before is None]
        wanted = 2 * declares + guide + self._gets_tests(phases)
        if len(new) != wanted or (declares and path not in made):
            raise Unproven(path, 1, f"{len(new)} files are added, not {wanted}")

    def _gets_tests(self, phases: frozenset[int]) -> bool:
        home, snapshot = self.project.tests, self.project.snapshot
        there = home is not None and any(path in snapshot for path in (home.path, *home.others))
        return self.project.spec.tests_phase in phases and home is not None and not there

    def _matter(self, path: PurePosixPath) -> frozenset[int]:
        """The phases that what is made of a file depends on, beside those of its sites."""
        if path not in self._phases:
            index, of = self.project.index, self.project.roles.of
            lines = (line for ref in self.project.members_in.get(path, ()) for line in index.lineage(ref))
            always = {1, self.project.spec.integrations_phase} | self.project.of_copies(path)
            self._phases[path] = frozenset((*always, *(of[ref].phase for ref in lines)))
        return self._phases[path]


def _compare(
    shared: tuple[Project, Set[PurePosixPath], Sequence[tuple[frozenset[int], Modules]]], case: _Case
) -> None:
    """Raise Unproven unless a file is changed as these phases and sites decide."""
    (project, there, trees), (at, change, sites) = shared, case
    (phases, now), path, before = trees[at], change.path, change.before
    if change.after is None or before != project.snapshot.get(path):
        raise Unproven(path, 1, "it is not the file that was read")
    if before is None:
        expected = created(project, phases, path, now, change.after.decode()).encode()
    elif path in there and 1 in phases:
        expected = renewed(project, phases, path, before, now)
    elif path.suffix == ".md":
        expected = _document(path, before, sites)
    else:
        expected = made_again(project, phases, path, sites, now)
        if change.after != before:
            _refuse_broken(path, before, change.after)
    if expected != change.after:
        raise Unproven(path, *_difference(expected, change.after))


def repaired(change: Change) -> None:
    """Raise Unproven unless a change adds aliases at the end of a file and nothing else."""
    before, after = change.before or b"", change.after or b""
    added = after[len(before) :]
    names = [match.groups() for match in _ALIAS.finditer(added)]
    whole = re.fullmatch(rb"(?:%s)+" % _ALIAS.pattern, added)
    known = all(re.search(rb"^class %s\b" % new, before, re.MULTILINE) for _, new in names)
    if not after.startswith(before) or whole is None or not known:
        raise Unproven(change.path, before.count(b"\n") + 1, "it is not an alias of a class that is there")


def _document(path: PurePosixPath, data: bytes, sites: Iterable[Site]) -> bytes:
    """A document with other names; every byte is a code point here, so that what is no UTF-8 stays."""
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data)
    cuts = []
    for site in sites:
        text = lines[site.line - 1].decode("utf-8", "surrogateescape")
        column = site.column - (not text.startswith("\ufeff"))
        at = sum(map(len, lines[: site.line - 1])) + len(text[:column].encode("utf-8", "surrogateescape"))
        name = site.name.encode()
        if data[at : at + len(name)] != name or site.new is None:
            raise Unproven(path, site.line, f"{site.name} is not where it was found")
        cuts.append(Cut(at, at + len(name), site.new.encode().decode("latin-1")))
    return spliced(data.decode("latin-1"), cuts).encode("latin-1")


def _refuse_broken(path: PurePosixPath, before: bytes, after: bytes) -> None:
    """Raise Unproven for a file that compiled and does not any more."""
    if (failure := _failure(path, after)) and not _failure(path, before):
        raise Unproven(path, failure.lineno or 1, f"it does not compile: {failure.msg}")


def _failure(path: PurePosixPath, data: bytes) -> SyntaxError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, str(path), "exec", dont_inherit=True)
        except SyntaxError as error:
            return error
        except ValueError as error:
            return SyntaxError(str(error))
    return None


def _difference(expected: bytes, found: bytes) -> tuple[int, str]:
    """The first line of the result that differs, and how."""
    wanted, there = (data.splitlines(keepends=True) for data in (expected, found))
    pairs = enumerate(zip_longest(wanted, there, fillvalue=b""), 1)
    number, (one, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
    return number, f"{_shown(other)} instead of {_shown(one)}"


def _shown(line: bytes) -> str:
    return repr(line.decode("utf-8", "backslashreplace"))
