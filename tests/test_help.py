"""--help: every command has examples that parse, names its exit statuses and fits into 80 columns."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.help import FINDINGS, SECTIONS, Command
from cli.main import app

COMMANDS = tuple(app.commands)


def shown(*words: str) -> str:
    found = CliRunner().invoke(app, [*words, "--help"], terminal_width=80)
    assert found.exit_code == 0
    return found.stdout


def examples(name: str) -> list[str]:
    """The lines of the help that begin with ``classmod``, below ``Example:``."""
    below = inspect.cleandoc(app.commands[name].help or "").partition("Example:\n")[2]
    return [line.strip() for line in below.splitlines() if line.strip().startswith("classmod ")]


def words(line: str) -> list[str]:
    """The words of the first command of a line of shell, without ``classmod``."""
    split = shlex.shlex(line, posix=True, punctuation_chars="|&;>")
    split.whitespace_split = True
    found: list[str] = []
    for word in split:
        if set(word) <= set("|&;>"):
            break
        found.append(word)
    return found[1:]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_a_call_that_parses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    found = examples(name)

    assert found
    for line in found:
        first, *rest = words(line)
        assert first == name
        try:
            with click.Context(app, **app.context_settings) as context:
                app.commands[name].make_context(name, rest, parent=context)
        except click.BadParameter as error:  # examples name files of the reader's project
            if "does not exist" not in error.format_message():
                raise


@pytest.mark.parametrize("name", COMMANDS)
def test_exit_statuses_are_named(name: str) -> None:
    *_, last = shown(name).split("\n\n")

    status = re.findall(r"(?m)^  (\d)  ", last)
    assert last.startswith("Exit status:\n")
    assert status == (["0", "1", "2"] if name in FINDINGS else ["0", "2"])


def test_findings_are_those_of_commands() -> None:
    assert set(FINDINGS) <= set(COMMANDS)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_into_80_columns(name: str) -> None:
    lines = shown(*filter(None, [name])).splitlines()

    assert [line for line in lines if len(line) > 80] == []


def test_no_sentence_is_cut_in_the_list_of_commands() -> None:
    listed = shown().partition("Commands:\n")[2]

    assert len(listed.splitlines()) == len(COMMANDS)
    assert "..." not in listed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_shown_once_and_described(name: str) -> None:
    command = app.commands[name]
    assert isinstance(command, Command), "make it with cli.help.command"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help
            long = max(option.opts, key=len)
            assert len(re.findall(rf"(?m)^  (?:-\w, )?{long}(?![\w-])", shown(name))) == 1


def test_options_stand_in_sections() -> None:
    titles = re.findall(r"(?m)^(\w[\w ]*):$", shown("apply"))

    assert titles == ["Arguments", "Options", *SECTIONS, "Exit status"]
    assert re.findall(r"(?m)^(\w[\w ]*):$", shown("rollback")) == ["Arguments", "Options", "Exit status"]


def test_options_of_sections_are_there() -> None:
    known = {option.name for command in app.commands.values() for option in command.params}

    assert {name for names in SECTIONS.values() for name in names} - known <= {"interactive"}


@pytest.mark.parametrize("command", [[], ["check"]], ids=str)
def test_short_switch(command: list[str]) -> None:
    assert (
        CliRunner().invoke(app, [*command, "-h"]).stdout
        == CliRunner().invoke(app, [*command, "--help"]).stdout
    )
