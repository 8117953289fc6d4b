"""mypy's cache, which all of a run that ask mypy share: only the first of them does so cold."""

from __future__ import annotations

import tempfile
import weakref
from functools import cached_property
from pathlib import Path


class Cache:
    """A directory outside of every tree, made when it is first wanted and gone with this object."""

    @cached_property
    def path(self) -> Path:
        """The directory."""
        folder = tempfile.TemporaryDirectory(prefix="classmod-", ignore_cleanup_errors=True)
        weakref.finalize(self, folder.cleanup)
        return Path(folder.name)
