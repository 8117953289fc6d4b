"""Goal 7: a second diff of a tree that has not changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench, Part, Skipped, over
from benchmarks.figures import Goal, Row

AGAIN = Goal("7", 1.5)


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("7", "target", "second diff / check", partial(_again, bench))


def _again(bench: Bench) -> Iterator[Row]:
    if not bench.has_option("diff", "--no-cache"):
        raise Skipped("there is no cache across runs")
    tree = bench.the_target()
    found = bench.compare(
        tree,
        bench.classmod(tree, "check", expected=(1,)),
        bench.classmod(tree, "diff", "--format", "json", expected=(1,)),
        bench.classmod(tree, "diff", "--no-cache", "--format", "json", name="diff --no-cache", expected=(1,)),
    )
    yield over(AGAIN, tree, "second diff / check", found["diff"], found["check"])
    yield over(Goal("7"), tree, "diff --no-cache / check", found["diff --no-cache"], found["check"])
