"""The files that are added to a tree: the layer of deprecated names and the type variables, nothing else."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from codemods import layer
from codemods.data import Decision, Spec
from codemods.generated import is_generated
from codemods.modules import Modules
from codemods.present import types_module
from codemods.project import Project
from codemods.scopes import ClassRef, Module
from codemods.sides import layer_path
from codemods.testing import is_as_written
from codemods.verify.guided import vouched
from codemods.verify.imported import imports
from codemods.verify.tested import tested
from codemods.verify.unproven import Unproven


def created(project: Project, phases: frozenset[int], path: PurePosixPath, now: Modules, text: str) -> str:
    """The text that a new file has to have; ``text`` is what it has, where that is not the only one.

    Raises Unproven for a file there is no reason for.
    """
    if path == project.spec.guide:
        return vouched(project, path, text)
    module = now.get(path)
    if module is None:
        raise Unproven(path, 1, now.failures[path].reason)
    if path == layer_path(project.index, project.spec):
        return _layer(project, module)
    if project.tests is not None and path == project.tests.path:
        return tested(project, phases, module, now)
    root, spec = project.root.path, project.spec
    if path.parent == root.parent and path.stem in (spec.types_module, spec.types_fallback):
        return _types(project, module, now)
    raise Unproven(path, 1, "there is no reason for this file")


def written(project: Project) -> set[PurePosixPath]:
    """The files of a migrated tree that were added to it, if they are there still."""
    if not project.roles.migrated or project.is_user:
        return set()
    found = {layer_path(project.index, project.spec), types_module(project.index, project.spec)}
    there = {path for path in found if path and path in project.snapshot}
    if (home := project.tests) and is_generated(project.snapshot.get(home.path, b"")):
        there.add(home.path)
    return there


def told(project: Project) -> frozenset[int]:
    """The phases that the text of an added file depends on."""
    spec, done = project.spec, (Decision.RENAME, Decision.DELETE)
    code = (s.phase for s in project.sites if s.decision in done and not s.prose and s.path.suffix == ".py")
    return frozenset((1, spec.tests_phase, *code))


def renewed(
    project: Project, phases: frozenset[int], path: PurePosixPath, before: bytes, now: Modules
) -> bytes:
    """What an added file has to be now: as it was, where somebody has changed more than what it lists."""
    module = now.get(path)
    if module is None:
        return before
    if project.tests and path == project.tests.path:
        due = project.spec.tests_phase in phases
        text = tested(project, phases, module, now) if due else ""
        same = is_as_written(before, text)
    elif path == layer_path(project.index, project.spec):
        text = _layer(project, module)
        listed = {"BASES", "QUIET"}
        same = _unlisted(before.decode("utf-8", "replace"), listed) == _unlisted(text, listed)
    elif same := _lists_bounds(project, before.decode("utf-8", "replace")):
        text = _types(project, module, now)
    return text.encode() if same else before


def _unlisted(text: str, names: set[str]) -> list[str]:
    """The lines of a module but for those of the tables of these names."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return [text]
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in names:
            # Both ends stay, so that what stands beside the table does.
            first, last = lines[node.lineno - 1], lines[(node.end_lineno or 0) - 1]
            ends = [first.partition("=")[0], last[node.end_col_offset :]]
            lines[node.lineno - 1 : node.end_lineno] = ends + [""] * (
                (node.end_lineno or 0) - node.lineno - 1
            )
    return [line for line in lines if line]


