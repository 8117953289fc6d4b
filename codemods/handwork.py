"""A hunk as a text that a person edits, and what they have made of it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from codemods.choice import Retouch
from codemods.data import Change
from codemods.hunks import Hunk
from codemods.patch import split_lines
from codemods.text import UnreadableSource, decode, parse

_GUIDE = """\
# To leave out a '-' line, make it a ' ' line (context).
# To leave out a '+' line, delete it; other '+' lines may be written otherwise.
# Lines that begin with # are removed. If nothing is left, the hunk stays as it was.
"""


class Unfit(Exception):
    """An edited hunk that does not fit the file; the message is one line for the person."""


class Emptied(Unfit):
    """An edited hunk without a line: the person wants it to stay as it was."""


def editable(hunk: Hunk) -> str:
    """The hunk as a patch with a guide, as ``git add -p`` has it."""
    rows = "".join(f"{line.sign}{line.text}\n" for line in hunk.lines)
    return f"# {hunk.path}, phase {hunk.phase}\n{hunk.header}\n{rows}{_GUIDE}"


def understood(hunk: Hunk, change: Change, edited: str) -> Retouch | None:
    """What ``edited`` writes otherwise than the hunk; None where that is nothing.

    Raises Unfit where the lines before are not those of the file, and where Python could not read the
    result; Emptied where nothing is left.
    """
    # Not splitlines: a form feed or a lone carriage return is part of its line.
    rows = [row for row in edited.replace("\r\n", "\n").split("\n") if not row.startswith(("#", "@@"))]
    if not any(row.strip() for row in rows):
        raise Emptied("nothing is left of it")
    before = [line.text for line in hunk.lines if line.sign != "+"]
    while not rows[-1] and sum(row[:1] != "+" for row in rows) > len(before):
        rows.pop()  # the empty lines that editors leave at an end
    if odd := next((row for row in rows if row[:1] not in ("", " ", "-", "+")), None):
        raise Unfit(f"a line begins with neither ' ', - nor +: {odd}")
    if before != [row[1:] for row in rows if row[:1] != "+"]:
        raise Unfit("the lines with ' ' and - are not those of the file")
    texts = [row[1:] for row in rows if row[:1] != "-"]
    if texts == [line.text for line in hunk.lines if line.sign != "-"]:
        return None
    after = [line.decode("utf-8", "surrogateescape") for line in split_lines(change.after or b"")]
    planned = tuple(after[hunk.after.start - 1 : hunk.after.stop - 1])
    if not planned:
        raise Unfit("no line of the file would stay around it")
    written = _ended(texts, planned)
    _refuse_broken(hunk.path, [*after[: hunk.after.start - 1], *written, *after[hunk.after.stop - 1 :]])
    return Retouch(hunk.path, hunk.phase, hunk.after.start, planned, written)


def _ended(texts: Sequence[str], planned: Sequence[str]) -> tuple[str, ...]:
    """Lines with the ends they had, new ones with that of the first; the last of a file may have none."""
    ending = "\r\n" if planned[0].endswith("\r\n") else "\n"
    bare = [line.removesuffix("\n").removesuffix("\r") for line in planned]
    lines = [f"{text}{ending}" for text in texts]
    for i, j, size in SequenceMatcher(None, bare, texts, autojunk=False).get_matching_blocks():
        lines[j : j + size] = [
            line if line.endswith("\n") else line + ending for line in planned[i : i + size]
        ]
    if lines and not planned[-1].endswith("\n"):
        lines[-1] = texts[-1]
    return tuple(lines)


def _refuse_broken(path: PurePosixPath, lines: Sequence[str]) -> None:
    if path.suffix == ".md":
        return
    try:
        parse(decode("".join(lines).encode("utf-8", "surrogateescape")))
    except UnreadableSource as error:
        raise Unfit(f"Python could not read the file: {error.reason}") from error
