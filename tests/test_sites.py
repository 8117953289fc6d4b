"""What every occurrence of an old name means: kinds, decisions, confidence and reasons."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from codemods.data import Site
from tests.trees import BASES, BOXES, HIERARCHY, ONE_SIDE, sited

IMPORTS = "from bases import *\nfrom boxes import *\n"
Files = Mapping[str, "str | bytes"]


def _sites(source: str | bytes, path: str = "user.py") -> list[Site]:
    data = source if isinstance(source, bytes) else IMPORTS + source
    return sited({**HIERARCHY, path: data}, path)


def _decided(source: str | bytes, path: str = "user.py") -> list[str]:
    """Kind, decision and confidence of each occurrence."""
    return [f"{s.kind} {s.decision} {s.confidence}" for s in _sites(source, path)]


def _method(body: str, header: str = "class A(Left)") -> str:
    return f"{header}:\n    def f(self, other, x: Left):\n        {body}\n"


# --- kinds --------------------------------------------------------------------------------------


def test_noop_longer_names_and_look_alikes_are_no_sites() -> None:
    source = "self._left_boxes; my_left_box; _left_box2 = é_left_box; x._left_b\u043ex; '_left_box_on'"

    assert _sites(source) == []


@pytest.mark.parametrize(
    ("body", "decided"),
    [
        ("self._left_box", "read rename proven"),
        ("self._left_box = 1", "write rename proven"),
        ("self._left_count += 1", "write rename proven"),
        ("del self._left_box", "delete rename proven"),
        ("self._left_box.fold()", "read rename proven"),
        ("self._make_left_box()", "call rename proven"),
        ("make = self._make_left_box", "read rename proven"),
        ("super()._make_left_box()", "call rename proven"),
        ("x._left_box", "read rename proven"),
        ("A()._left_box", "read rename inferred"),
        ("A._left_box", "read rename proven"),
        ("for self._left_box in other: ...", "write rename proven"),
        ("(self._left_box, y) = other", "write rename proven"),
        ("(\n        self\n        ._left_box)", "read rename proven"),
        ("self . _left_box", "read rename proven"),
        ("other._left_box", "read ask named"),
        ("other._left_box = 1", "write ask named"),
        ("self._right_box", "read keep proven"),
        ("self._right_box = 1", "write keep proven"),
        ("_left_box = 1", "name keep proven"),
        ("f(_left_box=1)", "keyword keep proven"),
        ("SimpleNamespace(_left_box=1)", "keyword ask named"),
        ("types.SimpleNamespace(**{'_left_box': 1})", "string ask named"),
        ("def _left_box(y): ...", "definition keep proven"),
        ("def g(_left_box): ...", "parameter keep proven"),
        ("import _left_box", "import keep proven"),
        ("from y import z as _left_box", "import keep proven"),
        ("global _left_box", "name keep proven"),
        ("y = '_left_box'", "string ask named"),
        ("y = b'_left_box'", "string keep proven"),
        ("match y:\n            case A(_left_box=1): ...", "pattern rename proven"),
        ("self._build_box()", "attribute keep named"),
        ("pass  # _left_box", "comment rename inferred"),
        ("'the _left_box'", "docstring rename inferred"),
        ("pass  # _build_box", "comment rename inferred"),
    ],
)
def test_kinds_in_a_class_of_the_hierarchy(body: str, decided: str) -> None:
    assert _decided(_method(body)) == [decided]


def test_site_says_everything() -> None:
    (site,) = _sites(_method("é = '💥'; self._left_box"))

    assert (site.line, site.column, site.name, site.new, site.phase) == (5, 23, "_left_box", "_box", 2)
    assert site.reason == "receiver is self in A"
    assert str(site.path) == "user.py"


@pytest.mark.parametrize(
    ("header", "path", "phase"),
    [
        ("class A(Left)", "user.py", 2),
        ("class A(Right)", "user.py", 0),
        ("class A", "user.py", 4),
        ("class A(Left)", "tests/test_user.py", 5),
        ("class A(Left):\n    def _make_left_box(self):\n        return 1\nclass B(A)", "user.py", 4),
    ],
)
def test_phase_of_a_use_is_that_of_its_class(header: str, path: str, phase: int) -> None:
    body = "x._left_box" if phase in (4, 5) else "self._left_box"

    assert _sites(_method(body, header), path)[-1].phase == phase


# --- receivers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            "class Left:\n    _left_box = 1\n    def f(self):\n        self._left_box",
            "a class of the same name",
        ),
        ("class Other:\n    def f(self):\n        self._left_box", "a class outside"),
        (
            "class Other: ...\nclass A(Left):\n    other: Other\n"
            "    def f(self):\n        self.other._left_box",
            "a part",
        ),
        (
            "class Other: ...\nclass Sub(Other):\n    def f(self):\n        super()._left_box",
            "a class outside",
        ),
        ("def f(x: Right):\n    x._left_box", "an object of the other side"),
        ("class Other: ...\ndef f(x: 'Other | None'):\n    x._left_box", "a class outside"),
        ("class Other:\n    def _make_left_box(self): ...", "a definition outside"),
        ("class A(Right):\n    def _make_left_box(self):\n        return 1", "a helper"),
    ],
)
def test_noop_receiver_is_not_of_the_side(source: str, why: str) -> None:
    assert {s.decision for s in _sites(source)} == {"keep"}, why
    assert {s.phase for s in _sites(source)} == {0}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(x: Root):\n    x._left_box", "parameter x: Root may be of another side"),
        ("def f(x: Left | Right):\n    x._left_box", "parameter x: Left or Right may be of another side"),
        ("def f(x: Left | Mock):\n    x._left_box", "only some of parameter x: Left is in the hierarchy"),
        ("def f(x):\n    x._left_box", "the receiver's class is not known"),
        ("f()._left_box", "the receiver's class is not known"),
    ],
)
def test_ask_where_the_receiver_may_be_another(source: str, reason: str) -> None:
    (site,) = _sites(source)

    assert (site.decision, site.reason, site.new, site.phase) == ("ask", reason, "_box", 0)


@pytest.mark.parametrize(
    ("base", "decided"),
    [
        ("made()", "ask named"),
        ("Made", "ask named"),
        ("BY_NAME['left']", "ask named"),
        ("boxes.Missing", "ask named"),
        ("Inner", "ask named"),
        ("with_metaclass(type, Left)", "ask named"),
        ("library.Base", "keep proven"),
        ("library.Base[int]", "keep proven"),
        ("namedtuple('Row', ['a'])", "keep proven"),
        ("dict, Box", "keep proven"),
    ],
)
def test_class_with_a_base_that_is_not_known_may_be_of_the_hierarchy(base: str, decided: str) -> None:
    source = (
        "import boxes, library\nfrom collections import namedtuple\nfrom library import with_metaclass\n"
        "def made(): ...\n\nBY_NAME = {}\nMade = made()\n\nclass Inner(Made): ...\n"
        f"class Other({base}):\n    def _make_left_box(self):\n        self._left_box = 1\n"
    )
    found = _sites(source)

    assert [f"{site.decision} {site.confidence}" for site in found] == [decided] * 2
    assert decided[0] == "k" or "is not known" in found[0].reason


def test_one_side_has_no_other() -> None:
    files = {
        "page.py": "class Page: ...\n",
        "a.py": "from page import Page\ndef f(x: Page):\n    x._page_pen\n",
    }

    assert [s.decision for s in sited(files, "a.py", ONE_SIDE)] == ["rename"]


# --- strings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("log('_left_box is gone')", "a message"),
        ("log('no self._left_box')", "a message that ends with it"),
        ("log('', '_left_box: %s')", "a message"),
        ("y = {'_left_box': 1}", "a key"),
        ("y['_left_box']", "a key"),
        ("y['_left_box'] = 1", "a key"),
        ("raise ValueError('need _left_box')", "a message"),
        ("hasattr(self, '_right_box')", "a name of the other side"),
        ("log(f'{self}._left_box')", "a message put together"),
        ("y = {**other, '_left_box': 1}", "a key of another dictionary"),
        ("@pytest.mark.parametrize('_left_box', [1])\n        def g(_left_box): ...", "a parameter"),
        ("monkeypatch.setenv('_left_box', '1')", "the environment"),
        ("Mock(name='_left_box')", "what a mock shows"),
        ("x.assertIn('_left_box', {'a': 1})", "a key"),
        ("log('{} has no _left_box'.format(self))", "a message with a field"),
        ("for n in ('_left_box',):\n            y[n] = 1", "a key of a loop"),
        ("n = '_left_box'\n        return y.get(n)", "a key in a variable"),
        ("for n in ('_left_box',):\n            getattr(Box(), n)", "an attribute of another"),
    ],
)
def test_noop_string_is_kept(body: str, why: str) -> None:
    assert {s.decision for s in _sites(_method(body))} == {"keep"}, why


@pytest.mark.parametrize(
    "body",
    [
        "hasattr(self, '_left_box')",
        "getattr(self, '_left_box', None)",
        "setattr(x, '_left_box', 1)",
        "delattr(x, '_left_box')",
        "patch.object(x, '_left_box')",
        "patch.object(A, '_make_left_box')",
        "mocker.patch.object(A(), '_make_left_box', y)",
        "mock.patch.object(x, '_left_box', new=1)",
        "monkeypatch.setattr(x, '_left_box', 1)",
        "monkeypatch.delattr(x, '_left_box')",
        "patch('user.A._left_box')",
        "patch(f'{TARGET}._left_box')",
        "patch(TARGET + '._left_box')",
        "with patch.multiple(TARGET, _left_box=1): ...",
        "with patch.multiple(TARGET, **{'_left_box': 1}): ...",
        "object.__setattr__(self, '_left_box', 1)",
        "super().__setattr__('_left_box', 1)",
        "self.__delattr__('_left_box')",
        "self.__dict__['_left_box']",
        "vars(x).pop('_left_box')",
        "state = self.__dict__.copy()\n        state = dict(state)\n        del state['_left_box']",
        "patch.object(user.A, '_left_box')",
        "for n in ('_left_box', 'other'):\n            getattr(self, n)",
        "any(hasattr(x, n) for n in ['_left_box'])",
        "for n in ('_left_box',):\n            setattr(x, n, f'{n} of x')",
        "n = '_left_box'\n        delattr(x, n)",
        "n = '_left_box'\n        with patch.object(x, n): vars(self)[n]",
        "getattr(self.__class__, '_left_box')",
        "patch.object(type(x), '_left_box')",
        "patch(__name__ + '.A._left_box')",
        "patch(f'{user.__name__}.A._left_box')",
        "state = super().__getstate__()\n        state['_left_box'] = None",
        "self.__dict__.update({'_left_box': 1})",
        "with patch.dict(self.__dict__, {'_left_box': 1}): ...",
        "test.assertIn('_left_box', vars(x))",
        "test.assertIn('_left_box', dir(x))",
        "test.assertNotIn('_left_box', x.__dict__)",
        "self.__dict__.update(_left_box=1)",
        "y = dict(vars(self), _left_box=1)",
        "B = type('B', (A,), {'_make_left_box': other})",
        "mocker.patch('bases.Left._make_left_box')",
        "monkeypatch.setattr('user.A._left_box', 1)",
    ],
)
def test_string_that_names_an_attribute(body: str) -> None:
    (site,) = _sites("import user\nTARGET = 'user.A'\n" + _method(body))
    kind = "keyword" if "_left_box=1" in body else "string"

    assert (site.kind, site.decision, site.new is not None) == (kind, "rename", True)


@pytest.mark.parametrize(
    ("source", "decided"),
    [
        ("class A(Left):\n    def __setstate__(self, state):\n        state.pop('_left_box')", "rename"),
        ("class A(Left):\n    def __getattr__(self, key):\n        return key == '_left_box'", "rename"),
        ("class A:\n    def __getattr__(self, key):\n        return '_left_box' != key", "ask"),
        ("class A(Left):\n    def __getattr__(self, key):\n        return self.key == '_left_box'", "ask"),
        ("class A(Left):\n    def other(self, key):\n        return key == '_left_box'", "ask"),
    ],
)
def test_string_in_a_method_that_accesses_go_through(source: str, decided: str) -> None:
    assert [site.decision for site in _sites(source)] == [decided]


@pytest.mark.parametrize(
    "body",
    [
        "'{0._left_box}'.format(x)",
        "'{x._left_box!r:>5}'.format(x=x)",
        "exec('x._left_box = 1')",
        "for n in ('_left_box',):\n            getattr(x, n), log(n)",
        "for n in ('_left_box',):\n            getattr(other, n)",
        "for n in ('_left_box',):\n            getattr(x, n), y[n]",
        "n = '_left_box'",
        "n = '_left_box'\n        n = other\n        getattr(x, n)",
        "y = {**vars(self), '_left_box': None}",
        "y = vars(self).copy()\n        y = {}\n        y['_left_box'] = 1",
        "patch(f'{other}._left_box')",
        "eval('x._left_box')",
    ],
)
def test_ask_about_a_string_that_is_run(body: str) -> None:
    assert _decided(_method(body)) == ["string ask named"]


@pytest.mark.parametrize(
    "body",
    [
        "    @property\n    def _left_box(self): ...\n    @_left_box.setter\n    def _left_box(self, x): ...",
        "    _left_box = 1\n    def f(self, box=_left_box): ...",
        "    _left_box = 1\n    f = lambda self, box=_left_box: box",
        "    _left_box = [1]\n    boxes = [box for box in _left_box]",
        "    def _make_left_box(self): return 1\n    @_make_left_box.cached\n    def other(self): ...",
    ],
)
def test_names_that_are_looked_up_in_the_class_body(body: str) -> None:
    assert {s.decision for s in _sites(f"class A(Left):\n{body}\n")} == {"rename"}


@pytest.mark.parametrize(
    "body",
    [
        "    _left_box = 1\n    def f(self): return _left_box",
        "    _left_box = 1\n    f = lambda self: _left_box",
        "    _left_box = [1]\n    boxes = [_left_box for box in ()]",
        "    _left_box = [1]\n    boxes = [b for box in () for b in _left_box]",
    ],
)
def test_noop_names_that_are_looked_up_outside_the_class(body: str) -> None:
    assert [s.decision for s in _sites(f"class A(Left):\n{body}\n")] == ["rename", "keep"]


PROXY = """\
class Proxy:
    def __init__(self, target: {of}):
        self._target = target

    def __getattr__(self, key):
        return {answers}

    def close(self):
        return {read}
