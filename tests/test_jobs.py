"""The same for any number of processes and any order of files; a process that dies costs its file."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from codemods import spec
from codemods.data import Failure, MigrationError, Snapshot
from codemods.files import Tree, read
from codemods.parsed import Parsed, parse
from codemods.review import review
from codemods.reviewed import Review
from codemods.scopes import Module
from codemods.survey import Survey, survey
from codemods.workers import Workers
from tests.helpers import contents, lay

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage" / "before"


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's few files are enough for processes here."""
    each = Workers.each
    monkeypatch.setattr(
        Workers, "each", lambda self, do, shared, items, few=1: each(self, do, shared, items, 1)
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", contents(FIXTURE))


def surveyed(root: Path, jobs: int, tree: Tree | None = None) -> Survey:
    return survey(root, spec.builtin(), workers=Workers(jobs), tree=tree)


def shuffled(found: Mapping[PurePosixPath, bytes]) -> Snapshot:
    paths = [*found]
    random.Random(7).shuffle(paths)
    return {path: found[path] for path in paths}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Survey, Review]:
    found = surveyed(lay(tmp_path_factory.mktemp("alone") / "project", contents(FIXTURE)), 1)
    return found, review(found)


@pytest.mark.parametrize("jobs", [2, 5])
def test_any_number_of_processes(root: Path, jobs: int, alone: tuple[Survey, Review]) -> None:
    found = surveyed(root, jobs)

    assert (found.sites, found.notes, found.failures) == (alone[0].sites, alone[0].notes, alone[0].failures)
    assert review(found) == alone[1]


@pytest.mark.parametrize("jobs", [1, 2])
def test_any_order_of_files(root: Path, jobs: int, alone: tuple[Survey, Review]) -> None:
    tree = read(root)
    found = surveyed(root, jobs, Tree(shuffled(tree.snapshot), tree.modes, tree.others, tree.notes))

    assert found.sites == alone[0].sites
    assert review(found) == alone[1]


def test_a_process_that_dies_costs_its_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All others are changed; what has to be changed and is not is refused in one line."""
    path = next(p for p in sorted(contents(FIXTURE)) if p.endswith("mexc_composite_private.py"))
    ours = os.getpid()

    def dying(module: Module) -> Parsed | Failure:
        if str(module.path) == path and os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return parse(module)

    monkeypatch.setattr("codemods.source.parse", dying)
    found = surveyed(root, 2)

    with pytest.raises(MigrationError, match=rf"^{path}: worker-died: .*nothing is written$"):
        review(found)
