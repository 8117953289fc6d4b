"""What a run has taken from a tree, to tell whether it would take the same from another.

Such a record is a verifying trace (Mokhov, Mitchell, Peyton Jones: Build Systems à la Carte, 4.2.2): what is
worked out once is right for every tree that gives the same answers to the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from codemods.data import Snapshot
from codemods.large import over as _over

Question = tuple[Callable[[Any, PurePosixPath, Any], object], Any]
"""What is asked of every file of ``sources.Sources``: a function of them, a path and the second part.

An answer that is false is that of most files, and not worth to be kept.
"""


class Trace:
    """What was read of a snapshot, sought in it, and asked of its files."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.read: set[PurePosixPath] = set()
        """Files whose whole content counts."""
        self.sought: set[PurePosixPath] = set()
        """Paths of which it counts whether they are there."""
        self.listed = False
        """Whether it counts which files there are."""
        self.lost = False
        """Whether anything may have been taken that is not noted."""
        self.answers: dict[Question, dict[PurePosixPath, object]] = {}

    def add(self, other: Trace) -> None:
        self.read |= other.read
        self.sought |= other.sought
        self.listed |= other.listed
        self.lost |= other.lost
        for question, answers in other.answers.items():
            self.answers.setdefault(question, {}).update(answers)


class Traced(Mapping[PurePosixPath, bytes]):
    """A snapshot that notes what is taken from it; what is by way of ``bare`` is noted by who takes it."""

    def __init__(self, inner: Snapshot, trace: Trace) -> None:
        self.inner, self.trace = inner, trace

    def __getitem__(self, path: PurePosixPath) -> bytes:
        self.trace.read.add(path)
        return self.inner[path]

    def __iter__(self) -> Iterator[PurePosixPath]:
        self.trace.listed = True
        return iter(self.inner)

    def __len__(self) -> int:
        self.trace.listed = True
        return len(self.inner)

    def __contains__(self, path: object) -> bool:
        if isinstance(path, PurePosixPath):
            self.trace.sought.add(path)
        return path in self.inner


def bare(snapshot: Snapshot) -> Snapshot:
    """The snapshot without a trace."""
    return snapshot.inner if isinstance(snapshot, Traced) else snapshot


def over(snapshot: Snapshot, files: Snapshot) -> Snapshot:
    """A snapshot with these files in place of its own."""
    if not isinstance(snapshot, Traced):
        return _over(snapshot, files)
    # An answer of theirs is no answer of what they stand for.
    snapshot.trace.read.update(files)
    return Traced(_over(snapshot.inner, files), snapshot.trace)


def answers(
    snapshot: Snapshot, function: Callable[[Any, PurePosixPath, Any], object], argument: Any = None
) -> dict[PurePosixPath, object]:
    """Where to note what is found when a ``Question`` is asked of files by way of ``bare``."""
    if not isinstance(snapshot, Traced):
        return {}
    return snapshot.trace.answers.setdefault((function, argument), {})


def seek(snapshot: Snapshot, path: PurePosixPath) -> None:
    """Note that it counts whether a file or a folder is there."""
    if isinstance(snapshot, Traced):
        snapshot.trace.sought.add(path)


def reading(snapshot: Snapshot, paths: Iterable[PurePosixPath]) -> None:
    """Note that the whole content of files counts."""
    if isinstance(snapshot, Traced):
        snapshot.trace.read.update(paths)


def listing(snapshot: Snapshot) -> None:
    """Note that it counts which files there are."""
    if isinstance(snapshot, Traced):
        snapshot.trace.listed = True
