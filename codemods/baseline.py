"""The leftovers a project knows of and has not come to yet: a file that may only get shorter.

A leftover is known again by its path, its name, its kind and the text of its line, so that a line may move,
and with its file, too; one that is copied is new. An entry stands on a line of its own, in order, so that
branches merge well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from codemods import documents, files
from codemods.data import MigrationError, Site, Snapshot
from codemods.text import decode
from codemods.toml import blaming, fitted, quote

VERSION = 1

Key = tuple[str, str, str, str]
"""Path, name, kind and the text of the line without the blanks around it."""


def lines(snapshot: Snapshot, sites: Iterable[Site]) -> dict[Site, str]:
    """The line that each of the sites stands in."""
    found = list(sites)
    texts = {
        path: documents.read(snapshot[path]) if path.suffix == ".md" else decode(snapshot[path])
        for path in {site.path for site in found}
    }
    return {site: texts[site.path].line(site.line) for site in found}


def keys(snapshot: Snapshot, sites: Iterable[Site]) -> dict[Site, Key]:
    """What each of the sites is known again by."""
    found = lines(snapshot, sites)
    return {site: (str(site.path), site.name, site.kind, line.strip()) for site, line in found.items()}


def known(baseline: Counter[Key], snapshot: Snapshot, sites: Iterable[Site]) -> frozenset[Site]:
    """The sites that are in the baseline; of several that are alike, the first ones are."""
    left = Counter(baseline)
    found = set()
    for site, key in keys(snapshot, sites).items():
        if left[key] > 0:
            found.add(site)
        left[key] -= 1
    return frozenset(found)


def followed(baseline: Counter[Key], snapshot: Snapshot, now: Counter[Key]) -> Counter[Key]:
    """The baseline with the entries of files that are gone where the same stands ``now`` in another file."""
    lost = Counter({key: n for key, n in baseline.items() if PurePosixPath(key[0]) not in snapshot})
    found = baseline - lost
    for key in now - baseline:
        for old in [each for each in lost if each[1:] == key[1:]]:
            moved = min(now[key] - found[key], lost[old])
            found[key] += moved
            lost[old] -= moved
    return found + lost


def read(file: Path) -> Counter[Key] | None:
    """The leftovers of a baseline and how often each is there; None where there is no such file.

    Raises MigrationError, in one line that names the file, for one that is broken.
    """
    if file.is_symlink():
        raise MigrationError(f"{file}: is a link; name the file itself")
    data = files.peek(file.parent, PurePosixPath(file.name))
    if data is None:
        return None
    with blaming(str(file)):
        found: _File = fitted(_File, _parsed(data), "")
        if found.version != VERSION:
            raise MigrationError(f"version: is {found.version}, not {VERSION}")
        counts: Counter[Key] = Counter()
        for i, entry in enumerate(found.leftovers):
            key = (entry.path, entry.name, entry.kind, entry.line)
            if entry.count < 1:
                raise MigrationError(f"leftovers[{i}].count: must be at least 1, not {entry.count}")
            if key in counts:
                raise MigrationError(f"leftovers[{i}]: is there twice")
            counts[key] = entry.count
    return counts


def write(file: Path, counts: Counter[Key]) -> None:
    """Make a baseline of these leftovers, whole or not at all. Raises MigrationError where that fails."""
    names = ("path", "name", "kind", "line", "count")
    rows = [
        dict(zip(names, (*key, count), strict=True)) for key, count in sorted(counts.items()) if count > 0
    ]
    body = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    text = f'{{"version": {VERSION}, "leftovers": [\n{body}\n]}}\n'
    files.replace(file.parent, PurePosixPath(file.name), text.encode())


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data, object_pairs_hook=_object)
    except RecursionError:
        raise MigrationError("is nested too deeply") from None
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, and int() for too many digits
        raise MigrationError(f"is not JSON: {error}") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MigrationError(
            f"the key {quote(Counter(k for k, _ in pairs).most_common(1)[0][0])} is there twice"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    name: str
    kind: str
    line: str
    count: int


@dataclass(frozen=True, slots=True)
class _File:
    version: int
    leftovers: tuple[_Entry, ...]
