"""The compatibility layer, executed: old and new factory names, mixed."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import pytest

from tests.layer_cases import SETS, Tree, exchanges, imported, migrated, name_of

pytestmark = pytest.mark.filterwarnings("ignore:_:DeprecationWarning")

OLD, NEW = "_create_private_rest", "_create_rest_client"
FACTORIES = """
    async def _create_private_rest(self):
        return MexcRest(self.config, is_private=True)
    async def _create_private_websocket(self):
        return None
"""


@pytest.fixture(params=SETS, ids=name_of)
def tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(request.param, monkeypatch)


def made(cls: Any, tree: Tree) -> Any:
    return cls(tree.Config("test", api_key="key"))


def client() -> Any:
    """A client that answers all that migrated code asks of it."""
    fake = AsyncMock()
    fake.get_balances.return_value = fake.get_open_orders.return_value = []
    return fake


def initialized(exchange: Any) -> Any:
    """What the tree's own code gets from the factory for REST clients."""
    with patch.object(exchange, "_initialize_private_websocket"):
        asyncio.run(exchange.initialize())
    return exchange._rest


def called(exchange: Any, name: str) -> Any:
    return asyncio.run(getattr(exchange, name)())


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


@pytest.mark.parametrize("name", [OLD, NEW])
def test_spec_of_a_mock_knows_async_factories(tree: Tree, name: str) -> None:
    user = tree.module(f"class Mine(Spot):{FACTORIES}")

    assert isinstance(getattr(Mock(spec=user.Mine), name), AsyncMock)
    assert isinstance(getattr(Mock(spec=made(user.Mine, tree)), name), AsyncMock)


# --- patches -------------------------------------------------------------------------------------

TARGETS = ["object", "class", "dotted", "heir"]


def patched(target: str, user: Any, exchange: Any, name: str) -> Any:
    if target == "dotted":
        return patch(f"third_party.Mine.{name}", return_value=client())
    where = {"object": exchange, "class": user.Mine, "heir": user.Heir}[target]
    return patch.object(where, name, return_value=client())


@pytest.fixture
def heir(tree: Tree) -> tuple[Any, Any]:
    """A module with two classes, and an object of the one that has no factory of its own."""
    user = tree.module(f"class Mine(Spot):{FACTORIES}\nclass Heir(Mine): pass")
    return user, made(user.Heir, tree)


@pytest.mark.parametrize("name", [OLD, NEW])
@pytest.mark.parametrize("target", TARGETS)
def test_patch_is_honoured_and_taken_back(heir: tuple[Any, Any], name: str, target: str) -> None:
    user, exchange = heir
    before = dict(vars(user.Mine)), dict(vars(user.Heir)), set(vars(exchange))

    with patched(target, user, exchange, name) as fake:
        assert isinstance(fake, AsyncMock)
        assert called(exchange, OLD) is called(exchange, NEW) is initialized(exchange) is fake.return_value

    assert (dict(vars(user.Mine)), dict(vars(user.Heir)), set(vars(exchange))) == before
    assert type(initialized(exchange)) is type(called(exchange, OLD)) is user.MexcRest


@pytest.mark.parametrize("inner", [OLD, NEW])
@pytest.mark.parametrize("outer", [OLD, NEW])
@pytest.mark.parametrize("where", [("object", "object"), ("class", "object"), ("class", "heir")])
def test_nested_patches(heir: tuple[Any, Any], outer: str, inner: str, where: tuple[str, str]) -> None:
    user, exchange = heir

    with patched(where[0], user, exchange, outer) as first:
        with patched(where[1], user, exchange, inner) as second:
            assert initialized(exchange) is second.return_value
        assert initialized(exchange) is first.return_value
        assert called(exchange, inner) is first.return_value

    assert type(initialized(exchange)) is user.MexcRest


@pytest.mark.parametrize("name", [OLD, NEW])
def test_monkeypatch_of_class_and_object(heir: tuple[Any, Any], name: str) -> None:
    user, exchange = heir
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(user.Heir, name, AsyncMock(return_value=client()))
        monkeypatch.setattr(exchange, name, fake := AsyncMock(return_value=client()))
        assert initialized(exchange) is fake.return_value

    assert type(initialized(exchange)) is user.MexcRest


def test_function_as_patch_of_a_class_is_bound(heir: tuple[Any, Any]) -> None:
    user, exchange = heir

    async def fake(self: Any) -> Any:
        return self

    with patch.object(user.Mine, OLD, fake):
        assert called(exchange, NEW) is called(exchange, OLD) is exchange


def test_patch_of_an_overridden_class_is_seen_by_super_only(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            async def _create_private_rest(self): return 'mine', await super()._create_private_rest()
    """)

    for name in (OLD, NEW):
        with patch.object(tree.Mexc, name, AsyncMock(return_value=1)):
            assert called(made(user.Mine, tree), NEW) == ("mine", 1)


def test_deleting_an_override_that_is_not_there(heir: tuple[Any, Any]) -> None:
    for name in (OLD, NEW):
        with pytest.raises(AttributeError, match=name):
            delattr(heir[1], name)


@pytest.mark.parametrize("phases", SETS[:1] + SETS[-1:], ids=name_of)
def test_plain_factories_of_a_hierarchy_with_one_side(phases: frozenset[int]) -> None:
    with imported(migrated("report_writers", phases), "reports") as load:
        leaf = load("reports.leaves").DigestReport
        report = leaf()

        assert type(report.make_writer()) is type(report._build_output_writer())
        with patch.object(leaf, "_build_output_writer") as fake:
            assert isinstance(fake, MagicMock)
            assert report.make_writer() is fake.return_value
