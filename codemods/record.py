"""The journal's record on disk, in PATH's state directory: as data, and as JSON beside byte backups."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from codemods import choice, files
from codemods.choice import NOTHING, Choices
from codemods.data import MigrationError
from codemods.find import STATE

RECORD = PurePosixPath(STATE, "state.json")
"""What is landed."""
INTENT = PurePosixPath(STATE, "landing.json")
"""A landing under way, in the same form: a rename to RECORD makes it the record."""
OBJECTS = PurePosixPath(STATE, "objects")
"""Backups, each named by the SHA-256 of its bytes."""
SCHEMA = 1
PRIVATE = 0o600
SHA256 = re.compile(r"[0-9a-f]{64}")


def digest_of(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()


def stored(root: Path, digest: str | None) -> bytes | None:
    if digest is None:
        return None
    data = files.peek(root, OBJECTS / digest)
    if data is None or digest_of(data) != digest:
        raise MigrationError(f"{OBJECTS / digest}: missing or damaged")
    return data


def load(root: Path, path: PurePosixPath) -> Intent | None:
    data = files.peek(root, path)
    if data is None:
        return None
    try:
        return _parsed(json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MigrationError(f"{path}: not a record that this version of classmod wrote") from error


def _parsed(record: Mapping[str, Any]) -> Intent:
    if record["schema"] != SCHEMA:
        raise ValueError(record["schema"])
    paths = {key: tuple(map(PurePosixPath, record[key])) for key in ("folders", "made", "leaving")}
    landed = Landed(
        tuple(map(int, record["phases"])),
        str(record["spec"]),
        tuple(map(_parsed_file, record["files"])),
        str(record["version"]),
        paths["folders"],
        # Records of 0.1.0 may be without these two.
        tuple(map(_parsed_phase, record.get("history", ()))),
        choice.parsed(record["choices"]) if "choices" in record else NOTHING,
        str(record.get("hierarchy", "")),
    )
    return Intent(landed, tuple(map(_parsed_file, record["undo"])), paths["made"], paths["leaving"])


def _parsed_file(record: Mapping[str, Any]) -> LandedFile:
    for digest in (record["before"], record["after"]):
        if digest is not None and not SHA256.fullmatch(digest):
            raise ValueError(digest)
    mode = None if record["mode"] is None else int(record["mode"])
    return LandedFile(PurePosixPath(record["path"]), record["before"], record["after"], mode)


def _parsed_phase(record: Mapping[str, Any]) -> LandedPhase:
    figures = {str(gate): str(said) for gate, said in dict(record["figures"]).items()}
    paths = tuple(map(PurePosixPath, record["files"]))
    return LandedPhase(int(record["number"]), str(record["at"]), str(record["version"]), paths, figures)


def written(intent: Intent) -> bytes:
    record = {"schema": SCHEMA, **asdict(intent)}
    landed = record.pop("landed") | {"choices": choice.written(intent.landed.choices)}
    return json.dumps(record | landed, indent=1, default=str).encode()


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file as it was and as it is now: SHA-256 in hex, None where it is not there.

    ``mode`` are the permission bits it had before, None for a file that was not there.
    """

    path: PurePosixPath
    before: str | None
    after: str | None
    mode: int | None


@dataclass(frozen=True, slots=True)
class LandedPhase:
    """How a phase came to be landed: when (ISO 8601, UTC), by which version of classmod, and how proven.

    ``files`` are those it changed, ``figures`` what each gate said of it, by the gate's name.
    """

    number: int
    at: str
    version: str
    files: tuple[PurePosixPath, ...]
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Landed:
    """The record: the phases that are landed, by which spec and version of classmod, and the files.

    ``choices`` are what was left out of them and written otherwise.

    ``folders`` are the directories that were made for created files; ``history`` may lack phases that
    were landed before it was kept.
    """

    phases: tuple[int, ...]
    spec: str
    files: tuple[LandedFile, ...]
    version: str = ""
    folders: tuple[PurePosixPath, ...] = ()
    history: tuple[LandedPhase, ...] = ()
    choices: Choices = NOTHING
    hierarchy: str = ""
    """Where the hierarchy was, if elsewhere (``hierarchy.settled``)."""

    def __bool__(self) -> bool:
        return bool(self.phases or self.files)

    def originals(self, root: Path) -> dict[PurePosixPath, bytes | None]:
        """The bytes of every landed file before the first landing, None for one that was not there.

        Raises MigrationError for a backup that is missing or damaged.
        """
        return {file.path: stored(root, file.before) for file in self.files}


@dataclass(frozen=True, slots=True)
class Intent:
    """A landing under way: the record it leads to, and how to undo it.

    ``made`` are the directories it makes, ``leaving`` those of earlier landings that it no longer needs.
    """

    landed: Landed
    undo: tuple[LandedFile, ...]
    made: tuple[PurePosixPath, ...]
    leaving: tuple[PurePosixPath, ...]
