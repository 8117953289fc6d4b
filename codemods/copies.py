"""What keeps statements that all sides have from moving into the root's method beside their call of it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import PurePosixPath

from codemods.classes import ClassInfo
from codemods.data import Decision, Site
from codemods.declarations import members, receiver
from codemods.index import Index
from codemods.modules import External
from codemods.roles import Roles
from codemods.scopes import ClassRef, Function, Module

Run = tuple[ast.stmt, ...]
JUMPS = ast.Return | ast.Yield | ast.YieldFrom | ast.Break | ast.Continue | ast.Global | ast.Nonlocal
_PAST = "a class below calls the root's method past it"


@dataclass(frozen=True, slots=True)
class Copy:
    """A method of one side: the statements right ``before`` and ``after`` its call of the root's method."""

    ref: ClassRef
    module: Module
    function: Function
    before: Run
    after: Run

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for run in (self.before, self.after) if run)


class Copies:
    """What is in the way of copies, by the roles of their classes and the sites of each file."""

    def __init__(self, index: Index, roles: Roles, sites: Mapping[PurePosixPath, Sequence[Site]]) -> None:
        self.index = index
        self.roles = roles
        self.sites = sites

    def sites_in(self, copy: Copy, run: Run) -> list[Site]:
        """The sites in a run of statements."""
        first, last = run[0].lineno, run[-1].end_lineno or 0
        return [s for s in self.sites.get(copy.ref.path, ()) if first <= s.line <= last]

    def obstacle(self, function: Function, copies: tuple[Copy, ...]) -> str | None:
        """Why the root cannot do it without a difference to what happens."""
        tops = {copy.ref for copy in copies}
        if any(isinstance(node, JUMPS) for node in ast.walk(function)):
            return "the root's method may end before its last line"
        named = (node for info in self.index.members.values() for node in info.attributes)
        if any(self._goes_past(node, function.name) for node in named):
            return _PAST
        first = function.body[0]
        home = self.index.home(self.index.root)
        if home.text.line(first.lineno)[: first.col_offset].strip():
            return "the root's method stands in one line"
        if reason := self.difference(function, copies):
            return reason
        beneath: set[ClassRef] = set()
        for ref in self.index.members:
            line = self.index.classes.mro(ref)
            line = line[: line.index(self.index.root)]
            under = [*dropwhile(lambda each: each not in tops, line)]
            if line and not under:
                return f"{ref.name} is the root's too, and would do it as well"
            for each in under[1:]:
                if function.name in members(self.index.classes, each):
                    return f"{each.name} comes between {under[0].name} and the root"
            beneath.update(under)
        infos = filter(None, map(self.index.classes.get, beneath))
        if any(_calls(info, function.name) != (info.ref in tops) for info in infos):
            return _PAST
        return self._strange(function, copies)

    @staticmethod
    def difference(function: Function, copies: tuple[Copy, ...]) -> str | None:
        """What keeps the methods from being called alike."""
        shapes = {(type(f), ast.unparse(f.args)) for f in (function, *(c.function for c in copies))}
        decorated = any(c.function.decorator_list for c in copies)
        if len(shapes) > 1 or len(function.args.args) != 1 or decorated:
            return "the methods are not called alike"
        return None

    def _goes_past(self, node: ast.Attribute, name: str) -> bool:
        """Whether it names the root's method by the root, or from a class that is not its own."""
        if node.attr != name:
            return False
        owner = ast.unparse(node.value)
        called = owner.startswith("super(") and owner != "super()"
        return called or owner.rpartition(".")[2] == self.index.root.name

    def _strange(self, function: Function, copies: tuple[Copy, ...]) -> str | None:
        """Names that would mean something else in the root."""
        taken = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        for copy in copies:
            if reason := self.entangled(copy, taken):
                return reason
            for name in (name for run in copy.runs for name in self.names(copy, run)):
                meaning = self.index.modules.meaning(ast.Name(name, lineno=1), copy.module.scope)
                bound = copy.module.scope.bindings.get(name, ())
                plain = all(b.source == name and b.name is None for b in bound)
                if not bound or not plain or not isinstance(meaning, External | None):
                    return f"{name} of {copy.ref.path} is not known in the root's file"
        return None

    def entangled(self, copy: Copy, taken: set[str]) -> str | None:
        """What keeps statements where they are: variables that others use, names that stay."""
        moved = {node for run in copy.runs for s in run for node in ast.walk(s)}
        locals_ = {n.id for n in moved if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        left = {n.id for n in ast.walk(copy.function) if isinstance(n, ast.Name) and n not in moved}
        if clash := sorted((left | taken) & locals_):
            return f"{clash[0]} of {copy.ref.name} is used beside it"
        for site in (site for run in copy.runs for site in self.sites_in(copy, run)):
            if (site.decision, site.phase) != (Decision.RENAME, self.roles.of[copy.ref].phase):
                return f"{site.name} in line {site.line} of {copy.ref.path} is not renamed with it"
        return None

    @staticmethod
    def names(copy: Copy, run: Run) -> Iterator[str]:
        """The names a run takes from its file."""
        nodes = [n for r in copy.runs for s in r for n in ast.walk(s) if isinstance(n, ast.Name)]
        own = {n.id for n in nodes if isinstance(n.ctx, ast.Store)} | {receiver(copy.function)}
        for node in (n for s in run for n in ast.walk(s)):
            if isinstance(node, ast.Name) and node.id not in own and not hasattr(builtins, node.id):
                yield node.id


def _calls(info: ClassInfo, name: str) -> int:
    """How often a class calls the method above it of that name, or may."""
    others = (n for n in info.attributes if n.attr != name and ast.unparse(n.value) == "super()")
    nodes = (n for parsed in info.nodes for n in ast.walk(parsed.node))
    return sum(isinstance(n, ast.Name) and n.id == "super" for n in nodes) - sum(1 for _ in others)
