"""The benchmark gates: what a command takes after may not be more, beyond doubt, than what it took before.

Both trees stand side by side and run in turn, so that a machine that is busy is so for both. What counts is
the ratio within a pair, and of it the median, for which signs alone give an interval: nothing is assumed
of how time is distributed.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import getsource
from itertools import count
from math import comb, inf
from pathlib import Path, PurePosixPath

from codemods import files, process
from codemods.data import Change, Outcome, Problem, Verdict
from codemods.gates import Measurement, inconclusive, listed, workload
from codemods.gates.mypy import Mypy
from codemods.gates.suite import Command

LOOKS = (7, 13, 25)
"""After how many pairs it is asked whether they are enough.

Each look may err: where the median is the limit itself, all three together put it above in less than 5
of 100 series, and a refusal takes two series.
"""
DOUBT = 0.025

Contents = Mapping[PurePosixPath, bytes | None]
Take = Callable[[Path], Measurement]
"""One run in a tree: its figures, or why there are none; what else must be the same stands in ``facts``."""


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Where the median is, by at least 95 of 100; everywhere, for fewer than six."""
    number, ordered, tail = len(ratios), sorted(ratios), 0.0
    for outside in count():
        tail += comb(number, outside) / 2**number
        if tail > DOUBT:
            return (ordered[outside - 1], ordered[-outside]) if outside else (0.0, inf)
    raise AssertionError("the tail is 1 at the end")


def of_command(command: Command, tree: Path) -> Measurement:
    """What a run takes: wall time and peak memory. Raises MigrationError when it cannot be started."""
    finished = command.timed(tree)
    if finished.timed_out:
        return Measurement(failure=f"the command did not end in {command.timeout:g} seconds")
    if finished.status:
        said = (finished.errors.strip() or finished.output.strip() or "nothing").splitlines()[-1]
        return Measurement(failure=f"the command ended with status {finished.status} and said: {said}")
    return Measurement(figures={"ms": finished.seconds * 1e3, "MB": finished.peak / 1e6})


def of_construction(
    command: Command, classes: Sequence[tuple[str, str]], factories: Sequence[str], tree: Path
) -> Measurement:
    """What importing and constructing takes, in CPU time and memory.

    ``command`` is the project's Python, ``classes`` are a module and a name in it, ``factories`` the
    methods that answer with fakes.
    """
    with tempfile.TemporaryDirectory(prefix="classmod-") as folder:
        place = Path(os.path.realpath(folder))
        program = place / "classmod_workload.py"
        program.write_text(getsource(workload), "utf-8")
        asked = {"classes": classes, "factories": factories}
        (place / "asked.json").write_text(json.dumps(asked), "utf-8")
        ended = of_command(replace(command, words=(*command.words, str(program))), tree)
        if ended.failure:
            return ended
        if not (place / "told.json").exists():
            return Measurement(failure="the project's code ended the run")
        told = json.loads((place / "told.json").read_bytes())
    skipped = [f"{name} ({why.replace(f'{tree}/', '')})" for name, why in told["skipped"].items()]
    real = Path(os.path.realpath(tree))
    for name, file in told["files"].items():
        if not Path(os.path.realpath(file)).is_relative_to(real):
            return Measurement(failure=f"{name} is imported from elsewhere and says nothing of the copy")
    if not told["made"]:
        why = listed(skipped) or "there is no concrete one"
        return Measurement(failure=f"no class could be constructed: {why}")
    remarks = (f"left out: {listed(skipped)}",) if skipped else ()
    return Measurement(figures=told["figures"], facts={"made": told["made"]}, remarks=remarks)


