"""The table of a project's pyproject.toml: its keys are switches, a fault is one line that names the key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codemods import settings
from codemods.data import MigrationError
from codemods.settings import Settings


def project(root: Path, text: str) -> Path:
    (root / "pyproject.toml").write_text(text)
    return root


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1", "[tool.classmod]", "tool = 3"])
def test_nothing_said(tmp_path: Path, text: str) -> None:
    assert settings.for_project(project(tmp_path, text)) == Settings()


def test_no_file(tmp_path: Path) -> None:
    assert settings.for_project(tmp_path) == Settings()


def test_every_key(tmp_path: Path) -> None:
    text = """\
[tool.classmod]
spec = "boxes.toml"
test-command = "python -m pytest -q"
timeout = 30
max-new-failures = 0
no-gate = ["mypy"]
bench-command = "python -m shop"
bench = true
max-slowdown = 5
coverage = true
baseline = "known.json"
hierarchy = "../lib"
"""

    found = settings.for_project(project(tmp_path, text))

    assert found == Settings(
        *("boxes.toml", "python -m pytest -q", 30, 0, ("mypy",), "python -m shop", True, 5, True),
        *("known.json", "../lib"),
    )


@pytest.mark.parametrize("said", [{}, {"test_command": None, "timeout": None, "no_gate": (), "bench": False}])
def test_what_is_not_said_stays(said: dict[str, Any]) -> None:
    settled = Settings(test_command="make", timeout=3, no_gate=("mypy",), bench=True)

    assert settled.over(**said) == settled


def test_what_is_said_wins_and_so_does_nothing_at_all() -> None:
    settled = Settings(test_command="make", max_new_failures=3, no_gate=("mypy",), max_slowdown=5)

    found = settled.over(test_command="", max_new_failures=0, no_gate=("api",), bench=True, max_slowdown=0)

    assert found == Settings(no_gate=("api",), bench=True, max_slowdown=0)


def test_words_of_a_command() -> None:
    assert settings.words("python -c 'a b'") == ("python", "-c", "a b")
    with pytest.raises(MigrationError, match=r"^a 'b: is no command"):
        settings.words("a 'b")
    with pytest.raises(MigrationError, match=r"^'' a: is no command: it begins with an empty word$"):
        settings.words("'' a")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("test_command = 'x'", "tool.classmod.test_command: is not a known key; test-command?"),
        ("tests = 'x'", "tool.classmod.tests: is not a known key"),
        ("test-command = ['x']", "tool.classmod.test-command: must be a string, not an array"),
        ("timeout = '1'", 'tool.classmod.timeout: must be a whole number, not "1"'),
        ("timeout = true", "tool.classmod.timeout: must be a whole number, not true or false"),
        ("timeout = 0", "tool.classmod.timeout: must be at least 1, not 0"),
        ("max-new-failures = -1", "tool.classmod.max-new-failures: must be at least 0, not -1"),
        ("max-slowdown = -1", "tool.classmod.max-slowdown: must be at least 0, not -1"),
        ("bench = 1", "tool.classmod.bench: must be true or false, not a whole number"),
        ("no-gate = 'mypy'", 'tool.classmod.no-gate: must be an array, not "mypy"'),
        ("no-gate = [1]", "tool.classmod.no-gate[0]: must be a string, not a whole number"),
    ],
)
def test_faults(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(MigrationError) as raised:
        settings.for_project(project(tmp_path, f"[tool.classmod]\n{line}"))

    assert str(raised.value).startswith(f"pyproject.toml: {message}")
