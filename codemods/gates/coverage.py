"""The coverage gate: what the tests reached before, they reach after.

Statements are counted and not only their share: where fewer are left to be reached, the share of those that
never were goes up by itself. A phase may declare what only a later one uses: until all are in, a fall is
told and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.data import Change, Outcome, Problem, Verdict
from codemods.gates import Measurement, inconclusive
from codemods.gates.suite import Lines, Run, Suite

Files = Mapping[str, Lines]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The gate. ``suite`` is the run of the stage, ``bare`` that of the tree before.

    What ``is_test`` says yes to does not count. ``complete`` says that all phases are in that change code.
    """

    suite: Suite
    bare: Suite
    is_test: Callable[[PurePosixPath], bool]
    complete: bool = False

    @property
    def name(self) -> str:
        return "coverage"

    def measure(self, tree: Path) -> Measurement:
        """Figures: ``statements`` and ``missed``. Facts: ``files`` are both by path, tests apart."""
        return self._measured(self.suite.of(tree))

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse that more statements are missed, and a larger share of them, once all phases are in.

        New files are told apart, those that are gone do not count.
        """
        if failed := inconclusive(self.name, before, after):
            return failed
        made = tuple(changes)
        created = {str(change.path) for change in made if change.before is None}
        gone = {str(change.path) for change in made if change.after is None}
        old: Files = {path: lines for path, lines in before.facts["files"].items() if path not in gone}
        new: Files = {path: lines for path, lines in after.facts["files"].items() if path not in created}
        was, now = _total(old.values()), _total(new.values())
        fell = now.missed > was.missed and now.share < was.share
        figures = f"{was.share:.1%} -> {now.share:.1%}, {was.missed} -> {now.missed} statements missed"
        apart = _total(lines for path, lines in after.facts["files"].items() if path in created)
        told = [*after.remarks]
        if apart.statements:
            told.insert(0, f"of {apart.statements} statements in new files {apart.missed} missed")
        if fell and not self.complete:
            told.insert(0, "a later phase may make up for it")
        outcome = Outcome.REFUSED if fell and self.complete else Outcome.PASSED
        problems = tuple(_more(old, new)) if fell and self.complete else ()
        return Verdict(self.name, outcome, figures, problems, reason="; ".join(told))

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """Judge again, after one more look at the tree before: what is reached may not be so every time."""
        self.bare.look_again(tree)
        return self.compare(self._measured(self.bare.of(tree)), after, changes)

    def _measured(self, found: Run) -> Measurement:
        files = {
            path: lines for path, lines in found.covered.items() if not self.is_test(PurePosixPath(path))
        }
        total = _total(files.values())
        failure = found.failure or ("" if total.statements else "no file of the project was measured")
        figures = {"statements": total.statements, "missed": total.missed}
        return Measurement(figures=figures, failure=failure, facts={"files": files})


def _total(files: Iterable[Lines]) -> Lines:
    every = tuple(files)
    return Lines(sum(each.statements for each in every), sum(each.missed for each in every))


def _more(old: Files, new: Files) -> Iterable[Problem]:
    for path in sorted(new):
        was, now = old.get(path, Lines(0, 0)), new[path]
        if now.missed > was.missed:
            told = f"{was.missed} -> {now.missed} statements that no test reaches"
            yield Problem(path, 1, "coverage", told, path)
