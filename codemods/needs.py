"""What cannot do without what: the definition of a name and its uses, a class's arguments and its base's."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from codemods.choice import Item, Kind
from codemods.data import Decision, Site
from codemods.infer import Receivers
from codemods.leaving import defines_factory, item_of
from codemods.occurrences import in_module
from codemods.project import Project
from codemods.scopes import ClassRef, Function

CARRIED = (Decision.RENAME, Decision.DELETE)
"""The decisions that change something."""


@dataclass(frozen=True, slots=True)
class Need:
    """An item that cannot do without another one, and why."""

    item: Item
    why: str


Needs = Mapping[Item, tuple[Need, ...]]
"""Item -> those that cannot do without it, and why."""


def needs(project: Project) -> Needs:
    """What of a project cannot do without what; ``project`` has nothing left out."""
    found: defaultdict[Item, dict[Need, None]] = defaultdict(dict)
    for item, need in _needs(project, Item(Kind.ABSTRACT, project.root.path)):
        found[item][need] = None
    return {item: tuple(those) for item, those in found.items()}


def turned(known: Needs) -> Needs:
    """Item -> those that it cannot do without, and why."""
    found: defaultdict[Item, list[Need]] = defaultdict(list)
    for item, those in known.items():
        for need in those:
            found[need.item].append(Need(item, need.why))
    return {item: tuple(those) for item, those in found.items()}


def following(known: Needs, items: Iterable[Item]) -> dict[Item, str]:
    """All that goes along with these, and why."""
    found: dict[Item, str] = {}
    todo = list(items)
    while todo:
        for need in known.get(todo.pop(), ()):
            if need.item not in found:
                found[need.item] = need.why
                todo.append(need.item)
    return found


def runs(project: Project) -> Iterator[tuple[ClassRef, str, range]]:
    """The lines that are moved into the root, and those they are moved to, by the method's name."""
    for duplicate in project.duplicates:
        name, function = duplicate.function.name, duplicate.function
        yield project.root, name, range(function.lineno, (function.end_lineno or 0) + 1)
        for copy in duplicate.copies:
            for run in copy.runs:
                yield copy.ref, name, range(run[0].lineno, (run[-1].end_lineno or 0) + 1)


def _needs(project: Project, abstract: Item) -> Iterator[tuple[Item, Need]]:
    """Pairs of an item and one that cannot do without it."""
    owned = list(_owned(project))
    defined = {(each.ref, each.site.name): each.site for each in owned if each.defines}
    yield from _of_factories(project, defined, abstract)
    for each in owned:
        line, site = project.index.classes.mro(each.ref), each.site
        owner = next((ref for ref in line if (ref, site.name) in defined), each.ref)
        home = defined.get((owner, site.name), site)
        if home != site and site.decision is home.decision is Decision.RENAME and not each.defines:
            why = f"it uses {site.name}, which is defined at {home.path}:{home.line}"
            yield item_of(home), Need(item_of(site), why)
            if project.root not in project.index.lineage(owner):  # where old names have no aliases
                yield item_of(site), Need(item_of(home), f"{owner.name} uses {site.name} itself")
    yield from _of_functions(owned)
    yield from _of_statements(project, owned)
    yield from _of_headers(project)
    yield from _of_typed(project, owned)
    for ref, name, lines in runs(project):
        for site in project.by_path.get(ref.path, ()):
            if site.line in lines and ref != project.root:
                moved = Item(Kind.DUPLICATE, project.root.path, name)
                yield item_of(site), Need(moved, f"all sides have to do the same in {name}")


def _of_functions(owned: Iterable[_Owned]) -> Iterator[tuple[Item, Need]]:
    """What a function finds out of an attribute under one name says nothing of the other."""
    together: defaultdict[tuple[ast.AST, str], dict[Site, None]] = defaultdict(dict)
    for each in owned:
        if each.function is not None and not each.defines:
            together[each.function, each.site.name][each.site] = None
    for (function, name), sites in together.items():
        found = list(sites)
        why = f"{getattr(function, 'name', 'the function')} uses {name} elsewhere, too"
        for one, other in zip(found, [*found[1:], found[0]], strict=True):
            if one != other:
                yield item_of(one), Need(item_of(other), why)


