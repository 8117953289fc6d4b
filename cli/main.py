"""The command line of classmod: argv in, exit status out.

A command answers with its exit status: 0 clean or done, 1 there is something to see to, 2 it could not be
done. The library is imported by the commands, so that --help and usage errors do not wait for LibCST.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cli import __version__, landed, render, report, selection, terminal
from cli.options import common, confidence_option, gate_options, repair_option
from cli.terminal import Line, Unwritable
from codemods.data import Confidence, MigrationError

if TYPE_CHECKING:
    from codemods.survey import Survey

CLEAN, FOUND, FAILED, INTERRUPTED, READER_GONE = 0, 1, 2, 130, 141


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
        except Unwritable as error:
            gone = isinstance(error.__cause__, BrokenPipeError)
            status = READER_GONE if gone else _complain(f"the output cannot be written: {error}", FAILED)
        raise SystemExit(status)


def _complain(what: str, status: int) -> int:
    with suppress(Unwritable):
        terminal.show([Line(f"classmod: error: {' '.join(what.split())}", "red")], err=True)
    return status


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
         edits since (rollback, status), an interrupted landing (status)
      2  it could not be done; one line on stderr says why

    \b
    Example:
      classmod sites src && classmod diff src && classmod apply src
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
    return FAILED


@app.command()
@common("text", "json")
@repair_option
@confidence_option
def sites(
    path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], repair: bool, confidence: str
) -> int:
    """List every occurrence of an old name in PATH and what will become of it.

    \b
    Example:
      classmod sites --format json . > sites.json
    """
    survey = _survey(path, spec_file, repair=repair, confidence=confidence)
    found = selection.of_phases(survey, survey.sites, phases)
    if layout == "json":
        terminal.write(render.sites_json(found))
    else:
        terminal.show(render.sites(found, survey.notes))
    return CLEAN


@app.command()
@common("text", "patch", "json")
@repair_option
@confidence_option
def diff(
    path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], repair: bool, confidence: str
) -> int:
    """Show the change of every phase and write nothing. Exit status 1: there are changes.

    \b
    Example:
      classmod diff .
      classmod diff --phase 1 --phase 2 --format patch . | git apply
    """
    from codemods import migrate

    survey = _survey(path, spec_file, repair=repair, confidence=confidence)
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


@app.command()
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
def apply(
    path: Path,
    spec_file: Path | None,
    layout: str,
    phases: tuple[str, ...],
    repair: bool,
    confidence: str,
    interpreter: Path | None,
    extra: tuple[str, ...],
    allow_dirty: bool,
    allow_plugins: bool,
    partial: bool,
    commit: bool,
    **said: Any,
) -> int:
    """Prove each phase in a staging copy, then land them. Exit status 1: a gate refused.

    \b
    Example:
      classmod apply .
      classmod apply --phase 1 --phase 2 --python .venv/bin/python .
      classmod apply --test-command ".venv/bin/python -m pytest -q" .
    """
    from codemods import migrate, settings

    told = settings.for_project(path).over(**said)
    # Gates run in another directory; a link stays one, for that is what makes it an environment.
    python = interpreter.absolute() if interpreter else None
    survey = _survey(path, spec_file, repair=repair, python=python, confidence=confidence)
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
    done = migrate.apply(survey, phases, options, _progress)
    if done.landed or done.refused:
        undo = ["classmod", "rollback", *(["--spec", str(spec_file)] if spec_file else []), str(path)]
        terminal.show(report.report(done, migrate.class_tree(survey), shlex.join(undo)))
    else:
        terminal.show([Line("Nothing to do: the phases asked for have landed or change nothing.")])
    return FOUND if done.refused else CLEAN


@app.command()
@common("text")
@click.option("--strict", is_flag=True, help="A place that cannot be decided counts as a leftover.")
def check(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...], strict: bool) -> int:
    """Say where an old name is still in use. Exit status 1: somewhere.

    \b
    Example:
      classmod check . || echo "old names are back"
    """
    from codemods.leftovers import leftovers

    survey = _survey(path, spec_file, types=False)
    found = selection.of_phases(survey, selection.in_order(leftovers(survey)), phases)
    asked = selection.of_phases(survey, selection.asked(survey), phases)
    terminal.show(render.leftovers(found))
    terminal.show(render.check_summary(found, asked, selection.phase_names(survey.spec)), err=True)
    return FOUND if found or (strict and asked) else CLEAN


@app.command()
@common("text")
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
    terminal.show(report.changes(restored, "taken back") if restored else [Line("Nothing to take back.")])
    return CLEAN


@app.command()
@common("text", "json")
def status(path: Path, spec_file: Path | None, layout: str, phases: tuple[str, ...]) -> int:
    """Say what is landed, how it was proven, and what can be taken back. Writes nothing.

    Exit status 1: a landed file was edited since, or a landing was interrupted.

    \b
    Example:
      classmod status .
      classmod status --format json . > status.json
    """
    from codemods import migrate
    from codemods import spec as specs

    found = migrate.status(path, specs.for_project(path, spec_file), phases)
    if layout == "json":
        terminal.write(landed.status_json(found))
    else:
        terminal.show(landed.status(found))
    return CLEAN if found.clean else FOUND


def _survey(
    path: Path,
    spec_file: Path | None,
    *,
    repair: bool = False,
    types: bool = True,
    python: Path | None = None,
    confidence: str = Confidence.INFERRED,
) -> Survey:
    from codemods import spec as specs
    from codemods.survey import Asked, survey

    spec = specs.for_project(path, spec_file)
    asked = Asked(python) if types else None
    found = survey(path, spec, repair=repair, types=asked, confidence=Confidence(confidence))
    terminal.show((Line(f"classmod: left alone: {each}", "yellow") for each in found.failures), err=True)
    return found


def _progress(what: str) -> None:
    terminal.show([Line(what, "dim")], err=True)


def main() -> NoReturn:
    """The console script. Raises SystemExit."""
    app.main(prog_name="classmod")
