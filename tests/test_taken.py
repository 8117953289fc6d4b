"""An answer holds for a tree that differs in nothing that it was found by, and for no other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods import steps
from codemods import survey as surveys
from codemods.cache import Cache
from codemods.data import MigrationError
from codemods.seen import How, Look
from codemods.survey import Survey
from codemods.workers import Workers
from tests.helpers import AROUND, lay
from tests.trees import TWO_SIDES

FILES: dict[str, str | bytes] = {
    **AROUND,
    "left.py": "from root import Root\n\n\nclass Left(Root):\n    _left_on = False\n",
    "use.py": "from kinds import Kind\n\n\ndef use(left: Kind):\n    return left._left_on\n",
    "kinds.py": "from left import Left as Kind\n",
    "README.md": "`Left` has `_left_on`.\n",
    "tests/test_left.py": "import pytest\nfrom left import Left\n\nassert not Left._left_on\n",
    "other/fine.py": "import math\n\n\nclass Fine:\n    size = math.pi\n",
    "other/more.py": "from other.fine import Fine\n\nsize = Fine.size\n",
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
    "a class that a page may speak of": written("other/new.py", "class OldNames: ...\n"),
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

    def __call__(self) -> object:
        return outcome(self._seen)

    def _seen(self) -> object:
        look = Look(self.root, TWO_SIDES, How(), self.kept)
        found = look.known()
        if found is None:
            self.times += 1
            survey = look.survey(self.workers)
            found = look.keep(survey, work(survey))
        return found.sites, found.failures, found.answer

    def afresh(self) -> object:
        def found() -> object:
            survey = surveys.survey(self.root, TWO_SIDES)
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
