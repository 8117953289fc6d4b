"""Places that look alike, on a tree of our own: each says in a comment what is to become of it.

``decoys/`` holds modules that are laid over the fixture cex_arbitrage. A trailing ``want: rename proven`` has
a decision and a confidence for every occurrence in its line, in order; ``want-above 2`` is for the line two
above, where a comment cannot stand.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from codemods import spec
from codemods.survey import Asked, Survey, survey

DECOYS = Path(__file__).with_name("decoys")
FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage" / "before"
SPEC = spec.builtin()
NAMES = {**SPEC.renames, **SPEC.stale}
_OLD = re.compile(rf"\b(?:{'|'.join(NAMES)})\b")
_WANT = re.compile(r"want(?:-above (\d+))?: ([a-z ,]+)")
CHANGING = ("rename", "delete")

Place = tuple[PurePosixPath, int, int]


@dataclass(frozen=True)
class Wanted:
    """What a comment says of a place."""

    decision: str
    confidence: str
    line: str


def decoys() -> dict[PurePosixPath, str]:
    """The decoy modules by the path they get in the tree; ``.txt`` keeps them from our own tools."""
    found = sorted(DECOYS.rglob("*.txt"))
    return {PurePosixPath(p.relative_to(DECOYS).with_suffix("")): p.read_text("utf-8") for p in found}


def wanted() -> dict[Place, Wanted]:
    """Every place of the decoys that a plain search finds, with what is said of it."""
    found: dict[Place, Wanted] = {}
    for path, text in decoys().items():
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            for match in _WANT.finditer(line):
                at = number - int(match[1] or 0)
                said = [word.split() for word in match[2].strip().split(", ")]
                columns = [m.start() + 1 for m in _OLD.finditer(lines[at - 1])]
                assert len(said) == len(columns), f"{path}:{at}: {len(columns)} places, {len(said)} wants"
                found |= {
                    (path, at, column): Wanted(decision, confidence, lines[at - 1].strip())
                    for column, (decision, confidence) in zip(columns, said, strict=True)
                }
    return found


def occurrences(root: Path) -> set[Place]:
    """Every whole word that is an old name in a .py, .pyi or .md file."""
    found: set[Place] = set()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".pyi", ".md"):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                place = PurePosixPath(path.relative_to(root)), number
                found |= {(*place, match.start() + 1) for match in _OLD.finditer(line)}
    return found


def lay(root: Path) -> Path:
    """The fixture with the decoys."""
    shutil.copytree(FIXTURE, root, dirs_exist_ok=True)
    for path, text in decoys().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return root


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("decoys"))


@pytest.fixture(scope="module")
def typed(tree: Path) -> Survey:
    return survey(tree, SPEC, types=Asked())


@pytest.fixture(scope="module")
def untyped(tree: Path) -> Survey:
    return survey(tree, SPEC)


def decided(found: Survey) -> dict[Place, tuple[str, str, str]]:
    return {
        (s.path, s.line, s.column): (str(s.decision), str(s.confidence), s.reason)
        for s in found.sites
        if s.path in decoys()
    }


def test_every_place_of_the_decoys_says_what_it_wants() -> None:
    places = {
        (path, number, match.start() + 1)
        for path, text in decoys().items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in _OLD.finditer(line)
    }

    assert sorted(places - wanted().keys()) == []
    assert len(places) > 200


def test_every_place_is_decided_as_it_wants(typed: Survey) -> None:
    found = decided(typed)

    faults = [
        f"{path}:{line}:{column} wants {want.decision} {want.confidence}, "
        f"is {' '.join(found[path, line, column])}\n    {want.line}"
        for (path, line, column), want in wanted().items()
        if found[path, line, column][:2] != (want.decision, want.confidence)
    ]

    assert not faults, "\n" + "\n".join(faults)


def test_precision_and_recall(typed: Survey) -> None:
    found, want = decided(typed), wanted()
    changing = {place for place, (decision, *_) in found.items() if decision in CHANGING}
    right = {place for place, said in want.items() if said.decision in CHANGING}
    doubts = {place for place, (decision, *_) in found.items() if decision == "ask"}

    precision = len(changing & right) / len(changing)
    recall = len(changing & right) / len(right)

    assert (precision, recall) == (1.0, 1.0)
    assert doubts == {place for place, said in want.items() if said.decision == "ask"}


def test_all_decisions_together_are_every_occurrence(tree: Path, typed: Survey) -> None:
    places = [(site.path, site.line, site.column) for site in typed.sites]
    counts = Counter(str(site.decision) for site in typed.sites)

    assert sorted(places) == sorted(occurrences(tree))
    assert {*counts} == {"rename", "delete", "keep", "ask"}
    assert sum(counts.values()) == len(places)


def test_without_types_decisions_are_weaker_never_different(typed: Survey, untyped: Survey) -> None:
    before, after = decided(untyped), decided(typed)

    different = {
        place: (said[0], after[place][0])
        for place, said in before.items()
        if said[0] != after[place][0] and said[0] != "ask"
    }

    assert different == {}
    assert sum(s[0] == "ask" for s in before.values()) > sum(s[0] == "ask" for s in after.values())


def test_no_wrong_change_without_types(untyped: Survey) -> None:
    want = wanted()

    wrong = [p for p, (said, *_) in decided(untyped).items() if said in CHANGING and said != want[p].decision]

    assert wrong == []


def test_field_that_prints_its_own_name_is_told(typed: Survey) -> None:
    noted = {(note.path, note.line) for note in typed.notes if 'f"{...=}"' in note.text}
    lines = [(p, n, line) for p, text in decoys().items() for n, line in enumerate(text.splitlines(), 1)]

    fields = {(p, n) for p, n, line in lines if re.search(r"_rest ?=( ?!r)?[:}].*want: rename", line)}
    assert noted == fields
