"""The machinery of the compatibility layer, written into the target as part of its layer module.

Standard library only and without an import of this package: ``transforms/add_compat.py`` copies the
source below the line of dashes. Rules 6 to 13 of MIGRATION.md, "The compatibility layer".
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

HOME: str = __name__
FLAG: str | None = None
SIDES: Mapping[str, Any] = {}
BASES: Mapping[str, tuple[str, ...]] = {}
FACTORIES: Mapping[str, Mapping[str, str]] = {}
QUIET: tuple[str, ...] = ()
MESSAGE: str = "{old} is deprecated; use {new}"

# ---------------------------------------------------------------------------------------------
_MISSING: Any = object()
# Code that only passes an access on: the line to blame stands further out.
_PASSING_MODULES = (__name__, "abc", "typing", "contextlib", "unittest.mock", "_pytest.monkeypatch")
_PASSING_FUNCTIONS = ("__init_subclass__", "__getattribute__", "__setattr__", "__delattr__")


def _warn(old: str, new: str) -> None:
    """Warn of a deprecated name at the line that uses it; a module listed as quiet is not warned."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_globals.get("__name__") in _PASSING_MODULES or frame.f_code.co_name in _PASSING_FUNCTIONS
    ):
        frame = frame.f_back
    module = frame.f_globals.get("__name__", "")
    if module in _imported(QUIET):
        return
    warnings.warn_explicit(
        MESSAGE.format(old=old, new=new),
        DeprecationWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=module,
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _imported(names: Any) -> frozenset[str]:
    """Dotted names of the tree as they are when the tree is imported from further in or further out."""
    if HOME.endswith(f".{__name__}"):
        return frozenset(name[len(HOME) - len(__name__) :] for name in names)
    return frozenset(__name__.removesuffix(HOME) + name for name in names)


def _side_of_class(cls: type) -> str | None:
    """The side a class is on: by the bases known here, else by most of its old factories."""
    for ancestor in cls.__mro__:
        for side, bases in BASES.items():
            if f"{ancestor.__module__}.{ancestor.__qualname__}" in _imported(bases):
                return side
    for ancestor in reversed(cls.__mro__):
        own = [side for old in FACTORIES.values() for side, name in old.items() if name in vars(ancestor)]
        if most := [side for side in SIDES if own.count(side) > len(own) / 2]:
            return most[0]
    return next(iter(SIDES)) if len(SIDES) == 1 else None


def _side_of(obj: Any) -> str | None:
    """The side an object is on: by its flag, else (before ``__init__`` has set it) by its class."""
    flag = getattr(obj, FLAG, _MISSING) if FLAG else _MISSING
    flagged = (side for side, value in SIDES.items() if flag is not _MISSING and value == flag)
    return next(flagged, None) or _side_of_class(type(obj))


class DeprecatedAttribute:
    """An old attribute name as an alias of the new one on its own side.

    On the other side it reads ``default`` and never redirects; what is stored there stays on the object.
    """

    def __init__(self, old: str, new: str, side: str, default: Any) -> None:
        self.old = old
        self.new = new
        self.side = side
        self.default = default

    def __get__(self, obj: Any, owner: Any = None) -> Any:
        if obj is None:
            return getattr(owner, self.new, self) if self._is_on(_side_of_class(owner)) else self.default
        _warn(self.old, self.new)
        if not self._is_on(_side_of(obj)):
            return vars(obj).get(self.old, self.default)
        if self.old in vars(obj) and self.new not in vars(obj):
            raise AttributeError(self.old)
        return getattr(obj, self.new)

    def __set__(self, obj: Any, value: Any) -> None:
        _warn(self.old, self.new)
        if self._is_on(_side_of(obj)):
            setattr(obj, self.new, value)
            vars(obj).pop(self.old, None)
        else:
            vars(obj)[self.old] = value

    def __delete__(self, obj: Any) -> None:
        _warn(self.old, self.new)
        if self._is_on(_side_of(obj)):
            delattr(obj, self.new)
            if hasattr(obj, self.new):  # in the class: patch.object restores only what is gone
                vars(obj)[self.old] = None
        elif vars(obj).pop(self.old, _MISSING) is _MISSING:
            raise AttributeError(self.old)

    def _is_on(self, side: str | None) -> bool:
        return side in (self.side, None)


class _FactoryName:
    """One of the two names of a factory in the class ``place``, which answers to both alike.

    What is called is the first definition or patch under either name in the method resolution order;
    on an object both names are set together. ``function`` is what ``place`` defines itself, if anything.
    """

    def __init__(self, name: str, other: str, place: type, function: Any) -> None:
        self.name = name
        self.other = other
        self.place = place
        self.function = function

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        cls = owner or type(obj)
        mro = cls.__mro__
        nearest = next(c for c in mro if isinstance(vars(c).get(self.name), _FactoryName))
        if nearest is not self.place:  # reached by super()
            mro = mro[mro.index(self.place) :]
        elif obj is not None and (self.name in vars(obj) or self.other in vars(obj)):
            return vars(obj).get(self.name, vars(obj).get(self.other))
        found = self._definition(mro)
        return found.__get__(obj, cls) if hasattr(type(found), "__get__") else found

    def __set__(self, obj: Any, value: Any) -> None:
        vars(obj).update({self.name: value, self.other: value})

    def __delete__(self, obj: Any) -> None:
        found = [vars(obj).pop(name, _MISSING) for name in (self.name, self.other)]
        if all(value is _MISSING for value in found):
            raise AttributeError(self.name)

    def _definition(self, mro: tuple[type, ...]) -> Any:
        for cls in mro:
            held = [vars(cls).get(name, _MISSING) for name in (self.name, self.other)]
            plain = [value for value in held if not isinstance(value, _FactoryName)]
            linked = [value.function for value in held if isinstance(value, _FactoryName)]
            for value in (*plain, *linked):  # a patch comes before what it patches
                if value is not _MISSING:
                    return value
        raise AttributeError(self.name)

    # Below: what lets inspect and mock (autospec) take it for the plain function it stands for.
    @property
    def __wrapped__(self) -> Any:
        found = self._definition(self.place.__mro__)
        return getattr(found, "__func__", found)

    if not TYPE_CHECKING:
        __class__ = property(lambda self: type(self.__wrapped__))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)


