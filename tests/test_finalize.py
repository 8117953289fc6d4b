"""The end of the old names from end to end: what is in the way, what lands, and what comes back."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from codemods import finalize, journal, obstacles
from codemods.choice import Choices
from codemods.data import MigrationError
from codemods.finalize import Ending, TooEarly, refuse_too_early
from codemods.leaving import item_of
from codemods.migrate import EditedSince, Report, apply, leftovers, rollback, survey
from codemods.proofs import Options
from codemods.record import digest_of
from codemods.status import status
from codemods.survey import Asked
from tests.checks import git, repository
from tests.helpers import AROUND, LEFT, UNPROVEN, Files, contents, land, lay, migrated
from tests.trees import TWO_SIDES

USE = "from left import Left\n\n\ndef use(left: Left):\n    return left._left_box\n"
MARKED = "# classmod: generated -- why\nfrom old_names import OldNames\n"
GONE = {"old_names.py"}


def planned(root: Path) -> Ending:
    return finalize.planned(survey(root, TWO_SIDES))


def end(root: Path, options: Options = UNPROVEN) -> Report:
    found = survey(root, TWO_SIDES)
    return finalize.land(found, finalize.planned(found), options, lambda _: None)


def in_the_way(root: Path, files: Files) -> list[str]:
    """What is in the way of the end in a migrated tree with these files; then nothing is written."""
    lay(root, {**migrated({"left.py": LEFT}), **files})
    before = contents(root)
    found = planned(root)
    assert bool(end(root).landed) is not bool(found.in_the_way)
    assert (contents(root) == before) is bool(found.in_the_way)
    return [f"{s.path}:{s.line}:{s.column}: {s.name} {s.new}" for s in found.in_the_way]


def record(root: Path) -> tuple[int, ...]:
    """The phases that are landed."""
    landed = journal.read(root)
    return landed.phases if landed else ()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree that is migrated, with the record of it."""
    land(lay(tmp_path / "project", {**AROUND, "left.py": LEFT, "README.md": "Boxes.\n"}))
    return tmp_path / "project"


@pytest.fixture
def clone(root: Path) -> Path:
    """The same without the record."""
    return lay(root.with_name("clone"), contents(root))


# --- what is in the way ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"CHANGELOG.md": "- `_left_box` of Left became `_box`\n"},
        {"use.py": USE.replace("left_box", "left_box  # classmod: keep -- a plugin")},
        {"use.py": "class Other:\n    def use(self):\n        return self._left_box\n"},
        {"test_old.py": MARKED + USE},
        {"doc.md": "The layer is in `old_names.py`.\n"},
        {"use.py": '"""Of old_names and OldNames."""\nold_names = 1\n'},
    ],
    ids=["nothing", "change log", "pragma", "another class", "generated", "document", "words"],
)
def test_nothing_is_in_the_way(tmp_path: Path, files: Files) -> None:
    assert in_the_way(tmp_path, files) == []
    assert not (tmp_path / "old_names.py").exists()


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"use.py": USE}, "use.py:5:17: _left_box _box"),
        ({"use.py": USE.replace(": Left", "")}, "use.py:5:17: _left_box _box"),
        ({"doc.md": "`_left_box` of Left.\n"}, "doc.md:1:2: _left_box _box"),
        ({"late.py": LEFT.replace("Left(", "Late(")}, "late.py:6:9: _make_left_box _make_box"),
        ({"use.py": "from old_names import OldNames\n"}, "use.py:1:1: OldNames None"),
        ({"use.py": "def f():\n    from old_names import link\n"}, "use.py:2:5: link None"),
        ({"use.py": "import old_names as o\n"}, "use.py:1:1: old_names None"),
        ({"use.py": "import root\nroot.OldNames\n"}, "use.py:2:1: OldNames None"),
        ({"use.py": "from root import OldNames as O\n"}, "use.py:1:1: OldNames None"),
        ({"use.py": "import sys\nsys.modules['old_names']\n"}, "use.py:2:13: old_names None"),
        ({"use.py": "patch('root.OldNames')\n"}, "use.py:1:7: OldNames None"),
    ],
)
def test_what_is_in_the_way_is_named(tmp_path: Path, files: Files, place: str) -> None:
    assert in_the_way(tmp_path, files) == [place]


