"""The compatibility layer, executed: old and new factory names, mixed."""

from __future__ import annotations

import asyncio
import inspect
from unittest.mock import AsyncMock, patch

import pytest

from tests.layer_cases import FACTORIES, NEW, OLD, SETS, Tree, called, exchanges, initialized, made, name_of

pytestmark = pytest.mark.filterwarnings("ignore:_:DeprecationWarning")


@pytest.fixture(params=SETS, ids=name_of)
def tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(request.param, monkeypatch)


# --- classes that only know old names ------------------------------------------------------------


@pytest.mark.parametrize("base", ["Private", "Spot", "Futures", "Mexc"])
def test_old_factory_of_a_subclass_is_called_by_the_tree(tree: Tree, base: str) -> None:
    user = tree.module(f"class Mine({base}):{FACTORIES}")

    assert type(initialized(made(user.Mine, tree))) is tree.MexcRest


def test_old_factory_of_a_direct_child_of_the_root(tree: Tree) -> None:
    user = tree.module(f"""class Mine(Root):{FACTORIES}
    def _websocket_callbacks(self): pass
    async def _reload(self): pass""")
    exchange = user.Mine(tree.Config("test"), True)

    assert type(called(exchange, NEW)) is type(called(exchange, OLD)) is tree.MexcRest


def test_direct_child_of_the_root_with_a_helper_of_the_other_side(tree: Tree) -> None:
    user = tree.module(f"""class Mine(Root):{FACTORIES}
    async def _create_public_rest(self): return 'helper'
    def _websocket_callbacks(self): pass
    async def _reload(self): pass""")
    exchange = user.Mine(tree.Config("test"), True)

    assert type(called(exchange, NEW)) is tree.MexcRest
    assert called(exchange, "_create_public_rest") == "helper"


def test_class_of_the_tree_answers_to_both_names(tree: Tree) -> None:
    exchange = made(tree.Mexc, tree)

    assert type(called(exchange, NEW)) is type(called(exchange, OLD)) is tree.MexcRest


def test_foreign_mixin_with_an_old_factory(tree: Tree) -> None:
    user = tree.module("""
        class Mixin:
            async def _create_private_rest(self):
                return 'mixin', type(await super()._create_private_rest())
        class Mine(Mixin, Mexc): pass
        class Child(Mine): pass
    """)
    exchange = made(user.Child, tree)

    assert called(exchange, NEW) == called(exchange, OLD) == ("mixin", tree.MexcRest)
    with patch.object(user.Mixin, OLD, AsyncMock(return_value="patched")):
        assert called(exchange, NEW) == called(exchange, OLD) == "patched"


def test_foreign_mixin_makes_an_abstract_base_concrete(tree: Tree) -> None:
    user = tree.module(f"class Mixin:{FACTORIES}\nclass Mine(Mixin, Spot): pass")

    assert type(initialized(made(user.Mine, tree))) is tree.MexcRest


def test_foreign_mixin_with_a_new_factory(tree: Tree) -> None:
    user = tree.module("""
        class Mixin:
            async def _create_rest_client(self):
                return 'mixin', type(await super()._create_private_rest())
        class Mine(Mixin, Mexc): pass
    """)
    exchange = made(user.Mine, tree)

    assert called(exchange, NEW) == called(exchange, OLD) == ("mixin", tree.MexcRest)


def test_class_without_a_factory_does_not_hide_its_neighbours(tree: Tree) -> None:
    user = tree.module(f"""
class First(Private): pass
class Second(Private):{FACTORIES}
class Mine(First, Second): pass
""")

    assert type(initialized(made(user.Mine, tree))) is tree.MexcRest


