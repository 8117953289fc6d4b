"""A place that somebody points at: FILE:LINE[:COLUMN], with whatever a tool has printed behind it."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.data import MigrationError, Snapshot
from codemods.spans import text_of
from codemods.text import Text, UnreadableSource, line_starts

_PLACE = re.compile(r"\s*(?P<file>.+?):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?(?:[:\s].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pointed:
    """A line of a file below PATH; ``column`` is None where none is said. Both are 1-based.

    ``absent`` says what is not there now, file or line; "" where both are.
    """

    path: PurePosixPath
    line: int
    column: int | None = None
    absent: str = ""


def pointed(root: Path, said: str, *, later: bool = False) -> Pointed:
    """The place that is meant; a file is looked for below ``root`` first, then where we are.

    Raises MigrationError for what is no place, and for a file, line or column that is not there; with
    ``later`` such a file or line is told as ``absent``, for it may be there one day. Some tools count columns
    from 0, and some point behind the end of a line.
    """
    found = _PLACE.fullmatch(said)
    if found is None:
        raise MigrationError(f"{said}: a place is FILE:LINE or FILE:LINE:COLUMN")
    name, line = found["file"], int(found["line"])
    column = int(found["column"]) if found["column"] else None
    both = (root / name, Path(name))
    places = [place for place in both if _is_file(place)] or [p for p in both if later and _is_dir(p.parent)]
    missing = f"{name}: there is no such file below {root}"
    if not places:
        raise MigrationError(missing)
    path = next(filter(None, (_below(root, place) for place in places)), None)
    if path is None:
        raise MigrationError(f"{name}: is not below {root}")
    absent = _absent(root, path, line, column or 0) if _is_file(root / path) else missing
    if absent and not later:
        raise MigrationError(absent)
    return Pointed(path, line, column, absent)


def _absent(root: Path, path: PurePosixPath, line: int, column: int) -> str:
    try:
        whole = text(path, (root / path).read_bytes())
    except OSError as error:
        raise MigrationError(f"{path}: cannot be read: {error.strerror}") from error
    last = lines(whole)
    if not 1 <= line <= last:
        return f"{path}: there is no line {line}, the last one is {last}"
    if column > (end := len(whole.line(line))) + 1:
        raise MigrationError(f"{path}:{line}: there is no column {column}, the last one is {end}")
    return ""


def _is_dir(place: Path) -> bool:
    try:
        return place.is_dir()
    except (OSError, ValueError):
        return False


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


def statement(tree: ast.Module, line: int) -> range:
    """The lines of the statement without a body that a line is in; none where it is in no such statement."""
    for node in ast.walk(tree):
        inside = isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        if inside and isinstance(node, ast.stmt) and not hasattr(node, "body"):
            return range(node.lineno, (node.end_lineno or 0) + 1)
    return range(0)


def body(tree: ast.Module, line: int) -> range:
    """The lines of the body of the function whose header spans a line, decorators included; else none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first <= line < node.body[0].lineno:
                return range(node.body[0].lineno, (node.end_lineno or 0) + 1)
    return range(0)


def scope(root: Path, snapshot: Snapshot, path: PurePosixPath) -> str:
    """Why a file is none that classmod reads; "" where it does."""
    if path in snapshot and path.suffix in (".py", ".pyi", ".md"):
        return ""
    if any((root / part).is_symlink() for part in (path, *path.parents[:-1])):
        return "it is reached through a link, and links are not followed"
    if path.suffix not in (".py", ".pyi", ".md"):
        return "only .py, .pyi and .md files are read"
    return "git ignores it, or it belongs to an environment, a cache, a build or another repository"
