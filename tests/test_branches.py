"""A branch that was cut before the migration: whichever way it comes in, the tree ends up the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random

import pytest
from hypothesis import Phase as HypothesisPhase
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from codemods import project
from codemods.data import MigrationError, Plan, Snapshot, Spec
from codemods.migrate import Report, apply, survey
from codemods.plan import plan
from codemods.project import Project
from codemods.verify import Proof
from tests.branch_edits import CEX_EDITS, REPORT_EDITS, edit
from tests.helpers import UNPROVEN, contents
from tests.test_fixtures import CEX, REPORTS, Case
from tests.test_properties import PROPERTY, cases
from tests.test_properties import Case as Generated
from tests.trees import HIERARCHY, TWO_SIDES, tree

IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.invalid")
EVERY = frozenset({1, 2, 3, 4, 5, 6})
EDITS = {CEX: CEX_EDITS, REPORTS: REPORT_EDITS}
Named = list[tuple[Case, tuple[str, ...]]]
EACH: Named = [(case, (name,)) for case, edits in EDITS.items() for name in edits]
PAIRS: Named = [(CEX, ("new-clients", "new-base")), (CEX, ("new-public", "beside-the-sides"))]
ALL: Named = [(case, tuple(edits)) for case, edits in EDITS.items()]


def ids(found: Iterable[tuple[Case, tuple[str, ...]]]) -> list[str]:
    return [f"{case}-{'+'.join(names) if len(names) < 3 else 'all'}" for case, names in found]


@dataclass(frozen=True)
class Repository:
    """A git tree with a fixture in ``main`` and in ``branch``, and what is run there."""

    root: Path
    spec: Spec

    @classmethod
    def of(cls, root: Path, case: Case) -> Repository:
        shutil.copytree(case.home / "before", root)
        made = cls(root, case.spec)
        made.git("init", "-q", "-b", "main")
        made.commit()
        made.git("branch", "branch")
        return made

    def git(self, *arguments: str) -> None:
        command = ("git", *IDENTITY, *arguments)
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--allow-empty")

    def edit(self, case: Case, names: Iterable[str]) -> None:
        """Make edits on the branch."""
        self.git("checkout", "-q", "branch")
        edit(self.root, *(EDITS[case][name] for name in names))
        self.commit()

    def migrate(self, *phases: int) -> Report:
        """As in a clone: with no record, and it leaves none."""
        made = apply(survey(self.root, self.spec), [*map(str, phases)], UNPROVEN, lambda _: None)
        shutil.rmtree(self.root / ".classmod", ignore_errors=True)
        self.commit()
        return made


def merged_first(root: Path, case: Case, names: Iterable[str]) -> dict[str, bytes]:
    there = Repository.of(root, case)
    there.edit(case, names)
    there.migrate()
    return contents(root)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(p for p in {*one, *other} if one.get(p) != other.get(p))


def check(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Both are the same, shown by the first file that is not."""
    for path in differing(one, other)[:1]:
        shown = (each.get(path, b"").decode().splitlines() for each in (one, other))
        assert [*next(shown)] == [*next(shown)]
        raise AssertionError(path)


@pytest.mark.parametrize(("case", "names"), EACH + PAIRS + ALL, ids=ids(EACH + PAIRS + ALL))
def test_migrated_then_merged_is_merged_then_migrated(
    case: Case, names: tuple[str, ...], tmp_path: Path
) -> None:
    wanted = merged_first(tmp_path / "one", case, names)
    there = Repository.of(tmp_path / "two", case)
    there.migrate()
    there.edit(case, names)
    there.git("merge", "-q", "main", "-m", "merge")

    there.migrate()

    check(contents(there.root), wanted)
    assert not there.migrate().landed


@pytest.mark.parametrize(
    ("names", "side"),
    [(("uses", "tests-and-docs", "changed-method"), "ours"), (("new-clients", "new-base"), "theirs")],
)
def test_both_migrated_then_merged(names: tuple[str, ...], side: str, tmp_path: Path) -> None:
    """With the side of main in what conflicts, which a run brings up to date."""
    wanted = merged_first(tmp_path / "one", CEX, names)
    there = Repository.of(tmp_path / "two", CEX)
    there.migrate()
    there.edit(CEX, names)
    there.migrate()
    there.git("merge", "-q", "main", "-m", "merge", "-X", side)

    there.migrate()

    check(contents(there.root), wanted)


# --- what somebody has edited ---------------------------------------------------------------------


def late(early: Mapping[str, str], late: Mapping[str, str], edits: Mapping[str, str]) -> tuple[Project, Plan]:
    """Small trees: ``early`` is migrated, then edited by hand, then ``late`` comes in."""
    before = tree({**HIERARCHY, **early})
    after = plan(project.read(before, TWO_SIDES), EVERY).after(before)
    for path, added in edits.items():
        after[PurePosixPath(path)] += added.encode()
    found = project.read({**after, **tree(late)}, TWO_SIDES)
    made = plan(found, EVERY)
    Proof(found).check(EVERY, made.changes)
    return found, made


