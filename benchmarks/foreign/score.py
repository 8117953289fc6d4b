"""How right the decisions are on a foreign code base, place by place.

``python -m benchmarks.foreign.score --target DIR`` reads a checkout of what ``hummingbot.json`` names and
prints a line without types and one with mypy's, each with the places that are wrong or silently missed. The
labels come from reading the code, never from a run: ``change`` where the name is to change, ``keep`` where it
is to stay, ``either`` where both are right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RIGHT = {"change": ("rename", "delete"), "keep": ("keep",), "either": ("rename", "delete", "keep")}

Found = Mapping[str, Any]
"""A place as JSON has it: path, line, column, name, and a decision (of a site) or a label."""
Place = tuple[str, int, int, str]


@dataclass(frozen=True, slots=True)
class Score:
    """The labelled places by what became of them, each in one of the first four.

    ``missed`` are those that should change and neither do nor are asked about, or are not listed.
    ``unlabelled`` are sites that no label is for: the tree is another one than the labels are for.
    """

    right: tuple[Place, ...]
    asked: tuple[Place, ...]
    missed: tuple[Place, ...]
    false_edits: tuple[Place, ...]
    unlabelled: tuple[Place, ...]
    to_change: int

    @property
    def silent(self) -> float:
        """The share of the places to change that are silently missed, 0 to 1."""
        return len(self.missed) / self.to_change if self.to_change else 0.0

    def __str__(self) -> str:
        told = (
            f"{self.to_change} places to change: {len(self.false_edits)} false edits, "
            f"{len(self.missed)} silently missed ({self.silent:.2%}), "
            f"{len(self.asked)} asked, {len(self.right)} right"
        )
        return f"{told}; {len(self.unlabelled)} sites without a label" if self.unlabelled else told


def score(sites: Iterable[Found], labels: Iterable[Found]) -> Score:
    """What became of every labelled place; ``sites`` and ``labels`` are as their JSON has them.

    Raises KeyError for a label that is none of the three.
    """
    decided = {_place(site): str(site["decision"]) for site in sites}
    wanted = {_place(label): str(label["label"]) for label in labels}
    by: dict[str, list[Place]] = {"right": [], "asked": [], "missed": [], "false_edits": []}
    for place, label in wanted.items():
        by[_outcome(decided.get(place, "keep"), label)].append(place)
    return Score(
        **{what: tuple(sorted(places)) for what, places in by.items()},
        unlabelled=tuple(sorted(decided.keys() - wanted.keys())),
        to_change=sum(label == "change" for label in wanted.values()),
    )


def _outcome(decision: str, label: str) -> str:
    if decision in RIGHT[label]:
        return "right"
    if decision == "ask":
        return "asked"
    return "missed" if label == "change" else "false_edits"


def _place(found: Found) -> Place:
    return str(found["path"]), int(found["line"]), int(found["column"]), str(found["name"])


def labels(name: str = "hummingbot") -> list[Found]:
    """The labelled places of a job."""
    places: list[Found] = json.loads((HERE / f"{name}.json").read_text("utf-8"))["places"]
    return places


def scored(target: Path, *, types: bool, name: str = "hummingbot") -> Score:
    """The score of a job on a checkout, with mypy's types or without.

    Raises MigrationError as ``survey`` does.
    """
    from codemods import spec, survey

    asked = survey.Asked() if types else None
    found = survey.survey(target, spec.load(HERE / f"{name}.toml"), types=asked)
    sites = [
        {"path": s.path, "line": s.line, "column": s.column, "name": s.name, "decision": s.decision}
        for s in found.sites
    ]
    return score(sites, labels(name))


def main(arguments: list[str] | None = None) -> dict[str, Score]:
    """Print the scores of a checkout, and give them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foreign.score", description=__doc__)
    parser.add_argument("--target", type=Path, required=True, help="a checkout of what the labels are for")
    target = parser.parse_args(arguments).target
    found = {what: scored(target, types=what == "mypy's types") for what in ("no types", "mypy's types")}
    for what, one in found.items():
        sys.stdout.write(f"{what}: {one}\n")
        for word, places in (("wrong", one.false_edits), ("missed", one.missed)):
            sys.stdout.writelines(f"  {word} {p}:{line}:{column} {old}\n" for p, line, column, old in places)
    return found


if __name__ == "__main__":
    main()
