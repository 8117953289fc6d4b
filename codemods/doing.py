"""What a long run is at: it tells whoever started it, and prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doing:
    """What begins now: ``what``, or of its ``parts`` the one ``at`` a place.

    ``more`` times all of the parts come again after this.
    """

    what: str
    parts: tuple[str, ...] = ()
    at: int | None = None
    more: int = 0

    def __str__(self) -> str:
        parts = self.parts if self.at is None else self.parts[self.at : self.at + 1]
        return f"{self.what}: {', '.join(parts)}" if parts else self.what


Progress = Callable[[Doing], None]


def silent(_: Doing) -> None:
    """Progress that nobody wants to see."""
