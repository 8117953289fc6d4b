"""Strings that certainly name an attribute, and of which object (rule: only by the call they stand in)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.data import Confidence
from codemods.dictionaries import KEY, MESSAGE, attributes_in, called, held_in
from codemods.infer import Receivers
from codemods.known import Known, agreed
from codemods.modules import ModuleRef, bound_in
from codemods.scopes import Binding, ClassRef, Function
from codemods.spelled import argument, elements, is_mock

_BY_NAME = frozenset({"hasattr", "getattr", "setattr", "delattr"})
_DUNDERS = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__delattr__"})
"""``object.__setattr__(x, name, value)``, ``super().__getattribute__(name)``; their own ``name`` too."""

_MEMBERSHIP = frozenset({"assertIn", "assertNotIn"})
_CODE = frozenset({"exec", "eval", "compile"})
_ELSEWHERE = frozenset({"parametrize", "getenv", "setenv", "delenv"})
_BY_PATH = frozenset({"patch", "setattr", "delattr"})
_PATCHERS = frozenset({"object", "setattr", "delattr", "spy"})
"""``patch.object``, ``mocker.patch.object``, ``mocker.spy``, ``monkeypatch.setattr`` and ``.delattr``."""

_GETTERS = frozenset({"attrgetter", "methodcaller"})
_KEYED = frozenset({"get", "pop", "setdefault"})
_STAND_INS = frozenset({"SimpleNamespace", "Namespace"})
"""What is made of keywords alone, be it in place of an object of the hierarchy."""


def named_object(receivers: Receivers, node: ast.Constant, name: str) -> Known | str | None:
    """The object whose attribute a string names, or what else it is; None when its use does not tell."""
    whole: ast.expr = node
    while isinstance(outer := receivers.parents.get(whole), ast.JoinedStr | ast.BinOp):
        whole = outer
    call = receivers.parents.get(whole)
    text = folded(receivers, whole)
    if text is None:  # put together from what is not known
        patched = isinstance(call, ast.Call) and call.args[:1] == [whole] and called(call) in _BY_PATH
        return None if patched else MESSAGE
    parts = text.split(".")
    if isinstance(call, ast.Call) and called(call) in _CODE and call.args[:1] == [whole]:
        return None
    if isinstance(call, ast.Attribute) and call.attr == "format" and re.search(rf"\.{name}\b[^{{]*\}}", text):
        return None
    if name not in parts or not all(map(str.isidentifier, parts)):
        return MESSAGE
    if text.count(name) > 1:
        return None
    return _meant(receivers, whole, name, text) or _used(receivers, whole, name, text)


def _meant(receivers: Receivers, whole: ast.expr, name: str, text: str) -> Known | str | None:
    """What a string means where it stands, or a variable that holds it."""
    if text.partition(".")[0] == name and (found := _keyed(receivers, whole) or _listed(receivers, whole)):
        return found
    match call := receivers.parents.get(whole):
        case ast.Call():
            return _argument_of(receivers, call, whole, name, text)
        case ast.keyword(arg="attribute" | "name") if text == name:
            outer = receivers.parents[call]
            if isinstance(outer, ast.Call) and called(outer) in _PATCHERS:
                target = argument(outer, 0, "target")
                return receivers.known(target) if target else None
            return "the name a mock shows" if isinstance(outer, ast.Call) and is_mock(outer) else None
    return None


def _used(receivers: Receivers, whole: ast.expr, name: str, text: str) -> Known | str | None:
    """What a string means by all the uses of the variable that it is given, in a loop or for good."""
    found: list[Known | None] = []
    said: set[str] = set()
    for use in _uses(receivers, whole):
        if isinstance(receivers.parents.get(use), ast.FormattedValue):
            continue
        meant = _meant(receivers, use, name, text)
        if isinstance(meant, str):
            said.add(meant)
        else:
            found.append(meant)
    if said:
        return said.pop() if len(said) == 1 and not found else None
    return agreed(found, "")


def _uses(receivers: Receivers, whole: ast.expr) -> list[ast.Name]:
    """Where a variable is read that a string, or a display of strings, gives all its values."""
    parent = receivers.parents.get(whole)
    display = isinstance(parent, ast.Tuple | ast.List | ast.Set)
    given = parent if display else whole
    around: ast.AST | None = receivers.parents.get(given) if isinstance(given, ast.expr) else None
    match around:
        case ast.For(target=ast.Name(id=name), iter=values) if display and values is given:
            where: list[ast.AST] = [*around.body]
        case ast.comprehension(target=ast.Name(id=name), iter=values) if display and values is given:
            where = [receivers.parents[around]]
        case ast.Assign(targets=[ast.Name(id=name)]) if not display:
            where = [receivers.module.tree]
        case _:
            return []
    scope = receivers.scope(around)
    if isinstance(around, ast.Assign):
        elsewhere = [m for m in receivers.modules.mentioning(name) if m is not receivers.module]
        if len(scope.bindings.get(name, ())) != 1 or (scope is receivers.module.scope and elsewhere):
            return []
    nodes = [
        node for part in where for node in ast.walk(part) if isinstance(node, ast.Name) and node.id == name
    ]
    if isinstance(around, ast.Assign):
        nodes = [n for n in nodes if bound_in(receivers.scope(n), name) is scope]
    return [node for node in nodes if isinstance(node.ctx, ast.Load)]


def folded(receivers: Receivers, node: ast.expr) -> str | None:
    """The text an expression is put together to, from constants and names of constants; None for others."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            parts = [left, right]
        case ast.JoinedStr(values=parts):
            pass
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return folded(receivers, value)
        case ast.Name(id="__name__"):
            return receivers.modules.dotted(receivers.module.path)
        case ast.Attribute(attr="__name__", value=value):
            module = receivers.modules.meaning(value, receivers.scope(node))
            return receivers.modules.dotted(module.path) if isinstance(module, ModuleRef) else None
        case ast.Name(id=name) if home := bound_in(receivers.scope(node), name):
            match home.bindings[name]:
                case [Binding(value=ast.Constant(value=str() as text), source=None)]:
                    return text
            return None
        case _:
            return None
    texts = [folded(receivers, part) for part in parts]
    return None if None in texts else "".join(map(str, texts))


