"""The target's own mypy configuration: where it is, what it names, and a copy of it without plugins."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.data import MigrationError

NAMES = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
"""In mypy's own order; the last two only count when they have a section for it."""

LAYOUT = frozenset({"mypy_path", "namespace_packages", "explicit_package_bases"})
PATHS = frozenset({"files", "packages", "modules"})
Sections = Mapping[str, Any]


def find(tree: Path) -> Config | None:
    """The configuration mypy would take at ``tree``, None when there is none.

    Raises MigrationError for one that cannot be read (mypy would go on without it).
    """
    for name in NAMES:
        place = tree / name
        if not place.is_file():
            continue
        parse = _toml if _is_toml(name) else _ini
        try:
            text = place.read_bytes().decode("utf-8-sig")
            main = _main(name, parse(text))
        except (ValueError, configparser.Error) as error:
            raise MigrationError(f"{name}: cannot be read: {_first_line(error)}") from error
        if main is not None or name in NAMES[:2]:
            return Config(name, text, main or {})
    return None


def _toml(text: str) -> Sections:
    return tomllib.loads(text)


def _ini(text: str) -> Sections:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return {name: dict(section) for name, section in parser.items()}


def _main(name: str, sections: Sections) -> dict[str, Any] | None:
    main = (sections.get("tool", {}) if _is_toml(name) else sections).get("mypy")
    return main if isinstance(main, dict) else None


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def _cut(name: str, text: str) -> str | None:
    """``text`` without the lines of ``plugins``: those that leave everything else as it was."""
    parse = _toml if _is_toml(name) else _ini
    wanted = parse(text)
    (_main(name, wanted) or {}).pop("plugins", None)
    lines = text.split("\n")
    for start in (index for index, line in enumerate(lines) if "plugins" in line):
        for end in range(start + 1, len(lines) + 1):
            candidate = "\n".join(lines[:start] + lines[end:])
            if _same(parse, candidate, wanted):
                return candidate
    return None


def _same(parse: Callable[[str], Sections], text: str, wanted: Sections) -> bool:
    try:
        return parse(text) == wanted
    except (ValueError, configparser.Error):
        return False


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class Config:
    """``main`` is mypy's own section of the file ``name``, whose text is ``text``."""

    name: str
    text: str
    main: Mapping[str, Any]

    @property
    def has_paths(self) -> bool:
        """Whether it says itself what is to be checked."""
        return bool(PATHS & self.main.keys())

    @property
    def has_layout(self) -> bool:
        """Whether it says itself where packages begin."""
        return bool(LAYOUT & self.main.keys())

    @property
    def plugins(self) -> tuple[str, ...]:
        value = self.main.get("plugins", ())
        names = value.replace("\n", ",").split(",") if isinstance(value, str) else value
        return tuple(str(name).strip() for name in names if str(name).strip())

    def without_plugins(self) -> str:
        """The text without the plugins. Raises MigrationError when they cannot be told from the rest."""
        text = _cut(self.name, self.text)
        if text is None:
            raise MigrationError(f"{self.name}: its plugins cannot be left out")
        return text
