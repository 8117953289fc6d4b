"""A tree that was seen is not worked out again, unless anything about it is different."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import app
from codemods import questions
from codemods import survey as surveys
from codemods.cache import Cache
from codemods.data import Confidence, Decision, MigrationError, Note, Spec
from codemods.migrate import Options, apply, rollback
from codemods.proofs import GATES
from codemods.receivers import Answers, Oracle
from codemods.seen import How, Look, Seen
from codemods.survey import Survey
from tests.helpers import AROUND, contents, lay
from tests.trees import TWO_SIDES

ROOT = Path(__file__).parents[1]
LEFT = "from root import Root\n\n\nclass Left(Root):\n    _left_on = False\n"
FILES: dict[str, str | bytes] = {**AROUND, "left.py": LEFT, "broken.py": "def (:\n", "fine.py": "x = 1\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", FILES)


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


class Works:
    """Counts how often something is worked out."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, found: Survey) -> tuple[Note, ...]:
        self.times += 1
        return found.notes


def seen(
    root: Path, kept: Cache, work: Works, how: How | None = None, *about: object, spec: Spec = TWO_SIDES
) -> Seen[tuple[Note, ...]]:
    look = Look(root, spec, how or How(), kept, *about)
    if known := look.known():
        return known
    survey = look.survey()
    return look.keep(survey, work(survey))


def test_what_was_seen_is_known(root: Path, kept: Cache) -> None:
    work = Works()
    first, second = seen(root, kept, work), seen(root, kept, work)

    assert work.times == 1
    assert first == second
    assert first.sites
    assert [str(failure.path) for failure in second.failures] == ["broken.py"]
    survey = surveys.survey(root, TWO_SIDES)
    assert (second.sites, second.failures, second.answer) == (survey.sites, survey.failures, survey.notes)


def test_without_a_cache_everything_is_worked_out(root: Path) -> None:
    work = Works()
    for _ in range(2):
        seen(root, Cache(None), work)

    assert work.times == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "left.py").write_text(LEFT + "# more\n"),
        lambda root: (root / "left.py").rename(root / "most_left.py"),
        lambda root: (root / "new.py").write_text(LEFT),
        lambda root: (root / "broken.py").unlink(),
    ],
    ids=["edited", "moved", "added", "deleted"],
)
def test_another_tree_is_worked_out(root: Path, kept: Cache, change: Callable[[Path], object]) -> None:
    work = Works()
    seen(root, kept, work)
    change(root)
    found = seen(root, kept, work)

    assert work.times == 2
    assert found.sites == surveys.survey(root, TWO_SIDES).sites


def test_what_is_landed_is_part_of_the_tree(root: Path, kept: Cache) -> None:
    work = Works()
    before = seen(root, kept, work)
    apply(surveys.survey(root, TWO_SIDES), ("1", "2"), Options(no_gate=GATES), lambda _: None)
    landed = seen(root, kept, work)
    rollback(root, TWO_SIDES, ())

    assert landed.sites != before.sites
    assert seen(root, kept, work).sites == before.sites


@pytest.mark.parametrize(
    "how",
    [How(repair=True), How(confidence=Confidence.PROVEN), How(guide=True)],
    ids=["repair", "confidence", "guide"],
)
def test_another_question_is_another_answer(root: Path, kept: Cache, how: How) -> None:
    work = Works()
    seen(root, kept, work)
    seen(root, kept, work, how)
    seen(root, kept, work, None, "about something else")
    seen(root, kept, work, spec=replace(TWO_SIDES, name="another"))

    assert work.times == 4


def test_another_place_of_the_same_files_is_another_tree(tmp_path: Path, kept: Cache) -> None:
    work = Works()
    for name in ("a", "b"):
        seen(lay(tmp_path / name, FILES), kept, work)

    assert work.times == 2


def test_a_refusal_is_no_answer(root: Path, kept: Cache) -> None:
    (root / "root.py").write_text("class Other: pass\n")
    for _ in range(2):
        with pytest.raises(MigrationError, match="no class Root"):
            seen(root, kept, Works())


