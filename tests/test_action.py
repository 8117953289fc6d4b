"""The action for GitHub: its scripts are executed as a runner would, with the environment that it sets.

What a runner does with expressions is done by ``Runner``, as far as the action has any. classmod and gh are
scripts that write down how they were called, but for the tests at the end, which run classmod.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli.main import app
from tests.console import ROOT, installed

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
PULL_REQUEST = {"github.event.pull_request.number": 7}

CALLED = """\
#!/bin/sh
for word; do printf '%s\\n' "$word"; done >> "$CALLS"
echo --- >> "$CALLS"
"""
CLASSMOD = f"""\
{CALLED}
case $1 in
  diff) printf '%s' "$REPORTED" > "$3"; exit "$DIFF_STATUS" ;;
  check) echo "$3: said"; exit "$CHECK_STATUS" ;;
esac
"""
GH = f"""\
{CALLED}
case "$*" in
  *--paginate*) printf '%s\\n' "$COMMENTS"; exit "$GH_STATUS" ;;
  *--field*) sed -n 1,3p "$RUNNER_TEMP/classmod.body"; exit "$GH_STATUS" ;;
esac
"""


@dataclass
class Runner:
    """Runs the steps of the action in order, up to the first that fails."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    printed: str = ""
    errors: str = ""
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.temp = self.folder / "runner temp"
        (self.temp / "classmod" / "bin").mkdir(parents=True)
        (self.temp / "classmod" / "bin" / "python").symlink_to(sys.executable)
        self.summary = self.folder / "summary"
        self.calls = self.folder / "calls"
        self.project = self.folder / "project"
        self.project.mkdir()

    def command(self, name: str, script: str) -> None:
        place = self.temp / "classmod" / "bin" / name
        place.unlink(missing_ok=True)  # it may be a link to the interpreter
        place.write_text(script)
        place.chmod(0o755)

    def run(self, *skipped: str, **inputs: str) -> int:
        """The exit status of the action with these inputs, given as ``python_version`` for python-version."""
        defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
        given = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        assert given.keys() == defaults.keys()
        for step in STEPS:
            known = {
                **{f"inputs.{name}": value for name, value in given.items()},
                "github.token": "token",
                "github.event.pull_request.number": None,
                **self.event,
                **self.outputs,
            }
            if step["name"] in skipped or not holds(step.get("if", "true"), known):
                continue
            if "uses" in step:
                self.used[step["uses"]] = {name: filled(text, known) for name, text in step["with"].items()}
            elif status := self._script(step, known):
                return status
        return 0

    def _script(self, step: dict[str, Any], known: Mapping[str, object]) -> int:
        script, output = self.folder / "script.sh", self.folder / "output"
        script.write_text(step["run"])
        output.write_text("")
        path = f"{self.temp / 'classmod' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        runner = {
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_REPOSITORY": "owner/name",
            "RUNNER_TEMP": str(self.temp),
            "CALLS": str(self.calls),
            "PATH": path,
        }
        given = {name: filled(text, known) for name, text in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.project,
            env={**os.environ, **runner, **self.environment, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed += ended.stdout
        self.errors += ended.stderr
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{name}"] = value
        return ended.returncode

    def output(self, name: str) -> str:
        """An output of the action."""
        return filled(ACTION["outputs"][name]["value"], self.outputs)

    def called(self) -> list[list[str]]:
        """The words of each call of classmod and gh."""
        calls = self.calls.read_text().split("---\n") if self.calls.exists() else []
        return [call.splitlines() for call in calls if call]


def holds(condition: str, known: Mapping[str, object]) -> bool:
    names = re.sub(r"[a-z]\w*(\.[\w-]+)+", lambda m: repr(known[m[0]]), condition)
    return bool(eval(names.replace("&&", "and").replace("true", "True")))


def filled(text: str, known: Mapping[str, object]) -> str:
    """A text with its expressions evaluated; what no step has said is empty."""
    return EXPRESSION.sub(lambda match: str(known.get(match[1], "")), text)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with stand-ins that find nothing."""
    said = {
        "CHECK_STATUS": "0",
        "DIFF_STATUS": "0",
        "REPORTED": "# Report\n",
        "COMMENTS": "",
        "GH_STATUS": "0",
    }
    found = Runner(tmp_path, said)
    found.command("classmod", CLASSMOD)
    found.command("gh", GH)
    return found


INSTALL = "Install classmod"


# --- what it is --------------------------------------------------------------------------------------


def test_action_has_the_shape_of_one() -> None:
    command = ["check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    ended = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_input_is_part_of_a_script(name: str) -> None:
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.skipif(not SHELLCHECK, reason="there is no shellcheck for this machine")
def test_shellcheck_finds_nothing(name: str) -> None:
    ended = subprocess.run(
        [SHELLCHECK or "", "--shell=bash", "--enable=quote-safe-variables", "-"],
        input=SCRIPTS[name],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout == ""


def test_every_input_is_used_and_described() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(STEPS)))

    assert used == set(ACTION["inputs"])
    assert all(each["description"] and "default" in each for each in ACTION["inputs"].values())


# --- check -------------------------------------------------------------------------------------------


def test_nothing_but_a_check_by_default(runner: Runner) -> None:
    assert runner.run(INSTALL) == 0

    assert runner.called() == [["check", "--format", "github", "--", "."]]
    assert runner.printed == "github: said\n"
    assert runner.used == {}
    assert not runner.summary.exists()
    assert [runner.output(name) for name in ("status", "report", "sarif")] == ["0", "", ""]


def test_inputs_become_words(runner: Runner) -> None:
    inputs = {"path": "src dir", "spec": "my spec.toml", "strict": "true", "baseline": "known.json"}
    runner.run(INSTALL, since="origin/main", args="--phase 5  --path 'a b'", **inputs)

    words = ["--spec", "my spec.toml", "--strict", "--baseline", "known.json", "--since", "origin/main"]
    words += ["--phase", "5", "--path", "a b", "--", "src dir"]
    assert runner.called() == [["check", "--format", "github", *words]]


@pytest.mark.parametrize(
    "evil", ["$(touch evil)", "`touch evil`", "; touch evil", "'; touch evil; '", "--help"]
)
@pytest.mark.parametrize("name", ["path", "spec", "baseline", "since", "strict", "args", "sarif"])
def test_inputs_are_never_code(runner: Runner, name: str, evil: str) -> None:
    runner.run(INSTALL, report="comment", **{name: evil})

    assert list(runner.project.iterdir()) == []
    if name in ("path", "spec", "baseline", "since"):
        assert evil in runner.called()[0]


def test_open_quote_in_args_is_an_error(runner: Runner) -> None:
    assert runner.run(INSTALL, args="--phase '5") == 1

    assert "No closing quotation" in runner.errors
    assert runner.called() == []


def test_leftovers_fail_the_run_after_the_report(runner: Runner) -> None:
    runner.environment["CHECK_STATUS"] = "1"

    assert runner.run(INSTALL, report="summary") == 1
    assert [call[0] for call in runner.called()] == ["check", "diff"]
    assert runner.output("status") == "1"


@pytest.mark.parametrize("status", ["2", "130"])
def test_check_that_could_not_be_done_ends_the_run(runner: Runner, status: str) -> None:
    runner.environment["CHECK_STATUS"] = status

    assert runner.run(INSTALL, report="comment", sarif="true") == int(status)
    assert [call[:3] for call in runner.called()] == [["check", "--format", "github"]]


def test_unknown_report_is_an_error(runner: Runner) -> None:
    assert runner.run(INSTALL, report="coment") == 2

    assert runner.printed.startswith("::error title=classmod::")
    assert runner.called() == []


@pytest.mark.parametrize("status", ["0", "1"])
def test_sarif_is_uploaded(runner: Runner, status: str) -> None:
    runner.environment["CHECK_STATUS"] = status

    assert runner.run(INSTALL, sarif="true", strict="true") == int(status)

    (upload,) = runner.used.values()
    assert Path(upload["sarif_file"]).read_text() == "sarif: said\n"
    assert runner.output("sarif") == upload["sarif_file"]
    assert [call[2:] for call in runner.called()] == [
        [layout, "--strict", "--", "."] for layout in ("github", "sarif")
    ]


def test_python_is_set_up_where_it_is_asked_for(runner: Runner) -> None:
    runner.run(INSTALL, python_version="3.13")

    assert runner.used == {"actions/setup-python@v6": {"python-version": "3.13"}}


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("", str(ROOT)),
        ("0.1.0", "classmod==0.1.0"),
        ("classmod>=0.1,<0.2", "classmod>=0.1,<0.2"),
        ("git+https://example.invalid/x.git@main", "git+https://example.invalid/x.git@main"),
    ],
)
def test_what_is_installed(runner: Runner, version: str, wanted: str) -> None:
    runner.command("python3", CALLED)
    runner.command("python", CALLED)

    assert runner.run(version=version) == 0

    place = str(runner.temp / "classmod")
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--", wanted]
    assert runner.called()[:2] == [["-m", "venv", place], pip]


# --- the report --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["0", "1"])
def test_report_goes_to_the_page_of_the_job(runner: Runner, status: str) -> None:
    runner.environment["DIFF_STATUS"] = status
    runner.summary.write_text("What was there.\n")

    assert runner.run(INSTALL, report="summary", spec="my spec.toml", path="src") == 0

    report = runner.output("report")
    assert runner.called()[1] == ["diff", "--report", report, "--spec", "my spec.toml", "--", "src"]
    assert Path(report).read_text() == "# Report\n"
    assert runner.summary.read_text() == "What was there.\n# Report\n"


def test_report_that_could_not_be_made_ends_the_run(runner: Runner) -> None:
    runner.environment["DIFF_STATUS"] = "2"

    assert runner.run(INSTALL, report="comment") == 2
    assert [call[0] for call in runner.called()] == ["check", "diff"]


# --- the comment -------------------------------------------------------------------------------------


def gh_calls(runner: Runner) -> list[list[str]]:
    return [call for call in runner.called() if call[0] == "api"]


@pytest.mark.parametrize(("report", "event"), [("summary", PULL_REQUEST), ("comment", {})])
def test_no_comment(runner: Runner, report: str, event: Mapping[str, object]) -> None:
    runner.event = event
    runner.environment["DIFF_STATUS"] = "1"

    assert runner.run(INSTALL, report=report) == 0
    assert gh_calls(runner) == []


def test_no_first_comment_where_nothing_changes(runner: Runner) -> None:
    runner.event = PULL_REQUEST

    assert runner.run(INSTALL, report="comment") == 0
    assert [call[1] for call in gh_calls(runner)] == ["--paginate"]


def test_first_comment(runner: Runner) -> None:
    runner.event = PULL_REQUEST
    runner.environment["DIFF_STATUS"] = "1"

    assert runner.run(INSTALL, report="comment", path="src--x") == 0

    asked, posted = gh_calls(runner)
    assert asked[2] == "repos/owner/name/issues/7/comments"
    body = f"body=@{runner.temp / 'classmod.body'}"
    assert posted[1:] == ["--silent", "--method", "POST", asked[2], "--field", body]
    assert runner.printed.endswith("<!-- classmod: srcx -->\n# Report\n")


@pytest.mark.parametrize("status", ["0", "1"])
def test_comment_that_is_there_is_written_anew(runner: Runner, status: str) -> None:
    runner.event = PULL_REQUEST
    runner.environment |= {"DIFF_STATUS": status, "COMMENTS": "31\n32"}

    assert runner.run(INSTALL, report="comment") == 0
    assert gh_calls(runner)[1][1:5] == [
        "--silent",
        "--method",
        "PATCH",
        "repos/owner/name/issues/comments/31",
    ]


@pytest.mark.parametrize("comments", ["", "31"])
def test_comment_that_cannot_be_posted_is_a_warning(runner: Runner, comments: str) -> None:
    runner.event = PULL_REQUEST
    runner.environment |= {"DIFF_STATUS": "1", "GH_STATUS": "1", "COMMENTS": comments}

    assert runner.run(INSTALL, report="comment") == 0
    assert "::warning title=classmod::The comment could not be posted" in runner.printed
    assert len(gh_calls(runner)) == 1


# --- with classmod -----------------------------------------------------------------------------------

FIXTURE = ROOT / "fixtures" / "report_writers"


def test_every_call_is_one_that_classmod_knows(runner: Runner) -> None:
    inputs = {"spec": "x.toml", "strict": "true", "baseline": "known.json", "since": "HEAD", "sarif": "true"}
    runner.run(INSTALL, report="summary", **inputs)
    Path(runner.output("report")).unlink()  # classmod writes over its own reports alone

    assert len(runner.called()) == 3
    for name, *words in runner.called():
        with click.Context(app, **app.context_settings) as context:
            app.commands[name].make_context(name, words, parent=context)


@pytest.mark.parametrize(("tree", "status"), [("before", 1), ("after", 0)])
def test_a_project_before_and_after(runner: Runner, tree: str, status: int) -> None:
    runner.project.rmdir()
    shutil.copytree(FIXTURE / tree, runner.project)
    installed(runner.temp / "classmod" / "bin")
    runner.event = PULL_REQUEST

    assert runner.run(INSTALL, report="comment", sarif="true", spec=str(FIXTURE / "spec.toml")) == status

    assert bool(re.search(r"(?m)^::(error|warning) file=", runner.printed)) is bool(status)
    found = json.loads(Path(runner.output("sarif")).read_text())["runs"][0]["results"]
    assert bool(found) is bool(status)
    assert runner.summary.read_text() == Path(runner.output("report")).read_text()
    assert len(gh_calls(runner)) == 1 + status
