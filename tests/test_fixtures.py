"""Whole trees: what the tool makes of the fixtures, byte for byte, and what the results do when they run.

``python -m tests.test_fixtures`` writes the ``after`` trees anew. Read the difference before you keep it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codemods import spec as specs
from codemods.data import Spec
from codemods.phases import phases as phases_of
from codemods.plan import plan
from codemods.project import read as read_project
from codemods.proofs import Options, prove
from codemods.steps import Stage, planned, stage
from codemods.survey import Survey, origin, survey
from tests.helpers import contents, lay
from tests.trees import tree

FIXTURES = Path(__file__).parents[1] / "fixtures"


@dataclass(frozen=True, eq=False)
class Case:
    """A fixture with its phases up to the integrations, and where its modules start."""

    name: str
    spec: Spec
    phases: tuple[int, ...]
    source_root: str

    @property
    def home(self) -> Path:
        return FIXTURES / self.name

    @property
    def complete(self) -> tuple[int, ...]:
        """All phases: tests and docs as well."""
        return (*self.phases, self.spec.tests_phase, self.spec.docs_phase)

    def sets(self) -> Iterator[tuple[int, ...]]:
        """Every set of these phases with 1; tests and docs touch no code: with the least and with all."""
        others = self.phases[1:]
        yield from ((1, *chosen) for n in range(len(others) + 1) for chosen in combinations(others, n))
        yield from ((1, *self.complete[-2:]), self.complete)

    def __str__(self) -> str:
        return self.name


CEX = Case("cex_arbitrage", specs.builtin(), (1, 2, 3, 4), "src")
REPORTS = Case("report_writers", specs.load(FIXTURES / "report_writers" / "spec.toml"), (1, 2, 4), ".")
CASES = (CEX, REPORTS)
SETS = [(case, phases) for case in CASES for phases in case.sets()]
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_set = pytest.mark.parametrize(
    ("case", "phases"), SETS, ids=[f"{case}-{''.join(map(str, phases))}" for case, phases in SETS]
)
Place = Callable[[Case, tuple[int, ...]], Path]


@cache
def found(case: Case) -> Survey:
    """What is known of a fixture."""
    return survey(case.home / "before", case.spec)


@cache
def _stage(case: Case, phases: tuple[int, ...]) -> Stage:
    start = origin(found(case))
    last = next(p for p in phases_of(case.spec) if p.number == phases[-1])
    return stage(last, frozenset(phases), start, planned(start.project, frozenset(phases)))


def _made(case: Case, phases: tuple[int, ...]) -> dict[str, bytes]:
    """The whole tree with these phases; without any it is the one before."""
    made = contents(case.home / "before")
    for path, data in _stage(case, phases).contents.items() if phases else ():
        assert data is not None, "no phase deletes a file"
        made[str(path)] = data
    return made


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the tree of a set stands, written once."""

    @cache
    def written(case: Case, phases: tuple[int, ...]) -> Path:
        return lay(tmp_path_factory.mktemp(case.name) / case.name, _made(case, phases))

    return written


