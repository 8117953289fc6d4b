"""The deprecations gate: an old name that warns while the tests run is a leftover that nobody has seen.

It is seen where no reading of the source can: a name put together at run time, a use through a third
party. As long as phases are to come that would rename it, it is told and refuses nothing.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codemods.compatibility import Compatibility
from codemods.data import Change, Outcome, Problem, Verdict
from codemods.gates import Measurement, excess, inconclusive
from codemods.gates.suite import Suite


def pattern(wording: Compatibility) -> re.Pattern[str]:
    """What the layer's warnings look like; the group ``old`` is the name, where the wording has it."""
    values = {"since": wording.since, "remove_after": wording.remove_after}
    parts, named = [], False
    for text, name, *_ in string.Formatter().parse(wording.message):
        parts.append(re.escape(text))
        if name == "old" and not named:
            parts.append(r"(?P<old>\w+)")
            named = True
        elif name is not None:
            parts.append(re.escape(values[name]) if name in values else r"\w+")
    return re.compile("".join(parts))


@dataclass(frozen=True, slots=True)
class Deprecations:
    """The gate. ``suite`` is the run of the stage, ``message`` what ``pattern`` makes of the layer's wording.

    ``complete`` says that all phases are in that change code. ``settled`` holds places, as path and old
    name, that keep the old name by decision, or where only a person can decide.
    """

    suite: Suite
    message: re.Pattern[str]
    complete: bool = False
    settled: frozenset[tuple[str, str]] = frozenset()

    @property
    def name(self) -> str:
        return "deprecations"

    def measure(self, tree: Path) -> Measurement:
        """The warnings of the layer that blame a file of the tree. Figures: ``uses``."""
        found = self.suite.of(tree)
        ours = tuple(problem for problem in found.warned if self.message.fullmatch(problem.message))
        deaf = ("pytest was told to record no warnings, so this proves nothing",) if found.deaf else ()
        return Measurement(ours, {"uses": len(ours)}, found.failure, deaf)

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse new uses of old names where nobody has decided on them, once all phases are in."""
        if failed := inconclusive(self.name, before, after):
            return failed
        new = tuple(each for each in excess(after.problems, before.problems) if not self._is_settled(each))
        refused = new if self.complete else ()
        number = len(after.problems)
        later = f", {len(new)} left to later phases" if new and not refused else ""
        figures = f"{number} {'use' if number == 1 else 'uses'} of old names{later}"
        outcome = Outcome.REFUSED if refused else Outcome.PASSED
        fixed = excess(before.problems, after.problems)
        return Verdict(self.name, outcome, figures, refused, fixed, "; ".join(after.remarks))

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """The same again: there is nothing more to look at."""
        return self.compare(before, after, changes)

    def _is_settled(self, problem: Problem) -> bool:
        found = self.message.fullmatch(problem.message)
        old = found.groupdict().get("old", "") if found else ""
        return any(path == problem.path and old in ("", name) for path, name in self.settled)
