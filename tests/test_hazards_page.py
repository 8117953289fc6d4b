"""docs/hazards.md is complete: every hazard has a row, and every test that a row names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = re.findall(r"^\| (\d+) \|(.*)\|$", (HERE.parent / "docs" / "hazards.md").read_text(), re.MULTILINE)


def test_every_hazard_has_a_row() -> None:
    assert [int(number) for number, _ in ROWS] == [*range(1, 71)]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[number for number, _ in ROWS])
def test_every_test_of_a_row_is_there(row: str) -> None:
    named = re.findall(r"`([\w/]+)::(\w+)`", row.rpartition(" | ")[2])

    assert named
    assert [f"{file}::{test}" for file, test in named if test not in _tests(file)] == []


def _tests(file: str) -> set[str]:
    places = [place for place in HERE.rglob("test_*.py") if f"{place}".endswith(f"/{file}.py")]
    assert len(places) == 1, f"{file}.py"
    return {n.name for n in ast.walk(ast.parse(places[0].read_bytes())) if isinstance(n, ast.FunctionDef)}
