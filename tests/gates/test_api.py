"""The gate of the public API: every kind of break is refused, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from codemods import briefing
from codemods import spec as specs
from codemods.data import Outcome, Spec, Verdict
from codemods.gates.api import Api, Renaming
from codemods.project import Project
from codemods.project import read as read_project
from tests.helpers import contents, lay
from tests.trees import tree

Files = Mapping[str, str | bytes]
ROOTS = (PurePosixPath(),)
NOTHING = Renaming("", "", frozenset(), frozenset(), {})
BOXES = Renaming(
    "m.Root",
    "old.Old",
    frozenset({"m.Root", "m.Left", "m.Leaf"}),
    frozenset({"m.Mixin"}),
    {"_left": "_box", "_make_left": "_make_box"},
)


def judge(root: Path, before: Files, after: Files, asked: Renaming = NOTHING) -> Verdict:
    return compared(Api(ROOTS, asked), root, before, after)


def compared(gate: Api, root: Path, before: Files, after: Files) -> Verdict:
    for name in ("before", "after"):
        (root / name).mkdir(parents=True)
    first = gate.measure(lay(root / "before", before))
    return gate.compare(first, gate.measure(lay(root / "after", after)))


def said(root: Path, before: str | Files, after: str | Files, asked: Renaming = NOTHING) -> list[str]:
    """What the gate says is lost; a text is the module ``m``."""
    old = {"m.py": before} if isinstance(before, str) else before
    new = {"m.py": after} if isinstance(after, str) else after
    verdict = judge(root, old, new, asked)
    assert verdict.passed is not bool(verdict.new), verdict
    return [problem.message for problem in verdict.new]


# --- nothing lost -------------------------------------------------------------------------------

CLASS = "class A:\n    def f(self, a, b=1): ...\n"
SAME = {
    "nothing": ("x = 1\n", "x = 1\n"),
    "lines that move": ("def f(): ...\ndef g(): ...\n", "\n\n\ndef g(): ...\n# more\ndef f(): ...\n"),
    "something new": ("x = 1\n", "x = 1\ny = 2\nclass B: ...\n"),
    "another value": ("x = 1\n", "x = 'one'\n"),
    "an optional parameter more": ("def f(a): ...\n", "def f(a, b=1, *args, c=2, **more): ...\n"),
    "a default more": ("def f(a, b): ...\n", "def f(a, b=1): ...\n"),
    "another default": ("def f(a=1): ...\n", "def f(a=2): ...\n"),
    "a parameter by name by place too": ("def f(*, a): ...\n", "def f(a): ...\n"),
    "a parameter by place by name too": ("def f(a, /): ...\n", "def f(b): ...\n"),
    "parameters that stars take": ("def f(a, b): ...\n", "def f(*args, **more): ...\n"),
    "stars of another name": ("def f(*args, **more): ...\n", "def f(*rest, **others): ...\n"),
    "something private": ("def _f(): ...\nclass _A:\n    x = 1\n", "y = 1\n"),
    "an import that is not offered": ("from typing import Any\nx = 1\n", "x = 1\n"),
    "a member that moves up": (
        f"class B: ...\n{CLASS}".replace("A:", "A(B):"),
        f"{CLASS.replace('A', 'B')}class A(B): ...\n",
    ),
    "a base between": ("class B: ...\nclass A(B): ...\n", "class B: ...\nclass C(B): ...\nclass A(C): ...\n"),
    "type arguments": (
        "class B: ...\nclass A(B): ...\n",
        "from typing import *\nT = TypeVar('T')\nclass B(Generic[T]): ...\nclass A(B[int]): ...\n",
    ),
    "a class under a second name": ("class A:\n    x = 1\n", "class B:\n    x = 1\nA = B\n"),
    "an attribute that becomes a property": (
        "class A:\n    def __init__(self): self.x = 1\n",
        "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, v): ...\n",
    ),
    "a key more": ("def f(): return {'a': 1}\n", "def f(): return {'a': 1, 'b': 2}\n"),
    "a key that is set later": (
        "def f(): return {'a': 1}\n",
        "def f():\n    d = {}\n    d['a'] = 1\n    return d\n",
    ),
    "a key in a private function": ("def _f(): return {'a': 1}\n", "def _f(): return {'b': 1}\n"),
    "a file that was broken before": ("def (:\n", "def (:\n\n"),
}


@pytest.mark.parametrize(("before", "after"), SAME.values(), ids=SAME)
def test_nothing_is_lost(tmp_path: Path, before: str, after: str) -> None:
    assert said(tmp_path, before, after) == []


@pytest.mark.parametrize(("goes", "lost"), [("old.py", 0), ("other.py", 2)])
def test_file_that_goes_on_purpose(tmp_path: Path, goes: str, lost: int) -> None:
    before = {"old.py": "class Old: ...\n", "m.py": "from old import Old\nclass A(Old): ...\n"}
    asked = replace(NOTHING, going=frozenset({goes}))

    assert len(said(tmp_path, before, {"m.py": "class A: ...\n"}, asked)) == lost


def test_module_that_becomes_a_package(tmp_path: Path) -> None:
    after = {
        "m/__init__.py": "from .inner import f\nfrom m.inner import A as A\n",
        "m/inner.py": "def f(): ...\nclass A: ...\n",
    }

    assert said(tmp_path, {"m.py": "def f(): ...\nclass A: ...\n"}, after) == []


def test_a_star_import_brings_the_names(tmp_path: Path) -> None:
    after = {"m.py": "from inner import *\n", "inner.py": "def f(): ...\n"}

    assert said(tmp_path, {"m.py": "def f(): ...\n", "inner.py": ""}, after) == []


def test_a_key_that_the_base_gives(tmp_path: Path) -> None:
    base = "class B:\n    def f(self): return {'a': 1}\n"

    lost = said(
        tmp_path,
        f"{base}class A(B):\n    def f(self): return {{'a': 1, 'b': 2}}\n",
        f"{base}class A(B):\n    def f(self): return {{**super().f(), 'b': 2}}\n",
    )

    assert lost == []


def test_the_module_counts_where_there_is_a_stub_too(tmp_path: Path) -> None:
    stub = {"m.pyi": "def f(a): ...\n"}

    assert said(tmp_path, {"m.py": "def f(): ...\n", **stub}, {"m.py": "def f(): ...\n"}) == []


def test_files_below_the_source_roots_count_alone(tmp_path: Path) -> None:
    gate = Api((PurePosixPath("src"),), NOTHING)
    lay(tmp_path, {"src/pkg/__init__.py": "", "src/pkg/m.py": "x = 1\n", "tools/t.py": "y = 1\n"})

    assert sorted(gate.measure(tmp_path).facts) == ["pkg", "pkg.m", "pkg.m.x"]


def test_nothing_is_imported(tmp_path: Path) -> None:
    source = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\nraise SystemExit\n"

    assert said(tmp_path, source, source + "x = 1\n") == []
    assert not [*tmp_path.rglob("ran")]


# --- lost ---------------------------------------------------------------------------------------

LOST = {
    "function": ("def f(): ...\n", "", "m.f is gone"),
    "class with all in it": (CLASS, "", "m.A is gone"),
    "value": ("x = 1\n", "", "m.x is gone"),
    "method": (CLASS, "class A: ...\n", "m.A.f is gone"),
    "special method": ("class A:\n    def __len__(self): ...\n", "class A: ...\n", "m.A.__len__ is gone"),
    "attribute": ("class A:\n    x = 1\n", "class A: ...\n", "m.A.x is gone"),
    "attribute of objects": (
        "class A:\n    def __init__(self): self.x = 1\n",
        "class A:\n    def __init__(self): ...\n",
        "m.A.x is gone",
    ),
    "property": ("class A:\n    @property\n    def x(self): ...\n", "class A: ...\n", "m.A.x is gone"),
    "class in a class": ("class A:\n    class B: ...\n", "class A: ...\n", "m.A.B is gone"),
    "export": (
        "__all__ = ['f', 'g']\ndef f(): ...\ndef g(): ...\n",
        "__all__ = ['f']\ndef f(): ...\ndef g(): ...\n",
        "m.g is no longer public",
    ),
    "import that is offered": (
        "from typing import Any\n__all__ = ['Any']\n",
        "__all__ = ['Any']\n",
        "m.Any is gone",
    ),
    "parameter": ("def f(a, b): ...\n", "def f(a): ...\n", "m.f parameter b is gone"),
    "parameter in stars of the other kind": (
        "def f(a): ...\n",
        "def f(*a): ...\n",
        "m.f parameter a is gone",
    ),
    "positional parameter": ("def f(a, b, /): ...\n", "def f(a, /): ...\n", "m.f parameter b is gone"),
    "stars": ("def f(*a): ...\n", "def f(): ...\n", "m.f parameter *a is gone"),
    "double stars": ("def f(**a): ...\n", "def f(): ...\n", "m.f parameter **a is gone"),
    "name of a parameter": ("def f(a, b): ...\n", "def f(a, c): ...\n", "m.f parameter b is called c now"),
    "place of a parameter": (
        "def f(a, b=1, c=2): ...\n",
        "def f(a, c=2, b=1): ...\n",
        "m.f parameter b stands at another place; m.f parameter c stands at another place",
    ),
    "parameter by its place": (
        "def f(a): ...\n",
        "def f(*, a): ...\n",
        "m.f parameter a can no longer be given by its place",
    ),
    "parameter by its name": (
        "def f(a): ...\n",
        "def f(a, /): ...\n",
        "m.f parameter a can no longer be given by its name",
    ),
    "default": ("def f(a=1): ...\n", "def f(a): ...\n", "m.f parameter a has no default any more"),
    "call without a new parameter": (
        "def f(a): ...\n",
        "def f(a, b): ...\n",
        "m.f parameter b is new and required",
    ),
    "call without a new name": (
        "def f(a): ...\n",
        "def f(a, *, b): ...\n",
        "m.f parameter b is new and required",
    ),
    "signature that moves up": (
        "class B:\n    def f(self): ...\nclass A(B):\n    def f(self, a): ...\n",
        "class B:\n    def f(self): ...\nclass A(B): ...\n",
        "m.A.f parameter a is gone",
    ),
    "base": ("class B: ...\nclass A(B): ...\n", "class B: ...\nclass A: ...\n", "m.A no longer inherits m.B"),
    "base from outside": (
        "from abc import ABC\nclass A(ABC): ...\n",
        "class A: ...\n",
        "m.A no longer inherits abc.ABC",
    ),
    "function that is not awaited": ("def f(): ...\n", "async def f(): ...\n", "m.f is now async"),
    "function that is awaited": ("async def f(): ...\n", "def f(): ...\n", "m.f is no longer async"),
    "static method": (
        "class A:\n    @staticmethod\n    def f(a): ...\n",
        "class A:\n    def f(a): ...\n",
        "m.A.f is no longer a static method",
    ),
    "class method": (
        "class A:\n    @classmethod\n    def f(cls): ...\n",
        "class A:\n    def f(cls): ...\n",
        "m.A.f is no longer a class method",
    ),
    "class that becomes a function": (CLASS, "def A(): ...\n", "m.A was a class, is a function now"),
    "function that becomes a value": ("def f(): ...\n", "f = 1\n", "m.f was a function, is an attribute now"),
    "method that becomes a property": (
        "class A:\n    def f(self): ...\n",
        "class A:\n    @property\n    def f(self): ...\n",
        "m.A.f was a function, is an attribute now",
    ),
    "attribute that can be set": (
        "class A:\n    x = 1\n",
        "class A:\n    @property\n    def x(self): ...\n",
        "m.A.x can no longer be assigned",
    ),
    "setter": (
        "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, v): ...\n",
        "class A:\n    @property\n    def x(self): ...\n",
        "m.A.x can no longer be assigned",
    ),
    "key": (
        "def f(): return {'old': 1, 'a': 2}\n",
        "def f(): return {'new': 1, 'a': 2}\n",
        "m.f no longer gives the key 'old'",
    ),
    "key that is set": (
        "def f(d):\n    d['old'] = 1\n",
        "def f(d):\n    d['new'] = 1\n",
        "m.f no longer gives the key 'old'",
    ),
    "key by name": (
        "def f(): return dict(old=1)\n",
        "def f(): return dict(new=1)\n",
        "m.f no longer gives the key 'old'",
    ),
    "key of a value": (
        "LIMITS = {'old': 1}\n",
        "LIMITS = {'new': 1}\n",
        "m.LIMITS no longer gives the key 'old'",
    ),
    "key deep inside": (
        "class A:\n    async def f(self):\n        return {'a': {'old': [1]}}\n",
        "class A:\n    async def f(self):\n        return {'a': {'new': [1]}}\n",
        "m.A.f no longer gives the key 'old'",
    ),
    "key of a property": (
        "class A:\n    @property\n    def f(self): return {'old': 1}\n",
        "class A:\n    @property\n    def f(self): return {'new': 1}\n",
        "m.A.f no longer gives the key 'old'",
    ),
}


@pytest.mark.parametrize(("before", "after", "lost"), LOST.values(), ids=LOST)
def test_what_is_lost_is_refused(tmp_path: Path, before: str, after: str, lost: str) -> None:
    assert "; ".join(said(tmp_path, before, after)) == lost


def test_a_module_is_gone(tmp_path: Path) -> None:
    assert said(tmp_path, {"m.py": "def f(): ...\n", "n.py": ""}, {"n.py": ""}) == ["m is gone"]


@pytest.mark.parametrize("line", ["from m import A\n", "from .m import A\n"])
def test_an_import_that_a_package_offers(tmp_path: Path, line: str) -> None:
    around = {"pkg/m.py": "class A: ...\n"}
    before = {**around, "pkg/__init__.py": line.replace(" m ", " pkg.m ")}

    assert said(tmp_path, before, {**around, "pkg/__init__.py": ""}) == ["pkg.A is gone"]


def test_an_import_that_others_import(tmp_path: Path) -> None:
    user = {"a.py": "class A: ...\n", "b.py": "from m import A, _helper\n"}
    before = {"m.py": "from a import A\ndef _helper(): ...\n", **user}

    assert said(tmp_path, before, {"m.py": "", **user}) == ["m.A is gone", "m._helper is gone"]
    assert said(tmp_path / "b", before, {"m.py": "", "a.py": user["a.py"], "b.py": ""}) == []


def test_an_offered_import_that_leads_nowhere(tmp_path: Path) -> None:
    around = {"pkg/m.py": "class A: ...\n"}
    before, after = ({**around, "pkg/__init__.py": f"from pkg.{name} import A\n"} for name in "mn")

    assert said(tmp_path, before, after) == ["pkg.A leads out of the tree, or nowhere"]


def test_a_problem_says_where(tmp_path: Path) -> None:
    (problem,) = judge(tmp_path, {"m.py": "x = 1\ndef f(): ...\n"}, {"m.py": "x = 1\n"}).new

    assert str(problem) == "m.py:2: m.f is gone  [removed]"


def test_figures(tmp_path: Path) -> None:
    verdict = judge(tmp_path, {"m.py": CLASS + "x = 1\n"}, {"m.py": CLASS})

    assert (verdict.gate, verdict.outcome) == ("api", Outcome.REFUSED)
    assert verdict.figures == "4 objects, 1 broken"


def test_another_return_type_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    verdict = judge(tmp_path, {"m.py": "def f() -> int: ...\n"}, {"m.py": "def f() -> str: ...\n"})

    assert verdict.passed
    assert verdict.reason == "m.f returns str, not int"


def test_a_file_that_can_no_longer_be_read(tmp_path: Path) -> None:
    verdict = judge(tmp_path, {"m.py": CLASS}, {"m.py": "def (:\n"})

    assert (verdict.outcome, verdict.reason) == (Outcome.INCONCLUSIVE, "griffe cannot read m.py")


def test_a_file_that_could_not_be_read_before_either(tmp_path: Path) -> None:
    verdict = judge(tmp_path, {"m.py": CLASS, "n.py": "def (:\n"}, {"m.py": CLASS, "n.py": "def (:\n"})

    assert (verdict.outcome, verdict.reason) == (Outcome.PASSED, "griffe cannot read n.py")


def test_a_tree_that_is_not_there(tmp_path: Path) -> None:
    gate = Api(ROOTS, NOTHING)

    verdict = gate.compare(gate.measure(tmp_path), gate.measure(tmp_path / "gone"))

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "not a directory" in verdict.reason


# --- the hierarchy ------------------------------------------------------------------------------

OLD = "from typing import Any\nclass Old:\n    _left: Any\n    _make_left: Any\n"
BEFORE = """\
class Mixin:
    _left: int

