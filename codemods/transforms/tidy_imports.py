"""Add the imports that the other codemods ask for, and take out those that they made unused."""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import PurePosixPath

import libcst as cst

from codemods.codemod import Codemod
from codemods.data import MigrationError
from codemods.importing import BLANK, end_of_imports, following, insert_import, module_part, with_name
from codemods.modules import Modules
from codemods.removal import kept_lines
from codemods.scopes import Module


class TidyImports(Codemod):
    """The last codemod of a file: it sees what the others made of it."""

    def lines(self) -> tuple[int, ...]:
        """It takes the file as a whole."""
        return ()

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        wanted = [
            (*k, checked) for k, checked in sorted(self.given.imports.items()) if not self._has(*k, checked)
        ]
        for source, name, _ in wanted:
            self._refuse_taken(source, name)
        at_run_time = frozenset(name for _, name, checked in wanted if not checked)
        tidied = _without_imports(updated_node, at_run_time, cst.If)
        gone: list[str] = []
        while unused := self._unused(tidied):
            tidied = _without_imports(tidied, unused)
            gone += sorted(unused)
        for source, name, checked in wanted:
            add = self._added_for_checking if checked else self._added
            tidied = tidied.with_changes(body=add(list(tidied.body), source, name))
        if tidied is not updated_node:
            come = sorted({(name or source).partition(".")[0] for source, name, _ in wanted})
            end = end_of_imports(original_node.body) + 1
            above: Sequence[cst.CSTNode] = original_node.body[:end]
            for node in above or list(map(_head, original_node.body[:1])):
                if come:
                    self.report(node, self._phase(), "used here now, so imported", come)
                if gone:
                    self.report(node, self._phase(), "not used here any more, so not imported", gone)
        return tidied

    def _phase(self) -> int:
        """The first phase that has something to do in this file."""
        roles = self.project.roles.of
        own = {role.phase for ref, role in roles.items() if ref.path == self.given.path}
        own |= {site.phase for site in self.given.sites()}
        return min(own & self.phases, default=min(self.phases))

    # --- what is there ----------------------------------------------------------------------------

    def _has(self, source: str, name: str, checked: bool) -> bool:
        """Whether the name is there: at run time before the first class, or (``checked``) at all."""
        tree = self.given.module.tree
        first = next((s.lineno for s in tree.body if isinstance(s, ast.ClassDef)), None)
        surely = [s for s in tree.body if first is None or s.lineno < first]
        surely += [inner for s in surely if isinstance(s, ast.Try) for inner in s.body]
        for binding in self.given.module.scope.bindings.get(name or source, ()):
            same = binding.source == source or self._same_file(binding.source, source)
            if same and binding.name == (name or None) and (checked or binding.node in surely):
                return True
        return False

    def _refuse_taken(self, source: str, name: str) -> None:
        """Raise MigrationError where the file means something else by a name that it needs."""
        for binding in self.given.module.scope.bindings.get(name, ()):
            # What the standard library has may come from a package that does the same for older Pythons.
            same = source in sys.stdlib_module_names or self._same_file(binding.source, source)
            if not (same and binding.name == name):
                raise MigrationError(
                    f"{self.given.path}:{binding.node.lineno}: {name} is something else here, "
                    f"and the migration needs it from {source}"
                )

    def _same_file(self, one: str | None, other: str) -> bool:
        modules, path = self.project.modules, self.given.path
        found = modules.source(one, path) if one else None
        return found is not None and found == modules.source(other, path)

    def _unused(self, updated: cst.Module) -> frozenset[str]:
        """Names imported at the top of the file that were used before and are not any more.

        A name that another file takes from here stays.
        """
        imported = {_bound_name(name) for s in updated.body for name in _removable(s)}
        code = self.parsed.code(updated)
        rarer = imported & _rarer(self.parsed.text.text, code)
        left = _without_used(rarer, ast.parse(code)) if rarer else rarer
        gone = left - _without_used(left, self.given.module.tree)
        return frozenset(n for n in gone if n in self.given.useless or not self._taken_elsewhere(n))

    def _taken_elsewhere(self, name: str) -> bool:
        listed = self.given.module.scope.bindings.get("__all__")
        if listed and name in ast.unparse(listed[-1].node):
            return True
        path = self.given.path
        stem = path.parent.name if path.stem == "__init__" else path.stem
        modules = self.project.modules
        return any(_takes(modules, other, name, path) for other in modules.holding(stem) if other != path)

    # --- putting in -------------------------------------------------------------------------------

    def _added(self, body: list[cst.BaseStatement], source: str, name: str) -> list[cst.BaseStatement]:
        for i, statement in enumerate(body[: end_of_imports(body) + 1]):
            match statement:
                case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*names]) as node]) if (
                    name and module_part(node) == source
                ):
                    if any(_bound_name(n) == name for n in names):
                        return body
                    extended = statement.with_changes(body=[with_name(node, names, name)])
                    return [*body[:i], extended, *body[i + 1 :]]
        code = f"from {source} import {name}\n" if name else f"import {source}\n"
        return insert_import(body, self.statement(code), source)

    def _added_for_checking(
        self, body: list[cst.BaseStatement], source: str, name: str
    ) -> list[cst.BaseStatement]:
        for i, statement in enumerate(body):
            match statement:
                case cst.If(body=cst.IndentedBlock(body=[*inner]) as block) if _asks_type_checking(statement):
                    longer = block.with_changes(body=self._added(inner, source, name))
                    return [*body[:i], statement.with_changes(body=longer), *body[i + 1 :]]
        body = self._added(body, "typing", "TYPE_CHECKING")
        added = self.statement(f"if TYPE_CHECKING:\n{self.indent}from {source} import {name}\n")
        at = end_of_imports(body) + 1
        return [*body[:at], added.with_changes(leading_lines=[BLANK]), *body[at:]]


