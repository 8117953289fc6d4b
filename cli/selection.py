"""Which of the sites a command speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from codemods.data import Decision, Site, Spec

if TYPE_CHECKING:
    from codemods.survey import Survey


def of_phases(survey: Survey, found: Sequence[Site], phases: tuple[str, ...]) -> Sequence[Site]:
    """The sites of the phases asked for. Raises MigrationError for a phase that no site can have."""
    if not phases:
        return found
    from codemods.phases import BASE, chosen

    numbers = {phase.number for phase in chosen(survey.spec, phases, frozenset({BASE.number}))}
    return [site for site in found if site.phase in numbers]


def phase_names(spec: Spec) -> dict[int, str]:
    """Every phase's name by its number."""
    from codemods.phases import phases

    return {phase.number: phase.name for phase in phases(spec)}


def asked(survey: Survey) -> list[Site]:
    """The sites that only a person can decide."""
    return in_order(site for site in survey.sites if site.decision is Decision.ASK)


def in_order(sites: Iterable[Site]) -> list[Site]:
    """By place."""
    return sorted(sites, key=lambda site: (site.path, site.line, site.column))