def _lists_bounds(project: Project, text: str) -> bool:
    """Whether a text is a list of type variables and unions as a migration would write it, and no more."""
    spec = project.spec
    variables = {n for p in spec.type_parameters for n in (p.name, *p.variables.values())}
    unions = {n for p in spec.type_parameters for n in p.unions.values()}
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    names: set[str] = set()
    imported: set[str] = set()
    bodies = [s for node in tree.body[1:] for s in (node.body if isinstance(node, ast.If) else [node])]
    for node in bodies:
        match node:
            case ast.ImportFrom(level=level, module=source, names=each):
                imported |= {alias.name for alias in each if source != "typing" or level}
                if any(alias.asname for alias in each):
                    return False
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name("TypeVar"), args=[_], keywords=[k])
            ):
                if name not in variables or k.arg != "bound":
                    return False
                names |= _words(k.value)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name("Union"))):
                if name not in unions:
                    return False
                names |= _words(node.value)
            case _:
                return False
    comments = [line for line in text.split("\n") if line.startswith("#")]
    heading = f'"""Type variables of {project.root.name}, and what stands for them."""\n\nfrom typing import '
    right = comments in ([], ["# What the classes of one side are made with."])
    return text.startswith(heading) and right and imported == names - {"Union"}


def _words(node: ast.expr) -> set[str]:
    return set(re.findall(r"\w+", ast.unparse(node)))


# --- the layer ------------------------------------------------------------------------------------


def _layer(project: Project, module: Module) -> str:
    spec, wording = project.spec, project.spec.compatibility
    for found in (found for s in module.tree.body for found in imports(s)):
        at_run_time = not (wording.static and found[0])
        if at_run_time and (found[1] or found[2]).partition(".")[0] not in sys.stdlib_module_names:
            raise Unproven(module.path, 1, f"the layer imports {found[1] or found[2]}")
    dotted = project.modules.dotted
    tables: Mapping[str, object] = {
        "HOME: str": dotted(module.path),
        "FLAG: Optional[str]": spec.side_flag,
        "SIDES: Mapping[str, Any]": {side.name: side.flag for side in spec.sides},
        "BASES: Mapping[str, Tuple[str, ...]]": {
            side.name: tuple(f"{dotted(ref.path)}.{ref.qualname}" for ref in _tops(project, side.name))
            for side in spec.sides
        },
        "FACTORIES: Mapping[str, Mapping[str, str]]": {f.new: {**f.old} for f in spec.factories},
        "QUIET: Tuple[str, ...]": tuple(sorted({dotted(ref.path) for ref in project.roles.shared})),
        "MESSAGE: str": wording.said,
    }
    machinery = inspect.getsource(layer).split("# " + "-" * 93 + "\n", 1)[1]
    return "".join(
        (
            f'"""Deprecated names of {project.root.name}, until {wording.remove_after}.\n\n'
            "Old names keep working and warn. Delete this module and the base it gives to the root class\n"
            'when nothing uses the old names any more.\n"""\n\n'
            "from __future__ import annotations\n\nimport sys\nimport warnings\n"
            "from typing import TYPE_CHECKING, Any, Mapping, Optional, Tuple\n\n",
            "if TYPE_CHECKING:\n    from typing_extensions import deprecated\n\n" * wording.static,
            *(f"{name} = {_written(value)}\n" for name, value in tables.items()),
            f"\n{machinery.rstrip()}\n\n\n",
            *(f"{line}\n" if line else "\n" for line in _names(project)),
        )
    )


def _tops(project: Project, side: str) -> Iterator[ClassRef]:
    """The classes of a side that have none of it above them."""
    on_it = [ref for ref in project.index.members if project.roles.side(ref) == side and ref != project.root]
    yield from (ref for ref in on_it if not {*project.index.parents(ref)} & {*on_it})


def _names(project: Project) -> Iterator[str]:
    spec, name = project.spec, project.spec.compatibility.class_name
    attributes = [(old, a, side) for a in spec.attributes for side, old in a.old.items()]
    yield f"class {name}:"
    yield f'    """The deprecated names of {project.root.name}."""'
    yield ""
    yield "    if TYPE_CHECKING:"
    if spec.compatibility.static:
        yield from _announced(spec)
    else:
        yield "        # Any, so that a subclass that is not migrated may declare them with its own types."
        yield from (f"        {old}: Any" for old in spec.renames)
    yield "    else:"
    for old, attribute, side in attributes:
        given = f'"{old}", "{attribute.new}", "{side}", {attribute.default}'
        yield f"        {old} = DeprecatedAttribute({given})"
    yield ""
    yield "    def __init_subclass__(cls, **kwargs: Any) -> None:"
    yield "        super().__init_subclass__(**kwargs)"
    yield f"        link(cls, {name})"


