"""The layer that keeps old names alive: its wording and the days it lives between."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The wording of the deprecated layer and the versions it lives between.

    With ``static`` a type checker hears of the old names too (PEP 702). ``tests`` is the module of tests that
    the target gets; empty, it gets none.
    """

    module: str
    class_name: str
    since: str
    remove_after: str
    message: str
    static: bool = False
    tests: str = ""

    @property
    def said(self) -> str:
        """The message with its days, of any ``{old}`` and ``{new}``."""
        return self.message.replace("{since}", self.since).replace("{remove_after}", self.remove_after)
