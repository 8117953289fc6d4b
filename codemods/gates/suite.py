"""The project's test command: run in the staged tree, with all that can be known of the run as data.

It is the project's code that runs here, and only because the user has named the command. Where it is
pytest, it reports every test, and a plugin of ours tells which files were imported; of anything else
there is the exit status.
"""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from inspect import getsource
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from codemods.data import Problem
from codemods.foreign import is_foreign
from codemods.gates import junit, witness
from codemods.process import Finished, run, timed

WITNESS, COVERED = "classmod_witness", "coverage.report"
RUNNERS = frozenset({"uv", "poetry", "pdm", "hatch", "pipenv", "rye", "pixi", "env"})
INTERRUPTED = 2
"""pytest's exit status where modules could not be collected, and where a person or a test stopped it."""
WHOLE = frozenset({0, 1, INTERRUPTED, 5})
"""pytest's exit statuses with which its report may be whole; 5 is that of a run without a test."""

UNSTABLE = "unstable"


@dataclass(frozen=True, slots=True)
class Lines:
    """How many statements there are, and how many of them no test reached."""

    statements: int
    missed: int

    @property
    def share(self) -> float:
        """That of the others."""
        return 1 - self.missed / self.statements if self.statements else 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """What came of the command in one state of the tree.

    ``tests`` are those of ``junit.read``, ``warned`` are DeprecationWarnings by the file of the tree
    that they blame; ``deaf`` says that pytest was told to record none. ``failure`` says why there is
    nothing to compare, empty when there is. ``covered`` are the files that pytest-cov measured, where it was
    asked to.
    """

    tests: tuple[Problem, ...] = ()
    warned: tuple[Problem, ...] = ()
    status: int = 0
    failure: str = ""
    remarks: tuple[str, ...] = ()
    deaf: bool = False
    covered: Mapping[str, Lines] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """The test command of a project.

    ``words`` are what to run, ``source_roots`` (relative to the tree) come first on PYTHONPATH,
    ``timeout`` is in seconds. ``root`` is the original tree; of its files, ``watched`` must not be what
    the tests import. ``home`` is the file of the root class. With ``coverage``, pytest-cov looks on.
    ``beside`` are source roots of another tree, absolute, which come next; nothing is left behind in it.
    """

    words: tuple[str, ...]
    root: Path
    source_roots: tuple[PurePosixPath, ...] = ()
    watched: frozenset[PurePosixPath] = frozenset()
    home: PurePosixPath | None = None
    timeout: float = 600.0
    coverage: bool = False
    beside: tuple[PurePosixPath, ...] = ()

    @property
    def is_pytest(self) -> bool:
        """Whether every test is reported, rather than the exit status of them all."""
        return self._pytest_at() is not None

    def run(self, tree: Path) -> Run:
        """Run the command in the root of ``tree``. Raises MigrationError when it cannot be started."""
        words, at = [self._program(tree), *self.words[1:]], self._pytest_at()
        with tempfile.TemporaryDirectory(prefix="classmod-") as folder:
            place = Path(os.path.realpath(folder))
            if at is not None:
                (place / f"{WITNESS}.py").write_text(getsource(witness), "utf-8")
                # What stands behind "--" are no options any more.
                end = words.index("--", at) if "--" in words[at:] else len(words)
                words[end:end] = (*_reporting(place), *(self._covering(place) if self.coverage else ()))
            # What pytest-cov collects is none of the project's business.
            env = {**self._env(tree, place), **({"COVERAGE_FILE": str(place / "c")} if self.coverage else {})}
            finished = run(words, cwd=tree, env=env, timeout=self.timeout)
            if finished.timed_out:
                return Run(failure=f"the test command did not end in {self.timeout:g} seconds")
            if at is None:
                return self._by_status(finished.status or 0)
            return self._by_test(finished, place, tree)

    def timed(self, tree: Path) -> Finished:
        """Run the words as they are in the root of ``tree``, and say what they took.

        Raises MigrationError when the command cannot be started.
        """
        words = (self._program(tree), *self.words[1:])
        return timed(words, cwd=tree, env=self._env(tree), timeout=self.timeout)

    def _pytest_at(self) -> int | None:
        """Where pytest stands among the words; None where the command is something else."""
        led = Path(self.words[0]).name in RUNNERS
        return next(
            (
                i
                for i, word in enumerate(self.words)
                if Path(word).name in ("pytest", "py.test") and (i == 0 or led or self.words[i - 1] == "-m")
            ),
            None,
        )

    def _program(self, tree: Path) -> str:
        """The first word; an environment in the original tree, which is not copied, is used from there."""
        word = self.words[0]
        elsewhere = "/" in word and not (tree / word).exists() and (self.root / word).exists()
        return str(self.root.absolute() / word) if elsewhere else word

    def _env(self, tree: Path, *places: Path) -> dict[str, str]:
        roots = (*(tree / root for root in self.source_roots), *self.beside)
        front = os.pathsep.join(map(str, (*roots, *places)))
        own = os.environ.get("PYTHONPATH")
        env = {**os.environ, "PYTHONPATH": f"{front}{os.pathsep}{own}" if own else front, "PWD": str(tree)}
        away = self.home is not None and is_foreign(self.home)
        return {**env, "PYTHONDONTWRITEBYTECODE": "1"} if away else env

    def _by_status(self, status: int) -> Run:
        """A run as a single test, which is the command."""
        command = shlex.join(self.words)
        code, message = ("failed", f"exit status {status}") if status else (junit.PASSED, "")
        test = Problem(self.words[0], 1, code, message, command)
        remark = (
            f"of {command} only the exit status is compared; what it runs, and on which files, is not known"
        )
        return Run((test,), status=status, remarks=(remark,))

    def _by_test(self, finished: Finished, place: Path, tree: Path) -> Run:
        status = finished.status or 0
        try:
            told = [json.loads(each.read_bytes()) for each in sorted(place.glob("*.json"))]
            tests = junit.read((place / "junit.xml").read_bytes())
            covered = _covered((place / COVERED).read_bytes()) if self.coverage else {}
        except (OSError, ValueError, ElementTree.ParseError):
            told, tests, covered = [], (), {}
        if status not in WHOLE or not told:
            said = (finished.errors.strip() or finished.output.strip() or "nothing").splitlines()[-1]
            said = said.replace(f"{tree}/", "")
            return Run(failure=f"pytest ended with status {status} and no whole report; it said: {said}")
        if not tests:
            return Run(failure="pytest ran no test")
        if status == INTERRUPTED and not any(test.code in junit.FAILING for test in tests):
            return Run(failure="pytest was interrupted")
        imported = {Path(os.path.realpath(file)) for each in told for file in each["modules"]}
        root = Path(os.path.realpath(self.root))
        if back := next((path for path in sorted(self.watched) if root / path in imported), None):
            return Run(failure=f"the tests import {back} from the original tree, and say nothing of the copy")
        missed = self.home is not None and tree / self.home not in imported
        remarks = (f"the tests do not import {self.home}, where the root class is",) if missed else ()
        deaf = any(each["deaf"] for each in told)
        return Run(tests, tuple(_warnings(told, tree)), status, "", remarks, deaf, covered)

    def _covering(self, place: Path) -> Iterator[str]:
        yield from ("-p", "pytest_cov", f"--cov-report=json:{place / COVERED}", "--cov-fail-under=0")
        yield from (f"--cov={root}" for root in self.source_roots or (".",))


