"""The bound of a type variable: what is known of every client that may stand for it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from codemods.classes import Classes, ClassInfo
from codemods.data import MigrationError, TypeParameter
from codemods.declarations import members
from codemods.layout import is_test
from codemods.scopes import ClassRef


@dataclass(frozen=True, slots=True)
class TypeVariable:
    """A type variable for types.py; several bounds stand for their union."""

    name: str
    bounds: tuple[ClassRef, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """A named union of the client types found on one side."""

    name: str
    members: tuple[ClassRef, ...]


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
    return next(((ref,) for ref in shared if wanted <= members(classes, ref).keys()), types)


def used_of(info: ClassInfo, names: Container[str]) -> Iterator[str]:
    """The attributes a class uses of the clients it holds under these names."""
    for node in info.attributes:
        if isinstance(node.value, ast.Attribute) and node.value.attr in names:
            yield node.attr


def bound_of_root(
    classes: Classes, parameter: TypeParameter, made: Mapping[ClassRef, tuple[ClassRef, ...]]
) -> ClassRef:
    """The class that bounds a type parameter of the root; ``made`` are the clients by class.

    Raises MigrationError where it is not in the tree, or a client does not descend from it.
    """
    bound = _named(classes, parameter, {t for types in made.values() for t in types})
    for client in (c for ref, types in made.items() if not is_test(ref.path) for c in types):
        if bound not in classes.mro(client):
            text = f"stands for {parameter.name} but does not descend from its bound {bound.name}"
            raise MigrationError(f"{client.path}: class {client.name} {text}")
    return bound


def _named(classes: Classes, parameter: TypeParameter, made: set[ClassRef]) -> ClassRef:
    dotted, _, name = parameter.bound.rpartition(".")
    modules = classes.modules
    found = {
        nodes[0].ref
        for module in modules.defining(name)
        for nodes in module.classes.values()
        if nodes[0].ref.qualname == name and (not dotted or modules.dotted(module.path) == dotted)
        if module.path.suffix == ".py" or module.path.with_suffix(".py") not in modules.snapshot
    }
    near = {ref for ref in found if any(ref in classes.mro(t) for t in made)} or found
    if len(near) != 1:
        places = " and ".join(sorted(str(ref.path) for ref in near)) or "nowhere"
        raise MigrationError(
            f"the bound {parameter.bound} of {parameter.name} must be one class; found {places}"
        )
    return next(iter(near))
