"""Take the deprecated compatibility layer out of the root class, for it goes as a whole."""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from codemods.abstractness import can_be_abstract
from codemods.codemod import Codemod
from codemods.data import MigrationError
from codemods.declarations import is_abstract, is_trivial
from codemods.importing import has_comment

_INHERITS = "the root class has the old names no more"
_ABSTRACT = "abstract now: every concrete class has its own"


class RemoveCompat(Codemod):
    """The root no longer inherits the layer; its factories are abstract where the tree allows that."""

    def lines(self) -> list[int]:
        return [*self._concrete, *self.lines_of({self.project.root})]

    @cached_property
    def _concrete(self) -> set[int]:
        """The lines of the factories that become abstract."""
        possible, _ = can_be_abstract(self.project.index, self.spec)
        root = self.project.index.members[self.project.root]
        functions = (root.function(factory.new) for factory in self.spec.factories if possible)
        concrete = (
            f for f in functions if f and is_trivial(f) and not is_abstract(f) and not f.decorator_list
        )
        return {function.lineno for function in concrete}

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        if self.start_of(original_node)[0] not in self._concrete:
            return updated_node
        self.given.imports[("abc", "abstractmethod")] = False
        self.report(original_node.name, self._number, _ABSTRACT)
        return updated_node.with_changes(decorators=[cst.Decorator(cst.Name("abstractmethod"))])

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        name = self.spec.compatibility.class_name
        at = [i for i, base in enumerate(original_node.bases) if _is_named(base, name)]
        if self.class_ref(original_node) != self.project.root or not at:
            return updated_node
        self.report(original_node.name, self._number, _INHERITS)
        self.report(original_node.bases[at[0]], self._number, _INHERITS)
        self.given.useless.add(name)
        bases = list(updated_node.bases)
        gone = bases.pop(at[0])
        if not bases and not updated_node.keywords:
            sentinel = cst.MaybeSentinel.DEFAULT
            return updated_node.with_changes(bases=[], lpar=sentinel, rpar=sentinel)
        if at[0] == len(bases) and not updated_node.keywords:
            if has_comment(bases[-1].comma):
                line, _ = self.start_of(original_node.name)
                said = f"a comment among its bases; take {name} out of them by hand"
                raise MigrationError(f"{self.given.path}:{line}: class {original_node.name.value} has {said}")
            bases[-1] = bases[-1].with_changes(
                comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg
            )
        return updated_node.with_changes(bases=bases)

    @property
    def _number(self) -> int:
        return max(self.phases)


def _is_named(base: cst.Arg, name: str) -> bool:
    return isinstance(base.value, cst.Name) and base.value.value == name