def named_by_keyword(receivers: Receivers, keyword: ast.AST | None) -> Known | str | None:
    """The object whose attribute a keyword names: that of a mock, of a stand-in, or of a patch."""
    call = receivers.parents.get(keyword) if keyword else None
    if isinstance(call, ast.Call):
        if is_mock(call) or called(call) in _STAND_INS:
            return receivers.known(call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "configure_mock":
            return receivers.known(call.func.value)
        if called(call) in ("update", "dict") and (held := attributes_in(receivers, call)):
            return held
        if isinstance(call.func, ast.Attribute) and call.func.attr == "multiple":
            match argument(call, 0, "target"):
                case ast.expr() as target:
                    dotted = folded(receivers, target)
                    return _dotted(receivers, dotted) if dotted else receivers.known(target)
    return "a keyword of its own"


# --- calls --------------------------------------------------------------------------------------


def _argument_of(
    receivers: Receivers, call: ast.Call, node: ast.expr, name: str, text: str
) -> Known | str | None:
    function, outer = called(call), receivers.parents.get(call)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if text == name and call.args[1:2] == [node]:
        if function in (_DUNDERS | _PATCHERS if owner else _BY_NAME):
            return receivers.known(call.args[0])
        if function in _MEMBERSHIP:
            return held_in(receivers, call.args[0])
    if function in _GETTERS and text.partition(".")[0] == name:
        asked = isinstance(outer, ast.Call) and outer.func is call and len(outer.args) == 1
        return receivers.known(outer.args[0]) if asked and isinstance(outer, ast.Call) else None
    if call.args[:1] != [node]:
        return None
    if text == name and owner and function in _DUNDERS:
        return receivers.known(owner)
    if text == name and function in _MEMBERSHIP and len(call.args) > 1:
        return held_in(receivers, call.args[1])
    if text.startswith(f"{name}."):
        return MESSAGE  # the name of a file
    if function in _ELSEWHERE:
        return f"what {function}() is given by name"
    if text != name and function in _BY_PATH:
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


def _keyed(receivers: Receivers, node: ast.expr) -> Known | str | None:
    """What a key stands for: an attribute in ``vars(x)`` and ``x.__dict__``, itself in other dictionaries."""
    holder: ast.expr
    match receivers.parents.get(node):
        case ast.Dict(keys=keys) as display if node in keys:
            keyword = receivers.parents.get(display)
            unpacked = isinstance(keyword, ast.keyword) and keyword.arg is None
            if unpacked:
                return named_by_keyword(receivers, keyword)
            match receivers.parents.get(display):
                case ast.Call(func=ast.Name(id="type"), args=[_, bases, _]):
                    return next(filter(None, map(receivers.known, elements(bases))), None)
            return _listed(receivers, node) or attributes_in(receivers, display) or KEY
        case ast.MatchMapping():
            return KEY
        case ast.Subscript(slice=key, value=holder) if key is node:
            return attributes_in(receivers, holder) or KEY
        case ast.Call(func=ast.Attribute(attr=attr, value=holder), args=[key, *_]) if key is node:
            if attr in _KEYED:
                return attributes_in(receivers, holder) or KEY
        case ast.Call(func=ast.Attribute(attr="setitem" | "delitem"), args=[holder, key, *_]) if key is node:
            return attributes_in(receivers, holder) or KEY
        case ast.Compare(ops=[ast.In() | ast.NotIn()], left=left, comparators=[holder]) if left is node:
            return held_in(receivers, holder)
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], left=left, comparators=[right]):
            return _asked_for(receivers, right if left is node else left)
    return None


def _asked_for(receivers: Receivers, node: ast.expr) -> Known | None:
    """The object of a method that every access to an attribute goes through, where ``node`` is the name."""
    function = next((n for n in receivers.enclosing(node) if isinstance(n, Function)), None)
    if function is None or function.name not in _DUNDERS or not isinstance(node, ast.Name):
        return None
    owner = receivers.class_of(function)
    named = [argument.arg for argument in function.args.args[1:2]] == [node.id]
    return Known((owner,), Confidence.PROVEN, f"{owner.name}.{function.name}") if owner and named else None


# --- lists --------------------------------------------------------------------------------------


def _listed(receivers: Receivers, node: ast.expr) -> Known | None:
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