class Root:
    def __init__(self): ...
    def _protected(self, a): ...
    def __mangled(self): ...

class Left(Root):
    def __init__(self):
        self._left = None

    async def _make_left(self, size): ...

class Leaf(Left, Mixin):
    async def _make_left(self, size): ...

class Other:
    def _protected(self): ...
"""
AFTER = """\
from old import Old

class Mixin:
    _box: int

class Root(Old):
    def __init__(self):
        self._box = None

    async def _make_box(self, size): ...
    def _protected(self, a): ...

class Left(Root): ...

class Leaf(Left, Mixin):
    async def _make_box(self, size): ...

class Other: ...
"""


def of_boxes(root: Path, change: tuple[str, str] = ("", ""), layer: str = OLD) -> list[str]:
    """What is lost between ``BEFORE`` and ``AFTER`` with a change."""
    assert change[0] in AFTER
    after = {"m.py": AFTER.replace(*change, 1) if change[0] else AFTER, "old.py": layer}
    return said(root, {"m.py": BEFORE}, after, BOXES)


def test_old_names_are_there_by_the_layer(tmp_path: Path) -> None:
    assert of_boxes(tmp_path) == []


def test_half_way_there(tmp_path: Path) -> None:
    half = AFTER.replace(
        "class Leaf(Left, Mixin):\n    async def _make_box",
        "class Leaf(Left, Mixin):\n    async def _make_left",
    )

    assert said(tmp_path, {"m.py": BEFORE}, {"m.py": half, "old.py": OLD}, BOXES) == []
    assert said(tmp_path / "more", {"m.py": half, "old.py": OLD}, {"m.py": AFTER, "old.py": OLD}, BOXES) == []


OWN = {
    "layer": (
        ("(Old)", ""),
        [
            "m.Mixin._left is gone",
            "m.Left._left is gone",
            "m.Left._make_left is gone",
            "m.Leaf._make_left is gone",
        ],
    ),
    "new attribute": (("self._box = None", "..."), ["m.Left._left is gone"]),
    "new attribute of the mixin": (("_box: int", "..."), ["m.Mixin._left is gone"]),
    "new factory": (("async def _make_box", "async def _make"), ["m.Left._make_left is gone"]),
    "factory that is awaited": (
        ("async def _make_box", "def _make_box"),
        ["m.Left._make_left is no longer async"],
    ),
    "parameter of a factory": (
        ("_make_box(self, size)", "_make_box(self)"),
        ["m.Left._make_left parameter size is gone"],
    ),
    "protected method": (("_protected", "_changed"), ["m.Root._protected is gone"]),
    "parameter of a protected method": (
        ("self, a", "self, b"),
        ["m.Root._protected parameter a is called b now"],
    ),
    "base": (("class Leaf(Left, Mixin)", "class Leaf(Left)"), ["m.Leaf no longer inherits m.Mixin"]),
}


@pytest.mark.parametrize(("change", "lost"), OWN.values(), ids=OWN)
def test_what_the_hierarchy_loses(tmp_path: Path, change: tuple[str, str], lost: list[str]) -> None:
    assert of_boxes(tmp_path, change) == lost


def test_a_layer_without_the_name(tmp_path: Path) -> None:
    layer = OLD.replace("    _make_left: Any\n", "")

    assert of_boxes(tmp_path, layer=layer) == ["m.Left._make_left is gone", "m.Leaf._make_left is gone"]


def test_a_class_that_leaves_the_hierarchy_loses_the_names(tmp_path: Path) -> None:
    lost = of_boxes(tmp_path, ("class Left(Root): ...", "class Left: ..."))

    assert lost[:2] == ["m.Left no longer inherits m.Root", "m.Left._left is gone"]


# --- the fixtures -------------------------------------------------------------------------------

HOME = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True, eq=False)
class Case:
    """A fixture."""

    name: str
    spec: Spec

    def tree(self, side: str) -> dict[str, bytes]:
        return contents(HOME / self.name / side)

    def __str__(self) -> str:
        return self.name


CEX = Case("cex_arbitrage", specs.builtin())
REPORTS = Case("report_writers", specs.load(HOME / "report_writers" / "spec.toml"))
COMPOSITE = "src/exchanges/interfaces/composite"
PRIVATE = f"{COMPOSITE}/base_private_composite.py"


@cache
def _project(case: Case) -> Project:
    return read_project(tree(case.tree("before")), case.spec)


def of_fixture(root: Path, case: Case, path: str, old: str, new: str) -> Verdict:
    """The verdict on the migrated fixture with one text replaced by another."""
    after = case.tree("after")
    text = after[path].decode()
    assert old in text
    after[path] = text.replace(old, new).encode()
    project = _project(case)
    source_roots = tuple({project.modules.root_of(ref.path) for ref in project.index.members})
    return compared(Api(source_roots, briefing.renaming(project)), root, case.tree("before"), after)


@pytest.mark.parametrize("case", [CEX, REPORTS], ids=str)
def test_the_migration_of_a_fixture_loses_nothing(tmp_path: Path, case: Case) -> None:
    some = next(iter(case.tree("after")))

    verdict = of_fixture(tmp_path, case, some, "", "")

    assert (verdict.outcome, verdict.new, verdict.reason) == (Outcome.PASSED, (), "")


INJECTED = {
    "key": (
        CEX,
        PRIVATE,
        "'private_rest_connected':",
        "'rest_connected':",
        "get_trading_stats no longer gives the key",
    ),
    "key of another kind": (
        REPORTS,
        "reports/tables.py",
        '"_output_opened"',
        '"opened"',
        "describe no longer gives the key",
    ),
    "parameter": (
        CEX,
        PRIVATE,
        "symbol: Symbol, order_id: str)",
        "order_id: str)",
        "cancel_order parameter symbol is gone",
    ),
    "name of a parameter": (
        CEX,
        PRIVATE,
        "order_id: str)",
        "order: str)",
        "cancel_order parameter order_id is called order now",
    ),
    "order of parameters": (
        CEX,
        PRIVATE,
        "quantity: float, price: float",
        "price: float, quantity: float",
        "stands at another place",
    ),
    "default": (
        CEX,
        PRIVATE,
        "markets: Optional[Markets] = None",
        "markets: Optional[Markets]",
        "initialize parameter markets has no default",
    ),
    "required parameter": (
        REPORTS,
        "reports/tables.py",
        "def open(self)",
        "def open(self, mode)",
        "open parameter mode is new",
    ),
    "method": (CEX, PRIVATE, "get_trading_stats", "get_stats", "get_trading_stats is gone"),
    "protected method": (
        CEX,
        PRIVATE,
        "_on_balance",
        "_balance_came",
        "BasePrivateComposite._on_balance is gone",
    ),
    "async": (CEX, PRIVATE, "async def close", "def close", "close is no longer async"),
    "async factory": (
        CEX,
        f"{COMPOSITE}/base_composite.py",
        "async def _create_rest_client",
        "def _create_rest_client",
        "_create_private_rest is no longer async",
    ),
    "factory": (
        REPORTS,
        "reports/leaves.py",
        "def make_writer(self)",
        "def make_writer(self, name)",
        "parameter name is new",
    ),
    "property": (
        CEX,
        PRIVATE,
        "    @property\n    def balances",
        "    def balances",
        "balances was an attribute, is a function now",
    ),
    "layer": (
        CEX,
        f"{COMPOSITE}/base_composite.py",
        ", DeprecatedClientNames, ABC)",
        ", ABC)",
        "_private_rest is gone",
    ),
    "alias": (CEX, f"{COMPOSITE}/composite_compat.py", "_public_ws", "_public_socket", "_public_ws is gone"),
    "attribute behind an alias": (
        CEX,
        f"{COMPOSITE}/base_composite.py",
        "self._ws_connected = False",
        "pass",
        "_private_ws_connected is gone",
    ),
    "base": (
        CEX,
        f"{COMPOSITE}/spot/base_private_spot_composite.py",
        ", WithdrawalMixin)",
        ")",
        "no longer inherits",
    ),
    "export": (
        CEX,
        f"{COMPOSITE}/__init__.py",
        '    "BasePrivateComposite",\n',
        "",
        "composite.BasePrivateComposite is no longer public",
    ),
    "import": (
        CEX,
        f"{COMPOSITE}/__init__.py",
        "from .base_private_composite import BasePrivateComposite\n",
        "",
        "composite.BasePrivateComposite is gone",
    ),
    "class": (REPORTS, "reports/tables.py", "class TableReport", "class Table", "tables.TableReport is gone"),
}


@pytest.mark.parametrize(("case", "path", "old", "new", "lost"), INJECTED.values(), ids=INJECTED)
def test_a_break_in_a_migrated_fixture_is_refused(
    tmp_path: Path, case: Case, path: str, old: str, new: str, lost: str
) -> None:
    verdict = of_fixture(tmp_path, case, path, old, new)

    assert verdict.outcome is Outcome.REFUSED
    assert any(lost in problem.message for problem in verdict.new), [*map(str, verdict.new)]
