"""The hooks that the repository offers to pre-commit, run by pre-commit in a repository of git.

Nothing is installed here: the hooks run as ``language: system``, with the command of this tree.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli.main import app
from tests.console import ROOT, installed

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
FIXTURE = ROOT / "fixtures" / "report_writers"
OLD = """\
from reports.leaves import SalesReport


def late(sales: SalesReport):
    return sales._output_writer
"""


def git(folder: Path, *words: str) -> None:
    named = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *named, *words], cwd=folder, check=True, capture_output=True)


def pre_commit(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *words],
        cwd=folder,
        env={**env, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_manifest_is_one(tmp_path: Path) -> None:
    ended = pre_commit(tmp_path, "validate-manifest", str(MANIFEST), PRE_COMMIT_HOME=str(tmp_path))

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_every_hook_installs_the_package_and_looks_at_the_tree() -> None:
    assert {(hook["language"], hook["pass_filenames"]) for hook in HOOKS.values()} == {("python", False)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project that is migrated, committed, and asks for the hooks."""
    folder = tmp_path / "project"
    shutil.copytree(FIXTURE / "after", folder)
    shutil.copy(FIXTURE / "spec.toml", folder)
    (folder / "pyproject.toml").write_text("[tool.classmod]\nspec = 'spec.toml'\n")
    hooks = [{**hook, "language": "system"} for hook in HOOKS.values()]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "migrated")
    installed(tmp_path)
    return folder


def run(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{repository.parent}{os.pathsep}{os.environ['PATH']}"
    home = str(repository.parent / "home")
    return pre_commit(repository, "run", "--color=never", *words, PATH=path, PRE_COMMIT_HOME=home)


@pytest.mark.parametrize("hook", HOOKS)
def test_entry_is_a_command(hook: str) -> None:
    program, name, *words = shlex.split(HOOKS[hook]["entry"])

    assert program == "classmod"
    with click.Context(app, **app.context_settings) as context:
        app.commands[name].make_context(name, words, parent=context)


@pytest.mark.parametrize("hook", HOOKS)
def test_clean_tree_passes(repository: Path, hook: str) -> None:
    ended = run(repository, hook, "--all-files")

    assert "Passed" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 0


@pytest.mark.parametrize("hook", HOOKS)
def test_old_name_that_is_added_stops_the_commit(repository: Path, hook: str) -> None:
    (repository / "late.py").write_text(OLD)
    git(repository, "add", "late.py")

    ended = run(repository, hook)

    assert ended.returncode == 1
    assert "late.py:5:18: _output_writer -> writer" in ended.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_file_of_another_kind_runs_nothing(repository: Path, hook: str) -> None:
    (repository / "late.py").write_text(OLD)  # not in the commit
    (repository / "notes.txt").write_text("_output_writer")
    git(repository, "add", "notes.txt")

    ended = run(repository, hook)

    assert "Skipped" in ended.stdout
    assert ended.returncode == 0


def test_old_name_that_is_not_added_stops_the_commit_too(repository: Path) -> None:
    (repository / "late.py").write_text(OLD)
    git(repository, "add", "late.py")
    git(repository, "commit", "--quiet", "--message", "old")
    (repository / "README.md").write_text("# Reports\n")
    git(repository, "add", "README.md")

    assert run(repository, "classmod-check").returncode == 1


def test_old_name_in_another_file_is_let_be(repository: Path) -> None:
    (repository / "late.py").write_text(OLD)
    git(repository, "add", "late.py")
    git(repository, "commit", "--quiet", "--message", "old")
    (repository / "README.md").write_text("# Reports\n")
    git(repository, "add", "README.md")

    assert run(repository, "classmod-check-changed").returncode == 0
