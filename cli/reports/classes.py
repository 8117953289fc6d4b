"""The class tree for reports: nested as it is, with what changes in each header, or drawn by Mermaid."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from cli.reports import Overview
from cli.reports.code import marked
from cli.terminal import visible
from codemods.edits import tokens

if TYPE_CHECKING:
    from codemods.reviewed import TreeLine


@dataclass(frozen=True, slots=True)
class Node:
    """A class with those below it. ``anchor`` is that of the hunk that shows it, ``places`` its file's."""

    line: TreeLine
    anchor: str
    places: tuple[tuple[str, str], ...]
    below: list[Node] = field(default_factory=list)

    @property
    def sides(self) -> tuple[Markup, Markup]:
        """What the class is made of, before and after, with what differs marked."""
        before, after = _bases(self.line, self.line.before), _bases(self.line, self.line.after)
        old, new, shift = [], [], 0
        for start, end, replacement in tokens(before, after):
            old.append((start, end))
            new.append((start + shift, start + shift + len(replacement)))
            shift += len(replacement) - (end - start)
        return marked(before, old, "del"), marked(after, new, "ins")


def nested(overview: Overview) -> list[Node]:
    """The roots of the tree, which is one."""
    stack: list[Node] = []
    roots: list[Node] = []
    for line in overview.review.tree:
        node = Node(line, _anchor(overview, line), tuple(_places(overview, line)))
        del stack[line.depth :]
        (stack[-1].below if stack else roots).append(node)
        stack.append(node)
    return roots


def _bases(line: TreeLine, header: str) -> str:
    """A header without its class: what stands in the brackets."""
    return header.removeprefix(f"class {line.name}").removeprefix("(").removesuffix(")")


def arguments(header: str) -> dict[str, str]:
    """What each base of a header is given in brackets, as text; "" where it is given nothing."""
    try:
        (statement,) = ast.parse(f"{header}: ...").body
    except SyntaxError:
        return {}
    found = statement.bases if isinstance(statement, ast.ClassDef) else []
    given = {}
    for base in found:
        match base:
            case ast.Subscript(value=name, slice=within):
                given[ast.unparse(name)] = ast.unparse(within).strip("()")
            case _:
                given[ast.unparse(base)] = ""
    return given


def _anchor(overview: Overview, line: TreeLine) -> str:
    """The first hunk that shows the header of the class; else the first of its file, if there is one."""
    here = [entry for entry in overview.entries if entry.file.path == line.path]
    starts = (f"class {line.name}(", f"class {line.name}:")
    shown = (e for e in here if any(one.text.lstrip().startswith(starts) for one in e.hunk.lines))
    return next(shown, here[0]).anchor if here else ""


def _places(overview: Overview, line: TreeLine) -> Sequence[tuple[str, str]]:
    """The phases that change its file, by name, with the anchors of the file there."""
    return [
        (phase.phase.name, f"p{phase.phase.number}-f{number}")
        for phase in overview.review.phases
        for number, file in enumerate(phase.files, 1)
        if file.path == line.path
    ]


# --- the diagram ------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Z][A-Za-z0-9]*")
"""Names that Mermaid takes for nothing else."""


def diagram(tree: tuple[TreeLine, ...], *, after: bool) -> str:
    """The classes as a Mermaid class diagram.

    Afterwards a thicker line is drawn around classes whose header changed, a dashed one where the body did.
    """
    lines = ["classDiagram"]
    above: list[tuple[str, TreeLine]] = []
    many = Counter(line.name for line in tree)
    plain = [_PLAIN.fullmatch(line.name) and many[line.name] == 1 for line in tree]
    names = [line.name if plain[number] else f"class{number}" for number, line in enumerate(tree)]
    beside = {line.name: name for line, name in zip(tree, names, strict=True) if line.part}
    for number, (line, name) in enumerate(zip(tree, names, strict=True)):
        header = line.after if after else line.before
        given = arguments(header)
        own = _plain(given.get("Generic", ""))
        generic = f"~{own}~" if own else ""
        label = "" if plain[number] else f'["{_plain(line.name + (f"[{own}]" if own else ""))}"]'
        style = (":::changed" if line.header else ":::body" * line.body) if after else ""
        lines.append(f"  class {name}{generic if plain[number] else ''}{label}{style}")
        del above[line.depth :]
        if above:
            parent, found = above[-1]
            told = _plain(given.get(found.name, ""))
            lines.append(f"  {parent} <|-- {name}{f' : {told}' if told else ''}")
        bases = (base.rpartition(".")[2] for base in given)
        lines += [f"  {beside[base]} <|-- {name}" for base in bases if beside.get(base, name) != name]
        lines += [f"  <<{line.part}>> {name}"] if line.part else []
        above.append((name, line))
    if after:
        lines.append("  classDef changed stroke:#1a7f37,stroke-width:3px")
        lines.append("  classDef body stroke:#1a7f37,stroke-width:2px,stroke-dasharray:5 3")
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def _plain(words: str) -> str:
    """Type arguments as Mermaid takes them in labels."""
    return re.sub(r"[^\w .,\[\]]+", " ", visible(words)).strip()
