"""What a spec calls old, and which classes descend from its root by name alone."""

from __future__ import annotations

import ast
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "codemods" / "composite_clients.toml"
SUFFIXES = (".py", ".pyi", ".md")

Files = Mapping[PurePosixPath, bytes]


@dataclass(frozen=True)
class Names:
    """The root class of a spec without its module, and the names it replaces."""

    spec: Path
    root: str
    renames: Mapping[str, str]
    """Old name -> new name; spellings that were old already when the migration began are among them."""
    bounds: tuple[str, ...] = ()
    """The classes that bound the type parameters."""

    @classmethod
    def of(cls, spec: Path = SPEC) -> Names:
        table = tomllib.loads(spec.read_text("utf-8"))
        members = (*table.get("attributes", ()), *table.get("factories", ()))
        renames = {old: member["new"] for member in members for old in member["old"].values()}
        bounds = tuple(each["bound"] for each in table.get("type_parameters", ()))
        root = table["root"].rpartition(".")[2]
        return cls(spec, root, {**renames, **table.get("stale", {})}, bounds)

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """What a file concerned holds: an old name or the root."""
        return (*self.renames, self.root)


def read(root: Path) -> Files:
    """Every .py, .pyi and .md file below a directory; hidden directories and caches are passed by."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each[0] != "." and each != "__pycache__"]
        for name in files:
            if name.endswith(SUFFIXES):
                path = Path(folder, name)
                found[PurePosixPath(path.relative_to(root))] = path.read_bytes()
    return found


def family(files: Files, root: str) -> frozenset[str]:
    """The names of the classes whose headers lead to one called ``root``, whatever module they are in."""
    bases: dict[str, set[str]] = {}
    for path, data in files.items():
        if path.suffix == ".py" and b"class " in data:
            for node in ast.walk(_parsed(data)):
                if isinstance(node, ast.ClassDef):
                    bases.setdefault(node.name, set()).update(map(_word, node.bases))
    found = {root}
    while more := {name for name, over in bases.items() if name not in found and over & found}:
        found |= more
    return frozenset(found)


def _parsed(data: bytes) -> ast.Module:
    try:
        return ast.parse(data)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _word(base: ast.expr) -> str:
    """The last word of a base in a class header."""
    match base:
        case ast.Name():
            return base.id
        case ast.Attribute():
            return base.attr
        case ast.Subscript():
            return _word(base.value)
    return ""
