"""What ``diff`` shows to people: phase by phase every hunk with why it is there, and a summary.

In plain text, lines of code have the signs of a unified diff in their first column; what is said about them
begins with ``#``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cli.overview import SIDES, class_tree, file_size, summary
from cli.render import state
from cli.rows import Line, Part, joined
from codemods.data import Confidence, Decision, Note, Site
from codemods.hunks import Hunk, HunkLine
from codemods.patch import headers

if TYPE_CHECKING:
    from codemods.reviewed import FileReview, PhaseReview, Review

Syntax = Callable[[HunkLine], Sequence[Part]]
"""The tokens of a line of a hunk; their styles are called after the kinds of tokens."""

_WRAPPED = ">"


def no_syntax(_: HunkLine) -> Sequence[Part]:
    return ()


def whole(
    found: Review, command: str, late: str = "", *, styled: bool = False, tree: bool = True
) -> Iterator[Line]:
    """Everything: the class tree, each phase with its hunks, what is in no phase, and a summary.

    ``command`` is what comes next, ``late`` what is said of old names that should have gone already. Where
    it is ``styled``, code has its syntax, and what a patch needs between files is left out.
    """
    if tree and any(line.header or line.body for line in found.tree):
        yield from class_tree(found.tree, found.numbers)
    for phase in found.phases:
        if phase.files:
            yield from _title(phase)
        for file in phase.files:
            yield from _file(file, styled)
    yield from _elsewhere(found)
    yield from summary(found, command, late)


def _title(phase: PhaseReview) -> Iterator[Line]:
    number, name, sentence = phase.phase.number, phase.phase.name, phase.phase.sentence
    yield Line(f"==== phase {number} {name}: {sentence}", "phase", hang="     ")
    yield Line()


def _file(file: FileReview, styled: bool) -> Iterator[Line]:
    change, (plus, minus) = file.change, file_size(file)
    became = "" if state(change) == "changed" else f"  {state(change)}"
    yield Line(f"{change.path}  +{plus} -{minus}{became}", "file", hang="  ")
    for remark in _by_place((*file.notes, *file.asked)):
        yield _remark(remark)
    if styled:
        from cli.highlight import Code

        syntax: Syntax = Code(change).parts
    else:
        syntax = no_syntax
        git, old, new = headers(change.path, change.before, change.after)
        yield from map(Line, (*(line.rstrip("\n") for line in git), f"--- {old}", f"+++ {new}"))
    for each in file.hunks:
        yield from hunk(each, syntax)
        yield Line()
    if not file.hunks:
        yield Line()


def hunk(found: Hunk, syntax: Syntax = no_syntax) -> Iterator[Line]:
    """A hunk: its header, why it is there, and its lines, each with what is to be said about it."""
    yield Line(f"{found.header} {found.section}".rstrip(), "hunk", hang="  ")
    yield from why(found)
    told = {reason.text for reason in found.reasons}
    beside: defaultdict[tuple[int | None, int | None], list[Line]] = defaultdict(list)
    places = {remark: _below(found, line) for remark, line in found.places}
    for remark in _by_place((*found.notes, *found.asked)):
        beside[places.get(remark, (None, None))].append(_remark(remark, told))
    yield from beside[None, None]
    ends = {line.end for line in found.lines if line.end}
    widths = tuple(len(str(lines.stop)) for lines in (found.before, found.after))
    for line in found.lines:
        yield _code(line, syntax, widths, "\r" if len(ends) > 1 and line.end == "\r\n" else "")
        if not line.end:
            yield Line("\\ No newline at end of file", "quiet")
        yield from beside[line.old, line.new]


def why(found: Hunk) -> Iterator[Line]:
    """The reasons of a hunk: one line for each, with all the names that it is the reason for."""
    names: defaultdict[tuple[Confidence, str], Counter[str]] = defaultdict(Counter)
    carried = {site.reason for site in found.sites}
    moves = any(not reason.old and reason.text not in carried for reason in found.reasons)
    for site in found.sites:
        leaves = _leaves(site, found)
        if leaves and moves:
            continue  # it goes with its line, and that is told
        goes = site.decision is Decision.DELETE or leaves
        becomes = f"{site.name} goes" if goes else f"{site.name} -> {site.new}"
        names[site.confidence, site.reason][becomes] += 1
    for (confidence, reason), counts in names.items():
        told = ", ".join(name if n == 1 else f"{name} {n}x" for name, n in counts.items())
        yield joined(("# ", "why"), (told, "name"), (f"  {confidence}: ", confidence), (reason, "why"))
    for text in dict.fromkeys(reason.text for reason in found.reasons):
        if text not in carried:
            yield joined((f"# {text}", "why"))


def _leaves(site: Site, found: Hunk) -> bool:
    """Whether a name that changes does so elsewhere, for its line moves; it may be the new one already."""
    if site.decision is Decision.DELETE or site.new is None:
        return False
    gone, come = ([line.text for line in found.lines if line.sign == sign] for sign in "-+")
    there = any(site.name in text or site.new in text for text in gone)
    return there and not any(site.new in text for text in come)


def _code(line: HunkLine, syntax: Syntax, widths: tuple[int, ...], end: str) -> Line:
    """A line of code; where there are colours its numbers stand before it."""
    side = SIDES.get(line.sign, "")
    group = "stripe" if side else "code"
    parts = [Part(a + 1, b + 1, f"{group}.{kind}") for a, b, kind in syntax(line)]
    parts += [Part(a + 1, b + 1, f"{side}.word") for a, b in line.changed]
    margin = " ".join(f"{n or '':>{width}}" for n, width in zip((line.old, line.new), widths, strict=True))
    text = f"{line.sign}{line.text}{end}"
    return Line(text, side, "", tuple(parts), f"{margin} ", _WRAPPED, code=True)


def _below(found: Hunk, line: int) -> tuple[int | None, int | None]:
    """The numbers, before and after, of the line below which something is said about a line before."""
    for tag, i1, i2, j1, j2 in found.opcodes:
        if i1 < line <= i2:
            new = j1 + line - i1
            return (line, new) if tag == "equal" else (None, new) if i2 - i1 == j2 - j1 else (line, None)
    return None, None


def _remark(remark: Note | Site, told: Container[str] = ()) -> Line:
    """A note or a question with its place in the file as it is now; what is ``told`` is not repeated."""
    if isinstance(remark, Note):
        name, _, text = remark.text.partition(": ")
        said = f"{name}: as said above" if text in told else remark.text
        return joined((f"# note {remark.line}: {said}", "note"))
    return joined((f"# ask {remark.line}:{remark.column}  {remark.name}: {remark.reason}", "ask"))


def _by_place(remarks: Iterable[Note | Site]) -> list[Note | Site]:
    return sorted(remarks, key=lambda remark: remark.line)


def _elsewhere(found: Review) -> Iterator[Line]:
    """What is to be said of files that do not change."""
    by_path: defaultdict[PurePosixPath, list[Note | Site]] = defaultdict(list)
    remarks: list[Note | Site] = [*found.notes, *found.asked]
    for remark in remarks:
        by_path[remark.path].append(remark)
    for path, here in sorted(by_path.items()):
        yield Line(f"{path}  unchanged", "file", hang="  ")
        yield from map(_remark, _by_place(here))
        yield Line()
