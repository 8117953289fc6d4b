"""The bound of a type variable: what is known of every client that may stand for it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from codemods.declarations import members
from codemods.index import Classes, ClassInfo
from codemods.scopes import ClassRef


def nearest(
    classes: Classes, types: tuple[ClassRef, ...], root: ClassRef, used: set[str]
) -> tuple[ClassRef, ...]:
    """The nearest class all types share that has what is used of the client; else all types, for a union.

    What is shared beside ``root`` (a mixin of the clients) is no bound that the root's own bound allows.
    What not all types have is an error today, and no reason for a union.
    """
    lines = [classes.mro(client) for client in types]
    shared = [ref for ref in lines[0] if all(ref in line for line in lines) and root in classes.mro(ref)]
    wanted = used.intersection(*(members(classes, client) for client in types))
    return next(((ref,) for ref in shared if wanted <= members(classes, ref)), types)


def used_of(info: ClassInfo, names: Container[str]) -> Iterator[str]:
    """The attributes a class uses of the clients it holds under these names."""
    for node in (inner for statement in info.nodes for inner in ast.walk(statement.node)):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name)) if name in names:
                yield node.attr
