"""The compatibility layer, executed: what it warns of and whom it blames."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from tests.layer_cases import ALL, Tree, exchanges


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Tree:
    return exchanges(ALL, monkeypatch)


def private(tree: Tree) -> Any:
    return tree.Mexc(tree.Config("test", api_key="key"))


def messages(caught: list[warnings.WarningMessage]) -> list[tuple[str, int, str]]:
    return [(w.filename, w.lineno, str(w.message).partition(" is ")[0]) for w in caught]


USES = """
def read(exchange):
    return exchange._private_rest
def write(exchange):
    exchange._private_rest = None
def delete(exchange):
    del exchange._private_rest
def has(exchange):
    return hasattr(exchange, '_private_rest')
def get(exchange):
    return getattr(exchange, '_private_rest', None)
def patched(exchange):
    with patch.object(exchange, '_private_rest', 1):
        pass
def in_a_stack(exchange):
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(exchange, '_private_rest', 1))
def borrowed(exchange):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(exchange, '_private_rest', 1)
"""


@pytest.mark.parametrize(
    ("use", "lines"),
    [
        ("read", {2}),
        ("write", {4}),
        ("delete", {6}),
        ("has", {8}),
        ("get", {10}),
        ("patched", {12}),
        ("in_a_stack", {15, 16}),
        ("borrowed", {18, 19}),
    ],
)
def test_warning_is_at_the_line_of_the_use(full: Tree, use: str, lines: set[int]) -> None:
    user = full.module("import contextlib, pytest\nfrom unittest.mock import patch" + USES)
    exchange = private(full)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        getattr(user, use)(exchange)

    places = messages(caught)
    assert {(file, name) for file, _, name in places} == {("third_party.py", "_private_rest")}
    # 3.11 leaves a with block at its first line, later versions may say its last
    assert {line - 2 for _, line, _ in places} <= lines


def test_message_names_both_names(full: Tree) -> None:
    with pytest.warns(DeprecationWarning, match=r"_private_rest is .* use _rest$"):
        _ = private(full)._private_rest


def test_warning_passes_an_own_setattr(full: Tree) -> None:
    user = full.module("""
        class Mine(Mexc):
            def __setattr__(self, name, value):
                super().__setattr__(name, value)
        def write(exchange):
            exchange._private_rest = None
    """)
    exchange = user.Mine(full.Config("test", api_key="key"))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        user.write(exchange)

    assert messages(caught) == [("third_party.py", 5, "_private_rest")]


def test_class_statement_is_warned_of(full: Tree) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        full.warning_module("""
            Base = Mexc

            class Mine(Base):
                async def _create_private_rest(self):
                    return None
        """)

    assert messages(caught) == [("third_party.py", 3, "_create_private_rest")]


def test_class_statement_is_warned_of_past_an_init_subclass(full: Tree) -> None:
    full.module(
        """
        class Registered:
            def __init_subclass__(cls, **kwargs):
                super().__init_subclass__(**kwargs)
        """,
        "third_party_registry",
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        full.warning_module("""
            from third_party_registry import Registered
            class Mine(Registered, Mexc):
                def _create_private_rest(self):
                    return None
        """)

    assert messages(caught) == [("third_party.py", 2, "_create_private_rest")]


def test_new_names_do_not_warn(full: Tree) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        full.warning_module("""
            class Mine(Mexc):
                async def _create_rest_client(self):
                    return await super()._create_rest_client()
            exchange = Mine(Config('test', api_key='key'))
            exchange._rest = exchange._rest_connected
        """)
