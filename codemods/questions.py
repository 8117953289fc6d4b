"""What files are asked that can be told from their bytes: each function is half of a ``traced.Question``."""

from __future__ import annotations

import re
import warnings
from codecs import BOM_UTF8
from pathlib import PurePosixPath
from symtable import symtable

from codemods.data import Failure, Snapshot
from codemods.depth import usual
from codemods.generated import is_generated
from codemods.large import marked
from codemods.layout import is_test
from codemods.sources import Sources
from codemods.text import UnreadableSource, decode, parse
from codemods.traced import bare

MARK = "classmod:"
WITH_PYTEST, UNITTEST, NEITHER = "pytest", "unittest", "neither"
_CLASS = re.compile(rb"class(?<=\bclass)\s+([\w\x80-\xff]+)")  # all files: it begins with what is found fast
_PYTEST = re.compile(rb"(?m)^[ \t]*(?:import|from)[ \t]+pytest\b")


def fails(sources: Sources, path: PurePosixPath, _: object = None) -> Failure | None:
    """Why Python would not read a source."""
    return failure(bare(sources.snapshot), path) if sources.is_source(path) else None


def failure(snapshot: Snapshot, path: PurePosixPath) -> Failure | None:
    """Why a file cannot be read."""
    if parses(snapshot[path]):
        return None
    try:
        parse(decode(snapshot[path]))
    except UnreadableSource as error:
        return Failure(path, error.code, error.reason)
    return None


def parses(data: bytes) -> bool:
    """Whether Python reads a file, as far as that is told without a tree; ``parse`` has the last word."""
    first = b"".join(data.split(b"\n", 2)[:2])
    if b"coding" in first or data.startswith(BOM_UTF8) or b"\0" in data or b"\x1a" in data:
        return False
    try:
        with usual(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable(data.decode(), "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def defines(sources: Sources, path: PurePosixPath, name: str) -> bool:
    """Whether a file seems to define a class of this name."""
    return sources.is_source(path) and sources.mentions(path, (name,)) and name in defined(sources, path)


def defined(sources: Sources, path: PurePosixPath) -> set[str]:
    """The names of the classes that a file seems to define, by its bytes."""
    return {name.decode("utf-8", "replace") for name in _CLASS.findall(bare(sources.snapshot)[path])}


def style(sources: Sources, path: PurePosixPath, _: object = None) -> str:
    """How the tests of a file are written; empty for one of no tests."""
    if not sources.is_source(path) or not _is_module(path):
        return ""
    data = bare(sources.snapshot)[path]
    return WITH_PYTEST if _PYTEST.search(data) else UNITTEST if b"TestCase" in data else NEITHER


def _is_module(path: PurePosixPath) -> bool:
    named = path.stem.startswith("test_") or path.stem.endswith("_test") or path.stem == "tests"
    return named and path.suffix == ".py" and is_test(path)


def speaks(sources: Sources, path: PurePosixPath, _: object = None) -> bool:
    """Whether a file that no migration has written says something to us."""
    data = marked(bare(sources.snapshot), path)
    return MARK.encode() in data.lower() and not is_generated(data)
