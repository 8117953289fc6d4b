"""Clients that share a name: where both are imported, each goes by its module's name, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codemods import project
from codemods.plan import plan
from codemods.verify import Proof, Unproven
from tests.helpers import AROUND, check_change, migrated
from tests.trees import TWO_SIDES, tree

SMALL = "from boxes import Box\n\n\nclass Small(Box): ...\n"
LEFT = """\
from abc import abstractmethod

from root import Root


class Left(Root):
    @abstractmethod
    def _make_left_box(self): ...
"""
LEAF = """\
from {home} import Small
from left import Left


class {name}(Left):
    def _make_left_box(self) -> Small:
        return Small()
"""
FILES: dict[str, str | bytes] = {
    "left.py": LEFT,
    "one.py": LEAF.format(home="red", name="One"),
    "two.py": LEAF.format(home="blue", name="Two"),
    "red.py": SMALL,
    "blue.py": SMALL,
}
TYPES = '''\
"""Type variables of Root, and what stands for them."""

from typing import TypeVar, Union

from blue import Small as BlueSmall
from boxes import Box
from red import Small as RedSmall

BoxType = TypeVar("BoxType", bound=Box)
LeftBoxType = TypeVar("LeftBoxType", bound=Box)

# What the classes of one side are made with.
LeftBox = Union[RedSmall, BlueSmall]
'''


def test_each_goes_by_its_module() -> None:
    check_change(FILES, {"client_types.py": TYPES})


def test_as_much_of_the_path_as_tells_them_apart() -> None:
    files = {name: text for name, text in FILES.items() if name not in ("red.py", "blue.py")}
    for name, home in (("one.py", "red"), ("two.py", "blue")):
        files[name] = str(files[name]).replace(f"from {home} ", f"from {home}.rest_client ")
        files |= {f"{home}/__init__.py": "", f"{home}/rest_client.py": SMALL}
    types = migrated(files)["client_types.py"].decode()
    assert "from red.rest_client import Small as RedRestClientSmall\n" in types


def test_in_the_tests_that_are_written() -> None:
    asked = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, tests="test_old_names"))
    files = {**FILES, "tests/test_left.py": "import left\n"}
    text = migrated(files, asked=asked)["tests/test_old_names.py"].decode()
    assert "\nfrom blue import Small as Small2\n" in text
    assert "\n    (Two, Left, (Small2,)),\n" in text


def test_one_that_shares_its_name_with_no_bound() -> None:
    files = {**FILES, "two.py": "from blue import Small\n\nx = Small()\n"}
    assert b"from red import Small\n" in migrated(files)["client_types.py"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("blue import Small as BlueSmall", "blue import Small as RedSmall"),
        ("from blue import Small as BlueSmall", "from red import Small as BlueSmall"),
        ("import Box\n", "import Box as Case\n"),
        ("Union[RedSmall, BlueSmall]", "Union[BlueSmall, RedSmall]"),
        ("from red import Small as RedSmall\n", ""),
    ],
)
def test_what_is_imported_otherwise_is_refused(right: str, wrong: str) -> None:
    found = project.read(tree({**AROUND, **FILES}), TWO_SIDES)
    phases = frozenset({1, 2, 3, 4, 5, 6})
    made = plan(found, phases).changes
    proof = Proof(found)
    proof.check(phases, made)
    types = next(c for c in made if c.path.name == "client_types.py")
    assert right.encode() in (types.after or b"")
    bad = replace(types, after=(types.after or b"").replace(right.encode(), wrong.encode()))
    with pytest.raises(Unproven, match=r"^client_types\.py:"):
        proof.check(phases, [bad if c is types else c for c in made])
