"""Make the root generic, give every class header its type arguments, and write the type variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import PurePosixPath

import libcst as cst
from libcst.helpers import get_full_name_for_node

from codemods.codemod import Addition, Codemod
from codemods.data import MigrationError
from codemods.headers import of_header
from codemods.importing import comma_after, reaches, source_for
from codemods.present import is_ours
from codemods.project import Project
from codemods.scopes import ClassRef
from codemods.variables import types_path

_CLOSED = "no type arguments for {}: its bases leave no type parameter open any more"
_UNION_COMMENT = "# What the classes of one side are made with."


class AddGenerics(Codemod):
    """``class Root(ABC)`` becomes ``class Root(Generic[...], ABC)``; ``class Sub(Root)`` gets arguments."""

    @classmethod
    def creates(cls, project: Project, phases: frozenset[int]) -> Mapping[PurePosixPath, Addition]:
        path = types_path(project)
        if project.roles.migrated and not is_ours(project.index, project.spec):
            return {}
        return {path: Addition(_types_module(project, path), _why(project))}

    def lines(self) -> list[int]:
        return self.lines_of(self.project.index.members)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        ref = self.class_ref(original_node)
        if ref == self.project.root:
            return self._generic_root(original_node, updated_node)
        if ref in self.project.index.members and ref is not None:
            return self._with_arguments(ref, original_node, updated_node)
        return updated_node

    def _generic_root(self, original: cst.ClassDef, updated: cst.ClassDef) -> cst.ClassDef:
        if self.project.roles.migrated:
            return updated
        self._refuse_generic(self.project.root, original)
        home = types_path(self.project)
        names = [self.given.need(home, p.name) for p in self.spec.type_parameters]
        self.given.imports[("typing", "Generic")] = False
        generic = cst.Arg(
            cst.parse_expression(f"Generic[{', '.join(names)}]"), comma=comma_after(updated.lpar)
        )
        self.report(
            original.name,
            1,
            "the root class becomes generic: a class below says what its clients are, or a base of it does",
        )
        return updated.with_changes(bases=[generic, *updated.bases])

    def _refuse_generic(self, ref: ClassRef, node: cst.ClassDef) -> None:
        """Raise MigrationError for a class with type parameters of its own, which would need more."""
        bases = [base.value for base in node.bases]
        own = [b.value if isinstance(b, cst.Subscript) else b for b in bases]
        names = {(get_full_name_for_node(b) or "").rpartition(".")[2] for b in own}
        if "Protocol" in names or "Generic" in names or node.type_parameters is not None:
            line, _ = self.start_of(node.name)
            raise MigrationError(
                f"{ref.path}:{line}: class {ref.name} is generic or a Protocol already; "
                f"type parameters cannot be added to its own"
            )

    def _with_arguments(self, ref: ClassRef, original: cst.ClassDef, updated: cst.ClassDef) -> cst.ClassDef:
        roles = self.project.roles
        header = self.project.arguments.changed(ref, roles, self.phases)
        meanings = [base.meaning for base in self.project.index.members[ref].bases]
        bases = list(updated.bases)
        for i, (base, meaning) in enumerate(zip(bases, meanings, strict=False)):
            arguments = header.get(meaning) if isinstance(meaning, ClassRef) else None
            if not isinstance(meaning, ClassRef) or arguments is None:
                continue
            if any(isinstance(a, str) for a in arguments):
                self._refuse_generic(ref, original)
            texts = [self._variable(a) if isinstance(a, str) else self.given.name_of(a) for a in arguments]
            there = isinstance(base.value, cst.Subscript)
            bare = base.value.value if isinstance(base.value, cst.Subscript) else base.value
            given = f"[{', '.join(texts)}]" if texts else ""
            code = f"{cst.Module([]).code_for_node(bare)}{given}"
            bases[i] = base.with_changes(value=cst.parse_expression(code))
            phase = 1 if there else roles.of[ref].phase
            reason = (
                of_header(self.project, ref, meaning, arguments) if arguments else _CLOSED.format(ref.name)
            )
            self.report(original.bases[i], phase, reason)
        return updated.with_changes(bases=bases)

    def _variable(self, name: str) -> str:
        """Have a type variable imported. Raises MigrationError where it is not there and cannot come."""
        home, project = types_path(self.project), self.project
        module = project.modules.get(home) if home in project.snapshot else None
        if module and name not in module.scope.bindings and not is_ours(project.index, project.spec):
            bounds = next(v.bounds for v in project.arguments.variables if v.name == name)
            text = (
                f"{home}: {name} is needed and not there; somebody has edited this file, so define it there"
            )
            raise MigrationError(f"{text}, bound by {' or '.join(bound.name for bound in bounds)}")
        return self.given.need(home, name)


def _why(project: Project) -> str:
    said = "type variables for the headers of the classes, each bounded by what its clients share"
    if not (unions := project.arguments.unions):
        return said
    named = (
        f"the {len(unions)} unions, such as {unions[0].name}, name what the classes of one side are made with"
    )
    return f"{said}; {named}, for annotations of your own: no header needs them"


def _types_module(project: Project, path: PurePosixPath) -> str:
    """The text of types.py. Bounds are real imports, but for a class whose module imports the root's."""
    bounds = (ref for variable in project.arguments.variables for ref in variable.bounds)
    members = (ref for union in project.arguments.unions for ref in union.members)
    called = _called([*dict.fromkeys((*bounds, *members))])
    clients: dict[str, list[str]] = {}
    circular: dict[str, list[str]] = {}
    root_module = project.modules.get(project.root.path)
    assert root_module is not None, "the root was found in it"

    @cache
    def name(ref: ClassRef) -> str:
        circles = reaches(project.modules, ref.path, project.root.path)
        source = source_for(project.modules, root_module, ref.path)
        imported = ref.name if called[ref] == ref.name else f"{ref.name} as {called[ref]}"
        (circular if circles else clients).setdefault(source, []).append(imported)
        return f'"{called[ref]}"' if circles else called[ref]

    lines: list[str] = []
    for variable in project.arguments.variables:
        names = [name(ref) for ref in variable.bounds]
        bound = names[0] if len(names) == 1 else f"Union[{', '.join(names)}]"
        lines.append(f'{variable.name} = TypeVar("{variable.name}", bound={bound})')
    unions = [
        f"{u.name} = Union[{', '.join(name(ref) for ref in u.members)}]" for u in project.arguments.unions
    ]
    names = ["TypeVar", *(["Union"] if unions or any("Union[" in line for line in lines) else [])]
    typing = f"from typing import {', '.join(['TYPE_CHECKING'] * bool(circular) + names)}"
    parts = [f'"""Type variables of {project.root.name}, and what stands for them."""', "", typing]
    parts += ["", *_imports(clients)] if clients else []
    parts += ["", "if TYPE_CHECKING:", *(f"    {line}" for line in _imports(circular))] if circular else []
    parts += ["", *lines]
    parts += ["", _UNION_COMMENT, *unions] if unions else []
    return "\n".join(parts) + "\n"


def _called(refs: Sequence[ClassRef]) -> dict[ClassRef, str]:
    """What each class goes by: its name; where several share one, with as much of its path as is needed."""
    found: dict[ClassRef, str] = {ref: ref.name for ref in refs}
    for more in count(1):
        times = Counter(found.values())
        if not (alike := [ref for ref in refs if times[found[ref]] > 1]) or more > len(alike[0].path.parts):
            return found
        for ref in alike:
            words = re.findall("[A-Za-z0-9]+", "_".join(ref.path.with_suffix("").parts[-more:]))
            found[ref] = "".join(word[0].upper() + word[1:] for word in words) + ref.name
    return found


def _imports(sources: Mapping[str, list[str]]) -> list[str]:
    return [f"from {source} import {', '.join(sorted(names))}" for source, names in sorted(sources.items())]
