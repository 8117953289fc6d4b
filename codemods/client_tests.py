"""The tests that phase 5 writes into the target, as far as they are the same for every target.

``testing.py`` copies what stands below the line of dashes, section by section, for pytest or for unittest.
The tables that it works on are made anew for each target.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import itertools
import sys
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

_TABLE: Any = None
ABSTRACT = ARGUMENTS = CLASSES = DEFAULTS = FACTORIES = FLAGS = HOME = MAKERS = ROOT = SOURCES = _TABLE
OLD_ATTRIBUTES = OLD_FACTORIES = _TABLE


def named(value: Any) -> Any:
    """What a class is called in the name of a test."""
    return getattr(value, "__name__", None)


# ---------------------------------------------------------------------------------------------
# --- arguments: Type arguments
each_header = pytest.mark.parametrize(("cls", "base", "arguments"), ARGUMENTS, ids=named)


def spelled(argument: Any) -> str:
    """The name of a type argument, which may be in quotes."""
    return str(getattr(argument, "__forward_arg__", None) or argument.__name__)


@each_header
def test_type_arguments_of_a_header(cls: Any, base: Any, arguments: Any) -> None:
    (given,) = [typing.get_args(each) for each in cls.__orig_bases__ if typing.get_origin(each) is base]
    assert [spelled(each) for each in given] == [spelled(each) for each in arguments]


@each_header
def test_type_variables_stay_open_and_have_no_default(cls: Any, base: Any, arguments: Any) -> None:
    variables = tuple(each for each in arguments if isinstance(each, typing.TypeVar))
    assert cls.__parameters__ == variables
    for each in variables:
        assert repr(getattr(each, "__default__", None)).rpartition(".")[2] in ("None", "NoDefault")


# --- factories: Factories
each_new = pytest.mark.parametrize("new", FACTORIES)
each_maker = pytest.mark.parametrize("cls", MAKERS, ids=named)


@each_new
def test_factory_of_the_root(new: str) -> None:
    declared = vars(ROOT)[new]
    assert inspect.iscoroutinefunction(declared) is FACTORIES[new]
    assert getattr(declared, "__isabstractmethod__", False) is ABSTRACT


@each_maker
def test_factories_of_a_class(cls: Any) -> None:
    for new, awaited in FACTORIES.items():
        assert getattr(cls, new) != getattr(ROOT, new)
        assert inspect.iscoroutinefunction(getattr(cls, new)) is awaited
        assert new not in getattr(cls, "__abstractmethods__", ())


# --- old: What old names are tested with
VALUE, OTHER = "a value", "another value"
SIDES = {cls: side for side, classes in CLASSES.items() for cls in classes}
each_class = pytest.mark.parametrize("cls", SIDES, ids=named)


def rows(names: Mapping[str, Mapping[str, str]], *, own: bool = True) -> Sequence[Any]:
    """Each class with the old and new names of its own side, or of the others."""
    pairs = [(cls, other) for cls, side in SIDES.items() for other in names if (other == side) is own]
    return [(cls, *pair) for cls, side in pairs for pair in names[side].items()]


def fake(cls: Any, **body: Any) -> Any:
    """An object of a subclass with this body, on its side; nothing is abstract, no constructor has run."""
    kind = type(cls)("Fake", (cls,), {"__del__": lambda self: None, **body})
    kind.__abstractmethods__ = frozenset()
    made = object.__new__(kind)
    for name, flag in FLAGS[next(SIDES[each] for each in kind.__mro__ if each in SIDES)].items():
        setattr(made, name, flag)
    return made


@contextmanager
def warned() -> Iterator[list[warnings.WarningMessage]]:
    """The warnings of what is done meanwhile, which nobody else sees."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeprecationWarning)
        yield caught


@contextmanager
def deprecated() -> Iterator[None]:
    """The one line that follows is warned and blamed."""
    caller = sys._getframe(2)
    place = (DeprecationWarning, caller.f_code.co_filename, caller.f_lineno + 1)
    with warned() as caught:
        yield
    assert {(each.category, each.filename, each.lineno) for each in caught} == {place}


# --- old attributes: Old names of attributes
each_attribute = pytest.mark.parametrize(("cls", "old", "new"), rows(OLD_ATTRIBUTES), ids=named)


@each_attribute
def test_old_attribute_is_the_new_one(cls: Any, old: str, new: str) -> None:
    early = fake(cls)
    for flag in FLAGS[SIDES[cls]]:
        delattr(early, flag)
    for made in (early, fake(cls)):
        before = getattr(made, new, None)
        with deprecated():
            setattr(made, old, VALUE)
        assert getattr(made, new) is VALUE
        setattr(made, new, OTHER)
        with deprecated():
            found = getattr(made, old)
        assert found is OTHER
        with deprecated():
            delattr(made, old)
        assert getattr(made, new, None) is before


@each_attribute
def test_old_attribute_can_be_patched(cls: Any, old: str, new: str) -> None:
    made = fake(cls)
    setattr(made, new, VALUE)
    with warned(), patch.object(made, old, OTHER):
        assert getattr(made, new) is OTHER
    assert getattr(made, new) is VALUE


@each_attribute
def test_old_attribute_in_the_body_of_a_class(cls: Any, old: str, new: str) -> None:
    made = fake(cls, **{old: VALUE})
    assert getattr(made, new) is VALUE
    setattr(made, new, OTHER)
    with deprecated():
        found = getattr(made, old)
    assert found is OTHER


