"""How the decisions on names are known, in words that summaries and reports share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from codemods.data import Confidence

if TYPE_CHECKING:
    from codemods.hunks import Hunk

_MEANS = {
    (Confidence.PROVEN, False): "a type says so: the class itself, an annotation or mypy",
    (Confidence.INFERRED, False): "in code, a fixture, a constructor call or simple flow says so",
    (Confidence.INFERRED, True): "in words about the hierarchy: documents, docstrings and comments",
    (Confidence.NAMED, False): "in code, only the name says so",
    (Confidence.NAMED, True): "in words, only the name says so",
}
"""How a decision is known, in code or (True) in words."""


class Known(NamedTuple):
    """So many decisions, and how they are known."""

    number: int
    confidence: Confidence
    means: str


def sureness(hunks: Iterable[Hunk]) -> Iterator[Known]:
    """How the decisions behind the hunks are known, each occurrence counted once, the surest first."""
    sites = {site for hunk in hunks for site in hunk.sites}
    counts = Counter((site.confidence, site.prose or site.path.suffix == ".md") for site in sites)
    for known, means in _MEANS.items():
        if counts[known]:
            yield Known(counts[known], known[0], means)