"""


def test_ask_about_a_class_that_is_not_always_of_the_hierarchy() -> None:
    source = "class A:\n    def f(self): self._left_box\nclass A(Left):\n    def _make_left_box(self): ...\n"

    assert [s.decision for s in _sites(source + "A()._left_box\n")] == ["ask"] * 3


def test_branches_that_define_a_class_are_one() -> None:
    source = "if x:\n    class A(Left): ...\nelse:\n    class A(Left):\n        def f(self): self._left_box\n"

    assert [s.decision for s in _sites(source)] == ["rename"]


@pytest.mark.parametrize(
    ("given", "decision"), [("Left()", "rename"), ("Other()", "keep"), ("make()", "ask"), ("None", "ask")]
)
def test_attribute_that_is_set_where_it_is_used(given: str, decision: str) -> None:
    source = f"class Other: ...\ndef f(d):\n    d.x = {given}\n    d.x._left_box\n"

    assert [s.decision for s in _sites(source)] == [decision]


@pytest.mark.parametrize(
    ("of", "answers", "read", "decided"),
    [
        ("Left", "getattr(self._target, key)", "self._left_box", "rename"),
        ("Left", "getattr(self._target, key.upper())", "self._left_box", "ask"),
        ("Other", "getattr(self._target, key)", "self._left_box", "ask"),
        ("Right", "getattr(self._target, key)", "self._left_box", "keep"),
        ("Left", "self.made(key)", "self._left_box", "ask"),
        ("Left", "getattr(self._target, key)", "setattr(self, '_left_box', 1)", "ask"),
    ],
)
def test_names_that_a_class_hands_on(of: str, answers: str, read: str, decided: str) -> None:
    found = _sites(PROXY.format(of=of, answers=answers, read=read))

    assert [site.decision for site in found] == [decided]


def test_noop_proxy_with_a_name_of_its_own_is_kept() -> None:
    source = PROXY.format(of="Left", answers="getattr(self._target, key)", read="self._left_box")

    assert {s.decision for s in _sites(source + "    _left_box = 1\n")} == {"keep"}


@pytest.mark.parametrize(
    ("members", "decided"),
    [
        ("_left_box: Box", "rename inferred"),
        ("_left_box: Box\n    def start(self): ...", "keep proven"),
        ("def _left_box(self): ...", "keep proven"),
        ("_make_left_box: Box", "keep proven"),
        ("@property\n    def _left_box(self): ...", "rename inferred"),
    ],
)
def test_protocol_is_the_hierarchys_where_a_class_fits_it(members: str, decided: str) -> None:
    source = f"from typing import Protocol\nclass P(Protocol):\n    {members}\n"

    assert [f"{s.decision} {s.confidence}" for s in _sites(source, "elsewhere.py")][-1:] == [decided]


def test_ask_about_a_protocol_that_others_fit_too() -> None:
    source = (
        "from typing import Protocol\nclass P(Protocol):\n    _left_box: Box\nclass Q:\n    _left_box = 1\n"
    )
    files = {**HIERARCHY, "other.py": source}

    assert [s.decision for s in sited(files, "other.py")] == ["ask", "keep"]


@pytest.mark.parametrize(
    "body",
    [
        "hasattr(other, '_left_box')",
        "patch('user.Gone._left_box')",
        "patch('elsewhere.A._left_box')",
        "attrgetter('_left_box')",
        "f('_left_box')",
        "f(self, '_left_box')",
        "y = ['_left_box']",
        "y = 'a._left_box'",
    ],
)
def test_ask_about_a_string_that_may_name_an_attribute(body: str) -> None:
    assert _decided(_method(body)) == ["string ask named"]


def test_strings_of_classes_outside_are_kept() -> None:
    source = (
        "class Other:\n    def f(self):\n        hasattr(self, '_left_box')\n"
        "mock.patch('user.Other._left_box')\n"
    )

    assert _decided(source) == ["string keep proven", "string keep proven"]


# --- f-strings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("f'{self._left_box}'", ["read rename"]),
        ("f'é💥 {self._left_box} {other._left_box}'", ["read rename", "read ask"]),
        (
            "f'{other._left_box}' f'é{self._left_box}', f'{other._left_box}'",
            ["read ask", "read rename", "read ask"],
        ),
        ("f'{self._left_box=}'", ["read rename"]),
        ("f'{self._left_box=!r:>10}'", ["read rename"]),
        ("f'_left_box: {self._left_box}'", ["string keep", "read rename"]),
        ("f'self._left_box={self._left_box}'", ["string keep", "read rename"]),
        ("f'{{_left_box}} {self._left_box!r}'", ["string keep", "read rename"]),
        ("f'{x:{self._left_box}}'", ["read rename"]),
        ("f'{y[\"_left_box\"]} {self._left_box}'", ["string keep", "read rename"]),
        ("f'{y(other._left_box, z=self._left_box)}'", ["read ask", "read rename"]),
        ("f'{(self._left_box if other._left_box else 1)}'", ["read rename", "read ask"]),
        ('f"""\né {other._left_box}\n{self._left_box}"""', ["read ask", "read rename"]),
        ("f\"{hasattr(self, '_left_box')}\"", ["string rename"]),
        ("f'no _left_box'", ["string keep"]),
        ("f'{_left_box}'", ["name keep"]),
        ("rf'{self._left_box}\\d', f'{self._make_left_box()}'", ["read rename", "call rename"]),
    ],
)
def test_fields_of_f_strings(text: str, decided: list[str]) -> None:
    assert [d.rpartition(" ")[0] for d in _decided(_method(f"log({text})"))] == decided


def test_ask_where_an_f_string_cannot_be_told_apart() -> None:
    source = _method(r"log(f'\x5fleft_box {self._left_box} _left_box' '_left_box')")

    assert [s.decision for s in _sites(source)] == ["ask", "ask", "ask"]


# --- identifiers as Python reads them -------------------------------------------------------------


def test_name_that_is_equal_after_normalising() -> None:
    source = _method("self._left_b\uff4fx; self._left_b\U0001d428x; self._left_b\u043ex")

    assert [(s.column, s.name, s.decision) for s in _sites(source)] == [
        (14, "_left_box", "rename"),
        (30, "_left_box", "rename"),
    ]


@pytest.mark.parametrize(
    "spelled",
    ["self._\uff4ceft_box", "x: Left = 1; x._left_\U0001d41box", "def _make_left_b\uff4fx(self): return 1"],
)
def test_name_of_another_length_or_place_is_found_too(spelled: str) -> None:
    source = f"class A(Left):\n    {spelled}\n" if spelled.startswith("def") else _method(spelled)

    assert [s.decision for s in _sites(source)] == ["rename"]


# --- bytes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("\ufefffrom bases import Left\nx = Left(); x._left_box\n".encode(), (2, 15)),
        ("# coding: latin-1\nfrom bases import Left\né = Left(); é._left_box".encode("latin-1"), (3, 15)),
        (b"from bases import Left\rx = Left(); x._left_box\r", (2, 15)),
        (b"from bases import Left\r\nx = Left(); x._left_box", (2, 15)),
        (b"from bases import Left\n\x0cx = Left(); x._left_box\n", (2, 16)),
        ("from bases import Left\n'\u2028'; x = Left(); x._left_box\n".encode(), (2, 20)),
    ],
)
def test_places_in_unusual_bytes(data: bytes, place: tuple[int, int]) -> None:
    (site,) = _sites(data)

    assert (site.line, site.column, site.decision) == (*place, "rename")


@pytest.mark.parametrize(
    ("data", "decisions"),
    [
        (b"x._left_box = (", ["ask"]),
        (b"<<<<<<<\nx._left_box\n", ["ask"]),
        (b"\xff _left_box", []),
        ("x._left_box".encode("utf-16"), []),
        (b"x._left_box\0", []),
    ],
)
def test_file_that_cannot_be_read_is_asked_about_as_far_as_it_can(data: bytes, decisions: list[str]) -> None:
    assert [s.decision for s in _sites(data)] == decisions


def test_markdown_is_documentation_whatever_its_bytes() -> None:
    found = _sites(b"`_left_box`, \xff `_build_box`\n", "docs/a.md")

    assert [(s.kind, s.decision, s.new, s.phase) for s in found] == [
        ("markdown", "rename", "_box", 6),
        ("markdown", "rename", "_make_box", 6),
    ]


def test_other_files_are_not_looked_at() -> None:
    assert sited({**HIERARCHY, "a.txt": "_left_box"}, "a.txt") == []


def test_sites_stand_in_the_order_of_paths_and_places() -> None:
    found = _sites("_left_box; _right_box\n_left_on\n")

    assert [(s.line, s.column) for s in found] == [(3, 1), (3, 12), (4, 1)]


# --- declarations -------------------------------------------------------------------------------


def _declared(body: str, header: str = "class A(Left)", bases: str = BASES) -> list[str]:
    files = {"boxes.py": BOXES, "bases.py": bases, "user.py": f"{IMPORTS}{header}:\n{body}\n"}
    return [f"{s.kind} {s.decision}" for s in sited(files, "user.py")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_box = make()",
            "it carries something",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_on = True",
            "it carries something",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_count = 0",
            "zero is no False",
        ),
        (
            "    def __init__(self):\n        self._left_box = None\n        super().__init__()",
            "it comes before",
        ),
        ("    def __init__(self):\n        self._left_box = None", "there is no super"),
        (
            "    def __init__(self):\n        super().__init__(); self._left_box = None",
            "it is not alone on its line",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_box = None; x = 1",
            "not alone",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_box = y = None",
            "two targets",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        self._left_box, y = None, None",
            "a tuple",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n"
            "        if x:\n            self._left_box = None",
            "if",
        ),
        ("    def close(self):\n        self._left_box = None", "a reset"),
        ("    _left_on = True", "it carries something"),
        ("    _left_box = None; x = 1", "it is not alone on its line"),
        ("    _left_box = x = None", "two targets"),
        ("    _left_box, x = None, None", "a tuple"),
        ("    if x:\n        _left_box = None", "it is conditional"),
        ("    def f(self): return 1\n    _left_box = property(f)", "it carries something"),
    ],
)
def test_noop_declaration_is_renamed_not_deleted(body: str, why: str) -> None:
    assert {d.rpartition(" ")[2] for d in _declared(body)} == {"rename"}, why


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "    def __init__(self):\n        super().__init__()\n"
            "        self._left_box.fold()\n        self._left_box = None",
            "it is used in between",
        ),
        (
            "    def __init__(self):\n        super().__init__()\n        hasattr(self, '_left_box')\n"
            "        self._left_box = None",
            "it is used in between",
        ),
        ("    _left_box = None\n    boxes = [_left_box]", "the class body uses it"),
    ],
)
def test_noop_declaration_that_is_used_is_renamed(body: str, why: str) -> None:
    assert [d.rpartition(" ")[2] for d in _declared(body)] == ["rename", "rename"], why


def test_noop_declaration_that_takes_a_value_back_is_renamed() -> None:
    bases = BASES.replace("self._left_box = None", "self._left_box = Box()")

    assert _declared(
        "    def __init__(self):\n        super().__init__()\n        self._left_box = None", bases=bases
    ) == ["write rename"]


def test_noop_declaration_on_the_line_of_its_class_is_renamed() -> None:
    (site,) = _sites("class A(Left): _left_box = None\n")

    assert site.decision == "rename"


@pytest.mark.parametrize(
    "body",
    [
        "    def __init__(self):\n        super().__init__()\n        self._left_box = None",
        "    def __init__(self):\n        super().__init__()\n        self._left_on = False  # not yet",
        "    def __init__(self):\n        super().__init__()\n        self._left_box: Box | None = None",
        "    def __init__(self):\n        super().__init__()\n        self._left_box: Box",
        "    def __init__(self, x):\n        super(A, self).__init__(x)\n"
        "        y = 1\n        self._left_on = False",
        "    def __init__(this):\n        Left.__init__(this)\n        this._left_on = False",
        "    def __init__(self):\n        super().__init__()\n"
        "        self._left_box = (\n            None)  # none",
        "    _left_box = None",
        "    _left_box: Box",
        "    _left_box: Box | None = None\n    x = 1",
        "    _left_on: bool = False",
    ],
)
def test_declaration_that_carries_nothing_is_deleted(body: str) -> None:
    assert _declared(body) == ["declaration delete"]


def test_root_that_declares_in_its_body_may_come_later() -> None:
    files = {
        "page.py": "class Page: ...\n",
        "a.py": "from page import Page\nclass A(Page):\n    def __init__(self):\n"
        "        self._page_pen = None\n",
    }

    assert [s.decision for s in sited(files, "a.py", ONE_SIDE)] == ["delete"]


# --- factories ----------------------------------------------------------------------------------

ABSTRACT = "    @abstractmethod\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    def _make_left_box(self):\n        return SmallBox()", "it makes something"),
        ("    def _make_left_box(self):\n        pass", "it answers None"),
        ("    def _make_left_box(self): ...", "it answers None"),
        (f"{ABSTRACT}    def _make_left_box(self):\n        return SmallBox()", "super() reaches it"),
        (
            f"{ABSTRACT}    def _make_left_box(self):\n        log()\n        raise NotImplementedError",
            "it does more",
        ),
        ("    def _make_left_box(self):\n        raise ValueError", "another error"),
    ],
)
def test_noop_factory_is_renamed_not_deleted(body: str, why: str) -> None:
    assert _declared(body, "class A(Left)") == ["definition rename"], why


@pytest.mark.parametrize(
    "body",
    [
        f"{ABSTRACT}    def _make_left_box(self): ...",
        f"{ABSTRACT}    async def _make_left_box(self):\n        pass",
        f"{ABSTRACT}    def _make_left_box(self):\n        '''Make it.'''",
        f"{ABSTRACT}    def _make_left_box(self):\n"
        f"        '''Make it.'''\n        raise NotImplementedError('x')",
        "    def _make_left_box(self):\n        raise NotImplementedError",
        "    @abc.abstractmethod\n    def _make_left_box(self) -> Box: ...",
    ],
)
def test_factory_that_carries_nothing_is_deleted(body: str) -> None:
    assert _declared(body) == ["definition delete"]


@pytest.mark.parametrize(
    "body",
    [
        f"{ABSTRACT}    def _make_left_box(self): ...",
        "    def _make_left_box(self):\n        raise NotImplementedError",
    ],
)
def test_factory_over_one_that_makes_something_is_renamed(body: str) -> None:
    bases = BASES.replace(
        "    @abstractmethod\n    def _make_left_box(self) -> Box: ...",
        "    def _make_left_box(self):\n        return Box()",
    )

    assert _declared(body, bases=bases) == ["definition rename"]


def test_factory_is_deleted_no_earlier_than_all_classes_have_the_new_name() -> None:
    (site,) = (s for s in sited(HIERARCHY, "bases.py") if s.name == "_make_left_box")

    assert (site.decision, site.phase) == ("delete", 4)


def test_factory_of_a_class_below_a_concrete_one_is_renamed() -> None:
    source = (
        "class A(Left):\n    def _make_left_box(self):\n"
        "        return 1\nclass B(A):\n    def _make_left_box(self): ..."
    )

    assert _decided(source) == ["definition rename proven", "definition rename proven"]


def test_noop_factory_that_is_taken_away_is_renamed() -> None:
    source = "class A(Left):\n    _make_left_box = None\n"

    assert [s.decision for s in _sites(source)] == ["rename"]


@pytest.mark.parametrize(
    ("prepare", "decisions"), [("pass", ["delete"]), ("self._left_box = 1", ["rename"] * 2)]
)
def test_declaration_after_a_method_that_may_have_set_it(prepare: str, decisions: list[str]) -> None:
    source = (
        "class A(Left):\n    def __init__(self):\n        super().__init__()\n        self.prepare()\n"
        f"        self._left_box = None\n    def prepare(self):\n        {prepare}\n"
    )

    assert [s.decision for s in _sites(source)] == decisions


# --- mixins, protocols, prose -------------------------------------------------------------------

MIXIN = (
    "class M:\n    _left_box: SmallBox\n    def f(self):\n"
    "        if hasattr(self, '_left_box'):\n            self._left_box\n"
)


def test_mixin_of_the_hierarchy_is_switched() -> None:
    assert _decided(f"{MIXIN}class A(M, Left): ...\n") == [
        "annotation rename proven",
        "string rename proven",
        "read rename proven",
    ]


def test_noop_mixin_that_also_serves_others_is_kept() -> None:
    found = _sites(f"{MIXIN}class A(M, Left): ...\nclass B(M): ...\n")

    assert {(s.decision, s.reason) for s in found} == {("keep", "M also serves B outside the hierarchy")}


def test_protocol_is_switched() -> None:
    source = (
        "from typing import Protocol\nclass P(Protocol):\n    _left_box: Box\ndef f(x: P):\n    x._left_box\n"
    )

    assert _decided(source) == ["annotation rename inferred", "read rename inferred"]


def test_noop_prose_of_a_class_with_such_a_name_of_its_own_is_kept() -> None:
    source = "class Other:\n    '''Has a _left_box.'''\n    _left_box = 1  # its _left_box\n"

    assert [s.decision for s in _sites(source)] == ["keep", "keep", "keep"]


@pytest.mark.parametrize(
    ("source", "decision"),
    [
        ("def f(x: Left, y: Other):\n    # x._left_box\n    ...", "rename"),
        ("def f(x: Left, y: Other):\n    # y._left_box = 1\n    ...", "keep"),
        ("def f(y: Other):\n    '''\n    >>> y._left_box\n    '''", "keep"),
        ("def f():\n    y = Other()\n    return 1  # not y._left_box", "keep"),
        ("def f(_box, x: Left):\n    # x._left_box\n    ...", "rename"),
        ("def f():\n    '''As _left_box.'''\n    g(1, 2)", "rename"),
        ("def f():\n    # _left_box = 1\n    ...", "keep"),
        ("class A(Left):\n    # _left_box = 1\n    ...", "rename"),
        ("def f():\n    # {'_left_box': 1}\n    ...", "keep"),
        ("def f():\n    # d['_left_box'] = 1\n    ...", "keep"),
        ("def f():\n    # getattr(x, '_left_box')\n    ...", "rename"),
        ("def f():\n    # log.info('_left_box')\n    ...", "keep"),
        ('class A(Left):\n    """\n    >>> _left_box = 1\n    """', "keep"),
        ("def f():\n    # the class._left_box, not None._left_box\n    ...", "rename"),
        ("def f(x: Left):\n    # self.anything()[1]._left_box\n    ...", "rename"),
    ],
)
def test_code_in_comments_is_read_where_it_stands(source: str, decision: str) -> None:
    assert {s.decision for s in _sites(f"class Other: ...\n{source}\n")} == {decision}


def test_noop_words_about_a_variable_of_the_function() -> None:
    source = "def f(_left_box):\n    '''Takes _left_box.'''\n    return _left_box  # the _left_box\n"

    assert [s.decision for s in _sites(source)] == ["keep"] * 4


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 701 is read by Python 3.12 and newer")
def test_quotes_within_quotes() -> None:
    assert (
        _decided(_method("log(f'{self._left_box['x']} {f'{self._left_box}'}')")) == ["read rename proven"] * 2
    )
