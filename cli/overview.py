"""A dry run in short: the class tree, how many lines change, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cli.render import counted, phases_told
from cli.rows import Line, Part, joined
from cli.sureness import sureness
from codemods.data import Note
from codemods.hunks import Hunk, Spans, changed_words
from codemods.layout import is_test

if TYPE_CHECKING:
    from codemods.reviewed import FileReview, PhaseReview, Review, TreeLine

SIDES = {"+": "added", "-": "gone"}
_MOST = 20  # places to be decided by hand, and notes, that the summary names


def class_tree(tree: Sequence[TreeLine], numbers: Iterable[int]) -> Iterator[Line]:
    """Every class below its parent; where its header changes before and after, with their words marked."""
    yield Line(f"==== the classes before and after {phases_told(numbers)}", "phase", hang="     ")
    yield Line("# - and + where the header changes, ~ where the body alone does", "quiet", hang="  ")
    yield Line()
    for line in tree:
        indent = "  " * line.depth
        for sign, header, words in _headers(line):
            side, start = SIDES.get(sign, ""), 1 + len(indent)
            parts = tuple(Part(start + a, start + b, f"{side}.word") for a, b in words if a < b)
            aside = f"  {line.place}{f' ({line.part})' if line.part else ''}" if sign != "+" else ""
            style = side or ("quiet" if sign == " " else "")
            yield Line(f"{sign}{indent}{header}", style, aside, parts, hang=f" {indent}    ", code=True)
    yield Line()


def _headers(line: TreeLine) -> Iterator[tuple[str, str, Spans]]:
    before, after = (header.removeprefix("class ") for header in (line.before, line.after))
    if before == after:
        yield "~" if line.body else " ", after, ()
    else:
        old, new = changed_words(before, after)
        yield "-", before, old
        yield "+", after, new


def stat(found: Review, command: str, width: int, late: str = "") -> Iterator[Line]:
    """By phase and file how many lines change, in ``width`` columns, and a summary as below."""
    files = [file for phase in found.phases for file in phase.files]
    most = max((sum(file_size(file)) for file in files), default=0)
    digits = len(str(most))
    room = width - digits - len("  |  ")
    longest = min(max((len(str(file.path)) for file in files), default=0), max(room * 5 // 8, 8))
    scale = min(1.0, (room - longest - 2) / most) if most else 1.0  # of two bars, each rounded up
    for phase in found.phases:
        if phase.files:
            yield Line(f"phase {phase.phase.number} {phase.phase.name}", "file")
        for file in phase.files:
            name = str(file.path)
            name = name if len(name) <= longest else f"...{name[3 - longest :]}"
            plus, minus = file_size(file)
            counts = f" {name:<{longest}} | {plus + minus:>{digits}} "
            bars = ("+" * _scaled(plus, scale), "plus"), ("-" * _scaled(minus, scale), "minus")
            yield joined((counts, ""), *bars) if plus or minus else Line(counts.rstrip())
    if files:
        yield Line()
    yield from summary(found, command, late)


def _scaled(number: int, scale: float) -> int:
    return max(int(number * scale), 1) if number else 0


def summary(found: Review, command: str, late: str = "") -> Iterator[Line]:
    """What a tired person has to know: how much changes, how sure it is, what is left to do.

    ``late`` is said of old names that should have gone already.
    """
    phases = [phase for phase in found.phases if phase.files]
    if not phases:
        yield Line("Nothing to change.")
    else:
        yield from _table(phases)
        yield from _sureness(found)
    yield from _to_do(found, command if phases else "", late)


def _table(phases: Sequence[PhaseReview]) -> Iterator[Line]:
    every = [(f"phase {p.phase.number} {p.phase.name}", [p]) for p in phases]
    rows = every if len(every) == 1 else [*every, ("all", [*phases])]
    width = max(len(title) for title, _ in rows)
    for title, group in rows:
        files = {file.path for phase in group for file in phase.files}
        hunks = sum(len(file.hunks) for phase in group for file in phase.files)
        plus, minus = (sum(phase.size[side] for phase in group) for side in (0, 1))
        much = f"{counted(len(files), 'file'):>9}  {counted(hunks, 'hunk'):>10}  +{plus} -{minus}"
        text = f"{title:<{width}}  {much}"
        yield Line(text, "file" if title == "all" else "")


def _sureness(found: Review) -> Iterator[Line]:
    known = list(sureness(found.hunks))
    if known:
        total = counted(sum(each.number for each in known), "place")
        yield Line()
        yield Line(f"How sure: {total} where an old name changes or goes", "file", hang="  ")
    for number, confidence, means in known:
        yield joined((f"  {number:>4} {confidence}", confidence), (f": {means}", ""), hang="       ")


def _to_do(found: Review, command: str, late: str) -> Iterator[Line]:
    files = [file for phase in found.phases for file in phase.files]
    parts: list[Review | FileReview | Hunk] = [found, *files, *found.hunks]
    asked = sorted((s for part in parts for s in part.asked), key=lambda s: (s.path, s.line, s.column))
    notes = sorted((n for part in parts for n in part.notes), key=_weight)
    if asked or notes or command:
        yield Line()
    if asked:
        title = f"{counted(len(asked), 'place')} to decide by hand, left alone by apply:"
        places = [f"{s.path}:{s.line}:{s.column}: {s.name}: {s.reason}" for s in asked]
        yield from _listed(title, "ask", places)
    if notes:
        beside = sum(bool(hunk.notes) for hunk in found.hunks)
        where = f", beside {counted(beside, 'hunk')}" if beside else ""
        title = f"{counted(len(notes), 'note')} to look at by hand{where} (lines as they are now):"
        yield from _listed(title, "note", _told(notes))
    if command and late:
        yield Line(late, "note", hang="  ")
    if command:
        yield Line(f"Next, prove each phase in a copy and land it: {command}", "file", hang="  ")


def _listed(title: str, style: str, places: Iterable[str]) -> Iterator[Line]:
    yield Line(title, style, hang="  ")
    every = list(places)
    yield from (Line(f"  {place}", "note", hang="    ") for place in every[:_MOST])
    if len(every) > _MOST:
        yield Line(f"  and {len(every) - _MOST} more", "note")


def _weight(note: Note) -> tuple[int, PurePosixPath, int]:
    """Code first, then tests, then words."""
    return (note.path.suffix == ".md") * 2 + is_test(note.path), note.path, note.line


def _told(notes: Iterable[Note]) -> Iterator[str]:
    """Notes with their places; what is said of several places is said once."""
    places: dict[str, list[str]] = {}
    for note in notes:
        places.setdefault(note.text, []).append(f"{note.path}:{note.line}")
    for text, (first, *more) in places.items():
        yield f"{first}: {text}{'; also at ' * bool(more)}{', '.join(more)}"


def file_size(file: FileReview) -> tuple[int, int]:
    """How many lines of a file are added and go."""
    sizes = [each.size for each in file.hunks]
    return sum(plus for plus, _ in sizes), sum(minus for _, minus in sizes)