def _of_statements(project: Project, owned: Iterable[_Owned]) -> Iterator[tuple[Item, Need]]:
    """What an old factory is declared to return may be too much for an attribute under its new name."""
    together: defaultdict[ast.AST, list[Site]] = defaultdict(list)
    for each in owned:
        if isinstance(each.statement, ast.Assign | ast.AnnAssign):
            together[each.statement].append(each.site)
    for sites in together.values():
        made = [site for site in sites if project.spec.is_factory(site.name)]
        for call, given in product(made, sites):
            if given not in made:
                yield item_of(call), Need(item_of(given), f"it is given what {call.name} returns")


def _of_factories(
    project: Project, defined: Mapping[tuple[ClassRef, str], Site], abstract: Item
) -> Iterator[tuple[Item, Need]]:
    for (ref, name), site in defined.items():
        if defines_factory(project, site):
            yield item_of(site), Need(abstract, f"{ref.name} would be abstract: it keeps {name}")
        for below in project.index.descendants(ref) if site.decision is Decision.DELETE else ():
            other = defined.get((below, name))
            if other is not None and other.decision is Decision.RENAME:
                why = f"{below.name} would be abstract: {ref.name} still declares {name}"
                yield item_of(site), Need(item_of(other), why)


def _of_headers(project: Project) -> Iterator[tuple[Item, Need]]:
    for ref, given in project.arguments.given.items():
        for base, arguments in given.items():
            if arguments and base != project.root and base not in project.arguments.present.given:
                need = Need(_header(ref), f"{base.name} would take no type arguments")
                yield _header(base), need


def _of_typed(project: Project, owned: Iterable[_Owned]) -> Iterator[tuple[Item, Need]]:
    """An attribute that the root declares is Any to a class without type arguments, the old one is not."""
    typed = {old for each in project.spec.attributes if each.type_parameter for old in each.old.values()}
    headed = {ref for ref, given in project.arguments.given.items() if any(given.values())}
    for each in owned:
        head = next((ref for ref in project.index.classes.mro(each.ref) if ref in headed), None)
        if head and each.site.name in typed:
            why = f"{each.site.name} would be Any by its new name, {head.name} takes no type arguments"
            yield _header(head), Need(item_of(each.site), why)


def _header(ref: ClassRef) -> Item:
    return Item(Kind.HEADER, ref.path, ref.qualname)


@dataclass(frozen=True, slots=True)
class _Owned:
    """A site of code with a class of the hierarchy that it belongs to, and what it stands in."""

    ref: ClassRef
    site: Site
    defines: bool
    function: ast.AST | None
    statement: ast.AST | None


def _owned(project: Project) -> Iterator[_Owned]:
    for path, sites in project.by_path.items():
        module = project.modules.get(path) if path.suffix != ".md" else None
        if module is None:
            continue
        receivers = Receivers(project.index.classes, module)
        places = {(site.line, site.column): site for site in sites if site.decision in CARRIED}
        for occurrence in in_module(module, project.spec.renames):
            site, node = places.get(module.text.place(occurrence.offset)), occurrence.node
            if site is None or node is None:
                continue
            known = receivers.known(node.value) if isinstance(node, ast.Attribute) else None
            defines = isinstance(node, Function | ast.Name)
            owners = known.classes if known else (receivers.class_of(node),) if defines else ()
            around = list(receivers.enclosing(node))
            function = next((n for n in around if isinstance(n, Function)), None)
            statement = next((n for n in around if isinstance(n, ast.stmt)), None)
            for ref in owners:
                if ref is not None and ref in project.roles.of:
                    yield _Owned(ref, site, defines, function, statement)
