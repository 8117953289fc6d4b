"""Everything known of one place: its sites, its class, what becomes of it and why, or why nothing does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods import journal
from codemods.data import MigrationError, Note, Phase, Site
from codemods.family import Family, family
from codemods.phases import BASE, REPAIR, chosen, phases
from codemods.pointed import Pointed, body, lines, scope, statement, text
from codemods.project import Project
from codemods.remedies import remedies
from codemods.review import of_stages
from codemods.reviewed import Review
from codemods.rules import ARGUMENTS, Rule, rule_of
from codemods.spans import Span, spans
from codemods.status import listed
from codemods.steps import planned, stages_of
from codemods.subject import Subject, subject
from codemods.survey import Origin, Survey, origin
from codemods.touches import Touch, inside, later, touches

_MOST = 3  # classes of a receiver that are told of


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site with what it is about, the rule it follows, the hunks that carry it out.

    ``meanwhile`` is what the compatibility layer does for the old name, "" where nothing; ``remedies``
    are the steps that would settle it, or have it taken along.
    """

    site: Site
    about: Subject
    families: tuple[Family, ...]
    rule: Rule
    phase: Phase | None
    touches: tuple[Touch, ...]
    meanwhile: str
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A class whose header stands at the place; ``rule`` is None where the class takes no part."""

    family: Family
    before: str
    after: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Done:
    """What a landed phase did at the line; ``line`` and ``old`` are what was there before.

    ``line`` is None in a file that was created.
    """

    phase: Phase
    line: int | None
    old: str
    new: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of a line.

    ``rows`` are the line and those of its statement that have sites, each with its number. ``sites`` are
    those of the line, else of the statement around it, or the one that a column picks. ``touches`` say what
    else becomes of the line, and ``body`` which lines of its function change in which phase. Where there is
    nothing to be said, ``nearest`` is the nearest site of the file, ``elsewhere`` the phases that change
    other lines of it and ``later`` the hunks in which a line has that number after their phase. ``scope``
    says why the file is not read, ``landing`` what the record has of it, ``refusal`` why there is no plan;
    "" where there is nothing.
    """

    pointed: Pointed
    rows: tuple[tuple[int, str], ...]
    sites: tuple[SiteFacts, ...] = ()
    headers: tuple[Header, ...] = ()
    touches: tuple[Touch, ...] = ()
    done: tuple[Done, ...] = ()
    notes: tuple[Note, ...] = ()
    body: tuple[tuple[Phase, tuple[int, ...]], ...] = ()
    later: tuple[Touch, ...] = ()
    nearest: Site | None = None
    elsewhere: tuple[Phase, ...] = ()
    scope: str = ""
    landing: str = ""
    refusal: str = ""

    @property
    def nothing(self) -> bool:
        """Whether the migration has nothing to do with the line."""
        return not (self.sites or self.headers or self.touches or self.done or self.notes or self.body)


def explain(found: Survey, at: Pointed, asked: Sequence[str] = ()) -> Explanation:
    """What is known of a place; of the phases asked for, or of all.

    Raises MigrationError for a phase that does not exist, and for a place that is absent and no phase makes.
    A plan that is refused is told of.
    """
    chosen(found.spec, tuple(asked), frozenset({BASE.number}))
    if at.absent:
        made, _ = _reviewed(found, origin(found), asked)
        if there := tuple(later(made, at.path, at.line)) if made else ():
            return Explanation(at, (), later=there)
        raise MigrationError(at.absent)
    out = scope(found.root, found.snapshot, at.path)
    data = found.snapshot.get(at.path) or (found.root / at.path).read_bytes()
    whole = text(at.path, data)
    if out:
        return Explanation(at, ((at.line, whole.line(at.line)),), scope=out)
    if failure := next((f for f in found.failures if f.path == at.path), None):
        out = f"it cannot be read as Python ({failure.code}: {failure.reason}) and is left alone"
    start = origin(found)
    reviewed, refusal = _reviewed(found, start, asked)
    sites = tuple(_facts(found, site, reviewed) for site in _sites(found.project, at))
    landed = tuple(_landed(start, at.path, data))
    done = tuple(_done(start, span) for span in landed if at.line in span.after)
    numbers = sorted({at.line, *(facts.site.line for facts in sites)})
    said = Explanation(
        at,
        tuple((number, whole.line(number)) for number in numbers),
        sites,
        tuple(_headers(found.project, at, reviewed)),
        tuple(_else(reviewed, at, sites)) if reviewed else (),
        done,
        tuple(_notes(found, at)),
        tuple(_inside(reviewed, found.project, at)) if reviewed else (),
        scope=out,
        landing="" if done else _record(found, start, at.path, bool(landed)),
        refusal=refusal,
    )
    if not said.nothing:
        return said
    nearest = _nearest(found.project, at)
    if reviewed is None:
        return replace(said, nearest=nearest)
    there = tuple(later(reviewed, at.path, at.line))
    elsewhere = tuple(p.phase for p in reviewed.phases if any(file.path == at.path for file in p.files))
    return replace(said, later=there, nearest=nearest, elsewhere=elsewhere)


def _reviewed(found: Survey, start: Origin, asked: Sequence[str]) -> tuple[Review | None, str]:
    """The dry run, or why there is none."""
    try:
        return of_stages(found, start, stages_of(found, start, asked)), ""
    except MigrationError as error:
        return None, str(error)


def _notes(found: Survey, at: Pointed) -> Iterator[Note]:
    """The notes of a line that do not repeat what is said of its sites."""
    here = [note for note in dict.fromkeys(found.notes) if (note.path, note.line) == (at.path, at.line)]
    reasons = [f"{s.name}: {s.reason}" for s in found.project.by_path.get(at.path, ()) if s.line == at.line]
    yield from (note for note in here if not note.text.startswith(tuple(reasons)))


