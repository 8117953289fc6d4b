"""``classmod apply``: prove each phase in a staging copy, then land."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cli import report, terminal
from cli.help import command
from cli.options import (
    allow_dirty_option,
    allow_plugins_option,
    commit_option,
    common,
    confidence_option,
    gate_options,
    guide_option,
    hierarchy_option,
    jobs_option,
    python_option,
    repair_option,
    report_option,
)
from cli.progress import Working
from cli.reports import overview, write
from cli.running import CLEAN, FOUND, options_of, survey_of
from cli.terminal import Line


@command()
@common("text")
@hierarchy_option
@repair_option
@confidence_option
@python_option
@gate_options
@guide_option
@report_option
@allow_dirty_option
@allow_plugins_option
@click.option("--partial", is_flag=True, help="Land the phases before one that is refused.")
@commit_option
@jobs_option
@click.option(
    "--interactive",
    "-i",
    is_flag=True,
    help="Choose hunk by hunk what is taken, as in git add -p; what is left out is proven, too. "
    "Answers are kept: a run that is broken off can be gone on with.",
)
def apply(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
    guide: bool,
    interpreter: Path | None,
    extra: tuple[str, ...],
    allow_dirty: bool,
    allow_plugins: bool,
    partial: bool,
    commit: bool,
    interactive: bool,
    reports: tuple[Path, ...],
    jobs: int,
    **said: Any,
) -> int:
    """Prove each phase in a staging copy, then land them.

    \b
    Example:
      classmod apply .
      classmod apply --interactive .
      classmod apply --phase 1 --phase 2 --python .venv/bin/python .
      classmod apply --test-command ".venv/bin/python -m pytest -q" .
    """
    from codemods import draft, migrate

    options = options_of(
        path,
        interpreter,
        extra,
        said,
        allow_dirty=allow_dirty,
        allow_plugins=allow_plugins,
        partial=partial,
        commit=commit,
    )
    python = options.python
    survey = survey_of(
        path, spec_file, where, repair=repair, python=python, confidence=confidence, guide=guide, jobs=jobs
    )
    taken = None
    if interactive:
        from cli.choosing import choose

        migrate.refuse_early(survey, options)
        if (taken := choose(survey, phases)) is None:
            terminal.show([Line("Nothing is taken, so nothing lands.", "bold")])
            return CLEAN
    with Working() as progress:
        if taken:
            done = migrate.carried_out(survey, *taken, options, progress, survey.notes)
        else:
            done = migrate.apply(survey, phases, options, progress)
    if interactive and not done.refused:
        draft.forget(path)
    if done.landed or done.refused:
        undo = ["classmod", "rollback", *(["--spec", str(spec_file)] if spec_file else []), str(path)]
        terminal.show(report.report(done, shlex.join(undo)))
    else:
        terminal.show([Line("Nothing to do: the phases asked for have landed or change nothing.")])
    if reports and done.planned:
        from codemods.review import of_stages

        shown = overview(survey, of_stages(survey, *done.planned))
        write(replace(shown, done=done), reports)
    return FOUND if done.refused else CLEAN
