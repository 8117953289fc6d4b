"""Write the deprecated compatibility layer: one module, one base of the root, nothing else knows of it."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import libcst as cst

from codemods import layer
from codemods.codemod import Addition, Codemod
from codemods.data import MigrationError, Spec
from codemods.importing import rivals
from codemods.project import Project
from codemods.roles import Part
from codemods.sides import layer_path

_DASHES = "# " + "-" * 93 + "\n"


def _free_path(project: Project) -> PurePosixPath:
    """Where the layer will stand. Raises MigrationError when something else is there."""
    path = layer_path(project.index, project.spec)
    for there in rivals(path):
        if there in project.snapshot:
            raise MigrationError(f"{there} is there already; name another compatibility.module in the spec")
    return path


def _refuse_unlinked(project: Project) -> None:
    """Raise MigrationError for a class that keeps the layer from hearing of its subclasses."""
    for info in project.index.members.values():
        function = info.function("__init_subclass__")
        calls = (n for n in ast.walk(function) if isinstance(n, ast.Attribute)) if function else ()
        if function and not any(n.attr == "__init_subclass__" for n in calls):
            raise MigrationError(
                f"{info.ref.path}:{function.lineno}: __init_subclass__ of {info.ref.name} does not call "
                f"super().__init_subclass__(), so old names could not be kept working below it"
            )


_STATIC = ("if TYPE_CHECKING:", "    from typing_extensions import deprecated", "")
_INHERITS = "the root class inherits the old names, which go on working with a warning"


class AddCompat(Codemod):
    """The root inherits the layer, so that old names keep working, with a warning."""

    @classmethod
    def creates(cls, project: Project, phases: frozenset[int]) -> Mapping[PurePosixPath, Addition]:
        path = layer_path(project.index, project.spec)
        text = layer_text(project, project.modules.dotted(path))
        there = project.snapshot.get(path, b"").decode("utf-8", "replace")
        if project.roles.migrated and _without_tables(there) != _without_tables(text):
            return {}
        if not project.roles.migrated:
            _free_path(project)
        _refuse_unlinked(project)
        return {path: Addition(text, _why(project))}

    def lines(self) -> list[int]:
        return self.lines_of({self.project.root})

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        if self.project.roles.migrated or self.class_ref(original_node) != self.project.root:
            return updated_node
        name = self.given.need(_free_path(self.project), self.spec.compatibility.class_name)
        self.report(original_node.name, 1, _INHERITS)
        generic, *others = updated_node.bases
        return updated_node.with_changes(bases=[generic, generic.with_changes(value=cst.Name(name)), *others])


def _without_tables(text: str) -> str:
    """The text of a layer module without what it says of the classes of the tree."""
    return re.sub(r"^(BASES|QUIET)\b.* = (?:\{\n(?: .*\n)*\}|\(.*\))$", r"\1", text, flags=re.MULTILINE)


def _why(project: Project) -> str:
    spec = project.spec
    return (
        f"the {len(spec.renames)} old names as aliases of the new ones, each with a DeprecationWarning, for "
        f"code that still uses them; {project.root.name} inherits them from {spec.compatibility.class_name}. "
        f"The tables at its top and the names at its end are this project's, what is between is the same "
        f"for every project. `classmod finalize` takes the file away"
    )


def layer_text(project: Project, home: str) -> str:
    """The text of the layer module: its tables, the machinery of ``codemods/layer.py``, the old names."""
    spec = project.spec
    wording = spec.compatibility
    shared = sorted({project.modules.dotted(ref.path) for ref in project.roles.shared})
    tables = {
        "HOME: str": home,
        "FLAG: Optional[str]": spec.side_flag,
        "SIDES: Mapping[str, Any]": {side.name: side.flag for side in spec.sides},
        "BASES: Mapping[str, Tuple[str, ...]]": {
            side.name: _bases(project, side.name) for side in spec.sides
        },
        "FACTORIES: Mapping[str, Mapping[str, str]]": {f.new: dict(f.old) for f in spec.factories},
        "QUIET: Tuple[str, ...]": tuple(shared),
        "MESSAGE: str": wording.said,
    }
    machinery = inspect.getsource(layer).partition(_DASHES)[2]
    return "\n".join(
        [
            f'"""Deprecated names of {project.root.name}, until {wording.remove_after}.',
            "",
            "Old names keep working and warn. Delete this module and the base it gives to the root class",
            "when nothing uses the old names any more.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "import sys",
            "import warnings",
            "from typing import TYPE_CHECKING, Any, Mapping, Optional, Tuple",
            "",
            *(_STATIC if wording.static else ()),
            *(f"{name} = {_literal(value)}" for name, value in tables.items()),
            "",
            machinery.rstrip(),
            "",
            "",
            *_names(project),
        ]
    )


