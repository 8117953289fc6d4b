"""The benchmark gates: what is beyond doubt, what stays in doubt, what real runs say. Nothing is timed."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from itertools import repeat
from math import inf
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import MigrationError, Outcome, Verdict
from codemods.gates import Measurement
from codemods.gates.benchmark import LOOKS, Benchmark, interval, of_command, of_construction, of_type_check
from codemods.gates.mypy import Mypy
from codemods.gates.suite import Command
from tests.helpers import Files, lay

PYTHON = (sys.executable,)
TRIED = Measurement(figures={"ms": 100})

# --- the interval -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(6))
def test_too_few_pairs_say_nothing(number: int) -> None:
    assert interval([2.0] * number) == (0.0, inf)


@pytest.mark.parametrize(
    ("number", "low", "high"), [(6, 1, 6), (7, 1, 7), (9, 2, 8), (13, 3, 11), (20, 6, 15), (25, 8, 18)]
)
def test_the_interval_is_that_of_the_sign_test(number: int, low: int, high: int) -> None:
    """As in tables of it: by ranks, from 1."""
    ranks = [float(rank) for rank in range(1, number + 1)]
    random.Random(1).shuffle(ranks)

    assert interval(ranks) == (low, high)


def test_outliers_move_nothing() -> None:
    assert interval([1.0] * 11 + [50.0, 0.01]) == (1.0, 1.0)


def test_by_chance_alone_a_refusal_is_rare() -> None:
    """At the limit itself, where it is likeliest: less than 5 series of 100, and it takes two."""
    chance = random.Random(7)
    errors = 0
    for _ in range(4000):
        ratios = [chance.lognormvariate(0, 0.3) for _ in range(LOOKS[-1])]
        errors += any(interval(ratios[:look])[0] > 1 for look in LOOKS)

    assert errors / 4000 < 0.05


# --- the gate -----------------------------------------------------------------------------------


def taking(
    noise: Iterator[float] | None = None, runs: list[str] | None = None
) -> Callable[[Path], Measurement]:
    """A run takes what the tree's file ``ms`` says, times the next of ``noise``; nothing means it fails."""
    factors = noise or repeat(1.0)

    def take(tree: Path) -> Measurement:
        said = (tree / "ms").read_text() if (tree / "ms").exists() else ""
        if runs is not None:
            runs.append(said)
        if not said:
            return Measurement(failure="it broke")
        return Measurement(figures={"ms": float(said) * next(factors)})

    return take


def gate(
    before: str | None,
    after: str | None,
    noise: Iterator[float] | None = None,
    runs: list[str] | None = None,
    limit: float = 0.1,
) -> Benchmark:
    old, new = ({PurePosixPath("ms"): each.encode() if each else None} for each in (before, after))
    return Benchmark("benchmark", taking(noise, runs), limit, (old, new))


def judged(tree: Path, gate: Benchmark) -> Verdict:
    return gate.compare(TRIED, gate.measure(lay(tree / "tree", {"ms": "1"})))


def noisy(spread: float, seed: int = 3) -> Iterator[float]:
    chance = random.Random(seed)
    while True:
        yield chance.lognormvariate(0, spread)


@pytest.mark.parametrize("after", ["100", "109", "50"])
def test_what_takes_as_long_passes(tmp_path: Path, after: str) -> None:
    verdict = judged(tmp_path, gate("100", after))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == ""
    assert verdict.figures.startswith(f"100 -> {after} ms (")


def test_what_takes_longer_beyond_doubt_is_refused(tmp_path: Path) -> None:
    verdict = judged(tmp_path, gate("100", "112"))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.figures == "100 -> 112 ms (+12% to +12%)"
    assert verdict.reason == "more than 10% up: ms"


def test_the_limit_is_what_is_asked_for(tmp_path: Path) -> None:
    assert judged(tmp_path, gate("100", "112", limit=0.2)).passed


def test_what_stays_in_doubt_is_told_and_not_refused(tmp_path: Path) -> None:
    verdict = judged(tmp_path, gate("100", "110", noisy(0.5)))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == "not shown to be within 10%: ms"


def test_noise_hides_no_doubling(tmp_path: Path) -> None:
    assert judged(tmp_path, gate("100", "200", noisy(0.2))).outcome is Outcome.REFUSED


def test_a_drift_of_the_machine_is_in_both(tmp_path: Path) -> None:
    """Every run is slower than the one before it, by half in the end."""
    slower = (1 + number / 100 for number in range(60))

    assert judged(tmp_path, gate("100", "100", slower)).passed


