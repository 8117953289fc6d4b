"""How deep code may be nested: as deep as Python compiles it, which is deeper than Python calls by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Python 3.11 compiles about 3000 levels, and a visitor takes up to five calls for one.
_CALLS = 20_000


@contextmanager
def deep() -> Iterator[None]:
    """Let calls nest as deep as code that is read or edited; as a decorator, for a function."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _CALLS))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)
