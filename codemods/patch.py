"""The patch format: unified diffs in git's dialect, faithful to every byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

Opcode = tuple[str, int, int, int, int]
"""As ``difflib`` has them: what is done, and the lines before and after, half-open, from 0."""

_MANY = 1_000_000  # pairs of lines, beyond which a closer look takes too long


def split_lines(data: bytes) -> list[bytes]:
    r"""Lines with their ends, split at \n only, as ``git apply`` sees them."""
    lines = data.split(b"\n")
    ended = [line + b"\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def unified(path: PurePosixPath, before: bytes | None, after: bytes | None) -> str:
    r"""A unified diff in git's dialect, "\ No newline at end of file" included.

    Bytes that are no UTF-8 are carried as surrogates; encode with ``surrogateescape`` to get them back.
    """
    if before == after:
        return ""

    def text(data: bytes | None) -> list[str]:
        return [line.decode("utf-8", "surrogateescape") for line in split_lines(data or b"")]

    git, old, new = headers(path, before, after)
    body = _body(text(before), text(after))
    return "".join((*git, *_ended((f"--- {old}\n", f"+++ {new}\n", *body) if body else ())))


def _body(before: Sequence[str], after: Sequence[str]) -> list[str]:
    lines = []
    for group in groups(before, after):
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        lines.append(f"@@ -{ranged(i1, i2)} +{ranged(j1, j2)} @@\n")
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[a1:a2]]
            else:
                lines += [f"-{line}" for line in before[a1:a2]]
                lines += [f"+{line}" for line in after[b1:b2]]
    return lines


def ranged(start: int, stop: int) -> str:
    """Lines (half-open, from 0) as a hunk's header has them; none are named by the line before them."""
    return f"{start + 1}" if stop - start == 1 else f"{start + (start < stop)},{stop - start}"


def groups(before: Sequence[str], after: Sequence[str], context: int = 3) -> list[tuple[Opcode, ...]]:
    """What differs between two texts, by hunk, with so many of the lines around it as there are."""
    found: list[list[Opcode]] = [[]]
    codes = [*opcodes(before, after)]
    for number, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal" and number == 0:
            i1, j1 = max(i1, i2 - context), max(j1, j2 - context)
        if tag == "equal" and number == len(codes) - 1:
            i2, j2 = min(i2, i1 + context), min(j2, j1 + context)
        if tag == "equal" and i2 - i1 > 2 * context:
            found[-1].append((tag, i1, i1 + context, j1, j1 + context))
            found.append([])
            i1, j1 = i2 - context, j2 - context
        found[-1].append((tag, i1, i2, j1, j2))
    return [tuple(group) for group in found if any(code[0] != "equal" for code in group)]


def opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[Opcode]:
    """As ``difflib`` has them, but for lines that it takes for noise where a text has them often."""
    at: Opcode | None = None
    for code in _finer(before, after):
        if at is not None and at[0] == code[0] == "equal":
            at = ("equal", at[1], code[2], at[3], code[4])
            continue
        if at is not None:
            yield at
        at = code
    if at is not None:
        yield at


def _finer(before: Sequence[str], after: Sequence[str]) -> Iterator[Opcode]:
    import difflib  # what only searches does without

    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag != "replace" or (i2 - i1) * (j2 - j1) > _MANY:
            yield tag, i1, i2, j1, j2
            continue
        inner = difflib.SequenceMatcher(None, before[i1:i2], after[j1:j2], autojunk=False)
        for kind, a1, a2, b1, b2 in inner.get_opcodes():
            yield kind, i1 + a1, i1 + a2, j1 + b1, j1 + b2


def headers(
    path: PurePosixPath, before: bytes | None, after: bytes | None
) -> tuple[tuple[str, ...], str, str]:
    """What is above the first hunk: git's lines with their ends, and what is after ``---`` and ``+++``."""
    git = [f"diff --git {quoted(path, 'a/')} {quoted(path, 'b/')}\n"]
    if before is None:
        git.append("new file mode 100644\n")
    elif after is None:
        git.append("deleted file mode 100644\n")
    old = "/dev/null" if before is None else _header(path, "a/")
    return tuple(git), old, "/dev/null" if after is None else _header(path, "b/")


def _header(path: PurePosixPath, prefix: str) -> str:
    """A path in a ``---`` or ``+++`` line, where a tab ends a name that holds a blank."""
    name = quoted(path, prefix)
    return name + "\t" if " " in name and not name.startswith('"') else name


def _ended(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def quoted(path: PurePosixPath, prefix: str = "") -> str:
    """A path as git writes it in a patch: C-quoted when it holds anything unusual."""
    raw = f"{prefix}{path}"
    if all(char.isprintable() and char not in '"\\' for char in raw) and raw.isascii():
        return raw
    octets = raw.encode("utf-8", "surrogateescape")
    inner = "".join(chr(o) if 32 <= o < 127 and chr(o) not in '"\\' else f"\\{o:03o}" for o in octets)
    return f'"{inner}"'
