"""What is known of a receiver: the classes it may be of, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.data import Confidence
from codemods.scopes import ClassRef


@dataclass(frozen=True, slots=True)
class Known:
    """The classes a receiver may be of, and how that is known. External classes stand as None."""

    classes: tuple[ClassRef | None, ...]
    confidence: Confidence
    reason: str


def agreed(found: list[Known | None], prefix: str) -> Known | None:
    """All that something may be; nothing where one of them is not known."""
    every = [known for known in found if known]
    if not every or len(every) < len(found):
        return None
    classes = tuple(dict.fromkeys(ref for known in every for ref in known.classes))
    reason = " or ".join(dict.fromkeys(known.reason for known in every))
    return Known(classes, Confidence.INFERRED, f"{prefix} {reason}".strip())
