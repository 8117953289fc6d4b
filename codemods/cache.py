"""What a run has worked out, kept for the next one under all that it depends on, so that it is never stale.

An answer is a pickle beside its own digest, in a directory of the user's own that nobody else can write
to. A file is written whole or not at all, so two runs may share it; the oldest files go when there are too
many or they are too large. Where anything of this cannot be had, nothing is kept.
"""

from __future__ import annotations

import functools
import os
import pickle
import stat
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from codemods import __version__
from codemods.files import Tree
from codemods.find import STATE
from codemods.large import DIGEST, digest_of

MOST = 200
"""Files that are kept."""
LARGEST = 64 * 2**20
"""Bytes that are kept, of all files together."""


class Cache:
    """Answers by key. ``folder`` None is a cache that keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder if folder and _is_ours(folder) else None

    def get(self, key: str) -> Any | None:
        """What is kept under a key; None where nothing is, or nothing whole."""
        if self.folder is None:
            return None
        file = self.folder / key
        try:
            data = file.read_bytes()
            os.utime(file)
        except OSError:
            return None
        digest, answer = data[:DIGEST], data[DIGEST:]
        return pickle.loads(answer) if digest == digest_of(answer) else None

    def put(self, key: str, answer: object) -> None:
        """Keep an answer, and no more than there may be."""
        if self.folder is None:
            return
        made = self.folder / f"{key}.{os.getpid()}"
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        # A cache that the disk has no room for is none.
        with suppress(OSError):
            made.write_bytes(digest_of(data) + data)
            made.replace(self.folder / key)
            _trim(self.folder)


def user_folder(root: Path) -> Path | None:
    """Where answers are kept: below ``XDG_CACHE_HOME`` (XDG Base Directory Specification), else ~/.cache.

    None for a user who has no home, and where that would be in the tree at ``root``.
    """
    said = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(said) if said.startswith("/") else Path.home() / ".cache") / "classmod"
    except RuntimeError:
        return None
    return None if folder.resolve().is_relative_to(root.resolve()) else folder


def _is_ours(folder: Path) -> bool:
    """Whether the directory is there, or can be made, and is ours to write to and nobody else's."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = folder.stat()
    except OSError:
        return False
    return info.st_uid == os.geteuid() and not info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _trim(folder: Path) -> None:
    """Take out what is oldest as long as there is too much."""
    found = sorted(((entry.stat(), entry.path) for entry in os.scandir(folder)), key=lambda e: e[0].st_mtime)
    size = sum(info.st_size for info, _ in found)
    while found and (len(found) > MOST or size > LARGEST):
        info, path = found.pop(0)
        size -= info.st_size
        Path(path).unlink(missing_ok=True)


# --- keys -----------------------------------------------------------------------------------------


def key(*parts: object) -> str:
    """The key of an answer, by all that it depends on; each part says itself whole in its ``repr``."""
    return digest_of(repr((_installed(), *parts)).encode("utf-8", "surrogatepass")).hex()


def place(root: Path, tree: Tree) -> str:
    """Which tree one is but for its files: where it is, what is landed there, what is to be said of it."""
    state = Path(root, STATE)
    landed = [(p.name, digest_of(p.read_bytes())) for p in sorted(state.glob("*.json"))]
    return key(str(root.resolve()), tree.notes, landed)


def stamp(tree: Tree, digests: Mapping[PurePosixPath, bytes]) -> str:
    """What the files of a tree are, with their modes and bytes."""
    return key([(str(path), mode, digests.get(path)) for path, mode in tree.modes.items()])


@functools.cache
def _installed() -> tuple[object, ...]:
    """What we are: our version and files, the interpreter, and when it last got or lost a library."""
    libraries = Path(sysconfig.get_path("purelib"))
    files = [
        (entry.path, entry.stat().st_mtime_ns, entry.stat().st_size)
        for folder, _, _ in os.walk(Path(__file__).parent)
        for entry in os.scandir(folder)
        if entry.name.endswith((".py", ".j2", ".toml"))
    ]
    return __version__, sys.version, libraries.stat().st_mtime_ns, sorted(files)
