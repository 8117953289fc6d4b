"""Why a class header gets its type arguments: which factories say so, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from codemods.layout import is_test
from codemods.made import Made
from codemods.present import Argument
from codemods.project import Project
from codemods.scopes import ClassRef

_FEW = 2


def of_header(project: Project, ref: ClassRef, base: ClassRef, arguments: Sequence[Argument]) -> str:
    """The reason for the ``arguments`` that a class gives to a base."""
    pairs = [*zip(project.arguments.open[base], arguments, strict=True)]
    bound = {name: argument for name, argument in pairs if isinstance(argument, ClassRef)}
    free = {name: argument for name, argument in pairs if isinstance(argument, str)}
    said = [_bound(project, ref, bound)] if bound else []
    said += [_free(project, ref, free)] if free else []
    return f"type arguments of {ref.name}: {'; '.join(said)}"


def _bound(project: Project, ref: ClassRef, bound: Mapping[str, ClassRef]) -> str:
    """Which factories, of the class or below it, make the clients."""
    rows: dict[tuple[Made, ...], ClassRef] = {}
    for below in project.index.descendants(ref):
        found = (project.arguments.made[name].get(below) for name in bound)
        made = tuple(m for m, client in zip(found, bound.values(), strict=True) if m and m.client == client)
        if made and (is_test(ref.path) or not is_test(below.path)):
            rows.setdefault(made, below)  # who inherits them does not make them again
    if not rows:
        return f"its clients and those of the classes below are {_listed(c.name for c in bound.values())}"
    every = dict.fromkeys(m for made in rows for m in made)
    verb = "return" if all(project.spec.is_factory(m.name) for m in every) else "name"
    if [*rows.values()] == [ref]:
        return ", ".join(f"{m.name} {verb}s {m.client.name} ({_place(project, ref, (m,))})" for m in every)
    who = [f"{each.name} ({_place(project, ref, made)})" for made, each in rows.items()]
    what = dict.fromkeys(f"{m.client.name} from {m.name}" for m in every)
    where = "below it " if ref not in rows.values() else ""
    return f"{where}{_listed(who)} {verb}{'s' * (len(who) == 1)} {_listed(what)}"


def _place(project: Project, ref: ClassRef, made: Sequence[Made]) -> str:
    """The lines where something is made, with their file where it is another, by its name if that tells."""
    lines = _listed(str(m.line) for m in made)
    path = made[0].path
    if path == ref.path:
        return f"line{'s' * (len(made) > 1)} {lines}"
    alone = len(project.modules.called(path.name)) == 1
    return f"{path.name if alone else path}:{lines}"


def _free(project: Project, ref: ClassRef, free: Mapping[str, str]) -> str:
    """What the classes below differ in."""
    rows: dict[ClassRef, list[str]] = {}
    for parameter in free:
        for client, below in project.bound_below(ref, parameter):
            rows.setdefault(below, []).append(client.name)
    kept = _listed(free.values())
    if not rows:
        alone = len(project.index.descendants(ref)) == 1
        told = "it has no subclass" if alone else "no class below says what its clients are"
        many = "s" * (len(free) > 1)
        return f"{told}, so {kept} stay{'s' * (not many)} its type parameter{many}"
    by_clients: dict[str, ClassRef] = {}
    for below, clients in rows.items():
        by_clients.setdefault(_listed(clients), below)
    uses = [f"{below.name} uses {clients}" for clients, below in by_clients.items()]
    differ = "its subclasses use different clients" if len(uses) > 1 else "not every subclass says its own"
    return f"keeps {kept}, for {differ}: {'; '.join(uses[:_FEW])}{'; and more' * (len(uses) > _FEW)}"


def _listed(words: Iterable[str]) -> str:
    """Words in a row; of many the first, and how many more."""
    every = [*words]
    if len(every) > _FEW + 1:
        every = [*every[:_FEW], f"{len(every) - _FEW} more"]
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
