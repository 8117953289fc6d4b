"""A dry run as it is looked at: whole, explained, and with every note at the line it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from codemods import spec as specs
from codemods.data import Decision, Note, Site
from codemods.hunks import Hunk
from codemods.review import fresh, review
from codemods.reviewed import FileReview, Review
from codemods.steps import steps
from codemods.survey import Survey, survey
from tests.helpers import AROUND, LEFT, lay
from tests.trees import TWO_SIDES

ROOT = Path(__file__).parents[1]
FIXTURE = ROOT / "fixtures" / "cex_arbitrage" / "before"
CLIENT = """\
from left import Left


class Leaf(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()


def use(leaf: Leaf, thing):
    leaf._left_box = 1
    # a line that stays
    thing._left_box = 2
    # far away



    # from all of it
    leaf.show()
    leaf.show()
    leaf.show()
    leaf.show()
    thing._right_box = 2
"""


def reviewed(root: Path, files: Mapping[str, str | bytes], *phases: str) -> tuple[Survey, Review]:
    found = survey(lay(root, {**AROUND, "left.py": LEFT, **files}), TWO_SIDES)
    return found, review(found, phases)


@cache
def of_fixture() -> tuple[Survey, Review]:
    found = survey(FIXTURE, specs.builtin())
    return found, review(found)


# --- of the fixture -----------------------------------------------------------------------------


def test_phases_and_changes_are_those_of_the_steps() -> None:
    found, made = of_fixture()
    planned = steps(found)

    assert [each.phase for each in made.phases] == [step.phase for step in planned]
    assert [tuple(file.change for file in each.files) for each in made.phases] == [s.changes for s in planned]


def test_hunks_are_those_of_each_diff() -> None:
    _, made = of_fixture()

    for file in (file for phase in made.phases for file in phase.files):
        diff = file.change.diff().split("\n")
        assert [hunk.header for hunk in file.hunks] == [line for line in diff if line.startswith("@@ ")]
        assert {hunk.path for hunk in file.hunks} == {file.path}
    assert [len(phase.files) for phase in made.phases] == [
        len({f.path for f in p.files}) for p in made.phases
    ]


def test_every_hunk_has_a_reason() -> None:
    _, made = of_fixture()

    assert [f"{hunk.phase} {hunk.path} {hunk.header}" for hunk in made.hunks if not hunk.reasons] == []


def test_reasons_stand_in_their_hunk() -> None:
    _, made = of_fixture()
    # A span may reach over several hunks, and is told with each of them from where it begins.
    outside = [
        (hunk.path, hunk.header, reason)
        for hunk in made.hunks
        for reason in hunk.reasons
        if not reason.gone and reason.line not in hunk.after and reason.old
    ]

    assert outside == []


def test_every_rename_is_a_site_of_a_hunk() -> None:
    found, made = of_fixture()
    carried = {site for hunk in made.hunks for site in hunk.sites}

    assert {s for s in found.sites if s.decision is Decision.RENAME} <= carried
    assert {s.decision for s in carried} == {Decision.RENAME, Decision.DELETE}


def test_every_note_and_question_is_told_once() -> None:
    found, made = of_fixture()
    files = [file for phase in made.phases for file in phase.files]
    parts: list[Review | FileReview | Hunk] = [made, *files, *made.hunks]
    notes = [note for part in parts for note in part.notes]
    asked = [site for part in parts for site in part.asked]

    questions = [site for site in found.sites if site.decision is Decision.ASK]
    assert sorted(asked, key=str) == sorted(questions, key=str)
    assert sorted(notes, key=str) == sorted(fresh(found.notes, questions), key=str)
    assert questions
    assert notes


def test_a_remark_is_beside_the_line_it_speaks_of() -> None:
    found, made = of_fixture()
    beside = [(hunk, remark, line) for hunk in made.hunks for remark, line in hunk.places]

    assert beside
    for hunk, remark, line in beside:
        (shown,) = [each for each in hunk.lines if each.old == line]
        told = found.snapshot[remark.path].decode().split("\n")[remark.line - 1]
        assert shown.text == told or shown.sign == "-"
        assert remark in (*hunk.notes, *hunk.asked)


def test_a_note_of_a_later_change_waits_for_it() -> None:
    found, made = of_fixture()
    (hunk,) = [hunk for hunk in made.hunks if any("does here now" in note.text for note in hunk.notes)]

    assert hunk.phase == 3
    assert any(line.sign == "+" and "close()" in line.text for line in hunk.lines)
    only = review(found, ("1",))
    parts: list[Review | FileReview | Hunk] = [only, *only.phases[0].files, *only.hunks]
    assert not [note for part in parts for note in part.notes if note.phase]


def test_size_is_that_of_the_diffs() -> None:
    _, made = of_fixture()

    for phase in made.phases:
        bodies = [file.change.diff().split("\n@@", 1)[1].split("\n")[1:] for file in phase.files]
        assert phase.size == tuple(sum(line[:1] == s for body in bodies for line in body) for s in "+-")


def test_tree_has_every_class_with_both_headers() -> None:
    _, made = of_fixture()

    assert made.tree[0].depth == 0
    assert any(line.before != line.after for line in made.tree)


# --- of small trees -----------------------------------------------------------------------------


def test_a_phase_without_changes_has_no_files(tmp_path: Path) -> None:
    _, made = reviewed(tmp_path, {})

    assert [phase.phase.number for phase in made.phases] == [1, 2, 3, 4, 5, 6]
    assert made.phases[-1].files == ()
    assert made.phases[-1].size == (0, 0)


def test_phases_asked_for(tmp_path: Path) -> None:
    _, made = reviewed(tmp_path, {}, "1", "left")

    assert [phase.phase.name for phase in made.phases] == ["base", "left"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_questions_follow_their_lines_through_the_phases(tmp_path: Path, end: str) -> None:
    client = "from boxes import SmallBox\n" + CLIENT
    found, made = reviewed(tmp_path, {"client.py": client.replace("\n", end)})
    questions = [site for site in found.sites if site.decision is Decision.ASK]
    client_lines = client.split("\n")
    assert [client_lines[site.line - 1].strip() for site in questions] == [
        "thing._left_box = 2",
        "thing._right_box = 2",
    ]

    beside = {site: hunk for hunk in made.hunks for site in hunk.asked}
    (file,) = [f for p in made.phases for f in p.files if f.path == PurePosixPath("client.py") and f.asked]

    assert list(beside) == [questions[0]]
    assert "thing._left_box = 2" in [line.text.strip() for line in beside[questions[0]].lines]
    assert file.asked == (questions[1],)


def test_what_no_phase_changes_is_at_the_end(tmp_path: Path) -> None:
    _, made = reviewed(tmp_path, {"other.py": "def use(thing):\n    thing._left_box = 2\n"})

    assert [(site.path, site.line) for site in made.asked] == [(PurePosixPath("other.py"), 2)]
    assert not [site for hunk in made.hunks for site in hunk.asked]


def test_created_files_are_reviewed(tmp_path: Path) -> None:
    _, made = reviewed(tmp_path, {})
    created = [file for file in made.phases[0].files if file.change.before is None]

    assert [str(file.path) for file in created] == ["client_types.py", "old_names.py"]
    for file in created:
        (hunk,) = file.hunks
        assert hunk.before == range(1, 1)
        assert hunk.reasons


def test_bytes_that_are_no_text_are_carried(tmp_path: Path) -> None:
    head = b"# -*- coding: latin-1 -*-\nfrom left import Left\n\n\n"
    latin = head + b"def f(x: Left):\n    return x._left_box  # \xe9\n"
    _, made = reviewed(tmp_path, {"latin.py": latin})
    (hunk,) = [hunk for hunk in made.hunks if hunk.path == PurePosixPath("latin.py")]

    lines = [line.text for line in hunk.lines]
    assert "    return x._box  # \udce9" in lines
    assert [r.old for r in hunk.reasons] == ["_left_box"]


def test_notes_that_repeat_a_question_are_left_out() -> None:
    path = PurePosixPath("a.py")
    asked = [Site(path, 3, 1, "_old", "read", Decision.ASK, None, "named", "x", 1)]  # type: ignore[arg-type]
    kept = Note(path, 4, "_old: x")

    assert fresh([Note(path, 3, "_old: y"), kept, kept], asked) == (kept,)


def test_a_repair_is_a_phase_with_reasons(tmp_path: Path) -> None:
    renamed = "from root import Root\n\n\nclass LeftBase(Root):\n    _left_on = False\n"
    leaf = "from left import Left\n\n\nclass Leaf(Left):\n    pass\n"
    found = survey(lay(tmp_path, {**AROUND, "left.py": renamed, "leaf.py": leaf}), TWO_SIDES, repair=True)
    made = review(found)
    (hunk,) = [hunk for hunk in made.hunks if hunk.phase == 0]

    assert made.phases[0].phase.number == 0
    assert [line.text for line in hunk.lines if line.sign == "+"][-1].startswith("Left = LeftBase")
    assert hunk.reasons
    assert all(hunk.reasons for hunk in made.hunks)