def _announced(spec: Spec) -> Iterator[str]:
    """The names as a type checker is to warn of them: an attribute as a descriptor, a factory as a method."""
    attributes = [old for old in spec.renames if not spec.is_factory(old)]
    wording = spec.compatibility
    says = {
        old: f"@deprecated({_written(wording.said.format(old=old, new=new))})"
        for old, new in spec.renames.items()
    }
    for old in attributes:
        yield f"        class Old_{old.lstrip('_')}:"
        for signature in (
            "__get__(self, obj: object, owner: Any = None) -> Any",
            "__set__(self, obj: object, value: Any) -> None",
        ):
            yield from (f"            {says[old]}", f"            def {signature}: ...")
        yield ""
    yield from (f"        {old} = Old_{old.lstrip('_')}()" for old in attributes)
    for old in filter(spec.is_factory, spec.renames):
        yield from ("", f"        {says[old]}")
        yield f"        def {old}(self, *args: Any, **kwargs: Any) -> Any: ..."
    yield ""


def _written(value: object, margin: str = "") -> str:
    """A value in double quotes; a table with a line for each entry."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=not value.isprintable())
        case dict():
            inner = f"{margin}    "
            entries = (f"{inner}{_written(key)}: {_written(each, inner)},\n" for key, each in value.items())
            return "{\n" + "".join(entries) + margin + "}"
        case tuple():
            return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


# --- the type variables ---------------------------------------------------------------------------


def _types(project: Project, module: Module, now: Modules) -> str:
    wanted = {ref for v in project.arguments.variables for ref in v.bounds}
    wanted |= {ref for union in project.arguments.unions for ref in union.members}
    times = Counter(ref.name for ref in wanted)
    found = [each for s in module.tree.body for each in imports(s) if each[1] != "typing"]
    called: dict[ClassRef, str] = {}
    for checked, _, name, alias in found:
        ref = now.meaning(ast.Name(alias or name), module.scope)
        # Only of classes that share a name one may go by another.
        known = isinstance(ref, ClassRef) and ref in wanted - called.keys() and name == ref.name
        if not known or not isinstance(ref, ClassRef) or (alias and times[name] == 1):
            raise Unproven(module.path, 1, f"{alias or name} is none of the bounds")
        called[ref] = f'"{alias or name}"' if checked else alias or name
    if missing := {ref.name for ref in wanted - called.keys()}:
        raise Unproven(module.path, 1, f"{min(missing)} is not imported")

    def union(refs: tuple[ClassRef, ...], always: bool) -> str:
        names = ", ".join(called[ref] for ref in refs)
        return f"Union[{names}]" if always or len(refs) > 1 else names

    bounds = [(v.name, union(v.bounds, False)) for v in project.arguments.variables]
    lines = [f'{name} = TypeVar("{name}", bound={bound})' for name, bound in bounds]
    unions = [f"{u.name} = Union{union(u.members, True)[5:]}" for u in project.arguments.unions]
    typing = ["TYPE_CHECKING"] * any(each[0] for each in found) + ["TypeVar"]
    typing += ["Union"] * bool(unions or any("Union[" in bound for _, bound in bounds))
    late, early = ([*_statements(each for each in found if each[0] is c)] for c in (True, False))
    parts = [f'"""Type variables of {project.root.name}, and what stands for them."""', ""]
    parts += [f"from typing import {', '.join(typing)}"]
    parts += ["", *early] if early else []
    parts += ["", "if TYPE_CHECKING:", *(f"    {line}" for line in late)] if late else []
    parts += ["", *lines]
    parts += ["", "# What the classes of one side are made with.", *unions] if unions else []
    return "\n".join(parts) + "\n"


def _statements(found: Iterator[tuple[bool, str, str, str | None]]) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for _, source, name, alias in found:
        names.setdefault(source, []).append(f"{name} as {alias}" if alias else name)
    yield from (f"from {source} import {', '.join(sorted(names[source]))}" for source in sorted(names))
