"""What is measured, a module for each group of goals: its ``parts`` are done one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks.bench import Bench, Part
from benchmarks.groups import applying, cache, feel, finding, growth, jobs, quality, types

GROUPS: Mapping[str, Callable[[Bench], Iterator[Part]]] = {
    "find": finding.parts,
    "types": types.parts,
    "apply": applying.parts,
    "growth": growth.parts,
    "jobs": jobs.parts,
    "cache": cache.parts,
    "feel": feel.parts,
    "quality": quality.parts,
}
