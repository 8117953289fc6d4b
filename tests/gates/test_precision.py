"""The gate of precision: what mypy knows does not get vaguer in the files that change."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from codemods.data import Change, Outcome, Verdict
from codemods.files import read
from codemods.gates import inside
from codemods.gates.mypy import Mypy
from codemods.gates.precision import Precision
from codemods.process import Finished, run
from codemods.staging import Staging
from tests.helpers import lay

SRC = (PurePosixPath("src"),)
Files = Mapping[str, str]
KNOWN = "def f(x: int) -> int:\n    return x + 1\n"
VAGUE = "from typing import Any\ndef f(x: Any) -> int:\n    return x + 1\n"


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that knows the standard library's stubs and nothing else."""
    tree, cache = tmp_path_factory.mktemp("warm"), tmp_path_factory.mktemp("cache")
    lay(tree, {"src/warm_up.py": "import typing\n"})
    assert not Mypy(cache, SRC).measure(tree).failure
    return cache


@pytest.fixture
def mypy(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Mypy:
    return Mypy(shutil.copytree(warm, tmp_path_factory.mktemp("own") / "cache"), SRC)


def paths(*names: str) -> Mapping[PurePosixPath, frozenset[str]]:
    return {PurePosixPath(name): frozenset({"_old"}) for name in names}


def judge(mypy: Mypy, root: Path, before: Files, after: Files) -> Verdict:
    """The verdict on ``before`` with the files of ``after`` written over it."""
    gate = Precision(mypy, paths(*after))
    lay(root, before)
    with Staging(root, read(root)) as staging:
        first = gate.measure(staging.path)
        old = {name: before[name].encode() if name in before else None for name in after}
        changes = [Change(PurePosixPath(n), old[n], text.encode()) for n, text in after.items()]
        staging.write(changes)
        return gate.compare(first, gate.measure(staging.path), [c for c in changes if c.before != c.after])


def test_by_mypys_own_report(mypy: Mypy, tmp_path: Path) -> None:
    lay(
        tmp_path, {"src/a.py": VAGUE, "src/b.py": KNOWN, "src/c.py": "", "src/d.py": "def f(x): return x.y\n"}
    )

    facts = Precision(mypy, paths("src/a.py", "src/b.py", "src/c.py", "src/d.py")).measure(tmp_path).facts

    command = ["mypy", "--config-file=", "--cache-dir=cache", "--any-exprs-report=report", "src"]
    run([str(mypy.python), "-m", *command], cwd=tmp_path)
    rows = [line.split() for line in (tmp_path / "report/any-exprs.txt").read_text().splitlines()]
    told = {
        f"src/{row[0]}.py": (int(row[1]), int(row[2]), False)
        for row in rows
        if len(row) == 4 and row[0] in "abcd"
    }
    assert sorted(told) == ["src/a.py", "src/b.py"]
    assert facts == {**told, "src/c.py": (0, 0, False), "src/d.py": (0, 0, False)}


def test_nothing_changed(mypy: Mypy, tmp_path: Path) -> None:
    verdict = judge(mypy, tmp_path, {"src/a.py": VAGUE}, {"src/a.py": VAGUE})

    assert verdict.passed
    assert verdict.figures == "no file concerned"


def test_more_is_known(mypy: Mypy, tmp_path: Path) -> None:
    verdict = judge(mypy, tmp_path, {"src/a.py": VAGUE}, {"src/a.py": KNOWN})

    assert (verdict.gate, verdict.passed, verdict.reason) == ("precision", True, "")
    assert verdict.figures.endswith("-> 100.00 % precise in 1 file")


def test_less_is_known(mypy: Mypy, tmp_path: Path) -> None:
    verdict = judge(mypy, tmp_path, {"src/a.py": KNOWN}, {"src/a.py": VAGUE})

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.figures.startswith("100.00 % -> ")
    assert [problem.path for problem in verdict.new] == ["src/a.py"]
    assert "expressions are Any, before 0 of" in verdict.new[0].message


def test_less_is_known_because_of_another_file(mypy: Mypy, tmp_path: Path) -> None:
    user = "from b import f\nx = f(1)\ny = x\nz = f(x)\n"
    before = {"src/a.py": user, "src/b.py": "def f(x: int) -> int: ...\n"}
    after = {"src/a.py": user + "# edited\n", "src/b.py": "def f(x): ...\n"}

    verdict = judge(mypy, tmp_path, before, after)

    assert verdict.outcome is Outcome.REFUSED
    assert [problem.path for problem in verdict.new] == ["src/a.py"]


def test_one_gets_vaguer_and_another_makes_up_for_it(mypy: Mypy, tmp_path: Path) -> None:
    before = {"src/a.py": KNOWN, "src/b.py": VAGUE + VAGUE.replace("f(", "g(")}

    verdict = judge(mypy, tmp_path, before, {"src/a.py": VAGUE, "src/b.py": KNOWN})

    assert verdict.passed
    assert verdict.reason.startswith("more Any in src/a.py (0 -> ")


@pytest.mark.parametrize(("name", "passes"), [("_old", True), ("_other", False)])
def test_a_file_that_still_goes_by_an_old_name(mypy: Mypy, tmp_path: Path, name: str, passes: bool) -> None:
    base = "from typing import Any\nclass A:\n    def __getattr__(self, name: str) -> {}: ...\n    x: {}\n"
    user = f"from b import A\ndef f(a: A) -> None:\n    x = a.{name}\n    y = x\n"
    before = {"src/b.py": base.format("int", "Any"), "src/a.py": user}
    after = {"src/b.py": base.format("Any", "int"), "src/a.py": f"{user}\n"}

    verdict = judge(mypy, tmp_path, before, after)

    assert verdict.passed is passes, verdict
    assert ("src/a.py (0 -> " in verdict.reason) is passes


def test_a_file_that_waits_for_its_phase(mypy: Mypy, tmp_path: Path) -> None:
    """What no change has touched yet is told and refuses nothing."""
    before = {"src/a.py": "from b import f\nx = f(1)\ny = x\n", "src/b.py": KNOWN, "src/c.py": KNOWN}
    gate = Precision(mypy, paths(*before))
    lay(tmp_path, before)
    with Staging(tmp_path, read(tmp_path)) as staging:
        first = gate.measure(staging.path)
        staging.write([Change(PurePosixPath("src/b.py"), None, b"def f(x): ...\n")])
        changes = [Change(PurePosixPath("src/c.py"), KNOWN.encode(), b"x = 1\n")]
        verdict = gate.compare(first, gate.measure(staging.path), changes)

    assert verdict.passed
    assert "src/a.py (0 -> " in verdict.reason


def test_precise_code_that_goes_makes_nothing_vague(mypy: Mypy, tmp_path: Path) -> None:
    """The share of Any rises, and yet there is no more of it."""
    verdict = judge(mypy, tmp_path, {"src/a.py": f"{VAGUE}y = f(1)\nz = y\n"}, {"src/a.py": VAGUE})

    assert verdict.passed


def test_precise_code_that_comes_hides_nothing_and_refuses_nothing(mypy: Mypy, tmp_path: Path) -> None:
    more = VAGUE + "".join(f"x{n} = [1, 2, 3]\n" for n in range(9)) + "y = f\nvague: Any = y\nw = vague\n"

    verdict = judge(mypy, tmp_path, {"src/a.py": VAGUE}, {"src/a.py": more})

    assert verdict.passed
    assert verdict.reason.startswith("more Any in src/a.py")


def test_new_files_are_told_apart(mypy: Mypy, tmp_path: Path) -> None:
    before = {"src/a.py": KNOWN}

    verdict = judge(mypy, tmp_path, before, {"src/a.py": KNOWN + "\n", "src/new.py": VAGUE})

    assert verdict.passed
    assert verdict.figures.startswith("100.00 % -> 100.00 % precise in 1 file, ")
    assert verdict.figures.endswith(" % in 1 new")


def test_what_mypy_is_not_asked_about(mypy: Mypy, tmp_path: Path) -> None:
    lay(tmp_path, {"src/a.py": KNOWN, "src/a.md": "# A\n", "tests/b.py": VAGUE})

    facts = Precision(mypy, paths("src/a.py", "src/a.md", "tests/b.py", "src/c.py")).measure(tmp_path).facts

    assert list(facts) == ["src/a.py"]


def test_the_same_tree_is_counted_once(mypy: Mypy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Precision(mypy, paths("src/a.py"))
    lay(tmp_path, {"src/a.py": VAGUE})
    first = gate.measure(tmp_path)
    monkeypatch.setattr(inside, "run", None)

    assert gate.measure(tmp_path) == first


def test_the_cache_of_the_gate_is_left_as_it_is(mypy: Mypy, tmp_path: Path) -> None:
    lay(tmp_path, {"src/a.py": VAGUE + "x: int = ''\n"})
    Precision(mypy, paths("src/a.py")).measure(tmp_path)

    assert [problem.path for problem in mypy.measure(tmp_path).problems] == ["src/a.py"]


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (Finished(1, "", "it crashed\n", timed_out=False), "mypy ended with status 1 and said: it crashed"),
        (Finished(None, "", "", timed_out=True), "mypy did not end in time"),
        (Finished(0, "{}", "", timed_out=False), "mypy cannot check src/a.py"),
    ],
)
def test_mypy_fails(
    mypy: Mypy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: Finished, why: str
) -> None:
    monkeypatch.setattr(inside, "run", lambda *_, **__: ended)

    verdict = judge(mypy, tmp_path, {"src/a.py": KNOWN}, {"src/a.py": VAGUE})

    assert (verdict.outcome, verdict.reason) == (Outcome.INCONCLUSIVE, f"before: {why}")


@pytest.mark.parametrize("broken", ["def (:\n", "x = '\0'\n"])
def test_a_file_that_python_does_not_read(mypy: Mypy, tmp_path: Path, broken: str) -> None:
    verdict = judge(mypy, tmp_path, {"src/a.py": KNOWN}, {"src/a.py": broken})

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("after: ")


@pytest.mark.parametrize("paths_of_its_own", ["files = src", "packages = a", "modules = a"])
def test_configuration_that_says_what_is_checked(mypy: Mypy, tmp_path: Path, paths_of_its_own: str) -> None:
    config = f"[mypy]\nmypy_path = src\nexplicit_package_bases = True\n{paths_of_its_own}\n"
    before = {"mypy.ini": config, "src/a.py": KNOWN}

    verdict = judge(mypy, tmp_path, before, {"src/a.py": VAGUE})

    assert verdict.outcome is Outcome.REFUSED, verdict.reason
