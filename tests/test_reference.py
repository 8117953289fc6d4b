"""docs/classmod.1.md and the synopsis of the README are what the commands say of themselves.

``python -m tests.test_reference`` writes the parts between ``<!-- name -->`` and ``<!-- end -->`` anew.
"""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import pytest

from cli.help import ARGUMENTS, statuses
from cli.main import INTERRUPTED, READER_GONE, app
from tests.console import ROOT

PAGES = (ROOT / "docs" / "classmod.1.md", ROOT / "README.md")
PART = re.compile(r"^<!-- (\w+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)
WIDTH = 72


# --- making them ----------------------------------------------------------------------------------


def options(command: click.Command) -> list[click.Option]:
    return [param for param in command.params if isinstance(param, click.Option)]


def spelled(option: click.Option) -> str:
    """An option with what it takes, as --help has it: ``--phase N``."""
    record = option.get_help_record(click.Context(app))
    assert record
    return record[0]


def said(option: click.Option) -> str:
    """What --help says of an option, on one line; a least number in words."""
    record = option.get_help_record(click.Context(app))
    assert record
    return re.sub(r"\[x>=(\d+)\]", r"At least \1.", " ".join(record[1].split()))


def synopsis() -> str:
    lines = []
    for name, command in app.commands.items():
        words = [_optional(param) for param in command.params]
        start = f"classmod {name} "
        text = " ".join(word.replace(" ", "\0") for word in words)  # not broken within a word
        fill = textwrap.TextWrapper(WIDTH, start, " " * len(start), break_on_hyphens=False).fill
        lines.append(fill(text).replace("\0", " "))
    return "```text\n" + "\n".join((*lines, "classmod --version", "classmod [COMMAND] --help", "```\n"))


def _optional(param: click.Parameter) -> str:
    if isinstance(param, click.Option):
        return f"[{re.sub(r'[][]', '', spelled(param))}]{'...' if param.multiple else ''}"
    return param.make_metavar(click.Context(app))


def shared() -> dict[tuple[str, str], list[str]]:
    """Options that several commands have alike, each with these commands."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, command in app.commands.items():
        for option in options(command):
            found.setdefault(_kind(option), []).append(name)
    return {kind: names for kind, names in found.items() if len(names) > 1}


def _kind(option: click.Option) -> tuple[str, str]:
    return ("--format", "") if "--format" in option.opts else (spelled(option), said(option))


def commands() -> str:
    return "\n".join(_command(name, command) for name, command in app.commands.items())


def _command(name: str, command: click.Command) -> str:
    common = shared()
    own = [f"- `{spelled(o)}` - {said(o)}\n" for o in options(command) if _kind(o) not in common]
    also = [f"`{o.opts[0]}`" for o in options(command) if _kind(o) in common]
    text, _, example = inspect.cleandoc(command.help or "").replace("\b\n", "").partition("Example:\n")
    return "\n".join(
        (
            f"### classmod {name}\n",
            f"{text.strip()}\n",
            "".join(own) + "\n" * bool(own) + f"Also: {', '.join(also)}.\n",
            f"```sh\n{textwrap.dedent(example).strip()}\n```\n",
        )
    )


def option_list() -> str:
    lines = [f"- `PATH` - {ARGUMENTS['path']}\n"]
    for (option, text), names in shared().items():
        if option == "--format":
            layouts = [f"{name}: {_formats(name)}" for name in names]
            option, text = (
                "--format NAME",
                f"What the output is for: people or programs. {'; '.join(layouts)}.",
            )
            lines.append(f"- `{option}` - {text}\n")
        else:
            of = "" if len(names) == len(app.commands) else f" Of {', '.join(names)}."
            lines.append(f"- `{option}` - {text}{of}\n")
    return "".join(lines)


def _formats(name: str) -> str:
    (option,) = (o for o in options(app.commands[name]) if "--format" in o.opts)
    assert isinstance(option.type, click.Choice)
    return ", ".join(f"`{choice}`" for choice in option.type.choices)


def status_table() -> str:
    found: dict[tuple[str, str], list[str]] = {}
    for name in app.commands:
        for status in statuses(name):
            found.setdefault(status, []).append(f"`{name}`")
    rows = [
        (status, "all" if len(names) == len(app.commands) else ", ".join(names), means)
        for (status, means), names in sorted(found.items(), key=lambda item: item[0][0])
    ]
    rows.append((str(INTERRUPTED), "all", "interrupted"))
    rows.append((str(READER_GONE), "all", "the reader of the output is gone"))
    return table(("status", "of", "means"), rows)


def settings() -> str:
    schema = json.loads((ROOT / "codemods" / "schemas" / "partial-classmod.json").read_text("utf-8"))
    rows = [
        (
            f"`{key}`",
            part["type"],
            f"`{json.dumps(part['default'])}`" if "default" in part else "",
            part["description"],
        )
        for key, part in schema["properties"].items()
    ]
    return table(("key", "type", "default", "what"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    every = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in every)


PARTS: dict[str, Callable[[], str]] = {
    "synopsis": synopsis,
    "commands": commands,
    "options": option_list,
    "statuses": status_table,
    "settings": settings,
}


def written(page: str) -> str:
    """The page with its parts as the commands have them."""
    return PART.sub(lambda part: f"<!-- {part[1]} -->\n{PARTS[part[1]]()}<!-- end -->", page)


# --- they are true ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_says_what_the_commands_say(path: Path) -> None:
    page = path.read_text("utf-8")

    assert written(page) == page, "python -m tests.test_reference writes it anew"
    assert "synopsis" in set(PART.findall(page))


def test_page_has_every_part() -> None:
    page = PAGES[0].read_text("utf-8")

    assert set(PART.findall(page)) == set(PARTS)
    for command in app.commands.values():
        for option in options(command):
            assert re.search(rf"(?m)^- `(?:-\w, )?{max(option.opts, key=len)}[ `]", page)


def test_every_variable_that_is_read_is_named() -> None:
    code = "".join(path.read_text("utf-8") for p in ("cli", "codemods") for path in (ROOT / p).rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", code))
    page = PAGES[0].read_text("utf-8").partition("## Environment")[2]

    assert "NO_COLOR" in read
    assert {name for name in read if f"`{name}`" not in page} == set()


if __name__ == "__main__":
    for place in PAGES:
        place.write_text(written(place.read_text("utf-8")), "utf-8")
