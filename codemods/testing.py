"""The tests written into the target: where they stand, in whose style, and what is the same for all."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from codemods.data import Spec
from codemods.index import Index
from codemods.layout import is_test
from codemods.questions import NEITHER, UNITTEST, style
from codemods.text import words

DASHES = "# " + "-" * 93 + "\n"
_SECTION = re.compile(r"(?m)^# --- ([\w ]+): (.+)\n")
_NAMED = '''\
def named(value: Any) -> Any:
    """What a class is called in the name of a test."""
    return getattr(value, "__name__", None)
'''
_EACH = '''\
def each(names: Any, rows: Any) -> Any:
    """The test once for each of these rows."""

    def decorated(test: Any) -> Any:
        def looped(self: Any) -> None:
            for row in rows:
                given = dict(zip(names, row)) if isinstance(names, tuple) else {names: row}
                with self.subTest(**given):
                    test(self, **given)

        return looped

    return decorated
'''
_IMPORTED = (
    ("import ast", "ast"),
    ("import asyncio", "asyncio"),
    ("import inspect", "inspect"),
    ("import itertools", "itertools"),
    ("import sys", "sys"),
    ("import typing", "typing"),
    ("import unittest", "unittest"),
    ("import warnings", "warnings"),
    ("from collections.abc import {}", "Callable", "Iterator", "Mapping", "Sequence"),
    ("from contextlib import {}", "contextmanager"),
    ("from pathlib import {}", "Path"),
    ("from typing import {}", "TYPE_CHECKING", "Any", "Optional"),
    ("from unittest.mock import {}", "patch"),
    ("\nimport pytest", "pytest"),
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where the tests stand: ``neighbour`` imports as they do, ``unittest`` says in whose style they are.

    ``others`` are files of the same name elsewhere, which pytest could not tell from it.
    """

    path: PurePosixPath
    neighbour: PurePosixPath
    unittest: bool
    others: tuple[PurePosixPath, ...] = ()


def home(index: Index, spec: Spec) -> Home | None:
    """Beside the tests of the hierarchy, else of anything; None where there are none, or none are wanted.

    Where each of them sets ``sys.path`` itself there is none either: a file beside them could not import.
    """
    name, modules = spec.compatibility.tests, index.modules
    styles = modules.asked(style, None, modules.askable if name else ())
    tests = [*styles]
    if not tests:
        return None
    names = [ref.name for ref in index.members if not is_test(ref.path)]
    known, told = words(names), [path for path in tests if modules.mentions(path, names)]
    naming = [p for p in told if (module := modules.get(p)) and known.search(module.text.text)] or tests
    if all(b"sys.path" in modules.snapshot[path] for path in naming):
        return None
    place = _common(naming)
    neighbour = next((path for path in naming if path.parent == place), naming[0])
    path = place / f"{name}.py"
    others = tuple(each for each in modules.called(path.name) if each != path)
    plain = {*styles.values()} <= {NEITHER, UNITTEST} and UNITTEST in styles.values()
    return Home(path, neighbour, plain, others)


def _common(paths: list[PurePosixPath]) -> PurePosixPath:
    """The directory that holds these tests, as far as it is one of tests; else the one of most of them."""
    found = PurePosixPath(os.path.commonpath([path.parent for path in paths]))
    if {"tests", "test"} & {*found.parts}:
        return found
    return Counter(path.parent for path in paths).most_common(1)[0][0]


# --- what is the same everywhere ------------------------------------------------------------------


@cache
def _sections() -> dict[str, tuple[str, str]]:
    """Key -> title and text of each section."""
    source = resources.files("codemods").joinpath("client_tests.py").read_text("utf-8").partition(DASHES)[2]
    _, *parts = _SECTION.split(source)
    return {key: (title, text.strip()) for key, title, text in zip(*[iter(parts)] * 3, strict=True)}


def reserved() -> frozenset[str]:
    """Every word of the sections, which no class may go by in the file."""
    texts = (_NAMED, _EACH, *(text for _, text in _sections().values()), *map(str, _IMPORTED))
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def machinery(keys: Collection[str], unittest: bool) -> str:
    """The text of these sections, for pytest or for unittest, with a line of its own above each."""
    parts = [_EACH if unittest else _NAMED]
    for key, (title, text) in _sections().items():
        if key in keys:
            parts.append(f"\n# --- {title} {'-' * (83 - len(title))}\n")
            parts.append(_as_class(title, text) if unittest else f"{text}\n")
    return "\n".join(parts)


def _as_class(title: str, text: str) -> str:
    """A section with its tests as the methods of a class."""
    text = text.replace("pytest.mark.parametrize(", "each(").replace(", ids=named)", ")")
    blocks = text.split("\n\n\n")
    tests = [block for block in blocks if re.search(r"(?m)^def test_", block)]
    others = "\n\n\n".join(block for block in blocks if block not in tests) + "\n"
    methods = [re.sub(r"(?m)^def (\w+)\(", r"def \1(self: Any, ", test) for test in tests]
    margined = (re.sub(r"(?m)^(?=.)", "    ", method) for method in methods)
    name = re.sub(r"\W", "", title.title())
    made = f"class {name}Test(unittest.TestCase):\n" + "\n\n".join(margined) + "\n"
    return f"{others}\n\n{made}" if tests else others


def imports(body: str) -> Iterator[str]:
    """The import statements of the standard library and of pytest that a text needs."""
    for statement, *names in _IMPORTED:
        used = [name for name in names if re.search(rf"(?<![\w.]){name}\b", body)]
        if used:
            yield statement.format(", ".join(used))


def listed(opening: str, items: Iterable[str], closing: str, margin: str = "") -> str:
    """A table of Python, an entry in each line."""
    items = [*items]
    if not items:
        return f"{margin}{opening}{closing}"
    return "".join((f"{margin}{opening}\n", *(f"{margin}    {item},\n" for item in items), margin + closing))


def is_as_written(before: bytes, after: str) -> bool:
    """Whether tests that are there define nothing that those in their place would not define alike."""
    try:
        there = _definitions(before)
        return bool(there) and there <= _definitions(after)
    except (SyntaxError, ValueError):
        return False


def _definitions(source: bytes | str) -> set[str]:
    """What a module does, but for its tables and what only type checkers read."""
    tree = ast.parse(source)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    found = [*tree.body, *(inner for node in classes for inner in node.body)]
    return {ast.dump(node) for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
