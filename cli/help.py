"""What --help says beside the options one by one: which of them belong together, and the exit statuses."""

from __future__ import annotations

from functools import partial

import click

from cli.running import CLEAN, FAILED, FOUND

ARGUMENTS = {
    "path": "The directory of the project. Default: the current one.",
    "place": "A line of a file, as sites, check and others print it.",
}
SECTIONS = {
    "Gates": (
        "interpreter",
        "test_command",
        "timeout",
        "max_new_failures",
        "coverage",
        "bench_command",
        "bench",
        "max_slowdown",
        "extra",
        "no_gate",
        "allow_plugins",
    ),
    "Landing": ("allow_dirty", "partial", "interactive", "commit"),
}
"""Options that stand under a heading of their own; what is not named here comes first, as Options."""

FINDINGS = {
    "diff": "there are changes",
    "apply": "a gate refused or came to no result; nothing, or with --partial less, has landed",
    "check": "an old name is in use",
    "rollback": "a file was edited since the landing; nothing has changed",
    "finalize": "old names are in use or may not go yet, a gate refused, or there are changes (--dry-run)",
    "status": "a landed file was edited since, or a landing was interrupted",
}
"""What a command has found that ends with 1; one that is not named here never does."""


def statuses(name: str | None) -> list[tuple[str, str]]:
    """Every exit status of the command of this name, and what it says."""
    found = [(str(FOUND), FINDINGS[name])] if name in FINDINGS else []
    cannot = (str(FAILED), "it could not be done; one line on stderr says why")
    return [(str(CLEAN), "clean, or done"), *found, cannot]


class Command(click.Command):
    """A command whose --help has the options in sections and names the exit statuses."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the argument PATH and the options."""
        titles = {name: title for title, names in SECTIONS.items() for name in names}
        found: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            if param.name in ARGUMENTS:
                found["Arguments"].append((param.make_metavar(ctx), ARGUMENTS[param.name]))
            elif record := param.get_help_record(ctx):
                found.setdefault(titles.get(param.name or "", "Options"), []).append(record)
        for title, records in found.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit statuses."""
        with formatter.section("Exit status"):
            formatter.write_dl(statuses(self.name))


command = partial(click.command, cls=Command)
