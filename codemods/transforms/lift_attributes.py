"""Lift client attributes, flags and abstract factories into the root class; take the duplicates away."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from codemods.codemod import Codemod
from codemods.data import Attribute, Decision, Factory, Site
from codemods.declarations import receiver
from codemods.index import Function
from codemods.removal import kept_lines


class LiftAttributes(Codemod):
    """The root declares what the classes below it declared each for themselves."""

    def visit_Module(self, node: cst.Module) -> None:
        super().visit_Module(node)
        self._lines: dict[cst.CSTNode, Sequence[cst.EmptyLine]] = {}
        self._doomed: dict[cst.CSTNode, Site] = {}
        self._passes: set[cst.CSTNode] = set()

    # --- duplicates go ----------------------------------------------------------------------------

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        doomed: dict[cst.CSTNode, Site] = {s: site for s in node.body if (site := self._deleted(s))}
        if not doomed:
            return
        self._doomed.update(doomed)
        self._lines.update(kept_lines(node.body, doomed))
        if len(doomed) == len(node.body):
            self._passes.add(node.body[0])

    def _deleted(self, statement: cst.BaseStatement) -> Site | None:
        match statement:
            case cst.FunctionDef():
                found = [site] if (site := self.site(statement.name)) else []
            case cst.SimpleStatementLine(body=[cst.Assign() | cst.AnnAssign()]):
                found = self.sites_in(statement)
            case _:
                return None
        return next((s for s in found if s.decision is Decision.DELETE), None)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        return self._left(original_node, updated_node)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        line, _ = self.start_of(original_node.name)
        if original_node.name.value == "__init__" and self.given.module.class_at(line) == self.project.root:
            return self._with_attributes(original_node, updated_node)
        return self._left(original_node, updated_node)

    def _left(
        self,
        original: cst.SimpleStatementLine | cst.FunctionDef,
        updated: cst.SimpleStatementLine | cst.FunctionDef,
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        if site := self._doomed.get(original):
            self.report(original, site.phase, site.reason)
            return self.statement("pass\n") if original in self._passes else cst.RemoveFromParent()
        if (lines := self._lines.get(original)) is not None:
            return updated.with_changes(leading_lines=lines)
        return updated

    # --- the root declares ------------------------------------------------------------------------

    def _with_attributes(self, original: cst.FunctionDef, updated: cst.FunctionDef) -> cst.FunctionDef:
        if self.project.roles.migrated or not isinstance(updated.body, cst.IndentedBlock):
            return updated
        function = self.project.index.members[self.project.root].function("__init__")
        assert function is not None, "LibCST and ast see the same file"
        owner = receiver(function) or "self"
        added = [self._declared(a, f"{owner}.") for a in self.spec.attributes]
        body = list(updated.body.body)
        at = len(body) - _statements_after_attributes(function, owner)
        self.report(original.name, 1, "the root class declares the clients and their flags")
        anchor = original.body.body[min(at, len(original.body.body)) - 1]
        self.report(anchor, 1, "the root class declares the clients and their flags")
        return updated.with_changes(body=updated.body.with_changes(body=[*body[:at], *added, *body[at:]]))

    def _declared(self, attribute: Attribute, prefix: str) -> cst.BaseStatement:
        annotation = ""
        if attribute.type_parameter:
            self.given.imports[("typing", "Optional")] = False
            annotation = f": Optional[{attribute.type_parameter}]"
        statement = self.statement(f"{prefix}{attribute.new}{annotation} = {attribute.default}\n")
        if not attribute.comment:
            return statement
        lines = [cst.EmptyLine(indent=False), cst.EmptyLine(comment=cst.Comment(f"# {attribute.comment}"))]
        return statement.with_changes(leading_lines=lines)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        in_root = self.class_ref(original_node) == self.project.root
        if not in_root or self.project.roles.migrated or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = list(updated_node.body.body)
        added = [self._factory(f) for f in self.spec.factories]
        starts = [
            i for i, s in enumerate(body) if isinstance(s, cst.FunctionDef) and s.name.value == "__init__"
        ]
        if not starts:
            docstring = 1 if original_node.get_docstring() is not None else 0
            body[docstring:docstring] = [self._declared(a, "") for a in self.spec.attributes]
        at = starts[0] + 1 if starts else len(body)
        self.report(original_node, 1, "the root class declares the factories")
        return updated_node.with_changes(
            body=updated_node.body.with_changes(body=[*body[:at], *added, *body[at:]])
        )

    def _factory(self, factory: Factory) -> cst.BaseStatement:
        declared = self._definitions(factory)
        abstract = self.project.roles.abstract and self.spec.integrations_phase in self.phases
        if abstract:
            self.given.imports[("abc", "abstractmethod")] = False
        returns = f"Optional[{factory.type_parameter}]" if factory.optional else factory.type_parameter
        inner = self._module.default_indent * 2
        lines = [
            "@abstractmethod" if abstract else "",
            f"{'async ' if any(isinstance(f, ast.AsyncFunctionDef) for f in declared) else ''}"
            f"def {factory.new}({self._parameters(declared)}) -> {returns}:",
            f'    """\n{inner}{factory.summary}\n\n{inner}Returns:\n{inner}    {factory.returns}\n{inner}"""',
            "    pass" if abstract else "    raise NotImplementedError",
        ]
        statement = self.statement("\n".join(line for line in lines if line) + "\n")
        return statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)])

    def _definitions(self, factory: Factory) -> list[Function]:
        names = {factory.new, *factory.old.values()}
        members = self.project.index.members.values()
        return [
            f
            for info in members
            for f in info.functions()
            if f.name in names and self._own_side(info.ref, f.name)
        ]

    def _own_side(self, ref: object, name: str) -> bool:
        role = next((role for r, role in self.project.roles.of.items() if r == ref), None)
        return role is not None and name in self.spec.renames and self.spec.side_of(name) == role.side

    def _parameters(self, declared: list[Function]) -> str:
        """The parameters all definitions share; anything goes where they differ."""
        shapes = {_without_annotations(f) for f in declared} or {"self"}
        if len(shapes) == 1:
            return shapes.pop()
        self.given.imports[("typing", "Any")] = False
        return "self, *args: Any, **kwargs: Any"


def _without_annotations(function: Function) -> str:
    copy = ast.parse(f"def f({ast.unparse(function.args)}): pass").body[0]
    assert isinstance(copy, ast.FunctionDef)
    for argument in ast.walk(copy.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(copy.args)


def _statements_after_attributes(function: Function, owner: str) -> int:
    """How many statements of ``__init__`` follow its last assignment to the object.

    All but the docstring, when it may return early.
    """
    returns = any(isinstance(node, ast.Return) for node in ast.walk(function))
    last = (
        0
        if isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
        else -1
    )
    for i, statement in enumerate(function.body):
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        own = any(isinstance(t, ast.Attribute) and ast.unparse(t.value) == owner for t in targets if t)
        if own and not returns:
            last = i
    return len(function.body) - 1 - last