class Factory(_FactoryName):
    """A factory under its new name."""

    @property
    def __isabstractmethod__(self) -> bool:
        return bool(getattr(self._definition(self.place.__mro__), "__isabstractmethod__", False))


class DeprecatedFactory(_FactoryName):
    """A factory under its old name."""

    __isabstractmethod__ = False

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is not None:
            _warn(self.name, self.other)
        return super().__get__(obj, owner)

    def __set__(self, obj: Any, value: Any) -> None:
        _warn(self.name, self.other)
        super().__set__(obj, value)

    def __delete__(self, obj: Any) -> None:
        _warn(self.name, self.other)
        super().__delete__(obj)


def link(cls: type, layer: type) -> None:
    """Let a new subclass answer to old and new factory names, and unhide the aliases of ``layer``."""
    side = _side_of_class(cls)
    for new, names in FACTORIES.items():
        if side is not None and (old := names.get(side)):
            _link_factory(cls, old, new)
    for alias in vars(layer).values():
        if isinstance(alias, DeprecatedAttribute):
            _unhide(cls, alias, side)


def _link_factory(cls: type, old: str, new: str) -> None:
    """Give a class the pair of names, unless it defines both itself."""
    first = next((c for c in cls.__mro__ if old in vars(c) or new in vars(c)), cls)
    held = [vars(first)[name] for name in (old, new) if name in vars(first)]
    linked = any(isinstance(value, _FactoryName) for value in held)
    if first is cls and len(held) == 2 and not linked:
        return
    function = held[0] if held and first is cls else _MISSING
    if isinstance(function, _FactoryName):  # the class is made again, by dataclass(slots=True) for one
        function = function.function
    elif not linked and old in vars(first) and new not in vars(first):
        _warn(old, new)
    setattr(cls, new, Factory(new, old, cls, function))
    setattr(cls, old, DeprecatedFactory(old, new, cls, function))


def _unhide(cls: type, alias: DeprecatedAttribute, side: str | None) -> None:
    """What a class stores under an old name would hide the alias.

    On the alias' own side it goes by the new name, but for a property without a setter, which the root
    could not initialize; on the other side it is what the alias reads.
    """
    value = vars(cls).get(alias.old, _MISSING)
    if value is _MISSING or isinstance(value, DeprecatedAttribute):
        return
    if alias._is_on(side) and alias.new not in vars(cls) and getattr(value, "fset", True) is not None:
        setattr(cls, alias.new, value)
    if not hasattr(type(value), "__get__"):
        setattr(cls, alias.old, DeprecatedAttribute(alias.old, alias.new, alias.side, value))
