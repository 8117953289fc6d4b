"""Migrated trees to execute, for the tests of the compatibility layer.

A tree is a fixture or a few small files, migrated with a set of phases, imported once and put into
``sys.modules`` for one test. ``Tree.module`` stands for somebody else's module, which was not migrated.
"""

from __future__ import annotations

import asyncio
import importlib
import linecache
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from codemods import files, plan, project, spec
from codemods.data import Snapshot, Spec

FIXTURES = Path(__file__).parents[1] / "fixtures"
SETS = tuple(
    frozenset({1, *private, *public, *leaves})
    for leaves in ((), (4,))
    for public in ((), (3,))
    for private in ((), (2,))
)
"""Every set of phases that holds phase 1."""
ALL = frozenset({1, 2, 3, 4})

_COMPOSITE = "exchanges.interfaces.composite"
_GATEIO, _MEXC = "exchanges.integrations.gateio.gateio", "exchanges.integrations.mexc.mexc"
NAMES = {
    "Root": f"{_COMPOSITE}.base_composite:BaseCompositeExchange",
    "Private": f"{_COMPOSITE}.base_private_composite:BasePrivateComposite",
    "Public": f"{_COMPOSITE}.spot.base_public_spot_composite:CompositePublicSpotExchange",
    "Spot": f"{_COMPOSITE}.spot.base_private_spot_composite:CompositePrivateSpotExchange",
    "Mexc": f"{_MEXC}_composite_private:MexcCompositePrivateSpotExchange",
    "MexcPublic": f"{_MEXC}_composite_public:MexcCompositePublicSpotExchange",
    "Futures": f"{_GATEIO}_futures_composite_private:GateioFuturesCompositePrivateExchange",
    "GateioPublic": f"{_GATEIO}_composite_public:GateioCompositePublicSpotExchange",
    "MexcRest": f"{_MEXC}_clients:MexcPrivateSpotRest",
    "MexcWs": f"{_MEXC}_clients:MexcPrivateSpotWebsocket",
    "Config": "exchanges.structs:ExchangeConfig",
    "Symbol": "exchanges.structs:Symbol",
}
"""The names that somebody else's module is given."""

OLD, NEW = "_create_private_rest", "_create_rest_client"
FACTORIES = """
    async def _create_private_rest(self):
        return MexcRest(self.config, is_private=True)
    async def _create_private_websocket(self):
        return None
"""


def name_of(phases: frozenset[int]) -> str:
    return "".join(map(str, sorted(phases)))


@dataclass(frozen=True)
class Tree:
    """A migrated tree that is imported while a test runs."""

    folder: Path
    phases: frozenset[int]
    names: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.names[name]

    def module(self, source: str, name: str = "third_party") -> Any:
        """Somebody else's module; what it warns of is swallowed. Line 1 is the first line of ``source``."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.warning_module(source, name)

    def warning_module(self, source: str, name: str = "third_party") -> Any:
        """The same, and it may warn."""
        text = textwrap.dedent(source).strip("\n") + "\n"
        module = ModuleType(name)
        module.__dict__.update(self.names)
        sys.modules[name] = module
        linecache.cache[f"{name}.py"] = (len(text), None, text.splitlines(True), f"{name}.py")
        exec(compile(text, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        return module


def exchanges(phases: frozenset[int], monkeypatch: pytest.MonkeyPatch) -> Tree:
    """The fixture cex_arbitrage, migrated with these phases."""
    tree, modules = _exchanges(phases)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "third_party", ModuleType("third_party"))
    monkeypatch.syspath_prepend(tree.folder / "src")
    return tree


@cache
def _exchanges(phases: frozenset[int]) -> tuple[Tree, dict[str, ModuleType]]:
    folder = migrated("cex_arbitrage", phases)
    with imported(folder / "src", "exchanges", "trading") as load:
        names = {name: getattr(load(m), n) for name, (m, n) in _split(NAMES)}
        found = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in ("exchanges", "trading")}
    return Tree(folder, phases, names), found


def _split(names: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, place in names.items():
        module, _, qualname = place.partition(":")
        yield name, (module, qualname)


@contextmanager
def imported(path: Path, *packages: str) -> Iterator[Any]:
    """A function that imports modules from ``path``; afterwards the packages are forgotten again."""
    sys.path.insert(0, str(path))
    importlib.invalidate_caches()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield importlib.import_module
    finally:
        sys.path.remove(str(path))
        for name in [n for n in sys.modules if n.partition(".")[0] in packages]:
            del sys.modules[name]


@cache
def migrated(case: str, phases: frozenset[int]) -> Path:
    """The tree of a fixture, migrated; the same folder for the same question."""
    folder = FIXTURES / case
    rules = spec.load(folder / "spec.toml") if (folder / "spec.toml").exists() else spec.builtin()
    return write(files.read(folder / "before").snapshot, rules, phases)


def write(snapshot: Snapshot, rules: Spec, phases: frozenset[int]) -> Path:
    """A migrated tree, in a folder that is gone when the tests are over."""
    made = plan.plan(project.read(snapshot, rules), phases)
    assert not made.failures
    changes = {change.path: change.after for change in made.changes}
    root = Path(_scratch().name, f"tree{next(_numbers)}")
    for path, data in {**snapshot, **changes}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data or b"")
    return root


def small(**modules: str) -> Snapshot:
    """A snapshot of modules by their dotted names, ``__`` for the dots; packages are made as needed."""
    snapshot: dict[PurePosixPath, bytes] = {}
    for name, source in modules.items():
        path = PurePosixPath(*name.split("__")).with_suffix(".py")
        snapshot[path] = textwrap.dedent(source).encode()
        if path.parent.parts and path.parent.name != "src":
            snapshot.setdefault(path.parent / "__init__.py", b"")
    return snapshot


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="layer")


_numbers = iter(range(10**6))


# --- what a test does with an exchange ------------------------------------------------------------


def made(cls: Any, tree: Tree) -> Any:
    return cls(tree.Config("test", api_key="key"))


def initialized(exchange: Any) -> Any:
    """What the tree's own code gets from the factory for REST clients."""
    with patch.object(exchange, "_initialize_private_websocket"):
        asyncio.run(exchange.initialize())
    return exchange._rest


def called(exchange: Any, name: str) -> Any:
    return asyncio.run(getattr(exchange, name)())
