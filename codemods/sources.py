"""The sources of a snapshot: searched as bytes, and parsed when something asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from pathlib import PurePosixPath
from typing import Self, TypeVar, cast
from weakref import WeakValueDictionary

from codemods.data import Failure, Snapshot
from codemods.large import searched, words
from codemods.layout import CODE, Layout
from codemods.scopes import ClassRef, Module
from codemods.text import UnreadableSource, decode, parse
from codemods.traced import answers, bare, over

ROOM = 2**20
"""Characters of the files that are held parsed though nobody wants them to be."""


_Fact = TypeVar("_Fact")


class Sources(Layout):
    """The Python files of a snapshot, as bytes to search in and as modules."""

    def __init__(self, snapshot: Snapshot, tops: Sequence[PurePosixPath] = ()) -> None:
        super().__init__(snapshot, tops)
        self.failures: dict[PurePosixPath, Failure] = {}
        self.sound: set[PurePosixPath] = set()
        """Files that parse, held or not."""
        self.parsed: dict[PurePosixPath, Module | None] = {}
        self._before: Self | None = None
        """Whose modules these are but for those of the files that are ``_fresh``."""
        self._fresh: Set[PurePosixPath] = frozenset()
        self._passing: dict[PurePosixPath, int] = {}
        """Those of the parsed that are let go where more are read than there is room for, with their size."""
        self._taken = 0
        self._alive: WeakValueDictionary[PurePosixPath, Module] = WeakValueDictionary()
        self._naming: dict[str, tuple[PurePosixPath, ...]] = {}
        self._told: dict[tuple[PurePosixPath, Callable[[Module], object]], object] = {}
        self._searchable: dict[PurePosixPath, bytes] = {}

    def get(self, path: PurePosixPath) -> Module | None:
        """The parsed module, or None when it cannot be read (then ``failures`` says why).

        It is the same one as long as anybody has it; one that nobody has may have to be parsed again.
        """
        if self._before is not None and path not in self._fresh:
            return self._before.get(path)
        if path not in self.parsed:
            module = self._alive.get(path) or self._read(path)
            if module:
                self._alive[path] = module
                self._make_room(path, len(module.text.text))
            self.parsed[path] = module
        elif path in self._passing:
            self._passing[path] = self._passing.pop(path)  # the last one that goes
        return self.parsed[path]

    def _read(self, path: PurePosixPath) -> Module | None:
        try:
            text = decode(self.snapshot[path])
            module = Module(path, text, parse(text))
        except UnreadableSource as error:
            self.failures[path] = Failure(path, error.code, error.reason)
            return None
        self.sound.add(path)
        return module

    def _make_room(self, path: PurePosixPath, size: int) -> None:
        self._passing[path] = size
        self._taken += size
        while self._taken > ROOM and len(self._passing) > 1:
            oldest = next(iter(self._passing))
            self._taken -= self._passing.pop(oldest)
            del self.parsed[oldest]

    def hold(self, path: PurePosixPath) -> None:
        """Let a module never go that is wanted to the end."""
        self.get(path)
        self._taken -= self._passing.pop(path, 0)

    def changed(self, files: Snapshot) -> Self:
        """The modules with these files in place of theirs; the others are the same."""
        made = type(self)(over(self.snapshot, files), self.tops)
        made._before, made._fresh = self, frozenset(files)
        made._searchable = {path: data for path, data in self._searchable.items() if path not in files}
        return made

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_alive"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._alive = WeakValueDictionary({path: m for path, m in self.parsed.items() if m})

    def mentioning(self, name: str) -> Iterator[Module]:
        """The modules whose bytes hold a name; those that cannot be read are left out."""
        yield from filter(None, map(self.get, self.holding(name)))

    def classes_by(self, name: str) -> Iterator[ClassRef]:
        """The classes of these modules."""
        for path in self.holding(name):
            yield from self.told(path, _classes) or ()

    def told(self, path: PurePosixPath, of: Callable[[Module], _Fact]) -> _Fact | None:
        """What a function tells of a module and of nothing else, asked once; None where it cannot be read."""
        if self._before is not None and path not in self._fresh:
            return self._before.told(path, of)
        if (path, of) not in self._told:
            module = self.get(path)
            self._told[path, of] = of(module) if module else None
        return cast("_Fact | None", self._told[path, of])

    def holding(self, name: str) -> Sequence[PurePosixPath]:
        """The sources whose bytes hold a name, be it as part of a longer word."""
        if name not in self._naming:
            self._naming[name] = tuple(self.naming((name,)))
        return self._naming[name]

    def defining(self, name: str) -> Iterator[Module]:
        """The modules whose bytes seem to define a class of this name."""
        head = re.compile(rb"class[\s\\]+%s(?![\w\x80-\xff])" % name.encode("utf-8", "surrogateescape"))
        for path in self.naming((name,)):
            defines = path in self.parsed or head.search(searched(path, self.snapshot[path]))
            if defines and (module := self.get(path)):
                yield module

    def mentions(self, path: PurePosixPath, names: Iterable[str]) -> bool:
        """Whether a file holds one of these names, be it as part of a longer word."""
        return any(True for _ in self.naming(names, (path,)))

    def naming(
        self, names: Iterable[str], paths: Collection[PurePosixPath] | None = None
    ) -> Iterator[PurePosixPath]:
        """Those of the sources, or of ``paths``, that ``mentions`` is true of."""
        every = {*names}
        shortest = (name for name in every if not any(o in name for o in every if o != name))
        wanted = [name.encode("utf-8", "surrogateescape") for name in shortest]
        whole, snapshot = all(map(str.isidentifier, every)), bare(self.snapshot)
        holding = answers(self.snapshot, _holds, _asked(every, paths))
        for path in self.askable if paths is None else paths:
            if path not in self._searchable:
                self._searchable[path] = words(snapshot, path)
            data = self._searchable[path] if whole else searched(path, snapshot[path])
            for name in wanted:  # a generator for each file would take longer than the search
                if name in data:
                    holding[path] = True
                    yield path
                    break

    def spelling(
        self, names: Iterable[str], paths: Collection[PurePosixPath] | None = None
    ) -> Iterator[PurePosixPath]:
        """The same without those that hold the names as part of longer words only."""
        every = {*names}
        either = b"|".join(re.escape(name.encode("utf-8", "surrogateescape")) for name in every)
        # Beside what is not ASCII it counts: that may be no letter.
        word = re.compile(rb"(?<![0-9A-Za-z_])(?:%s)(?![0-9A-Za-z_])" % either)
        whole = all(map(str.isidentifier, every))
        holding = answers(self.snapshot, _spells, _asked(every, paths))
        for path in self.naming(every, paths):
            if not whole or word.search(self._searchable[path]):
                holding[path] = True
                yield path


_Asked = tuple[frozenset[str], bool]
"""Names, and whether it is only of Python files that they are asked."""


def _asked(names: Set[str], paths: Collection[PurePosixPath] | None) -> _Asked:
    return frozenset(names), paths is None or all(path.suffix in CODE for path in paths)


def _holds(sources: Sources, path: PurePosixPath, asked: _Asked) -> bool:
    names, of_code = asked
    return (not of_code or path.suffix in CODE) and any(True for _ in sources.naming(names, (path,)))


def _spells(sources: Sources, path: PurePosixPath, asked: _Asked) -> bool:
    names, of_code = asked
    return (not of_code or path.suffix in CODE) and any(True for _ in sources.spelling(names, (path,)))


def _classes(module: Module) -> tuple[ClassRef, ...]:
    return tuple(nodes[0].ref for nodes in module.classes.values())
