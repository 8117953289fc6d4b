"""What git says of the tree; without git there is nothing to say."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codemods.process import git

_SECONDS = 60.0
_BUSY = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
}


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


def unfinished(root: Path) -> str:
    """What git is in the middle of around ``root``: a rebase, a merge, a cherry-pick; empty for nothing."""
    folder = _git(root, "rev-parse", "--absolute-git-dir")
    there = Path(folder.removesuffix("\n")) if folder else None
    return next((what for name, what in _BUSY.items() if there and (there / name).exists()), "")


def _git(root: Path, *arguments: str) -> str | None:
    finished = git(*arguments, cwd=root, timeout=_SECONDS)
    return finished.output if finished is not None and finished.status == 0 else None
