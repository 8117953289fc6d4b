"""``classmod explain``: everything known of one place."""

from __future__ import annotations

from pathlib import Path

import click

from cli import explained, explained_json, terminal
from cli.help import command
from cli.options import common, confidence_option, files, hierarchy_option, repair_option
from cli.running import CLEAN, survey_of


@command()
@click.argument("place", metavar="FILE:LINE[:COLUMN]", shell_complete=files)
@common("text", "json")
@hierarchy_option
@repair_option
@confidence_option
def explain(
    place: str,
    path: Path,
    spec_file: Path | None,
    where: str | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
) -> int:
    """Say everything known of one place, and what becomes of it.

    FILE is looked for below PATH, then in the working directory; what a tool has printed behind
    FILE:LINE may stay there. COLUMN picks one of several names. Writes nothing.

    \b
    Example:
      classmod explain src/exchange/base.py:12
      classmod explain exchange/base.py:12:9 src
      classmod explain --format json src/exchange/base.py:12 > place.json
    """
    from codemods.explanation import explain as explained_at
    from codemods.pointed import pointed

    at = pointed(path, place, later=True)
    survey = survey_of(path, spec_file, where, repair=repair, confidence=confidence)
    found = explained_at(survey, at, phases)
    if layout == "json":
        terminal.write(explained_json.explanation_json(found))
    else:
        terminal.show(explained.explanation(found))
    return CLEAN
