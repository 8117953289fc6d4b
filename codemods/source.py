"""Edited files: several codemods change one of them in one traversal, once for all sets of phases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import libcst as cst

from codemods.codemod import Addition, Codemod, Given
from codemods.data import Change, Decision, Failure, MigrationError
from codemods.edits import Report, UnexplainedChange, alignment, between, renamings, splice
from codemods.parsed import Parsed, parse, too_deep
from codemods.project import Project
from codemods.text import UnreadableSource
from codemods.workers import FEW, Died, Workers


class _Combined(cst.CSTTransformer):
    """Several codemods in one traversal, which enters only what one of them has something to do in."""

    def __init__(self, codemods: Sequence[Codemod], parsed: Parsed) -> None:
        super().__init__()
        self.codemods = codemods
        self._parsed = parsed
        self._asked: dict[tuple[str, type[cst.CSTNode]], list[Codemod]] = {}
        starts = parsed.text.starts
        lines = {codemod: codemod.lines() for codemod in codemods}
        self._busy = [codemod for codemod, its in lines.items() if its is None or its]
        # The offsets of these lines; all of them where a codemod does not say.
        self._concerned = (
            starts
            if None in lines.values()
            else sorted({starts[line - 1] for its in lines.values() for line in its or ()})
        )

    def on_visit(self, node: cst.CSTNode) -> bool:
        for codemod in self._those_with("visit", node):
            codemod.on_visit(node)
        return not isinstance(node, cst.BaseStatement) or self._is_concerned(node)

    def _is_concerned(self, node: cst.BaseStatement) -> bool:
        start, end = self._parsed.whole(node) or (0, 0)
        at = bisect_left(self._concerned, start)
        return at < len(self._concerned) and self._concerned[at] < end

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        for codemod in self._those_with("leave", original_node):
            left = codemod.on_leave(original_node, updated_node)
            if isinstance(left, cst.RemovalSentinel | cst.FlattenSentinel):
                return left
            updated_node = left
        return updated_node

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        """Nothing, for no codemod asks for it."""

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        """Nothing, for no codemod asks for it."""

    def _those_with(self, verb: str, node: cst.CSTNode) -> list[Codemod]:
        """The codemods that look at such a node when it is visited, or left."""
        key = verb, type(node)
        if key not in self._asked:
            methods = (f"on_{verb}", f"{verb}_{type(node).__name__}")
            those = self.codemods if isinstance(node, cst.Module) else self._busy
            self._asked[key] = [c for c in those if any(_has_own(c, m) for m in methods)]
        return self._asked[key]


def _has_own(codemod: Codemod, method: str) -> bool:
    """Whether a codemod has a method that does more than LibCST's."""
    return getattr(type(codemod), method, None) is not getattr(cst.CSTTransformer, method, None)


_Made = Change | Failure | None
_DIED = "the process that was at it has ended, perhaps for want of memory"