@pytest.fixture
def asking(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with a doubt, and the folder beside it whose module tells mypy of which class a receiver is."""
    (root / "use.py").write_text("from told import what\n\n\ndef use():\n    return what()._left_on\n")
    beside = lay(root.parent / "beside", {"told.py": "from left import Left\n\n\ndef what() -> Left: ...\n"})
    monkeypatch.setenv("MYPYPATH", os.path.relpath(beside, root))
    (root / "mypy.ini").write_text(f"[mypy]\nmypy_path = .:{os.path.relpath(beside, root)}\n")
    past(beside, root)
    return beside


def past(*folders: Path) -> None:
    """Let all files be of an hour ago: what is written while mypy runs is not told from what it read."""
    for file in (f for folder in folders for f in folder.rglob("*") if f.is_file()):
        os.utime(file, (file.stat().st_mtime - 3600,) * 2)


def decided(found: Seen[tuple[Note, ...]]) -> Decision:
    return next(site.decision for site in found.sites if site.path.name == "use.py")


def test_what_mypy_said_is_kept_with_what_it_has_read(root: Path, kept: Cache, asking: Path) -> None:
    work, how = Works(), How(types=True)
    assert decided(seen(root, kept, work, how)) is Decision.RENAME
    assert decided(seen(root, kept, work, how)) is Decision.RENAME
    assert work.times == 1

    (asking / "told.py").write_text("def what() -> int: ...\n")
    assert decided(seen(root, kept, work, how)) is Decision.KEEP
    assert work.times == 2

    assert decided(seen(root, kept, work)) is Decision.ASK
    assert decided(seen(root, kept, work)) is Decision.ASK
    assert work.times == 3, "without types is another question"


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_what_mypy_has_read_in_the_tree_counts_and_the_rest_does_not(
    root: Path, kept: Cache, asking: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    monkeypatch.chdir(root)
    place = Path() if relative else root
    (root / "quiet.py").write_text("x = 1\n")
    (asking / "told.py").write_text("import quiet\nfrom left import Left\n\n\ndef what() -> Left: ...\n")
    past(root, asking)
    work, how = Works(), How(types=True)
    seen(place, kept, work, how)
    (root / "fine.py").write_text("x = 2\n")
    seen(place, kept, work, how)
    assert work.times == 1

    (root / "quiet.py").write_text("x = 2\n")
    seen(place, kept, work, how)
    assert work.times == 2

    (root / "finer.py").write_text("x = 2\n")
    seen(place, kept, work, how)
    assert work.times == 3, "where mypy looks a file has come"

    (root / "mypy.ini").write_text(f"{(root / 'mypy.ini').read_text()}# more\n")
    seen(place, kept, work, how)
    assert work.times == 4


def test_a_module_that_comes_beside_what_mypy_has_read(root: Path, kept: Cache, asking: Path) -> None:
    (asking / "told.py").rename(asking / "later.txt")
    work, how = Works(), How(types=True)
    assert decided(seen(root, kept, work, how)) is Decision.ASK
    (asking / "later.txt").rename(asking / "told.py")
    assert decided(seen(root, kept, work, how)) is Decision.RENAME
    assert work.times == 2


def test_what_is_written_while_mypy_reads_is_not_trusted(root: Path, kept: Cache, asking: Path) -> None:
    later = time.time() + 60
    os.utime(asking / "told.py", (later, later))
    work, how = Works(), How(types=True)
    seen(root, kept, work, how)
    seen(root, kept, work, how)
    assert work.times == 2


@pytest.mark.usefixtures("asking")
def test_where_mypy_fails_nothing_is_kept(root: Path, kept: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oracle, "ask", lambda *a: Answers(failure="it was not told"))
    work, how = Works(), How(types=True)
    seen(root, kept, work, how)
    found = seen(root, kept, work, how)
    assert work.times == 2
    assert "mypy was not of help" in str(found.answer)


def test_files_that_parse_are_known_when_others_have_changed(
    root: Path, kept: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(root, kept, Works())
    (root / "late.py").write_text("def (\n")
    read: list[bytes] = []
    parses = questions.parses

    def counted(data: bytes) -> bool:
        read.append(data)
        return parses(data)

    monkeypatch.setattr(questions, "parses", counted)
    found = seen(root, kept, Works())

    assert [str(failure.path) for failure in found.failures] == ["broken.py", "late.py"]
    assert {*read} == {b"def (\n", b"def (:\n"}


def test_a_file_in_the_way_that_git_ignores_is_seen_by_the_second_diff(tmp_path: Path) -> None:
    before = ROOT / "fixtures" / "cex_arbitrage" / "before"
    root = lay(tmp_path / "project", {**contents(before), ".gitignore": "composite_compat.py\n"})
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    first, again = (CliRunner().invoke(app, ["diff", "--format", "json", str(root)]) for _ in range(2))
    assert (first.exit_code, first.stdout) == (1, again.stdout)

    changes = [change for phase in json.loads(first.stdout)["phases"] for change in phase["changes"]]
    (created,) = (c["path"] for c in changes if c["path"].endswith("composite_compat.py"))
    (root / created).write_text("mine\n")
    late = CliRunner().invoke(app, ["diff", "--format", "json", str(root)])

    assert late.exit_code == 2
    assert f"{created} is there already, ignored by git" in late.stderr
