"""One changed Python file, made a second time."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from codemods.data import Decision, Site
from codemods.declarations import is_trivial
from codemods.lifted import declared
from codemods.modules import Modules
from codemods.project import Project
from codemods.scopes import Module
from codemods.text import Text, UnreadableSource, comments, line_starts, parse
from codemods.verify.cuts import Cut, line_end, moved_along, spliced
from codemods.verify.declared import Declared
from codemods.verify.imported import Import, imports, with_imports, without
from codemods.verify.named import nodes
from codemods.verify.pulled import Pulled, blocks
from codemods.verify.removed import Piece, pieces, removals, span
from codemods.verify.unproven import Unproven

_WORD = re.compile(r"\w+")


def made_again(
    project: Project, phases: frozenset[int], path: PurePosixPath, sites: tuple[Site, ...], now: Modules
) -> bytes:
    """The bytes a file has to have. What it imports is read in ``now``, the tree after, and has to be right.

    Raises Unproven where that cannot be, or where a site cannot be carried out.
    """
    before, after = project.modules.get(path), now.get(path)
    if before is None or after is None:
        raise Unproven(path, 1, now.failures[path].reason)
    declared = Declared(project, phases, before, after, now)
    sited = _Sited(project, before, sites)
    pulled = Pulled(project, phases, before)
    renamed, removed = [*sited.renames()], [*sited.removals(), *pulled.removals()]
    cuts = [*renamed, *removed, *sited.untyped(), *declared.cuts(), *pulled.cuts()]
    made = spliced(before.text.text, [*cuts, *moved_along(before.text, cuts)])
    declared.refuse_strangers(pulled.imports)
    imported = Imports(before, after, now)
    made = imported.tidied(made, declared.added | pulled.imports)
    spans = [*((cut.start, cut.end) for cut in removed), *imported.gone_from()]
    refuse_lost_comments(before, after.text, renamed, spans)
    return before.text.encode(made)


class _Sited:
    """What the sites of a file ask for."""

    def __init__(self, project: Project, module: Module, sites: tuple[Site, ...]) -> None:
        self.project = project
        self.module = module
        self.text = module.text
        self.at = {self.text.offset(s.line, s.column): s for s in sites}
        self.removed = {at for at, site in self.at.items() if site.decision is Decision.DELETE}

    def renames(self) -> Iterator[Cut]:
        for start, site in self.at.items():
            word = _WORD.match(self.text.text, start)
            if word is None or unicodedata.normalize("NFKC", word.group()) != site.name:
                raise Unproven(site.path, site.line, f"{site.name} is not where it was found")
            if site.decision is Decision.RENAME and site.new is not None:
                yield Cut(start, word.end(), site.new)

    def removals(self) -> Iterator[Cut]:
        left = set(self.removed)

        def doomed(piece: Piece) -> bool:
            found = self._named(piece) & self.removed
            left.difference_update(found)
            if found and not _carries_nothing(piece.nodes[0]):
                raise Unproven(self.module.path, piece.first, "what is taken out does something")
            return bool(found)

        for body in blocks(self.module.tree) if self.removed else ():
            margin = self.text.line(body[0].lineno)[: body[0].col_offset]
            inside = any(self._start(body[0]) <= at < self._end(body[-1]) for at in self.removed)
            if inside and not margin.strip():
                filler = f"{margin}pass{line_end(self.text.text)}"
                yield from removals(self.text, pieces(self.text, body), doomed, filler)
        for at in left:
            line, _ = self.text.place(at)
            raise Unproven(self.module.path, line, "what is to be taken out is no statement of its own")

    def _named(self, piece: Piece) -> set[int]:
        """The offsets at which a statement that may be taken out has its name."""
        node = piece.nodes[0]
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                name = re.compile(r"(?:async[\s\\]+)?def[\s\\]+").match(self.text.text, self._start(node))
                return {name.end()} if name else set()
            case ast.Assign() | ast.AnnAssign() if len(piece.nodes) == 1:
                return {*range(self._start(node), self._end(node))}
        return set()

    def untyped(self) -> Iterator[Cut]:
        """The types of declarations that stay, where the root says the type and the class leaves it open."""
        typed = {a.new: a.type_parameter for a in declared(self.project.index, self.project.spec)}
        known = self.project.arguments.open.items()
        opened = {ref: names for ref, names in known if ref.path == self.module.path}
        parameters = {name for names in opened.values() for name in names}
        sites = {
            at: site
            for at, site in self.at.items()
            if site.decision is Decision.RENAME and typed.get(site.new or "") in parameters
        }
        for node in nodes(self.module, {site.name for site in sites.values()}):
            if not isinstance(node, ast.AnnAssign) or node.value is None:
                continue
            name = getattr(node.target, "attr", getattr(node.target, "id", ""))
            site = sites.get(self._end(node.target) - len(name))
            owner = self.module.class_at(node.lineno)
            if site and owner and typed[site.new or ""] in opened.get(owner, {}):
                yield Cut(self._end(node.target), self._end(node.annotation), "")

    def _start(self, node: ast.stmt) -> int:
        return self.text.ast_offset(node.lineno, node.col_offset)

    def _end(self, node: ast.stmt | ast.expr) -> int:
        return self.text.ast_offset(node.end_lineno or 0, node.end_col_offset or 0)


class Imports:
    """The imports of a file before and after."""

    def __init__(self, before: Module, after: Module, now: Modules) -> None:
        self.before = before
        self.after = after
        self.now = now
        self.gone: Counter[Import] = Counter()

    def tidied(self, made: str, added: set[str], useless: frozenset[str] = frozenset()) -> str:
        """``made`` with the imports of ``after``. Raises Unproven for one that should be or should not.

        What is ``useless`` goes, even where another file takes it from here.
        """
        text, tree = self._read(made)
        there = Counter(found for s in tree.body for found in imports(s))
        wanted = Counter(found for s in self.after.tree.body for found in imports(s))
        gone, new = there - wanted, wanted - there
        self.gone = gone
        self._refuse_useless(there, gone, new, useless)
        if gone:
            made = without(text, tree, gone)
        if new:
            self._refuse_unasked(new, added)
            return with_imports(*self._read(made), new)
        return made

    def gone_from(self) -> Iterator[tuple[int, int]]:
        """Where imports that are gone stood before, with the comments above them."""
        for piece in pieces(self.before.text, self.before.tree.body) if self.gone else ():
            if any(found in self.gone for found in imports(piece.nodes[0])):
                yield span(self.before.text, piece.above, piece.last)

    def _read(self, made: str) -> tuple[Text, ast.Module]:
        for module in (self.before, self.after):
            if module.text.text == made:
                return module.text, module.tree
        text = Text(made, self.before.text.encoding, self.before.text.bom, line_starts(made))
        try:
            return text, parse(text)
        except UnreadableSource as error:
            raise Unproven(self.before.path, 1, f"what was decided does not parse: {error}") from error

    def _refuse_useless(
        self, there: Counter[Import], gone: Counter[Import], new: Counter[Import], sure: frozenset[str]
    ) -> None:
        """Raise Unproven unless exactly those imports are gone that nothing uses any more."""
        # Only a word that stands there less often can be out of use.
        names = {called or name for _, _, name, called in there}
        if not names & self._fewer():
            return
        left = _read_in(self.before, names - _read_in(self.after, names))
        moved = {name for checked, _, name, _ in new if not checked}
        for found in there:
            checked, _, name, called = found
            known = called or name
            useless = known in left and (known in sure or not self._is_taken_elsewhere(known))
            if (useless or (checked and known in moved)) != (found in gone):
                verb = "needed" if found in gone else "not used any more"
                raise Unproven(self.before.path, 1, f"the import of {known} is {verb}")

    def _fewer(self) -> set[str]:
        """The words that stand there less often than before: only lines that differ can tell."""
        before, after = (Counter(m.text.text.split("\n")) for m in (self.before, self.after))
        gone, new = (
            Counter(word for line in lines.elements() for word in _WORD.findall(line))
            for lines in (before - after, after - before)
        )
        return {*(gone - new)}

    def _is_taken_elsewhere(self, name: str) -> bool:
        path, now = self.before.path, self.now
        stem = path.parent.name if path.stem == "__init__" else path.stem
        others = (other for other in now.holding(stem) if other != path)
        reached = ((other, now.told(other, _reached) or {}) for other in others)
        return any(
            source is None or now.source(source, other) == path
            for other, sources in reached
            for source in (*sources.get(name, ()), *sources.get("*", ()))
        )

    def _refuse_unasked(self, new: Counter[Import], added: set[str]) -> None:
        late = {"TYPE_CHECKING"} if any(checked for checked, *_ in new) else set()
        for (_, source, name, called), times in new.items():
            if times > 1 or called or name not in added | late:
                raise Unproven(self.before.path, 1, f"nothing asks for the import of {name}")
            home = self.now.source(source, self.before.path) if source else None
            module = self.now.get(home) if home in self.now.snapshot and home else None
            if module and all(binding.source for binding in module.scope.bindings.get(name, ())):
                raise Unproven(self.before.path, 1, f"{name} is not defined in {source}")


def refuse_lost_comments(
    before: Module, after: Text, renamed: Sequence[Cut], gone: Sequence[tuple[int, int]]
) -> None:
    """Raise Unproven for a comment that is gone, and not with a statement that is: ``ast`` sees none."""
    text = before.text
    stays = spliced(text.text, [*renamed, *(Cut(start, end, "") for start, end in gone)])
    if not Counter(line for line in stays.split("\n") if "#" in line) - Counter(after.text.split("\n")):
        return
    left = Counter(after.text[start:end] for start, end in comments(after))
    there = (c for c in comments(text) if not any(first <= c[0] < last for first, last in gone))
    for start, end in there:
        inside = [Cut(c.start - start, c.end - start, c.new) for c in renamed if start <= c.start < end]
        said = spliced(text.text[start:end], inside)
        left[said] -= 1
        if left[said] < 0:
            raise Unproven(before.path, text.place(start)[0], f"the comment {said!r} is lost")


def _carries_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return is_trivial(node)
    value = getattr(node, "value", None)
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, False))


def _reached(module: Module) -> dict[str, set[str | None]]:
    """What a file may take from another, by name: the module it is imported from, None where that is open."""
    found: dict[str, set[str | None]] = {}
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom(names=names, module=source, level=level):
                for alias in names:
                    found.setdefault(alias.name, set()).add("." * level + (source or ""))
            case ast.Attribute(attr=name):
                found.setdefault(name, set()).add(None)
            case ast.Constant(value=str() as text) if "." in text:
                found.setdefault(text.rpartition(".")[2], set()).add(None)
    return found


def _read_in(module: Module, names: set[str]) -> set[str]:
    """Those of the names that a file reads; in strings, too, which may be annotations, but no docstrings."""
    read: set[str] = set()
    texts: dict[ast.AST, str] = {}
    prose: list[ast.AST] = []
    for node in nodes(module, names, part=True):
        match node:
            case ast.Name(id=name):
                read.add(name)
            case ast.Expr(value=value):
                prose.append(value)
            case ast.Constant(value=str() as text):
                texts[node] = text
    for each in prose:
        texts.pop(each, None)
    read.update(word for text in texts.values() for word in _WORD.findall(text))
    return read & names
