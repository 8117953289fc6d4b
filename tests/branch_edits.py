"""What somebody does on a branch that was cut before the migration: edits of the fixtures, in old names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.helpers import lay

Edit = Mapping[str, str]
"""Path -> a new file; or, where there is one already, what comes at its end."""

_EXCHANGES = "src/exchanges"
_COMPOSITE = f"{_EXCHANGES}/interfaces/composite"

_SPOT = '''\
"""Kraken trading."""

from typing import Optional

from exchanges.integrations.{clients} import {rest}, {ws}
from exchanges.interfaces.composite.spot.base_private_spot_composite import CompositePrivateSpotExchange


class KrakenCompositePrivateExchange(CompositePrivateSpotExchange):
    """Kraken orders; keeps its client in `_private_rest`."""

    async def _create_private_rest(self) -> {rest}:
        return {rest}(self.config, logger=self.logger)

    async def _create_private_websocket(self) -> Optional[{ws}]:
        return {ws}(self.config, self._websocket_callbacks())

    async def ping(self) -> bool:
        return self._private_rest is not None and self._private_ws_connected
'''
_CLIENTS = '''\
"""Kraken clients."""

from exchanges.integrations.mexc.mexc_clients import {rest_base}, {ws_base}


class {rest}({rest_base}):
    """Trading at Kraken."""


class {ws}({ws_base}):
    """Events of Kraken."""
'''

USES: Edit = {
    "src/trading/watch.py": """\
from exchanges.interfaces.composite import CompositePrivateSpotExchange, CompositePublicSpotExchange


def watched(one: CompositePrivateSpotExchange, other: CompositePublicSpotExchange) -> bool:
    return one._private_rest_connected and hasattr(other, "_public_ws") and other._public_ws is not None
""",
    "src/trading/portfolio.py": '''

def events_of(exchange: CompositePrivateSpotExchange) -> object:
    """What `_private_ws` is."""
    return exchange._private_ws
''',
}
SAME_CLIENTS: Edit = {
    f"{_EXCHANGES}/integrations/kraken/__init__.py": "",
    f"{_EXCHANGES}/integrations/kraken/kraken_private.py": _SPOT.format(
        clients="mexc.mexc_clients", rest="MexcPrivateSpotRest", ws="MexcPrivateSpotWebsocket"
    )
    .replace("-> MexcPrivateSpotRest", "-> PrivateSpotRest")
    .replace("[MexcPrivateSpotWebsocket]", "[PrivateSpotWebsocket]")
    .replace(
        "\n\n\nclass",
        "\nfrom exchanges.interfaces.rest.rest_spot import PrivateSpotRest\n"
        "from exchanges.interfaces.ws.ws_spot import PrivateSpotWebsocket\n\n\nclass",
    ),
}
NEW_CLIENTS: Edit = {
    f"{_EXCHANGES}/integrations/kraken/__init__.py": "",
    f"{_EXCHANGES}/integrations/kraken/kraken_clients.py": _CLIENTS.format(
        rest="KrakenRest",
        ws="KrakenWebsocket",
        rest_base="MexcPrivateSpotRest",
        ws_base="MexcPrivateSpotWebsocket",
    ),
    f"{_EXCHANGES}/integrations/kraken/kraken_private.py": _SPOT.format(
        clients="kraken.kraken_clients", rest="KrakenRest", ws="KrakenWebsocket"
    ),
}
NEW_PUBLIC: Edit = {
    f"{_EXCHANGES}/integrations/okx_public.py": '''\
"""OKX market data."""

from typing import Optional

from exchanges.interfaces.composite.futures.base_public_futures_composite import (
    CompositePublicFuturesSpotExchange,
)
from exchanges.integrations.gateio.gateio_clients import GateioPublicFuturesRest
from exchanges.interfaces.ws.ws_futures import PublicFuturesWebsocket


class OkxPublic(CompositePublicFuturesSpotExchange):
    async def _create_public_rest(self) -> GateioPublicFuturesRest:
        return GateioPublicFuturesRest(self.config, logger=self.logger)

    async def _create_public_websocket(self) -> Optional[PublicFuturesWebsocket]:
        return None

    async def markets(self) -> int:
        return len(await self._public_rest.get_markets())
''',
}
NEW_BASE: Edit = {
    f"{_COMPOSITE}/margin_composite.py": '''\
"""Private composite for margin accounts."""

from abc import abstractmethod
from typing import Optional

from exchanges.interfaces.composite.base_private_composite import BasePrivateComposite
from exchanges.interfaces.rest.rest_spot import PrivateSpotRest


class CompositeMarginExchange(BasePrivateComposite):
    """Borrows. `_create_private_rest` makes the client."""

    _private_rest: Optional[PrivateSpotRest]

    @abstractmethod
    async def _create_private_rest(self) -> PrivateSpotRest:
        """Create the client."""
        pass

    async def borrow(self) -> int:
        return len(await self._private_rest.get_balances())
''',
}
BESIDE_THE_SIDES: Edit = {
    f"{_COMPOSITE}/paper_composite.py": '''\
"""An account on paper, directly below the root."""

import asyncio
from abc import abstractmethod
from typing import Optional

from exchanges.interfaces.composite.base_composite import BaseCompositeExchange
from exchanges.interfaces.rest.rest_spot import PrivateSpotRest
from exchanges.interfaces.ws.ws_spot import PrivateSpotWebsocket
from exchanges.structs import ExchangeConfig


class PaperComposite(BaseCompositeExchange):
    """Trades on paper."""

    def __init__(self, config: ExchangeConfig) -> None:
        super().__init__(config, is_private=True)
        self._private_rest: Optional[PrivateSpotRest] = None
        self._private_ws: Optional[PrivateSpotWebsocket] = None
        self._private_rest_connected = False
        self._private_ws_connected = False

    @abstractmethod
    async def _create_private_rest(self) -> PrivateSpotRest:
        pass

    async def close(self) -> None:
        """Close the clients."""
        closing = []
        if self._private_ws:
            closing.append(self._private_ws.close())
        if self._private_rest:
            closing.append(self._private_rest.close())
        if closing:
            await asyncio.gather(*closing, return_exceptions=True)

        await super().close()

        # Reset connection status
        self._private_rest_connected = False
        self._private_ws_connected = False
''',
}
TESTS_AND_DOCS: Edit = {
    "tests/exchanges/test_mexc_more.py": '''\
"""More of MEXC."""

from unittest.mock import AsyncMock, patch

import pytest

from exchanges.integrations.mexc.mexc_composite_private import MexcCompositePrivateSpotExchange


@pytest.fixture
def mexc(config):
    return MexcCompositePrivateSpotExchange(config)


def test_no_client_yet(mexc):
    assert mexc._private_rest is None
    mexc._private_ws = AsyncMock()
    with patch.object(mexc, "_create_private_rest"):
        assert not mexc._private_rest_connected
''',
    "docs/branch.md": """\
