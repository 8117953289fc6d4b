"""Questions and answers: what one answer means for the others, and that they can be gone on with."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from random import Random

import pytest

from codemods.choice import NOTHING, Choices, Item, Kind, Retouch, parsed, written
from codemods.session import Question, Session
from codemods.steps import stages_of
from codemods.survey import chosen
from tests.choosers import Asked, asked
from tests.helpers import lay
from tests.test_choosing import at
from tests.test_leaving import FILES, USE
from tests.test_migrate import BEFORE


@pytest.fixture
def tree(tmp_path: Path) -> Asked:
    return asked(lay(tmp_path, {**FILES, "use.py": USE}))


def asks(session: Session, item: Item) -> Question:
    return next(question for question in session.questions if item in question.items)


def answered(session: Session, seed: int, *, until: int = 10**6) -> None:
    """Answer the questions in order at random, the first ``until`` of them."""
    for number, question in enumerate(session.questions[:until]):
        leave = Random(seed * 1000 + number).random() < 0.3
        if session.answer(question) is None:
            session.leave(question.items) if leave and number else session.take(question.items)


def result(tree: Asked, session: Session) -> dict[str, bytes | None]:
    choices = session.choices(tree.start.project.snapshot, whole=True)
    last = stages_of(tree.found, chosen(tree.start, choices), ())[-1]
    return {str(path): data for path, data in last.contents.items()}


def test_what_all_stands_on_is_one_question(tree: Asked) -> None:
    session = tree.session()
    bases = [q for q in session.questions if any(item.kind is Kind.BASE for item in q.items)]
    assert bases == session.questions[:1]
    assert {hunk.phase for hunk in bases[0].hunks} == {1}
    assert len(bases[0].hunks) > 1


def test_nothing_is_answered_in_the_beginning(tree: Asked) -> None:
    session = tree.session()
    assert {session.answer(question) for question in session.questions} == {None}
    assert session.choices(tree.start.project.snapshot, whole=False) == NOTHING


def test_leaving_a_definition_leaves_its_uses_and_says_why(tree: Asked) -> None:
    session = tree.session()
    definition = asks(session, at(tree, "left.py", 10, "_make_left_box"))
    use = asks(session, at(tree, "use.py", 5, "_make_left_box"))

    session.leave(definition.items)

    assert session.answer(definition) is session.answer(use) is False
    assert session.why_left(use) == ("it uses _make_left_box, which is defined at left.py:10",)
    assert session.why_left(definition) == ()


def test_taking_a_use_takes_its_definition(tree: Asked) -> None:
    session = tree.session()
    definition, use = at(tree, "left.py", 10, "_make_left_box"), at(tree, "use.py", 5, "_make_left_box")
    session.leave([definition])
    assert session.obstacles([use]) == {definition: "it uses _make_left_box, which is defined at left.py:10"}

    session.take([use])

    assert {definition, use} <= session.taken
    assert definition not in session.left


def test_leaving_what_all_stands_on_leaves_everything(tree: Asked) -> None:
    session = tree.session()
    session.leave(session.questions[0].items)
    assert {session.answer(question) for question in session.questions} == {False}

    last = session.questions[-1]
    assert "everything else stands on it" in session.obstacles(last.items).values()
    session.take(last.items)
    assert session.answer(session.questions[0]) is True


def test_what_is_not_decided_is_left_out_in_the_end(tree: Asked) -> None:
    session = tree.session()
    session.take(session.questions[0].items)
    found = session.choices(tree.start.project.snapshot, whole=True)
    assert found.left == {*tree.items}
    assert found.taken == session.questions[0].items
    assert found.paths == found.digests.keys()


def test_everything_taken_leaves_nothing(tree: Asked) -> None:
    session = tree.session()
    for question in session.questions:
        session.take(question.items)
    assert session.choices(tree.start.project.snapshot, whole=True).left == frozenset()
    plain = stages_of(tree.found, tree.start, ())[-1].contents
    assert result(tree, session) == {str(path): data for path, data in plain.items()}


@pytest.mark.parametrize("seed", range(6))
def test_going_on_later_is_the_same_as_going_through(tmp_path: Path, seed: int) -> None:
    tree = asked(lay(tmp_path, BEFORE))
    whole, first = tree.session(), tree.session()
    answered(whole, seed)
    answered(first, seed, until=len(first.questions) // 2)
    kept = first.choices(tree.start.project.snapshot, whole=False)
    later = tree.session(parsed(json.loads(json.dumps(written(kept)))))
    assert [later.answer(q) for q in later.questions] == [first.answer(q) for q in first.questions]

    answered(later, seed)

    assert (later.taken, later.left.keys()) == (whole.taken, whole.left.keys())
    assert result(tree, later) == result(tree, whole)


@pytest.mark.parametrize("take", [True, False])
def test_parts_answered_one_by_one_are_the_hunk_answered_at_once(tmp_path: Path, take: bool) -> None:
    tree = asked(lay(tmp_path, BEFORE))
    count = len(tree.session().questions)
    split = 0
    for number in range(count):
        at_once, by_parts = tree.session(), tree.session()
        parts = by_parts.split(number)
        assert by_parts.questions[number + parts :] == at_once.questions[number + 1 :]
        assert (parts > 1) == at_once.splits(at_once.questions[number])
        split += parts > 1
        for session, last in ((at_once, number), (by_parts, number + parts - 1)):
            for question in session.questions[number : last + 1]:
                (session.take if take else session.leave)(question.items)
        assert (by_parts.taken, by_parts.left.keys()) == (at_once.taken, at_once.left.keys())
    assert split, "no hunk of the tree can be split"


def test_what_is_one_thing_is_not_split(tree: Asked) -> None:
    session = tree.session()
    before = list(session.questions)
    assert session.split(0) == 1
    assert session.questions == before


def made(question: Question, text: str = "x\n") -> Retouch:
    hunk = question.hunks[0]
    return Retouch(hunk.path, hunk.phase, hunk.after.start, ("old\n",), (text,))


def test_what_is_written_by_hand_goes_with_its_hunk(tree: Asked) -> None:
    session = tree.session()
    question = session.questions[-1]
    session.retouch(question, made(question))
    assert session.retouched(question) == made(question)
    assert session.choices(tree.start.project.snapshot, whole=False).retouches == (made(question),)

    session.retouch(question, made(question, "y\n"))
    assert session.retouches == [made(question, "y\n")]
    session.retouch(question, None)
    assert session.retouches == []


def test_handwork_is_undone_and_asked_about_again(tree: Asked) -> None:
    session = tree.session()
    first, last = session.questions[1], session.questions[-1]
    session.take([*first.items, *last.items])
    session.retouch(last, made(last))

    assert session.undo_handwork() == (made(last),)

    assert (session.answer(first), session.answer(last)) == (True, None)
    assert session.undo_handwork() == ()


def test_handwork_that_has_landed_stays(tree: Asked) -> None:
    question = tree.session().questions[-1]
    before = made(question)
    kept = Choices(retouches=(before,), digests={PurePosixPath("use.py"): "0"})
    session = Session.of(tree.choosable, tree.review, kept, (before,))

    assert session.retouched(question) is None
    session.leave(question.items)
    session.retouch(question, None)
    assert session.undo_handwork() == ()

    assert session.choices(tree.start.project.snapshot, whole=True).retouches == (before,)
