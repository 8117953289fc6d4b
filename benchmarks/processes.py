"""The one place of the benchmarks that starts processes: whole ones, measured from start to end."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

KEPT = 4096  # bytes of what was said last
CLOCK = Path(__file__).with_name("clock.py")
ENVIRONMENT = {"PYTHONHASHSEED": "0", "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1"}


class Failed(Exception):
    """A command did not end as it should; what it took is of no interest."""


@dataclass(frozen=True)
class Command:
    """A command line with the directory it runs in and the exit statuses that are right.

    ``prepare`` is done before each run and not measured; ``cold`` runs are not warmed up.
    """

    name: str
    words: tuple[str, ...]
    cwd: Path
    expected: tuple[int, ...] = (0,)
    prepare: Callable[[], object] | None = None
    cold: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What one run took: seconds of CPU (its children's too) and wall time, bytes of its largest process."""

    cpu: float
    wall: float
    peak: int
    output: bytes = b""


def run(command: Command) -> Run:
    """Run a command to its end. Raises Failed, with what it said last, for an exit status that is wrong."""
    if command.prepare:
        command.prepare()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        asked = {
            "words": command.words,
            "cwd": str(command.cwd),
            "output": str(output),
            "errors": str(errors),
        }
        clock = [sys.executable, "-I", "-S", str(CLOCK), json.dumps(asked)]
        ended = subprocess.run(clock, env=_environment(command), capture_output=True, text=True, check=False)
        if ended.returncode:
            raise Failed(f"{command.name}: cannot be started: {ended.stderr.strip().splitlines()[-1]}")
        status, cpu, wall, peak = json.loads(ended.stdout)
        if status not in command.expected:
            raise Failed(_complaint(command, status, errors.read_bytes() or output.read_bytes()))
        return Run(cpu, wall, peak, output.read_bytes())


def _complaint(command: Command, status: int, said: bytes) -> str:
    last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["and said nothing"]
    return f"{command.name}: exit status {status}: {last[0]}"


def _environment(command: Command) -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT, **command.env}


def said(words: Sequence[str], cwd: Path) -> str | None:
    """What a command prints, None where it cannot be started or fails; for versions and the like."""
    with suppress(OSError):
        ended = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
        return ended.stdout if not ended.returncode else None
    return None


@dataclass(frozen=True)
class Heard:
    """When a command on a terminal wrote: seconds to the first byte, and the longest silence after it."""

    first: float
    silence: float
    wall: float


def listen(command: Command) -> Heard:
    """Run a command on a terminal of its own. Raises Failed for an exit status that is wrong."""
    if command.prepare:
        command.prepare()
    ours, theirs = pty.openpty()
    env = _environment(command) | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    env.pop("NO_COLOR")
    start = time.perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.cwd,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    times, last = [start], b""
    while True:
        select.select([ours], [], [])
        try:
            data = os.read(ours, 1 << 16)
        except OSError:  # all ends of the terminal are closed
            break
        if not data:
            break
        times.append(time.perf_counter())
        last = (last + data)[-KEPT:]
    os.close(ours)
    status = process.wait()
    end = time.perf_counter()
    if status not in command.expected:
        raise Failed(_complaint(command, status, last))
    if len(times) == 1:
        raise Failed(f"{command.name}: wrote nothing")
    gaps = [later - earlier for earlier, later in zip(times[1:], [*times[2:], end], strict=True)]
    return Heard(times[1] - start, max(gaps), end - start)
