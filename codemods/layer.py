"""The machinery of the compatibility layer, written into the target as part of its layer module.

Standard library only and without an import of this package: ``transforms/add_compat.py`` copies the
source below the line of dashes. Rules 6 to 13 of MIGRATION.md, "The compatibility layer".
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import Any

HOME: str = __name__
FLAG: str | None = None
SIDES: Mapping[str, Any] = {}
BASES: Mapping[str, tuple[str, ...]] = {}
FACTORIES: Mapping[str, Mapping[str, str]] = {}
QUIET: tuple[str, ...] = ()
MESSAGE: str = "{old} is deprecated; use {new}"

# ---------------------------------------------------------------------------------------------
_MISSING: Any = object()


def _warn(old: str, new: str) -> None:
    """Warn of a deprecated name at the line that uses it; a module listed as quiet is not warned."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in (__name__, "abc", "typing"):
        frame = frame.f_back
    module = frame.f_globals.get("__name__", "")
    if module in _absolute(QUIET):
        return
    warnings.warn_explicit(
        MESSAGE.format(old=old, new=new),
        DeprecationWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=module,
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _absolute(names: Any) -> frozenset[str]:
    """Dotted names beside this module, under whatever name the tree itself is imported."""
    prefix = __name__.removesuffix(HOME)
    return frozenset(prefix + name for name in names)


def _side_of_class(cls: type) -> str | None:
    """The side a class is on: by the bases known here, else by the first class with old factories."""
    for ancestor in cls.__mro__:
        for side, bases in BASES.items():
            if f"{ancestor.__module__}.{ancestor.__qualname__}" in _absolute(bases):
                return side
    for ancestor in reversed(cls.__mro__):
        own = {side for old in FACTORIES.values() for side, name in old.items() if name in vars(ancestor)}
        if len(own) == 1:
            return own.pop()
    return None


def _side_of(obj: Any) -> str | None:
    """The side an object is on: by its flag, else (before ``__init__`` has set it) by its class."""
    flag = getattr(obj, FLAG, _MISSING) if FLAG else _MISSING
    if flag is not _MISSING:
        return next((side for side, value in SIDES.items() if value == flag), None)
    return next(iter(SIDES)) if len(SIDES) == 1 else _side_of_class(type(obj))


class DeprecatedAttribute:
    """An old attribute name as an alias of the new one on its own side.

    On the other side it reads ``default`` and never redirects; what is stored there stays on the object.
    """

    def __init__(self, old: str, new: str, side: str, default: Any) -> None:
        self.old = old
        self.new = new
        self.side = side
        self.default = default

    def _redirects(self, obj: Any) -> bool:
        return _side_of(obj) in (self.side, None)

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return getattr(owner, self.new, self)
        _warn(self.old, self.new)
        if self._redirects(obj):
            return getattr(obj, self.new)
        return vars(obj).get(self.old, self.default)

    def __set__(self, obj: Any, value: Any) -> None:
        _warn(self.old, self.new)
        if self._redirects(obj):
            setattr(obj, self.new, value)
        else:
            vars(obj)[self.old] = value

    def __delete__(self, obj: Any) -> None:
        _warn(self.old, self.new)
        if self._redirects(obj):
            delattr(obj, self.new)
        elif vars(obj).pop(self.old, _MISSING) is _MISSING:
            raise AttributeError(self.old)


def _bound(found: Any, obj: Any) -> Any:
    return found.__get__(obj, type(obj)) if hasattr(found, "__get__") else found


class Factory:
    """A factory under its new name in the class ``place``, which also answers to its old name.

    It is what it would be as a plain function, but for this: where the old name was patched on a
    class, the patch is called.
    """

    def __init__(self, old: str, new: str, place: type, function: Any) -> None:
        self.old = old
        self.new = new
        self.place = place
        self.__func__ = function  # by this name, so that mock sees whether it is a coroutine function
        self.__isabstractmethod__ = bool(getattr(function, "__isabstractmethod__", False))

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self.__func__.__get__(None, owner)
        first = next(cls for cls in type(obj).__mro__ if self.new in vars(cls))
        mro = type(obj).__mro__ if first is self.place else (self.place,)  # else this is super()
        for cls in mro[: mro.index(self.place) + 1]:
            found = vars(cls).get(self.old, _MISSING)
            if found is not _MISSING and not isinstance(found, DeprecatedFactory):
                _warn(self.old, self.new)
                return _bound(found, obj)
        return _bound(self.__func__, obj)


class DeprecatedFactory:
    """An old factory name at the place of the new one in the method resolution order.

    ``place`` is the class it stands for. A data descriptor, so that a patch of the old name on an
    object reaches the new one.
    """

    def __init__(self, old: str, new: str, place: type) -> None:
        self.old = old
        self.new = new
        self.place = place

    @property
    def __func__(self) -> Any:
        return getattr(self.place, self.new)

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return getattr(self.place, self.new)
        _warn(self.old, self.new)
        first = next(cls for cls in type(obj).__mro__ if self.old in vars(cls))
        if first is self.place:
            return getattr(obj, self.new)
        if self.new in vars(self.place):
            return _bound(vars(self.place)[self.new], obj)
        return getattr(super(self.place, obj), self.new)

    def __set__(self, obj: Any, value: Any) -> None:
        _warn(self.old, self.new)
        vars(obj)[self.new] = value

    def __delete__(self, obj: Any) -> None:
        _warn(self.old, self.new)
        if vars(obj).pop(self.new, _MISSING) is _MISSING:
            raise AttributeError(self.old)


def link(cls: type, layer: type) -> None:
    """Let a new subclass answer to old and new factory names, and unhide the aliases of ``layer``."""
    side = next(iter(SIDES)) if len(SIDES) == 1 else _side_of_class(cls)
    for new, names in FACTORIES.items():
        if side is not None and (old := names.get(side)):
            _link_factory(cls, old, new)
    for alias in vars(layer).values():
        if isinstance(alias, DeprecatedAttribute):
            _unhide(cls, alias, side)


def _link_factory(cls: type, old: str, new: str) -> None:
    first = next((c for c in cls.__mro__ if old in vars(c) or new in vars(c)), None)
    names = [n for n in (old, new) if first is not None and n in vars(first)]
    if first is not None and names == [old] and not isinstance(vars(first)[old], DeprecatedFactory):
        if first is cls:
            _warn(old, new)
        setattr(cls, new, Factory(old, new, cls, vars(first)[old]))
        setattr(cls, old, DeprecatedFactory(old, new, cls))
    elif first is cls and names == [new]:
        setattr(cls, new, Factory(old, new, cls, vars(cls)[new]))
        setattr(cls, old, DeprecatedFactory(old, new, cls))
    elif not hasattr(cls, old):
        setattr(cls, old, DeprecatedFactory(old, new, cls))


def _unhide(cls: type, alias: DeprecatedAttribute, side: str | None) -> None:
    """What a class stores under an old name would hide the alias.

    A plain value becomes the alias' default; a property goes by the new name too.
    """
    value = vars(cls).get(alias.old, _MISSING)
    if value is _MISSING:
        return
    if not hasattr(type(value), "__get__"):
        setattr(cls, alias.old, DeprecatedAttribute(alias.old, alias.new, alias.side, value))
    elif alias.side == side and alias.new not in vars(cls):
        setattr(cls, alias.new, value)
