"""A migration without what a person has left out of it, and with what they have written otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from codemods.choice import LEFT_OUT, Item, Kind, Retouch
from codemods.data import Decision, MigrationError, Site
from codemods.patch import split_lines
from codemods.project import Project
from codemods.scopes import ClassRef


def item_of(site: Site) -> Item:
    """A site as something to choose."""
    return Item(Kind.SITE, site.path, f"{site.line}:{site.column}")


def left_out(project: Project, left: frozenset[Item]) -> Project:
    """The project with these items left as they are.

    Where a factory keeps an old name, the root's cannot be abstract.
    """
    if not left:
        return project
    kept = {site for site in project.sites if item_of(site) in left}
    concrete = any(item.kind is Kind.ABSTRACT for item in left)
    concrete = concrete or any(defines_factory(project, site) for site in kept)
    headers = frozenset(ClassRef(item.path, item.at) for item in left if item.kind is Kind.HEADER)
    return replace(
        project,
        sites=tuple(_kept(site) if site in kept else site for site in project.sites),
        roles=replace(project.roles, abstract=project.roles.abstract and not concrete),
        arguments=replace(project.arguments, left=headers),
        untested=any(item.kind is Kind.TESTS for item in left),
        left=frozenset(item.at for item in left if item.kind is Kind.DUPLICATE),
    )


def defines_factory(project: Project, site: Site) -> bool:
    """Whether a site is where a class makes its clients, and gets another name."""
    return (
        site.kind == "definition" and site.decision is Decision.RENAME and project.spec.is_factory(site.name)
    )


def _kept(site: Site) -> Site:
    return replace(site, decision=Decision.KEEP, new=None, reason=LEFT_OUT, phase=0)


def retouched(
    path: PurePosixPath, data: bytes, retouches: Sequence[Retouch], phases: frozenset[int]
) -> bytes:
    """A file after these phases with what a person has written otherwise.

    Raises MigrationError where the lines they wrote over are not there any more.
    """
    lines = [line.decode("utf-8", "surrogateescape") for line in split_lines(data)]
    for each in retouches:
        if each.path == path and each.phase in phases:
            lines = _retouched(lines, each)
    return "".join(lines).encode("utf-8", "surrogateescape")


def _retouched(lines: Sequence[str], retouch: Retouch) -> list[str]:
    whole = retouch.planned, retouch.written
    # Another phase may change the lines around those that were really written otherwise.
    for planned, written in (whole, _core(*whole)):
        found = _places(lines, planned)
        if len(found) == 1 or (found and planned == retouch.planned):
            at = min(found, key=lambda i: abs(i + 1 - retouch.line))
            return [*lines[:at], *written, *lines[at + len(planned) :]]
    raise MigrationError(
        f"{retouch.path}:{retouch.line}: these lines were edited by hand for phase {retouch.phase}, "
        "and another phase changes them, too; choose again with --interactive"
    )


def _places(lines: Sequence[str], wanted: tuple[str, ...]) -> list[int]:
    size = len(wanted)
    return [i for i in range(len(lines) - size + 1) if tuple(lines[i : i + size]) == wanted] if size else []


def _core(planned: tuple[str, ...], written: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both without the lines at their beginning and end that are the same, but for one of each."""
    first, least = 0, min(len(planned), len(written))
    while first < least and planned[first] == written[first]:
        first += 1
    last = 0
    while last < least - first and planned[-1 - last] == written[-1 - last]:
        last += 1
    first, last = max(first - 1, 0), max(last - 1, 0)
    return planned[first : len(planned) - last], written[first : len(written) - last]
