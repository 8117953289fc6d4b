"""One run at a time: a lock file in PATH's state directory that no dead process can hold."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from codemods import files
from codemods.data import MigrationError
from codemods.find import STATE

IGNORE = PurePosixPath(STATE, ".gitignore")
LOCK = "lock"
Owner = Mapping[str, int | str]


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Keep every other run out of ``root``; within one process a lock inside a lock is the same lock.

    Makes the state directory, and removes it again when nothing was put there. Raises MigrationError
    while another process holds the lock.
    """
    me = _owner()
    if _holder(root) == me:
        yield
        return
    _acquire(root, me)
    try:
        yield
    finally:
        _release(root)


def at_work(root: Path) -> int | None:
    """The process that holds the lock of ``root`` now, None where nobody does; nothing is written."""
    holder = _holder(root)
    return int(holder["pid"]) if holder is not None and _lives(holder) else None


def _acquire(root: Path, me: Owner) -> None:
    while True:
        with suppress(FileNotFoundError), _alone(root) as folder:
            holder = _holder(root)
            if holder is not None and _lives(holder):
                raise MigrationError(f"{root}: another run is at work here (process {holder['pid']})")
            with suppress(FileNotFoundError):
                os.unlink(LOCK, dir_fd=folder)
            file = os.open(LOCK, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
            with os.fdopen(file, "w") as stream:
                json.dump(me, stream)
            return
        # The directory went away under us, with the run that held the lock: it is free now.


def _release(root: Path) -> None:
    with suppress(FileNotFoundError), _alone(root) as folder:
        os.unlink(LOCK, dir_fd=folder)
        if [place.name for place in (root / STATE).iterdir()] == [IGNORE.name]:
            os.unlink(IGNORE.name, dir_fd=folder)
            (root / STATE).rmdir()


@contextmanager
def _alone(root: Path) -> Iterator[int]:
    """The open state directory, nobody else being inside of this: a lock is taken over by one only."""
    try:
        if files.peek(root, IGNORE) is None:
            files.replace(root, IGNORE, b"*\n")
        folder = os.open(root / STATE, files.FOLDER)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise MigrationError(f"{STATE}/{LOCK}: cannot be written: {error.strerror}") from error


def _owner() -> Owner:
    pid = os.getpid()
    return {"pid": pid, "boot": _boot(), "started": _started(pid)}


def _holder(root: Path) -> Owner | None:
    """Who is named in the lock file; None where nobody is, or half a name after a crash."""
    with suppress(ValueError):
        owner = json.loads(files.peek(root, PurePosixPath(STATE, LOCK)) or b"null")
        if isinstance(owner, dict) and isinstance(owner.get("pid"), int):
            return owner
    return None


def _lives(owner: Owner) -> bool:
    pid = int(owner["pid"])
    if owner.get("boot") != _boot() or not 0 < pid < 2**31:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # A number is given again to a later process, but not with the same time of birth.
    return owner.get("started") == _started(pid)


def _boot() -> str:
    """The kernel's name for the time since it was started; empty where it has none."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _started(pid: int) -> str:
    """When a process began, in ticks since the boot; empty where the kernel does not say."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    return ""
