"""Choices that are not landed yet, kept between runs in the state directory."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from codemods import choice, files
from codemods.choice import Choices
from codemods.data import MigrationError
from codemods.find import STATE
from codemods.lock import lock
from codemods.record import PRIVATE

DRAFT = PurePosixPath(STATE, "choices.json")
SCHEMA = 1


def load(root: Path, spec_name: str) -> Choices | None:
    """The choices that were kept, None where there are none.

    Raises MigrationError for a file that cannot be understood, and for choices made by another spec.
    """
    data = files.peek(root, DRAFT)
    if data is None:
        return None
    try:
        record = json.loads(data)
        if record["schema"] != SCHEMA:
            raise ValueError(record["schema"])
        spec, found = str(record["spec"]), choice.parsed(record["choices"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise MigrationError(
            f"{DRAFT}: not choices that this version of classmod kept; remove it to choose anew"
        ) from error
    if spec != spec_name:
        raise MigrationError(f"{DRAFT}: made for another spec: {spec}; remove it to choose anew")
    return found


def waits(root: Path) -> bool:
    """Whether choices are kept for a later run."""
    return files.peek(root, DRAFT) is not None


def keep(root: Path, spec_name: str, choices: Choices) -> None:
    """Keep choices for a later run. Raises MigrationError while another run is at work."""
    record = {"schema": SCHEMA, "spec": spec_name, "choices": choice.written(choices)}
    with lock(root):
        files.replace(root, DRAFT, json.dumps(record, indent=1).encode(), PRIVATE, sync=False)


def forget(root: Path) -> None:
    """Keep no choices any more."""
    if waits(root):
        with lock(root):
            files.replace(root, DRAFT, None)
