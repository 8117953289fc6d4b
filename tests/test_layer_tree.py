"""The compatibility layer in a tree: generics, imports, silence of migrated code, mypy."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import typing
import warnings
from pathlib import Path
from unittest.mock import patch

import pytest

from codemods import spec
from tests.layer_cases import ALL, SETS, Tree, exchanges, imported, migrated, name_of, small, write

pytestmark = pytest.mark.filterwarnings("ignore:_:DeprecationWarning")


@pytest.fixture(params=SETS, ids=name_of)
def tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(request.param, monkeypatch)


# --- subclasses ----------------------------------------------------------------------------------


def test_generic_subclasses_keep_their_parameters(tree: Tree) -> None:
    user = tree.module("""
        import typing
        T = typing.TypeVar('T')
        class Open(Root, typing.Generic[T]): pass
        class Closed(Open[int]): pass
        class Twice(Root[T, T]): pass
    """)

    assert user.Root.__orig_bases__[0].__origin__ is typing.Generic
    assert len(user.Root.__parameters__) == 2
    assert (user.Open.__parameters__, user.Open.__orig_bases__) == (
        (user.T,),
        (user.Root, typing.Generic[user.T]),
    )
    assert (user.Closed.__parameters__, user.Closed.__orig_bases__) == ((), (user.Open[int],))
    assert (user.Twice.__parameters__, user.Twice.__orig_bases__) == ((user.T,), (user.Root[user.T, user.T],))
    assert user.Mexc.__parameters__ == ()


def test_keyword_arguments_of_a_class_pass_on(tree: Tree) -> None:
    user = tree.module("""
        class Tagged:
            def __init_subclass__(cls, tag=None, **kwargs):
                super().__init_subclass__(**kwargs)
                cls.tag = tag
        class Before(Tagged, Mexc, tag='before'): pass
        class After(Mexc, Tagged, tag='after'): pass
    """)

    assert (user.Before.tag, user.After.tag) == ("before", "after")
    with pytest.raises(TypeError, match="keyword"):
        tree.module("class Mine(Mexc, tag='unknown'): pass")


def test_another_base_sees_the_class_too(tree: Tree) -> None:
    user = tree.module("""
        class Registered:
            names = []
            def __init_subclass__(cls, **kwargs):
                super().__init_subclass__(**kwargs)
                cls.names.append(cls.__name__)
        class Before(Registered, Mexc): pass
        class After(Mexc, Registered):
            async def _create_private_rest(self): pass
    """)

    assert user.Registered.names == ["Before", "After"]
    assert user.After._create_rest_client is user.After._create_private_rest


# --- other places --------------------------------------------------------------------------------

SMALL = {
    "src__pkg__clients": """
        class BaseRestInterface: pass
        class BaseWebsocketInterface: pass
        class Rest(BaseRestInterface): pass
        class Ws(BaseWebsocketInterface): pass
    """,
    "src__pkg__root": """
        from abc import ABC
        class BaseCompositeExchange(ABC):
            def __init__(self, is_private: bool):
                self._is_private = is_private
    """,
    "src__pkg__mixin": """
        class Mixin:
            _private_rest = None
            def has(self): return self._private_rest is not None
    """,
    "src__pkg__outside": """
        from .mixin import Mixin
        class Outside(Mixin): pass
    """,
    "src__pkg__private": """
        from abc import abstractmethod
        from .clients import Rest, Ws
        from .mixin import Mixin
        from .root import BaseCompositeExchange
        class Private(BaseCompositeExchange, Mixin):
            def __init__(self):
                super().__init__(True)
                self._private_rest = None
            @abstractmethod
            def _create_private_rest(self) -> Rest: ...
            @abstractmethod
            def _create_private_websocket(self) -> Ws: ...
            def start(self):
                self._private_rest = self._create_private_rest()
        class Leaf(Private):
            def _create_private_rest(self) -> Rest: return Rest()
            def _create_private_websocket(self) -> Ws: return Ws()
    """,
}


@pytest.mark.parametrize("phases", SETS, ids=name_of)
@pytest.mark.parametrize(
    ("modules", "path", "package"),
    [
        (SMALL, "src", "pkg"),
        (SMALL, ".", "src.pkg"),
        ({**SMALL, "src____init__": ""}, "src", "pkg"),  # the tree itself would be imported as src.pkg
    ],
)
def test_tree_is_imported_under_another_name(
    phases: frozenset[int], modules: dict[str, str], path: str, package: str
) -> None:
    folder = write(small(**modules), spec.builtin(), phases)
    with imported(folder / path, "pkg", "src") as load:
        private = load(f"{package}.private")
        exchange = private.Private.__new__(private.Leaf)
        exchange._public_rest = "stored"  # the class is known as a private one before its flag is set
        exchange.__init__()
        exchange.start()
        assert exchange._public_rest == "stored"

        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a mixin that others need too may use the old name
            assert exchange.has()


# --- silence -------------------------------------------------------------------------------------

LIFE = """
import asyncio, warnings
warnings.filterwarnings("error", category=DeprecationWarning, module=r"(exchanges|trading)\\b")
from exchanges.integrations.gateio import gateio_composite_private, gateio_composite_public
from exchanges.integrations.gateio import gateio_futures_composite_private, gateio_futures_composite_public
from exchanges.integrations.mexc import mexc_composite_private, mexc_composite_public
from exchanges.structs import ExchangeConfig, Side, Symbol, WithdrawalRequest
from trading import order_router
from trading.portfolio import Portfolio, rest_client_of

symbol = Symbol("BTC", "USDT")
config = ExchangeConfig(name="test", api_key="key")

