"""The guide and the README are true: what they show is what a run gives.

MIGRATION.md is executed. A comment in front of a fenced block says what the block is:

- ``before``: a file of the project as it is found; its first line names the file
- ``after 1, 2``: what these phases make of a file; ``part after 1, 2``: where the file is longer
- ``run 1, 2``: code that runs in the project after these phases; ``mypy 1, 2``: code that mypy accepts there
- ``refused``: what is said instead of a plan

After ``variant``, up to the next heading, files that are shown stand in for those of the project.

``python tests/test_guide.py`` writes what a run gives into both pages.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest

from codemods import plan, project, repair, spec
from codemods.data import MigrationError

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "MIGRATION.md"
README = ROOT / "README.md"

Files = MutableMapping[PurePosixPath, bytes]
END = 7
"""The number of finalize, which comes after the phases of the migration."""
PART = re.compile(
    r"^(?P<heading>#+ [^\n]+)$|^(?P<variant><!-- variant -->)$"
    r"|(?:^<!-- (?P<mark>[^\n]+) -->\n+)?^```(?P<language>\w+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """A fenced block with its mark, where its text stands in the page, and the project it is about."""

    section: str
    language: str
    mark: str
    body: str
    span: tuple[int, int]
    files: Files

    @property
    def action(self) -> str:
        return re.sub(r"[\d, ]+$", "", self.mark)

    @property
    def phases(self) -> frozenset[int]:
        return frozenset(map(int, re.findall(r"\d", self.mark)))

    @property
    def named(self) -> tuple[str, str]:
        """The name in the first line, and the text below it."""
        name, _, content = self.body.partition("\n")
        return name.removeprefix("# "), content

    def tree(self) -> Files:
        """The project after the phases of the example. Raises MigrationError."""
        asked = spec.builtin()
        found = dict(self.files)
        if self.action == "before":
            return found
        snapshot = repair.mend(found, asked)[0] if 0 in self.phases else found
        after = plan.plan(project.read(snapshot, asked), self.phases - {0, END}).after(snapshot)
        return plan.removal(project.read(after, asked)).after(after) if END in self.phases else after

    def __str__(self) -> str:
        return f"{self.section}: {self.mark}"


def examples(page: str) -> Iterator[Example]:
    """The fenced blocks of a page. A project is complete: files that are shown further down are in it."""
    common: Files = {PurePosixPath("exchange/__init__.py"): b""}
    files, section = common, ""
    for part in PART.finditer(page):
        if part["heading"]:
            files, section = common, part["heading"].lstrip("# ")
        elif part["variant"]:
            files = ChainMap({}, common)
        else:
            example = Example(
                section, part["language"], part["mark"] or "", part["body"], part.span("body"), files
            )
            if example.mark == "before":
                name, content = example.named
                files[PurePosixPath(name)] = content.encode()
            yield example


def marked(*actions: str) -> list[Example]:
    return [e for e in examples(GUIDE.read_text("utf-8")) if e.action in actions]


def python(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "MYPY"))}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def laid_out(example: Example, folder: Path) -> Path:
    for path, data in example.tree().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "example.py").write_text(example.body)
    return folder


# --- the guide ----------------------------------------------------------------------------------


def test_every_block_of_code_is_executed() -> None:
    known = {"before", "after", "part after", "run", "mypy", "refused"}
    blocks = list(examples(GUIDE.read_text("utf-8")))

    assert {each.action for each in blocks if each.mark} == known
    assert [each.body for each in blocks if each.language == "python" and not each.mark] == []


@pytest.mark.parametrize("example", marked("after", "part after"), ids=str)
def test_file_after_a_phase(example: Example) -> None:
    name, content = example.named
    after = example.tree()[PurePosixPath(name)].decode()

    if example.action == "after":
        assert after == content
    else:
        assert content in after


@pytest.mark.parametrize("example", marked("run"), ids=str)
def test_code_that_runs(example: Example, tmp_path: Path) -> None:
    ended = python(laid_out(example, tmp_path), "example.py")

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("example", marked("mypy"), ids=str)
def test_code_that_mypy_accepts(example: Example, tmp_path: Path) -> None:
    ended = python(laid_out(example, tmp_path), "-m", "mypy", "--strict", "--config-file=", "example.py")

    assert [line for line in ended.stdout.splitlines() if line.startswith("example.py")] == []
    assert ended.stderr == ""


@pytest.mark.parametrize("example", [e for e in marked("before", "after") if "tests/" in e.named[0]], ids=str)
def test_tests_that_pass(example: Example, tmp_path: Path) -> None:
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", f"--rootdir={tmp_path}"]
    ended = python(laid_out(example, tmp_path), "-W", "ignore", "-m", "pytest", *options, "tests")

    assert (ended.returncode, ended.stdout[-300:]) == (0, ended.stdout[-300:])


@pytest.mark.parametrize("example", marked("refused"), ids=str)
def test_project_that_is_refused(example: Example) -> None:
    with pytest.raises(MigrationError) as refused:
        example.tree()

    assert example.body == f"classmod: error: {refused.value}\n"


# --- the README ---------------------------------------------------------------------------------

EXPLAINED = re.compile(
    r"(?<=^```text\n)\$ (?P<line>classmod explain [^\n]+)\n(?P<run>.*?)(?=^```$)", re.MULTILINE | re.DOTALL
)
RUN = re.compile(r"(?<=^\$ make demo\n)(?P<run>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\t\$\(call show,([^,]+),(.+),(\d)\)", re.MULTILINE)
LONGEST, HEAD, TAIL = 90, 52, 16  # lines of a step


def demo(folder: Path) -> str:
    """What the commands of ``make demo`` print where the output is no terminal; long steps cut."""
    shutil.copytree(ROOT / "fixtures" / "cex_arbitrage" / "before", folder / ".demo" / "project")
    steps = STEP.findall((ROOT / "Makefile").read_text("utf-8"))
    assert len(steps) == 5
    printed = []
    for title, command, status in steps:
        line = command.replace("$(DEMO)", ".demo/project")
        printed.append(f"\n==== {title}\n$ {line}\n\n{_cut(_printed(line, folder, int(status)))}")
    return "".join(printed)


def explained(line: str, folder: Path) -> str:
    """What ``classmod explain`` prints of the project of ``make demo`` as it is found."""
    shutil.copytree(ROOT / "fixtures" / "cex_arbitrage" / "before", folder, dirs_exist_ok=True)
    return _printed(line, folder, 0)


def _printed(line: str, folder: Path, status: int) -> str:
    classmod = folder / "classmod"
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.main import main; main()"
    classmod.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", start])} "$@"\n')
    classmod.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    env |= {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    ended = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == status, ended.stdout
    return ended.stdout


def _cut(output: str) -> str:
    lines = output.splitlines(keepends=True)
    return output if len(lines) <= LONGEST else "".join((*lines[:HEAD], "...\n", *lines[-TAIL:]))


def test_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    shown = RUN.search(README.read_text("utf-8"))

    assert shown, "README.md shows no run of make demo"
    assert shown["run"] == demo(tmp_path)


def test_readme_shows_what_explain_prints(tmp_path: Path) -> None:
    shown = EXPLAINED.search(README.read_text("utf-8"))

    assert shown, "README.md shows no run of classmod explain"
    assert shown["run"] == explained(shown["line"], tmp_path)


def test_readme_names_every_key_of_a_place() -> None:
    reference = README.read_text("utf-8").partition("`--format json` has the same")[2].partition("\n\n")[0]
    source = (ROOT / "cli" / "explained_json.py").read_text("utf-8").partition("def explanation_json")[2]
    keys = re.findall(r'^        "(\w+)":', source.partition("\ndef ")[0], re.MULTILINE)

    assert len(keys) > 10
    assert {*keys} <= {*re.findall(r"`(\w+)`", reference)}


def test_readme_names_every_key_of_a_spec() -> None:
    reference = README.read_text("utf-8").partition("## The spec file")[2].partition("\n## ")[0]
    named = set(re.findall(r"`\[*(?:\w+\.)?(\w+)\]*`", reference))

    assert keys() <= named


def keys() -> set[str]:
    table = tomllib.loads((ROOT / "codemods" / "composite_clients.toml").read_text("utf-8"))
    parts = [table, table["compatibility"], *table["sides"], *table["type_parameters"]]
    return {key for part in (*parts, *table["attributes"], *table["factories"]) for key in part}


# --- writing the pages anew -----------------------------------------------------------------------


def written(page: str) -> str:
    """The guide with what the tool makes of its examples; parts are left to a person."""
    for example in reversed(list(examples(page))):
        start, end = example.span
        if example.action == "after":
            name, _ = example.named
            after = example.tree()[PurePosixPath(name)].decode()
            page = f"{page[:start]}# {name}\n{after}{page[end:]}"
        elif example.action == "refused":
            with pytest.raises(MigrationError) as refused:
                example.tree()
            page = f"{page[:start]}classmod: error: {refused.value}\n{page[end:]}"
    return page


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text("utf-8")), "utf-8")
    with TemporaryDirectory() as place:
        run = demo(Path(place))
    page = RUN.sub(lambda _: run, README.read_text("utf-8"), count=1)
    if found := EXPLAINED.search(page):
        with TemporaryDirectory() as place:
            start, end = found.span("run")
            page = f"{page[:start]}{explained(found['line'], Path(place))}{page[end:]}"
    README.write_text(page, "utf-8")
