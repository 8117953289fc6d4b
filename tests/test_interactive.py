"""``apply --interactive`` with answers piped in, and once in a terminal.

``python -m tests.test_interactive`` writes what it shows into README.md.
"""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from cli.main import app
from codemods import journal
from codemods.draft import DRAFT
from codemods.proofs import GATES
from tests.console import ROOT, installed
from tests.helpers import contents, lay
from tests.test_leaving import FILES, USE
from tests.test_lock import stranger
from tests.test_migrate import git
from tests.trees import TWO_SIDES_TOML

SIDE_TYPED = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box: Box | None = None

    def _make_left_box(self) -> Box:
        return Box()

    def open(self) -> None:
        self._left_box = self._make_left_box()
"""
QUICK = tuple(word for gate in sorted(GATES) for word in ("--no-gate", gate))
PAGE = "Call `Left._make_left_box()`.\n"
PHASES_LAST = "Call `Left._make_box()`.\n"
INTERRUPTED = 130


class Run:
    """A small tree and the command on it."""

    def __init__(self, folder: Path) -> None:
        self.spec = folder / "spec.toml"
        self.spec.write_text(TWO_SIDES_TOML)
        self.root = lay(folder / "tree", {**FILES, "use.py": USE, "page.md": PAGE})
        self.before = contents(self.root)

    def says(self, answers: str, *options: str, status: int = 0, env: Mapping[str, str] | None = None) -> str:
        """What ``apply --interactive`` says to these answers, a line each."""
        return self.command("apply", "-i", *QUICK, *options, answers=answers, status=status, env=env)

    def command(
        self,
        name: str,
        *options: str,
        answers: str = "",
        status: int = 0,
        env: Mapping[str, str] | None = None,
    ) -> str:
        arguments = [name, "--spec", str(self.spec), *options, str(self.root)]
        text = "".join(f"{answer}\n" for answer in answers.split())
        done = CliRunner().invoke(app, arguments, input=text, env=env)
        assert done.exit_code == status, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.output

    @property
    def now(self) -> dict[str, bytes]:
        return contents(self.root)

    @property
    def draft(self) -> bool:
        return (self.root / DRAFT).exists()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def plain(folder: Path) -> dict[str, bytes]:
    """What a plain run makes of the tree."""
    folder.mkdir()
    other = Run(folder)
    other.command("apply", *QUICK)
    return other.now


def editor(folder: Path, script: str) -> dict[str, str]:
    """An environment whose editor runs a script of sed's."""
    return {"GIT_EDITOR": f"sed -i '{script}'", "HOME": str(folder)}


# --- taking and leaving ----------------------------------------------------------------------------


def test_nothing_taken_is_nothing_landed(run: Run) -> None:
    for answers in ("n", "q", "d q"):
        assert "Nothing is taken, so nothing lands." in run.says(answers)
        assert run.now == run.before
        (run.root / DRAFT).unlink(missing_ok=True)


def test_everything_taken_is_a_plain_run(run: Run, tmp_path: Path) -> None:
    said = run.says("A")
    assert re.search(r"\d+ hunks taken, 0 left out(, \d+ follows? from the others)?$", said, re.M)
    assert run.now == plain(tmp_path / "plain")
    assert not run.draft


def test_taken_one_by_one_it_is_the_same(run: Run, tmp_path: Path) -> None:
    run.says("y " * 40)
    assert run.now == plain(tmp_path / "plain")


def test_a_definition_left_out_takes_its_uses_along(run: Run) -> None:
    said = run.says("y /def.*_make_left_box n A")
    assert "it uses _make_left_box, which is defined at left.py:10" in said
    assert "left out with it: " in said
    assert run.now["use.py"] == run.before["use.py"]
    assert b"def _make_left_box" in run.now["left.py"]
    landed = run.now

    assert "Nothing to do" in run.command("apply", *QUICK)
    assert run.now == landed
    run.command("rollback")
    assert run.now == run.before


