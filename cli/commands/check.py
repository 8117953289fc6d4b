"""``classmod check``: is an old name still in use?"""

from __future__ import annotations

from pathlib import Path

import click

from cli import render, selection, terminal
from cli.help import command
from cli.options import common
from cli.running import CLEAN, FOUND, survey_of


@command()
@common("text")
@click.option("--strict", is_flag=True, help="A place that cannot be decided counts as a leftover.")
def check(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], strict: bool) -> int:
    """Say where an old name is still in use.

    \b
    Example:
      classmod check . || echo "old names are back"
    """
    from codemods.leftovers import leftovers

    survey = survey_of(path, spec_file, types=False)
    found = selection.of_phases(survey, selection.in_order(leftovers(survey)), phases)
    asked = selection.of_phases(survey, selection.asked(survey), phases)
    terminal.show(render.leftovers(found))
    terminal.show(render.check_summary(found, asked, selection.phase_names(survey.spec)), err=True)
    return FOUND if found or (strict and asked) else CLEAN
