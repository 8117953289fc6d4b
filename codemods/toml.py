"""Reading TOML into frozen dataclasses, with every fault of a file as one line that names the key.

The shape of a file is the shape of the dataclass: unknown and missing keys and wrong types are found by
comparing the two.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from codemods.data import MigrationError

LIMIT = 1_000_000


@contextmanager
def blaming(origin: str) -> Iterator[None]:
    """Let every MigrationError and OSError of the block begin with ``origin``."""
    try:
        yield
    except MigrationError as error:
        raise MigrationError(f"{origin}: {error}") from None
    except OSError as error:
        raise MigrationError(f"{origin}: cannot be read: {error.strerror}") from None


def read(path: Path) -> str:
    """The text of a regular file of at most 1 MB. Raises MigrationError for any other, and OSError."""
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


def parsed(text: str) -> dict[str, Any]:
    """The tables of a text. Raises MigrationError when it is not TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise MigrationError("is nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and int() for a number of too many digits
        raise MigrationError(f"is not TOML: {error}") from None


_KINDS = {str: "a string", bool: "true or false", int: "a whole number", dict: "a table", list: "an array"}


def fitted(hint: Any, value: object, key: str) -> Any:
    """``value`` as what a field of the type ``hint`` holds. Raises MigrationError, which names the key.

    A field goes by its name, or by the ``key`` of its metadata.
    """
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, _typed((dict,), value, key), key)
    if get_origin(hint) is tuple:
        entries = enumerate(_typed((list,), value, key))
        return tuple(fitted(get_args(hint)[0], each, f"{key}[{i}]") for i, each in entries)
    if get_origin(hint) is Mapping:
        names = _typed((dict,), value, key).items()
        return {name: fitted(get_args(hint)[1], each, join(key, name)) for name, each in names}
    return _typed(get_args(hint) if isinstance(hint, UnionType) else (hint,), value, key)


def _record(kind: type[Any], table: dict[str, object], key: str) -> Any:
    hints = get_type_hints(kind)
    named = {field.metadata.get("key", field.name): field for field in fields(kind)}
    for name in table:
        if name not in named:
            import difflib  # for a mistake alone

            near = "".join(f"; {word}?" for word in difflib.get_close_matches(name, named, n=1))
            raise MigrationError(f"{join(key, name)}: is not a known key{near}")
    found: dict[str, object] = {}
    for name, field in named.items():
        if name in table:
            found[field.name] = fitted(hints[field.name], table[name], join(key, name))
        elif NoneType in get_args(hints[field.name]):
            found[field.name] = None
        elif field.default is MISSING and field.default_factory is MISSING:
            raise MigrationError(f"{join(key, name)}: is missing")
    return kind(**found)


def _typed(kinds: tuple[type, ...], value: object, key: str) -> Any:
    if type(value) in kinds:  # exactly: to isinstance True is an int
        return value
    wanted = " or ".join(_KINDS[kind] for kind in kinds if kind is not NoneType)
    got = quote(value) if isinstance(value, str) else _KINDS.get(type(value), type(value).__name__)
    raise MigrationError(f"{key}: must be {wanted}, not {got}")


def join(key: str, name: str) -> str:
    """The dotted key of an entry of a table; an odd name is quoted."""
    shown = name if re.fullmatch(r"[\w-]+", name) else quote(name)
    return f"{key}.{shown}" if key else shown


def quote(text: str) -> str:
    """A text in double quotes on one line, cut where it is long."""
    return json.dumps(text if len(text) <= 60 else text[:57] + "...", ensure_ascii=False)
