"""What is left out of a migration: the rest is proven, runs, lands, and can be taken back."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.choice import LEFT_OUT, NOTHING, Choices, Item, Kind, Retouch
from codemods.data import Decision, MigrationError
from codemods.leaving import item_of, left_out, retouched
from codemods.migrate import apply, rollback, survey
from codemods.steps import stages_of
from codemods.survey import chosen, origin
from tests.choosers import asked
from tests.helpers import AROUND, UNPROVEN, contents, lay
from tests.test_properties import PROPERTY, Case, as_files, cases, lives
from tests.trees import TWO_SIDES, known

PATH = PurePosixPath("a.py")
SIDE = """\
from boxes import Box
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None

    def _make_left_box(self) -> Box:
        return Box()

    def open(self):
        self._left_box = self._make_left_box()
"""
USE = "from left import Left\n\n\ndef use(left: Left):\n    return left._make_left_box()\n"
FILES = {**AROUND, "left.py": SIDE}


# --- a project without some of it ----------------------------------------------------------------


def test_nothing_left_out_is_the_same_project() -> None:
    project = known(FILES)
    assert left_out(project, frozenset()) is project


def test_a_site_left_out_is_kept_for_that() -> None:
    project = known(FILES)
    site = next(s for s in project.sites if s.decision is Decision.RENAME)

    found = left_out(project, frozenset({item_of(site)}))

    other = next(s for s in found.sites if item_of(s) == item_of(site))
    assert (other.decision, other.new, other.reason) == (Decision.KEEP, None, LEFT_OUT)
    assert [s for s in found.sites if s is not other] == [s for s in project.sites if s is not site]


def test_a_factory_that_keeps_its_name_keeps_the_root_concrete() -> None:
    project = known(FILES)
    (factory,) = (s for s in project.sites if s.kind == "definition" and s.name == "_make_left_box")
    assert project.roles.abstract

    assert not left_out(project, frozenset({item_of(factory)})).roles.abstract
    assert not left_out(project, frozenset({Item(Kind.ABSTRACT, project.root.path)})).roles.abstract


# --- lines written otherwise ---------------------------------------------------------------------


def edit(line: int, planned: str, written: str, phase: int = 2) -> Retouch:
    return Retouch(PATH, phase, line, tuple(planned.splitlines(True)), tuple(written.splitlines(True)))


@pytest.mark.parametrize(
    ("made", "after"),
    [
        (edit(1, "a\n", "A\n"), b"A\nb\na\nb\n"),
        (edit(3, "a\n", "A\n"), b"a\nb\nA\nb\n"),
        (edit(2, "b\na\n", "b\nnew\na\n"), b"a\nb\nnew\na\nb\n"),
        (edit(2, "b\na\n", ""), b"a\nb\n"),
        (edit(9, "b\na\n", "c\n"), b"a\nc\nb\n"),
    ],
)
def test_lines_are_put_in_the_place_of_others(made: Retouch, after: bytes) -> None:
    assert retouched(PATH, b"a\nb\na\nb\n", [made], frozenset({1, 2})) == after


def test_lines_of_another_phase_or_file_are_not() -> None:
    made = [edit(1, "a\n", "A\n", phase=3), Retouch(PurePosixPath("b.py"), 2, 1, ("a\n",), ("A\n",))]
    assert retouched(PATH, b"a\n", made, frozenset({1, 2})) == b"a\n"


def test_what_is_around_them_may_change() -> None:
    made = edit(1, "one\ntwo\nthree\nfour\nfive\n", "one\ntwo\nTHREE\nfour\nfive\n")
    assert retouched(PATH, b"ONE\ntwo\nthree\nfour\nFIVE\n", [made], frozenset({2})) == (
        b"ONE\ntwo\nTHREE\nfour\nFIVE\n"
    )


def test_lines_that_are_not_there_any_more_are_told_of() -> None:
    with pytest.raises(MigrationError, match=r"a\.py:1: these lines were edited by hand for phase 2"):
        retouched(PATH, b"other\n", [edit(1, "a\n", "A\n")], frozenset({2}))


# --- sets of items at random -----------------------------------------------------------------------


@settings(PROPERTY, max_examples=20)
@given(cases(), st.integers(0, 10**6), st.sampled_from("23456"))
def test_whatever_is_left_out_the_rest_runs_lands_and_goes(case: Case, seed: int, gone: str) -> None:
    """A set that holds what needs it gives a tree that is proven and lives as it did before."""
    with tempfile.TemporaryDirectory() as scratch:
        root = lay(Path(scratch, "old"), case.files)
        tree = asked(root)
        choices = tree.some(seed)
        start = chosen(tree.start, choices)
        stages = stages_of(tree.found, start, ())
        fewer = stages_of(tree.found, start, [n for n in "123456" if n != gone])
        after, without = (
            {
                **as_files(case.snapshot),
                **{str(p): d for p, d in each[-1].contents.items() if d is not None},
            }
            for each in (stages, fewer)
        )

        before, _ = lives(case, root, migrated=False)
        now, _ = lives(case, lay(Path(scratch, "new"), after), migrated=True)
        assert now == before

        apply(survey(root, TWO_SIDES), (), UNPROVEN, lambda _: None, choices)
        assert contents(root) == after
        assert apply(survey(root, TWO_SIDES), (), UNPROVEN, lambda _: None).landed == ()
        rollback(root, TWO_SIDES, [gone])
        assert contents(root) == without
        rollback(root, TWO_SIDES, ())
        assert contents(root) == as_files(case.snapshot)


@settings(PROPERTY, max_examples=10)
@given(cases())
def test_nothing_left_out_is_a_plain_run(case: Case) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        plain, taken = (lay(Path(scratch, name), case.files) for name in ("plain", "taken"))
        apply(survey(plain, TWO_SIDES), (), UNPROVEN, lambda _: None)
        apply(survey(taken, TWO_SIDES), (), UNPROVEN, lambda _: None, NOTHING)
        assert contents(taken) == contents(plain)


# --- choices that have landed ----------------------------------------------------------------------


def without_factory(root: Path) -> Choices:
    """The small tree with its factory, and what needs it, left out and the rest landed."""
    tree = asked(root)
    (factory,) = (
        s for s in tree.start.project.sites if s.kind == "definition" and s.name == "_make_left_box"
    )
    choices = tree.without([item_of(factory)])
    apply(survey(root, TWO_SIDES), (), UNPROVEN, lambda _: None, choices)
    return choices


def test_a_use_that_is_added_later_keeps_the_name_that_was_left_out(tmp_path: Path) -> None:
    lay(tmp_path, FILES)
    without_factory(tmp_path)
    assert b"def _make_left_box" in contents(tmp_path)["left.py"]
    before = contents(tmp_path)
    lay(tmp_path, {"use.py": USE})

    apply(survey(tmp_path, TWO_SIDES), (), UNPROVEN, lambda _: None)

    assert contents(tmp_path) == {**before, "use.py": USE.encode()}


def test_choices_for_a_file_that_changed_do_not_count(tmp_path: Path) -> None:
    lay(tmp_path, {**FILES, "use.py": USE})
    tree = asked(tmp_path)
    item = next(i for i in tree.items if str(i.path) == "use.py")
    choices = tree.without([item])
    assert chosen(origin(survey(tmp_path, TWO_SIDES), NOTHING), choices).choices.left == choices.left

    lay(tmp_path, {"use.py": f"{USE}# more\n"})

    start = chosen(origin(survey(tmp_path, TWO_SIDES), NOTHING), choices)
    assert start.choices.left == frozenset(i for i in choices.left if str(i.path) != "use.py")


def test_taking_it_after_all_is_as_if_it_had_never_been_left_out(tmp_path: Path) -> None:
    late, plain = (lay(tmp_path / name, FILES) for name in ("late", "plain"))
    without_factory(late)

    apply(survey(late, TWO_SIDES), (), UNPROVEN, lambda _: None, NOTHING)
    apply(survey(plain, TWO_SIDES), (), UNPROVEN, lambda _: None)

    assert contents(late) == contents(plain)
