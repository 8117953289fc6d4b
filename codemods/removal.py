"""What stays of the lines above statements that are taken out of a block.

A paragraph is a statement with blank lines or comments above it and all that follow without any. A
heading is a comment with a blank line below it; its section reaches to the next heading.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst

Lines = Sequence[cst.EmptyLine]
Statement = cst.BaseStatement


def kept_lines(body: Sequence[Statement], doomed: Collection[cst.CSTNode]) -> dict[cst.CSTNode, Lines]:
    """The leading lines of the statements that stay right below removed ones.

    A comment goes with the whole paragraph that it stands above, a heading with its whole section, or
    when it calls abstract what is no longer there. All other comments move to the statement that stays.
    """
    kept: dict[cst.CSTNode, Lines] = {}
    run: list[Statement] = []
    for i, statement in enumerate(body):
        if statement in doomed:
            run.append(statement)
        elif run:
            first = i - len(run)
            lines = _joined(_headings_left(body, first, i, doomed), _own_lines(statement, run))
            kept[statement] = lines if first else _from_first_comment(lines)
            run = []
    return kept


def _own_lines(statement: Statement, run: Sequence[Statement]) -> Lines:
    """The lines of the statement itself, or of the paragraph or gap that it now begins."""
    if lines := _leading(statement):
        return lines
    start = next((s for s in reversed(run) if _begins(s)), None)
    if start is not None and not _begins(statement):
        return _parted(start)[1]
    return [line for line in _leading(run[0]) if line.comment is None][:1]


def _headings_left(
    body: Sequence[Statement], first: int, after: int, doomed: Collection[cst.CSTNode]
) -> list[cst.EmptyLine]:
    """The lines with headings above the removed statements ``first`` to ``after``, but for those that go."""
    left: list[cst.EmptyLine] = []
    for i in range(first, after):
        headings, own = _parted(body[i])
        above, heading = _last_paragraph(headings)
        section = _section(body, i)
        stays = [s for s in section if s not in doomed]
        # Between a heading and what has a comment of its own there may be anything.
        certain = not own or _is_banner(heading)
        gone = (certain and not stays) or (_says_abstract(heading) and not any(map(_is_abstract, stays)))
        left += above if gone else headings
    return left


def _section(body: Sequence[Statement], start: int) -> list[Statement]:
    """The statements from ``start`` to the next that has a heading."""
    end = next((i for i in range(start + 1, len(body)) if _parted(body[i])[0]), len(body))
    return list(body[start:end])


def _parted(statement: Statement) -> tuple[Lines, Lines]:
    """The lines above a statement: those with headings, which end in a blank line, and its own."""
    lines = _leading(statement)
    commented = False
    cut = 0
    for i, line in enumerate(lines):
        commented = commented or line.comment is not None
        if commented and line.comment is None:
            cut = i + 1
    return lines[:cut], lines[cut:]


def _last_paragraph(lines: Lines) -> tuple[Lines, Lines]:
    at = len(lines)
    while at and lines[at - 1].comment is None:
        at -= 1
    while at and lines[at - 1].comment is not None:
        at -= 1
    return lines[:at], lines[at:]


def _joined(headings: Lines, lines: Lines) -> Lines:
    """Headings above the lines of a statement, without a gap on both sides."""
    if all(line.comment is None for line in headings):
        return lines
    return [*headings, *_from_first_comment(lines)]


def _from_first_comment(lines: Lines) -> Lines:
    at = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return lines[at:]


def _leading(statement: Statement) -> Lines:
    return getattr(statement, "leading_lines", ())


def _begins(statement: Statement) -> bool:
    """Whether a paragraph begins here."""
    return bool(_leading(statement)) or isinstance(statement, cst.FunctionDef | cst.ClassDef)


def _is_banner(lines: Lines) -> bool:
    return any(re.search(r"(\W)\1\1", line.comment.value[1:]) for line in lines if line.comment is not None)


def _says_abstract(lines: Lines) -> bool:
    return any("abstract" in line.comment.value.lower() for line in lines if line.comment is not None)


def _is_abstract(statement: Statement) -> bool:
    decorators = statement.decorators if isinstance(statement, cst.FunctionDef) else ()
    return any("abstract" in cst.Module([]).code_for_node(d.decorator) for d in decorators)


def is_filler(statement: cst.BaseStatement) -> bool:
    """Whether a statement only fills a block, and says nothing in a comment either."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Pass() | cst.Expr(value=cst.Ellipsis())],
            leading_lines=[],
            trailing_whitespace=cst.TrailingWhitespace(comment=None),
        ):
            return True
    return False


def as_block(body: cst.BaseSuite) -> cst.IndentedBlock:
    """A body as a block of its own, which it is not in ``class X: ...``; what only fills it goes."""
    if isinstance(body, cst.IndentedBlock):
        return body if len(body.body) > 1 or not is_filler(body.body[0]) else body.with_changes(body=[])
    assert isinstance(body, cst.SimpleStatementSuite), "a body is one or the other"
    line = cst.SimpleStatementLine(body.body, trailing_whitespace=body.trailing_whitespace)
    return cst.IndentedBlock([] if is_filler(line) else [line])
