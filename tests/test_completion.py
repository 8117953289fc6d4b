"""What a shell offers: asked as a shell asks, through the environment, and by the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.options import GATES
from codemods import proofs
from tests.console import ROOT, installed

Offered = Callable[..., list[str]]
SPEC = str(ROOT / "fixtures" / "report_writers" / "spec.toml")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell that finds the command, in an empty project."""
    installed(tmp_path)
    return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def offered(environment: dict[str, str], tmp_path: Path) -> Offered:
    def ask(*words: str) -> list[str]:
        """What is offered for the last word, each with the kind bash is told."""
        asking = {
            "COMP_WORDS": " ".join(("classmod", *words)),
            "COMP_CWORD": str(len(words)),
            "_CLASSMOD_COMPLETE": "bash_complete",
        }
        said = _run([str(tmp_path / "classmod")], {**environment, **asking}, tmp_path)
        return [line for line in said if line]

    return ask


def _run(command: list[str], env: dict[str, str], folder: Path) -> list[str]:
    ended = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    return ended.stdout.splitlines()


def plain(*words: str) -> list[str]:
    return [f"plain,{word}" for word in words]


@pytest.mark.parametrize(
    "words",
    [
        ("x",),
        ("check", "--phase", "x"),
        ("apply", "--no-gate", "x"),
        ("check", "--spec", "missing.toml", "--phase", ""),
        ("apply", "--timeout", "5"),
        ("apply", "--test-command", "py"),
    ],
    ids=" ".join,
)
def test_nothing_is_offered(offered: Offered, words: tuple[str, ...]) -> None:
    assert offered(*words) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("st",), plain("status")),
        (("--v",), plain("--version")),
        (("apply", "--par"), plain("--partial")),
        (("diff", "--format", ""), plain("text", "patch", "json")),
        (("diff", "--format=p"), plain("patch")),
        (("apply", "--confidence", "n"), plain("named")),
        (("apply", "--no-gate", "d"), plain("duplication", "deprecations")),
        (("check", "--phase", "p"), plain("private", "public")),
        (("check", "--phase", "base", "--phase", "d"), plain("docs")),
        (
            ("check", "--spec", SPEC, "--phase", ""),
            plain("base", "report", "integrations", "tests", "docs"),
        ),
        (("check", "--spec", ""), ["file,"]),
        (("apply", "--python", ""), ["file,"]),
        (("explain", "sr"), ["file,sr"]),
        (("explain", "a.py:3", "sr"), ["dir,sr"]),
        (("check", "s"), ["dir,s"]),
    ],
    ids=str,
)
def test_what_is_offered(offered: Offered, words: tuple[str, ...], found: list[str]) -> None:
    assert offered(*words) == found


@pytest.mark.parametrize(
    "words",
    [
        ("check", "tree", "--phase", "r"),
        ("check", "tree", "--phase=r"),
        ("explain", "a:1", "tree", "--phase", "r"),
    ],
    ids=" ".join,
)
def test_phases_are_those_of_the_tree_that_is_named(
    offered: Offered, tmp_path: Path, words: tuple[str, ...]
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    shutil.copy(SPEC, tree / "reports.toml")
    (tree / "pyproject.toml").write_text("[tool.classmod]\nspec = 'reports.toml'\n")

    assert offered(*words) == plain("report")


def test_every_gate_is_offered() -> None:
    assert set(GATES) == proofs.GATES
    assert len(GATES) == len(proofs.GATES)


@pytest.mark.parametrize("last", ["--no-gate", "--phase", "--format"])
def test_a_shell_does_not_wait_for_what_a_run_needs(tmp_path: Path, last: str) -> None:
    code = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    code += "from cli.main import main; main()"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "_CLASSMOD_COMPLETE": "bash_complete"}
    env |= {"COMP_WORDS": f"classmod apply {last} ", "COMP_CWORD": "3"}

    ended = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert ended.stdout
    slow = {"libcst", "mypy", "griffe", "rich", "markdown_it", "pygments", "jinja2"}
    assert slow.isdisjoint(ended.stderr.split())
    assert "click" in ended.stderr.split()


def test_bash_offers_it(environment: dict[str, str], tmp_path: Path) -> None:
    script = """\
eval "$(_CLASSMOD_COMPLETE=bash_source classmod)"
complete -p classmod
COMP_WORDS=(classmod apply --no-gate d) COMP_CWORD=3
_classmod_completion classmod
printf '%s\\n' "${COMPREPLY[@]}"
"""

    said = _run(["bash", "-c", script], environment, tmp_path)

    assert said == ["complete -o nosort -F _classmod_completion classmod", "duplication", "deprecations"]


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
def test_fish_offers_it(environment: dict[str, str], tmp_path: Path) -> None:
    env = {**environment, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    script = "_CLASSMOD_COMPLETE=fish_source classmod | source; complete -C 'classmod check --phase pr'"

    said = _run(["fish", "--no-config", "-c", script], env, tmp_path)

    assert said == ["private\tClasses of the private side use the root's clients."]


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
def test_zsh_offers_it(environment: dict[str, str], tmp_path: Path) -> None:
    script = """\
compdef() { print -r -- "$2 by $1" }
_describe() { print -rl -- "${completions_with_descriptions[@]}" }
eval "$(_CLASSMOD_COMPLETE=zsh_source classmod)"
words=(classmod check --phase pr) CURRENT=4
_classmod_completion
"""

    said = _run(["zsh", "--no-rcs", "-c", script], environment, tmp_path)

    assert said == [
        "classmod by _classmod_completion",
        "private:Classes of the private side use the root's clients.",
    ]
