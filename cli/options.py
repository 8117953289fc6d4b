"""The argument and the options that commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from cli import terminal

_Command = TypeVar("_Command", bound=Callable[..., int])

GATES = (
    "mypy",
    "precision",
    "api",
    "duplication",
    "tests",
    "old-tests",
    "deprecations",
    "coverage",
    "benchmark",
    "construction",
    "type-check",
)
"""Those of ``codemods.proofs``, in their order; --help and completion do not wait for its import."""


def _phases(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """What a shell offers: the phases that ``--spec`` and PATH give, as far as they are typed."""
    from codemods import phases
    from codemods import spec as specs
    from codemods.data import MigrationError

    # Click leaves arguments among the rest where the last word is an option that has no value yet.
    names = [param.name for param in context.command.params if isinstance(param, click.Argument)]
    given = {**context.params, **dict(zip(names, context.args, strict=False))}
    try:
        spec = specs.for_project(Path(given["path"] or "."), given["spec_file"])
    except MigrationError:  # the command says so when it runs
        return []
    every = phases.phases(spec)
    if context.command.name in ("rollback", "status"):
        every = (*every, phases.finalizing(spec))
    return [CompletionItem(p.name, help=p.sentence) for p in every if p.name.startswith(typed)]


def files(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """What a shell offers where a word begins with a file."""
    return [CompletionItem(typed, type="file")]


def folders(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """What a shell offers where a word is a directory."""
    return [CompletionItem(typed, type="dir")]


def _gates(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    return [gate for gate in GATES if gate.startswith(typed)]


def _wish(context: click.Context, _: click.Parameter, said: str) -> None:
    context.meta[terminal.WISH] = said


def common(*formats: str, phased: bool = True) -> Callable[[_Command], _Command]:
    """The argument and the options of every command; the first format is the default.

    A command that is not ``phased`` goes without ``--phase``.
    """
    directory = click.Path(exists=True, file_okay=False, path_type=Path)
    parts: tuple[Callable[[Any], Any], ...] = (
        click.argument("path", metavar="[PATH]", default=".", type=directory),
        click.option(
            "--spec",
            "spec_file",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="What is migrated: a TOML file, or composite-clients, the built-in one. Default: `spec` of "
            "[tool.classmod] in PATH's pyproject.toml, else composite-clients.",
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
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            expose_value=False,
            callback=_wish,
            help="Colours; auto: on a terminal, unless NO_COLOR is set, or where FORCE_COLOR is.",
        ),
        click.option(
            "--phase",
            "phases",
            metavar="N",
            multiple=True,
            shell_complete=_phases,
            help="Only this phase, by number or name; may be repeated. Default: all of them.",
        ),
    )

    def decorate(command: _Command) -> _Command:
        for part in reversed(parts if phased else parts[:-1]):
            command = part(command)
        return command

    return decorate


repair_option = click.option(
    "--repair", is_flag=True, help="Mend imports of renamed classes first, as phase 0."
)


def _places(_: click.Context, __: click.Parameter, places: tuple[str, ...]) -> tuple[str, ...]:
    if "" in places:
        raise click.BadParameter("it is empty; a dot is all of PATH")
    return places


path_option = click.option(
    "--path",
    "places",
    metavar="P",
    multiple=True,
    callback=_places,
    help="Only this file or directory, relative to PATH and with /; in a quoted pattern * and ? stay within "
    "a name, ** goes through directories; may be repeated.",
)

hierarchy_option = click.option(
    "--hierarchy",
    "where",
    metavar="WHERE",
    shell_complete=folders,
    help="Where the hierarchy is, if PATH only uses it: its directory, or the name of an installed package. "
    "It is read, neither imported nor written. Default: `hierarchy` of [tool.classmod] in PATH's "
    "pyproject.toml, else where it was when something landed.",
)

pager_option = click.option(
    "--pager/--no-pager",
    default=True,
    help="What is longer than the window goes through $CLASSMOD_PAGER, $PAGER or less. Default: it does.",
)

jobs_option = click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="the processors there are",
    help="How many processes share the work where many files are concerned. The output is the same.",
)

cache_option = click.option(
    "--no-cache",
    "uncached",
    is_flag=True,
    help="Work everything out anew. Default: what an earlier run has found of the same files, or of some "
    "that differ in nothing that counts, is taken from $XDG_CACHE_HOME/classmod, else ~/.cache/classmod.",
)

confidence_option = click.option(
    "--confidence",
    type=click.Choice(["proven", "inferred", "named"]),
    default="inferred",
    show_default=True,
    help="How sure a decision has to be to be taken; what falls under it is asked.",
)


def _reports(context: click.Context, option: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files, once it is known that a report can be written to each of them."""
    if not paths:
        return paths
    from cli.reports import SUFFIXES, check

    if other := next((path for path in paths if path.suffix not in SUFFIXES), None):
        raise click.BadParameter(f"{other} ends in neither {' nor '.join(SUFFIXES)}")
    check(paths)
    return paths


