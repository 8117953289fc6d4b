"""What commands share when they run: exit statuses, and the survey of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from cli import terminal
from cli.progress import Working
from cli.terminal import Line
from codemods.data import Confidence, Failure
from codemods.doing import Doing

if TYPE_CHECKING:
    from codemods.migrate import Options
    from codemods.seen import Seen
    from codemods.survey import Survey

_Answer = TypeVar("_Answer")

CLEAN, FOUND, FAILED = 0, 1, 2


def seen(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    work: Callable[[Survey], _Answer],
    *about: object,
    uncached: bool,
    jobs: int,
    types: bool = True,
    repair: bool = False,
    confidence: str = Confidence.INFERRED,
    guide: bool = False,
    holds: Callable[[_Answer], bool] = lambda _: True,
) -> Seen[_Answer]:
    """The tree at ``path`` with what ``work`` says of it, perhaps from the cache (``seen.Look``).

    What is kept there is taken where it ``holds`` by what else is there than the tree. Files that do not
    parse are named on stderr. Raises MigrationError for all that stands in the way.
    """
    with Working(_reading(types)):
        from codemods import cache
        from codemods import spec as specs
        from codemods.seen import How, Look
        from codemods.workers import Workers

        spec = specs.for_project(path, spec_file)
        how = How(types, None, repair, Confidence(confidence), guide, place_of(path, where))
        kept = cache.Cache(None if uncached else cache.user_folder(path))
        look = Look(path, spec, how, kept, *about)
        known = look.known()
        known = known if known and holds(known.answer) else None
        survey = None if known else look.survey(Workers(jobs))
    if survey:
        _name_failures(survey.failures)
        return look.keep(survey, work(survey))
    assert known
    _name_failures(known.failures)
    return known


def _reading(types: bool) -> Doing:
    return Doing("reading the tree, asking mypy" if types else "reading the tree")


def _name_failures(failures: Iterable[Failure]) -> None:
    terminal.show((Line(f"classmod: left alone: {each}", "yellow") for each in failures), err=True)


def survey_of(
    path: Path,
    spec_file: Path | None,
    where: str | None,
    *,
    repair: bool = False,
    types: bool = True,
    python: Path | None = None,
    confidence: str = Confidence.INFERRED,
    guide: bool = False,
    jobs: int = 1,
) -> Survey:
    """The tree at ``path`` as it stands; files that do not parse are named on stderr.

    ``where`` is what ``--hierarchy`` says.

    Raises MigrationError for all that stands in the way.
    """
    with Working(_reading(types)):
        from codemods import spec as specs
        from codemods.survey import Asked, survey
        from codemods.workers import Workers

        found = survey(
            path,
            specs.for_project(path, spec_file),
            repair=repair,
            types=Asked(python) if types else None,
            confidence=Confidence(confidence),
            guide=guide,
            where=place_of(path, where),
            workers=Workers(jobs),
        )
        failures = found.failures  # what has not been parsed yet is, which takes time
    _name_failures(failures)
    return found


def place_of(path: Path, said: str | None) -> str | None:
    """Where the hierarchy is that the project at ``path`` uses, by the option or else by its settings."""
    from codemods import settings

    key = settings.for_project(path).hierarchy if said is None else said
    if key is None:
        return None
    from codemods import hierarchy  # most trees are their own

    return hierarchy.settled(key, path if said is None else Path(), path)


def options_of(
    path: Path, interpreter: Path | None, extra: tuple[str, ...], said: dict[str, Any], **landing: bool
) -> Options:
    """How something is proven and landed: by the settings of the project, and what is ``said`` over them.

    Raises MigrationError for settings and commands that cannot be used.
    """
    from codemods import migrate, settings

    told = settings.for_project(path).over(**said)
    return migrate.Options(
        # Gates run in another directory; a link stays one, for that is what makes it an environment.
        python=interpreter.absolute() if interpreter else None,
        no_gate=frozenset(told.no_gate),
        test_command=settings.words(told.test_command),
        timeout=told.timeout,
        max_new_failures=told.max_new_failures,
        bench_command=settings.words(told.bench_command),
        bench=told.bench,
        max_slowdown=told.max_slowdown / 100,
        coverage=told.coverage,
        extra=tuple(map(PurePosixPath, extra)),
        **landing,
    )


def today() -> date:
    """The day by which it is decided whether old names are overdue, alike everywhere."""
    return datetime.now(UTC).date()
