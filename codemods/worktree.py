"""What git says of the tree; without git there is nothing to say."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codemods.process import run

_SECONDS = 60.0


def uncommitted(root: Path) -> tuple[PurePosixPath, ...]:
    """Tracked files below ``root`` whose content is not committed, relative to ``root``; () without git."""
    try:
        inside = run(["git", "rev-parse", "--show-prefix"], cwd=root, timeout=_SECONDS)
    except FileNotFoundError:
        return ()
    if inside.status != 0:
        return ()
    command = ["git", "diff", "HEAD", "--name-only", "--relative", "-z", "--ignore-submodules", "--", "."]
    finished = run(command, cwd=root, timeout=_SECONDS)
    if finished.status != 0:  # no commit yet: everything that is staged is uncommitted
        finished = run(["git", "ls-files", "--cached", "-z"], cwd=root, timeout=_SECONDS)
    return tuple(PurePosixPath(name) for name in finished.output.split("\0") if name)
