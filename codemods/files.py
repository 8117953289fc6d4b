"""Find, read and write files: bytes in, bytes out, and the one place that writes source files.

Nothing is reached through a symbolic link, and a file is written whole or not at all.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.data import MigrationError, Note, Snapshot
from codemods.find import HERE, is_report, listed
from codemods.large import Holding
from codemods.reader import Reader, demand_regular, parts_of

SUFFIXES = frozenset({".py", ".pyi", ".md"})
SETTINGS = frozenset({"pyproject.toml", "setup.cfg", "mypy.ini", ".mypy.ini", "pytest.ini", "tox.ini"})
TEMPORARY = ".classmod.tmp"
SECOND = 10**9
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


# --- find and read ------------------------------------------------------------------------------


def read(root: Path) -> Tree:
    """Everything a run may see below ``root``.

    ``find.listed`` says which files those are; only regular ones count. What is more than can be held is
    read again when it is wanted (``large``).
    Raises MigrationError when ``root`` is no directory or a file cannot be read.
    """
    if not root.is_dir():
        raise MigrationError(f"{root}: not a directory")
    found, notes = listed(root)
    reader = Reader(root)
    holding = Holding(reader.read)
    modes: dict[PurePosixPath, int] = {}
    others: list[PurePosixPath] = []
    away: list[Note] = []
    real = Path(os.path.realpath(root))
    for path in sorted(found, key=lambda path: path.parts):  # which is their order, sooner told
        info = reader.status(path)
        if info is not None and stat.S_ISREG(info.st_mode):
            modes[path] = stat.S_IMODE(info.st_mode)
            wanted = path.suffix in SUFFIXES or path.name in SETTINGS
            data = reader.read(path) if wanted else None
            if data is None or (path.suffix == ".md" and is_report(data)):
                others.append(path)
            else:
                holding.add(path, data)
        elif not Path(os.path.realpath(root / path)).is_relative_to(real):
            away.append(Note(path, 1, "a link that leaves the tree: not followed"))
    return Tree(holding.snapshot(), modes, tuple(others), (*notes, *away))


def peek(root: Path, path: PurePosixPath) -> bytes | None:
    """The bytes at ``path`` now, None where nothing is.

    Raises MigrationError for what is no regular file or is reached through a link.
    """
    return Reader(root).read(path)


# --- write --------------------------------------------------------------------------------------


def replace(
    root: Path,
    path: PurePosixPath,
    data: bytes | None,
    mode: int | None = None,
    *,
    sync: bool = True,
    newer_than: int = 0,
) -> None:
    """Make ``data`` the content of ``path``, or delete it where ``data`` is None.

    The file is whole at every moment, keeps its mode and owner (``mode`` sets the mode) and gets an
    mtime in a later whole second than before, and than ``newer_than`` (ns). ``sync`` makes it outlast a
    power cut. Raises MigrationError for a path that leaves ``root`` or passes a link, for what is no
    regular file, and for what the disk refuses.
    """
    try:
        with _parent(root, path, create=data is not None) as (folder, name):
            old = _status(name, folder)
            demand_regular(path, old)
            if data is None:
                os.unlink(name, dir_fd=folder)
            else:
                _swap(folder, name, data, old, mode=mode, newer_than=newer_than, sync=sync)
            if sync:
                os.fsync(folder)
    except OSError as error:
        if data is not None or not isinstance(error, FileNotFoundError):
            raise MigrationError(f"{path}: cannot be written: {error.strerror}") from error


def copy(root: Path, path: PurePosixPath, target: Path, data: bytes | None = None) -> None:
    """Copy ``path`` with its mode and mtime; ``data`` is its content where that is known already.

    Raises MigrationError for what is no regular file below ``root`` or cannot be copied.
    """
    place = target.joinpath(*parts_of(path))
    try:
        info = os.lstat(root / path)
        demand_regular(path, info)
        place.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            shutil.copyfile(root / path, place)
        else:
            place.write_bytes(data)
        place.chmod(stat.S_IMODE(info.st_mode))
        os.utime(place, ns=(info.st_atime_ns, info.st_mtime_ns))
    except OSError as error:
        raise MigrationError(f"{path}: cannot be copied: {error.strerror}") from error


def rename(root: Path, old: PurePosixPath, new: PurePosixPath) -> None:
    """Move ``old`` over ``new`` in the same directory, at one moment and for good."""
    try:
        with _parent(root, old) as (folder, name):
            os.replace(name, new.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
    except OSError as error:
        raise MigrationError(f"{new}: cannot be written: {error.strerror}") from error


def sweep(root: Path, paths: Iterable[PurePosixPath]) -> None:
    """Remove what an interrupted ``replace`` of one of ``paths`` may have left beside it."""
    for parent in {path.parent for path in paths}:
        replace(root, parent / TEMPORARY, None)


def remove_empty(root: Path, folders: Iterable[PurePosixPath]) -> None:
    """Remove those of ``folders`` that are there and hold nothing."""
    for path in sorted(folders, reverse=True):
        with suppress(FileNotFoundError), _parent(root, path) as (folder, name):
            try:
                os.rmdir(name, dir_fd=folder)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.ENOENT):
                    raise MigrationError(f"{path}: cannot be removed: {error.strerror}") from error


def check_writable(root: Path, paths: Iterable[PurePosixPath]) -> None:
    """Raise MigrationError, naming the first, unless every one of ``paths`` could be written.

    Refused: what is read-only (also for root, to whom nothing is), belongs to somebody else, has a
    second hard link (a rename would part the two), is no regular file or is reached through a link.
    """
    for path in paths:
        parts_of(path)
        _demand_writable(root, path, _nearest(root, path))
        info = _status(root / path)
        if info is None:
            continue
        demand_regular(path, info)
        if info.st_nlink > 1:
            raise MigrationError(f"{path}: has more than one hard link")
        if os.geteuid() not in (0, info.st_uid):
            raise MigrationError(f"{path}: belongs to another user")
        _demand_writable(root, path, path)


def _nearest(root: Path, path: PurePosixPath) -> PurePosixPath:
    """The directory ``path`` is in, or would be made below."""
    nearest = HERE
    for ancestor in list(reversed(path.parents))[1:]:
        info = _status(root / ancestor)
        if info is None:
            break
        if not stat.S_ISDIR(info.st_mode):
            raise MigrationError(f"{path}: {ancestor} is a link or no directory")
        nearest = ancestor
    return nearest


def _demand_writable(root: Path, path: PurePosixPath, place: PurePosixPath) -> None:
    if not ((root / place).stat().st_mode & 0o222 and os.access(root / place, os.W_OK)):
        folder = root if place == HERE else place
        raise MigrationError(f"{path}: {'' if place == path else f'{folder}/ '}is read-only")


def _swap(
    folder: int,
    name: str,
    data: bytes,
    old: os.stat_result | None,
    *,
    mode: int | None,
    newer_than: int,
    sync: bool,
) -> None:
    with suppress(FileNotFoundError):
        os.unlink(TEMPORARY, dir_fd=folder)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(TEMPORARY, flags, 0o666, dir_fd=folder), "wb") as file:
            file.write(data)
            file.flush()
            _dress(file.fileno(), old, mode, newer_than)
            if sync:
                os.fsync(file.fileno())
        os.replace(TEMPORARY, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(TEMPORARY, dir_fd=folder)
        raise


def _dress(file: int, old: os.stat_result | None, mode: int | None, newer_than: int) -> None:
    if old is not None:
        new = os.fstat(file)
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
            os.fchown(file, old.st_uid, old.st_gid)
        mode = stat.S_IMODE(old.st_mode) if mode is None else mode
        newer_than = max(newer_than, old.st_mtime_ns)
    if mode is not None:
        os.fchmod(file, mode)
    # Caches of mypy and of Python's bytecode take the same second and size for the same file.
    now = time.time_ns()
    stamp = now if now // SECOND > newer_than // SECOND else newer_than + SECOND
    os.utime(file, ns=(stamp, stamp))


# --- paths --------------------------------------------------------------------------------------


@contextmanager
def _parent(root: Path, path: PurePosixPath, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """The open directory of ``path`` and its name there; no component on the way may be a link."""
    *parents, name = parts_of(path)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parents:
            if create and _status(part, folder) is None:
                os.mkdir(part, dir_fd=folder)
                os.fsync(folder)
            try:
                deeper = os.open(part, FOLDER, dir_fd=folder)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise MigrationError(f"{path}: {part} is a link or no directory") from error
                raise
            os.close(folder)
            folder = deeper
        yield folder, name
    finally:
        os.close(folder)


def _status(place: Path | str, folder: int | None = None) -> os.stat_result | None:
    try:
        return os.stat(place, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None


@dataclass(frozen=True, slots=True)
class Tree:
    """What ``read`` found, all paths relative to PATH.

    ``snapshot`` holds the bytes of what planning reads, ``modes`` the permission bits of every file,
    ``others`` the files that only a copy of the tree needs.
    """

    snapshot: Snapshot
    modes: Mapping[PurePosixPath, int]
    others: tuple[PurePosixPath, ...]
    notes: tuple[Note, ...]
