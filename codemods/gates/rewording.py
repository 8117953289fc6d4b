"""What a migration does to the wording of a message, so that messages from before and after compare.

Line numbers move, names change, and a class that became generic is shown with its arguments. The same
rewording is applied to both sides.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from codemods.data import Problem

LINE = re.compile(r"\bline \d+")
# What else the value may be has no part in a complaint about None.
NONE = re.compile(r'Item "None" of "[^"]*"')
TYPE_VARIABLE_NUMBER = re.compile(r"`-?\d+")
# What mypy offers in place of a missing name depends on what else the class has.
SUGGESTION = re.compile(r"; (?:maybe|did you mean) [^?]*\?", re.IGNORECASE)


def without_arguments(message: str, names: frozenset[str]) -> str:
    """``message`` with ``X[A, B[C]]`` cut to ``X`` for every ``X`` of ``names``."""
    pattern = _words(tuple(sorted(names)), r"(?=\[)")
    start = 0
    while found := pattern.search(message, start):
        start = found.end()
        end = _closing(message, start)
        if end is not None:
            message = message[:start] + message[end:]
    return message


def _closing(message: str, start: int) -> int | None:
    """The offset after the bracket that closes the one at ``start``."""
    depth = 0
    for offset in range(start, len(message)):
        depth += {"[": 1, "]": -1}.get(message[offset], 0)
        if depth == 0:
            return offset + 1
    return None


def _replaced(message: str, names: Mapping[str, str], prefix: str = "") -> str:
    pattern = _words(tuple(sorted(names)), prefix=prefix)
    return pattern.sub(lambda found: names[found["name"]], message)


@functools.cache
def _words(names: tuple[str, ...], ahead: str = r"(?!\w)", prefix: str = "") -> re.Pattern[str]:
    either = "|".join(map(re.escape, names)) or "(?!)"
    return re.compile(rf"(?<!\w){prefix}(?P<name>{either}){ahead}")


@dataclass(frozen=True, slots=True)
class Rewording:
    """How names in messages are made comparable.

    ``renames`` maps old names to new ones, ``generic`` holds the classes that get type arguments, and
    ``types`` maps client types and type variables alike to one token for each type parameter. All go
    by whole words. Nothing is lost by a token: messages are counted, so that one more is one more.
    ``announced`` is what the layer says of a use of an old name, which a type checker may repeat (PEP 702).
    """

    renames: Mapping[str, str] = field(default_factory=dict)
    generic: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    announced: re.Pattern[str] | None = None

    def is_announced(self, problem: Problem) -> bool:
        """Whether a problem is only that the layer's warning was repeated."""
        said = problem.code == "deprecated" and self.announced
        return bool(said and said.search(problem.message))

    def apply(self, message: str) -> str:
        """``message`` in new names, without line numbers, suggestions and type arguments."""
        message = LINE.sub("line N", SUGGESTION.sub("", message))
        message = without_arguments(TYPE_VARIABLE_NUMBER.sub("", message), self.generic)
        message = _replaced(message, self.types, prefix=r"(?:[^\W\d]\w*\.)*")
        for token in set(self.types.values()):
            # A client's own type may become the union of all of them.
            message = re.sub(rf"{re.escape(token)}(?: \| {re.escape(token)})+", _first, message)
        return NONE.sub('Item "None"', _replaced(message, self.renames))

    def key(self, path: str, code: str, message: str) -> str:
        """What a problem is compared by."""
        return f"{path}: {self.apply(message)} [{code}]"


def _first(found: re.Match[str]) -> str:
    return found[0].split(" | ", 1)[0]