def test_class_that_defines_both_names_keeps_both(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            async def _create_private_rest(self): return 'old'
            async def _create_rest_client(self): return 'new'
        class Child(Mine): pass
    """)

    for cls in (user.Mine, user.Child):
        assert (called(made(cls, tree), OLD), called(made(cls, tree), NEW)) == ("old", "new")


def test_init_subclass_that_calls_no_other(tree: Tree) -> None:
    user = tree.module(f"""
class Registered:
    names = []
    def __init_subclass__(cls, **kwargs): cls.names.append(cls.__name__)
class Mine(Registered, Mexc):{FACTORIES.replace("MexcRest(self.config, is_private=True)", "'mine'")}
""")

    assert called(made(user.Mine, tree), NEW) == called(made(user.Mine, tree), OLD) == "mine"


def test_class_that_is_made_again(tree: Tree) -> None:
    user = tree.module("""
        import dataclasses
        class Mine(Mexc):
            async def _create_private_rest(self): return 'mine'
        Mine = type('Mine', Mine.__bases__, {n: v for n, v in vars(Mine).items() if n != '__dict__'})
    """)
    exchange = made(user.Mine, tree)

    assert called(exchange, NEW) == called(exchange, OLD) == "mine"
    with patch.object(user.Mine, OLD, AsyncMock(return_value=1)):
        assert called(exchange, NEW) == 1


def test_helper_with_the_name_of_the_other_side(tree: Tree) -> None:
    exchange = made(tree.Mexc, tree)

    assert inspect.isfunction(vars(tree.Mexc)["_create_public_rest"])
    with patch.object(exchange, "_create_public_rest", AsyncMock(return_value=1)):
        assert type(called(exchange, NEW)) is tree.MexcRest
    assert type(called(exchange, "_create_public_rest")).__name__ == "MexcPublicSpotRest"


# --- super() -------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [(OLD, NEW, OLD), (NEW, OLD, NEW), (OLD, OLD, NEW), (NEW, NEW, OLD)])
@pytest.mark.parametrize("base", ["Mexc", "MexcPublic"])
def test_super_visits_each_override_once(tree: Tree, names: tuple[str, ...], base: str) -> None:
    source, above = "", base
    for level, name in enumerate(names):
        source += f"class L{level}({above}):\n    async def {name}(self):\n"
        source += f"        seen.append({level})\n        return await super().{name}()\n"
        above = f"L{level}"
    old = OLD if base == "Mexc" else OLD.replace("private", "public")
    user = tree.module("seen = []\n" + source.replace(OLD, old))
    exchange = made(user.L2, tree)

    for name in (old, NEW):
        user.seen.clear()
        assert type(called(exchange, name)).__name__.endswith("SpotRest")
        assert user.seen == [2, 1, 0]


def test_super_under_the_other_name(tree: Tree) -> None:
    user = tree.module("""
        class A(Mexc):
            async def _create_private_rest(self): return ['A', type(await super()._create_rest_client())]
        class B(A):
            async def _create_rest_client(self): return ['B', *await super()._create_private_rest()]
    """)

    assert called(made(user.B, tree), OLD) == called(made(user.B, tree), NEW) == ["B", "A", tree.MexcRest]


def test_super_in_a_diamond(tree: Tree) -> None:
    user = tree.module("""
        class A(Mexc):
            async def _create_private_rest(self): return ['A', *await super()._create_private_rest()]
        class B(Mexc):
            async def _create_rest_client(self): return ['B', type(await super()._create_rest_client())]
        class C(A, B): pass
    """)

    assert called(made(user.C, tree), OLD) == called(made(user.C, tree), NEW) == ["A", "B", tree.MexcRest]


# --- abstract ------------------------------------------------------------------------------------


def test_class_without_factories_is_abstract_with_phase_4(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Private): pass
        class Half(Private):
            async def _create_private_rest(self): pass
        class Direct(Root):
            def _websocket_callbacks(self): pass
            async def _reload(self): pass
    """)

    with pytest.raises(TypeError, match=NEW):
        made(user.Mine, tree)
    with pytest.raises(TypeError, match="_create_websocket_client"):
        made(user.Half, tree)
    assert inspect.isabstract(user.Direct) is (4 in tree.phases)


def test_abstract_override_is_abstract(tree: Tree) -> None:
    user = tree.module("""
        from abc import abstractmethod
        class Mine(Mexc):
            @abstractmethod
            async def _create_private_rest(self): pass
        class Child(Mine):
            async def _create_rest_client(self): return 'child'
    """)

    assert user.Mine.__abstractmethods__ == {NEW}
    assert called(made(user.Child, tree), OLD) == "child"


# --- what the adapters look like -----------------------------------------------------------------


@pytest.mark.parametrize("name", [OLD, NEW])
def test_async_factories_are_coroutine_functions(tree: Tree, name: str) -> None:
    user = tree.module(f"class Mine(Spot):{FACTORIES}")

    for cls in (user.Mine, tree.Mexc, tree.Private):
        assert inspect.iscoroutinefunction(getattr(cls, name))
    assert inspect.iscoroutinefunction(getattr(made(user.Mine, tree), name))


@pytest.mark.parametrize("name", [OLD, NEW])
def test_arguments_stay_as_they_are(tree: Tree, name: str) -> None:
    user = tree.module("""
        class Mine(Mexc):
            async def _create_private_rest(self, timeout, *, retries: int = 3): return timeout, retries
    """)
    factory = getattr(made(user.Mine, tree), name)

    assert str(inspect.signature(factory)) == "(timeout, *, retries: int = 3)"
    assert str(inspect.signature(getattr(user.Mine, name))) == "(self, timeout, *, retries: int = 3)"
    assert asyncio.run(factory(1, retries=2)) == (1, 2)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'timeout'"):
        factory()


@pytest.mark.parametrize("name", [OLD, NEW])
def test_static_and_class_factories(tree: Tree, name: str) -> None:
    user = tree.module("""
        class Static(Mexc):
            @staticmethod
            async def _create_private_rest(): return 'static'
        class ByClass(Mexc):
            @classmethod
            async def _create_private_rest(cls): return cls
        class Child(ByClass):
            @classmethod
            async def _create_rest_client(cls): return 'child', await super()._create_rest_client()
        class Heir(ByClass): pass
    """)

    assert asyncio.run(getattr(user.Static, name)()) == called(made(user.Static, tree), name) == "static"
    for cls in (user.ByClass, user.Heir):
        assert asyncio.run(getattr(cls, name)()) is called(made(cls, tree), name) is cls
    assert asyncio.run(getattr(user.Child, name)()) == ("child", user.Child)
    with patch.object(user.Static, name, return_value=1) as fake:
        assert called(made(user.Static, tree), NEW) == 1
    assert isinstance(fake, AsyncMock)
