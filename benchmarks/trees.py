"""Projects that are many times as large as one that is there: copies of it under distinct packages.

Copy 0 is the project as it is. Every other copy is laid beside it, its packages, modules and directories at
the top with a suffix to their names, and its imports and dotted strings rewritten to them, as text.

- ``one``: only copy 0 is in the hierarchy and holds an old name. In the others the old names and the names of
  the hierarchy's classes are spelled with another last letter, so that sizes stay.
- ``all``: the others keep their old names, and their classes descend from copy 0's root. Of the root and of
  the classes that type parameters are bound to there may be but one each: the others import them from copy 0.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from benchmarks.names import Files, Names, family, read

SOURCES = "src"
ONE, ALL = "one", "all"


def write(tree: Path, source: Path, names: Names, count: int, kind: str) -> Path:
    """Write ``count`` copies of ``source`` into the directory ``tree``, which is made."""
    original = read(source)
    for number in range(count):
        for path, data in copy(original, names, number, kind).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(data)
    return tree


def copy(original: Files, names: Names, number: int, kind: str) -> Files:
    """The files of one copy by their paths in the large tree; ``kind`` is ONE or ALL."""
    if not number:
        return original
    suffix = f"_{number:02}"
    imports = _imports(original)
    respelled = _pattern((*names.renames, *family(original, names.root)))
    single = {names.root, *(name for bound in names.bounds for name in family(original, bound))}
    made = {}
    for path, data in original.items():
        if path.suffix != ".md":
            data = imports.sub(lambda found: found[0] + suffix.encode(), data)
        if kind == ONE:
            while respelled.search(data):  # a name may stand in a longer one
                data = respelled.sub(_other_word, data)
        elif path.suffix == ".py":
            data = _imported(data, path, single)
        made[_beside(path, suffix)] = data
    return made


def _beside(path: PurePosixPath, suffix: str) -> PurePosixPath:
    """Where a file of a copy goes: what stands at the top of the tree, or of its sources, gets the suffix."""
    depth = 1 if path.parts[0] == SOURCES and len(path.parts) > 1 else 0
    top = PurePosixPath(path.parts[depth])
    named = f"{top.stem}{suffix}{top.suffix}"
    return PurePosixPath(*path.parts[:depth], named, *path.parts[depth + 1 :])


def _module(path: PurePosixPath) -> tuple[str, ...]:
    """The parts of a module's name as it is imported."""
    inner = path.parts[1:] if path.parts[0] == SOURCES and len(path.parts) > 1 else path.parts
    return (*inner[:-1], PurePosixPath(inner[-1]).stem)


def _imports(files: Iterable[PurePosixPath]) -> re.Pattern[bytes]:
    """What an import or a dotted string begins with that names a package or module at the top."""
    tops = {_module(path)[0] for path in files if path.suffix != ".md"}
    names = "|".join(sorted(filter(str.isidentifier, tops)))
    statement = rf"^[ \t]*(?:from|import)[ \t]+(?:{SOURCES}\.)?(?:{names})\b"
    quoted = rf"(?<=[\"'])(?:{SOURCES}\.)?(?:{names})(?=\.[A-Za-z_])"
    return re.compile(f"(?m){statement}|{quoted}".encode())


def _pattern(names: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile("|".join(map(re.escape, sorted(names, key=len))).encode())


def _other_word(found: re.Match[bytes]) -> bytes:
    return found[0][:-1] + (b"q" if found[0][-1:] != b"q" else b"z")


def _imported(data: bytes, path: PurePosixPath, names: Collection[str]) -> bytes:
    """A module that imports from copy 0 those of the classes that it defines itself."""
    if not any(name.encode() in data for name in names):
        return data
    lines = data.splitlines(keepends=True)
    for node in reversed(ast.parse(data).body):
        if isinstance(node, ast.ClassDef) and node.name in names:
            first = min(node.lineno, *(each.lineno for each in node.decorator_list), node.lineno)
            statement = f"from {'.'.join(_module(path))} import {node.name}\n".encode()
            lines[first - 1 : node.end_lineno] = [statement]
    return b"".join(lines)
