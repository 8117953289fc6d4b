"""What ``check`` has to say of a tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cli import selection
from cli.formats import ERROR, WARNING, Finding, Report
from cli.render import counted
from codemods import settings, worktree
from codemods.data import KEPT, Decision, MigrationError, Note, Site, Spec
from codemods.leftovers import leftovers
from codemods.sunset import last_day

if TYPE_CHECKING:
    from cli.selection import Looked
    from codemods.baseline import Key
    from codemods.seen import Seen
    from codemods.survey import Survey


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of all that is found is spoken of; ``changed`` is None where that does not matter."""

    phases: tuple[str, ...]
    places: tuple[str, ...]
    changed: frozenset[PurePosixPath] | None
    prefix: PurePosixPath

    @classmethod
    def of(cls, path: Path, phases: tuple[str, ...], places: tuple[str, ...], since: str | None) -> Scope:
        """The scope of a command line. Raises MigrationError for a revision that git does not know."""
        changed = worktree.changed_since(path, since) if since is not None else None
        return cls(phases, places, changed, worktree.prefix(path))

    def sites(self, tree: Looked, found: Sequence[Site]) -> list[Site]:
        within = selection.under(tree, selection.of_phases(tree, found, self.phases), self.places)
        return [site for site in within if self._holds(site.path)]

    def notes(self, tree: Looked, found: Sequence[Note]) -> list[Note]:
        return [note for note in selection.under(tree, found, self.places) if self._holds(note.path)]

    def _holds(self, path: PurePosixPath) -> bool:
        return self.changed is None or path in self.changed


def baseline_of(path: Path, named: Path | None) -> Path | None:
    """The baseline's file: the one named, else that of the project's settings, if any."""
    key = settings.for_project(path).baseline if named is None else None
    return path / key if key is not None else named


def about_pragmas(survey: Survey) -> tuple[Note, ...]:
    """What is to be said of the comments that keep old names."""
    from codemods import pragmas  # known from the last run as a rule

    return tuple(pragmas.notes(survey.project.modules, survey.sites))


def checked(
    tree: Seen[tuple[Note, ...]], scope: Scope, *, strict: bool, file: Path | None, update: bool, today: date
) -> Report:
    """What there is to say of a tree and its ``about_pragmas``.

    Raises MigrationError for a baseline that is broken or is not there.
    """
    left, asked = selection.in_order(leftovers(tree)), selection.asked(tree)
    kept = selection.in_order(site for site in tree.sites if site.reason.startswith(KEPT))
    every = selection.in_order((*left, *asked))
    said, gone, known = "", 0, frozenset[Site]()
    if file is not None:
        from codemods import baseline  # most projects have none

        said, counts = _baseline(file, tree, left, asked, strict=strict, update=update)
        known = baseline.known(counts, tree.snapshot, every)
        gone = counts.total() - len(known)
    words = _Words(tree.spec, today, strict)
    listed = f"in the baseline {file}"
    return Report(
        leftovers=[words.finding(s) for s in scope.sites(tree, left) if s not in known],
        asked=[words.finding(s) for s in scope.sites(tree, asked) if s not in known],
        kept=[words.finding(s, s.reason.removeprefix(KEPT)) for s in scope.sites(tree, kept)],
        known=[words.finding(s, listed) for s in scope.sites(tree, every) if s in known],
        notes=scope.notes(tree, tree.answer),
        phases=selection.phase_names(tree.spec),
        goes=words.goes,
        strict=strict,
        spec=tree.spec.name,
        snapshot=tree.snapshot,
        prefix=scope.prefix,
        gone=gone,
        update=said,
    )


def _baseline(
    file: Path, tree: Looked, left: Sequence[Site], asked: Sequence[Site], *, strict: bool, update: bool
) -> tuple[str, Counter[Key]]:
    """What is to be said of the baseline, and what it holds; to ``update`` it is written unless it grows.

    What is asked is in it where that fails the check, and where it was before.
    """
    from codemods import baseline

    old = baseline.read(file)
    if old is None and not update:
        raise MigrationError(f"{file}: there is no such baseline; --update-baseline makes it")
    doubts = Counter(baseline.keys(tree.snapshot, asked).values())
    now = Counter(baseline.keys(tree.snapshot, left).values())
    held = baseline.followed(old or Counter(), tree.snapshot, now + doubts)
    if not update:
        return "", held
    now += doubts if strict else (held - now) & doubts
    if old is not None and (more := now - held):
        return f"{file}: not updated, it would grow by {more.total()}", held
    if now != old:
        baseline.write(file, now)
    change = "made" if old is None else "up to date" if now == old else f"{old.total() - now.total()} fewer"
    return f"{file}: {change}, {counted(now.total(), 'leftover')}", now


class _Words:
    """What is said of sites by a spec on a day."""

    def __init__(self, spec: Spec, today: date, strict: bool) -> None:
        self.names = {**spec.renames, **spec.stale}
        self.strict = strict
        last = last_day(spec.compatibility.remove_after)
        self.level = WARNING if last is not None and today <= last else ERROR
        gone = "were to go" if last is not None and today > last else "go"
        self.goes = f"old names {gone} after {spec.compatibility.remove_after}"

    def finding(self, site: Site, excuse: str = "") -> Finding:
        asks = site.decision is Decision.ASK and not self.strict
        new = site.new or self.names.get(site.name, "")
        return Finding(site, WARNING if asks else self.level, new, self._message(site, new), excuse)

    def _message(self, site: Site, new: str) -> str:
        match site.decision:
            case Decision.RENAME:
                return f"{site.name} is an old name: write {new} ({site.reason}); {self.goes}"
            case Decision.DELETE:
                return f"{site.name} is an old name: take this declaration out ({site.reason}); {self.goes}"
            case Decision.ASK:
                return f"{site.name} may be an old name ({site.reason}): write {new} if it is"
            case _:
                return f"{site.name} is an old name of {new}, and is kept"
