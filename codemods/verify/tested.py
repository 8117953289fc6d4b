"""The tests that are added to a tree: their tables are made a second time, of the tree after."""

from __future__ import annotations

import ast
import json
import keyword
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

from codemods import testing
from codemods.classes import Classes, ClassInfo
from codemods.data import Decision
from codemods.declarations import declarations, is_abstract, is_trivial
from codemods.layout import is_test
from codemods.modules import Modules
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef, Function, Module
from codemods.sides import layer_path
from codemods.verify.named import said
from codemods.verify.unproven import Unproven

_Given = tuple[ClassRef | str, ...]


def tested(project: Project, phases: frozenset[int], module: Module, now: Modules) -> str:
    """The text that the tests of a tree have to have. Raises Unproven for an import that is wrong."""
    return _Tested(project, phases, module, now).text()


class _Tested:
    def __init__(self, project: Project, phases: frozenset[int], module: Module, now: Modules) -> None:
        self.project, self.spec, self.phases = project, project.spec, phases
        self.module, self.now, self.after = module, now, Classes(now)
        self.typevars = {v for p in self.spec.type_parameters for v in (p.name, *p.variables.values())}
        self.package = project.modules.dotted(project.root.path).split(".")[:-1][:1]
        self.members = [ref for ref in project.index.members if self._is_told(ref)]
        self.called = self._imported()
        self.declared = {f.new: self._info(project.root).function(f.new) for f in self.spec.factories}
        self.awaited = {new: isinstance(f, ast.AsyncFunctionDef) for new, f in self.declared.items()}

    def _is_told(self, ref: ClassRef) -> bool:
        """Whether it can be imported with the root: from its package, from the top of a module."""
        known = self.project.modules
        if known.root_of(ref.path) != known.root_of(self.project.root.path) or is_test(ref.path):
            return False
        inside = known.dotted(ref.path).split(".")[:-1][:1] == self.package and ref.path.suffix == ".py"
        return inside and ref.qualname == ref.name and not self.project.index.divided(ref)

    def _imported(self) -> dict[ClassRef | str, str]:
        """What each name stands for that is imported from the tree. Raises Unproven for one twice."""
        found: dict[ClassRef | str, str] = {}
        for node in self.module.tree.body:
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                name = alias.asname or alias.name
                meaning = self.now.meaning(ast.Name(name, lineno=node.lineno), self.module.scope)
                what = meaning if isinstance(meaning, ClassRef) else name if name in self.typevars else None
                if what in found:
                    raise Unproven(self.module.path, node.lineno, f"{name} is imported twice")
                if what is not None:
                    found[what] = name
        return found

    def _call(self, what: ClassRef | str) -> str:
        self.used.add(what)
        if what in self.called:
            return self.called[what]
        raise Unproven(self.module.path, 1, f"{what} is not imported")

    # --- what is so -------------------------------------------------------------------------------

    def _info(self, ref: ClassRef) -> ClassInfo:
        info = self.after.get(ref)
        assert info is not None, "no class of the hierarchy goes"
        return info

    @cached_property
    def _headers(self) -> list[tuple[ClassRef, ClassRef, _Given]]:
        """Class, base and arguments, for every header that has some after."""
        return [(ref, *each) for ref in self.members for each in self._given(ref)]

    def _given(self, ref: ClassRef) -> Iterator[tuple[ClassRef, _Given]]:
        """The bases of the hierarchy that have arguments in the header after."""
        for base in self._info(ref).bases:
            if isinstance(base.node, ast.Subscript) and base.meaning in self.project.index.members:
                inside = base.node.slice
                given = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                module = self.now.get(ref.path)
                assert module is not None, "it holds a member"
                assert isinstance(base.meaning, ClassRef), "it is a member"
                yield base.meaning, tuple(self._argument(node, module) for node in given)

    def _argument(self, node: ast.expr, module: Module) -> ClassRef | str:
        if isinstance(node, ast.Name) and node.id in self.typevars:
            return node.id
        meaning = self.now.meaning(node, module.scope)
        if not isinstance(meaning, ClassRef):
            raise Unproven(self.module.path, 1, f"{ast.unparse(node)} of {module.path} is no class")
        return meaning

    def _bound(self, ref: ClassRef) -> dict[str, ClassRef | str]:
        """What stands for the root's parameters that something stands for."""
        if ref == self.project.root:
            return {p.name: p.name for p in self.spec.type_parameters}
        base = self.project.index.parents(ref)[0]
        above, given = self._bound(base), dict(self._given(ref)).get(base, ())
        left = [name for name in self.project.arguments.open[base] if name in above]
        new = dict(zip(left, given, strict=False))
        bound = {name: new.get(name, value) for name, value in above.items()}
        return {name: v for name, v in bound.items() if name in new or isinstance(v, ClassRef)}

    def _of(self, ref: ClassRef, names: set[str]) -> list[Function]:
        """The definitions of these names in the tree after, the nearest first."""
        layer = self.spec.compatibility.class_name
        infos = (self.after.get(above) for above in self.after.mro(ref) if above.name != layer)
        return [f for info in infos if info for f in info.functions() if f.name in names]

    def _makes(self, ref: ClassRef) -> bool:
        side = self.project.roles.side(ref)
        for each in self.spec.factories:
            names = {each.new, *(old for of, old in each.old.items() if of == side)}
            first = next(iter(self._of(ref, names)), None)
            plain = first is not None and not first.decorator_list and not is_trivial(first)
            if not plain or isinstance(first, ast.AsyncFunctionDef) is not self.awaited[each.new]:
                return False
        return self.project.roles.of[ref].part is Part.INTEGRATION

    def _is_typed(self, ref: ClassRef, names: set[str]) -> bool:
        """Whether a class below the root says of which type an attribute is."""
        line = self.project.index.classes.mro(ref)
        for above in line[: line.index(self.project.root)]:
            info, sites = self.project.index.classes.get(above), self.project.by_path.get(above.path, ())
            gone = {site.line for site in sites if site.decision is Decision.DELETE}
            for each in declarations(info) if info else ():
                typed = isinstance(each.statement, ast.AnnAssign) and each.statement.lineno not in gone
                if typed and each.name in names:
                    return True
        return False

    @cached_property
    def _sources(self) -> list[tuple[PurePosixPath, list[str]]]:
        done, renames = (Decision.RENAME, Decision.DELETE), self.spec.renames
        layer, names = layer_path(self.project.index, self.spec), {*renames, *renames.values()}
        sources = []
        for path in (path for path in self.now.naming(names) if path.suffix == ".py" and path != layer):
            due = {s.phase for s in self.project.by_path.get(path, ()) if s.decision in done and not s.prose}
            module = self.now.get(path) if due <= self.phases else None
            if module and (found := said(module, names)):
                sources.append((path, sorted(found & renames.keys())))
        return sources

    # --- how it is said ---------------------------------------------------------------------------

    def text(self) -> str:
        self.used: set[ClassRef | str] = set()
        body = "\n".join(self._tables()) + f"\n\n\n{self._machinery()}{self._typed()}"
        imports = "\n".join(testing.imports(body))
        if extra := {*self.called} - self.used:
            raise Unproven(self.module.path, 1, f"{self.called[extra.pop()]} is imported for nothing")
        return f"{self._head()}\n\n{imports}\n\n{self._own_imports()}\n\n{body}"

    def _head(self) -> str:
        root, until = self.project.root.name, self.spec.compatibility.remove_after
        said = f"What the classes below {root} have in common, and that its old names work until {until}."
        why = "finalize takes it out with the old names"
        return f'"""{said}"""\n# classmod: generated -- {why}\n\nfrom __future__ import annotations'

    def _own_imports(self) -> str:
        """The imports from the tree as they stand, the root's first, then in order."""
        called = {name: what for what, name in self.called.items()}
        rows: list[tuple[str, list[str]]] = []
        for node in self.module.tree.body:
            names = [(a.asname or a.name, a) for a in node.names] if isinstance(node, ast.ImportFrom) else []
            said = [f"{a.name} as {a.asname}" if a.asname else a.name for n, a in names if n in called]
            if said and isinstance(node, ast.ImportFrom):
                rows.append(("." * node.level + (node.module or ""), sorted(said)))
        roots = [source for source, said in rows if self.called.get(self.project.root) in said]
        rows.sort(key=lambda row: (row[0] not in roots, row))
        lines = ((f"from {source} import {', '.join(said)}", source, said) for source, said in rows)
        return "\n".join(
            line if len(line) <= 100 else testing.listed(f"from {source} import (", said, ")")
            for line, source, said in lines
        )

    def _machinery(self) -> str:
        factories, sides = bool(self.spec.factories), len(self.spec.sides) > 1
        told, attributes = bool(self._sides), bool(self.spec.attributes)
        wanted = {
            "arguments": bool(self._headers),
            "factories": factories,
            "old": told,
            "old attributes": told and attributes,
            "other sides": told and sides,
            "old factories": told and factories,
            "sources": bool(self._sources),
        }
        assert self.project.tests is not None, "the file has its place"
        return testing.machinery([key for key, there in wanted.items() if there], self.project.tests.unittest)

    @cached_property
    def _sides(self) -> dict[str, list[ClassRef]]:
        names = {name for a in self.spec.attributes for name in (a.new, *a.old.values())}
        found: dict[str, list[ClassRef]] = {}
        for side in self.spec.sides:
            below = [r for r in self.members if self.project.roles.side(r) == side.name]
            plain = [r for r in below if r != self.project.root and not self._of(r, names)]
            found |= {side.name: plain} if plain else {}
        return found

    def _tables(self) -> Iterator[str]:
        spec = self.spec
        if spec.factories:
            yield f"ROOT: Any = {self._call(self.project.root)}"
            yield "# Whether they are abstract in the root, and whether each is a coroutine."
            yield f"ABSTRACT = {all(f is None or is_abstract(f) for f in self.declared.values())}"
            yield _table(
                "FACTORIES: Mapping[str, bool] =", "{}", [f'"{n}": {self.awaited[n]}' for n in self.declared]
            )
            yield "# Classes that make their own clients."
            makers = [self._call(ref) for ref in self.members if self._makes(ref)]
            yield _table("MAKERS: Sequence[Any] =", "()", makers)
        if self._headers:
            yield "# Class, base, and the type arguments that it gives to it."
            rows = [
                _row([self._call(ref), self._call(base), _row([self._call(each) for each in given])])
                for ref, base, given in self._headers
            ]
            yield _table("ARGUMENTS: Sequence[Any] =", "()", rows)
        if sides := self._sides:
            yield "# The classes of each side, and what an object of it is known by."
            rows = [f'"{s}": {_inner([self._call(r) for r in refs], "()")}' for s, refs in sides.items()]
            yield _table("CLASSES: Mapping[str, Sequence[Any]] =", "{}", rows)
            flags = {side.name: f"{_said(spec.side_flag)}: {_said(side.flag)}" for side in spec.sides}
            rows = [f'"{side}": {{{flags[side] if spec.side_flag else ""}}}' for side in sides]
            yield _table("FLAGS: Mapping[str, Mapping[str, Any]] =", "{}", rows)
        yield "# What an old name reads on the other side, and the new name of each."
        defaults = [f'"{a.new}": {"None" if a.type_parameter else "False"}' for a in spec.attributes]
        yield _table("DEFAULTS: Mapping[str, Any] =", "{}", defaults)
        for what, items in (("OLD_ATTRIBUTES", spec.attributes), ("OLD_FACTORIES", spec.factories)):
            of = {side.name: [i for i in items if side.name in i.old] for side in spec.sides}
            told = {s: [f'"{i.old[s]}": "{i.new}"' for i in mine] for s, mine in of.items()}
            rows = [f'"{side}": {_inner(pairs, "{}")}' for side, pairs in told.items()]
            yield _table(f"{what}: Mapping[str, Mapping[str, str]] =", "{}", rows)
        if sources := [f"{_said(str(path))}: {_row(map(_said, left))}" for path, left in self._sources]:
            yield "# Files that use one of the new names, with the old names that stay in them."
            yield f"HOME = Path(__file__).resolve().parents[{len(self.module.path.parents) - 1}]"
            yield _table("SOURCES: Mapping[str, Sequence[str]] =", "{}", sources)

    def _typed(self) -> str:
        """The part for type checkers."""
        parameters: dict[str, str] = {}
        asserted: dict[str, list[str]] = {}
        for ref in dict.fromkeys(ref for ref, *_ in self._headers):
            bound = self._bound(ref)
            types = {
                a.new: bound[a.type_parameter]
                for a in self.spec.attributes
                if a.type_parameter in bound and not self._is_typed(ref, {a.new, *a.old.values()})
            }
            if not types or len(bound) < len(self.spec.type_parameters):
                continue
            name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", ref.name).lower()
            name += "_" * (keyword.iskeyword(name) or name.startswith("_"))
            left = ", ".join(v for v in bound.values() if isinstance(v, str))
            parameters[name] = f"{self._call(ref)}[{left}]" if left else self._call(ref)
            asserted[name] = [f"{name}.{new}, Optional[{self._call(what)}]" for new, what in types.items()]
        if not parameters:
            return ""
        return "\n".join(
            (
                "\n\nif TYPE_CHECKING:",
                "    from typing_extensions import assert_type\n\n    def attributes(",
                *(f"        {name}: {typed}," for name, typed in parameters.items()),
                '    ) -> None:\n        """What a type checker has to know of every class."""',
                *(f"        assert_type({said})" for each in asserted.values() for said in each),
                "",
            )
        )


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=not value.isprintable()) if isinstance(value, str) else repr(value)


def _table(opening: str, brackets: str, rows: Iterable[str]) -> str:
    return testing.listed(f"{opening} {brackets[0]}", rows, brackets[1])


def _inner(rows: Iterable[str], brackets: str) -> str:
    return testing.listed(brackets[0], rows, brackets[1], "    ").lstrip()


def _row(items: Iterable[str]) -> str:
    found = list(items)
    line = f"({found[0]},)" if len(found) == 1 else f"({', '.join(found)})"
    return line if len(line) <= 95 else _inner(found, "()")
