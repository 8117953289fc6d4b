"""The gates that run the project's tests, made for one stage of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from codemods.data import Change, Decision, MigrationError
from codemods.dictionaries import MESSAGE
from codemods.foreign import is_foreign, own
from codemods.gates import Gate
from codemods.gates.benchmark import Benchmark, of_command, of_construction, of_type_check
from codemods.gates.coverage import Coverage
from codemods.gates.deprecations import Deprecations, pattern
from codemods.gates.mypy import Mypy
from codemods.gates.rewording import Rewording
from codemods.gates.suite import Command, Suite
from codemods.gates.tests import Outcomes
from codemods.layout import is_test
from codemods.phases import REPAIR
from codemods.project import Project
from codemods.roles import Part
from codemods.steps import Contents, Stage

TESTS, OLD_TESTS, DEPRECATIONS, COVERAGE = "tests", "old-tests", "deprecations", "coverage"
BENCHMARK, CONSTRUCTION, TYPE_CHECK = "benchmark", "construction", "type-check"


def command(
    words: Sequence[str],
    root: Path,
    project: Project,
    source_roots: Sequence[PurePosixPath],
    known: Iterable[PurePosixPath],
    timeout: float,
    coverage: bool = False,
) -> Command:
    """The test command of a run that changes the files ``known``.

    Raises MigrationError where coverage is wanted of a command that is not pytest.
    """
    watched = frozenset({*known, *(ref.path for ref in own(project.index.members))})
    home, beside = project.root.path, project.beside
    given = Command(tuple(words), root, tuple(source_roots), watched, home, timeout, coverage, beside)
    if coverage and not (words and given.is_pytest):
        raise MigrationError("--coverage needs a --test-command that is pytest")
    return given


class Trials:
    """The gates of a run, made for one stage after the other; they share what is known of the tree before.

    ``max_new_failures`` is how many lost tests are tolerated.
    """

    def __init__(self, project: Project, given: Command, rewording: Rewording, max_new_failures: int) -> None:
        self._project = project
        self._command = given
        self._rewording = rewording
        self._max_new_failures = max_new_failures
        self._bare = Suite(given, looks=2)

    def gates(self, stage: Stage | None) -> list[Gate]:
        """The gates of a stage; None stands for the tree before, which is looked at twice.

        So is a repaired tree, with which all that comes is compared. The tests as they were before run on
        the new code of every stage that changes them.
        """
        old = self._old_tests(stage) if stage else {}
        if stage is not None and stage.phase is REPAIR:
            self._bare = Suite(self._command, looks=2)
        bare = stage is None or stage.phase is REPAIR
        suite = self._bare if bare else Suite(self._command)
        made = [self._outcomes(TESTS, suite, {})]
        if bare or old:
            plain = replace(self._command, coverage=False)
            made.append(self._outcomes(OLD_TESTS, Suite(plain) if old else suite, old))
        if self._command.is_pytest:
            made.append(self._deprecations(suite, stage))
        if self._command.coverage:
            made.append(Coverage(suite, self._bare, is_test, self._is_complete(stage)))
        return made

    def _outcomes(self, name: str, suite: Suite, old: Contents) -> Gate:
        return Outcomes(suite, self._bare, name, self._rewording, self._max_new_failures, old)

    def _old_tests(self, stage: Stage) -> Contents:
        """The tests that a stage has changed and not taken out, as they were before."""
        before = self._project.snapshot
        changed = (p for p, data in stage.contents.items() if data is not None and data != before.get(p))
        return {path: before.get(path) for path in changed if path.suffix == ".py" and is_test(path)}

    def _deprecations(self, suite: Suite, stage: Stage | None) -> Gate:
        spec, sites = self._project.spec, self._project.sites
        left = (s for s in sites if s.decision in (Decision.ASK, Decision.KEEP) and not s.prose)
        left = (s for s in left if s.reason != MESSAGE)  # a text uses nothing, what stands beside it may
        settled = frozenset((str(site.path), site.name) for site in left)
        return Deprecations(suite, pattern(spec.compatibility), self._is_complete(stage), settled)

    def _is_complete(self, stage: Stage | None) -> bool:
        # Where another tree has the hierarchy, phase 1 is none of this one's.
        phases = set(range(1 + self._project.is_user, self._project.spec.tests_phase + 1))
        return stage is not None and stage.numbers >= phases


def benchmark(given: Command, limit: float, changes: Iterable[Change] | None) -> Gate:
    """The gate that runs a command of the user's; ``changes`` where it is compared with the tree before."""
    return Benchmark(BENCHMARK, partial(of_command, given), limit, _versions(changes))


def construction(
    project: Project, given: Command, python: Path, limit: float, changes: Iterable[Change] | None
) -> Gate:
    """The gate that imports and constructs the concrete classes, with the project's Python."""
    modules, spec = project.modules, project.spec
    classes = [
        (modules.dotted(ref.path), ref.qualname)
        for ref, role in project.roles.of.items()
        if role.part is Part.INTEGRATION and not (is_foreign(ref.path) or is_test(ref.path))
        if "<" not in ref.qualname
    ]
    factories = [name for each in spec.factories for name in (each.new, *each.old.values())]
    take = partial(of_construction, replace(given, words=(str(python),)), classes, factories)
    return Benchmark(CONSTRUCTION, take, limit, _versions(changes))


def type_check(mypy: Mypy, limit: float, changes: Iterable[Change] | None) -> Gate:
    """The gate that times a cold type check."""
    return Benchmark(TYPE_CHECK, partial(of_type_check, mypy), limit, _versions(changes))


def _versions(
    changes: Iterable[Change] | None,
) -> tuple[dict[PurePosixPath, bytes | None], dict[PurePosixPath, bytes | None]] | None:
    if changes is None:
        return None
    made = tuple(changes)
    return {each.path: each.before for each in made}, {each.path: each.after for each in made}
