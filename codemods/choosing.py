"""What can be chosen hunk by hunk: what each hunk carries out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.choice import Item, Kind
from codemods.hunks import Hunk
from codemods.leaving import item_of
from codemods.needs import following, needs, runs, turned
from codemods.phases import BASE
from codemods.project import Project
from codemods.scopes import ClassRef
from codemods.spans import Span


class Choosable:
    """The items of a project: which a hunk carries out, and which need one another."""

    def __init__(self, project: Project, landed: frozenset[int]) -> None:
        self._project = project
        self._declared = BASE.number in landed or project.roles.migrated
        self._base = Item(Kind.BASE, project.root.path)
        self._abstract = Item(Kind.ABSTRACT, project.root.path)
        self._heads = {ref: span for ref in project.index.members if (span := _head(project, ref))}
        self._runs = list(runs(project))
        self.needed = needs(project)
        self.needing = turned(self.needed)

    def items(self, hunk: Hunk) -> tuple[Item, ...]:
        """What a hunk carries out; nothing where it only follows from what others do."""
        if self._project.tests is not None and hunk.path == self._project.tests.path:
            return (Item(Kind.TESTS, hunk.path),)
        found = [item_of(site) for site in hunk.sites]
        for span in hunk.spans:
            found += self._around(hunk, span)
        if not found and hunk.phase <= BASE.number and not self._declared:
            return (self._base,)
        if not found and hunk.path == self._project.root.path and self._is_inside_root(hunk):
            return (self._abstract,)
        return tuple(dict.fromkeys(found))

    def _around(self, hunk: Hunk, span: Span) -> Iterator[Item]:
        edit, path = span.edit, hunk.path
        for ref, (start, end) in self._heads.items():
            if ref.path == path and start <= edit.start and edit.end <= end:
                yield Item(Kind.HEADER, path, ref.qualname)
        for ref, name, lines in self._runs:
            if ref.path == path and set(span.before) & set(lines):
                yield Item(Kind.DUPLICATE, self._project.root.path, name)

    def _is_inside_root(self, hunk: Hunk) -> bool:
        """Whether something of the root class changes, and not only what its file imports."""
        head = self._project.index.members[self._project.root].line
        return any(span.before.start >= head for span in hunk.spans)

    def with_needing(self, left: Iterable[Item]) -> dict[Item, str]:
        """All that has to be left out with these, and why."""
        return following(self.needed, left)

    def without(self, taken: Iterable[Item]) -> dict[Item, str]:
        """All that these cannot do without, and why."""
        return following(self.needing, taken)


def _head(project: Project, ref: ClassRef) -> tuple[int, int] | None:
    """Where the bases of a class may stand in its file; None for the root and what is not in a file."""
    info = project.index.members[ref]
    if ref == project.root or not info.nodes:
        return None
    node, text = info.nodes[0].node, project.index.home(ref).text
    first = node.body[0]
    return text.ast_offset(node.lineno, node.col_offset), text.ast_offset(first.lineno, first.col_offset)
