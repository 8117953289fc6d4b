"""The hierarchy of a root class: the root and its descendants, found by a fixpoint over the tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from codemods.classes import Classes, ClassInfo
from codemods.data import MigrationError, Snapshot, Spec
from codemods.foreign import is_foreign
from codemods.large import searched
from codemods.layout import Leading
from codemods.modules import External, Missing, Modules
from codemods.scopes import ClassRef, Module


@dataclass(frozen=True)
class Index:
    """The hierarchy: its root and all members, each after its parents."""

    classes: Classes
    root: ClassRef
    members: Mapping[ClassRef, ClassInfo]
    missing: tuple[tuple[ClassRef, Missing], ...]
    """Classes whose header names a base that its module does not have, and which may be members."""

    @property
    def modules(self) -> Modules:
        return self.classes.modules

    def home(self, ref: ClassRef) -> Module:
        """The module of a member."""
        module = self.modules.get(ref.path)
        assert module is not None, "it holds a member"
        return module

    def lineage(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """The members in the method resolution order of a class, itself first."""
        return tuple(r for r in self.classes.mro(ref) if r in self.members)

    def parents(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        return tuple(p for p in self.members[ref].parents if p in self.members)

    def divided(self, ref: ClassRef) -> bool:
        """Whether a class is defined several times, and not always as one of the hierarchy."""
        nodes = self.members[ref].nodes if ref in self.members and ref != self.root else ()
        bases = [[self.classes.base(base, node) for base in node.node.bases] for node in nodes]
        return len(bases) > 1 and not all(any(b in self.members for b in found) for found in bases)

    def outside(self, ref: ClassRef) -> list[str]:
        """Bases and metaclass of a class that come from outside the tree, dotted."""
        info = self.classes.get(ref)
        metas = [
            self.modules.meaning(keyword.value, node.scope)
            for node in (info.nodes if info else ())
            for keyword in node.node.keywords
            if keyword.arg == "metaclass"
        ]
        found = (*(base.meaning for base in (info.bases if info else ())), *metas)
        return [meaning.dotted for meaning in found if isinstance(meaning, External)]

    def descendants(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """The class itself and every member below it."""
        return tuple(self._below.get(ref, ()))

    @cached_property
    def _below(self) -> Mapping[ClassRef, Sequence[ClassRef]]:
        found: dict[ClassRef, list[ClassRef]] = {}
        for member in self.members:
            for ancestor in dict.fromkeys(self.classes.mro(member)):
                found.setdefault(ancestor, []).append(member)
        return found


def build(snapshot: Snapshot, spec: Spec, tops: Sequence[PurePosixPath] = ()) -> Index:
    """Find the root class and its descendants; with ``tops`` the root stands in the tree below them.

    Raises MigrationError when there is no root class or several of its name.
    """
    modules = Modules(snapshot, tops)
    classes = Classes(modules)
    root = _root(modules, spec)
    search = _Search(classes, root)
    search.run([root.name], [*spec.renames])
    return Index(classes, root, search.ordered(), search.missing())


def _root(modules: Modules, spec: Spec) -> ClassRef:
    dotted, _, name = spec.root.rpartition(".")
    found = [
        nodes[0].ref
        for module in modules.mentioning(name)
        for nodes in module.classes.values()
        if module.path.suffix == ".py" and nodes[0].ref.name == name
    ]
    if dotted:
        found = [r for r in found if f"{modules.dotted(r.path)}.{r.qualname}" == spec.root]
    there = [r for r in found if is_foreign(r.path)]
    if there and len(there) < len(found):
        both = f"{next(r for r in found if r not in there).path} beside {there[0].path}"
        asked = "leave --hierarchy out, or give the spec a dotted root"
        raise MigrationError(f"class {name} stands in PATH, too: {both}; {asked}")
    if not found or (modules.tops and not there):
        broken = [f for f in modules.failures.values() if modules.mentions(f.path, (name,))]
        where = f" ({broken[0]})" if broken else ""
        place = " and ".join(map(str, modules.tops)) or "this tree"
        hints = ", as far as --hierarchy leads", "; if PATH only uses it, --hierarchy says where it is"
        hint = hints[not modules.tops]
        raise MigrationError(f"no class {spec.root} in {place}{where}{hint}")
    if len(found) > 1:
        places = " and ".join(f"{ref.path} ({modules.dotted(ref.path)}.{ref.qualname})" for ref in found)
        raise MigrationError(f"{len(found)} classes are called {name}: {places}; give the spec a dotted root")
    return found[0]


class _Search:
    """The fixpoint: files that mention a member may define another, and so on."""

    def __init__(self, classes: Classes, root: ClassRef) -> None:
        self.classes = classes
        self.modules = classes.modules
        self.root = root
        self.members: set[ClassRef] = {root}
        self.known: set[str] = set()
        """Names that members go by."""
        self.read: dict[PurePosixPath, Module] = {}
        self.searched: set[PurePosixPath] = set()
        """Homes whose importers are read."""
        self.looked: set[PurePosixPath] = set()
        """Importers that are read."""

    def run(self, names: list[str], old_names: list[str]) -> None:
        self.known |= {*names}
        wanted = {*names, *old_names}
        while wanted:
            self._parse(self.modules.spelling(wanted))
            self._look(self._importers())
            fresh = self._join() | self._aliases()
            wanted = fresh - self.known
            self.known |= fresh

    def _parse(self, paths: Iterable[PurePosixPath]) -> None:
        for path in paths:
            if path not in self.read and (module := self.modules.get(path)):
                self.read[path] = module

    def _look(self, paths: Iterable[PurePosixPath]) -> None:
        """Read files that name no member: they matter where a base is missing, and the rest is let go."""
        for path in paths:
            held = path in self.modules.parsed
            self.looked.add(path)
            if module := self.modules.get(path):
                if any(self._lacking(module)):
                    self.read[path] = module
                elif not held:
                    self.classes.forget(path)

    def _join(self) -> set[str]:
        for module in self.read.values():
            for nodes in module.classes.values():
                if nodes[0].ref not in self.members and self.root in self.classes.mro(nodes[0].ref):
                    self.members.add(nodes[0].ref)
        return {ref.name for ref in self.members}

    def _importers(self) -> Iterator[PurePosixPath]:
        """Files that import from a home: a base of theirs may be what that home does not have."""
        homes = self._homes() - self.searched
        self.searched |= homes
        leading = Leading(homes)
        for path in self.modules.spelling(leading.words):
            if path in self.read or path in self.looked:
                continue
            if self.modules.imports_one(path, searched(path, self.modules.snapshot[path]), leading):
                yield path

    def _homes(self) -> set[PurePosixPath]:
        """The files of the members, and the packages that hand members on."""
        packages = (module for path, module in self.read.items() if path.stem == "__init__")
        handing = {module.path for module in packages if self._members_named(module)}
        return {ref.path for ref in self.members} | handing

    def _aliases(self) -> set[str]:
        """Other names that members go by, through ``import ... as`` and plain assignment."""
        return {name for module in self.read.values() for name in self._members_named(module) - self.known}

    def _members_named(self, module: Module) -> set[str]:
        """The names by which a module has members, as far as their names are known by now."""
        return {
            name
            for name, bindings in module.scope.bindings.items()
            if any(name in self.known or self._other_name(b.name, b.value) in self.known for b in bindings)
            and self.modules.meaning(ast.Name(name, lineno=1), module.scope) in self.members
        }

    @staticmethod
    def _other_name(imported: str | None, value: ast.expr | ClassRef | None) -> str | None:
        match value:
            case ast.Name():
                return value.id
            case ast.Attribute():
                return value.attr
        return imported

    def ordered(self) -> dict[ClassRef, ClassInfo]:
        """Members, each after its parents, otherwise by path and line."""
        infos = {ref: info for ref in self.members if (info := self.classes.get(ref))}
        rank = {ref: len([r for r in self.classes.mro(ref) if r in infos]) for ref in infos}
        return {r: infos[r] for r in sorted(infos, key=lambda r: (rank[r], str(r.path), infos[r].line))}

    def missing(self) -> tuple[tuple[ClassRef, Missing], ...]:
        homes = self._homes()
        every = (found for module in self.read.values() for found in self._lacking(module))
        return tuple((ref, missing) for ref, missing in every if missing.module in homes)

    def _lacking(self, module: Module) -> Iterator[tuple[ClassRef, Missing]]:
        """The classes of a module with a base that is missing from where it is imported."""
        infos = (self.classes.get(nodes[0].ref) for nodes in module.classes.values())
        for info in filter(None, infos):
            yield from ((info.ref, b.meaning) for b in info.bases if isinstance(b.meaning, Missing))


def missing_base(found: Index) -> str:
    """One line about the first base that is missing: its name, where it is imported, what it became."""
    _, first = found.missing[0]
    places = sorted({f"{m.importer}:{m.line}" for _, m in found.missing if m.name == first.name})
    guess = probably(found, first.module)
    ours = "" if is_foreign(first.module) else ", --repair adds the old name"
    became = f"; it probably became {guess.name}{ours}" if guess else ""
    return f"{first.name}, imported in {' and '.join(places)}, is missing from {first.module}{became}"


def probably(found: Index, module: PurePosixPath) -> ClassRef | None:
    """What a missing base was probably renamed to: the only class of its module below the root."""
    candidates = [ref for ref in found.members if ref.path == module]
    return candidates[0] if len(candidates) == 1 else None
