"""SARIF 2.1.0 by its schema, and what code scanning makes use of."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from cli import __version__
from tests.checks import Check, nested
from tests.helpers import lay

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-2.1.0-rtm.5.json"


@cache
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_bytes()), format_checker=FormatChecker())


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return nested(tmp_path)


def run(check: Check, *options: str) -> dict[str, Any]:
    log = json.loads(check("--format", "sarif", *options).stdout)
    assert [f"{[*e.path]}: {e.message}" for e in validator().iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    for result in found["results"]:
        assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    shown: dict[str, Any] = found
    return shown


def test_schema_refuses_what_is_none() -> None:
    assert not validator().is_valid({"version": "2.1.0"})


def test_noop_clean(check: Check) -> None:
    found = run(check, "--path", "boxes.py")

    assert found["results"] == []
    assert found["invocations"][0]["exitCode"] == 0


def test_tool_and_rules(check: Check) -> None:
    found = run(check)
    driver = found["tool"]["driver"]

    assert (driver["name"], driver["semanticVersion"]) == ("classmod", __version__)
    assert [rule["id"] for rule in driver["rules"]] == ["old-name", "old-declaration", "undecided-name"]
    for rule in driver["rules"]:
        assert "classmod: keep -- why" in rule["help"]["text"]
        assert "`# classmod: keep -- why`" in rule["help"]["markdown"]
    assert found["automationDetails"]["id"] == "classmod/boxes/"


def test_result(check: Check) -> None:
    result, asked = run(check, "--path", "use.py")["results"]
    region = {"startLine": 5, "startColumn": 10, "endLine": 5, "endColumn": 19}
    file = {"uri": "a%20b/use.py", "uriBaseId": "%SRCROOT%"}

    assert (result["ruleId"], result["level"]) == ("old-name", "error")
    assert result["message"]["text"].startswith("_left_box is an old name: write _box (")
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": file, "region": region}}]
    assert result["fixes"] == [
        {
            "description": {"text": "Write _box."},
            "artifactChanges": [
                {
                    "artifactLocation": file,
                    "replacements": [{"deletedRegion": region, "insertedContent": {"text": "_box"}}],
                }
            ],
        }
    ]
    assert "suppressions" not in result
    assert (asked["ruleId"], asked["level"], "fixes" in asked) == ("undecided-name", "warning", False)


def test_columns_count_code_points(check: Check) -> None:
    lay(check.project, {"doc.md": "\U0001f4e6\U0001f4e6 `Left._left_box`\n"})

    found = run(check, "--path", "doc.md")

    assert found["columnKind"] == "unicodeCodePoints"
    assert found["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] == 10


def test_name_that_python_reads_as_another_is_replaced_as_it_is_spelled(check: Check) -> None:
    """U+FB01 is a ligature of two letters, which Python takes for f and i."""
    check.spec.write_text(check.spec.read_text().replace("_left_on", "_left_fi"))
    lay(check.project, {"new.py": "from left import Left\n\n\ndef f(a: Left):\n    return a._left_\ufb01\n"})

    (result,) = run(check, "--path", "new.py")["results"]

    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert (replacement["deletedRegion"]["startColumn"], replacement["deletedRegion"]["endColumn"]) == (
        14,
        21,
    )


def test_fingerprints_outlast_moved_lines(check: Check) -> None:
    def prints() -> list[str]:
        return [result["partialFingerprints"]["classmodSite/v1"] for result in run(check)["results"]]

    before = prints()
    place = check.project / "use.py"
    place.write_text("# more\n" + place.read_text())

    assert prints() == before
    assert len(set(before)) == len(before)


def test_what_is_let_be_is_suppressed(check: Check, tmp_path: Path) -> None:
    place = check.project / "use.py"
    place.write_text(place.read_text().replace("    other", "    # classmod: keep -- foreign\n    other"))
    known = ("--baseline", str(tmp_path / "known.json"))
    assert check(*known, "--update-baseline").exit_code == 0

    found = run(check, *known, "--path", "use.py")

    assert [result["suppressions"] for result in found["results"]] == [
        [{"kind": "external", "justification": f"in the baseline {known[1]}"}],
        [{"kind": "inSource", "justification": "foreign"}],
    ]
    assert found["invocations"][0]["exitCode"] == 0


def test_pragma_without_effect_is_a_notification(check: Check) -> None:
    (check.project / "more.py").write_text("# classmod: keep\n")

    (told,) = run(check, "--path", "more.py")["invocations"][0]["toolExecutionNotifications"]

    assert told["message"]["text"].startswith("this pragma keeps nothing")
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/more.py"


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a:b.md", "a%20b/a%3Ab.md"),
        ("100%#?.md", "a%20b/100%25%23%3F.md"),
        ("\udcff\u00e9.md", "a%20b/%FF%C3%A9.md"),
    ],
)
def test_any_name_of_a_file_is_an_uri(check: Check, name: str, uri: str) -> None:
    (check.project / name).write_text("`Left._left_box`\n")

    places = [result["locations"][0]["physicalLocation"] for result in run(check)["results"]]

    assert uri in [place["artifactLocation"]["uri"] for place in places]
