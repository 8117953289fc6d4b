"""A program of its own: asks mypy for the types of receivers. ``receivers`` starts it, nobody imports it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

import mypy
from mypy import nodes as syntax
from mypy import types as kinds
from mypy.build import BuildResult
from mypy.patterns import ClassPattern

from codemods.building import IN_MEMORY, built, options_on_a_copy, sources

Types = Mapping[syntax.Expression, kinds.Type]
Said = tuple[syntax.TypeInfo | None, ...]
"""The classes something may be of; None stands for one that is not known."""

IGNORED = re.compile(r"(?m)^# (mypy|type):(?=\s*ignore)")
"""What keeps mypy from looking into functions, or at a file at all; without the colon it is a comment."""

AWAY = {"node", "info", "def_var", "expanded"}
MEANINGS = (syntax.TypeInfo, syntax.Var, syntax.MypyFile)
"""What leads from the syntax to what it means or to copies of it: attributes, and classes of values."""


def main(question: Mapping[str, Any]) -> dict[str, Any]:
    """The answer: for each file the receivers found, and where their classes are defined."""
    asked: dict[str, str] = question["asked"]
    texts: dict[str, str] = asked | question["changed"]
    options = options_on_a_copy(question, asked)
    given = sources({path: IGNORED.sub(r"# \1 ", text) for path, text in texts.items()}, options)
    for path in asked.keys() & given.keys():
        # A variable is what was last assigned to it, not what was first.
        asking = {"check_untyped_defs": True, "allow_redefinition": True}
        options.per_module_options.setdefault(given[path].module, {}).update(asking)
    options.build_per_module_cache()
    result = built([*given.values()], options)
    names = frozenset(question["names"])
    trees = {path: result.files.get(given[path].module) for path in asked if path in given}
    found = {path: [*_receivers(tree, result.types, names)] for path, tree in trees.items() if tree}
    infos = {info for receivers in found.values() for r in receivers for info in r.classes if info}
    return {
        "found": {path: [_told(receiver) for receiver in receivers] for path, receivers in found.items()},
        "homes": {info.fullname: _home(info, result) for info in infos},
        **_read(result),
    }


def _read(result: BuildResult) -> dict[str, list[str]]:
    """The files that were read, but for mypy's own, and the folders in which modules were looked for."""
    own = str(Path(mypy.__file__).parent)
    paths = (state.path for state in result.graph.values() if state.path)
    files = sorted({path for path in paths if not path.startswith((IN_MEMORY, own + os.sep))})
    search = result.manager.search_paths
    folders = {*search.python_path, *search.mypy_path, *search.package_path}
    return {"files": files, "folders": sorted(folders | {str(Path(file).parent) for file in files})}


def _told(receiver: Receiver) -> list[Any]:
    names = list(dict.fromkeys(info.fullname for info in receiver.classes if info))
    complete = None not in receiver.classes
    return [receiver.line, receiver.column, receiver.name, receiver.tail, names, complete]


def _home(info: syntax.TypeInfo, result: BuildResult) -> list[Any]:
    """The file of a class, its name there, and whether it may have names that it does not declare."""
    home = result.files.get(info.module_name)
    path = home.path.removeprefix(IN_MEMORY) if home else ""
    return [
        os.path.relpath(path or os.curdir),
        info.fullname[len(info.module_name) + 1 :],
        info.fallback_to_any or (info.get("__getattr__") is not None and info.fullname != "types.ModuleType"),
    ]


# --- the syntax ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Receiver:
    """What stands before an attribute; the column is good for an order only. ``tail`` is its last word."""

    line: int
    column: int
    name: str
    tail: str = ""
    classes: Said = ()


@dataclass(slots=True)
class _Walk:
    """The nodes of a tree. mypy's own visitors are compiled, and cannot be derived from."""

    copies: list[syntax.FuncItem] = field(default_factory=list)
    last: list[syntax.Node] = field(default_factory=list)

    def nodes(self, root: syntax.Node) -> Iterator[syntax.Node]:
        seen: set[int] = set()
        todo = [root]
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            if isinstance(node, syntax.FuncItem):  # one that mypy had to look at twice holds itself
                self.copies += (each for each in node.expanded if each is not node)
            if isinstance(node, syntax.TryStmt) and node.finally_body:
                self.last.append(node.finally_body)
            names = {*_fields(type(node).__mro__), *getattr(node, "__dict__", ())} - AWAY
            todo += (inner for name in names for inner in _inside(_value(node, name)))


