"""A program for the project's Python: what importing and constructing its classes takes.

Standard library only and without an import of this package: ``benchmark.py`` copies this file into a folder
of its own and runs it there. It reads ``asked.json`` beside it and leaves ``told.json``. Clients are fakes,
and so is whatever else a constructor asks for: no connection is made.
"""

from __future__ import annotations

import enum
import functools
import gc
import importlib
import inspect
import json
import os
import sys
import time
import tracemalloc
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What stands here has to do for an old Python, too; annotations are not looked at.
FOLDER = Path(__file__).resolve().parent
REPEATS, SHORTEST, MOST, KEPT = 5, 0.05, 1000, 50
PLAIN: dict[Any, Any] = {bool: False, int: 1, float: 1.0, str: "x", bytes: b"x"}
EMPTY = (list, dict, set, frozenset, tuple)


class Fake:
    """An object that passes for one of ``kind``: what it is asked for is there, what it is told is lost."""

    def __init__(self, kind: Any = object) -> None:
        vars(self)["_kind"] = kind

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return vars(self)["_kind"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = value(hints(vars(self)["_kind"]).get(name, object))
        vars(self)[name] = found
        return found

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        pass


def hints(thing: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(thing)
    except Exception:
        return {}


def value(hint: Any) -> Any:
    """Something that fits an annotation as far as a constructor looks."""
    options = [each for each in typing.get_args(hint) if each is not type(None)]
    origin = typing.get_origin(hint)
    if origin is typing.Union or type(hint).__name__ == "UnionType" or hasattr(hint, "__metadata__"):
        return value(options[0])
    kind = origin or getattr(hint, "__bound__", None) or hint
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in EMPTY:
        return kind()
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and len(kind):
        return next(iter(kind))
    return Fake(kind if isinstance(kind, type) else object)


def arguments(cls: Any) -> dict[str, Any]:
    """What to construct the class with; a default of a plain type is left to the class."""
    known = hints(cls.__init__)
    made = {}
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        made[name] = value(known.get(name, object))
        if parameter.default is not parameter.empty and not isinstance(made[name], Fake):
            del made[name]
    return made


def fake_factories(cls: Any, names: list[str]) -> None:
    """Let every factory answer with a fake, wherever the class has it from."""
    client = Fake()

    def answer(*_: Any, **__: Any) -> Any:
        return client

    async def answer_later(*_: Any, **__: Any) -> Any:
        return client

    for base in cls.__mro__:
        for name in names:
            if inspect.isfunction(made := vars(base).get(name)):
                setattr(base, name, answer_later if inspect.iscoroutinefunction(made) else answer)


def why(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:100]


def constructors(asked: Any, modules: Any, skipped: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """How to make an object of each class that can be; why not goes to ``skipped``."""
    found: dict[str, Callable[[], Any]] = {}
    for module, qualname in asked["classes"]:
        name = f"{module}.{qualname}"
        if module not in modules:
            continue
        try:
            cls = functools.reduce(getattr, qualname.split("."), modules[module])
            if inspect.isabstract(cls):
                continue
            fake_factories(cls, asked["factories"])
            make = functools.partial(cls, **arguments(cls))
            make()
        except (Exception, SystemExit) as error:
            skipped[name] = why(error)
        else:
            found[name] = make
    return found


def imported(names: list[str], skipped: dict[str, str]) -> tuple[Any, float]:
    """The modules by name, and the seconds it took."""
    modules, start = {}, time.process_time()
    for name in names:
        try:
            modules[name] = importlib.import_module(name)
        except (Exception, SystemExit) as error:
            skipped[name] = why(error)
    return modules, time.process_time() - start


def seconds(makers: list[Callable[[], Any]]) -> float:
    """How long it takes to make an object, the fastest of a few times."""

    def took(rounds: int) -> float:
        start = time.process_time()
        for _ in range(rounds):
            for make in makers:
                make()
        return time.process_time() - start

    rounds = 1
    while took(rounds) < SHORTEST and rounds < MOST:
        rounds *= 2
    return min(took(rounds) for _ in range(REPEATS)) / rounds / len(makers)


def size(makers: list[Callable[[], Any]]) -> float:
    """How many bytes an object holds."""
    gc.collect()
    tracemalloc.start()
    kept = [make() for make in makers for _ in range(KEPT)]
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / len(kept)


def main() -> None:
    asked = json.loads((FOLDER / "asked.json").read_text("utf-8"))
    skipped: dict[str, str] = {}
    modules, import_time = imported(sorted({module for module, _ in asked["classes"]}), skipped)
    makers = constructors(asked, modules, skipped)
    figures = {"ms of import": import_time * 1e3}
    if makers:
        figures["ns an object"] = seconds(list(makers.values())) * 1e9
        figures["bytes an object"] = size(list(makers.values()))
    files = {name: str(getattr(module, "__file__", "")) for name, module in modules.items()}
    told = {"figures": figures, "made": sorted(makers), "skipped": skipped, "files": files}
    (FOLDER / "told.json").write_text(json.dumps(told), "utf-8")
    sys.stdout.flush()
    os._exit(0)  # threads that the project has started are not waited for


if __name__ == "__main__":
    main()
