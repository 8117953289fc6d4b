"""Gates: each measures a staged tree before and after, and says whether after may be landed.

A gate answers with data in both steps, so that any mix of gates is run, compared and shown alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from codemods import files
from codemods.data import Change, Outcome, Problem, Verdict


def inconclusive(gate: str, before: Measurement, after: Measurement) -> Verdict | None:
    """The verdict when one of the two failed, None when there is something to compare."""
    for when, measurement in (("before", before), ("after", after)):
        if measurement.failure:
            reason = f"{when}: {measurement.failure}"
            return Verdict(gate, Outcome.INCONCLUSIVE, "not measured", reason=reason)
    return None


def excess(here: Iterable[Problem], there: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of ``here`` that outnumber those of the same key in ``there``.

    Where some of a key are old and some new, those that stand at a line with a problem of ``there``
    are taken for the old ones.
    """
    spare = Counter(problem.key for problem in there)
    places = Counter((problem.key, problem.line) for problem in there)
    moved: list[Problem] = []
    for problem in here:
        place = (problem.key, problem.line)
        if places[place]:
            places[place] -= 1
            spare[problem.key] -= 1
        else:
            moved.append(problem)
    over: list[Problem] = []
    for problem in moved:
        if spare[problem.key] > 0:
            spare[problem.key] -= 1
        else:
            over.append(problem)
    return tuple(over)


def listed(texts: Iterable[object], shown: int = 3) -> str:
    """The first few, and how many more there are."""
    first, more = (every := list(map(str, texts)))[:shown], len(every) - shown
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


@contextmanager
def instead(tree: Path, contents: Mapping[PurePosixPath, bytes | None]) -> Iterator[None]:
    """Other contents of files (None: not there) in the tree staged at ``tree``, for the block."""
    originals = {path: files.peek(tree, path) for path in contents}
    try:
        for path, data in contents.items():
            files.replace(tree, path, data, sync=False)
        yield
    finally:
        for path, data in originals.items():
            files.replace(tree, path, data, sync=False)


class Gate(Protocol):
    """A check of the staged tree, run before and after and then compared.

    It is made for one stage of the tree, with what it has to know of it.
    """

    @property
    def name(self) -> str:
        """What people call it, on the command line too."""

    def measure(self, tree: Path) -> Measurement:
        """Look at the tree staged at ``tree``; what goes wrong in doing so is in the answer."""

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Judge ``after``; ``changes`` are all that was done to the tree between the two."""

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """Judge a refusal of ``compare`` again, with a second look at the tree before, staged at ``tree``."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a gate found in one state of the tree.

    ``figures`` are numbers by name, ``failure`` says why there is nothing to compare (empty when there
    is), ``remarks`` go into the verdict's reason whatever it is, ``notes`` are what was said beside the
    problems, ``facts`` what a gate compares that is no problem yet, in words of its own.
    """

    problems: tuple[Problem, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    failure: str = ""
    remarks: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
