"""Source text as Python reads it: encodings, lines and the places where whole words stand."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from codemods.depth import PARSING, usual

_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"\w+")
_QUALIFIER = re.compile(r"(\w+)(?:\([^()\r\n]*\))?`?(?:\.|#|::)`?$")
_JOINTS = frozenset(".#:`")  # what it ends with
_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|(?:\r\n|\r|\n)\s*(?:\r\n|\r|\n)")


class UnreadableSource(Exception):
    """Bytes that Python would not read as source; ``code`` is a word of hazards."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded source. ``starts`` holds the offset of each line's first code point."""

    text: str
    encoding: str
    bom: bool
    starts: tuple[int, ...]

    def encode(self, text: str) -> bytes:
        """``text`` in the encoding of the file it came from.

        Raises UnreadableSource when the encoding has no form for it.
        """
        try:
            return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise UnreadableSource(
                "unencodable", f"{error.object[error.start]!r} has no form in {self.encoding}"
            ) from error

    def place(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of an offset; columns count code points."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column."""
        return self.starts[line - 1] + column - 1

    def ast_offset(self, line: int, octets: int) -> int:
        """The offset of a position as ``ast`` gives it: 1-based line, column in UTF-8 octets."""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        content = self.text[start:end]
        if content.isascii():
            return start + octets
        return start + len(content.encode("utf-8", "surrogatepass")[:octets].decode("utf-8", "surrogatepass"))

    def line(self, number: int) -> str:
        """A line without its end; ``number`` is 1-based."""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")


def decode(data: bytes) -> Text:
    """Bytes of a Python file as text, by BOM and coding cookie (PEP 263).

    Raises UnreadableSource: ``encoding-conflict``, ``undecodable``, ``control-character``.
    """
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding = _encoding(data, bom)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(body)
        raise UnreadableSource("undecodable", f"{error.reason} at byte {start} ({encoding})") from error
    except (UnicodeError, LookupError) as error:  # a codec that is none of text, or not for files
        raise UnreadableSource("undecodable", f"{error} ({encoding})") from error
    if "\0" in text or "\x1a" in text:
        raise UnreadableSource("control-character", "NUL or Ctrl-Z, which Python does not read")
    found = Text(text, encoding, bom, line_starts(text))
    if not encoding.startswith("utf-8") and found.encode(text) != data:
        raise UnreadableSource("round-trip", f"{encoding} would not write it back as it is")
    return found


def _encoding(data: bytes, bom: bool) -> str:
    """The encoding by BOM and cookie; what is not ASCII in the two lines it is looked for says nothing."""
    head = b"\n".join(re.split(rb"\r\n|\r|\n", data, maxsplit=2)[:2])
    if b"coding" not in head:
        return "utf-8"
    head = data[: 3 * bom] + re.sub(rb"[\x80-\xff]", b"?", head[3 * bom :])
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
    except SyntaxError as error:
        raise UnreadableSource("encoding-conflict" if bom else "undecodable", str(error)) from error
    return "utf-8" if encoding == "utf-8-sig" else encoding


def line_starts(text: str) -> tuple[int, ...]:
    r"""Offsets of the lines of ``text``, which end at \n, \r\n and \r only."""
    if "\r" in text:
        return (0, *(match.end() for match in _LINE_END.finditer(text)))
    ends = [0, *accumulate(map(len, io.StringIO(text, newline="\n")))]
    return tuple(ends if text.endswith("\n") else ends[: max(1, len(ends) - 1)])


def words(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern that matches each of ``names`` where it stands as a whole word."""
    # What comes before is looked at last: a pattern that begins with letters is searched 15 times as fast.
    escaped = map(re.escape, sorted(names, key=len, reverse=True))
    alternatives = "|".join(rf"{name}(?<!\w{name})" for name in escaped)
    return re.compile(rf"(?:{alternatives})(?!\w)" if alternatives else r"(?!)")


def spelled(text: str, names: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Where ``names`` stand as whole words: start, end, name; as Python reads them, that is after NFKC."""
    for match in (words(names) if text.isascii() else _WORD).finditer(text):
        word = match.group()
        name = word if word.isascii() else unicodedata.normalize("NFKC", word)
        if name in names:
            yield match.start(), match.end(), name


def qualifier(text: str, offset: int) -> str | None:
    """The word that something at an offset is named as a part of: ``Shelf`` before ``Shelf().size``."""
    if text[max(0, offset - 1) : offset] not in _JOINTS:
        return None
    found = _QUALIFIER.search(text[max(0, offset - 200) : offset])
    return found[1] if found and found[1] not in ("self", "cls", "super") else None


def sentence(text: str, offset: int) -> str:
    """The sentence at an offset, as far as marks and blank lines tell."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    start = max((end for end in ends if end <= offset), default=0)
    return text[start : min((end for end in ends if end > offset), default=len(text))]


def searchable(data: bytes) -> bytes:
    """What a Python file is searched in for names: one that is not ASCII may be equal to one that is."""
    if data.isascii():
        return data
    try:
        return unicodedata.normalize("NFKC", decode(data).text).encode("utf-8", "surrogatepass")
    except UnreadableSource:
        return data.replace(b"\0", b"")  # it may be UTF-16


def parse(text: Text) -> ast.Module:
    """``ast`` of a file. Raises UnreadableSource ``syntax-error`` with line and message."""
    try:
        with PARSING, usual(), warnings.catch_warnings():
            # The tree is wanted, not the project's own SyntaxWarnings.
            warnings.simplefilter("ignore")
            return ast.parse(text.text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UnreadableSource("syntax-error", f"line {line}: {getattr(error, 'msg', error)}") from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableSource("parser-limit", "nested too deeply to be parsed") from error


def comments(text: Text) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of the comments of a file that parses."""
    for token in tokens(text):
        if token.type == tokenize.COMMENT:
            start = text.offset(token.start[0], token.start[1] + 1)
            yield start, start + len(token.string)


def comments_between(text: Text, first: int, last: int) -> list[str]:
    """The comments in the lines ``first`` to ``last``."""
    if not any("#" in text.line(number) for number in range(first, last + 1)):
        return []
    return [text.text[start:end] for start, end in comments(text) if first <= text.place(start)[0] <= last]


def tokens(text: Text) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a file, up to where it cannot be read; columns count code points from 0."""
    try:
        # Lines that end alike: the tokenizer of Python 3.11 does not know a lone CR, and no position moves.
        yield from tokenize.generate_tokens(io.StringIO(_LINE_END.sub("\n", text.text)).readline)
    except (tokenize.TokenError, SyntaxError):
        return
