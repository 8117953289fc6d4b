"""What every side does around its call of the root moves into the root, and happens in the order it did."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import Files, check_change, lay, migrated, planned

ROOT = """\
class Root:
    def __init__(self):
        self.lid = "shut"

    def stop(self):
        print("root", self.lid)
"""
LEFT = """\
import sys

from boxes import SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None
        self._left_on = False

    def _make_left_box(self) -> SmallBox:
        return SmallBox()

    def start(self):
        self._left_box = self._make_left_box()
        self._left_on = True

    def stop(self):
        \"\"\"Stop it.\"\"\"
        print("left")
        # The box is opened last.
        for box in [self._left_box]:
            box and print("opened", box.open(), file=sys.stdout)
        super().stop()

        # Nothing is on.
        self._left_on = False
        self.lid = "open"  # only here
"""
RIGHT = (
    LEFT.replace("Left", "Right")
    .replace("_left_", "_right_")
    .replace("SmallBox", "LargeBox")
    .replace('        self.lid = "open"  # only here\n', "")
    .replace('print("left")', 'print("right")')
)
FILES: Files = {"root.py": ROOT, "left.py": LEFT, "right.py": RIGHT}


def changed(**files: str) -> dict[str, str | bytes]:
    return {**FILES, **{f"{name}.py": source for name, source in files.items()}}


# --- nothing changes ------------------------------------------------------------------------------


@pytest.mark.parametrize("phases", [(1,), (1, 2), (1, 3), (1, 2, 4, 5, 6)], ids=str)
def test_a_copy_stays_while_the_other_does(phases: tuple[int, ...]) -> None:
    after = migrated(FILES, phases)

    assert b"for box" in after["left.py"]
    assert b"for box" in after["right.py"]
    assert b"for box" not in after["root.py"]


STAYS = {
    "nothing is alike": (
        changed(
            left=LEFT.replace("[self._left_box]", "(self._left_box,)").replace(
                "_on = False\n        s", "_on = None\n        s"
            )
        ),
        None,
    ),
    "another comment": (
        changed(
            left=LEFT.replace("box.open(), f", "box.open(),  # at last\n                f").replace(
                "_on = False\n        s", "_on = 0\n        s"
            )
        ),
        None,
    ),
    "only one side calls the root": (changed(left=LEFT.replace("super().stop()", "print()")), None),
    "another method is called": (changed(left=LEFT.replace("super().stop()", "super().start()")), None),
    "the root has no such method": (changed(root=ROOT.replace("def stop", "def end")), None),
    "a child that is on no side": (
        changed(other="from root import Root\n\n\nclass Other(Root):\n    pass\n"),
        "Other is the root's too, and would do it as well",
    ),
    "a class that comes between": (
        changed(
            other="from left import Left\nfrom root import Root\n\n\n"
            "class Mixin(Root):\n    def stop(self):\n        super().stop()\n        print()\n\n\n"
            "class Other(Left, Mixin):\n    pass\n"
        ),
        "Mixin is the root's too, and would do it as well",
    ),
    "a mixin that comes between": (
        changed(
            left=LEFT.replace("class Left(Root)", "class Left(Mixin, Root)").replace(
                "class Left", "class Mixin:\n    def stop(self):\n        super().stop()\n\n\nclass Left"
            )
        ),
        "Mixin comes between Left and the root",
    ),
    "a call that goes past": (
        changed(
            other="from left import Left\n\n\nclass Other(Left):\n"
            "    def stop(self):\n        super(Left, self).stop()\n"
        ),
        "a class below calls the root's method past it",
    ),
    "a name in a class body that goes past": (
        changed(
            other="from left import Left\nfrom root import Root\n\n\n"
            "class Other(Left):\n    halt = Root.stop\n"
        ),
        "a class below calls the root's method past it",
    ),
    "another method of the class that calls the root's": (
        changed(left=f"{LEFT}\n    def halt(self):\n        super().stop()\n"),
        "a class below calls the root's method past it",
    ),
    "a method that calls the root's again": (
        changed(
            left=LEFT.replace(
                "super().stop()", "super().stop()\n        if self.lid:\n            super().stop()"
            )
        ),
        "a class below calls the root's method past it",
    ),
    "a root that returns early": (
        changed(
            root=ROOT.replace('        print("root"', '        if self.lid: return\n        print("root"')
        ),
        "the root's method may end before its last line",
    ),
    "a root in one line": (
        changed(root=ROOT.replace("def stop(self):\n        ", "def stop(self): ")),
        "the root's method stands in one line",
    ),
    "an argument": (
        changed(left=LEFT.replace("def stop(self)", "def stop(self, now=True)")),
        "the methods are not called alike",
    ),
    "a decorator": (
        changed(left=LEFT.replace("    def stop", "    @print\n    def stop")),
        "the methods are not called alike",
    ),
    "a local that is used beside it": (
        changed(left=LEFT.replace('self.lid = "open"', "self.lid = box")),
        "box of Left is used beside it",
    ),
    "a local of the root": (
        changed(root=ROOT.replace('        print("root"', '        box = 1\n        print("root", box')),
        "box of Left is used beside it",
    ),
    "a name of the file": (
        changed(left=LEFT.replace("import sys\n", "import io as sys\n"), right=RIGHT),
        "sys of left.py is not known in the root's file",
    ),
    "an old name in a comment": (
        changed(
            left=LEFT.replace("file=sys", "file=sys").replace(
                "in [self", "in [  # _left_box\n            self"
            ),
            right=RIGHT.replace("in [self", "in [  # _left_box\n            self"),
        ),
        "_left_box in line 24 of left.py is not renamed with it",
    ),
}


@pytest.mark.parametrize(("files", "reason"), STAYS.values(), ids=STAYS)
def test_what_would_be_something_else_stays(files: dict[str, str | bytes], reason: str | None) -> None:
    _, plan = planned(files)

    after = migrated(files)
    assert b"for box" in after["left.py"]
    assert b"for box" in after["right.py"]
    noted = [str(n.text) for n in plan.notes if "all sides do this" in n.text]
    assert noted == ([f"stop: all sides do this; {reason}"] if reason else [])


# --- it moves -------------------------------------------------------------------------------------


def test_what_both_sides_do_moves_into_the_root() -> None:
    check_change(
        FILES,
        {
            "root.py": """\
