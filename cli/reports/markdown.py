"""The report as Markdown that fits a pull request: what matters first, the rest folded, never too long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cli.render import counted, phases_told
from cli.reports import Entry, Overview, Remark, whys
from cli.reports.classes import diagram
from cli.terminal import visible
from codemods.data import Outcome, Problem
from codemods.find import REPORT

if TYPE_CHECKING:
    from codemods.hunks import Hunk, HunkLine
    from codemods.proofs import Proof
    from codemods.reviewed import PhaseReview, TreeLine

LONGEST = 60_000
"""Characters. GitHub takes 65,536 in a comment, and who posts it may add some."""
_END = 500  # characters kept for what is left out, at the top and at the end
_LISTED, _CLASSES = 25, 60  # remarks or problems, and classes of a diagram
_CREATED = 25  # lines of a file that is created
_CLOSING = "</details>"
_SIGNS = {Outcome.PASSED: "✅", Outcome.REFUSED: "❌", Outcome.INCONCLUSIVE: "⚠️"}
_OUTCOMES = {"dry": "🔍", "landed": "✅", "refused": "❌", "nothing": "✅"}


def markdown(overview: Overview) -> str:
    """The report, at most LONGEST characters, the same for the same overview."""
    page = _Page(LONGEST - 2 * _END)
    title, outcome, *rest = _head(overview)
    page.add(title)
    page.add(outcome)
    head = len(page.blocks)
    for block in rest:
        page.add(block)
    kept = _kept(page, overview)
    for phase in overview.review.phases:
        page.blocks += _phase(overview, phase, kept)
    if told := _left_out(page, overview, kept):
        page.blocks.insert(head, told)
        page.blocks.append(told)
    return "\n\n".join(page.blocks) + "\n"


class _Page:
    """Blocks up to a length; what does not fit is counted."""

    def __init__(self, room: int) -> None:
        self._room = room
        self.blocks: list[str] = []
        self.left_out = 0

    def take(self, *blocks: str) -> bool:
        """Whether there was room for blocks, which is no longer free."""
        needed = sum(len(block) + 2 for block in blocks)
        if fits := needed <= self._room:
            self._room -= needed
        return fits

    def add(self, block: str) -> None:
        """Add a block if there is room for it."""
        if self.take(block):
            self.blocks.append(block)
        else:
            self.left_out += 1


def _left_out(page: _Page, overview: Overview, kept: Mapping[str, str]) -> str:
    missing = [entry for entry in overview.entries if entry.anchor not in kept]
    parts = [f"{counted(page.left_out, 'part')} of the summary"] if page.left_out else []
    parts += [f"{counted(len(missing), 'hunk')} of {len(overview.entries)}"] if missing else []
    if not parts:
        return ""
    looks = sum(entry.wants_a_look for entry in missing)
    which = f"{looks} of them need{'s' * (looks == 1)} a look" if looks else "none that needs a look"
    told = f"{' and '.join(parts)} are left out{f', {which}' if missing else ''}"
    return f"_Too long for a pull request: {told}. `--report FILE.html` has everything._"


# --- the head ---------------------------------------------------------------------------------------


def _head(overview: Overview) -> Iterator[str]:
    outcome, sentence = overview.outcome
    yield f"{REPORT.decode()}\n## classmod: {text(overview.project)}"
    yield f"{_OUTCOMES[outcome]} **{text(sentence)}** Spec {code(overview.spec)}."
    if overview.late:
        yield f"⚠️ {text(overview.late)}"
    if overview.remarks:
        asked, notes = counted(overview.asked, "place"), counted(overview.notes, "note")
        sign = "⚠️ " if overview.asked else ""
        yield f"{sign}**{asked} to decide by hand; {notes} to look at by hand**, listed below."
    if overview.review.phases:
        yield _phases(overview)
    if sure := overview.sureness:
        sites = sum(each.number for each in sure)
        told = (f"- {each.number} **{each.confidence}**: {each.means}" for each in sure)
        title = f"How sure the {counted(sites, 'decision')} on names {'is' if sites == 1 else 'are'}:"
        yield "\n".join([title, "", *told])
    if overview.done:
        yield from (_refusal(proof) for proof in overview.done.proofs if not proof.passed)
        if overview.done.proofs:
            yield folded("What the gates say", _gates(overview.done.proofs))
    if overview.remarks:
        title = f"Notes ({len(overview.remarks)})"
        yield folded(title, _remarks(overview.remarks))
    tree = overview.review.tree
    if 0 < len(tree) <= _CLASSES:
        lines = "a thick line where the header changes, a dashed one where the body alone does"
        yield f"The classes after {phases_told(overview.review.numbers)}: {lines}."
        yield diagram(tree, after=True)
        if any(line.header for line in tree):
            yield folded("The classes before", diagram(tree, after=False))
        yield folded("Where the classes stand", "\n".join(map(_standing, tree)))


def _standing(line: TreeLine) -> str:
    changes = "header changes" if line.header else "body changes" if line.body else "stays"
    told = f"{line.part}, {changes}" if line.part else changes
    return f"- {code(line.name)} {code(line.place)} {told}"


def _phases(overview: Overview) -> str:
    proofs = overview.proofs
    rows = []
    for phase in overview.review.phases:
        added, gone = phase.size
        proof = proofs.get(phase.phase.number)
        proven = (
            "" if not proofs else " not tried |" if proof is None else f" {'✅' if proof.passed else '❌'} |"
        )
        title = text(f"{phase.phase.number} {phase.phase.name}")
        rows.append(
            f"| {title} | {text(phase.phase.sentence)} | {len(phase.files)} | +{added} -{gone} |{proven}"
        )
    heads = "| Phase | What it does | Files | Lines |"
    rule = "| --- | --- | ---: | ---: |"
    return "\n".join([heads + " Proof |", rule + " :---: |", *rows] if proofs else [heads, rule, *rows])


def _refusal(proof: Proof) -> str:
    phase, lines = proof.step.phase, []
    for verdict in proof.verdicts:
        if verdict.passed:
            continue
        why = f": {text(verdict.reason)}" if verdict.reason else ""
        lines.append(f"- **{text(verdict.gate)}** {verdict.outcome}{why}")
        for problem in verdict.new[:_LISTED]:
            lines.append(f"  - {_problem(problem)}")
            lines += [f"    - because {text(cause)}" for cause in proof.causes.get(problem, ())]
        if len(verdict.new) > _LISTED:
            lines.append(f"  - and {len(verdict.new) - _LISTED} more")
    return f"### Why phase {phase.number} {text(phase.name)} is refused\n\n" + "\n".join(lines)


def _problem(problem: Problem) -> str:
    return f"{code(f'{problem.path}:{problem.line}')} {text(problem.message)}"


def _gates(proofs: tuple[Proof, ...]) -> str:
    rows = [
        f"| {text(f'{proof.step.phase.number} {proof.step.phase.name}')} | {text(verdict.gate)} "
        f"| {_SIGNS[verdict.outcome]} {text(verdict.figures)} |"
        for proof in proofs
        for verdict in proof.verdicts
    ]
    return "\n".join(["| Phase | Gate | Before → after |", "| --- | --- | --- |", *rows])


def _remarks(remarks: tuple[Remark, ...]) -> str:
    first = sorted(remarks, key=lambda remark: not remark.asks)
    lines = []
    for remark in first[: 2 * _LISTED]:
        kind = "**to decide** " if remark.asks else ""
        place = code(f"{remark.about.path}:{remark.about.line}")
        lines.append(f"- {kind}{place} {text(remark.text)}")
    if len(first) > 2 * _LISTED:
        lines.append(f"- and {len(first) - 2 * _LISTED} more")
    return "\n".join(lines)


# --- the phases -------------------------------------------------------------------------------------


def _kept(page: _Page, overview: Overview) -> dict[str, str]:
    """The hunks there is room for, by anchor; those that want a look come before others."""
    kept: dict[str, str] = {}
    opened: set[str] = set()
    for entry in sorted(overview.entries, key=lambda entry: not entry.wants_a_look):
        around = {
            entry.phase.phase.name: _opening(entry.phase, 0) + _CLOSING,
            entry.file_anchor: _file(entry),
        }
        block = _hunk(entry)
        if page.take(block, *(text for key, text in around.items() if key not in opened)):
            kept[entry.anchor] = block
            opened |= around.keys()
    return kept


def _phase(overview: Overview, phase: PhaseReview, kept: Mapping[str, str]) -> Iterator[str]:
    """What is kept of the hunks of a phase, folded."""
    entries = [e for e in overview.entries if e.phase is phase and e.anchor in kept]
    if entries:
        yield _opening(phase, len(entries))
        for _, group in groupby(entries, key=lambda entry: entry.file_anchor):
            here = list(group)
            yield _file(here[0])
            yield from (kept[entry.anchor] for entry in here)
        yield _CLOSING


def _opening(phase: PhaseReview, shown: int) -> str:
    """The title of a phase that shows so many of its hunks."""
    added, gone = phase.size
    every = sum(len(file.hunks) for file in phase.files)
    some = f", {counted(shown, 'hunk')} of {every}" if shown < every else ""
    files = counted(len(phase.files), "file")
    title = f"Phase {phase.phase.number} {phase.phase.name}: {files}, +{added} -{gone}{some}"
    return f"<details><summary>{text(title)}</summary>"


def _file(entry: Entry) -> str:
    return f"#### {code(str(entry.file.path))}"


def _hunk(entry: Entry) -> str:
    """Why a hunk is there, and its lines; of a created file the first of them."""
    lines = entry.hunk.lines
    most = _CREATED if entry.file.change.before is None else len(lines)
    reasons = "\n".join(f"- {line}" for line in _reasons(entry.hunk))
    more = f"_and {counted(len(lines) - most, 'more line')}_" if len(lines) > most else ""
    return "\n\n".join(filter(None, (reasons, _fenced(entry.hunk, lines[:most]), more)))


def _reasons(hunk: Hunk) -> Iterator[str]:
    for site in hunk.asked:
        yield f"⚠️ **to decide** line {site.line}, {code(site.name)}: {text(site.reason)}"
    for note in hunk.notes:
        yield f"**note** line {note.line}: {text(note.text)}"
    for why in whys(hunk):
        names = f"{code(why.old)} {f'→ {code(why.new)}' if why.new else 'goes'}: " if why.old else ""
        yield f"{names}{text(why.text)} (line {', '.join(map(str, why.lines))})"


def _fenced(hunk: Hunk, lines: Sequence[HunkLine]) -> str:
    header = f"{hunk.header} {visible(hunk.section)}".rstrip()
    body = "\n".join([header, *(f"{line.sign}{visible(line.text)}" for line in lines)])
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}diff\n{body}\n{fence}"


# --- text that stays text ---------------------------------------------------------------------------


def text(words: str) -> str:
    """Words that mean nothing to Markdown, and that neither call a person nor name an issue."""
    flat = visible(" ".join(words.split()))
    escaped = re.sub(r"[\\`*_\[\]#|~$]|^[+-]|(?<=^\d)[.)]|:(?=\w+:)", r"\\\g<0>", flat)
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"@|\\#(?=\d)|(?<=www)\.", lambda found: f"{found[0]}<!-- -->", escaped)


def code(words: str) -> str:
    """A span of code; not for tables, where no bar is safe."""
    flat = visible(words.replace("\n", " ")) or " "
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if flat.strip(" ") and re.search(r"^[` ]|[` ]$", flat) else ""
    return f"{fence}{edge}{flat}{edge}{fence}"


def folded(title: str, body: str) -> str:
    return f"<details><summary>{text(title)}</summary>\n\n{body}\n\n</details>"
