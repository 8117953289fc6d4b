"""Goal 6: editing with two processes and with one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench, Part, Skipped, over
from benchmarks.figures import Goal, Row
from benchmarks.processes import Failed
from benchmarks.trees import ALL

SCALES = Goal("6", 1.6, at_least=True)


def parts(bench: Bench) -> Iterator[Part]:
    base = "target" if bench.target else "fixture"
    yield Part("6", f"{base} x 50, {ALL}", "diff --jobs 1 / --jobs 2", partial(_jobs, bench))


def _jobs(bench: Bench) -> Iterator[Row]:
    if not bench.has_option("diff", "--jobs"):
        raise Skipped("diff has no --jobs")
    tree = bench.copies(50, ALL)
    one, two = (
        bench.classmod(tree, "diff", "--format", "json", "--jobs", n, name=f"diff --jobs {n}", expected=(1,))
        for n in ("1", "2")
    )
    found = bench.compare(tree, one, two)
    if len({run.output for runs in found.values() for run in runs}) != 1:
        raise Failed("the output depends on --jobs")
    yield over(SCALES, tree, "diff --jobs 1 / --jobs 2", found[one.name], found[two.name], by="wall")
