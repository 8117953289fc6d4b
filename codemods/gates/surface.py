"""What modules offer, as griffe reads it: every object by its qualified name. Nothing is imported."""

from __future__ import annotations

import ast
import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import griffe

from codemods.text import UnreadableSource, decode

# What griffe has to say beside the objects is not for the user's terminal.
logging.getLogger("griffe").addHandler(logging.NullHandler())

UNREADABLE = "unreadable"
IMPORT = str(griffe.Kind.ALIAS.value)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; ``kind`` in griffe's words."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An object as its callers know it.

    ``kind`` and ``labels`` are griffe's words; ``public`` by griffe's rules for it and all around it.
    ``bases`` are dotted, without type arguments. ``target`` is what an import or a second name stands for.
    ``keys`` are those of the dictionaries that are spelled out in it.
    """

    path: str
    line: int
    kind: str
    public: bool
    labels: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""
    bases: tuple[str, ...] = ()
    target: str = ""
    keys: frozenset[str] = frozenset()


def read(path: PurePosixPath, dotted: str, data: bytes) -> Mapping[str, Item]:
    """The objects of one file by qualified name; the module alone, ``UNREADABLE``, for a broken one."""
    *packages, name = dotted.split(".")
    parent = None
    for package in packages:  # relative imports go by them
        parent = griffe.Module(package, parent=parent)
    try:
        source = decode(data).text
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            extensions = griffe.Extensions(_Keys())
            module = griffe.visit(name, Path(path), source, parent=parent, extensions=extensions)
    except (UnreadableSource, SyntaxError, ValueError, RecursionError, MemoryError):
        return {dotted: Item(str(path), 1, UNREADABLE, False)}
    public = not any(part.startswith("_") and not part.endswith("__") for part in (*packages, name))
    return dict(_items(module, str(path), public))


class _Keys(griffe.Extension):
    """Notes the keys of the dictionaries in functions and assignments: griffe keeps no bodies."""

    def on_instance(self, *, node: Any, obj: griffe.Object, **_: Any) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign):
            obj.extra["classmod"]["keys"] = frozenset(_keys(node))


def _keys(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Dict(keys=keys):
                yield from (v for k in keys if isinstance(v := getattr(k, "value", None), str))
            case ast.Subscript(ctx=ast.Store(), slice=ast.Constant(value=str() as key)):
                yield key
            case ast.Call(func=ast.Name(id="dict")):
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _items(found: griffe.Object | griffe.Alias, path: str, public: bool) -> Iterator[tuple[str, Item]]:
    if isinstance(found, griffe.Alias):
        yield found.path, Item(path, found.alias_lineno or 1, IMPORT, public, target=found.target_path)
        return
    yield found.path, _item(found, path, public)
    if isinstance(found, griffe.Module | griffe.Class):
        for member in found.members.values():
            yield from _items(member, path, public and _is_public(member, found))


def _item(found: griffe.Object, path: str, public: bool) -> Item:
    parameters = found.parameters if isinstance(found, griffe.Function) else ()
    value = found.value if isinstance(found, griffe.Attribute) else None
    return Item(
        path,
        found.lineno or 1,
        str(found.kind.value),
        public,
        frozenset(found.labels),
        tuple(Parameter(p.name, str(p.kind.value) if p.kind else "", p.required) for p in parameters),
        str(found.returns or "") if isinstance(found, griffe.Function) else "",
        tuple(map(_base, found.bases)) if isinstance(found, griffe.Class) else (),
        value.canonical_path if isinstance(value, griffe.ExprName | griffe.ExprAttribute) else "",
        found.extra["classmod"].get("keys", frozenset()),
    )


def _base(found: griffe.Expr | str) -> str:
    while isinstance(found, griffe.ExprSubscript):
        found = found.left
    return found.canonical_path if isinstance(found, griffe.Expr) else str(found)


def _is_public(member: griffe.Object | griffe.Alias, owner: griffe.Object) -> bool:
    """By griffe's rules; and what a package imports from its own kind and says nothing about."""
    if member.is_public:
        return True
    own = isinstance(member, griffe.Alias) and member.target_path.split(".")[0] == owner.path.split(".")[0]
    return own and owner.is_init_module and not owner.exports and not member.name.startswith("_")


class Surface:
    """The objects of a tree, and what a name leads to through imports, second names and base classes."""

    def __init__(self, items: Mapping[str, Item]) -> None:
        self.items = items
        self._stars: dict[str, list[str]] = {}
        for name, item in items.items():
            if item.kind == IMPORT and name.endswith("*"):
                self._stars.setdefault(name.rpartition(".")[0], []).append(item.target)

    def find(self, name: str) -> str | None:
        """Where the object of this name is defined, in a base class too; None when there is none.

        An import from outside the tree stands for itself.
        """
        found = self.resolve(name)
        if found is None:
            owner, _, member = name.rpartition(".")
            found = next((inherited for inherited in self.inherited(owner, (member,))), None)
        return found

    def inherited(self, owner: str, members: Iterable[str]) -> Iterator[str]:
        """The definitions of members of a class under any of these names, nearest first."""
        for ancestor in self.lineage(owner):
            yield from (name for m in members if (name := f"{ancestor}.{m}") in self.items)

    def resolve(self, name: str, seen: frozenset[str] = frozenset()) -> str | None:
        """``name`` with every import and second name on the way followed, None where it leads nowhere."""
        if name in seen:
            return None
        seen |= {name}
        if name in self.items:
            target = self.items[name].target
            return (self.resolve(target, seen) if target else None) or name
        owner, _, member = name.rpartition(".")
        home = self.resolve(owner, seen) if owner else None
        if home is None:
            return None
        if home != owner:
            return self.resolve(f"{home}.{member}", seen)
        stars = (self.resolve(f"{star}.{member}", seen) for star in self._stars.get(home, ()))
        return next((found for found in stars if found), None)

    def lineage(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """A class and its ancestors, nearest first; what is outside the tree by the name it is given."""
        home = self.resolve(name) or name
        if home in seen or home not in self.items:
            return (home,)
        found = [home]
        for base in self.items[home].bases:
            found += self.lineage(base, seen | {home})
        # As Python has it: what several bases share comes after all of them.
        return tuple(n for i, n in enumerate(found) if n not in found[i + 1 :])
