"""Modules of a snapshot and what their names mean."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeGuard

from codemods.data import Snapshot
from codemods.scopes import Binding, ClassRef, Module, Scope, statements
from codemods.sources import Sources


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module or, for a namespace package, its directory."""

    path: PurePosixPath


@dataclass(frozen=True, slots=True)
class External:
    """A name from outside the tree, dotted."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Missing:
    """``from module import name`` in ``importer`` where the module has no such name."""

    name: str
    module: PurePosixPath
    importer: PurePosixPath
    line: int


Meaning = ClassRef | ModuleRef | External | Missing
_Seen = Mapping[tuple[int, str], int]
"""Scope and name -> its binding that is being looked at; what that names is bound by an earlier one."""
_NOTHING: _Seen = {}


class Modules(Sources):
    """The modules of a snapshot: where imports lead and what an expression names."""

    def __init__(self, snapshot: Snapshot, tops: Sequence[PurePosixPath] = ()) -> None:
        super().__init__(snapshot, tops)
        self._imports: dict[PurePosixPath, tuple[PurePosixPath, ...]] = {}

    # --- imports --------------------------------------------------------------------------------

    def imports(self, path: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """The files that importing a file imports at once, packages on the way included."""
        if path not in self._imports:
            module = self.get(path)
            self._imports[path] = tuple(dict.fromkeys(self._imported(module))) if module else ()
        return self._imports[path]

    def _imported(self, module: Module) -> Iterator[PurePosixPath]:
        scope = module.scope
        for binding in (*(b for found in scope.bindings.values() for b in found), *scope.stars):
            if binding.source is None or binding.node in module.type_checking:
                continue
            names = [a.name for a in binding.node.names] if isinstance(binding.node, ast.Import) else []
            inner = f"{binding.source}{'' if binding.source.endswith('.') else '.'}{binding.name}"
            for name in (*names, binding.source, *([inner] if binding.name else [])):
                if path := self.source(name, module.path):
                    found = (*(parent / "__init__.py" for parent in path.parents), path)
                    yield from (p for p in found if p in self.snapshot)

    # --- meanings ---------------------------------------------------------------------------------

    def meaning(self, node: ast.expr | None, scope: Scope, seen: _Seen = _NOTHING) -> Meaning | None:
        """What an expression names: a class, a module, something outside, or nothing known."""
        match node:
            case ast.Name():
                return self._lookup(node.id, scope, seen)
            case ast.Attribute():
                return self._member(
                    self.meaning(node.value, scope, seen), node.attr, scope, node.lineno, seen
                )
            case ast.Subscript():
                return self.meaning(node.value, scope, seen)
            case ast.Constant(value=str() as text):
                try:
                    return self.meaning(ast.parse(text, mode="eval").body, scope, seen)
                except (SyntaxError, ValueError):
                    return None
        return None

    def _lookup(self, name: str, scope: Scope, seen: _Seen) -> Meaning | None:
        level: Scope | None = scope
        while level is not None:
            if (level is scope or not level.is_class) and (name in level.bindings or level.stars):
                found = self._bound(name, level, seen)
                # In a class ``x = x`` takes the outer one.
                outer = level.is_class and (id(level), name) in seen
                if found is not None or (name in level.bindings and not outer):
                    return found
            level = level.parent
        return External(f"builtins.{name}")

    def _bound(self, name: str, scope: Scope, seen: _Seen) -> Meaning | None:
        key, bindings = (id(scope), name), scope.bindings.get(name, [])
        found: Meaning | None = None
        for i in reversed(range(seen.get(key, len(bindings)))):
            meaning = self._binding(bindings[i], scope, {**seen, key: i})
            if isinstance(meaning, ClassRef | ModuleRef):
                return meaning
            # Of several branches one that works is believed before one that fails.
            found = meaning if found is None or (meaning and isinstance(found, Missing)) else found
        for star in scope.stars if found is None and key not in seen else ():
            path = self.source(star.source or "", scope.path)
            target = self.get(path) if path and path in self.snapshot else None
            if target and self.exports(target, name):
                found = self._bound(name, target.scope, {**seen, key: 0})
                if found is not None:
                    return found
        return found

    def _binding(self, binding: Binding, scope: Scope, seen: _Seen) -> Meaning | None:
        if isinstance(binding.value, ClassRef):
            return binding.value
        if binding.source is None:
            named = isinstance(binding.value, ast.Name | ast.Attribute | ast.Subscript)
            entered = isinstance(binding.node, ast.With | ast.AsyncWith)
            return self.meaning(binding.value, scope, seen) if named and not entered else None
        path = self.source(binding.source, scope.path)
        if path is None:
            return External(binding.source if binding.name is None else f"{binding.source}.{binding.name}")
        if binding.name is None:
            return ModuleRef(path)
        return self._member(ModuleRef(path), binding.name, scope, binding.node.lineno, seen)

    def _member(
        self, owner: Meaning | None, name: str, scope: Scope, line: int, seen: _Seen
    ) -> Meaning | None:
        match owner:
            case External():
                return External(f"{owner.dotted}.{name}")
            case ClassRef():
                inner = ClassRef(owner.path, f"{owner.qualname}.{name}")
                module = self.get(owner.path)
                return inner if module and inner.qualname in module.classes else None
            case ModuleRef():
                return self._module_member(owner, name, scope, line, seen)
        return None

    def _module_member(
        self, owner: ModuleRef, name: str, scope: Scope, line: int, seen: _Seen
    ) -> Meaning | None:
        directory = owner.path.parent if owner.path.stem == "__init__" else owner.path
        module = self.get(owner.path) if owner.path in self.snapshot else None
        if module is not None:
            found = self._bound(name, module.scope, seen)
            if found is not None or name in module.scope.bindings:
                return found
        if (owner.path.stem == "__init__" or module is None) and (path := self._file(directory / name)):
            return ModuleRef(path)
        if module is None or "__getattr__" in module.scope.bindings or self._unknown_star(module, set()):
            return None
        return Missing(name, owner.path, scope.path, line)

    def _unknown_star(self, module: Module, seen: set[PurePosixPath]) -> bool:
        """Whether a star import, or one in a file it leads to, may bring any name."""
        seen.add(module.path)
        for star in module.scope.stars:
            path = self.source(star.source or "", module.path)
            if path is None or path not in self.snapshot:
                return True
            inner = self.get(path) if path not in seen else module
            if inner is None or (inner is not module and self._unknown_star(inner, seen)):
                return True
        return False

    def exports(self, module: Module, name: str) -> bool:
        """Whether ``from module import *`` brings ``name``."""
        if "__all__" not in module.scope.bindings:
            return not name.startswith("_")
        values = [s.value for s in statements(module.tree.body) if _is_about_all(s)]
        nodes = [n for value in values if value for n in ast.walk(value)]
        if any(isinstance(n, ast.Constant) and n.value == name for n in nodes):
            return True
        # What is put together from elsewhere may hold any public name.
        literal = all(n.id == "__all__" for n in nodes if isinstance(n, ast.Name))
        return not literal and not name.startswith("_")


def bound_in(scope: Scope, name: str) -> Scope | None:
    """The scope a name is bound in when it is used in ``scope``; None for what no statement there binds."""
    level: Scope | None = scope
    while level is not None and (name not in level.bindings or (level.is_class and level is not scope)):
        level = level.parent
    return level


def _is_about_all(
    statement: ast.stmt,
) -> TypeGuard[ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr]:
    simple = isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr)
    return simple and any(isinstance(n, ast.Name) and n.id == "__all__" for n in ast.walk(statement))
