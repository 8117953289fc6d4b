"""A tree that is too large to be held is read again where it matters, and searched by its words."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from codemods import files, index, large, sources, spec
from codemods.cache import Cache
from codemods.data import MigrationError
from codemods.large import Large
from codemods.modules import Modules
from codemods.reader import Reader
from codemods.review import review
from codemods.seen import How, Look
from codemods.survey import survey
from tests.helpers import AROUND, contents, lay
from tests.trees import TWO_SIDES

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cex_arbitrage" / "before"
LEFT = "from root import Root\n\n\nclass Left(Root):\n    _left_on = False  # classmod: keep -- so\n"
FILES: dict[str, str | bytes] = {
    **AROUND,
    "left.py": LEFT,
    "broken.py": "def (:\n",
    "fine.py": "x = 'dash-ed'\n",
    "made.py": "# classmod: generated -- so\nfrom root import Root\n\n\nclass Made(Root): ...\n",
    "noted.md": "Root has `_left_on`.\n",
    "wide.py": "_\uff4ceft_on = 1\n",
}


class Reads:
    """Counts what is read of a tree."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        read = Reader.read

        def counted(reader: Reader, path: PurePosixPath) -> bytes | None:
            self.paths.append(str(path))
            return read(reader, path)

        monkeypatch.setattr(Reader, "read", counted)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", FILES)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "HELD", 0)


def test_what_can_be_held_is(root: Path) -> None:
    assert isinstance(files.read(root).snapshot, dict)


def test_no_more_is_held_than_may_be(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "HELD", 300)
    found = files.read(root).snapshot
    assert isinstance(found, Large)
    held = [data for data in found.files.values() if isinstance(data, bytes)]
    assert held
    assert sum(map(len, held)) <= 300


@pytest.mark.usefixtures("small")
def test_a_file_that_is_not_held_is_read_when_it_is_wanted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads(monkeypatch)
    found = files.read(root).snapshot
    reads.paths.clear()
    assert PurePosixPath("left.py") in found
    assert len(found) == len(FILES)
    assert reads.paths == []
    assert found[PurePosixPath("left.py")] == LEFT.encode()
    assert reads.paths == ["left.py"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("data", [None, LEFT.replace("False", "True!")])
def test_a_file_that_has_changed_since_is_refused(root: Path, data: str | None) -> None:
    found = files.read(root).snapshot
    (root / "left.py").unlink()
    if data is not None:
        (root / "left.py").write_text(data)
    with pytest.raises(MigrationError, match=r"^left\.py: changed while it was looked at; run it again$"):
        found[PurePosixPath("left.py")]


@pytest.mark.usefixtures("small")
def test_a_search_reads_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Reads(monkeypatch)
    modules = Modules(files.read(root).snapshot)
    reads.paths.clear()
    assert [str(path) for path in modules.naming(["_left_o"])] == ["left.py", "wide.py"]
    # What says that it is generated is looked at, but not searched.
    assert reads.paths == []


@pytest.mark.usefixtures("small")
def test_what_is_no_word_is_searched_in_the_file(root: Path) -> None:
    assert [str(path) for path in Modules(files.read(root).snapshot).naming(["dash-"])] == ["fine.py"]


def test_it_is_found_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = survey(root, TWO_SIDES)
    monkeypatch.setattr(large, "HELD", 0)
    told = survey(root, TWO_SIDES)
    assert told.sites == held.sites
    assert told.notes == held.notes
    assert told.failures == held.failures
    assert len(held.failures) == 1
    assert told.project.modules.sources == held.project.modules.sources
    assert told.snapshot == held.snapshot


def test_a_file_that_is_put_in_place_of_another_is_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "HELD", 0)
    found = files.read(root).snapshot
    changed = Modules(found).changed({PurePosixPath("left.py"): b"y = 1\n", PurePosixPath("new.py"): b""})
    assert list(changed.snapshot) == [*found, PurePosixPath("new.py")]
    assert changed.snapshot[PurePosixPath("left.py")] == b"y = 1\n"
    assert not changed.mentions(PurePosixPath("left.py"), ["_left_on"])


def test_a_tree_is_known_again_however_it_is_held(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Cache(tmp_path / "cache")
    first = Look(root, TWO_SIDES, How(), kept)
    first.keep(first.survey(), None)
    monkeypatch.setattr(large, "HELD", 0)
    assert Look(root, TWO_SIDES, How(), kept).known() is not None
    assert large.digests(files.read(root).snapshot) == large.digests(first.tree.snapshot)


# --- what is parsed ---------------------------------------------------------------------------------


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No more is held parsed than has to be, and nothing waits for a collection of cycles."""
    monkeypatch.setattr(sources, "ROOM", 0)
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("cramped")
def test_members_are_held_and_what_only_imports_from_their_homes_is_let_go(root: Path) -> None:
    lay(
        root,
        {
            "asks.py": "from root import other\n",
            "lacks.py": "from root import Gone\n\n\nclass A(Gone): ...\n",
        },
    )
    modules = Modules(files.read(root).snapshot)
    found = index.build(modules.snapshot, TWO_SIDES)
    assert {*map(str, found.modules.parsed)} - {"lacks.py"} == {"root.py", "left.py"}
    assert {*map(str, found.modules.sound)} >= {"asks.py", "lacks.py"}
    assert [ref.name for ref, _ in found.missing] == ["A"]


@pytest.mark.usefixtures("cramped")
def test_a_module_is_the_same_as_long_as_somebody_has_it(root: Path) -> None:
    modules, left = Modules(files.read(root).snapshot), PurePosixPath("left.py")
    module = modules.get(left)
    assert module is not None
    modules.get(PurePosixPath("root.py"))
    assert left not in modules.parsed
    assert modules.get(left) is module


@pytest.mark.usefixtures("cramped")
def test_a_module_that_is_let_go_is_gone_at_once(root: Path) -> None:
    modules = Modules(files.read(root).snapshot)
    module = modules.get(PurePosixPath("left.py"))
    assert module is not None
    tree = weakref.ref(module.tree)
    del module
    modules.get(PurePosixPath("root.py"))
    assert tree() is None


@pytest.mark.usefixtures("cramped")
def test_what_was_decided_in_a_module_does_not_hold_it(root: Path) -> None:
    found = survey(root, TWO_SIDES)
    assert any(site.path.name == "left.py" for site in found.sites)
    read = {*map(str, found.project.modules.sound)}
    assert read > {*map(str, found.project.modules._alive)} >= {"left.py", "root.py"}


def test_a_plan_does_not_depend_on_what_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = lay(tmp_path / "project", contents(FIXTURE))
    found = survey(root, spec.builtin())
    monkeypatch.setattr(sources, "ROOM", 0)
    monkeypatch.setattr(large, "HELD", 0)
    cramped = survey(root, spec.builtin())
    assert cramped.sites == found.sites
    assert cramped.notes == found.notes
    assert review(cramped) == review(found)


def test_a_class_that_is_named_in_passing_is_not_read(root: Path) -> None:
    lay(root, {"says.py": "from left import Left\n", "again.py": "class \\\n  Left: ...\n"})
    modules = Modules(files.read(root).snapshot)
    assert [str(module.path) for module in modules.defining("Left")] == ["again.py", "left.py"]
    assert PurePosixPath("says.py") not in modules.parsed
