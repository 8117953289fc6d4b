"""A tree too large to be held: of a file its digest and its words are, and its bytes are read when wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import NamedTuple

from codemods.data import MigrationError, Snapshot

HELD = 16 * 2**20
"""Bytes of a tree that are held."""
DIGEST = 16
"""Bytes of a digest."""
_WORD = bytes(c if c > 127 or chr(c).isalnum() or c == ord("_") else ord(" ") for c in range(256))
_OURS = b"classmod"


class Told(NamedTuple):
    """What is held of a file that is not: each of its words once, as it is searched, and what it was."""

    digest: bytes
    words: bytes


class Large(Mapping[PurePosixPath, bytes]):
    """The bytes of files; ``read`` reads again those of which only something is told."""

    def __init__(
        self,
        read: Callable[[PurePosixPath], bytes | None],
        files: Mapping[PurePosixPath, bytes | Told],
    ) -> None:
        self._read = read
        self.files = files

    def __getitem__(self, path: PurePosixPath) -> bytes:
        """Raises MigrationError for a file that is not what it was."""
        found = self.files[path]
        if isinstance(found, bytes):
            return found
        data = self._read(path)
        if data is None or digest_of(data) != found.digest:
            raise MigrationError(f"{path}: changed while it was looked at; run it again")
        return data

    def __iter__(self) -> Iterator[PurePosixPath]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def over(self, files: Snapshot) -> Large:
        """The same tree with these files in place of theirs."""
        return Large(self._read, {**self.files, **files})


class Holding:
    """Holds what is read of a tree as long as there is room, and what is told of the rest."""

    def __init__(self, read: Callable[[PurePosixPath], bytes | None]) -> None:
        self._read = read
        self._files: dict[PurePosixPath, bytes] = {}
        self._told: dict[PurePosixPath, Told] = {}
        self._room = HELD

    def add(self, path: PurePosixPath, data: bytes) -> None:
        self._room -= len(data)
        if self._room >= 0:
            self._files[path] = data
        else:
            once = {*searched(path, data).translate(_WORD).split()}
            self._told[path] = Told(digest_of(data), b" ".join(once))

    def snapshot(self) -> Snapshot:
        """What was added, in that order."""
        return Large(self._read, {**self._files, **self._told}) if self._told else self._files


def over(snapshot: Snapshot, files: Snapshot) -> Snapshot:
    """A snapshot with these files in place of its own."""
    return snapshot.over(files) if isinstance(snapshot, Large) else {**snapshot, **files}


def words(snapshot: Snapshot, path: PurePosixPath) -> bytes:
    """What a file is searched in for words and for parts of them: itself, or each of its words once."""
    found = snapshot.files[path] if isinstance(snapshot, Large) else snapshot[path]
    return found.words if isinstance(found, Told) else searched(path, found)


def marked(snapshot: Snapshot, path: PurePosixPath) -> bytes:
    """The bytes of a file where they may say something to us; may be empty where they do not."""
    found = snapshot.files[path] if isinstance(snapshot, Large) else snapshot[path]
    if isinstance(found, bytes):
        return found
    return snapshot[path] if _OURS in found.words.lower() else b""


def digests(snapshot: Snapshot) -> dict[PurePosixPath, bytes]:
    files = snapshot.files if isinstance(snapshot, Large) else snapshot
    return {p: found.digest if isinstance(found, Told) else digest_of(found) for p, found in files.items()}


def digest_of(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST).digest()


def searched(path: PurePosixPath, data: bytes) -> bytes:
    """What the bytes of a file are searched as."""
    from codemods.text import searchable  # which a tree that fits is read without

    return searchable(data) if path.suffix in (".py", ".pyi") else data