import sys
from typing import Generic, Optional

from client_types import BoxType
from old_names import OldNames


class Root(Generic[BoxType], OldNames):
    def __init__(self):
        self.lid = "shut"

        self._box: Optional[BoxType] = None
        self._on = False
        self._count = False

    def _make_box(self) -> BoxType:
        raise NotImplementedError

    def stop(self):
        # The box is opened last.
        for box in [self._box]:
            box and print("opened", box.open(), file=sys.stdout)

        print("root", self.lid)

        # Nothing is on.
        self._on = False
""",
            "left.py": '''\
from boxes import SmallBox
from root import Root


class Left(Root[SmallBox]):
    def __init__(self):
        super().__init__()

    def _make_box(self) -> SmallBox:
        return SmallBox()

    def start(self):
        self._box = self._make_box()
        self._on = True

    def stop(self):
        """Stop it."""
        print("left")
        super().stop()

        self.lid = "open"  # only here
''',
            "right.py": '''\
from boxes import LargeBox
from root import Root


class Right(Root[LargeBox]):
    def __init__(self):
        super().__init__()

    def _make_box(self) -> LargeBox:
        return LargeBox()

    def start(self):
        self._box = self._make_box()
        self._on = True

    def stop(self):
        """Stop it."""
        print("right")
        super().stop()
''',
        },
        phases=(1, 2, 3),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("box and print(", "self._left_box.fold() and print("),
        ("box and print(", "self.start() and print("),
        ("box and print(", "(lambda: 1) and print("),
        ('"opened"', "'''opened,\n        that is'''"),
        ("# The box is opened last.", "# _left_box is opened last."),
    ],
    ids=["a type that the root does not know", "another method", "a scope", "text over lines", "an old name"],
)
def test_what_is_not_for_the_root_stays_and_the_rest_moves(old: str, new: str) -> None:
    right = RIGHT.replace(old, new.replace("left", "right").replace("fold", "lift"))

    after = migrated(changed(left=LEFT.replace(old, new), right=right))

    assert b"for box" in after["left.py"]
    assert b"for box" in after["right.py"]
    assert after["root.py"].endswith(
        b"""\
    def stop(self):
        print("root", self.lid)

        # Nothing is on.
        self._on = False
