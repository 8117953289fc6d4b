"""Which files belong to the tree: git says, and a walk where there is no git."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from codemods.data import MigrationError, Note
from codemods.process import git

STATE = ".classmod"
"""The directory below PATH that the journal keeps its record in."""

REPORT = b"<!-- classmod report -->"
"""What the first line of a report of ours holds; it speaks of the old names and is no source."""

NEVER = frozenset({".git", ".hg", STATE})
DISPOSABLE = frozenset(
    {".venv", "venv", "node_modules", "__pycache__"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox"}
)
BUILT = frozenset({"build", "dist"})

GIT_SECONDS = 30.0

HERE = PurePosixPath()


def listed(root: Path) -> tuple[set[PurePosixPath], tuple[Note, ...]]:
    """The paths below ``root`` that are in scope, links to be judged by the caller among them.

    That is what git tracks and what it neither tracks nor ignores, but for environments and caches
    that it merely does not know; without git, everything but environments, caches and build products.
    Submodules and nested repositories are no part of it. Raises MigrationError where a directory
    cannot be read.
    """
    real = Path(os.path.realpath(root))
    if shutil.which("git") and any((place / ".git").exists() for place in (real, *real.parents)):
        tagged, untracked = _git(root, "-v", "--cached"), _git(root, "--others", "--exclude-standard")
        if tagged is None or untracked is None:
            note = Note(HERE, 1, "git did not list the files: they were found without it")
            return _walked(root), (note,)
        foreign, disposable = _skipper(root, frozenset()), _skipper(root, DISPOSABLE)
        tracked = {PurePosixPath(name[2:]): name[0] for name in tagged}
        found = {path for path in tracked if not foreign(path.parent)}
        unwatched = sorted(path for path in found if tracked[path] == "S" or tracked[path].islower())
        found |= {path for path in map(PurePosixPath, untracked) if not disposable(path.parent)}
        # Nothing at all: PATH itself is ignored, and whoever names it wants it nevertheless.
        if found:
            return found, tuple(_unwatched(root, unwatched))
    return _walked(root), ()


def is_report(data: bytes) -> bool:
    return REPORT in data[:80].partition(b"\n")[0]


def _unwatched(root: Path, paths: list[PurePosixPath]) -> Iterator[Note]:
    """What is to be said of files that git was told not to look at; of what is not checked out, once."""
    away = [path for path in paths if not os.path.lexists(root / path)]
    if away:
        yield Note(away[0], 1, f"not checked out, {len(away)} in all: old names in such files stay")
    for path in paths:
        if os.path.lexists(root / path):
            yield Note(path, 1, "git does not look at this file, and will not show that it changes")


def _git(root: Path, *which: str) -> list[str] | None:
    finished = git("ls-files", "-z", *which, cwd=root, timeout=GIT_SECONDS)
    if finished is None or finished.status != 0:
        return None
    return [name for name in finished.output.split("\0") if name and not name.endswith("/")]


def _walked(root: Path) -> set[PurePosixPath]:
    skipped = _skipper(root, DISPOSABLE | BUILT)
    found: set[PurePosixPath] = set()
    folders = [HERE]
    for folder in folders:
        try:
            with os.scandir(root / folder) as entries:
                inside = [(folder / entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            raise MigrationError(f"{error.filename}: cannot be read: {error.strerror}") from error
        # A link is named, so that one that leaves the tree can be noted, but never entered.
        found.update(path for path, is_folder in inside if not is_folder)
        folders += [path for path, is_folder in inside if is_folder and not skipped(path)]
    return found


def _skipper(root: Path, names: frozenset[str]) -> Callable[[PurePosixPath], bool]:
    """Whether a directory is out of scope: another repository, behind a link, or one of ``names``."""

    @functools.cache
    def skipped(folder: PurePosixPath) -> bool:
        if folder == HERE:
            return False
        place = root / folder
        return (
            skipped(folder.parent)
            or folder.name in NEVER
            or folder.name in names
            or place.is_symlink()
            or (place / ".git").exists()
            or (bool(names) and (place / "pyvenv.cfg").exists())
            or (names >= BUILT and folder.suffix == ".egg-info")
        )

    return skipped
