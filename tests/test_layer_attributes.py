"""The compatibility layer, executed: old attribute names, warnings, sides."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from tests.layer_cases import SETS, Tree, exchanges, imported, migrated, name_of

pytestmark = pytest.mark.filterwarnings("ignore:_:DeprecationWarning")

OLD = [("_rest", "_private_rest"), ("_ws", "_private_ws")]
FLAGS = [("_rest_connected", "_private_rest_connected"), ("_ws_connected", "_private_ws_connected")]


@pytest.fixture(params=SETS, ids=name_of)
def tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(request.param, monkeypatch)


def private(tree: Tree) -> Any:
    return tree.Mexc(tree.Config("test", api_key="key"))


def public(tree: Tree) -> Any:
    return tree.MexcPublic(tree.Config("test"))


# --- get, set, delete ----------------------------------------------------------------------------


@pytest.mark.parametrize(("new", "old"), OLD + FLAGS)
def test_old_name_reads_the_new_one(tree: Tree, new: str, old: str) -> None:
    exchange, value = private(tree), object()
    setattr(exchange, new, value)

    assert getattr(exchange, old) is value


@pytest.mark.parametrize(("new", "old"), OLD + FLAGS)
def test_old_name_writes_the_new_one(tree: Tree, new: str, old: str) -> None:
    exchange, value = private(tree), object()
    setattr(exchange, old, value)

    assert getattr(exchange, new) is value
    assert old not in vars(exchange)


@pytest.mark.parametrize(("new", "old"), OLD + FLAGS)
def test_old_name_deletes_the_new_one(tree: Tree, new: str, old: str) -> None:
    exchange = private(tree)
    delattr(exchange, old)

    assert not hasattr(exchange, new)
    assert not hasattr(exchange, old)


@pytest.mark.parametrize("new", ["_rest", "_ws", "_rest_connected", "_ws_connected"])
def test_old_name_works_on_the_public_side(tree: Tree, new: str) -> None:
    exchange, value = public(tree), object()
    setattr(exchange, f"_public{new}", value)

    assert getattr(exchange, new) is value


def test_fresh_object_has_no_clients(tree: Tree) -> None:
    exchange = private(tree)

    assert exchange._private_rest is None
    assert exchange._private_rest_connected is False


def test_patch_of_an_old_attribute_is_taken_back(tree: Tree) -> None:
    exchange, value = private(tree), object()
    exchange._rest = value

    with patch.object(exchange, "_private_rest", 1), patch.object(exchange, "_private_rest", 2):
        assert exchange._rest == 2

    assert exchange._rest is value
    assert "_private_rest" not in vars(exchange)


# --- the other side ------------------------------------------------------------------------------


def test_other_side_reads_nothing(tree: Tree) -> None:
    exchange = private(tree)
    exchange._rest, exchange._rest_connected = object(), True

    assert exchange._public_rest is None
    assert exchange._public_rest_connected is False


def test_other_side_keeps_what_the_object_stores(tree: Tree) -> None:
    exchange, value = private(tree), object()
    exchange._public_rest = value

    assert exchange._public_rest is value
    assert exchange._rest is None


def test_other_side_deletes_only_what_the_object_stored(tree: Tree) -> None:
    exchange = public(tree)
    exchange._private_ws = 1
    del exchange._private_ws

    assert exchange._private_ws is None
    assert exchange._ws is None
    with pytest.raises(AttributeError, match="_private_ws"):
        del exchange._private_ws


def test_patch_on_the_other_side_is_taken_back(tree: Tree) -> None:
    exchange = private(tree)
    exchange._public_rest = 1
    with patch.object(exchange, "_public_rest", 2), patch.object(exchange, "_public_ws", 3):
        assert (exchange._public_rest, exchange._public_ws, exchange._rest) == (2, 3, None)

    assert (exchange._public_rest, exchange._public_ws) == (1, None)


@pytest.mark.parametrize("value", ["maybe", None])
def test_flag_that_means_no_side_leaves_it_to_the_class(tree: Tree, value: object) -> None:
    exchange = private(tree)
    exchange._is_private = value
    exchange._public_rest, exchange._private_rest = "stored", "client"

    assert (exchange._public_rest, exchange._rest) == ("stored", "client")


# --- before the flag is there --------------------------------------------------------------------


@pytest.mark.parametrize("base", ["Mexc", "Private", "Futures"])
def test_object_without_init_knows_its_side(tree: Tree, base: str) -> None:
    user = tree.module(f"""
        class Mine({base}):
            async def _create_private_rest(self): pass
            async def _create_private_websocket(self): pass
    """)
    exchange = user.Mine.__new__(user.Mine)
    exchange._private_rest, exchange._public_rest = "client", "stored"

    assert (exchange._rest, exchange._public_rest) == ("client", "stored")
    assert not hasattr(exchange, "_private_ws")


def test_direct_child_of_the_root_knows_its_side_by_its_factories(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Root):
            async def _create_public_rest(self): pass
            async def _create_public_websocket(self): pass
            def _websocket_callbacks(self): pass
            async def _reload(self): pass
        class Child(Mine): pass
    """)
    exchange = user.Child.__new__(user.Child)
    exchange._public_rest, exchange._private_rest = "client", "stored"

    assert (exchange._rest, exchange._private_rest) == ("client", "stored")


