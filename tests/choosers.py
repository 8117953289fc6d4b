"""What can be chosen of a small tree, and sets of that to leave out: what tests of choices share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from codemods.choice import NOTHING, Choices, Item, Kind
from codemods.choosing import Choosable
from codemods.data import Spec
from codemods.migrate import survey
from codemods.record import digest_of
from codemods.review import of_stages
from codemods.reviewed import Review
from codemods.session import Session
from codemods.steps import stages_of
from codemods.survey import Origin, Survey, origin
from tests.trees import TWO_SIDES


@dataclass(frozen=True)
class Asked:
    """A tree on disk with all that can be asked about it."""

    found: Survey
    start: Origin
    review: Review
    choosable: Choosable

    @cached_property
    def items(self) -> list[Item]:
        """All that can be left out without leaving out everything."""
        every = {item for hunk in self.review.hunks for item in self.choosable.items(hunk)}
        return sorted(item for item in every if item.kind is not Kind.BASE)

    def session(self, kept: Choices = NOTHING) -> Session:
        return Session.of(self.choosable, self.review, kept)

    def without(self, left: Iterable[Item]) -> Choices:
        """The choices that leave these out and what needs them."""
        some = {*left}
        whole = frozenset(some | self.choosable.with_needing(some).keys())
        digests = {item.path: digest_of(self.start.project.snapshot[item.path]) or "" for item in whole}
        return Choices(whole, digests=digests)

    def some(self, seed: int) -> Choices:
        """Choices at random: few items or many."""
        chance = Random(seed)
        many = chance.choice([1, 1, 2, 3, 5, len(self.items) // 4, len(self.items) // 2])
        return self.without(chance.sample(self.items, min(many, len(self.items))))


def asked(root: Path, spec: Spec = TWO_SIDES, phases: Iterable[str] = ()) -> Asked:
    found = survey(root, spec)
    start = origin(found, NOTHING)
    review = of_stages(found, start, stages_of(found, start, tuple(phases)))
    return Asked(found, start, review, Choosable(start.project, start.landed))
