"""``classmod finalize`` as people call it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import app
from codemods.proofs import GATES
from tests.helpers import LEFT, contents, lay, migrated
from tests.trees import TWO_SIDES_TOML

USE = "from left import Left\n\n\ndef use(left: Left):\n    return left._left_box\n"
Run = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A migrated tree without a record."""
    return lay(tmp_path / "project", migrated({"left.py": LEFT}))


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Run:
    spec = tmp_path / "spec.toml"
    spec.write_text(TWO_SIDES_TOML.replace('remove_after = "2.0"', 'remove_after = "2999-03"'))

    def run(*options: str, command: str = "finalize") -> Result:
        gates = [word for gate in sorted(GATES) for word in ("--no-gate", gate)]
        words = [command, "--spec", str(spec), *options, *(gates if command == "finalize" else ())]
        return CliRunner().invoke(app, [*words, str(root)], catch_exceptions=False)

    return run


def test_it_lands_and_rollback_takes_it_back(run: Run, root: Path) -> None:
    before = contents(root)

    done = run("--early")

    assert done.exit_code == 0
    assert "  deleted  old_names.py\n  changed  root.py\n2 files landed, +1 -" in done.stdout
    undo = f"classmod rollback --phase finalize --spec {root.parent / 'spec.toml'} {root}"
    assert f"Take it back with: {undo}\n" in done.stdout
    assert run(command="check").exit_code == 0
    assert "Nothing to do: there is no compatibility layer" in run("--early").stdout
    assert run("--phase", "finalize", command="rollback").exit_code == 0
    assert contents(root) == before


def test_kept_names_are_told(run: Run, root: Path) -> None:
    lay(root, {"use.py": USE.replace("left_box", "left_box  # classmod: keep -- a plugin")})

    done = run("--early")

    assert done.exit_code == 0
    assert "note  use.py:5: _left_box stays: kept by a pragma: a plugin\n" in done.stdout
    assert "1 place with an old name of another meaning, or kept: classmod sites explains each" in done.stdout


def test_what_is_in_the_way_is_named(run: Run, root: Path) -> None:
    lay(root, {"use.py": USE})
    before = contents(root)

    for done in (run("--early"), run("--dry-run")):
        assert done.exit_code == 1
        assert done.stdout.startswith("use.py:5:17: _left_box -> _box  (receiver is ")
        assert done.stderr.endswith("1 place in 1 file in the way of the end of the old names\n")
    found = json.loads(run("--dry-run", "--format", "json").stdout)["in_the_way"]
    assert [(place["path"], place["line"], place["new"]) for place in found] == [("use.py", 5, "_box")]
    assert run("--dry-run", "--format", "patch").stdout == ""
    assert contents(root) == before


def test_it_waits_for_the_day(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(root)

    done = run()
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == (
        "classmod: error: old names may go after 2999-03, which is not over; --early does not wait for it"
    )
    assert contents(root) == before

    monkeypatch.setattr(import_module("cli.commands.finalize"), "today", lambda: date(2999, 4, 1))
    assert run().exit_code == 0
    assert contents(root).keys() == before.keys() - {"old_names.py"}


def test_dry_run_writes_nothing_and_its_patch_is_what_lands(run: Run, root: Path, tmp_path: Path) -> None:
    before = contents(root)
    shown, patch = run("--dry-run", "--no-pager"), run("--dry-run", "--format", "patch")

    assert (shown.exit_code, patch.exit_code) == (1, 1)
    assert "==== phase 7 finalize: " in shown.stdout
    assert "It is too early: old names may go after 2999-03, which is not over" in shown.stdout
    assert "It is too early" not in run("--dry-run", "--early").stdout
    assert "# the old names are gone, and with them what kept them working\n" in shown.stdout
    assert "# the root class has the old names no more\n" in shown.stdout
    (phase,) = json.loads(run("--dry-run", "--format", "json").stdout)["phases"]
    states = {change["path"]: change["status"] for change in phase["changes"]}
    assert states == {"old_names.py": "deleted", "root.py": "changed"}
    assert contents(root) == before
    other = lay(tmp_path / "other", before)
    subprocess.run(["git", "apply", "-"], cwd=other, input=patch.stdout_bytes, check=True)
    run("--early")
    assert contents(other) == contents(root)
    assert run("--dry-run").exit_code == 0


def test_formats_for_programs_are_for_a_dry_run(run: Run) -> None:
    done = run("--format", "json")

    assert done.exit_code == 2
    assert "--format json goes with --dry-run" in done.stderr
