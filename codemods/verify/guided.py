"""The guide: that the code it shows is the project's, and what stands beside it the same in new names."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePosixPath

from codemods.data import Spec
from codemods.generated import is_generated
from codemods.project import Project
from codemods.verify.unproven import Unproven

_FENCE = re.compile(r"```diff\n(.*?)```", re.DOTALL)


def vouched(project: Project, path: PurePosixPath, text: str) -> str:
    """The text of a guide that is right. Raises Unproven where an example is not of this project.

    What the text says in words is not looked at, but that it names every old name and its new one.
    """
    if not is_generated(text.encode()):
        raise Unproven(path, 1, "it does not say that it was generated")
    for old, new in project.spec.renames.items():
        if not (_has(text, old) and _has(text, new)):
            raise Unproven(path, 1, f"it does not tell of {old}")
    places = {*project.by_path, *(ref.path for ref in project.roles.of)}
    read = (project.modules.get(place) for place in places if place.suffix != ".md")
    known = {line for source in read if source for line in _lines(source.text.text)}
    for block in _FENCE.finditer(text):
        _compare(project.spec, path, text.count("\n", 0, block.start()) + 1, block[1], known)
    return text


def _compare(spec: Spec, path: PurePosixPath, line: int, block: str, known: set[str]) -> None:
    shown = [(each[:1], each[1:].strip()) for each in block.splitlines()]
    for mark, code in shown:
        # A header may be put together of several lines.
        if mark != "+" and code and code not in known and not code.startswith("class "):
            raise Unproven(path, line, f"{code} stands nowhere")
    for (mark, old), (after, new) in pairwise([*shown, ("", "")]):
        if (mark == "-") != (after == "+") or (mark == "-" and not _follows(spec, old, new)):
            raise Unproven(path, line, f"{new} is not {old} in new names")


def _follows(spec: Spec, old: str, new: str) -> bool:
    if old.startswith("class "):
        return _head(new) == _head(old)
    words = re.split(r"(\w+)", old)
    return "".join(spec.renames.get(word, word) for word in words) == new


def _head(header: str) -> str:
    """A class header without its type arguments."""
    return re.sub(r"\[.*\]", "", header)


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"\r\n|\r|\n", text)]
