"""Factories that are given what they do not take: the new name does not change that, a person is told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods import documents
from codemods.data import Decision, Note, Site, Spec
from codemods.index import Index
from codemods.scopes import Function
from codemods.text import Text, UnreadableSource, line_starts, parse

_LONGEST = 1000  # code points of what stands in brackets
_OPENS = re.compile(r"\s*\(")
_OWN = frozenset({"self", "cls"})


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the brackets behind a name, as it is spelled: by place and by keyword."""

    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def find(index: Index, spec: Spec, sites: Sequence[Site]) -> Iterator[Note]:
    """Notes for the calls of factories, and for words about them, that give what no factory takes."""
    texts: dict[object, Text | None] = {}
    factories: dict[tuple[str, str | None], list[Function]] = {}
    for site in sites:
        called = site.kind == "call" or site.path.suffix == ".md" or site.prose
        if site.decision is not Decision.RENAME or not called or not spec.is_factory(site.new or ""):
            continue
        if site.path not in texts:
            texts[site.path] = _text(index, site)
        if (site.name, site.new) not in factories:
            factories[site.name, site.new] = _definitions(index, spec, site)
        text, takes = texts[site.path], factories[site.name, site.new]
        found = given(text.text, text.offset(site.line, site.column) + len(site.name)) if text else None
        if found and takes and (extra := min((_surplus(f, found) for f in takes), key=len)):
            yield Note(site.path, site.line, f"{site.name}: {_said(site, extra)}", site.phase)


def _said(site: Site, extra: Sequence[str]) -> str:
    named = ", ".join(f"`{each}`" for each in extra)
    if site.kind == "call":
        return f"passes {named}, which the factory does not take; so before the migration too"
    return f"{site.new} takes no {named} in the code; the text was stale before and stays so: mend it by hand"


def _text(index: Index, site: Site) -> Text | None:
    if site.path.suffix == ".md":
        return documents.read(index.modules.snapshot[site.path])
    module = index.modules.get(site.path)
    return module.text if module else None


def _definitions(index: Index, spec: Spec, site: Site) -> list[Function]:
    """The factories that a name may stand for: of its side, where it has one; one of all alike."""
    factory = next(f for f in spec.factories if f.new == site.new)
    olds = {site.name} if site.name in spec.renames else {*factory.old.values()}
    infos = index.members.values()
    every = (f for info in infos for f in info.functions() if f.name in olds | {factory.new})
    return [*{ast.dump(f.args): f for f in every}.values()]


def given(text: str, at: int) -> Given | None:
    """What stands in the brackets at an offset, of a call or a definition; None where that cannot be read."""
    if not (opens := _OPENS.match(text, at)):
        return None
    start = opens.end() - 1
    for end in (m.end() for m in re.finditer(r"\)", text[start : start + _LONGEST])):
        brackets = text[start : start + end]
        for code in (f"f{brackets}", f"def f{brackets}: ..."):
            try:
                tree = parse(Text(code, "utf-8", False, line_starts(code)))
            except UnreadableSource:
                continue
            return _read(tree.body[0])
    return None


def _read(statement: ast.stmt) -> Given | None:
    match statement:
        case ast.Expr(value=ast.Call(args=args, keywords=keywords)):
            if any(map(_is_open, args)) or any(k.arg is None for k in keywords):
                return None
            places = [ast.unparse(a) for a in args]
            named = tuple(k.arg for k in keywords if k.arg)
        case ast.FunctionDef(args=args):
            places = [a.arg for a in (*args.posonlyargs, *args.args)]
            named = tuple(a.arg for a in args.kwonlyargs)
        case _:
            return None
    return Given(tuple(places[1:] if places and places[0] in _OWN else places), named)


def _is_open(argument: ast.expr) -> bool:
    """Whether it stands for nobody knows how many."""
    return isinstance(argument, ast.Starred) or getattr(argument, "value", None) is ...


def _surplus(function: Function, found: Given) -> tuple[str, ...]:
    """What of it a factory does not take."""
    args = function.args
    places = [a.arg for a in (*args.posonlyargs, *args.args)][1:]
    extra = () if args.vararg else found.places[len(places) :]
    known = {*places, *(a.arg for a in args.kwonlyargs)}
    return (*extra, *(name for name in found.keywords if not args.kwarg and name not in known))
