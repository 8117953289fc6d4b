"""The types of receivers: what mypy, in a process of its own, says stands before an attribute.

mypy's columns are not to be trusted (UTF-8 bytes, or worse where a line is not ASCII), so an answer is
matched by its line, its name and its order among those in the line. Where that leaves a doubt there is no
answer.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from codemods import files
from codemods.data import MigrationError, Snapshot
from codemods.foreign import is_foreign
from codemods.gates import inside
from codemods.gates.mypy import PYTHON, Mypy
from codemods.outside import Outside, outside
from codemods.scopes import ClassRef, Module
from codemods.text import Text, UnreadableSource, decode, parse
from codemods.traced import bare, reading

_LAST_WORD = re.compile(r"(\w+)\s*\.\s*$")
_LOCAL = re.compile(r"(?P<name>\w+)@(?P<line>\d+)(?P<inner>(?:\.\w+)*)$")
"""A class in a function, as mypy names it."""

Place = tuple[PurePosixPath, int, int]
"""A path with a 1-based line and column; columns count code points."""

Question = tuple[int, int, str]
"""The line and column of an attribute's name, and the name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The classes a receiver may be of (None apart; a class counts like its instances).

    ``classes`` holds their names in full as mypy knows them (``pkg.mod.Outer.Inner``), ``homes`` for each
    where it stands in the snapshot, None outside. Not ``complete``: it may be of other classes as well.
    """

    classes: tuple[str, ...]
    complete: bool
    homes: tuple[ClassRef | None, ...] = ()

    @property
    def reason(self) -> str:
        """A sentence such as ``receiver is BasePrivateComposite (mypy)``."""
        names = [re.sub(r"@\d+", "", name).rpartition(".")[2] for name in self.classes]
        return f"receiver is {' or '.join((*names, *(() if self.complete else ('unknown',))))} (mypy)"


UNKNOWN = Answer((), False)


@dataclass(frozen=True, slots=True)
class Answers:
    """What mypy knows, by place; nothing, and why, where it did not come to an end.

    ``read`` is what it has read beside the snapshot; None where that cannot be told for sure.
    """

    by_place: Mapping[Place, Answer] = field(default_factory=lambda: MappingProxyType({}))
    failure: str = ""
    read: Outside | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Oracle:
    """mypy, to be asked. The fields are those of the gate, whose cache is used and filled."""

    cache: Path
    source_roots: tuple[PurePosixPath, ...]
    python: Path = field(default_factory=lambda: Path(sys.executable))
    timeout: float = 600.0
    beside: tuple[PurePosixPath, ...] = ()

    def ask(
        self, tree: Path, snapshot: Snapshot, questions: Mapping[PurePosixPath, Collection[Question]]
    ) -> Answers:
        """The types of the receivers before the attributes asked about; one call for all of them.

        ``tree`` is a directory that holds ``snapshot``, and is only read; where they differ the snapshot
        counts. Of a name, all attributes in a line are to be asked about, or none is answered.
        """
        begun = time.time_ns()
        texts = {path: text for path in questions if (text := _read(snapshot, path))}
        if not any(questions[path] for path in texts):
            return Answers(read=Outside())
        question = {
            "asked": {str(path): text.text for path, text in texts.items()},
            "changed": _changed(tree, snapshot, texts),
            "names": sorted({name for path in texts for _, _, name in questions[path]}),
        }
        gate = Mypy(
            self.cache.absolute(), self.source_roots, self.python, timeout=self.timeout, beside=self.beside
        )
        try:
            said = inside.ask("codemods.oracle", gate, tree, question)
        except MigrationError as error:
            return Answers(failure=str(error))
        found = MappingProxyType(_understood(said, tree, snapshot, texts, questions))
        return Answers(found, read=_outside(said, tree, snapshot, self.python, begun))


def _read(snapshot: Snapshot, path: PurePosixPath) -> Text | None:
    try:
        return decode(snapshot[path])
    except UnreadableSource:
        return None


def _outside(
    said: Mapping[str, Any], tree: Path, snapshot: Snapshot, python: Path, begun: int
) -> Outside | None:
    """What mypy has read beside the snapshot; None where it may have read what was written meanwhile."""
    if not outside((str(tree / file) for file in said["files"]), ()).is_older_than(begun):
        return None
    ours = {path for path in map(PurePosixPath, said["files"]) if path in bare(snapshot)}
    # Which files there are counts for mypy, too, and what is in them and in its settings.
    reading(snapshot, (*ours, *(path for path in snapshot if path.name in files.SETTINGS)))
    read = (tree / file for file in said["files"] if PurePosixPath(file) not in ours)
    return outside(map(str, (python, *read)), (str(tree / folder) for folder in said["folders"]))


def _changed(tree: Path, snapshot: Snapshot, but: Collection[PurePosixPath]) -> dict[str, str]:
    """The modules that are not in the directory as the snapshot has them."""
    there = bare(snapshot)
    ours = (path for path in there if not is_foreign(path) and path not in but)
    modules = [path for path in ours if path.suffix in PYTHON]
    other = [path for path in modules if files.peek(tree, path) != there[path]]
    return {str(path): text.text for path in other if (text := _read(snapshot, path))}


# --- what the answer means ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A receiver as mypy sees it; ``tail`` is its last word, where it has one."""

    column: int
    tail: str
    answer: Answer


