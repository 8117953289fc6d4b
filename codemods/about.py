"""Of which class words speak, and how that is known: the reasons for what changes in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple

from codemods.data import Spec
from codemods.declarations import fits, owns
from codemods.examples import Example
from codemods.index import Index
from codemods.markdown import Mention
from codemods.occurrences import in_module
from codemods.questions import defined, defines
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef, Module
from codemods.text import Text, qualifier, words
from codemods.traced import answers

_HEAD = re.compile(r"class[ \t]+(\w+)(?:[ \t]*\(([^()]*)\))?")
_MARGIN = re.compile(r"[ \t#>]*")
_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+\b")
_WORD = re.compile(r"\w+")
_NOBODY = "which is no class of the project"
_SELF = re.compile(r"\b(?:self|cls)\.$")


def belongs(index: Index, roles: Roles, ref: ClassRef) -> str:
    """How a class outside the hierarchy plays a part in it; empty for one that is in it or plays none."""
    if ref not in roles.of or ref in index.members:
        return ""
    if roles.of[ref].part is Part.PROTOCOL:
        info = index.classes.get(ref)
        having = next((r for r in index.members if info and fits(index.classes, r, info)), None)
        return f", a Protocol that asks for what {having.name} has" if having else ""
    users = index.descendants(ref)
    near = next((r for r in users if ref in index.members[r].parents), users[0] if users else None)
    return f", which {near.name} inherits" if near else ""


class _Example(NamedTuple):
    """A class that is written down in words: its name, those of its bases, its line."""

    name: str
    bases: tuple[str, ...]
    line: int


class About:
    """Finds it for the names in documents, docstrings and comments of one tree."""

    def __init__(self, index: Index, roles: Roles, spec: Spec) -> None:
        self.index = index
        self.roles = roles
        self.spec = spec
        self._members = {ref.name for ref in roles.of}
        self._evidence: dict[str, str] = {}
        self._ages: dict[str, str] = {}
        self._others: dict[str, bool] = {}

    def classes(self, word: str) -> Iterator[ClassRef]:
        """The classes of the tree that have a name."""
        modules = self.index.modules
        paths = self._defining.get(word, ())
        answers(modules.snapshot, defines, word).update(dict.fromkeys(paths, True))
        for module in filter(None, map(modules.get, paths)):
            yield from (nodes[0].ref for nodes in module.classes.values() if nodes[0].ref.name == word)

    def others_have(self, name: str) -> bool:
        """Whether a class that is no member has an attribute: one that names it has it then."""
        if name not in self._others:
            found = self.index.modules.classes_by(name)
            classes, members = self.index.classes, self.index.members
            self._others[name] = any(owns(classes, ref, name) for ref in found if ref not in members)
        return self._others[name]

    @cached_property
    def _defining(self) -> dict[str, list[PurePosixPath]]:
        """The names of classes, and the files whose bytes seem to define them."""
        found: dict[str, list[PurePosixPath]] = {}
        for path in self.index.modules.askable:
            for name in defined(self.index.modules, path):
                found.setdefault(name, []).append(path)
        return found

    # --- documents ----------------------------------------------------------------------------------

    def in_document(self, text: Text, offset: int, name: str, mention: Mention) -> str:
        """Why a name in a document is that of a migrated class."""
        return f"documentation of {self._subject(text, offset, name, mention)}{self._age(name)}"

    def _subject(self, text: Text, offset: int, name: str, mention: Mention) -> str:
        line, _ = text.place(offset)
        example = _example(text, line) if mention.kind == "fence" else None
        if example and example.name in mention.owners:
            return self._exemplified(example, name)
        if owner := next((o for o in mention.owners if self._fitting(o, name)), None):
            return f"{owner}, named here"
        if owner := next((o for o in mention.owners if o[:1].isupper()), None):
            has = "which has none itself" if any(self.classes(owner)) else _NOBODY
            return f"{owner}, {has}{self._only(name)}"
        for number, around in enumerate(mention.around):
            if owner := next((w for w in _WORD.findall(around) if self._fitting(w, name)), None):
                here = mention.kind != "fence" and not number
                return f"{owner}, named here" if here else f"{owner} (named in line {_first(text, owner)})"
        for word in (w for around in mention.around for w in _CAMEL.findall(around)):
            if _is_marked(text, word) and not any(self.classes(word)):
                return f"{word} (named in line {_first(text, word)}), {_NOBODY}{self._only(name)}"
        if owner := next((w for w in _WORD.findall(text.text) if self._fitting(w, name)), None):
            return f"the hierarchy, for this page names {owner} (line {_first(text, owner)})"
        return f"the hierarchy{self._only(name)}"

    def _exemplified(self, example: _Example, name: str) -> str:
        """An example class as the subject, and what the project knows of it."""
        said = f"{example.name} (line {example.line})"
        known = any(self.classes(example.name))
        if base := next((b for b in example.bases if self._fitting(b, name)), None):
            return f"{said}, a {base}" if known else f"{said}, a {base}; an example, {_NOBODY}"
        if self._fitting(example.name, name):
            return said
        strange = next((b for b in example.bases if b[:1].isupper() and not any(self.classes(b))), None)
        if not known:
            neither = f"neither it nor {strange} is a class of the project" if strange else _NOBODY
            said += f", an example: {neither}"
        return said + self._only(name)

    def _fitting(self, word: str, name: str) -> bool:
        """Whether a word is the name of a migrated class that may have an attribute."""
        if word not in self._members:
            return False
        sides = {role.side for ref, role in self.roles.of.items() if ref.name == word}
        return name in self.spec.stale or bool(sides & {None, self.spec.side_of(name)})

    # --- Python ---------------------------------------------------------------------------------------

    def in_module(self, module: Module, offset: int, name: str, kind: str) -> str:
        """Why a name is that of a migrated class; ``kind`` is docstring or comment."""
        text = module.text
        line, _ = text.place(offset)
        before = qualifier(text.text, offset)
        owner, joint = module.class_at(line), "of"
        if kind == "comment":
            owner, joint = owner or _above(module, line), "in"
            kind = _CODE if _is_code(text, offset, name) else kind
        if before and self._fitting(before, name):
            told = f"{kind} about {before}, named here"
        elif owner is None:
            told = f"{kind} {joint} {self._module(module, name)}"
        elif owner not in self.roles.of:
            told = f"{kind} {joint} {owner.name}, which has none itself{self._only(name)}"
        else:
            told = f"{kind} {joint} {owner.name}{belongs(self.index, self.roles, owner)}"
            if kind == _CODE and _SELF.search(text.text, max(0, offset - 5), offset):
                told += ", where self is one"
        return told + self._illustrated(module, line) + self._age(name)

    def _module(self, module: Module, name: str) -> str:
        inside = (nodes[0].ref for nodes in module.classes.values())
        if defined := next((ref.name for ref in inside if ref in self.roles.of), None):
            return f"the module that defines {defined}"
        if named := words(self._members).search(module.text.text):
            return f"a module that names {named[0]}"
        return f"a module{self._only(name)}"

    def _illustrated(self, module: Module, line: int) -> str:
        """What is to be said of an example class in a docstring."""
        example = _example(module.text, line)
        real = {n.node.lineno for nodes in module.classes.values() for n in nodes}
        if example is None or example.line in real or any(self.classes(example.name)):
            return ""
        return f", in its example {example.name} (line {example.line}), {_NOBODY}"

    # --- how it is known --------------------------------------------------------------------------------

    def _only(self, name: str) -> str:
        """What speaks for the hierarchy where no class of it is named."""
        if name not in self._evidence:
            self._evidence[name] = self._having(name)
        return "" if name in self.spec.stale else f"; {self._evidence[name]}"

    def _having(self, name: str) -> str:
        """Which classes have an attribute."""
        classes = self.index.classes
        every = self.index.modules.classes_by(name)
        if any(owns(classes, ref, name) for ref in every if ref not in self.roles.of):
            return "no other class that has such a name is named beside it"
        known = dict.fromkeys((*self.index.members, *self.roles.of))
        having = [ref.name for ref in known if owns(classes, ref, name)]
        if len(having) < 2:
            return f"only {having[0]} has the old name" if having else "no other class has the old name"
        return f"only {having[0]} and other migrated classes have the old name"

    def _age(self, name: str) -> str:
        """What a spelling that is stale stands for."""
        if name not in self.spec.stale:
            return ""
        if name not in self._ages:
            item = next(i for i in self.spec.lifted if i.new == self.spec.stale[name])
            sided = [old for side, old in item.old.items() if side in name.split("_")]
            olds = " or ".join(sided or item.old.values())
            found = (o.kind for m in self.index.modules.mentioning(name) for o in in_module(m, {name: None}))
            only = "" if {*found} - {"comment", "docstring"} else f"; no code has {name}"
            self._ages[name] = f"{only}; the migration takes it for an outdated spelling of {olds}"
        return self._ages[name]


_CODE = "commented-out code"


def _is_code(text: Text, offset: int, name: str) -> bool:
    """Whether a name in a comment is an attribute or a call in code that can be read."""
    line, column = text.place(offset)
    before, after = text.line(line)[: column - 1], text.line(line)[column - 1 + len(name) :]
    if not before.endswith(".") and after.lstrip()[:1] not in ("(", "=", ":"):
        return False
    first = last = line
    if _is_comment(before):
        while first > 1 and _is_comment(text.line(first - 1)):
            first -= 1
        while last < len(text.starts) and _is_comment(text.line(last + 1)):
            last += 1
    for a, b in {(first, last), (line, line)}:
        rows = [text.line(n).lstrip().lstrip("#") for n in range(a, b + 1)]
        if not _is_comment(before):
            rows = [before.rpartition("#")[2] + name + after]
        if Example("\n".join(rows)).part(line - a + 1, len(name + after), name) is not None:
            return True
    return False


def _is_comment(row: str) -> bool:
    return row.lstrip().startswith("#")


def _above(module: Module, line: int) -> ClassRef | None:
    """The class at whose end an indented comment stands."""
    text = module.text
    if not text.line(line)[:1].isspace():
        return None
    while line > 1 and not text.line(line).partition("#")[0].strip():
        line -= 1
    return module.class_at(line)


def _example(text: Text, line: int) -> _Example | None:
    """The class that the code around a line of words defines, by its indentation."""
    margin = len(_margin(text.line(line)))
    for number in range(line, 0, -1):
        row = text.line(number)
        own = _margin(row)
        if number < line and (not row[len(own) :].strip() or len(own) >= margin):
            continue
        margin = min(margin, len(own))
        if head := _HEAD.match(row, len(own)):
            bases = tuple(b.partition("[")[0].strip().rpartition(".")[2] for b in (head[2] or "").split(","))
            return _Example(head[1], tuple(filter(None, bases)), number)
        if not margin:
            return None
    return None


def _margin(row: str) -> str:
    found = _MARGIN.match(row)
    return found[0] if found else ""


def _first(text: Text, word: str) -> int:
    """The line that names something first."""
    found = words([word]).search(text.text)
    return text.place(found.start())[0] if found else 1


def _is_marked(text: Text, word: str) -> bool:
    """Whether a document names something as code: in a code span, or as a class."""
    return re.search(rf"`{word}`|\bclass\s+(?:\w+\s*\([^()]*\b)?{word}\b", text.text) is not None
