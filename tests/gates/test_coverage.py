"""The coverage gate: what is a fall, what only looks like one, and what real runs count."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import Change, Outcome, Verdict
from codemods.gates import Measurement
from codemods.gates.coverage import Coverage
from codemods.gates.suite import Command, Lines, Run, Suite, settled
from codemods.layout import is_test
from tests.helpers import Files, lay


class Told(Suite):
    """A suite whose first run is given, and the one that a second look shows."""

    def __init__(self, run: Run, again: Run | None = None) -> None:
        super().__init__(Command(("true",), Path("/nowhere")))
        self._run = run
        self._again = again

    def look_again(self, tree: Path) -> None:
        assert self._run
        assert self._again
        self._run = settled(self._run, self._again)


def reached(**files: tuple[int, int]) -> Run:
    """Statements and how many are missed, by the stem of a file."""
    return Run(covered={f"{stem}.py": Lines(*counts) for stem, counts in files.items()})


def gate(run: Run, bare: Suite | None = None, complete: bool = True) -> Coverage:
    return Coverage(Told(run), bare or Told(run), is_test, complete)


def measured(run: Run) -> Measurement:
    return gate(run).measure(Path("/copy"))


def judged(before: Run, after: Run, *created: str) -> Verdict:
    changes = [Change(PurePosixPath(path), None, b"") for path in created]
    return gate(after).compare(measured(before), measured(after), changes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((100, 40), (100, 40)),
        ((100, 40), (100, 30)),
        ((100, 40), (90, 40)),  # what was reached is gone: the share falls, and nobody reaches less
        ((100, 40), (120, 45)),  # the share rises
    ],
)
def test_what_is_no_fall(before: tuple[int, int], after: tuple[int, int]) -> None:
    assert judged(reached(a=before), reached(a=after)).passed


def test_a_fall_is_refused_and_names_the_files() -> None:
    verdict = judged(reached(a=(100, 40), b=(100, 0)), reached(a=(100, 45), b=(100, 0)))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.figures == "80.0% -> 77.5%, 40 -> 45 statements missed"
    assert [str(p) for p in verdict.new] == ["a.py:1: 40 -> 45 statements that no test reaches  [coverage]"]


def test_until_all_phases_are_in_a_fall_is_told() -> None:
    before, after = reached(a=(100, 40)), reached(a=(100, 45))

    verdict = gate(after, complete=False).compare(measured(before), measured(after))

    assert verdict.passed
    assert verdict.figures == "60.0% -> 55.0%, 40 -> 45 statements missed"
    assert verdict.reason == "a later phase may make up for it"


def test_what_one_file_loses_another_may_gain() -> None:
    assert judged(reached(a=(100, 40), b=(100, 40)), reached(a=(100, 45), b=(100, 35))).passed


def test_new_files_are_told_apart() -> None:
    verdict = judged(reached(a=(100, 40)), reached(a=(100, 40), layer=(50, 50)), "layer.py")

    assert verdict.passed
    assert verdict.figures == "60.0% -> 60.0%, 40 -> 40 statements missed"
    assert verdict.reason == "of 50 statements in new files 50 missed"
    assert not judged(reached(a=(100, 40)), reached(a=(100, 40), layer=(50, 50))).passed


def test_files_that_go_do_not_count() -> None:
    before, after = reached(a=(100, 40), gone=(500, 0)), reached(a=(100, 40))
    changes = [Change(PurePosixPath("gone.py"), b"", None)]

    verdict = gate(after).compare(measured(before), measured(after), changes)

    assert verdict.passed
    assert verdict.figures == "60.0% -> 60.0%, 40 -> 40 statements missed"


def test_tests_do_not_count() -> None:
    found = measured(reached(a=(100, 40), test_a=(10, 10), conftest=(5, 5)))

    assert found.figures == {"statements": 100, "missed": 40}


@pytest.mark.parametrize("run", [reached(), reached(test_a=(10, 0)), Run(failure="pytest ran no test")])
def test_nothing_measured_proves_nothing(run: Run) -> None:
    why = run.failure or "no file of the project was measured"

    assert judged(reached(a=(1, 0)), run).reason == f"after: {why}"


def test_what_is_not_reached_every_time_before() -> None:
    one, other = reached(a=(100, 40), b=(9, 3)), reached(a=(100, 45), b=(9, 2))
    assert settled(one, other).covered == {"a.py": Lines(100, 45), "b.py": Lines(9, 3)}

    before, after = measured(one), gate(reached(a=(100, 45), b=(9, 3)), Told(one, other))
    found = after.measure(Path("/copy"))
    assert not after.compare(before, found).passed
    assert after.reconsider(before, found, Path("/copy")).passed


# --- real runs ----------------------------------------------------------------------------------

SHOP = "def sell(price):\n    if price:\n        return 1\n    return 2\n"
TEST = "from shop import sell\n\ndef test_sell():\n    assert sell(1) == 1\n"


def ran(tree: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    words = (sys.executable, "-m", "pytest", "-q")
    command = Command(words, tree.parent / "original", (PurePosixPath("src"),), coverage=True)
    return command.run(lay(tree, files))


def test_pytest_cov_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"src/shop.py": SHOP, "src/unused.py": "x = 1\n", "tests/test_a.py": TEST}

    found = ran(tmp_path / "copy", files, monkeypatch)

    assert found.failure == ""
    assert found.covered == {"src/shop.py": Lines(4, 1), "src/unused.py": Lines(1, 1)}
    left = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert left == {"shop.py", "unused.py", "test_a.py"}


def test_a_limit_of_the_project_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = "[coverage:report]\nfail_under = 100\n[tool:pytest]\naddopts = --cov=src --cov-branch\n"
    files = {"src/shop.py": SHOP, "tests/test_a.py": TEST, "setup.cfg": settings}
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_cov")

    found = ran(tmp_path / "copy", files, monkeypatch)

    assert (found.failure, found.status) == ("", 0)
    assert found.covered == {"src/shop.py": Lines(4, 1)}


def test_a_project_without_pytest_cov(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "raise ModuleNotFoundError('there is no pytest-cov')"
    files = {"src/pytest_cov/__init__.py": hidden, "tests/test_a.py": TEST}

    found = ran(tmp_path / "copy", files, monkeypatch)

    assert "no whole report" in found.failure
    assert "there is no pytest-cov" in found.failure
