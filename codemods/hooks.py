"""Where the root's ``__init__`` declares: before what may call a class below, which may set the same."""

from __future__ import annotations

import ast
from collections.abc import Container
from itertools import takewhile

from codemods.data import Spec
from codemods.declarations import receiver
from codemods.index import Index
from codemods.lifted import declared
from codemods.scopes import Function


def ahead_of_hooks(index: Index, spec: Spec, function: Function) -> list[ast.stmt]:
    """The statements of the root's ``__init__`` that its attributes can be declared behind.

    They end before one that leads to a method which sets an attribute by its old name in a class below: the
    declaration would take the value away.
    """
    owner = receiver(function) or "self"
    hooks = _setters(index, {old for attribute in declared(index, spec) for old in attribute.old.values()})
    if not hooks:
        return function.body
    leads = (any(_hands_over(node, owner, hooks) for node in ast.walk(s)) for s in function.body)
    return [
        statement
        for statement, _ in takewhile(lambda pair: not pair[1], zip(function.body, leads, strict=True))
    ]


def _setters(index: Index, names: Container[str]) -> set[str]:
    """The methods that set one of these attributes, be it by way of another.

    Of those called ``__init__`` only the ones count that the root's comes to by ``super()``.
    """
    methods: dict[Function, None] = {}
    for member in index.members:
        mro = index.classes.mro(member)
        after = mro[mro.index(index.root) + 1 :]
        infos = [info for ref in mro if (info := index.classes.get(ref))]
        every = ((info.ref in after, f) for info in infos for f in info.functions())
        methods.update((f, None) for behind, f in every if behind or f.name != "__init__")
    used = {f: [n for n in ast.walk(f) if isinstance(n, ast.Attribute)] for f in methods}
    found = {f.name for f, nodes in used.items() if any(n.attr in names and _is_store(n) for n in nodes)}
    size = -1
    while size != len(found):
        size = len(found)
        found |= {f.name for f, nodes in used.items() if any(n.attr in found for n in nodes)}
    return found


def _is_store(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _hands_over(node: ast.AST, owner: str, hooks: Container[str]) -> bool:
    """Whether a node leads to one of these methods, or gives the object to who may call them."""
    if isinstance(node, ast.Attribute):
        return node.attr in hooks
    arguments = [*node.args, *(k.value for k in node.keywords)] if isinstance(node, ast.Call) else []
    return any(isinstance(a, ast.Name) and a.id == owner for a in arguments)
