"""Everything known of one place: of a site, of a line without one, of a file that is not read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods import rules, spec
from codemods.data import Change, Confidence, Decision, MigrationError, Phase
from codemods.explanation import Explanation, SiteFacts, explain
from codemods.hunks import Hunk, HunkLine, Reason, hunks
from codemods.migrate import Options, apply
from codemods.pointed import Pointed, pointed
from codemods.proofs import GATES
from codemods.receivers import Answer, Answers, Oracle
from codemods.reviewed import FileReview, PhaseReview, Review
from codemods.rules import RULES, rule_of
from codemods.subject import subject
from codemods.survey import Asked, Survey, survey
from codemods.touches import Touch, touches
from tests.helpers import lay
from tests.test_decoys import FIXTURE, decoys
from tests.trees import HIERARCHY, TWO_SIDES

GUIDE = Path(__file__).parents[1] / "MIGRATION.md"
HEAD = "from bases import *\nfrom boxes import *\n\n"
USER = f"""\
{HEAD}
class Crate(Left):
    def pack(self, other, given: Left, right: Right):
        self._left_box = self._make_left_box()
        other._left_box
        given._left_box
        right._left_box
        return dict(
            one=1,
            two=given._left_on,
        )


class Bin:
    _left_box = 1


class Bins:
    def empty(self):
        return Bin()._left_box
