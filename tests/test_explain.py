"""``classmod explain``: what people and programs see of a place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import app
from codemods.phases import phases
from codemods.receivers import Answers, Oracle
from tests.helpers import lay
from tests.trees import HIERARCHY, TWO_SIDES

USER = """\
from bases import Left


def pack(box: Left, other) -> None:
    box._left_on = box._left_box
\t"漢\u202e"; box._left_on = True
    other._left_box
"""
Explain = Callable[..., Result]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explain:
    source = USER.replace("\t", "    x = 1;\t")
    lay(tmp_path, {**HIERARCHY, "user.py": source, "plain.py": "x = 1\n", "broken.py": "_left_box = (\n"})
    monkeypatch.setattr("codemods.spec.for_project", lambda path, file: TWO_SIDES)
    monkeypatch.setattr(Oracle, "ask", lambda *a: Answers())

    def call(place: str, *options: str) -> Result:
        arguments = ["explain", place, str(tmp_path), *options]
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return call


def test_site_from_its_receiver_to_its_hunk(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "broken.py").unlink()

    shown = explain("user.py:5:25")

    lasts = "(since 1.0, to be removed after 2.0)"
    sentence = phases(TWO_SIDES)[3].sentence
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert (
        shown.stdout
        == f"""\
user.py:5
  5 |     box._left_on = box._left_box
    |                        ^^^^^^^^^

5:24  _left_box -> _box  (read)
  rename      proven: receiver is parameter box: Left
  receiver    box: parameter box: Left
              user.py:4: def pack(box: Left, other) -> None:
  class       Left: sub-base, left side, phase 2 left
                Left  bases.py:8  sub-base: declares _left_box in line 11
                Root  bases.py:4  root class
                from outside: abc.ABC
  rule        `switch_attributes`: Switches uses of old attributes.
              classmod's MIGRATION.md#switch_attributes
  phase       4 integrations: {sentence}
  hunk        phase 4 integrations, hunk 1 of the file, @@ -2,6 +2,6 @@: line 5 afterwards
              +     box._on = box._box
  meanwhile   _left_box reads, sets and deletes _box, and warns the caller {lasts}
"""
    )


def test_class_is_told_once(explain: Explain) -> None:
    shown = explain("user.py:5").stdout

    assert shown.count("  class       Left: sub-base") == 1
    assert shown.count("  class       Left: as above") == 1
    assert "\n                Left  bases.py:8  sub-base: declares _left_box in line 11\n" in shown
    assert "^^^^^^^^       ^^^^^^^^^\n" in shown


def test_nothing_raw_is_shown_and_carets_stand_below_what_is(explain: Explain) -> None:
    lines = explain("user.py:6").stdout.splitlines()

    assert lines[1] == '  6 |     x = 1;\t"漢\\u202e"; box._left_on = True'
    assert lines[2] == "    |           \t" + " " * len('"xx\\u202e"; box.') + "^^^^^^^^"


def test_line_with_nothing(explain: Explain) -> None:
    shown = explain("plain.py:1")

    assert shown.exit_code == 0
    assert (
        shown.stdout
        == """\
plain.py:1
  1 | x = 1
  nothing     the migration has nothing to do with this line
              no old name is in this file
  no plan     broken.py: syntax-error: line 1: '(' was never closed; it names _left_box, so nothing is written
"""
    )


def test_file_that_is_left_alone(explain: Explain) -> None:
    shown = explain("broken.py:1")

    assert shown.exit_code == 0
    assert "  left alone  it cannot be read as Python (syntax-error: line 1" in shown.stdout
    assert "  to settle   make the file one that Python can read\n" in shown.stdout


def test_what_is_asked_says_what_settles_it(explain: Explain) -> None:
    shown = explain("user.py:7").stdout

    assert "  ask         named: the receiver's class is not known\n" in shown
    assert "  to settle   annotate the parameter other of pack() with its class (user.py:4)\n" in shown
    assert "\n              if it is to stay, end its line with: # classmod: keep -- why\n" in shown


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (f"user.py:{'9' * 5000}", f"user.py:{'9' * 5000}: a place is FILE:LINE or FILE:LINE:COLUMN"),
        ("user.py", "user.py: a place is FILE:LINE or FILE:LINE:COLUMN"),
        ("user.py:99", "user.py: there is no line 99, the last one is 7"),
        ("none.py:1\x1b", "none.py:1\\x1b: a place is FILE:LINE or FILE:LINE:COLUMN"),
    ],
)
def test_place_that_is_not_there_is_one_line(
    explain: Explain, tmp_path: Path, place: str, message: str
) -> None:
    (tmp_path / "broken.py").unlink()

    shown = explain(place)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr == f"classmod: error: {message}\n"


def test_file_that_a_phase_creates(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "broken.py").unlink()

    shown = explain("old_names.py:1")
    found = parsed(explain("old_names.py:1", "--format", "json"))

    assert (shown.exit_code, shown.stderr) == (0, "")
    place, created, line, *reasons = shown.stdout.splitlines()
    assert place == "old_names.py:1"
    assert created.startswith("  later       created in phase 1 base, hunk 1 of the file, @@ -0,0 +1,")
    assert line.startswith('              + """')
    assert reasons
    assert all(reason.startswith("              because ") for reason in reasons)
    assert (found["text"], [(h["how"], h["line"]) for h in found["later"]]) == (None, [("creates", 1)])