class Suite:
    """One stage of the tree and the test command: the gates that look at it share a single run.

    With ``looks`` above 1 the run is repeated, and a test that does not always end alike is unstable.
    """

    def __init__(self, command: Command, looks: int = 1) -> None:
        self._command = command
        self._looks = looks
        self._run: Run | None = None

    def of(self, tree: Path) -> Run:
        """What came of the run; ``tree`` is looked at the first time only."""
        if self._run is None:
            self._run = self._command.run(tree)
            for _ in range(1, self._looks):
                if not self._run.failure:
                    self._run = settled(self._run, self._command.run(tree))
        return self._run

    def look_again(self, tree: Path) -> None:
        """Repeat the run in the same tree, which may show that more tests are unstable."""
        second = self._command.run(tree)
        if not second.failure:
            self._run = settled(self.of(tree), second)


def settled(first: Run, second: Run) -> Run:
    """The first of two runs of one tree, with what is not so in the second: unstable tests, lines reached."""
    if second.failure:
        return second
    one, other = ({test.key: test for test in each.tests} for each in (first, second))
    tests = (
        test if key in one and key in other and other[key].code == test.code else replace(test, code=UNSTABLE)
        for key, test in {**other, **one}.items()
    )
    least = {
        path: max(lines, second.covered.get(path, lines), key=lambda each: each.missed)
        for path, lines in first.covered.items()
    }
    status = max(first.status, second.status)
    return replace(first, tests=tuple(tests), status=status, covered=least)


def _reporting(place: Path) -> tuple[str, ...]:
    options = ("junit_family=xunit1", f"cache_dir={place / 'cache'}")
    overrides = (word for option in options for word in ("-o", option))
    return ("-p", WITNESS, f"--junitxml={place / 'junit.xml'}", *overrides)


def _covered(report: bytes) -> dict[str, Lines]:
    files = json.loads(report)["files"]
    found = ((PurePosixPath(path).as_posix(), each["summary"]) for path, each in files.items())
    return {path: Lines(each["num_statements"], each["missing_lines"]) for path, each in found}


def _warnings(told: Iterable[dict[str, Any]], tree: Path) -> Iterable[Problem]:
    """The warnings that blame a file of the tree, each place once."""
    for file, line, message in dict.fromkeys(tuple(each) for one in told for each in one["warned"]):
        real = Path(os.path.realpath(file))
        if real.is_relative_to(tree):
            path = str(PurePosixPath(real.relative_to(tree)))
            yield Problem(path, line, "deprecated", message, f"{path}: {message}")
