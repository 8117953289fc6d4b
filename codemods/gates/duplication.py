"""The figure of duplication: client management that more than one sub-base carries.

Of a sub-base count the lines without comments, docstrings and blanks, old names as the new ones, client types
as their type parameter. Client management that is duplicated is every run of such lines that another
sub-base has too and that names a client, a flag or a factory.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods import files
from codemods.data import Change, MigrationError, Outcome, Problem, Verdict
from codemods.gates import Measurement, excess, inconclusive
from codemods.gates.rewording import Rewording
from codemods.scopes import ClassRef, Module
from codemods.text import UnreadableSource, comments, decode, parse, words


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a class: its number in the file, and what it says in new names."""

    number: int
    said: str


@dataclass(frozen=True, slots=True)
class Duplication:
    """The gate, for the classes ``bases``; ``rewording`` gives lines their new names."""

    bases: tuple[ClassRef, ...]
    rewording: Rewording

    @property
    def name(self) -> str:
        return "duplication"

    def measure(self, tree: Path) -> Measurement:
        """Figures: ``lines`` in more than one sub-base. Problems: one for each copy too many."""
        try:
            bodies = {base: self._lines(tree, base) for base in self.bases}
        except (MigrationError, UnreadableSource) as error:
            return Measurement(failure=str(error))
        copies = tuple(self._copies(bodies))
        return Measurement(copies, {"lines": len(copies)})

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse when there are more such lines than before."""
        if failed := inconclusive(self.name, before, after):
            return failed
        was, now = len(before.problems), len(after.problems)
        figures = f"{was} -> {now} lines in more than one sub-base"
        new = excess(after.problems, before.problems) if now > was else ()
        return Verdict(self.name, Outcome.REFUSED if new else Outcome.PASSED, figures, new)

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """The same again: there is nothing to look at twice."""
        return self.compare(before, after, changes)

    def _lines(self, tree: Path, base: ClassRef) -> list[Line]:
        text = decode(files.peek(tree, base.path) or b"")
        ends = {line: column - 1 for line, column in (text.place(start) for start, _ in comments(text))}
        nodes = [found.node for found in Module(base.path, text, parse(text)).classes.get(base.qualname, ())]
        docstrings = {number for node in nodes for inner in ast.walk(node) for number in _docstring(inner)}
        numbers = (n for node in nodes for n in range(node.lineno + 1, (node.end_lineno or 0) + 1))
        said = ((n, text.line(n)[: ends.get(n)].strip()) for n in numbers if n not in docstrings)
        return [Line(number, self.rewording.apply(line)) for number, line in said if line]

    def _copies(self, bodies: Mapping[ClassRef, Sequence[Line]]) -> Iterator[Problem]:
        """Of each line as often as it is duplicated, all but those of the class that has most of them."""
        named = words({*self.rewording.renames.values()})
        lines: dict[str, dict[ClassRef, list[int]]] = {}
        for one in bodies:
            shared = (_shared(bodies[one], bodies[other], named) for other in bodies if other != one)
            for index in sorted({index for found in shared for index in found}):
                line = bodies[one][index]
                lines.setdefault(line.said, {}).setdefault(one, []).append(line.number)
        for said, places in lines.items():
            most = max(places, key=lambda ref: len(places[ref]))
            for ref in places.keys() - {most}:
                for number in places[ref]:
                    message = f"{ref.name} and {most.name} both have: {said}"
                    yield Problem(str(ref.path), number, "duplicate", message, said)


def _shared(one: Sequence[Line], other: Sequence[Line], named: re.Pattern[str]) -> set[int]:
    """The lines of ``one`` that stand in a run that ``other`` has too and that holds a name."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(other):
        places.setdefault(line.said, []).append(index)
    found: set[int] = set()
    for here, line in enumerate(one):
        for there in places.get(line.said, ()) if named.search(line.said) else ():
            for step in (-1, 1):
                a, b = here, there
                while 0 <= a < len(one) and 0 <= b < len(other) and one[a].said == other[b].said:
                    found.add(a)
                    a, b = a + step, b + step
    return found


def _docstring(node: ast.AST) -> range:
    """The lines of the docstring of a class or function."""
    if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return range(0)
    first = node.body[0]
    return range(first.lineno, (first.end_lineno or 0) + 1 if ast.get_docstring(node, False) else 0)