"""
DOC = "The `_left_box` of it.\n\nNothing here.\n"
Files = Mapping[str, "str | bytes"]


def line_of(source: str, words: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), 1) if words in line)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", {**HIERARCHY, "user.py": USER, "page.md": DOC})


def surveyed(root: Path, confidence: Confidence = Confidence.INFERRED) -> Survey:
    return survey(root, TWO_SIDES, confidence=confidence)


def told(root: Path, place: str, *phases: str) -> Explanation:
    return explain(surveyed(root), pointed(root, place), phases)


def at(root: Path, words: str, path: str = "user.py") -> Explanation:
    return told(root, f"{path}:{line_of((root / path).read_text(), words)}")


def one(found: Explanation) -> SiteFacts:
    (facts,) = found.sites
    return facts


# --- the place ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a.py:2", ("a.py", 2, None)),
        ("a.py:2:5", ("a.py", 2, 5)),
        ("./a.py:2:", ("a.py", 2, None)),
        ("a.py:2: error: it says a.py:1: here", ("a.py", 2, None)),
        ("a.py:2:5: _old -> _new", ("a.py", 2, 5)),
        ("a.py:2:0", ("a.py", 2, 0)),
        ("a.py:2:6", ("a.py", 2, 6)),
        ("  a.py:2:5 in test", ("a.py", 2, 5)),
        ("a.py:2:\n    x = {1: 2}", ("a.py", 2, None)),
        ("pkg/../a.py:1", ("a.py", 1, None)),
        ("pkg/b c:7.py:1", ("pkg/b c:7.py", 1, None)),
    ],
)
def test_place_as_it_is_pasted(tmp_path: Path, said: str, expected: tuple[str, int, int | None]) -> None:
    lay(tmp_path, {"a.py": "x = 1\ny = 2\n", "pkg/b c:7.py": "x\n"})

    path, line, column = expected
    assert pointed(tmp_path, said) == Pointed(PurePosixPath(path), line, column)


def test_file_is_found_below_path_first_and_then_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, {"src/a.py": "1\n2\n", "a.py": "1\n", "src/b.py": "1\n"})
    monkeypatch.chdir(tmp_path)

    assert pointed(Path("src"), "a.py:2").path == PurePosixPath("a.py")
    assert pointed(Path("src"), "src/b.py:1").path == PurePosixPath("b.py")
    assert pointed(Path("src"), f"{tmp_path}/src/b.py:1").path == PurePosixPath("b.py")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("a.py", "a.py: a place is FILE:LINE or FILE:LINE:COLUMN"),
        ("a.py:x", "a.py:x: a place is FILE:LINE or FILE:LINE:COLUMN"),
        ("a.py:3", "a.py: there is no line 3, the last one is 2"),
        ("a.py:0", "a.py: there is no line 0, the last one is 2"),
        ("a.py:2:3", "a.py:2: there is no column 3, the last one is 1"),
        ("empty.py:1", "empty.py: there is no line 1, the last one is 0"),
        ("none.py:1", "none.py: there is no such file below "),
        ("pkg:1", "pkg: there is no such file below "),
        ("../outside.py:1", "../outside.py: is not below "),
    ],
)
def test_place_that_is_not_there(tmp_path: Path, said: str, message: str) -> None:
    lay(tmp_path, {"outside.py": "1\n", "in/a.py": "1\n2\n", "in/empty.py": "", "in/pkg/b.py": "1\n"})

    with pytest.raises(MigrationError, match=rf"^{re.escape(message)}"):
        pointed(tmp_path / "in", said)


def test_place_that_may_be_there_later(tmp_path: Path) -> None:
    lay(tmp_path, {"in/a.py": "1\n"})

    there = pointed(tmp_path / "in", "a.py:1", later=True)
    line = pointed(tmp_path / "in", "a.py:9", later=True)
    file = pointed(tmp_path / "in", "b.py:9:2", later=True)

    assert there == Pointed(PurePosixPath("a.py"), 1)
    assert line == Pointed(PurePosixPath("a.py"), 9, None, "a.py: there is no line 9, the last one is 1")
    assert (file.path, file.line, file.column) == (PurePosixPath("b.py"), 9, 2)
    assert file.absent.startswith("b.py: there is no such file below ")
    odds = {
        "../b.py:1": "is not below",
        "none/b.py:1": "there is no such file below",
        "a.py:1:9": "there is no column 9",
    }
    for odd, message in odds.items():
        with pytest.raises(MigrationError, match=message):
            pointed(tmp_path / "in", odd, later=True)


def test_place_that_is_absent_and_stays_so(root: Path) -> None:
    for place in ("none.py:1", "user.py:999"):
        at = pointed(root, place, later=True)
        with pytest.raises(MigrationError, match=rf"^{re.escape(at.absent)}$"):
            explain(surveyed(root), at)


def test_noop_function_of_which_nothing_changes(root: Path) -> None:
    found = at(root, "def empty")

    assert (found.body, found.later) == ((), ())


def test_place_that_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"a.py": "x\n"})

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MigrationError, match=r"^a.py: cannot be read: Permission denied$"):
        pointed(tmp_path, "a.py:1")
    for odd in ("a" * 5000, "a\0.py"):
        with pytest.raises(MigrationError, match="there is no such file below"):
            pointed(tmp_path, f"{odd}:1")


# --- lines without a site -----------------------------------------------------------------------


def test_noop_line_names_the_nearest_site(root: Path) -> None:
    found = at(root, "def empty")

    assert found.nothing
    assert found.nearest is not None
    assert (found.nearest.line, found.nearest.decision) == (line_of(USER, "Bin()"), Decision.KEEP)
    assert [phase.number for phase in found.elsewhere] == [2]


def test_noop_file_without_a_site(root: Path) -> None:
    lay(root, {"plain.py": "x = 1\n"})

    found = told(root, "plain.py:1")

    assert (found.nothing, found.nearest, found.elsewhere, found.scope) == (True, None, (), "")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("notes.txt", "only .py, .pyi and .md files are read"),
        ("pyproject.toml", "only .py, .pyi and .md files are read"),
        (".venv/x.py", "git ignores it, or it belongs to an environment"),
        ("linked.py", "it is reached through a link"),
        ("broken.py", "it cannot be read as Python (syntax-error"),
        ("latin.py", "it cannot be read as Python (undecodable"),
    ],
)
def test_file_that_is_left_alone(root: Path, path: str, reason: str) -> None:
    files: Files = {
        "notes.txt": "_left_box",
        "pyproject.toml": "[x]",
        ".venv/x.py": "_left_box",
        "broken.py": "_left_box = (",
        "latin.py": b"# \xff\n",
    }
    lay(root, files)
    (root / "linked.py").symlink_to(root / "user.py")

    found = told(root, f"{path}:1")

    assert found.scope.startswith(reason)
    assert len(found.rows) == 1


def test_header_has_the_class_and_its_arguments(root: Path) -> None:
    (header,) = at(root, "class Crate").headers

    assert [each.name for each in header.family.chain] == ["Crate", "Left", "Root"]
    assert (header.family.part, header.family.side) == ("sub-base", "left")
    assert header.before == "class Crate(Left)"
    assert header.family.arguments
    assert header.rule is rules.ARGUMENTS


def test_header_of_another_class(root: Path) -> None:
    (header,) = at(root, "class Bins").headers

    assert (header.family.part, header.family.phase, header.rule) == ("", None, None)


def test_line_that_changes_without_a_site(root: Path) -> None:
    found = at(root, "class Left", "bases.py")

    (touch,) = found.touches
    assert (touch.how, touch.phase.number) == ("changes", 2)
    assert touch.after[0].startswith("class Left(Root[")
    assert touch.reasons


def test_line_beside_which_an_import_is_added(root: Path) -> None:
    source = (root / "bases.py").read_text()
    last = max(n for n, line in enumerate(source.splitlines(), 1) if line.startswith(("from", "import")))

    kinds = {(t.how, t.phase.number) for t in told(root, f"bases.py:{last}").touches}

    assert ("below", 1) in kinds


PATH = PurePosixPath("a.py")


def touch_of(line: int, before: str, after: str, *reasons: Reason) -> Touch:
    """What becomes of a line of a file, by reasons that are given."""
    change = Change(PATH, before.encode(), after.encode())
    made = tuple(replace(hunk, reasons=reasons) for hunk in hunks(change, 1, (), ()))
    phase = PhaseReview(Phase(1, "base", "It."), (FileReview(change, made),))
    (touch,) = touches(Review((phase,), (), (), ()), PATH, line)
    return touch


def test_line_that_goes_has_the_nearest_reason() -> None:
    near, far = Reason("not used any more", 4), Reason("another", 1, gone=True)

    touch = touch_of(3, "a\nb\nimport c\nd\ne\n", "a\nb\nd\nE\n", near, far)

    assert (touch.how, touch.reasons) == ("removes", (near,))


def test_line_that_stays_among_lines_that_change() -> None:
    reason = Reason("renamed", 1)
    rows = (
        HunkLine("-", "a", 1, None),
        HunkLine("-", "same", 2, None),
        HunkLine("+", "A", None, 1),
        HunkLine("+", "same", None, 2),
    )
    hunk = Hunk(PATH, 1, 1, (("replace", 0, 2, 0, 2),), rows, (reason,))
    phase = PhaseReview(
        Phase(1, "base", "It."), (FileReview(Change(PATH, b"a\nsame\n", b"A\nsame\n"), (hunk,)),)
    )
    review = Review((phase,), (), (), ())

    assert [(t.how, t.after, t.reasons) for t in touches(review, PATH, 2)] == [("stays", (), (reason,))]
    assert [(t.how, t.after) for t in touches(review, PATH, 1)] == [("changes", ("A",))]


# --- sites --------------------------------------------------------------------------------------


def test_site_has_everything(root: Path) -> None:
    facts = one(at(root, "given._left_box"))

    assert (facts.site.name, facts.site.new, facts.site.decision) == ("_left_box", "_box", Decision.RENAME)
    assert facts.about.text == "given"
    assert facts.about.known is not None
    assert facts.about.known.reason == "parameter given: Left"
    (origin,) = facts.about.origins
    assert (origin.line, origin.missing) == (line_of(USER, "def pack"), "")
    (family,) = facts.families
    assert [each.name for each in family.chain] == ["Left", "Root"]
    assert (family.part, family.side, family.phase and family.phase.number) == ("sub-base", "left", 2)
    assert facts.rule is rules.ATTRIBUTES
    assert facts.phase is not None
    assert facts.phase.name == "left"
    (touch,) = facts.touches
    assert (touch.phase, touch.after) == (facts.phase, ("        given._box",))
    assert "since 1.0, to be removed after 2.0" in facts.meanwhile
    assert facts.remedies == ()


def test_ancestor_that_declares_the_name_is_named(root: Path) -> None:
    lay(root, {"more.py": f"{HEAD}class Holds(Left):\n    _left_on = True\n    def f(self): self._left_on\n"})

    (family,) = one(told(root, "more.py:6")).families

    assert [each.holds for each in family.chain if each.name == "Holds"] == [("sets _left_on in line 5",)]


def test_line_with_several_sites_and_a_column_that_picks_one(root: Path) -> None:
    number = line_of(USER, "self._left_box =")
    column = USER.splitlines()[number - 1].index("_make_left_box") + 1

    every = told(root, f"user.py:{number}").sites
    assert [facts.site.name for facts in every] == ["_left_box", "_make_left_box"]
    for inside in (column, column + 13):
        assert one(told(root, f"user.py:{number}:{inside}")).site.name == "_make_left_box"
    for outside in (1, column + 14):
        assert len(told(root, f"user.py:{number}:{outside}").sites) == 2


def test_statement_around_a_line_without_a_site(root: Path) -> None:
    found = at(root, "one=1")

    assert one(found).site.name == "_left_on"
    assert [text.strip() for _, text in found.rows] == ["one=1,", "two=given._left_on,"]


def test_asked_receiver_says_what_settles_it(root: Path) -> None:
    facts = one(at(root, "other._left_box"))
    line = line_of(USER, "def pack")

    assert facts.site.decision is Decision.ASK
    assert facts.about.known is None
    assert facts.touches == ()
    assert facts.remedies == (
        f"annotate the parameter other of pack() with its class (user.py:{line})",
        "if it is to stay, end its line with: # classmod: keep -- why",
    )


def test_what_settles_it_is_true(root: Path) -> None:
    settled = USER.replace("other, given", "other: Left, given")
    lay(root, {"user.py": settled})

    assert one(at(root, "other._left_box")).site.decision is Decision.RENAME


def test_confidence_that_would_take_it_is_named_only_where_it_would(root: Path) -> None:
    assert not any("--confidence" in each for each in one(at(root, "other._left_box")).remedies)

    lay(root, {"user.py": f"{HEAD}def f(other):\n    return other._left_count\n"})
    assert "--confidence named takes it by its name" in one(told(root, "user.py:5")).remedies
    (taken,) = [s for s in surveyed(root, Confidence.NAMED).sites if s.path == PurePosixPath("user.py")]
    assert taken.decision is Decision.RENAME


def test_decision_that_falls_under_the_confidence_asked_for(root: Path) -> None:
    lay(root, {"user.py": f"{HEAD}def f():\n    return Left()._left_box\n"})

    found = explain(surveyed(root, Confidence.PROVEN), pointed(root, "user.py:5"))

    assert one(found).site.decision is Decision.ASK
    assert one(found).remedies == ("--confidence inferred takes it",)


def test_kept_name_says_whose_it_is(root: Path) -> None:
    facts = one(at(root, "Bin()._left_box"))

    assert facts.rule is rules.ELSEWHERE
    assert facts.families[0].part == ""
    assert facts.remedies == ("it is taken along once Bin inherits Root",)
    assert (facts.phase, facts.meanwhile, facts.touches) == (None, "", ())


def test_what_mypy_said_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is mypy's own form; the process is left out."""

    def ask(self: Oracle, tree: Path, snapshot: object, questions: Mapping[PurePosixPath, object]) -> Answers:
        user = PurePosixPath("user.py")
        number = line_of(USER, "other._left_box")
        home = next(r for r in surveyed(tree).project.index.members if r.name == "Left")
        return Answers({(user, number, 15): Answer(("bases.Left",), True, (home,))})

    monkeypatch.setattr(Oracle, "ask", ask)
    found = survey(root, TWO_SIDES, types=Asked())

    facts = one(explain(found, pointed(root, f"user.py:{line_of(USER, 'other._left_box')}")))

    assert facts.site.decision is Decision.RENAME
    assert facts.about.asked
    assert [family.name for family in facts.families] == ["Left"]


