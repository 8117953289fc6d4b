"""Real runs of small suites: what is seen of them, and what makes a run worth nothing."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codemods.data import MigrationError
from codemods.gates.suite import UNSTABLE, Command, Run, Suite
from tests.helpers import Files, lay

PYTEST = (sys.executable, "-m", "pytest", "-q")
SHOP = "import warnings\n\ndef sell():\n    warnings.warn('sell is old', DeprecationWarning)\n    return 1\n"
USES = "from shop import sell\n\ndef test_sell():\n    assert sell() == 1\n"


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the run around these tests gets into theirs."""
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def ran(tree: Path, files: Files, words: tuple[str, ...] = PYTEST, **given: Any) -> Run:
    given = {"root": tree.parent / "original", "source_roots": (PurePosixPath("src"),), **given}
    return Command(words, **given).run(lay(tree, files))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path.resolve() / "copy"
    place.mkdir()
    return place


# --- what is seen -------------------------------------------------------------------------------


def test_every_test_is_known(tree: Path) -> None:
    tests = {
        "test_a.py": "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "@pytest.mark.skip\ndef test_left(): pass\n"
        "class TestMore:\n"
        "    @pytest.mark.parametrize('a', [1, 2])\n    def test_it(self, a): assert a == 1\n"
    }

    found = ran(tree, tests)

    assert found.failure == ""
    assert found.status == 1
    assert {test.key: test.code for test in found.tests} == {
        "test_a.py::test_good": "passed",
        "test_a.py::test_bad": "failed",
        "test_a.py::test_left": "skipped",
        "test_a.py::TestMore::test_it[1]": "passed",
        "test_a.py::TestMore::test_it[2]": "failed",
    }


def test_the_copy_comes_first_and_nothing_of_ours_is_left_in_it(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "original", {"src/shop.py": "def sell(): return 2\n"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "original/src"))

    found = ran(tree, {"src/shop.py": SHOP, "tests/test_a.py": USES})

    assert [test.code for test in found.tests] == ["passed"]
    left = {path.name for path in tree.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert left == {"shop.py", "test_a.py"}


@pytest.mark.parametrize(
    ("filters", "outcome", "seen"),
    [("", "passed", True), ("ignore::DeprecationWarning", "passed", True), ("error", "failed", False)],
)
def test_warnings_are_seen_unless_the_project_takes_them_for_errors(
    tree: Path, filters: str, outcome: str, seen: bool
) -> None:
    settings = f"[pytest]\nfilterwarnings =\n    {filters}\n"

    found = ran(tree, {"src/shop.py": SHOP, "tests/test_a.py": USES, "pytest.ini": settings})

    assert [test.code for test in found.tests] == [outcome]
    place = [("src/shop.py", 4, "sell is old", "src/shop.py: sell is old")]
    assert [(p.path, p.line, p.message, p.key) for p in found.warned] == (place if seen else [])


@pytest.mark.parametrize(
    ("before", "after", "outcome", "deaf"),
    [
        (("-W", "error::DeprecationWarning"), (), "failed", False),
        ((), ("-W", "error::DeprecationWarning"), "failed", False),
        ((), ("-p", "no:warnings"), "passed", True),
    ],
)
def test_warnings_that_the_command_takes_for_errors_or_keeps_to_itself(
    tree: Path, before: tuple[str, ...], after: tuple[str, ...], outcome: str, deaf: bool
) -> None:
    words = (sys.executable, *before, "-m", "pytest", *after)

    found = ran(tree, {"src/shop.py": SHOP, "tests/test_a.py": USES}, words)

    assert [test.code for test in found.tests] == [outcome]
    assert (found.warned, found.deaf) == ((), deaf)


def test_warnings_of_other_places_and_kinds_are_not_the_trees(tree: Path, tmp_path: Path) -> None:
    lay(
        tmp_path / "elsewhere",
        {"lib.py": "import warnings\ndef f(): warnings.warn('x', DeprecationWarning)\n"},
    )
    test = f"import sys, warnings\nsys.path.append({str(tmp_path / 'elsewhere')!r})\nimport lib\n"
    test += "def test_it():\n    lib.f()\n    warnings.warn('y')\n"

    assert ran(tree, {"test_a.py": test}).warned == ()


def test_what_tests_print_is_not_kept(tree: Path) -> None:
    prints = "import sys\ndef test_a():\n    print('hunter2')\n    print('hunter2', file=sys.stderr)\n"

    found = ran(tree, {"test_a.py": prints + "    assert 0\n"})

    assert [test.code for test in found.tests] == ["failed"]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("status", [0, 3])
def test_of_another_command_the_exit_status_is_a_test(tree: Path, status: int) -> None:
    words = (sys.executable, "-c", f"raise SystemExit({status})")

    found = ran(tree, {}, words)

    (test,) = found.tests
    assert (test.code, test.message) == (("failed", "exit status 3") if status else ("passed", ""))
    assert "only the exit status is compared" in found.remarks[0]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("pytest -q", True),
        ("/env/bin/pytest", True),
        ("python3 -m pytest tests -- -x", True),
        ("coverage run -m pytest", True),
        ("uv run pytest", True),
        ("env A=1 pytest", True),
        ("make pytest", False),
        ("python -m unittest", False),
        ("python run_tests.py pytest", False),
    ],
)
def test_what_is_pytest(words: str, known: bool) -> None:
    assert Command(tuple(words.split()), Path("/")).is_pytest is known


def test_options_come_before_what_is_none(tree: Path) -> None:
    found = ran(tree, {"test_a.py": "def test_x(): pass\n"}, (*PYTEST, "--", "test_a.py"))

    assert [test.code for test in found.tests] == ["passed"]


