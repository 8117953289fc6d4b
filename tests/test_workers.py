"""The same results in the same order, whoever does the work, and whoever dies of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from codemods import workers
from codemods.data import MigrationError
from codemods.workers import Died, Workers

ITEMS = tuple(range(100))


@pytest.fixture(params=["one", "two", "three", "threads", "processes"])
def crew(request: pytest.FixtureRequest) -> Iterator[Workers]:
    numbers = {"one": 1, "two": 2, "three": 3}
    makers: dict[str, Callable[[], Executor]] = {
        "threads": lambda: ThreadPoolExecutor(2),
        "processes": lambda: ProcessPoolExecutor(2, get_context("spawn")),
    }
    if request.param in numbers:
        yield Workers(numbers[request.param])
    else:
        with makers[request.param]() as executor:
            yield Workers(2, executor)


def add(shared: int, item: int) -> int:
    return shared + item


def nothing(shared: int, item: int) -> None:
    return None


def fail(shared: int, item: int) -> int:
    if item in (30, 60):
        raise MigrationError(f"{item} is wrong")
    return item


def where(shared: None, item: int) -> int:
    time.sleep(0.001)
    return os.getpid()


def die(shared: int, item: int) -> int:
    if item in (30, 60) and os.getpid() != shared:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def deeper(shared: None, item: int) -> int:
    return item and deeper(None, item - 1) + 1


def test_the_same_for_everybody(crew: Workers) -> None:
    assert crew.each(add, 10, ITEMS) == [10 + item for item in ITEMS]
    assert crew.each(add, 20, ITEMS) == [20 + item for item in ITEMS]
    assert crew.each(nothing, 0, ITEMS) == [None] * 100
    assert crew.each(add, 10, ()) == []
    assert crew.each(add, 10, (1,)) == [11]


def test_the_first_that_is_raised_is_raised(crew: Workers) -> None:
    with pytest.raises(MigrationError, match="30 is wrong"):
        crew.each(fail, 0, ITEMS)


def test_a_worker_may_call_as_deep_as_we_do(crew: Workers) -> None:
    assert crew.each(deeper, None, (3000,) * 50) == [3000] * 50


def test_few_items_stay_here() -> None:
    assert set(Workers(4).each(where, None, ITEMS[: 2 * workers.FEW - 1])) == {os.getpid()}


def test_many_items_go_to_processes() -> None:
    found = set(Workers(2).each(where, None, ITEMS))

    assert os.getpid() not in found
    assert len(found) == 2


def test_an_executor_is_given_few_items_too() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        assert os.getpid() not in Workers(1, executor).each(where, None, (1,))


@pytest.mark.parametrize("jobs", [2, 3])
def test_a_worker_that_dies_costs_its_item(jobs: int) -> None:
    found = Workers(jobs).each(die, os.getpid(), ITEMS)

    assert found == [Died() if item in (30, 60) else item for item in ITEMS]


def test_an_executor_that_breaks_costs_the_item() -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = Workers(2, executor).each(die, os.getpid(), ITEMS)

    assert found == [Died() if item in (30, 60) else item for item in ITEMS]


def test_workers_end_with_the_one_who_started_them() -> None:
    """Even where it is killed, and can tell nobody."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        Workers(2).each(_told, write, ITEMS)
        os._exit(0)
    os.close(write)
    started = os.read(read, 20)
    assert started
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while os.read(read, 1000):  # as long as anybody has the other end
        pass
    os.close(read)


def _told(shared: int, item: int) -> int:
    os.write(shared, b".")
    time.sleep(0.05)
    return item