def test_the_runs_are_in_turn_and_the_first_pair_does_not_count(tmp_path: Path) -> None:
    runs: list[str] = []
    cold = iter([50.0, 1.0, *[1.0] * 100])

    verdict = judged(tmp_path, gate("100", "101", cold, runs))

    assert runs == ["101", "100", "100", "101"] * 4
    assert verdict.figures == "100 -> 101 ms (+1% to +1%)"


def test_as_many_pairs_as_the_question_needs(tmp_path: Path) -> None:
    runs: list[str] = []

    judged(tmp_path, gate("100", "110", noisy(0.5), runs))

    assert len(runs) == 2 * (1 + LOOKS[-1])


def test_a_tree_that_is_not_the_last_is_only_tried(tmp_path: Path) -> None:
    runs: list[str] = []
    tried = Benchmark("benchmark", taking(runs=runs))

    found = tried.measure(lay(tmp_path, {"ms": "100"}))

    assert runs == ["100"]
    assert tried.compare(TRIED, found).figures == "100 ms"
    assert tried.compare(TRIED, found).passed


def test_what_fails_only_after_is_refused(tmp_path: Path) -> None:
    verdict = judged(tmp_path, gate("100", None))

    assert verdict.outcome is Outcome.REFUSED
    assert [problem.message for problem in verdict.new] == ["it broke"]


def test_what_fails_before_proves_nothing(tmp_path: Path) -> None:
    verdict = judged(tmp_path, gate(None, "100"))

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "after: in the tree before: it broke"


def test_a_refusal_takes_two_series(tmp_path: Path) -> None:
    tree = lay(tmp_path / "tree", {"ms": "1"})
    # The first series is slow whenever it is the turn of the tree after.
    first = [2.0, 1.0, *[1.0, 2.0, 2.0, 1.0] * 4][: 2 * (1 + LOOKS[0])]
    unlucky = gate("100", "100", iter([*first, *repeat(1.0, 100)]))
    measured = unlucky.measure(tree)
    assert unlucky.compare(TRIED, measured).outcome is Outcome.REFUSED

    assert unlucky.reconsider(TRIED, measured, tree).passed
    slow = gate("100", "112")
    assert slow.reconsider(TRIED, slow.measure(tree), tree).outcome is Outcome.REFUSED


def test_both_versions_are_whole_and_the_tree_stays_as_it_is(tmp_path: Path) -> None:
    seen: set[tuple[str, ...]] = set()

    def take(tree: Path) -> Measurement:
        seen.add(tuple(sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())))
        (tree / "left behind").write_text("")
        return Measurement(figures={"ms": 1})

    tree = lay(tmp_path / "tree", {"a.py": "", "same/b.py": "", "__pycache__/a.pyc": "", "new.py": ""})
    versions = {PurePosixPath("new.py"): None}, {PurePosixPath("a.py"): None}

    Benchmark("benchmark", take, versions=versions).measure(tree)

    assert {("a.py", "same/b.py"), ("new.py", "same/b.py")} <= seen
    assert len(list(tree.rglob("*.py*"))) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tree"]


# --- commands -----------------------------------------------------------------------------------


def of(tree: Path, code: str, timeout: float = 600) -> Measurement:
    return of_command(Command((*PYTHON, "-c", code), tree, (PurePosixPath("src"),), timeout=timeout), tree)


def test_a_command_has_wall_time_and_peak_memory(tmp_path: Path) -> None:
    found = of(lay(tmp_path, {"src/shop.py": "x = b'x' * 100_000_000"}), "import shop")

    assert found.failure == ""
    assert set(found.figures) == {"ms", "MB"}
    assert found.figures["ms"] > 0
    assert 100 < found.figures["MB"] < 500


def test_a_command_that_fails(tmp_path: Path) -> None:
    found = of(tmp_path, "raise SystemExit('no such thing')")

    assert found.failure == "the command ended with status 1 and said: no such thing"


def test_a_command_that_does_not_end(tmp_path: Path) -> None:
    assert of(tmp_path, "import time; time.sleep(600)", timeout=1).failure == (
        "the command did not end in 1 seconds"
    )


def test_a_command_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match=r"^no-such-program: cannot be started"):
        of_command(Command(("no-such-program",), tmp_path), tmp_path)


# --- construction -------------------------------------------------------------------------------

