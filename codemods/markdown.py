"""Where a name stands in a Markdown document: in which fence, heading, code span or sentence."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from codemods.text import Text

_PYTHON = frozenset({"python", "py", "python3", "pycon", ""})
_QUALIFIED = re.compile(r"(\w+)\.$")


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines ``first`` to ``last`` (1-based, both included); ``language`` is a fence's, lower case."""

    first: int
    last: int
    kind: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """How a document names something. ``owner`` is the class it is named as a part of, where one is said."""

    kind: str
    language: str
    owner: str | None

    @property
    def foreign(self) -> bool:
        """Whether it stands in code of another language."""
        return self.kind == "fence" and self.language not in _PYTHON


class Document:
    """A Markdown document, parsed once (CommonMark, by markdown-it-py)."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.passages = tuple(_passages(text.text))

    def mention(self, offset: int) -> Mention:
        """What stands at an offset of the text."""
        line, column = self.text.place(offset)
        found = next((p for p in self.passages if p.first <= line <= p.last), None)
        if found is not None and found.kind == "fence":
            return Mention(
                "fence", found.language, self._enclosing_class(found, line) or self._qualifier(offset)
            )
        before = self.text.line(line)[: column - 1]
        kind = "code span" if before.count("`") % 2 else found.kind if found else "prose"
        return Mention(kind, "", self._qualifier(offset))

    def _qualifier(self, offset: int) -> str | None:
        found = _QUALIFIED.search(self.text.text[max(0, offset - 200) : offset])
        return found[1] if found and found[1] != "self" else None

    def _enclosing_class(self, passage: Passage, line: int) -> str | None:
        """The class of a fenced example whose body holds a line; None when the example does not parse."""
        lines = [self.text.line(number) for number in range(passage.first + 1, passage.last)]
        try:
            tree = ast.parse(textwrap.dedent("\n".join(lines)))
        except SyntaxError:
            return None
        at = line - passage.first
        around = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.lineno <= at <= (node.end_lineno or 0)
        ]
        return max(around, key=lambda node: node.lineno).name if around else None


def _passages(text: str) -> Iterator[Passage]:
    for token in MarkdownIt("commonmark").parse(text):
        if token.map is None:
            continue
        first, last = token.map[0] + 1, token.map[1]
        if token.type == "fence":
            yield Passage(first, last, "fence", token.info.strip().partition(" ")[0].lower())
        elif token.type == "code_block":
            yield Passage(first, last, "code block")
        elif token.type == "heading_open":
            yield Passage(first, last, "heading")
