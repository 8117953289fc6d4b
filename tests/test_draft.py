"""Choices that are kept between runs: they come back, and what is not ours is refused in one line."""

from __future__ import annotations

import json
import sys
from pathlib import Path, PurePosixPath

import pytest

from codemods import draft
from codemods.choice import Choices, Item, Kind
from codemods.data import MigrationError
from codemods.draft import DRAFT
from tests.helpers import contents, lay
from tests.test_lock import stranger

PATH = PurePosixPath("a.py")
MADE = Choices(frozenset({Item(Kind.SITE, PATH, "1:1")}), digests={PATH: "0a"})


def test_there_are_none_in_the_beginning(tmp_path: Path) -> None:
    assert draft.load(tmp_path, "boxes") is None
    draft.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_they_come_back_until_they_are_forgotten(tmp_path: Path) -> None:
    draft.keep(tmp_path, "boxes", MADE)

    assert draft.load(tmp_path, "boxes") == MADE
    assert contents(tmp_path) == {}, "git sees something of it"

    draft.forget(tmp_path)
    assert draft.load(tmp_path, "boxes") is None


def test_those_for_another_spec_are_not_ours(tmp_path: Path) -> None:
    draft.keep(tmp_path, "boxes", MADE)

    with pytest.raises(MigrationError, match=r"choices\.json: made for another spec: boxes; remove it"):
        draft.load(tmp_path, "pages")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"\xff",
        b"[" * (sys.getrecursionlimit() * 50),
        b'{"schema": 2, "spec": "boxes", "choices": {}}',
        b'{"schema": 1, "spec": "boxes"}',
        b'{"schema": 1, "spec": "boxes", "choices": {"left": [], "taken": [], "digests": {}, "retouches": '
        b'[{"path": "a", "phase": 1e999, "line": 1, "planned": [], "written": []}]}}',
    ],
)
def test_what_is_damaged_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    lay(tmp_path, {str(DRAFT): data})

    with pytest.raises(MigrationError) as caught:
        draft.load(tmp_path, "boxes")

    assert str(caught.value) == (
        f"{DRAFT}: not choices that this version of classmod kept; remove it to choose anew"
    )


def test_another_run_at_work_is_not_disturbed(tmp_path: Path) -> None:
    process = stranger(tmp_path)
    try:
        with pytest.raises(MigrationError, match="another run is at work"):
            draft.keep(tmp_path, "boxes", MADE)
    finally:
        process.communicate("")
    assert draft.load(tmp_path, "boxes") is None


def test_it_is_readable_for_people(tmp_path: Path) -> None:
    draft.keep(tmp_path, "boxes", MADE)

    assert json.loads((tmp_path / DRAFT).read_bytes())["choices"]["left"] == [["site", "a.py", "1:1"]]