def test_package_that_offers_the_layer(tmp_path: Path) -> None:
    made = {f"pages/{name}": data for name, data in migrated({"left.py": LEFT}).items()}
    for word in (b"boxes", b"root", b"old_names", b"client_types"):
        made = {name: data.replace(b"from " + word, b"from ." + word) for name, data in made.items()}
    offers = b"from .old_names import OldNames\nfrom .root import Root\n\n__all__ = ['OldNames', 'Root']\n"
    lay(tmp_path, {**made, "pages/__init__.py": offers})

    found = planned(tmp_path)

    assert [(str(s.path), s.line, s.column) for s in found.in_the_way] == [
        ("pages/__init__.py", 1, 1),
        ("pages/__init__.py", 4, 12),
    ]


def test_root_that_uses_the_layer_for_more_than_a_base(tmp_path: Path) -> None:
    made = migrated({"left.py": LEFT})["root.py"]
    used = made + b"\n    def old(self):\n        return isinstance(self, OldNames)\n"

    assert [place[:8] for place in in_the_way(tmp_path, {"root.py": used})] == ["root.py:"]


def test_a_mixin_that_serves_others_still_needs_the_layer(tmp_path: Path) -> None:
    mixin = "class Mixin:\n    def lid(self):\n        return self._left_box\n"
    other = "from mixin import Mixin\n\nclass Other(Mixin):\n    _left_box = None\n"
    left = LEFT.replace("from root", "from mixin import Mixin\nfrom root").replace("(Root)", "(Mixin, Root)")
    land(lay(tmp_path, {**AROUND, "left.py": left, "mixin.py": mixin, "other.py": other}))

    found = planned(tmp_path)

    assert leftovers(survey(tmp_path, TWO_SIDES)) == ()
    assert [(str(site.path), site.line) for site in found.in_the_way] == [("mixin.py", 3)]


@pytest.mark.parametrize(("left_out", "place"), [("5", "test_left.py:5:17"), ("6", "README.md:1:2")])
def test_phases_that_have_not_landed_are_in_the_way(tmp_path: Path, left_out: str, place: str) -> None:
    lay(tmp_path, {**AROUND, "left.py": LEFT, "test_left.py": USE, "README.md": "`_left_box` of Left\n"})
    phases = [each for each in "123456" if each != left_out]
    apply(survey(tmp_path, TWO_SIDES), phases, UNPROVEN, lambda _: None)

    (site,) = planned(tmp_path).in_the_way

    assert f"{site.path}:{site.line}:{site.column}" == place


def test_what_was_left_out_by_choice_is_in_the_way(tmp_path: Path) -> None:
    lay(tmp_path, {**AROUND, "left.py": LEFT, "use.py": USE})
    found = survey(tmp_path, TWO_SIDES)
    (use,) = (site for site in found.sites if site.path.name == "use.py")
    digests = {path: digest for path in (use.path,) if (digest := digest_of(found.snapshot[path]))}
    choices = Choices(frozenset({item_of(use)}), digests=digests)
    apply(found, (), UNPROVEN, lambda _: None, choices)
    assert contents(tmp_path)["use.py"] == USE.encode()

    assert [(str(site.path), site.line) for site in planned(tmp_path).in_the_way] == [("use.py", 5)]


# --- refusals ---------------------------------------------------------------------------------------


def test_tree_that_is_not_migrated(tmp_path: Path) -> None:
    lay(tmp_path, {**AROUND, "left.py": LEFT})

    with pytest.raises(
        MigrationError, match=r"^root\.py:4: class Root does not have the new names yet; apply"
    ):
        planned(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("class DeprecatedAttribute:", "def mine(): ...\n\n\nclass DeprecatedAttribute:", "mine"),
        ("import sys\n", "import sys\nimport boxes\n", "the import of boxes"),
        ("_MISSING: Any", "print(1)\n_MISSING: Any", "print(1)"),
        ("    def __init_sub", "    def mine(self): ...\n\n    def __init_sub", "OldNames.mine"),
        ("        _left_box: Any\n", "        _left_box: Any\n        _lid: Any\n", "OldNames._lid"),
    ],
    ids=["function", "import", "statement", "method", "alias"],
)
def test_layer_that_holds_something_of_the_users(root: Path, old: str, new: str, what: str) -> None:
    place = root / "old_names.py"
    place.write_text(place.read_text().replace(old, new, 1))

    with pytest.raises(MigrationError) as caught:
        planned(root)

    assert str(caught.value).startswith("old_names.py:")
    assert str(caught.value).endswith(f": {what} is not of the compatibility layer; move it elsewhere first")


