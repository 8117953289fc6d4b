"""The report as one page that needs nothing else: no network, no second file, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cli.render import phases_told, state
from cli.reports import Entry, Overview, Remark, whys
from cli.reports.charts import charts
from cli.reports.classes import nested
from cli.reports.code import body
from cli.terminal import visible
from codemods import __version__
from codemods.data import Confidence, Decision, Problem
from codemods.find import REPORT

if TYPE_CHECKING:
    from codemods.reviewed import FileReview, PhaseReview

MANY = 150
"""Hunks that start unfolded; of more, those of the first files that want a look."""


def page(overview: Overview) -> str:
    """The page, the same to the byte for the same overview."""
    environment = _environment()
    style, script = (Markup(environment.get_template(f"page.{kind}.j2").render()) for kind in ("css", "js"))
    return environment.get_template("page.html.j2").render(
        mark=Markup(REPORT.decode()),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        overview=overview,
        version=__version__,
        totals=_totals(overview),
        digest=_digest(overview),
        sections=_sections(overview),
        charts=charts(overview),
        tree=nested(overview),
        numbers=phases_told(overview.review.numbers) if overview.review.numbers else "",
        remarks=_by_path(overview.remarks),
        problem_anchor=_anchors(overview),
        body=body,
        reasons=whys,
        confidences=list(map(str, Confidence)),
        decisions=[str(each) for each in Decision if each is not Decision.KEEP],
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cli.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["thousands"] = "{:,}".format
    return environment


@dataclass(frozen=True, slots=True)
class FileSection:
    """A changed file of a phase as the page shows it."""

    anchor: str
    file: FileReview
    state: str
    size: tuple[int, int]
    entries: tuple[Entry, ...]
    wants_a_look: bool
    unfolded: bool


@dataclass(frozen=True, slots=True)
class PhaseSection:
    """A phase as the page shows it."""

    review: PhaseReview
    files: tuple[FileSection, ...]

    @property
    def hunks(self) -> int:
        return sum(len(file.entries) for file in self.files)


def _sections(overview: Overview) -> list[PhaseSection]:
    entries = {key: tuple(group) for key, group in groupby(overview.entries, key=lambda e: e.file_anchor)}
    few, room = len(overview.entries) <= MANY, MANY
    made = []
    for phase in overview.review.phases:
        files = []
        for number, file in enumerate(phase.files, 1):
            anchor = f"p{phase.phase.number}-f{number}"
            here = entries.get(anchor, ())
            added, gone = (sum(entry.hunk.size[side] for entry in here) for side in (0, 1))
            look = bool(file.notes or file.asked) or any(entry.wants_a_look for entry in here)
            unfolded = few or (look and len(here) <= room)
            room -= len(here) if unfolded else 0
            files.append(FileSection(anchor, file, state(file.change), (added, gone), here, look, unfolded))
        made.append(PhaseSection(phase, tuple(files)))
    return made


def _totals(overview: Overview) -> dict[str, Any]:
    sizes = [phase.size for phase in overview.review.phases]
    return {
        "files": len({file.path for phase in overview.review.phases for file in phase.files}),
        "hunks": len(overview.entries),
        "added": sum(added for added, _ in sizes),
        "gone": sum(gone for _, gone in sizes),
        "classes": sum(line.header or line.body for line in overview.review.tree),
        "headers": sum(line.header for line in overview.review.tree),
        "look": sum(entry.wants_a_look for entry in overview.entries),
    }


def _by_path(remarks: Sequence[Remark]) -> list[tuple[str, list[Remark]]]:
    return [(str(path), list(group)) for path, group in groupby(remarks, key=lambda r: r.about.path)]


def _anchors(overview: Overview) -> Any:
    """What finds the hunk of a phase that shows the line of a problem, after it."""
    shown = {
        (e.phase.phase.number, str(e.file.path), n): e.anchor for e in overview.entries for n in e.hunk.after
    }

    def anchor(number: int, problem: Problem) -> str:
        return shown.get((number, problem.path, problem.line), "")

    return anchor


def _digest(overview: Overview) -> str:
    """What is reviewed, as a key under which a browser keeps how far one has come."""
    whole = hashlib.sha256()
    for entry in overview.entries:
        whole.update(
            f"{entry.anchor} {entry.file.path} {entry.hunk.header}\n".encode("utf-8", "surrogateescape")
        )
        for line in entry.hunk.lines:
            whole.update(f"{line.sign}{line.text}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()[:16]


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: object) -> object:
    """What a template prints, with everything escaped that does not print as itself; not what is markup."""
    return (
        visible(str(value)) if isinstance(value, str | PurePath) and not isinstance(value, Markup) else value
    )
