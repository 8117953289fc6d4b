"""The mypy gate on small projects: what it must not let pass, and what it must not hold against us."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codemods import process
from codemods.data import Change, Outcome, Verdict
from codemods.files import read
from codemods.gates import Measurement, mypy
from codemods.gates.mypy import FLAGS, Mypy, parse
from codemods.gates.rewording import Rewording
from codemods.process import Finished
from codemods.staging import Staging

SRC = (PurePosixPath("src"),)
Files = Mapping[str, str | None]


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that knows the standard library's stubs and nothing else."""
    tree, cache = tmp_path_factory.mktemp("warm"), tmp_path_factory.mktemp("cache")
    lay(tree, {"src/warm_up.py": "import typing\n"})
    assert not Mypy(cache, SRC).measure(tree).failure
    return cache


@pytest.fixture
def cache(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each test has its own: their files have the same names, sizes and seconds."""
    return shutil.copytree(warm, tmp_path_factory.mktemp("own") / "cache")


def lay(root: Path, tree: Files) -> None:
    for name, text in tree.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            place.write_text(text)


def encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def judge(gate: Mypy, root: Path, before: Files, after: Files) -> Verdict:
    """The verdict on ``before`` with the files of ``after`` written over it (None deletes)."""
    lay(root, before)
    with Staging(root, read(root)) as staging:
        first = gate.measure(staging.path)
        changes = [
            Change(PurePosixPath(name), encoded(before.get(name)), encoded(text))
            for name, text in after.items()
        ]
        staging.write(changes)
        return gate.compare(first, gate.measure(staging.path), changes)


BROKEN = "a: int = ''\nb: int = ''\nc: int = ''\n"


def test_nothing_changed(tmp_path: Path, cache: Path) -> None:
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": BROKEN}, {"src/a.py": BROKEN})
    assert verdict.outcome is Outcome.PASSED
    assert (verdict.new, verdict.fixed, verdict.reason) == ((), (), "")
    assert verdict.figures == "3 -> 3 errors, 0 new, 0 fixed, 1 files checked"


def test_a_file_outside_of_all_paths_is_checked_for_itself(tmp_path: Path, cache: Path) -> None:
    gate = Mypy(cache, SRC, also=PurePosixPath("tests/test_a.py"))
    before: Files = {"src/a.py": BROKEN}

    good = judge(gate, tmp_path / "good", before, {**before, "tests/test_a.py": "import a\n\na.__name__\n"})
    bad = judge(gate, tmp_path / "bad", before, {**before, "tests/test_a.py": "import a\n\na.missing\n"})

    assert good.outcome is Outcome.PASSED
    assert [(problem.path, problem.line) for problem in bad.new] == [("tests/test_a.py", 3)]


def test_a_tree_that_is_as_another_was_is_not_checked_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Path] = []

    def run(command: Sequence[str], *, cwd: Path, **rest: Any) -> Finished:
        checked.append(cwd)
        return process.run(command, cwd=cwd, **rest)

    monkeypatch.setattr(mypy, "run", run)
    gate, place = Mypy(cache, SRC), tmp_path / "src" / "a.py"

    def errors(text: str) -> float:
        lay(tmp_path, {"src/a.py": text})
        return gate.measure(tmp_path).figures["errors"]

    assert [errors(BROKEN), errors(BROKEN), errors("a: int = 1\n"), errors(BROKEN)] == [3, 3, 0, 3]
    assert len(checked) == 2
    lay(tmp_path, {"mypy.ini": "[mypy]\nignore_errors = True\n"})
    assert errors(BROKEN) == 0
    place.rename(place.with_name("b.py"))
    assert gate.measure(tmp_path).figures["errors"] == 0
    assert len(checked) == 4


def test_a_check_that_failed_is_tried_again(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": BROKEN})
    gate = Mypy(cache, SRC, timeout=0.001)
    assert gate.measure(tmp_path).failure == "mypy did not end in time"
    assert not gate.seen


def test_lines_that_moved_are_not_new(tmp_path: Path, cache: Path) -> None:
    text = "def f() -> None: ...\nx = 1\nx: int = 2\ny: str = x\n"
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": text}, {"src/a.py": "\n\n" + text})
    assert verdict.outcome is Outcome.PASSED
    assert "on line" in "".join(map(str, Mypy(cache, SRC).measure(tmp_path).problems))


def test_a_new_error_is_not_hidden_by_a_falling_total(tmp_path: Path, cache: Path) -> None:
    after = "a: int = 1\nb: int = 1\nc: str = 1\n"
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": BROKEN}, {"src/a.py": after})
    assert verdict.outcome is Outcome.REFUSED
    assert [(p.path, p.line, p.code) for p in verdict.new] == [("src/a.py", 3, "assignment")]
    assert len(verdict.fixed) == 3


def test_one_more_of_the_same_is_new(tmp_path: Path, cache: Path) -> None:
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": BROKEN}, {"src/a.py": BROKEN + "d: int = ''\n"})
    assert [problem.line for problem in verdict.new] == [4]


def test_the_same_error_in_another_file_is_new(tmp_path: Path, cache: Path) -> None:
    before = {"src/a.py": "a: int = ''\n", "src/b.py": "b: int = 1\n"}
    after = {"src/a.py": "a: int = 1\n", "src/b.py": "b: int = ''\n"}
    verdict = judge(Mypy(cache, SRC), tmp_path, before, after)
    assert [problem.path for problem in verdict.new] == ["src/b.py"]


def test_an_edit_of_the_same_length_in_the_same_second_is_seen(tmp_path: Path, cache: Path) -> None:
    before = {"src/a.py": "def old() -> None: ...\n", "src/b.py": "from a import old\n"}
    verdict = judge(Mypy(cache, SRC), tmp_path, before, {"src/a.py": "def new() -> None: ...\n"})
    assert [problem.code for problem in verdict.new] == ["attr-defined"]


GENERIC_BEFORE = """
class Rest: ...
class Base:
    _private_rest: Rest | None = None
def f(base: Base) -> None:
    base._private_rest.go()
    base.missing
    base._private_res
    x: int = base
"""
GENERIC_AFTER = """
from typing import Generic, TypeVar
class Rest: ...
RestType = TypeVar("RestType", bound=Rest)
class Base(Generic[RestType]):
    _rest: RestType | None = None
def f(base: Base[Rest]) -> None:
    base._rest.go()
    base.missing
    base._private_res
    x: int = base
"""
REWORDING = Rewording(
    {"_private_rest": "_rest"}, frozenset({"Base"}), {"Rest": "<rest>", "RestType": "<rest>"}
)


def test_renames_and_type_arguments_in_messages(tmp_path: Path, cache: Path) -> None:
    before, after = {"src/a.py": GENERIC_BEFORE}, {"src/a.py": GENERIC_AFTER}
    verdict = judge(Mypy(cache, SRC, rewording=REWORDING), tmp_path, before, after)
    assert (verdict.outcome, verdict.new, verdict.fixed) == (Outcome.PASSED, (), ())
    assert verdict.figures.startswith("5 -> 5 errors")
    assert judge(Mypy(cache, SRC), tmp_path, before, after).outcome is Outcome.REFUSED


def test_the_gate_that_compares_gives_the_wording(tmp_path: Path, cache: Path) -> None:
    gate = Mypy(cache, SRC)
    lay(tmp_path, {"src/a.py": GENERIC_BEFORE})
    before = gate.measure(tmp_path)
    lay(tmp_path, {"src/a.py": GENERIC_AFTER})
    after = gate.measure(tmp_path)
    assert not gate.compare(before, after).passed
    assert replace(gate, rewording=REWORDING).compare(before, after).passed


def test_an_ignore_that_became_unused_is_new(tmp_path: Path, cache: Path) -> None:
    config = "[mypy]\nwarn_unused_ignores = True\n"
    before = {"mypy.ini": config, "src/a.py": "a: int = ''  # type: ignore[assignment]\n"}
    verdict = judge(
        Mypy(cache, SRC), tmp_path, before, {"src/a.py": "a: int = 1  # type: ignore[assignment]\n"}
    )
    assert [problem.code for problem in verdict.new] == ["unused-ignore"]


def test_notes_are_no_problems(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": "reveal_type(1)\ndef f():\n    x: int = ''\n"})
    measured = Mypy(cache, SRC).measure(tmp_path)
    assert (measured.problems, measured.failure) == ((), "")
    assert measured.figures == {"errors": 0, "files": 1, "own_paths": 0}


# --- how many files -----------------------------------------------------------------------------


def test_files_created_and_deleted_are_counted(tmp_path: Path, cache: Path) -> None:
    before = {"src/a.py": "", "src/b.py": "", "README.md": ""}
    after = {"src/b.py": None, "src/c.py": "", "src/d.py": "", "NEW.md": "", "elsewhere/e.py": ""}
    verdict = judge(Mypy(cache, SRC), tmp_path, before, after)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.figures.endswith("3 files checked")


def test_fewer_files_are_refused_even_without_errors(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": BROKEN, "src/b.py": ""})
    gate = Mypy(cache, SRC)
    before = gate.measure(tmp_path)
    (tmp_path / "src/a.py").unlink()
    verdict = gate.compare(before, gate.measure(tmp_path))
    assert verdict.outcome is Outcome.REFUSED
    assert (verdict.new, verdict.reason) == ((), "mypy checked 1 files, not 2")


def test_a_created_file_that_is_not_checked_is_refused(tmp_path: Path, cache: Path) -> None:
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": ""}, {"src/.hidden/b.py": "x: int = ''\n"})
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, "mypy checked 1 files, not 2")


def test_with_its_own_paths_the_target_may_leave_out_what_is_created(tmp_path: Path, cache: Path) -> None:
    before = {
        "mypy.ini": "[mypy]\nfiles = src\n",
        "src/a.py": "",
        "src/b.py": "",
        "tests/t.py": "x: int = ''\n",
    }
    gate = Mypy(cache, SRC)
    assert judge(gate, tmp_path, before, {"tests/u.py": "", "src/c.py": ""}).passed
    verdict = judge(gate, tmp_path, before, {"mypy.ini": "[mypy]\nfiles = src/a.py\n"})
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, "mypy checked 1 files, not 2")


# --- what is no measurement ---------------------------------------------------------------------


def test_a_syntax_error_is_inconclusive(tmp_path: Path, cache: Path) -> None:
    verdict = judge(Mypy(cache, SRC), tmp_path, {"src/a.py": BROKEN}, {"src/a.py": "def f(:\n"})
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("after: mypy ended with status 2 and said: ")
    assert not verdict.passed


def test_nothing_to_check_is_inconclusive(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "src").mkdir()
    assert "no .py[i] files" in Mypy(cache, SRC).measure(tmp_path).failure


def test_an_interpreter_that_is_not_there_is_inconclusive(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": ""})
    assert Mypy(cache, SRC, tmp_path / "no-python").measure(tmp_path).failure


def test_a_configuration_that_cannot_be_read_is_inconclusive(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": "", "mypy.ini": "files = src\n"})
    assert Mypy(cache, SRC).measure(tmp_path).failure.startswith("mypy.ini: cannot be read: ")


def test_the_time_limit_is_inconclusive(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": ""})
    assert Mypy(cache, SRC, timeout=0).measure(tmp_path).failure == "mypy did not end in time"


FOUND = "Found 1 error in 1 file (checked 2 source files)\n"
LINE = "a.py:1:1: error: m  [c]\n"


@pytest.mark.parametrize(
    ("status", "output", "errors"),
    [
        (0, "", ""),
        (1, "", "Traceback\nRuntimeError: x"),
        (1, LINE, ""),
        (1, FOUND, ""),
        (1, LINE + LINE + FOUND, ""),
        (0, LINE + FOUND, ""),
        (1, "Success: no issues found in 1 source file\n", ""),
        (2, LINE + "Found 1 error in 1 file (errors prevented further checking)\n", ""),
        (2, LINE + FOUND, ""),
        (-9, LINE + FOUND, ""),
        (1, LINE + FOUND + "and more", ""),
        (1, '{"file": "a.py", "line": 1}\n', ""),
    ],
)
def test_output_that_is_not_believed(status: int, output: str, errors: str) -> None:
    measured = parse(Finished(status, output, errors, timed_out=False), Rewording())
    assert measured.failure
    assert "\n" not in measured.failure
    assert Mypy(Path(), SRC).compare(measured, Measurement()).outcome is Outcome.INCONCLUSIVE


def test_output_that_is_believed() -> None:
    output = 'a b:c.py:3:14: error: x: error: "y"  [a-b]\na.py:1: error: no column, no code\n'
    output += "a.py:2:1: note: see\na.py:2:1: error: several  [x]\nSomething else\n"
    output += "Found 3 errors in 2 files (checked 10 source files)\n"
    measured = parse(Finished(1, output, "", timed_out=False), Rewording())
    assert [(p.path, p.line, p.code, p.message) for p in measured.problems] == [
        ("a b:c.py", 3, "a-b", 'x: error: "y"'),
        ("a.py", 1, "", "no column, no code"),
        ("a.py", 2, "x", "several"),
    ]
    assert measured.figures == {"errors": 3, "files": 10}


# --- whose settings, whose code -----------------------------------------------------------------

PLUGIN = """
import pathlib
from mypy.plugin import Plugin
pathlib.Path(__file__).with_name("ran").touch()
def plugin(version: str) -> type[Plugin]:
    return Plugin
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mypy.ini", "[mypy]\nplugins = ./plugin.py\ndisallow_untyped_defs = True\n"),
        ("pyproject.toml", '[tool.mypy]\nplugins = ["./plugin.py"]\ndisallow_untyped_defs = true\n'),
    ],
)
def test_plugins_run_only_when_allowed(tmp_path: Path, cache: Path, name: str, text: str) -> None:
    tree = {name: text, "plugin.py": PLUGIN, "src/a.py": "def f(): ...\n"}
    lay(tmp_path, tree)
    before = sorted(tmp_path.rglob("*"))
    gate = Mypy(cache, SRC)
    measured = gate.measure(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert [problem.code for problem in measured.problems] == ["no-untyped-def"]
    reason = gate.compare(measured, measured).reason
    assert reason == f"the plugins of {name} were left out, --allow-plugins runs them: ./plugin.py"
    allowed = replace(gate, allow_plugins=True).measure(tmp_path)
    assert (tmp_path / "ran").exists()
    assert (allowed.problems, allowed.remarks) == (measured.problems, ())


def test_settings_that_would_spoil_the_output_are_overridden(tmp_path: Path, cache: Path) -> None:
    spoilt = "pretty\nshow_error_context\nhide_error_codes\nshow_error_code_links\nshow_absolute_path"
    config = "[mypy]\nerror_summary = False\ncolor_output = True\n" + "".join(
        f"{s} = True\n" for s in spoilt.split()
    )
    lay(tmp_path, {"mypy.ini": config, "src/a.py": BROKEN})
    measured = Mypy(cache, SRC).measure(tmp_path)
    assert [(p.path, p.line, p.code) for p in measured.problems] == [
        ("src/a.py", line, "assignment") for line in (1, 2, 3)
    ]


def test_neither_home_nor_environment_nor_target_gets_in(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    lay(
        home,
        {
            ".mypy.ini": "[mypy]\nignore_errors = True\n",
            ".config/mypy/config": "[mypy]\nignore_errors = True\n",
        },
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    original = tmp_path / "original"
    lay(original, {"elsewhere.py": "x = 1\n"})
    monkeypatch.setenv("MYPYPATH", str(original))
    monkeypatch.setenv("PYTHONPATH", "src")
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path / "stray"))
    shadow = "raise SystemExit('the target was imported')\n"
    tree = tmp_path / "tree"
    lay(tree, {"src/a.py": BROKEN, "src/tomllib.py": shadow, "tomllib.py": shadow, "mypy.py": shadow})
    measured = Mypy(cache, SRC).measure(tree)
    assert (measured.failure, len(measured.problems)) == ("", 3)
    assert not (tmp_path / "stray").exists()


def test_a_source_root_below_another_is_checked_once(tmp_path: Path, cache: Path) -> None:
    lay(tmp_path, {"src/a.py": BROKEN, "b.py": "from a import a\n"})
    measured = Mypy(cache, (PurePosixPath(), *SRC)).measure(tmp_path)
    assert (measured.failure, measured.figures["files"], len(measured.problems)) == ("", 2, 3)


def test_a_layout_of_its_own_is_kept(tmp_path: Path, cache: Path) -> None:
    config = "[mypy]\nmypy_path = lib\nnamespace_packages = False\n"
    lay(
        tmp_path,
        {"mypy.ini": config, "lib/b.py": "x: str = ''\n", "src/a.py": "from b import x\ny: int = x\n"},
    )
    measured = Mypy(cache, SRC).measure(tmp_path)
    assert (measured.failure, [problem.code for problem in measured.problems]) == ("", ["assignment"])


def test_the_daemon_is_not_used() -> None:
    assert not [flag for flag in FLAGS if "daemon" in flag or "dmypy" in flag]
