"""A small tree in, the migrated tree out: what the tests of codemods, plans and runs share."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import pytest

from codemods import documents, project
from codemods.data import Edit, Failure, MigrationError, Plan, Snapshot, Spec
from codemods.edits import splice
from codemods.migrate import Options, apply, survey
from codemods.plan import plan
from codemods.proofs import GATES
from codemods.text import decode
from codemods.verify import Proof
from tests.trees import BOXES, TWO_SIDES, tree

ROOT = """\
from abc import ABC


class Root(ABC):
    def __init__(self):
        self.started = False
"""
AROUND: Mapping[str, str | bytes] = {"boxes.py": BOXES, "root.py": ROOT}
"""What every small tree holds unless it says otherwise.

Its phases are 1 base, 2 left, 3 right, 4 integrations, 5 tests, 6 docs.
"""
LEFT = """\
from boxes import Box
from root import Root


class Left(Root):
    def _make_left_box(self) -> Box:
        return Box()
"""
ALL = (1, 2, 3, 4, 5, 6)
Files = Mapping[str, str | bytes]


def planned(files: Files, phases: Iterable[int] = ALL, asked: Spec = TWO_SIDES) -> tuple[Snapshot, Plan]:
    """The plan for ``files`` and what is always around them."""
    snapshot = tree({**AROUND, **files})
    found = project.read(snapshot, asked)
    made = plan(found, frozenset(phases))
    if not made.failures:
        Proof(found).check(frozenset(phases), made.changes)
    return snapshot, made


def migrated(files: Files, phases: Iterable[int] = ALL, asked: Spec = TWO_SIDES) -> dict[str, bytes]:
    """The tree after these phases; it compiles, its edits add up, and a second run changes nothing."""
    snapshot, made = planned(files, phases, asked)
    assert not made.failures, str(made.failures[0])
    for change in made.changes:
        if change.before is not None and change.after is not None:
            assert edited(change.path, change.before, change.edits) == change.after
    after = made.after(snapshot)
    for path, data in after.items():
        if path.suffix == ".py":
            compile(data, str(path), "exec")
    again = plan(project.read(after, asked), frozenset(phases))
    assert not again.failures
    assert "".join(change.diff() for change in again.changes) == "", "a second run changes something"
    return {str(path): data for path, data in after.items()}


def edited(path: PurePosixPath, data: bytes, edits: Sequence[Edit]) -> bytes:
    """A file with these edits made."""
    if path.suffix == ".md":
        document = documents.read(data)
        return documents.write(document, splice(document.text, edits))
    source = decode(data)
    return source.encode(splice(source.text, edits))


def check_noop(files: Files, path: str, phases: Iterable[int] = ALL, asked: Spec = TWO_SIDES) -> None:
    """Nothing changes in the file at ``path``."""
    before = tree({**AROUND, **files})[PurePosixPath(path)]
    assert shown(migrated(files, phases, asked)[path]) == shown(before)


def check_change(files: Files, expected: Files, phases: Iterable[int] = ALL, asked: Spec = TWO_SIDES) -> None:
    """The files of ``expected`` come out as they stand there, byte for byte."""
    after = migrated(files, phases, asked)
    for path, source in tree(expected).items():
        assert shown(after[str(path)]) == shown(source)


def failures(files: Files, phases: Iterable[int] = ALL, asked: Spec = TWO_SIDES) -> tuple[Failure, ...]:
    return planned(files, phases, asked)[1].failures


def shown(data: bytes) -> list[str]:
    """Bytes as lines that pytest compares legibly, and with every byte in them."""
    return data.decode("utf-8", "surrogateescape").splitlines(keepends=True)


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below ``root``, whatever they hold."""
    for name, source in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source if isinstance(source, bytes) else source.encode())
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Every file below ``root`` but git's and ours."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".git", ".classmod", "__pycache__"} & {*path.relative_to(root).parts}
    }


def newer_than(*version: int) -> pytest.MarkDecorator:
    return pytest.mark.skipif(sys.version_info < (*version, 99), reason="syntax of a newer Python")


# --- on disk, with the gates left out ----------------------------------------------------------------


UNPROVEN = Options(no_gate=GATES)


def land(root: Path) -> None:
    apply(survey(root, TWO_SIDES), (), UNPROVEN, lambda _: None)


def landed(root: Path, files: Files) -> dict[str, bytes]:
    """What a tree with these files becomes on disk; what is always around them and a class are there too."""
    land(lay(root, {**AROUND, "left.py": LEFT, **files}))
    return contents(root)


def refused(root: Path, files: Files) -> str:
    """Why a tree is refused; nothing of it has been written."""
    lay(root, {**AROUND, "left.py": LEFT, **files})
    before = contents(root)
    with pytest.raises(MigrationError) as caught:
        land(root)
    assert contents(root) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)