"""
    )


def test_a_comment_on_one_side_only() -> None:
    after = migrated(changed(left=LEFT.replace("# Nothing is on.", "# All is off.")))

    assert b"        # All is off.\n        self._on = False\n" in after["left.py"]
    assert b"        # Nothing is on.\n        self._on = False\n" in after["right.py"]
    assert after["root.py"].endswith(b'file=sys.stdout)\n\n        print("root", self.lid)\n')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys\n", "import sys\nfrom typing import Generic, Optional\n"),
        ("import os\n", "import os\nimport sys\nfrom typing import Generic, Optional\n"),
        ("import zlib\n", "import sys\nimport zlib\nfrom typing import Generic, Optional\n"),
        (
            "from sys import argv\nfrom typing import *\n",
            "import sys\nfrom sys import argv\nfrom typing import *\nfrom typing import Generic, Optional\n",
        ),
        (
            "import os\n# texts\nfrom io import StringIO\n",
            "import os\n# texts\nfrom io import StringIO\nimport sys\nfrom typing import Generic, Optional\n",
        ),
    ],
    ids=["there", "behind another", "before another", "beside a name of it", "a comment in between"],
)
def test_the_import_it_needs(before: str, after: str) -> None:
    made = migrated(changed(root=f"{before}\n\n{ROOT}"), (1, 2, 3))["root.py"].decode()

    assert made.partition("\n\n")[0] + "\n" == after


def test_a_root_that_did_nothing() -> None:
    after = migrated(changed(root=ROOT.replace('print("root", self.lid)', "pass")))["root.py"].decode()

    assert after.endswith(
        """\
    def stop(self):
        # The box is opened last.
        for box in [self._box]:
            box and print("opened", box.open(), file=sys.stdout)

        # Nothing is on.
        self._on = False
"""
    )


def test_a_file_of_other_line_ends_and_tabs() -> None:
    root = ROOT.replace("    ", "\t").replace("\n", "\r\n").encode()

    after = migrated({**FILES, "root.py": root})["root.py"]

    assert after.endswith(
        b"\tdef stop(self):\r\n"
        b"\t\t# The box is opened last.\r\n"
        b"\t\tfor box in [self._box]:\r\n"
        b'\t\t    box and print("opened", box.open(), file=sys.stdout)\r\n'
        b"\r\n"
        b'\t\tprint("root", self.lid)\r\n'
        b"\r\n"
        b"\t\t# Nothing is on.\r\n"
        b"\t\tself._on = False\r\n"
    )


# --- what happens is the same ---------------------------------------------------------------------

USE = """
import sys
import boxes
from left import Left
from right import Right

class Loud:
    def __init__(self, fails=False):
        self.fails = fails
    def open(self):
        print("open", exchange._on if hasattr(exchange, "_on") else exchange.is_on())
        if self.fails:
            raise ValueError("stuck")

for side in (Left, Right):
    for fails in (None, False, True):
        class Mine(side):
            def _make(self):
                return fails is not None and Loud(fails)
            _make_left_box = _make_right_box = _make
            def is_on(self):
                return getattr(self, f"_{side.__name__.lower()}_on")
            def stop(self):
                print("mine")
                super().stop()
                print("after", self.lid)
        exchange = Mine()
        exchange.start()
        try:
            exchange.stop()
        except ValueError as error:
            print("error", error)
        print(exchange.is_on() if not hasattr(exchange, "_on") else exchange._on)
"""


@pytest.mark.parametrize("guarded", [False, True], ids=["plain", "in a try"])
def test_it_happens_in_the_same_order(tmp_path: Path, guarded: bool) -> None:
    files = dict(FILES)
    for name in ("left", "right") if guarded else ():
        source = str(files[f"{name}.py"])
        head, body = source.split('"""Stop it."""\n')
        body = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
        caught = '        except ValueError:\n            print("caught")\n            raise\n'
        files[f"{name}.py"] = f'{head}"""Stop it."""\n        try:\n{body}{caught}'
    after = migrated(files)
    assert b"for box" in after["root.py"]

    assert _said(lay(tmp_path / "after", after)) == _said(
        lay(tmp_path / "before", migrated(files, phases=()))
    )


def _said(root: Path) -> list[str]:
    command = [sys.executable, "-W", "ignore", "-c", USE]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert "error stuck" in done.stdout
    return done.stdout.splitlines()
