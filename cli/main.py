"""The command line of classmod: argv in, exit status out.

A command answers with its exit status: 0 clean or done, 1 there is something to see to, 2 it could not be
done. The library is imported by the commands, so that --help and usage errors do not wait for LibCST.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from cli import __version__, render
from cli.render import Line
from codemods.data import Decision, MigrationError, Site

if TYPE_CHECKING:
    from codemods.migrate import Survey

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130

_Command = TypeVar("_Command", bound=Callable[..., int])


class Classmod(click.Group):
    """Commands that answer with their exit status; what the user can mend is one line on stderr."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run and exit. Raises SystemExit with the status, and whatever is a bug."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except MigrationError as error:
            # A subclass may stand for something found, such as edits since a landing.
            status = _complain(str(error), getattr(error, "status", FAILED))
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "classmod"
            status = _complain(f"{error.format_message().rstrip('.')} (see {command} --help)", FAILED)
        except click.ClickException as error:
            status = _complain(error.format_message(), FAILED)
        except click.Abort:
            status = INTERRUPTED
        raise SystemExit(status)


def _complain(what: str, status: int) -> int:
    render.show([Line(f"classmod: error: {' '.join(what.split())}", "red")], err=True)
    return status


def _common(*formats: str) -> Callable[[_Command], _Command]:
    """The argument and the options of every command; the first format is the default."""
    directory = click.Path(exists=True, file_okay=False, path_type=Path)
    parts: tuple[Callable[[Any], Any], ...] = (
        click.argument("path", metavar="[PATH]", default=".", type=directory),
        click.option(
            "--spec",
            "spec_file",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="The spec. Default: the key `spec` of [tool.classmod] in PATH's pyproject.toml, "
            "else the built-in composite-clients.",
        ),
        click.option(
            "--format",
            "layout",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="What the output is for: people or programs.",
        ),
        click.option(
            "--phase",
            "phases",
            metavar="N",
            multiple=True,
            help="Only this phase, by number or name; may be repeated. Default: 1 to 6.",
        ),
    )

    def decorate(command: _Command) -> _Command:
        for part in reversed(parts):
            command = part(command)
        return command

    return decorate


_repair = click.option("--repair", is_flag=True, help="Mend imports of renamed classes first, as phase 0.")


