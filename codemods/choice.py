"""What a person has chosen to leave out of a migration or to write otherwise, as data and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

LEFT_OUT = "left out by choice"
"""The reason of a site that is kept for that."""


class Kind(StrEnum):
    """What can be taken or left on its own; everything else of a change follows from these."""

    BASE = "base"
    """The root's declarations, the layer and the type variables: all other changes stand on them."""
    SITE = "site"
    """One occurrence of an old name, ``at`` its line and column."""
    HEADER = "header"
    """The type arguments of a class, ``at`` its qualified name."""
    DUPLICATE = "duplicate"
    """What all sides do alike, moved into the root's method ``at``."""
    ABSTRACT = "abstract"
    """That the root's factories are abstract."""
    TESTS = "tests"
    """The tests that are written into the tree; nothing else needs them."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing to choose, in places of the tree that is planned on."""

    kind: Kind
    path: PurePosixPath
    at: str = ""


@dataclass(frozen=True, slots=True)
class Retouch:
    """Lines of a phase's result that a person has written otherwise.

    ``planned`` are the lines as they were shown, with those around them, from the 1-based ``line`` on;
    ``written`` what stands there instead. All with their ends.
    """

    path: PurePosixPath
    phase: int
    line: int
    planned: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What is left out and what is written otherwise; ``taken`` has been looked at and is wanted.

    ``guide`` asks for what is not written by itself. ``digests`` are the SHA-256 of the files that the
    choices were made on, in hex.
    """

    left: frozenset[Item] = frozenset()
    retouches: tuple[Retouch, ...] = ()
    taken: frozenset[Item] = frozenset()
    digests: Mapping[PurePosixPath, str] = field(default_factory=dict)
    guide: bool = False

    def __bool__(self) -> bool:
        return bool(self.left or self.retouches or self.taken)

    @property
    def paths(self) -> frozenset[PurePosixPath]:
        """The files that something is chosen in."""
        items = (item.path for item in self.left | self.taken)
        return frozenset((*items, *(each.path for each in self.retouches)))

    def settled(self) -> Choices:
        """What there is to remember once the rest has landed."""
        made = replace(self, taken=frozenset())
        return made.within(made.paths)

    def within(self, paths: Iterable[PurePosixPath]) -> Choices:
        """Those of some files."""
        kept = frozenset(paths)
        return Choices(
            frozenset(item for item in self.left if item.path in kept),
            tuple(each for each in self.retouches if each.path in kept),
            frozenset(item for item in self.taken if item.path in kept),
            {path: digest for path, digest in self.digests.items() if path in kept},
            self.guide,
        )


NOTHING = Choices()
"""Nothing is left out, nothing written otherwise."""


def written(choices: Choices) -> dict[str, Any]:
    """The choices as JSON has them."""
    return {
        "left": [[item.kind, str(item.path), item.at] for item in sorted(choices.left)],
        "retouches": [
            {
                "path": str(each.path),
                "phase": each.phase,
                "line": each.line,
                "planned": each.planned,
                "written": each.written,
            }
            for each in choices.retouches
        ],
        "taken": [[item.kind, str(item.path), item.at] for item in sorted(choices.taken)],
        "digests": {str(path): digest for path, digest in sorted(choices.digests.items())},
        "guide": choices.guide,
    }


def parsed(record: Mapping[str, Any]) -> Choices:
    """The choices of what ``written`` gave. Raises ValueError, KeyError or TypeError for anything else."""
    return Choices(
        _items(record["left"]),
        tuple(
            Retouch(
                PurePosixPath(each["path"]),
                int(each["phase"]),
                int(each["line"]),
                tuple(map(str, each["planned"])),
                tuple(map(str, each["written"])),
            )
            for each in record["retouches"]
        ),
        _items(record["taken"]),
        {PurePosixPath(path): str(digest) for path, digest in dict(record["digests"]).items()},
        bool(record.get("guide")),
    )


def _items(rows: Iterable[Sequence[str]]) -> frozenset[Item]:
    return frozenset(Item(Kind(kind), PurePosixPath(path), str(at)) for kind, path, at in rows)
