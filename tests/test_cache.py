"""What is kept is found again whole, for the same question about the same files only, and never grows."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from codemods import cache
from codemods.cache import Cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def test_an_answer_is_found_again(folder: Path) -> None:
    Cache(folder).put("a", (PurePosixPath("x.py"), 1))

    assert Cache(folder).get("a") == (PurePosixPath("x.py"), 1)
    assert Cache(folder).get("b") is None


def test_nothing_is_kept_without_a_folder() -> None:
    kept = Cache(None)
    kept.put("a", 1)

    assert kept.get("a") is None


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data[:20], lambda data: b"", bytes.swapcase]
)
def test_what_is_not_whole_is_not_there(folder: Path, spoil: object) -> None:
    Cache(folder).put("a", ["some", "words"])
    (file,) = folder.iterdir()
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]

    assert Cache(folder).get("a") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_write_to_is_not_trusted(folder: Path, mode: int) -> None:
    Cache(folder).put("a", 1)
    folder.chmod(mode)

    assert Cache(folder).get("a") is None


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Cache(tmp_path / "file" / "kept")
    kept.put("a", 1)

    assert kept.get("a") is None


def test_the_oldest_go_when_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    kept = Cache(folder)
    for age, name in enumerate("abc"):
        kept.put(name, name)
        os.utime(folder / name, (age, age))
    assert kept.get("a") == "a"  # it is the youngest now
    kept.put("d", "d")

    assert {name: kept.get(name) for name in "abcd"} == {"a": "a", "b": None, "c": "c", "d": "d"}


def test_the_oldest_go_when_they_are_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 1000)
    kept = Cache(folder)
    for age, name in enumerate("abc"):
        kept.put(name, b"x" * 400)
        os.utime(folder / name, (age, age))

    assert [kept.get(name) is None for name in "abc"] == [True, False, False]


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.user_folder(tmp_path / "project") == tmp_path / "classmod"
    assert cache.user_folder(tmp_path) is None, "nothing is written into a tree"

    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")  # the specification says to take it for unset
    assert cache.user_folder(tmp_path) == Path.home() / ".cache" / "classmod"


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert cache.user_folder(Path()) is None


def test_keys_tell_questions_apart() -> None:
    assert cache.key("a", 1) == cache.key("a", 1)
    assert len({cache.key("a", 1), cache.key("a", "1"), cache.key("a", (1,)), cache.key("a1")}) == 4
