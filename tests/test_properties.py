"""Generated hierarchies, migrated with random sets of phases: what is executed behaves as before.

A tree holds a root, one or two sides, sub-bases, a mixin, leaves and leaves below leaves, helpers named like
the other side's factory, classes outside that have the same names, and consumers with typed and untyped
receivers. Its life is executed before and after, in this process, with modules imported afresh.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods import project
from codemods.data import Decision, Snapshot
from codemods.migrate import apply, rollback, survey
from codemods.plan import plan
from tests.helpers import UNPROVEN, contents, lay
from tests.layer_cases import imported
from tests.trees import BOXES, TWO_SIDES, tree

ALL = frozenset({1, 2, 3, 4, 5, 6})
SETS = st.sets(st.sampled_from(sorted(ALL - {1}))).map(lambda some: frozenset(some | {1}))
NEW = dict(TWO_SIDES.renames)
PROPERTY = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
OTHER = {"left": "right", "right": "left"}

MIXIN = """\
class Folding:
    {declared}

    def fold(self):
        if hasattr(self, "_{side}_box") and self._{side}_box is not None:
            return type(self._{side}_box).__name__
        return "nothing to fold"
"""
OTHERS = """\
class Plain:
    \"\"\"Keeps a `_left_box` of its own.\"\"\"

    _right_on = False

    def __init__(self):
        self._left_box = "mine"
        self._left_on = {"_left_box": 1}

    def _make_left_box(self):
        return self._left_box

    def _make_right_box(self):
        self._right_on = True
        return getattr(self, "_left_box"), self._left_on["_left_box"]


class Typed:
    _left_count: int = 3

    def __init__(self) -> None:
        self._right_box: str = "theirs"


class Derived(Plain):
    def _make_left_box(self):
        _left_box = super()._make_left_box()
        return [_left_box for _left_on in range(2)]


def lives():
    plain, typed, derived = Plain(), Typed(), Derived()
    yield plain._make_left_box(), plain._make_right_box(), plain._right_on
    yield typed._left_count, typed._right_box, derived._make_left_box()
    yield hasattr(plain, "_box"), hasattr(typed, "_count")
