"""``classmod finalize``: the end of the old names, when nothing uses them any more."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import report, terminal
from cli.help import command
from cli.options import (
    allow_dirty_option,
    allow_plugins_option,
    commit_option,
    common,
    gate_options,
    jobs_option,
    pager_option,
    python_option,
)
from cli.progress import Working
from cli.render import counted
from cli.running import CLEAN, FOUND, options_of, survey_of, today
from cli.terminal import Line

if TYPE_CHECKING:
    from codemods.data import Site
    from codemods.finalize import Ending
    from codemods.survey import Survey


@command()
@common("text", "patch", "json", phased=False)
@click.option("--dry-run", is_flag=True, help="Show the change and write nothing; --format is for this.")
@click.option("--early", is_flag=True, help="Do not wait for the day after which the spec lets old names go.")
@pager_option
@python_option
@gate_options
@allow_dirty_option
@allow_plugins_option
@commit_option
@jobs_option
def finalize(
    path: Path,
    spec_file: Path | None,
    layout: str,
    dry_run: bool,
    early: bool,
    pager: bool,
    interpreter: Path | None,
    extra: tuple[str, ...],
    allow_dirty: bool,
    allow_plugins: bool,
    commit: bool,
    jobs: int,
    **said: Any,
) -> int:
    """Remove the compatibility layer, when nothing uses it any more.

    With it go the files that the migration wrote for the time of the old names. Refused while one of these is
    in use, each place is named; those that cannot be decided count, until they are edited or end with the
    comment `classmod: keep -- why`. Proven and landed as apply does it, and taken back by rollback.

    \b
    Example:
      classmod finalize --dry-run .
      classmod finalize --test-command ".venv/bin/python -m pytest -q" .
    """
    from codemods import finalize as end

    if layout != "text" and not dry_run:
        raise click.UsageError(f"--format {layout} goes with --dry-run")
    flags = {"allow_dirty": allow_dirty, "allow_plugins": allow_plugins, "commit": commit}
    options = options_of(path, interpreter, extra, said, **flags)
    survey = survey_of(path, spec_file, None, python=options.python, jobs=jobs)
    found = end.planned(survey)
    if found.in_the_way:
        _tell(found.in_the_way, layout)
        return FOUND
    own = ["--spec", str(spec_file)] if spec_file else []
    if dry_run:
        waiting = "" if early else _waiting(survey)
        sooner = ["--early"] if early or waiting else []
        command = shlex.join(["classmod", "finalize", *own, *sooner, str(path)])
        return _shown(survey, found, layout, command, waiting, pager)
    if found.stage is not None and not early:
        end.refuse_too_early(survey, today())
    with Working() as progress:
        done = end.land(survey, found, options, progress)
    if done.landed or done.refused:
        undo = shlex.join(["classmod", "rollback", "--phase", "finalize", *own, str(path)])
        terminal.show(report.report(done, undo))
        if others := len(found.stays):
            told = f"{counted(others, 'place')} with an old name of another meaning, or kept: classmod sites"
            terminal.show([Line(f"{told} explains each.", "dim")])
    else:
        terminal.show([Line("Nothing to do: there is no compatibility layer any more.")])
    return FOUND if done.refused else CLEAN


def _tell(sites: tuple[Site, ...], layout: str) -> None:
    """What is in the way: as ``check`` lists it, with the reasons beside; for programs as JSON."""
    if layout == "json":
        fields = ("line", "column", "name", "new", "reason")
        rows = [{"path": str(s.path)} | {name: getattr(s, name) for name in fields} for s in sites]
        terminal.write(json.dumps({"in_the_way": rows}, indent=2))
    elif layout == "text":
        for site in sites:
            becomes = f"{site.name} -> {site.new or 'nothing'}  ({site.reason})"
            terminal.show([Line(f"{site.path}:{site.line}:{site.column}: {becomes}")])
    files = len({site.path for site in sites})
    told = (
        f"{counted(len(sites), 'place')} in {counted(files, 'file')} in the way of the end of the old names"
    )
    terminal.show([Line(told, "bold")], err=True)


def _waiting(survey: Survey) -> str:
    """That the day is not there yet; empty where it is."""
    from codemods.finalize import TooEarly, refuse_too_early

    try:
        refuse_too_early(survey, today())
    except TooEarly as error:
        return f"It is too early: {error}"
    return ""


def _shown(survey: Survey, found: Ending, layout: str, command: str, late: str, pager: bool) -> int:
    from cli import difference, dry_run
    from codemods.review import of_stages

    review = of_stages(survey, found.start, [found.stage] if found.stage else [])
    if layout == "patch":
        terminal.write(dry_run.patch(review).encode("utf-8", "surrogateescape"))
    elif layout == "json":
        terminal.write(dry_run.as_json(review))
    else:
        lines = difference.whole(review, command, late, styled=terminal.styled(), tree=False)
        terminal.show(lines, page=pager)
    return FOUND if found.stage else CLEAN
