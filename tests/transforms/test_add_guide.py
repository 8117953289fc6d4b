"""The guide: written where it is asked for, and made of the project's own code."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods import project, spec
from codemods.data import Change, MigrationError, Plan, Spec
from codemods.migrate import Options, apply, rollback, survey
from codemods.plan import plan
from codemods.proofs import GATES
from codemods.verify import Proof, Unproven
from tests.helpers import ALL, AROUND, Files, lay
from tests.trees import TWO_SIDES, tree

GUIDE = PurePosixPath("MIGRATION-two-sides.md")
LEFT = """\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box: Box | None = None
        self._left_on = False

    @abstractmethod
    def _make_left_box(self) -> Box: ...
"""
USER = """\
from boxes import Box
from left import Left


class Mine(Left):
    @staticmethod
    def other() -> None:
        '''```'''

    def _make_left_box(self) -> Box:
        '''Make it.'''
        return Box()


def use(it: Left) -> None:
    if it._left_on and (
            it._left_box):
        it._left_box = it._make_left_box()
    it._left_on = True
"""
TREE: Files = {"left.py": LEFT, "user.py": USER}
NAMED = replace(TWO_SIDES, name="two sides")


def guided(files: Files, asked: Spec = NAMED, phases: tuple[int, ...] = ALL) -> tuple[project.Project, Plan]:
    found = replace(project.read(tree({**AROUND, **files}), asked), guide=True)
    return found, plan(found, frozenset(phases))


def text_of(files: Files, asked: Spec = NAMED) -> str:
    found, made = guided(files, asked)
    Proof(found).check(frozenset(ALL), made.changes)
    (change,) = [c for c in made.changes if c.path == asked.guide]
    assert change.after is not None
    return change.after.decode()


def examples(text: str) -> list[str]:
    return re.findall(r"```diff\n(.*?)```", text, re.DOTALL)


# --- what does not change ------------------------------------------------------------------------


def test_noop_where_nobody_asks() -> None:
    found = project.read(tree({**AROUND, **TREE}), NAMED)

    assert GUIDE not in {change.path for change in plan(found, frozenset(ALL)).changes}


def test_noop_without_the_phase_of_documents() -> None:
    _, made = guided(TREE, phases=(1, 2, 3, 4, 5))

    assert GUIDE not in {change.path for change in made.changes}


def test_noop_where_a_guide_is_there_from_an_earlier_run() -> None:
    _, made = guided({**TREE, str(GUIDE): "<!-- classmod: generated -- the guide -->\n"})

    assert GUIDE not in {change.path for change in made.changes}


def test_file_of_that_name_is_not_written_over() -> None:
    with pytest.raises(MigrationError, match=f"{GUIDE} is there already"):
        guided({**TREE, str(GUIDE): "# Ours\n"})


# --- what it says --------------------------------------------------------------------------------


def test_names_days_and_headers() -> None:
    text = text_of(TREE)

    assert text.startswith("<!-- classmod: generated -- ")
    assert "| `_left_box` | `_right_box` | `_box` |" in text
    assert "| `_left_count` |  | `_count` | a flag, False at first |" in text
    assert "| `_make_left_box()` | `_make_right_box()` | `_make_box()` |" in text
    assert "`_build_box` (now `_make_box`)" in text
    assert "`class Yours(Root[YourBox]): ...`" in text
    assert "| until 2.0 |" in text


def test_every_example_is_code_of_the_project() -> None:
    subclass, *uses = examples(text_of(TREE))

    assert subclass == (
        "  class Mine(Left):\n"
        "\n"
        "-     def _make_left_box(self) -> Box:\n"
        "+     def _make_box(self) -> Box:\n"
        "          '''Make it.'''\n"
        "          return Box()\n"
    )
    # A condition over two lines is no example, and code that holds a fence is none either.
    assert uses == [
        "- it._left_box = it._make_left_box()\n+ it._box = it._make_box()\n",
        "- it._left_on = True\n+ it._on = True\n",
    ]


def test_header_that_gets_arguments() -> None:
    boxes = "class Box: ...\nclass Small(Box): ...\nclass Large(Box): ...\n"
    other = "class Other(Left):\n    def _make_left_box(self) -> Large:\n        return Large()\n"
    made = USER.replace("Box", "Small") + other

    text = text_of({"boxes.py": boxes, "left.py": LEFT, "user.py": "from boxes import Large\n" + made})

    assert "- class Other(Left):\n+ class Other(Left[Large]):" in examples(text)[0]
    assert "`class Yours(Left[YourBox]): ...`" in text


def test_one_side_and_days() -> None:
    asked = spec.load(Path("fixtures/report_writers/spec.toml"))
    here = Path("fixtures/report_writers/before")
    files = {str(p.relative_to(here)): p.read_text() for p in here.rglob("*") if p.suffix in (".py", ".md")}
    found = replace(project.read(tree(files), asked), guide=True)
    made = plan(found, frozenset(ALL))
    Proof(found).check(frozenset(ALL), made.changes)

    (text,) = [c.after.decode() for c in made.changes if c.path == asked.guide and c.after]
    assert "another side" not in text
    assert len(examples(text)) > 1


# --- the run -------------------------------------------------------------------------------------


def test_landed_kept_and_taken_back(tmp_path: Path) -> None:
    lay(tmp_path, {**AROUND, **TREE, "MIGRATION.md": "ours\n"})
    options = Options(no_gate=GATES)

    first = apply(survey(tmp_path, NAMED, guide=True), (), options, lambda _: None)
    again = apply(survey(tmp_path, NAMED, guide=True), (), options, lambda _: None)
    later = apply(survey(tmp_path, NAMED), (), options, lambda _: None)

    assert GUIDE in {change.path for change in first.landed}
    assert (again.landed, later.landed) == ((), ())
    rollback(tmp_path, NAMED, ("5",))
    assert (tmp_path / GUIDE).exists()
    rollback(tmp_path, NAMED, ("docs",))
    assert not (tmp_path / GUIDE).exists()
    rollback(tmp_path, NAMED, ())
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "MIGRATION.md",
        "boxes.py",
        "left.py",
        "root.py",
        "user.py",
    ]


def test_its_old_names_are_no_leftovers(tmp_path: Path) -> None:
    lay(tmp_path, {**AROUND, **TREE})
    apply(survey(tmp_path, NAMED, guide=True), (), Options(no_gate=GATES), lambda _: None)

    found = survey(tmp_path, NAMED)

    assert {site.decision for site in found.sites if site.path == GUIDE} == {"keep"}
    assert not [note for note in found.notes if note.path == GUIDE]


# --- the proof -----------------------------------------------------------------------------------

WRONG = [
    ("<!-- classmod: generated", "<!-- ours", "does not say that it was generated"),
    ("`_right_on`", "`_wrong_on`", "does not tell of _right_on"),
    ("- it._left_on = True", "- it._left_on = 1", "stands nowhere"),
    ("+ it._on = True", "+ it._off = True", "is not it._left_on = True in new names"),
    ("+ it._on = True\n", "", "in new names"),
    ("  class Mine(Left):", "- class Mine(Left):\n+ class Mine(Right):", "in new names"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_wrong_guide_is_refused(right: str, wrong: str, said: str) -> None:
    found, made = guided(TREE)
    text = text_of(TREE)
    assert right in text

    bad = [
        c if c.path != GUIDE else Change(c.path, None, text.replace(right, wrong).encode())
        for c in made.changes
    ]

    with pytest.raises(Unproven, match=re.escape(said)):
        Proof(found).check(frozenset(ALL), bad)


def test_missing_guide_is_refused() -> None:
    found, made = guided(TREE)

    with pytest.raises(Unproven, match="2 files are added, not 3"):
        Proof(found).check(frozenset(ALL), [c for c in made.changes if c.path != GUIDE])
