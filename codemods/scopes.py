"""What the statements of one file bind: scopes, imports and class statements, by ``ast`` alone."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.text import Text

Function = ast.FunctionDef | ast.AsyncFunctionDef


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

    path: PurePosixPath
    """Of the file; a scope does not hold its module, so that one nobody wants is gone at once."""
    parent: Scope | None = None
    is_class: bool = False
    function: Function | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Binding] = field(default_factory=list)


@dataclass(slots=True)
class ClassNode:
    """A class statement and the scope its bases are looked up in."""

    ref: ClassRef
    node: ast.ClassDef
    scope: Scope
    body: Scope


@dataclass(slots=True, eq=False, weakref_slot=True)
class Module:
    """One parsed file."""

    path: PurePosixPath
    text: Text
    tree: ast.Module
    scope: Scope = field(init=False)
    classes: dict[str, list[ClassNode]] = field(default_factory=dict)
    functions: dict[ast.AST, Scope] = field(default_factory=dict)
    """Of those that were wanted so far; ``scope_of`` has them all."""
    later: dict[Function, Scope] = field(default_factory=dict)
    """Functions that say nothing to the rest of the file, with the scope each stands in."""
    type_checking: set[ast.AST] = field(default_factory=set)
    """Statements that only a type checker reads."""

    def __post_init__(self) -> None:
        self.scope = Scope(self.path)
        _Binder(self).bind(self.tree.body, self.scope, "")

    def scope_of(self, node: ast.AST) -> Scope | None:
        """The scope of a function in this file; None for anything else."""
        if isinstance(node, Function) and node not in self.functions:
            around = node if node in self.later else next((f for f in self.later if _spans(f, node)), None)
            if around:
                _Binder(self).enter(around, self.later.pop(around), "")
        return self.functions.get(node)

    def inner_scopes(self) -> Collection[Scope]:
        """The scopes of all functions in this file."""
        for function in [*self.later]:
            self.scope_of(function)
        return self.functions.values()

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
        self.walrus = ":=" in module.text.text

    def bind(self, body: list[ast.stmt], scope: Scope, prefix: str) -> None:
        for node in statements(body):
            match node:
                case ast.ClassDef():
                    self._class(node, scope, prefix)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._function(node, scope, prefix)
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
                case ast.Global() | ast.Nonlocal():
                    outer = scope.parent if isinstance(node, ast.Nonlocal) else self.module.scope
                    for name in node.names:
                        self._add(outer or self.module.scope, name, Binding(node))
                case _:
                    if isinstance(node, ast.If) and _asks_type_checking(node.test):
                        self.module.type_checking.update(n for s in node.body for n in ast.walk(s))
                    for name, value in _bound(node, self.walrus):
                        self._add(scope, name, Binding(node, value=value))

    def _function(self, node: Function, scope: Scope, prefix: str) -> None:
        self._add(scope, node.name, Binding(node))
        if scope.function is None and not self._tells(node):
            self.module.later[node] = scope
        else:
            self.enter(node, scope, prefix)

    def _tells(self, node: Function) -> bool:
        """Whether a function may say something to the rest of the file, by its text."""
        text, last = self.module.text, node.end_lineno or node.lineno
        start, end = text.starts[node.lineno - 1], text.starts[last] if last < len(text.starts) else None
        return any(text.text.find(word, start, end) >= 0 for word in ("class", "global"))

    def enter(self, node: Function, scope: Scope, prefix: str) -> None:
        inner = Scope(self.module.path, scope, function=node)
        self.module.functions[node] = inner
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                self._add(inner, argument.arg, Binding(node))
        self.bind(node.body, inner, f"{prefix}{node.name}.<locals>.")

    def _class(self, node: ast.ClassDef, scope: Scope, prefix: str) -> None:
        ref = ClassRef(self.module.path, prefix + node.name)
        body = Scope(self.module.path, scope, is_class=True)
        self.module.classes.setdefault(ref.qualname, []).append(ClassNode(ref, node, scope, body))
        self._add(scope, node.name, Binding(node, value=ref))
        self.bind(node.body, body, f"{ref.qualname}.")

    @staticmethod
    def _add(scope: Scope, name: str, binding: Binding) -> None:
        scope.bindings.setdefault(name, []).append(binding)


def _spans(outer: Function, inner: Function) -> bool:
    return outer.lineno <= inner.lineno <= (outer.end_lineno or 0)


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body and of the compound statements in it that open no scope, in order."""
    todo = [*reversed([*body])]  # no recursion: a chain of elif is as deep as it is long
    while todo:
        statement = todo.pop()
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            todo += reversed([inner for found in bodies(statement) for inner in found])


def _asks_type_checking(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"


def _bound(statement: ast.stmt, walrus: bool) -> Iterator[tuple[str, ast.expr | None]]:
    """The names a statement itself binds, with their value where it says one.

    Where there is no ``walrus`` in the file, only targets are looked at.
    """
    values: dict[ast.AST | None, ast.expr | None] = {}
    todo: list[ast.AST] = [statement]
    if not walrus:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
                return
            case ast.Assign():
                todo = [*reversed(statement.targets)]
                values.update((target, statement.value) for target in statement.targets)
            case ast.AnnAssign():
                todo, values = [statement.target], {statement.target: statement.value}
            case ast.AugAssign():
                todo = [statement.target]
            case ast.Expr() | ast.Return() | ast.Raise() | ast.Assert() | ast.If() | ast.While():
                return
    while todo:
        node = todo.pop()
        match node:
            case ast.Assign():
                values.update((target, node.value) for target in node.targets)
            case ast.AnnAssign() | ast.NamedExpr():
                values[node.target] = node.value
            case ast.withitem():
                values[node.optional_vars] = node.context_expr
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name, values.get(node)
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                yield name, None
            case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
                yield name, None
        if isinstance(node, ast.comprehension):
            todo += (*reversed(node.ifs), node.iter)
        elif not isinstance(node, ast.Lambda):
            todo += [n for n in reversed([*ast.iter_child_nodes(node)]) if not isinstance(n, ast.stmt)]


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """The node around each node, in the order of ``ast.walk``, which would take nearly twice as long."""
    found: dict[ast.AST, ast.AST] = {}
    todo = [tree]
    for node in todo:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                found[value] = node
                todo.append(value)
            elif isinstance(value, list):
                inner = [each for each in value if isinstance(each, ast.AST)]
                found.update(dict.fromkeys(inner, node))
                todo += inner
    return found


def bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statement lists of a compound statement that opens no scope."""
    for name in ("body", "orelse", "finalbody"):
        if body := getattr(node, name, None):
            yield body
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
