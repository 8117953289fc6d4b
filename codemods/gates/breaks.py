"""What callers of an object lose when it becomes another: the breaks of one signature, and of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.gates.surface import Item, Parameter

Break = tuple[str, str]
"""A code and what is said after the object's name."""

CALLED = {"staticmethod": "a static method", "classmethod": "a class method", "async": "async"}
BY_PLACE = ("positional-only", "positional or keyword")
BY_NAME = ("positional or keyword", "keyword-only")
STARS = {"variadic positional": "*", "variadic keyword": "**"}


def breaks(before: Item, after: Item, keys: frozenset[str]) -> Iterator[Break]:
    """How ``after`` is less than ``before``; ``keys`` are those of the dictionaries it gives."""
    if before.kind != after.kind:
        yield "kind", f"was {_named(before.kind)}, is {_named(after.kind)} now"
        return
    for label, name in CALLED.items():
        if (label in before.labels) != (label in after.labels):
            yield "kind", f"is {'no longer' if label in before.labels else 'now'} {name}"
    if _can_be_set(before) and not _can_be_set(after):
        yield "read-only", "can no longer be assigned"
    if before.kind == "function":
        yield from _parameters(before.parameters, after.parameters)
    for key in sorted(before.keys - keys):
        yield "key", f"no longer gives the key {key!r}"


def _named(kind: str) -> str:
    return f"{'an' if kind[0] in 'aiu' else 'a'} {kind}"


def _can_be_set(item: Item) -> bool:
    return item.kind == "attribute" and ("property" not in item.labels or "writable" in item.labels)


def _parameters(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[Break]:
    renamed = _renamed(before, after)
    for parameter in before:
        name, now = parameter.name, _counterpart(parameter, before, after)
        if name in renamed:
            yield "parameter", f"parameter {name} is called {renamed[name]} now"
        elif now is not None:
            yield from _parameter(parameter, now, _place(before, name) == _place(after, now.name))
        elif not _swallowed(parameter, after):
            yield "parameter", f"parameter {STARS.get(parameter.kind, '')}{name} is gone"
    known = {p.name for p in before} | {*renamed.values()}
    known |= {now.name for p in before if (now := _counterpart(p, before, after))}
    for parameter in after:
        if parameter.name not in known and parameter.required and parameter.kind not in STARS:
            yield "parameter", f"parameter {parameter.name} is new and required"


def _counterpart(one: Parameter, before: Sequence[Parameter], after: Sequence[Parameter]) -> Parameter | None:
    """The parameter that takes what was given to ``one``: of the same kind of stars, place or name."""
    if one.kind in STARS:
        return next((p for p in after if p.kind == one.kind), None)
    if one.kind in BY_NAME:
        return next((p for p in after if p.name == one.name and p.kind not in STARS), None)
    placed, place = [p for p in after if p.kind in BY_PLACE], _place(before, one.name)
    return placed[place] if place is not None and place < len(placed) else None


def _swallowed(one: Parameter, after: Sequence[Parameter]) -> bool:
    """Whether stars take it, however it is given."""
    if one.kind in STARS:
        return False
    stars = {p.kind for p in after}
    return (one.kind not in BY_PLACE or "variadic positional" in stars) and (
        one.kind not in BY_NAME or "variadic keyword" in stars
    )


def _parameter(before: Parameter, after: Parameter, same_place: bool) -> Iterator[Break]:
    name = before.name
    if before.kind in BY_PLACE and after.kind not in BY_PLACE:
        yield "parameter", f"parameter {name} can no longer be given by its place"
    elif before.kind in BY_PLACE and not same_place:
        yield "parameter", f"parameter {name} stands at another place"
    if before.kind in BY_NAME and after.kind not in BY_NAME:
        yield "parameter", f"parameter {name} can no longer be given by its name"
    if after.required and not before.required:
        yield "parameter", f"parameter {name} has no default any more"


def _place(parameters: Sequence[Parameter], name: str) -> int | None:
    """Which of those that can be given by their place it is."""
    names = [p.name for p in parameters if p.kind in BY_PLACE]
    return names.index(name) if name in names else None


def _renamed(before: Sequence[Parameter], after: Sequence[Parameter]) -> dict[str, str]:
    """Parameters that can be given by name and whose place another name has taken: old -> new."""
    old, new = {p.name for p in before}, {p.name for p in after}
    pairs = zip(before, after, strict=False)
    return {
        was.name: now.name
        for was, now in pairs
        if was.name not in new and now.name not in old and was.kind in BY_NAME and now.kind not in STARS
    }
