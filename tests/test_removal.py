"""Lines above statements that are taken out: through ``kept_lines`` on a bare block."""

from __future__ import annotations

import libcst as cst
import pytest

from codemods.removal import kept_lines


def without(block: str) -> str:
    """A block without the statements that are called ``gone``."""
    module = cst.parse_module(block)
    doomed = [s for s in module.body if "gone" in cst.Module([s.with_changes(leading_lines=())]).code]
    lines = kept_lines(module.body, doomed)
    body = [
        s.with_changes(leading_lines=lines[s]) if s in lines else s for s in module.body if s not in doomed
    ]
    return module.with_changes(body=body, header=()).code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n\ngone\n\nb\n", "a\n\nb\n"),
        ("a\n\ngone\nb\n", "a\n\nb\n"),
        ("a\ngone\nb\n", "a\nb\n"),
        ("a\ngone\n\nb\n", "a\n\nb\n"),
        ("a\n\n# why\ngone\nb\n", "a\n\n# why\nb\n"),
        ("a\n\n# why\ngone\ngone\n\nb\n", "a\n\nb\n"),
        ("a\n\n# why\ngone\n# and\nb\n", "a\n# and\nb\n"),
        ("a\n\n\n# Part\n\ngone\n\n# Other\n\nb\n", "a\n\n# Other\n\nb\n"),
        ("a\n\n# Part\n\ngone\n\nb\n", "a\n\n# Part\n\nb\n"),
        ("a\n\n# Part\n\ngone\ngone\n", "a\n"),
        ("a\n\n# TODO\n\n# why\ngone\n\n# Other\n\nb\n", "a\n\n# TODO\n\n# Other\n\nb\n"),
        (
            "a\n\n# TODO\n\n# ----\n# Part\n# ----\n\n# why\ngone\n\n# Other\n\nb\n",
            "a\n\n# TODO\n\n# Other\n\nb\n",
        ),
        ("gone\n\nb\n", "b\n"),
        ("gone\n\n# why\nb\n", "# why\nb\n"),
        ("a\n\n# Abstract\n\n@abstractmethod\ndef gone(): ...\n\ndef b(): ...\n", "a\n\ndef b(): ...\n"),
        ("a\n\ndef gone(): ...\ndef b(): ...\n", "a\n\ndef b(): ...\n"),
    ],
)
def test_lines_that_stay(before: str, after: str) -> None:
    assert without(before) == after
