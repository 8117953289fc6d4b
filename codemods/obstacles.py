"""What is in the way of the end of the old names: their uses, and those of the layer behind them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from codemods.data import Confidence, Decision, MigrationError, Note, Site
from codemods.generated import GENERATED
from codemods.meaning import SERVES
from codemods.modules import ModuleRef
from codemods.project import Project
from codemods.scopes import Module
from codemods.sides import layer_path
from codemods.transforms.add_compat import layer_text

USES_LAYER = "only the compatibility layer has it"
"""The reason of a site that names the layer itself."""


def obstacles(project: Project) -> tuple[Site, ...]:
    """Every place that would break without the layer, or of which that is not known, in order.

    Those are the sites that a migration would change or ask about, those in a mixin that needs the old
    name for others and gets it from the layer for the hierarchy, and all that names the layer itself.
    """
    names = (s for s in project.sites if s.decision is not Decision.KEEP or _needs_layer(s))
    found = (*names, *_uses(project))
    return tuple(sorted(found, key=lambda site: (site.path, site.line, site.column)))


def staying(project: Project) -> tuple[Site, ...]:
    """The places that keep an old name without the layer: by a pragma, or as they mean something else."""
    layer = layer_path(project.index, project.spec)
    kept = (s for s in project.sites if s.decision is Decision.KEEP and s.reason != GENERATED)
    return tuple(site for site in kept if site.path != layer and not _needs_layer(site))


def _needs_layer(site: Site) -> bool:
    return SERVES in site.reason and not site.prose and site.path.suffix != ".md"


# --- the layer's users ------------------------------------------------------------------------------


def _uses(project: Project) -> Iterator[Site]:
    """What names the layer's module or class, but for the import and the base that go with it."""
    path = layer_path(project.index, project.spec)
    if path not in project.snapshot:
        return
    modules, name = project.modules, project.spec.compatibility.class_name
    both = {m.path: m for word in (path.stem, name) for m in modules.mentioning(word) if m.path != path}
    for module in both.values():
        own = {*_own(project, module)} if module.path == project.root.path else set()
        scanned = _Scanned(project, module, path)
        nodes = (node for node in ast.walk(module.tree) if isinstance(node, ast.stmt | ast.expr))
        for node in nodes:
            if node not in own and (word := scanned.names(node)):
                line, column = module.text.place(module.text.ast_offset(node.lineno, node.col_offset))
                place = (module.path, line, column, word, "layer", Decision.DELETE, None)
                yield Site(*place, Confidence.PROVEN, USES_LAYER, 0)


def _own(project: Project, module: Module) -> Iterator[ast.AST]:
    """The nodes of the root's module that go with the layer."""
    for statement in module.tree.body:
        if is_layer_import(project, statement):
            yield from ast.walk(statement)
    for node in project.index.members[project.root].nodes:
        yield from (base for base in node.node.bases if is_layer_base(project, base))


def is_layer_import(project: Project, statement: ast.stmt) -> bool:
    """Whether a statement of the root's module imports the layer's class, under its own name and alone."""
    name, path = project.spec.compatibility.class_name, project.root.path
    if not isinstance(statement, ast.ImportFrom):
        return False
    leads = project.modules.source("." * statement.level + (statement.module or ""), path)
    here = [(alias.name, alias.asname) for alias in statement.names] == [(name, None)]
    return here and leads == layer_path(project.index, project.spec)


def is_layer_base(project: Project, node: ast.expr) -> bool:
    """Whether a base of the root is the layer's class."""
    return isinstance(node, ast.Name) and node.id == project.spec.compatibility.class_name


