"""A program of its own: counts the expressions that mypy holds for Any. ``precision`` starts it.

By the reporter of mypy's ``--any-exprs-report``, which itself would check every file anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codemods.building import built, options_on_a_copy, sources


def main(question: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """For each file that mypy could check, how many of its expressions are Any, and how many there are."""
    # mypy.report cannot be the first of its modules to be imported.
    from mypy.report import AnyExpressionsReporter, Reports

    texts: dict[str, str] = question["texts"]
    options = options_on_a_copy(question, texts)
    given = sources(texts, options)
    result = built([*given.values()], options)
    counted = AnyExpressionsReporter(Reports("", {}), "<memory>")
    found = {}
    for path, source in given.items():
        if tree := result.files.get(source.module):
            counted.on_file(tree, result.files, result.types, options)
            found[path] = counted.counts.get(tree.fullname, (0, 0))
    return found