def test_site_in_a_page(root: Path) -> None:
    facts = one(told(root, "page.md:1"))

    assert (facts.rule, facts.meanwhile) == (rules.PAGES, "")
    assert [touch.after for touch in facts.touches] == [("The `_box` of it.",)]


def test_note_that_repeats_a_site_is_not_told_again(root: Path) -> None:
    assert at(root, "other._left_box").notes == ()


def test_note_of_a_line_is_told(root: Path) -> None:
    lay(root, {"user.py": f"# @generated\n{USER}"})

    (note,) = told(root, "user.py:1").notes

    assert note.text == "a generated file is changed; what generates it has to change too"


@pytest.mark.parametrize(
    ("header", "step"),
    [
        (
            "x: Unknown | Left",
            "have x be of classes of one side only, by its annotation or isinstance()",
        ),
        ("*x", "give x a class, as with an annotated variable"),
    ],
)
def test_what_settles_a_receiver(root: Path, header: str, step: str) -> None:
    lay(root, {"user.py": f"{HEAD}def f({header}):\n    x._left_box\n"})

    assert one(told(root, "user.py:5")).remedies[0] == step


def test_line_that_changes_for_its_site_and_for_more(root: Path) -> None:
    header = "class Left(Root):"
    source = HIERARCHY["bases.py"].replace(header, f"{header}  # of _left_box")
    lay(root, {"bases.py": source})

    found = at(root, header, "bases.py")

    assert [touch.phase.number for touch in one(found).touches] == [6]
    assert [(touch.phase.number, touch.how) for touch in found.touches] == [(2, "changes")]


