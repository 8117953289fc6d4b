"""The rules of MIGRATION.md that decisions follow, by what a site is and what is known of its receiver."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codemods.choice import LEFT_OUT
from codemods.data import KEPT, Decision, Site
from codemods.known import Known
from codemods.project import Project
from codemods.sides import layer_path


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence of MIGRATION.md, word for word, and the title of the section it stands in."""

    title: str
    sentence: str

    @property
    def link(self) -> str:
        """The section as GitHub links to it."""
        slug = re.sub(r"[^\w\- ]", "", self.title.lower()).replace(" ", "-")
        return f"MIGRATION.md#{slug}"


ATTRIBUTES = Rule("`switch_attributes`", "Switches uses of old attributes.")
STRINGS = Rule("`switch_attributes`", "A string counts as a use where it certainly names such an attribute")
SHARED = Rule(
    "`switch_attributes`",
    "A mixin that classes outside the hierarchy inherit too keeps the old name, for them.",
)
FACTORIES = Rule(
    "`rename_factories`",
    "Renames definitions, overrides and calls of factories, `super()` calls and strings included.",
)
HELPERS = Rule(
    "`rename_factories`",
    "A helper on a private exchange that happens to have a public factory's name stays a helper, "
    "with a note.",
)
LIFTED = Rule(
    "`lift_attributes`",
    "Takes the duplicates below away: a plain `None` or `False` assignment, "
    "and an abstract factory without a body that does something.",
)
WORDS = Rule(
    "`update_docs`", "Brings docstrings, comments and commented-out code to the new names, in phase 6."
)
PAGES = Rule(
    "Phase 6: docs", "Markdown files, docstrings, comments and commented-out code get the new names."
)
TESTS = Rule(
    "Phase 5: tests",
    "In files of tests, what names an attribute or a factory is switched: uses, assignments, "
    "and the strings that mocks and patches are given.",
)
SAID = Rule("`update_docs`", "What a name is said of decides:")
LAYER = Rule(
    "The compatibility layer",
    "Old names keep working; each use warns with a `DeprecationWarning` at the line of the caller.",
)
WRONG_SIDE = Rule("The compatibility layer", "**On the wrong side** a client reads None and a flag False.")
ELSEWHERE = Rule("What is not changed", "Attributes of the same name elsewhere.")
OWN = Rule("What is not changed", "Keys of dictionaries, log and exception texts, local variables")
UNCERTAIN = Rule(
    "What is not changed", "Whatever is uncertain. It stays, and a note gives file, line and reason."
)
CHOSEN = Rule("What is not changed", "What a person keeps on purpose")
ARGUMENTS = Rule("Type arguments", "They are worked out from the code, never listed by name.")

RULES = (
    *(ATTRIBUTES, STRINGS, SHARED, FACTORIES, HELPERS, LIFTED, WORDS, PAGES, TESTS),
    *(SAID, LAYER, WRONG_SIDE, ELSEWHERE, OWN, UNCERTAIN, CHOSEN, ARGUMENTS),
)


def rule_of(project: Project, site: Site, known: Known | None) -> Rule:
    """The rule that the decision for a site follows; ``known`` is what is known of its receiver."""
    spec, page = project.spec, site.path.suffix == ".md"
    if site.decision is Decision.ASK:
        return UNCERTAIN
    if site.decision is Decision.DELETE:
        return LIFTED
    if site.decision is Decision.RENAME:
        if page or site.prose:
            return PAGES if page else WORDS
        if site.phase == spec.tests_phase:
            return TESTS
        if spec.is_factory(site.name):
            return FACTORIES
        return STRINGS if site.kind == "string" else ATTRIBUTES
    if project.roles.migrated and site.path == layer_path(project.index, spec):
        return LAYER
    if site.reason == LEFT_OUT or site.reason.startswith(KEPT):
        return CHOSEN
    return SAID if page or site.prose else _kept(project, site, known)


def _kept(project: Project, site: Site, known: Known | None) -> Rule:
    """Why code keeps an old name: by whose it is."""
    classes = known.classes if known and site.name in project.spec.renames else ()
    if any(ref in project.roles.shared for ref in classes):
        return SHARED
    if any(ref in project.roles.of for ref in classes):
        return HELPERS if project.spec.is_factory(site.name) else WRONG_SIDE
    return ELSEWHERE if classes else OWN
