"""What is asked for, read from TOML.

The shape of the file is the shape of the dataclasses in ``data.py``: unknown and missing keys and wrong
types are found by comparing the two. What the strings have to be is a table of patterns over their keys.
"""

from __future__ import annotations

import difflib
import json
import keyword
import re
import string
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from codemods.data import MigrationError, Spec

BUILT_IN = "composite-clients"
LIMIT = 1_000_000
PLACEHOLDERS = frozenset({"old", "new", "since", "remove_after"})

Fault = tuple[str, str]  # a key such as attributes[2].old.left, counted from 0, and what is wrong with it


@dataclass(frozen=True, slots=True)
class _Settings:  # [tool.classmod]
    spec: str | None = None


def for_project(root: Path, option: Path | None) -> Spec:
    """The spec of a run on ``root``: ``option``, else what its pyproject.toml names, else the built-in one.

    ``option`` is relative to the working directory, the key ``spec`` of ``[tool.classmod]`` to ``root``.
    Raises MigrationError for a spec that cannot be used, and for a key that leads out of ``root``.
    """
    if option is not None:
        return builtin() if str(option) == BUILT_IN else load(option)
    with _blaming("pyproject.toml"):
        named = _named_by(root)
    if named is None or named == BUILT_IN:
        return builtin()
    with _blaming(named):
        return _spec(_read(root / named))


def builtin() -> Spec:
    """The spec ``composite-clients``, which comes with the package."""
    name = "composite_clients.toml"
    return loads(resources.files("codemods").joinpath(name).read_text("utf-8"), name)


def load(path: Path) -> Spec:
    """The spec in a file of at most 1 MB. Raises MigrationError, in one line that begins with ``path``."""
    with _blaming(str(path)):
        return _spec(_read(path))


def loads(text: str, origin: str) -> Spec:
    """The spec in ``text``. Raises MigrationError, in one line that begins with ``origin``."""
    with _blaming(origin):
        return _spec(text)


def _spec(text: str) -> Spec:
    spec: Spec = _fitted(Spec, _parsed(text), "")
    for key, what in _faults(spec):
        raise MigrationError(f"{key}: {what}")
    return spec


@contextmanager
def _blaming(origin: str) -> Iterator[None]:
    try:
        yield
    except MigrationError as error:
        raise MigrationError(f"{origin}: {error}") from None
    except OSError as error:
        raise MigrationError(f"{origin}: cannot be read: {error.strerror}") from None


def _named_by(root: Path) -> str | None:
    path = root / "pyproject.toml"
    tool = _parsed(_read(path)).get("tool") if path.exists() else None
    table = tool.get("classmod", {}) if isinstance(tool, dict) else {}
    settings: _Settings = _fitted(_Settings, table, "tool.classmod")
    if settings.spec is not None and not _is_inside(root, settings.spec):
        raise MigrationError(f"tool.classmod.spec: {_quote(settings.spec)} leaves the tree")
    return settings.spec


def _is_inside(root: Path, name: str) -> bool:
    try:
        return "\0" not in name and (root / name).resolve().is_relative_to(root.resolve())
    except RuntimeError:  # a loop of links, until 3.13
        return False


def _read(path: Path) -> str:
    if path.exists() and not path.is_file():  # a FIFO would never answer
        raise MigrationError("is not a regular file")
    with path.open("rb") as stream:
        data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise MigrationError("is larger than 1 MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MigrationError(f"is not UTF-8 (byte {error.start})") from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise MigrationError("is nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and int() for a number of too many digits
        raise MigrationError(f"is not TOML: {error}") from None


_KINDS = {str: "a string", bool: "true or false", int: "a whole number", dict: "a table", list: "an array"}


def _fitted(hint: Any, value: object, key: str) -> Any:
    """``value`` as what a field of the type ``hint`` holds. Raises MigrationError."""
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, _typed((dict,), value, key), key)
    if get_origin(hint) is tuple:
        entries = enumerate(_typed((list,), value, key))
        return tuple(_fitted(get_args(hint)[0], each, f"{key}[{i}]") for i, each in entries)
    if get_origin(hint) is Mapping:
        names = _typed((dict,), value, key).items()
        return {name: _fitted(get_args(hint)[1], each, _join(key, name)) for name, each in names}
    return _typed(get_args(hint) if isinstance(hint, UnionType) else (hint,), value, key)


def _record(kind: type[Any], table: dict[str, object], key: str) -> Any:
    hints = get_type_hints(kind)
    for name in table:
        if name not in hints:
            near = "".join(f"; {word}?" for word in difflib.get_close_matches(name, hints, n=1))
            raise MigrationError(f"{_join(key, name)}: is not a known key{near}")
    found: dict[str, object] = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}
    found |= {name: _fitted(hints[name], value, _join(key, name)) for name, value in table.items()}
    for field in fields(kind):
        if field.name not in found and field.default is MISSING and field.default_factory is MISSING:
            raise MigrationError(f"{_join(key, field.name)}: is missing")
    return kind(**found)


def _typed(kinds: tuple[type, ...], value: object, key: str) -> Any:
    if type(value) in kinds:  # exactly: to isinstance True is an int
        return value
    wanted = " or ".join(_KINDS[kind] for kind in kinds if kind is not NoneType)
    got = _quote(value) if isinstance(value, str) else _KINDS.get(type(value), type(value).__name__)
    raise MigrationError(f"{key}: must be {wanted}, not {got}")


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
                yield key, f"{_quote(name)} is taken by {first[name]}"
    yield from _renames(spec, leaves)


def _leaves(value: object, key: str) -> Iterator[Fault]:
    """Every string of the spec, by its key; a stale name counts as one beside what it stands for."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{key}[{i}]")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, _join(key, name))
            if key == "stale":
                yield _join(key, name), name
    elif is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name), _join(key, field.name))


def _identifier(name: str) -> str | None:
    # Python compares identifiers in NFKC; a spec in another form would never match.
    good = name.isidentifier() and not keyword.iskeyword(name) and unicodedata.is_normalized("NFKC", name)
    return None if good else f"{_quote(name)} is not an identifier"


def _dotted(name: str) -> str | None:
    return next(filter(None, map(_identifier, name.split("."))), None)


def _member(name: str) -> str | None:
    return f"{_quote(name)} begins with two underscores" if name.startswith("__") else _identifier(name)


def _module(name: str) -> str | None:
    outside = f"{_quote(name)} leaves the package of the root class: give a module's plain name"
    return outside if re.search(r"[/\\.]", name) else _identifier(name)


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
    return f"the placeholder of {_quote(odd[0])} is none of {known}" if odd else _text(text)


# What a string has to be, by its key; the first pattern that fits counts.
_RULES: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    (r"root|.*\.bound", _dotted),
    (r"types_module|compatibility\.module", _module),
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
            yield key, f"{_quote(name)} is a new name too: {new[name]}"
        if key.endswith("].type_parameter") and name not in types:
            yield key, f"{_quote(name)} is not a type parameter"
        if key == "side_flag" and name in taken:
            yield key, f"{_quote(name)} is an old or new name already"
    for stale, name in spec.stale.items():
        if stale in taken:
            yield _join("stale", stale), "is an old or new name already"
        if name not in new:
            yield _join("stale", stale), f"{_quote(name)} is not a new name"


def _join(key: str, name: str) -> str:
    shown = name if re.fullmatch(r"[\w-]+", name) else _quote(name)
    return f"{key}.{shown}" if key else shown


def _quote(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:57] + "...", ensure_ascii=False)
