"""What is shown of a measurement: a table for people, JSON for programs, a part of a page."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from io import StringIO
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figures import MEASURES, Figures, Goal, Results, Row, Spread

SHOWN = re.compile(r"(?P<line>^\$ make bench[^\n]*\n)(?P<table>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
"""What a page shows of a run, in a fenced block."""
PEERS = ("classmod", "libcst", "mypy", "pyrefly", "dask", "matplotlib")
COLOURS = {"holds": "green", "missed": "red", "error": "red bold", "skipped": "yellow"}
MEGABYTE = 1 << 20
WIDTH = 118


def machine(runs: int) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PEERS},
        "runs": runs,
        "date": datetime.now(UTC).date().isoformat(),
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def as_json(results: Results) -> str:
    """Rows with their verdicts, figures in seconds and bytes, and the machine."""
    found = {
        "machine": results.machine,
        "rows": [{**asdict(row), "verdict": row.verdict} for row in results.rows],
        "figures": [asdict(figures) for figures in results.figures],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def loaded(files: Iterable[Path]) -> Results:
    """What ``as_json`` wrote, of several runs that each measured something else on one machine."""
    made = Results()
    for file in files:
        found = json.loads(file.read_text("utf-8"))
        made.machine = found["machine"]
        made.rows += [_row(each) for each in found["rows"]]
        made.figures += [
            Figures(**{**each, **{name: Spread(**each[name]) for name in MEASURES}})
            for each in found["figures"]
        ]
    return made


def _row(found: dict[str, Any]) -> Row:
    spreads = {name: Spread(**found[name]) if found[name] else None for name in ("value", "other")}
    rest = {name: value for name, value in found.items() if name != "verdict"}
    return Row(**{**rest, **spreads, "goal": Goal(**found["goal"])})


def into(page: str, results: Results) -> str:
    """A page with the table in place of the one that it shows."""
    return SHOWN.sub(lambda found: found["line"] + plain(results, figures=False), page, count=1)


def print_to(console: Console, results: Results, *, figures: bool = True) -> None:
    """The table of goals; what each command took below it."""
    console.print(_goals(results.rows))
    for row in results.rows:
        if said := row.error or row.skipped:
            line = f"{row.verdict}: goal {row.goal.number}, {row.tree}, {row.what}: {said}"
            console.print(line, style=COLOURS[row.verdict], markup=False, highlight=False, soft_wrap=True)
    if figures and results.figures:
        console.print(_figures(results.figures))
    console.print(told(results.machine), markup=False, highlight=False)


def told(found: dict[str, Any]) -> str:
    """The machine in a line."""
    if not found:
        return ""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items() if version)
    runs = f"medians of {found['runs']} runs, {found['date']}"
    return f"{found['cores']} cores, {found['system']}, Python {found['python']}, {versions}; {runs}"


def plain(results: Results, width: int = WIDTH, *, figures: bool = True) -> str:
    """The tables without colours."""
    stream = StringIO()
    print_to(Console(file=stream, width=width, color_system=None), results, figures=figures)
    return "\n".join(line.rstrip() for line in stream.getvalue().strip("\n").splitlines()) + "\n"


def _goals(rows: Iterable[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("goal", "tree", "what"):
        table.add_column(name, no_wrap=name == "goal")
    for name in ("median (lowest to highest)", "by", "other", "should be", ""):
        table.add_column(name, justify="left" if name in ("by", "") else "right", no_wrap=True)
    for row in rows:
        if row.value or row.error:
            table.add_row(*_cells(row), style=COLOURS["error"] if row.error else "")
    return table


def _cells(row: Row) -> tuple[str, ...]:
    value = _spread(row.value, row.unit) if row.value else ""
    other = f"{_short(row.other.median)} {'cpu' if row.by == 'wall' else 'wall'}" if row.other else ""
    verdict = f"[{COLOURS[row.verdict]}]{row.verdict}[/]" if row.verdict else ""
    return row.goal.number, row.tree, row.what, value, row.by, other, str(row.goal), verdict


def _figures(figures: Iterable[Figures]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("tree")
    table.add_column("command")
    for name in ("CPU s", "wall s", "peak MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in figures:
        peak = Spread(*(value / MEGABYTE for value in asdict(each.peak).values()))
        table.add_row(each.tree, each.name, _spread(each.cpu), _spread(each.wall), _spread(peak))
    return table


def _spread(value: Spread, unit: str = "") -> str:
    median = f"{_short(value.median)}{' ' * bool(unit)}{unit}"
    if value.low == value.high:
        return median
    return f"{median} ({_short(value.low)} to {_short(value.high)})"


def _short(number: float) -> str:
    """Three digits that count."""
    if number == 0:
        return "0"
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def shown(results: Results) -> None:
    """Print the tables; where there is no terminal as wide as a page is."""
    print_to(Console() if sys.stdout.isatty() else Console(width=WIDTH, color_system=None), results)
