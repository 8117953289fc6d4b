"""What ``status`` says: what is in the way first, then each landed phase with how it was proven."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.render import counted
from cli.terminal import Line

if TYPE_CHECKING:
    from codemods.journal import Interruption
    from codemods.migrate import Status
    from codemods.status import PhaseStatus


def status(found: Status) -> Iterator[Line]:
    """What there is to see to, a block for each phase, and a line that sums up."""
    if found.at_work is not None:
        yield Line(f"another run is at work here (process {found.at_work})", "bold yellow")
    elif found.interrupted is not None:
        yield from _interruption(found.interrupted)
    if found.edited:
        yield Line("edited since it was landed:", "bold yellow")
        yield from (Line(f"  {path}", "yellow") for path in found.edited)
    for phase in found.phases:
        yield from _phase(phase)
    if found.spec:
        by = f"classmod {found.version}" if found.version else "a version that was not recorded"
        yield Line(f"{counted(len(found.files), 'file')} landed by {by}, spec {found.spec}", "bold")
    else:
        yield Line("Nothing is landed.", "bold")
    if found.choices_kept:
        yield Line("Choices are kept: apply --interactive goes on with them.")


def _interruption(found: Interruption) -> Iterator[Line]:
    phases = ", ".join(f"phase {number}" for number in found.phases)
    yield Line(
        f"a landing of {phases} was interrupted" if phases else "a rollback was interrupted", "bold red"
    )
    if found.in_the_way:
        yield Line(f"  every other command is refused until this is settled: {found.in_the_way}", "red")
    else:
        become = (
            "1 file becomes as it was"
            if len(found.files) == 1
            else f"{len(found.files)} files become as they were"
        )
        yield Line(f"  the next command that reads the tree undoes it: {become}", "red")


def _phase(phase: PhaseStatus) -> Iterator[Line]:
    title, record = f"phase {phase.number} {phase.name}".rstrip(), phase.record
    if record is None:
        yield Line(f"{title}  how it was proven is not recorded", "green")
    else:
        yield Line(f"{title}  {counted(len(record.files), 'file')}  {record.at}", "green")
        width = max(map(len, record.figures), default=0)
        figures = (f"  {gate:<{width}} passed: {said}" for gate, said in record.figures.items())
        yield from map(Line, figures if record.figures else ["  no gate ran"])
    way = f"cannot be taken back alone: {phase.stays}" if phase.stays else "can be taken back alone"
    yield Line(f"  {way}", "yellow" if phase.stays else "dim")


def status_json(found: Status) -> str:
    """The same for programs; what is not known is null."""
    interrupted = found.interrupted and {
        "phases": found.interrupted.phases,
        "files": list(map(str, found.interrupted.files)),
        "in_the_way": found.interrupted.in_the_way or None,
    }
    answer = {
        "spec": found.spec or None,
        "version": found.version or None,
        "phases": list(map(_phase_json, found.phases)),
        "files": list(map(str, found.files)),
        "edited": list(map(str, found.edited)),
        "interrupted": interrupted,
        "at_work": found.at_work,
        "choices_kept": found.choices_kept,
    }
    return json.dumps(answer, indent=2)


def _phase_json(phase: PhaseStatus) -> dict[str, Any]:
    record = phase.record
    return {
        "number": phase.number,
        "name": phase.name or None,
        "landed": record and record.at,
        "version": record and record.version,
        "files": record and list(map(str, record.files)),
        "gates": record and dict(record.figures),
        "can_go": not phase.stays,
        "stays": phase.stays or None,
    }
