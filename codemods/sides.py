"""The side of a class that no longer holds an old name: what a migrated tree says of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from codemods.classes import ClassInfo
from codemods.data import Spec
from codemods.index import Index
from codemods.scopes import ClassRef


def layer_path(index: Index, spec: Spec) -> PurePosixPath:
    """Where the compatibility layer stands, or will stand: beside the root."""
    return index.root.path.parent / f"{spec.compatibility.module}.py"


def said(index: Index, spec: Spec, info: ClassInfo) -> str | None:
    """The side a class says it is on.

    By the table of the compatibility layer, by the side's type variables in its header, or by the flag it
    gives to ``super().__init__``.
    """
    return next((side for side in _evidence(index, spec, info)), None)


def _evidence(index: Index, spec: Spec, info: ClassInfo) -> Iterator[str]:
    if tabled := in_table(index, spec, info.ref):
        yield tabled
    for base in info.bases:
        names = {node.id for node in ast.walk(base.node) if isinstance(node, ast.Name)}
        for parameter in spec.type_parameters:
            yield from (side for side, name in parameter.variables.items() if name in names)
    for function in info.functions():
        if function.name == "__init__" and spec.side_flag:
            yield from _flagged(function, spec)


def in_table(index: Index, spec: Spec, ref: ClassRef) -> str | None:
    """The side whose base a class is by the table of the layer; None where it is not there."""
    dotted = f"{index.modules.dotted(ref.path)}.{ref.qualname}"
    return next((side for side, bases in _table(index, spec).items() if dotted in bases), None)


def _table(index: Index, spec: Spec) -> dict[str, tuple[str, ...]]:
    """Side -> dotted names of its bases, as the layer's module has them; empty where there is none."""
    path = layer_path(index, spec)
    module = index.modules.get(path) if path in index.modules.snapshot else None
    for binding in module.scope.bindings.get("BASES", ()) if module else ():
        if isinstance(binding.value, ast.Dict):
            try:
                return dict(ast.literal_eval(binding.value))
            except ValueError:
                return {}
    return {}


def _flagged(function: ast.AST, spec: Spec) -> Iterator[str]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "__init__"
        ):
            for keyword in node.keywords:
                same = keyword.arg == (spec.side_flag or "").lstrip("_")
                if same and isinstance(keyword.value, ast.Constant):
                    yield from (s.name for s in spec.sides if s.flag is keyword.value.value)
