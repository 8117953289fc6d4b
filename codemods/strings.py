"""Strings that certainly name an attribute, and of which object (rule: only by the call they stand in)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.data import Confidence
from codemods.index import Function
from codemods.infer import Known, Receivers
from codemods.modules import bound_in
from codemods.scopes import Binding, ClassRef
from codemods.spelled import argument, given, is_mock

_BY_NAME = frozenset({"hasattr", "getattr", "setattr", "delattr"})
_PATCHERS = frozenset({"object", "setattr", "delattr", "spy"})
"""``patch.object``, ``mocker.patch.object``, ``mocker.spy``, ``monkeypatch.setattr`` and ``.delattr``."""

_GETTERS = frozenset({"attrgetter", "methodcaller"})
_KEYED = frozenset({"get", "pop", "setdefault"})
_DICTIONARIES = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})

KEY = "key of a dictionary"
MESSAGE = "words of a message"


def named_object(receivers: Receivers, node: ast.Constant, name: str) -> Known | str | None:
    """The object whose attribute a string names, or what else it is; None when its use does not tell."""
    text = str(node.value)
    parts = text.split(".")
    if name not in parts or not all(map(str.isidentifier, parts)):
        return MESSAGE
    if text.count(name) > 1:
        return None
    if parts[0] == name and (found := _keyed(receivers, node) or _listed(receivers, node)):
        return found
    match receivers.parents.get(node):
        case ast.Call() as call:
            return _argument_of(receivers, call, node, name)
        case ast.keyword(arg="attribute" | "name") as keyword if text == name:
            outer = receivers.parents[keyword]
            if isinstance(outer, ast.Call) and _called(outer) in _PATCHERS:
                target = argument(outer, 0, "target")
                return receivers.known(target) if target else None
    return None


def named_by_keyword(receivers: Receivers, keyword: ast.AST | None) -> Known | str | None:
    """The object whose attribute a keyword names: that of a mock, or of a patch."""
    call = receivers.parents.get(keyword) if keyword else None
    if isinstance(call, ast.Call):
        if is_mock(call):
            return receivers.known(call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "configure_mock":
            return receivers.known(call.func.value)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "multiple":
            match argument(call, 0, "target"):
                case ast.Constant(value=str() as dotted):
                    return _dotted(receivers, dotted)
                case ast.expr() as target:
                    return receivers.known(target)
    return "a keyword of its own"


# --- calls --------------------------------------------------------------------------------------


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _argument_of(receivers: Receivers, call: ast.Call, node: ast.Constant, name: str) -> Known | str | None:
    text, function = str(node.value), _called(call)
    plain = isinstance(call.func, ast.Name)
    if text == name and call.args[1:2] == [node] and function in (_BY_NAME if plain else _PATCHERS):
        return receivers.known(call.args[0])
    outer = receivers.parents.get(call)
    if function in _GETTERS and text.partition(".")[0] == name:
        asked = isinstance(outer, ast.Call) and outer.func is call and len(outer.args) == 1
        return receivers.known(outer.args[0]) if asked and isinstance(outer, ast.Call) else None
    if text.startswith(f"{name}."):
        return MESSAGE  # the name of a file
    if call.args[:1] == [node] and text != name and function in ("patch", "setattr", "delattr"):
        return _dotted(receivers, text.partition(f".{name}")[0])
    return None


def _dotted(receivers: Receivers, dotted: str) -> Known | str | None:
    """A class or object by the dotted path a patch gives it: the longest module in it, then what is there."""
    modules, parts = receivers.modules, dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = modules.find(".".join(parts[:length]), receivers.module.path)
        target = modules.get(path) if path and path in modules.snapshot else None
        if target is None:
            continue
        if length == len(parts):
            return f"a name of the module {dotted}"
        node: ast.expr = ast.Name(parts[length], lineno=1)
        for part in parts[length + 1 :]:
            node = ast.Attribute(node, part, lineno=1)
        meaning = modules.meaning(node, target.scope)
        if isinstance(meaning, ClassRef):
            return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} by its dotted path")
        return receivers.within(target).known(node)
    return None


# --- dictionaries -------------------------------------------------------------------------------


def _keyed(receivers: Receivers, node: ast.Constant) -> Known | str | None:
    """What a key stands for: an attribute in ``vars(x)`` and ``x.__dict__``, itself in other dictionaries."""
    holder: ast.expr
    match receivers.parents.get(node):
        case ast.Dict(keys=keys) as display if node in keys:
            keyword = receivers.parents.get(display)
            unpacked = isinstance(keyword, ast.keyword) and keyword.arg is None
            found = named_by_keyword(receivers, keyword) if unpacked else _listed(receivers, node)
            return KEY if found is None and not unpacked else found
        case ast.MatchMapping():
            return KEY
        case ast.Subscript(slice=key, value=holder) if key is node:
            return _attribute_of(receivers, holder) or KEY
        case ast.Call(func=ast.Attribute(attr=attr, value=holder), args=[key, *_]) if key is node:
            if attr in _KEYED:
                return _attribute_of(receivers, holder) or KEY
        case ast.Call(func=ast.Attribute(attr="setitem" | "delitem"), args=[holder, key, *_]) if key is node:
            return _attribute_of(receivers, holder) or KEY
        case ast.Compare(ops=[ast.In() | ast.NotIn()], left=left, comparators=[holder]) if left is node:
            if isinstance(holder, ast.Call) and _called(holder) == "dir" and holder.args:
                return receivers.known(holder.args[0])
            return _attribute_of(receivers, holder) or (KEY if _is_dictionary(receivers, holder) else None)
    return None


def _attribute_of(receivers: Receivers, holder: ast.expr) -> Known | None:
    """The object whose attributes a dictionary holds."""
    match holder:
        case ast.Attribute(attr="__dict__", value=owner):
            return receivers.known(owner)
        case ast.Call(func=ast.Name(id="vars"), args=[owner]):
            return receivers.known(owner)
    return None


def _is_dictionary(receivers: Receivers, node: ast.expr | None) -> bool:
    """Whether an expression is a dictionary, or a name that is bound to nothing else."""
    match node:
        case ast.Dict() | ast.DictComp():
            return True
        case ast.Call():
            return _called(node) in _DICTIONARIES
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


# --- lists --------------------------------------------------------------------------------------


def _listed(receivers: Receivers, node: ast.Constant) -> Known | None:
    """The object whose attributes a list of names is about: ``__slots__``, and the ``spec`` of a mock."""
    around: Iterator[ast.AST] = receivers.enclosing(node)
    outer = next((n for n in around if not isinstance(n, ast.Tuple | ast.List | ast.Set | ast.Dict)), None)
    match outer:
        case ast.Assign(targets=[ast.Name(id="__slots__")]) | ast.AnnAssign(target=ast.Name(id="__slots__")):
            owner = receivers.class_of(node)
            return Known((owner,), Confidence.PROVEN, f"a slot of {owner.name}") if owner else None
        case ast.keyword(arg="spec" | "spec_set"):
            call = receivers.parents[outer]
            return _wanted(receivers, call) if isinstance(call, ast.Call) and is_mock(call) else None
    return None


def _wanted(receivers: Receivers, call: ast.Call) -> Known | None:
    """What an annotation says of the place a mock is made for."""
    match receivers.parents.get(call):
        case ast.AnnAssign(annotation=said):
            return receivers.annotated(said, "annotated", receivers.scope(call))
        case ast.Return():
            function = next((n for n in receivers.enclosing(call) if isinstance(n, Function)), None)
            if function and function.returns:
                what = f"what {function.name}() returns"
                return receivers.annotated(function.returns, what, receivers.scope(function))
    return None
