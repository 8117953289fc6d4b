"""Strings that certainly name an attribute, and of which object (rule: only by the call they stand in)."""

from __future__ import annotations

import ast

from codemods.data import Confidence
from codemods.infer import Known, Receivers
from codemods.scopes import ClassRef

_BY_NAME = frozenset({"hasattr", "getattr", "setattr", "delattr"})
_PATCHERS = frozenset({"object", "setattr", "delattr"})
"""``patch.object``, ``mocker.patch.object``, ``monkeypatch.setattr`` and ``monkeypatch.delattr``."""


def named_object(receivers: Receivers, node: ast.Constant, name: str) -> Known | None:
    """The object whose attribute a string names; None when the string's use does not tell."""
    call = receivers.parents.get(node)
    if not isinstance(call, ast.Call):
        return None
    text = str(node.value)
    if text == name and len(call.args) > 1 and call.args[1] is node and _takes_object(call.func):
        return receivers.known(call.args[0])
    if is_path(text, name) and call.args and call.args[0] is node and _is_patch(call.func):
        return _dotted(receivers, text.removesuffix(f".{name}"))
    return None


def is_path(text: str, name: str) -> bool:
    """Whether a string is a dotted path that ends in a name."""
    return text.endswith(f".{name}") and all(part.isidentifier() for part in text.split("."))


def _takes_object(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _BY_NAME
        case ast.Attribute(attr=name):
            return name in _PATCHERS
    return False


def _is_patch(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("patch", "setattr")
    return False


def _dotted(receivers: Receivers, dotted: str) -> Known | None:
    """A class by the dotted path a patch gives it."""
    module, _, qualname = dotted.rpartition(".")
    modules = receivers.modules
    path = modules.find(module, receivers.module.path) if module else None
    target = modules.get(path) if path and path in modules.snapshot else None
    if target is None:
        return None
    meaning = modules.meaning(ast.Name(qualname, lineno=1), target.scope)
    if not isinstance(meaning, ClassRef):
        return None
    return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} by its dotted path")
