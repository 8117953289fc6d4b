"""``classmod rollback``: take landed phases back, byte for byte."""

from __future__ import annotations

from pathlib import Path

from cli import report, terminal
from cli.help import command
from cli.options import common, hierarchy_option
from cli.running import CLEAN
from cli.terminal import Line


@command()
@common("text")
@hierarchy_option
def rollback(
    path: Path, spec_file: Path | None, where: str | None, layout: str, phases: tuple[str, ...]
) -> int:
    """Take landed phases back, byte for byte.

    \b
    Example:
      classmod rollback .
      classmod rollback --phase 4 .
    """
    from codemods import hierarchy, migrate
    from codemods import spec as specs

    spec = specs.for_project(path, spec_file)
    restored = migrate.rollback(path, spec, phases, hierarchy.settled(where, Path(), path) if where else None)
    terminal.show(report.changes(restored, "taken back") if restored else [Line("Nothing to take back.")])
    return CLEAN
