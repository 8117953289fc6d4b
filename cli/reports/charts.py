"""What the gates counted, before and after each phase, as bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.reports import Overview

if TYPE_CHECKING:
    from codemods.proofs import Proof

WIDTH, HEIGHT, FOOT, HEAD = 260, 130, 18, 18
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A number and its bar, in the units of the drawing."""

    label: str
    said: str
    kind: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """One thing that a gate counts; the first bar is the tree before."""

    title: str
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = HEIGHT - FOOT

    @property
    def said(self) -> str:
        """The chart in words."""
        return f"{self.title}: " + ", ".join(f"{bar.label} {bar.said}" for bar in self.bars)


def charts(overview: Overview) -> list[Chart]:
    """A chart for everything that was counted before and after at least one phase."""
    proofs = overview.done.proofs if overview.done else ()
    names = dict.fromkeys((v.gate, name) for p in proofs for v in p.verdicts for name in v.numbers)
    return [_chart(gate, name, list(_series(proofs, gate, name))) for gate, name in names]


def _series(proofs: tuple[Proof, ...], gate: str, name: str) -> Iterator[tuple[str, float, str]]:
    """Label, number and kind, first of the tree before.

    Where phases are compared with different numbers, which would not stand in one row, only the last is told.
    """
    found = [
        (proof.step.phase.name, *verdict.numbers[name], verdict.passed)
        for proof in proofs
        for verdict in proof.verdicts
        if verdict.gate == gate and name in verdict.numbers
    ]
    if len({before for _, before, _, _ in found}) > 1:
        found = found[-1:]
    for number, (phase, before, after, passed) in enumerate(found):
        if number == 0:
            yield "before", before, "before"
        yield phase, after, "after" if passed else "refused"


def _chart(gate: str, name: str, series: list[tuple[str, float, str]]) -> Chart:
    most = max((value for _, value, _ in series), default=0) or 1
    slot = WIDTH / len(series)
    width = min(slot * 0.7, _WIDEST)
    bars = []
    for number, (label, value, kind) in enumerate(series):
        height = round(max(value, 0) / most * (HEIGHT - HEAD - FOOT), 1)
        x = round(number * slot + (slot - width) / 2, 1)
        y = round(HEIGHT - FOOT - height, 1)
        bars.append(Bar(label, compact(value), kind, x, y, round(width, 1), height))
    return Chart(f"{gate}: {name}", tuple(bars))


def compact(value: float) -> str:
    """A number in at most five characters: 766, 12.3k, 1.2M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if unit == 'k' else size):.1f}{unit}"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.4g}"
