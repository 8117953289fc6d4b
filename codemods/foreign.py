"""Files of another tree, read beside those of PATH: the hierarchy's, where PATH only uses it.

They go by their absolute paths, the files of PATH by paths relative to it. So no path says two things, and
nothing can write to one of theirs: ``files`` takes no absolute path.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Protocol, TypeVar


class _Placed(Protocol):
    @property
    def path(self) -> PurePosixPath: ...


_P = TypeVar("_P", bound=_Placed)


def is_foreign(path: PurePosixPath) -> bool:
    """Whether a file of a snapshot belongs to another tree than PATH's."""
    return path.is_absolute()


def own(found: Iterable[_P]) -> tuple[_P, ...]:
    """What is about files of PATH."""
    return tuple(each for each in found if not is_foreign(each.path))