# --- sites --------------------------------------------------------------------------------------


def _sites(project: Project, at: Pointed) -> list[Site]:
    """The sites of a line, else of the statement around it; of those the one that a column picks."""
    every = project.by_path.get(at.path, ())
    here = [site for site in every if site.line == at.line]
    if not here:
        tree = _tree(project, at)
        spanned = statement(tree, at.line) if tree else ()
        here = [site for site in every if site.line in spanned]
    picked = [s for s in here if s.line == at.line and _covers(s, at.column)]
    return picked or here


def _covers(site: Site, column: int | None) -> bool:
    return column is not None and site.column <= column < site.column + len(site.name)


def _tree(project: Project, at: Pointed) -> ast.Module | None:
    module = project.modules.get(at.path) if at.path.suffix != ".md" else None
    return module.tree if module else None


def _nearest(project: Project, at: Pointed) -> Site | None:
    every = project.by_path.get(at.path, ())
    return min(every, key=lambda site: abs(site.line - at.line), default=None)


def _facts(found: Survey, site: Site, reviewed: Review | None) -> SiteFacts:
    project = found.project
    about = subject(project, site)
    rule = rule_of(project, site, about.known)
    names = frozenset({site.name, project.spec.renames.get(site.name, site.new or site.name)})
    refs = [ref for ref in about.known.classes if ref][:_MOST] if about.known else []
    here = touches(reviewed, site.path, site.line) if reviewed else ()
    return SiteFacts(
        site,
        about,
        tuple(family(project, ref, names) for ref in refs),
        rule,
        next((phase for phase in phases(project.spec) if phase.number == site.phase), None),
        tuple(touch.of(site) for touch in here if touch.carries(site)),
        _meanwhile(project, site) if not refs or {*refs} & project.index.members.keys() else "",
        remedies(project, site, about, rule, found.confidence),
    )


def _meanwhile(project: Project, site: Site) -> str:
    """What the compatibility layer does for an old name of code."""
    spec, layer = project.spec, project.spec.compatibility
    if site.phase == 0 or site.prose or site.path.suffix == ".md" or site.name not in spec.renames:
        return ""
    new, lasts = spec.renames[site.name], f" (since {layer.since}, to be removed after {layer.remove_after})"
    if spec.is_factory(site.name):
        return f"a class that defines {site.name}() or {new}() answers to both, and warns{lasts}"
    return f"{site.name} reads, sets and deletes {new}, and warns the caller{lasts}"


# --- what else is there ---------------------------------------------------------------------------


def _else(reviewed: Review, at: Pointed, sites: Sequence[SiteFacts]) -> Iterator[Touch]:
    """What becomes of a line for other reasons than its sites; lines beside it count where it has none."""
    told = {(touch.phase, touch.hunk.number) for facts in sites for touch in facts.touches}
    for touch in touches(reviewed, at.path, at.line):
        beside = touch.how in ("above", "below", "stays")
        if (touch.phase, touch.hunk.number) not in told and not (sites and beside):
            yield touch


def _inside(reviewed: Review, project: Project, at: Pointed) -> Iterator[tuple[Phase, tuple[int, ...]]]:
    """What changes in the body of the function whose header spans a line."""
    if tree := _tree(project, at):
        yield from inside(reviewed, at.path, body(tree, at.line))


def _headers(project: Project, at: Pointed, reviewed: Review | None) -> Iterator[Header]:
    """The classes whose headers span a line, decorators included."""
    module = project.modules.get(at.path) if at.path.suffix != ".md" else None
    rows = {(row.path, row.name): row for row in reviewed.tree} if reviewed else {}
    for nodes in module.classes.values() if module else ():
        for node in (each.node for each in nodes):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= at.line < max(node.body[0].lineno, node.lineno + 1):
                ref = nodes[0].ref
                row = rows.get((ref.path, ref.name))
                header = (row.before, row.after) if row else ("", "")
                yield Header(
                    family(project, ref), *header, ARGUMENTS if ref in project.index.members else None
                )


# --- what has landed ------------------------------------------------------------------------------


def _landed(start: Origin, path: PurePosixPath, data: bytes) -> Iterator[Span]:
    """What landed phases did to a file, by where it stands now; nothing where that cannot be told."""
    if path not in start.files:
        return
    try:
        changes = planned(start.project, start.landed)
    except MigrationError:  # by another version of classmod, say
        return
    edits = next((change.edits for change in changes if change.path == path), ())
    yield from spans(path, start.project.snapshot.get(path, b""), edits, data)
    for change in (change for change in start.repairs if change.path == path):
        mended = change.after or b""
        # A repair stands at the end of its file, and stays there.
        lower = lines(text(path, data)) - lines(text(path, mended))
        for span in spans(path, change.before or b"", change.edits, mended):
            yield replace(span, after=range(span.after.start + lower, span.after.stop + lower))


def _done(start: Origin, span: Span) -> Done:
    edit, every = span.edit, (REPAIR, *phases(start.project.spec))
    names = {phase.number: phase for phase in every}
    line = span.before.start if start.files[edit.path] is not None else None
    return Done(names[edit.phase], line, span.old, edit.replacement, edit.reasons)


def _record(found: Survey, start: Origin, path: PurePosixPath, told: bool) -> str:
    """What the record says of a file; ``told`` is whether it is known what was done to which lines."""
    landed = journal.read(found.root)
    if landed is None or path not in {file.path for file in landed.files}:
        return ""
    by = [phase.number for phase in landed.history if path in phase.files] or landed.phases
    said = f"{listed(by)} changed this file"
    if not start.landed:
        return f"{said}; landed files were edited since, so it is read as it is now"
    return f"{said}, but not this line" if told else said