def _understood(
    said: Mapping[str, Any],
    tree: Path,
    snapshot: Snapshot,
    texts: Mapping[PurePosixPath, Text],
    questions: Mapping[PurePosixPath, Collection[Question]],
) -> dict[Place, Answer]:
    homes = {name: _home(home, tree, snapshot) for name, home in said["homes"].items()}
    answers: dict[Place, Answer] = {}
    for path, text in texts.items():
        found: dict[tuple[int, str], list[_Found]] = {}
        for line, column, name, tail, classes, complete in said["found"].get(str(path), ()):
            places = [place for c in classes if (place := homes[c])]
            answer = UNKNOWN
            if classes and len(places) == len(classes):
                certain = complete and all(place.certain for place in places)
                answer = Answer(tuple(classes), certain, tuple(place.ref for place in places))
            found.setdefault((line, name), []).append(_Found(column, tail, answer))
        matched = _matched(text, questions[path], found)
        answers |= {(path, line, column): a for line, column, a in matched if a != UNKNOWN}
    return answers


def _matched(
    text: Text, questions: Iterable[Question], found: Mapping[tuple[int, str], list[_Found]]
) -> Iterator[tuple[int, int, Answer]]:
    asked: dict[tuple[int, str], list[int]] = {}
    for line, column, name in questions:
        asked.setdefault((line, name), []).append(column)
    for (line, name), columns in asked.items():
        there = sorted(found.get((line, name), ()), key=lambda f: f.column)
        if len(there) != len(columns):
            continue
        pairs = [*zip(sorted(columns), there, strict=True)]
        if len({f.answer for f in there}) == 1 or _in_order(text.line(line), pairs):
            yield from ((line, column, f.answer) for column, f in pairs)


def _in_order(line: str, pairs: list[tuple[int, _Found]]) -> bool:
    """Whether nothing speaks against the order in which mypy has the receivers of a line."""
    words = [_LAST_WORD.search(line[: column - 1]) for column, _ in pairs]
    tails = [f.tail for _, f in pairs]
    different = len({f.column for _, f in pairs}) == len(pairs)
    return different and all(not (w and t) or w[1] == t for w, t in zip(words, tails, strict=True))


@dataclass(frozen=True, slots=True)
class _Home:
    """A class of the snapshot, or one from outside; of that, what it inherits may be unknown (mocks)."""

    ref: ClassRef | None
    certain: bool = True


def _home(home: tuple[str, str, bool], tree: Path, snapshot: Snapshot) -> _Home | None:
    """Where a class stands, None when that cannot be told."""
    name, qualname, vague = home
    # Of another tree, be it in an environment within this one, files go by absolute paths.
    path = PurePosixPath(name if PurePosixPath(name) in snapshot else (tree / name).resolve())
    if path not in snapshot:
        return _Home(None, not vague)
    if "@" not in qualname:
        return _Home(ClassRef(path, qualname))
    local, text = _LOCAL.search(qualname), _read(snapshot, path)
    if local is None or text is None:
        return None
    try:
        nodes = [node for found in Module(path, text, parse(text)).classes.values() for node in found]
    except UnreadableSource:
        return None
    wanted = local["name"], int(local["line"])
    outer = [node.ref for node in nodes if (node.ref.name, node.node.lineno) == wanted]
    return _Home(ClassRef(path, outer[0].qualname + local["inner"])) if len(outer) == 1 else None
