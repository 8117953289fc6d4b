"""The base of all codemods, and what each of them is given.

Codemods see the file as it was found: the position of an ``original_node`` never shifts. Each
receives the ``updated_node`` the one before it left (the convention of LibCST's CSTTransformer).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import libcst as cst

from codemods.data import Site
from codemods.edits import Report
from codemods.importing import local_name, reaches, source_for
from codemods.parsed import Parsed
from codemods.project import Project
from codemods.scopes import ClassRef, Module


@dataclass(frozen=True)
class Given:
    """What a codemod is given: the project, one file of it, and the phases that are carried out.

    ``imports`` collects what the changed file needs: (module, name), and whether for type checking only,
    ``useless`` the names whose import goes whoever takes them from here.
    """

    project: Project
    module: Module
    phases: frozenset[int]
    imports: dict[tuple[str, str], bool] = field(default_factory=dict)
    useless: set[str] = field(default_factory=set)

    @property
    def path(self) -> PurePosixPath:
        return self.module.path

    def sites(self) -> tuple[Site, ...]:
        """The sites of this file that are carried out in these phases."""
        return tuple(s for s in self.project.by_path.get(self.path, ()) if s.phase in self.phases)

    def need(self, target: PurePosixPath, name: str) -> str:
        """Have ``name`` imported from a file of the tree. Returns it, for use in code."""
        if target != self.path:
            self.imports[(source_for(self.project.modules, self.module, target), name)] = False
        return name

    def name_of(self, ref: ClassRef) -> str:
        """An expression for a class of the tree in this file, imported when it is not there yet.

        A class whose module imports this file is named in quotes and imported for type checking only.
        """
        modules = self.project.modules
        if ref.path == self.path:
            return ref.qualname
        if known := local_name(modules, self.module, ref):
            return known
        source = source_for(modules, self.module, ref.path)
        if reaches(modules, ref.path, self.path):
            self.imports[(source, ref.name)] = True
            return f'"{ref.name}"'
        self.imports[(source, ref.name)] = False
        return ref.name


@dataclass(frozen=True, slots=True)
class Addition:
    """The text of a file that is added to the tree, why, and in which phase."""

    text: str
    reason: str
    phase: int = 1


class Codemod(cst.CSTTransformer):
    """One kind of change to one file."""

    def __init__(self, given: Given, parsed: Parsed, reports: list[Report]) -> None:
        super().__init__()
        self.given = given
        self.project = given.project
        self.spec = given.project.spec
        self.phases = given.phases
        self.parsed = parsed
        self._text = parsed.text
        self._reports = reports
        self._sites = {self._text.offset(s.line, s.column): s for s in given.sites()}
        self._places = sorted(self._sites)

    @classmethod
    def tells(cls, project: Project) -> frozenset[int]:
        """The phases that what it creates depends on."""
        del project
        return frozenset()

    @classmethod
    def creates(cls, project: Project, phases: frozenset[int]) -> Mapping[PurePosixPath, Addition]:
        """Files this codemod adds to the tree, by path, for the phases that are carried out."""
        del project, phases
        return {}

    def lines(self) -> Collection[int] | None:
        """The lines where it has something to do; None for all of them, and without any it sees the module.

        A statement that holds no such line of any codemod is visited, but nothing inside it is.
        """
        return None

    def site(self, node: cst.CSTNode) -> Site | None:
        """The site at a name, when it is carried out in these phases."""
        span = self.parsed.span(node)
        return self._sites.get(span[0]) if span else None

    def sites_in(self, node: cst.CSTNode) -> list[Site]:
        """The sites inside a node."""
        start, end = self.parsed.span(node) or (0, 0)
        first, after = bisect_left(self._places, start), bisect_left(self._places, end)
        return [self._sites[at] for at in self._places[first:after]]

    def start_of(self, node: cst.CSTNode) -> tuple[int, int]:
        """The 1-based line and column where a node starts."""
        return self._text.place(self._span(node)[0])

    def lines_of(self, refs: Container[ClassRef]) -> list[int]:
        """The lines of the statements that define these classes here."""
        found = (node for nodes in self.given.module.classes.values() for node in nodes)
        return [node.node.lineno for node in found if node.ref in refs]

    def class_ref(self, node: cst.ClassDef) -> ClassRef | None:
        """The class a statement defines."""
        line, _ = self.start_of(node.name)
        for nodes in self.given.module.classes.values():
            if any(n.node.lineno == line and n.node.name == node.name.value for n in nodes):
                return nodes[0].ref
        return None

    def report(self, node: cst.CSTNode, phase: int, reason: str, words: Iterable[str] = ()) -> None:
        """Say what is done to a node, or to these words in it, and why; what nobody reports is refused."""
        first, last = self.start_of(node)[0], self._last_line(node)
        self._reports.append(Report(first, last, phase, reason, tuple(words)))

    def report_below(self, node: cst.CSTNode, phase: int, reason: str) -> None:
        """Say that something comes right below a node, and why."""
        last = self._last_line(node)
        self._reports.append(Report(last, last, phase, reason))

    def _last_line(self, node: cst.CSTNode) -> int:
        start, end = self._span(node)
        margin, last = self._text.place(start)[1] - 1, self._text.place(end)[0]
        # The comments at the end of a block are part of it, for LibCST not of the block's span.
        while last < len(self._text.starts) and _is_inner_comment(self._text.line(last + 1), margin):
            last += 1
        return last

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self.parsed.span(node)
        assert span is not None, "a node of the file as it was found"
        return span

    def statement(self, code: str) -> cst.BaseStatement:
        """A statement with the line ends of the file; ``code`` is indented with ``indent``."""
        # Those within a string, too, which LibCST takes as they are.
        code = code.replace("\n", self._module.default_newline)
        return cst.parse_statement(code, config=self._module.config_for_parsing)

    @property
    def indent(self) -> str:
        return self._module.default_indent

    def visit_Module(self, node: cst.Module) -> None:
        self._module = node


def _is_inner_comment(line: str, column: int) -> bool:
    content = line.lstrip()
    return not content or (content.startswith("#") and len(line) - len(content) > column)
