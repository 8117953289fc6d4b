"""The file of known leftovers: what is known again, how it is written, what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from codemods import baseline
from codemods.data import Confidence, Decision, MigrationError, Site
from tests.trees import tree

A = ("a.py", "_old", "read", "x._old")
B = ("b.md", "_old", "markdown", "see _old")
AWAY = ("b.py", "_old", "read", "x._old")


def site(path: str, line: int, column: int = 1, name: str = "_old", kind: str = "read") -> Site:
    place = PurePosixPath(path)
    return Site(place, line, column, name, kind, Decision.RENAME, "_new", Confidence.PROVEN, "", 1)


def test_key_is_the_text_of_the_line() -> None:
    snapshot = tree({"a.py": "\n\tx._old  \r\n", "b.md": b"\xef\xbb\xbf\xff _old\n"})

    assert [*baseline.keys(snapshot, [site("a.py", 2), site("b.md", 1)]).values()] == [
        ("a.py", "_old", "read", "x._old"),
        ("b.md", "_old", "read", "\udcff _old"),
    ]


def test_known_as_often_as_it_is_there() -> None:
    snapshot = tree({"a.py": "x._old\nx._old\nx._old\n"})
    sites = [site("a.py", line) for line in (1, 2, 3)]

    assert baseline.known(Counter({A: 2}), snapshot, sites) == {*sites[:2]}


@pytest.mark.parametrize(
    "other", [site("b.py", 1), site("a.py", 1, name="_older"), site("a.py", 1, kind="write"), site("a.py", 2)]
)
def test_not_known(other: Site) -> None:
    snapshot = tree({"a.py": "x._old\ny._old\n", "b.py": "x._old\n"})

    assert baseline.known(Counter({A: 1}), snapshot, [other]) == frozenset()


def test_noop_entries_stay_with_a_file_that_is_there() -> None:
    assert baseline.followed(Counter({A: 1}), tree({"a.py": "", "b.py": "x._old"}), Counter({AWAY: 1})) == {
        A: 1
    }


def test_entries_of_a_file_that_is_gone_follow_what_stands_elsewhere() -> None:
    old = Counter({A: 3, B: 1, AWAY: 1})
    now = Counter({AWAY: 3, B: 1, ("b.py", "_old", "read", "y._old"): 1})

    found = baseline.followed(old, tree({"b.md": "", "b.py": ""}), now)

    assert found == {A: 1, B: 1, AWAY: 3}
    assert found.total() == old.total()


def test_no_file(tmp_path: Path) -> None:
    assert baseline.read(tmp_path / "known.json") is None
    assert baseline.read(tmp_path / "none" / "known.json") is None


def test_what_is_written_is_read(tmp_path: Path) -> None:
    counts = Counter({B: 1, A: 3, ("c.md", "_old", "markdown", '\udcff "x" \\ \u2028 _old'): 2})

    baseline.write(tmp_path / "known.json", counts)

    assert baseline.read(tmp_path / "known.json") == counts


def test_an_entry_is_a_line_in_order(tmp_path: Path) -> None:
    baseline.write(tmp_path / "known.json", Counter({B: 1, A: 3, ("a.py", "_old", "read", "y"): 0}))

    assert (tmp_path / "known.json").read_text() == (
        '{"version": 1, "leftovers": [\n'
        '  {"path": "a.py", "name": "_old", "kind": "read", "line": "x._old", "count": 3},\n'
        '  {"path": "b.md", "name": "_old", "kind": "markdown", "line": "see _old", "count": 1}\n'
        "]}\n"
    )


ROW = {"path": "a.py", "name": "_old", "kind": "read", "line": "x._old", "count": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON: "),
        ("<<<<<<< HEAD\n{}", "is not JSON: "),
        (b"\xff", "is not JSON: "),
        ("[" * 100_000, "is nested too deeply"),
        ("[]", "must be a table, not an array"),
        ("{}", "version: is missing"),
        ('{"version": 2, "leftovers": []}', "version: is 2, not 1"),
        ('{"version": 1, "leftovers": [], "more": 1}', "more: is not a known key"),
        ('{"version": 1, "version": 1, "leftovers": []}', 'the key "version" is there twice'),
        (
            json.dumps({"version": 1, "leftovers": [{**ROW, "count": 0}]}),
            "leftovers[0].count: must be at least 1",
        ),
        (
            json.dumps({"version": 1, "leftovers": [{**ROW, "count": "1"}]}),
            "leftovers[0].count: must be a whole",
        ),
        (json.dumps({"version": 1, "leftovers": [ROW, ROW]}), "leftovers[1]: is there twice"),
        (json.dumps({"version": 1, "leftovers": [{}]}), "leftovers[0].path: is missing"),
    ],
)
def test_broken(tmp_path: Path, text: str | bytes, why: str) -> None:
    file = tmp_path / "known.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(MigrationError) as caught:
        baseline.read(file)

    said = str(caught.value)
    assert said.startswith(f"{file}: ")
    assert why in said
    assert "\n" not in said


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text('{"version": 1, "leftovers": []}')
    (tmp_path / "known.json").symlink_to("real.json")

    with pytest.raises(MigrationError, match=r"known\.json: is a link"):
        baseline.read(tmp_path / "known.json")
    with pytest.raises(MigrationError, match=r"known\.json: not a regular file"):
        baseline.write(tmp_path / "known.json", Counter())


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match=r"known\.json: cannot be written"):
        baseline.write(tmp_path / "none" / "known.json", Counter())
