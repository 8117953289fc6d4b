"""Comments that keep an old name where it stands: ``# classmod: keep -- why``.

One at the end of a line covers that line and, as ruff's noqa does, the text or the lines joined by
backslashes that end there. One on a line of its own covers what comes next: a statement up to the end of its
first line (of a function that is ``def`` with its decorators, not the body), a line inside brackets. In
Markdown it is ``<!-- classmod: keep -- why -->``; what comes next is a line, or a whole block of code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from pathlib import PurePosixPath
from tokenize import COMMENT, DEDENT, INDENT, NEWLINE, NL, TokenInfo
from typing import TYPE_CHECKING

from codemods import documents
from codemods.data import KEPT, Confidence, Decision, Note, Site
from codemods.questions import MARK, speaks
from codemods.text import Text, UnreadableSource, decode, tokens

if TYPE_CHECKING:
    from codemods.markdown import Document, Passage
    from codemods.sources import Sources

_SAID = r"(?P<mark>(?i:classmod):)[ \t]*(?P<word>[\w-]*)[ \t]*(?P<rest>.*?)"
_COMMENT = re.compile(rf"#[ \t]*{_SAID}(?=[ \t]+#[ \t]|$)")
_MARKDOWN = re.compile(rf"<!--[ \t]*{_SAID}[ \t]*-->")
_REASON = re.compile(r"--[ \t]*(\S.*?)[ \t]*$")
_BLANK = frozenset({COMMENT, DEDENT, INDENT, NL})


@dataclass(frozen=True, slots=True)
class Pragma:
    """A comment of ours, from ``column`` to ``end``, and the lines it covers: its own, ``first`` to ``last``.

    ``reason`` is None where it keeps nothing, for want of a reason or because it says something else.
    """

    line: int
    column: int
    end: int
    reason: str | None
    first: int
    last: int

    def covers(self, site: Site) -> bool:
        return site.line == self.line or self.first <= site.line <= self.last

    def says(self, site: Site) -> bool:
        """Whether a site is in the comment itself."""
        return site.line == self.line and self.column < site.column < self.end


def kept(sites: Iterable[Site], pragmas: Sequence[Pragma]) -> Iterator[Site]:
    """The sites of a file; those that would change or be asked about stay where a pragma covers them."""
    for site in sites:
        why = next((p.reason for p in pragmas if p.reason and p.covers(site)), None)
        if why is None or site.decision is Decision.KEEP:
            yield site
        else:
            settled = replace(site, decision=Decision.KEEP, confidence=Confidence.PROVEN)
            yield replace(settled, new=None, reason=f"{KEPT}{why}", phase=0)


def notes(sources: Sources, sites: Sequence[Site]) -> Iterator[Note]:
    """The pragmas that keep nothing, by all the sites of the snapshot."""
    for path in sources.asked(speaks):
        for pragma in _of_file(path, sources.snapshot[path]):
            covered = (s for s in sites if s.path == path and pragma.covers(s) and not pragma.says(s))
            if pragma.reason is None:
                yield Note(path, pragma.line, "this pragma keeps nothing: it has to be classmod: keep -- why")
            elif not any(covered):
                yield Note(path, pragma.line, "this pragma is not needed: it covers no old name")


def _of_file(path: PurePosixPath, data: bytes) -> tuple[Pragma, ...]:
    if path.suffix == ".md":
        from codemods.markdown import Document  # with a whole parser

        return in_document(Document(documents.read(data)))
    try:
        return in_source(decode(data)) if path.suffix in (".py", ".pyi") else ()
    except UnreadableSource:
        return ()


# --- where they are -----------------------------------------------------------------------------


def in_source(text: Text) -> tuple[Pragma, ...]:
    """The pragmas of a Python file; of one that does not parse, those before the fault."""
    if MARK not in text.text.lower():
        return ()
    found = list(tokens(text))
    return tuple(
        _pragma(said, token.start[0], token.start[1] + said.start() + 1, _covered(found, at))
        for at, token in enumerate(found)
        if token.type == COMMENT and (said := _COMMENT.search(token.string)) and _meant(said)
    )


def in_document(document: Document) -> tuple[Pragma, ...]:
    """The pragmas of a Markdown document; what looks like one in code is code."""
    found = []
    for said in _MARKDOWN.finditer(document.text.text):
        line, column = document.text.place(said.start())
        before = document.text.line(line)[: column - 1]
        after = document.text.line(line)[column - 1 + len(said.group()) :]
        if _meant(said) and _code(document, line) is None and not before.count("`") % 2:
            alone = not before.strip(" \t>") and not after.strip()
            found.append(_pragma(said, line, column, _next(document, line) if alone else (line, line)))
    return tuple(found)


def _meant(said: re.Match[str]) -> bool:
    """Whether it speaks to us; spelled in another case it does where it says keep, and keeps nothing."""
    return said["mark"] == MARK or said["word"].lower() == "keep"


def _pragma(said: re.Match[str], line: int, column: int, covered: tuple[int, int]) -> Pragma:
    reason = _REASON.match(said["rest"]) if (said["mark"], said["word"]) == (MARK, "keep") else None
    return Pragma(line, column, column + len(said.group()), reason[1] if reason else None, *covered)


def _covered(found: Sequence[TokenInfo], at: int) -> tuple[int, int]:
    """The lines that the comment ``found[at]`` covers as a pragma."""
    line = found[at].start[0]
    inside = next((t for t in reversed(found[:at]) if t.type not in _BLANK), None)
    if inside is not None and inside.type != NEWLINE and inside.end[0] == line:
        # Where no token ends a line, it is inside a text or joined to the next.
        ends = {t.start[0] for t in found[:at] if t.type in (NEWLINE, NL)}
        return next(n + 1 for n in range(line - 1, -1, -1) if n in ends or n == 0), line
    between = inside is None or inside.type == NEWLINE
    return _following(found[at:], (NEWLINE,) if between else (NEWLINE, NL))


def _following(rest: Sequence[TokenInfo], ends: tuple[int, ...]) -> tuple[int, int]:
    """The lines of what comes after a comment: up to one of ``ends``, and on from a decorator."""
    code = dropwhile(lambda token: token.type in _BLANK, rest)
    first = head = next(code, rest[0])
    for token in code:
        if token.type in ends:
            if head.string != "@":
                return first.start[0], token.start[0]
            head = next((t for t in code if t.type not in _BLANK), head)
    return first.start[0], first.start[0]


def _next(document: Document, line: int) -> tuple[int, int]:
    """The lines of what comes after a line that is a comment."""
    lines = range(line + 1, len(document.text.starts) + 1)
    after = next((n for n in lines if document.text.line(n).strip(" \t>")), line)
    code = _code(document, after)
    return (code.first, code.last) if code else (after, after)


def _code(document: Document, line: int) -> Passage | None:
    found = (p for p in document.passages if p.first <= line <= p.last)
    return next((p for p in found if p.kind in ("fence", "code block")), None)
