"""A project that only uses the hierarchy: its uses are switched, the other tree is read and nothing more.

``python -m tests.test_consumers`` writes ``fixtures/consumer/after`` anew. Read the difference first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from codemods import journal, project, refusals
from codemods import spec as specs
from codemods.data import MigrationError, Plan, Spec
from codemods.gates.deprecations import Deprecations
from codemods.gates.rewording import Rewording
from codemods.migrate import Options, apply, leftovers, rollback, survey
from codemods.phases import BASE, phases
from codemods.plan import plan
from codemods.project import Project
from codemods.proofs import GATES, prove
from codemods.steps import stages_of
from codemods.survey import Asked, Survey, origin
from codemods.tree import class_tree
from codemods.trials import Trials, command
from codemods.verify import Proof
from tests.helpers import ALL, AROUND, LEFT, UNPROVEN, contents, lay, migrated, shown
from tests.trees import TWO_SIDES, tree

Files = Mapping[str, str | bytes]
FIXTURES = Path(__file__).parents[1] / "fixtures"
CONSUMER, THEIRS = FIXTURES / "consumer", FIXTURES / "cex_arbitrage" / "after"
THERE = PurePosixPath("/elsewhere/src/there")
OLD: Files = {**AROUND, "left.py": LEFT}
USES = range(2, 7)


@cache
def there() -> dict[str, bytes]:
    """The hierarchy, migrated."""
    return migrated(OLD)


def used(files: Files, theirs: Files | None = None, asked: Spec = TWO_SIDES) -> Project:
    """What is known of a tree beside the hierarchy."""
    foreign = {THERE / path: data for path, data in tree(there() if theirs is None else theirs).items()}
    return project.read({**tree(files), **foreign}, asked, (THERE,))


def planned(files: Files, theirs: Files | None = None, numbers: Iterable[int] = USES) -> Plan:
    """The plan for a tree that uses the hierarchy; it is proven, and all of it is about files of the tree."""
    found = used(files, theirs)
    made = plan(found, frozenset(numbers))
    Proof(found).check(frozenset(numbers), made.changes)
    paths = [*(c.path for c in made.changes), *(n.path for n in made.notes)]
    paths += [*(f.path for f in (*made.failures, *found.failures)), *(s.path for s in found.sites)]
    assert [path for path in paths if path.is_absolute()] == []
    return made


def check_noop(files: Files, theirs: Files | None = None) -> None:
    assert planned(files, theirs).changes == ()


def check_change(files: Files, expected: Files, theirs: Files | None = None) -> None:
    """These files change to what is expected, and no other does."""
    changed = {str(change.path): change.after or b"" for change in planned(files, theirs).changes}
    assert sorted(changed) == sorted(expected)
    for path, data in tree(expected).items():
        assert shown(changed[str(path)]) == shown(data)


def decisions(files: Files, theirs: Files | None = None) -> list[tuple[str, int, str]]:
    return [(str(s.path), s.line, str(s.decision)) for s in used(files, theirs).sites]


# --- what stays -----------------------------------------------------------------------------------


def test_names_of_other_classes_stay() -> None:
    own = """\
    class Shelf:
        def __init__(self):
            self._left_box = None

        def _make_left_box(self):
            return self._left_box
    """
    check_noop({"shelf.py": own, "README.md": "A `Shelf._left_box` is a box.\n"})


def test_headers_stay_and_nothing_is_added() -> None:
    own = """\
    from boxes import SmallBox
    from root import Root
    from left import Left

    class Own(Left):
        pass

    class OfNoSide(Root):
        def _make_box(self) -> SmallBox:
            return SmallBox()
    """
    check_noop({"own.py": own})


def test_new_names_stay() -> None:
    check_noop({"own.py": "from left import Left\n\nasync def f(x: Left):\n    x._box = x._make_box()\n"})


def test_own_helper_of_the_other_side_stays() -> None:
    own = """\
    from left import Left

    class Own(Left):
        def _make_right_box(self):
            return 1
    """
    check_noop({"own.py": own})


# --- what is switched -----------------------------------------------------------------------------

OWN = """\
from boxes import Box, SmallBox
from left import Left


class Own(Left):
    \"\"\"Its `_left_box` is small.\"\"\"

    def __init__(self):
        super().__init__()
        self._left_box: SmallBox | None = None
        self._left_on = False

    def _make_left_box(self) -> SmallBox:
        self.made = super()._make_left_box()
        return SmallBox()