def test_line_that_is_there_after_a_phase(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "broken.py").unlink()
    last = len((tmp_path / "bases.py").read_text().splitlines())

    shown = {explain(f"bases.py:{number}").stdout for number in range(1, last + 1)}

    (told, *_) = (each for each in shown if "\n  later " in each)
    assert re.search(
        r"  nothing     the migration has nothing to do with this line as it is now\n.*"
        r"  later       line (\d+) as it will be after phase \d \w+ is in hunk \d of the file, @@ .* @@\n"
        r"              \+ .*\n              because ",
        told,
        re.DOTALL,
    )


def test_header_of_a_function_says_what_changes_in_its_body(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "broken.py").unlink()

    shown = explain("user.py:4")

    assert "  body        changes in phase 4 integrations: lines 5-6\n" in shown.stdout
    assert "nothing" not in shown.stdout
    assert parsed(explain("user.py:4", "--format", "json"))["body"] == [{"phase": 4, "lines": [5, 6]}]


def test_phase_that_does_not_exist(explain: Explain) -> None:
    shown = explain("user.py:5", "--phase", "9")

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "there is no phase 9" in shown.stderr


def test_confidence_and_path_reach_the_library(explain: Explain) -> None:
    assert "_left_box -> _box  (read)\n  ask         named" in explain("user.py:7").stdout
    assert "  ask         inferred" not in explain("user.py:5", "--confidence", "proven").stdout


# --- JSON ---------------------------------------------------------------------------------------


def parsed(shown: Result) -> dict[str, Any]:
    assert shown.exit_code == 0
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_json_has_the_same_facts(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "broken.py").unlink()

    found = parsed(explain("user.py:5:25", "--format", "json"))

    (site,) = found.pop("sites")
    assert found == {
        "path": "user.py",
        "line": 5,
        "column": 25,
        "text": "    box._left_on = box._left_box",
        "classes": [],
        "hunks": [],
        "landed": [],
        "notes": [],
        "body": [],
        "later": [],
        "nearest": None,
        "elsewhere": [],
        "left_alone": None,
        "record": None,
        "refused": None,
    }
    (family,) = site.pop("classes")
    assert [each["name"] for each in family["chain"]] == ["Left", "Root"]
    (hunk,) = site.pop("hunks")
    assert (hunk["phase"], hunk["number"], hunk["how"]) == (4, 1, "changes")
    assert hunk["after"] == ["    box._on = box._box"]
    assert site.pop("receiver") == {
        "text": "box",
        "known": "parameter box: Left",
        "mypy": False,
        "places": [{"path": "user.py", "line": 4, "text": "def pack(box: Left, other) -> None:"}],
    }
    assert (site["decision"], site["new"], site["column"]) == ("rename", "_box", 24)
    assert site["rule"]["link"] == "MIGRATION.md#switch_attributes"
    assert site["phase"]["number"] == 4
    assert site["remedies"] == []


def test_json_of_a_header_and_of_nothing(explain: Explain) -> None:
    (header,) = parsed(explain("bases.py:8", "--format", "json"))["classes"]
    nothing = parsed(explain("plain.py:1", "--format", "json"))

    assert (header["name"], header["part"], header["side"], header["phase"]) == (
        "Left",
        "sub-base",
        "left",
        2,
    )
    assert header["rule"] == "MIGRATION.md#type-arguments"
    assert (nothing["nearest"], nothing["left_alone"]) == (None, None)
    assert "nothing is written" in nothing["refused"]
