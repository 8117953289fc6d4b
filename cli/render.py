"""What people and programs see: lines of text with a style, and JSON.

Each view is an iterator of lines that knows nothing of the terminal; ``terminal`` alone does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cli.terminal import Line
from codemods.data import Change, Decision, Note, Site

if TYPE_CHECKING:
    from codemods.migrate import Step
    from codemods.reviewed import TreeLine

_DECISIONS = (Decision.ASK, Decision.RENAME, Decision.DELETE, Decision.KEEP)
_STYLES = {Decision.ASK: "yellow", Decision.RENAME: "green", Decision.DELETE: "red", Decision.KEEP: "dim"}


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 file, 2 files."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def phases_told(numbers: Iterable[int]) -> str:
    """Phases as people say them: phase 1, phases 1 and 3, phases 1 to 6."""
    every = sorted(numbers)
    if len(every) > 2 and every[-1] - every[0] == len(every) - 1:
        return f"phases {every[0]} to {every[-1]}"
    *first, last = (str(each) for each in every) if every else ("none",)
    return f"phases {', '.join(first)} and {last}" if first else f"phase {last}"


def changing(line: TreeLine) -> str:
    """What is to be said of a class beside its header."""
    part = [line.part] if line.part else []
    body = ["body changes"] if line.body and not line.header else []
    return f" ({', '.join([*part, *body])})" if part or body else ""


# --- sites ----------------------------------------------------------------------------------------


def sites(found: Sequence[Site], notes: Sequence[Note]) -> Iterator[Line]:
    """Occurrences by file, those to be asked about first, then how many there are of each kind."""
    asked = {site.path for site in found if site.decision is Decision.ASK}
    rank = {decision: number for number, decision in enumerate(_DECISIONS)}
    ordered = sorted(found, key=lambda s: (s.path not in asked, s.path, rank[s.decision], s.line, s.column))
    for path, group in groupby(ordered, key=lambda site: site.path):
        yield Line(str(path), "bold")
        rows = [(_becoming(site), site) for site in group]
        width = max(len(text) for text, _ in rows)
        for text, site in rows:
            why = f"({site.kind}; {site.confidence}: {site.reason})"
            yield Line(f"{text:<{width}}  {why}", _STYLES[site.decision])
        yield Line()
    yield from noted(notes, found)
    yield from _table(found)


def _becoming(site: Site) -> str:
    new = f" -> {site.new}" if site.new and site.decision is not Decision.DELETE else ""
    return f"  {site.decision:<6}  {f'{site.line}:{site.column}':>8}  {site.name}{new}"


def _table(found: Sequence[Site]) -> Iterator[Line]:
    kinds = sorted({site.kind for site in found})
    width = max(map(len, [*kinds, "total"]))
    yield Line(
        "  ".join(["kind".ljust(width), *(f"{column:>6}" for column in (*_DECISIONS, "total"))]), "bold"
    )
    for kind in (*kinds, "total"):
        counts = Counter(site.decision for site in found if kind in (site.kind, "total"))
        numbers = (*(counts[decision] for decision in _DECISIONS), counts.total())
        style = "bold" if kind == "total" else ""
        yield Line("  ".join([kind.ljust(width), *(f"{number:>6}" for number in numbers)]), style)


def noted(notes: Iterable[Note], told: Iterable[Site] = ()) -> Iterator[Line]:
    """A line for each note that does not repeat a site of ``told``."""
    for note in _fresh(notes, told):
        yield Line(f"  note  {note.path}:{note.line}: {note.text}", "yellow")


def _fresh(notes: Iterable[Note], told: Iterable[Site]) -> list[Note]:
    """The notes, each once, without those that repeat a site to be asked about."""
    asked = {(site.path, site.line, site.name) for site in told if site.decision is Decision.ASK}
    return [n for n in dict.fromkeys(notes) if (n.path, n.line, n.text.partition(":")[0]) not in asked]


# --- changes ------------------------------------------------------------------------------------


def titled(step: Step, steps: Iterable[Step]) -> str:
    """The phase with its number, its name and its files, as wide as the widest of ``steps``."""
    width = max(len(each.phase.name) for each in steps)
    return f"phase {step.phase.number} {step.phase.name:<{width}}  {counted(len(step.changes), 'file'):>8}"


def size(body: str) -> Counter[str]:
    """How many lines a diff adds and takes away, by + and -."""
    # Headers end where the first hunk begins; a body line may look like one of them.
    signs = Counter(line[:1] for line in body.partition("\n@@")[2].split("\n")[1:])
    return Counter({sign: signs[sign] for sign in "+-"})


def shown(lines: Counter[str]) -> str:
    """The size of a diff as people read it."""
    return f"+{lines['+']} -{lines['-']}"


def state(change: Change) -> str:
    """What became of the file: created, deleted or changed."""
    return "created" if change.before is None else "deleted" if change.after is None else "changed"


# --- JSON ---------------------------------------------------------------------------------------


def sites_json(found: Sequence[Site]) -> str:
    """The sites by the contract of the command line."""
    fields = ("line", "column", "name", "kind", "decision", "new", "confidence", "reason")
    rows = [{"path": str(s.path)} | {name: getattr(s, name) for name in fields} for s in found]
    return json.dumps({"sites": rows}, indent=2)