guide_option = click.option(
    "--guide",
    is_flag=True,
    help="Write a guide into the project, too: what has changed, how to follow it and until when, for people "
    "with code of their own.",
)

report_option = click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    callback=_reports,
    help="Write a report for a reviewer, too: a page of its own (.html) or Markdown that fits a pull request "
    "(.md); may be repeated. An older report is replaced, another file is not.",
)

python_option = click.option(
    "--python",
    "interpreter",
    metavar="PATH",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The project's interpreter. Default: its .venv, else the one that runs classmod.",
)

allow_dirty_option = click.option(
    "--allow-dirty", is_flag=True, help="Land on a git tree with uncommitted changes, too."
)

allow_plugins_option = click.option(
    "--allow-plugins", is_flag=True, help="Let mypy run the plugins that the project's config names."
)

commit_option = click.option(
    "--commit",
    is_flag=True,
    help="Make a git commit of each phase that lands. Runs no hooks and signs nothing; refused while "
    "anything is staged.",
)


def gate_options(command: _Command) -> _Command:
    """The options of ``apply`` that say what is proven; their defaults are the project's settings."""
    parts: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--test-command",
            metavar="CMD",
            help="Run the project's tests, too: before, and in a copy after each phase. No shell; runs in "
            "the root of the copy. Of pytest every test is compared, of others the exit status.",
        ),
        click.option(
            "--timeout",
            metavar="SECONDS",
            type=click.IntRange(min=1),
            help="How long one run of a command may take. Default: 600.",
        ),
        click.option(
            "--max-new-failures",
            metavar="N",
            type=click.IntRange(min=0),
            help="How many tests may fail that did not before. Default: 0.",
        ),
        click.option(
            "--coverage",
            is_flag=True,
            help="See, too, that these tests reach what they did; the project needs pytest-cov.",
        ),
        click.option(
            "--bench-command",
            metavar="CMD",
            help="Time this command, too, before and after the last phase, in turn; several runs. No shell.",
        ),
        click.option(
            "--bench",
            is_flag=True,
            help="Time importing and constructing the project's concrete classes, too, with fake clients. "
            "Runs the project's code.",
        ),
        click.option(
            "--max-slowdown",
            metavar="PERCENT",
            type=click.IntRange(min=0),
            help="How much time and memory may go up in these runs. Default: 10.",
        ),
        click.option(
            "--with",
            "extra",
            metavar="FILE",
            multiple=True,
            help="Copy this ignored file of PATH (relative to it) for the gates; may be repeated.",
        ),
        click.option(
            "--no-gate",
            metavar="NAME",
            multiple=True,
            shell_complete=_gates,
            help=f"Leave this gate out: {', '.join(GATES)}; may be repeated.",
        ),
    )
    for part in reversed(parts):
        command = part(command)
    return command
