"""``classmod status``: what is landed, and how it was proven."""

from __future__ import annotations

from pathlib import Path

import click

from cli import landed, terminal
from cli.options import common
from cli.running import CLEAN, FOUND


@click.command()
@common("text", "json")
def status(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Say what is landed, how it was proven, and what can be taken back. Writes nothing.

    Exit status 1: a landed file was edited since, or a landing was interrupted.

    \b
    Example:
      classmod status .
      classmod status --format json . > status.json
    """
    from codemods import migrate
    from codemods import spec as specs

    found = migrate.status(path, specs.for_project(path, spec_file), phases)
    if layout == "json":
        terminal.write(landed.status_json(found))
    else:
        terminal.show(landed.status(found))
    return CLEAN if found.clean else FOUND