def test_class_that_words_in_a_page_name(root: Path) -> None:
    lay(root, {"page.md": "Of `Left._left_box`.\n\nOf `_left_box`.\n"})

    assert [family.name for family in one(told(root, "page.md:1")).families] == ["Left"]
    assert one(told(root, "page.md:3")).families == ()


# --- the plan -----------------------------------------------------------------------------------


def test_only_the_phases_asked_for_have_hunks(root: Path) -> None:
    number = line_of(USER, "given._left_box")

    assert one(told(root, f"user.py:{number}", "1")).touches == ()


def test_phase_that_does_not_exist(root: Path) -> None:
    with pytest.raises(MigrationError, match="there is no phase 9"):
        told(root, "user.py:1", "9")


def test_plan_that_is_refused_is_told_of(root: Path) -> None:
    lay(root, {"broken.py": "from bases import Left\nclass X(Left:\n"})

    found = at(root, "given._left_box")

    assert "it names bases, so nothing is written" in found.refusal
    assert one(found).site.decision is Decision.RENAME
    assert one(found).touches == ()


# --- after a landing ----------------------------------------------------------------------------


def land(root: Path, *phases: str) -> None:
    apply(surveyed(root), phases, Options(no_gate=GATES), lambda _: None)


def test_landed_line_says_what_was_there(root: Path) -> None:
    before = line_of(USER, "given._left_box")
    land(root, "1", "2", "3", "4")

    found = at(root, "given._box")

    (done,) = found.done
    assert (done.phase.number, done.line, done.old, done.new) == (2, before, "_left_box", "_box")
    assert found.sites == ()


