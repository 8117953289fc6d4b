"""An answer holds for a tree that differs in nothing that it was found by, and for no other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods import journal, steps
from codemods import survey as surveys
from codemods.cache import Cache
from codemods.data import MigrationError, Snapshot
from codemods.migrate import Options, apply
from codemods.proofs import GATES
from codemods.seen import How, Look
from codemods.sources import Sources
from codemods.survey import Survey
from codemods.taken import Taken
from codemods.traced import Trace, Traced, over
from codemods.workers import Workers
from tests.helpers import AROUND, lay
from tests.trees import TWO_SIDES

FILES: dict[str, str | bytes] = {
    **AROUND,
    "left.py": "import missing\nfrom root import Root\nclass Left(Root, missing.Mixin):\n    _left_on = 0\n",
    "use.py": "from kinds import Kind\n\n\ndef use(left: Kind):\n    return left._left_on\n",
    "kinds.py": "from left import Left as Kind\n",
    "README.md": "`Left` has `_left_on`.\n",
    "docs/widget.md": "`Widget._left_on`\n",
    "tests/test_left.py": "import pytest\nfrom left import Left\n\nassert not Left._left_on\n",
    "other/fine.py": "import math\n\n# Leftovers\nclass Fine:\n    size = math.pi\n",
    "other/more.py": "from other.fine import Fine\n\nsize = Fine.size\n",
    "other/has.py": "class Has:\n    _left_on = 1\n",
    "other/__init__.py": "",
    "other/left/notes.txt": "no source",
    "broken.py": "def (:\n",
    "docs/about.md": "Nothing of it.\n",
}
MORE = "from left import Left\n\n\nclass More(Left):\n    def on(self):\n        return self._left_on\n"

Change = Callable[[Path], object]


def written(name: str, text: str) -> Change:
    return lambda root: lay(root, {name: text})


def added(name: str, text: str) -> Change:
    return lambda root: (root / name).write_text((root / name).read_text() + text)


def gone(name: str) -> Change:
    return lambda root: (root / name).unlink()


def moved(name: str, to: str) -> Change:
    return lambda root: (root / name).rename(root / to)


NO_MATTER: dict[str, Change] = {
    "a file of something else is edited": added("other/fine.py", "\n\nclass Finer(Fine): ...\n"),
    "and imports something else": added("other/more.py", "import sys\n"),
    "it goes": gone("other/more.py"),
    "it moves": moved("other/more.py", "other/most.py"),
    "one comes": written("other/new.py", "from . import fine\n\n\nclass New: ...\n"),
    "one comes in a folder of its own": written("scripts/run.py", "print()\n"),
    "a package comes": written("another/__init__.py", "class Else: ...\n"),
    "a page is edited": added("docs/about.md", "\nStill nothing.\n"),
    "a page comes": written("docs/new.md", "Nothing.\n"),
    "a file that is no source": written("other/left/notes.txt", "still no source"),
    "one comes that is no source": written("notes.txt", "no source"),
    "another mode": lambda root: (root / "left.py").chmod(0o600),
}
MATTER: dict[str, Change] = {
    "a member is edited": added("left.py", "\n\nclass Lefter(Left): ...\n"),
    "another name of a member": written("kinds.py", "class Kind: ...\n"),
    "a user": added("use.py", "# more\n"),
    "a file that had nothing to do with it": added("other/fine.py", MORE),
    "such a file is new": written("other/new.py", MORE),
    "a name that may be an old one": added("other/more.py", "\ndef f(a):\n    return a._left_on\n"),
    "one in a page": added("docs/about.md", "\n`_left_on` of `Left`.\n"),
    "a page comes with one": written("docs/new.md", "`_left_on` of `Left`.\n"),
    "a file does not parse any more": added("other/fine.py", "def (\n"),
    "a new one does not": written("other/new.py", "def (\n"),
    "one does again": written("broken.py", "x = 1\n"),
    "it fails in another line": written("broken.py", "x = 1\ndef (:\n"),
    "a broken file goes": gone("broken.py"),
    "a module that an import led outside for": written(
        "typing.py", "ABC = Any = object\nfrom abc import *\n"
    ),
    "one that hides another": written("kinds/__init__.py", "class Kind: ...\n"),
    "a stub of one": written("kinds.pyi", "class Kind: ...\n"),
    "a folder that an import leads to": written("boxes/inner.py", "x = 1\n"),
    "a folder becomes a package": written("tests/__init__.py", ""),
    "a file that imports lead to goes": gone("kinds.py"),
    "a pragma": added("other/fine.py", "# classmod: keep -- for no reason\n"),
    "one in a new file": written("other/new.py", "# classmod: keep -- for no reason\n"),
    "a test comes": written("tests/test_new.py", "import unittest\n"),
    "another source root": written("src/left.py", "class Left: ...\n"),
    "and in it what an import led outside for": written("src/missing.py", "class Mixin: ...\n"),
    "a folder of its name": written("missing/other.py", "x = 1\n"),
    "a class that a page speaks of": written("other/new.py", "class Widget: ...\n"),
    "a file in the way of one that is created": written("old_names.py", "x = 1\n"),
    "one that differs from it in case only": written("Old_Names.py", "x = 1\n"),
    "the same of one that is no source": written("OLD_NAMES.PY", "x = 1\n"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", FILES)


class Looks:
    """Looks at a tree as commands do; ``times`` it was worked out."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.kept, self.workers, self.times = root, Cache(folder), Workers(), 0
        self.guide = False

    def __call__(self) -> object:
        return outcome(self._seen)

    def _seen(self) -> object:
        look = Look(self.root, TWO_SIDES, How(guide=self.guide), self.kept)
        found = look.known()
        if found is None:
            self.times += 1
            survey = look.survey(self.workers)
            found = look.keep(survey, work(survey))
        return found.sites, found.failures, found.answer

    def afresh(self) -> object:
        def found() -> object:
            survey = surveys.survey(self.root, TWO_SIDES, guide=self.guide)
            return survey.sites, survey.failures, work(survey)

        return outcome(found)


