"""What ``explain`` says: the line with its sites underlined, then each of them from receiver to hunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cli.terminal import Line, visible
from codemods.data import Decision, Phase, Site

if TYPE_CHECKING:
    from codemods.explanation import Done, Explanation, Header, SiteFacts
    from codemods.family import Ancestor, Family
    from codemods.hunks import Hunk
    from codemods.subject import Subject
    from codemods.touches import Touch

_STYLES = {Decision.ASK: "yellow", Decision.RENAME: "green", Decision.DELETE: "red", Decision.KEEP: "dim"}
_INDENT = 14
_SHOWN, _LINES = 160, 6  # code points of a line, lines of what is new


def explanation(found: Explanation) -> Iterator[Line]:
    """The place, then what is known of it, then why there may be less."""
    yield Line(f"{found.pointed.path}:{found.pointed.line}", "bold")
    yield from _source(found)
    told: set[tuple[str, PurePosixPath]] = set()
    for site in found.sites:
        yield Line()
        yield from _site(site, told)
    for header in found.headers:
        yield Line()
        yield from _header(header)
    for touch in found.touches:
        yield from _field("beside" if touch.how == "stays" else "becomes", *_touch(touch))
    if found.body:
        yield from _field("body", *map(_inside, found.body))
    yield from _each("landed", found.done, _done)
    for note in found.notes:
        yield from _field("note", note.text, style="yellow")
    if found.landing:
        yield from _field("landed", found.landing)
    if found.scope:
        yield from _field("left alone", found.scope, style="yellow")
    elif found.nothing and not found.pointed.absent:
        now = " as it is now" if found.later else ""
        said = f"the migration has nothing to do with this line{now}"
        yield from _field("nothing", said, *_near(found))
    yield from _each("later", found.later, _later)
    if found.refusal:
        yield from _field("no plan", found.refusal, style="red")


def _near(found: Explanation) -> Iterator[str]:
    site = found.nearest
    yield (
        f"the nearest old name in this file: {site.name} in line {site.line}, {site.decision}"
        if site
        else "no old name is in this file"
    )
    if found.elsewhere:
        yield f"other lines of it change in {_phases(found.elsewhere)}"


def _phases(found: Iterable[Phase]) -> str:
    return ", ".join(f"phase {phase.number} {phase.name}" for phase in found)


def _source(found: Explanation) -> Iterator[Line]:
    """The line, or each line of its statement that has a site, with a caret under every name."""
    width = len(str(max((number for number, _ in found.rows), default=0)))
    for number, text in found.rows:
        marks = [facts.site for facts in found.sites if facts.site.line == number]
        first = min((site.column for site in marks), default=1)
        start = max(0, first - _SHOWN // 2) if len(text) > _SHOWN else 0
        shown = text[start : start + _SHOWN]
        yield Line(f"  {number:>{width}} | {shown}")
        if marks:
            yield Line(f"  {'':>{width}} | {_carets(shown, start, marks)}", "bold cyan")


def _carets(shown: str, start: int, marks: Iterable[Site]) -> str:
    """Carets below names, as wide as the text above them comes out; a tab stays one."""
    from rich.cells import cell_len

    covered = {start + n for site in marks for n in range(site.column - 1, site.column - 1 + len(site.name))}
    over = ((visible(char), "^" if start + place in covered else " ") for place, char in enumerate(shown))
    return "".join(
        char if char == "\t" and mark == " " else mark * cell_len(char) for char, mark in over
    ).rstrip()


def _field(label: str, *texts: str, style: str = "") -> Iterator[Line]:
    for number, text in enumerate(texts):
        yield Line(f"  {'' if number else label:<{_INDENT - 2}}{text}", style)


def _each(label: str, found: Iterable[Any], texts: Any) -> Iterator[Line]:
    for each in found:
        yield from _field(label, *texts(each))


# --- a site ---------------------------------------------------------------------------------------


def _site(facts: SiteFacts, told: set[tuple[str, PurePosixPath]]) -> Iterator[Line]:
    site = facts.site
    becomes = f" -> {site.new}" if site.new and site.decision is not Decision.DELETE else ""
    place = f"{site.line}:{site.column}"
    yield Line(f"{place}  {site.name}{becomes}  ({site.kind})", "bold")
    yield from _field(str(site.decision), f"{site.confidence}: {site.reason}", style=_STYLES[site.decision])
    yield from _field("receiver", *_about(facts.about))
    for each in facts.families:
        known = each.name, each.chain[0].path
        yield from _field("class", *(_again(each) if known in told else _family(each)))
        told.add(known)
    yield from _field("rule", f"{facts.rule.title}: {facts.rule.sentence}", f"classmod's {facts.rule.link}")
    if facts.phase:
        yield from _field("phase", f"{facts.phase.number} {facts.phase.name}: {facts.phase.sentence}")
    for touch in facts.touches:
        yield from _field("hunk", *_touch(touch, facts.site.reason))
    if facts.meanwhile:
        yield from _field("meanwhile", facts.meanwhile)
    yield from _field("to settle" if site.decision is Decision.ASK else "to change", *facts.remedies)


def _about(about: Subject) -> Iterator[str]:
    known = about.known
    if about.text or known:
        said = f"{known.reason}{' (mypy)' if about.asked else ''}" if known else "its class is not known"
        yield f"{about.text}: {said}" if about.text else said
    for origin in about.origins:
        yield f"{origin.path}:{origin.line}: {origin.text}"


def _family(found: Family) -> Iterator[str]:
    part = found.part or "not in the hierarchy"
    if found.phase:
        side = f"{found.side} side" if found.side else "above the sides"
        part = f"{part}, {side}, {_phases([found.phase])}"
    yield f"{found.name}: {part}"
    width = max(len(each.name) for each in found.chain)
    for each in found.chain:
        yield f"  {each.name:<{width}}  {_ancestor(each)}"
    if found.outside:
        yield f"  from outside: {', '.join(found.outside)}"
    if found.carriers:
        yield f"  inherited by {', '.join(found.carriers)}"
    if found.serves:
        yield f"  also serves, outside the hierarchy: {', '.join(found.serves)}"


def _again(found: Family) -> Iterator[str]:
    """A class that was told of beside another name: only what has this one."""
    yield f"{found.name}: as above"
    yield from (f"  {each.name}  {_ancestor(each)}" for each in found.chain if each.holds)


def _ancestor(each: Ancestor) -> str:
    held = f": {', '.join(each.holds)}" if each.holds else ""
    return f"{each.path}:{each.line}  {each.part or 'plays no part'}{held}"


# --- a line ---------------------------------------------------------------------------------------


def _header(header: Header) -> Iterator[Line]:
    yield from _field("class", *_family(header.family))
    if header.after and header.after != header.before:
        yield from _field("header", header.before, f"-> {header.after}")
    yield from _field("arguments", *header.family.arguments)
    if header.rule:
        yield from _field(
            "rule", f"{header.rule.title}: {header.rule.sentence}", f"classmod's {header.rule.link}"
        )


def _touch(touch: Touch, but: str = "") -> Iterator[str]:
    hunk, phase = touch.hunk, touch.phase
    did = {
        "changes": f"line {touch.line} afterwards",
        "removes": "the line goes",
        "stays": "the line stays as it is, among lines that change",
        "above": "added above this line",
        "below": "added below this line",
    }[touch.how]
    yield f"phase {phase.number} {phase.name}, {_place(hunk)}: {did}"
    yield from _made(touch, but)


def _place(hunk: Hunk) -> str:
    return f"hunk {hunk.number} of the file, {hunk.header}"


def _made(touch: Touch, but: str = "") -> Iterator[str]:
    """The lines that are new, and why."""
    yield from (f"+ {text}" for text in touch.after[:_LINES])
    if len(touch.after) > _LINES:
        yield f"  and {len(touch.after) - _LINES} more"
    yield from dict.fromkeys(f"because {reason.text}" for reason in touch.reasons if reason.text != but)


def _later(touch: Touch) -> Iterator[str]:
    phase = f"phase {touch.phase.number} {touch.phase.name}"
    if touch.how == "creates":
        yield f"created in {phase}, {_place(touch.hunk)}"
    else:
        yield f"line {touch.line} as it will be after {phase} is in {_place(touch.hunk)}"
    yield from _made(touch)


def _inside(found: tuple[Phase, tuple[int, ...]]) -> str:
    phase, numbers = found
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f"changes in {_phases([phase])}: line{'s' * (len(numbers) > 1)} {said}"


def _done(done: Done) -> Iterator[str]:
    if done.line is None:
        said = "the file was created"
    elif "\n" in done.old + done.new:
        said = f"line {done.line} before: {'changed' if done.old else 'added'}"
    else:
        did = f"{done.old} became {done.new}" if done.old else f"{done.new} was added"
        said = f"line {done.line} before: {did}"
    yield f"phase {done.phase.number} {done.phase.name}, {said}"
    yield from dict.fromkeys(f"because {reason}" for reason in done.reasons)
