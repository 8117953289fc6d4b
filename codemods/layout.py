"""Where the files of a snapshot stand: source roots, dotted names, and the files that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from pathlib import PurePosixPath

from codemods.data import Snapshot
from codemods.foreign import is_foreign
from codemods.generated import is_source
from codemods.large import marked

# More than statements: what begins with letters is searched ten times as fast as what begins a line.
# What is not ASCII may be part of a name.
_FROM = re.compile(rb"from[ \t\\\r\n]*(?P<source>[.\w\x80-\xff]+)[ \t\\\r\n]*import\b(?P<rest>[^;\r\n]*)")
_IMPORT = re.compile(rb"import[ \t\\]+(?P<rest>[^;\r\n]*)")
_DOTTED = re.compile(rb"[.\w\x80-\xff]+")


class Layout:
    """The paths of a snapshot; ``tops`` are the directories that a tree beside PATH begins at, absolute."""

    def __init__(self, snapshot: Snapshot, tops: Sequence[PurePosixPath] = ()) -> None:
        self.snapshot = snapshot
        self.tops = tuple(tops)
        self._roots_of: dict[PurePosixPath, PurePosixPath] = {}
        self._found: dict[tuple[str, PurePosixPath], PurePosixPath | None] = {}
        self.sources = tuple(sorted(p for p in snapshot if is_source(p, marked(snapshot, p))))
        # One file stands for all those beside it.
        homes = {path.parent: path for path in self.sources}.values()
        self._directories = {parent for path in homes for parent in path.parents}
        roots = {*map(self.root_of, homes)}
        self._roots = tuple(sorted(roots, key=lambda p: (is_foreign(p), len(p.parts), p)))

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

    def imports_one(self, path: PurePosixPath, data: bytes, homes: Leading) -> bool:
        """Whether an import statement of a file seems to lead to one of ``homes``, by its bytes."""
        names = (name.decode("utf-8", "surrogateescape") for name in _named(data, homes.in_bytes))
        return any(self.source(name, path) in homes.paths for name in names if homes.end(name))

    def _from(self, near: PurePosixPath) -> Iterator[PurePosixPath]:
        """The directories that an import of a file may start from."""
        own = self.root_of(near)
        yield own
        # Another tree knows nothing of this one.
        yield from (root for root in self._roots if root != own and is_foreign(root) >= is_foreign(near))
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
        return stem if stem in self._directories and stem.parts else None


class Leading:
    """Files that imports may lead to: ``words`` are their names."""

    def __init__(self, paths: Set[PurePosixPath]) -> None:
        self.paths = paths
        stems = [path.parent if path.stem == "__init__" else path.with_suffix("") for path in paths]
        self.words = {stem.name for stem in stems}
        self.in_bytes = {word.encode("utf-8", "surrogateescape") for word in self.words}
        self._ends = {".".join(stem.parts[at:]) for stem in stems for at in range(len(stem.parts))}

    def end(self, dotted: str) -> bool:
        """Whether a name may be that of one of them, by its last parts."""
        bare = dotted.lstrip(".")
        return not bare or bare in self._ends


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
