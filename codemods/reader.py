"""Read files below a directory: through no symbolic link, and nothing but regular ones."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from codemods.data import MigrationError


class Reader:
    """Reads what is below ``root``; that a directory is none but a directory is looked at once."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._entered: set[tuple[str, ...]] = {()}

    def read(self, path: PurePosixPath) -> bytes | None:
        """The bytes at ``path`` now, None where nothing is.

        Raises MigrationError for what is no regular file or is reached through a link.
        """
        try:
            parts = parts_of(path)
            self._enter(path, parts[:-1])
            opened = os.open(
                f"{self._root}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            with os.fdopen(opened, "rb", buffering=0) as file:
                demand_regular(path, os.fstat(file.fileno()))
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MigrationError(f"{path}: cannot be read: {error.strerror}") from error

    def status(self, path: PurePosixPath) -> os.stat_result | None:
        """What is at ``path``, be it a link; None where nothing is."""
        try:
            return os.lstat(f"{self._root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _enter(self, path: PurePosixPath, folder: tuple[str, ...]) -> None:
        if folder in self._entered:
            return
        self._enter(path, folder[:-1])
        if not stat.S_ISDIR(os.lstat("/".join((self._root, *folder))).st_mode):
            raise MigrationError(f"{path}: {folder[-1]} is a link or no directory")
        self._entered.add(folder)


def parts_of(path: PurePosixPath) -> tuple[str, ...]:
    """The parts of a path inside a tree. Raises MigrationError for any other."""
    parts = path.parts
    forbidden = any(part == ".." or part.lower() == ".git" or "\0" in part for part in parts)
    if not parts or path.is_absolute() or forbidden:
        raise MigrationError(f"{path}: not a path inside the tree")
    return parts


def demand_regular(path: PurePosixPath, info: os.stat_result | None) -> None:
    """Raise MigrationError for what is there and no regular file."""
    if info is not None and not stat.S_ISREG(info.st_mode):
        raise MigrationError(f"{path}: not a regular file")
