"""The phases, by role: what is gated together. The spec names none of them, ``plan`` has the codemods."""

from __future__ import annotations

from codemods.data import MigrationError, Phase, Spec

REPAIR = Phase(0, "repair", "Give a class that was renamed half its old name back, as an alias.")
BASE = Phase(
    1,
    "base",
    "The root becomes generic and declares clients, flags and factories; old names stay as aliases.",
)


def phases(spec: Spec) -> tuple[Phase, ...]:
    """The phases of a migration, in order: base, one for each side, integrations, tests, docs."""
    sides = [
        Phase(spec.phase_of(s.name), s.name, f"Classes of the {s.name} side use the root's clients.")
        for s in spec.sides
    ]
    factories = "Concrete classes use the new factory names; the root's factories become abstract."
    return (
        BASE,
        *sides,
        Phase(spec.integrations_phase, "integrations", factories),
        Phase(spec.tests_phase, "tests", "Tests, mocks and patches use the new names."),
        Phase(spec.docs_phase, "docs", "Docstrings, comments and Markdown speak of the new names."),
    )


def finalizing(spec: Spec) -> Phase:
    """The end of the old names: after all the others, and no part of a migration."""
    sentence = "The compatibility layer goes, and with it what the migration wrote to test and tell of it."
    return Phase(spec.docs_phase + 1, "finalize", sentence)


def chosen(
    spec: Spec, names: tuple[str, ...], landed: frozenset[int] = frozenset(), more: tuple[Phase, ...] = ()
) -> tuple[Phase, ...]:
    """The phases asked for by number or name, of ``more`` too; all of them when none is named.

    Raises MigrationError for a phase that does not exist, and when phase 1 is neither asked for nor landed.
    """
    every = (*phases(spec), *more)
    known = {key: phase for phase in every for key in (str(phase.number), phase.name)}
    if unknown := next((name for name in names if name not in known), None):
        there = ", ".join(f"{p.number} {p.name}" for p in every)
        raise MigrationError(f"there is no phase {unknown}; there are {there}")
    asked = {known[name].number for name in names} if names else {p.number for p in every}
    if 1 not in asked | landed:
        raise MigrationError(
            f"phase {min(asked)} needs phase 1 ({BASE.name}), which is neither landed nor asked for"
        )
    return tuple(p for p in every if p.number in asked)
