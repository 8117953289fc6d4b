"""What a name in words is said of: the hierarchy, something else, or what was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods.about import About
from codemods.data import Decision, Spec
from codemods.declarations import owns
from codemods.index import Index
from codemods.markdown import Mention
from codemods.roles import Roles
from codemods.scopes import ClassRef, Module
from codemods.text import Text, qualifier, words

FOREIGN = "foreign fence"
"""The kind of a site in fenced code that is no Python: it stays, and is told to a person."""

_LOGS = r"change[-_ ]?logs?|release[-_ ]?notes?"
_CHANGE_LOG = re.compile(rf"(?:{_LOGS})(?:[\W\d_].*)?|changes|history|news|releases?", re.IGNORECASE)
_LOG_HEADING = re.compile(rf"\W*(?:{_LOGS})\W*", re.IGNORECASE)
_BECOMES = re.compile(r"->|→|=>|⇒|\b(?:becom|renam|replac|deprecat|instead|migrat)|\bnow\b", re.IGNORECASE)
_HELD = r"\b(?:dict|mapping|json|return)"
_KEYS = re.compile(rf"\bkeys?\b.*{_HELD}|{_HELD}.*\bkeys?\b", re.IGNORECASE)
_FILE = re.compile(r"\.(?:pyi?|ipynb|md|rst|txt|json|toml|ya?ml|html?)(?!\w)")
_ADDRESS = re.compile(r"://\S*$")
_WORD = re.compile(r"\w+")

Said = tuple[Decision, str]


class Mentions:
    """Decides what is said in documents, docstrings and comments of one tree."""

    def __init__(self, index: Index, roles: Roles, spec: Spec) -> None:
        self.index = index
        self.roles = roles
        self.spec = spec
        self.new = {**spec.renames, **spec.stale}
        self._members = {ref.name for ref in roles.of}
        self.about = About(index, roles, spec)
        self._owners: dict[tuple[str, str], ClassRef | None] = {}
        self._alive: dict[str, bool] = {}
        self._helpers: dict[str, list[ClassRef]] = {}
        self._capitals: dict[PurePosixPath, set[str]] = {}

    def in_document(self, path: PurePosixPath, text: Text, offset: int, name: str, mention: Mention) -> Said:
        """The decision for a name in a document, and its reason."""
        if _is_log(path) or any(map(_LOG_HEADING.fullmatch, mention.around)):
            return Decision.KEEP, "a change log tells what was"
        if mention.foreign:
            return Decision.KEEP, f"code in {mention.language}"
        if mention.own:
            return Decision.KEEP, mention.own
        after, start = offset + len(name), max(0, offset - 500)
        if _FILE.match(text.text, after) or _ADDRESS.search(text.text, start, offset):
            return Decision.KEEP, "part of an address"
        spoken = mention.around if mention.kind != "fence" else ("", *mention.around)
        kept = self._kept(name, mention.owners, spoken)
        if not kept and not mention.owners and (other := self._subject(path, text.text, name)):
            return Decision.ASK, f"this page names {other.name}, which has a {name} of its own, and no other"
        return kept or (Decision.RENAME, self.about.in_document(text, offset, name, mention))

    def _subject(self, path: PurePosixPath, text: str, name: str) -> ClassRef | None:
        """A class that has such a name, on a page that names it and no class of the hierarchy."""
        if path not in self._capitals:
            self._capitals[path] = {word for word in _WORD.findall(text) if word != word.lower()}
        capitals = self._capitals[path]
        others = (self._other(word, name) for word in sorted(capitals))
        return None if capitals & self._members else next(filter(None, others), None)

    def in_module(self, module: Module, offset: int, name: str, kind: str) -> Said:
        """The decision for a name in a docstring or comment (``kind``), and its reason."""
        line, _ = module.text.place(offset)
        before, owner = qualifier(module.text.text, offset), module.class_at(line)
        owners = (before,) if before else ()
        if not before and (kept := self._kept_in(module, owner, name)):
            return Decision.KEEP, kept
        said = self._kept(name, owners, (module.text.line(line),))
        return said or (Decision.RENAME, self.about.in_module(module, offset, name, kind))

    def _kept_in(self, module: Module, owner: ClassRef | None, name: str) -> str | None:
        """Why a name stays in words about a class, or about a module where ``owner`` is None."""
        if owner is not None and owner in self.roles.shared:
            return f"{owner.name} also serves others outside the hierarchy"
        if owner is not None and owner in self.roles.of:
            return f"a helper of {owner.name}" if self._is_helper(owner, name) else None
        inside = {nodes[0].ref for nodes in module.classes.values()}
        if owner is None and (inside & {*self.roles.of} or words(self._members).search(module.text.text)):
            return None
        others = (ref for ref in ([owner] if owner else sorted(inside, key=lambda r: r.qualname)))
        other = next((ref for ref in others if owns(self.index.classes, ref, name)), None)
        return f"{other.name} has a {name} of its own" if other else None

    def _kept(self, name: str, owners: Iterable[str], around: tuple[str, ...]) -> Said | None:
        """Why a name stays that is said of ``owners``, or of what the words around it name first."""
        if name in self.spec.stale and self._is_alive(name):
            return Decision.KEEP, f"{name} is a name of its own in code"
        for owner in owners:
            if owner in self._members:
                wrong = name in self.spec.renames and self._on_other_side(owner, name)
                return (Decision.KEEP, f"{owner} is on another side") if wrong else None
            if other := self._other(owner, name):
                return Decision.KEEP, f"{other.name} has a {name} of its own"
        spoken = around[0] if around else ""
        if _BECOMES.search(spoken) and words([self.new[name]]).search(spoken):
            return Decision.KEEP, "tells of the renaming itself"
        if _KEYS.search(spoken):
            return Decision.ASK, "it may be the key of a dictionary"
        if helper := self._helper(name, spoken):
            return Decision.ASK, f"{helper.name} has a helper of this name"
        for number, text in enumerate(around):
            named = {*_WORD.findall(text)}
            capital = sorted(word for word in named if word != word.lower())
            others = [other for word in capital if (other := self._other(word, name))]
            if others and (number or named & self._members):
                return Decision.ASK, f"{others[0].name}, named here, has a {name} of its own"
            if others:
                return Decision.KEEP, f"{others[0].name} has a {name} of its own"
            if named & self._members:
                break
        return None

    def _other(self, word: str, name: str) -> ClassRef | None:
        """The class of this name outside the hierarchy that has the attribute; None if one is inside it."""
        if word in self._members or not word[:1].isalpha():
            return None
        if (word, name) not in self._owners:
            found = self.about.classes(word) if self.about.others_have(name) else iter(())
            self._owners[word, name] = next((r for r in found if owns(self.index.classes, r, name)), None)
        return self._owners[word, name]

    def _on_other_side(self, owner: str, name: str) -> bool:
        """Whether all classes of a name are on a side that a name is not of."""
        sides = {role.side for ref, role in self.roles.of.items() if ref.name == owner}
        return not sides & {None, self.spec.side_of(name)}

    def _is_alive(self, name: str) -> bool:
        if name not in self._alive:
            self._alive[name] = any(owns(self.index.classes, ref, name) for ref in self.index.members)
        return self._alive[name]

    def _is_helper(self, ref: ClassRef | None, name: str) -> bool:
        """Whether a class of another side has a method of this name for itself."""
        if ref is None or name in self.spec.stale or not self.spec.is_factory(name):
            return False
        infos = [info for r in self.index.lineage(ref) if (info := self.index.members.get(r))]
        side = self.roles.of[ref].side
        return side not in (None, self.spec.side_of(name)) and any(info.function(name) for info in infos)

    def _helper(self, name: str, spoken: str) -> ClassRef | None:
        """The class with a helper of this name, where a sentence speaks of its side and not of the name's."""
        said = {*_WORD.findall(spoken.lower())}
        if name in self.spec.stale or self.spec.side_of(name).lower() in said:
            return None
        if name not in self._helpers:
            self._helpers[name] = [ref for ref in self.index.members if self._is_helper(ref, name)]
        return next((r for r in self._helpers[name] if (self.roles.of[r].side or "").lower() in said), None)


def _is_log(path: PurePosixPath) -> bool:
    folders = (re.fullmatch(rf"(?:{_LOGS})(?:\.d)?|newsfragments", p, re.IGNORECASE) for p in path.parts[:-1])
    return any(folders) or _CHANGE_LOG.fullmatch(path.stem) is not None
