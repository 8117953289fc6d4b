"""The gate of precision: what mypy knows of the files concerned does not get vaguer.

A falling number of errors proves little where values became Any: mypy has nothing to say of those.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from codemods import files
from codemods.data import Change, MigrationError, Outcome, Problem, Verdict
from codemods.gates import Measurement, inconclusive, inside
from codemods.gates.mypy import PYTHON, Mypy
from codemods.text import Text, UnreadableSource, decode, parse

Counts = Mapping[str, tuple[int, int, bool]]
"""By path: expressions that are Any, all of them, and whether the file still goes by an old name."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The gate, with the options and the cache of ``mypy``.

    ``names`` holds, for each file that any phase changes, the old names that are to go from it.
    """

    mypy: Mypy
    names: Mapping[PurePosixPath, frozenset[str]]
    seen: dict[frozenset[tuple[PurePosixPath, str]], Measurement] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return "precision"

    def measure(self, tree: Path) -> Measurement:
        """Facts: the counts of each of the files that is there, as ``mypy --any-exprs-report`` has them."""
        try:
            texts = self._texts(tree)
            key = frozenset((path, text.text) for path, text in texts.items())
            if key not in self.seen:
                self.seen[key] = self._counted(tree, texts)
            return self.seen[key]
        except (MigrationError, UnreadableSource) as error:
            return Measurement(failure=str(error))

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse when Any gets more, in number and in share, over the files concerned.

        Those are the files that ``changes`` change and that no longer go by an old name, which is Any by
        way of the compatibility layer. What gets vaguer elsewhere is told, and new files are told apart.
        """
        if failed := inconclusive(self.name, before, after):
            return failed
        changed = {str(change.path) for change in changes}
        both = {
            path for path in after.facts.keys() & before.facts.keys() & changed if not after.facts[path][2]
        }
        made = after.facts.keys() - before.facts.keys()
        (was, total), (now, whole) = _sum(before.facts, both), _sum(after.facts, both)
        figures = f"{_percent(was, total)} -> {_percent(now, whole)} precise in {_files(len(both))}"
        figures = figures if both else "no file concerned"
        if made:
            figures += f", {_percent(*_sum(after.facts, made))} in {len(made)} new"
        shares = _share(was, total), _share(now, whole)
        numbers = {"% precise in the files concerned": shares} if total and whole else {}
        vaguer = [
            p for p in sorted(after.facts) if p in before.facts and after.facts[p][0] > before.facts[p][0]
        ]
        if now > was and now * total > was * whole:
            new = tuple(_problem(p, before.facts, after.facts) for p in vaguer if p in both)
            return Verdict(self.name, Outcome.REFUSED, figures, new, numbers=numbers)
        told = ", ".join(f"{path} ({before.facts[path][0]} -> {after.facts[path][0]})" for path in vaguer)
        reason = f"more Any in {told}" if told else ""
        return Verdict(self.name, Outcome.PASSED, figures, reason=reason, numbers=numbers)

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """The same again: there is nothing to look at twice."""
        return self.compare(before, after, changes)

    def _texts(self, tree: Path) -> dict[PurePosixPath, Text]:
        """The Python files concerned, as far as they are there and below the source roots."""
        roots = self.mypy.source_roots
        ours = (p for p in sorted(self.names) if p.suffix in PYTHON and any(map(p.is_relative_to, roots)))
        found = {path: files.peek(tree, path) for path in ours}
        return {path: decode(data) for path, data in found.items() if data is not None}

    def _counted(self, tree: Path, texts: Mapping[PurePosixPath, Text]) -> Measurement:
        asked = {str(path): text.text for path, text in texts.items()}
        question = {"texts": asked, "fresh": self.mypy.has_seen(tree)}
        answer = inside.ask("codemods.gates.anys", self.mypy, tree, question) if texts else {}
        if missing := [path for path in texts if str(path) not in answer]:
            return Measurement(failure=f"mypy cannot check {missing[0]}")
        facts = {str(p): (*answer[str(p)], _goes_by(self.names[p], text)) for p, text in texts.items()}
        anys, expressions = _sum(facts, facts)
        return Measurement(figures={"Any": anys, "expressions": expressions}, facts=facts)


def _goes_by(names: frozenset[str], text: Text) -> bool:
    """Whether a file still has an attribute of one of these names."""
    return any(isinstance(node, ast.Attribute) and node.attr in names for node in ast.walk(parse(text)))


def _sum(counts: Counts, paths: Iterable[str]) -> tuple[int, int]:
    """The expressions of some files together: Any, and all."""
    found = [counts[path] for path in paths]
    return sum(count[0] for count in found), sum(count[1] for count in found)


def _percent(anys: int, total: int) -> str:
    return f"{_share(anys, total):.2f} %" if total else "nothing"


def _share(anys: int, total: int) -> float:
    return 100 * (total - anys) / total if total else 0.0


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"


def _problem(path: str, before: Counts, after: Counts) -> Problem:
    (was, total, _), (now, whole, _) = before[path], after[path]
    said = f"{now} of {whole} expressions are Any, before {was} of {total}"
    return Problem(path, 1, "any", said, f"{path} [any]")