def test_line_of_a_created_file(root: Path) -> None:
    land(root, "1")

    (done,) = told(root, "old_names.py:3").done

    assert (done.phase.number, done.line) == (1, None)


def test_line_that_a_landed_phase_left_alone(root: Path) -> None:
    land(root, "1", "2")

    found = at(root, "class Bins")

    assert found.done == ()
    assert found.landing == "phase 2 changed this file, but not this line"


def test_site_of_a_phase_that_has_not_landed(root: Path) -> None:
    land(root, "1")

    facts = one(at(root, "given._left_box"))

    assert (facts.site.decision, [t.phase.number for t in facts.touches]) == (Decision.RENAME, [2])


def test_line_of_a_repair(tmp_path: Path) -> None:
    half = f"{HEAD}class New(Left):\n    def f(self): self._left_box\n"
    use = "from half import Old\nclass Use(Old): ...\n"
    root = lay(tmp_path, {**HIERARCHY, "half.py": half, "use.py": use})
    options = Options(no_gate=GATES)

    found = survey(root, TWO_SIDES, repair=True)
    (touch,) = explain(found, pointed(root, "half.py:5")).sites[0].touches
    assert touch.phase.number == 2
    apply(found, ("1", "2"), options, lambda _: None)

    last = len((root / "half.py").read_text().splitlines())
    (done,) = told(root, f"half.py:{last}").done
    assert (done.phase.number, done.old) == (0, "")
    assert "Old = New" in done.new
    (done,) = at(root, "def f", "half.py").done
    assert (done.phase.number, done.new) == (2, "_box")


