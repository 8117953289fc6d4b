"""Whether the root's factories can be abstract: no class that can be made today may lose that."""

from __future__ import annotations

from codemods.data import Note, Spec
from codemods.declarations import is_abstract, is_trivial
from codemods.index import Function, Index
from codemods.scopes import ClassRef


def can_be_abstract(index: Index, spec: Spec) -> tuple[bool, Note | None]:
    """Where the root is an ABC, unless a class without descendants lacks a factory, which the note names."""
    if not any(
        name.startswith("abc.") for ref in index.classes.mro(index.root) for name in index.outside(ref)
    ):
        return False, None
    for ref in index.members:
        if any(ref in index.parents(other) for other in index.members):
            continue
        for factory in spec.factories:
            found = _definition(index, ref, {factory.new, *factory.old.values()}, factory.new)
            if found is None or (is_trivial(found) and not is_abstract(found)):
                text = f"{ref.name} has no factory for {factory.new}, so the root's factories stay concrete"
                return False, Note(ref.path, index.members[ref].line, text)
    return True, None


def _definition(index: Index, ref: ClassRef, names: set[str], new: str) -> Function | None:
    """The nearest definition of a factory in a class or above it; what the root declares is none."""
    for ancestor in index.classes.mro(ref):
        info = index.classes.get(ancestor)
        for function in info.functions() if info else ():
            if function.name in names and not (function.name == new and ancestor == index.root):
                return function
    return None