def test_a_use_taken_against_its_definition_asks(run: Run) -> None:
    said = run.says("y /def.*_make_left_box n /left._make_left_box y y A y")
    assert "this cannot be taken without what is left out: " in said
    assert b"left._make_box()" in run.now["use.py"]
    assert b"def _make_box" in run.now["left.py"]


def test_a_definition_left_out_against_its_use_asks(run: Run) -> None:
    said = run.says("y /left._make_left_box y /def.*_make_left_box n n A y")
    assert "this is needed by what is taken: " in said
    assert b"left._make_box()" in run.now["use.py"]


def test_what_was_left_out_is_asked_again(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md n A")
    assert run.now["page.md"] == PAGE.encode()

    said = run.says("y")

    assert "(1/1) Take this hunk" in said
    assert run.now == plain(tmp_path / "plain")
    assert "Nothing to do" in run.says("")


def test_one_phase_can_be_chosen_from(run: Run) -> None:
    run.says("y", "--phase", "1")
    run.says("y", "--phase", "6")
    assert run.now["page.md"] == PHASES_LAST.encode()
    assert run.now["use.py"] == run.before["use.py"]


def test_a_commit_holds_what_was_taken(run: Run) -> None:
    git(run.root, "init", "--quiet")
    git(run.root, "config", "user.name", "t")
    git(run.root, "config", "user.email", "t@example.invalid")
    git(run.root, "add", ".")
    git(run.root, "commit", "--quiet", "--message", "before")

    run.says("y /page.md n A", "--commit")

    assert git(run.root, "status", "--porcelain") == ""
    assert git(run.root, "show", "HEAD:page.md") == PAGE
    assert int(git(run.root, "rev-list", "--count", "HEAD")) > 2


# --- keys ------------------------------------------------------------------------------------------


def test_keys_are_explained_and_unknown_ones_told(run: Run) -> None:
    said = run.says("? x q")
    for key in "yqnadAJg/p?":
        assert re.search(rf"(\n|\? ){re.escape(key)} - ", said), key
    assert "\nk - " not in said, "there is nothing before the first hunk"
    assert "unknown key x (? shows the keys)" in said


def test_upper_case_is_lower_case_where_it_means_nothing_else(run: Run) -> None:
    assert "Nothing is taken" in run.says("N")


def test_an_empty_line_asks_again(run: Run) -> None:
    arguments = ["apply", "-i", "--spec", str(run.spec), *QUICK, str(run.root)]
    done = CliRunner().invoke(app, arguments, input="\n  \nq\n")
    assert done.exit_code == 0
    assert done.output.count("(1/") == 3


def test_going_about(run: Run) -> None:
    said = run.says("J K j g2 g99 gx /nowhere /( g 1 K s p q")
    places = [int(n) for n in re.findall(r"\((\d+)/\d+\) Take", said)]
    assert places == [1, 2, 1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1]
    assert said.count("there is no such hunk") == 2
    assert "no hunk matches" in said
    assert "not a regular expression: " in said
    assert re.search(r"1: [a-z_]+\.py:\d+  \+", said, re.M)
    assert "no other hunk there" in said
    assert "this hunk cannot be split" in said


def test_what_is_decided_is_listed(run: Run) -> None:
    said = run.says("y n g 1 q")
    assert re.search(r"\? \+  1: ", said)
    assert re.search(r"^-  2: ", said, re.M)


def test_a_hunk_is_split(run: Run) -> None:
    said = run.says("y " + "s " * 1 + "q")
    assert re.search(r"split into \d+ hunks", said)


# --- editing -----------------------------------------------------------------------------------------


def test_a_hunk_is_written_otherwise_and_stays_so(run: Run, tmp_path: Path) -> None:
    said = run.says("y /page.md e A", env=editor(tmp_path, "s/^+Call/+Do call/"))
    mine = b"Do call `Left._make_box()`.\n"
    assert "1 edited by hand" in said
    assert run.now["page.md"] == mine

    assert "Nothing to do" in run.command("apply", *QUICK)
    assert "Nothing to do" in run.says("")
    assert run.now["page.md"] == mine
    assert run.command("status")
    run.command("rollback", "--phase", "3")
    assert run.now["page.md"] == mine
    run.command("rollback")
    assert run.now == run.before


def test_an_edit_stays_when_others_are_chosen_again(run: Run, tmp_path: Path) -> None:
    run.says("y /left._make n /page.md e A", env=editor(tmp_path, "s/^+Call/+Do call/"))
    assert run.now["use.py"] == run.before["use.py"]

    run.says("y")

    assert b"_make_box" in run.now["use.py"]
    assert run.now["page.md"] == b"Do call `Left._make_box()`.\n"


def test_an_edit_that_a_later_phase_changes_is_asked_about_again(run: Run, tmp_path: Path) -> None:
    source = str(FILES["left.py"])
    line = "self._left_box = self._make_left_box()"
    lay(run.root, {"left.py": source.replace(line, f"{line}  # the _left_box")})
    env = editor(tmp_path, "s/^+\\( *\\)self._box = self/+\\1self._box = self or self/")
    run.says("y e", "--phase", "1", "--phase", "2", env=env)
    mine = run.now
    assert b"self._box = self or self._make_box()  # the _left_box" in mine["left.py"]

    said = run.command("apply", *QUICK, "--phase", "6", status=2)
    assert "were edited by hand for phase 2, and another phase changes them, too" in said
    assert run.now == mine

    said = run.says("A A", "--phase", "6")
    assert "what was edited is asked again. It was:" in said
    assert "self._box = self or self._make_box()  # the _left_box" in said
    assert b"self._box = self._make_box()  # the _box" in run.now["left.py"]


def test_what_does_not_fit_is_edited_again_or_not_at_all(run: Run, tmp_path: Path) -> None:
    said = run.says("y /page.md e n q", env=editor(tmp_path, "s/^-Call/-Called/"))
    assert "the edited hunk does not fit: the lines with ' ' and - are not those of the file" in said
    assert run.now["page.md"] == PAGE.encode()


def test_a_hunk_emptied_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    said = run.says("y /page.md e q", env=editor(tmp_path, "d"))
    assert "nothing is left of the hunk, so it stays as it was" in said
    assert run.now["page.md"] == PAGE.encode()


@pytest.mark.parametrize(
    ("program", "what"),
    [
        ("no-such-editor", "cannot be started"),
        ("false", "ended with status 1"),
        ("rm", "ended with status 0"),
    ],
)
def test_an_editor_that_fails_is_told_of(run: Run, program: str, what: str) -> None:
    env = {"GIT_EDITOR": program}
    said = run.says("y /page.md e q", env=env)
    assert f"nothing is edited: the editor {program} {what}" in said
    assert run.now["page.md"] == PAGE.encode()


@pytest.mark.parametrize("number", range(3))
def test_the_editor_is_the_one_that_git_takes(
    run: Run, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("GIT_EDITOR", "VISUAL", "EDITOR")
    env = {name: f"sed -i 's/^+Call/+{name}/'" for name in names[number:]}
    env |= dict.fromkeys(names[:number], "") | {"HOME": str(tmp_path), "TERM": "xterm"}
    run.says("y /page.md e A", env=env)
    assert run.now["page.md"].startswith(names[number].encode())


# --- kept for later --------------------------------------------------------------------------------


def test_what_is_broken_off_is_gone_on_with(run: Run, tmp_path: Path) -> None:
    said = run.says("y /page.md n", status=INTERRUPTED)
    assert "The choices are kept; apply --interactive goes on with them." in said
    assert run.now == run.before

    said = run.says("y A")

    assert re.search(r"Go on with the \d+ choices of an earlier run \[y,n\]\?", said)
    assert run.now["page.md"] == PAGE.encode()
    assert run.now == {**plain(tmp_path / "plain"), "page.md": PAGE.encode()}
    assert not run.draft


def test_or_begun_anew(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md n", status=INTERRUPTED)
    run.says("n A")
    assert run.now == plain(tmp_path / "plain")


def test_an_edit_is_gone_on_with(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md e", status=INTERRUPTED, env=editor(tmp_path, "s/^+Call/+Do call/"))
    run.says("y A")
    assert run.now["page.md"] == b"Do call `Left._make_box()`.\n"


def test_choices_for_a_file_that_changed_do_not_count(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md n", status=INTERRUPTED)
    lay(run.root, {"page.md": f"{PAGE}More.\n"})

    said = run.says("y A")

    assert "page.md: changed since the choices were made: they do not count" in said
    assert run.now["page.md"] == f"{PHASES_LAST}More.\n".encode()


def test_a_file_that_changes_meanwhile_is_not_written_over(run: Run) -> None:
    env = {"GIT_EDITOR": f"echo '# more' >> {run.root}/use.py; true"}
    said = run.says("y /page.md e A A", status=2, env=env)
    assert said.splitlines()[-1] == "classmod: error: plan is stale: use.py"
    assert run.now == {**run.before, "use.py": f"{USE}# more\n".encode()}
    assert run.draft

    said = run.says("y A A")

    assert "use.py: changed since the choices were made: they do not count" in said
    assert run.now["use.py"] == USE.replace("_left_box", "_box").encode() + b"# more\n"


@pytest.mark.parametrize("data", ["", "{", '{"schema": 1, "spec": "other", "choices": {}}'])
def test_a_damaged_draft_is_refused(run: Run, data: str) -> None:
    lay(run.root, {str(DRAFT): data})
    said = run.says("A", status=2)
    assert re.fullmatch(r"classmod: error: \.classmod/choices\.json: [^\n]+; remove it[^\n]*\n", said)
    assert run.now == run.before


def test_another_run_at_work_stops_it(run: Run) -> None:
    process = stranger(run.root)
    try:
        said = run.says("y", status=2)
    finally:
        process.communicate("")
    assert said.splitlines()[-1].endswith(f"another run is at work here (process {process.pid})")
    assert run.now == run.before


def test_status_tells_of_them(run: Run) -> None:
    assert "Choices are kept" not in run.command("status")
    run.says("y", status=INTERRUPTED)
    assert "Choices are kept: apply --interactive goes on with them." in run.command("status")
    assert json.loads(run.command("status", "--format", "json"))["choices_kept"] is True


def test_choices_for_a_phase_that_is_not_asked_for_are_for_later(run: Run, tmp_path: Path) -> None:
    run.says("y /use.py n /page.md e", status=INTERRUPTED, env=editor(tmp_path, "s/^+Call/+Do call/"))
    run.says("y", "--phase", "1")
    assert (run.now["use.py"], run.now["page.md"]) == (run.before["use.py"], run.before["page.md"])

    run.command("apply", *QUICK)

    assert run.now["use.py"] == run.before["use.py"]
    assert run.now["page.md"] == b"Do call `Left._make_box()`.\n"


def test_what_was_chosen_is_kept_when_all_is_taken_back(run: Run, tmp_path: Path) -> None:
    run.says("y /use.py n /page.md e A", env=editor(tmp_path, "s/^+Call/+Do call/"))
    landed = run.now
    run.command("rollback")
    assert run.now == run.before

    said = run.says("y /page.md y A A")

    assert "Go on with the " in said
    assert "this hunk was edited by hand" in said
    assert run.now == landed


def test_what_was_left_out_stays_so_while_others_are_edited(run: Run) -> None:
    run.says("y /use.py n A A")
    lay(run.root, {"page.md": run.now["page.md"] + b"More.\n"})
    before = run.now

    assert "Nothing to do" in run.command("apply", *QUICK)

    assert run.now == before


def test_what_counts_no_more_is_told(run: Run) -> None:
    run.says("y /use.py n A A")
    lay(run.root, {"use.py": f"{USE}# more\n"})

    said = run.command("apply", *QUICK)

    told = "what was left out here by choice counts no more: the file has changed since"
    assert f"use.py:1: {told}" in said
    assert b"_make_box" in run.now["use.py"]
    assert "counts no more" not in run.command("apply", *QUICK)


def test_an_edit_stays_though_the_file_is_edited_further(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md e A", env=editor(tmp_path, "s/^+Call/+Do call/"))
    mine = b"Do call `Left._make_box()`.\nMore.\n"
    lay(run.root, {"page.md": mine})
    assert "edited since" in run.command("status", status=1)
    run.command("rollback", status=1)
    assert run.now["page.md"] == mine

    run.command("apply", *QUICK)
    run.says("y")

    assert run.now["page.md"] == mine


def test_an_edit_goes_and_comes_with_its_phase(run: Run, tmp_path: Path) -> None:
    run.says("y /page.md e A", env=editor(tmp_path, "s/^+Call/+Do call/"))
    landed = run.now
    run.command("rollback", "--phase", "6")
    assert run.now["page.md"] == PAGE.encode()

    run.command("apply", *QUICK)

    assert run.now == landed


# --- odd files -------------------------------------------------------------------------------------


def test_line_ends_and_a_missing_one_stay(run: Run) -> None:
    use = USE.replace("\n", "\r\n").encode()
    page = PAGE.removesuffix("\n").encode()
    lay(run.root, {"use.py": use, "page.md": page})
    run.says("y /page.md n A")
    assert run.now["page.md"] == page
    assert run.now["use.py"] == use.replace(b"_make_left_box", b"_make_box")


def test_hostile_content_is_shown_harmless(run: Run) -> None:
    lay(run.root, {"page.md": "\x1b[2J\x07`Left._make_left_box()` \u202e\n"})
    said = run.says("y /page.md y q")
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\u202e" not in said
    assert run.now["page.md"] == "\x1b[2J\x07`Left._make_box()` \u202e\n".encode()


# --- in a terminal ---------------------------------------------------------------------------------


def _read(terminal: int) -> bytes:
    """What is shown next; nothing at the end."""
    if not select.select([terminal], [], [], 120)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError as error:
        if error.errno != errno.EIO:  # how a terminal ends on Linux
            raise
        return b""


def in_terminal(run: Run, folder: Path, keys: list[str], env: Mapping[str, str]) -> tuple[str, int]:
    """What a terminal shows, and the exit status; each of ``keys`` is typed at a prompt."""
    main, side = pty.openpty()
    command = [str(installed(folder)), "apply", "-i", "--spec", str(run.spec), *QUICK, str(run.root)]
    process = subprocess.Popen(
        command,
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path), **env},
    )
    os.close(side)
    shown, asked = "", 0
    try:
        while data := _read(main):
            shown += data.decode("utf-8", "replace")
            while asked < len(keys) and len(re.findall(r"\]\? ", shown)) > asked:
                if keys[asked] == "\x03":
                    os.killpg(process.pid, signal.SIGINT)
                else:
                    os.write(main, keys[asked].encode())
                asked += 1
        return shown, process.wait(60)
    finally:
        os.close(main)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_in_a_terminal_it_has_colours(run: Run, tmp_path: Path) -> None:
    shown, status = in_terminal(run, tmp_path, ["y\n", "A\n"], {"NO_COLOR": ""})
    assert status == 0
    assert "\x1b[34m\x1b[1m(1/" in shown
    assert run.now == plain(tmp_path / "plain")


def test_ctrl_c_keeps_the_choices(run: Run, tmp_path: Path) -> None:
    shown, status = in_terminal(run, tmp_path, ["y\n", "\x03"], {"NO_COLOR": "1"})
    assert status == INTERRUPTED
    assert "\x1b" not in shown
    assert "Traceback" not in shown
    assert "The choices are kept" in shown
    assert run.draft
    assert run.now == run.before
    assert journal.read(run.root) is None


# --- what the gates say of it ----------------------------------------------------------------------

TYPED = """\
from boxes import Box
from left import Left


def use(left: Left) -> Box | None:
    return left._left_box


def apart() -> str:
    # Far enough away

    # for two hunks,

    # with lines between.
    return ""


def make(left: Left) -> Box:
    return left._make_left_box()
"""


def test_the_same_gates_prove_what_is_left_out(run: Run) -> None:
    lay(run.root, {"use.py": TYPED, "left.py": SIDE_TYPED})
    gates = tuple(word for gate in sorted(GATES - {"mypy", "precision"}) for word in ("--no-gate", gate))
    said = run.command("apply", "-i", *gates, answers="y /left._left_box$ n A A")
    assert re.search(r"precision +passed", said)
    assert b"left._left_box" in run.now["use.py"]
    assert b"left._make_box()" in run.now["use.py"]


def test_a_refusal_keeps_the_choices(run: Run, tmp_path: Path) -> None:
    lay(run.root, {"use.py": TYPED, "left.py": SIDE_TYPED})
    gates = tuple(word for gate in sorted(GATES - {"mypy"}) for word in ("--no-gate", gate))
    before = run.now
    said = run.command(
        "apply",
        "-i",
        *gates,
        answers="y /page.md n /def.open e A A A",
        status=1,
        env=editor(tmp_path, "s/^+\\( *\\)self._box = .*/+\\1self._box = 3/"),
    )
    assert "refused: phase 2 left" in said
    assert run.now == before
    assert run.draft, "the choices are to be gone on with"


# --- what the README shows -------------------------------------------------------------------------

SHOWN = re.compile(
    r"(?<=^```diff\n)\$ classmod apply --interactive \.\n\.\.\.\n(?P<run>.*?)(?=^```$)", re.M | re.S
)


def asked(folder: Path) -> str:
    """The second hunk of the bundled project, left out, as a terminal shows it: the answer at its prompt."""
    shutil.copytree(ROOT / "fixtures" / "cex_arbitrage" / "before", folder / "project")
    done = CliRunner().invoke(app, ["apply", "-i", str(folder / "project")], input="y\nn\n")
    (said,) = re.findall(
        r"^\(1/.*?\]\? (phase .*?^\(2/\d+\) Take [^?]+\?\]\? )(.*?)^phase ",
        done.output,
        re.MULTILINE | re.DOTALL,
    )
    return "n\n".join(said)


def test_readme_shows_what_is_asked(tmp_path: Path) -> None:
    shown = SHOWN.search((ROOT / "README.md").read_text("utf-8"))
    assert shown, "README.md shows no hunk to choose"
    assert shown["run"] == asked(tmp_path)


def test_what_is_taken_without_what_it_needs_is_said_to_be_left_out(run: Run) -> None:
    said = run.says("j y q")

    assert "1 hunk that you took needs what is left out or not decided, so left out as well" in said
    assert "0 hunks taken" in said


@pytest.mark.parametrize("pattern", ["(" * 900, "a{99999999999}", "["])
def test_pattern_that_is_none_is_asked_again(run: Run, pattern: str) -> None:
    assert "not a regular expression" in run.says(f"/{pattern} q")


@pytest.mark.parametrize(
    ("option", "why"), [(("--no-gate", "none"), "there is no gate none"), ((), "uncommitted changes")]
)
def test_what_would_be_refused_is_refused_before_it_is_asked(
    run: Run, option: tuple[str, ...], why: str
) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "before")):
        subprocess.run([*git, *words], cwd=run.root, check=True)
    lay(run.root, {"use.py": f"{USE}# changed\n"})

    said = run.says("y", *option, status=2)

    assert why in said
    assert "Take " not in said


if __name__ == "__main__":
    page = (ROOT / "README.md").read_text("utf-8")
    if found := SHOWN.search(page):
        with TemporaryDirectory() as place:
            start, end = found.span("run")
            (ROOT / "README.md").write_text(f"{page[:start]}{asked(Path(place))}{page[end:]}", "utf-8")
