"""The command line of classmod: argv in, exit status out.

A command answers with its exit status: 0 clean or done, 1 there is something to see to, 2 it could not be
done. A command is imported when it is asked for, and the library by the command, so that nobody waits for
what is not needed.
"""

from __future__ import annotations

import gc
from collections import UserDict
from contextlib import suppress
from errno import ENOSPC
from importlib import import_module
from typing import Any, NoReturn

import click

from cli import __version__, terminal
from cli.running import FAILED
from cli.terminal import Line, Unwritable
from codemods.data import MigrationError

INTERRUPTED, READER_GONE = 130, 141


class Commands(UserDict[str, click.Command]):
    """The commands by name, each a module of ``cli.commands`` that is imported when it is asked for."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.data = dict.fromkeys(names, click.Command(None))

    def __getitem__(self, name: str) -> click.Command:
        if name in self.data and self.data[name].name is None:
            self.data[name] = getattr(import_module(f"cli.commands.{name}"), name)
        return super().__getitem__(name)


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
        except OSError as error:
            # What click itself writes: --help and --version.
            if error.errno != ENOSPC:
                raise
            status = _complain(f"the output cannot be written: {terminal.given_up(error)}", FAILED)
        except Unwritable as error:
            gone = isinstance(error.__cause__, BrokenPipeError)
            status = READER_GONE if gone else _complain(f"the output cannot be written: {error}", FAILED)
        raise SystemExit(status)


def _complain(what: str, status: int) -> int:
    with suppress(Unwritable):
        terminal.show([Line(f"classmod: error: {' '.join(what.split())}", "red")], err=True)
    return status


@click.group(
    "classmod",
    cls=Classmod,
    commands=Commands("sites", "explain", "diff", "apply", "check", "rollback", "finalize", "status"),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="classmod")
@click.pass_context
def app(context: click.Context) -> int:
    """Migrate a class and all its descendants.

    Shows the change, proves it in a staging copy, lands it, and can take it back.

    \b
    Exit status:
      0  clean or done
      1  changes (diff), leftovers (check), a gate that refused (apply),
         uses in the way or too early (finalize), edits since (rollback,
         status), an interrupted landing (status)
      2  it could not be done; one line on stderr says why

    \b
    Example:
      classmod sites src && classmod diff src && classmod apply src
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
    return FAILED


def main() -> NoReturn:
    """The console script. Raises SystemExit."""
    # Syntax trees are many objects and no garbage: looking for cycles in them takes a quarter of a check.
    gc.disable()
    app.main(prog_name="classmod")
