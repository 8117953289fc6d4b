"""What a class body declares, read off its statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from codemods.classes import Classes, ClassInfo
from codemods.scopes import ClassRef, Function
from codemods.text import Text

READ = frozenset({"property", "cached_property"})
"""Decorators that make a method an attribute."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A place in a class that gives one of its attributes being: ``self.x = ...`` or ``x: T``."""

    name: str
    statement: ast.Assign | ast.AnnAssign
    function: Function | None
    """The method the statement stands in; None for the class body."""

    @property
    def plain(self) -> bool:
        """Whether it carries nothing: no value, None or False."""
        value = self.statement.value
        return value is None or (
            isinstance(value, ast.Constant) and (value.value is None or value.value is False)
        )

    @property
    def initial(self) -> bool:
        """Whether it says what the attribute is, rather than giving it a new value later."""
        starts = self.function is None or self.function.name == "__init__"
        return isinstance(self.statement, ast.AnnAssign) or (starts and self.plain)


def declarations(info: ClassInfo) -> Iterator[Declaration]:
    """Every assignment to an attribute of the object or class, in the order of the source."""
    for statement, function in info.assignments:
        yield from _targets(statement, function, receiver(function) if function else None)


def sets(info: ClassInfo, names: Container[str]) -> bool:
    """Whether a class starts its objects off with a value for one of these attributes."""
    return any(
        d.name in names and not d.plain and (d.function is None or d.function.name == "__init__")
        for d in declarations(info)
    )


def members(classes: Classes, ref: ClassRef) -> Mapping[str, bool]:
    """The names of all attributes and methods that a class and its ancestors in the tree have.

    With each is said whether it is a method.
    """
    if ref not in classes.members:
        infos = [info for ancestor in reversed(classes.mro(ref)) if (info := classes.get(ancestor))]
        classes.members[ref] = {
            **{d.name: False for info in infos for d in declarations(info)},
            **{f.name: not decorators(f) & READ for info in infos for f in info.functions()},
        }
    return classes.members[ref]


def owns(classes: Classes, ref: ClassRef, name: str) -> bool:
    """Whether a class or an ancestor of it in the tree has an attribute or method of this name."""
    return name in members(classes, ref)


def fits(classes: Classes, ref: ClassRef, protocol: ClassInfo) -> bool:
    """Whether a class has all that a Protocol asks for, methods as methods."""
    asked, there = members(classes, protocol.ref), members(classes, ref)
    return all(name in there and is_method == there[name] for name, is_method in asked.items())


def is_early(declaration: Declaration) -> bool:
    """Whether a value is given to an attribute in ``__init__`` before the call of ``super().__init__``."""
    function = declaration.function
    if function is None or function.name != "__init__" or declaration.plain:
        return False
    calls = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "__init__"
    ]
    return bool(calls) and declaration.statement.lineno < min(calls)


def alone(text: Text, statement: ast.Assign | ast.AnnAssign) -> bool:
    """Whether a statement has one target, and nothing else on its line but a comment."""
    if isinstance(statement, ast.Assign) and len(statement.targets) != 1:
        return False
    start = text.ast_offset(statement.lineno, statement.col_offset)
    last, column = text.place(text.ast_offset(statement.end_lineno or 0, statement.end_col_offset or 0))
    before = text.line(statement.lineno)[: text.place(start)[1] - 1]
    after = text.line(last)[column - 1 :].strip()
    return not before.strip() and (not after or after.startswith("#"))


def comes_late(function: Function, statement: ast.stmt, name: str, declared: bool) -> bool:
    """Whether a statement of ``__init__`` follows ``super().__init__()`` with no use of the name in between.

    Where the root's class body has ``declared`` the name, it need not follow it.
    """
    if function.name != "__init__" or statement not in function.body:
        return False
    before = function.body[: function.body.index(statement)]
    nodes = [node for s in before for node in ast.walk(s)]
    names = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    names |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return (declared or "__init__" in names) and name not in names


def _targets(
    statement: ast.Assign | ast.AnnAssign, function: Function | None, owner: str | None
) -> Iterator[Declaration]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        match target:
            case ast.Name() if owner is None:
                yield Declaration(target.id, statement, function)
            case ast.Attribute(value=ast.Name(id=name)) if name == owner:
                yield Declaration(target.attr, statement, function)


def receiver(function: Function) -> str | None:
    """The name a method knows its object or class by; None for a static method."""
    if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list):
        return None
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[0].arg if arguments else None


def is_abstract(function: Function) -> bool:
    """Whether a decorator calls it abstract."""
    names = (
        d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in function.decorator_list
    )
    return any(name.startswith("abstract") for name in names)


def is_trivial(function: Function) -> bool:
    """Whether the body carries nothing: a docstring, ``pass``, ``...``, ``raise NotImplementedError``."""

    def nothing(statement: ast.stmt) -> bool:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return True
            case ast.Raise(
                exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))
            ):
                return True
        return False

    return all(nothing(statement) for statement in function.body)


def decorators(function: Function) -> set[str]:
    """The decorators of a function by the last part of their names."""
    called = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return {ast.unparse(d).rpartition(".")[2] for d in called}


def fixture_name(function: Function) -> str | None:
    """The name tests ask for a pytest fixture by; None for a function that is none."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(call).rpartition(".")[2] != "fixture":
            continue
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
        return function.name
    return None


def parametrizes(decorator: ast.expr, name: str) -> bool:
    """Whether a decorator gives a test's parameter its values, so that no fixture does."""
    text = ast.unparse(decorator)
    return "parametrize" in text and re.search(rf"\b{re.escape(name)}\b", text) is not None


def without_none(annotation: ast.expr) -> Iterator[ast.expr]:
    """The parts of an annotation that are not None: Optional, Union and ``|`` are looked through."""
    match annotation:
        case ast.Constant(value=None):
            return
        case ast.Constant(value=str() as text):
            try:
                yield from without_none(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError):
                return
        case ast.BinOp(op=ast.BitOr()):
            yield from without_none(annotation.left)
            yield from without_none(annotation.right)
        case ast.Subscript(
            value=ast.Name(id="Optional" | "Union") | ast.Attribute(attr="Optional" | "Union")
        ):
            inner = annotation.slice
            for part in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield from without_none(part)
        case _:
            yield annotation
