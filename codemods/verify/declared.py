"""What the migration adds to class statements: type arguments, and all that the root declares."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from codemods.data import Attribute
from codemods.declarations import receiver
from codemods.hooks import ahead_of_hooks
from codemods.lifted import declared
from codemods.modules import Modules
from codemods.project import Project
from codemods.scopes import ClassNode, ClassRef, Function, Module
from codemods.sides import layer_path
from codemods.text import Text
from codemods.verify.cuts import Cut, indentation, line_end
from codemods.verify.factories import Factories
from codemods.verify.removed import Piece, pieces, span
from codemods.verify.unproven import Unproven


class Declared:
    """The additions to one file. What a class is called there is read in ``after``, and has to mean it."""

    def __init__(self, project: Project, phases: frozenset[int], before: Module, after: Module, now: Modules):
        self.project = project
        self.spec = project.spec
        self.phases = phases
        self.before = before
        self.text: Text = before.text
        self.after = after
        self.now = now
        self.factories = Factories(project, before)
        self.added: set[str] = self.factories.added
        """The names that what is added uses."""
        parameters = {p.name for p in project.spec.type_parameters}
        self.variables = parameters | {v.name for v in project.arguments.variables}

    def cuts(self) -> Iterator[Cut]:
        declares = not self.project.roles.migrated and 1 in self.phases
        for ref, info in self.project.index.members.items():
            if ref.path != self.before.path:
                continue
            is_root = declares and ref == self.project.root
            then = self.after.classes.get(ref.qualname, [])
            if len(then) != len(info.nodes):
                raise Unproven(self.before.path, info.line, f"class {ref.name} is there {len(then)} times")
            for old, new in zip(info.nodes, then, strict=True):
                yield from self._arguments(ref, old, new, 2 * is_root)
                if is_root:
                    yield from self._root(old.node)
                elif ref == self.project.root and 1 in self.phases:
                    yield from self._renewed(old.node)

    # --- type arguments ---------------------------------------------------------------------------

    def _arguments(self, ref: ClassRef, old: ClassNode, new: ClassNode, more: int) -> Iterator[Cut]:
        header = self.project.arguments.changed(ref, self.project.roles, self.phases)
        meanings = [base.meaning for base in self.project.index.members[ref].bases]
        if len(new.node.bases) != len(old.node.bases) + more:
            raise Unproven(self.before.path, old.node.lineno, f"class {ref.name} has other bases")
        for base, there, meaning in zip(old.node.bases, new.node.bases[more:], meanings, strict=False):
            given = header.get(meaning) if isinstance(meaning, ClassRef) else None
            if given is None:
                continue
            inner = there.slice if isinstance(there, ast.Subscript) else None
            nodes = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            if len([node for node in nodes if node]) != len(given):
                raise Unproven(
                    self.before.path, base.lineno, f"class {ref.name} needs {len(given)} type arguments"
                )
            texts = [self._argument(a, n, new) for a, n in zip(given, nodes, strict=False)]
            named = base.value if isinstance(base, ast.Subscript) else base
            start, end = (
                self.text.ast_offset(n.end_lineno or 0, n.end_col_offset or 0) for n in (named, base)
            )
            yield Cut(start, end, f"[{', '.join(texts)}]" if texts else "")

    def _argument(self, given: str | ClassRef, node: ast.expr | None, new: ClassNode) -> str:
        """A type argument as it stands in the file. Raises Unproven where it means something else."""
        line = new.node.lineno
        if isinstance(given, str):
            self.added.add(given)
            return given
        if self.now.meaning(node, new.scope) != given:
            found = ast.unparse(node) if node else "nothing"
            raise Unproven(self.before.path, line, f"the type argument should be {given.name}; it is {found}")
        assert node is not None
        quoted = isinstance(node, ast.Constant)
        text = str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
        first = text.partition(".")[0]
        bound = self.after.scope.bindings.get(first, [])
        late = bool(bound) and all(binding.node in self.after.type_checking for binding in bound)
        if quoted != late:
            when = "at run time" if late else "without quotes"
            raise Unproven(self.before.path, line, f"the type argument {text} is needed {when}")
        self.added.add(first)
        return f'"{text}"' if quoted else text

    # --- the root ---------------------------------------------------------------------------------

    def _root(self, old: ast.ClassDef) -> Iterator[Cut]:
        yield self._bases(old)
        text, body = self.text, pieces(self.text, old.body)
        starts = [i for i, p in enumerate(body) if getattr(p.nodes[0], "name", "") == "__init__"]
        margin = self._margin(old) + indentation(text.text)
        factories = [
            line for f in self.spec.factories for line in self.factories.lines(f, margin, self._abstract)
        ]
        if starts:
            yield from self._attributes(body[starts[-1]].nodes[0])
            yield from self._inserted(body, starts[-1] + 1, factories)
        else:
            docstring = int(ast.get_docstring(old) is not None)
            attributes = self._declarations(margin, "", docstring > 0)
            if docstring == len(body) or self._is_filler(body):
                yield from self._inserted(body, docstring, attributes + factories)
            else:
                yield from self._inserted(body, docstring, attributes) if attributes else ()
                yield from self._inserted(body, len(body), factories)

    @property
    def _abstract(self) -> bool:
        roles = self.project.roles
        return roles.abstract and (roles.declared or self.spec.integrations_phase in self.phases)

    def _renewed(self, root: ast.ClassDef) -> Iterator[Cut]:
        """The declarations of factories that an earlier run has made, as they have to be now."""
        factories = {f.new: f for f in self.spec.factories}
        for node in root.body:
            if not isinstance(node, Function) or node.name not in factories:
                continue
            factory, text = factories[node.name], self.text
            first = node.decorator_list[0] if node.decorator_list else node
            start = text.ast_offset(first.lineno, first.col_offset) - bool(node.decorator_list)
            end = text.ast_offset(node.end_lineno or 0, node.end_col_offset or 0)
            margin, there, added = self._margin(node), text.text[start:end], {*self.added}
            arguments = re.search(r"def\s+\w+\(((?s:.*?))\)\s*->", there)
            was, made = (
                line_end(text.text).join(self.factories.lines(factory, margin, *how)[1:]).removeprefix(margin)
                for how in ((bool(node.decorator_list), arguments and arguments[1]), (self._abstract,))
            )
            if arguments and was == there != made:
                yield Cut(start, end, made)
            else:
                self.added.intersection_update(added)

    def _bases(self, node: ast.ClassDef) -> Cut:
        parameters = ", ".join(p.name for p in self.spec.type_parameters)
        layer = self.spec.compatibility.class_name
        self.added |= {"Generic", layer, *(p.name for p in self.spec.type_parameters)}
        start = self.text.ast_offset(node.lineno, node.col_offset)
        found = re.compile(r"class\s+\w+\s*(\((?:\s|#[^\r\n]*)*)?").match(self.text.text, start)
        assert found, "a class statement"
        bracket = found[1] or ""
        broken = re.search(r"(?:\r\n|\r|\n)[ \t]*$", bracket)
        comma = f",{broken.group()}" if broken else ", "
        more = comma if node.bases or node.keywords else ""
        new = f"Generic[{parameters}]{comma}{layer}{more}"
        if not bracket:
            end = found.start() + len(found.group().rstrip())
            return Cut(end, end, f"({new})")
        return Cut(found.end(), found.end(), new)

    def _attributes(self, function: ast.stmt) -> Iterator[Cut]:
        assert isinstance(function, Function), "it is called __init__"
        body = pieces(self.text, function.body)
        owner = receiver(function) or "self"
        last = _last_declaration(function, owner, ahead_of_hooks(self.project.index, self.spec, function))
        at = sum(piece.first <= last for piece in body)
        margin = self._margin(function) + indentation(self.text.text)
        if lines := self._declarations(margin, f"{owner}.", at > 0):
            yield from self._inserted(body, at, lines)

    def _inserted(self, body: list[Piece], at: int, lines: list[str]) -> Iterator[Cut]:
        """Lines between the pieces of a block; a filler gives way to them."""
        text, end = self.text.text, line_end(self.text.text)
        first = self.text.ast_offset(body[0].nodes[0].lineno, body[0].nodes[0].col_offset)
        header = text[span(self.text, body[0].first, body[0].first)[0] : first].strip()
        if self._is_filler(body):
            start, stop = span(self.text, body[0].first, body[0].last)
            start = start if not header else len(text[:first].rstrip())
            lines = lines[1:] if lines[:1] == [""] else lines
            yield Cut(start, stop, (end if header else "") + "".join(line + end for line in lines))
            return
        if at < len(body) and not body[at].lead:
            lines = [*lines, ""]
        if header:
            margin = re.match(r"\s*", next(filter(None, lines)))
            here = [*lines, ""] if not at else [""]
            yield Cut(len(text[:first].rstrip()), first, end + end.join(here) + (margin[0] if margin else ""))
            if not at:
                return
        offset = span(self.text, 1, body[at - 1].last if at else body[0].above - 1)[1]
        ended = text[:offset].endswith(("\n", "\r"))
        yield Cut(offset, offset, "".join(line + end if ended else end + line for line in lines))

    def _is_filler(self, body: list[Piece]) -> bool:
        """Whether a block says nothing, not even in a comment."""
        line = self.text.line(body[0].first).rpartition(":")[2]
        return len(body) == 1 and not body[0].lead and line.strip() in ("pass", "...")

    def _declarations(self, margin: str, prefix: str, after: bool) -> list[str]:
        lines = []
        for attribute in declared(self.project.index, self.spec):
            lines += ["", f"{margin}# {attribute.comment}"] if attribute.comment else []
            lines.append(f"{margin}{prefix}{self._declaration(attribute)}")
        first = [""] if lines and after and lines[:1] != [""] else []
        return first + (lines if after or lines[:1] != [""] else lines[1:])

    def _declaration(self, attribute: Attribute) -> str:
        typed = f": {self.factories.optional(attribute.type_parameter)}" if attribute.type_parameter else ""
        return f"{attribute.new}{typed} = {attribute.default}"

    def _margin(self, node: ast.stmt) -> str:
        line = self.text.line(node.lineno)
        return line[: len(line) - len(line.lstrip())]

    # --- what the names mean ----------------------------------------------------------------------

    def refuse_strangers(self, modules: set[str]) -> None:
        """Raise Unproven where an added name, or one of these modules, is not imported as it should be."""
        known = dict.fromkeys(("Generic", "Optional", "Any"), "typing") | {"abstractmethod": "abc"}
        home = layer_path(self.project.index, self.spec)
        for name in sorted(self.added | modules):
            sources = [b.source for b in self.after.scope.bindings.get(name, ()) if b.source]
            paths = [self.now.source(source, self.before.path) for source in sources]
            if name in modules:
                right = name in sources
            elif name in known:
                right = known[name] in sources
            elif name == self.spec.compatibility.class_name:
                right = home in paths
            else:
                right = name not in self.variables or any(self._is_variable(name, path) for path in paths)
            if not right:
                raise Unproven(self.before.path, 1, f"{name} is not imported as it should be")

    def _is_variable(self, name: str, path: PurePosixPath | None) -> bool:
        module = self.now.get(path) if path in self.now.snapshot and path else None
        values = [b.value for b in module.scope.bindings.get(name, ())] if module else []
        return any(isinstance(value, ast.Call) and ast.unparse(value.func) == "TypeVar" for value in values)


def _last_declaration(function: Function, owner: str, body: list[ast.stmt]) -> int:
    """The last line of the last assignment in ``body``; of the docstring, where it may return early."""
    match function.body[0]:
        case ast.Expr(value=ast.Constant(), end_lineno=int() as last):
            pass
        case _:
            last = 0
    if any(isinstance(node, ast.Return) for node in ast.walk(function)):
        return last
    for statement in body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        if any(isinstance(t, ast.Attribute) and ast.unparse(t.value) == owner for t in targets):
            last = statement.end_lineno or 0
    return last
