"""The base of all codemods, and how several of them change one file in one traversal.

Codemods see the file as it was found: the position of an ``original_node`` never shifts. Each
receives the ``updated_node`` the one before it left (the convention of LibCST's CSTTransformer).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import libcst as cst

from codemods.data import Change, Decision, Failure, Site
from codemods.edits import Report, UnexplainedChange, alignment, between, renamings, splice
from codemods.importing import local_name, reaches, source_for
from codemods.parsed import Parsed, parse, too_deep
from codemods.project import Project
from codemods.scopes import ClassRef, Module
from codemods.text import UnreadableSource


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


class _Combined(cst.CSTTransformer):
    """Several codemods in one traversal, which enters only what one of them has something to do in."""

    def __init__(self, codemods: Sequence[Codemod], parsed: Parsed) -> None:
        super().__init__()
        self.codemods = codemods
        self._parsed = parsed
        self._asked: dict[tuple[str, type[cst.CSTNode]], list[Codemod]] = {}
        starts = parsed.text.starts
        lines = {codemod: codemod.lines() for codemod in codemods}
        self._busy = [codemod for codemod, its in lines.items() if its is None or its]
        # The offsets of these lines; all of them where a codemod does not say.
        self._concerned = (
            starts
            if None in lines.values()
            else sorted({starts[line - 1] for its in lines.values() for line in its or ()})
        )

    def on_visit(self, node: cst.CSTNode) -> bool:
        for codemod in self._those_with("visit", node):
            codemod.on_visit(node)
        return not isinstance(node, cst.BaseStatement) or self._is_concerned(node)

    def _is_concerned(self, node: cst.BaseStatement) -> bool:
        start, end = self._parsed.whole(node) or (0, 0)
        at = bisect_left(self._concerned, start)
        return at < len(self._concerned) and self._concerned[at] < end

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        for codemod in self._those_with("leave", original_node):
            left = codemod.on_leave(original_node, updated_node)
            if isinstance(left, cst.RemovalSentinel | cst.FlattenSentinel):
                return left
            updated_node = left
        return updated_node

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        """Nothing, for no codemod asks for it."""

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        """Nothing, for no codemod asks for it."""

    def _those_with(self, verb: str, node: cst.CSTNode) -> list[Codemod]:
        """The codemods that look at such a node when it is visited, or left."""
        key = verb, type(node)
        if key not in self._asked:
            methods = (f"on_{verb}", f"{verb}_{type(node).__name__}")
            those = self.codemods if isinstance(node, cst.Module) else self._busy
            self._asked[key] = [c for c in those if any(_has_own(c, m) for m in methods)]
        return self._asked[key]


def _has_own(codemod: Codemod, method: str) -> bool:
    """Whether a codemod has a method that does more than LibCST's."""
    return getattr(type(codemod), method, None) is not getattr(cst.CSTTransformer, method, None)


class Source:
    """The edited files of a run.

    LibCST parses a file once, and a file is changed, or added, once for all sets of phases that say the same
    of it.
    """

    def __init__(self) -> None:
        self._parsed: dict[PurePosixPath, Parsed | Failure] = {}
        self._changes: dict[tuple[PurePosixPath, frozenset[int]], Change | Failure | None] = {}
        self._added: dict[tuple[type[Codemod], frozenset[int]], Mapping[PurePosixPath, Addition]] = {}

    def added(
        self, project: Project, phases: frozenset[int], codemods: Iterable[type[Codemod]]
    ) -> dict[PurePosixPath, Addition]:
        """The files that codemods add to the tree when these phases are carried out."""
        found: dict[PurePosixPath, Addition] = {}
        for codemod in codemods:
            key = (codemod, phases & codemod.tells(project))
            if key not in self._added:
                self._added[key] = codemod.creates(project, key[1])
            found |= self._added[key]
        return found

    def change(self, given: Given, codemods: Iterable[type[Codemod]]) -> Change | Failure | None:
        """Carry codemods out on one file, the same ones at every call. None when they change nothing."""
        key = (given.path, given.phases)
        if key not in self._changes:
            if given.path not in self._parsed:
                self._parsed[given.path] = parse(given.module)
            match self._parsed[given.path]:
                case Parsed() as parsed:
                    self._changes[key] = _changed(given, codemods, parsed)
                case failure:
                    self._changes[key] = _spliced(given, failure)
        return self._changes[key]


def _spliced(given: Given, failure: Failure) -> Change | Failure | None:
    """A file that LibCST cannot do: names change where they stand; it fails where more has to change."""
    sites, text = given.sites(), given.module.text
    more = any(site.decision is not Decision.RENAME for site in sites)
    if more or any(ref.path == given.path for ref in given.project.index.members):
        return failure
    edits = renamings(text, sites)
    edits += alignment(given.path, text.text, edits)
    try:
        after = text.encode(splice(text.text, edits))
    except UnreadableSource as error:
        return Failure(given.path, error.code, error.reason)
    return Change(given.path, given.project.snapshot[given.path], after, edits) if edits else None


def _changed(given: Given, codemods: Iterable[type[Codemod]], parsed: Parsed) -> Change | Failure | None:
    reports: list[Report] = []
    text = given.module.text
    try:
        combined = _Combined([codemod(given, parsed, reports) for codemod in codemods], parsed)
        updated = parsed.code(parsed.tree.visit(combined))
        if updated == text.text:
            return None
        edits = between(given.path, text.text, updated, reports)
        edits += alignment(given.path, text.text, edits, parsed.aligned)
        after = text.encode(splice(text.text, edits))
        return Change(given.path, given.project.snapshot[given.path], after, edits)
    except RecursionError:
        return too_deep(given.module)
    except UnexplainedChange as error:
        return Failure(given.path, "unexplained", str(error))
    except UnreadableSource as error:
        return Failure(given.path, error.code, error.reason)
