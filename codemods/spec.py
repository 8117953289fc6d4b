"""What is asked for, read from TOML.

The shape of the file is the shape of the dataclasses in ``data.py``. What the strings have to be is a
table of patterns over their keys.
"""

from __future__ import annotations

import keyword
import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from codemods import settings
from codemods.data import MigrationError, Spec
from codemods.sunset import last_day
from codemods.toml import blaming, fitted, join, parsed, quote, read

BUILT_IN = "composite-clients"
PLACEHOLDERS = frozenset({"old", "new", "since", "remove_after"})

Fault = tuple[str, str]  # a key such as attributes[2].old.left, counted from 0, and what is wrong with it


def for_project(root: Path, option: Path | None) -> Spec:
    """The spec of a run on ``root``: ``option``, else what its pyproject.toml names, else the built-in one.

    ``option`` is relative to the working directory, the key ``spec`` of ``[tool.classmod]`` to ``root``.
    Raises MigrationError for a spec that cannot be used, and for a key that leads out of ``root``.
    """
    if option is not None:
        return builtin() if str(option) == BUILT_IN else load(option)
    named = settings.for_project(root).spec
    if named is None or named == BUILT_IN:
        return builtin()
    with blaming(named or f"pyproject.toml: {settings.TABLE}.spec"):
        return _spec(read(root / named))


def builtin() -> Spec:
    """The spec ``composite-clients``, which comes with the package."""
    name = "composite_clients.toml"
    return loads(Path(__file__).with_name(name).read_text("utf-8"), name)


def load(path: Path) -> Spec:
    """The spec in a file of at most 1 MB. Raises MigrationError, in one line that begins with ``path``."""
    with blaming(str(path)):
        return _spec(read(path))


def loads(text: str, origin: str) -> Spec:
    """The spec in ``text``. Raises MigrationError, in one line that begins with ``origin``."""
    with blaming(origin):
        return _spec(text)


def _spec(text: str) -> Spec:
    spec: Spec = fitted(Spec, parsed(text), "")
    for key, what in _faults(spec):
        raise MigrationError(f"{key}: {what}")
    return spec


def _faults(spec: Spec) -> Iterator[Fault]:
    leaves = list(_leaves(spec, ""))
    for key, text in leaves:
        if what := next(rule(text) for pattern, rule in _RULES if re.fullmatch(pattern, key)):
            yield key, what
    yield from _sides(spec, leaves)
    for pattern in _DISTINCT:
        first: dict[str, str] = {}
        for key, text in leaves:
            name = text.rpartition(".")[2]
            if re.fullmatch(pattern, key) and first.setdefault(name, key) != key:
                yield key, f"{quote(name)} is taken by {first[name]}"
    yield from _renames(spec, leaves)
    yield from _days(spec)


def _leaves(value: object, key: str) -> Iterator[Fault]:
    """Every string of the spec, by its key; a stale name counts as one beside what it stands for."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{key}[{i}]")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, join(key, name))
            if key == "stale":
                yield join(key, name), name
    elif is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name), join(key, field.name))


def _identifier(name: str) -> str | None:
    # Python compares identifiers in NFKC; a spec in another form would never match.
    good = name.isidentifier() and not keyword.iskeyword(name) and unicodedata.is_normalized("NFKC", name)
    return None if good else f"{quote(name)} is not an identifier"


def _dotted(name: str) -> str | None:
    return next(filter(None, map(_identifier, name.split("."))), None)


def _member(name: str) -> str | None:
    return f"{quote(name)} begins with two underscores" if name.startswith("__") else _identifier(name)


def _module(name: str) -> str | None:
    outside = f"{quote(name)} leaves the package of the root class: give a module's plain name"
    return outside if re.search(r"[/\\.]", name) else _identifier(name)


def _tests(name: str) -> str | None:
    if name and not re.fullmatch(r"test_.+|.+_test", name):
        return f"{quote(name)} is no name of a test module: test_* or *_test"
    return _module(name) if name else None


def _text(text: str) -> str | None:
    """What goes into comments and docstrings stays on its line and inside its quotes."""
    good = text.isprintable() and not re.search(r'\\|"""|"$', text)
    return None if good else 'must be one printable line without \\ and """ that does not end with "'