# --- other sides: Old names on the other side
each_stranger = pytest.mark.parametrize(("cls", "old", "new"), rows(OLD_ATTRIBUTES, own=False), ids=named)
each_helper = pytest.mark.parametrize(("cls", "old", "new"), rows(OLD_FACTORIES, own=False), ids=named)


@each_stranger
def test_old_attribute_of_the_other_side(cls: Any, old: str, new: str) -> None:
    made = fake(cls)
    setattr(made, new, VALUE)
    with deprecated():
        found = getattr(made, old)
    assert found is DEFAULTS[new]
    with deprecated():
        setattr(made, old, OTHER)
    with deprecated():
        found = getattr(made, old)
    assert (found, getattr(made, new)) == (OTHER, VALUE)


@each_helper
def test_old_factory_of_the_other_side_is_a_helper(cls: Any, old: str, new: str) -> None:
    made = fake(cls, **{old: lambda self: VALUE})
    with warned() as caught:
        assert getattr(made, old)() is VALUE
    assert not caught
    assert getattr(type(made), new) == getattr(cls, new)


# --- old factories: Old names of factories
each_factory = pytest.mark.parametrize(("cls", "old", "new"), rows(OLD_FACTORIES), ids=named)


def factory(new: str, body: Callable[..., Any]) -> Any:
    """A function as a factory of this name, a coroutine where that is one."""

    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        made = body(*args, **kwargs)
        return await made if inspect.isawaitable(made) else made

    return coroutine if FACTORIES[new] else body


def result(new: str, made: Any) -> Any:
    """What a factory of this name has made, which has to be awaited where it is a coroutine."""
    if not FACTORIES[new]:
        return made
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(made)
    finally:
        loop.close()


@each_factory
def test_factory_answers_to_both_names(cls: Any, old: str, new: str) -> None:
    assert getattr(cls, old) == getattr(cls, new)
    for name in (old, new):
        with warned():
            made = fake(cls, **{name: factory(new, lambda self, *args, **more: (args, more))})
            for called in (getattr(made, old), getattr(made, new)):
                assert inspect.iscoroutinefunction(called) is FACTORIES[new]
                assert result(new, called(1, more=2)) == ((1,), {"more": 2})


@each_factory
def test_old_factory_is_warned_of(cls: Any, old: str, new: str) -> None:
    made = fake(cls, **{new: factory(new, lambda self: VALUE)})
    with deprecated():
        getattr(made, old)
    with warned() as caught:
        fake(cls, **{old: factory(new, lambda self: VALUE)})
    assert [each.category for each in caught] == [DeprecationWarning]


@each_factory
def test_super_visits_every_override_once(cls: Any, old: str, new: str) -> None:
    for names in itertools.product((old, new), repeat=3):
        visited: list[int] = []
        kind = cls
        with warned():
            for level, name in enumerate(names):
                kind = override(kind, name, new, level, visited)
            for name in (old, new):
                result(new, getattr(fake(kind), name)())
        assert visited == [2, 1, 0, 2, 1, 0]


def override(cls: Any, name: str, new: str, level: int, visited: list[int]) -> Any:
    """A subclass whose factory calls the one above it; level 0 calls none, which would be a real one."""

    def body(self: Any) -> Any:
        visited.append(level)
        return getattr(super(kind, self), name)() if level else None

    kind = type(cls)("Fake", (cls,), {name: factory(new, body)})
    return kind


@each_factory
def test_factory_of_an_object_can_be_patched(cls: Any, old: str, new: str) -> None:
    made = fake(cls, **{new: factory(new, lambda self: VALUE)})
    for name in (old, new):
        with warned(), patch.object(made, name, lambda: OTHER):
            assert (getattr(made, old)(), getattr(made, new)()) == (OTHER, OTHER)
        with warned():
            assert [result(new, getattr(made, each)()) for each in (old, new)] == [VALUE, VALUE]


@each_class
def test_either_name_implements_an_abstract_factory(cls: Any) -> None:
    names = OLD_FACTORIES[SIDES[cls]]
    for chosen in itertools.product(*names.items()):
        with warned():
            kind = type(cls)("Fake", (cls,), dict.fromkeys(chosen, lambda self: None))
        assert not {*names, *names.values()} & {*getattr(kind, "__abstractmethods__", ())}


@each_class
def test_what_is_beside_the_layer_hears_of_subclasses(cls: Any) -> None:
    class Beside:
        heard = False

        def __init_subclass__(cls, **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            cls.heard = True

    assert type(cls)("Fake", (cls, Beside), {}).heard


# --- sources: Migrated code
OLD_NAMES = {old for names in (*OLD_ATTRIBUTES.values(), *OLD_FACTORIES.values()) for old in names}


@pytest.mark.parametrize("path", SOURCES)
def test_migrated_code_goes_by_the_new_names(path: str) -> None:
    found = set()
    for node in ast.walk(ast.parse((HOME / path).read_bytes())):
        found |= {getattr(node, field, None) for field in ("id", "attr", "name", "arg")}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {*node.value.split(".")} if node.value.replace(".", "").isidentifier() else set()
    assert OLD_NAMES & found <= {*SOURCES[path]}
