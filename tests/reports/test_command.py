"""``--report``: where a report may be written, what it does to later runs, and that it is always there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import app
from tests.helpers import contents

FIXTURE = Path(__file__).parents[2] / "fixtures" / "report_writers"
NO_GATES = ("--no-gate", "mypy", "--no-gate", "precision", "--no-gate", "api", "--no-gate", "duplication")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    shutil.copytree(FIXTURE / "before", place)
    return place


def run(command: str, project: Path, *options: object) -> Result:
    words = [command, "--spec", str(FIXTURE / "spec.toml"), *map(str, options), str(project)]
    return CliRunner().invoke(app, words)


def committed(project: Path) -> Path:
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=n", "-c", "user.email=n@example.invalid", "commit", "--quiet", "--message", "m"],
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    return project


# --- where it may be written ------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["diff", "apply"])
@pytest.mark.parametrize("name", ["report.txt", "report", "report.HTML"])
def test_other_suffix(command: str, name: str, project: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    ended = run(command, project, "--report", tmp_path / name)

    assert ended.exit_code == 2
    assert ended.stderr.count("\n") == 1
    assert "ends in neither .html nor .md" in ended.stderr
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", ["taken/report.html", "README.md", "folder.html", "link.html"])
def test_place_that_cannot_be_written_is_said_before_anything_else(place: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "README.md").write_text("# Mine\n")
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "link.html").symlink_to("README.md")
    before = contents(tmp_path)
    ended = run("diff", tmp_path, "--report", tmp_path / place)  # where there is nothing to migrate, too

    assert ended.exit_code == 2
    assert ended.stderr.count("\n") == 1
    assert str(tmp_path / place) in ended.stderr
    assert contents(tmp_path) == before


def test_read_only_folder(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    ended = run("diff", project, "--report", folder / "report.md")

    assert ended.exit_code == 2
    assert ended.stderr == (
        f"classmod: error: {folder / 'report.md'}: the report cannot be written: {folder}/ is read-only\n"
    )


def test_folders_are_made_and_older_reports_replaced(project: Path, tmp_path: Path) -> None:
    places = [tmp_path / "new" / "folder" / name for name in ("report.html", "report.md")]
    options = [word for place in places for word in ("--report", place)]
    assert run("diff", project, *options).exit_code == 1
    first = [place.read_bytes() for place in places]
    for place in places:
        place.write_bytes(place.read_bytes().partition(b"\n")[0])
    assert run("diff", project, *options).exit_code == 1

    assert [place.read_bytes() for place in places] == first


def test_empty_file_is_filled(project: Path, tmp_path: Path) -> None:
    (tmp_path / "report.md").touch()

    assert run("diff", project, "--report", tmp_path / "report.md").exit_code == 1
    assert (tmp_path / "report.md").read_text("utf-8").startswith("<!-- classmod report -->\n")


def test_relative_place(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)

    assert run("diff", project, "--report", "report.md").exit_code == 1
    assert (project.parent / "report.md").exists()


# --- in the tree ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "git"), [("report.md", True), ("docs/report.md", False), ("report.html", True)]
)
def test_report_in_the_tree_is_no_part_of_it(name: str, git: bool, project: Path) -> None:
    if git:
        committed(project)
    plain = run("diff", project)
    reported = run("diff", project, "--report", project / name)
    report = (project / name).read_bytes()
    again = run("diff", project, "--report", project / name)
    landed = run("apply", project, *NO_GATES)
    checked = run("check", project)

    assert plain.stdout == reported.stdout == again.stdout
    assert (project / name).read_bytes() == report
    assert landed.exit_code == 0, landed.stderr
    assert (checked.exit_code, name in checked.stdout) == (0, False)


def test_page_of_the_project_that_looks_like_a_report_further_down_is_migrated(project: Path) -> None:
    page = project / "README.md"
    page.write_text(f"{page.read_text()}\n<!-- classmod report -->\n")
    assert run("apply", project, *NO_GATES).exit_code == 0

    after = (FIXTURE / "after" / "README.md").read_text()
    assert page.read_text() == f"{after}\n<!-- classmod report -->\n"


# --- what it says -----------------------------------------------------------------------------------


def test_landing_is_reported(project: Path, tmp_path: Path) -> None:
    page, text = tmp_path / "report.html", tmp_path / "report.md"
    ended = run("apply", project, *NO_GATES[2:], "--report", page, "--report", text)

    assert ended.exit_code == 0, ended.stderr
    told = page.read_text("utf-8")
    assert "files landed." in told
    assert "mypy: errors" in told
    assert "✅" in text.read_text("utf-8")


def test_refusal_is_reported(project: Path, tmp_path: Path) -> None:
    before = contents(project)
    old = "test ! -e reports/old_report_names.py"
    page, text = tmp_path / "report.html", tmp_path / "report.md"
    ended = run("apply", project, *NO_GATES, "--test-command", old, "--report", page, "--report", text)

    assert ended.exit_code == 1, ended.stderr
    assert contents(project) == before
    assert "is refused. Nothing landed." in page.read_text("utf-8")
    assert "### Why phase" in text.read_text("utf-8")


def test_nothing_to_do_is_reported(project: Path, tmp_path: Path) -> None:
    assert run("apply", project, *NO_GATES).exit_code == 0
    ended = run("apply", project, *NO_GATES, "--report", tmp_path / "report.md")

    assert ended.exit_code == 0
    assert "**Nothing to do.**" in (tmp_path / "report.md").read_text("utf-8")


def test_phases_asked_for_are_reported(project: Path, tmp_path: Path) -> None:
    assert run("diff", project, "--phase", 1, "--report", tmp_path / "report.md").exit_code == 1

    told = (tmp_path / "report.md").read_text("utf-8")
    assert "| 1 base |" in told
    assert "| 2 " not in told


def test_disk_that_is_full_when_all_is_done(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codemods import files

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_swap", full)
    ended = run("diff", project, "--report", tmp_path / "report.md")

    assert ended.exit_code == 2
    assert ended.stderr.endswith("cannot be written: No space left on device\n")
    assert [path.name for path in tmp_path.iterdir()] == ["project"]
