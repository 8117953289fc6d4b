"""Landing and taking back, with a record on disk: whatever happens, the tree is all-old or all-new.

A landing first keeps what is there (``objects/``, by SHA-256) and says what it is going to do
(``landing.json``); only then it writes. Renaming that file to ``state.json`` is the moment it is landed:
a ``landing.json`` that is found at the next start was interrupted before it, and is undone.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods import files
from codemods.choice import NOTHING, Choices
from codemods.data import MigrationError
from codemods.find import STATE
from codemods.lock import lock
from codemods.record import (
    INTENT,
    OBJECTS,
    PRIVATE,
    RECORD,
    Intent,
    Landed,
    LandedFile,
    LandedPhase,
    digest_of,
    load,
    stored,
    written,
)

Contents = Mapping[PurePosixPath, bytes | None]
"""Bytes by path; None where no file is."""


def read(root: Path) -> Landed | None:
    """What is landed at ``root``, None when nothing is.

    Raises MigrationError for a record that cannot be understood.
    """
    found = load(root, RECORD)
    return found.landed if found is not None and found.landed else None


def interrupted(root: Path) -> bool:
    """Whether a landing did not come to its end."""
    return (root / INTENT).exists()


def interruption(root: Path) -> Interruption | None:
    """The landing that did not come to its end; None where there is none.

    Raises MigrationError for a record that cannot be understood.
    """
    intent = load(root, INTENT)
    if intent is None:
        return None
    undone = tuple(file.path for file in intent.undo)
    return Interruption(intent.landed.phases, undone, _in_the_way(root, intent))


def edited_since(root: Path) -> tuple[PurePosixPath, ...]:
    """The landed files that are not as they were landed: edited, deleted or replaced by somebody else.

    What an interrupted landing has written counts as undone.
    """
    landed, intent = read(root), load(root, INTENT)
    undone = {file.path: file.before for file in intent.undo} if intent else {}
    return tuple(
        file.path
        for file in (landed.files if landed else ())
        if not (undone[file.path] == file.after if file.path in undone else _is(root, file.path, file.after))
    )


def land(
    root: Path,
    landed_phases: Iterable[int],
    spec_name: str,
    originals: Contents,
    targets: Contents,
    current: Contents,
    *,
    version: str = "",
    history: Iterable[LandedPhase] = (),
    choices: Choices = NOTHING,
    hierarchy: str = "",
) -> Landed | None:
    """Bring the files to ``targets`` and record it, or leave everything as it was.

    ``originals`` are the bytes before the first landing, ``current`` those that were planned on; all
    three name the same files, every file landed before among them. What ends as it began leaves the
    record; where nothing remains, so does the record. Answers what is landed then.

    Raises MigrationError, with nothing written, when another run is at work, when a file is not as in
    ``current`` (``plan is stale``), and when one cannot be written; ValueError for a file left out.
    """
    with lock(root):
        recover(root)
        old = read(root) or Landed((), "", ())
        recorded = {file.path for file in old.files}
        if not originals.keys() == targets.keys() == current.keys() >= recorded:
            raise ValueError("a landing names the same files three times, with all that are landed")
        _demand_fresh(root, current)
        new = _next(root, old, originals, targets)
        phases, told = tuple(sorted(landed_phases)), tuple(history)
        new = replace(new, phases=phases, spec=spec_name, version=version, history=told)
        new = replace(new, choices=choices, hierarchy=hierarchy)
        intent = _intent(root, old, new, _files(root, current, targets))
        files.check_writable(root, (file.path for file in intent.undo))
        contents = (originals, targets, current)
        try:
            _carry_out(root, old, intent, {digest_of(data): data for c in contents for data in c.values()})
        except BaseException:
            recover(root)
            raise
        finally:
            _clean(root)
        return read(root)


def recover(root: Path) -> bool:
    """Undo a landing that was interrupted; answers whether there was one.

    One that was landed already but not yet tidied up is tidied up.
    Raises MigrationError, with nothing written, when a file was edited since, and while another run is
    at work.
    """
    if not interrupted(root):
        if _is_untidy(root):
            with lock(root):
                _clean(root)
        return False
    with lock(root):
        intent = load(root, INTENT)
        if intent is None:
            return False
        if why := _in_the_way(root, intent):
            raise MigrationError(why)
        files.sweep(root, (file.path for file in intent.undo))
        for file in intent.undo:
            if not _is(root, file.path, file.before):
                files.replace(root, file.path, stored(root, file.before), file.mode)
        files.remove_empty(root, intent.made)
        files.replace(root, INTENT, None)
        _clean(root)
    return True


def _in_the_way(root: Path, intent: Intent) -> str:
    """Why a landing cannot be undone, empty where it can."""
    for file in intent.undo:
        if not (_is(root, file.path, file.before) or _is(root, file.path, file.after)):
            kept = OBJECTS / file.before if file.before else "there was none"
            return f"{file.path}: edited since a landing was interrupted; as it was: {kept}"
    return ""


@dataclass(frozen=True, slots=True)
class Interruption:
    """A landing that did not come to its end: the phases it was to lead to, and the files it was to write.

    The next run puts the files back, unless something is ``in_the_way``, a line that says what.
    """

    phases: tuple[int, ...]
    files: tuple[PurePosixPath, ...]
    in_the_way: str


# --- one landing --------------------------------------------------------------------------------


def _demand_fresh(root: Path, current: Contents) -> None:
    for path, data in sorted(current.items()):
        if path.parts[:1] == (STATE,) or not _is(root, path, digest_of(data)):
            raise MigrationError(f"plan is stale: {path}")


def _files(root: Path, before: Contents, after: Contents) -> tuple[LandedFile, ...]:
    return tuple(
        LandedFile(path, digest_of(before[path]), digest_of(after[path]), _mode(root, path))
        for path in sorted(before)
        if before[path] != after[path]
    )


def _next(root: Path, old: Landed, originals: Contents, targets: Contents) -> Landed:
    """The record with ``targets`` landed; a file keeps the mode that it had before the first landing."""
    modes = {file.path: file.mode for file in old.files}
    changed = _files(root, originals, targets)
    landed = tuple(replace(file, mode=modes.get(file.path, file.mode)) for file in changed)
    created = {file.path for file in landed if file.before is None}
    needed = {parent for path in created for parent in path.parents}
    made = {parent for parent in needed if not (root / parent).is_dir()}
    return Landed((), "", landed, folders=tuple(sorted(needed & {*made, *old.folders})))


def _intent(root: Path, old: Landed, new: Landed, undo: tuple[LandedFile, ...]) -> Intent:
    needed = {parent for file in undo if file.after is not None for parent in file.path.parents}
    made = {parent for parent in needed if not (root / parent).is_dir()}
    leaving = set(old.folders) - set(new.folders)
    return Intent(new, undo, tuple(sorted(made)), tuple(sorted(leaving)))


def _carry_out(root: Path, old: Landed, intent: Intent, contents: Mapping[str | None, bytes | None]) -> None:
    for digest in {file.before for file in (*intent.landed.files, *intent.undo)} - {None}:
        files.replace(root, OBJECTS / str(digest), contents[digest], PRIVATE)
    files.replace(root, INTENT, written(intent), PRIVATE)
    modes = {file.path: file.mode for file in old.files}
    for file in intent.undo:
        # One that an earlier landing deleted comes back with the mode it had.
        mode = modes.get(file.path) if file.before is None else None
        files.replace(root, file.path, contents[file.after], mode)
    files.rename(root, INTENT, RECORD)


def _is_untidy(root: Path) -> bool:
    found = load(root, RECORD)
    if found is None:
        return False
    places = [root / folder for folder in found.leaving]
    return not found.landed or any(place.is_dir() and not any(place.iterdir()) for place in places)


def _clean(root: Path) -> None:
    """Remove what no record needs any more."""
    if interrupted(root):
        return
    files.sweep(root, [RECORD])
    intent = load(root, RECORD)
    if intent is not None:
        files.remove_empty(root, intent.leaving)
        if not intent.landed:
            files.replace(root, RECORD, None)
    kept = {file.before for file in intent.landed.files} if intent is not None else set()
    if (root / OBJECTS).is_dir():
        for place in (root / OBJECTS).iterdir():
            if place.name not in kept:
                files.replace(root, OBJECTS / place.name, None, sync=False)
        files.remove_empty(root, [OBJECTS])


def _is(root: Path, path: PurePosixPath, digest: str | None) -> bool:
    try:
        return digest_of(files.peek(root, path)) == digest
    except MigrationError:
        # A link or a directory has taken its place, or it cannot even be read.
        return False


def _mode(root: Path, path: PurePosixPath) -> int | None:
    place = root / path
    return stat.S_IMODE(place.stat().st_mode) if place.exists() else None
