"""Choosing hunk by hunk: questions, answers, and what an answer means for the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.choice import Choices, Item, Kind, Retouch
from codemods.choosing import Choosable
from codemods.data import Snapshot
from codemods.hunks import Hunk, split
from codemods.record import digest_of
from codemods.reviewed import Review

_TOGETHER = (Kind.BASE, Kind.ABSTRACT, Kind.TESTS)
"""What is one question wherever its hunks are."""


@dataclass(frozen=True)
class Question:
    """Hunks that are taken or left as one; the first says where they are."""

    hunks: tuple[Hunk, ...]
    items: frozenset[Item]

    @property
    def file(self) -> tuple[int, PurePosixPath]:
        """The phase and the path that it belongs to."""
        return self.hunks[0].phase, self.hunks[0].path


@dataclass
class Session:
    """Answers as they are given; ``left`` says why what was not asked about is left out with others.

    ``written`` is what was edited by hand and has landed: it stays.
    """

    choosable: Choosable
    questions: list[Question]
    taken: set[Item] = field(default_factory=set)
    left: dict[Item, str] = field(default_factory=dict)
    retouches: list[Retouch] = field(default_factory=list)
    written: tuple[Retouch, ...] = ()

    @classmethod
    def of(
        cls, choosable: Choosable, review: Review, kept: Choices, written: tuple[Retouch, ...] = ()
    ) -> Session:
        """The questions of a review; what was chosen before and is still asked about has its answer."""
        questions = list(_questions(choosable, review.hunks))
        asked = {item for question in questions for item in question.items}
        # Those of phases that are not asked about now are for later.
        left = dict.fromkeys((i for i in kept.left if i in asked or i.kind is not Kind.BASE), "")
        retouches = [each for each in kept.retouches if each not in written]
        return cls(choosable, questions, set(kept.taken & asked), left, retouches, written)

    def answer(self, question: Question) -> bool | None:
        """Whether it is taken; None where it is not decided, or not all of it alike."""
        if question.items <= self.taken:
            return True
        return False if question.items <= self.left.keys() else None

    def why_left(self, question: Question) -> tuple[str, ...]:
        """Why something of it is left out though nobody was asked."""
        return tuple(dict.fromkeys(why for item in sorted(question.items) if (why := self.left.get(item))))

    # --- leaving --------------------------------------------------------------------------------

    def consequences(self, items: Collection[Item]) -> Mapping[Item, str]:
        """What has to be left out with these and is not yet, and why."""
        if any(item.kind is Kind.BASE for item in items):
            rest = {item for question in self.questions for item in question.items}
            found = dict.fromkeys(rest - {*items}, "everything else stands on it")
        else:
            found = self.choosable.with_needing(items)
        return {item: why for item, why in found.items() if item not in self.left and item not in items}

    def leave(self, items: Collection[Item]) -> None:
        """Leave these out, and what cannot do without them."""
        also = self.consequences(items)
        self.left |= {**dict.fromkeys(items, ""), **also}
        self.taken -= self.left.keys()

    # --- taking ---------------------------------------------------------------------------------

    def obstacles(self, items: Collection[Item]) -> Mapping[Item, str]:
        """What is left out that these cannot do without, and why."""
        found = self.choosable.without(items)
        base = dict.fromkeys((i for i in self.left if i.kind is Kind.BASE), "everything else stands on it")
        return {item: why for item, why in (base | found).items() if item in self.left and item not in items}

    def take(self, items: Collection[Item]) -> None:
        """Take these, and what they cannot do without."""
        wanted = {*items, *self.obstacles(items)}
        self.taken |= wanted
        for item in wanted:
            self.left.pop(item, None)

    # --- writing otherwise ----------------------------------------------------------------------

    def retouch(self, question: Question, made: Retouch | None) -> None:
        """Have lines of a question's hunk written otherwise, or (None) as they are planned."""
        hunk = question.hunks[0]
        self.retouches = [each for each in self.retouches if not _is_of(each, hunk)]
        self.retouches += [made] if made else []

    def retouched(self, question: Question) -> Retouch | None:
        """What is written in a question's hunk instead of what is planned."""
        return next((each for each in self.retouches if _is_of(each, question.hunks[0])), None)

    def undo_handwork(self) -> tuple[Retouch, ...]:
        """Ask again about all that is edited by hand and not landed yet; answers what that was."""
        for question in self.questions:
            if self.retouched(question):
                self.taken -= question.items
        undone, self.retouches = tuple(self.retouches), []
        return undone

    # --- the rest -------------------------------------------------------------------------------

    def splits(self, question: Question) -> bool:
        """Whether a question has parts that can be answered one by one."""
        return len(self._parts(question)) > 1

    def split(self, number: int) -> int:
        """Put the parts of a question's hunk in its place; answers how many there are."""
        parts = self._parts(self.questions[number])
        self.questions[number : number + 1] = parts
        return len(parts)

    def _parts(self, question: Question) -> list[Question]:
        """The question for each part of a hunk; parts that are one thing to choose stay together."""
        if len(question.hunks) > 1:
            return [question]
        found = [(part, frozenset(self.choosable.items(part))) for part in split(question.hunks[0])]
        parts = [Question((part,), items) for part, items in found if items]
        return parts if len({part.items for part in parts}) > 1 else [question]

    def choices(self, snapshot: Snapshot, *, whole: bool) -> Choices:
        """What is chosen by now of this tree; ``whole`` leaves out what is not decided."""
        every = {item for question in self.questions for item in question.items}
        left, retouches = frozenset(self.left), self.retouches
        if whole:
            left |= every - self.taken
            left |= self.choosable.with_needing(left).keys()
            left |= every if any(item.kind is Kind.BASE for item in left) else set()
            undecided = [self.retouched(q) for q in self.questions if not self.answer(q)]
            retouches = [each for each in retouches if each not in undecided]
        made = Choices(left, (*self.written, *retouches), frozenset(self.taken - left))
        found = {path: digest_of(snapshot.get(path)) for path in made.paths}
        known = {path: digest for path, digest in found.items() if digest is not None}
        return Choices(made.left, made.retouches, made.taken, known)


def _is_of(retouch: Retouch, hunk: Hunk) -> bool:
    return (retouch.path, retouch.phase) == (hunk.path, hunk.phase) and retouch.line in hunk.after


def _questions(choosable: Choosable, hunks: Iterable[Hunk]) -> Iterable[Question]:
    """A question for each hunk that something can be chosen of; some hunks are one question together."""
    found: dict[object, list[Hunk]] = {}
    items: dict[object, frozenset[Item]] = {}
    for hunk in hunks:
        here = frozenset(choosable.items(hunk))
        together = len(here) == 1 and next(iter(here)).kind in _TOGETHER
        key = here if together else hunk
        if here:
            found.setdefault(key, []).append(hunk)
            items[key] = here
    return (Question(tuple(found[key]), items[key]) for key in found)
