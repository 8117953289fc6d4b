"""What a site is about: the expression before the name, what is known of it, and from where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods import documents, spoken
from codemods.data import Confidence, Decision, Site
from codemods.declarations import declarations, receiver
from codemods.infer import Receivers
from codemods.known import Known
from codemods.markdown import Document
from codemods.modules import bound_in
from codemods.occurrences import Occurrence, in_module
from codemods.project import Project
from codemods.scopes import ClassRef, Function
from codemods.strings import named_by_keyword, named_object
from codemods.text import qualifier


@dataclass(frozen=True, slots=True)
class Origin:
    """A place that says what an expression is; ``missing`` where it could say so and does not."""

    path: PurePosixPath
    line: int
    text: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The receiver of a site as it is spelled ("" where nothing is), and what is known of it.

    ``asked`` is whether mypy has said it; ``origins`` are the places in the source that do, or could.
    """

    text: str = ""
    known: Known | None = None
    asked: bool = False
    origins: tuple[Origin, ...] = ()


def subject(project: Project, site: Site) -> Subject:
    """What a site is about; nothing in a file that does not parse."""
    if site.path.suffix == ".md":
        return _in_page(project, site)
    module, place = project.modules.get(site.path), (site.line, site.column)
    for found in in_module(module, {site.name: None}) if module else ():
        if module and module.text.place(found.offset) == place:
            return _Reader(project, Receivers(project.index.classes, module)).read(site, found)
    return Subject()


def _in_page(project: Project, site: Site) -> Subject:
    """The classes of the hierarchy that words in a document name as the owner of an attribute."""
    document = Document(documents.read(project.snapshot[site.path]))
    mention = document.mention(document.text.offset(site.line, site.column), site.name)
    refs = tuple(ref for ref in project.roles.of if ref.name in mention.owners)
    names = " and ".join(dict.fromkeys(ref.name for ref in refs))
    return Subject(known=Known(refs, Confidence.INFERRED, f"words about {names}")) if refs else Subject()


class _Reader:
    """Reads the sites of one module."""

    def __init__(self, project: Project, receivers: Receivers) -> None:
        self.project = project
        self.receivers = receivers
        self.module = receivers.module

    def read(self, site: Site, occurrence: Occurrence) -> Subject:
        node = self._spelled(occurrence)
        known = self._known(site, occurrence, node)
        typed = self.project.types.get((site.path, site.line, site.column))
        asked = typed is not None and (known is None or site.decision is not Decision.ASK)
        text = ast.unparse(node) if node else ""
        if site.prose:
            text = qualifier(self.module.text.text, occurrence.offset) or ""
        origins = tuple(dict.fromkeys(self._origins(node))) if node else ()
        return Subject(text, typed if asked else known, asked, origins)

    def _spelled(self, occurrence: Occurrence) -> ast.expr | None:
        """The expression that a site is an attribute of."""
        match occurrence.node:
            case ast.Attribute(value=value) | ast.MatchClass(cls=value):
                return value
            case ast.Constant() as text:
                call = next((n for n in self.receivers.enclosing(text) if isinstance(n, ast.Call)), None)
                return call.args[0] if call and call.args[1:2] == [text] else None
        return None

    def _known(self, site: Site, occurrence: Occurrence, value: ast.expr | None) -> Known | None:
        node, receivers = occurrence.node, self.receivers
        if site.prose:
            return spoken.receiver(receivers, occurrence.offset) or self._around(site)
        said: Known | str | None = None
        match node:
            case ast.Attribute():
                said = receivers.known(node.value)
            case ast.MatchClass(cls=named):
                meaning = self.project.modules.meaning(named, receivers.scope(node))
                if isinstance(meaning, ClassRef):
                    said = Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} itself")
            case ast.Constant():
                said = named_object(receivers, node, site.name)
            case ast.keyword():
                said = named_by_keyword(receivers, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Name() if receivers.in_class_body(node):
                owner = receivers.class_of(node)
                said = Known((owner,), Confidence.PROVEN, f"the body of {owner.name}") if owner else None
        return said if isinstance(said, Known) else None

    def _around(self, site: Site) -> Known | None:
        """The class that words stand in."""
        ref = self.module.class_at(site.line)
        return Known((ref,), Confidence.INFERRED, f"words in {ref.name}") if ref else None

    # --- from where ---------------------------------------------------------------------------------

    def _origins(self, node: ast.expr) -> Iterator[Origin]:
        """The places that say what an expression is."""
        match node:
            case ast.Await(value=value):
                yield from self._origins(value)
            case ast.Call(func=func):
                meaning = self.project.modules.meaning(func, self.receivers.scope(node))
                yield from self._class(meaning) if isinstance(meaning, ClassRef) else self._origins(func)
            case ast.Name(id=name):
                yield from self._name(node, name)
            case ast.Attribute(value=value, attr=name):
                owner = self.receivers.known(value)
                for ref in owner.classes if owner else ():
                    yield from self._declared(ref, name) if ref else ()

    def _name(self, node: ast.Name, name: str) -> Iterator[Origin]:
        scope = self.receivers.scope(node)
        home = bound_in(scope, name)
        for binding in home.bindings[name] if home else ():
            if isinstance(binding.node, Function) and home and binding.node is home.function:
                yield from self._parameter(binding.node, name)
            else:
                missing = "" if isinstance(binding.node, ast.AnnAssign) else f"annotate {name}"
                yield self._at(self.module.path, binding.node.lineno, missing)

    def _parameter(self, function: Function, name: str) -> Iterator[Origin]:
        if isinstance(self.receivers.parents.get(function), ast.ClassDef) and receiver(function) == name:
            return  # it says by itself what it is
        found = next(n for n in ast.walk(function.args) if isinstance(n, ast.arg) and n.arg == name)
        bare = found.annotation is None and found not in (function.args.vararg, function.args.kwarg)
        missing = f"annotate the parameter {name} of {function.name}()" if bare else ""
        yield self._at(self.module.path, found.lineno, missing)

    def _declared(self, ref: ClassRef, name: str) -> Iterator[Origin]:
        """The places in a class and its ancestors that give an attribute being."""
        classes = self.project.index.classes
        for info in filter(None, map(classes.get, classes.mro(ref))):
            for found in (d for d in declarations(info) if d.name == name):
                missing = (
                    ""
                    if isinstance(found.statement, ast.AnnAssign)
                    else f"annotate {name} in {info.ref.name}"
                )
                yield self._at(info.ref.path, found.statement.lineno, missing)
            if function := info.function(name):
                missing = "" if function.returns else f"annotate what {info.ref.name}.{name}() returns"
                yield self._at(info.ref.path, function.lineno, missing)

    def _class(self, ref: ClassRef) -> Iterator[Origin]:
        if info := self.project.index.classes.get(ref):
            yield self._at(ref.path, info.line, "")

    def _at(self, path: PurePosixPath, line: int, missing: str) -> Origin:
        module = self.project.modules.get(path)
        return Origin(path, line, module.text.line(line).strip() if module else "", missing)
