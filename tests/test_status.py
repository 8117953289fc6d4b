"""What status knows: what is landed and how it was proven, what can go, and what is in the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from codemods import __version__, files, journal, proofs
from codemods.data import MigrationError, Outcome, Verdict
from codemods.gates import Measurement
from codemods.lock import lock
from codemods.migrate import Options, apply, rollback, survey
from codemods.proofs import GATES
from codemods.spec import loads
from codemods.status import Status, status, stuck
from tests.helpers import AROUND, contents, lay
from tests.trees import TWO_SIDES

LEFT = """\
from abc import abstractmethod

from boxes import Box
from root import Root


class Left(Root):
    def __init__(self) -> None:
        super().__init__()
        self._left_box = None

    @abstractmethod
    def _make_left_box(self) -> Box: ...
"""
SMALL = """\
from boxes import SmallBox
from left import Left


class Small(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
"""


class Gate:
    """One that passes and says how often it has measured."""

    name = "stub"

    def __init__(self) -> None:
        self.measured = 0

    def measure(self, tree: Path) -> Measurement:
        self.measured += 1
        return Measurement()

    def compare(self, *_: object) -> Verdict:
        return Verdict(self.name, Outcome.PASSED, f"measured {self.measured} times")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", {**AROUND, "left.py": LEFT, "small.py": SMALL})


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    monkeypatch.setattr(proofs, "_gates", lambda *_: lambda *_: [gate])


def land(root: Path, *phases: str) -> None:
    apply(survey(root, TWO_SIDES), phases, Options(no_gate=GATES), lambda _: None)


def of(root: Path, *phases: str) -> Status:
    """The status, which leaves everything as it is."""
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    found = status(root, TWO_SIDES, phases)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    return found


def stays(found: Status) -> dict[int, str]:
    return {phase.number: phase.stays for phase in found.phases}


def test_nothing_is_landed(root: Path) -> None:
    found = of(root)

    assert found == Status("", "", (), (), (), None, None)
    assert found.clean
    assert not (root / ".classmod").exists()


@pytest.mark.usefixtures("gate")
def test_what_is_landed_and_how_it_was_proven(root: Path) -> None:
    land(root, "1", "left")

    found = of(root)

    assert found.clean
    assert (found.spec, found.version) == ("boxes", __version__)
    assert [(p.number, p.name) for p in found.phases] == [(1, "base"), (2, "left")]
    assert PurePosixPath("root.py") in found.files
    first, second = (phase.record for phase in found.phases)
    assert first is not None
    assert second is not None
    assert (first.figures, second.figures) == (
        {"stub": "measured 2 times"},
        {"stub": "measured 3 times"},
    )
    assert PurePosixPath("root.py") in first.files
    assert second.files == (PurePosixPath("left.py"),)
    assert first.version == __version__
    age = datetime.now(UTC) - datetime.fromisoformat(first.at)
    assert timedelta(0) <= age < timedelta(hours=1)


def test_without_gates_there_are_no_figures(root: Path) -> None:
    land(root, "1")

    (phase,) = of(root).phases

    assert phase.record is not None
    assert phase.record.figures == {}


@pytest.mark.usefixtures("gate")
def test_a_phase_that_does_more_later_is_told_of_anew(root: Path) -> None:
    land(root)
    first = {phase.number: phase.record for phase in of(root).phases}
    lay(root, {"late.py": SMALL})

    land(root)

    second = {phase.number: phase.record for phase in of(root).phases}
    changed = {number for number in second if first[number] != second[number]}
    late = PurePosixPath("late.py")
    assert changed == {4}
    old, new = first[4], second[4]
    assert old is not None
    assert new is not None
    assert new.files == tuple(sorted((*old.files, late)))
    assert old.figures != new.figures


def test_a_phase_that_was_taken_back_is_not_told_of(root: Path) -> None:
    land(root)
    before = {phase.number: phase.record for phase in of(root).phases}

    rollback(root, TWO_SIDES, ("3",))

    found = of(root)
    assert {phase.number: phase.record for phase in found.phases} == {
        number: record for number, record in before.items() if number != 3
    }
    assert found.version == __version__


def test_the_phases_asked_for(root: Path) -> None:
    land(root)

    assert [phase.number for phase in of(root, "left", "1").phases] == [1, 2]
    with pytest.raises(MigrationError, match=r"^there is no phase 9"):
        of(root, "9")


def test_another_spec_has_no_names_for_what_is_landed(root: Path) -> None:
    land(root, "1")
    other = loads(_other_spec(), "other")

    (phase,) = status(root, other).phases

    assert (phase.number, phase.name) == (1, "")


def _other_spec() -> str:
    text = (Path(__file__).parents[1] / "codemods/composite_clients.toml").read_text("utf-8")
    assert 'name = "composite-clients"' in text
    return text


def test_a_record_of_before_phases_were_told_of(root: Path) -> None:
    land(root, "1")
    place = root / ".classmod/state.json"
    record = json.loads(place.read_text())
    del record["history"]
    place.write_text(json.dumps(record | {"version": ""}))

    found = of(root)

    assert found.clean
    assert [(p.number, p.record, p.stays) for p in found.phases] == [(1, None, "")]


# --- what can go --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("landed", "leaving", "why"),
    [
        ((1,), (1,), ""),
        ((0, 1), (1,), ""),
        ((1, 2, 3), (2,), ""),
        ((1, 2, 3), (1, 2, 3), ""),
        ((0, 1, 2), (0, 1, 2), ""),
        ((1, 2, 3), (1,), "phase 1 cannot go while phase 2, phase 3 are landed"),
        ((0, 1, 2), (0,), "phase 0 cannot go while phase 1, phase 2 are landed"),
        ((7,), (7,), ""),
        ((1, 2, 7), (7,), ""),
        ((1, 2, 7), (1, 2, 7), ""),
        ((1, 2, 7), (2,), "phase 2 cannot go while phase 7 is landed"),
    ],
)
def test_what_stays_with_the_others(landed: tuple[int, ...], leaving: tuple[int, ...], why: str) -> None:
    assert stuck(landed, leaving, 7) == why


def test_status_says_what_rollback_does(root: Path) -> None:
    land(root)
    lay(root, {"other.py": "x = 1\n"})
    expected = stays(of(root))

    assert {number for number, why in expected.items() if why} == {1}
    for number, why in expected.items():
        if why:
            with pytest.raises(MigrationError) as refused:
                rollback(root, TWO_SIDES, (str(number),))
            assert str(refused.value) == why
        else:
            rollback(root, TWO_SIDES, (str(number),))
            land(root, str(number))


@pytest.mark.parametrize("edit", ["edited", "deleted"])
def test_edited_since(root: Path, edit: str) -> None:
    land(root, "1", "2")
    if edit == "edited":
        (root / "left.py").write_text("mine\n")
    else:
        (root / "left.py").unlink()

    found = of(root)

    assert found.edited == (PurePosixPath("left.py"),)
    assert not found.clean
    assert set(stays(found).values()) == {"edited since it was landed: left.py"}


def test_a_backup_that_is_gone(root: Path) -> None:
    land(root, "1")
    for place in (root / ".classmod/objects").iterdir():
        place.unlink()

    assert stays(of(root))[1].endswith(": missing or damaged")


# --- an interrupted landing ---------------------------------------------------------------------


def interrupt(root: Path, monkeypatch: pytest.MonkeyPatch, *phases: str) -> None:
    """Leave the landing of these phases half done, as a power cut would."""
    written: list[PurePosixPath] = []
    real = files.replace

    def failing(base: Path, path: PurePosixPath, *arguments: object, **options: object) -> None:
        if base == root and path.suffix == ".py":
            written.append(path)
            if len(written) == 2:
                raise KeyboardInterrupt
        real(base, path, *arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    found = survey(root, TWO_SIDES)
    with monkeypatch.context() as patched:
        patched.setattr(files, "replace", failing)
        patched.setattr(journal, "recover", lambda _: False)
        with pytest.raises(KeyboardInterrupt):
            apply(found, phases, Options(no_gate=GATES), lambda _: None)
    assert journal.interrupted(root)


def test_interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(root)
    interrupt(root, monkeypatch, "1", "2")
    assert contents(root) != before

    found = of(root)

    assert not found.clean
    assert found.phases == ()
    assert found.interrupted is not None
    assert found.interrupted.phases == (1, 2)
    assert PurePosixPath("root.py") in found.interrupted.files
    assert found.interrupted.in_the_way == ""
    survey(root, TWO_SIDES)
    assert contents(root) == before
    assert of(root).clean


def test_interrupted_on_top_is_no_edit(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(root, "1")
    lay(root, {"late.py": SMALL})
    interrupt(root, monkeypatch, "2", "4")

    found = of(root)

    assert [phase.number for phase in found.phases] == [1]
    assert found.edited == ()
    assert found.interrupted is not None
    assert stays(found) == {1: ""}


def test_interrupted_and_edited(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(root, "1")
    lay(root, {"late.py": SMALL})
    interrupt(root, monkeypatch, "2", "4")
    (root / "left.py").write_text("mine\n")

    found = of(root)

    assert found.interrupted is not None
    assert found.interrupted.in_the_way.startswith("left.py: edited since a landing was interrupted")
    assert stays(found) == {1: found.interrupted.in_the_way}
    with pytest.raises(MigrationError) as refused:
        rollback(root, TWO_SIDES, ())
    assert str(refused.value) == found.interrupted.in_the_way


def test_a_run_under_way_is_no_interruption(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(root, monkeypatch, "1")

    with lock(root):
        found = of(root)

    assert found.at_work is not None
    assert found.clean
