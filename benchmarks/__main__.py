"""The one command: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import table
from benchmarks.bench import Bench
from benchmarks.figures import Results
from benchmarks.groups import GROUPS
from benchmarks.names import ROOT

EPILOG = (
    "What is not here (a target, a peer) is skipped and said. The exit status is 1 where a goal is missed."
)


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print a table. The exit status is 1 where a command failed or a goal is missed."""
    asked = _parser().parse_args(arguments)
    results = table.loaded(asked.past) if asked.past else _measured(asked)
    table.shown(results)
    if asked.json:
        asked.json.write_text(table.as_json(results), "utf-8")
    if asked.page:
        asked.page.write_text(table.into(asked.page.read_text("utf-8"), results), "utf-8")
    if asked.chart:
        from benchmarks import chart

        sys.stderr.write(chart.written(results, asked.chart))
    return int(any(row.holds is False for row in results.rows))


def _measured(asked: argparse.Namespace) -> Results:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        work = asked.work.resolve() if asked.work else Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(
            work,
            asked.target.resolve() if asked.target else None,
            asked.foreign.resolve() if asked.foreign else None,
            asked.runs,
            asked.source.resolve(),
            asked.commands,
        )
        bench.results.machine = table.machine(asked.runs)
        for group in asked.only or GROUPS:
            for part in GROUPS[group](bench):
                bench.do(part)
    return bench.results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the goals as ratios, commands in turn and side by side.",
        epilog=EPILOG,
    )
    parser.add_argument("--only", nargs="+", metavar="GROUP", choices=[*GROUPS], help=", ".join(GROUPS))
    parser.add_argument("--target", type=Path, metavar="DIR", help="a project to measure, beside the fixture")
    parser.add_argument("--foreign", type=Path, metavar="DIR", help="a checkout of hummingbot")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each command; default: 5")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keep the trees that are made here, and use them"
    )
    parser.add_argument(
        "--source", type=Path, metavar="DIR", default=ROOT, help="measure the classmod of another checkout"
    )
    parser.add_argument(
        "--from",
        dest="past",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="measure nothing, show what --json wrote; of several files all of it",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the table into README.md")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="write a chart (.svg)")
    parser.add_argument("--commands", action="store_true", help="tell the command lines as they are run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
