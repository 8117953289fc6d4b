"""What a project's pyproject.toml says in ``[tool.classmod]``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.data import MigrationError
from codemods.toml import blaming, fitted, parsed, quote, read

TABLE = "tool.classmod"


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of ``[tool.classmod]``, which are defaults of switches of the command line.

    ``test_command`` is split as a shell would, "" is none; ``timeout`` is in seconds.
    """

    spec: str | None = None
    test_command: str = field(default="", metadata={"key": "test-command"})
    timeout: int = 600
    max_new_failures: int = field(default=0, metadata={"key": "max-new-failures"})
    no_gate: tuple[str, ...] = field(default=(), metadata={"key": "no-gate"})

    def over(
        self,
        test_command: str | None,
        timeout: int | None,
        max_new_failures: int | None,
        no_gate: tuple[str, ...],
    ) -> Settings:
        """These settings with what the command line says instead; None and () stand for nothing said."""
        return replace(
            self,
            test_command=self.test_command if test_command is None else test_command,
            timeout=timeout or self.timeout,
            max_new_failures=self.max_new_failures if max_new_failures is None else max_new_failures,
            no_gate=no_gate or self.no_gate,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the test command. Raises MigrationError for a quote that is not closed."""
        try:
            return tuple(shlex.split(self.test_command))
        except ValueError as error:
            raise MigrationError(f"{self.test_command}: is no command: {error}") from None


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
        if found.spec is not None and not _is_inside(root, found.spec):
            raise MigrationError(f"{TABLE}.spec: {quote(found.spec)} leaves the tree")
        for key, value, least in (
            ("timeout", found.timeout, 1),
            ("max-new-failures", found.max_new_failures, 0),
        ):
            if value < least:
                raise MigrationError(f"{TABLE}.{key}: must be at least {least}, not {value}")
    return found


def _is_inside(root: Path, name: str) -> bool:
    try:
        return "\0" not in name and (root / name).resolve().is_relative_to(root.resolve())
    except RuntimeError:  # a loop of links, until 3.13
        return False
