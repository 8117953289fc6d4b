"""A file that is edited, as LibCST reads it: once a run, with the place of every node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import libcst as cst
from libcst._nodes.internal import CodegenState

from codemods.data import Failure
from codemods.edits import Aligned, aligned_lines
from codemods.scopes import Module
from codemods.text import Text

_LAST_END = re.compile(r"(?:\r\n|\r|\n)\Z")


@dataclass(frozen=True)
class Parsed:
    """A tree that is written back as it was read, and where its nodes stand in the text."""

    tree: cst.Module
    text: Text
    _written: str
    _spans: Mapping[cst.CSTNode, tuple[int, int]]
    _wholes: Mapping[cst.CSTNode, tuple[int, int]]
    _offsets: Sequence[int]

    def span(self, node: cst.CSTNode) -> tuple[int, int] | None:
        """The offsets of a node, half-open, as ``PositionProvider`` has it; None for one that is new."""
        return self._placed(self._spans.get(node) or self._wholes.get(node))

    def whole(self, node: cst.CSTNode) -> tuple[int, int] | None:
        """The same with all that is the node's: the lines above a statement, and its line end."""
        return self._placed(self._wholes.get(node))

    @cached_property
    def aligned(self) -> tuple[Aligned, ...]:
        """The lines that are aligned with a bracket above."""
        return tuple(aligned_lines(self.text.text))

    def _placed(self, tokens: tuple[int, int] | None) -> tuple[int, int] | None:
        return (self._offsets[tokens[0]], self._offsets[tokens[1]]) if tokens else None

    def code(self, updated: cst.Module) -> str:
        """The text of a changed tree; statements that are as they were are not written anew."""
        brief = self._brief(updated.with_changes(has_trailing_newline=True))
        assert isinstance(brief, cst.Module), "it stays what it is"
        code = brief.code
        return code if updated.has_trailing_newline else _LAST_END.sub("", code)

    def _brief(self, node: cst.CSTNode) -> cst.CSTNode:
        """The same with every statement in it that is as it was as one piece of text."""
        if place := self.whole(node) if isinstance(node, cst.BaseStatement) else None:
            return _AsItWas(self._written[slice(*place)])
        if isinstance(node, cst.Module | cst.IndentedBlock):
            return node.with_changes(body=[self._brief(statement) for statement in node.body])
        block = getattr(node, "body", None)
        return node.with_changes(body=self._brief(block)) if isinstance(block, cst.IndentedBlock) else node


@dataclass(frozen=True)
class _AsItWas(cst.BaseStatement):
    """A statement by its text, indented as it stands and with its line end."""

    text: str

    def _visit_and_replace_children(self, visitor: cst.CSTVisitorT) -> _AsItWas:
        return self

    def _codegen_impl(self, state: CodegenState) -> None:
        state.add_token(self.text)


@dataclass(frozen=False)
class _Written(CodegenState):
    """What LibCST writes of a tree, token by token, and how many of them come before and after each node."""

    spans: dict[cst.CSTNode, tuple[int, int]] = field(default_factory=dict)
    wholes: dict[cst.CSTNode, tuple[int, int]] = field(default_factory=dict)
    ended: str = ""
    """The line end that is written of a last line that has none."""
    _begun: list[int] = field(default_factory=list)

    def pop_trailing_newline(self) -> None:
        self.ended = self.tokens.pop() if self.tokens else ""

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._begun.append(len(self.tokens))

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.wholes[node] = self._begun.pop(), len(self.tokens)

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = len(self.tokens)
        yield
        end = len(self.tokens)
        # Such as the operand of an expression in brackets of its own.
        start = start if start_node is None else self._span(start_node)[0]
        end = end if end_node is None else self._span(end_node)[1]
        self.spans[node] = start, end

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        return self.spans.get(node) or self.wholes[node]


def parse(module: Module) -> Parsed | Failure:
    """A file as LibCST reads it; a failure where it cannot, or would not write it back as it is."""
    try:
        tree = cst.parse_module(module.text.text)
        written = _Written(tree.default_indent, tree.default_newline)
        tree._codegen(written)
    except (cst.ParserSyntaxError, cst.CSTValidationError, TypeError) as error:
        # It refuses some valid code with whatever its nodes raise, such as ``else(lambda: 1)``.
        why = str(error).partition("\n")[0]
        return Failure(module.path, "parser-limit", f"LibCST cannot parse it: {why}")
    except RecursionError:
        return too_deep(module)
    text = "".join(written.tokens)
    if text != module.text.text:
        return Failure(module.path, "round-trip", "LibCST would not write it back as it is")
    offsets = [*accumulate(map(len, (*written.tokens, written.ended)), initial=0)]
    return Parsed(tree, module.text, text + written.ended, written.spans, written.wholes, offsets)


def too_deep(module: Module) -> Failure:
    return Failure(module.path, "parser-limit", "nested too deeply for LibCST")
