"""Code in documents, read as far as it can be: it is an excerpt, and most of its names come from nowhere."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.occurrences import Occurrence, in_module
from codemods.scopes import Module
from codemods.text import Text, UnreadableSource, line_starts, parse, qualifier

_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.)(?: |$)")
_WORD = re.compile(r"[^\W\d]\w*")
SAYING = frozenset({"print", "debug", "info", "warning", "error", "exception", "critical"})
"""Functions that show what they are given."""

_OWN = {
    "parameter": "a parameter of its own",
    "keyword": "a keyword of its own",
    "import": "an import of its own",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The classes a name is said to be a part of, the likeliest first; or what it is that is no attribute."""

    owners: tuple[str, ...] = ()
    own: str | None = None


class Example:
    """One piece of code."""

    def __init__(self, code: str) -> None:
        code = textwrap.dedent(_without_prompts(code))
        self.text = Text(code, "utf-8", False, line_starts(code))
        self._found: dict[str, dict[int, Occurrence]] = {}
        try:
            self.module: Module | None = Module(PurePosixPath(), self.text, parse(self.text))
        except UnreadableSource:
            self.module = None
        nodes = [*ast.walk(self.module.tree)] if self.module else []
        self._classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        self._kinds = _kinds(nodes)

    def part(self, line: int, from_end: int, name: str) -> Part | None:
        """What a name is a part of; ``from_end`` counts from its start to the end of the line.

        None when the code cannot be read.
        """
        if self.module is None or not 1 <= line <= len(self.text.starts):
            return None
        offset = self.text.offset(line, len(self.text.line(line)) - from_end + 1)
        if name not in self._found:
            self._found[name] = {o.offset: o for o in in_module(self.module, {name: None})}
        found = self._found[name].get(offset)
        if found is None:
            return None
        if found.kind in _OWN:
            return Part(own=_OWN[found.kind])
        if isinstance(found.node, ast.Name) and self._assigns(name):
            return Part(own="a variable of its own")
        return self._string(found) if found.kind == "string" else Part(tuple(self._owners(found)))

    def _assigns(self, name: str) -> bool:
        """Whether a variable or parameter of this name is set outside of any class."""
        scopes = [self.module.scope, *self.module.inner_scopes()] if self.module else []
        bindings = [b.node for scope in scopes for b in scope.bindings.get(name, ())]
        functions = ast.FunctionDef | ast.AsyncFunctionDef
        parameters = (isinstance(n, functions) and n.name != name for n in bindings)
        return any(isinstance(n, ast.Assign) for n in bindings) or any(parameters)

    def _string(self, found: Occurrence) -> Part:
        assert self.module is not None
        nodes = ast.walk(self.module.tree)
        parent = next((n for n in nodes if any(c is found.node for c in ast.iter_child_nodes(n))), None)
        text = str(getattr(found.node, "value", ""))
        match parent:
            case (
                ast.Dict() | ast.Subscript() | ast.Call(func=ast.Attribute(attr="get" | "pop" | "setdefault"))
            ):
                if text == found.name:
                    return Part(own="key of a dictionary")
        if isinstance(parent, ast.Call) and parent.args[:1] == [found.node] and _last(parent.func) in SAYING:
            return Part(own="words of a message")
        if text == found.name and isinstance(parent, ast.Call) and parent.args:
            return Part(tuple(self._named(parent.args[0], found.offset)))
        if re.fullmatch(r"[\w.]+", text):
            return Part(tuple(filter(None, [qualifier(text, len(text) - len(found.name))])))
        return Part(own="words of a message")

    def _owners(self, found: Occurrence) -> Iterator[str]:
        if isinstance(found.node, ast.Attribute):
            yield from self._named(found.node.value, found.offset)
        elif owner := qualifier(self.text.text, found.offset):
            yield owner
        else:
            yield from self._around(found.offset)

    def _named(self, receiver: ast.expr, offset: int) -> Iterator[str]:
        """The names of classes a receiver may be of."""
        match receiver:
            case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
                yield from self._around(offset)
            case ast.Call():
                yield _last(receiver.func)
            case ast.Await() | ast.NamedExpr():
                yield from self._named(receiver.value, offset)
            case ast.Name() | ast.Attribute():
                yield from self._kinds.get(ast.unparse(receiver), ())
                yield _last(receiver)

    def _around(self, offset: int) -> Iterator[str]:
        """The bases of the class an offset stands in, then the class: others may have its name."""
        assert self.module is not None
        line, _ = self.text.place(offset)
        around = [n for n in self._classes if n.lineno <= line <= (n.end_lineno or 0)]
        for node in sorted(around, key=lambda n: n.lineno)[-1:]:
            yield from (_last(base) for base in node.bases)
            yield node.name


def _kinds(nodes: Iterable[ast.AST]) -> dict[str, list[str]]:
    """The names of variables and parameters, and those of the classes that each may be of."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        match node:
            case ast.Assign(value=ast.Call(func=made), targets=targets):
                for target in targets:
                    found.setdefault(ast.unparse(target), []).append(_last(made))
            case ast.AnnAssign(target=target, annotation=annotation):
                found.setdefault(ast.unparse(target), []).extend(_WORD.findall(ast.unparse(annotation)))
            case ast.arg(arg=name, annotation=ast.expr() as annotation):
                found.setdefault(name, []).extend(_WORD.findall(ast.unparse(annotation)))
    return found


def _last(node: ast.expr) -> str:
    """The last name of a dotted expression, without what stands in its brackets."""
    inner = node.value if isinstance(node, ast.Subscript) else node
    return ast.unparse(inner).rpartition(".")[2]


def _without_prompts(code: str) -> str:
    """The statements of an interactive session; its output becomes blank lines."""
    lines = code.split("\n")
    if not any(line.lstrip().startswith(">>>") for line in lines):
        return code
    return "\n".join(_PROMPT.sub("", line, count=1) if _PROMPT.match(line) else "" for line in lines)
