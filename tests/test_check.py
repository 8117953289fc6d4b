"""``check`` on real trees: what fails it, what is let be, and what it is asked to look at."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.commands import check as command
from tests.checks import ASKED, FOUND, Check, git, nested, repository
from tests.helpers import contents, lay

ROOT = Path(__file__).parents[1]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return Check(tmp_path, tmp_path / "project")


def found(check: Check, *options: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(check("--format", "json", *options).stdout)
    return shown


def rewrite(check: Check, path: str, old: str, new: str) -> None:
    place = check.project / path
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))


def clean(check: Check) -> None:
    """Take all out that fails the check."""
    lay(
        check.project,
        {"left.py": "from root import Root\n\nclass Left(Root): ...\n", "doc.md": "", "use.pyi": ""},
    )
    rewrite(check, "use.py", "left._left_box", "left._box")


# --- what it sees ---------------------------------------------------------------------------------


def test_leftovers_are_lines_and_the_rest_is_beside(check: Check) -> None:
    shown = check()

    assert (shown.exit_code, shown.stdout) == (1, FOUND)
    assert shown.stderr == (
        f"{ASKED}5 leftovers in 4 files: 3 in left (phase 2), 1 in integrations (phase 4), "
        "1 in docs (phase 6); old names go after 2.0; 1 to decide by hand\n"
    )


def test_clean_but_for_what_is_asked(check: Check) -> None:
    clean(check)

    shown = check()

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr == f"{ASKED}no leftovers; 1 to decide by hand\n"
    assert check("--strict").exit_code == 1


def test_overrides_strings_and_stubs_are_seen(check: Check) -> None:
    source = """\
from unittest.mock import patch
from left import Left

class Leaf(Left):
    def _make_left_box(self):
        return getattr(self, "_left_box")

def test():
    with patch.object(Left, "_left_box"): ...
