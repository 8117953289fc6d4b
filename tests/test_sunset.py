"""The last day of old names."""

from __future__ import annotations

from datetime import date

import pytest

from codemods.sunset import last_day


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
