"""What ``apply --interactive`` does before anything is proven: a person chooses what is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import click

from cli import difference, terminal
from cli.highlight import Code
from cli.interactive import Interaction
from cli.render import counted, state
from cli.terminal import Line
from codemods import draft, journal
from codemods.choice import NOTHING, Choices, Kind
from codemods.choosing import Choosable
from codemods.data import Change, MigrationError
from codemods.record import digest_of
from codemods.review import of_stages
from codemods.session import Question, Session
from codemods.steps import stages_of
from codemods.survey import chosen, origin

if TYPE_CHECKING:
    from codemods.survey import Origin, Survey


def choose(survey: Survey, phases: Sequence[str]) -> Choices | None:
    """What a person takes of the phases asked for; None where they take nothing.

    Answers are kept as they come; at the end of input (click.Abort) a later run can go on with them.
    Raises MigrationError as ``steps`` does.
    """
    root, spec = survey.root, survey.spec.name
    landed = journal.read(root)
    # What was left out is asked again, what was written by hand stays.
    written = landed.choices.retouches if landed else ()
    digests = landed.choices.digests if landed else {}
    start = origin(survey, Choices(retouches=written, digests=digests))
    review = of_stages(survey, start, stages_of(survey, start, phases))
    if not review.hunks:
        return NOTHING
    session = Session.of(Choosable(start.project, start.landed), review, _kept(survey, start))
    changes = {(p.phase.number, file.path): file.change for p in review.phases for file in p.files}

    def keep() -> None:
        draft.keep(root, spec, session.choices(start.project.snapshot, whole=False))

    interaction = Interaction(session, changes, _View(changes), keep)
    while True:
        try:
            interaction.run()
        except click.Abort:
            keep()
            terminal.show([Line("\nThe choices are kept; apply --interactive goes on with them.")], err=True)
            raise
        found = session.choices(start.project.snapshot, whole=True)
        try:
            stages_of(survey, chosen(start, found), phases)
        except MigrationError as error:
            if not session.undo_handwork():
                raise
            terminal.show([Line(f"{error}; those hunks are asked again", "note")])
            continue
        _summary(session, found)
        return None if any(item.kind is Kind.BASE for item in found.left) else found


def _kept(survey: Survey, start: Origin) -> Choices:
    """The choices of an earlier run that a person wants to go on with, of files that are as they were."""
    found = draft.load(survey.root, survey.spec.name)
    if not found:
        return NOTHING
    snapshot = start.project.snapshot
    stale = sorted(p for p in found.paths if digest_of(snapshot.get(p)) != found.digests.get(p))
    for path in stale:
        terminal.show([Line(f"{path}: changed since the choices were made: they do not count", "note")])
    valid = found.within(found.paths - {*stale})
    made = len(valid.left | valid.taken)
    while made:
        answer = terminal.ask(f"Go on with the {counted(made, 'choice')} of an earlier run [y,n]? ").strip()
        if answer[:1] in ("y", "n"):
            return valid if answer[0] == "y" else NOTHING
    return NOTHING


@dataclass(frozen=True)
class _View:
    """Shows the hunks of a question; ``changes`` are those of the review, by phase and path."""

    changes: Mapping[tuple[int, PurePosixPath], Change]

    def __call__(self, question: Question) -> None:
        for found in question.hunks:
            change = self.changes[found.phase, found.path]
            syntax = Code(change).parts if terminal.styled() else difference.no_syntax
            became = "" if state(change) == "changed" else f"  {state(change)}"
            terminal.show([Line(f"phase {found.phase}  {found.path}{became}", "file", hang="  ")])
            terminal.show(difference.hunk(found, syntax))


def _summary(session: Session, found: Choices) -> None:
    left = [q for q in session.questions if q.items & found.left]
    taken = len(session.questions) - len(left)
    by_hand = f", {counted(len(found.retouches), 'hunk')} edited by hand" if found.retouches else ""
    terminal.show([Line(f"{counted(taken, 'hunk')} taken, {len(left)} left out{by_hand}", "bold")])
