"""Dictionaries: those that hold the attributes of an object, and all others."""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.data import Confidence
from codemods.declarations import receiver
from codemods.infer import Receivers
from codemods.known import Known
from codemods.modules import bound_in
from codemods.scopes import Binding
from codemods.spelled import given

_DEEP = 5  # copies of copies
_DICTIONARIES = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})

KEY = "key of a dictionary"
MESSAGE = "words of a message"


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def held_in(receivers: Receivers, holder: ast.expr) -> Known | str | None:
    """What a word stands for that is looked for in something."""
    if isinstance(holder, ast.Call) and called(holder) == "dir" and holder.args:
        return receivers.known(holder.args[0])
    return attributes_in(receivers, holder) or (KEY if _is_dictionary(receivers, holder) else None)


def attributes_in(receivers: Receivers, holder: ast.expr, depth: int = 0) -> Known | None:
    """The object whose attributes a dictionary holds, or held when it was copied.

    None stands among the classes where it holds, or may hold, something else as well.
    """
    inner: list[ast.expr] = []
    only = True
    match holder:
        case ast.Attribute(attr="__dict__", value=owner):
            return receivers.known(owner)
        case ast.Call(func=ast.Name(id="vars"), args=[owner]):
            return receivers.known(owner)
        case ast.Call(func=ast.Attribute(attr="__getstate__", value=owner)):
            return receivers.known(owner)
        case ast.Call(func=ast.Attribute(attr="copy", value=copied), args=[]):
            inner = [copied]
        case ast.Call(args=[copied]) if called(holder) in ("dict", "copy", "deepcopy"):
            inner = [copied]
        case ast.Call(func=ast.Attribute(attr="dict"), args=[patched, *_]):
            inner = [patched]
        case ast.Call(func=ast.Attribute(attr="update", value=updated)):
            inner = [updated]
        case ast.Dict(keys=keys, values=values):
            inner = [value for key, value in zip(keys, values, strict=True) if key is None]
            only = not inner
            outer = receivers.parents.get(holder)
            inner += [outer] if isinstance(outer, ast.Call) and holder in outer.args else []
        case ast.Name(id=name) if home := bound_in(receivers.scope(holder), name):
            if home.function and home.function.name == "__setstate__" and name != receiver(home.function):
                ref = receivers.class_of(home.function)
                return Known((ref,), Confidence.INFERRED, f"the state of {ref.name}") if ref else None
            inner = [b.value for b in home.bindings[name] if isinstance(b.value, ast.expr)]
    found = [attributes_in(receivers, each, depth + 1) for each in inner if depth < _DEEP]
    known = next(filter(None, found), None)
    return known if not known or (only and all(found)) else replace(known, classes=(*known.classes, None))


def _is_dictionary(receivers: Receivers, node: ast.expr | None) -> bool:
    """Whether an expression is a dictionary, or a name that is bound to nothing else."""
    match node:
        case ast.Dict() | ast.DictComp():
            return True
        case ast.Call():
            return called(node) in _DICTIONARIES
        case ast.Name(id=name) if home := bound_in(receivers.scope(node), name):
            return all(_holds_dictionary(receivers, binding, name) for binding in home.bindings[name])
    return False


def _holds_dictionary(receivers: Receivers, binding: Binding, name: str) -> bool:
    if isinstance(binding.node, ast.AnnAssign):
        said = binding.node.annotation
        return ast.unparse(said).partition("[")[0].rpartition(".")[2] in _DICTIONARIES
    values = given(binding, name)
    named = any(isinstance(value, ast.Name) for value in values)
    return bool(values) and not named and all(_is_dictionary(receivers, value) for value in values)
