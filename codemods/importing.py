"""How one file of the tree imports from another: in its own style, and without going round in a circle."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from codemods.modules import ModuleRef, Modules
from codemods.scopes import ClassRef, Module


def source_for(modules: Modules, importer: Module, target: PurePosixPath) -> str:
    """The module part of ``from ... import`` in ``importer`` for a file of the tree (it need not exist yet).

    Absolute under the name the file knows the tree by, relative where it imports nothing of the tree so.
    """
    froms = [n for n in ast.walk(importer.tree) if isinstance(n, ast.ImportFrom)]
    dotted = modules.dotted(target)
    absolute = [n for n in froms if not n.level and n.module and modules.find(n.module, importer.path)]
    if not absolute and modules.in_package(importer.path):
        return _relative(importer.path, target)
    for node in absolute:
        found = modules.find(node.module or "", importer.path)
        known = modules.dotted(found) if found and found in modules.snapshot else ""
        if known and (node.module or "").endswith("." + known):
            return f"{(node.module or '').removesuffix(known)}{dotted}"
    return dotted


def _relative(importer: PurePosixPath, target: PurePosixPath) -> str:
    here, there = importer.parent.parts, target.parent.parts
    shared = next(
        (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    stem = () if target.stem == "__init__" else (target.stem,)
    return "." * (1 + len(here) - shared) + ".".join((*there[shared:], *stem))


def local_name(modules: Modules, importer: Module, ref: ClassRef) -> str | None:
    """What a class is called at run time at the top of a file; None when it is not imported there."""
    for name, bindings in importer.scope.bindings.items():
        if all(b.node in importer.type_checking for b in bindings):
            continue
        match modules.meaning(ast.Name(name, lineno=1), importer.scope):
            case ClassRef() as found if found == ref:
                return name
            case ModuleRef(path=path) if path == ref.path and bindings[0].name:
                return f"{name}.{ref.qualname}"
    return None


def reaches(modules: Modules, start: PurePosixPath, goal: PurePosixPath) -> bool:
    """Whether importing ``start`` imports ``goal`` on the way.

    The packages that hold ``goal`` are being imported already when it asks for ``start``; they do not count.
    """
    holders = {parent / "__init__.py" for parent in goal.parents}
    seen: set[PurePosixPath] = set()
    todo = [start]
    while todo:
        path = todo.pop()
        if path == goal:
            return True
        if path in seen or path in holders or path not in modules.snapshot:
            continue
        seen.add(path)
        todo += modules.imports(path)
    return False
