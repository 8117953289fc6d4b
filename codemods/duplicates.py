"""What every side does alike around its call of a method of the root, and what the root can do for all.

Only what keeps every effect in its order: nothing lies between a copy and the call, and nothing but the call
between the class that has the copy and the root. What looks like a copy and is none is told in a note.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods.arguments import Arguments
from codemods.classes import ClassInfo
from codemods.copies import JUMPS, Copies, Copy, Run
from codemods.data import Note, Site, Spec
from codemods.declarations import members, receiver
from codemods.index import Index
from codemods.roles import Roles
from codemods.scopes import Function
from codemods.text import comments_between

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A method of the root (``function``) and its copies, the first of which is the one that moves.

    ``imports`` are the modules the root's file has to import; it belongs to all of ``phases``. Where it is
    ``done`` the root does it already, and the copies only go.
    """

    function: Function
    copies: tuple[Copy, ...]
    imports: tuple[str, ...]
    phases: frozenset[int]
    done: bool = False

    @property
    def owners(self) -> str:
        """The names of the classes that have a copy."""
        return " and ".join(copy.ref.name for copy in self.copies)

    @property
    def line(self) -> int:
        """A line of the root's method beside which something comes in, 1-based."""
        if self.copies[0].after:
            return self.function.body[-1].end_lineno or self.function.lineno
        told = ast.get_docstring(self.function) is not None
        return (self.function.body[told:] or self.function.body)[0].lineno


def find(
    index: Index, roles: Roles, spec: Spec, arguments: Arguments, sites: Sequence[Site]
) -> tuple[tuple[Duplicate, ...], tuple[Note, ...]]:
    """The duplicates that can move, and notes for those that cannot."""
    search = _Search(index, roles, spec, arguments, sites)
    methods = (f for f in index.members[index.root].functions() if f.name != "__init__")
    found = tuple(d for f in methods for d in search.duplicates(f))
    return found, tuple(search.notes)


