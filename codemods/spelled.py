"""What the source itself spells out a name or parameter to be: displays, parametrizations, specs of mocks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.declarations import parametrizes
from codemods.modules import Meaning, Modules
from codemods.scopes import Binding, ClassRef, Function, Scope

_YIELDING = frozenset({"Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "Iterable"})
_WRAPPERS = frozenset({"Optional", "Union", "Final", "ClassVar", "Annotated", "Type", "type", "Awaitable"})
_DISPLAYS = ast.Tuple | ast.List | ast.Set


def elements(node: ast.AST | None) -> list[ast.expr]:
    """The elements of a display; none where it is no display or holds a starred one."""
    found = node.elts if isinstance(node, _DISPLAYS) else []
    return [] if any(isinstance(e, ast.Starred) for e in found) else list(found)


def is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def given(binding: Binding, name: str) -> list[ast.expr]:
    """What a statement gives a name: one value, or any of those it loops over; none if that is not told."""
    if isinstance(binding.value, ast.expr):
        return [binding.value]
    match binding.node:
        case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values):
            return _unpacked([target], elements(values), name)
        case ast.Assign(targets=[ast.Tuple() | ast.List() as target], value=value):
            return _unpacked([target], [value], name)
    return []


def looped(outer: ast.AST, name: ast.Name) -> list[ast.expr] | None:
    """What a loop or comprehension around a name gives it; None where neither that nor a lambda takes it."""
    if isinstance(outer, ast.Lambda):
        return [] if any(isinstance(n, ast.arg) and n.arg == name.id for n in ast.walk(outer.args)) else None
    if isinstance(outer, ast.For | ast.AsyncFor):
        inside = outer.body[0].lineno <= name.lineno <= (outer.body[-1].end_lineno or 0)
        if not inside or any(_stores(statement, name.id) for statement in outer.body):
            return None
        generators = [ast.comprehension(outer.target, outer.iter, [], 0)]
    else:
        generators = getattr(outer, "generators", [])
    for generator in generators:
        if _stores(generator.target, name.id):
            return _unpacked([generator.target], elements(generator.iter), name.id)
    return None


def _stores(node: ast.AST, name: str) -> bool:
    """Whether a name is given a meaning somewhere in a node."""
    stored = (n for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
    return any(n.id == name for n in stored)


def _unpacked(targets: list[ast.expr], values: list[ast.expr], name: str) -> list[ast.expr]:
    """The parts of each value that go to a name, by the place it has in the target; none if one is hidden."""
    for target in targets:
        if isinstance(target, ast.Name):
            return values if target.id == name else []
        names = [t.id if isinstance(t, ast.Name) else "" for t in elements(target)]
        if name in names and all(len(elements(value)) == len(names) for value in values):
            return [elements(value)[names.index(name)] for value in values]
    return []


# --- pytest -------------------------------------------------------------------------------------


def parametrized(nodes: Iterable[Function | ast.ClassDef], name: str) -> list[ast.expr] | None:
    """The values that parametrizing gives a parameter; None where that gives it none, so a fixture does."""
    for decorator in (d for node in nodes for d in node.decorator_list if parametrizes(d, name)):
        if not isinstance(decorator, ast.Call):
            return []
        names, values, indirect = (argument(decorator, *a) for a in _PARAMETRIZE)
        listed = [ast.literal_eval(e) for e in elements(names) if isinstance(e, ast.Constant)]
        if isinstance(names, ast.Constant):
            listed = [word.strip() for word in str(names.value).split(",")]
        if name not in listed:  # only a value is spelled like it
            continue
        if indirect is not None:
            return None if isinstance(indirect, ast.Constant) and indirect.value is True else []
        rows = [_row(value) for value in elements(values)]
        if len(listed) == 1:
            return [row[0] for row in rows if len(row) == 1]
        split = [elements(row[0]) if len(row) == 1 else row for row in rows]
        at = listed.index(name)
        return [row[at] for row in split] if all(len(row) == len(listed) for row in split) else []
    return None


def params(fixture: Function | ast.ClassDef) -> list[ast.expr]:
    """What ``request.param`` stands for in a fixture."""
    calls = [d for d in fixture.decorator_list if isinstance(d, ast.Call)]
    rows = [_row(e) for call in calls for e in elements(argument(call, 9, "params"))]
    return [row[0] for row in rows if len(row) == 1]


def yielded(fixture: Function) -> ast.expr | None:
    """What a fixture's annotation says it gives to a test."""
    says = fixture.returns
    if isinstance(says, ast.Subscript) and ast.unparse(says.value).rpartition(".")[2] in _YIELDING:
        return says.slice.elts[0] if isinstance(says.slice, ast.Tuple) else says.slice
    return says


_PARAMETRIZE = ((0, "argnames"), (1, "argvalues"), (2, "indirect"))


def _row(value: ast.expr) -> list[ast.expr]:
    """A set of values, which ``pytest.param`` may hold."""
    param = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "param"
    return list(value.args) if param and isinstance(value, ast.Call) else [value]


# --- annotations ----------------------------------------------------------------------------------


def classes_in(modules: Modules, node: ast.expr, scope: Scope) -> Iterator[ClassRef | None]:
    """The classes an annotation names, None objects apart; what is no class of the tree stands as None."""
    match node:
        case ast.Constant(value=None):
            return
        case ast.Constant(value=str() as text):
            try:
                inner = ast.parse(text, mode="eval").body
            except (SyntaxError, ValueError):
                return
            yield from classes_in(modules, inner, scope)
        case ast.BinOp(op=ast.BitOr()):
            yield from classes_in(modules, node.left, scope)
            yield from classes_in(modules, node.right, scope)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _WRAPPERS:
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for part in parts[:1] if name == "Annotated" else parts:
                yield from classes_in(modules, part, scope)
        case _:
            meaning: Meaning | None = modules.meaning(node, scope)
            yield meaning if isinstance(meaning, ClassRef) else None


# --- mocks --------------------------------------------------------------------------------------


def is_mock(call: ast.Call) -> bool:
    """Whether a call makes a mock, going by the name of what is called."""
    return ast.unparse(call.func).rpartition(".")[2].endswith(("Mock", "create_autospec"))


def model(call: ast.Call) -> ast.expr | None:
    """The class or object a mock is made after."""
    if not is_mock(call):
        return None
    return argument(call, 0, "spec") or argument(call, 99, "spec_set") or argument(call, 99, "wraps")


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    found = (keyword.value for keyword in call.keywords if keyword.arg == name)
    return call.args[place] if place < len(call.args) else next(found, None)


def names_of(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """The strings among expressions."""
    return (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
