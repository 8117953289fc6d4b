"""The tree as a run finds it, and what the migration started from."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import MigrationError
from codemods.migrate import Options, apply
from codemods.proofs import GATES
from codemods.questions import parses
from codemods.survey import origin, survey
from codemods.text import UnreadableSource, decode, parse
from tests.helpers import AROUND, lay
from tests.trees import TWO_SIDES, tree

LEFT = "from root import Root\n\n\nclass Left(Root):\n    _left_on = False\n"
FILES: dict[str, str | bytes] = {**AROUND, "left.py": LEFT}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", FILES)


def land(root: Path, *phases: str) -> None:
    apply(survey(root, TWO_SIDES), phases, Options(no_gate=GATES), lambda _: None)


def test_a_fresh_tree_is_its_own_origin(root: Path) -> None:
    found = survey(root, TWO_SIDES)
    start = origin(found)

    assert (found.landed, found.repairs, found.failures) == (frozenset(), (), ())
    assert dict(start.bare) == tree(FILES)
    assert (start.project, dict(start.files)) == (found.project, {})


def test_what_is_landed_is_taken_away_again(root: Path) -> None:
    land(root, "1", "2")
    found = survey(root, TWO_SIDES)
    start = origin(found)

    assert found.landed == start.landed == {1, 2}
    assert found.project.roles.migrated
    assert not start.project.roles.migrated
    assert dict(start.bare) == tree(FILES)
    assert start.files[PurePosixPath("old_names.py")] is None
    assert start.files[PurePosixPath("left.py")] == LEFT.encode()


def test_files_of_others_stay_in_the_origin(root: Path) -> None:
    land(root, "1")
    lay(root, {"late.py": "x = 1\n"})

    assert dict(origin(survey(root, TWO_SIDES)).bare) == tree({**FILES, "late.py": "x = 1\n"})


def test_an_edited_tree_is_a_beginning_of_its_own(root: Path) -> None:
    land(root, "1")
    (root / "root.py").write_bytes((root / "root.py").read_bytes() + b"# mine\n")
    found = survey(root, TWO_SIDES)
    start = origin(found)

    assert start.landed == frozenset()
    assert dict(start.bare) == dict(found.snapshot)


def test_files_that_do_not_parse_are_named_whether_they_matter_or_not(root: Path) -> None:
    lay(root, {"broken.py": "def (:\n", "odd.py": b"x = '\xff'\n", "left.py": LEFT + "def (:\n"})

    found = [(str(f.path), f.code) for f in survey(root, TWO_SIDES).failures]

    assert found == [("broken.py", "syntax-error"), ("left.py", "syntax-error"), ("odd.py", "undecodable")]


def test_a_record_that_cannot_be_read(root: Path) -> None:
    land(root, "1")
    (root / ".classmod" / "state.json").write_text("{}")

    with pytest.raises(MigrationError, match=r"^.classmod/state.json: not a record"):
        survey(root, TWO_SIDES)


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="not a directory"):
        survey(tmp_path / "nowhere", TWO_SIDES)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1\n",
        "x = 'ä'\n".encode(),
        b"\xef\xbb\xbfx = 1\n",
        b"# coding: latin-1\nx = '\xe4'\n",
        b"#!x\r# coding: cp037\nx = 1\n",
        b"x = '\xe4'\n",
        b"x = (\n",
        b"x = 1\0",
        b"x = '\x1a'\n",
        b"return\n",
        b"x = '\\d'\n",
        b"from __future__ import braces\n",
        b"def f(a, a): ...\n",
        b"-" * 4000 + b"1\n",
        b"(" * 300 + b")" * 300,
    ],
)
def test_what_is_said_to_parse_does(data: bytes) -> None:
    try:
        parse(decode(data))
    except UnreadableSource:
        assert not parses(data)
    else:
        # What is rare may have to be looked at again.
        assert parses(data) or b"coding" in data or data.startswith((BOM_UTF8, b"from", b"def"))
