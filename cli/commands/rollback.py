"""``classmod rollback``: take landed phases back, byte for byte."""

from __future__ import annotations

from pathlib import Path

from cli import report, terminal
from cli.help import command
from cli.options import common
from cli.running import CLEAN
from cli.terminal import Line


@command()
@common("text")
def rollback(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Take landed phases back, byte for byte.

    \b
    Example:
      classmod rollback .
      classmod rollback --phase 4 .
    """
    from codemods import migrate
    from codemods import spec as specs

    restored = migrate.rollback(path, specs.for_project(path, spec_file), phases)
    terminal.show(report.changes(restored, "taken back") if restored else [Line("Nothing to take back.")])
    return CLEAN
