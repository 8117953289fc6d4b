"""What a migrated tree says of type arguments already: its headers, and the module of its type variables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath

from codemods.classes import ClassInfo
from codemods.data import Spec
from codemods.declarations import without_none
from codemods.index import Index
from codemods.scopes import ClassRef

Argument = str | ClassRef
"""A type variable by name, or a class."""


_NAME = r"\w+(?: as \w+)?"
_IMPORT = rf"from [\w.]+ import {_NAME}(?:, {_NAME})*\n"
_CLASS = r"(?:\w+|\"\w+\")"
_UNION = rf"Union\[{_CLASS}(?:, {_CLASS})*\]"
_OURS = re.compile(
    r'"""Type variables of (\w+), and what stands for them\."""\n\n'
    rf"{_IMPORT}(?:\n(?:{_IMPORT})+)?(?:\nif TYPE_CHECKING:\n(?:    {_IMPORT})+)?\n"
    rf'(?:(\w+) = TypeVar\("\2", bound=(?:{_CLASS}|{_UNION})\)\n)+'
    rf"(?:\n# What the classes of one side are made with\.\n(?:\w+ = {_UNION}\n)+)?"
)


@dataclass(frozen=True, slots=True)
class Present:
    """The arguments that are there.

    ``given`` has them by class and base, ``stated`` by class and type parameter of the root, ``known`` with
    those that are inherited. Headers with other type variables than the spec's are ``foreign``.
    """

    given: Mapping[ClassRef, Mapping[ClassRef, tuple[Argument, ...]]]
    stated: Mapping[ClassRef, Mapping[str, Argument]]
    known: Mapping[ClassRef, Mapping[str, Argument]]
    foreign: frozenset[ClassRef]

    def bound(self, ref: ClassRef, parameter: str) -> ClassRef | None:
        """The class that a type parameter is bound to in a class or above it."""
        found = self.known.get(ref, {}).get(parameter)
        return found if isinstance(found, ClassRef) else None


def present(index: Index, spec: Spec) -> Present:
    """Read the headers of the hierarchy."""
    ours = {p.name for p in spec.type_parameters}
    ours |= {name for p in spec.type_parameters for name in p.variables.values()}
    given: dict[ClassRef, dict[ClassRef, tuple[Argument, ...]]] = {}
    stated: dict[ClassRef, dict[str, Argument]] = {}
    known: dict[ClassRef, dict[str, Argument]] = {index.root: {p.name: p.name for p in spec.type_parameters}}
    foreign = set()
    for ref, info in index.members.items():
        own = known.setdefault(ref, {})
        for base in info.bases:
            if not isinstance(base.meaning, ClassRef) or base.meaning not in index.members:
                continue
            above = known[base.meaning]
            own |= {name: each for name, each in above.items() if isinstance(each, ClassRef)}
            if not isinstance(base.node, ast.Subscript):
                continue
            found = [_argument(index, info, node) for node in _nodes(base.node)]
            opened = [name for name, each in above.items() if isinstance(each, str)]
            if any(not isinstance(a, ClassRef) and a not in ours for a in found):
                foreign.add(ref)
            arguments = tuple(a for a in found if a is not None)
            given.setdefault(ref, {})[base.meaning] = arguments
            if len(found) == len(opened):
                stated.setdefault(ref, {}).update(zip(opened, arguments, strict=True))
        own |= stated.get(ref, {})
    return Present(given, stated, known, frozenset(foreign))


def _nodes(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _argument(index: Index, info: ClassInfo, node: ast.expr) -> Argument | None:
    meaning = index.modules.meaning(node, info.nodes[0].body)
    if isinstance(meaning, ClassRef):
        return meaning
    return ast.unparse(node).rpartition(".")[2] if isinstance(node, ast.Name | ast.Attribute) else None


# --- the module of the type variables -------------------------------------------------------------


def types_module(index: Index, spec: Spec) -> PurePosixPath | None:
    """Where the root's file takes its type parameters from; None where it takes none."""
    modules, path = index.modules, index.root.path
    module = modules.get(path)
    for parameter in spec.type_parameters if module else ():
        for binding in module.scope.bindings.get(parameter.name, ()) if module else ():
            if binding.source and (found := modules.source(binding.source, path)):
                return found
    return None


def listed(index: Index, spec: Spec, name: str) -> Iterator[ClassRef]:
    """The classes that bound a type variable, or make up a union, in the module that is there."""
    path = types_module(index, spec)
    module = index.modules.get(path) if path in index.modules.snapshot and path else None
    for binding in module.scope.bindings.get(name, ()) if module else ():
        value = binding.value
        keywords = value.keywords if isinstance(value, ast.Call) else ()
        nodes = [*(k.value for k in keywords), *([value] if isinstance(value, ast.Subscript) else [])]
        for node in (part for each in nodes for part in without_none(each)):
            meaning = index.modules.meaning(node, module.scope) if module else None
            if isinstance(meaning, ClassRef):
                yield meaning


def is_ours(index: Index, spec: Spec) -> bool:
    """Whether that module is as a migration writes it, for whatever clients there were then."""
    path = types_module(index, spec)
    text = index.modules.snapshot.get(path, b"").decode("utf-8", "replace") if path else ""
    ours = [(p.name, *p.variables.values(), *p.unions.values()) for p in spec.type_parameters]
    assigned = {*re.findall(r"^(\w+) = ", text, re.MULTILINE)}
    imported = {n.rpartition(" ")[2] for line in re.findall(r"import (.*)", text) for n in line.split(", ")}
    unused = [name for name in imported if len(re.findall(rf"\b{name}\b", text)) < 2]
    found = _OURS.fullmatch(text)
    known = found is not None and found[1] == index.root.name and assigned <= {*chain(*ours)}
    return known and not unused
