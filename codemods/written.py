"""The tests of the target as text: the tables of one tree, and what works on them everywhere."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import PurePosixPath

from codemods import testing
from codemods.generated import MARK
from codemods.importing import source_for
from codemods.present import Argument
from codemods.project import Project
from codemods.scopes import ClassRef
from codemods.tables import Tables
from codemods.testing import Home, listed
from codemods.variables import types_path

_WIDE = 100


def text_of_tests(project: Project, phases: frozenset[int]) -> str:
    """The tests of a tree in which these phases are carried out."""
    assert project.tests is not None, "the tree has tests of its own"
    return _Text(project, phases, project.tests).text()


class _Text:
    """The file in the making; classes go by the names that they are imported by."""

    def __init__(self, project: Project, phases: frozenset[int], home: Home) -> None:
        self.project = project
        self.spec = project.spec
        self.tables = Tables(project, phases)
        self.home = home
        self._names: dict[ClassRef, str] = {}
        self._variables: dict[str, None] = {}

    def text(self) -> str:
        parts = self._parts()
        typed = self._typed()
        body = f"{parts}\n\n{typed}" if typed else parts
        return f"{self._head()}\n\n{chr(10).join(testing.imports(body))}\n\n{self._imports()}\n\n{body}"

    def _head(self) -> str:
        root, until = self.project.root.name, self.spec.compatibility.remove_after
        said = f"What the classes below {root} have in common, and that its old names work until {until}."
        why = "finalize takes it out with the old names"
        return f'"""{said}"""\n# {MARK} -- {why}\n\nfrom __future__ import annotations'

    # --- names ------------------------------------------------------------------------------------

    def _name(self, argument: Argument) -> str:
        """What a class or a type variable is called in the file."""
        if isinstance(argument, str):
            self._variables[argument] = None
            return argument
        if argument not in self._names:
            taken = {*self._names.values(), *testing.reserved(), *self._reserved()}
            numbered = (f"{argument.name}{number}" for number in count(2))
            self._names[argument] = next(n for n in chain([argument.name], numbered) if n not in taken)
        return self._names[argument]

    def _reserved(self) -> Iterator[str]:
        for parameter in self.spec.type_parameters:
            yield from (parameter.name, *parameter.variables.values())

    def _imports(self) -> str:
        """The classes and type variables, by module; the root's comes first, as it does for everybody."""
        modules = self.project.modules
        importer = modules.get(self.home.neighbour)
        assert importer is not None, "it has been read to find out where the tests stand"
        wanted: dict[str, list[str]] = {}

        def add(path: PurePosixPath, name: str) -> None:
            source = source_for(modules, importer, path)
            if source.startswith(".") and importer.path.parent != self.home.path.parent:
                source = modules.dotted(path)
            wanted.setdefault(source, []).append(name)

        for ref, name in self._names.items():
            add(ref.path, name if name == ref.name else f"{ref.name} as {name}")
        for variable in self._variables:
            add(types_path(self.project), variable)
        first, *others = wanted.items()
        return "\n".join(_imported(source, sorted(names)) for source, names in (first, *sorted(others)))

    # --- tables -----------------------------------------------------------------------------------

    def _parts(self) -> str:
        """The tables, and the tests that work on them."""
        tables = [*self._factories(), *self._headers(), *self._olds()]
        machinery = testing.machinery([*self._sections("\n".join(tables))], self.home.unittest)
        return "\n".join(tables) + f"\n\n\n{machinery}"

    def _sections(self, tables: str) -> Iterator[str]:
        """The sections whose tables are there."""
        yield from ("arguments" for _ in re.findall(r"(?m)^ARGUMENTS\b", tables))
        yield from ("factories" for _ in self.spec.factories[:1])
        if re.search(r"(?m)^CLASSES\b", tables):
            yield "old"
            yield from ("old attributes" for _ in self.spec.attributes[:1])
            yield from ("other sides" for _ in self.spec.sides[1:2])
            yield from ("old factories" for _ in self.spec.factories[:1])
        yield from ("sources" for _ in re.findall(r"(?m)^SOURCES\b", tables))

    def _factories(self) -> Iterator[str]:
        root = self._name(self.project.root)
        if factories := self.tables.factories():
            yield f"ROOT: Any = {root}"
            yield "# Whether they are abstract in the root, and whether each is a coroutine."
            yield f"ABSTRACT = {self.tables.abstract}"
            yield listed("FACTORIES: Mapping[str, bool] = {", map(_entry, factories.items()), "}")
            yield "# Classes that make their own clients."
            yield listed("MAKERS: Sequence[Any] = (", map(self._name, self.tables.makers()), ")")

    def _headers(self) -> Iterator[str]:
        rows = [
            _tuple([self._name(row.ref), self._name(row.base), _tuple(map(self._name, row.arguments))])
            for row in self.tables.headers()
        ]
        if rows:
            yield "# Class, base, and the type arguments that it gives to it."
            yield listed("ARGUMENTS: Sequence[Any] = (", rows, ")")

    def _olds(self) -> Iterator[str]:
        spec, classes = self.spec, self.tables.classes()
        if classes:
            sides = [side for side in spec.sides if side.name in classes]
            flags = [
                f"{{{_entry((spec.side_flag, side.flag))}}}" if spec.side_flag else "{}" for side in sides
            ]
            yield "# The classes of each side, and what an object of it is known by."
            rows = (f'"{side}": {_nested(map(self._name, refs), "()")}' for side, refs in classes.items())
            yield listed("CLASSES: Mapping[str, Sequence[Any]] = {", rows, "}")
            rows = (f'"{side.name}": {flag}' for side, flag in zip(sides, flags, strict=True))
            yield listed("FLAGS: Mapping[str, Mapping[str, Any]] = {", rows, "}")
        yield "# What an old name reads on the other side, and the new name of each."
        rows = (f'"{attribute.new}": {attribute.default}' for attribute in spec.attributes)
        yield listed("DEFAULTS: Mapping[str, Any] = {", rows, "}")
        for name, items in (("ATTRIBUTES", spec.attributes), ("FACTORIES", spec.factories)):
            pairs = {s.name: [(f.old[s.name], f.new) for f in items if s.name in f.old] for s in spec.sides}
            rows = (f'"{side}": {_nested(map(_entry, those), "{}")}' for side, those in pairs.items())
            yield listed(f"OLD_{name}: Mapping[str, Mapping[str, str]] = {{", rows, "}")
        if sources := [*self.tables.sources()]:
            yield "# Files that use one of the new names, with the old names that stay in them."
            yield f"HOME = Path(__file__).resolve().parents[{len(self.home.path.parts) - 1}]"
            rows = (f"{_text(str(path))}: {_tuple(map(_text, kept))}" for path, kept in sources)
            yield listed("SOURCES: Mapping[str, Sequence[str]] = {", rows, "}")

    def _typed(self) -> str:
        """What a type checker has to know; nothing of it runs."""
        found = {_snake(each.ref.name): each for each in self.tables.typed()}
        if not found:
            return ""
        lines = [
            "if TYPE_CHECKING:",
            "    from typing_extensions import assert_type",
            "",
            "    def attributes(",
        ]
        for name, each in found.items():
            variables = f"[{', '.join(map(self._name, each.variables))}]" if each.variables else ""
            lines.append(f"        {name}: {self._name(each.ref)}{variables},")
        lines += ["    ) -> None:", '        """What a type checker has to know of every class."""']
        lines += [
            f"        assert_type({name}.{new}, Optional[{self._name(argument)}])"
            for name, each in found.items()
            for new, argument in each.attributes.items()
        ]
        return "\n".join(lines) + "\n"


def _imported(source: str, names: list[str]) -> str:
    statement = f"from {source} import {', '.join(names)}"
    return statement if len(statement) <= _WIDE else listed(f"from {source} import (", names, ")")


def _nested(rows: Iterable[str], brackets: str) -> str:
    return listed(brackets[0], rows, brackets[1], "    ").lstrip()


def _entry(pair: tuple[object, object]) -> str:
    return ": ".join(map(_text, pair))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=not value.isprintable()) if isinstance(value, str) else repr(value)


def _tuple(items: Iterable[str]) -> str:
    found = [*items]
    flat = f"({', '.join(found)}{',' * (len(found) == 1)})"
    return flat if len(flat) <= _WIDE - 5 else _nested(found, "()")


def _snake(name: str) -> str:
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{found}_" if keyword.iskeyword(found) or found.startswith("_") else found