def of_type_check(mypy: Mypy, tree: Path) -> Measurement:
    """What a cold run of mypy takes, in CPU time."""
    with tempfile.TemporaryDirectory(prefix="classmod-") as cache:
        start = process.children_seconds()
        found = replace(mypy, cache=Path(cache)).measure(tree)
        took = process.children_seconds() - start
    return Measurement(figures={"ms": took * 1e3}, failure=found.failure)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The gate. ``take`` runs in a tree once, ``limit`` is how much more is tolerated, as a share.

    ``versions`` are the contents before and after of all files that differ, for the stage that is compared
    with the tree before; any other stage is only tried.
    """

    name: str
    take: Take
    limit: float = 0.1
    versions: tuple[Contents, Contents] | None = None

    def measure(self, tree: Path) -> Measurement:
        """Run in both versions of the tree, in turn. Facts: ``ratios`` after/before, by figure.

        The first pair warms up and is thrown away. Problems: that it fails after, and not before.
        """
        if self.versions is None:
            return self.take(tree)
        with tempfile.TemporaryDirectory(prefix="classmod-", dir=tree.parent) as folder:
            pair = tuple(Path(folder) / f"{n}" / tree.name for n in range(2))
            for place, contents in zip(pair, self.versions, strict=True):
                # Without what Python has compiled: it may be of the other version.
                shutil.copytree(tree, place, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
                for path, data in contents.items():
                    files.replace(place, path, data, sync=False)
            return self._paired(*pair)

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse what is more than ``limit`` up beyond doubt; of what stays in doubt it is told."""
        if failed := inconclusive(self.name, before, after):
            return failed
        if after.problems:
            return Verdict(self.name, Outcome.REFUSED, "fails", after.problems)
        ratios = after.facts.get("ratios", {})
        between = {name: interval(each) for name, each in ratios.items()}
        figures = ", ".join(self._figures(after, between)) or _told(after.figures)
        above = [name for name, (low, _) in between.items() if low > 1 + self.limit]
        open_ = [name for name, (low, high) in between.items() if low <= 1 + self.limit < high]
        reasons = [f"more than {self.limit:.0%} up: {', '.join(above)}"] if above else []
        reasons += [f"not shown to be within {self.limit:.0%}: {', '.join(open_)}"] if open_ else []
        outcome = Outcome.REFUSED if above else Outcome.PASSED
        told = "; ".join((*reasons, *after.remarks))
        numbers = {name: (after.figures[f"before {name}"], after.figures[f"after {name}"]) for name in ratios}
        return Verdict(self.name, outcome, figures, reason=told, numbers=numbers)

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """Judge by another series: what was chance does not come twice."""
        return self.compare(before, self.measure(tree), changes)

    def _paired(self, before: Path, after: Path) -> Measurement:
        pairs: list[tuple[Measurement, Measurement]] = []
        for number in range(LOOKS[-1] + 1):
            if number % 2:
                old, new = self.take(before), self.take(after)
            else:  # what the first of two finds colder or warmer is evened out
                new, old = self.take(after), self.take(before)
            if old.failure:
                return Measurement(failure=f"in the tree before: {old.failure}")
            if new.failure:
                return Measurement((Problem(self.name, 1, "failed", new.failure, self.name),))
            if old.facts != new.facts:
                made = set(old.facts["made"]) ^ set(new.facts["made"])
                why = f"not the same classes can be constructed before and after: {listed(sorted(made))}"
                return Measurement(failure=why)
            pairs += [(old, new)] if number else []
            if len(pairs) in LOOKS and not any(self._is_open(each) for each in _ratios(pairs).values()):
                break
        medians = {
            f"{when} {name}": statistics.median(each.figures[name] for each in taken)
            for when, taken in zip(("before", "after"), zip(*pairs, strict=True), strict=True)
            for name in pairs[0][0].figures
        }
        return Measurement(figures=medians, facts={"ratios": _ratios(pairs)}, remarks=pairs[-1][1].remarks)

    def _is_open(self, ratios: Sequence[float]) -> bool:
        low, high = interval(ratios)
        return low <= 1 + self.limit < high

    def _figures(self, after: Measurement, between: Mapping[str, tuple[float, float]]) -> Iterator[str]:
        for name, (low, high) in between.items():
            old, new = after.figures[f"before {name}"], after.figures[f"after {name}"]
            yield f"{old:.0f} -> {new:.0f} {name} ({low - 1:+.0%} to {high - 1:+.0%})"


def _ratios(pairs: Sequence[tuple[Measurement, Measurement]]) -> Mapping[str, Sequence[float]]:
    names = pairs[0][0].figures
    return {name: [_ratio(old.figures[name], new.figures[name]) for old, new in pairs] for name in names}


def _ratio(old: float, new: float) -> float:
    return new / old if old else (inf if new else 1.0)


def _told(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{value:.0f} {name}" for name, value in figures.items())
