"""Whether the factories of the root can be abstract."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.data import Factory, Note, Spec
from codemods.declarations import is_abstract, is_trivial
from codemods.index import Index
from codemods.scopes import ClassRef, Function
from codemods.sides import in_table


def is_abc(index: Index) -> bool:
    """Whether Python would notice that a method of the root is abstract."""
    bases = (name for ref in index.classes.mro(index.root) for name in index.outside(ref))
    return any(name.startswith("abc.") for name in bases)


def is_declared(index: Index, spec: Spec) -> bool:
    """Whether the root's factories are abstract already."""
    found = [index.members[index.root].function(factory.new) for factory in spec.factories]
    return all(function is not None and is_abstract(function) for function in found)


def lacking_factory(index: Index, spec: Spec, declared: bool) -> Note | None:
    """The first class that can be made today and lacks a factory; none where the root is no ABC.

    Where they are ``declared`` abstract, a class that was there may have declared them so itself before.
    """
    if not is_abc(index):
        return None
    inner = {parent for ref in index.members for parent in index.parents(ref)}
    for ref in (ref for ref in index.members if ref not in inner):
        for factory in spec.factories:
            found = next(_definitions(index, ref, factory), None)
            if found is None and declared and any(_was_there(index, spec, r) for r in index.lineage(ref)):
                continue
            if found is None or (is_trivial(found) and not is_abstract(found)):
                text = f"{ref.name} has no factory for {factory.new}, so the root's factories stay concrete"
                return Note(ref.path, index.members[ref].line, text)
    return None


def can_be_abstract(index: Index, spec: Spec) -> tuple[bool, Note | None]:
    """Where the root is an ABC, unless a class without descendants lacks a factory, which the note names."""
    lacking = lacking_factory(index, spec, declared=False)
    return is_abc(index) and lacking is None, lacking


def _definitions(index: Index, ref: ClassRef, factory: Factory) -> Iterator[Function]:
    """The factory of a class under any name, but for what the root declares."""
    names = {factory.new, *factory.old.values()}
    for ancestor in index.classes.mro(ref):
        info = index.classes.get(ancestor)
        for function in info.functions() if info else ():
            if function.name in names and not (function.name == factory.new and ancestor == index.root):
                yield function


def _was_there(index: Index, spec: Spec, ref: ClassRef) -> bool:
    """Whether a class was there when the tree was migrated."""
    bases = index.members[ref].bases
    headed = any(isinstance(b.node, ast.Subscript) and b.meaning in index.members for b in bases)
    return headed or in_table(index, spec, ref) is not None
