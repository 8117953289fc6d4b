"""Whole trees at the end of their old names: what is left runs, and results that are wrong are refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from random import Random

import pytest

from codemods.data import Change
from codemods.finalize import planned
from codemods.migrate import leftovers, survey
from codemods.project import Project
from codemods.steps import ending
from codemods.verify import Unproven, finalized
from tests import test_fixtures
from tests.helpers import contents, lay
from tests.test_fixtures import CASES, Case
from tests.test_verify import MUTATIONS, Mutation
from tests.trees import known

SETTLED = {
    "docs/architecture.md": (b"it builds a\n", b"it builds a <!-- classmod: keep -- a helper -->\n"),
}
"""Questions that the fixtures leave to a person, answered."""
OLD_NAMES = """\
import importlib, sys
place, module, root, leaf_module, leaf, names, (old, new) = {given!r}
sys.path.insert(0, place)
root = getattr(importlib.import_module(module), root)
leaf = getattr(importlib.import_module(leaf_module), leaf)
made = object.__new__(leaf)
for name in (*names, old):
    assert not any(hasattr(owner, name) for owner in (made, leaf, root)), name
    setattr(made, name, 1)
    assert vars(made).pop(name) == 1
    try:
        delattr(made, name)
    except AttributeError:
        continue
    raise SystemExit(name)
later = type("Later", (leaf,), {{old: lambda self: 1}})
assert getattr(object.__new__(later), old)() == 1
assert new not in vars(later) and getattr(later, new) is getattr(leaf, new)
"""
each_case = pytest.mark.parametrize("case", CASES, ids=str)


@cache
def _migrated(case: Case) -> Project:
    files: dict[str, str | bytes] = {
        name: data.replace(*SETTLED[name]) if name in SETTLED else data
        for name, data in contents(case.home / "after").items()
    }
    return known(files, case.spec)


@cache
def _made(case: Case) -> tuple[Change, ...]:
    return ending(_migrated(case))


def _after(case: Case) -> dict[str, bytes]:
    files = {**_migrated(case).snapshot, **{change.path: change.after for change in _made(case)}}
    rest = {name: data for name, data in contents(case.home / "after").items() if name.startswith(".")}
    return {**rest, **{str(path): data for path, data in files.items() if data is not None}}


# --- what is left ---------------------------------------------------------------------------------


@each_case
def test_only_lines_with_the_layer_change(case: Case, tmp_path: Path) -> None:
    name, root = case.spec.compatibility.class_name.encode(), _migrated(case).root.path
    one, *others = sorted(_made(case), key=lambda change: change.after is None)
    wording = case.spec.compatibility

    assert {each.path.stem: each.after for each in others} == {wording.module: None, wording.tests: None}
    assert one.path == root
    old, new = ((data or b"").splitlines(keepends=True) for data in (one.before, one.after))
    assert [line for line in old if name not in line] == [
        line for line in new if line not in {each.replace(name + b", ", b"") for each in old if name in each}
    ]
    found = survey(lay(tmp_path, _after(case)), case.spec)
    assert leftovers(found) == ()
    assert (planned(found).in_the_way, planned(found).stage) == ((), None)


@each_case
def test_line_ends_are_those_of_the_files(case: Case) -> None:
    files = {str(path): data.replace(b"\n", b"\r\n") for path, data in _migrated(case).snapshot.items()}

    made = ending(known({**files}, case.spec))

    wanted = {change.path: change.after and change.after.replace(b"\n", b"\r\n") for change in _made(case)}
    assert {change.path: change.after for change in made} == wanted


@each_case
def test_tests_of_the_project_end_as_before(case: Case, tmp_path: Path) -> None:
    before = lay(tmp_path / "before" / case.name, contents(case.home / "after"))
    after = lay(tmp_path / "after" / case.name, _after(case))

    written = f"{case.spec.compatibility.tests}."
    outcomes = {t: o for t, o in test_fixtures._outcomes(before, case).items() if written not in t}

    assert outcomes
    assert test_fixtures._outcomes(after, case, "-W", "error::DeprecationWarning") == outcomes


@each_case
def test_old_names_are_like_any_other(case: Case, tmp_path: Path) -> None:
    place, project, spec = lay(tmp_path, _after(case)), _migrated(case), case.spec
    roles = project.roles
    leaf = next(r for r in project.index.members if roles.of[r].part == "integration" and roles.side(r))
    side, dotted = str(roles.side(leaf)), project.modules.dotted
    names = tuple(attribute.old[side] for attribute in spec.attributes)
    pair = spec.factories[0].old[side], spec.factories[0].new
    classes = (dotted(project.root.path), project.root.name, dotted(leaf.path), leaf.name)
    code = OLD_NAMES.format(given=(str(place / case.source_root), *classes, names, pair))

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


# --- what is refused ------------------------------------------------------------------------------


@each_case
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_mutated_results_are_refused(case: Case, mutation: Mutation) -> None:
    found, made, random = _migrated(case), _made(case), Random(mutation.__name__)
    for change in (change for change in made if change.after is not None):
        data = mutation((change.after or b"").decode(), random).encode()
        if data != change.after:
            with pytest.raises(Unproven):
                finalized(found, [replace(each, after=data) if each is change else each for each in made])


README = PurePosixPath("README.md")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda made, _: tuple(change for change in made if change.after is None),
        lambda made, _: tuple(change for change in made if change.after is not None),
        lambda made, text: (*made, Change(README, text, None)),
        lambda made, text: (*made, Change(README, text, text + b"!")),
        lambda made, _: (*made, Change(README, b"", b"!")),
        lambda made, _: (*made, Change(PurePosixPath("new.py"), None, b"")),
        lambda made, _: tuple(replace(change, after=None) for change in made),
        lambda made, _: tuple(replace(change, after=change.after or b"") for change in made),
    ],
    ids=["no root", "no layer", "one more goes", "another", "unread", "a new one", "all go", "emptied"],
)
def test_other_results_are_refused(
    wrong: Callable[[tuple[Change, ...], bytes], tuple[Change, ...]],
) -> None:
    found, made = _migrated(CASES[0]), _made(CASES[0])
    finalized(found, made)

    with pytest.raises(Unproven, match="the change is not what was decided"):
        finalized(found, wrong(made, found.snapshot[README]))