def test_an_environment_in_the_original_tree_is_used_from_there(tree: Path, tmp_path: Path) -> None:
    place = tmp_path / "original/.venv/bin/python"
    place.parent.mkdir(parents=True)
    place.symlink_to(sys.executable)

    found = ran(tree, {}, (".venv/bin/python", "-c", ""))

    assert [test.code for test in found.tests] == ["passed"]


# --- what is worth nothing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "options", "failure"),
    [
        ({"test_a.py": "import os\ndef test_x(): os._exit(0)\n"}, (), "status 0 and no whole report"),
        ({"test_a.py": "import os\ndef test_x(): os.abort()\n"}, (), "status -6 and no whole report"),
        ({"conftest.py": "1 / 0\n", "test_a.py": ""}, (), "status 4 and no whole report"),
        ({"test_a.py": "def test_x(): pass\n"}, ("none.py",), "ended with status 4"),
        ({"test_a.py": "x = 1\n"}, (), "pytest ran no test"),
        ({"test_a.py": "def test_x(): pass\n"}, ("-k", "nothing"), "pytest ran no test"),
        ({"test_a.py": "def test_x(): raise KeyboardInterrupt\n"}, (), "pytest was interrupted"),
    ],
)
def test_a_run_that_did_not_come_to_its_end(
    tree: Path, files: Files, options: tuple[str, ...], failure: str
) -> None:
    assert failure in ran(tree, files, (*PYTEST, *options)).failure


def test_a_module_that_cannot_be_collected_is_a_test_with_an_error(tree: Path) -> None:
    found = ran(tree, {"test_a.py": "import nothing_of_the_kind\n", "test_b.py": "def test_x(): pass\n"})

    assert found.failure == ""
    assert [(t.path, t.code, t.message) for t in found.tests] == [
        ("test_a.py", "error", "ModuleNotFoundError: No module named 'nothing_of_the_kind'")
    ]


def test_the_time_limit(tree: Path) -> None:
    found = ran(tree, {"test_a.py": "import time\ntime.sleep(600)\n"}, timeout=0.1)

    assert found.failure == "the test command did not end in 0.1 seconds"


def test_a_command_that_cannot_be_started(tree: Path) -> None:
    with pytest.raises(MigrationError, match=r"^no-such-program: cannot be started: No such file"):
        ran(tree, {}, ("no-such-program",))


@pytest.mark.parametrize("watched", [True, False])
def test_an_import_that_leads_back_to_the_original_tree(tree: Path, tmp_path: Path, watched: bool) -> None:
    """As an editable install or an absolute .pth may do; a file that does not change may be anybody's."""
    original = lay(tmp_path / "original", {"src/shop.py": SHOP})
    leads = f"import sys\nsys.path.insert(0, {str(original / 'src')!r})\n"
    files = frozenset({PurePosixPath("src/shop.py")} if watched else ())

    found = ran(tree, {"conftest.py": leads, "src/shop.py": SHOP, "test_a.py": USES}, watched=files)

    assert found.failure.startswith("the tests import src/shop.py from the original tree") is watched


@pytest.mark.parametrize(("path", "seen"), [("src/shop.py", True), ("src/other.py", False)])
def test_tests_that_do_not_import_the_root_class_are_told_of(tree: Path, path: str, seen: bool) -> None:
    files: Files = {"src/shop.py": SHOP, "src/other.py": "", "test_a.py": USES}

    found = ran(tree, files, home=PurePosixPath(path))

    assert found.failure == ""
    assert found.remarks == (
        () if seen else ("the tests do not import src/other.py, where the root class is",)
    )


# --- one run for several gates, several for one tree --------------------------------------------

COUNTING = """\
from pathlib import Path
place = Path(__file__).parents[1] / "count"
count = int(place.read_text()) + 1 if place.exists() else 1
place.write_text(str(count))
def test_stable(): pass
def test_flaky(): assert count % 2
if count == 2:
    def test_now_and_then(): pass
"""


def counted(tree: Path) -> int:
    return int((tree.parent / "count").read_text())


def test_a_run_is_shared(tree: Path) -> None:
    suite = Suite(Command(PYTEST, tree.parent / "original"))
    lay(tree, {"test_a.py": COUNTING})

    assert suite.of(tree) is suite.of(tree)
    assert counted(tree) == 1


def test_what_differs_between_two_looks_is_unstable(tree: Path) -> None:
    suite = Suite(Command(PYTEST, tree.parent / "original"), looks=2)

    found = suite.of(lay(tree, {"test_a.py": COUNTING}))

    assert counted(tree) == 2
    assert found.status == 1
    assert {test.key.partition("::")[2]: test.code for test in found.tests} == {
        "test_stable": "passed",
        "test_flaky": UNSTABLE,
        "test_now_and_then": UNSTABLE,
    }


def test_a_failure_of_either_look_is_one(tree: Path) -> None:
    text = COUNTING + "import os\ndef test_end():\n    if count == 2: os._exit(0)\n"
    suite = Suite(Command(PYTEST, tree.parent / "original"), looks=3)

    assert "no whole report" in suite.of(lay(tree, {"test_a.py": text})).failure
    assert counted(tree) == 2


def test_a_look_that_fails_later_says_nothing(tree: Path) -> None:
    text = COUNTING + "import os\ndef test_end():\n    if count == 2: os._exit(0)\n"
    suite = Suite(Command(PYTEST, tree.parent / "original"))
    first = suite.of(lay(tree, {"test_a.py": text}))

    suite.look_again(tree)

    assert counted(tree) == 2
    assert suite.of(tree) is first
    suite.look_again(tree)
    assert suite.of(tree).failure == ""
    assert counted(tree) == 3