class _Scanned:
    """Tells what in a module names the layer at ``path``."""

    def __init__(self, project: Project, module: Module, path: PurePosixPath) -> None:
        self.modules = project.modules
        self.module = module
        self.path = path
        self.name = project.spec.compatibility.class_name
        self.dotted = project.modules.dotted(path)
        self.prose = {s.value for s in ast.walk(module.tree) if isinstance(s, ast.Expr)}

    def names(self, node: ast.AST) -> str:
        """The name of the layer's that a node uses; empty where it uses none."""
        match node:
            case ast.ImportFrom():
                source = "." * node.level + (node.module or "")
                leads = self.modules.source(source, self.module.path)
                for alias in node.names:
                    inner = f"{source}.{alias.name}" if node.module else f"{source}{alias.name}"
                    below = self.modules.source(inner, self.module.path)
                    if self.path in (leads, below) or (leads and alias.name == self.name):
                        return alias.name
            case ast.Import():
                found = (
                    a.name for a in node.names if self.modules.find(a.name, self.module.path) == self.path
                )
                return next(found, "")
            case ast.Name(id=word) | ast.Attribute(attr=word) if word == self.name:
                return word
            case ast.Attribute(attr=word) if word == self.path.stem:
                meaning = self.modules.meaning(node, self.module.scope)
                return word if meaning == ModuleRef(self.path) else ""
            case ast.Constant(value=str() as text) if node not in self.prose:
                parts = text.partition(":")[0]
                named = text == self.name or parts.endswith(f".{self.name}") or self._leads(parts)
                return text.rpartition(".")[2] if named else ""
        return ""

    def _leads(self, text: str) -> bool:
        """Whether a text is the dotted name of the layer's module, or of something in it."""
        return f"{text}.".startswith(f"{self.dotted}.")


# --- what is the user's in the layer ----------------------------------------------------------------


def refuse_own_code(project: Project) -> tuple[Note, ...]:
    """What to say of the layer's module before it goes.

    It is compared by what it defines, for another version may have written it: a definition that differs
    is noted. Raises MigrationError for one that no migration has written, and for other code.
    """
    path = layer_path(project.index, project.spec)
    module = project.modules.get(path) if path in project.snapshot else None
    if module is None:
        return ()
    there, written = dict(_held(module.tree)), _written(project, path)
    for what, node in there.items():
        if what not in written:
            raise MigrationError(
                f"{path}:{node.lineno}: {what} is not of the compatibility layer; move it elsewhere first"
            )
    plain = (w for w, n in there.items() if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    other = [w for w in plain if ast.dump(there[w]) != ast.dump(written[w])]
    told = f"{', '.join(other)} differ from what this version of classmod writes, and go with the rest"
    return (Note(path, there[other[0]].lineno, told),) if other else ()


def _written(project: Project, path: PurePosixPath) -> dict[str, ast.stmt]:
    """What the migration writes into the layer's module, told to type checkers or not."""
    spec, found = project.spec, dict[str, ast.stmt]()
    for static in (not spec.compatibility.static, spec.compatibility.static):
        asked = replace(spec, compatibility=replace(spec.compatibility, static=static))
        text = layer_text(replace(project, spec=asked), project.modules.dotted(path))
        found |= _held(ast.parse(text))
    return found


def _held(tree: ast.Module | ast.ClassDef, owner: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """What a module or class defines, with the statement; code that defines nothing by itself."""
    waiting = list(tree.body)
    while waiting:
        statement = waiting.pop(0)
        match statement:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                continue
            case ast.If(body=body, orelse=orelse) if ast.unparse(statement.test).endswith("TYPE_CHECKING"):
                waiting[:0] = [*body, *orelse]
            case ast.ImportFrom(module=source):
                yield from ((f"the import of {a.name} from {source}", statement) for a in statement.names)
            case ast.Import():
                yield from ((f"the import of {alias.name}", statement) for alias in statement.names)
            case ast.ClassDef():
                yield f"{owner}{statement.name}", statement
                yield from _held(statement, f"{owner}{statement.name}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield f"{owner}{statement.name}", statement
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                yield f"{owner}{ast.unparse(target)}", statement
            case _:
                yield ast.unparse(statement).partition("\n")[0], statement