def outcome(of: Callable[[], object]) -> object:
    try:
        return of()
    except MigrationError as error:
        return str(error)


def work(found: Survey) -> tuple[Any, ...]:
    """All that is shown of a tree."""
    made = steps.steps(found, ()) if not found.failures else ()
    return found.notes, tuple((c.path, c.after, c.edits) for step in made for c in step.changes)


@pytest.fixture
def looks(root: Path, tmp_path: Path) -> Looks:
    return Looks(root, tmp_path / "cache")


@pytest.mark.parametrize("whole", [False, True], ids=["as it is", "where all parses"])
@pytest.mark.parametrize("change", NO_MATTER.values(), ids=NO_MATTER)
def test_what_does_not_matter(looks: Looks, change: Change, whole: bool) -> None:
    if whole:
        (looks.root / "broken.py").unlink()
    looks()
    change(looks.root)
    assert looks() == looks.afresh()
    assert looks.times == 1


@pytest.mark.parametrize("whole", [False, True], ids=["as it is", "where all parses"])
@pytest.mark.parametrize("change", MATTER.values(), ids=MATTER)
def test_what_may_matter(looks: Looks, change: Change, whole: bool) -> None:
    if whole:
        lay(looks.root, {"broken.py": ""})
    looks()
    change(looks.root)
    assert looks() == looks.afresh()


def test_a_file_that_differs_from_one_that_is_created_in_case_only(looks: Looks) -> None:
    lay(looks.root, {"broken.py": ""})
    looks.guide = True
    looks()
    guide = TWO_SIDES.guide.name
    assert guide != guide.lower()
    written(guide.lower(), "Nothing.\n")(looks.root)
    assert looks() == looks.afresh()


def test_what_is_edited_since_it_landed_counts(looks: Looks) -> None:
    lay(looks.root, {"broken.py": ""})
    apply(surveys.survey(looks.root, TWO_SIDES, guide=True), (), Options(no_gate=GATES), lambda _: None)
    landed = journal.read(looks.root)
    assert landed
    for file in landed.files:
        looks()
        times = looks.times
        (looks.root / file.path).write_bytes((looks.root / file.path).read_bytes() + b"\n")
        assert looks() == looks.afresh()
        assert looks.times > times, file.path


def test_what_other_processes_have_read_counts(looks: Looks) -> None:
    lay(looks.root, {f"docs/{number}.md": "`Left` has `_left_on`.\n" for number in range(210)})
    looks.workers = Workers(2)
    looks()
    added("docs/7.md", "\nIt has `_left_on`, or `_on`.\n")(looks.root)
    assert looks() == looks.afresh()
    assert looks.times == 2
    added("docs/about.md", "\nStill nothing.\n")(looks.root)
    assert looks() == looks.afresh()
    assert looks.times == 2


def test_what_an_executor_has_read_is_not_known(looks: Looks) -> None:
    with ThreadPoolExecutor(2) as executor:
        looks.workers = Workers(2, executor)
        looks()
        added("docs/about.md", "\nStill nothing.\n")(looks.root)
        assert looks() == looks.afresh()
    assert looks.times == 2


HERE, THERE = PurePosixPath("here.py"), PurePosixPath("there.py")


@pytest.mark.parametrize(
    "take",
    [iter, len, lambda tree: tree.keys() - {HERE}, lambda tree: Sources(tree).sources],
    ids=["iterated", "counted", "compared", "asked for its sources"],
)
def test_which_files_there_are_counts_for_who_asks(take: Callable[[Snapshot], object]) -> None:
    tree, trace = {HERE: b"x = 1"}, Trace()
    before = Taken.of(Sources(tree), "key", {HERE: b"1"}, trace)
    now = {HERE: b"1", THERE: b"2"}
    more = {**tree, THERE: b""}
    assert before.is_same(now, more)
    take(Traced(tree, trace))
    assert trace.listed
    assert not before.is_same(now, more)


@pytest.mark.parametrize("path", ["missing.py", "missing/__init__.pyi", "missing/other.py", "src/missing.py"])
def test_what_an_import_was_looked_for_counts(path: str) -> None:
    tree, trace = {HERE: b"import missing"}, Trace()
    sources = Sources(Traced(tree, trace))
    assert sources.find("missing", HERE) is None
    before, come = Taken.of(sources, "key", {HERE: b"1"}, trace), PurePosixPath(path)

    assert not before.is_same({HERE: b"1", come: b"2"}, {**tree, come: b""})


def test_what_a_file_was_put_in_the_place_of_counts() -> None:
    trace = Trace()
    over(Traced({HERE: b"x = 1"}, trace), {HERE: b"x = 2"})

    assert trace.read == {HERE}


EDITS: dict[str, Change] = {**NO_MATTER, **MATTER}


@settings(
    deadline=None, derandomize=True, database=None, max_examples=60, suppress_health_check=[*HealthCheck]
)
@given(st.lists(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3), min_size=1, max_size=4))
def test_one_change_after_another(history: Sequence[Sequence[str]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        looks = Looks(lay(folder / "project", FILES), folder / "cache")
        looks()
        for names in history:
            for name in names:
                with suppress(OSError):  # what it would change is gone
                    EDITS[name](looks.root)
            assert looks() == looks.afresh(), names
    finally:
        shutil.rmtree(folder)
