"""What lies outside of a snapshot and was read nevertheless: whether it still is as it was then."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codemods.large import digest_of


@dataclass(frozen=True, slots=True)
class Outside:
    """Files by path with their time of change (ns) and size, folders with a digest of the names in them.

    Both are None for what is not there.
    """

    files: tuple[tuple[str, tuple[int, int] | None], ...] = ()
    folders: tuple[tuple[str, bytes | None], ...] = ()

    def is_as_it_was(self) -> bool:
        """Whether none of the files has changed and nothing came or went beside them."""
        return self == outside((path for path, _ in self.files), (path for path, _ in self.folders))

    def is_older_than(self, time: int) -> bool:
        """Whether all files were there before a time (ns): what changes later is told from what was read."""
        return all(state is None or state[0] < time for _, state in self.files)

    def __add__(self, other: Outside) -> Outside:
        return Outside((*self.files, *other.files), (*self.folders, *other.folders))


def outside(files: Iterable[str], folders: Iterable[str]) -> Outside:
    """These files and folders as they are now."""
    return Outside(tuple((p, _state(p)) for p in files), tuple((p, _names(p)) for p in folders))


def _state(path: str) -> tuple[int, int] | None:
    try:
        info = Path(path).stat()
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size


def _names(path: str) -> bytes | None:
    """A digest of the names in a folder, without those that only say that something was run or looked at."""
    try:
        names = sorted(entry.name for entry in os.scandir(path))
    except OSError:
        return None
    names = [name for name in names if name[0] != "." and name != "__pycache__"]
    return digest_of("\0".join(names).encode("utf-8", "surrogateescape"))
