"""What ``apply --interactive`` does before anything is proven: a person chooses what is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import click

from cli import difference, terminal
from cli.editor import edit
from cli.highlight import Code
from cli.interactive import Interaction, yes
from cli.render import counted, state
from cli.terminal import Line
from codemods import draft, journal
from codemods.choice import NOTHING, Choices, Kind, Retouch
from codemods.choosing import Choosable
from codemods.data import Change, MigrationError
from codemods.record import digest_of
from codemods.review import of_stages
from codemods.reviewed import Review
from codemods.session import Question, Session
from codemods.steps import stages_of
from codemods.survey import origin

if TYPE_CHECKING:
    from codemods.steps import Stage
    from codemods.survey import Origin, Survey


def choose(survey: Survey, phases: Sequence[str]) -> tuple[Origin, Sequence[Stage]] | None:
    """What a person takes of the phases asked for, planned; None where they take nothing.

    Answers are kept as they come; at the end of input (click.Abort) a later run can go on with them.
    Raises MigrationError as ``steps`` does.
    """
    root, spec = survey.root, survey.spec.name
    landed = journal.read(root)
    # What was left out is asked again, what was written by hand stays.
    before = landed.choices if landed else NOTHING
    start = origin(survey, replace(before, left=frozenset()))
    try:
        stages = stages_of(survey, start, phases)
    except MigrationError as error:
        if not start.choices.retouches:
            raise
        _asked_again(error, start.choices.retouches)
        start = origin(survey, NOTHING)
        stages = stages_of(survey, start, phases)
    review = of_stages(survey, start, stages)
    if not review.hunks:
        return start, stages
    choosable = Choosable(start.project, start.landed)
    session = Session.of(choosable, review, _kept(survey, start), start.choices.retouches)
    changes = {(p.phase.number, file.path): file.change for p in review.phases for file in p.files}

    def keep() -> None:
        draft.keep(root, spec, session.choices(start.project.snapshot, whole=False))

    interaction = Interaction(session, changes, _View(changes), keep, partial(edit, root))
    while True:
        try:
            interaction.run()
        except click.Abort:
            keep()
            kept = Line("The choices are kept; apply --interactive goes on with them.")
            terminal.show([Line(), kept], err=True)
            raise
        found = session.choices(start.project.snapshot, whole=True)
        try:
            beginning = origin(survey, found)
            stages = stages_of(survey, beginning, phases)
        except MigrationError as error:
            if not (undone := session.undo_handwork()):
                raise
            _asked_again(error, undone)
            continue
        if undone_too := sum(bool(q.items & session.taken & found.left) for q in session.questions):
            needs = "needs" if undone_too == 1 else "need"
            told = f"{counted(undone_too, 'hunk')} that you took {needs} what is left out or not decided"
            terminal.show([Line(f"{told}, so left out as well", "note")])
        _summary(session, found, review)
        return None if any(item.kind is Kind.BASE for item in found.left) else (beginning, stages)


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
    made = len(valid.left | valid.taken) + len(valid.retouches)
    return valid if made and yes(f"Go on with the {counted(made, 'choice')} of an earlier run") else NOTHING


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


def _asked_again(error: MigrationError, undone: Sequence[Retouch]) -> None:
    """Say why edited hunks are asked about again, and what was written, for it is not to be lost."""
    terminal.show([Line(f"{error}; what was edited is asked again. It was:", "note")])
    for each in undone:
        terminal.show([Line(f"phase {each.phase}  {each.path}:{each.line}", "file")])
        terminal.show(Line(f"  {line.rstrip()}", code=True) for line in each.written)


def _summary(session: Session, found: Choices, review: Review) -> None:
    """How many hunks are taken, left out, edited, and how many are there because of the others."""
    left = sum(bool(question.items & found.left) for question in session.questions)
    asked = {(hunk.phase, hunk.path, hunk.number) for q in session.questions for hunk in q.hunks}
    follow = len(review.hunks) - len(asked)
    said = [f"{counted(len(session.questions) - left, 'hunk')} taken", f"{left} left out"]
    said += [f"{len(session.retouches)} edited by hand"] if session.retouches else []
    said += [f"{follow} {'follows' if follow == 1 else 'follow'} from the others"] if follow else []
    terminal.show([Line(", ".join(said), "bold")])
