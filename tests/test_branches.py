"""A branch that was cut before the migration: whichever way it comes in, the tree ends up the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from codemods.data import Spec
from codemods.migrate import Report, apply, survey
from tests.branch_edits import CEX_EDITS, REPORT_EDITS, edit
from tests.helpers import UNPROVEN, contents
from tests.test_fixtures import CEX, REPORTS, Case

IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.invalid")
EDITS = {CEX: CEX_EDITS, REPORTS: REPORT_EDITS}
Named = list[tuple[Case, tuple[str, ...]]]
EACH: Named = [(case, (name,)) for case, edits in EDITS.items() for name in edits]
PAIRS: Named = [(case, pair) for case, edits in EDITS.items() for pair in combinations(edits, 2)]
ALL: Named = [(case, tuple(edits)) for case, edits in EDITS.items()]


def ids(found: Iterable[tuple[Case, tuple[str, ...]]]) -> list[str]:
    return [f"{case}-{'+'.join(names) if len(names) < 3 else 'all'}" for case, names in found]


@dataclass(frozen=True)
class Repository:
    """A git tree with a fixture in ``main`` and in ``branch``, and what is run there."""

    root: Path
    spec: Spec

    @classmethod
    def of(cls, root: Path, case: Case) -> Repository:
        shutil.copytree(case.home / "before", root)
        made = cls(root, case.spec)
        made.git("init", "-q", "-b", "main")
        made.commit()
        made.git("branch", "branch")
        return made

    def git(self, *arguments: str) -> None:
        command = ("git", *IDENTITY, *arguments)
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--allow-empty")

    def edit(self, case: Case, names: Iterable[str]) -> None:
        """Make edits on the branch."""
        self.git("checkout", "-q", "branch")
        edit(self.root, *(EDITS[case][name] for name in names))
        self.commit()

    def migrate(self, *phases: int) -> Report:
        """As in a clone: with no record, and it leaves none."""
        made = apply(survey(self.root, self.spec), [*map(str, phases)], UNPROVEN, lambda _: None)
        shutil.rmtree(self.root / ".classmod", ignore_errors=True)
        self.commit()
        return made


def merged_first(root: Path, case: Case, names: Iterable[str]) -> dict[str, bytes]:
    there = Repository.of(root, case)
    there.edit(case, names)
    there.migrate()
    return contents(root)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(p for p in {*one, *other} if one.get(p) != other.get(p))


def check(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Both are the same, shown by the first file that is not."""
    for path in differing(one, other)[:1]:
        shown = (each.get(path, b"").decode().splitlines() for each in (one, other))
        assert [*next(shown)] == [*next(shown)]
        raise AssertionError(path)


@pytest.mark.parametrize(("case", "names"), EACH + PAIRS + ALL, ids=ids(EACH + PAIRS + ALL))
def test_migrated_then_merged_is_merged_then_migrated(
    case: Case, names: tuple[str, ...], tmp_path: Path
) -> None:
    wanted = merged_first(tmp_path / "one", case, names)
    there = Repository.of(tmp_path / "two", case)
    there.migrate()
    there.edit(case, names)
    there.git("merge", "-q", "main", "-m", "merge")

    there.migrate()

    check(contents(there.root), wanted)
    assert not there.migrate().landed


STEPS = ([(1,), (2,), (3,), (4,), (5, 6)], [(1, 4), (1, 3), (2, 6), (5,)], [(1, 2), (1, 2, 3, 4, 5, 6)])


@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize(("case", "names"), [(CEX, ()), *ALL], ids=ids([(CEX, ()), *ALL]))
def test_phase_by_phase_in_clones(
    case: Case, names: tuple[str, ...], steps: list[tuple[int, ...]], tmp_path: Path
) -> None:
    wanted = merged_first(tmp_path / "one", case, names)
    there = Repository.of(tmp_path / "two", case)
    there.edit(case, names)
    known = {*case.complete}
    for phases in steps:
        there.migrate(*(n for n in phases if n in known))

    check(contents(there.root), wanted)
