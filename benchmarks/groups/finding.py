"""Goals 1 and 2: finding, deciding and editing, over what no tool can do without."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from benchmarks.bench import Bench, Part, Tree, edited_before, over
from benchmarks.figures import Goal, Row, Spread
from benchmarks.names import ROOT
from benchmarks.processes import Command, Run, run

CHECK, SITES, EDIT, CODEMOD = Goal("1", 4), Goal("2", 3), Goal("2", 2), Goal("2", 30, at_least=True)
ROOT_EDITED, EDITED = "check, the root's file edited", "check, another file edited"
YAML = "modules: [benchmarks.peers]\nrepo_root: .\n"


def parts(bench: Bench) -> Iterator[Part]:
    places: dict[str, Callable[[], Tree]] = {
        "fixture": lambda: bench.fixture,
        "target": bench.the_target,
    }
    for name, place in places.items():
        yield Part("1, 2", name, "check, sites and diff over Y and B", partial(_edits, bench, place))
    # A diff is refused where this Python cannot read what may be of the hierarchy.
    yield Part("1, 2", "foreign", "check and sites over Y", partial(_finds, bench, bench.the_foreign))
    yield Part("2", "target", "libcst.tool codemod -j 2 / diff", partial(_codemod, bench))


def _edits(bench: Bench, place: Callable[[], Tree]) -> Iterator[Row]:
    tree = place()
    words = ("diff", "--format", "json")
    diff = bench.classmod(tree, *words, expected=(1,))
    again = bench.classmod(tree, *words, name="diff again", expected=(1,), cached=True)
    bare = bench.bare(tree, edited(run(diff).output))
    found = bench.compare(tree, *_finding(bench, tree), bare, diff, again)
    yield from _found(tree, found)
    goal = EDIT if tree.name == "target" else Goal("2")
    for name in ("diff", "diff again"):
        cpu, wall = (_beyond(found, name, each) for each in ("cpu", "wall"))
        yield Row(goal, tree.name, f"({name} - 3 Y) / B", cpu, "cpu", "x", wall)


def _finds(bench: Bench, place: Callable[[], Tree]) -> Iterator[Row]:
    tree = place()
    yield from _found(tree, bench.compare(tree, *_finding(bench, tree)))


def _finding(bench: Bench, tree: Tree) -> tuple[Command, ...]:
    copies = (replace(tree, path=bench.fresh(f"{tree.name}-{n}", tree.path)) for n in ("root", "other"))
    edits = zip((ROOT_EDITED, EDITED), copies, (True, False), strict=True)
    return (
        bench.floor(tree),
        bench.floor(tree, "Y+"),
        bench.classmod(tree, "check", expected=(1,)),
        bench.classmod(tree, "sites", "--format", "json"),
        bench.classmod(tree, "check", name="check again", expected=(1,), cached=True),
        bench.classmod(tree, "sites", "--format", "json", name="sites again", cached=True),
        *(
            edited_before(
                copy, bench.classmod(copy, "check", name=name, expected=(1,), cached=True), root=root
            )
            for name, copy, root in edits
        ),
    )


def _found(tree: Tree, found: dict[str, list[Run]]) -> Iterator[Row]:
    # Again: of a tree that has not changed since the last run, which knows it by its bytes.
    checks = dict.fromkeys(("check", "check again", ROOT_EDITED, EDITED), CHECK)
    goals = {**checks, "sites": SITES, "sites again": SITES}
    for command, goal in goals.items():
        for floor in ("Y", "Y+"):
            limit = goal if tree.name == "target" and floor == "Y" else Goal(goal.number)
            yield over(limit, tree, f"{command} / {floor}", found[command], found[floor])


def _beyond(found: dict[str, list[Run]], name: str, measure: str) -> Spread:
    """What a diff takes beyond finding, over the bare LibCST."""
    runs = zip(found[name], found["Y"], found["B"], strict=True)
    return Spread.of(
        [(getattr(d, measure) - 3 * getattr(y, measure)) / getattr(b, measure) for d, y, b in runs]
    )


def edited(diff: bytes) -> list[str]:
    """The files that a diff edits in any phase; what it creates or deletes LibCST has not to read."""
    changes = [change for phase in json.loads(diff)["phases"] for change in phase["changes"]]
    paths = {c["path"] for c in changes if c["status"] == "changed" and c["path"].endswith((".py", ".pyi"))}
    created = {c["path"] for c in changes if c["status"] == "created"}
    return sorted(paths - created)


def _codemod(bench: Bench) -> Iterator[Row]:
    tree = bench.the_target()

    def fresh() -> None:
        copy = bench.fresh("codemod", tree.path)
        (copy / ".libcst.codemod.yaml").write_text(YAML, "utf-8")

    options = ("--jobs=2", "--no-format", "--hide-progress")
    line = ("-m", "libcst.tool", "codemod", *options, "by_name.RenameByName", "--spec", str(tree.names.spec))
    command = Command(
        "libcst.tool",
        (sys.executable, *line, "."),
        bench.work / "codemod",
        prepare=fresh,
        env={"PYTHONPATH": str(ROOT)},
    )
    words = ("diff", "--format", "json")
    first = bench.classmod(tree, *words, expected=(1,))
    again = bench.classmod(tree, *words, name="diff again", expected=(1,), cached=True)
    found = bench.compare(tree, command, first, again)
    for each in (first, again):
        what = f"libcst.tool -j 2 / {each.name}"
        yield over(CODEMOD, tree, what, found["libcst.tool"], found[each.name], by="wall")
