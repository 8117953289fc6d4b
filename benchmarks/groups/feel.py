"""Goal 8: when somebody at a terminal sees something."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench, Part
from benchmarks.figures import Goal, Row, Spread
from benchmarks.processes import listen

FIRST, SILENCE = Goal("8", 0.3), Goal("8", 1.0)


def parts(bench: Bench) -> Iterator[Part]:
    yield Part("8", "target", "diff on a terminal", partial(_feel, bench))


def _feel(bench: Bench) -> Iterator[Row]:
    tree = bench.the_target()
    command = bench.classmod(tree, "diff", "--no-pager", expected=(1,))
    bench.tell(f"  {bench.line(command)}")
    listen(command)
    heard = [listen(command) for _ in range(bench.runs)]
    first, silence = Spread.of([h.first for h in heard]), Spread.of([h.silence for h in heard])
    yield Row(FIRST, tree.name, "diff on a terminal: first output after", first, "wall", "s")
    yield Row(SILENCE, tree.name, "diff on a terminal: longest silence", silence, "wall", "s")
