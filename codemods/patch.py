"""The patch format: unified diffs in git's dialect, faithful to every byte."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePosixPath


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
    body = difflib.unified_diff(text(before), text(after), old, new, n=3)
    return "".join((*git, *_ended(body)))


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
