"""``apply --interactive``: hunk by hunk, with the keys of ``git add -p``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import PurePosixPath

from cli import terminal
from cli.terminal import Line
from codemods.choice import Item
from codemods.data import Change
from codemods.handwork import Emptied, Unfit, editable, understood
from codemods.session import Question, Session

_KEYS = {
    "y": "take this hunk",
    "n": "leave this hunk out",
    "q": "quit; leave out this hunk and all that are not decided",
    "a": "take this hunk and all later ones of this file and phase",
    "d": "leave out this hunk and all later ones of this file and phase",
    "A": "take this hunk and all later ones of all files",
    "j": "leave this hunk undecided, see the next undecided one",
    "J": "leave this hunk undecided, see the next one",
    "k": "leave this hunk undecided, see the undecided one before",
    "K": "leave this hunk undecided, see the one before",
    "g": "go to a hunk: g lists them, g3 goes to the third",
    "/": "search for a hunk by a regular expression: /_old_name",
    "s": "split this hunk into smaller ones",
    "e": "edit this hunk by hand",
    "p": "show this hunk again",
    "?": "show this help",
}
_MANY = 5  # of the reasons why something goes along, that are told


@dataclass
class Interaction:
    """A session with a person. ``keep`` is called after each answer, ``edit`` asks for another text.

    ``changes`` are those of the review.
    """

    session: Session
    changes: Mapping[tuple[int, PurePosixPath], Change]
    show: Callable[[Question], None]
    keep: Callable[[], None]
    edit: Callable[[str], str | None]

    def run(self) -> None:
        """Ask until everything is decided or the person quits. Raises click.Abort at the end of input."""
        number: int | None = self._next(-1)
        shown = None
        while number is not None:
            question = self.session.questions[number]
            if shown != question:
                self.show(question)
                self._tell(question)
            shown = question
            key = self._ask(number, question)
            if key[:1] == "q":
                return
            before = number
            number = self._answered(key, number, question)
            if number == before and key[:1] in ("p", "s"):
                shown = None
            self.keep()

    # --- one answer -------------------------------------------------------------------------------

    def _ask(self, number: int, question: Question) -> str:
        """What is answered, beginning with a key; upper case is lower case where it means nothing else."""
        keys = ",".join(self._keys(number, question))
        place = f"({number + 1}/{len(self.session.questions)})"
        answer = ""
        while not answer:
            answer = terminal.ask(f"{place} Take {_what(question)} [{keys}]? ").strip()
        return answer if answer[0] in _KEYS else answer[0].lower() + answer[1:]

    def _keys(self, number: int, question: Question) -> list[str]:
        count = len(self.session.questions)
        fitting = {
            "j": self._next(number) is not None,
            "J": number + 1 < count,
            "k": self._previous(number) is not None,
            "K": number > 0,
            "g": count > 1,
            "/": count > 1,
            "s": self.session.splits(question),
            "e": len(question.hunks) == 1,
        }
        return [key for key in _KEYS if fitting.get(key, True)]

    def _answered(self, key: str, number: int, question: Question) -> int | None:
        """Do what a key says; answers the question to go on with, None for the end."""
        match key[:1]:
            case "y":
                self._take(question)
            case "n":
                self._leave(question)
            case "a" | "A" | "d":
                for each in self._later(number, key[0]):
                    (self._leave if key[0] == "d" else self._take)(each)
            case "s":
                return self._split(number)
            case "e":
                return self._edit(number, question)
            case "j" | "k":
                there = self._next(number) if key[0] == "j" else self._previous(number)
                return self._there(there, number, "no other undecided hunk there")
            case "J" | "K":
                there = number + (1 if key[0] == "J" else -1)
                known = there if 0 <= there < len(self.session.questions) else None
                return self._there(known, number, "no other hunk there")
            case "g":
                return self._there(self._numbered(key[1:]), number, "there is no such hunk")
            case "/":
                return self._there(self._matching(key[1:], number), number, "no hunk matches")
            case "p":
                return number
            case "?":
                fitting = self._keys(number, question)
                terminal.show(Line(f"{name} - {_KEYS[name]}", "bold red") for name in fitting)
                return number
            case _:
                terminal.show([Line(f"unknown key {key[0]} (? shows the keys)", "yellow")])
                return number
        return self._next(number, wrap=True)

    def _there(self, there: int | None, here: int, otherwise: str) -> int:
        if there is None:
            terminal.show([Line(otherwise, "yellow")])
            return here
        return there

    # --- where to -----------------------------------------------------------------------------------

    def _undecided(self, numbers: Collection[int]) -> int | None:
        questions = self.session.questions
        return next((n for n in numbers if self.session.answer(questions[n]) is None), None)

    def _next(self, number: int, *, wrap: bool = False) -> int | None:
        count = len(self.session.questions)
        return self._undecided([*range(number + 1, count), *(range(number) if wrap else ())])

    def _previous(self, number: int) -> int | None:
        return self._undecided(range(number - 1, -1, -1))

    def _numbered(self, text: str) -> int | None:
        wanted = text.strip()
        if not wanted:
            terminal.show(starmap(self._listed, enumerate(self.session.questions, 1)))
            wanted = terminal.ask("go to which hunk? ").strip()
        there = int(wanted) - 1 if wanted.isdecimal() and len(wanted) < 10 else -1
        return there if 0 <= there < len(self.session.questions) else None

    def _listed(self, number: int, question: Question) -> Line:
        """A hunk in one line, with what is decided of it, as ``git add -p`` lists them."""
        hunk = question.hunks[0]
        sign = {True: "+", False: "-", None: " "}[self.session.answer(question)]
        first = next((line for line in hunk.lines if line.sign != " "), None)
        said = f"{first.sign}{first.text.strip()}" if first else ""
        return Line(f"{sign}{number:3}: {hunk.path}:{hunk.before.start}  {said}", code=True)

    def _matching(self, text: str, number: int) -> int | None:
        wanted = text or terminal.ask("search for regex? ").rstrip("\n")
        try:
            pattern = re.compile(wanted)
        except (re.error, OverflowError, RecursionError) as error:
            terminal.show([Line(f"not a regular expression: {error}", "yellow")])
            return None
        count = len(self.session.questions)
        around = [*range(number + 1, count), *range(number + 1)]
        return next((n for n in around if _matches(self.session.questions[n], pattern)), None)

    def _later(self, number: int, key: str) -> list[Question]:
        """This question and those after it that are not decided: of its file, or (A) of all."""
        file = self.session.questions[number].file
        rest = [q for q in self.session.questions[number:] if key == "A" or q.file == file]
        return [q for i, q in enumerate(rest) if i == 0 or self.session.answer(q) is None]

    # --- answers ------------------------------------------------------------------------------------

    def _take(self, question: Question) -> None:
        missing = self.session.obstacles(question.items)
        if not missing or self._agreed(missing, "cannot be taken without what is left out", "Take that, too"):
            self.session.take(question.items)

    def _leave(self, question: Question) -> None:
        also = self.session.consequences(question.items)
        undone = {item: why for item, why in also.items() if item in self.session.taken}
        if undone and not self._agreed(undone, "is needed by what is taken", "Leave that out, too"):
            return
        if also and not undone:
            self._because(also, f"left out with it: {_counted(also)}")
        self.session.retouch(question, None)
        self.session.leave(question.items)

    def _agreed(self, items: Mapping[Item, str], what: str, proposal: str) -> bool:
        self._because(items, f"this {what}: {_counted(items)}")
        return yes(proposal)

    def _because(self, items: Mapping[Item, str], title: str) -> None:
        reasons = Counter(items.values()).most_common()
        terminal.show([Line(title, "yellow")])
        terminal.show(
            Line(f"  {why}{f' ({count} places)' if count > 1 else ''}", "yellow")
            for why, count in reasons[:_MANY]
        )
        if len(reasons) > _MANY:
            terminal.show([Line(f"  and {len(reasons) - _MANY} reasons more", "yellow")])

    def _tell(self, question: Question) -> None:
        """What has been decided of a question before it is asked."""
        for why in self.session.why_left(question):
            terminal.show([Line(f"part of this is left out already: {why}", "yellow")])
        if self.session.retouched(question):
            terminal.show([Line("this hunk was edited by hand", "yellow")])

    # --- splitting and editing ----------------------------------------------------------------------

    def _split(self, number: int) -> int:
        parts = self.session.split(number)
        said = f"split into {parts} hunks" if parts > 1 else "this hunk cannot be split"
        terminal.show([Line(said, "yellow")])
        return number

    def _edit(self, number: int, question: Question) -> int | None:
        if len(question.hunks) > 1:
            terminal.show([Line("hunks of several files are not edited as one", "yellow")])
            return number
        hunk = question.hunks[0]
        text = editable(hunk)
        while (edited := self.edit(text)) is not None:
            text = edited
            try:
                made = understood(hunk, self.changes[question.file], text)
            except Emptied:
                terminal.show([Line("nothing is left of the hunk, so it stays as it was", "yellow")])
                return number
            except Unfit as error:
                terminal.show([Line(f"the edited hunk does not fit: {error}", "yellow")])
                if not yes("Edit again (n discards it)"):
                    return number
                continue
            self._take(question)
            if self.session.answer(question):
                self.session.retouch(question, made)
            return self._next(number, wrap=True)
        return number


def yes(proposal: str) -> bool:
    """Whether a person agrees; asked until they say so or not."""
    answer = ""
    while answer not in ("y", "n"):
        answer = terminal.ask(f"{proposal} [y,n]? ").strip()[:1].lower()
    return answer == "y"


def _what(question: Question) -> str:
    count = len(question.hunks)
    return "this hunk" if count == 1 else f"these {count} hunks, which are one"


def _matches(question: Question, pattern: re.Pattern[str]) -> bool:
    texts: Sequence[str] = [str(question.hunks[0].path)]
    lines = [line.text for hunk in question.hunks for line in hunk.lines]
    return any(pattern.search(text) for text in (*texts, *lines))


def _counted(items: Collection[Item]) -> str:
    return "1 place" if len(items) == 1 else f"{len(items)} places"
