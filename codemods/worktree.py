"""What git says of the tree; without git there is nothing to say."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codemods.data import MigrationError
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


def changed_since(root: Path, revision: str) -> frozenset[PurePosixPath]:
    """Files below ``root`` that differ from the merge base of ``revision`` and HEAD, and untracked ones.

    Relative to ``root``; what is not committed counts. Raises MigrationError where git cannot say.
    """
    if _git(root, "rev-parse", "--git-dir") is None:
        raise MigrationError(f"--since {revision}: {root} is in no git repository")
    # A search such as :/text goes on to the end of the word, and ^REV is what leads away from a commit.
    verified = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    named = _git(root, *verified, revision) or "^"
    commit = None if named.startswith("^") else _git(root, *verified, f"{named.strip()}^{{commit}}")
    if commit is None:
        raise MigrationError(f"--since {revision}: git knows no such commit")
    base = _git(root, "merge-base", commit.strip(), "HEAD")
    if base is None:
        raise MigrationError(f"--since {revision}: has no commit in common with HEAD; is the clone shallow?")
    what = ("--name-only", "--relative", "-z", "--no-renames", "--ignore-submodules")
    changed = _git(root, "diff", *what, base.strip(), "--", ".")
    untracked = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if changed is None or untracked is None:
        raise MigrationError(f"--since {revision}: git did not say what has changed")
    return frozenset(map(PurePosixPath, {*changed.split("\0"), *untracked.split("\0")} - {""}))


def prefix(root: Path) -> PurePosixPath:
    """Where ``root`` is in its repository; empty without git."""
    return PurePosixPath((_git(root, "rev-parse", "--show-prefix") or "").removesuffix("\n"))


def _git(root: Path, *arguments: str) -> str | None:
    finished = git(*arguments, cwd=root, timeout=_SECONDS)
    return finished.output if finished is not None and finished.status == 0 else None
