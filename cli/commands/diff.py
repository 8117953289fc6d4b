"""``classmod diff``: the change of every phase; writes nothing."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import selection, terminal
from cli.help import command
from cli.options import (
    cache_option,
    common,
    confidence_option,
    guide_option,
    hierarchy_option,
    jobs_option,
    pager_option,
    path_option,
    repair_option,
    report_option,
)
from cli.progress import Working
from cli.running import CLEAN, FOUND, seen, today
from codemods.sunset import overdue

if TYPE_CHECKING:
    from codemods.reviewed import Review
    from codemods.survey import Survey


@command()
@common("text", "patch", "json")
@hierarchy_option
@repair_option
@confidence_option
@path_option
@click.option("--stat", is_flag=True, help="Only how many lines of each file change, and the summary.")
@click.option(
    "-U",
    "--context",
    metavar="N",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Lines around each change.",
)
@pager_option
@guide_option
@report_option
@cache_option
@jobs_option
def diff(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
    guide: bool,
    places: tuple[str, ...],
    stat: bool,
    context: int,
    pager: bool,
    reports: tuple[Path, ...],
    uncached: bool,
    jobs: int,
) -> int:
    """Show the change of every phase and write nothing.

    \b
    Example:
      classmod diff .
      classmod diff --stat --path src .
      classmod diff --phase 1 --phase 2 --format patch . | git apply
      classmod diff --report report.html .
    """
    from cli import difference, dry_run, overview

    if stat and layout != "text":
        raise click.UsageError(f"--stat goes with --format text, not {layout}")
    if context != 3 and layout == "patch":
        raise click.UsageError("--context goes with --format text or json; a patch has 3 lines")
    tree = seen(
        path,
        spec_file,
        where,
        lambda survey: _reviewed(survey, phases, context),
        "review",
        phases,
        context,
        uncached=uncached,
        jobs=jobs,
        repair=repair,
        confidence=confidence,
        guide=guide,
        holds=lambda review: not _in_the_way(path, review),
    )
    whole = tree.answer
    if reports:
        from cli import reports as pages

        pages.write(pages.overview(tree, whole), reports)
    found = selection.of_review(tree, whole, phases, places)
    if layout == "patch":
        terminal.write(dry_run.patch(found).encode("utf-8", "surrogateescape"))
    elif layout == "json":
        terminal.write(dry_run.as_json(found))
    else:
        command = shlex.join(
            [
                "classmod",
                "apply",
                *(["--spec", str(spec_file)] if spec_file else []),
                *(["--hierarchy", where] if where else []),
                *(["--repair"] if repair else []),
                *(["--guide"] if guide else []),
                *(["--confidence", confidence] if confidence != "inferred" else []),
                *(word for phase in phases for word in ("--phase", phase)),
                str(path),
            ]
        )
        late = overdue(tree.spec.compatibility, today())
        if stat:
            lines = overview.stat(found, command, terminal.width(), late)
        else:
            lines = difference.whole(found, command, late, styled=terminal.styled(), tree=not places)
        terminal.show(lines, page=pager)
    return FOUND if any(phase.files for phase in found.phases) else CLEAN


def _reviewed(survey: Survey, phases: tuple[str, ...], context: int) -> Review:
    from codemods.review import review

    with Working() as progress:
        return review(survey, phases, progress, context)


def _in_the_way(root: Path, review: Review) -> bool:
    """Whether a file is there by now that would be created, be it ignored by git and so not of the tree."""
    changes = (file.change for phase in review.phases for file in phase.files)
    return any(change.before is None and (root / change.path).exists() for change in changes)
