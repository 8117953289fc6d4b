"""The gates that run the project's tests, made for one stage of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from codemods.data import Decision
from codemods.declarations import is_test
from codemods.gates import Gate
from codemods.gates.deprecations import Deprecations, pattern
from codemods.gates.rewording import Rewording
from codemods.gates.suite import Command, Suite
from codemods.gates.tests import Outcomes
from codemods.phases import REPAIR
from codemods.project import Project
from codemods.steps import Contents, Stage

TESTS, OLD_TESTS, DEPRECATIONS = "tests", "old-tests", "deprecations"


def command(
    words: Sequence[str],
    root: Path,
    project: Project,
    source_roots: Sequence[PurePosixPath],
    known: Iterable[PurePosixPath],
    timeout: float,
) -> Command:
    """The test command of a run that changes the files ``known``."""
    watched = frozenset({*known, *(ref.path for ref in project.index.members)})
    return Command(tuple(words), root, tuple(source_roots), watched, project.root.path, timeout)


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
            made.append(self._outcomes(OLD_TESTS, Suite(self._command) if old else suite, old))
        return [*made, self._deprecations(suite, stage)] if self._command.is_pytest else made

    def _outcomes(self, name: str, suite: Suite, old: Contents) -> Gate:
        return Outcomes(suite, self._bare, name, self._rewording, self._max_new_failures, old)

    def _old_tests(self, stage: Stage) -> Contents:
        """The tests that a stage has changed, as they were before."""
        before = self._project.snapshot
        changed = (path for path, data in stage.contents.items() if data != before.get(path))
        return {path: before.get(path) for path in changed if path.suffix == ".py" and is_test(path)}

    def _deprecations(self, suite: Suite, stage: Stage | None) -> Gate:
        spec, sites = self._project.spec, self._project.sites
        complete = stage is not None and stage.numbers >= set(range(1, spec.tests_phase + 1))
        left = (s for s in sites if s.decision in (Decision.ASK, Decision.KEEP) and not s.prose)
        settled = frozenset((str(site.path), site.name) for site in left)
        return Deprecations(suite, pattern(spec.compatibility), complete, settled)
