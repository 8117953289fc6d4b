"""The report as Markdown that fits a pull request: what matters first, the rest folded, never too long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from cli.render import counted
from cli.reports import Overview, Remark
from cli.reports.classes import arguments
from cli.terminal import visible
from codemods.data import Outcome, Problem
from codemods.find import REPORT

if TYPE_CHECKING:
    from codemods.hunks import Hunk
    from codemods.proofs import Proof
    from codemods.review import PhaseReview
    from codemods.tree import TreeLine

LONGEST = 60_000
"""Characters. GitHub takes 65,536 in a comment, and who posts it may add some."""
_END = 500  # characters kept for the end
_LISTED, _CLASSES = 25, 60  # remarks or problems, and classes of a diagram
_SIGNS = {Outcome.PASSED: "✅", Outcome.REFUSED: "❌", Outcome.INCONCLUSIVE: "⚠️"}
_OUTCOMES = {"dry": "🔍", "landed": "✅", "refused": "❌", "nothing": "✅"}


def markdown(overview: Overview) -> str:
    """The report, at most LONGEST characters, the same for the same overview."""
    page = _Page(LONGEST - _END)
    for block in _head(overview):
        page.add(block)
    for phase in overview.review.phases:
        if phase.files:
            _phase(page, phase)
    if page.left_out:
        told = ", ".join(counted(number, what) for what, number in page.left_out.items())
        page.close(f"_Too long for a pull request: {told} left out. `--report FILE.html` has everything._")
    return page.text


class _Page:
    """Text up to a length; what does not fit is counted."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._blocks: list[str] = []
        self.left_out: Counter[str] = Counter()

    @property
    def text(self) -> str:
        return "\n\n".join(self._blocks) + "\n"

    def fits(self, *blocks: str) -> bool:
        return sum(len(block) + 2 for block in blocks) <= self._room

    def add(self, block: str, what: str = "part") -> bool:
        """Add a block if there is room for it; ``what`` it is one of, should it be left out."""
        if not self.fits(block):
            self.left_out[what] += 1
            return False
        self.close(block)
        return True

    def close(self, block: str) -> None:
        """Add a block for which room was kept."""
        self._blocks.append(block)
        self._room -= len(block) + 2


# --- the head ---------------------------------------------------------------------------------------


def _head(overview: Overview) -> Iterator[str]:
    outcome, sentence = overview.outcome
    yield f"{REPORT.decode()}\n## classmod: {text(overview.project)}"
    yield f"{_OUTCOMES[outcome]} **{text(sentence)}** Spec {code(overview.spec)}."
    if overview.asked:
        yield f"⚠️ **{counted(overview.asked, 'place')} to decide by hand**, see the notes."
    if overview.review.phases:
        yield _phases(overview)
    if overview.done:
        yield from (_refusal(proof) for proof in overview.done.proofs if not proof.passed)
        if overview.done.proofs:
            yield folded("What the gates say", _gates(overview.done.proofs))
    if overview.remarks:
        title = f"Notes ({len(overview.remarks)})"
        yield folded(title, _remarks(overview.remarks))
    tree = overview.review.tree
    if 0 < len(tree) <= _CLASSES:
        yield diagram(tree, after=True)
        if any(line.before != line.after for line in tree):
            yield folded("The classes before", diagram(tree, after=False))


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


def _phase(page: _Page, phase: PhaseReview) -> None:
    """The hunks of a phase, folded, as far as there is room."""
    added, gone = phase.size
    files = counted(len(phase.files), "file")
    title = f"Phase {phase.phase.number} {phase.phase.name}: {files}, +{added} -{gone}"
    opening, closing = f"<details><summary>{text(title)}</summary>", "</details>"
    blocks = list(_hunks(phase))
    if not page.fits(opening, *blocks[:1], closing):
        page.left_out["hunk"] += len(blocks)
        return
    page.close(opening)
    for block in blocks:
        if page.left_out or not page.fits(block, closing):
            page.left_out["hunk"] += 1
        else:
            page.close(block)
    page.close(closing)


def _hunks(phase: PhaseReview) -> Iterator[str]:
    for file in phase.files:
        head = f"#### {code(str(file.path))}\n\n"
        for hunk in file.hunks:
            reasons = "".join(f"- {line}\n" for line in _reasons(hunk))
            yield f"{head}{reasons}{chr(10) if reasons else ''}{_fenced(hunk)}"
            head = ""


def _reasons(hunk: Hunk) -> Iterator[str]:
    for site in hunk.asked:
        yield f"⚠️ **to decide** line {site.line}, {code(site.name)}: {text(site.reason)}"
    for note in hunk.notes:
        yield f"**note** line {note.line}: {text(note.text)}"
    ordered = sorted(hunk.reasons, key=lambda r: (r.old, r.new or "", r.text))
    for (old, new, why), group in groupby(ordered, key=lambda r: (r.old, r.new, r.text)):
        names = f"{code(old)} {f'→ {code(new)}' if new else 'goes'}: " if old else ""
        lines = ", ".join(dict.fromkeys(str(reason.line) for reason in group))
        yield f"{names}{text(why)} (line {lines})"


def _fenced(hunk: Hunk) -> str:
    body = "\n".join([hunk.header, *(f"{line.sign}{visible(line.text)}" for line in hunk.lines)])
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}diff\n{body}\n{fence}"


# --- the diagram ------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Z][A-Za-z0-9]*")
"""Names that Mermaid takes for nothing else."""


def diagram(tree: tuple[TreeLine, ...], *, after: bool) -> str:
    """The classes as a Mermaid class diagram; what changed in it is drawn with a thicker line."""
    lines = ["classDiagram"]
    above: list[tuple[str, TreeLine]] = []
    many = Counter(line.name for line in tree)
    for number, line in enumerate(tree):
        header = line.after if after else line.before
        given = arguments(header)
        own = _plain(given.get("Generic", ""))
        plain = _PLAIN.fullmatch(line.name) and many[line.name] == 1
        name = line.name if plain else f"class{number}"
        generic = f"~{own}~" if own else ""
        label = "" if plain else f'["{_plain(line.name + (f"[{own}]" if own else ""))}"]'
        style = ":::changed" if after and line.before != line.after else ""
        lines.append(f"  class {name}{generic if plain else ''}{label}{style}")
        del above[line.depth :]
        if above:
            parent, found = above[-1]
            told = _plain(given.get(found.name, ""))
            lines.append(f"  {parent} <|-- {name}{f' : {told}' if told else ''}")
        above.append((name, line))
    if after:
        lines.append("  classDef changed stroke:#1a7f37,stroke-width:3px")
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def _plain(words: str) -> str:
    """Type arguments as Mermaid takes them in labels."""
    return re.sub(r"[^\w .,\[\]]+", " ", visible(words)).strip()


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