@cache
def _fields(classes: tuple[type, ...]) -> tuple[str, ...]:
    """The attributes of a class that is compiled or has slots."""
    described = {
        name
        for base in classes
        for name, value in vars(base).items()
        if isinstance(value, GetSetDescriptorType | MemberDescriptorType)
    }
    return tuple(described)


def _value(node: syntax.Node, name: str) -> object:
    try:
        return getattr(node, name)
    except (AttributeError, AssertionError):  # not set, or a property that has nothing to give
        return None


def _inside(value: object) -> Iterator[syntax.Node]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, syntax.Node) and not isinstance(value, MEANINGS):
        yield value


def _receivers(tree: syntax.MypyFile, types: Types, names: frozenset[str]) -> Iterator[Receiver]:
    walk = _Walk()
    nodes = [*walk.nodes(tree)]
    # A function of a type variable with values is checked as copies, one for each value; copies in copies.
    copies = [node for function in walk.copies for node in walk.nodes(function)]
    # A finally clause is checked twice, and the types of the second time are those without an exception.
    last = {id(node) for block in walk.last for node in _Walk().nodes(block)}
    copied: dict[tuple[int, int, str], Said] = {}
    for node in copies:
        for found in _named(node, types, names, id(node) in last):
            key = found.line, found.column, found.name
            copied[key] = copied.get(key, ()) + found.classes
    for node in nodes:
        for found in _named(node, types, names, id(node) in last):
            found.classes = copied.get((found.line, found.column, found.name), found.classes)
            yield found


def _named(node: syntax.Node, types: Types, names: frozenset[str], last: bool) -> Iterator[Receiver]:
    match node:
        case syntax.MemberExpr() if node.name in names:
            classes = _expression(node.expr, types) + (_declared(node.expr, types) if last else ())
            tail = node.expr.name if isinstance(node.expr, syntax.NameExpr | syntax.MemberExpr) else ""
            yield Receiver(*_end(node), node.name, tail, classes)
        case syntax.SuperExpr() if node.name in names:
            yield Receiver(*_end(node), node.name, "", (node.info,))
        case ClassPattern():
            owner = node.class_ref.node
            info = owner if isinstance(owner, syntax.TypeInfo) else None
            for name, value in zip(node.keyword_keys, node.keyword_values, strict=True):
                if name in names:
                    yield Receiver(value.line, value.column, name, "", (info,))


def _end(node: syntax.Expression) -> tuple[int, int]:
    """The end of a node: there stands the name."""
    return node.end_line or node.line, node.end_column or node.column


# --- the types ----------------------------------------------------------------------------------


def _expression(node: syntax.Expression, types: Types) -> Said:
    if isinstance(node, syntax.RefExpr) and isinstance(node.node, syntax.TypeInfo):
        return (node.node,)
    return tuple(_classes(types[node])) if node in types else (None,)


def _declared(node: syntax.Expression, types: Types) -> Said:
    """The classes of a variable before anything narrows it; unknown for what is no variable."""
    if isinstance(node, syntax.RefExpr) and isinstance(node.node, syntax.Var):
        return tuple(_classes(node.node.type))
    if isinstance(node, syntax.MemberExpr):
        owners = _declared(node.expr, types)
        symbols = [owner.get(node.name) if owner else None for owner in owners]
        variables = [symbol.node if symbol else None for symbol in symbols]
        if all(isinstance(v, syntax.Var) and not v.is_property for v in variables):
            return tuple(c for v in variables if isinstance(v, syntax.Var) for c in _classes(v.type))
    return (None,)


def _classes(found: kinds.Type | None) -> Iterator[syntax.TypeInfo | None]:
    """The classes of the objects of a type: None objects apart, a class counts like its instances."""
    todo = [found]
    while todo:
        kind = kinds.get_proper_type(todo.pop(0))
        match kind:
            case kinds.NoneType() | kinds.UninhabitedType():
                pass
            case kinds.UnionType():
                todo += kind.items
            case kinds.Instance() if kind.type.is_intersection or kind.type.is_newtype:
                todo += kind.type.bases
            case kinds.Instance():
                # What may be an object of any class, or any class, says nothing.
                yield None if kind.type.fullname in ("builtins.object", "builtins.type") else kind.type
            case kinds.TupleType():
                yield kind.partial_fallback.type
            case kinds.TypedDictType() | kinds.LiteralType():
                yield kind.fallback.type
            case kinds.TypeVarType():
                todo += kind.values or [kind.upper_bound]
            case kinds.TypeType():
                todo.append(kind.item)
            case kinds.FunctionLike() if kind.is_type_obj():
                yield kind.type_object()
            case _:
                yield None
