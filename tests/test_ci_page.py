"""docs/ci.md is true: its files have the shape that each service asks for, and its job runs.

A comment in front of a block of YAML says what it is. ``python -m tests.test_ci_page`` writes the tables of
the action anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml

from cli.main import app
from tests.console import ROOT, installed

PAGE = ROOT / "docs" / "ci.md"
TEXT = PAGE.read_text("utf-8")
FIXTURE = ROOT / "fixtures" / "report_writers"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
BLOCKS = re.findall(r"^<!-- (\S+) -->\n```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?<=^<!-- )(inputs|outputs) -->\n(?:\|.*\n)*", re.MULTILINE)
(FORMATS,) = (
    option.type.choices
    for option in app.commands["check"].params
    if isinstance(option.type, click.Choice) and "--format" in option.opts
)


def tables(page: str) -> str:
    """The page with what action.yml says of inputs and outputs."""
    return TABLE.sub(lambda match: f"{match[1]} -->\n{_table(match[1])}", page)


def _table(kind: str) -> str:
    rows = [["input", "what", "default"], ["---"] * 3]
    for name, part in ACTION[kind].items():
        default = part.get("default", "")
        rows.append([f"`{name}`", part["description"].removesuffix("."), f"`{default}`" if default else ""])
    if kind == "outputs":
        rows = [["output", "what"], *(row[:2] for row in rows[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_tables_are_those_of_the_action() -> None:
    assert tables(TEXT) == TEXT, "python -m tests.test_ci_page writes them anew"
    assert "| `report` |" in TEXT


def test_every_block_of_yaml_says_what_it_is() -> None:
    assert len(BLOCKS) == TEXT.count("```yaml") == 4


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_block_has_the_shape_of_its_kind(kind: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)
    command = ["check_jsonschema", "--builtin-schema", kind, str(file)]
    if kind == "pre-commit":
        command = ["pre_commit", "validate-config", str(file)]

    ended = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout


def test_names_are_those_of_the_files() -> None:
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    hooks = {
        hook["id"]
        for kind, text in BLOCKS
        if kind == "pre-commit"
        for hook in yaml.safe_load(text)["repos"][0]["hooks"]
    }
    steps = [
        step
        for kind, text in BLOCKS
        if kind == "vendor.github-workflows"
        for step in yaml.safe_load(text)["jobs"]["classmod"]["steps"]
        if "OWNER/classmod" in step["uses"]
    ]

    assert hooks <= {hook["id"] for hook in manifest}
    assert len(steps) == 2
    assert {name for step in steps for name in step.get("with", {})} <= set(ACTION["inputs"])
    assert set(re.findall(r"steps\.classmod\.outputs\.(\w+)", TEXT)) <= set(ACTION["outputs"])
    assert all((ROOT / "docs" / path).resolve().is_file() for path in re.findall(r"\]\((\.\./[^)]+)\)", TEXT))


@pytest.mark.parametrize(("tree", "status"), [("before", 1), ("after", 0)])
def test_gitlab_job_runs(tree: str, status: int, tmp_path: Path) -> None:
    ((job,),) = (yaml.safe_load(text).values() for kind, text in BLOCKS if kind == "vendor.gitlab-ci")
    project = tmp_path / "project"
    shutil.copytree(FIXTURE / tree, project)
    shutil.copy(FIXTURE / "spec.toml", project)
    (project / "pyproject.toml").write_text("[tool.classmod]\nspec = 'spec.toml'\n")
    path = f"{installed(tmp_path).parent}{os.pathsep}{os.environ['PATH']}"

    ended = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=project,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == status, ended.stderr
    reports = {kind: project / name for kind, name in job["artifacts"]["reports"].items()}
    quality = json.loads(reports["codequality"].read_text())
    failures = [*ElementTree.parse(reports["junit"]).getroot().iter("failure")]
    assert bool(quality) is bool(failures) is bool(ended.stdout) is bool(status)


def test_every_format_is_named() -> None:
    named = re.findall(r"^\| `(\w+)` \|", TEXT.partition("--baseline")[0], re.MULTILINE)

    assert set(named) == set(FORMATS)


if __name__ == "__main__":
    PAGE.write_text(tables(TEXT), "utf-8")
