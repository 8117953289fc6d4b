"""Add the imports that the other codemods ask for, and take out those that they made unused."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import libcst as cst

from codemods.codemod import Codemod
from codemods.modules import Modules
from codemods.scopes import Module


class TidyImports(Codemod):
    """The last codemod of a file: it sees what the others made of it."""

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        unused = self._unused(updated_node)
        body = _close_gaps([(o, self._without(o, unused)) for o in updated_node.body])
        wanted = {k: checked for k, checked in self.given.imports.items() if not self._has(*k, checked)}
        for (source, name), checked in wanted.items():
            body = self._added(body, source, name, checked)
        if unused or wanted:
            self._report_imports(original_node)
        return updated_node.with_changes(body=body)

    def _report_imports(self, module: cst.Module) -> None:
        for statement in module.body[: _end_of_imports(module.body) + 1]:
            self.report(statement, min(self.phases), "imports of what the migration uses and no longer uses")

    # --- what is there ----------------------------------------------------------------------------

    def _has(self, source: str, name: str, checked: bool) -> bool:
        for binding in self.given.module.scope.bindings.get(name, ()):
            same = binding.source == source or self._same_file(binding.source, source)
            if same and binding.name == name and (checked or binding.node in self.given.module.tree.body):
                return True
        return False

    def _same_file(self, one: str | None, other: str) -> bool:
        modules, path = self.project.modules, self.given.path
        found = modules.source(one, path) if one else None
        return found is not None and found == modules.source(other, path)

    def _unused(self, updated: cst.Module) -> frozenset[str]:
        """Names imported at the top of the file that were used before and are not any more.

        A name that another file imports from here stays.
        """
        before = self.given.module.tree
        try:
            after = ast.parse(updated.code)
        except SyntaxError:
            return frozenset()
        gone = set(_used(before)) - set(_used(after))
        imported = {n for n, found in self.given.module.scope.bindings.items() if found[0].source is not None}
        return frozenset(n for n in gone & imported if not self._imported_elsewhere(n))

    def _imported_elsewhere(self, name: str) -> bool:
        listed = self.given.module.scope.bindings.get("__all__")
        if listed and name in ast.unparse(listed[-1].node):
            return True
        modules = self.project.modules
        stem = self.given.path.parent.name if self.given.path.stem == "__init__" else self.given.path.stem
        return any(_takes(modules, m, name, self.given.path) for m in modules.mentioning(stem))

    # --- taking out and putting in ------------------------------------------------------------------

    def _without(self, statement: cst.BaseStatement, unused: frozenset[str]) -> cst.BaseStatement | None:
        match statement:
            case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*names]) as node]):
                kept = [n for n in names if _bound_name(n) not in unused]
                if len(kept) == len(names):
                    return statement
                if not kept:
                    return None
                kept[-1] = kept[-1].with_changes(comma=names[-1].comma)
                return statement.with_changes(body=[node.with_changes(names=kept)])
        return statement

    def _added(
        self, body: list[cst.BaseStatement], source: str, name: str, checked: bool
    ) -> list[cst.BaseStatement]:
        if checked:
            body = self._added(body, "typing", "TYPE_CHECKING", False)
            block = self.statement(f"if TYPE_CHECKING:\n    from {source} import {name}\n")
            at = _end_of_imports(body) + 1
            return [*body[:at], block.with_changes(leading_lines=[cst.EmptyLine()]), *body[at:]]
        for i, statement in enumerate(body):
            match statement:
                case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*names]) as node]) if (
                    _source(node) == source
                ):
                    if any(_bound_name(n) == name for n in names):
                        return body
                    return [
                        *body[:i],
                        statement.with_changes(body=[_with_name(node, names, name)]),
                        *body[i + 1 :],
                    ]
        at = _place(body, source) + 1
        statement = self.statement(f"from {source} import {name}\n")
        project = source.partition(".")[0] not in sys.stdlib_module_names
        if at and project and _is_import(body[at - 1]) and _is_standard(body[at - 1]):
            statement = statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        if at and not _is_import(body[at - 1]):
            statement = statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return [*body[:at], statement, *body[at:]]


def _close_gaps(
    statements: Sequence[tuple[cst.BaseStatement, cst.BaseStatement | None]],
) -> list[cst.BaseStatement]:
    """The statements that are left; a blank line above one that is gone moves to the next."""
    left: list[cst.BaseStatement] = []
    blank = False
    for before, after in statements:
        lines = getattr(before, "leading_lines", ())
        if after is None:
            blank = blank or (bool(lines) and bool(left))
            continue
        if blank and not lines and _is_import(after):
            after = after.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        left.append(after)
        blank = False
    return left


def _used(tree: ast.Module) -> Iterator[str]:
    """Names a module reads, in string annotations and other strings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield from re.findall(r"\w+", node.value)


def _takes(modules: Modules, module: Module, name: str, path: PurePosixPath) -> bool:
    """Whether a module takes ``name`` from the file: by name, by star or through the module itself."""
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom() if any(a.name in (name, "*") for a in node.names):
                if modules.source("." * node.level + (node.module or ""), module.path) == path:
                    return True
            case ast.Attribute(attr=attr) if attr == name:
                return True
    return False


def _bound_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return alias.evaluated_name.partition(".")[0]


def _source(node: cst.ImportFrom) -> str:
    module = cst.Module([]).code_for_node(node.module) if node.module else ""
    return "." * len(node.relative) + module


def _with_name(node: cst.ImportFrom, names: Sequence[cst.ImportAlias], name: str) -> cst.ImportFrom:
    last = names[-1]
    between = names[-2].comma if len(names) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    added = cst.ImportAlias(cst.Name(name), comma=last.comma)
    return node.with_changes(names=[*names[:-1], last.with_changes(comma=between), added])


def _is_import(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and any(
        isinstance(s, cst.Import | cst.ImportFrom) for s in statement.body
    )


def _end_of_imports(body: Sequence[cst.BaseStatement]) -> int:
    """The index of the last import before the first class or function; -1 when there is none."""
    end = next((i for i, s in enumerate(body) if isinstance(s, cst.ClassDef | cst.FunctionDef)), len(body))
    return max((i for i, s in enumerate(body[:end]) if _is_import(s)), default=_docstring(body))


def _docstring(body: Sequence[cst.BaseStatement]) -> int:
    first = body[0] if body else None
    text = isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr)
    return 0 if text else -1


def _place(body: Sequence[cst.BaseStatement], source: str) -> int:
    """The index of the import to follow: the last of the standard library for its own, else the last."""
    end = _end_of_imports(body)
    if source.partition(".")[0] not in sys.stdlib_module_names:
        return end
    own = [i for i, s in enumerate(body[: end + 1]) if _is_import(s) and _is_standard(s)]
    first = next((i for i, s in enumerate(body) if _is_import(s)), end + 1)
    return own[-1] if own else first - 1


def _is_standard(statement: cst.BaseStatement) -> bool:
    code = cst.Module([]).code_for_node(statement).split()
    return code[1].partition(".")[0] in sys.stdlib_module_names