"""


@dataclass(frozen=True)
class Concrete:
    """A class to live a life, and the side it is on."""

    module: str
    name: str
    side: str
    helper: bool
    counts: bool


@dataclass(frozen=True)
class Case:
    """A generated tree; ``is_async`` says of its factories that they are coroutines."""

    files: Mapping[str, str]
    concrete: tuple[Concrete, ...]
    is_async: bool

    @property
    def snapshot(self) -> Snapshot:
        return tree(self.files)

    @property
    def modules(self) -> list[str]:
        return [name.removesuffix(".py") for name in self.files if name.endswith(".py")]


class _Writer:
    """Draws the source of one tree."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.is_async = self.flip()
        self.make, self.wait = ("async def", "await ") if self.is_async else ("def", "")
        self.files = {"boxes.py": BOXES, "others.py": OTHERS}
        self.concrete: list[Concrete] = []
        self.counting: set[str] = set()
        self.bases: dict[str, list[tuple[str, str]]] = {}

    def flip(self) -> bool:
        return bool(self.draw(st.booleans()))

    def one(self, *options: str) -> str:
        return str(self.draw(st.sampled_from(options)))

    def case(self) -> Case:
        self.root()
        sides = [side for side in ("left", "right") if self.flip()] or ["left"]
        for side in sides:
            self.side(side)
            self.sub_bases(side)
            self.leaves(side)
        for side in sides:
            self.consumers(side)
        return Case(self.files, tuple(self.concrete), self.is_async)

    def root(self) -> None:
        base = self.one("", "(ABC)")
        self.files["root.py"] = (
            f"from abc import ABC\n\n\nclass Root{base}:\n    def __init__(self):\n"
            "        self.log = []\n        self.started = False\n"
        )

    def side(self, side: str) -> None:
        name = side.title()
        typed = ": Box | None" if self.flip() else ""
        abstract = self.flip()
        body = (
            self.one("...", "raise NotImplementedError", '"""Make it."""', "pass")
            if abstract
            else "raise NotImplementedError"
        )
        decorator = "    @abstractmethod\n" if abstract else ""
        self.counting |= {side} if side == "left" and self.flip() else set()
        count = f"        self._{side}_count = 0\n" if side in self.counting else ""
        counts = f"        self._{side}_count += 1\n" if count else ""
        self.files[f"{side}.py"] = f'''\
"""The {side} side: keeps its box in `_{side}_box`."""
from __future__ import annotations

from abc import abstractmethod

from boxes import Box
from root import Root


class {name}(Root):
    """Makes it with `_make_{side}_box`."""

    def __init__(self):
        super().__init__()
        self._{side}_box{typed} = None
        self._{side}_on = False  # not yet
{count}
{decorator}    {self.make} _make_{side}_box(self) -> Box:
        {body}

    {self.make} start(self):
        self.log.append("{name}.start")
        self._{side}_box = {self.wait}self._make_{side}_box()
        self._{side}_on = self._{side}_box is not None
{counts}        return self

    def stop(self):
        this = self
        if this._{side}_box:
            this._{side}_box = None
        this._{side}_on = False

    def describe(self):
        _{side}_box = type(self._{side}_box).__name__
        text = f"{{self._{side}_on}} of _{side}_on"
        return {{"_{side}_box": _{side}_box, "{side}_on": self._{side}_on, "text": text}}

    @property
    def ready(self):
        return getattr(self, "_{side}_box", None) is not None and self._{side}_on
'''
        self.bases[side] = [(side, name)]

    def sub_bases(self, side: str) -> None:
        mixed = self.flip()
        declared = self.one(f"_{side}_box: object", "kind = 'mixin'")
        if mixed:
            self.files[f"mixin_{side}.py"] = MIXIN.format(side=side, declared=declared)
        for number in range(self.draw(st.integers(0, 2))):
            module, name = f"{side}_base{number}", f"{side.title()}Base{number}"
            above, parent = self.draw(st.sampled_from(self.bases[side]))
            lines = [f"from {above} import {parent}"]
            bases = [parent]
            if mixed and number == 0:
                lines.append(f"from mixin_{side} import Folding")
                bases.insert(0, "Folding") if self.flip() else bases.append("Folding")
            lines += ["", "", f"class {name}({', '.join(bases)}):", f'    """Has `_{side}_box` too."""']
            if self.flip():
                lines += ["    def __init__(self):", "        super().__init__()"]
                lines += [f"        self._{side}_on = {self.one('False', 'self._' + side + '_on', '0')}"]
            if self.flip():
                lines += [
                    f"    {self.make} start(self):",
                    f"        self.log.append('{name}.start')",
                    f"        {self.wait}super().start()",
                    f"        self.log.append(self._{side}_box is not None)",
                    "        return self",
                ]
            if self.flip():
                lines += ["    def stop(self):", "        super().stop()", f"        del self._{side}_on"]
                lines += [f"        self._{side}_on = None"]
            self.files[f"{module}.py"] = "\n".join(lines) + "\n"
            self.bases[side].append((module, name))

    def leaves(self, side: str) -> None:
        made: list[tuple[str, str, bool]] = []
        for number in range(self.draw(st.integers(1, 3))):
            module, name = f"{side}_leaf{number}", f"{side.title()}Leaf{number}"
            box = self.one("SmallBox", "LargeBox")
            below = bool(made) and self.flip()
            helper = not below and self.flip()
            if below:
                above, parent, helped = self.draw(st.sampled_from(made))
                inside = f"        box = {self.wait}super()._make_{side}_box()\n        return box"
                returns = ""
            else:
                above, parent = self.draw(st.sampled_from(self.bases[side]))
                helped, inside = helper, f"        return {box}()"
                returns = f" -> {box}" if self.flip() else ""
            called = f"Base_{number}" if self.flip() else parent
            imported = f"{parent} as {called}" if called != parent else parent
            source = [f"from boxes import {box}", f"from {above} import {imported}", "", ""]
            source += [f"class {name}({called}):"]
            source += [f"    {self.make} _make_{side}_box(self){returns}:"]
            source += [f"        self.log.append('{name} in _make_{side}_box')", inside]
            if helper:
                source += [f"    def _make_{OTHER[side]}_box(self):", f"        return 'a helper of {name}'"]
                source += ["    def help(self):", f"        return self._make_{OTHER[side]}_box()"]
            self.files[f"{module}.py"] = "\n".join(source) + "\n"
            made.append((module, name, helped))
            self.concrete.append(Concrete(module, name, side, helped, side in self.counting))

    def consumers(self, side: str) -> None:
        base = side.title()
        self.files[f"uses_{side}.py"] = f'''\
"""Uses of `_{side}_box` outside, each with a receiver that is known."""
from __future__ import annotations

from unittest.mock import patch

from {side} import {base}
from others import Plain


def typed(one: {base}, many: list[{base}], plain: Plain):
    again = one
    yield one._{side}_box is again._{side}_box, one._{side}_on
    yield hasattr(one, "_{side}_box"), getattr(one, "_{side}_on", "gone")
    yield plain._left_box, plain._make_left_box()
    for each in (one, one):
        yield f"{{type(each._{side}_box).__name__}} _{side}_box"


def assigned(one: {base}):
    setattr(one, "_{side}_on", "assigned")
    with patch.object(one, "_{side}_box", "patched"):
        yield one._{side}_box, one.describe()
    yield one._{side}_box is None, one._{side}_on
    one._{side}_on = False
'''
        self.files[f"untyped_{side}.py"] = f'''\
"""Uses whose receivers nobody knows."""


def untyped(one):
    yield type(one._{side}_box).__name__, one._{side}_on
    one._{side}_on = "by name"
    yield one.describe(), getattr(one, "_{side}_on")
'''