class _Search:
    def __init__(
        self, index: Index, roles: Roles, spec: Spec, arguments: Arguments, sites: Sequence[Site]
    ) -> None:
        self.index = index
        self.roles = roles
        self.spec = spec
        found: dict[PurePosixPath, list[Site]] = {}
        for site in sites:
            found.setdefault(site.path, []).append(site)
        self.copied = Copies(index, roles, found)
        self.notes: list[Note] = []
        bounds = {v.name: {*members(index.classes, v.bounds[0])} for v in arguments.variables if v.bounds}
        self.shared = {a.new: bounds.get(a.type_parameter or "", set()) for a in spec.attributes}
        """What the root declares, with what it knows of its values."""

    def duplicates(self, function: Function) -> Iterator[Duplicate]:
        """What of a method can move now, and what the root does since an earlier run."""
        if found := self._duplicate(function):
            yield found
        elif self.roles.migrated:
            yield from self._done(function)

    def _done(self, function: Function) -> Iterator[Duplicate]:
        """What a class that has come since still does beside its call of the root, which does it."""
        home = self.index.members[self.index.root]
        body = tuple(function.body[ast.get_docstring(function) is not None :])
        root = Copy(home.ref, self.index.home(home.ref), function, body, ())
        for info in self.index.members.values():
            call = self._call(info, function.name)
            if call is None or not self.roles.side(call.ref) or home.ref not in info.parents:
                continue
            before = len(call.before) - self._shared(call, call.before, root, root.before)
            after = self._shared(root, root.before, call, call.after)
            copy = replace(call, before=call.before[before:], after=call.after[:after])
            if not any(self.copied.sites_in(copy, run) for run in copy.runs):
                continue
            if reason := self.copied.difference(function, (copy,)) or self.copied.entangled(copy, set()):
                at, text = copy.runs[0][0].lineno, f"{function.name}: the root does this already; {reason}"
                self.notes.append(Note(copy.ref.path, at, text))
            else:
                phases = frozenset({1, self.roles.of[copy.ref].phase})
                yield Duplicate(function, (copy,), (), phases, done=True)

    def _shared(self, one: Copy, first: Run, other: Copy, second: Run) -> int:
        """How many statements at the end of one run are those at the beginning of another."""
        ends, starts = ([self._said(c, s) for s in run] for c, run in ((one, first), (other, second)))
        sizes = range(min(len(ends), len(starts)), 0, -1)
        return next((n for n in sizes if ends[-n:] == starts[:n] and None not in starts[:n]), 0)

    def _duplicate(self, function: Function) -> Duplicate | None:
        calls = [c for info in self.index.members.values() if (c := self._call(info, function.name))]
        tops = [c for c in calls if self.roles.side(c.ref) and self.index.root in self.index.parents(c.ref)]
        sides = {self.roles.side(call.ref) for call in tops}
        if len(sides) < 2:
            return None
        tops.sort(key=lambda c: [s.name for s in self.spec.sides].index(self.roles.side(c.ref) or ""))
        after = self._alike(tops, [c.after for c in tops])
        before = self._alike(tops, [c.before[::-1] for c in tops])
        copies = tuple(
            Copy(c.ref, c.module, c.function, c.before[len(c.before) - before :], c.after[:after])
            for c in tops
        )
        if not before + after or not any(self.copied.sites_in(c, run) for c in copies for run in c.runs):
            return None
        if reason := self.copied.obstacle(function, copies):
            at, text = copies[0].runs[0][0].lineno, f"{function.name}: all sides do this; {reason}"
            self.notes.append(Note(copies[0].ref.path, at, text))
            return None
        modules = tuple(sorted({n for c in copies for run in c.runs for n in self.copied.names(c, run)}))
        unmigrated = (c for c in copies if any(self.copied.sites_in(c, run) for run in c.runs))
        return Duplicate(
            function, copies, modules, frozenset({1, *(self.roles.of[c.ref].phase for c in unmigrated)})
        )

    # --- what is alike ----------------------------------------------------------------------------

    def _call(self, info: ClassInfo, name: str) -> Copy | None:
        """A method that calls the one above it in a statement of its own, with what stands around that."""
        function = info.function(name)
        if function is None or info.ref == self.index.root or len(info.nodes) != 1:
            return None
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        blocks = [body, *(s.body for s in body if isinstance(s, ast.Try) and not s.orelse)]
        for block in blocks:
            for i, statement in enumerate(block):
                if _is_super_call(statement, function):
                    module = self.index.home(info.ref)
                    return Copy(info.ref, module, function, tuple(block[:i]), tuple(block[i + 1 :]))
        return None

    def _alike(self, calls: Sequence[Copy], runs: Sequence[Run]) -> int:
        """How many statements from the call on are the same on all sides, as they will be."""
        rows = enumerate(zip(*runs, strict=False))
        said = ((i, [self._said(c, s) for c, s in zip(calls, row, strict=True)]) for i, row in rows)
        return next((i for i, row in said if len({*row}) > 1 or row[0] is None), min(map(len, runs)))

    def _said(self, call: Copy, statement: ast.stmt) -> str | None:
        """A statement with new names; None where it does what the root could not do for all."""
        own, side = receiver(call.function), self.roles.side(call.ref)
        names = {old: new for old, new in self.spec.renames.items() if self.spec.side_of(old) == side}
        copied = deepcopy(statement)
        for node in ast.walk(copied):
            match node:
                case ast.Attribute(value=ast.Name(id=name)) if name == own:
                    node.attr = names.get(node.attr, node.attr)
                    if node.attr not in self.shared:
                        return None
                case _ if isinstance(node, JUMPS | _SCOPES) or _is_text_over_lines(node):
                    return None
        for node in ast.walk(copied):
            match node:
                case ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr=held)) if name == own:
                    if node.attr not in self.shared[held]:
                        return None
        text = call.module.text
        first, last = statement.lineno, statement.end_lineno or 0
        while first > 1 and not text.line(first - 1).partition("#")[0].strip():
            first -= 1
        return f"{ast.dump(copied)} {comments_between(text, first, last)}"


def _is_super_call(statement: ast.stmt, function: Function) -> bool:
    """Whether a statement is nothing but the call of the method above."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(function, ast.AsyncFunctionDef):
        value = value.value if isinstance(value, ast.Await) else None
    return value is not None and ast.unparse(value) == f"super().{function.name}()"


def _is_text_over_lines(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno
