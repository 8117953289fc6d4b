"""A dry run as data: phase by phase and file by file, every hunk with why it is there, and the class tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Change, Note, Phase, Site
from codemods.hunks import Hunk


@dataclass(frozen=True, slots=True)
class FileReview:
    """A change with its hunks; ``notes`` and ``asked`` are of the file and of none of its hunks."""

    change: Change
    hunks: tuple[Hunk, ...]
    notes: tuple[Note, ...] = ()
    asked: tuple[Site, ...] = ()

    @property
    def path(self) -> PurePosixPath:
        return self.change.path


@dataclass(frozen=True, slots=True)
class PhaseReview:
    """What a phase changes."""

    phase: Phase
    files: tuple[FileReview, ...]

    @property
    def size(self) -> tuple[int, int]:
        """How many lines it adds and takes away."""
        sizes = [hunk.size for file in self.files for hunk in file.hunks]
        return sum(added for added, _ in sizes), sum(gone for _, gone in sizes)


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A class below its first parent: ``depth`` 0 is the root, or what stands beside it; headers are text.

    ``line`` is where it is now, ``body`` says whether anything below its header changes. ``part`` is "mixin"
    or "protocol" for a class outside the root's own tree.
    """

    depth: int
    name: str
    path: PurePosixPath
    before: str
    after: str
    line: int = 1
    body: bool = False
    part: str = ""

    @property
    def header(self) -> bool:
        """Whether its header changes."""
        return self.before != self.after

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Review:
    """All of it; ``notes`` and ``asked`` at the end are of files that no phase here changes.

    ``numbers`` are the phases after which ``tree`` stands, what is landed included.
    """

    phases: tuple[PhaseReview, ...]
    tree: tuple[TreeLine, ...]
    notes: tuple[Note, ...]
    asked: tuple[Site, ...]
    numbers: frozenset[int] = frozenset()

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        return tuple(hunk for phase in self.phases for file in phase.files for hunk in file.hunks)
