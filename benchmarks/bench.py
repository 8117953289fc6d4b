"""A measurement from start to end: its trees, its command lines, its rows."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from benchmarks import trees
from benchmarks.figures import Figures, Goal, Results, Row, Spread, ratio, values
from benchmarks.names import ROOT, Names, family, read
from benchmarks.processes import Command, Failed, Run, run, said

HERE = Path(__file__).parent
UNCACHED = "--no-cache"
FIXTURE = ROOT / "fixtures" / "cex_arbitrage" / "before"


class Skipped(Exception):
    """What is to be measured, or to be compared with, is not here."""


@dataclass(frozen=True)
class Tree:
    """A project that is measured, by the name it has in the table."""

    name: str
    path: Path
    names: Names

    @cached_property
    def root(self) -> Path:
        """The file of the root class."""
        head = re.compile(rb"^class %s\b" % self.names.root.encode(), re.MULTILINE)
        return self.path / next(path for path, data in read(self.path).items() if head.search(data))

    @cached_property
    def family(self) -> frozenset[str]:
        return family(read(self.path), self.names.root)


@dataclass(frozen=True)
class Part:
    """Something that is measured at one go, and what is said where that cannot be done."""

    goal: str
    tree: str
    what: str
    measure: Callable[[], Iterator[Row]]


@dataclass
class Bench:
    """What the user asked for. ``work`` keeps trees that are made; ``source`` is the classmod measured."""

    work: Path
    target: Path | None = None
    foreign: Path | None = None
    runs: int = 5
    source: Path = ROOT
    shown: bool = False
    """Command lines are told as they are run."""
    results: Results = field(default_factory=Results)
    _help: dict[str, list[str]] = field(default_factory=dict)

    # --- trees ----------------------------------------------------------------------------------

    @property
    def fixture(self) -> Tree:
        return Tree("fixture", FIXTURE, Names.of())

    def the_target(self) -> Tree:
        """Raises Skipped where none is given."""
        if self.target is None:
            raise Skipped("no target is given: --target DIR")
        return Tree("target", self.target, Names.of())

    def the_foreign(self) -> Tree:
        """Raises Skipped where none is given, or nothing is known of it."""
        spec = HERE / "foreign" / "hummingbot.toml"
        if self.foreign is None:
            raise Skipped("no foreign code base is given: --foreign DIR")
        if not spec.exists():
            raise Skipped("there is no spec for it")
        return Tree("foreign", self.foreign, Names.of(spec))

    def base(self) -> Tree:
        """What large trees are made from."""
        return self.the_target() if self.target else self.fixture

    def copies(self, count: int, kind: str) -> Tree:
        """A large tree, made the first time."""
        base = self.base()
        path = self.work / f"{base.name}-{count}-{kind}"
        if not path.exists():
            half = path.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            trees.write(half, base.path, base.names, count, kind).rename(path)
        return Tree(f"{base.name} x {count}, {kind}", path, base.names)

    def fresh(self, name: str, source: Path) -> Path:
        """A copy in ``work`` that takes the place of the last one."""
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        return shutil.copytree(source, path, symlinks=True)

    # --- command lines --------------------------------------------------------------------------

    def classmod(
        self,
        tree: Tree,
        *words: str,
        name: str = "",
        expected: tuple[int, ...] = (0,),
        cached: bool = False,
    ) -> Command:
        """A run of the classmod that is measured; ``words`` go without the tree.

        What it keeps across runs, if it does, is used where ``cached`` says so.
        """
        if not cached and self.has_option(words[0], UNCACHED):
            words = (*words, UNCACHED)
        return self._classmod(tree, words, name or words[0], expected)

    def _classmod(self, tree: Tree, words: Sequence[str], name: str, expected: tuple[int, ...]) -> Command:
        start = f"import sys; sys.path.insert(0, {str(self.source)!r}); from cli.main import main; main()"
        spec = [] if tree.names.spec == Names.of().spec else ["--spec", str(tree.names.spec)]
        line = (sys.executable, "-c", start, *words, *spec, str(tree.path))
        return Command(name, line, self.work, expected)

    def has_option(self, command: str, option: str) -> bool:
        """Whether a command of the classmod that is measured knows an option."""
        if command not in self._help:
            line = self._classmod(self.fixture, (command, "--help"), command, ()).words
            self._help[command] = re.split(r"[\s/,]+", said(line, self.work) or "")
        return option in self._help[command]

    def floor(self, tree: Tree, name: str = "Y") -> Command:
        """Y: Python starts, reads, searches, parses what holds an old name or the root.

        With Y+ what holds any class of the hierarchy is parsed, too: who finds subclasses has to.
        """
        more = sorted(tree.family) if name == "Y+" else ()
        program = str(HERE / "floor.py")
        return Command(
            name, (sys.executable, program, str(tree.path), *tree.names.searched, *more), self.work
        )

    def bare(self, tree: Tree, paths: Sequence[str]) -> Command:
        """B: LibCST parses these files, changes nothing and writes their code."""
        return Command("B", (sys.executable, str(HERE / "bare.py"), *paths), tree.path)

    def line(self, command: Command) -> str:
        """A command line for people: ``classmod``, ``python`` and the names of trees stand in it."""
        words = list(command.words)
        if words[1:2] == ["-c"] and "cli.main" in words[2]:
            words[:3] = ["classmod"]
        text = shlex.join(words)
        places = {
            sys.executable: "python",
            str(ROOT): ".",
            str(self.work): "$WORK",
            str(self.target): "$TARGET",
            str(self.foreign): "$FOREIGN",
        }
        for place, called in sorted(places.items(), key=lambda each: -len(each[0])):
            text = text.replace(place, called)
        return text

    # --- measuring ------------------------------------------------------------------------------

    def compare(self, tree: Tree, *commands: Command) -> dict[str, list[Run]]:
        """Run the commands in turn, after a run that warms the disk; what each took goes to the figures.

        Raises Failed for the first run that does not end as it should.
        """
        for command in commands:
            self.tell(f"  {self.line(command)}")
            if not command.cold:
                run(command)
        found: dict[str, list[Run]] = {command.name: [] for command in commands}
        for _ in range(self.runs):
            for command in commands:
                found[command.name].append(run(command))
        for command in commands:
            spreads = (Spread.of(values(found[command.name], each)) for each in ("cpu", "wall", "peak"))
            self.results.figures.append(
                Figures(tree.name, command.name, self.line(command), self.runs, *spreads)
            )
        return found

    def tell(self, text: str) -> None:
        if self.shown:
            sys.stderr.write(f"{text}\n")

    def do(self, part: Part) -> None:
        """Measure one part; what fails or is not here becomes a row, too."""
        self.tell(f"goal {part.goal}: {part.what} ({part.tree})")
        try:
            for row in part.measure():
                self.results.rows.append(row)
        except Failed as error:
            self.results.rows.append(Row(Goal(part.goal), part.tree, part.what, error=str(error)))
        except Skipped as reason:
            self.results.rows.append(Row(Goal(part.goal), part.tree, part.what, skipped=str(reason)))


def edited_before(tree: Tree, command: Command, *, root: bool) -> Command:
    """The same of a tree never seen: the root's file is changed before, or one that has no part in it."""
    file = tree.root if root else tree.path / "edited.py"
    before = file.read_text("utf-8") if root else ""

    def edit() -> None:
        file.write_text(f"{before}\n# {time.time_ns()}\n", "utf-8")

    return replace(command, prepare=edit)


def over(
    goal: Goal, tree: Tree, what: str, upper: Sequence[Run], lower: Sequence[Run], by: str = "cpu"
) -> Row:
    """The row of a ratio, judged ``by`` CPU or, where processes work side by side, by wall time."""
    other = "wall" if by == "cpu" else "cpu"
    found = {each: ratio(values(upper, each), values(lower, each)) for each in (by, other)}
    return Row(goal, tree.name, what, found[by], by, "x", found[other])
