"""Which of the sites a command speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeVar

from codemods.data import Decision, MigrationError, Site, Snapshot, Spec

if TYPE_CHECKING:
    from codemods.hunks import Hunk
    from codemods.reviewed import FileReview, PhaseReview, Review

    _Part = TypeVar("_Part", Review, FileReview, Hunk)

_WILD = {"**/": "(?:.+/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class _Placed(Protocol):
    @property
    def path(self) -> PurePosixPath: ...


_P = TypeVar("_P", bound=_Placed)


class Looked(Protocol):
    """A tree with its sites: a survey, or what is known of one."""

    @property
    def root(self) -> Path: ...
    @property
    def spec(self) -> Spec: ...
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def sites(self) -> tuple[Site, ...]: ...


def of_phases(tree: Looked, found: Sequence[Site], phases: tuple[str, ...]) -> Sequence[Site]:
    """The sites of the phases asked for; what is not decided counts for every phase it may come to be of.

    Raises MigrationError for a phase that no site can have.
    """
    if not phases:
        return found
    from codemods.phases import BASE, chosen

    numbers = {phase.number for phase in chosen(tree.spec, phases, frozenset({BASE.number}))}
    return [site for site in found if numbers & _phases(tree.spec, site)]


def _phases(spec: Spec, site: Site) -> set[int]:
    from codemods.layout import is_test

    if site.decision is not Decision.ASK:
        return {site.phase}
    if site.prose or site.path.suffix == ".md":
        return {spec.docs_phase}
    return {spec.tests_phase} if is_test(site.path) else {*range(1, spec.integrations_phase + 1)}


def under(tree: Looked, found: Iterable[_P], places: tuple[str, ...]) -> list[_P]:
    """What is in one of the ``places``: a file, a directory, or a pattern of either.

    Raises MigrationError for a place that no file of the tree is in, so that a misspelt one is not clean.
    """
    if not places:
        return list(found)
    found = list(found)  # a file that is created is in no snapshot
    patterns = {place: _pattern(place) for place in places}
    known = {*tree.snapshot, *(each.path for each in found)}
    inside: set[PurePosixPath] = set()
    for place, pattern in patterns.items():
        here = {path for path in known if pattern.match(str(path))}
        if not here:
            raise MigrationError(f"--path {place}: no Python or Markdown file is there in {tree.root}")
        inside |= here
    return [each for each in found if each.path in inside]


def of_review(tree: Looked, found: Review, phases: tuple[str, ...], places: tuple[str, ...]) -> Review:
    """What a dry run says of these places, and asks in these phases. Raises MigrationError as ``under``."""
    files = [file for phase in found.phases for file in phase.files]
    every: list[_Placed] = [*files, *found.notes, *found.asked]
    inside = {each.path for each in under(tree, every, places)}
    numbers = {phase.phase.number for phase in found.phases}

    def told(part: _Part) -> _Part:
        asked = tuple(s for s in part.asked if s.path in inside and (not phases or s.phase in numbers))
        return replace(part, asked=asked, notes=tuple(note for note in part.notes if note.path in inside))

    def chosen(phase: PhaseReview) -> PhaseReview:
        here = (told(file) for file in phase.files if file.path in inside)
        return replace(phase, files=tuple(replace(f, hunks=tuple(map(told, f.hunks))) for f in here))

    return replace(told(found), phases=tuple(map(chosen, found.phases)))


def _pattern(place: str) -> re.Pattern[str]:
    """The paths of a place, which is whatever it names and all that is below that."""
    plain = str(PurePosixPath(place))
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", plain)
    spelled = "".join(_WILD.get(part) or re.escape(part) for part in parts)
    return re.compile("" if plain == "." else rf"{spelled}(?:/|\Z)", re.DOTALL)


def phase_names(spec: Spec) -> dict[int, str]:
    """Every phase's name by its number."""
    from codemods.phases import phases

    return {phase.number: phase.name for phase in phases(spec)}


def asked(tree: Looked) -> list[Site]:
    """The sites that only a person can decide."""
    return in_order(site for site in tree.sites if site.decision is Decision.ASK)


def in_order(sites: Iterable[Site]) -> list[Site]:
    """By place."""
    return sorted(sites, key=lambda site: (site.path, site.line, site.column))
