"""A cluster's executor does the work as well: Dask, with a process of its own as the cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import pytest

from codemods import spec
from codemods.review import review
from codemods.survey import survey
from codemods.workers import Died, Workers
from tests.helpers import contents, lay

distributed = pytest.importorskip("distributed")
FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage" / "before"


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        yield client.get_executor()


def whose(shared: int, item: int) -> tuple[int, int]:
    return os.getpid(), shared + item


@pytest.mark.filterwarnings("default")  # those of the cluster are its own
def test_work_is_done_by_the_cluster(executor: Executor) -> None:
    found = Workers(1, executor).each(whose, 10, range(100))

    assert not any(isinstance(each, Died) for each in found)
    done = [each for each in found if not isinstance(each, Died)]
    assert [number for _, number in done] == [*range(10, 110)]
    assert os.getpid() not in {pid for pid, _ in done}


@pytest.mark.filterwarnings("default")
def test_a_review_by_the_cluster_is_the_same(executor: Executor, tmp_path: Path) -> None:
    root = lay(tmp_path / "project", contents(FIXTURE))
    here = survey(root, spec.builtin())
    there = survey(root, spec.builtin(), workers=Workers(1, executor))

    assert there.sites == here.sites
    assert review(there) == review(here)