def _run(root: Path, case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python process in a tree, which finds its modules and nothing of ours."""
    env = {**os.environ, "PYTHONPATH": str(root / case.source_root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False
    )


# --- bytes --------------------------------------------------------------------------------------


@each_case
def test_line_ends_are_those_of_the_file(case: Case) -> None:
    """In all that is inserted in a file, too; new files are as ours always are."""
    before = tree({path: _crlf(data) for path, data in contents(case.home / "before").items()})
    after = plan(read_project(before, case.spec), frozenset(case.complete)).after(before)
    wanted = contents(case.home / "after")

    assert {str(path) for path in after} == {*wanted}
    assert [path for path in before if after[path] != _crlf(wanted[str(path)])] == []


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


@each_case
def test_after_tree_is_what_the_tool_makes(case: Case) -> None:
    made, kept = _made(case, case.complete), contents(case.home / "after")

    assert sorted(made) == sorted(kept)
    for path, data in kept.items():
        assert made[path].splitlines(keepends=True) == data.splitlines(keepends=True), path


@each_case
def test_before_and_after_have_the_same_modes(case: Case) -> None:
    for path in contents(case.home / "before"):
        before, after = (case.home / side / path for side in ("before", "after"))
        assert before.stat().st_mode == after.stat().st_mode, path


@each_set
def test_second_run_changes_nothing(case: Case, phases: tuple[int, ...]) -> None:
    snapshot = tree(_made(case, phases))

    again = plan(read_project(snapshot, case.spec), frozenset(phases))

    assert "".join(change.diff() for change in again.changes) == ""


@each_set
def test_later_phases_complete_a_tree_without_a_record(case: Case, phases: tuple[int, ...]) -> None:
    """A clone of a tree that is half migrated ends where the whole migration does, but for the root."""
    snapshot = tree(_made(case, phases))
    project = read_project(snapshot, case.spec)

    rest = plan(project, frozenset(case.complete)).after(snapshot)

    for path, data in tree(_made(case, case.complete)).items():
        # Without a record the root's factories stay as they are, and what is tested of them.
        if path in (project.root.path, project.tests and project.tests.path):
            continue
        assert rest[path].splitlines(keepends=True) == data.splitlines(keepends=True), path


# --- behaviour ----------------------------------------------------------------------------------


@each_set
def test_others_who_only_know_the_old_names(case: Case, phases: tuple[int, ...], place: Place) -> None:
    script = str(case.home / "third_party.py")

    before = _run(place(case, ()), case, "-W", "ignore", script)
    after = _run(place(case, phases), case, "-W", "ignore", script)

    assert before.stdout, before.stderr
    assert after.stdout == before.stdout, after.stderr


@each_set
def test_own_tests_end_as_before(case: Case, phases: tuple[int, ...], place: Place) -> None:
    before, after = _outcomes(place(case, ()), case), _outcomes(place(case, phases), case)

    assert before
    assert after == {**dict.fromkeys(after, "passed"), **before}
    assert (len(after) > len(before)) is (case.spec.tests_phase in phases)


@each_case
def test_own_tests_use_no_old_name(case: Case, place: Place) -> None:
    """With every phase the warning of the layer may be an error: nothing of the target earns it."""
    root = place(case, case.complete)

    assert _outcomes(root, case, "-W", "error::DeprecationWarning") == _outcomes(root, case)


@cache
def _outcomes(root: Path, case: Case, *more: str) -> dict[str, str]:
    """How each test of a tree ends."""
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={root}"]
    finished = _run(root, case, "-m", "pytest", *options, "--junit-xml=../report.xml", *more, "tests")
    assert finished.returncode in (0, 1), finished.stdout + finished.stderr
    cases = ElementTree.parse(root.parent / "report.xml").iter("testcase")
    return {f"{c.get('classname')}.{c.get('name')}": c[0].tag if len(c) else "passed" for c in cases}


@each_case
def test_migrated_code_raises_no_warning_of_the_layer(case: Case, place: Place) -> None:
    root = place(case, case.complete)
    modules = [
        ".".join(path.relative_to(root / case.source_root).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((root / case.source_root).rglob("*.py"))
        if "tests" not in path.parts
    ]

    code = f"import importlib\nfor name in {modules}: importlib.import_module(name)"
    finished = _run(root, case, "-W", "error::DeprecationWarning", "-c", code)

    assert modules
    assert finished.returncode == 0, finished.stderr


@each_case
def test_every_set_passes_every_gate(case: Case) -> None:
    stages = [_stage(case, phases) for phases in case.sets()]

    baseline, proofs = prove(found(case), origin(found(case)), stages, Options(), lambda _: None)

    assert all(verdict.passed for verdict in baseline)
    assert [(p.step.phase.number, [v for v in p.verdicts if not v.passed]) for p in proofs] == [
        (s.phase.number, []) for s in stages
    ]


if __name__ == "__main__":
    for each in CASES:
        shutil.rmtree(each.home / "after", ignore_errors=True)
        shutil.copytree(each.home / "before", each.home / "after")
        lay(each.home / "after", _made(each, each.complete))