# Branch

Call `_create_private_rest()` of `CompositePrivateSpotExchange`, then read `exchange._private_rest`.
""",
}
CHANGED_METHOD: Edit = {
    f"{_EXCHANGES}/integrations/gateio/gateio_futures_composite_private.py": '''
    async def leverage(self, symbol: Symbol) -> int:
        """The leverage, asked of `_private_rest`."""
        return len(await self._private_rest.get_positions(symbol))
''',
}
MORE_ARGUMENTS: Edit = {
    f"{_EXCHANGES}/integrations/mexc/mexc_timed.py": '''\
"""MEXC with a limit."""

from exchanges.integrations.mexc.mexc_composite_private import MexcCompositePrivateSpotExchange
from exchanges.interfaces.rest.rest_spot import PrivateSpotRest


class MexcTimed(MexcCompositePrivateSpotExchange):
    async def _create_private_rest(self, limit: float = 1.0) -> PrivateSpotRest:
        """With a limit."""
        return await super()._create_private_rest()
''',
}
CEX_EDITS = {
    "uses": USES,
    "same-clients": SAME_CLIENTS,
    "new-clients": NEW_CLIENTS,
    "new-public": NEW_PUBLIC,
    "new-base": NEW_BASE,
    "beside-the-sides": BESIDE_THE_SIDES,
    "tests-and-docs": TESTS_AND_DOCS,
    "changed-method": CHANGED_METHOD,
    "more-arguments": MORE_ARGUMENTS,
}
REPORT_EDITS: Mapping[str, Edit] = {
    "same-clients": {
        "reports/returns.py": '''\
"""What came back."""

from .formatters import CountFormatter
from .tables import TableReport
from .writers import FileWriter


class ReturnsReport(TableReport):
    def _build_output_writer(self) -> FileWriter:
        return FileWriter("returns.csv")

    def _build_text_formatter(self) -> CountFormatter:
        return CountFormatter()
''',
    },
    "new-clients": {
        "reports/plain.py": '''\
"""Mails that are plain."""

from .formatters import Formatter
from .mails import MailReport
from .writers import Writer


class PlainFormatter(Formatter):
    pass


class NullWriter(Writer):
    sent = 0


class PlainReport(MailReport):
    def _build_output_writer(self) -> NullWriter:
        return NullWriter("nobody")

    def _build_text_formatter(self) -> PlainFormatter:
        return PlainFormatter()
''',
    },
    "new-base": {
        "reports/charts.py": '''\
"""Reports that are charts."""

from abc import abstractmethod

from .formatters import Formatter
from .report import Report
from .writers import Writer


class Chart(Report):
    _output_writer: Writer | None = None

    @abstractmethod
    def _build_output_writer(self) -> Writer: ...

    def publish(self, rows):
        self._output_writer = self._build_output_writer()
        return 0


class Pie(Chart):
    def _build_output_writer(self) -> Writer:
        return Writer("pie")

    def _build_text_formatter(self) -> Formatter:
        return Formatter()
''',
    },
    "no-factory": {
        "reports/silent.py": '''\
"""A report that makes nothing."""

from .report import Report


class Silent(Report):
    def publish(self, rows):
        return 0
''',
    },
}


def edit(root: Path, *edits: Edit) -> None:
    """Make edits in a tree."""
    for each in edits:
        for path, text in each.items():
            there = root / path
            lay(root, {path: (there.read_text() if there.exists() else "") + text})
