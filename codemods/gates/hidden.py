"""Problems that were there before and that mypy could not see, because it held a value for Any.

A better type uncovers them. They stand in lines the migration does not touch, and what they complain of is
an attribute of an expression that was Any before, which mypy itself is asked. They are told, and they are
no reason to refuse.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Change, Problem
from codemods.patch import split_lines
from codemods.text import UnreadableSource, decode, parse

REVEALED = 'Revealed type is "'
ANY = f'{REVEALED}Any"'


@dataclass(frozen=True, slots=True)
class Question:
    """A problem and the line of the tree before that it stands in."""

    problem: Problem
    line: int


def questions(problems: Iterable[Problem], changes: Iterable[Change]) -> tuple[Question, ...]:
    """The problems that stand in a line as it was before ``changes``."""
    lines = {str(change.path): _unchanged(change) for change in changes}
    found = []
    for problem in problems:
        known = lines.get(problem.path)
        before = problem.line if known is None else known.get(problem.line)
        if before is not None:
            found.append(Question(problem, before))
    return tuple(found)


def _unchanged(change: Change) -> Mapping[int, int]:
    """The lines that a change leaves as they are: number after -> number before, 1-based."""
    before, after = split_lines(change.before or b""), split_lines(change.after or b"")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return {b + i + 1: a + i + 1 for a, b, size in matcher.get_matching_blocks() for i in range(size)}


def with_probes(data: bytes, asked: Iterable[Question]) -> bytes:
    """A file of the tree before with ``reveal_type`` around the owner of each attribute asked about."""
    places = {(question.line, question.problem.column) for question in asked}
    try:
        text = decode(data)
        tree = parse(text)
    except UnreadableSource:
        return data
    owners = {
        (text.ast_offset(o.lineno, o.col_offset), text.ast_offset(o.end_lineno or 0, o.end_col_offset or 0))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (node.lineno, node.col_offset + 1) in places
        for o in (node.value,)
    }
    source = text.text
    for start, end in sorted(owners, reverse=True):
        source = f"{source[:start]}reveal_type({source[start:end]}){source[end:]}"
    return text.encode(source)


def uncovered(asked: Iterable[Question], notes: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems whose every probe in their line revealed Any; none without an answer."""
    revealed = [note for note in notes if note.message.startswith(REVEALED)]
    answers = Counter((note.path, note.line) for note in revealed)
    certain = Counter((note.path, note.line) for note in revealed if note.message == ANY)
    return tuple(
        question.problem
        for question in asked
        for place in ((question.problem.path, question.line),)
        if answers[place] and answers[place] == certain[place]
    )


def by_path(asked: Iterable[Question]) -> Mapping[PurePosixPath, list[Question]]:
    """Questions by the file they are about."""
    found: dict[PurePosixPath, list[Question]] = {}
    for question in asked:
        found.setdefault(PurePosixPath(question.problem.path), []).append(question)
    return found
