"""Migrations as they go wrong by hand: the proof refuses them all, and so does a gate that could see it.

Each spoils the right result the way a person or a tool does. Beside its name stand the gates that refuse it
where the proof is not there to do so; where there are none, it stands there why.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pytest

from codemods import proofs
from codemods.data import Change, Snapshot
from codemods.gates import tests as tests_gate
from codemods.phases import phases as phases_of
from codemods.proofs import Options
from codemods.steps import Stage, differences, planned
from codemods.survey import origin, survey
from codemods.verify import Proof, Unproven
from tests.helpers import contents, lay
from tests.test_fixtures import CEX

UNTESTED = replace(CEX.spec, compatibility=replace(CEX.spec.compatibility, tests=""))
"""Without the tests that the migration would write: what they refuse is told in test_written_tests."""
README = Path(__file__).parents[1] / "README.md"
OTHERS = '''\
"""What others do with an exchange."""

import asyncio
from unittest.mock import AsyncMock, patch

from exchanges.integrations.mexc.mexc_composite_private import MexcCompositePrivateSpotExchange


class Counting(MexcCompositePrivateSpotExchange):
    made = 0

    async def _create_private_rest(self):
        self.made += 1
        return await super()._create_private_rest()


def test_override(config):
    exchange = Counting(config)
    asyncio.run(exchange.initialize())
    assert exchange.made == 1
    assert exchange._private_rest


def test_client_is_taken_away(private_exchange):
    with patch.object(private_exchange, '_private_rest', AsyncMock()):
        assert private_exchange._private_rest
    assert private_exchange._private_rest is None
    del private_exchange._private_rest
    assert not hasattr(private_exchange, '_private_rest')


def test_no_client_of_the_other_side(private_exchange):
    asyncio.run(private_exchange.initialize())
    assert getattr(private_exchange, '_public_rest', None) is None
'''
DESK = '''\
"""Where exchanges are made."""

from exchanges.integrations.mexc.mexc_composite_private import MexcCompositePrivateSpotExchange
from exchanges.structs import ExchangeConfig


def opened(config: ExchangeConfig) -> MexcCompositePrivateSpotExchange:
    """A desk of its own."""
    return MexcCompositePrivateSpotExchange(config)
'''
COMPOSITE = "src/exchanges/interfaces/composite/"
LAYER, ROOT, TYPES, PRIVATE = (
    f"{COMPOSITE}{name}.py"
    for name in ("composite_compat", "base_composite", "types", "base_private_composite")
)
PUBLIC = f"{COMPOSITE}spot/base_public_spot_composite.py"
SPOT = f"{COMPOSITE}spot/base_private_spot_composite.py"
FUTURES = f"{COMPOSITE}futures/base_private_futures_composite.py"
MIXIN = f"{COMPOSITE}mixins/withdrawal_mixin.py"
LEAF = "src/exchanges/integrations/gateio/gateio_composite_private.py"
ROUTER = "src/trading/order_router.py"
TESTS, OTHER_TESTS = "tests/exchanges/test_mexc_composite.py", "tests/exchanges/test_others.py"


class Tree:
    """A migrated tree in the hands of somebody."""

    def __init__(self, files: Snapshot) -> None:
        self.files = dict(files)

    def edit(self, name: str, old: str, new: str) -> None:
        """Put one text for another, wherever it stands in a file."""
        text = self.files[PurePosixPath(name)].decode()
        assert old in text, f"{name}: {old}"
        self.files[PurePosixPath(name)] = text.replace(old, new).encode()

    def cut(self, name: str, start: str, end: str, new: str = "") -> None:
        """Put ``new`` for what stands from one text up to another."""
        text = self.files[PurePosixPath(name)].decode()
        self.edit(name, text[text.index(start) : text.index(end, text.index(start) + 1)], new)

    def substitute(self, name: str, pattern: str, new: str) -> None:
        text = self.files[PurePosixPath(name)].decode()
        self.files[PurePosixPath(name)] = re.sub(pattern, new, text).encode()

    def edit_all(self, old: str, new: str) -> None:
        for path, data in self.files.items():
            if path.suffix == ".py":
                self.files[path] = data.replace(old.encode(), new.encode())

    def delete(self, name: str) -> None:
        del self.files[PurePosixPath(name)]


@dataclass(frozen=True)
class Wrong:
    """A wrong migration, and the gates that refuse it; ``unseen`` says why there are none."""

    spoil: Callable[[Tree], None]
    gates: frozenset[str]
    phases: tuple[int, ...]
    unseen: str

    def __str__(self) -> str:
        return self.spoil.__name__


WRONG: list[Wrong] = []


def wrong(
    *gates: str, phases: tuple[int, ...] = CEX.complete, unseen: str = ""
) -> Callable[[Callable[[Tree], None]], Callable[[Tree], None]]:
    def noted(spoil: Callable[[Tree], None]) -> Callable[[Tree], None]:
        WRONG.append(Wrong(spoil, frozenset(gates), phases, unseen))
        return spoil

    return noted


# --- the layer ----------------------------------------------------------------------------------


@wrong("old-tests")
def alias_that_is_read_only(tree: Tree) -> None:
    tree.cut(
        LAYER,
        "            setattr(obj, self.new, value)",
        "        else:",
        "            raise AttributeError\n",
    )


@wrong("old-tests")
def alias_without_deleter(tree: Tree) -> None:
    tree.cut(LAYER, "    def __delete__", "    def _is_on")


@wrong("old-tests", "tests")
def alias_that_redirects_on_the_wrong_side(tree: Tree) -> None:
    tree.edit(LAYER, "return vars(obj).get(self.old, self.default)", "return getattr(obj, self.new)")


@wrong(unseen="before there was no warning to wait for, and a use of an old name that does not warn is none")
def alias_that_does_not_warn(tree: Tree) -> None:
    tree.cut(LAYER, "    warnings.warn_explicit(", "\n\ndef _imported", "    return\n")


LINK = ("def _link_factory(", "def _unhide(")


@wrong("old-tests")
def factories_that_call_each_other_through_self(tree: Tree) -> None:
    naive = """\