class OwnBase(Left):
    def _make_left_box(self) -> Box:
        raise NotImplementedError


def use(left: Left, own: Own):
    left._left_on = hasattr(own, "_left_box")
    return Left()._make_left_box(), {"_left_box": own._left_box}
"""
SWITCHED = """\
from boxes import Box, SmallBox
from left import Left


class Own(Left):
    \"\"\"Its `_box` is small.\"\"\"

    def __init__(self):
        super().__init__()
        self._box: SmallBox | None = None
        self._on = False

    def _make_box(self) -> SmallBox:
        self.made = super()._make_box()
        return SmallBox()


class OwnBase(Left):
    def _make_box(self) -> Box:
        raise NotImplementedError


def use(left: Left, own: Own):
    left._on = hasattr(own, "_box")
    return Left()._make_box(), {"_left_box": own._box}
"""


def test_uses_and_overrides_are_switched_and_what_a_class_says_itself_stays() -> None:
    """A declaration of one's own may be narrower than the root's, and no header here says the same."""
    check_change({"own.py": OWN}, {"own.py": SWITCHED})


def test_a_second_run_changes_nothing() -> None:
    check_noop({"own.py": SWITCHED})


def test_class_of_no_side_below_the_root_is_switched_without_phase_1() -> None:
    own = """\
    from left import Left
    from root import Root

    class Beside(Root):
        def look(self, left: Left):
            return left.{}
    """
    check_change({"own.py": own.format("_left_box")}, {"own.py": own.format("_box")})


def test_tests_and_documents() -> None:
    before = {
        "tests/test_own.py": """\
        from unittest.mock import patch
        import pytest
        from left import Left

        @pytest.fixture
        def left():
            return Left()

        def test_left(left):
            left._left_box = None
            with patch.object(left, "_make_left_box"), patch("left.Left._left_on", True):
                assert left._left_on
        """,
        "README.md": "`Left._left_box` is what `_make_left_box` makes.\n",
    }
    new = {"_make_left_box": "_make_box", "_left_box": "_box", "_left_on": "_on"}
    after = {}
    for path, text in before.items():
        for old, name in new.items():
            text = text.replace(old, name)
        after[path] = text

    check_change(before, after)


def test_each_phase_switches_its_own() -> None:
    files = {"own.py": OWN, "README.md": "`Left._left_box`\n"}
    by_phase = {n: [str(c.path) for c in planned(files, None, (n,)).changes] for n in USES}

    assert by_phase == {2: [], 3: [], 4: ["own.py"], 5: [], 6: ["README.md", "own.py"]}


# --- where the other tree begins --------------------------------------------------------------------

USE = "from {} import Left\n\ndef f(x: Left):\n    return x.{}\n"


def elsewhere(folder: str, package: str) -> dict[str, bytes]:
    """The hierarchy, migrated where its modules are those of a package in a folder."""
    before = {
        f"{folder}{path}": text.replace("from root", f"from {package}root").replace(
            "from boxes", f"from {package}boxes"
        )
        for path, text in OLD.items()
        if isinstance(text, str)
    }
    snapshot = tree(before)
    after = plan(project.read(snapshot, TWO_SIDES), frozenset(ALL)).after(snapshot)
    return {str(path): data for path, data in after.items()}


@pytest.mark.parametrize(
    ("folder", "package", "module"),
    [
        ("", "", "left"),
        ("src/", "", "left"),
        ("src/", "", "src.left"),
        ("lib/inner/", "lib.inner.", "lib.inner.left"),
        ("src/pkg/inner/", "pkg.inner.", "pkg.inner.left"),
    ],
)
def test_imports_lead_to_the_other_tree(folder: str, package: str, module: str) -> None:
    """By the names that it has there; directories above it (one here is called src) say nothing."""
    theirs = elsewhere(folder, package)

    check_change({"app.py": USE.format(module, "_left_box")}, {"app.py": USE.format(module, "_box")}, theirs)


def test_own_module_comes_first() -> None:
    """A module of the same name on this side hides that of the other for what is imported here, only here."""
    files = {"left.py": "class Left:\n    _left_box = 1\n", "app.py": USE.format("left", "_left_box")}

    check_noop(files)
    assert "left.py" not in {str(ref.path) for ref in used(files).index.members}


def test_part_of_a_namespace_package() -> None:
    theirs = elsewhere("acme/venues/", "acme.venues.")
    module = "acme.venues.left"

    check_change(
        {"acme/bot/app.py": USE.format(module, "_left_box")},
        {"acme/bot/app.py": USE.format(module, "_box")},
        theirs,
    )


# --- the state of the other tree --------------------------------------------------------------------


def test_leftovers_are_the_same_whether_the_other_tree_is_migrated_or_not() -> None:
    files = {"own.py": OWN, "README.md": "`Left._left_box`\n"}

    assert decisions(files, OLD) == decisions(files)
    assert ("own.py", 10, "rename") in decisions(files)


def test_leftovers_are_the_same_once_the_layer_is_gone() -> None:
    said = LEFT + "\n    def __init__(self):\n        super().__init__(is_left=True)\n"
    theirs = migrated({"left.py": said})
    final = {path: data for path, data in theirs.items() if path != "old_names.py"}
    final["root.py"] = (
        final["root.py"].replace(b", OldNames", b"").replace(b"from old_names import OldNames\n", b"")
    )
    assert b"OldNames" not in final["root.py"]

    check_change({"own.py": OWN}, {"own.py": SWITCHED}, final)


def test_both_trees_hold_the_root() -> None:
    with pytest.raises(MigrationError) as caught:
        used({"mine.py": "class Root: pass\n"})

    assert str(caught.value) == (
        "class Root stands in PATH, too: mine.py beside /elsewhere/src/there/root.py; leave --hierarchy out, "
        "or give the spec a dotted root"
    )


def test_other_tree_has_no_root() -> None:
    with pytest.raises(
        MigrationError, match="no class Root in /elsewhere/src/there, as far as --hierarchy leads"
    ):
        used({"root.py": "class Root: pass\n"}, {"other.py": ""})


def test_other_tree_has_two_roots() -> None:
    with pytest.raises(MigrationError, match=r"2 classes are called Root: /elsewhere/src/there/again\.py"):
        used({}, {**there(), "again.py": "class Root: pass\n"})


def test_directory_within_the_source_root() -> None:
    """Nothing would be found, and that would look clean."""
    with pytest.raises(MigrationError) as caught:
        used({"app.py": USE.format("pkg.left", "_left_box")})

    assert str(caught.value) == (
        "app.py:1: pkg.left.Left is left.Left where --hierarchy leads; "
        "name the directory that imports start from, or one above it"
    )


def test_class_that_gives_no_type_arguments_is_noted() -> None:
    own = """\
    from root import Root
    from left import Left

    class Bound(Left): ...

    class Open(Root): ...

    class Given(Root["Box"]): ...
    """
    notes = [(note.line, note.text) for note in used({"own.py": own}).notes]

    assert notes == [(6, "Root takes type arguments, Open gives none: its clients are Any")]
    assert used({"own.py": own}, OLD).notes == ()


def test_file_of_the_other_tree_that_cannot_be_read_is_named_where_it_matters() -> None:
    found = used({"own.py": OWN}, {**there(), "broken.py": "from left import Left\nclass Lower(Left:\n"})

    assert found.failures == ()
    with pytest.raises(
        MigrationError, match=r"^/elsewhere/src/there/broken\.py: syntax-error: .*; it names left"
    ):
        refusals.broken_files(found)


# --- on disk --------------------------------------------------------------------------------------


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    """PATH, which uses the migrated hierarchy at ``../there/``."""
    lay(tmp_path / "there", there())
    return lay(tmp_path / "ours", {"own.py": OWN, "README.md": "`Left._left_box`\n"})


def surveyed(root: Path, where: str | None = "../there/") -> Survey:
    return survey(root, TWO_SIDES, where=where)


def land(root: Path, names: tuple[str, ...] = (), where: str | None = "../there/") -> None:
    apply(surveyed(root, where), names, UNPROVEN, lambda _: None)


def stamps(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below ``root``, and ``root``: its mtime and what it holds."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in (root, *sorted(root.rglob("*")))
    }


def test_apply_switches_uses_and_rollback_takes_them_back(apart: Path) -> None:
    before, theirs = contents(apart), stamps(apart.parent / "there")

    land(apart)

    assert contents(apart) == {"own.py": SWITCHED.encode(), "README.md": b"`Left._box`\n"}
    assert leftovers(surveyed(apart)) == ()
    rollback(apart, TWO_SIDES, ())
    assert contents(apart) == before
    assert stamps(apart.parent / "there") == theirs


def test_phase_is_taken_back_by_what_the_record_knows(apart: Path) -> None:
    land(apart)
    landed = journal.read(apart)
    assert landed is not None
    assert (landed.phases, landed.hierarchy) == ((2, 3, 4, 5, 6), "../there/")

    rollback(apart, TWO_SIDES, ("docs",))

    assert contents(apart)["README.md"] == b"`Left._left_box`\n"
    assert b"_box: SmallBox" in contents(apart)["own.py"]
    left = journal.read(apart)
    assert left is not None
    assert (left.phases, left.hierarchy) == ((2, 3, 4, 5), "../there/")


def test_what_only_mypy_knows_stays_where_another_phase_is_taken_back(apart: Path) -> None:
    use = "from left import Left\n\ndef f(by_name: dict[str, Left]):\n    return by_name['a'].{}\n"
    lay(apart, {"app.py": use.format("_left_box")})
    apply(survey(apart, TWO_SIDES, types=Asked(), where="../there/"), (), UNPROVEN, lambda _: None)
    assert contents(apart)["app.py"] == use.format("_box").encode()

    rollback(apart, TWO_SIDES, ("docs",))

    assert contents(apart)["app.py"] == use.format("_box").encode()
    assert contents(apart)["README.md"] == b"`Left._left_box`\n"


def test_record_is_enough_for_a_later_run(apart: Path) -> None:
    land(apart, ("4",))

    land(apart, (), where=None)

    assert contents(apart)["own.py"] == SWITCHED.encode()


def test_phase_is_not_taken_back_where_the_hierarchy_has_moved(apart: Path) -> None:
    land(apart)
    after = contents(apart)
    (apart.parent / "there").rename(apart.parent / "elsewhere")

    with pytest.raises(MigrationError, match=r"the hierarchy \.\./there/: there is no directory"):
        rollback(apart, TWO_SIDES, ("docs",))

    assert contents(apart) == after
    rollback(apart, TWO_SIDES, ("docs",), "../elsewhere/")
    assert contents(apart)["README.md"] == b"`Left._left_box`\n"
    rollback(apart, TWO_SIDES, ())  # that needs no other tree
    assert contents(apart)["own.py"] == OWN.encode()


def test_hierarchy_has_to_be_migrated_first(apart: Path) -> None:
    lay(apart.parent / "old", OLD)
    found = surveyed(apart, "../old/")
    assert leftovers(found)

    with pytest.raises(MigrationError) as caught:
        stages_of(found, origin(found), ())

    place = apart.parent / "old" / "root.py"
    assert str(caught.value) == (
        f"{place}: class Root has no new names yet; migrate the hierarchy first, then its uses"
    )


def test_stage_with_all_other_phases_is_complete(apart: Path) -> None:
    """So that no use that only the tests meet may come to warn."""
    found = surveyed(apart)
    start = origin(found)
    given = command(("pytest",), apart, start.project, (), (), 1.0)
    trials = Trials(start.project, given, Rewording(), 0)

    gates = [each for stage in stages_of(found, start, ()) for each in trials.gates(stage)]

    complete = [gate.complete for gate in gates if isinstance(gate, Deprecations)]
    assert complete == [False, False, False, True, True]


def test_first_phase_is_not_ours(apart: Path) -> None:
    found = surveyed(apart)
    with pytest.raises(
        MigrationError, match=r"phase 1 .base. is for the tree of Root, which has it: /.*root\.py"
    ):
        stages_of(found, origin(found), ("1", "2"))

    wanted = [phase for phase in phases(TWO_SIDES) if phase != BASE]
    assert [stage.phase for stage in stages_of(found, origin(found), ())] == wanted


@pytest.mark.parametrize("switch", ["repair", "guide"])
def test_what_is_written_beside_the_root_is_not_ours(apart: Path, switch: str) -> None:
    with pytest.raises(MigrationError, match=f"--{switch} is for the hierarchy's own tree: run it there"):
        survey(apart, TWO_SIDES, repair=switch == "repair", guide=switch == "guide", where="../there/")


def test_class_tree_leads_to_our_classes(apart: Path) -> None:
    lay(apart.parent / "there", {"right.py": "from root import Root\n\nclass Right(Root): ...\n"})

    found = surveyed(apart)
    start = origin(found)

    lines = class_tree(found, start, stages_of(found, start, ())[-1].contents)

    assert [(line.depth, line.name) for line in lines] == [
        (0, "Root"),
        (1, "Left"),
        (2, "Own"),
        (2, "OwnBase"),
    ]
    assert [line.body for line in lines] == [False, False, True, True]
    assert not any(line.header for line in lines)


def test_without_the_other_tree_there_is_no_root(tmp_path: Path) -> None:
    lay(tmp_path, {"own.py": OWN})

    with pytest.raises(MigrationError, match="no class Root in this tree"):
        surveyed(tmp_path, None)


def test_mypy_knows_the_classes_of_a_package_in_the_environment_of_the_project(tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv", symlinks=True)
    (place,) = tmp_path.glob(".venv/lib/python*/site-packages")
    lay(place, {f"acme/{path}": data for path, data in elsewhere("", "acme.").items()})
    lay(place, {"acme/__init__.py": "", "acme/py.typed": ""})
    use = "from acme.left import Left\n\ndef f(by_name: dict[str, Left]):\n    return by_name['a'].{}\n"
    lay(tmp_path, {"app.py": use.format("_left_box")})

    found = survey(tmp_path, TWO_SIDES, types=Asked(), where="acme")

    assert [(site.decision, site.reason) for site in found.sites] == [("rename", "receiver is Left (mypy)")]


# --- the fixture ----------------------------------------------------------------------------------


@cache
def fixture_made() -> dict[str, bytes]:
    """What the tool makes of the fixture, beside the migrated hierarchy."""
    found = _fixture(CONSUMER / "before")
    start = origin(found)
    made = stages_of(found, start, ())[-1].contents
    return {**contents(CONSUMER / "before"), **{str(p): data for p, data in made.items() if data is not None}}


def _fixture(root: Path) -> Survey:
    return survey(root, specs.builtin(), types=Asked(), where=str(THEIRS))


def test_after_tree_is_what_the_tool_makes() -> None:
    made, kept = fixture_made(), contents(CONSUMER / "after")

    assert sorted(made) == sorted(kept)
    for path, data in kept.items():
        assert shown(made[path]) == shown(data), path


@pytest.mark.parametrize(("side", "warnings"), [("before", "ignore"), ("after", "error")])
def test_tests_of_the_fixture_pass(tmp_path: Path, side: str, warnings: str) -> None:
    """Before with old names by way of the layer, after without a warning of it."""
    root = lay(tmp_path / "bot", contents(CONSUMER / side))
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(root), str(THEIRS / "src"))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={root}"]
    command = [sys.executable, "-m", "pytest", *options, "-W", f"{warnings}::DeprecationWarning", "tests"]

    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False
    )

    assert "11 passed" in done.stdout, done.stdout + done.stderr


def test_gates_see_the_other_tree_and_leave_nothing_there(tmp_path: Path) -> None:
    root = lay(tmp_path / "bot", contents(CONSUMER / "before"))
    theirs = lay(tmp_path / "theirs", contents(THEIRS))
    before = stamps(theirs)
    found = survey(root, specs.builtin(), types=Asked(), where="../theirs/")
    start = origin(found)
    last = stages_of(found, start, ())[-1]
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:xdist", "tests")

    _, proofs = prove(found, start, [last], Options(test_command=command), lambda _: None)

    (proof,) = proofs
    said = {verdict.gate: verdict.figures for verdict in proof.verdicts if verdict.passed}
    assert said.keys() == GATES - {"duplication", "coverage", "benchmark", "construction", "type-check"}
    assert said["mypy"] == "0 -> 0 errors, 0 new, 0 fixed, 7 files checked"
    assert said["tests"] == "11 tests: 11 -> 11 passed, 0 lost, 0 gained"
    assert said["deprecations"] == "0 uses of old names"
    assert stamps(theirs) == before


if __name__ == "__main__":
    shutil.rmtree(CONSUMER / "after", ignore_errors=True)
    shutil.copytree(CONSUMER / "before", CONSUMER / "after")
    lay(CONSUMER / "after", fixture_made())