def test_layer_of_another_version(root: Path) -> None:
    place = root / "old_names.py"
    text = place.read_text().replace('MESSAGE: str = "', 'MESSAGE: str = "Oh: ', 1)
    place.write_text(text.replace("frame = sys._getframe(1)", "frame = sys._getframe(2)", 1))

    found = planned(root)

    assert found.stage is not None
    assert [note.text.partition(" ")[0] for note in found.notes] == ["_warn"]


def test_layer_as_the_record_knows_it_is_not_looked_into(
    root: Path, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obstacles, "layer_text", lambda *_: "")

    assert planned(root).stage is not None
    with pytest.raises(MigrationError, match="is not of the compatibility layer"):
        planned(clone)


@pytest.mark.parametrize(
    ("until", "today", "early"),
    [
        ("2025-12", date(2025, 12, 31), True),
        ("2025-12", date(2026, 1, 1), False),
        ("2025-12-24", date(2025, 12, 24), True),
        ("2025-12-24", date(2025, 12, 25), False),
        ("2.0", date(2025, 1, 1), False),
    ],
)
def test_before_the_day_is_over(root: Path, until: str, today: date, early: bool) -> None:
    spec = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, remove_after=until))
    found = replace(survey(root, TWO_SIDES), spec=spec)

    if early:
        with pytest.raises(TooEarly, match=f"^old names may go after {until}, which is not over; --early"):
            refuse_too_early(found, today)
    else:
        refuse_too_early(found, today)


# --- landing and taking back ------------------------------------------------------------------------


def test_with_the_record_it_is_one_phase_more(root: Path) -> None:
    original = lay(root.with_name("original"), {**AROUND, "left.py": LEFT, "README.md": "Boxes.\n"})
    before = contents(root)

    end(root)

    after = contents(root)
    assert after.keys() == before.keys() - GONE
    assert record(root) == (1, 2, 3, 4, 5, 6, 7)
    found = {phase.number: (phase.name, phase.stays) for phase in status(root, TWO_SIDES).phases}
    assert found[7] == ("finalize", "")
    assert found[6] == ("docs", "phase 6 cannot go while phase 7 is landed")
    with pytest.raises(MigrationError, match=r"^phase 2 cannot go while phase 7 is landed$"):
        rollback(root, TWO_SIDES, ("2",))
    assert contents(root) == after
    assert {str(change.path) for change in rollback(root, TWO_SIDES, ("finalize",))} == {"root.py", *GONE}
    assert contents(root) == before
    assert record(root) == (1, 2, 3, 4, 5, 6)
    end(root)
    assert contents(root) == after
    rollback(root, TWO_SIDES, ())
    assert contents(root) == contents(original)


def test_what_only_mypy_knew_stays_when_the_end_is_taken_back(tmp_path: Path) -> None:
    use = "from left import Left\n\n\ndef lefts() -> dict[str, Left]: ...\n\n\n"
    use += "def use():\n    for _, left in lefts().items():\n        left._left_box\n"
    left = LEFT.replace("(Root):", "(Root):\n    _left_box: Box\n")
    lay(tmp_path, {**AROUND, "left.py": left, "use.py": use})
    apply(survey(tmp_path, TWO_SIDES, types=Asked()), (), UNPROVEN, lambda _: None)
    before = contents(tmp_path)
    assert b"left._box" in before["use.py"]
    end(tmp_path)

    rollback(tmp_path, TWO_SIDES, ("finalize",))

    assert contents(tmp_path) == before


def test_old_names_that_come_back_are_no_matter_of_the_end(root: Path) -> None:
    end(root)
    lay(root, {"use.py": USE})

    assert (planned(root).in_the_way, planned(root).stage) == ((), None)


@pytest.mark.parametrize("phases", [(), ("finalize",), ("7",)])
def test_without_a_record_it_stands_alone(clone: Path, phases: tuple[str, ...]) -> None:
    before = contents(clone)

    end(clone)

    assert record(clone) == (7,)
    rollback(clone, TWO_SIDES, phases)
    assert contents(clone) == before
    assert record(clone) == ()


def test_where_landed_files_were_edited_since_it_is_a_new_beginning(root: Path) -> None:
    place = root / "left.py"
    place.write_text(f"{place.read_text()}\n\nMORE = 1\n")
    before = contents(root)

    end(root)

    assert record(root) == (7,)
    rollback(root, TWO_SIDES, ())
    assert contents(root) == before