def _literal(value: object, indent: str = "") -> str:
    """A value as Python writes it, in double quotes, tables a line per entry."""
    inner = indent + "    "
    match value:
        case str():
            # A name with bytes that are no UTF-8 can only be written escaped.
            return json.dumps(value, ensure_ascii=not value.isprintable())
        case dict():
            lines = [f"{inner}{_literal(k)}: {_literal(v, inner)},\n" for k, v in value.items()]
            return "{\n" + "".join(lines) + indent + "}"
        case tuple():
            return f"({', '.join(map(_literal, value))}{',' * (len(value) == 1)})"
    return repr(value)


def _bases(project: Project, side: str) -> tuple[str, ...]:
    """The classes nearest the root on a side, dotted."""
    members = project.index.members
    return tuple(
        f"{project.modules.dotted(ref.path)}.{ref.qualname}"
        for ref in members
        if project.roles.side(ref) == side
        and project.roles.of[ref].part is not Part.ROOT
        and not any(project.roles.side(p) == side for p in project.index.parents(ref) if p != project.root)
    )


def _names(project: Project) -> list[str]:
    spec = project.spec
    attributes = [
        f'{old} = DeprecatedAttribute("{old}", "{a.new}", "{side}", {a.default})'
        for a in spec.attributes
        for side, old in a.old.items()
    ]
    olds = [
        *(line.partition(" =")[0] for line in attributes),
        *(o for f in spec.factories for o in f.old.values()),
    ]
    return [
        f"class {spec.compatibility.class_name}:",
        f'    """The deprecated names of {project.root.name}."""',
        "",
        "    if TYPE_CHECKING:",
        *(_deprecated(spec) if spec.compatibility.static else _any(olds)),
        "    else:",
        *(f"        {line}" for line in attributes),
        "",
        "    def __init_subclass__(cls, **kwargs: Any) -> None:",
        "        super().__init_subclass__(**kwargs)",
        f"        link(cls, {spec.compatibility.class_name})",
        "",
    ]


def _any(olds: Iterable[str]) -> Iterator[str]:
    yield "        # Any, so that a subclass that is not migrated may declare them with its own types."
    yield from (f"        {old}: Any" for old in olds)


def _deprecated(spec: Spec) -> Iterator[str]:
    """Declarations that a type checker warns of (PEP 702), and that a subclass may replace by its own.

    Descriptors, for of a property that has a setter mypy reports only what is set.
    """
    said = spec.compatibility.said
    for attribute in spec.attributes:
        for old in attribute.old.values():
            mark = f"            @deprecated({_literal(said.format(old=old, new=attribute.new))})"
            yield f"        class Old_{old.lstrip('_')}:"
            yield mark
            yield "            def __get__(self, obj: object, owner: Any = None) -> Any: ..."
            yield mark
            yield "            def __set__(self, obj: object, value: Any) -> None: ..."
            yield ""
    for attribute in spec.attributes:
        yield from (f"        {old} = Old_{old.lstrip('_')}()" for old in attribute.old.values())
    for factory in spec.factories:
        for old in factory.old.values():
            yield ""
            yield f"        @deprecated({_literal(said.format(old=old, new=factory.new))})"
            yield f"        def {old}(self, *args: Any, **kwargs: Any) -> Any: ..."
    yield ""