def _message(text: str) -> str | None:
    try:
        parts = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        return f"is not a format string: {error}"
    odd = [str(name) for name, *layout in parts if name not in PLACEHOLDERS or any(layout)]
    known = ", ".join(f"{{{word}}}" for word in sorted(PLACEHOLDERS))
    return f"the placeholder of {quote(odd[0])} is none of {known}" if odd else _text(text)


# What a string has to be, by its key; the first pattern that fits counts.
_RULES: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    (r"root|.*\.bound", _dotted),
    (r"types_module|compatibility\.module", _module),
    (r"compatibility\.tests", _tests),
    (r"side_flag|.*\]\.new|.*\]\.old\..*|stale\..*", _member),
    (r"compatibility\.class_name|sides.*\.name|type_parameters.*|.*\.type_parameter", _identifier),
    (r"compatibility\.message", _message),
    (r".*", _text),
)
_DISTINCT = (
    r"sides.*\.name",
    r"types_module|compatibility\.module",
    r".*\]\.new",
    r".*\]\.old\..*",
    # The root, its type variables and the layer's class meet in the root's module.
    r"root|compatibility\.class_name|type_parameters.*\](?!\.bound).*",
)


def _days(spec: Spec) -> Iterator[Fault]:
    wording = spec.compatibility
    for key in ("since", "remove_after"):
        said = getattr(wording, key)
        if re.match(r"\d{4}[-/]", said) and last_day(said) is None:
            yield f"compatibility.{key}", f"{quote(said)} is no date: write 2026-01 or 2026-01-31"
    first, last = last_day(wording.since), last_day(wording.remove_after)
    if first is not None and last is not None and last < first:
        yield "compatibility.remove_after", f"{quote(wording.remove_after)} is before since"


def _sides(spec: Spec, leaves: list[Fault]) -> Iterator[Fault]:
    declared = [side.name for side in spec.sides]
    if not declared or not spec.type_parameters:
        yield "type_parameters" if declared else "sides", "must hold at least one entry"
    named = [key for key, _ in leaves if re.fullmatch(r".*\]\.(old|variables|unions)\..*", key)]
    for key in named:
        if key.rpartition(".")[2] not in declared:
            yield key, "is not a side that [[sides]] declares"
    for i in range(len(spec.type_parameters)):
        for what in ("variables", "unions"):
            needed = [f"type_parameters[{i}].{what}.{side}" for side in declared]
            yield from ((key, "is missing") for key in needed if key not in named)
    wanted = len(declared) > 1
    flags = [("side_flag", spec.side_flag), *((f"sides[{i}].flag", s.flag) for i, s in enumerate(spec.sides))]
    for i, (key, flag) in enumerate(flags):
        if (flag is not None) != wanted:
            yield key, "is missing: it tells the sides apart" if wanted else "has no meaning with one side"
        if wanted and i and flag in [other for _, other in flags[1:i]]:
            yield key, "is the flag of another side already"


def _renames(spec: Spec, leaves: list[Fault]) -> Iterator[Fault]:
    new = {name: key for key, name in leaves if key.endswith("].new")}
    taken = new.keys() | spec.renames.keys()
    types = {parameter.name for parameter in spec.type_parameters}
    if not new:
        yield "attributes", "neither attributes nor factories name anything"
    for key, name in leaves:
        if "].old." in key and name in new:
            yield key, f"{quote(name)} is a new name too: {new[name]}"
        if key.endswith("].type_parameter") and name not in types:
            yield key, f"{quote(name)} is not a type parameter"
        if key == "side_flag" and name in taken:
            yield key, f"{quote(name)} is an old or new name already"
    for stale, name in spec.stale.items():
        if stale in taken:
            yield join("stale", stale), "is an old or new name already"
        if name not in new:
            yield join("stale", stale), f"{quote(name)} is not a new name"
