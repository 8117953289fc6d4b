"""A small project with old names in every kind of place, for the tests of ``check`` and its formats."""

from __future__ import annotations

import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from cli.main import app
from tests.helpers import AROUND, LEFT, lay
from tests.trees import TWO_SIDES_TOML

USE = """\
from left import Left


def use(left: Left, other):
    left._left_box.open()
    other._left_box.open()
"""
FILES = {
    **AROUND,
    "left.py": LEFT.replace(
        "    def", "    def __init__(self):\n        self._left_box = None\n\n    def", 1
    ),
    "use.py": USE,
    "use.pyi": "from left import Left\n\nclass Leaf(Left):\n    _left_box: int\n",
    "doc.md": "# Text\n\nSee `Left._left_box`.\n",
}
FOUND = """\
doc.md:3:11: _left_box -> _box
left.py:7:14: _left_box -> _box
left.py:9:9: _make_left_box -> _make_box
use.py:5:10: _left_box -> _box
use.pyi:4:5: _left_box -> _box
"""
ASKED = "use.py:6:11: warning: _left_box: the receiver's class is not known\n"


class Check:
    """Runs ``check`` on a tree, ``project``, with a spec beside it."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.project = lay(project, FILES)
        self.spec = folder / "spec.toml"
        self.until("2.0")

    def until(self, remove_after: str) -> None:
        text = TWO_SIDES_TOML.replace('remove_after = "2.0"', f'remove_after = "{remove_after}"')
        self.spec.write_text(text)

    def __call__(self, *options: str) -> Result:
        arguments = ["check", "--spec", str(self.spec), *options, str(self.project)]
        return CliRunner().invoke(app, arguments, catch_exceptions=False)


def nested(folder: Path) -> Check:
    """The project in the directory ``a b`` of a repository, all of it committed."""
    made = Check(folder, folder / "repository" / "a b")
    repository(folder / "repository")
    return made


def repository(root: Path) -> None:
    """Make a repository of a directory."""
    git(root, "init", "-q")
    git(root, "add", "--all")
    git(root, "commit", "-qm", "x")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *identity, *arguments), cwd=root, check=True, capture_output=True)
