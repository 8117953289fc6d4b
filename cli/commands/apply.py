"""``classmod apply``: prove each phase in a staging copy, then land."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import click

from cli import report, terminal
from cli.help import command
from cli.options import common, confidence_option, gate_options, guide_option, repair_option, report_option
from cli.progress import Working
from cli.reports import overview, write
from cli.running import CLEAN, FOUND, survey_of
from cli.terminal import Line


@command()
@common("text")
@repair_option
@confidence_option
@click.option(
    "--python",
    "interpreter",
    metavar="PATH",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The project's interpreter. Default: its .venv, else the one that runs classmod.",
)
@gate_options
@guide_option
@report_option
@click.option("--allow-dirty", is_flag=True, help="Land on a git tree with uncommitted changes, too.")
@click.option(
    "--allow-plugins", is_flag=True, help="Let mypy run the plugins that the project's config names."
)
@click.option("--partial", is_flag=True, help="Land the phases before one that is refused.")
@click.option(
    "--commit",
    is_flag=True,
    help="Make a git commit of each phase that lands. Runs no hooks and signs nothing; refused while "
    "anything is staged.",
)
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
    from codemods import draft, migrate, settings
    from codemods.review import review

    told = settings.for_project(path).over(**said)
    # Gates run in another directory; a link stays one, for that is what makes it an environment.
    python = interpreter.absolute() if interpreter else None
    survey = survey_of(path, spec_file, repair=repair, python=python, confidence=confidence, guide=guide)
    options = migrate.Options(
        python=python,
        no_gate=frozenset(told.no_gate),
        allow_dirty=allow_dirty,
        allow_plugins=allow_plugins,
        partial=partial,
        commit=commit,
        test_command=settings.words(told.test_command),
        timeout=told.timeout,
        max_new_failures=told.max_new_failures,
        bench_command=settings.words(told.bench_command),
        bench=told.bench,
        max_slowdown=told.max_slowdown / 100,
        coverage=told.coverage,
        extra=tuple(map(PurePosixPath, extra)),
    )
    choices = None
    if interactive:
        from cli.choosing import choose

        migrate.refuse_early(survey, options)
        if (choices := choose(survey, phases)) is None:
            terminal.show([Line("Nothing is taken, so nothing lands.", "bold")])
            return CLEAN
    with Working() as progress:
        # Of the tree before anything lands.
        shown = overview(survey, review(survey, phases, progress, choices=choices)) if reports else None
        done = migrate.apply(survey, phases, options, progress, choices)
    if interactive and not done.refused:
        draft.forget(path)
    if done.landed or done.refused:
        undo = ["classmod", "rollback", *(["--spec", str(spec_file)] if spec_file else []), str(path)]
        terminal.show(report.report(done, shlex.join(undo)))
    else:
        terminal.show([Line("Nothing to do: the phases asked for have landed or change nothing.")])
    if shown:
        write(replace(shown, done=done), reports)
    return FOUND if done.refused else CLEAN
