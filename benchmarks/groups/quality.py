"""Quality beside speed: what is edited wrongly, and what is neither changed nor asked about."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from benchmarks.bench import Bench, Part, Tree
from benchmarks.figures import Goal, Row, Spread
from benchmarks.names import Names
from benchmarks.processes import run

FALSE, SILENT = Goal("quality", 0), Goal("quality", 0.5)
CHANGING = ("rename", "delete")


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("quality", "fixture + decoys", "false edits and places missed", partial(_decoys, bench))
    yield Part("quality", "foreign", "false edits and places missed", partial(_foreign, bench))


def _decoys(bench: Bench) -> Iterator[Row]:
    from tests.test_decoys import lay, wanted

    tree = Tree("fixture + decoys", lay(bench.fresh("fixture-decoys", bench.fixture.path)), Names.of())
    want = {(str(path), line, column): said.decision for (path, line, column), said in wanted().items()}
    found = _decided(bench, tree)
    to_change = {place for place, said in want.items() if said in CHANGING}
    false = sum(found.get(p) in CHANGING and p not in to_change for p in want)
    missed = sum(found.get(p, "keep") == "keep" for p in to_change)
    yield from _rows(tree, false, missed, len(to_change))


def _foreign(bench: Bench) -> Iterator[Row]:
    tree = bench.the_foreign()
    scores: Any = importlib.import_module("benchmarks.foreign.score")
    found = scores.score(_sites(bench, tree), scores.labels())
    yield from _rows(tree, len(found.false_edits), len(found.missed), found.to_change)


def _rows(tree: Tree, false: int, missed: int, to_change: int) -> Iterable[Row]:
    share = 100 * missed / to_change
    yield Row(FALSE, tree.name, "false edits", Spread.of([false]))
    what = f"neither changed nor asked: {missed} of {to_change}"
    yield Row(SILENT, tree.name, what, Spread.of([share]), unit="%")


def _decided(bench: Bench, tree: Tree) -> Mapping[tuple[str, int, int], str]:
    return {(s["path"], s["line"], s["column"]): s["decision"] for s in _sites(bench, tree)}


def _sites(bench: Bench, tree: Tree) -> list[dict[str, Any]]:
    command = bench.classmod(tree, "sites", "--format", "json")
    bench.tell(f"  {bench.line(command)}")
    sites: list[dict[str, Any]] = json.loads(run(command).output)["sites"]
    return sites
