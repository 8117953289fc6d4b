"""Small trees as text, and two small specs: one with two sides, one with a single side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from textwrap import dedent

from codemods import arguments, index, project, roles, sites, spec
from codemods.arguments import Arguments
from codemods.data import Site, Snapshot, Spec
from codemods.index import Index
from codemods.roles import Roles

TWO_SIDES_TOML = """\
name = "boxes"
root = "Root"
side_flag = "_is_left"

[[sides]]
name = "left"
flag = true

[[sides]]
name = "right"
flag = false

[[type_parameters]]
name = "BoxType"
bound = "Box"
variables = { left = "LeftBoxType", right = "RightBoxType" }
unions = { left = "LeftBox", right = "RightBox" }

[[attributes]]
new = "_box"
type_parameter = "BoxType"
old = { left = "_left_box", right = "_right_box" }

[[attributes]]
new = "_on"
old = { left = "_left_on", right = "_right_on" }

[[attributes]]
new = "_count"
old = { left = "_left_count" }

[[factories]]
new = "_make_box"
type_parameter = "BoxType"
old = { left = "_make_left_box", right = "_make_right_box" }

[stale]
_build_box = "_make_box"

[compatibility]
module = "old_names"
class_name = "OldNames"
since = "1.0"
remove_after = "2.0"
message = "{old} is {new}"
"""
TWO_SIDES = spec.loads(TWO_SIDES_TOML, "two sides")

ONE_SIDE = spec.loads(
    """\
name = "pages"
root = "Page"

[[sides]]
name = "page"

[[type_parameters]]
name = "PenType"
bound = "Pen"
variables = { page = "PagePenType" }
unions = { page = "PagePen" }

[[type_parameters]]
name = "InkType"
bound = "Ink"
variables = { page = "PageInkType" }
unions = { page = "PageInk" }

[[attributes]]
new = "pen"
type_parameter = "PenType"
old = { page = "_page_pen" }

[[attributes]]
new = "ink"
type_parameter = "InkType"
old = { page = "_page_ink" }

[[factories]]
new = "make_pen"
type_parameter = "PenType"
old = { page = "_make_page_pen" }

[[factories]]
new = "make_ink"
type_parameter = "InkType"
old = { page = "_make_page_ink" }

[compatibility]
module = "old_names"
class_name = "OldNames"
since = "1.0"
remove_after = "2.0"
message = "{old} is {new}"
""",
    "one side",
)

BOXES = """\
class Box:
    def open(self): ...

class SmallBox(Box):
    def fold(self): ...

class LargeBox(Box):
    def lift(self): ...
"""

BASES = """\
from abc import ABC, abstractmethod
from boxes import Box

class Root(ABC):
    def __init__(self):
        self.started = False

class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None
        self._left_on = False

    @abstractmethod
    def _make_left_box(self) -> Box: ...

class Right(Root):
    def __init__(self):
        super().__init__()
        self._right_box = None
        self._right_on = False

    @abstractmethod
    def _make_right_box(self) -> Box: ...
"""

HIERARCHY = {"boxes.py": BOXES, "bases.py": BASES}
"""Root, Left and Right with what they make."""


def tree(files: Mapping[str, str | bytes]) -> Snapshot:
    """Path -> source as a snapshot; text is dedented, bytes are taken as they are."""
    return {
        PurePosixPath(path): source if isinstance(source, bytes) else dedent(source).encode()
        for path, source in files.items()
    }


def indexed(files: Mapping[str, str | bytes], asked: Spec = TWO_SIDES) -> Index:
    return index.build(tree(files), asked)


def assigned(files: Mapping[str, str | bytes], asked: Spec = TWO_SIDES) -> tuple[Index, Roles]:
    found = indexed(files, asked)
    return found, roles.assign(found, asked)


def sited(files: Mapping[str, str | bytes], path: str, asked: Spec = TWO_SIDES) -> list[Site]:
    """The sites of one file of a tree."""
    found, parts = assigned(files, asked)
    return [site for site in sites.find(found, parts, asked) if str(site.path) == path]


def worked_out(files: Mapping[str, str | bytes], asked: Spec = TWO_SIDES) -> tuple[Index, Arguments]:
    found, parts = assigned(files, asked)
    return found, arguments.work_out(found, parts, asked)


def known(files: Mapping[str, str | bytes], asked: Spec = TWO_SIDES) -> project.Project:
    return project.read(tree(files), asked)
