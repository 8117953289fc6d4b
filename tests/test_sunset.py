"""The last day of old names."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import app
from codemods.sunset import last_day
from tests.checks import Check


@pytest.mark.parametrize(
    "version", ["2.0", "2026", "v2026-01", "2026-1", "2026-13", "2026-02-30", "2026-00", "26-01-01"]
)
def test_noop_no_date(version: str) -> None:
    assert last_day(version) is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-03-30", date(2026, 3, 30)),
        ("2026-03", date(2026, 3, 31)),
        ("2026-12", date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 29)),
    ],
)
def test_date(text: str, last: date) -> None:
    assert last_day(text) == last


@pytest.mark.parametrize(("day", "told"), [(date(2030, 3, 31), False), (date(2030, 4, 1), True)])
def test_dry_run_says_that_the_time_of_old_names_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: date, told: bool
) -> None:
    check = Check(tmp_path, tmp_path / "project")
    check.until("2030-03")
    # By its name the command is the module's attribute, not the module.
    monkeypatch.setattr(sys.modules["cli.commands.diff"], "today", lambda: day)

    said = CliRunner().invoke(app, ["diff", "--stat", "--spec", str(check.spec), str(check.project)]).output

    assert ("after 2030-03, which is over" in said) is told
