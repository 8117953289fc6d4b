"""GitLab's Code Quality report: the fields that GitLab asks for, and fingerprints that last."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.checks import Check, nested


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return nested(tmp_path)


def issues(check: Check, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check("--format", "gitlab", *options).stdout)
    return found


def prints(check: Check) -> list[str]:
    return [issue["fingerprint"] for issue in issues(check)]


def test_noop_clean(check: Check) -> None:
    assert issues(check, "--path", "boxes.py") == []


def test_fields(check: Check) -> None:
    found = issues(check)

    for issue in found:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch("[0-9a-f]{64}", issue["fingerprint"])
    assert [
        (i["check_name"], i["severity"], i["location"]) for i in found if "use" in i["location"]["path"]
    ] == [
        ("classmod/old-name", "major", {"path": "a b/use.py", "lines": {"begin": 5}}),
        ("classmod/undecided-name", "minor", {"path": "a b/use.py", "lines": {"begin": 6}}),
        ("classmod/old-declaration", "major", {"path": "a b/use.pyi", "lines": {"begin": 4}}),
    ]


def test_fingerprints_outlast_moved_lines_and_are_unique(check: Check) -> None:
    before = prints(check)
    place = check.project / "use.py"
    text = place.read_text()

    place.write_text("# more\n" + text)
    assert prints(check) == before
    place.write_text(text.replace("    left._left_box.open()\n", "    left._left_box.open()\n" * 3))
    after = prints(check)
    assert len(set(after)) == len(after) == len(before) + 2
    assert set(before) < set(after)


def test_fingerprint_does_not_depend_on_what_is_asked_for(check: Check) -> None:
    (issue, *_) = issues(check, "--path", "use.py")

    assert issue["fingerprint"] in prints(check)