class Source:
    """The edited files of a run.

    LibCST parses a file once, and a file is changed, or added, once for all sets of phases that say the same
    of it.
    """

    def __init__(self, workers: Workers | None = None) -> None:
        self._workers = workers or Workers()
        self._changes: dict[tuple[PurePosixPath, frozenset[int]], _Made] = {}
        self._added: dict[tuple[type[Codemod], frozenset[int]], Mapping[PurePosixPath, Addition]] = {}

    def added(
        self, project: Project, phases: frozenset[int], codemods: Sequence[type[Codemod]]
    ) -> dict[PurePosixPath, Addition]:
        """The files that codemods add to the tree when these phases are carried out."""
        self.prepare(project, {}, codemods, [phases])
        keys = [(codemod, phases & codemod.tells(project)) for codemod in codemods]
        return {path: addition for key in keys for path, addition in self._added[key].items()}

    def prepare(
        self,
        project: Project,
        wanted: Mapping[PurePosixPath, Iterable[frozenset[int]]],
        codemods: Sequence[type[Codemod]],
        adding: Iterable[frozenset[int]] = (),
    ) -> None:
        """Carry codemods out on files for all sets of phases that are ``wanted`` of them, at once.

        With them the files are made that codemods add for the sets that are ``adding``.
        """
        every = dict.fromkeys((c, phases & c.tells(project)) for phases in adding for c in codemods)
        added = [key for key in every if key not in self._added]
        asked = ((path, [s for s in sets if (path, s) not in self._changes]) for path, sets in wanted.items())
        items = [(path, sets) for path, sets in asked if sets]
        # What takes longest comes first, so that no worker is left with it alone.
        made = self._workers.each(_made, (project, codemods), [*added, *items], FEW)
        for key, additions in zip(added, made, strict=False):
            if isinstance(additions, Died):
                raise MigrationError(f"{key[0].__name__}: worker-died: {_DIED}")
            self._added[key] = additions
        for (path, sets), changes in zip(items, made[len(added) :], strict=True):
            if isinstance(changes, Died):
                changes = [Failure(path, "worker-died", _DIED)] * len(sets)
            self._changes.update(
                ((path, phases), change) for phases, change in zip(sets, changes, strict=True)
            )

    def change(
        self, project: Project, path: PurePosixPath, phases: frozenset[int], codemods: Sequence[type[Codemod]]
    ) -> _Made:
        """What codemods make of a file, the same ones at every call. None when they change nothing."""
        if (path, phases) not in self._changes:
            self.prepare(project, {path: [phases]}, codemods)
        return self._changes[path, phases]


def _made(shared: tuple[Project, Sequence[type[Codemod]]], item: tuple[Any, Any]) -> Any:
    """What is made of an item: a file for several sets of phases, or what a codemod adds for one."""
    what, phases = item
    return _changes(shared, item) if isinstance(what, PurePosixPath) else what.creates(shared[0], phases)


def _changes(
    shared: tuple[Project, Sequence[type[Codemod]]], item: tuple[PurePosixPath, Sequence[frozenset[int]]]
) -> list[_Made]:
    """A file changed for each of several sets of phases."""
    (project, codemods), (path, sets) = shared, item
    module = project.modules.get(path)
    if module is None:
        return [None] * len(sets)
    parsed = parse(module)
    given = (Given(project, module, phases) for phases in sets)
    if isinstance(parsed, Failure):
        return [_spliced(each, parsed) for each in given]
    return [_changed(each, codemods, parsed) for each in given]


def _spliced(given: Given, failure: Failure) -> Change | Failure | None:
    """A file that LibCST cannot do: names change where they stand; it fails where more has to change."""
    sites, text = given.sites(), given.module.text
    more = any(site.decision is not Decision.RENAME for site in sites)
    if more or any(ref.path == given.path for ref in given.project.index.members):
        return failure
    edits = renamings(text, sites)
    edits += alignment(given.path, text.text, edits)
    try:
        after = text.encode(splice(text.text, edits))
    except UnreadableSource as error:
        return Failure(given.path, error.code, error.reason)
    return Change(given.path, given.project.snapshot[given.path], after, edits) if edits else None


def _changed(given: Given, codemods: Iterable[type[Codemod]], parsed: Parsed) -> Change | Failure | None:
    reports: list[Report] = []
    text = given.module.text
    try:
        combined = _Combined([codemod(given, parsed, reports) for codemod in codemods], parsed)
        updated = parsed.code(parsed.tree.visit(combined))
        if updated == text.text:
            return None
        edits = between(given.path, text.text, updated, reports)
        edits += alignment(given.path, text.text, edits, parsed.aligned)
        after = text.encode(splice(text.text, edits))
        return Change(given.path, given.project.snapshot[given.path], after, edits)
    except RecursionError:
        return too_deep(given.module)
    except UnexplainedChange as error:
        return Failure(given.path, "unexplained", str(error))
    except UnreadableSource as error:
        return Failure(given.path, error.code, error.reason)
