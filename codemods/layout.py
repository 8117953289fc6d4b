"""Where the files of a snapshot stand: source roots, dotted names, and the files that they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, TypeVar

from codemods.data import Snapshot
from codemods.foreign import is_foreign
from codemods.generated import is_generated
from codemods.large import marked, searched
from codemods.traced import answers, bare, listing, seek

# More than statements: what begins with letters is searched ten times as fast as what begins a line.
# What is not ASCII may be part of a name.
_FROM = re.compile(rb"from[ \t\\\r\n]*(?P<source>[.\w\x80-\xff]+)[ \t\\\r\n]*import\b(?P<rest>[^;\r\n]*)")
_IMPORT = re.compile(rb"import[ \t\\]+(?P<rest>[^;\r\n]*)")
_DOTTED = re.compile(rb"[.\w\x80-\xff]+")

CODE = (".py", ".pyi")
_Answer = TypeVar("_Answer")


class Layout:
    """The paths of a snapshot; ``tops`` are the directories that a tree beside PATH begins at, absolute."""

    def __init__(self, snapshot: Snapshot, tops: Sequence[PurePosixPath] = ()) -> None:
        self.snapshot = snapshot
        self.tops = tuple(tops)
        self._roots_of: dict[PurePosixPath, PurePosixPath] = {}
        self._found: dict[tuple[str, PurePosixPath], PurePosixPath | None] = {}
        self._written = self.asked(_written)
        self.askable = tuple(sorted(filter(self.is_source, bare(snapshot))))
        """The sources, for who asks each of them a question that is noted (``traced``)."""
        # One file stands for all those beside it.
        homes = {path.parent: path for path in self.askable}.values()
        self.directories = {parent for path in homes for parent in path.parents}
        """All that lead to a source."""
        roots = {*map(self.root_of, homes)}
        self.roots = tuple(sorted(roots, key=lambda p: (is_foreign(p), len(p.parts), p)))
        """The source roots."""

    def is_source(self, path: PurePosixPath) -> bool:
        """Whether a file of the snapshot is Python of the project's own."""
        return path.suffix in CODE and path not in self._written

    @property
    def sources(self) -> tuple[PurePosixPath, ...]:
        """The Python files of the project's own."""
        listing(self.snapshot)
        return self.askable

    def asked(
        self,
        question: Callable[..., _Answer],
        argument: Any = None,
        paths: Iterable[PurePosixPath] | None = None,
    ) -> dict[PurePosixPath, _Answer]:
        """The answers of files to a ``traced.Question``, without those that are false."""
        every = bare(self.snapshot) if paths is None else paths
        found = {path: answer for path in every if (answer := question(self, path, argument))}
        answers(self.snapshot, question, argument).update(found)
        return found

    def called(self, name: str) -> list[PurePosixPath]:
        """The files of the snapshot that have a name."""
        return sorted(self.asked(_is_called, name))

    def root_of(self, path: PurePosixPath) -> PurePosixPath:
        """The source root of a file: the directory its absolute imports start from.

        The nearest ``src`` directory that is no package, else the parent of the outermost package
        in one unbroken line, else the tree itself (a namespace package).
        """
        if path.parent not in self._roots_of:
            self._roots_of[path.parent] = self._root_of(path)
        return self._roots_of[path.parent]

    def _root_of(self, path: PurePosixPath) -> PurePosixPath:
        top = next((t for t in self.tops if path.is_relative_to(t)), PurePosixPath())
        for parent in path.parents:
            if parent.name == "src" and not self._is_package(parent):
                return parent
            if parent == top:
                break
        outermost = path.parent
        if not self._is_package(outermost):
            return top
        while outermost.parts and self._is_package(outermost.parent) and outermost.parent.parts:
            outermost = outermost.parent
        return outermost.parent

    def _is_package(self, directory: PurePosixPath) -> bool:
        return directory / "__init__.py" in self.snapshot or directory / "__init__.pyi" in self.snapshot

    def in_package(self, path: PurePosixPath) -> bool:
        """Whether a file stands in a package with an ``__init__``."""
        return self._is_package(path.parent)

    def dotted(self, path: PurePosixPath) -> str:
        """The dotted name of a file under its source root."""
        relative = path.relative_to(self.root_of(path)).with_suffix("")
        parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
        return ".".join(parts)

    def find(self, dotted: str, near: PurePosixPath) -> PurePosixPath | None:
        """The file (or namespace directory) of an absolute dotted name, nearest source root first."""
        key = dotted, near.parent
        if key not in self._found:
            stems = (root.joinpath(*dotted.split(".")) for root in self._from(near))
            self._found[key] = next((found for stem in stems if (found := self._file(stem))), None)
        return self._found[key]

    def source(self, source: str, importer: PurePosixPath) -> PurePosixPath | None:
        """The file an import statement's module part leads to, None when it leads outside."""
        dotted = source.lstrip(".")
        level = len(source) - len(dotted)
        if not level:
            return self.find(dotted, importer)
        base = importer.parent
        for _ in range(level - 1):
            base = base.parent
        return self._file(base.joinpath(*dotted.split("."))) if dotted else self._file(base) or base

    def _from(self, near: PurePosixPath) -> Iterator[PurePosixPath]:
        """The directories that an import of a file may start from."""
        own = self.root_of(near)
        yield own
        # Another tree knows nothing of this one.
        yield from (root for root in self.roots if root != own and is_foreign(root) >= is_foreign(near))
        yield from (PurePosixPath(), *self.tops) if not is_foreign(near) else self.tops
        # Last the file's own directory: what is run as a script, and pytest, put it on the path.
        yield near.parent

    def _file(self, stem: PurePosixPath) -> PurePosixPath | None:
        candidates = [stem / "__init__.py", stem / "__init__.pyi"]
        if stem.name:
            candidates += [stem.with_name(stem.name + ".py"), stem.with_name(stem.name + ".pyi")]
        for candidate in candidates:
            if candidate in self.snapshot:
                return candidate
        seek(self.snapshot, stem)
        return stem if stem in self.directories and stem.parts else None


