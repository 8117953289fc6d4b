"""A dry run for programs: a patch, and JSON by the contract of the command line."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cli.render import state
from codemods.data import Change, Note, Site

if TYPE_CHECKING:
    from codemods.hunks import Hunk
    from codemods.reviewed import FileReview, PhaseReview, Review


def patch(found: Review) -> str:
    """All phases as one patch for ``git apply``; encoded with ``surrogateescape`` it has the files' bytes."""
    first: dict[PurePosixPath, bytes | None] = {}
    last: dict[PurePosixPath, bytes | None] = {}
    for change in (file.change for phase in found.phases for file in phase.files):
        first.setdefault(change.path, change.before)
        last[change.path] = change.after
    return "".join(Change(path, first[path], last[path]).diff() for path in sorted(first))


def as_json(found: Review) -> str:
    """Phases with their changes, edits and hunks; then all notes, with what has to be asked."""
    files = [file for phase in found.phases for file in phase.files]
    parts: list[Review | FileReview | Hunk] = [found, *files, *found.hunks]
    notes = sorted((n for part in parts for n in part.notes), key=lambda n: (n.path, n.line))
    asked = sorted((s for part in parts for s in part.asked), key=lambda s: (s.path, s.line, s.column))
    whole = [*map(_note, notes), *map(_asked, asked)]
    return json.dumps({"phases": list(map(_phase, found.phases)), "notes": whole}, indent=2)


def _phase(phase: PhaseReview) -> dict[str, Any]:
    told = {name: getattr(phase.phase, name) for name in ("number", "name", "sentence")}
    return {**told, "changes": list(map(_file, phase.files)), "notes": []}


def _file(file: FileReview) -> dict[str, Any]:
    change = file.change
    edits = [
        {"start": e.start, "end": e.end, "replacement": e.replacement, "phase": e.phase, "reasons": e.reasons}
        for e in change.edits
    ]
    return {
        "path": str(change.path),
        "status": state(change),
        "edits": edits,
        "diff": change.diff(),
        "hunks": list(map(_hunk, file.hunks)),
    }


def _hunk(hunk: Hunk) -> dict[str, Any]:
    fields = ("text", "line", "gone", "old", "new", "confidence")
    return {
        "header": hunk.header,
        "section": hunk.section,
        "reasons": [{name: getattr(reason, name) for name in fields} for reason in hunk.reasons],
        "sites": [{"line": site.line, "column": site.column, "name": site.name} for site in hunk.sites],
        "notes": [*map(_note, hunk.notes), *map(_asked, hunk.asked)],
    }


def _note(note: Note) -> dict[str, Any]:
    return {"path": str(note.path), "line": note.line, "text": note.text}


def _asked(site: Site) -> dict[str, Any]:
    return {"path": str(site.path), "line": site.line, "text": f"{site.name}: {site.reason}"}
