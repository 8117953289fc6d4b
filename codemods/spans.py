"""Where edits stand in the text they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods import documents
from codemods.data import Edit
from codemods.edits import splice
from codemods.text import Text, UnreadableSource, decode, line_starts


@dataclass(frozen=True, slots=True)
class Span:
    """An edit with the lines it has before and after; ``old`` is the text it replaced.

    ``at`` is the line after where it stands; of whole lines that went nothing else is left.
    """

    edit: Edit
    old: str
    before: range
    after: range
    at: int


def spans(path: PurePosixPath, before: bytes, edits: Sequence[Edit], after: bytes) -> Iterator[Span]:
    """The edits of a file in their order; none where they are not all that was done to it."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    try:
        old = text_of(path, before)
        text = splice(old.text, ordered)
        if encoded(path, old, text) != after:
            return
    except UnreadableSource:
        return
    new, shift = replace(old, text=text, starts=line_starts(text)), 0
    for edit in ordered:
        start, shift = edit.start + shift, shift + len(edit.replacement) - (edit.end - edit.start)
        replaced, end = old.text[edit.start : edit.end], start + len(edit.replacement)
        went = not edit.replacement and replaced.endswith(("\n", "\r"))
        after_lines = range(0) if went else _lines(new, start, end)
        yield Span(edit, replaced, _lines(old, edit.start, edit.end), after_lines, new.place(start)[0])


def text_of(path: PurePosixPath, data: bytes) -> Text:
    """The text of a file that edits count their offsets in. Raises UnreadableSource."""
    return documents.read(data) if path.suffix == ".md" else decode(data)


def encoded(path: PurePosixPath, like: Text, text: str) -> bytes:
    """``text`` as a file's bytes, read like ``like`` before. Raises UnreadableSource."""
    return documents.write(like, text) if path.suffix == ".md" else like.encode(text)


def _lines(text: Text, start: int, end: int) -> range:
    """The lines that a span has something of; the one it is at where it is empty."""
    inside = text.text[start:end]
    first = start + len(inside) - len(inside.lstrip("\r\n"))
    last = max(first, start + len(inside.rstrip("\r\n")) - 1)
    return range(text.place(first)[0], text.place(last)[0] + 1)
