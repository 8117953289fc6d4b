"""What stays of the lines above statements that are taken out of a block."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst

Lines = Sequence[cst.EmptyLine]


def kept_lines(
    body: Sequence[cst.BaseStatement], doomed: Collection[cst.CSTNode]
) -> dict[cst.CSTNode, Lines]:
    """The leading lines of statements that stay behind removed ones.

    A comment above a statement goes when the whole paragraph goes that it heads; a section heading (a
    comment with a blank line below it) goes when another heading follows. What stays moves to the next
    statement that stays.
    """
    kept: dict[cst.CSTNode, Lines] = {}
    pending: list[cst.EmptyLine] = []
    first_goes = bool(body) and body[0] in doomed
    for i, statement in enumerate(body):
        lines = _leading(statement)
        if statement in doomed:
            heading, attached = _parts(lines)
            pending += heading
            if not _paragraph_goes(body, i, doomed):
                pending += attached
        elif pending or first_goes:
            own = lines if not first_goes else _without_first_blanks(lines)
            heading, _ = _parts(lines)
            kept[statement] = own if _has_comment(heading) or not _has_comment(pending) else [*pending, *own]
            pending, first_goes = [], False
    return kept


def _leading(statement: cst.BaseStatement) -> Lines:
    return getattr(statement, "leading_lines", ())


def _parts(lines: Lines) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Headings, up to the last blank line that has a comment above it; comments right above the statement."""
    cut = max(
        (i + 1 for i, line in enumerate(lines) if line.comment is None and _has_comment(lines[:i])), default=0
    )
    return list(lines[:cut]), [line for line in lines[cut:] if line.comment is not None]


def _has_comment(lines: Lines) -> bool:
    return any(line.comment is not None for line in lines)


def _without_first_blanks(lines: Lines) -> Lines:
    at = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return lines[at:]


def _paragraph_goes(body: Sequence[cst.BaseStatement], start: int, doomed: Collection[cst.CSTNode]) -> bool:
    """Whether every statement up to the next blank or comment line goes."""
    for statement in body[start + 1 :]:
        if _leading(statement) or isinstance(statement, cst.FunctionDef | cst.ClassDef):
            return True
        if statement not in doomed:
            return False
    return True
