"""The compatibility layer, executed: patches of old and new factory names."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec, patch

import pytest

from tests.layer_cases import (
    FACTORIES,
    NEW,
    OLD,
    SETS,
    Tree,
    called,
    exchanges,
    imported,
    initialized,
    made,
    migrated,
    name_of,
)

pytestmark = pytest.mark.filterwarnings("ignore:_:DeprecationWarning")
TARGETS = ["object", "class", "dotted", "heir"]


@pytest.fixture(params=SETS, ids=name_of)
def tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(request.param, monkeypatch)


def client() -> Any:
    """A client that answers all that migrated code asks of it."""
    fake = AsyncMock()
    fake.get_balances.return_value = fake.get_open_orders.return_value = []
    return fake


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
@pytest.mark.parametrize("target", ["class", "object", "heir"])
def test_autospec_knows_arguments_and_async(heir: tuple[Any, Any], name: str, target: str) -> None:
    user, exchange = heir
    where = {"object": exchange, "class": user.Mine, "heir": user.Heir}[target]

    with patch.object(where, name, autospec=True, return_value=1):
        assert called(exchange, name) == 1
        with pytest.raises(TypeError, match="too many positional arguments"):
            asyncio.run(getattr(exchange, name)(2))  # 3.13 says so when it is awaited


@pytest.mark.parametrize("name", [OLD, NEW])
def test_autospec_of_a_class(heir: tuple[Any, Any], name: str) -> None:
    for cls in vars(heir[0])["Mine"], vars(heir[0])["Heir"]:
        fake = create_autospec(cls, instance=True)
        getattr(fake, name).return_value = 1
        assert called(fake, name) == 1


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


@pytest.mark.parametrize("name", [OLD, NEW])
def test_spec_of_a_mock_knows_async_factories(tree: Tree, name: str) -> None:
    user = tree.module(f"class Mine(Spot):{FACTORIES}")

    assert isinstance(getattr(Mock(spec=user.Mine), name), AsyncMock)
    assert isinstance(getattr(Mock(spec=made(user.Mine, tree)), name), AsyncMock)
