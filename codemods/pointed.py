"""A place that somebody points at: FILE:LINE[:COLUMN], with whatever a tool has printed behind it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.data import MigrationError, Snapshot
from codemods.spans import text_of
from codemods.text import Text, UnreadableSource, line_starts

_PLACE = re.compile(r"\s*(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?(?:[:\s].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pointed:
    """A line of a file below PATH; ``column`` is None where none is said. Both are 1-based."""

    path: PurePosixPath
    line: int
    column: int | None = None


def pointed(root: Path, said: str) -> Pointed:
    """The place that is meant; a file is looked for below ``root`` first, then where we are.

    Raises MigrationError for what is no place, and for a file or line that is not there.
    """
    found = _PLACE.fullmatch(said)
    if found is None:
        raise MigrationError(f"{said}: a place is FILE:LINE or FILE:LINE:COLUMN")
    name, line = found["file"], int(found["line"])
    places = [place for place in (root / name, Path(name)) if _is_file(place)]
    if not places:
        raise MigrationError(f"{name}: there is no such file below {root}")
    path = next(filter(None, (_below(root, place) for place in places)), None)
    if path is None:
        raise MigrationError(f"{name}: is not below {root}")
    try:
        last = lines(text(path, (root / path).read_bytes()))
    except OSError as error:
        raise MigrationError(f"{path}: cannot be read: {error.strerror}") from error
    if not 1 <= line <= last:
        raise MigrationError(f"{path}: there is no line {line}, the last one is {last}")
    return Pointed(path, line, int(found["column"]) if found["column"] else None)


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a name that no file can have, a directory that may not be entered
        return False


def _below(root: Path, place: Path) -> PurePosixPath | None:
    """A path as it is below ``root``, as it is spelled or else as links lead; None elsewhere."""
    for absolute in (os.path.abspath, os.path.realpath):
        path, home = Path(absolute(place)), absolute(root)
        if path.is_relative_to(home):
            return PurePosixPath(path.relative_to(home).as_posix())
    return None


def text(path: PurePosixPath, data: bytes) -> Text:
    """A file as text, whatever it holds; bytes that cannot be read are carried as surrogates."""
    try:
        return text_of(path, data)
    except UnreadableSource:
        other = data.decode("utf-8", "surrogateescape")
        return Text(other, "utf-8", False, line_starts(other))


def lines(of: Text) -> int:
    """How many lines a text has; an empty one behind the last line end is none."""
    return len(of.starts) - (of.starts[-1] == len(of.text))


def scope(root: Path, snapshot: Snapshot, path: PurePosixPath) -> str:
    """Why a file is none that classmod reads; "" where it does."""
    if path in snapshot and path.suffix in (".py", ".pyi", ".md"):
        return ""
    if any((root / part).is_symlink() for part in (path, *path.parents[:-1])):
        return "it is reached through a link, and links are not followed"
    if path.suffix not in (".py", ".pyi", ".md"):
        return "only .py, .pyi and .md files are read"
    return "git ignores it, or it belongs to an environment, a cache, a build or another repository"
