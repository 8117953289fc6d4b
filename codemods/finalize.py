"""The end of the old names: what is in the way, what is proven, and the landing beside what landed before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from codemods import journal, refusals
from codemods.abstractness import can_be_abstract
from codemods.data import KEPT, MigrationError, Note, Site
from codemods.declarations import is_abstract, is_trivial
from codemods.doing import Progress
from codemods.generated import is_generated
from codemods.migrate import Options, Report, carried_out
from codemods.obstacles import obstacles, refuse_own_code, staying
from codemods.phases import finalizing
from codemods.plan import going
from codemods.project import Project
from codemods.record import digest_of
from codemods.sides import layer_path
from codemods.steps import Stage, ending
from codemods.sunset import last_day
from codemods.survey import Origin, Survey, origin
from codemods.testing import is_as_written
from codemods.written import text_of_tests


class TooEarly(MigrationError):
    """Old names may not go yet, by the spec."""

    status = 1


@dataclass(frozen=True)
class Ending:
    """What finalize would do to a tree: the stage it leads to, and what to say of it.

    ``stage`` is None where there is nothing to do or something is ``in_the_way``. ``start`` is the
    migrated tree, with nothing landed. ``stays`` are places that keep an old name.
    """

    start: Origin
    in_the_way: tuple[Site, ...]
    stage: Stage | None
    notes: tuple[Note, ...] = ()
    stays: tuple[Site, ...] = ()


def refuse_too_early(found: Survey, today: date) -> None:
    """Raise TooEarly until the day is over after which the spec lets old names go."""
    until = found.spec.compatibility.remove_after
    last = last_day(until)
    if last is not None and today <= last:
        raise TooEarly(f"old names may go after {until}, which is not over; --early does not wait for it")


def planned(found: Survey) -> Ending:
    """What is in the way, or what is to be done. Writes nothing.

    Raises MigrationError for a tree that is not migrated, and for a layer that holds something else.
    """
    project = found.project
    if project.is_user:
        raise MigrationError(
            f"{found.root}: only uses {project.root.name}; its layer ends where the class is"
        )
    if not project.roles.migrated:
        root = project.index.members[project.root]
        place = f"{root.ref.path}:{root.line}: class {root.ref.name}"
        raise MigrationError(f"{place} does not have the new names yet; apply comes first")
    refusals.broken_files(project)
    start = Origin(project, frozenset(), (), {}, found.snapshot)
    told = () if _is_as_landed(found) else refuse_own_code(project)
    _refuse_own_tests(project)
    if not going(project) and not ending(project):
        return Ending(start, (), None)
    if ways := obstacles(project):
        return Ending(start, ways, None, told)
    changes = ending(project)
    last = finalizing(found.spec)
    contents = {change.path: change.after for change in changes}
    stage = Stage(last, frozenset({last.number}), contents, {c.path: c.edits for c in changes})
    stays = staying(project)
    kept = (Note(s.path, s.line, f"{s.name} stays: {s.reason}") for s in stays if s.reason.startswith(KEPT))
    return Ending(start, (), stage, (*told, *_concrete(found), *kept), stays)


def _refuse_own_tests(project: Project) -> None:
    """Raise MigrationError for tests among those the migration has written that somebody has added."""
    data = project.snapshot.get(project.tests.path) if project.tests else None
    if data is None or project.tests is None or not is_generated(data):
        return
    if not is_as_written(data, text_of_tests(project, frozenset(range(finalizing(project.spec).number)))):
        raise MigrationError(
            f"{project.tests.path}: holds more than a migration has written; move that elsewhere first"
        )


def _is_as_landed(found: Survey) -> bool:
    """Whether the record knows the layer as it is, whatever version of classmod has written it."""
    path = layer_path(found.project.index, found.spec)
    landed = journal.read(found.root)
    digest = digest_of(found.snapshot.get(path))
    return any((file.path, file.after) == (path, digest) for file in (landed.files if landed else ()))


def _concrete(found: Survey) -> tuple[Note, ...]:
    """The class because of which the root's factories stay concrete, where they are."""
    project = found.project
    root = project.index.members[project.root]
    functions = (root.function(factory.new) for factory in found.spec.factories)
    concrete = any(f and is_trivial(f) and not is_abstract(f) for f in functions)
    note = can_be_abstract(project.index, found.spec)[1]
    return (note,) if note and concrete else ()


def land(found: Survey, asked: Ending, options: Options, progress: Progress) -> Report:
    """Prove what was planned against the migrated tree, and land it on top of what the record knows.

    Raises MigrationError, with nothing written, for all that is no verdict of a gate.
    """
    if asked.stage is None:
        return Report(notes=asked.notes)
    # Of the first tree only the bytes are wanted; nobody has to be asked about it.
    start = origin(replace(found, asked=None))
    landed = {path: found.snapshot.get(path) for path in start.files}
    stage = replace(
        asked.stage, numbers=start.landed | asked.stage.numbers, contents={**landed, **asked.stage.contents}
    )
    return carried_out(found, start, [stage], options, progress, asked.notes, asked.start)
