"""A change that is not what was decided."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods.data import MigrationError


class Unproven(MigrationError):
    """A bug of ours, which the user is told of in one line: where, and what differs."""

    def __init__(self, path: PurePosixPath, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: the change is not what was decided: {reason}; nothing is written")
