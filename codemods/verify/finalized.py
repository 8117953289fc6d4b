"""The end of the old names: the root's file made a second time, and the files that may go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.concrete import can_be_abstract
from codemods.data import Change
from codemods.declarations import is_abstract, is_trivial
from codemods.generated import MARK
from codemods.modules import Modules
from codemods.project import Project
from codemods.scopes import Module
from codemods.sides import layer_path
from codemods.verify.cuts import Cut, line_end, moved_along, spliced
from codemods.verify.source import Imports, refuse_lost_comments
from codemods.verify.unproven import Unproven

_MARKED = re.compile(rf"^(?:#|<!--)[ \t]*{re.escape(MARK)}\b", re.MULTILINE)


def finalized(project: Project, changes: Iterable[Change]) -> None:
    """Raise Unproven unless these changes end the old names of a migrated tree, and do nothing else."""
    root, layer = project.root.path, layer_path(project.index, project.spec)
    made = {change.path: change for change in changes}
    for path, change in made.items():
        if change.before is None or change.before != project.snapshot.get(path):
            raise Unproven(path, 1, "it is not the file that was read")
    goes = {path for path, data in project.snapshot.items() if path == layer or _is_marked(data)}
    if wrong := sorted(({path for path, c in made.items() if c.after is None} ^ goes) | (goes & {root})):
        raise Unproven(wrong[0], 1, "it goes" if wrong[0] not in goes else "it stays")
    if wrong := sorted(made.keys() - goes - {root}):
        raise Unproven(wrong[0], 1, "there is no reason for a change")
    before = project.snapshot[root]
    after = made[root].after if root in made else before
    assert after is not None, "what goes was looked at above"
    expected = _root(project, project.modules.changed({root: after} if after != before else {}))
    if expected != after:
        raise Unproven(root, 1, "it is not the root without its layer")


def _is_marked(data: bytes) -> bool:
    return _MARKED.search(data[:1_000].decode("utf-8", "replace")) is not None


def _root(project: Project, now: Modules) -> bytes:
    """The bytes that the root's file has to have; its imports are read in ``now``, the tree after."""
    path, name = project.root.path, project.spec.compatibility.class_name
    before, after = project.modules.get(path), now.get(path)
    if before is None or after is None:
        raise Unproven(path, 1, now.failures[path].reason)
    abstract = [*_abstract(project, before)]
    cuts = [*_bases(project, before), *abstract]
    made = spliced(before.text.text, [*cuts, *moved_along(before.text, cuts)])
    added = {"abstractmethod"} if abstract else set()
    imported = Imports(before, after, now)
    tidied = imported.tidied(made, added, frozenset({name}))
    refuse_lost_comments(before, after.text, (), [*imported.gone_from(), *((c.start, c.end) for c in cuts)])
    return before.text.encode(tidied)


def _bases(project: Project, module: Module) -> Iterator[Cut]:
    """The layer leaves the header of the root, and the brackets with it where it was all there was."""
    text, name = module.text, project.spec.compatibility.class_name

    def start(node: ast.expr | ast.keyword) -> int:
        return text.ast_offset(node.lineno, node.col_offset)

    def end(node: ast.expr | ast.keyword) -> int:
        return text.ast_offset(node.end_lineno or 0, node.end_col_offset or 0)

    for node in (node.node for node in project.index.members[project.root].nodes):
        parts: list[ast.expr | ast.keyword] = sorted([*node.bases, *node.keywords], key=start)
        here = [i for i, part in enumerate(parts) if isinstance(part, ast.Name) and part.id == name]
        for i in here[:1]:
            if len(parts) == 1:
                opened = text.text.rindex("(", 0, start(parts[i]))
                yield Cut(opened, text.text.index(")", end(parts[i])) + 1, "")
            elif i + 1 < len(parts):
                yield Cut(start(parts[i]), start(parts[i + 1]), "")
            else:
                yield Cut(end(parts[i - 1]), end(parts[i]), "")


def _abstract(project: Project, module: Module) -> Iterator[Cut]:
    """A decorator above every factory that the root has and that does nothing, where the tree allows it."""
    text, possible = module.text, can_be_abstract(project.index, project.spec)[0]
    root = project.index.members[project.root]
    for factory in project.spec.factories if possible else ():
        node = root.function(factory.new)
        if node and is_trivial(node) and not is_abstract(node) and not node.decorator_list:
            at = text.starts[node.lineno - 1]
            margin = text.text[at : text.ast_offset(node.lineno, node.col_offset)]
            yield Cut(at, at, f"{margin}@abstractmethod{line_end(text.text)}")