def test_assignment_before_super_init(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            def __init__(self, config):
                self._private_rest = 'early'
                self._public_rest = 'stored'
                self.seen = self._private_rest, self._public_rest
                super().__init__(config)
    """)
    exchange = user.Mine(tree.Config("test", api_key="key"))

    assert exchange.seen == ("early", "stored")
    assert (exchange._private_rest, exchange._rest) == (None, None)  # as before: the base starts anew
    assert exchange._public_rest == "stored"


# --- what a class stores -------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "'mine'"])
def test_class_level_value_does_not_hide_the_alias(tree: Tree, value: str | None) -> None:
    user = tree.module(f"""
        class Mine(Mexc):
            _private_rest = {value}
    """)
    exchange = user.Mine(tree.Config("test", api_key="key"))
    exchange._rest = "client"

    assert exchange._private_rest == "client"


def test_class_level_value_is_what_an_object_without_its_own_reads(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            _private_rest = 'mine'
            _private_ws = None
            _public_rest = 'market'
    """)
    exchange = user.Mine.__new__(user.Mine)

    assert (exchange._rest, exchange._private_rest, exchange._private_ws) == ("mine", "mine", None)
    assert user.Mine._private_rest == "mine"
    assert (exchange._public_rest, user.Mine._public_rest) == ("market", "market")


def test_class_level_value_of_the_other_side_does_not_redirect(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            _public_rest = 'market'
    """)
    exchange = user.Mine(tree.Config("test", api_key="key"))

    assert (exchange._public_rest, exchange._rest) == ("market", None)


def test_property_under_the_old_name_goes_by_the_new_one(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            @property
            def _private_rest(self):
                return self.made
            @_private_rest.setter
            def _private_rest(self, value):
                self.made = value
    """)
    exchange = user.Mine(tree.Config("test", api_key="key"))
    exchange._rest = "client"

    assert (exchange.made, exchange._private_rest) == ("client", "client")


def test_property_without_a_setter_stays_out_of_the_way(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Root):
            _private_rest = property(lambda self: 'made')
            async def _create_private_rest(self): pass
            async def _create_private_websocket(self): pass
            def _websocket_callbacks(self): pass
            async def _reload(self): pass
    """)

    assert user.Mine(tree.Config("test"), True)._private_rest == "made"


def test_annotation_alone_changes_nothing(tree: Tree) -> None:
    user = tree.module("""
        class Mine(Mexc):
            _private_rest: 'MexcRest'
    """)
    exchange = user.Mine(tree.Config("test", api_key="key"))
    exchange._private_rest = "client"

    assert exchange._rest == "client"


@pytest.mark.parametrize("phases", SETS[:1] + SETS[-1:], ids=name_of)
def test_root_that_declares_in_its_body(phases: frozenset[int]) -> None:
    with imported(migrated("report_writers", phases), "reports") as load:
        root = load("reports.report").Report
        report: Any = type("Mine", (root,), {"_output_opened": True, "publish": lambda self, rows: 0})
        report.__abstractmethods__ = frozenset()
        mine = report()
        assert (mine._output_opened, mine.opened, mine._output_writer) == (True, True, None)

        mine._output_writer = "writer"
        with patch.object(mine, "_output_writer", "fake"), patch.object(mine, "_output_opened", 1):
            assert (mine.writer, mine.opened) == ("fake", 1)
        assert (mine.writer, mine._output_writer, mine.opened) == ("writer", "writer", True)

        del mine._output_writer
        mine.writer = "again"
        assert mine._output_writer == "again"
