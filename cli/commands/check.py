"""``classmod check``: is an old name still in use?"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from cli import terminal
from cli.help import command
from cli.options import cache_option, common, hierarchy_option, jobs_option, path_option
from cli.running import CLEAN, FOUND, seen, today
from codemods.data import MigrationError

if TYPE_CHECKING:
    from cli.formats import Report
    from cli.selection import Looked

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")


@command()
@common(*FORMATS)
@hierarchy_option
@path_option
@click.option(
    "--since",
    metavar="REV",
    help="Only files that differ from where the branch left this commit (git's merge base of it and HEAD), "
    "in commits or not, and untracked ones.",
)
@click.option("--strict", is_flag=True, help="A place that cannot be decided counts as a leftover.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leftovers that are listed in this file do not count. Default: the key `baseline` of "
    "[tool.classmod] in PATH's pyproject.toml, relative to PATH; else none.",
)
@click.option(
    "--update-baseline",
    "update",
    is_flag=True,
    help="Write the baseline anew, without what is gone; the first time, with all there is. It never grows: "
    "with new leftovers it stays as it is, and the exit status is 1.",
)
@click.option(
    "--output-file",
    "output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report there; what is for people is on stdout then.",
)
@cache_option
@jobs_option
def check(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    layout: str,
    phases: tuple[str, ...],
    places: tuple[str, ...],
    since: str | None,
    strict: bool,
    baseline: Path | None,
    update: bool,
    output: Path | None,
    uncached: bool,
    jobs: int,
) -> int:
    """Say where an old name is still in use.

    A line ending with the comment `classmod: keep -- why` is let be. Leftovers are errors once the date of
    the spec is over after which old names may go, before that they are warnings; the exit status is the same.

    \b
    Example:
      classmod check . || echo "old names are back"
      classmod check --since origin/main --format github .
      classmod check --baseline known.json --update-baseline .
      classmod check --hierarchy ../exchanges .
    """
    from cli.checking import Scope, about_pragmas, baseline_of, checked
    from cli.formats import text
    from codemods import files

    if update and (phases or places or since):
        raise click.UsageError("--update-baseline is for all of PATH: leave out --phase, --path and --since")
    file = baseline_of(path, baseline)
    if update and file is None:
        raise click.UsageError("--update-baseline has to know which: give --baseline FILE")
    scope = Scope.of(path, phases, places, since)
    tree = seen(path, spec_file, where, about_pragmas, "pragmas", uncached=uncached, jobs=jobs, types=False)
    if output is not None:
        _refuse_losing(output, tree, file)
    report = checked(tree, scope, strict=strict, file=file, update=update, today=today())
    if output is not None:
        try:
            files.replace(output.parent, PurePosixPath(output.name), _made(report, layout))
        except MigrationError as error:
            raise MigrationError(f"{output}: {str(error).removeprefix(f'{output.name}: ')}") from None
    if layout == "text" or output is not None:
        terminal.show(text.shown(report))
        terminal.show(text.beside(report), err=True)
    else:
        terminal.write(_made(report, layout))
        terminal.show(text.summary(report), err=True)
    return FOUND if report.failed else CLEAN


def _refuse_losing(output: Path, tree: Looked, baseline: Path | None) -> None:
    """Raise MigrationError for a report that would take the place of something else."""
    there, root = output.resolve(), tree.root.resolve()
    if baseline is not None and there == baseline.resolve():
        raise MigrationError(f"{output}: is the baseline; name another file")
    inside = there.relative_to(root) if there.is_relative_to(root) else Path()
    if PurePosixPath(inside) in tree.snapshot or inside.parts[:1] in ((".git",), (".classmod",)):
        raise MigrationError(f"{output}: is a file of the project; name another one")


def _made(report: Report, layout: str) -> bytes:
    """The report as programs read it."""
    from cli.formats import github, gitlab, json, junit, sarif, text

    makers = {"github": github, "gitlab": gitlab, "json": json, "junit": junit, "sarif": sarif}
    lines = (terminal.visible(line.text) for line in text.shown(report))
    made = makers[layout].shown(report) if layout in makers else "\n".join(lines)
    return f"{made}\n".encode() if made else b""
