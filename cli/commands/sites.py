"""``classmod sites``: every occurrence of an old name."""

from __future__ import annotations

from pathlib import Path

from cli import render, selection, terminal
from cli.help import command
from cli.options import (
    cache_option,
    common,
    confidence_option,
    hierarchy_option,
    jobs_option,
    pager_option,
    path_option,
    repair_option,
)
from cli.running import CLEAN, seen


@command()
@common("text", "json")
@hierarchy_option
@repair_option
@confidence_option
@path_option
@pager_option
@cache_option
@jobs_option
def sites(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
    places: tuple[str, ...],
    pager: bool,
    uncached: bool,
    jobs: int,
) -> int:
    """List every occurrence of an old name, and what becomes of it.

    \b
    Example:
      classmod sites .
      classmod sites --phase tests --format json . > sites.json
    """
    tree = seen(
        path,
        spec_file,
        where,
        lambda survey: survey.notes,
        "notes",
        uncached=uncached,
        jobs=jobs,
        repair=repair,
        confidence=confidence,
    )
    found = selection.under(tree, selection.of_phases(tree, tree.sites, phases), places)
    if layout == "json":
        terminal.write(render.sites_json(found))
    else:
        terminal.show(render.sites(found, selection.under(tree, tree.answer, places)), page=pager)
    return CLEAN