def _link_factory(cls: type, old: str, new: str) -> None:
    for name, other in ((old, new), (new, old)):
        if name in vars(cls) and other not in vars(cls):
            setattr(cls, other, _adapter(name))


def _adapter(name: str) -> Any:
    async def adapter(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await getattr(self, name)(*args, **kwargs)

    return adapter


"""
    tree.cut(LAYER, *LINK, naive)


@wrong("old-tests", "tests")
def adapters_that_are_no_coroutines(tree: Tree) -> None:
    tree.edit(
        LAYER,
        "return found.__get__(obj, cls) if",
        "return lambda *a, **k: found.__get__(obj, cls)(*a, **k) if",
    )


@wrong("mypy", "old-tests", "tests")
def adapters_made_with_wraps(tree: Tree) -> None:
    adapters = "".join(
        f"""\
    @wraps(_create_rest_client)
    async def {old}(self, *args: Any, **kwargs: Any) -> Any:
        return await self._create_rest_client(*args, **kwargs)

"""
        for old in ("_create_private_rest", "_create_public_rest")
    )
    tree.cut(LAYER, *LINK, "def _link_factory(cls: type, old: str, new: str) -> None:\n    pass\n\n\n")
    tree.edit(ROOT, "from typing import", "from functools import wraps\nfrom typing import Any,")
    tree.edit(ROOT, "    async def initialize(", f"{adapters}    async def initialize(")


@wrong("old-tests", "tests")
def subclasses_that_are_not_passed_on(tree: Tree) -> None:
    """The layer stands first, and its ``__init_subclass__`` keeps from Generic what it has to know."""
    generic = "Generic[RestClientType, WebSocketClientType]"
    tree.edit(ROOT, f"{generic}, DeprecatedClientNames", f"DeprecatedClientNames, {generic}")
    tree.edit(LAYER, "        super().__init_subclass__(**kwargs)\n", "")


@wrong("api", "old-tests", "tests")
def layer_that_is_gone_before_its_last_use(tree: Tree) -> None:
    tree.edit(ROOT, "DeprecatedClientNames, ABC", "ABC")
    tree.edit(ROOT, "from exchanges.interfaces.composite.composite_compat import DeprecatedClientNames\n", "")
    tree.delete(LAYER)
    tree.edit(LEAF, "_create_rest_client", "_create_private_rest")


@wrong("mypy", phases=(1,))
def factories_that_are_abstract_at_once(tree: Tree) -> None:
    tree.edit(ROOT, "    async def _create_", "    @abstractmethod\n    async def _create_")


# --- names --------------------------------------------------------------------------------------


@wrong("deprecations")
def call_site_that_is_left(tree: Tree) -> None:
    tree.edit(PUBLIC, "await self._rest.get_orderbook", "await self._public_rest.get_orderbook")


@wrong("deprecations")
def call_site_that_is_left_beside_a_text(tree: Tree) -> None:
    tree.edit(PRIVATE, "for balance in await self._rest.", "for balance in await self._private_rest.")


@wrong("deprecations")
def override_that_is_left(tree: Tree) -> None:
    tree.edit(LEAF, "_create_rest_client", "_create_private_rest")


@wrong("deprecations")
def super_call_that_is_left(tree: Tree) -> None:
    tree.edit(OTHER_TESTS, "super()._create_rest_client", "super()._create_private_rest")


@wrong("deprecations")
def string_that_is_left_in_a_mixin(tree: Tree) -> None:
    tree.edit(MIXIN, "getattr(self, '_rest', None)", "getattr(self, '_private_rest', None)")


@wrong("deprecations")
def string_that_is_left_in_a_test(tree: Tree) -> None:
    tree.edit(
        OTHER_TESTS,
        "patch.object(private_exchange, '_rest'",
        "patch.object(private_exchange, '_private_rest'",
    )


@wrong("api", "old-tests", "tests")
def key_of_the_public_figures(tree: Tree) -> None:
    tree.edit(PRIVATE, "'private_ws_connected'", "'ws_connected'")


@wrong(unseen="no test reads the log")
def text_of_the_log(tree: Tree) -> None:
    tree.edit(PRIVATE, "no _private_rest, no balances", "no _rest, no balances")


@wrong("api")
def longer_name_that_looks_alike(tree: Tree) -> None:
    tree.edit_all("_initialize_private_websocket", "_initialize_websocket")


@wrong("old-tests", "tests")
def attribute_of_a_class_of_its_own(tree: Tree) -> None:
    tree.edit(ROUTER, "_private_rest", "_rest")


@wrong("mypy", "old-tests", "precision", "tests")
def helper_that_looks_like_a_factory(tree: Tree) -> None:
    tree.edit(
        "src/exchanges/integrations/mexc/mexc_composite_private.py",
        "_create_public_rest",
        "_create_rest_client",
    )


# --- types --------------------------------------------------------------------------------------

BOUND = "BasePrivateComposite[PrivateFuturesRest, PrivateFuturesWebsocket]"


@wrong("mypy")
def argument_of_the_wrong_client(tree: Tree) -> None:
    tree.edit(FUTURES, BOUND, "BasePrivateComposite[PrivateSpotRest, PrivateFuturesWebsocket]")
    tree.edit(
        FUTURES,
        "from exchanges.interfaces.rest.rest_futures import PrivateFuturesRest",
        "from exchanges.interfaces.rest.rest_spot import PrivateSpotRest",
    )


@wrong(unseen="mypy is told not to look, and at run time types are nothing")
def new_error_that_is_ignored(tree: Tree) -> None:
    argument_of_the_wrong_client(tree)
    tree.edit(
        "src/exchanges/integrations/gateio/gateio_futures_composite_private.py",
        "-> PrivateFuturesRest:",
        "-> PrivateFuturesRest:  # type: ignore",
    )


@wrong(unseen="Any is less than before all the same, over the files together")
def arguments_left_out(tree: Tree) -> None:
    tree.edit(FUTURES, BOUND, "BasePrivateComposite")
    tree.cut(FUTURES, "from exchanges.interfaces.rest.rest_futures", "from exchanges.interfaces.ws.ws_base")


@wrong("precision")
def arguments_left_out_everywhere(tree: Tree) -> None:
    """Nothing is bound, so nothing is wrong: every client is Any."""
    for path in tree.files:
        if path.suffix == ".py" and path != PurePosixPath(ROOT):
            tree.substitute(str(path), r"(class \w+\(\w*Composite\w*)\[[^]]*\]", r"\1")


@wrong("mypy")
def variables_with_defaults(tree: Tree) -> None:
    tree.edit(
        TYPES,
        "from typing import TypeVar, Union",
        "from typing import Union\n\nfrom typing_extensions import TypeVar",
    )
    tree.edit(
        TYPES, "bound=PrivateTradingInterface)", "bound=PrivateTradingInterface, default=PrivateSpotRest)"
    )
    tree.edit(
        TYPES,
        '"PrivateWebSocketType", bound=PrivateSpotWebsocket)',
        '"PrivateWebSocketType", bound=PrivateSpotWebsocket, default=PrivateSpotWebsocket)',
    )
    tree.edit(FUTURES, BOUND, "BasePrivateComposite")


@wrong("precision")
def attributes_that_are_any(tree: Tree) -> None:
    tree.edit(ROOT, "Optional[RestClientType] = None", "Any = None")
    tree.edit(ROOT, "from typing import", "from typing import Any,")


# --- what must not change -----------------------------------------------------------------------


@wrong("api", "old-tests", "tests")
def declaration_with_a_value_that_is_lost(tree: Tree) -> None:
    tree.edit(
        ROOT,
        "        self._rest_connected = False\n        self._ws_connected = False\n\n    @abstractmethod",
        "\n    @abstractmethod",
    )


@wrong("api", "mypy", "old-tests", "tests")
def import_that_others_import(tree: Tree) -> None:
    tree.edit(PRIVATE, "from exchanges.interfaces.rest.rest_spot import PrivateSpotRest\n", "")


@wrong("api")
def parameter_of_a_public_method(tree: Tree) -> None:
    tree.edit(
        PRIVATE,
        "cancel_order(self, symbol: Symbol, order_id: str)",
        "cancel_order(self, symbol: Symbol, identifier: str)",
    )
    tree.edit(PRIVATE, "_open_orders.pop(order_id, None)", "_open_orders.pop(identifier, None)")
    tree.edit(
        PRIVATE,
        "private_rest.cancel_order(symbol, order_id)",
        "private_rest.cancel_order(symbol, identifier)",
    )


@wrong("api", "mypy")
def method_that_is_async_no_more(tree: Tree) -> None:
    tree.edit(PRIVATE, "    async def _on_order(", "    def _on_order(")


# --- tests --------------------------------------------------------------------------------------


@wrong("api", "tests")
def deleted_test(tree: Tree) -> None:
    tree.cut(TESTS, "def test_order_needs_initialization", "def test_withdraw_with_mock")


@wrong("tests")
def skipped_test(tree: Tree) -> None:
    tree.edit(TESTS, "def test_order_needs_", "@pytest.mark.skip(reason='later')\ndef test_order_needs_")


# --- what refuses them --------------------------------------------------------------------------


class Workshop:
    """The tree before, staged and measured, and what comes of it."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        found = survey(root, UNTESTED)
        self.start = origin(found)
        self.project = self.start.project
        complete = planned(self.project, frozenset(CEX.complete))
        self._planned = {CEX.complete: complete}
        known = {change.path for change in complete}
        options = Options(test_command=(sys.executable, "-m", "pytest", "-q"))
        proving = stack.enter_context(proofs.Workshop(found, self.start, options))
        self._gates = proofs._gates(found, self.start, options, proving.mypy, known)
        self._bench = proofs._Bench(proving.staging, known, lambda _: None)
        self._before = self._bench.measure(self._gates(None, None), self.start.bare, "")

    def migrated(self, phases: tuple[int, ...]) -> Tree:
        if phases not in self._planned:
            self._planned[phases] = planned(self.project, frozenset(phases))
        changes = self._planned[phases]
        return Tree({**self.start.bare, **{c.path: c.after for c in changes if c.after is not None}})

    def changes(self, tree: Tree) -> tuple[Change, ...]:
        return differences(self.start.bare, {**dict.fromkeys(self.start.bare), **tree.files})

    def refusing(self, tree: Tree, phases: tuple[int, ...]) -> set[str]:
        """The gates that refuse a tree in which these phases are said to be."""
        changes = self.changes(tree)
        last = next(p for p in phases_of(UNTESTED) if p.number == phases[-1])
        stage = Stage(last, frozenset(phases), {c.path: c.after for c in changes}, {})
        gates, base = self._gates(stage, None), self.start.bare
        after = self._bench.measure(gates, tree.files, "")
        verdicts = [self._bench.judge(g, self._before[g.name], after[g.name], base, changes) for g in gates]
        return {verdict.gate for verdict in verdicts if not verdict.passed}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    more = {OTHER_TESTS: OTHERS.encode(), "src/trading/desk.py": DESK.encode()}
    before = lay(tmp_path_factory.mktemp("wrong") / "project", {**contents(CEX.home / "before"), **more})
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("PYTEST_ADDOPTS", "PYTHONPATH"):
            patch.delenv(name, raising=False)
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.setattr(tests_gate, "LOOKS", 0)  # all of these tests are stable
        yield Workshop(before, stack)


each_wrong = pytest.mark.parametrize("case", WRONG, ids=str)


@pytest.mark.parametrize("phases", [(1,), CEX.complete], ids=["base", "complete"])
def test_right_migrations_are_refused_by_none(workshop: Workshop, phases: tuple[int, ...]) -> None:
    """Of every other set of phases test_verify and test_fixtures say so."""
    tree = workshop.migrated(phases)

    Proof(workshop.project).check(frozenset(phases), workshop.changes(tree))
    assert workshop.refusing(tree, phases) == set()


@each_wrong
def test_wrong_migrations_are_refused_by_the_proof(workshop: Workshop, case: Wrong) -> None:
    tree = workshop.migrated(case.phases)
    case.spoil(tree)

    with pytest.raises(Unproven):
        Proof(workshop.project).check(frozenset(case.phases), workshop.changes(tree))


@each_wrong
def test_wrong_migrations_are_refused_by_gates_alone(workshop: Workshop, case: Wrong) -> None:
    tree = workshop.migrated(case.phases)
    case.spoil(tree)

    assert workshop.refusing(tree, case.phases) == case.gates
    assert bool(case.gates) is not bool(case.unseen)


def test_numbers_in_the_readme() -> None:
    told, seen = README.read_text(), sum(bool(case.gates) for case in WRONG)

    assert f"Of {len(WRONG)} deliberately wrong migrations" in told
    assert f"alone refuse {seen} of them" in told
