"""The tests gate: what passed before must pass after, test by test.

Skipped, gone, newly expected to fail: all of it is lost, for pytest's exit status says 0 to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from codemods.data import Change, Outcome, Problem, Verdict
from codemods.gates import Measurement, inconclusive, instead, listed
from codemods.gates.junit import FAILING, PASSED
from codemods.gates.rewording import Rewording
from codemods.gates.suite import INTERRUPTED, UNSTABLE, Run, Suite

LOOKS = 3
"""How often the tree before is looked at again before a test counts as lost."""

# What differs from run to run in the words of a failure.
_FLEETING = re.compile(r"0x[0-9a-fA-F]+|\bid='?\d+|\b\d+\.\d+|\b\d+ ?m?s\b|:\d+\b|\bpytest-\d+\b")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The gate. ``suite`` is the run of the stage that is measured, ``bare`` that of the tree before.

    ``old`` are files (None: not there) to be put in place for the run: the tests as they were before.
    ``max_new_failures`` is how many lost tests are tolerated.
    """

    suite: Suite
    bare: Suite
    name: str = "tests"
    rewording: Rewording = field(default_factory=Rewording)
    max_new_failures: int = 0
    old: Mapping[PurePosixPath, bytes | None] = field(default_factory=dict)

    def measure(self, tree: Path) -> Measurement:
        """Run the tests. Figures: ``tests``, ``passed``, ``status``; ``notes`` are the tests that passed.

        Raises MigrationError when the command cannot be started.
        """
        with instead(tree, self.old):
            return _measured(self.suite.of(tree), tree)

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse lost tests, and failing ones that were not there before; what was unstable is never lost."""
        if failed := inconclusive(self.name, before, after):
            return failed
        new = {test.key: test for test in (*after.problems, *after.notes)}
        gone = {str(change.path) for change in changes if change.after is None}  # on purpose, tests and all
        there = (test for test in (*before.problems, *before.notes) if test.path not in gone)
        pairs = [(test, self._now(test, new)) for test in there]
        # Where modules could not be collected, pytest ran nothing: nothing is known of what was there.
        appeared = _appeared(new, pairs) if before.figures["status"] != INTERRUPTED else ()
        lost = (*appeared, *_lost(pairs))
        gained = tuple(test for was, test in pairs if test and test.code == PASSED and was.code in FAILING)
        fails = after.figures["status"] and not before.figures["status"]
        unexplained = bool(fails) and not any(test.code in FAILING for test in new.values())
        refused = len(lost) > self.max_new_failures or unexplained
        reasons = []
        if not before.figures["passed"]:
            reasons.append("nothing passed before, so this proves nothing")
        if unexplained:
            reasons.append(f"the exit status is {after.figures['status']:.0f}, and no test says why")
        if lost and not refused:
            reasons.append(f"--max-new-failures {self.max_new_failures} tolerates {len(lost)}")
        reasons += [*_unstable(before), *self._other_reasons(pairs), *after.remarks]
        figures = (
            f"{_counted(len(new), 'test')}: {before.figures['passed']:.0f} -> {after.figures['passed']:.0f} "
            f"passed, {len(lost)} lost, {len(gained)} gained"
        )
        outcome = Outcome.REFUSED if refused else Outcome.PASSED
        return Verdict(self.name, outcome, figures, lost, gained, "; ".join(reasons))

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """Judge again, after more looks at the tree before: what is lost may not be stable there.

        What they show is remembered for all later stages.
        """
        verdict = self._judged_again(after, tree, changes)
        for _ in range(LOOKS):
            if verdict.outcome is Outcome.REFUSED:
                self.bare.look_again(tree)
                verdict = self._judged_again(after, tree, changes)
        return verdict

    def _judged_again(self, after: Measurement, tree: Path, changes: Iterable[Change]) -> Verdict:
        return self.compare(_measured(self.bare.of(tree), tree), after, changes)

    def _now(self, test: Problem, new: Mapping[str, Problem]) -> Problem | None:
        """The test after; an old name in its id (a parameter, say) may have become a new one."""
        return new.get(test.key) or new.get(self.rewording.apply(test.key))

    def _other_reasons(self, pairs: Pairs) -> Iterator[str]:
        both = [(was, now) for was, now in pairs if now and {was.code, now.code} <= FAILING]
        changed = [now for was, now in both if self._words(was.message) != self._words(now.message)]
        if changed:
            fail = "fails" if len(changed) == 1 else "fail"
            told = (f"{test.key}: {test.message}" for test in changed)
            yield f"{_counted(len(changed), 'test')} {fail} for another reason than before: {listed(told)}"

    def _words(self, message: str) -> str:
        return _FLEETING.sub("", self.rewording.apply(message))


def _measured(found: Run, tree: Path) -> Measurement:
    passed = tuple(test for test in found.tests if test.code == PASSED)
    others = (test for test in found.tests if test.code != PASSED)
    problems = tuple(replace(test, message=test.message.replace(f"{tree}/", "")) for test in others)
    figures = {"tests": len(found.tests), "passed": len(passed), "status": found.status}
    return Measurement(problems, figures, found.failure, found.remarks, passed)


Pairs = Sequence[tuple[Problem, Problem | None]]
"""Each test before with itself after; None where it is gone."""


def _lost(pairs: Pairs) -> Iterator[Problem]:
    for was, now in pairs:
        if now is None and was.code == PASSED:
            yield _told(replace(was, code="gone"), "passed before, now gone")
        elif now and now.code != PASSED and was.code == PASSED:
            yield _told(now, f"passed before, now {now.code}")
        elif now and now.code in FAILING and was.code in ("skipped", "xfailed"):
            yield _told(now, f"{was.code} before, now {now.code}")


def _appeared(new: Mapping[str, Problem], pairs: Pairs) -> Iterator[Problem]:
    known = {now.key for _, now in pairs if now}
    for test in new.values():
        if test.code in FAILING and test.key not in known:
            yield _told(test, "not there before")


def _told(test: Problem, what: str) -> Problem:
    why = f": {test.message}" if test.message else ""
    return replace(test, message=f"{test.key.removeprefix(f'{test.path}::')}: {what}{why}")


def _unstable(before: Measurement) -> Iterator[str]:
    keys = [test.key for test in before.problems if test.code == UNSTABLE]
    if keys:
        yield f"{_counted(len(keys), 'unstable test')}: {listed(keys)}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
