"""Where nodes stand is what LibCST says, and a changed tree is written as LibCST would write it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider

from codemods import text
from codemods.data import Failure
from codemods.parsed import Parsed, parse
from codemods.scopes import Module

FIXTURES = Path(__file__).parents[1] / "fixtures"
FILES = {str(p.relative_to(FIXTURES)): p.read_bytes() for p in sorted(FIXTURES.glob("*/before/**/*.py"))}
ODD = {
    "nothing": "",
    "a comment": "# a",
    "no line end": "class A:\n    def b(self): return 1",
    "a comment at the end": "def a():\n    b\n    # c\n# d",
    "CRLF": "# a\r\n\r\nif a:\r\n\tb = (1,\r\n\t     2)\r\nelse:\r\n\tc\r\n",
    "semicolons": "a; b ; c\n\n\nif a: b; c\n",
    "brackets": "((a) . b)[(c): , (d)] = (yield), *(e)\n",
    "decorators": "# a\n\n@b\n# c\n@d(\n)\nasync def e(f, /, *, g: int = 1) -> h: ...\n",
    "blocks": "try:\n    a\nexcept* b as c:\n    d\n\n  # e\nfinally:\n    with f as g, h: i\n",
    "a match": "match a, b:\n    case [c, *_] | {'d': e} if f:\n        g\n    case _: pass\n",
    "strings": "a = 'b' f\"{c!r:>{d}}\" '''\n\u00e9\n''' # e\n\x0c\nf\n",
}
SOURCES = {**FILES, **{name: source.encode() for name, source in ODD.items()}}
each = pytest.mark.parametrize("name", SOURCES)


def _parsed(name: str) -> Parsed:
    decoded = text.decode(SOURCES[name])
    found = parse(Module(PurePosixPath("a.py"), decoded, text.parse(decoded)))
    assert not isinstance(found, Failure), str(found)
    return found


@each
def test_where_nodes_stand(name: str) -> None:
    found = _parsed(name)
    wrapper = MetadataWrapper(found.tree, unsafe_skip_copy=True)
    for provider, where in (
        (PositionProvider, found.span),
        (WhitespaceInclusivePositionProvider, found.whole),
    ):
        for node, place in wrapper.resolve(provider).items():
            start, end = where(node) or (-1, -1)
            assert found.text.place(start) == (place.start.line, place.start.column + 1), node
            # For LibCST a last line without an end is followed by another one.
            if found.tree.has_trailing_newline or end < len(found.text.text):
                assert found.text.place(end) == (place.end.line, place.end.column + 1), node


def test_a_node_that_is_new_stands_nowhere() -> None:
    assert _parsed("strings").span(cst.Name("a")) is None
    assert _parsed("strings").whole(cst.Pass()) is None


class _Changed(cst.CSTTransformer):
    """Every so many statements are left as they are, a name becomes longer, a statement is added."""

    def __init__(self, entered: int) -> None:
        super().__init__()
        self.entered = entered
        self.seen = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.seen += isinstance(node, cst.BaseStatement)
        return not isinstance(node, cst.BaseStatement) or self.seen % self.entered == 0

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        if isinstance(updated_node, cst.Name):
            return updated_node.with_changes(value=f"{updated_node.value}_")
        if isinstance(updated_node, cst.SimpleStatementLine) and self.seen % 3 == 0:
            line = cst.EmptyLine(comment=cst.Comment("# new"))
            return cst.FlattenSentinel([updated_node, updated_node.with_changes(leading_lines=[line])])
        return updated_node


@each
@pytest.mark.parametrize("entered", [1, 3])
def test_a_changed_tree_is_written_as_libcst_writes_it(name: str, entered: int) -> None:
    found = _parsed(name)
    changed = found.tree.visit(_Changed(entered))

    assert found.code(changed) == changed.code
    assert found.code(found.tree) == found.text.text
