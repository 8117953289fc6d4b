"""What a project's pyproject.toml says in ``[tool.classmod]``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from codemods.data import MigrationError
from codemods.toml import blaming, fitted, parsed, quote, read

TABLE = "tool.classmod"


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of ``[tool.classmod]``; None and () stand for keys that are not there.

    ``timeout`` in seconds. All of them are defaults of switches of the command line.
    """

    spec: str | None = None
    test_command: str | None = field(default=None, metadata={"key": "test-command"})
    timeout: int | None = None
    max_new_failures: int | None = field(default=None, metadata={"key": "max-new-failures"})
    no_gate: tuple[str, ...] = field(default=(), metadata={"key": "no-gate"})


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
            if value is not None and value < least:
                raise MigrationError(f"{TABLE}.{key}: must be at least {least}, not {value}")
    return found


def _is_inside(root: Path, name: str) -> bool:
    try:
        return "\0" not in name and (root / name).resolve().is_relative_to(root.resolve())
    except RuntimeError:  # a loop of links, until 3.13
        return False
