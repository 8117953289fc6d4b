"""Goal 4: landing four phases, each proven by mypy, over one run of mypy."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Part, Tree, over
from benchmarks.figures import Goal, Row, Spread
from benchmarks.processes import Command, said
from benchmarks.trees import SOURCES
from cli.options import GATES

PROOF = Goal("4", 2)
PHASES = [word for number in "1234" for word in ("--phase", number)]
OTHERS = [word for gate in GATES if gate != "mypy" for word in ("--no-gate", gate)]


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("4", "target", "(apply of four phases - diff) / mypy, cold", partial(_apply, bench))


def _apply(bench: Bench) -> Iterator[Row]:
    target = bench.the_target()
    tree = Tree("target", bench.work / "apply", target.names)
    cache = bench.work / "mypy-cache"
    apply = replace(
        bench.classmod(tree, "apply", *PHASES, *OTHERS),
        prepare=lambda: _committed(bench.fresh("apply", target.path)),
    )
    roots = [SOURCES, "."] if (target.path / SOURCES).is_dir() else ["."]
    options = ("--explicit-package-bases", "--ignore-missing-imports", "--config-file=", "--cache-dir")
    mypy = Command(
        "mypy",
        (sys.executable, "-P", "-m", "mypy", *options, str(cache), "--", roots[0]),
        target.path,
        expected=(0, 1),
        prepare=lambda: shutil.rmtree(cache, ignore_errors=True),
        env={"MYPYPATH": ":".join(roots)},
    )
    diff = bench.classmod(target, "diff", *PHASES, "--format", "json", expected=(1,))
    found = bench.compare(target, mypy, diff, apply)
    runs = list(zip(found["apply"], found["diff"], found["mypy"], strict=True))
    cpu, wall = (
        Spread.of([(getattr(a, each) - getattr(d, each)) / getattr(m, each) for a, d, m in runs])
        for each in ("cpu", "wall")
    )
    yield Row(PROOF, target.name, "(apply of four phases - diff) / mypy, cold", cpu, "cpu", "x", wall)
    yield over(Goal("4"), target, "apply of four phases / mypy, cold", found["apply"], found["mypy"])


def _committed(path: Path) -> None:
    """Make a repository of a tree: apply asks for one without changes."""
    who = ("-c", "user.name=benchmarks", "-c", "user.email=benchmarks@example.invalid")
    said(("git", "init", "--quiet"), path)
    said(("git", "add", "--all", "--force"), path)
    said(("git", *who, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "before"), path)