@st.composite
def cases(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Case:
    return _Writer(draw).case()


# --- lives --------------------------------------------------------------------------------------


def awaited(value: Any) -> Any:
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def shown(value: Any) -> Any:
    """A value that is equal before and after: boxes go by their class."""
    return type(value).__name__ if type(value).__module__ == "boxes" else value


class Life:
    """What one class does and says when its names are used; ``migrated`` compares the new names with it."""

    def __init__(self, load: Callable[[str], Any], found: Concrete, *, migrated: bool) -> None:
        self.load = load
        self.found = found
        self.migrated = migrated
        self.said: list[Any] = []

    def names(self, obj: Any) -> None:
        """Every old name, and that the new one says the same."""
        counter = ["_left_count"] if self.found.counts else []
        for old in (f"_{self.found.side}_box", f"_{self.found.side}_on", *counter):
            value = getattr(obj, old, "gone")
            self.said.append((old, shown(value)))
            if self.migrated and self.found.side in old:
                assert getattr(obj, NEW[old], "gone") is value, f"{NEW[old]} differs from {old}"

    def live(self) -> list[Any]:
        side, cls = self.found.side, getattr(self.load(self.found.module), self.found.name)
        uses, untyped = self.load(f"uses_{side}"), self.load(f"untyped_{side}")
        self.one(cls)
        obj = cls()
        for step in (obj.start, obj.stop, obj.start):
            awaited(step())
            self.said += [[*uses.typed(obj, [obj], self.load("others").Plain())], obj.describe(), obj.ready]
        self.said += [[*untyped.untyped(obj)]]
        obj.stop()
        self.said += [[*uses.assigned(obj)]]
        self.third(cls)
        return self.said

    def one(self, cls: Any) -> None:
        side, obj = self.found.side, cls()
        box, on = f"_{side}_box", f"_{side}_on"
        self.names(obj)
        self.said.append(awaited(obj.start()) is obj)
        self.names(obj)
        self.said += [obj.ready, obj.describe(), shown(awaited(getattr(obj, f"_make_{side}_box")()))]
        if hasattr(obj, "fold"):
            self.said.append(obj.fold())
        if self.found.helper:
            self.said += [getattr(obj, f"_make_{OTHER[side]}_box")(), obj.help()]
        setattr(obj, box, "set")
        self.names(obj)
        self.said.append(obj.describe())
        with patch.object(obj, on, "patched"):
            self.said.append(obj.describe())
        self.names(obj)
        obj.stop()
        self.names(obj)
        delattr(obj, box)
        self.said.append(hasattr(obj, box))
        setattr(obj, box, None)
        self.said += [obj.describe(), [*obj.log]]
        if self.migrated:
            setattr(obj, NEW[on], "through the new name")
            assert getattr(obj, on) == "through the new name"

    def third(self, cls: Any) -> None:
        """A class of somebody else, with the old names."""
        name = f"_make_{self.found.side}_box"

        def make(this: Any) -> Any:
            this.log.append("third")
            return getattr(super(third, this), name)()

        async def make_later(this: Any) -> Any:
            this.log.append("third")
            return await getattr(super(third, this), name)()

        later = inspect.iscoroutinefunction(getattr(cls, name))
        third = type("Third", (cls,), {name: make_later if later else make, "__module__": "third"})
        obj = third()
        awaited(obj.start())
        self.said += [[*obj.log], obj.describe()]
        with patch.object(obj, name, return_value=None, new_callable=None) as fake:
            awaited(obj.start())
        self.said += [fake.call_count, obj.describe()["_" + self.found.side + "_box"]]


def lives(case: Case, folder: Path, *, migrated: bool) -> tuple[list[Any], list[warnings.WarningMessage]]:
    """What all concrete classes and the classes outside do, and the warnings of the tree's own code."""
    with running(folder, case) as load, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        told: list[Any] = [[*load("others").lives()]]
        told += [Life(load, found, migrated=migrated).live() for found in case.concrete]
        inside = [w for w in caught if Path(w.filename).is_relative_to(folder)]
    return told, [w for w in inside if issubclass(w.category, DeprecationWarning)]


@contextmanager
def running(folder: Path, case: Case) -> Iterator[Callable[[str], Any]]:
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    names = {path.stem for path in folder.glob("*.py")} | {*case.modules}
    try:
        with imported(folder, *names) as load:
            yield load
    finally:
        sys.dont_write_bytecode = written


def as_files(snapshot: Snapshot) -> dict[str, bytes]:
    return {str(path): data for path, data in snapshot.items()}


# --- properties ---------------------------------------------------------------------------------


@settings(PROPERTY, max_examples=60)
@given(cases(), SETS)
def test_what_is_executed_behaves_the_same(case: Case, phases: frozenset[int]) -> None:
    known = project.read(case.snapshot, TWO_SIDES)
    for numbers in {phases, ALL}:
        made = plan(known, numbers)
        assert not made.failures, made.failures[0]
        after = made.after(case.snapshot)
        with tempfile.TemporaryDirectory() as scratch:
            old = lay(Path(scratch, "old"), case.files)
            new = lay(Path(scratch, "new"), as_files(after))
            before, _ = lives(case, old, migrated=False)
            now, warned = lives(case, new, migrated=True)

        assert now == before
        assert after[PurePosixPath("others.py")] == case.snapshot[PurePosixPath("others.py")]
        if numbers == ALL:
            own = [str(w.message) for w in warned if not Path(w.filename).name.startswith("untyped_")]
            assert own == []


@settings(PROPERTY, max_examples=60)
@given(cases(), SETS)
def test_a_second_run_changes_nothing(case: Case, phases: frozenset[int]) -> None:
    after = plan(project.read(case.snapshot, TWO_SIDES), phases).after(case.snapshot)

    again = plan(project.read(after, TWO_SIDES), phases)

    assert not again.failures
    assert "".join(change.diff() for change in again.changes) == ""


@settings(PROPERTY, max_examples=25)
@given(cases(), SETS, st.sampled_from(sorted(ALL - {1})))
def test_what_is_taken_back_is_as_if_it_had_never_been(case: Case, phases: frozenset[int], gone: int) -> None:
    landed = phases | {gone}
    without = plan(project.read(case.snapshot, TWO_SIDES), landed - {gone}).after(case.snapshot)
    with tempfile.TemporaryDirectory() as scratch:
        root = lay(Path(scratch), case.files)
        apply(survey(root, TWO_SIDES), [str(n) for n in sorted(landed)], UNPROVEN, lambda _: None)
        rollback(root, TWO_SIDES, [str(gone)])
        assert contents(root) == as_files(without)
        rollback(root, TWO_SIDES, ())
        assert contents(root) == as_files(case.snapshot)


@settings(PROPERTY, max_examples=40)
@given(cases())
def test_only_receivers_that_nobody_knows_are_asked_about(case: Case) -> None:
    sites = project.read(case.snapshot, TWO_SIDES).sites
    asked = {str(site.path) for site in sites if site.decision is Decision.ASK and not site.prose}
    outside = {site.decision for site in sites if str(site.path) == "others.py"}

    assert [path for path in asked if not path.startswith("untyped_")] == []
    assert outside == {Decision.KEEP}


def test_the_trees_are_of_all_kinds() -> None:
    """The generator is not to grow tame: what it can draw is drawn."""
    seen: list[str] = []

    @settings(PROPERTY, max_examples=60)
    @given(cases())
    def collect(case: Case) -> None:
        seen.append("\n".join(itertools.chain(case.files, case.files.values())))

    collect()
    words = ("async def", "right.py", "left_base1", "mixin_left.py", "super()._make", "a helper of", "(ABC)")
    assert [w for w in words if not any(w in text for text in seen)] == []
    assert any("right.py" not in text for text in seen)
