"""The hierarchy of a root class: the root and its descendants, found by a fixpoint over the tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath

from codemods.classes import Classes, ClassInfo
from codemods.data import MigrationError, Snapshot, Spec
from codemods.foreign import is_foreign
from codemods.layout import imports_one, leading
from codemods.modules import External, Missing, Modules
from codemods.scopes import ClassRef, Function, Module


@dataclass(frozen=True)
class Index:
    """The hierarchy: its root and all members, each after its parents."""

    classes: Classes
    root: ClassRef
    members: Mapping[ClassRef, ClassInfo]
    missing: tuple[tuple[ClassRef, Missing], ...]
    """Classes whose header names a base that its module does not have, and which may be members."""
    _used: dict[str, set[str]] = field(default_factory=dict, init=False, compare=False, repr=False)

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
        """The members below a class, be it one itself (then it comes first) or not."""
        return tuple(self._below.get(ref, ()))

    def used_in(self, method: str) -> Set[str]:
        """The attributes that the members' methods of a name use or set, of whatever object."""
        if method not in self._used:
            nodes = (node for function in self._methods.get(method, ()) for node in ast.walk(function))
            self._used[method] = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        return self._used[method]

    @cached_property
    def _methods(self) -> Mapping[str, Sequence[Function]]:
        found: dict[str, list[Function]] = {}
        for function in (f for info in self.members.values() for f in info.functions()):
            found.setdefault(function.name, []).append(function)
        return found

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
        for module in modules.defining(name)
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
        self.members: dict[ClassRef, None] = {root: None}
        self.known: set[str] = set()
        """Names that members go by."""
        self.renamed: dict[PurePosixPath, set[str]] = {}
        """Files that have been looked at, and may not be held any more: what has another name there."""
        self.handing: set[PurePosixPath] = set()
        """Packages that hand members on."""
        self.lacking: dict[PurePosixPath, tuple[tuple[ClassRef, Missing], ...]] = {}
        """The classes of a file with a base that is missing from where it is imported."""
        self.searched: set[PurePosixPath] = set()
        """Homes whose importers are read."""

    def run(self, names: list[str], old_names: list[str]) -> None:
        self.modules.hold(self.root.path)
        self.known |= {*names}
        wanted = {*names, *old_names}
        while wanted:
            fresh: set[str] = set()
            for path in chain(self.modules.spelling(wanted), self._importers()):
                if self._is_looked_at(path, wanted) and (module := self.modules.get(path)):
                    fresh |= self._look(module)
            wanted = fresh - self.known
            self.known |= fresh

    def _is_looked_at(self, path: PurePosixPath, fresh: set[str]) -> bool:
        """Whether a file is to be looked at; again for a name that is ``fresh`` and has another there."""
        known = self.renamed.get(path)
        return known is None or path.stem == "__init__" or not known.isdisjoint(fresh)

    def _look(self, module: Module) -> set[str]:
        """The names by which a file has members, those that it defines included."""
        infos = [info for nodes in module.classes.values() if (info := self.classes.get(nodes[0].ref))]
        joining = [info.ref for info in infos if self._is_member(info.ref)]
        if joining:
            self.modules.hold(module.path)
            self.members.update(dict.fromkeys(joining))
        if module.path not in self.renamed:
            others = (
                (n, self._other_name(b.name, b.value)) for n, bs in module.scope.bindings.items() for b in bs
            )
            self.renamed[module.path] = {other for name, other in others if other not in (name, None)}
            found = ((info.ref, b.meaning) for info in infos for b in info.bases)
            self.lacking[module.path] = tuple((r, m) for r, m in found if isinstance(m, Missing))
        named = self._members_named(module)
        if named and module.path.stem == "__init__":
            self.handing.add(module.path)
        return named | {ref.name for ref in joining}

    def _is_member(self, ref: ClassRef) -> bool:
        return self.root in self.classes.mro(ref)

    def _importers(self) -> Iterator[PurePosixPath]:
        """Files that import from a home: a base of theirs may be what that home does not have."""
        homes = frozenset(self._homes() - self.searched)
        self.searched |= homes
        for path in self.modules.spelling(leading(homes).words):
            if path not in self.renamed and self.modules.asked(imports_one, homes, (path,)):
                yield path

    def _homes(self) -> set[PurePosixPath]:
        """The files of the members, and the packages that hand members on."""
        return {ref.path for ref in self.members} | self.handing

    def _members_named(self, module: Module) -> set[str]:
        """The names by which a module has members, as far as their names are known by now."""
        return {
            name
            for name, bindings in module.scope.bindings.items()
            if any(name in self.known or self._other_name(b.name, b.value) in self.known for b in bindings)
            and isinstance(meaning := self.modules.meaning(ast.Name(name, lineno=1), module.scope), ClassRef)
            and self._is_member(meaning)
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
        every = (each for found in self.lacking.values() for each in found)
        return tuple((ref, missing) for ref, missing in every if missing.module in homes)


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
