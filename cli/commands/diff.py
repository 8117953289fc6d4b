"""``classmod diff``: the change of every phase; writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from cli import render, selection, terminal
from cli.options import common, confidence_option, repair_option, report_option
from cli.reports import overview, write
from cli.running import CLEAN, FOUND, survey_of


@click.command()
@common("text", "patch", "json")
@repair_option
@confidence_option
@report_option
def diff(
    path: Path,
    spec_file: Path | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
    reports: tuple[Path, ...],
) -> int:
    """Show the change of every phase and write nothing. Exit status 1: there are changes.

    \b
    Example:
      classmod diff .
      classmod diff --phase 1 --phase 2 --format patch . | git apply
      classmod diff --report report.html .
    """
    from codemods import migrate

    survey = survey_of(path, spec_file, repair=repair, confidence=confidence)
    if reports:
        write(overview(survey, phases), reports)
    steps = migrate.steps(survey, phases)
    numbers = {step.phase.number for step in steps}
    asked = [site for site in selection.asked(survey) if not phases or site.phase in numbers]
    if layout == "patch":
        terminal.write(render.patch(steps).encode("utf-8", "surrogateescape"))
    elif layout == "json":
        terminal.write(render.diff_json(steps, asked, survey.notes))
    else:
        terminal.show(render.diff(steps, asked, survey.notes))
    return FOUND if any(step.changes for step in steps) else CLEAN
