"""Hazards of syntax and meaning (docs/hazards.md): what a name is, however it is written."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.data import MigrationError
from tests.helpers import LEFT, migrated, newer_than, planned

HEAD = "from left import Left\nfrom boxes import Box\n"
AFTER = {
    "_make_left_box": "_make_box",
    "_left_box": "_box",
    "_left_on": "_on",
}
TOP = """\
from boxes import Box
from root import Root


class Left(Root):
    _left_box = None
    _left_on = False

    def _make_left_box(self) -> Box:
        return Box()
"""
# A name in «marks» becomes the new one, all else stays.
CASES = """\
== 17 class pattern
from left import Left
def f(x):
    match x:
        case Left(«_left_box»=b): return b
    case = type = b

== 23 aliases
import left as z
from left import Left as O
__all__ = ['O']
def f(a: z.Left, b: O): return a.«_left_box», b.«_left_on»

== 24 star
from left import *
from boxes import *
def f(a: Left): return a.«_left_box»

== 25 in a try
try:
    from left import Left
except ImportError:
    Left = None
def f(a: 'Left'):
    from left import Left as L
    b: L = a
    return a.«_left_box», b.«_left_on»

== 26 two definitions
from left import Left
import sys
if sys.platform == 'x':
    class A(Left):
        def f(self): return self.«_left_box»
else:
    class A(Left):
        def f(self): return self.«_left_on»

== 27 mangled
from left import Left
class A(Left):
    def f(self):
        self.__left_box = self.«_left_box»
        return self._A__left_box

== 28 quoted types
from left import Left
from typing import List
def f(x: 'Left', y: 'List[Left]'): return x.«_left_box»

== 29 strings
from left import Left
from unittest.mock import patch
from operator import attrgetter
def f(o: Left, monkeypatch):
    getattr(o, '«_left_box»')
    patch('left.Left.«_left_box»')
    patch.object(Left, '«_make_left_box»')
    monkeypatch.setattr(o, '«_left_box»', 1)
    attrgetter('«_left_box»')(o)
    print('_left_box')
    patch('other.Left._left_box')

== 31 super
from left import Left
from boxes import Box
class A(Left):
    def «_make_left_box»(self) -> Box:
        return super().«_make_left_box»()

== 32 slots
from left import Left
class A(Left):
    __slots__ = ('«_left_on»', 'x')

== 32 wire names
from left import Left
from enum import Enum
from typing import NamedTuple, TypedDict
class T(TypedDict):
    _left_box: int
class E(Enum):
    _left_box = '_left_box'
def f(t: T, b: Left): return {'_left_box': b.«_left_box»}, t['_left_box'], E._left_box

== 35 local
from left import Left
def f(x: Left, _box=1):
    x.«_left_box» = _box
    return _box

== 36 comments
from left import Left
def f(x: Left):
    return x.«_left_box»  # type: ignore[attr-defined]  # noqa: E501
# fmt: off
def g(x : Left): return [ x . «_left_box» ]  # pragma: no cover
# fmt: on

== 37 long line
from left import Left
def f(x: Left): return x.«_left_box», 'a line that is as long as lines may be, or longer'  # and stays so

== 15 new statements
from left import Left
def f(x: Left, *a: *tuple[int]):
    try:
        with (open('a') as b, open('c') as d):
            x.«_left_box»
    except* ValueError:
        x.«_left_on»
"""

NEWER = """\
== 15 type parameters
from left import Left
type L = Left
def f[T: Left](x: T, y: Left): return y.«_left_box»

== 15 nested f-strings
from left import Left
def f(x: Left): return f"{f"{x.«_left_box»}"}"
"""


def cases(text: str) -> list[object]:
    found = (part.partition("\n") for part in f"\n{text}".split("\n== ")[1:])
    return [pytest.param(source, id=title) for title, _, source in found]


def check(source: str) -> None:
    wanted = source
    for old, new in AFTER.items():
        wanted = wanted.replace(f"«{old}»", new)
    files = {"left.py": TOP, "use.py": source.replace("«", "").replace("»", "")}
    assert migrated(files)["use.py"].decode() == wanted


@pytest.mark.parametrize("source", cases(CASES))
def test_names_and_only_names_change(source: str) -> None:
    check(source)


@newer_than(3, 11)
@pytest.mark.parametrize("source", cases(NEWER))
def test_names_in_the_syntax_of_newer_pythons(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        pytest.param(
            "class A(Left):\n    __match_args__ = ('_left_box',)\n", 4, "a string that may", id="17"
        ),
        pytest.param("def f(x): return x._left_box\n", 3, "the receiver's class is not known", id="22"),
        pytest.param("attrgetter('x._left_box')\n", 3, "a string that may name the attribute", id="29"),
        pytest.param("def f(o: Left): return f'{o._left_on=}'\n", 3, 'what f"{...=}" prints', id="30"),
        pytest.param(
            "# @generated\nfrom left import Left\nx = Left()._left_on\n",
            1,
            "what generates it has to change",
            id="20",
        ),
        pytest.param("import pickle\nx = Left()._left_on\n", 3, "it has to be made again", id="34"),
    ],
)
def test_what_is_not_certain_is_a_note(source: str, line: int, text: str) -> None:
    use = source if source.startswith("#") else HEAD + source
    _, made = planned({"left.py": TOP, "use.py": use})

    assert [n.line for n in made.notes if text in n.text and n.path == PurePosixPath("use.py")] == [line]


def test_21_a_class_of_the_same_name() -> None:
    source = "class Left:\n    _left_box = 1\ndef f(x: Left): return x._left_box, Left()._left_box\n"

    assert migrated({"left.py": TOP, "use.py": source})["use.py"] == source.encode()


@pytest.mark.parametrize(
    "source",
    [
        "class A(Left):\n    def __init__(self):\n        self._box = 3\n",
        "class A(Left):\n    def _make_box(self): ...\n",
        "class A(Left):\n    _on = True\n",
    ],
)
def test_35_a_new_name_that_is_taken(source: str) -> None:
    with pytest.raises(MigrationError, match=r"^use.py:3: class A owns \w+ already"):
        planned({"left.py": LEFT, "use.py": HEAD + source})
