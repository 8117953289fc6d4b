"""What mypy remembers: shared by all of a run that ask it, so that only the first has to wait for it.

Where there is a folder for it, it is kept for later runs, each of which has it for itself: another at the
same time has a memory of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from codemods.outside import Outside

MOST = 8
"""Memories that are kept, of a tree each; the largest trees take some 100 MB."""


class Memory:
    """mypy's cache directory, made when it is first wanted, outside of every tree.

    It goes with this object; but one with a ``folder`` and a ``name`` is kept there under that name.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self._kept = folder / name if folder else None
        self.read: Outside | None = Outside()
        """What mypy has read outside of the tree to give its answers; None where that is not known."""

    def has_read(self, more: Outside | None) -> None:
        """Add to what mypy has read."""
        self.read = self.read + more if self.read is not None and more is not None else None

    @cached_property
    def path(self) -> Path:
        """The directory."""
        if self._kept and _taken(self, self._kept):
            _trim(self._kept.parent)
            return self._kept
        self._kept = None
        folder = tempfile.TemporaryDirectory(prefix="classmod-", ignore_cleanup_errors=True)
        weakref.finalize(self, folder.cleanup)
        return Path(folder.name)

    def forget(self) -> bool:
        """Empty a directory that is kept, for it may be broken; whether there was anything to forget."""
        known = [p for p in self.path.iterdir() if p.is_dir()] if self._kept else []
        for place in known:
            shutil.rmtree(place, ignore_errors=True)
        return bool(known)


def _taken(owner: Memory, place: Path) -> bool:
    """Whether ``owner`` has a kept directory for itself from now on, until it is gone."""
    with suppress(OSError):
        place.mkdir(exist_ok=True)
        held = os.open(place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(owner, os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.utime(place)
        return True
    return False


def _trim(folder: Path) -> None:
    """Take out what nobody has asked for the longest time."""
    with suppress(OSError):
        known = sorted((place for place in folder.iterdir()), key=lambda p: p.stat().st_mtime_ns)
        for place in known[:-MOST]:
            leaving = Memory(folder, place.name)
            if _taken(leaving, place):
                shutil.rmtree(place, ignore_errors=True)
