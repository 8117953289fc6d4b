"""The hierarchy that a project only uses: another tree, found and read, never written and never imported.

It is a directory or an installed package. Its files go by their absolute paths (``foreign``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods import files
from codemods.data import MigrationError, Snapshot
from codemods.process import run

_MODULES = frozenset({".py", ".pyi"})
_SECONDS = 60.0
_ASK = """\
import sys
del sys.path[0]
import importlib.util, json
found = importlib.util.find_spec(sys.argv[1])
print(json.dumps(list(found.submodule_search_locations or []) if found else None))
"""
"""Looks in all places but the working directory. A name without a dot is found without an import."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """What was read: ``snapshot`` by absolute paths, all below one of ``tops``.

    ``where`` is what was asked for: a directory, absolute or relative to PATH, or the name of a package.
    """

    where: str
    snapshot: Snapshot
    tops: tuple[PurePosixPath, ...]


def settled(where: str, base: Path, root: Path) -> str:
    """``where`` as ``read`` takes it: a name as it is, a directory relative to ``root`` unless absolute.

    ``base`` is where relative directories start. A bare word is a package where no directory has that name.
    """
    if Path(where).is_absolute() or (where.isidentifier() and not (base / where).exists()):
        return where
    return os.path.join(os.path.relpath(os.path.realpath(base / where), os.path.realpath(root)), "")  # noqa: PTH118


def read(where: str, root: Path, tree: files.Tree, python: Path) -> Hierarchy:
    """The modules of the hierarchy at ``where``; ``tree`` is what PATH (``root``) holds.

    A package is looked for by ``python``, the project's interpreter, which imports nothing of it.
    Raises MigrationError, in one line, for what is not there, is no directory, cannot be read, or is part
    of PATH.
    """
    named = where.isidentifier()
    places = _installed(where, python) if named else (root / where,)
    snapshot: dict[PurePosixPath, bytes] = {}
    tops: list[PurePosixPath] = []
    for place in (Path(os.path.realpath(place)) for place in places):
        if not place.is_dir():
            raise MigrationError(f"the hierarchy {where}: there is no directory {place}")
        # Imports start at the outermost package.
        while (place / "__init__.py").is_file() and (place.parent / "__init__.py").is_file():
            place = place.parent
        _refuse_ours(place, root, tree)
        try:
            found = files.read(place).snapshot
        except MigrationError as error:
            raise MigrationError(f"the hierarchy {where}: {error}") from error
        snapshot |= {PurePosixPath(place / p): data for p, data in found.items() if p.suffix in _MODULES}
        tops.append(PurePosixPath(place.parent if named else place))
    return Hierarchy(where, snapshot, tuple(dict.fromkeys(tops)))


def _installed(name: str, python: Path) -> tuple[Path, ...]:
    """The directories of an installed package."""
    environment = {n: value for n, value in os.environ.items() if not n.startswith("PYTHON")}
    finished = run([str(python), "-B", "-c", _ASK, name], cwd=Path("/"), env=environment, timeout=_SECONDS)
    try:
        found = json.loads(finished.output)
    except ValueError:
        said = (finished.errors.strip() or "nothing").splitlines()[-1]
        raise MigrationError(f"{python} could not look for the package {name}: {said}") from None
    if found is None:
        raise MigrationError(
            f"there is no package {name} in the environment of {python}, and no directory of that name"
        )
    places = tuple(place for each in found if (place := Path(each)).is_dir())
    if not places:
        raise MigrationError(f"{name} in the environment of {python} is no package in a directory")
    return places


def _refuse_ours(place: Path, root: Path, tree: files.Tree) -> None:
    """Raise MigrationError where the hierarchy and PATH share files."""
    ours = Path(os.path.realpath(root))
    if place == ours:
        raise MigrationError(f"{place} is PATH itself; --hierarchy is for one that stands elsewhere")
    if ours.is_relative_to(place):
        raise MigrationError(f"{place} holds PATH; name the hierarchy's own directory")
    if place.is_relative_to(ours):
        inside = PurePosixPath(place.relative_to(ours))
        if any(path.is_relative_to(inside) for path in tree.modes):
            raise MigrationError(f"{place} is part of PATH; leave --hierarchy out")
