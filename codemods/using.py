"""What is to be known of a tree that only uses the hierarchy, which another tree has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from codemods.data import MigrationError, Note, Spec
from codemods.foreign import is_foreign, own
from codemods.index import Index
from codemods.modules import External
from codemods.scopes import ClassRef

_INSTALLED = frozenset({"site-packages", "dist-packages"})


def beside(found: Index) -> tuple[PurePosixPath, ...]:
    """The other tree's source roots with classes of the hierarchy, but for where packages are installed."""
    theirs = (ref.path for ref in found.members if is_foreign(ref.path))
    roots = sorted({found.modules.root_of(path) for path in theirs})
    return tuple(root for root in roots if not _INSTALLED & {*root.parts})


def unsaid(found: Index, spec: Spec) -> Iterator[Note]:
    """The classes of this tree that give one of the other's none of the type arguments it takes."""
    variables = {n for p in spec.type_parameters for n in (p.name, *p.variables.values())}
    for ref in own(found.members):
        for base in found.members[ref].bases:
            info = found.members.get(base.meaning) if isinstance(base.meaning, ClassRef) else None
            if info is None or not is_foreign(info.ref.path) or isinstance(base.node, ast.Subscript):
                continue
            if {n.id for b in info.bases for n in ast.walk(b.node) if isinstance(n, ast.Name)} & variables:
                told = f"{info.ref.name} takes type arguments, {ref.name} gives none: its clients are Any"
                yield Note(ref.path, base.node.lineno, told)


def refuse_shifted(found: Index) -> None:
    """Raise MigrationError where imports start from higher up than the other tree is read from."""
    modules = found.modules
    theirs = [f"{modules.dotted(r.path)}.{r.qualname}" for r in found.members if is_foreign(r.path)]
    for module in own(filter(None, tuple(modules.parsed.values()) if theirs else ())):
        for name, bindings in module.scope.bindings.items():
            meaning = modules.meaning(ast.Name(name, lineno=1), module.scope)
            dotted = meaning.dotted if isinstance(meaning, External) else ""
            if shifted := next((d for d in theirs if dotted.endswith(f".{d}")), None):
                place = f"{module.path}:{bindings[0].node.lineno}"
                raise MigrationError(
                    f"{place}: {dotted} is {shifted} where --hierarchy leads; "
                    f"name the directory that imports start from, or one above it"
                )