def _head(statement: cst.BaseStatement) -> cst.CSTNode:
    """Where a statement begins; a class or function is not meant with its body."""
    if isinstance(statement, cst.ClassDef | cst.FunctionDef):
        return statement.decorators[0] if statement.decorators else statement.name
    return statement


def _without_imports(
    module: cst.Module, unused: frozenset[str], kind: type[cst.BaseStatement] = cst.BaseStatement
) -> cst.Module:
    left = {s: _without(s, unused) if isinstance(s, kind) else s for s in module.body}
    doomed = [statement for statement, after in left.items() if after is None]
    lines = kept_lines(module.body, doomed)
    body = [
        after.with_changes(leading_lines=lines[statement]) if statement in lines else after
        for statement, after in left.items()
        if after is not None
    ]
    return module.with_changes(body=body)


def _without(statement: cst.BaseStatement, unused: frozenset[str]) -> cst.BaseStatement | None:
    """A statement at the top of a file without the imports of unused names; None when nothing is left."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.ImportFrom(names=[*names]) | cst.Import(names=[*names]) as node]
        ):
            kept = [n for n in names if n not in _removable(statement) or _bound_name(n) not in unused]
            if len(kept) == len(names):
                return statement
            if not kept:
                return None
            kept[-1] = kept[-1].with_changes(comma=following(names[-1].comma, kept[-1].comma))
            return statement.with_changes(body=[node.with_changes(names=kept)])
        case cst.If(orelse=None, body=cst.IndentedBlock(body=inner) as block) if _asks_type_checking(
            statement
        ):
            left = [after for s in inner if (after := _without(s, unused)) is not None]
            return statement.with_changes(body=block.with_changes(body=left)) if left else None
    return statement


def _removable(statement: cst.BaseStatement) -> Iterator[cst.ImportAlias]:
    """The names that a statement imports, where nothing else can depend on the import."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*names])]):
            yield from names
        case cst.SimpleStatementLine(body=[cst.Import(names=names)]):
            yield from (n for n in names if n.asname is not None or isinstance(n.name, cst.Name))
        case cst.If(orelse=None, body=cst.IndentedBlock(body=inner)) if _asks_type_checking(statement):
            for s in inner:
                yield from _removable(s)


def _asks_type_checking(statement: cst.If) -> bool:
    return cst.Module([]).code_for_node(statement.test).rpartition(".")[2] == "TYPE_CHECKING"


def _without_used(names: Iterable[str], tree: ast.Module) -> set[str]:
    """Those of the names that a module does not read."""
    left = set(names)
    for name in _used(tree):
        left.discard(name)
        if not left:
            break
    return left


def _rarer(before: str, after: str) -> Set[str]:
    """The words, as Python reads them, that stand less often in a text: only lines that differ can tell."""
    lines = Counter(before.split("\n"))
    lines.subtract(after.split("\n"))
    words = Counter[str]()
    for line, more in lines.items():
        for word in re.findall(r"\w+", unicodedata.normalize("NFKC", line)) if more else ():
            words[word] += more
    return {word for word, more in words.items() if more > 0}


def _used(tree: ast.Module) -> Iterator[str]:
    """Names a module reads, in strings too, for they may be annotations; not in docstrings."""
    prose = set[ast.expr]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Expr):  # which comes before its value
            prose.add(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose:
            yield from re.findall(r"\w+", node.value)


def _takes(modules: Modules, other: PurePosixPath, name: str, path: PurePosixPath) -> bool:
    """Whether a module takes ``name`` from the file: by name, by star, through the module or in a patch."""
    through, taken = modules.told(other, _taken) or (frozenset(), {})
    sources = taken.get(name, frozenset()) | taken.get("*", frozenset())
    return name in through or any(modules.source(source, other) == path for source in sources)


def _taken(module: Module) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """The names that a module may take by a dot, in strings too, and what it imports, with the sources."""
    through, imported = set[str](), dict[str, frozenset[str]]()
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom():
                source = "." * node.level + (node.module or "")
                imported |= {a.name: imported.get(a.name, frozenset()) | {source} for a in node.names}
            case ast.Attribute(attr=name):
                through.add(name)
            case ast.Constant(value=str() as text) if "." in text:
                through.add(text.rpartition(".")[2])
    return frozenset(through), imported


def _bound_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return alias.evaluated_name.partition(".")[0]