class Leading:
    """Files that imports may lead to: ``words`` are their names."""

    def __init__(self, paths: Set[PurePosixPath]) -> None:
        stems = [path.parent if path.stem == "__init__" else path.with_suffix("") for path in paths]
        self.words = {stem.name for stem in stems}
        self.in_bytes = {word.encode("utf-8", "surrogateescape") for word in self.words}
        self._ends = {".".join(stem.parts[at:]) for stem in stems for at in range(len(stem.parts))}

    def end(self, dotted: str) -> bool:
        """Whether a name may be that of one of them, by its last parts."""
        bare = dotted.lstrip(".")
        return not bare or bare in self._ends


leading = lru_cache(maxsize=2)(Leading)


def _written(layout: Layout, path: PurePosixPath, _: object = None) -> bool:
    """Whether a migration has written a file."""
    return is_generated(marked(bare(layout.snapshot), path))


def _is_called(_: Layout, path: PurePosixPath, name: str) -> bool:
    return path.name == name


def imports_one(layout: Layout, path: PurePosixPath, homes: frozenset[PurePosixPath]) -> bool:
    """Whether an import statement of a file seems to lead to one of ``homes``, by its bytes."""
    data, known = searched(path, bare(layout.snapshot)[path]), leading(homes)
    names = (name.decode("utf-8", "surrogateescape") for name in _named(data, known.in_bytes))
    return any(layout.source(name, path) in homes for name in names if known.end(name))


def _named(data: bytes, words: Set[bytes]) -> Iterator[bytes]:
    """The modules that imports in a file name, or may, that end with one of these words or are a package."""
    for statement in _IMPORT.finditer(data):
        yield from (name for name in _DOTTED.findall(statement["rest"]) if name.rpartition(b".")[2] in words)
    for statement in _FROM.finditer(data):
        source, rest = statement["source"], statement["rest"]
        if source.rpartition(b".")[2] in words or not source.strip(b"."):
            yield source
        goes_on = b"(" in rest or b"\\" in rest
        inner = words if goes_on else words & {*_DOTTED.findall(rest)}
        yield from (source + b"." * (source[-1:] != b".") + word for word in inner)


def is_test(path: PurePosixPath) -> bool:
    """Whether a file belongs to the project's tests (pytest's and unittest's conventions)."""
    folders = () if is_foreign(path) else path.parts[:-1]  # theirs lead through the whole disk
    return (
        any(part in ("tests", "test") for part in folders)
        or path.name.startswith("test_")
        or path.stem.endswith("_test")
        or path.name == "conftest.py"
    )
