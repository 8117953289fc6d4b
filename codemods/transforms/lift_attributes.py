"""Lift client attributes, flags and abstract factories into the root class; take the duplicates away."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from copy import deepcopy

import libcst as cst

from codemods.codemod import Codemod
from codemods.data import Attribute, Decision, Factory, Site
from codemods.declarations import receiver
from codemods.hooks import ahead_of_hooks
from codemods.importing import BLANK, leading
from codemods.lifted import declared
from codemods.removal import as_block, kept_lines
from codemods.scopes import Function

_ABSTRACT = (
    "abstract, now that every concrete class has its own: a class with neither the old nor the new name "
    "cannot be instantiated, so the body need not raise; only super() can still come here, and gets None"
)
_CONCRETE = "not abstract yet, for the classes below have the old names until their own phases"


class LiftAttributes(Codemod):
    """The root declares what the classes below it declared each for themselves."""

    def visit_Module(self, node: cst.Module) -> None:
        super().visit_Module(node)
        self._lifted = declared(self.project.index, self.spec)
        self._lines: dict[cst.CSTNode, Sequence[cst.EmptyLine]] = {}
        self._doomed: dict[cst.CSTNode, Site] = {}
        self._passes: set[cst.CSTNode] = set()

    def lines(self) -> list[int]:
        root = self.project.index.members[self.project.root]
        declared = [f.lineno for f in root.functions() if root.ref.path == self.given.path]
        deleted = [site.line for site in self.given.sites() if site.decision is Decision.DELETE]
        return [*deleted, *declared, *self.lines_of({root.ref})]

    # --- duplicates go ----------------------------------------------------------------------------

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        doomed: dict[cst.CSTNode, Site] = {s: site for s in node.body if (site := self._deleted(s))}
        self._doomed.update(doomed)
        self._lines.update(kept_lines(node.body, doomed))
        if doomed and len(doomed) == len(node.body):
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
        root = self.project.index.members[self.project.root]
        function = root.function("__init__") if self.given.path == self.project.root.path else None
        if function is not None and self.start_of(original_node.name)[0] == function.lineno:
            return self._with_attributes(original_node, updated_node, function)
        if factory := self._at(original_node):
            return self._brought_up(factory, original_node, updated_node)
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

    def _with_attributes(
        self, original: cst.FunctionDef, updated: cst.FunctionDef, function: Function
    ) -> cst.FunctionDef:
        if self.project.roles.migrated or not self._lifted:
            return updated
        owner = receiver(function) or "self"
        last = _last_attribute(function, owner, ahead_of_hooks(self.project.index, self.spec, function))
        before = [s for s in original.body.body if self.start_of(s)[0] <= last]
        for node in (original.name, *before[-1:]):
            self.report(node, 1, self._declares(self._lifted))
        return updated.with_changes(body=self._attributes(as_block(updated.body), len(before), f"{owner}."))

    def _attributes(self, block: cst.IndentedBlock, at: int, prefix: str) -> cst.IndentedBlock:
        """A block with the attributes in it, as a paragraph of its own."""
        added = [self._declared(a, prefix) for a in self._lifted]
        before, after = block.body[:at], list(block.body[at:])
        lines = [line for line in leading(added[0]) if line.comment is not None]
        added[0] = added[0].with_changes(leading_lines=[BLANK, *lines] if before else lines)
        if after and not leading(after[0]):
            after[0] = after[0].with_changes(leading_lines=[BLANK])
        return block.with_changes(body=[*before, *added, *after])

    def _declared(self, attribute: Attribute, prefix: str) -> cst.BaseStatement:
        annotation = f": {self._optional(attribute.type_parameter)}" if attribute.type_parameter else ""
        statement = self.statement(f"{prefix}{attribute.new}{annotation} = {attribute.default}\n")
        if not attribute.comment:
            return statement
        comment = cst.EmptyLine(comment=cst.Comment(f"# {attribute.comment}"))
        return statement.with_changes(leading_lines=[BLANK, comment])

    def _optional(self, name: str) -> str:
        """``Optional[name]`` as the file would write it."""
        bindings = self.given.module.scope.bindings
        if "annotations" in bindings and "Optional" not in bindings:
            return f"{name} | None"
        self.given.imports[("typing", "Optional")] = False
        return f"Optional[{name}]"

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        if self.class_ref(original_node) != self.project.root or self.project.roles.migrated:
            return updated_node
        block = as_block(updated_node.body)
        starts = [i for i, s in enumerate(block.body) if _is_named(s, "__init__")]
        if not starts and self._lifted:
            docstring = 1 if original_node.get_docstring() is not None else 0
            block = self._attributes(block, docstring, "")
        at = starts[-1] + 1 if starts else len(block.body)
        line, _ = self.start_of(original_node.name)
        text = self.given.module.text.line(line)
        margin = text[: len(text) - len(text.lstrip())] + self.indent * 2
        added = [self._factory(factory, margin, self._abstract) for factory in self.spec.factories]
        state = [_ABSTRACT] if self._abstract else [_CONCRETE] * self.project.roles.abstract
        for said in (self._declares(self.spec.factories), *state):
            self._report_factories(original_node, said)
        after = list(block.body[at:])
        if after and not leading(after[0]):
            after[0] = after[0].with_changes(leading_lines=[BLANK])
        body = [*block.body[:at], *added, *after]
        return updated_node.with_changes(body=block.with_changes(body=body))

    def _declares(self, lifted: Sequence[Attribute | Factory]) -> str:
        """Why the root declares something: the names that each of them stands for."""
        told = (f"{each.new} for {' and '.join(each.old.values())}" for each in lifted)
        return f"the root class declares {', '.join(told)}"

    def _report_factories(self, node: cst.ClassDef, reason: str) -> None:
        """They come below ``__init__``; where there is none, the attributes stand in the class, too."""
        above = [s for s in node.body.body if isinstance(s, cst.FunctionDef) and s.name.value == "__init__"]
        if above:
            self.report_below(above[-1], 1, reason)
        else:
            for said in (self._declares(self._lifted), reason) if self._lifted else (reason,):
                self.report(node, 1, said)

    def _at(self, node: cst.FunctionDef) -> Factory | None:
        root, line = self.project.index.members[self.project.root], self.start_of(node.name)[0]
        if self.given.path != self.project.root.path or not self.project.roles.migrated:
            return None
        here = {function.name for function in root.functions() if function.lineno == line}
        return next((factory for factory in self.spec.factories if factory.new in here), None)

    def _brought_up(
        self, factory: Factory, original: cst.FunctionDef, updated: cst.FunctionDef
    ) -> cst.BaseStatement:
        """A declaration of an earlier run as it would be made now; one that somebody has edited stays."""
        imports = dict(self.given.imports)
        line = self.given.module.text.line(self.start_of(original.name)[0])
        margin = line[: len(line) - len(line.lstrip())] + self.indent
        arguments = cst.Module([]).code_for_node(original.params)
        there = self._factory(factory, margin, bool(original.decorators), arguments)
        made = self._factory(factory, margin, self._abstract)
        if not same(there, original) or same(made, original):
            self.given.imports.clear()
            self.given.imports.update(imports)
            return updated
        self.report(original, 1, f"{factory.new} is declared as the classes below define it now")
        return made.with_changes(leading_lines=original.leading_lines)

    @property
    def _abstract(self) -> bool:
        """Whether the factories are abstract: once no class makes its clients under old names any more."""
        roles = self.project.roles
        return roles.abstract and (roles.declared or self.spec.integrations_phase in self.phases)

    def _factory(
        self, factory: Factory, margin: str, abstract: bool, arguments: str | None = None
    ) -> cst.BaseStatement:
        """The declaration of a factory; ``margin`` is the indentation of its body."""
        declared = self._definitions(factory)
        if abstract:
            self.given.imports[("abc", "abstractmethod")] = False
        returns = self._optional(factory.type_parameter) if factory.optional else factory.type_parameter
        asynchronous = "async " if any(isinstance(f, ast.AsyncFunctionDef) for f in declared) else ""
        lines = [
            *(["@abstractmethod"] if abstract else []),
            f"{asynchronous}def {factory.new}({arguments or self._parameters(declared)}) -> {returns}:",
            *self._docstring(factory, margin),
            f"{self.indent}pass" if abstract else f"{self.indent}raise NotImplementedError",
        ]
        statement = self.statement("\n".join(lines) + "\n").visit(_Spaced())
        assert isinstance(statement, cst.BaseStatement), "it stays the function it was"
        return statement.with_changes(leading_lines=[BLANK])

    def _docstring(self, factory: Factory, margin: str) -> list[str]:
        said = [factory.summary] if factory.summary else []
        said += ["", "Returns:", f"{self.indent}{factory.returns}"] if factory.returns else []
        if not said:
            return []
        lines = [f"{margin}{line}" if line else "" for line in said if said[0] or line]
        return [f'{self.indent}"""', *lines, f'{margin}"""']

    def _definitions(self, factory: Factory) -> list[Function]:
        side = self.project.roles.side
        return [
            f
            for ref, info in self.project.index.members.items()
            for f in info.functions()
            if f.name in (factory.new, factory.old.get(side(ref) or ""))
        ]

    def _parameters(self, declared: list[Function]) -> str:
        """The parameters all definitions share, typed where that needs no import; else anything."""
        said: dict[str, set[str]] = {}
        shapes = set()
        for function in declared:
            arguments = deepcopy(function.args)
            for argument in (node for node in ast.walk(arguments) if isinstance(node, ast.arg)):
                annotation, argument.annotation = argument.annotation, None
                said.setdefault(argument.arg, set()).add(ast.unparse(annotation) if annotation else "")
            shapes.add(ast.unparse(arguments))
        defaults = (d for f in declared for d in (*f.args.defaults, *f.args.kw_defaults) if d)
        named = any(isinstance(node, ast.Name) for default in defaults for node in ast.walk(default))
        if len(shapes) > 1 or named:
            self.given.imports[("typing", "Any")] = False
            return "self, *args: Any, **kwargs: Any"
        shared = ast.parse(f"def f({shapes.pop() if shapes else 'self'}): ...").body[0]
        assert isinstance(shared, ast.FunctionDef)
        for argument in (node for node in ast.walk(shared.args) if isinstance(node, ast.arg)):
            if said.get(argument.arg, {""}) != {""}:
                argument.annotation = ast.parse(self._type(said[argument.arg]), mode="eval").body
        return ast.unparse(shared.args)

    def _type(self, texts: set[str]) -> str:
        """The type all agree on, if it means the same everywhere."""
        text = min(texts)
        if len(texts) == 1 and all(hasattr(builtins, name) for name in re.findall(r"\w+", text)):
            return text
        self.given.imports[("typing", "Any")] = False
        return "Any"


class _Spaced(cst.CSTTransformer):
    """Blanks around the default of a parameter with a type, which ``ast`` leaves out."""

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        typed = updated_node.annotation is not None and updated_node.default is not None
        return updated_node.with_changes(equal=cst.AssignEqual()) if typed else updated_node


def same(one: cst.BaseStatement, other: cst.BaseStatement) -> bool:
    """Whether two statements are written alike, whatever stands above them."""
    texts = (cst.Module([]).code_for_node(each.with_changes(leading_lines=())) for each in (one, other))
    return len({*texts}) == 1


def _last_attribute(function: Function, owner: str, body: Sequence[ast.stmt]) -> int:
    """The last line of the last assignment in ``body``; of the docstring, when it may return early."""
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    last = (first.end_lineno or 0) if is_text else 0
    if any(isinstance(node, ast.Return) for node in ast.walk(function)):
        return last
    for statement in body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        if any(isinstance(t, ast.Attribute) and ast.unparse(t.value) == owner for t in targets):
            last = statement.end_lineno or 0
    return last


def _is_named(statement: cst.BaseStatement, name: str) -> bool:
    return isinstance(statement, cst.FunctionDef) and statement.name.value == name
