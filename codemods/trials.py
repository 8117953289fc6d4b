"""The gates that run the project's tests, made for one stage of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from codemods.data import Change, Decision, MigrationError
from codemods.declarations import is_test
from codemods.gates import Gate
from codemods.gates.benchmark import Benchmark, of_command, of_construction
from codemods.gates.coverage import Coverage
from codemods.gates.deprecations import Deprecations, pattern
from codemods.gates.rewording import Rewording
from codemods.gates.suite import Command, Suite
from codemods.gates.tests import Outcomes
from codemods.phases import REPAIR
from codemods.project import Project
from codemods.roles import Part
from codemods.steps import Stage

TESTS, OLD_TESTS, DEPRECATIONS, COVERAGE = "tests", "old-tests", "deprecations", "coverage"
BENCHMARK, CONSTRUCTION = "benchmark", "construction"


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
    watched = frozenset({*known, *(ref.path for ref in project.index.members)})
    given = Command(tuple(words), root, tuple(source_roots), watched, project.root.path, timeout, coverage)
    if coverage and not (words and given.is_pytest):
        raise MigrationError("--coverage needs a --test-command that is pytest")
    return given


def gates(
    project: Project, given: Command, rewording: Rewording, max_new_failures: int, stage: Stage | None
) -> list[Gate]:
    """The gates of a stage; None stands for the tree before, which is looked at twice.

    So is a repaired tree, with which all that comes is compared. The tests as they were before run on
    the new code of every stage that changes them.
    """
    bare = stage is None or stage.phase is REPAIR
    suite = Suite(given, looks=2 if bare else 1)
    old = {}
    if stage is not None and not bare:
        before = project.snapshot
        changed = (path for path, data in stage.contents.items() if data != before.get(path))
        old = {path: before.get(path) for path in changed if path.suffix == ".py" and is_test(path)}
    made: list[Gate] = [Outcomes(suite, TESTS, rewording, max_new_failures)]
    if bare:
        made.append(Outcomes(suite, OLD_TESTS, rewording, max_new_failures))
    elif old:
        plain = Suite(replace(given, coverage=False))
        made.append(Outcomes(plain, OLD_TESTS, rewording, max_new_failures, old))
    complete = stage is not None and stage.numbers >= set(range(1, project.spec.tests_phase + 1))
    if given.is_pytest:
        left = (s for s in project.sites if s.decision in (Decision.ASK, Decision.KEEP) and not s.prose)
        settled = frozenset((str(site.path), site.name) for site in left)
        made.append(Deprecations(suite, pattern(project.spec.compatibility), complete, settled))
    if given.coverage:
        made.append(Coverage(suite, is_test, complete))
    return made


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
        if role.part is Part.INTEGRATION and not is_test(ref.path) and "<" not in ref.qualname
    ]
    factories = [name for each in spec.factories for name in (each.new, *each.old.values())]
    take = partial(of_construction, replace(given, words=(str(python),)), classes, factories)
    return Benchmark(CONSTRUCTION, take, limit, _versions(changes))


def _versions(
    changes: Iterable[Change] | None,
) -> tuple[dict[PurePosixPath, bytes | None], dict[PurePosixPath, bytes | None]] | None:
    if changes is None:
        return None
    made = tuple(changes)
    return {each.path: each.before for each in made}, {each.path: each.after for each in made}
