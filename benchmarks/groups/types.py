"""Goal 3: what mypy's types cost where receivers are in doubt, and pyrefly's rename beside it."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.bench import HERE, UNCACHED, Bench, Part, Skipped, Tree, edited_before, over
from benchmarks.figures import Goal, Row
from benchmarks.names import ROOT
from benchmarks.processes import Command, run

FLOOR, PEER = Goal("3", 8), Goal("3", 0.5)
WARM, COLD = (f"sites with types, {when}" for when in ("warm", "cold"))
ROOT_EDITED, EDITED = (f"{WARM}, {what} edited" for what in ("the root's file", "another file"))
RENAMED = {"_create_public_rest": "_create_rest_client", "_public_rest": "_rest"}
"""What pyrefly is asked for: a method and an attribute of the built-in spec."""

TOML = 'project-includes = ["**/*.py"]\nsearch-path = ["src", "."]\n'


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("3", "target + decoys", f"{WARM} / Y", partial(_types, bench))
    yield Part("3", "target + decoys", f"{WARM} / pyrefly", partial(_pyrefly, bench))


def doubtful(bench: Bench) -> Tree:
    """The target with the places that look alike of our own tests: the target itself leaves no doubt."""
    from tests.test_decoys import decoys

    target = bench.the_target()
    path = bench.fresh("target-decoys", target.path)
    for place, text in decoys().items():
        (path / place).parent.mkdir(parents=True, exist_ok=True)
        (path / place).write_text(text, "utf-8")
    return Tree("target + decoys", path, target.names)


def _types(bench: Bench) -> Iterator[Row]:
    tree = doubtful(bench)
    found = bench.compare(
        tree,
        bench.floor(tree),
        bench.floor(tree, "Y+"),
        *_sites(bench, tree),
    )
    for floor, goal in (("Y", FLOOR), ("Y+", Goal("3"))):
        yield over(goal, tree, f"{WARM} / {floor}", found[WARM], found[floor])
    for name, goal in ((EDITED, FLOOR), (ROOT_EDITED, FLOOR), (COLD, Goal("3"))):
        if name in found:
            yield over(goal, tree, f"{name} / Y", found[name], found["Y"])


def _sites(bench: Bench, tree: Tree) -> list[Command]:
    """With all that is kept across runs, with what holds for the other files, without; one if nothing is."""
    words = ("sites", "--format", "json")
    found = [bench.classmod(tree, *words, name=WARM, cached=True)]
    if bench.has_option("sites", UNCACHED):
        for name, root in ((EDITED, False), (ROOT_EDITED, True)):
            copy = replace(tree, path=bench.fresh(f"decoys-{'root' if root else 'other'}", tree.path))
            edited = bench.classmod(copy, *words, name=name, cached=True)
            found.append(edited_before(copy, edited, root=root))
        found.append(bench.classmod(tree, *words, name=COLD))
    return found


def _pyrefly(bench: Bench) -> Iterator[Row]:
    bench.the_target()
    if importlib.util.find_spec("pyrefly") is None:
        raise Skipped("pyrefly is not installed")
    tree = doubtful(bench)
    (tree.path / "pyrefly.toml").write_text(TOML, "utf-8")
    program = str(HERE / "peers" / "pyrefly_rename.py")
    words = (sys.executable, program, str(tree.path), *_definitions(bench, bench.the_target()))
    peer = Command("pyrefly, two renames", words, ROOT)
    ours = _sites(bench, tree)[0]
    found = bench.compare(tree, peer, ours)
    yield over(PEER, tree, f"{WARM} / pyrefly", found[ours.name], found[peer.name], by="wall")


def _definitions(bench: Bench, tree: Tree) -> Iterator[str]:
    """What to ask for: the new name, and where the hierarchy's topmost class defines the old one."""
    found = json.loads(run(bench.classmod(tree, "sites", "--format", "json")).output)["sites"]
    for old, new in RENAMED.items():
        made = [s for s in found if s["name"] == old and s["kind"] in ("definition", "declaration")]
        first = min(made, key=lambda site: site["decision"] != "delete")
        yield from (new, first["path"], str(first["line"]), str(first["column"]))
