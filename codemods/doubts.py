"""What is left in doubt is asked of mypy, and only that: without a doubt it is not started."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from codemods import sites
from codemods.data import Confidence, Decision, Note
from codemods.foreign import own
from codemods.gates.memory import Memory
from codemods.known import Known
from codemods.project import Project
from codemods.receivers import Answers, Oracle, Question

_HERE = PurePosixPath()
_ATTRIBUTES = frozenset({"read", "write", "delete", "call"})


def settled(
    project: Project, root: Path, python: Path | None, memory: Memory | None = None
) -> tuple[Project, tuple[Note, ...]]:
    """The project with the types of the receivers that were not known; ``root`` holds its tree.

    ``memory`` is what mypy knows already. Where mypy fails the doubts stay, and a note says why.
    """
    questions = _questions(project)
    if not questions:
        return project, ()
    modules = project.modules
    homes = (*questions, *(ref.path for ref in own([project.root])))
    roots = tuple(sorted({*map(modules.root_of, homes)}))
    memory = memory or Memory()
    oracle = Oracle(memory.path, roots, python or Path(sys.executable), beside=project.beside)
    answers = oracle.ask(root, project.snapshot, questions)
    if answers.failure and memory.forget():
        answers = oracle.ask(root, project.snapshot, questions)
    memory.has_read(answers.read)
    if answers.failure:
        return project, (
            Note(_HERE, 1, f"mypy was not of help with {_counted(questions)}: {answers.failure}"),
        )
    types = _known(answers, project)
    found = sites.find(project.index, project.roles, project.spec, types)
    return replace(project, sites=found, types=types), ()


def _questions(project: Project) -> dict[PurePosixPath, list[Question]]:
    """The attributes in doubt, with the others of their name in the same line, which mypy must tell apart."""
    doubts = {
        (s.path, s.line, s.name)
        for s in project.sites
        if s.decision is Decision.ASK and s.kind in _ATTRIBUTES and s.path.suffix != ".md"
    }
    found: dict[PurePosixPath, list[Question]] = {}
    for site in project.sites:
        if (site.path, site.line, site.name) in doubts and site.kind in (*_ATTRIBUTES, "declaration"):
            found.setdefault(site.path, []).append((site.line, site.column, site.name))
    return found


def _known(answers: Answers, project: Project) -> Mapping[tuple[PurePosixPath, int, int], Known]:
    return {
        place: Known(
            answer.homes if answer.complete else (*answer.homes, None),
            Confidence.PROVEN,
            answer.reason.removeprefix("receiver is "),
        )
        for place, answer in answers.by_place.items()
        # Of a class outside and perhaps others nothing is known; a mock may stand for anything.
        if answer.complete or any(ref in project.roles.of for ref in answer.homes if ref)
    }


def _counted(questions: Mapping[PurePosixPath, list[Question]]) -> str:
    number = sum(map(len, questions.values()))
    return f"{number} place{'s' * (number != 1)} whose class is not known"
