"""What a project's pyproject.toml says in ``[tool.classmod]``."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codemods.data import MigrationError
from codemods.toml import blaming, fitted, parsed, quote, read

TABLE = "tool.classmod"


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of ``[tool.classmod]``, which are defaults of switches of the command line.

    Commands are split as a shell would, "" is none; ``timeout`` is in seconds, ``max_slowdown`` in percent.
    """

    spec: str | None = None
    test_command: str = field(default="", metadata={"key": "test-command"})
    timeout: int = 600
    max_new_failures: int = field(default=0, metadata={"key": "max-new-failures"})
    no_gate: tuple[str, ...] = field(default=(), metadata={"key": "no-gate"})
    bench_command: str = field(default="", metadata={"key": "bench-command"})
    bench: bool = False
    max_slowdown: int = field(default=10, metadata={"key": "max-slowdown"})
    coverage: bool = False
    baseline: str | None = None
    hierarchy: str | None = None

    def over(self, **said: Any) -> Settings:
        """These settings with what the command line says instead; None, () and False say nothing."""
        given = {key: value for key, value in said.items() if value not in (None, ()) and value is not False}
        return replace(self, **given)


def schema(_: str = TABLE) -> dict[str, Any]:
    """The JSON schema of the table, for validate-pyproject, which names the table."""
    text = Path(__file__).with_name("schemas").joinpath("partial-classmod.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def words(command: str) -> tuple[str, ...]:
    """The words of a command. Raises MigrationError for an open quote and for an empty first word."""
    try:
        found = tuple(shlex.split(command))
    except ValueError as error:
        raise MigrationError(f"{command}: is no command: {error}") from None
    if found and not found[0]:
        raise MigrationError(f"{command}: is no command: it begins with an empty word")
    return found


def for_project(root: Path) -> Settings:
    """The settings of the project at ``root``.

    Raises MigrationError, in one line that names the key, for what cannot be used: an unknown key, a
    value of the wrong kind, a spec outside of ``root``.
    """
    path = root / "pyproject.toml"
    with blaming("pyproject.toml"):
        tool = parsed(read(path)).get("tool") if path.exists() else None
        table = tool.get("classmod", {}) if isinstance(tool, dict) else {}
        found: Settings = fitted(Settings, table, TABLE)
        for key, name in (("spec", found.spec), ("baseline", found.baseline)):
            if name is not None and not _is_inside(root, name):
                raise MigrationError(f"{TABLE}.{key}: {quote(name)} leaves the tree")
        for key, value, least in (
            ("timeout", found.timeout, 1),
            ("max-new-failures", found.max_new_failures, 0),
            ("max-slowdown", found.max_slowdown, 0),
        ):
            if value < least:
                raise MigrationError(f"{TABLE}.{key}: must be at least {least}, not {value}")
    return found


def _is_inside(root: Path, name: str) -> bool:
    try:
        return "\0" not in name and (root / name).resolve().is_relative_to(root.resolve())
    except RuntimeError:  # a loop of links, until 3.13
        return False
