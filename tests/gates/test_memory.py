"""What mypy remembers is one run's at a time, and no more than there may be."""

from __future__ import annotations

import gc
from pathlib import Path

from codemods.gates.memory import MOST, Memory


def test_a_memory_goes_with_its_run() -> None:
    memory = Memory()
    place = memory.path
    (place / "known").mkdir()
    assert not memory.forget()
    assert (place / "known").is_dir()
    del memory
    gc.collect()
    assert not place.exists()


def test_a_memory_is_kept_for_the_next_run(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "tree")
    (memory.path / "known").mkdir()
    del memory
    gc.collect()
    assert (Memory(tmp_path, "tree").path / "known").is_dir()


def test_two_runs_never_share_a_memory(tmp_path: Path) -> None:
    one, other = Memory(tmp_path, "tree"), Memory(tmp_path, "tree")
    assert one.path == tmp_path / "tree"
    assert not other.path.is_relative_to(tmp_path)
    assert not other.forget()


def test_where_none_can_be_kept_there_is_one_for_the_run(tmp_path: Path) -> None:
    assert Memory(tmp_path / "missing", "tree").path.is_dir()
    assert not (tmp_path / "missing").exists()


def test_a_memory_is_forgotten_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "tree")
    assert not memory.forget()
    (memory.path / "known").mkdir()
    assert memory.forget()
    assert not memory.forget()


def test_the_oldest_memories_go_but_those_that_are_in_use(tmp_path: Path) -> None:
    used = Memory(tmp_path, "0")
    assert used.path == tmp_path / "0"
    for number in range(1, MOST + 3):
        assert Memory(tmp_path, f"{number}").path.name == f"{number}"
        gc.collect()
    assert {place.name for place in tmp_path.iterdir()} == {"0", *(f"{n}" for n in range(3, MOST + 3))}
