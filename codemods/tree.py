"""The class tree before and after: the headers, and which classes change in their bodies alone."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

from codemods.foreign import own
from codemods.project import Project
from codemods.reviewed import TreeLine
from codemods.roles import Part
from codemods.scopes import ClassNode, ClassRef, Module
from codemods.survey import Origin, Survey
from codemods.text import UnreadableSource, decode, parse
from codemods.traced import over

_BESIDE = (Part.MIXIN, Part.PROTOCOL)


def class_tree(
    found: Survey, start: Origin, contents: Mapping[PurePosixPath, bytes | None]
) -> tuple[TreeLine, ...]:
    """The hierarchy from the root down, a class of several parents under the first of them.

    Then the mixins and Protocols that change with it. ``contents`` are the files that differ after. Where
    another tree has the hierarchy, only what leads to the classes of this one.
    """
    project, theirs = start.project, found.hierarchy.snapshot if found.hierarchy else {}
    tree = _Tree(over(found.snapshot, theirs), contents)
    near = {above for ref in own(project.index.members) for above in project.index.lineage(ref)}
    beside = (ref for ref, role in project.roles.of.items() if role.part in _BESIDE)
    lines = (tree.line(0, ref, str(project.roles.of[ref].part)) for ref in beside)
    below = _below(project, tree, project.root, 0, near)
    return (*below, *(each for each in lines if each.header or each.body))


def _below(
    project: Project, tree: _Tree, ref: ClassRef, depth: int, near: Container[ClassRef]
) -> Iterator[TreeLine]:
    yield tree.line(depth, ref)
    for child in project.index.members:
        if child in near and project.index.parents(child)[:1] == (ref,):
            yield from _below(project, tree, child, depth + 1, near)


class _Tree:
    """The classes of two states of a tree; ``after`` holds the files that differ."""

    def __init__(
        self, before: Mapping[PurePosixPath, bytes], after: Mapping[PurePosixPath, bytes | None]
    ) -> None:
        self._before = cache(lambda path: _module(path, before.get(path)))
        self._after = cache(lambda path: _module(path, after.get(path, before.get(path))))

    def line(self, depth: int, ref: ClassRef, part: str = "") -> TreeLine:
        """What there is to say of a class; where it cannot be read after, its header stays as it is."""
        before, after = _nodes(self._before(ref.path), ref), _nodes(self._after(ref.path), ref)
        old = _header(ref, before)
        return TreeLine(
            depth,
            ref.name,
            ref.path,
            old,
            _header(ref, after) if after else old,
            before[0].node.lineno if before else 1,
            _bodies(self._before(ref.path), before) != _bodies(self._after(ref.path), after),
            part,
        )


def _module(path: PurePosixPath, data: bytes | None) -> Module | None:
    try:
        text = decode(data or b"")
        return Module(path, text, parse(text))
    except UnreadableSource:
        return None


def _nodes(module: Module | None, ref: ClassRef) -> list[ClassNode]:
    return module.classes.get(ref.qualname, []) if module else []


def _header(ref: ClassRef, nodes: list[ClassNode]) -> str:
    bases = [ast.unparse(part) for each in nodes for part in (*each.node.bases, *each.node.keywords)]
    return f"class {ref.name}({', '.join(bases)})" if bases else f"class {ref.name}"


def _bodies(module: Module | None, nodes: list[ClassNode]) -> list[str]:
    """The lines below the headers, comments included; of a class on one line that line."""
    found: list[str] = []
    if module is None:
        return found
    for node in (each.node for each in nodes):
        parts = [*node.bases, *(keyword.value for keyword in node.keywords)]
        header = max((part.end_lineno or 0 for part in parts), default=node.lineno)
        first = min(header + 1, node.body[0].lineno)
        found += map(module.text.line, range(first, (node.end_lineno or 0) + 1))
    return found
