"""What is landed, and what can be done about it; nothing is written to find out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from codemods import draft, journal, lock
from codemods.data import MigrationError, Spec
from codemods.journal import Interruption
from codemods.phases import BASE, REPAIR, chosen, finalizing, phases
from codemods.record import Landed, LandedPhase


def status(root: Path, spec: Spec, asked: Sequence[str] = ()) -> Status:
    """What is landed at ``root``, of the phases asked for or of all; ``spec`` has their names.

    Raises MigrationError for a phase that does not exist, and for a record that cannot be understood.
    """
    last = finalizing(spec)
    stays = partial(stuck, last=last.number)
    wanted = {phase.number for phase in chosen(spec, tuple(asked), frozenset({BASE.number}), (last,))}
    landed = journal.read(root) or Landed((), "", ())
    edited, interrupted = journal.edited_since(root), journal.interruption(root)
    known = (REPAIR, *phases(spec), last) if landed.spec == spec.name else ()
    names = {phase.number: phase.name for phase in known}
    history = {each.number: each for each in landed.history}
    why = _nothing_goes(root, landed, edited, interrupted)
    return Status(
        landed.spec,
        landed.version,
        tuple(
            PhaseStatus(
                number,
                names.get(number, ""),
                history.get(number),
                why or stays(landed.phases, {number}),
            )
            for number in landed.phases
            if not asked or number in wanted
        ),
        tuple(file.path for file in landed.files),
        edited,
        interrupted,
        lock.at_work(root),
        draft.waits(root),
    )


def stuck(landed: Iterable[int], leaving: Iterable[int], last: int) -> str:
    """Why some of the landed phases cannot be taken back while the others stay; empty where they can.

    While the ``last`` one stays, which ends what the others began, none of them can go.
    """
    names, going = set(landed), set(leaving)
    if going and last in names - going:
        return f"phase {min(going)} cannot go while phase {last} is landed"
    others = names - going - {REPAIR.number}
    first = {REPAIR.number, BASE.number}
    if not others or first & going == set():
        return ""
    verb = "is" if len(others) == 1 else "are"
    return f"phase {min(going)} cannot go while {listed(others)} {verb} landed"


def listed(numbers: Iterable[int]) -> str:
    """Phases as people say them."""
    return ", ".join(f"phase {number}" for number in sorted(numbers)) or "none"


def _nothing_goes(
    root: Path, landed: Landed, edited: Sequence[PurePosixPath], interrupted: Interruption | None
) -> str:
    """Why no phase at all can be taken back; empty where that depends on the phase."""
    if interrupted is not None and interrupted.in_the_way:
        return interrupted.in_the_way
    if edited:
        return f"edited since it was landed: {', '.join(map(str, edited))}"
    try:
        landed.originals(root)
    except MigrationError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """A landed phase; ``record`` is None where none was kept, ``stays`` says why it cannot go alone."""

    number: int
    name: str
    record: LandedPhase | None
    stays: str


@dataclass(frozen=True, slots=True)
class Status:
    """What is landed, by which spec and version of classmod (both empty where nothing is).

    ``edited`` are landed files that somebody else has changed since, ``at_work`` is the process of a run
    that is under way; ``choices_kept`` wait for ``apply --interactive``.
    """

    spec: str
    version: str
    phases: tuple[PhaseStatus, ...]
    files: tuple[PurePosixPath, ...]
    edited: tuple[PurePosixPath, ...]
    interrupted: Interruption | None
    at_work: int | None
    choices_kept: bool = False

    @property
    def clean(self) -> bool:
        """Whether there is nothing to see to."""
        return not self.edited and (self.interrupted is None or self.at_work is not None)