SHOP = """\
from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, List, Optional, TypeVar, Union

T = TypeVar("T", bound="Client")


class Kind(enum.Enum):
    SPOT = 1


class Client:
    def __init__(self):
        raise ConnectionError("no client is made")


@dataclass
class Config:
    name: str
    kind: Kind
    symbols: List[str]


class Log:
    pass


class Base(ABC, Generic[T]):
    def __init__(
        self, config: Config, log: Optional[Log] = None, depth: int = 5, other: Union[Log, None] = None
    ):
        assert isinstance(config, Config) and isinstance(log, Log) and isinstance(other, Log)
        assert depth == 5 and f"{config.name}_x" == "x_x" and config.kind is Kind.SPOT
        assert [symbol for symbol in config.symbols] == []
        with log.timer("start", config=config):
            self.client = self.make()
        assert self.client.anything is not None and not isinstance(self.client, ConnectionError)

    @abstractmethod
    def make(self) -> T: ...


class Shop(Base[Client]):
    def make(self) -> Client:
        return Client()


class Later(Base[Client]):
    def __init__(self, config: Config, *rest: int, log: Log, **more: str):
        super().__init__(config, log, other=log)
        self.memory = [0] * 1000

    def make(self) -> Client:
        return Client()


class Broken(Base[Client]):
    def __init__(self, path: str):
        open(path)

    def make(self) -> Client:
        return Client()
"""
SHOPS = [("shop", name) for name in ("Base", "Shop", "Later", "Broken", "Gone")]


def constructed(tree: Path, files: Files, classes: list[tuple[str, str]] = SHOPS) -> Measurement:
    command = Command(PYTHON, tree, (PurePosixPath("src"),))
    return of_construction(command, classes, ["make", "not_there"], lay(tree, files))


def test_concrete_classes_are_constructed_with_fakes(tmp_path: Path) -> None:
    found = constructed(tmp_path, {"src/shop.py": SHOP})

    assert found.failure == ""
    assert found.facts == {"made": ["shop.Later", "shop.Shop"]}
    assert all(figure > 0 for figure in found.figures.values())
    assert found.figures["bytes an object"] > 4000
    assert set(found.figures) == {"ms of import", "ns an object", "bytes an object"}
    (remark,) = found.remarks
    assert remark.startswith("left out: shop.Broken (FileNotFoundError: ")
    assert "shop.Gone (AttributeError: " in remark
    assert not [path for path in tmp_path.rglob("*") if path.suffix not in (".py", ".pyc", "")]


def test_a_module_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    files = {"src/shop.py": SHOP, "src/left.py": f"import sys\nsys.exit('not without {tmp_path}/x')"}

    found = constructed(tmp_path, files, [("shop", "Shop"), ("left", "Left")])

    assert found.facts == {"made": ["shop.Shop"]}
    assert found.remarks == ("left out: left (SystemExit: not without x)",)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("class Shop:\n    def __init__(self): 1 / 0", "shop.Shop (ZeroDivisionError: division by zero)"),
        (
            "import abc\nclass Shop(abc.ABC):\n    @abc.abstractmethod\n    def a(self): ...",
            "",
        ),
    ],
)
def test_nothing_to_construct(tmp_path: Path, code: str, failure: str) -> None:
    found = constructed(tmp_path, {"src/shop.py": code}, [("shop", "Shop")])

    why = failure or "there is no concrete one"
    assert found.failure == f"no class could be constructed: {why}"


def test_code_that_ends_the_run(tmp_path: Path) -> None:
    found = constructed(tmp_path, {"src/shop.py": "import os; os._exit(0)"})

    assert found.failure == "the project's code ended the run"


def test_classes_of_another_tree_say_nothing(tmp_path: Path) -> None:
    lay(tmp_path / "original", {"shop.py": SHOP})
    leads = f"import sys\nsys.path.insert(0, {str(tmp_path / 'original')!r})\n"

    found = constructed(tmp_path / "copy", {"src/a.py": leads}, [("a", "A"), *SHOPS])

    assert found.failure == "shop is imported from elsewhere and says nothing of the copy"


def test_classes_that_can_be_constructed_only_before(tmp_path: Path) -> None:
    def take(tree: Path) -> Measurement:
        return Measurement(figures={"ms": 1}, facts={"made": (tree / "made").read_text().split()})

    versions = {PurePosixPath("made"): b"a b"}, {PurePosixPath("made"): b"a"}

    found = Benchmark("construction", take, versions=versions).measure(lay(tmp_path / "tree", {"x": ""}))

    assert found.failure == "not the same classes can be constructed before and after: b"


# --- type checking ------------------------------------------------------------------------------


def test_a_cold_type_check_takes_time_and_leaves_no_cache(tmp_path: Path) -> None:
    tree, cache = lay(tmp_path / "tree", {"a.py": "x: int = 1\n"}), tmp_path / "cache"

    found = of_type_check(Mypy(cache, (PurePosixPath(),)), tree)

    assert found.failure == ""
    assert found.figures["ms"] > 0
    assert not cache.exists()


def test_a_type_check_that_fails(tmp_path: Path) -> None:
    tree = lay(tmp_path / "tree", {"a.py": "x = (\n"})

    assert "mypy ended with status 2" in of_type_check(Mypy(tmp_path, (PurePosixPath(),)), tree).failure