async def watch(exchange):
    await exchange.initialize([symbol])
    exchange.get_orderbook_stats()
    await exchange.close()

async def trade(exchange):
    await exchange.initialize()
    order = await exchange.place_limit_order(symbol, Side.BUY, 1.0, 99.0)
    await exchange.cancel_order(symbol, order.order_id)
    exchange.get_trading_stats()
    if hasattr(exchange, "withdraw"):
        assert exchange.can_withdraw()
        await exchange.withdraw(WithdrawalRequest("USDT", 10.0, "address"))
        assert rest_client_of(exchange) and Portfolio({"e": exchange}).connected()
    if hasattr(exchange, "close_position"):
        await exchange.close_position(symbol)
    if hasattr(exchange, "get_reference_price"):
        await exchange.get_reference_price(symbol)
    await exchange.close()

asyncio.run(watch(mexc_composite_public.MexcCompositePublicSpotExchange(config)))
asyncio.run(watch(gateio_composite_public.GateioCompositePublicSpotExchange(config)))
asyncio.run(watch(gateio_futures_composite_public.GateioFuturesCompositePublicSpotExchange(config)))
asyncio.run(trade(mexc_composite_private.MexcCompositePrivateSpotExchange(config)))
asyncio.run(trade(gateio_composite_private.GateioCompositePrivateSpotExchange(config)))
asyncio.run(trade(gateio_futures_composite_private.GateioFuturesCompositePrivateExchange(config)))
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    source = str(folder / "src")
    environment = {**os.environ, "PYTHONPATH": source, "MYPYPATH": source}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_migrated_code_does_not_warn() -> None:
    done = run(migrated("cex_arbitrage", ALL), "-c", LIFE)

    assert (done.returncode, done.stderr) == (0, "")


def test_code_that_is_not_migrated_does() -> None:
    done = run(migrated("cex_arbitrage", frozenset({1})), "-c", LIFE)

    assert "DeprecationWarning: _create_private_rest is deprecated" in done.stderr or (
        "DeprecationWarning: _create_public_rest is deprecated" in done.stderr
    )


def test_class_patch_is_not_blamed_on_the_code_that_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = exchanges(ALL, monkeypatch)
    with patch.object(tree.Mexc, "_create_private_rest"), warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(tree.Mexc(tree.Config("test", api_key="key"))._create_rest_client())


# --- mypy ----------------------------------------------------------------------------------------

THIRD_PARTY = """
from typing import Any, ClassVar, Optional
from exchanges.integrations.mexc.mexc_clients import MexcPrivateSpotRest
from exchanges.integrations.mexc.mexc_composite_private import MexcCompositePrivateSpotExchange
from exchanges.interfaces.composite.base_composite import BaseCompositeExchange
from exchanges.interfaces.composite.base_private_composite import BasePrivateComposite
from exchanges.interfaces.rest.rest_spot import PrivateSpotRest
from exchanges.interfaces.ws.ws_spot import PrivateSpotWebsocket


class InBody(MexcCompositePrivateSpotExchange):
    _private_rest: Optional[MexcPrivateSpotRest] = None
    _private_rest_connected: bool = False
    _private_ws = None


class InInit(MexcCompositePrivateSpotExchange):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self._private_rest: Optional[MexcPrivateSpotRest] = None
        self._private_ws_connected: int = 0


class AsProperty(MexcCompositePrivateSpotExchange):
    @property
    def _private_rest(self) -> Optional[MexcPrivateSpotRest]:
        return None

    @_private_rest.setter
    def _private_rest(self, value: Optional[MexcPrivateSpotRest]) -> None: ...


class Leaf(MexcCompositePrivateSpotExchange):
    async def _create_private_rest(self) -> MexcPrivateSpotRest:
        await super()._create_private_rest()
        return MexcPrivateSpotRest(self.config, is_private=True)

    async def _create_private_websocket(self) -> Optional[PrivateSpotWebsocket]:
        return None


class WithArguments(MexcCompositePrivateSpotExchange):
    async def _create_private_rest(self, timeout: float = 1.0) -> PrivateSpotRest:
        return await super()._create_rest_client()


class Static(MexcCompositePrivateSpotExchange):
    @staticmethod
    def _create_private_rest() -> None: ...

    @classmethod
    def _create_private_websocket(cls) -> None: ...


class OfSubBase(BasePrivateComposite):
    async def _create_private_rest(self) -> PrivateSpotRest:
        raise NotImplementedError

    async def _create_private_websocket(self) -> Optional[PrivateSpotWebsocket]:
        return None


class Direct(BaseCompositeExchange):
    def _create_public_rest(self) -> int:
        return 1

    def _create_public_websocket(self) -> None: ...


async def use(leaf: Leaf, body: InBody) -> str:
    leaf._private_rest = await leaf._create_private_rest()
    del leaf._private_rest
    return body._private_rest.requested[0] if body._private_rest else "none"
"""


def test_mypy_accepts_classes_that_are_not_migrated(tmp_path: Path) -> None:
    user = tmp_path / "third_party.py"
    user.write_text(THIRD_PARTY)
    options = ["--ignore-missing-imports", "--explicit-package-bases", "--check-untyped-defs"]

    done = run(
        migrated("cex_arbitrage", ALL), "-m", "mypy", *options, f"--cache-dir={tmp_path / 'cache'}", str(user)
    )

    found = [line for line in done.stdout.splitlines() if "third_party.py" in line or "compat" in line]
    assert done.stderr == ""
    assert found == []
    assert done.returncode in (0, 1)
