"""Names in comments and docstrings that are code: what they are there, as far as the code around tells."""

from __future__ import annotations

import ast
import keyword
import re

from codemods.dictionaries import KEY, MESSAGE
from codemods.examples import SAYING
from codemods.infer import Receivers
from codemods.known import Known
from codemods.scopes import Function

_CHAIN = re.compile(r"(?<![\w.)\]])[^\W\d]\w*(?:\(\))?(?:\.[^\W\d]\w*(?:\(\))?)*\.$")
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"[\"']$")
_KEYED = re.compile(r"([\"'])(?:\s*:(?!:)|\s*\])")
_CALLED = re.compile(r"(\w+)\([\"']$")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.) +")
_SET = re.compile(r"\s*=(?!=)")

VARIABLE = "a variable of its own"


def receiver(receivers: Receivers, offset: int) -> Known | None:
    """What is known of the dotted name that stands before an attribute at an offset of the text."""
    text = receivers.module.text
    line, column = text.place(offset)
    found = _CHAIN.search(text.line(line)[: column - 1])
    if found is None or any(map(keyword.iskeyword, _WORD.findall(found[0]))):
        return None
    chain = ast.parse(found[0].removesuffix("."), mode="eval").body
    # It takes part in the code around it for as long as it is asked about.
    nodes = [*ast.walk(chain)]
    inner = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    receivers.parents |= {chain: _around(receivers, line), **inner}
    for node in nodes:
        if hasattr(node, "lineno"):
            node.lineno = line
    try:
        return receivers.known(chain)
    finally:
        for node in (chain, *inner):
            receivers.parents.pop(node, None)


def meaning(receivers: Receivers, offset: int, name: str) -> str | None:
    """What a bare word is that is no attribute: a variable of the function around it, a key."""
    text = receivers.module.text
    line, column = text.place(offset)
    before, after = text.line(line)[: column - 1], text.line(line)[column - 1 + len(name) :]
    if _QUOTED.search(before) and (keyed := _KEYED.match(after)) and keyed[1] == before[-1]:
        indexed = before[:-1].endswith("[")
        return KEY if indexed or ":" in keyed[0] else None
    if (call := _CALLED.search(before)) and call[1] in SAYING:
        return MESSAGE
    if _PROMPT.fullmatch(before) and _SET.match(after):
        return VARIABLE
    function = _around(receivers, line)
    if before.endswith(".") or not isinstance(function, Function):
        return None
    scope = receivers.module.scope_of(function)
    bound = scope is not None and name in scope.bindings
    return VARIABLE if bound or _SET.match(after) else None


def _around(receivers: Receivers, line: int) -> ast.AST:
    """The innermost function or class that a line stands in, else the module."""
    around = [n for n in receivers.blocks if n.lineno <= line <= (n.end_lineno or 0)]
    return max(around, key=lambda node: node.lineno, default=receivers.module.tree)
