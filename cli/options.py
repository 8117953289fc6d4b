"""The argument and the options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., int])


def common(*formats: str) -> Callable[[_Command], _Command]:
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
            help="Only this phase, by number or name; may be repeated. Default: all of them.",
        ),
    )

    def decorate(command: _Command) -> _Command:
        for part in reversed(parts):
            command = part(command)
        return command

    return decorate


repair_option = click.option(
    "--repair", is_flag=True, help="Mend imports of renamed classes first, as phase 0."
)

confidence_option = click.option(
    "--confidence",
    type=click.Choice(["proven", "inferred", "named"]),
    default="inferred",
    show_default=True,
    help="How sure a decision has to be to be taken; what falls under it is asked.",
)
