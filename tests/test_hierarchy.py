"""Where the hierarchy of a project that only uses it is: a directory, or an installed package."""

from __future__ import annotations

import os
import sys
import venv
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from codemods import files, hierarchy
from codemods.data import MigrationError
from codemods.hierarchy import Hierarchy
from tests.helpers import contents, lay

EXPLOSIVE = "raise SystemExit('it was imported')\n"
PYTHON = Path(sys.executable)


def read(where: str, root: Path, python: Path = PYTHON) -> Hierarchy:
    return hierarchy.read(where, root, files.read(root), python)


def refusal(where: str, root: Path, python: Path = PYTHON) -> str:
    with pytest.raises(MigrationError) as caught:
        read(where, root, python)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """PATH, with one file."""
    return lay(tmp_path / "ours", {"app.py": "import lib\n"})


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    venv.create(folder, symlinks=True)
    return folder


def python_of(environment: Path, packages: Mapping[str, str | bytes]) -> Path:
    """The environment's interpreter, with these files among its packages."""
    (place,) = environment.glob("lib/python*/site-packages")
    lay(place, packages)
    return environment / "bin" / "python"


# --- a directory ----------------------------------------------------------------------------------


def test_modules_of_a_directory_go_by_absolute_paths(ours: Path, tmp_path: Path) -> None:
    there = lay(
        tmp_path / "lib", {"src/a.py": "A", "src/b.pyi": "B", "README.md": "C", "setup.cfg": "[mypy]"}
    )

    found = read("../lib/", ours)

    home = PurePosixPath(there)
    assert found == Hierarchy("../lib/", {home / "src/a.py": b"A", home / "src/b.pyi": b"B"}, (home,))


def test_package_within_another_stands_for_the_outermost(ours: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "lib", {"a/__init__.py": "A", "a/b/__init__.py": "B", "c.py": "C"})

    found = read("../lib/a/b/", ours)

    assert (sorted(found.snapshot.values()), found.tops) == ([b"A", b"B"], (PurePosixPath(there / "a"),))


def test_files_keep_one_path_behind_a_link(ours: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "lib", {"a.py": "A"})
    (tmp_path / "link").symlink_to(there)

    assert read(str(tmp_path / "link"), ours).tops == (PurePosixPath(there),)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("../nowhere/", "the hierarchy ../nowhere/: there is no directory"),
        ("../file.py", "the hierarchy ../file.py: there is no directory"),
        (".", "is PATH itself; --hierarchy is for one that stands elsewhere"),
        ("..", "holds PATH; name the hierarchy's own directory"),
        ("./part/", "is part of PATH; leave --hierarchy out"),
    ],
)
def test_directory_that_cannot_be(ours: Path, where: str, message: str) -> None:
    lay(ours.parent, {"file.py": "", "ours/part/lib.py": ""})

    assert message in refusal(where, ours)


def test_directory_in_path_that_is_no_part_of_it(ours: Path) -> None:
    """Such as a submodule, or an environment."""
    lay(ours, {".venv/pyvenv.cfg": "", ".venv/lib/a.py": "A"})

    assert list(read("./.venv/lib/", ours).snapshot.values()) == [b"A"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_cannot_be_read(ours: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "lib", {"a.py": "A"})
    (there / "a.py").chmod(0)

    assert refusal("../lib/", ours) == "the hierarchy ../lib/: a.py: cannot be read: Permission denied"


def test_directory_stays_as_it_is(ours: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "lib", {"a.py": "A"})
    before = {path: path.stat().st_mtime_ns for path in (there, *there.rglob("*"))}

    read("../lib/", ours)

    assert {path: path.stat().st_mtime_ns for path in (there, *there.rglob("*"))} == before


# --- an installed package -------------------------------------------------------------------------


def test_package_is_found_and_not_imported(ours: Path, environment: Path) -> None:
    python = python_of(environment, {"plain/__init__.py": EXPLOSIVE, "plain/inner/a.py": "A"})
    (place,) = environment.glob("lib/python*/site-packages")
    before = sorted(place.rglob("*"))

    found = read("plain", ours, python)

    home = PurePosixPath(os.path.realpath(place))
    assert found.tops == (home,)
    assert found.snapshot == {
        home / "plain/__init__.py": EXPLOSIVE.encode(),
        home / "plain/inner/a.py": b"A",
    }
    assert sorted(place.rglob("*")) == before


def test_editable_package_is_found_where_it_is(ours: Path, environment: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "checkout", {"src/edited/__init__.py": EXPLOSIVE, "src/other.py": "no part of it"})
    python = python_of(environment, {"edited.pth": f"{there / 'src'}\n"})

    found = read("edited", ours, python)

    assert found.tops == (PurePosixPath(there / "src"),)
    assert list(found.snapshot) == [PurePosixPath(there / "src/edited/__init__.py")]


def test_parts_of_a_namespace_package(ours: Path, environment: Path, tmp_path: Path) -> None:
    there = lay(tmp_path / "checkout", {"shared/b.py": "B"})
    python = python_of(environment, {"shared/a.py": "A", "shared.pth": f"{there}\n"})

    found = read("shared", ours, python)

    assert sorted(found.snapshot.values()) == [b"A", b"B"]
    assert len(found.tops) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "there is no package nowhere in the environment of"),
        ("alone", "alone in the environment of {python} is no package in a directory"),
        ("sys", "sys in the environment of {python} is no package in a directory"),
    ],
)
def test_name_that_is_no_package(ours: Path, environment: Path, name: str, message: str) -> None:
    python = python_of(environment, {"alone.py": EXPLOSIVE})

    assert message.format(python=python) in refusal(name, ours, python)


def test_interpreter_that_is_none(ours: Path, tmp_path: Path) -> None:
    python = lay(tmp_path, {"python": "#!/bin/sh\necho 'no such thing' >&2\nexit 3\n"}) / "python"
    python.chmod(0o755)

    assert refusal("lib", ours, python) == f"{python} could not look for the package lib: no such thing"


# --- what people say ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("lib", "lib"),
        ("there", "../base/there/"),
        ("./there", "../base/there/"),
        ("../else", "../else/"),
        ("a.b", "../base/a.b/"),
        ("/at/all", "/at/all"),
    ],
)
def test_a_word_is_a_package_unless_a_directory_has_that_name(tmp_path: Path, said: str, where: str) -> None:
    base = lay(tmp_path / "base", {"there/a.py": ""})

    assert hierarchy.settled(said, base, tmp_path / "ours") == where


def test_ours_is_never_written(ours: Path, tmp_path: Path) -> None:
    lay(tmp_path / "lib", {"a.py": "A"})

    read("../lib/", ours)

    assert contents(ours) == {"app.py": b"import lib\n"}
