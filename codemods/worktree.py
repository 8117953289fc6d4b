"""What git says of the tree; without git there is nothing to say."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codemods.process import git

_SECONDS = 60.0


def uncommitted(root: Path) -> tuple[PurePosixPath, ...]:
    """Tracked files below ``root`` whose content is not committed, in the index or beside it; () without git.

    Relative to ``root``.
    """
    if _git(root, "rev-parse", "--git-dir") is None:
        return ()
    what = ("HEAD", "--name-only", "--relative", "-z", "--ignore-submodules", "--", ".")
    beside, staged = _git(root, "diff", *what), _git(root, "diff", "--cached", *what)
    if beside is None or staged is None:  # no commit yet: everything that is staged is uncommitted
        beside, staged = "", _git(root, "ls-files", "--cached", "-z") or ""
    return tuple(PurePosixPath(name) for name in sorted({*beside.split("\0"), *staged.split("\0")} - {""}))


def _git(root: Path, *arguments: str) -> str | None:
    finished = git(*arguments, cwd=root, timeout=_SECONDS)
    return finished.output if finished is not None and finished.status == 0 else None
