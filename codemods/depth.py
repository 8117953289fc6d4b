"""How deep code may be nested: as deep as Python compiles it, which is deeper than Python calls by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from traceback import walk_stack

PARSING = RLock()
"""Held while Python makes a tree: two threads that do so at once fail in 3.11 (python/cpython#106905)."""
_USUAL = 1000
# From that Python 3.11 parses 3000 levels of code, and a visitor takes up to five calls for one.
_CALLS = 20_000


@contextmanager
def deep() -> Iterator[None]:
    """Let calls nest as deep as code that is read or edited; as a decorator, for a function."""
    with _limit(max(sys.getrecursionlimit(), _CALLS)):
        yield


@contextmanager
def usual() -> Iterator[None]:
    """Let calls nest from here as without ``deep``: ``ast`` goes by that, and LibCST bears no more."""
    with _limit(sum(1 for _ in walk_stack(None)) + _USUAL):
        yield


@contextmanager
def _limit(calls: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(calls)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
