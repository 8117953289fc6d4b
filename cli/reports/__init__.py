"""Reports to hand to a reviewer: a page of its own, and Markdown that fits a pull request.

The first line of each holds ``find.REPORT``, by which a later run knows it: it is no source to be migrated,
and it is the one kind of file that a report replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cli.render import counted
from cli.running import today
from cli.sureness import Known, sureness
from codemods import files
from codemods.data import Confidence, Decision, MigrationError, Note, Site
from codemods.find import is_report
from codemods.sunset import overdue

if TYPE_CHECKING:
    from cli.selection import Looked
    from codemods.hunks import Hunk
    from codemods.migrate import Proof, Report
    from codemods.reviewed import FileReview, PhaseReview, Review

SUFFIXES = (".html", ".md")


@dataclass(frozen=True)
class Overview:
    """What is reported: a dry run, or with ``done`` what ``apply`` did with it.

    ``project`` and ``spec`` are names for people.
    """

    project: str
    spec: str
    review: Review
    done: Report | None = None
    late: str = ""
    """What is said of old names that should have gone already."""

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every hunk with where it stands, in order."""
        return tuple(
            Entry(phase, file, hunk, f"p{phase.phase.number}-f{number}-h{hunk.number}")
            for phase in self.review.phases
            for number, file in enumerate(phase.files, 1)
            for hunk in file.hunks
        )

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """Every note and every place to decide, by place; those that a hunk shows with its anchor."""
        found = [Remark(each, entry.anchor) for entry in self.entries for each in _said(entry.hunk)]
        changed = (file for phase in self.review.phases for file in phase.files)
        holders: list[FileReview | Review] = [*changed, self.review]
        found += [Remark(each) for holder in holders for each in _said(holder)]
        return tuple(sorted(found, key=lambda r: (r.about.path, r.about.line, r.text)))

    @cached_property
    def sureness(self) -> tuple[Known, ...]:
        """How the decisions on names are known, the surest first."""
        return tuple(sureness(entry.hunk for entry in self.entries))

    @property
    def proofs(self) -> dict[int, Proof]:
        """What the gates say of each phase that was tried, by its number."""
        return {proof.step.phase.number: proof for proof in self.done.proofs} if self.done else {}

    @property
    def asked(self) -> int:
        """How many places there are that only a person can decide."""
        return sum(remark.asks for remark in self.remarks)

    @property
    def notes(self) -> int:
        """How many notes there are that a person is to look at."""
        return len(self.remarks) - self.asked

    @property
    def outcome(self) -> tuple[str, str]:
        """How it ended, in a word (``dry``, ``landed``, ``refused``, ``nothing``) and in a sentence."""
        done, changed = self.done, self.entries or any(phase.files for phase in self.review.phases)
        if done is None:
            return ("dry", "A dry run: nothing is written.") if changed else ("nothing", "Nothing to change.")
        landed = f"{counted(len(done.landed), 'file')} landed"
        if done.refused:
            rest = f"{landed} of the phases before it." if done.landed else "Nothing landed."
            return "refused", f"Phase {done.refused.number} {done.refused.name} is refused. {rest}"
        return ("landed", f"{landed}.") if done.landed else ("nothing", "Nothing to do.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A hunk, where it stands and what it is called."""

    phase: PhaseReview
    file: FileReview
    hunk: Hunk
    anchor: str

    @property
    def file_anchor(self) -> str:
        return self.anchor.rpartition("-")[0]

    @property
    def decisions(self) -> tuple[str, ...]:
        """What it carries out and what it leaves to be decided, each once."""
        hunk = self.hunk
        return tuple(sorted({str(site.decision) for site in (*hunk.sites, *hunk.asked)}))

    @property
    def confidence(self) -> str:
        """That of its least certain reason; empty where no name is at stake."""
        here = {reason.confidence for reason in self.hunk.reasons}
        return next((str(each) for each in reversed(Confidence) if each in here), "")

    @property
    def wants_a_look(self) -> bool:
        """Whether there is a remark beside it, only a name speaks for it, or nothing says why it is there."""
        hunk = self.hunk
        return bool(hunk.notes or hunk.asked or not hunk.reasons or self.confidence == Confidence.NAMED)


@dataclass(frozen=True, slots=True)
class Why:
    """Reasons of a hunk that say the same, with the lines that they speak of."""

    text: str
    old: str
    new: str | None
    confidence: Confidence | None
    lines: tuple[int, ...]


def whys(hunk: Hunk) -> Iterator[Why]:
    """Why a hunk is there: what a note beside it says, or a reason about a name, is not said again."""
    beside: tuple[Note | Site, ...] = (*hunk.notes, *hunk.asked)
    noted = {Remark(each).text for each in beside}
    named = {reason.text for reason in hunk.reasons if reason.old}
    said: dict[tuple[str, str, str | None, Confidence | None], list[int]] = {}
    for each in hunk.reasons:
        if not each.old and each.text in noted | named:
            continue
        told = each.old and noted & {each.text, f"{each.old}: {each.text}"}
        text = "see the note" if told else each.text
        said.setdefault((text, each.old, each.new, each.confidence), []).append(each.line)
    for key, lines in said.items():
        yield Why(*key, tuple(dict.fromkeys(lines)))


@dataclass(frozen=True, slots=True)
class Remark:
    """A note or a place to decide; ``anchor`` is that of the hunk beside it, empty where there is none."""

    about: Note | Site
    anchor: str = ""

    @property
    def asks(self) -> bool:
        return isinstance(self.about, Site)

    @property
    def text(self) -> str:
        return f"{self.about.name}: {self.about.reason}" if isinstance(self.about, Site) else self.about.text


def _said(holder: Hunk | FileReview | Review) -> tuple[Note | Site, ...]:
    return (*holder.notes, *(site for site in holder.asked if site.decision is Decision.ASK))


def overview(found: Looked, review: Review) -> Overview:
    """The dry run of a tree."""
    late = overdue(found.spec.compatibility, today())
    return Overview(found.root.resolve().name, found.spec.name, review, late=late)


def check(paths: Iterable[Path]) -> None:
    """Raise MigrationError unless a report could be written to every one of ``paths``.

    A file that is there is replaced if it is a report or empty, and never otherwise.
    """
    for path in paths:
        root, place = _place(path)
        try:
            files.check_writable(root, [place])
        except MigrationError as error:
            why = str(error).removeprefix(f"{place}: ")
            raise MigrationError(f"{path}: the report cannot be written: {why}") from None
        old = files.peek(root, place)
        if old and not is_report(old):
            raise MigrationError(f"{path}: is there already and is no report of classmod; name another file")


def write(overview: Overview, paths: Iterable[Path]) -> None:
    """Write the report to every one of ``paths``, as its suffix says. Raises MigrationError."""
    for path in paths:
        if path.suffix == ".html":
            from cli.reports.page import page as made
        else:
            from cli.reports.markdown import markdown as made
        root, place = _place(path)
        files.replace(root, place, made(overview).encode())


def _place(path: Path) -> tuple[Path, PurePosixPath]:
    """The nearest directory that is there, and the path below it."""
    whole = Path.cwd() / path
    root = next(parent for parent in whole.parents if parent.is_dir())
    return root, PurePosixPath(whole.relative_to(root))
