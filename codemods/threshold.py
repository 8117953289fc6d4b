"""How sure a decision has to be to be carried out; what falls under that is asked."""

from __future__ import annotations

from dataclasses import replace

from codemods.data import Confidence, Decision, Site
from codemods.declarations import owns
from codemods.layout import is_test
from codemods.project import Project

_RANK = {Confidence.NAMED: 0, Confidence.INFERRED: 1, Confidence.PROVEN: 2}
_ATTRIBUTES = frozenset({"read", "write", "delete", "call"})


def taken(project: Project, least: Confidence) -> Project:
    """The project with only such decisions to change something as are known at least so well.

    At ``named``, an attribute whose receiver is not known is taken by its name, where no class outside
    the hierarchy has one of that name.
    """
    if least is Confidence.INFERRED:  # what the sites are made with
        return project
    by_name = least is Confidence.NAMED
    return replace(
        project, sites=tuple(_named(project, s) if by_name else _asked(s, least) for s in project.sites)
    )


def _asked(site: Site, least: Confidence) -> Site:
    if site.decision not in (Decision.RENAME, Decision.DELETE) or _RANK[site.confidence] >= _RANK[least]:
        return site
    return replace(
        site, decision=Decision.ASK, phase=0, reason=f"{site.reason}, which is {site.confidence} only"
    )


def _named(project: Project, site: Site) -> Site:
    doubtful = site.decision is Decision.ASK and site.kind in _ATTRIBUTES and site.new is not None
    if not doubtful or _elsewhere(project, site.name):
        return site
    phase = project.spec.tests_phase if is_test(site.path) else project.spec.integrations_phase
    reason = f"no class outside the hierarchy has a {site.name}"
    return replace(site, decision=Decision.RENAME, phase=phase, reason=reason)


def _elsewhere(project: Project, name: str) -> bool:
    classes = project.modules.classes_by(name)
    return any(ref not in project.roles.of and owns(project.index.classes, ref, name) for ref in classes)
