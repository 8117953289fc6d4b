"""The staging copy, in which phases are proven before anything of the user's is touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType

from codemods import files
from codemods.data import Change, MigrationError
from codemods.find import listed

PYTHON = frozenset({".py", ".pyi"})


class Staging:
    """A copy of a tree outside of it, removed at the end of the ``with`` block.

    Modes and mtimes are the original's; nothing in it is a link. ``extra`` names files that are out of
    the tree's scope (ignored by git, say) and come along nevertheless. Raises MigrationError, at
    entering, when a file cannot be copied.
    """

    def __init__(self, root: Path, tree: files.Tree, extra: Iterable[PurePosixPath] = ()) -> None:
        self._root = root
        self._tree = tree
        self._extra = tuple(path for path in extra if path not in tree.snapshot)
        self._stack = ExitStack()
        self._stamps: dict[PurePosixPath, int] = {}
        self._contents: dict[PurePosixPath, bytes | None] = dict(tree.snapshot)
        self._copied: set[PurePosixPath] = set()
        self._left: dict[PurePosixPath, tuple[int, ...]] = {}
        """What the file system said of a file when it was written here: while it does, nobody else has."""
        self._path: Path | None = None

    def __enter__(self) -> Staging:
        with ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(
                prefix="classmod-", dir=_outside(self._root), ignore_cleanup_errors=True
            )
            real = Path(os.path.realpath(stack.enter_context(folder)))
            # The same last name: a PATH that is itself a package is imported by it.
            self._path = real / Path(os.path.realpath(self._root)).name
            self._path.mkdir()
            for path, data in self._tree.snapshot.items():
                files.copy(self._root, path, self._path, data)
                self._left[path] = self._stat(path)
            for path in (*self._tree.others, *self._extra):
                self._copy(path)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def path(self) -> Path:
        """The root of the copy. Only inside the ``with`` block."""
        if self._path is None:
            raise RuntimeError("the staging copy is not made before its with block")
        return self._path

    def write(self, changes: Iterable[Change]) -> tuple[PurePosixPath, ...]:
        """Bring the copy of every changed file to its state after; answers the paths written."""
        return self._bring({change.path: change.after for change in changes})

    def sync(
        self, tree: Mapping[PurePosixPath, bytes], known: Iterable[PurePosixPath]
    ) -> tuple[PurePosixPath, ...]:
        """Bring the copy to ``tree``, whose files are all those among ``known``; answers the paths written.

        ``known`` are the files that the caller governs: one that is not in ``tree`` is deleted. Only
        files that differ are written, whoever made them so.
        """
        return self._bring({path: tree.get(path) for path in (*known, *tree)})

    @property
    def sources(self) -> Collection[PurePosixPath]:
        """The files of the copy that a run reads, rather than only copies: Python, Markdown, settings."""
        return self._contents.keys()

    def mend(self) -> tuple[PurePosixPath, ...]:
        """Put the copy right where somebody else has changed it; answers the files changed or deleted.

        Python files that were added go, so that no gate meets what another left behind. Whatever else
        was added stays: caches and reports harm nobody.
        """
        changed = [*self._bring(dict(self._contents)), *filter(self._is_changed, self._copied)]
        for path in changed:
            if path in self._copied:
                self._copy(path)
        there = {path for path, data in self._contents.items() if data is not None} | self._copied
        for path in listed(self.path)[0] - there:
            if path.suffix in PYTHON and not (self.path / path).is_symlink():
                files.replace(self.path, path, None, sync=False)
        return tuple(changed)

    def _copy(self, path: PurePosixPath) -> None:
        files.copy(self._root, path, self.path)
        self._copied.add(path)
        self._left[path] = self._stat(path)

    def _stat(self, path: PurePosixPath) -> tuple[int, ...]:
        """What is different after any change of a file; () where there is none."""
        try:
            info = os.lstat(self.path / path)
        except OSError:
            return ()
        return info.st_ino, info.st_mtime_ns, info.st_ctime_ns, info.st_size

    def _is_as_left(self, path: PurePosixPath) -> bool:
        return bool(left := self._left.get(path)) and left == self._stat(path)

    def _is_changed(self, path: PurePosixPath) -> bool:
        return not self._is_as_left(path) and files.peek(self.path, path) != files.peek(self._root, path)

    def _holds(self, path: PurePosixPath, data: bytes | None) -> bool:
        if data is not None and data == self._contents.get(path) and self._is_as_left(path):
            return True
        return files.peek(self.path, path) == data

    def _bring(self, wanted: Mapping[PurePosixPath, bytes | None]) -> tuple[PurePosixPath, ...]:
        written = [path for path in sorted(wanted) if not self._holds(path, wanted[path])]
        for path in written:
            self._put(path, wanted[path])
            self._left[path] = self._stat(path)
        self._contents.update(wanted)
        return tuple(written)

    def _put(self, path: PurePosixPath, data: bytes | None) -> None:
        place = self.path / path
        if place.exists():
            self._stamps[path] = place.stat().st_mtime_ns
        # A file that was deleted and comes back has only this to be newer than.
        files.replace(self.path, path, data, sync=False, newer_than=self._stamps.get(path, 0))


def _outside(root: Path) -> Path:
    real = Path(os.path.realpath(root))
    for candidate in (tempfile.gettempdir(), "/tmp", "/var/tmp", real.parent):
        place = Path(os.path.realpath(candidate))
        if not place.is_relative_to(real) and os.access(place, os.W_OK):
            return place
    raise MigrationError(f"{root}: there is no place for a temporary copy outside of it")
