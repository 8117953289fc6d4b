"""Figures with their spread, ratios pair by pair, and whether a goal holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.processes import Run

MEASURES = ("cpu", "wall", "peak")


@dataclass(frozen=True)
class Spread:
    """A median with what lies lowest and highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))


def ratio(over: Sequence[float], under: Sequence[float]) -> Spread:
    """The runs of one command over those of another, pair by pair: what disturbs both leaves it alone."""
    return Spread.of([a / b for a, b in zip(over, under, strict=True)])


def values(runs: Sequence[Run], measure: str) -> list[float]:
    return [getattr(run, measure) for run in runs]


@dataclass(frozen=True)
class Goal:
    """What a figure has to be: at most ``limit``, or at least."""

    number: str
    limit: float | None = None
    at_least: bool = False

    def holds(self, value: float) -> bool | None:
        """None where nothing is demanded."""
        if self.limit is None:
            return None
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure that a goal is about, or why there is none.

    ``value`` is what the goal is judged by, ``by`` says what of (cpu, wall, or nothing where it is no time).
    """

    goal: Goal
    tree: str
    what: str
    value: Spread | None = None
    by: str = ""
    unit: str = ""
    other: Spread | None = None
    """The same by wall time where it is judged by CPU, and the other way round."""
    error: str = ""
    skipped: str = ""

    @property
    def holds(self) -> bool | None:
        """None where nothing is demanded or nothing was measured; what fails does not hold."""
        if self.error:
            return False
        return self.goal.holds(self.value.median) if self.value else None

    @property
    def verdict(self) -> str:
        if self.error or self.skipped:
            return "error" if self.error else "skipped"
        return {True: "holds", False: "missed", None: ""}[self.holds]


@dataclass(frozen=True)
class Figures:
    """What a command took on a tree; its command line as it was run."""

    tree: str
    name: str
    line: str
    runs: int
    cpu: Spread
    wall: Spread
    peak: Spread


@dataclass
class Results:
    """All that was measured, in order, and what the figures depend on."""

    machine: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
