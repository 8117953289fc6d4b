"""Where a name stands in a Markdown document: in which fence, heading, code span or sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from codemods.examples import Example, Part
from codemods.text import Text, qualifier, sentence

_PYTHON = frozenset({"", "doctest", "ipython", "py", "pycon", "pyi", "python", "python3"})
_LANGUAGE = re.compile(r"[{.\s]*([^\s{},.:]*)")


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines ``first`` to ``last`` (1-based, both included); ``language`` and ``code`` are a fence's."""

    first: int
    last: int
    kind: str
    language: str = ""
    code: str = ""
    level: int = 0
    """Of a heading: 1 to 6."""


@dataclass(frozen=True, slots=True)
class Mention:
    """How a document names something.

    ``owners`` are the classes it is named as a part of, the likeliest first. ``around`` is what stands
    around it, the nearest first: its sentence, the lines before that, the headings above.
    """

    kind: str
    language: str = ""
    owners: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    own: str | None = None
    """What the name is in a fence that is no attribute, such as a key."""

    @property
    def foreign(self) -> bool:
        """Whether it stands in code of another language."""
        return self.kind == "fence" and self.language not in _PYTHON


class Document:
    """A Markdown document, parsed once (CommonMark, by markdown-it-py)."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.passages = tuple(_passages(text.text))
        self._examples: dict[Passage, Example] = {}

    def mention(self, offset: int, name: str) -> Mention:
        """What a name at an offset of the text is there."""
        line, column = self.text.place(offset)
        found = next((p for p in self.passages if p.first <= line <= p.last), None)
        headings = tuple(self._headings(line))
        before = qualifier(self.text.text, offset)
        owners = (before,) if before else ()
        if found is not None and found.kind == "fence":
            part = self._part(found, line, column, name) or Part(owners)
            return Mention("fence", found.language, part.owners, headings, part.own)
        spoken, *earlier = self._paragraph(found, offset)
        around = (spoken, *earlier, *headings)
        if self.text.line(line)[: column - 1].count("`") % 2:
            return Mention("code span", "", owners, around, self._in_span(line, column, name))
        return Mention(found.kind if found else "prose", "", owners, around)

    def _in_span(self, line: int, column: int, name: str) -> str | None:
        """What a name in a code span is that is no attribute: a key, a word of a message."""
        text = self.text.line(line)
        start, end = text.rfind("`", 0, column - 1) + 1, text.find("`", column - 1)
        code = text[start : end if end >= 0 else None]
        quoted = code[column - 1 - start - 1 : column - 1 - start] in ("'", '"')
        # As a value: a string alone would be a docstring.
        part = Example(f"_ = {code}").part(1, len(code) - (column - 1 - start), name) if quoted else None
        return part.own if part else None

    def _part(self, fence: Passage, line: int, column: int, name: str) -> Part | None:
        if fence not in self._examples:
            self._examples[fence] = Example(fence.code)
        # From the end of the line: what is in front of it is not all of the code.
        return self._examples[fence].part(line - fence.first, len(self.text.line(line)) - column + 1, name)

    def _paragraph(self, found: Passage | None, offset: int) -> Iterator[str]:
        """The sentence at an offset, then the lines of its paragraph before that from below."""
        line, column = self.text.place(offset)
        lines = [self.text.line(n) for n in range(found.first if found else line, line + 1)]
        if lines[-1].lstrip(" >").startswith("|"):
            yield lines[-1]  # the row of a table
            return
        after = [self.text.line(n) for n in range(line + 1, (found.last if found else line) + 1)]
        before = "".join(f"{each}\n" for each in lines[:-1])
        yield sentence(before + "\n".join((lines[-1], *after)), len(before) + column - 1)
        yield from reversed(lines)

    def _headings(self, line: int) -> Iterator[str]:
        """The headings a line stands under, the nearest first."""
        level = 7
        for heading in reversed([p for p in self.passages if p.kind == "heading" and p.last < line]):
            if heading.level < level:
                level = heading.level
                yield " ".join(self.text.line(n) for n in range(heading.first, heading.last + 1)).strip("# ")


def _passages(text: str) -> Iterator[Passage]:
    heading = 0
    for token in MarkdownIt("commonmark").disable("inline").parse(text):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        if token.map is None:
            continue
        first, last = token.map[0] + 1, token.map[1]
        match token.type:
            case "fence":
                language = _LANGUAGE.match(token.info)
                yield Passage(
                    first, last, "fence", language[1].lower() if language else "", code=token.content
                )
            case "code_block":
                yield Passage(first, last, "code block")
            case "inline":
                yield Passage(first, last, "heading" if heading else "prose", level=heading)
                heading = 0
            case "html_block":
                yield Passage(first, last, "prose")
