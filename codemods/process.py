"""The one place that starts processes.

Every command gets a session of its own, so that nothing it started outlives it: not at the time limit,
not at Ctrl-C, and not as a daemon left behind by a command that ended well.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from codemods.data import MigrationError

# Set inside a git hook, where they lead to another index or repository than the one around a directory.
GIT_LEADS = {
    f"GIT_{what}" for what in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "COMMON_DIR", "OBJECT_DIRECTORY")
}


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
        status: int | None = None
        try:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(timeout)
        finally:
            _end_group(process)
        return Finished(status, _text(output), _text(errors), timed_out=status is None)


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
    # The group outlives its leader as long as it has members; macOS answers EPERM for one of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


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
    """

    status: int | None
    output: str
    errors: str
    timed_out: bool
