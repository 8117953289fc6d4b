"""What a run does more than once: how often it starts mypy, cold or warm, and plans. Counted, never timed."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import app
from codemods import migrate, process, steps
from codemods import plan as plans
from codemods.cache import Cache
from codemods.data import Decision, MigrationError, Plan
from codemods.doing import Doing
from codemods.gates import inside
from codemods.gates import mypy as gate
from codemods.migrate import Options, Report, apply, survey
from codemods.project import Project
from codemods.seen import How, Look
from codemods.survey import Asked
from tests.helpers import lay
from tests.test_doubts import FILES
from tests.trees import TWO_SIDES, TWO_SIDES_TOML

STATIC = frozenset({"mypy", "precision", "api", "duplication"})


@dataclass(frozen=True)
class Start:
    """A process: what it runs, and whether mypy's cache was empty then."""

    program: str
    cold: bool


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Start]:
    """All processes that run mypy, in their order."""
    found: list[Start] = []

    def run(command: Sequence[str], **rest: Any) -> process.Finished:
        program, options = "mypy", list(command)
        if "-m" not in command:
            program = next(name for name in ("oracle", "anys") if f"{name} import main" in command[3])
            options = json.loads(Path(command[-1]).read_bytes())["options"]
        cache = next(Path(word[len("--cache-dir=") :]) for word in options if word.startswith("--cache-dir="))
        found.append(Start(program, not any(cache.glob("3.*/*"))))
        return process.run(command, **rest)

    monkeypatch.setattr(gate, "run", run)
    monkeypatch.setattr(inside, "run", run)
    return found


def applied(root: Path, *gates: str, phases: Sequence[str] = ()) -> Report:
    """What ``apply`` makes of the tree with these gates."""
    found = survey(lay(root, FILES), TWO_SIDES, types=Asked())
    return apply(found, phases, Options(no_gate=STATIC - {*gates}), lambda _: None)


def test_mypy_begins_from_nothing_once(tmp_path: Path, started: list[Start]) -> None:
    report = applied(tmp_path, "mypy", "precision", phases=("1", "2", "3", "4"))
    assert report.landed
    assert [start.program for start in started].count("oracle") == 1
    assert [start.cold for start in started] == [True, *[False] * (len(started) - 1)]


def test_what_has_landed_is_asked_about_at_little_cost(tmp_path: Path, started: list[Start]) -> None:
    applied(tmp_path, phases=("1",))
    started.clear()
    found = survey(tmp_path, TWO_SIDES, types=Asked())
    apply(found, (), Options(no_gate=STATIC), lambda _: None)
    assert [(start.program, start.cold) for start in started] == [("oracle", True), ("oracle", False)]


# --- from run to run ----------------------------------------------------------------------------


def asks(root: Path, kept: Cache) -> int:
    """How many places nobody knows a class for."""
    found = Look(root, TWO_SIDES, How(types=True), kept).survey()
    assert not found.doubts
    return sum(site.decision is Decision.ASK for site in found.sites)


def test_mypy_remembers_what_it_knew_in_the_last_run(tmp_path: Path, started: list[Start]) -> None:
    root, kept = lay(tmp_path / "tree", FILES), Cache(tmp_path / "cache")
    assert asks(root, kept) == asks(root, kept)
    assert started == [Start("oracle", True), Start("oracle", False)]


def test_where_nothing_is_kept_mypy_remembers_nothing(tmp_path: Path, started: list[Start]) -> None:
    root = lay(tmp_path / "tree", FILES)
    assert asks(root, Cache(None)) == asks(root, Cache(None))
    assert started == [Start("oracle", True), Start("oracle", True)]


def test_a_memory_that_is_broken_is_forgotten(tmp_path: Path, started: list[Start]) -> None:
    root, kept = lay(tmp_path / "tree", FILES), Cache(tmp_path / "cache")
    known = asks(root, kept)
    gc.collect()
    broken = [path for path in tmp_path.glob("cache-mypy/*/*/*") if path.is_file()]
    assert broken
    for path in broken:
        path.write_bytes(b"{" * 9999)
    assert asks(root, kept) == known
    assert started[-1].cold or len(started) == 2


# --- while phases are planned -------------------------------------------------------------------


def test_mypy_looks_at_the_tree_before_while_phases_are_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = Event()

    def run(command: Sequence[str], **rest: Any) -> process.Finished:
        begun.set()
        return process.run(command, **rest)

    def progress(doing: Doing) -> None:
        assert doing.what != "planning" or begun.wait(60), "mypy waits for the plan"

    monkeypatch.setattr(gate, "run", run)
    found = survey(lay(tmp_path, FILES), TWO_SIDES)
    assert apply(found, ("1",), Options(no_gate=STATIC - {"mypy"}), progress).landed


def test_a_look_that_nobody_waits_for_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Event()
    ended: list[process.Finished] = []

    def run(command: Sequence[str], **rest: Any) -> process.Finished:
        begun.set()
        ended.append(process.run(("sleep", "600"), **rest))
        return ended[-1]

    def planned(*_: object) -> None:
        assert begun.wait(60)
        raise MigrationError("there is no plan")

    monkeypatch.setattr(gate, "run", run)
    monkeypatch.setattr(migrate, "stages_of", planned)
    with pytest.raises(MigrationError, match="there is no plan"):
        apply(survey(lay(tmp_path, FILES), TWO_SIDES), ("1",), Options(), lambda _: None)
    assert [each.status for each in ended] == [-9]


def test_mypy_that_is_not_wanted_does_not_look(tmp_path: Path, started: list[Start]) -> None:
    found = survey(lay(tmp_path, FILES), TWO_SIDES)
    assert apply(found, ("1",), Options(no_gate=STATIC), lambda _: None).landed
    assert started == []


# --- planning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "answers", "times"),
    [
        pytest.param(["--report", "report.md"], "", 1, id="report"),
        pytest.param(["--interactive", "--report", "report.md"], "a\n" * 20, 2, id="interactive"),
    ],
)
def test_the_phases_are_planned_once_for_each_set_of_choices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], answers: str, times: int
) -> None:
    planned: list[frozenset[int]] = []

    def plan(project: Project, phases: frozenset[int], *rest: Any) -> Plan:
        planned.append(phases)
        return plans.plan(project, phases, *rest)

    monkeypatch.setattr(steps, "plan", plan)
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, {"spec.toml": TWO_SIDES_TOML, **{f"tree/{name}": text for name, text in FILES.items()}})
    arguments = ["apply", "--spec", "spec.toml", "--phase", "1", "--phase", "2", *flags]
    gates = [word for gate in STATIC for word in ("--no-gate", gate)]
    done = CliRunner().invoke(app, [*arguments, *gates, "tree"], input=answers, catch_exceptions=False)
    assert done.exit_code == 0
    assert "landed" in done.stdout
    assert Path("report.md").read_text().startswith("<!-- classmod report -->")
    assert planned == [frozenset({1}), frozenset({1, 2})] * times