@click.group("classmod", cls=Classmod, invoke_without_command=True)
@click.version_option(__version__, prog_name="classmod")
@click.pass_context
def app(context: click.Context) -> int:
    """Migrate a class and all its descendants.

    Shows the change, proves it in a staging copy, lands it, and can take it back.

    \b
    Exit status:
      0  clean or done
      1  changes (diff), leftovers (check), a gate that refused (apply),
         edits since (rollback)
      2  it could not be done; one line on stderr says why

    \b
    Example:
      classmod sites src && classmod diff src && classmod apply src
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
    return FAILED


@app.command()
@_common("text", "json")
@_repair
def sites(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], repair: bool) -> int:
    """List every occurrence of an old name in PATH and what will become of it.

    \b
    Example:
      classmod sites --format json . > sites.json
    """
    survey = _survey(path, spec_file, repair=repair)
    found = _of_phases(survey, survey.sites, phases)
    if layout == "json":
        click.echo(render.sites_json(found))
    else:
        render.show(render.sites(found, survey.notes))
    return CLEAN


@app.command()
@_common("text", "patch", "json")
@_repair
def diff(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], repair: bool) -> int:
    """Show the change of every phase and write nothing. Exit status 1: there are changes.

    \b
    Example:
      classmod diff .
      classmod diff --phase 1 --phase 2 --format patch . | git apply
    """
    from codemods import migrate

    survey = _survey(path, spec_file, repair=repair)
    steps = migrate.steps(survey, phases)
    numbers = {step.phase.number for step in steps}
    asked = [site for site in _asked(survey) if not phases or site.phase in numbers]
    if layout == "patch":
        click.echo(render.patch(steps).encode("utf-8", "surrogateescape"), nl=False)
    elif layout == "json":
        click.echo(render.diff_json(steps, asked, survey.notes))
    else:
        render.show(render.diff(steps, asked, survey.notes))
    return FOUND if any(step.changes for step in steps) else CLEAN


@app.command()
@_common("text")
@_repair
@click.option(
    "--python",
    "interpreter",
    metavar="PATH",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The project's interpreter. Default: its .venv, else the one that runs classmod.",
)
@click.option("--no-gate", metavar="NAME", multiple=True, help="Leave this gate out, such as mypy.")
@click.option("--allow-dirty", is_flag=True, help="Land on a git tree with uncommitted changes, too.")
@click.option(
    "--allow-plugins", is_flag=True, help="Let mypy run the plugins that the project's config names."
)
@click.option("--partial", is_flag=True, help="Land the phases before one that is refused.")
def apply(
    path: Path,
    spec_file: Path | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    interpreter: Path | None,
    no_gate: tuple[str, ...],
    allow_dirty: bool,
    allow_plugins: bool,
    partial: bool,
) -> int:
    """Prove each phase in a staging copy, then land them. Exit status 1: a gate refused.

    \b
    Example:
      classmod apply .
      classmod apply --phase 1 --phase 2 --python .venv/bin/python .
    """
    from codemods import migrate

    survey = _survey(path, spec_file, repair=repair)
    options = migrate.Options(
        # Gates run in another directory; a link stays one, for that is what makes it an environment.
        python=interpreter.absolute() if interpreter else None,
        no_gate=frozenset(no_gate),
        allow_dirty=allow_dirty,
        allow_plugins=allow_plugins,
        partial=partial,
    )
    report = migrate.apply(survey, phases, options, _progress)
    if report.landed or report.refused:
        render.show(render.report(report, migrate.class_tree(survey), f"classmod rollback {path}"))
    else:
        render.show([Line("Nothing to do: the phases asked for have landed or change nothing.")])
    return FOUND if report.refused else CLEAN


@app.command()
@_common("text")
def check(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Say where an old name is still in use. Exit status 1: somewhere.

    \b
    Example:
      classmod check . || echo "old names are back"
    """
    from codemods import migrate

    survey = _survey(path, spec_file)
    found = _of_phases(survey, migrate.leftovers(survey), phases)
    asked = _of_phases(survey, _asked(survey), phases)
    render.show(render.leftovers(found))
    render.show(render.check_summary(found, asked), err=True)
    return FOUND if found else CLEAN


@app.command()
@_common("text")
def rollback(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Take landed phases back, byte for byte. Exit status 1: a file was edited since.

    \b
    Example:
      classmod rollback .
      classmod rollback --phase 4 .
    """
    from codemods import migrate
    from codemods import spec as specs

    restored = migrate.rollback(path, specs.for_project(path, spec_file), phases)
    render.show(render.changes(restored, "taken back") if restored else [Line("Nothing to take back.")])
    return CLEAN


def _survey(path: Path, spec_file: Path | None, *, repair: bool = False) -> Survey:
    from codemods import migrate
    from codemods import spec as specs

    survey = migrate.survey(path, specs.for_project(path, spec_file), repair=repair)
    render.show((Line(f"classmod: left alone: {each}", "yellow") for each in survey.failures), err=True)
    return survey


def _of_phases(survey: Survey, found: Sequence[Site], phases: tuple[str, ...]) -> Sequence[Site]:
    if not phases:
        return found
    from codemods import migrate

    numbers = {step.phase.number for step in migrate.steps(survey, phases)}
    return [site for site in found if site.phase in numbers]


def _asked(survey: Survey) -> list[Site]:
    asked = (site for site in survey.sites if site.decision is Decision.ASK)
    return sorted(asked, key=lambda site: (site.path, site.line, site.column))


def _progress(what: str) -> None:
    render.show([Line(what, "dim")], err=True)


def main() -> NoReturn:
    """The console script. Raises SystemExit."""
    app.main(prog_name="classmod")
