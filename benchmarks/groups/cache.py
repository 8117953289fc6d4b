"""Goal 7: a second diff of a tree that has not changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.bench import UNCACHED, Bench, Part, Skipped, over
from benchmarks.figures import Goal, Row

AGAIN = Goal("7", 1.5)


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("7", "target", "second diff / check", partial(_again, bench))


def _again(bench: Bench) -> Iterator[Row]:
    if not bench.has_option("diff", UNCACHED):
        raise Skipped("there is no cache across runs")
    tree = bench.the_target()
    found = bench.compare(
        tree,
        bench.classmod(tree, "check", expected=(1,), cached=True),
        bench.classmod(tree, "diff", "--format", "json", expected=(1,), cached=True),
        bench.classmod(tree, "diff", "--format", "json", name=f"diff {UNCACHED}", expected=(1,)),
    )
    yield over(AGAIN, tree, "second diff / check", found["diff"], found["check"])
    yield over(Goal("7"), tree, f"diff {UNCACHED} / check", found[f"diff {UNCACHED}"], found["check"])
