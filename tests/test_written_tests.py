"""The tests that are written into a target pass on what a migration gives, and fail on all that is wrong.

They are tried on a tree of your own as well: ``CLASSMOD_TARGET`` is its root, ``CLASSMOD_TARGET_PYTHON`` an
interpreter with what it needs, ``CLASSMOD_TARGET_REPAIR=1`` adds missing bases. The tree is only read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import Snapshot, Spec
from codemods.project import Project
from codemods.spec import for_project
from codemods.steps import planned
from codemods.survey import Origin, origin, survey
from tests.helpers import lay
from tests.spoils import SPOILS, Spoil
from tests.test_fixtures import CEX, REPORTS, Case

ASIDE = shutil.ignore_patterns(".git", ".classmod", ".venv", "__pycache__")


@dataclass(frozen=True, eq=False)
class Target:
    """A tree to migrate: where it is, what runs it, and whether missing bases are added first."""

    name: str
    root: Path
    spec: Spec
    python: str = sys.executable
    repair: bool = False

    @cached_property
    def start(self) -> Origin:
        return origin(survey(self.root, self.spec, repair=self.repair))

    @property
    def project(self) -> Project:
        return self.start.project

    @cached_property
    def trees(self) -> dict[frozenset[int], Snapshot]:
        return {}

    def migrated(self, phases: frozenset[int]) -> Snapshot:
        """The tree after these phases."""
        if phases not in self.trees:
            changes = planned(self.project, phases)
            made = {c.path: c.after for c in (*self.start.repairs, *changes) if c.after is not None}
            self.trees[phases] = {**self.start.bare, **made}
        return self.trees[phases]

    @property
    def complete(self) -> frozenset[int]:
        return frozenset(range(1, self.spec.docs_phase + 1)) - {
            n for n in range(2, self.spec.integrations_phase) if n >= 2 + len(self.spec.sides)
        }

    @property
    def tests(self) -> PurePosixPath:
        assert self.project.tests is not None
        return self.project.tests.path

    def run(self, place: Path, files: Snapshot, *options: str) -> subprocess.CompletedProcess[str]:
        """The written tests alone, in the tree at ``place``, up to the first that fails."""
        shutil.copytree(self.root, place, ignore=ASIDE, dirs_exist_ok=True)
        for path in self.start.bare.keys() - files.keys():
            (place / path).unlink()
        lay(place, {str(p): data for p, data in files.items() if data != self.start.bare.get(p)})
        source = str(place / self.project.modules.root_of(self.project.root.path))
        env = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"}
        env.pop("PYTEST_ADDOPTS", None)
        given = [
            "-q",
            "-x",
            "--no-header",
            f"--rootdir={place}",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
        ]
        command = [self.python, *options, "-m", "pytest", *given, str(self.tests)]
        return _ran(command, place, env)

    def types(self, place: Path, cache: Path) -> list[str]:
        """What mypy finds wrong in the written tests of the tree at ``place``."""
        root = self.project.modules.root_of(self.project.root.path)
        env = {**os.environ, "MYPYPATH": str(root)}
        flags = ["--explicit-package-bases", "--ignore-missing-imports", f"--cache-dir={cache}"]
        flags.append(f"--python-executable={self.python}")
        finished = _ran([sys.executable, "-m", "mypy", *flags, str(self.tests)], place, env)
        assert finished.returncode in (0, 1), finished.stdout + finished.stderr
        return [line for line in finished.stdout.splitlines() if line.startswith(f"{self.tests}:")]

    def __str__(self) -> str:
        return self.name


def _ran(command: list[str], place: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=place, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def _of(case: Case) -> Target:
    return Target(case.name, case.home / "before", case.spec)


def _own() -> list[Target]:
    if not (given := os.environ.get("CLASSMOD_TARGET")):
        return []
    python = os.environ.get("CLASSMOD_TARGET_PYTHON", sys.executable)
    root = Path(given)
    return [Target("own", root, for_project(root, None), python, "CLASSMOD_TARGET_REPAIR" in os.environ)]


TARGETS = [_of(CEX), _of(REPORTS), *_own()]
each_wrong = pytest.mark.parametrize(
    ("target", "spoil"), [(t, s) for t in TARGETS if t.name != REPORTS.name for s in SPOILS], ids=str
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mypy's, of which every tree makes one of its own."""
    return tmp_path_factory.mktemp("mypy")


def _sets(target: Target) -> list[frozenset[int]]:
    """Every phase alone with the first and the tests, none, and all."""
    needed = frozenset({1, target.spec.tests_phase})
    return list(dict.fromkeys([needed, *(needed | {n} for n in sorted(target.complete)), target.complete]))


@pytest.mark.parametrize(
    ("target", "phases"),
    [(t, phases) for t in TARGETS for phases in _sets(t)],
    ids=lambda value: str(value) if isinstance(value, Target) else "".join(map(str, sorted(value))),
)
def test_right_migrations_pass(target: Target, phases: frozenset[int], tmp_path: Path, cache: Path) -> None:
    strict = phases == target.complete and target.name != "own"
    options = ["-W", "error::DeprecationWarning"] if strict else []

    finished = target.run(tmp_path, target.migrated(phases), *options)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "skipped" not in finished.stdout
    assert target.types(tmp_path, cache / target.name) == []


@each_wrong
def test_wrong_migrations_fail(target: Target, spoil: Spoil, tmp_path: Path, cache: Path) -> None:
    right = target.migrated(frozenset(spoil.phases or target.complete))

    finished = target.run(tmp_path, spoil.spoilt(target.project, right))

    failed = re.findall(r"(?m)^(?:FAILED|ERROR) \S+?::(\w+)", finished.stdout)
    assert failed == ([spoil.test] if spoil.test else []), finished.stdout + finished.stderr
    if not spoil.test:
        assert target.types(tmp_path, cache / target.name) != []
