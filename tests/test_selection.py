"""Which files a place on the command line stands for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest

from cli.selection import under
from codemods.data import MigrationError

FILES = ("README.md", "src/a.py", "src/a.pyi", "src/deep/er/b.py", "src/deep/c.py", "src2/a.py", "[x]/y.py")


@dataclass(frozen=True)
class Placed:
    path: PurePosixPath


def chosen(*places: str) -> list[str]:
    paths = [PurePosixPath(name) for name in FILES]
    survey: Any = SimpleNamespace(root=Path("tree"), snapshot=dict.fromkeys(paths, b""))
    return [str(each.path) for each in under(survey, map(Placed, paths), places)]


@pytest.mark.parametrize("place", [".", "", "./", "**"])
def test_all_of_it(place: str) -> None:
    assert chosen(place) == list(FILES)


def test_nothing_said_is_all_of_it() -> None:
    assert chosen() == list(FILES)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("README.md", "README.md"),
        ("src/a.py", "src/a.py"),  # neither src/a.pyi nor src2
        ("src/deep", "src/deep/er/b.py src/deep/c.py"),
        ("./src//deep/", "src/deep/er/b.py src/deep/c.py"),
        ("src/*.py", "src/a.py"),
        ("src/?.py?", "src/a.pyi"),
        ("src*/a.py", "src/a.py src2/a.py"),
        ("src/*/er", "src/deep/er/b.py"),
        ("src/**/*.py", "src/a.py src/deep/er/b.py src/deep/c.py"),
        ("src/**", "src/a.py src/a.pyi src/deep/er/b.py src/deep/c.py"),
        ("**/er", "src/deep/er/b.py"),
        ("**.md", "README.md"),
        ("[x]", "[x]/y.py"),
    ],
)
def test_a_place(place: str, expected: str) -> None:
    assert chosen(place) == expected.split()


def test_places_add_up_each_file_once() -> None:
    assert chosen("src/deep", "src/deep/c.py", "README.md") == [
        "README.md",
        "src/deep/er/b.py",
        "src/deep/c.py",
    ]


@pytest.mark.parametrize("place", ["src/b.py", "rc", "src/a", "..", "../src", "/src", "*.txt", "src/a.py/x"])
def test_a_place_of_nothing(place: str) -> None:
    with pytest.raises(MigrationError) as caught:
        chosen("src", place)

    assert str(caught.value) == f"--path {place}: no Python or Markdown file is there in tree"