def leaf(name: str, box: str, side: str = "left") -> str:
    source = f"from bases import {side.title()}\nfrom boxes import {box}\n\n\nclass {name}({side.title()}):\n"
    return f"{source}    def _make_{side}_box(self) -> {box}:\n        return {box}()\n"


def test_noop_type_variables_that_somebody_has_added_to_stay() -> None:
    found, made = late(
        {"a.py": leaf("A", "SmallBox"), "b.py": leaf("B", "Box")},
        {"c.py": leaf("C", "LargeBox")},
        {"client_types.py": "Mine = int\n"},
    )

    assert PurePosixPath("client_types.py") not in {change.path for change in made.changes}
    assert [note.text for note in found.notes if str(note.path) == "client_types.py"] == [
        "LeftBox would be made of SmallBox, Box, LargeBox now; "
        "somebody has edited this file, so it stays as it is"
    ]


def test_type_variable_that_has_to_come_into_an_edited_file_is_refused() -> None:
    with pytest.raises(MigrationError, match="LeftBoxType is needed and not there; somebody has edited"):
        late(
            {"a.py": leaf("A", "SmallBox")},
            {"c.py": leaf("C", "LargeBox")},
            {"client_types.py": "Mine = 1\n"},
        )


def test_header_becomes_open_and_what_is_below_it_is_bound() -> None:
    _, made = late({"a.py": leaf("A", "SmallBox")}, {"c.py": leaf("C", "LargeBox")}, {})

    after = {str(change.path): change.after.decode() for change in made.changes if change.after}
    assert "class Left(Root[LeftBoxType])" in after["bases.py"]
    assert "class A(Left[SmallBox])" in after["a.py"]
    assert "class C(Left[LargeBox])" in after["c.py"]
    assert 'LeftBoxType = TypeVar("LeftBoxType", bound=Box)' in after["client_types.py"]
    assert "LeftBox = Union[SmallBox, LargeBox]" in after["client_types.py"]


def test_noop_layer_that_somebody_has_edited_stays() -> None:
    _, made = late(
        {"a.py": leaf("A", "SmallBox")},
        {"new.py": leaf("New", "Box").replace("from bases import Left", "from bases import Root as Left")},
        {"old_names.py": "\nMINE = 1\n"},
    )

    assert PurePosixPath("old_names.py") not in {change.path for change in made.changes}


STEPS = ([(1,), (2,), (3,), (4,), (5, 6)], [(1, 2), (1, 2, 3, 4, 5, 6)])


@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize(("case", "names"), [(CEX, ()), *ALL], ids=ids([(CEX, ()), *ALL]))
def test_phase_by_phase_in_clones(
    case: Case, names: tuple[str, ...], steps: list[tuple[int, ...]], tmp_path: Path
) -> None:
    wanted = merged_first(tmp_path / "one", case, names)
    there = Repository.of(tmp_path / "two", case)
    there.edit(case, names)
    known = {*case.complete}
    for phases in steps:
        there.migrate(*(n for n in phases if n in known))

    check(contents(there.root), wanted)


# --- generated trees ------------------------------------------------------------------------------


def annotated(files: Mapping[str, str]) -> dict[str, str]:
    """The files with a type for what every factory of a leaf returns: what it overrides may be gone."""
    bare = re.compile(r"(def _make_\w+_box\(self\)):(\n        self\.log)")
    boxes = {path: re.search(r"from boxes import (\w+)", text) for path, text in files.items()}
    return {
        path: bare.sub(rf"\1 -> {box[1]}:\2", text) if (box := boxes[path]) else text
        for path, text in files.items()
    }


def above(files: Mapping[str, str], chosen: set[str]) -> set[str]:
    """These files and all that import them."""
    names = "|".join(re.escape(name.removesuffix(".py")) for name in chosen)
    users = {
        path for path, text in files.items() if re.search(rf"^(?:from|import) (?:{names})\b", text, re.M)
    }
    return chosen if users <= chosen else above(files, chosen | users)


@settings(PROPERTY, max_examples=40, phases=[HypothesisPhase.generate])
@given(cases(), st.integers(1, 6), st.randoms())
def test_what_comes_later_is_migrated_as_if_it_had_been_there(
    case: Generated, last: int, random: Random
) -> None:
    files = annotated(case.files)
    others = sorted(files.keys() - {"root.py", "boxes.py", "others.py"})
    later = above(files, {*random.sample(others, random.randint(1, len(others)))})
    early = tree({path: text for path, text in files.items() if path not in later})
    assume(any(b"(Root)" in text for text in early.values()))
    wanted = plan(project.read(tree(files), TWO_SIDES), EVERY).after(tree(files))

    first = plan(project.read(early, TWO_SIDES), frozenset(range(1, last + 1))).after(early)
    merged = {**first, **tree({path: files[path] for path in later})}
    found = project.read(merged, TWO_SIDES)
    made = plan(found, EVERY)
    Proof(found).check(EVERY, made.changes)

    check(shown(made.after(merged)), shown(wanted))


def shown(snapshot: Snapshot) -> dict[str, bytes]:
    return {str(path): data for path, data in snapshot.items()}
