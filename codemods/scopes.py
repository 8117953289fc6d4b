"""What the statements of one file bind: scopes, imports and class statements, by ``ast`` alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.text import Text


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class by where it is defined; two classes of one name in different files are two."""

    path: PurePosixPath
    qualname: str

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Binding:
    """One statement that gives a name its meaning in a scope."""

    node: ast.stmt
    source: str | None = None
    """The module of an import, with its leading dots; None for other statements."""
    name: str | None = None
    """The name imported from ``source``; None when the module itself is bound."""
    value: ast.expr | ClassRef | None = None


@dataclass(slots=True)
class Scope:
    """Names bound in a module, class or function body."""

    module: Module
    parent: Scope | None = None
    is_class: bool = False
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Binding] = field(default_factory=list)


@dataclass(slots=True)
class ClassNode:
    """A class statement and the scope its bases are looked up in."""

    ref: ClassRef
    node: ast.ClassDef
    scope: Scope
    body: Scope


@dataclass(slots=True)
class Module:
    """One parsed file."""

    path: PurePosixPath
    text: Text
    tree: ast.Module
    scope: Scope = field(init=False)
    classes: dict[str, list[ClassNode]] = field(default_factory=dict)
    functions: dict[ast.AST, Scope] = field(default_factory=dict)
    type_checking: set[ast.AST] = field(default_factory=set)
    """Statements that only a type checker reads."""

    def __post_init__(self) -> None:
        self.scope = Scope(self)
        _Binder(self).bind(self.tree.body, self.scope, "")

    def class_at(self, line: int) -> ClassRef | None:
        """The innermost class whose statement spans a line."""
        around = [
            (n.node.lineno, n.ref)
            for nodes in self.classes.values()
            for n in nodes
            if n.node.lineno <= line <= (n.node.end_lineno or 0)
        ]
        return max(around, key=lambda pair: pair[0])[1] if around else None


class _Binder:
    """Fills the scopes of a module."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def bind(self, body: list[ast.stmt], scope: Scope, prefix: str) -> None:
        for node in body:
            match node:
                case ast.ClassDef():
                    self._class(node, scope, prefix)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._add(scope, node.name, Binding(node))
                    inner = Scope(self.module, scope)
                    self.module.functions[node] = inner
                    self.bind(node.body, inner, f"{prefix}{node.name}.<locals>.")
                case ast.Import():
                    for alias in node.names:
                        name = alias.asname or alias.name.partition(".")[0]
                        self._add(scope, name, Binding(node, alias.name if alias.asname else name))
                case ast.ImportFrom():
                    source = "." * node.level + (node.module or "")
                    for alias in node.names:
                        if alias.name == "*":
                            scope.stars.append(Binding(node, source))
                        else:
                            self._add(scope, alias.asname or alias.name, Binding(node, source, alias.name))
                case ast.Assign():
                    for target in node.targets:
                        self._assign(scope, target, node, node.value)
                case ast.AnnAssign():
                    self._assign(scope, node.target, node, node.value)
                case _:
                    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                        self.module.type_checking.update(n for s in node.body for n in ast.walk(s))
                    for inner_body in bodies(node):
                        self.bind(inner_body, scope, prefix)

    def _class(self, node: ast.ClassDef, scope: Scope, prefix: str) -> None:
        ref = ClassRef(self.module.path, prefix + node.name)
        body = Scope(self.module, scope, is_class=True)
        self.module.classes.setdefault(ref.qualname, []).append(ClassNode(ref, node, scope, body))
        self._add(scope, node.name, Binding(node, value=ref))
        self.bind(node.body, body, f"{ref.qualname}.")

    def _assign(self, scope: Scope, target: ast.expr, node: ast.stmt, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._add(scope, target.id, Binding(node, value=value))
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._assign(scope, element, node, None)

    @staticmethod
    def _add(scope: Scope, name: str, binding: Binding) -> None:
        scope.bindings.setdefault(name, []).append(binding)


def bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statement lists of a compound statement that opens no scope."""
    for name in ("body", "orelse", "finalbody"):
        if body := getattr(node, name, None):
            yield body
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
