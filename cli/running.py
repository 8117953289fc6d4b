"""What commands share when they run: exit statuses, and the survey of the tree."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli import terminal
from cli.progress import Working
from cli.terminal import Line
from codemods.data import Confidence
from codemods.doing import Doing

if TYPE_CHECKING:
    from codemods.survey import Survey

CLEAN, FOUND, FAILED = 0, 1, 2


def survey_of(
    path: Path,
    spec_file: Path | None,
    *,
    repair: bool = False,
    types: bool = True,
    python: Path | None = None,
    confidence: str = Confidence.INFERRED,
    guide: bool = False,
) -> Survey:
    """The tree at ``path`` as it stands; files that do not parse are named on stderr.

    Raises MigrationError for all that stands in the way.
    """
    from codemods import spec as specs
    from codemods.survey import Asked, survey

    spec = specs.for_project(path, spec_file)
    asked = Asked(python) if types else None
    first = Doing("reading the tree, asking mypy" if types else "reading the tree")
    with Working(first):
        found = survey(path, spec, repair=repair, types=asked, confidence=Confidence(confidence), guide=guide)
    terminal.show((Line(f"classmod: left alone: {each}", "yellow") for each in found.failures), err=True)
    return found


def today() -> date:
    """The day by which it is decided whether old names are overdue, alike everywhere."""
    return datetime.now(UTC).date()
