"""The hierarchy of a root class: its descendants, their ancestors in order, and what their bodies hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from codemods.data import MigrationError, Snapshot, Spec
from codemods.foreign import is_foreign
from codemods.modules import External, Meaning, Missing, Modules
from codemods.scopes import ClassNode, ClassRef, Module, statements

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Base:
    """A base in a class header and what it names."""

    node: ast.expr
    meaning: Meaning | None


@dataclass(frozen=True)
class ClassInfo:
    """A class with the bases its header names; ``nodes`` holds every statement that defines it."""

    ref: ClassRef
    nodes: tuple[ClassNode, ...]
    bases: tuple[Base, ...]

    @property
    def line(self) -> int:
        return self.nodes[0].node.lineno

    @property
    def parents(self) -> tuple[ClassRef, ...]:
        """The bases that are other classes of the tree."""
        found = (base.meaning for base in self.bases)
        return tuple(ref for ref in found if isinstance(ref, ClassRef) and ref != self.ref)

    def functions(self) -> Iterator[Function]:
        """The functions defined in the class body, in conditional blocks too."""
        for node in self.nodes:
            yield from (s for s in statements(node.node.body) if isinstance(s, Function))

    @cached_property
    def assignments(self) -> tuple[tuple[ast.Assign | ast.AnnAssign, Function | None], ...]:
        """The assignments in the class body, then those in its functions, each with its function."""
        own = [(s, None) for node in self.nodes for s in statements(node.node.body)]
        inner = [(n, function) for function in self.functions() for n in ast.walk(function)]
        return tuple((n, f) for n, f in (*own, *inner) if isinstance(n, ast.Assign | ast.AnnAssign))

    def function(self, name: str) -> Function | None:
        """The last definition of a function of this name in the class body."""
        return next((f for f in reversed(list(self.functions())) if f.name == name), None)


class Classes:
    """Classes of the tree by reference, read when asked for."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._infos: dict[ClassRef, ClassInfo | None] = {}
        self._lines: dict[ClassRef, tuple[ClassRef, ...]] = {}
        self.members: dict[ClassRef, frozenset[str]] = {}
        """What ``declarations.members`` has found."""

    def get(self, ref: ClassRef) -> ClassInfo | None:
        if ref not in self._infos:
            module = self.modules.get(ref.path) if ref.path in self.modules.snapshot else None
            nodes = tuple(module.classes.get(ref.qualname, ())) if module else ()
            self._infos[ref] = self._info(ref, nodes) if nodes else None
        return self._infos[ref]

    def _info(self, ref: ClassRef, nodes: tuple[ClassNode, ...]) -> ClassInfo:
        bases = tuple(Base(b, self.base(b, node)) for node in nodes for b in node.node.bases)
        return ClassInfo(ref, nodes, bases)

    def base(self, base: ast.expr, node: ClassNode) -> Meaning | None:
        """What a base in a class header is; one of the class's own name is what that was before."""
        name, bindings = node.node.name, node.scope.bindings[node.node.name]
        earlier = sum(binding.node.lineno < node.node.lineno for binding in bindings)
        return self.modules.meaning(base, node.scope, {(id(node.scope), name): earlier})

    def mro(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """The class and its ancestors in the tree, in Python's method resolution order (C3).

        A hierarchy that Python itself would refuse is given depth first.
        """
        if ref not in self._lines:
            self._lines[ref] = self._linear(ref, frozenset())
        return self._lines[ref]

    def unknown_base(self, ref: ClassRef) -> str | None:
        """A base of a class, or of one it inherits, that may be any class; None when all are known."""
        infos = [info for ancestor in self.mro(ref) if (info := self.get(ancestor))]
        bases = ((info, base) for info in infos for base in info.bases)
        return next((ast.unparse(base.node) for info, base in bases if not self._is_known(info, base)), None)

    def _is_known(self, info: ClassInfo, base: Base) -> bool:
        if not isinstance(base.node, ast.Call):
            return isinstance(base.meaning, ClassRef | External)
        # What a library makes of things from outside, such as a namedtuple, is outside too.
        names = (n for n in ast.walk(base.node) if isinstance(n, ast.Name))
        return all(isinstance(self.modules.meaning(n, info.nodes[0].scope), External) for n in names)

    def _linear(self, ref: ClassRef, seen: frozenset[ClassRef]) -> tuple[ClassRef, ...]:
        info = self.get(ref)
        if info is None or ref in seen:
            return (ref,)
        parents = [p for p in info.parents if p not in seen and p != ref]
        lines = [list(self._linear(p, seen | {ref})) for p in parents]
        return (ref, *_merge([*lines, list(parents)]))


def _merge(lines: list[list[ClassRef]]) -> Iterator[ClassRef]:
    while lines := [line for line in lines if line]:
        heads = (line[0] for line in lines)
        head = next((h for h in heads if not any(h in line[1:] for line in lines)), lines[0][0])
        yield head
        lines = [[ref for ref in line if ref != head] for line in lines]


@dataclass(frozen=True, slots=True)
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
        return tuple(m for m in self.members if ref in self.classes.mro(m))


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
        """Names that members go by, and those of their modules."""
        self.read: dict[PurePosixPath, Module] = {}

    def run(self, names: list[str], old_names: list[str]) -> None:
        self.known |= {*names}
        wanted = {*names, *old_names}
        while wanted:
            self._parse(wanted)
            fresh = self._join() | self._stems() | self._aliases()
            wanted = fresh - self.known
            self.known |= fresh

    def _parse(self, wanted: set[str]) -> None:
        for path in self.modules.naming(wanted):
            if path not in self.read and (module := self.modules.get(path)):
                self.read[path] = module

    def _join(self) -> set[str]:
        for module in self.read.values():
            for nodes in module.classes.values():
                if nodes[0].ref not in self.members and self.root in self.classes.mro(nodes[0].ref):
                    self.members.add(nodes[0].ref)
        return {ref.name for ref in self.members}

    def _stems(self) -> set[str]:
        """Module names: who imports a name that is missing from there mentions at least these."""
        modules = {path.stem for path in self._homes() if path.stem != "__init__"}
        packages = {path.parent.name for path in self._homes() if path.stem == "__init__"}
        return modules | {f"{name} import" for name in packages}

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
        return tuple(
            (nodes[0].ref, base.meaning)
            for module in self.read.values()
            for nodes in module.classes.values()
            if (info := self.classes.get(nodes[0].ref))
            for base in info.bases
            if isinstance(base.meaning, Missing) and base.meaning.module in homes
        )
