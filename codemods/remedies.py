"""What would settle a doubt, or have a place that stays taken along: the steps a person can take."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.data import Confidence, Decision, Site
from codemods.project import Project
from codemods.rules import ELSEWHERE, HELPERS, SAID, SHARED, Rule
from codemods.subject import Subject
from codemods.threshold import taken

_ATTRIBUTES = frozenset({"read", "write", "delete", "call"})


def remedies(
    project: Project, site: Site, about: Subject, rule: Rule, least: Confidence = Confidence.INFERRED
) -> tuple[str, ...]:
    """The steps, most of them one for each place; none where there is nothing to be settled."""
    if site.decision is Decision.ASK:
        return tuple(_settling(project, site, about, least))
    return tuple(_taking(project, site, about, rule)) if site.decision is Decision.KEEP else ()


def _settling(project: Project, site: Site, about: Subject, least: Confidence) -> Iterator[str]:
    if site.confidence is not Confidence.NAMED and least is Confidence.PROVEN:
        yield f"--confidence {site.confidence} takes it"
        return
    if site.path.suffix == ".md" or site.prose:
        yield f"name the class in front of it, as in Class.{site.name}, or write {site.new} yourself"
    elif project.modules.get(site.path) is None:
        yield "make the file one that Python can read"
    elif site.kind in (*_ATTRIBUTES, "pattern"):
        yield from _typing(project, about)
        if _by_name(project, site):
            yield "--confidence named takes it by its name"
    else:
        yield f"if it names the attribute, write {site.new} yourself"
    pragma = "<!-- classmod: keep -- why -->" if site.path.suffix == ".md" else "# classmod: keep -- why"
    yield f"if it is to stay, end its line with: {pragma}"


def _typing(project: Project, about: Subject) -> Iterator[str]:
    """How the class of a receiver can be made known."""
    classes = [ref for ref in about.known.classes if ref] if about.known else []
    if any(ref in project.roles.of for ref in classes):
        yield f"have {about.text} be of classes of one side only, by its annotation or isinstance()"
    elif base := next(filter(None, map(project.index.classes.unknown_base, classes)), None):
        yield f"have the class {base} in the tree, or one in its place whose source is"
    elif classes:
        yield f"have {about.text} be of a class of the hierarchy, by its annotation or isinstance()"
    else:
        missing = [origin for origin in about.origins if origin.missing]
        for origin in missing:
            yield f"{origin.missing} with its class ({origin.path}:{origin.line})"
        if not missing:
            yield f"give {about.text or 'the receiver'} a class, as with an annotated variable"


def _by_name(project: Project, site: Site) -> bool:
    """Whether it would be taken at the lowest confidence."""
    found = taken(project, Confidence.NAMED).by_path[site.path]
    return any((s.line, s.column, s.decision) == (site.line, site.column, Decision.RENAME) for s in found)


def _taking(project: Project, site: Site, about: Subject, rule: Rule) -> Iterator[str]:
    """What would make the migration take along what it keeps."""
    classes = [ref for ref in about.known.classes if ref] if about.known else []
    names = " and ".join(dict.fromkeys(ref.name for ref in classes))
    if rule is SHARED:
        others = ", ".join(o.name for ref in classes for o in project.roles.shared.get(ref, ()))
        yield f"it is taken along once {others} no longer inherits {names}"
    elif rule is HELPERS:
        yield f"if it is no helper, rename it to {project.spec.renames[site.name]} yourself"
    elif rule is ELSEWHERE and names:
        yield f"it is taken along once {names} inherits {project.root.name}"
    elif rule is SAID:
        yield "if it does speak of the hierarchy, write the new name yourself"
