"""The one place that starts processes.

Every command gets a session of its own, so that nothing it started outlives it: not at the time limit,
not at Ctrl-C, and not as a daemon left behind by a command that ended well. A pager and an editor stay in
ours: they need the terminal.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import TIMEOUT_MAX, Event, Thread, Timer
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO

from codemods.data import MigrationError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

# Set inside a git hook, where they lead to another index or repository than the one around a directory.
GIT_LEADS = {
    f"GIT_{what}" for what in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "COMMON_DIR", "OBJECT_DIRECTORY")
}


_RUNNING: set[subprocess.Popen[bytes]] = set()


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 600.0,
) -> Finished:
    """Run ``command`` (no shell) to its end, or for ``timeout`` seconds, with nothing on its stdin.

    ``env`` is the whole environment; None passes ours on. Raises MigrationError, naming the command,
    when it cannot be started.
    """
    if not command:
        raise MigrationError("an empty command cannot be started")
    # Files, not pipes: a grandchild that left the group may hold a pipe open for ever.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise MigrationError(f"{command[0]}: cannot be started: {_why(error)}") from error
        late = Event()

        def end() -> None:
            late.set()
            _kill_group(process)

        # To wait for so long and no longer is to look every 50 ms whether it has ended.
        limit = Timer(min(timeout, TIMEOUT_MAX), end)
        limit.daemon = True
        limit.start()
        _RUNNING.add(process)
        try:
            status = process.wait()
        finally:
            _RUNNING.discard(process)
            limit.cancel()
            _end_group(process)
        timed_out = late.is_set()
        return Finished(None if timed_out else status, _text(output), _text(errors), timed_out)


def end_all() -> None:
    """End whatever ``run`` has started and waits for, in any thread."""
    for process in tuple(_RUNNING):
        _kill_group(process)


# A process is said to need at least what the one that started it does, so that a small one has to.
_CLOCK = """\
import json, os, signal, sys, time
told, *command = sys.argv[1:]
start = time.perf_counter()
try:
    pid = os.posix_spawnp(command[0], command, os.environ, setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
except OSError as error:
    found = error.strerror
else:
    _, status, usage = os.wait4(pid, 0)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = os.waitstatus_to_exitcode(status), time.perf_counter() - start, peak
with open(told, "w") as stream:
    json.dump(found, stream)
"""


def timed(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 600.0,
) -> Finished:
    """Run ``command`` as ``run`` does, and say what it took."""
    with tempfile.TemporaryDirectory(prefix="classmod-") as folder:
        told = Path(folder) / "told"
        clock = (sys.executable, "-I", "-S", "-c", _CLOCK, str(told))
        finished = run((*clock, *command), cwd=cwd, env=env, timeout=timeout)
        if finished.timed_out:
            return finished
        if not told.exists():
            raise MigrationError(f"{command[0]}: was ended together with what was to time it")
        found = json.loads(told.read_bytes())
    if isinstance(found, str):
        raise MigrationError(f"{command[0]}: cannot be started: {found}")
    status, seconds, peak = found
    return replace(finished, status=status, seconds=seconds, peak=peak)


def feed(command: Sequence[str], data: bytes, *, env: Mapping[str, str]) -> bool:
    """Let a program that talks to the user, such as a pager, read ``data``; False if it cannot be started.

    It shares our terminal and our process group, has all the time in the world, and may end before it has
    read everything. Ctrl-C is its own affair until it has.
    """
    try:
        process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE)
    except (OSError, ValueError):
        return False
    with _deaf_to_ctrl_c():
        process.communicate(data)
    return True


def hand_over(command: Sequence[str]) -> int | None:
    """Let a program that talks to the user, such as an editor, have the terminal; its exit status.

    None if it cannot be started. It has all the time in the world, and Ctrl-C is its own affair.
    """
    try:
        process = subprocess.Popen(command)
    except (OSError, ValueError):
        return None
    with _deaf_to_ctrl_c():
        return process.wait()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def copies(number: int, begin: Callable[..., None], *arguments: object) -> ProcessPoolExecutor:
    """Processes that begin as copies of this one, and with ``begin``, so that nothing is sent to them.

    They leave Ctrl-C to us, and end when we are gone, however that came about.
    """
    from concurrent.futures import ProcessPoolExecutor  # with all of multiprocessing
    from multiprocessing import get_context

    return ProcessPoolExecutor(number, get_context("fork"), _copied, (os.getpid(), begin, arguments))


def _copied(parent: int, begin: Callable[..., None], arguments: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
    begin(*arguments)


def children_seconds() -> float:
    """The CPU time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def git(
    *arguments: str, cwd: Path, timeout: float, env: Mapping[str, str] = MappingProxyType({})
) -> Finished | None:
    """Run git on the repository around ``cwd``, without its monitor; None where there is no git.

    ``env`` is set in addition to ours.
    """
    if shutil.which("git") is None:
        return None
    ours = {name: value for name, value in os.environ.items() if name not in GIT_LEADS}
    command = ("git", "-c", "core.fsmonitor=false", *arguments)
    return run(command, cwd=cwd, env={**ours, **env}, timeout=timeout)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    # The group outlives its leader as long as it has members.
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(process.pid, signal.SIGKILL)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape")


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended.

    ``status`` is its exit status, negative for the signal that killed it, None at the time limit.
    ``output`` and ``errors`` hold what it wrote; bytes that are no UTF-8 are carried as surrogates.
    Where it was ``timed``, ``seconds`` is its wall time and ``peak`` the memory, in bytes, of the largest
    process among it and those it waited for; both are 0 where it was not.
    """

    status: int | None
    output: str
    errors: str
    timed_out: bool
    seconds: float = 0.0
    peak: int = 0