def test_edited_since_the_end(root: Path) -> None:
    end(root)
    (root / "root.py").write_text("")

    with pytest.raises(EditedSince):
        rollback(root, TWO_SIDES, ("finalize",))


@pytest.mark.parametrize("which", ["root", "clone"])
def test_afterwards_apply_migrates_and_brings_no_layer_back(
    which: str, request: pytest.FixtureRequest
) -> None:
    place: Path = request.getfixturevalue(which)
    end(place)
    before = contents(place)
    land(place)
    assert contents(place) == before
    assert end(place).landed == ()

    lay(place, {"use.py": USE})
    land(place)

    assert contents(place) == {**before, "use.py": USE.replace("_left_box", "_box").encode()}
    assert leftovers(survey(place, TWO_SIDES)) == ()
    rollback(place, TWO_SIDES, ())
    assert contents(place)["use.py"] == USE.encode()


def test_generated_files_come_back(root: Path) -> None:
    lay(root, {"tests/test_old.py": MARKED, "GUIDE.md": "<!-- classmod: generated -->\n"})
    before = contents(root)

    end(root)

    assert contents(root).keys() == before.keys() - {"tests/test_old.py", "GUIDE.md", *GONE}
    rollback(root, TWO_SIDES, ("finalize",))
    assert contents(root) == before


def test_a_guide_goes_with_the_old_names_and_comes_back_with_them(tmp_path: Path) -> None:
    lay(tmp_path, {**AROUND, "left.py": LEFT})
    apply(survey(tmp_path, TWO_SIDES, guide=True), (), UNPROVEN, lambda _: None)
    before, guide = contents(tmp_path), str(TWO_SIDES.guide)
    assert guide in before

    end(tmp_path)
    after = contents(tmp_path)
    assert after.keys() == before.keys() - {guide, *GONE}
    land(tmp_path)
    assert contents(tmp_path) == after

    rollback(tmp_path, TWO_SIDES, ("finalize",))
    assert contents(tmp_path) == before


def test_a_dirty_tree_is_refused_and_a_commit_is_made(clone: Path) -> None:
    repository(clone)
    lay(clone, {"root.py": (clone / "root.py").read_bytes() + b"\n"})
    with pytest.raises(MigrationError, match=r"^root\.py: uncommitted changes; commit them, or say --allow"):
        end(clone)
    git(clone, "checkout", "root.py")
    git(clone, "config", "user.name", "a")
    git(clone, "config", "user.email", "a@example.invalid")

    done = end(clone, replace(UNPROVEN, commit=True))

    assert [commit.title for commit in done.commits] == ["boxes: phase 7 finalize"]
    git(clone, "diff", "--quiet", "HEAD")


# --- the gates ----------------------------------------------------------------------------------------


def test_every_gate_passes_with_generated_tests_that_go(clone: Path) -> None:
    test = "from left import Left\n\n\ndef test_it():\n    assert Left()._make_box()\n"
    old = f"# classmod: generated -- why\n{test.replace('_make_box', '_make_left_box')}"
    lay(clone, {"tests/test_left.py": test, "tests/test_old.py": old, "conftest.py": ""})
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider")

    done = end(clone, Options(test_command=words, python=Path(sys.executable)))

    (proof,) = done.proofs
    assert [(v.gate, v.reason, v.new) for v in proof.verdicts if not v.passed] == []
    figures = {verdict.gate: verdict.figures for verdict in proof.verdicts}
    assert figures["tests"].startswith("1 test: 2 -> 1 passed, 0 lost")
    assert {change.path.name for change in done.landed} == {"root.py", "test_old.py", *GONE}


def test_a_test_of_ones_own_among_those_that_go(tmp_path: Path) -> None:
    asked = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, tests="test_old_names"))
    files = {"left.py": LEFT, "tests/test_left.py": "import pytest\nfrom left import Left\n"}
    lay(tmp_path, migrated(files, asked=asked))
    written = tmp_path / "tests/test_old_names.py"

    assert finalize.planned(survey(tmp_path, asked)).stage is not None
    written.write_text(f"{written.read_text()}\n\ndef test_mine() -> None: ...\n")
    with pytest.raises(MigrationError, match=r"^tests/test_old_names\.py: holds more than a migration has"):
        finalize.planned(survey(tmp_path, asked))