def test_landed_file_that_was_edited_since(root: Path) -> None:
    land(root, "1", "2")
    with (root / "user.py").open("a") as file:
        file.write("# mine\n")

    found = at(root, "given._box")

    assert found.done == ()
    assert found.landing.endswith("landed files were edited since, so it is read as it is now")


# --- rules --------------------------------------------------------------------------------------


def sections() -> dict[str, str]:
    parts = re.split(r"(?m)^#{2,3} (.+)$", GUIDE.read_text("utf-8"))
    return dict(zip(parts[1::2], (" ".join(text.split()) for text in parts[2::2]), strict=True))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.title} {rule.sentence[:20]}")
def test_rule_stands_in_the_guide(rule: rules.Rule) -> None:
    found = sections()

    assert rule.title in found
    assert rule.sentence in found[rule.title]


@pytest.mark.parametrize(
    ("rule", "link"),
    [
        (rules.ATTRIBUTES, "MIGRATION.md#switch_attributes"),
        (rules.PAGES, "MIGRATION.md#phase-6-docs"),
        (rules.OWN, "MIGRATION.md#what-is-not-changed"),
    ],
)
def test_link_to_a_section(rule: rules.Rule, link: str) -> None:
    assert rule.link == link


SHARED = """\
from exchanges.interfaces.composite.base_private_composite import BasePrivateComposite


class Closing:
    def close(self) -> None:
        self._private_rest = None


class Inside(Closing, BasePrivateComposite): ...


class Outside(Closing): ...
"""


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """The fixture with all decoys and a mixin that serves others."""
    root = tmp_path_factory.mktemp("alike") / "project"
    shutil.copytree(FIXTURE, root)
    lay(root, {str(path): source for path, source in decoys().items()} | {"src/shared.py": SHARED})
    lay(root, {"src/kept.py": "def wire(x):\n    return x._private_rest  # classmod: keep -- on the wire\n"})
    return survey(root, spec.builtin())


def test_every_rule_is_of_use(alike: Survey) -> None:
    project = alike.project
    used = {rule_of(project, site, subject(project, site).known) for site in alike.sites}

    # Of these two no site is outside a migrated tree, or at all.
    assert {*RULES} - used == {rules.LAYER, rules.ARGUMENTS}


REASONS = {
    "of a dictionary": rules.OWN,
    "words of a message": rules.OWN,
    "a variable of its own": rules.OWN,
    "a helper: ": rules.HELPERS,
    "is not in the hierarchy": rules.ELSEWHERE,
    "outside the hierarchy": rules.SHARED,
    "only declares it here": rules.LIFTED,
    "only gives it its first value here": rules.LIFTED,
    "factory method of": rules.FACTORIES,
    "of its own, ": rules.UNCERTAIN,
    "receiver's class is not known": rules.UNCERTAIN,
}


def test_rules_fit_the_reasons(alike: Survey) -> None:
    project = alike.project
    for words, rule in REASONS.items():
        sites = [s for s in alike.sites if words in s.reason and not s.prose and s.path.suffix == ".py"]
        found = {rule_of(project, site, subject(project, site).known) for site in sites}
        expected = {rule, rules.TESTS} if rule is rules.FACTORIES else {rule}
        assert found <= expected, words


def test_what_a_site_is_about_agrees_with_its_decision(alike: Survey) -> None:
    """A name that changes in code is of a class of the hierarchy; one of another class is kept."""
    project = alike.project
    for site in (s for s in alike.sites if s.path.suffix == ".py" and not s.prose):
        about = subject(project, site)
        if site.decision in (Decision.RENAME, Decision.DELETE):
            assert about.known is not None, site
            assert {*about.known.classes} <= {*project.roles.of}, site
