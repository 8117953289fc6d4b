"""``classmod status``: what is landed, and how it was proven."""

from __future__ import annotations

from pathlib import Path

from cli import landed, terminal
from cli.help import command
from cli.options import common
from cli.running import CLEAN, FOUND


@command()
@common("text", "json")
def status(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Say what is landed, how it was proven, what can be taken back. Writes nothing.

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