"""
    stub = "from left import Left\n\nclass Other(Left):\n    _left_box: int\n"
    lay(check.project, {"leaf.py": source, "other.pyi": stub})

    rows = found(check, "--path", "leaf.py", "--path", "other.pyi")["leftovers"]

    assert [(row["line"], row["kind"], row["new"]) for row in rows] == [
        (5, "definition", "_make_box"),
        (6, "string", "_box"),
        (9, "string", "_box"),
        (4, "declaration", "_box"),
    ]


def test_nothing_is_written(check: Check) -> None:
    before = contents(check.project)

    check("--format", "sarif")

    assert contents(check.project) == before


@pytest.mark.parametrize("layout", ["text", "json", "github", "gitlab", "sarif", "junit"])
def test_report_in_a_file_and_text_for_people(check: Check, tmp_path: Path, layout: str) -> None:
    file = tmp_path / "report"
    alone, plain = check("--format", layout), check()

    shown = check("--format", layout, "--output-file", str(file))

    assert file.read_bytes() == alone.stdout_bytes != b""
    assert (shown.exit_code, shown.stdout, shown.stderr) == (1, plain.stdout, plain.stderr)


def test_report_that_cannot_be_written(check: Check, tmp_path: Path) -> None:
    shown = check("--output-file", str(tmp_path / "none" / "report"))

    assert (shown.exit_code, shown.stdout) == (2, "")
    where = tmp_path / "none" / "report"
    assert shown.stderr == f"classmod: error: {where}: cannot be written: No such file or directory\n"


def test_report_takes_the_place_of_nothing_else(check: Check, tmp_path: Path) -> None:
    source = next(check.project.glob("*.py"))
    before, baseline = source.read_bytes(), tmp_path / "known.json"

    over = check("--output-file", str(source))
    twice = check("--output-file", str(baseline), "--baseline", str(baseline), "--update-baseline")

    assert (over.exit_code, twice.exit_code) == (2, 2)
    assert "is a file of the project" in over.stderr
    assert "is the baseline" in twice.stderr
    assert source.read_bytes() == before
    assert not baseline.exists()


def test_strict_counts_what_is_asked_whatever_the_phases(check: Check) -> None:
    (asked,) = found(check, "--strict")["warnings"]
    every = [word for number in range(1, 7) for word in ("--phase", str(number))]

    shown = check("--strict", *every)

    place = f"{asked['path']}:{asked['line']}:{asked['column']}: {asked['name']} -> "
    assert any(line.startswith(place) for line in shown.stdout.splitlines())


# --- when old names go ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "today", "level", "said"),
    [
        ("2030-03-31", date(2030, 3, 31), "warning", "old names go after 2030-03-31"),
        ("2030-03-31", date(2030, 4, 1), "error", "old names were to go after 2030-03-31"),
        ("2030-02", date(2030, 2, 28), "warning", "old names go after 2030-02"),
        ("2030-02", date(2030, 3, 1), "error", "old names were to go after 2030-02"),
        ("2.0", date(2030, 1, 1), "error", "old names go after 2.0"),
    ],
)
def test_level_by_the_day(
    check: Check, monkeypatch: pytest.MonkeyPatch, until: str, today: date, level: str, said: str
) -> None:
    check.until(until)
    monkeypatch.setattr(command, "today", lambda: today)

    whole = found(check)

    assert {row["level"] for row in whole["leftovers"]} == {level}
    assert {row["level"] for row in whole["warnings"]} == {"warning"}
    assert all(row["message"].endswith(f"; {said}") for row in whole["leftovers"])
    assert check().exit_code == 1  # whatever the level
    assert f"; {said};" in check().stderr


def test_strict_makes_what_is_asked_as_bad_as_a_leftover(check: Check) -> None:
    (row,) = found(check, "--strict")["warnings"]

    assert (row["level"], row["rule"], row["new"]) == ("error", "undecided-name", "_box")


# --- pragmas ----------------------------------------------------------------------------------------


def test_pragma_keeps(check: Check) -> None:
    rewrite(
        check,
        "use.py",
        "    left._left_box.open()",
        "    left._left_box.open()  # classmod: keep -- on the wire",
    )
    rewrite(check, "use.py", "    other", "    # classmod: keep -- not one of ours\n    other")

    shown, whole = check("--path", "use.py", "--strict"), found(check)

    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "no leftovers; 2 kept by pragmas\n")
    assert [(r["line"], r["name"], r["new"], r["excuse"]) for r in whole["kept"]] == [
        (5, "_left_box", "_box", "on the wire"),
        (7, "_left_box", "_box", "not one of ours"),
    ]


def test_pragma_without_effect_is_told(check: Check) -> None:
    rewrite(check, "use.py", "    left._left_box.open()", "    left._left_box.open()  # classmod: keep")
    rewrite(check, "use.py", "def use", "# classmod: keep -- it was here\ndef use")

    shown = check("--path", "use.py")

    assert shown.exit_code == 1
    assert "use.py:4: warning: this pragma is not needed: it covers no old name\n" in shown.stderr
    assert (
        "use.py:6: warning: this pragma keeps nothing: it has to be classmod: keep -- why\n" in shown.stderr
    )
    assert [note["line"] for note in found(check)["notes"]] == [4, 6]
    assert found(check, "--path", "doc.md")["notes"] == []


# --- the baseline -----------------------------------------------------------------------------------


@pytest.fixture
def file(check: Check, tmp_path: Path) -> Path:
    """A baseline with all leftovers in it."""
    made = tmp_path / "known.json"
    assert check("--baseline", str(made), "--update-baseline").exit_code == 0
    return made


def test_baseline_is_made_and_counts(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "known.json"

    made = check("--baseline", str(file), "--update-baseline")
    again = check("--baseline", str(file))

    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr.splitlines()[1] == f"{file}: made, 5 leftovers"
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == f"{ASKED}no leftovers; 1 to decide by hand; 5 in the baseline\n"
    assert [row["excuse"] for row in found(check, "--baseline", str(file))["baseline"]] == [
        f"in the baseline {file}"
    ] * 5


def test_baseline_that_is_up_to_date_is_left_alone(check: Check, file: Path) -> None:
    before = file.stat().st_mtime_ns

    shown = check("--baseline", str(file), "--update-baseline")

    assert (shown.exit_code, file.stat().st_mtime_ns) == (0, before)
    assert f"{file}: up to date, 5 leftovers\n" in shown.stderr


def test_moved_line_is_known_and_a_copied_one_is_new(check: Check, file: Path) -> None:
    rewrite(check, "use.py", "def use", "# some\n\n# lines\n\ndef use")
    assert check("--baseline", str(file)).stdout == ""
    rewrite(check, "use.py", "    left._left_box.open()\n", "    left._left_box.open()\n" * 2)

    shown = check("--baseline", str(file))

    assert (shown.exit_code, shown.stdout) == (1, "use.py:10:10: _left_box -> _box\n")


def test_file_that_is_renamed_is_known(check: Check, file: Path) -> None:
    (check.project / "use.py").rename(check.project / "used.py")
    told = check("--baseline", str(file))

    shown = check("--baseline", str(file), "--update-baseline")

    assert (told.exit_code, told.stdout, shown.exit_code) == (0, "", 0)
    assert f"{file}: 0 fewer, 5 leftovers\n" in shown.stderr
    assert '"used.py"' in file.read_text()


def test_baseline_refuses_to_grow(check: Check, file: Path) -> None:
    rewrite(
        check,
        "use.py",
        "    left._left_box.open()\n",
        "    left._left_box.shut()\n    left._left_box.look()\n",
    )
    before = file.read_bytes()

    shown = check("--baseline", str(file), "--update-baseline")

    assert shown.exit_code == 1
    assert shown.stdout == "use.py:5:10: _left_box -> _box\nuse.py:6:10: _left_box -> _box\n"
    assert f"{file}: not updated, it would grow by 2\n" in shown.stderr
    assert file.read_bytes() == before


def test_baseline_shrinks(check: Check, file: Path) -> None:
    rewrite(check, "use.py", "left._left_box", "left._box")
    rewrite(check, "doc.md", "_left_box", "_box")
    told = check("--baseline", str(file))

    shown = check("--baseline", str(file), "--update-baseline")

    assert (told.exit_code, shown.exit_code) == (0, 0)
    assert told.stderr.endswith("; 3 in the baseline; the baseline can shrink by 2: --update-baseline\n")
    assert f"{file}: 2 fewer, 3 leftovers\n" in shown.stderr
    assert len(json.loads(file.read_bytes())["leftovers"]) == 3
    assert check("--baseline", str(file)).stderr.endswith("; 3 in the baseline\n")


def test_baseline_of_nothing(check: Check, tmp_path: Path) -> None:
    clean(check)
    file = tmp_path / "known.json"

    assert check("--baseline", str(file), "--update-baseline").exit_code == 0
    assert json.loads(file.read_bytes()) == {"version": 1, "leftovers": []}
    assert check("--baseline", str(file)).exit_code == 0


def test_what_is_asked_is_in_the_baseline_of_a_strict_check(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    strict = ("--strict", "--baseline", str(file))

    assert check(*strict, "--update-baseline").exit_code == 0
    assert (check(*strict).exit_code, check("--baseline", str(file)).stderr) == (
        0,
        "no leftovers; 6 in the baseline\n",
    )
    # Not strict, it stays in there; gone, it goes.
    assert "up to date, 6" in check("--baseline", str(file), "--update-baseline").stderr
    rewrite(check, "use.py", "other._left_box", "other.box")
    assert "1 fewer, 5" in check("--baseline", str(file), "--update-baseline").stderr


def test_strict_check_needs_what_is_asked_in_its_baseline(check: Check, file: Path) -> None:
    shown = check("--strict", "--baseline", str(file), "--update-baseline")

    assert shown.exit_code == 1
    assert f"{file}: not updated, it would grow by 1\n" in shown.stderr


def test_baseline_of_the_settings(check: Check) -> None:
    (check.project / "pyproject.toml").write_text('[tool.classmod]\nbaseline = "known.json"\n')

    assert check("--update-baseline").exit_code == 0
    assert (check.project / "known.json").exists()
    assert (check().exit_code, check().stdout) == (0, "")


def test_part_of_the_tree_says_nothing_of_what_is_gone(check: Check, file: Path) -> None:
    shown = check("--baseline", str(file), "--path", "use.py")

    assert shown.stderr == f"{ASKED}no leftovers; 1 to decide by hand; 1 in the baseline\n"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--update-baseline",), "--update-baseline has to know which: give --baseline FILE"),
        *(
            (
                ("--baseline", "b", "--update-baseline", *scope),
                "--update-baseline is for all of PATH: leave out --phase, --path and --since",
            )
            for scope in (("--path", "use.py"), ("--phase", "1"), ("--since", "HEAD"))
        ),
    ],
)
def test_update_that_cannot_be(check: Check, options: tuple[str, ...], why: str) -> None:
    shown = check(*options)

    assert shown.exit_code == 2
    assert shown.stderr == f"classmod: error: {why} (see classmod check --help)\n"


def test_baseline_that_is_not_there(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "none.json"

    shown = check("--baseline", str(file))

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr == (
        f"classmod: error: {file}: there is no such baseline; --update-baseline makes it\n"
    )


# --- what it is asked to look at --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        (("--path", "use.py"), ["use.py"]),
        (("--path", "*.pyi", "--path", "doc.md"), ["doc.md", "use.pyi"]),
        (("--path", "left.py", "--phase", "docs"), []),
    ],
)
def test_places(check: Check, options: tuple[str, ...], paths: list[str]) -> None:
    assert sorted({row["path"] for row in found(check, *options)["leftovers"]}) == paths


def test_place_of_nothing(check: Check) -> None:
    shown = check("--path", "src")

    assert shown.exit_code == 2
    assert shown.stderr == (
        f"classmod: error: --path src: no Python or Markdown file is there in {check.project}\n"
    )


def test_place_that_is_empty(check: Check) -> None:
    shown = check("--path", "")

    assert shown.exit_code == 2
    assert shown.stderr.startswith("classmod: error: Invalid value for '--path': it is empty")
    assert shown.stderr.count("\n") == 1


@pytest.fixture
def changed(tmp_path: Path) -> Check:
    """A branch on which use.py has changed, while main has gone on with doc.md."""
    check = nested(tmp_path)
    git(check.project, "branch", "-m", "main")
    git(check.project, "checkout", "-qb", "topic")
    rewrite(check, "use.py", "def use", "\ndef use")
    git(check.project, "commit", "-qam", "y")
    git(check.project, "checkout", "-q", "main")
    rewrite(check, "doc.md", "# Text", "# Texts")
    git(check.project, "commit", "-qam", "z")
    git(check.project, "checkout", "-q", "topic")
    return check


def since(check: Check, revision: str) -> list[str]:
    return sorted({row["path"] for row in found(check, "--since", revision)["leftovers"]})


def test_since_where_the_branch_left(changed: Check) -> None:
    assert since(changed, "main") == ["use.py"]
    assert since(changed, "HEAD") == []
    assert changed("--since", "HEAD").exit_code == 0


@pytest.mark.parametrize("revision", [":/z", "main^{/z}", "main~0"])
def test_since_takes_what_git_takes(changed: Check, revision: str) -> None:
    git(changed.project, "checkout", "-q", "main")
    rewrite(changed, "use.py", "def use", "\ndef use")

    assert since(changed, revision) == ["use.py"]


def test_since_sees_what_is_not_committed(changed: Check) -> None:
    rewrite(changed, "left.py", "class", "\nclass")
    lay(changed.project, {"new.md": "`Left._left_box`\n"})
    git(changed.project, "rm", "-q", "use.pyi")

    assert since(changed, "HEAD") == ["left.py", "new.md"]


@pytest.mark.parametrize("revision", ["nowhere", "HEAD:use.py", "--output=x", "", "HEAD^{tree}", "^HEAD"])
def test_since_no_commit(changed: Check, revision: str) -> None:
    shown = changed("--since", revision)

    assert shown.exit_code == 2
    assert shown.stderr == f"classmod: error: --since {revision}: git knows no such commit\n".replace(
        "  ", " "
    )


def test_since_without_git(check: Check) -> None:
    shown = check("--since", "HEAD")

    assert shown.exit_code == 2
    assert shown.stderr == f"classmod: error: --since HEAD: {check.project} is in no git repository\n"


def test_since_a_commit_of_another_history(check: Check) -> None:
    repository(check.project)
    git(check.project, "branch", "-m", "main")
    git(check.project, "checkout", "-q", "--orphan", "other")
    git(check.project, "commit", "-qm", "y")

    shown = check("--since", "main")

    assert shown.exit_code == 2
    assert "--since main: has no commit in common with HEAD" in shown.stderr


# --- what it costs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["text", "sarif"])
def test_nothing_heavy_is_imported_and_nothing_of_the_project(check: Check, layout: str) -> None:
    lay(check.project, {"use.py": "raise SystemExit('imported')\n"})
    arguments = ["check", "--spec", str(check.spec), "--format", layout, str(check.project)]
    code = f"""\
import sys
from cli.main import app
try:
    app.main({arguments!r})
except SystemExit as ended:
    heavy = {{"libcst", "mypy", "griffe", "pytest", "socket", "ssl", "left", "use"}} & {{*sys.modules}}
    print(ended.code, sorted(heavy), file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stderr.splitlines()[-1] == "1 []"
