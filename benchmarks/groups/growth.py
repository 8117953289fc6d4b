"""Goal 5: what copies of a project cost over the project alone, and what memory they take."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench, Part, Tree, over
from benchmarks.figures import Goal, Row, Spread, values
from benchmarks.processes import Command, Failed, Run, run
from benchmarks.trees import ALL, ONE

MEGABYTE = 1 << 20
MEMORY = Goal("5", 200)
LIMITS = {
    (50, ONE, "check"): 20.0,
    (50, ONE, "sites"): 20.0,
    (50, ALL, "sites"): 35.0,
}
"""By number of copies, what of them is in the hierarchy, and command."""


def parts(bench: Bench) -> Iterator[Part]:
    base = "target" if bench.target else "fixture"
    for count, kind in ((10, ONE), (10, ALL), (50, ONE), (50, ALL)):
        what = f"check and sites / those of one copy, {kind} in the hierarchy"
        yield Part("5", f"{base} x {count}, {kind}", what, partial(_growth, bench, count, kind))


def _growth(bench: Bench, count: int, kind: str) -> Iterator[Row]:
    base, tree = bench.base(), bench.copies(count, kind)
    yield _places(bench, base, tree, count if kind == ALL else 1)
    bare = Command("python", (sys.executable, "-c", "pass"), bench.work)
    commands = [bare]
    for name, words in (("check", ["check"]), ("sites", ["sites", "--format", "json"])):
        expected = (1,) if name == "check" else (0,)
        commands += [
            bench.classmod(each, *words, name=f"{name} {size}", expected=expected)
            for each, size in ((base, 1), (tree, count))
        ]
    found = bench.compare(tree, *commands)
    for name in ("check", "sites"):
        large = found[f"{name} {count}"]
        goal = Goal("5", LIMITS.get((count, kind, name)))
        yield over(goal, tree, f"{name} / {name} of one copy", large, found[f"{name} 1"])
        goal = MEMORY if count == 50 else Goal("5")
        yield Row(
            goal, tree.name, f"peak of {name} above Python's", _above(large, found["python"]), unit="MB"
        )


def _above(runs: list[Run], bare: list[Run]) -> Spread:
    pairs = zip(values(runs, "peak"), values(bare, "peak"), strict=True)
    return Spread.of([(peak - least) / MEGABYTE for peak, least in pairs])


def _places(bench: Bench, base: Tree, tree: Tree, times: int) -> Row:
    """That the large tree holds what it should. Raises Failed where it does not."""
    one, many = (len(_sites(bench, each)) for each in (base, tree))
    if abs(many - times * one) > 0.1 * times * one:
        raise Failed(f"the tree is not what it should be: {many} places, {one} in one copy")
    return Row(Goal("5"), tree.name, "places / those of one copy", Spread.of([many / one]), unit="x")


def _sites(bench: Bench, tree: Tree) -> list[object]:
    found: list[object] = json.loads(run(bench.classmod(tree, "sites", "--format", "json")).output)["sites"]
    return found
