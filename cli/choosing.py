"""What ``apply --interactive`` does before anything is proven: a person chooses what is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli import terminal
from cli.interactive import Interaction
from cli.render import counted
from cli.terminal import Line
from codemods import draft, journal
from codemods.choice import NOTHING, Choices, Kind
from codemods.choosing import Choosable
from codemods.data import MigrationError
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

    interaction = Interaction(session, changes, _show, keep)
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
            terminal.show([Line(f"{error}; those hunks are asked again", "yellow")])
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
        terminal.show([Line(f"{path}: changed since the choices were made: they do not count", "yellow")])
    valid = found.within(found.paths - {*stale})
    made = len(valid.left | valid.taken)
    while made:
        answer = terminal.ask(f"Go on with the {counted(made, 'choice')} of an earlier run [y,n]? ").strip()
        if answer[:1] in ("y", "n"):
            return valid if answer[0] == "y" else NOTHING
    return NOTHING


def _show(question: Question) -> None:
    for hunk in question.hunks:
        terminal.show([Line(f"{hunk.path}  {hunk.header}", "bold")])
        terminal.show(Line(f"  {reason.text}", "dim") for reason in hunk.reasons)
        terminal.show(Line(f"{line.sign}{line.text}") for line in hunk.lines)


def _summary(session: Session, found: Choices) -> None:
    left = [q for q in session.questions if q.items & found.left]
    taken = len(session.questions) - len(left)
    by_hand = f", {counted(len(found.retouches), 'hunk')} edited by hand" if found.retouches else ""
    terminal.show([Line(f"{counted(taken, 'hunk')} taken, {len(left)} left out{by_hand}", "bold")])
