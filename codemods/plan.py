"""A snapshot and a set of phases give a plan: pure, and always from the tree as it was found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods import documents
from codemods.codemod import Addition, Codemod
from codemods.data import Change, Decision, Edit, Failure, Plan
from codemods.depth import deep
from codemods.foreign import own
from codemods.generated import is_generated
from codemods.phases import finalizing
from codemods.project import Project
from codemods.sides import layer_path
from codemods.source import Source
from codemods.transforms.add_compat import AddCompat
from codemods.transforms.add_generics import AddGenerics
from codemods.transforms.add_guide import AddGuide
from codemods.transforms.add_tests import AddTests
from codemods.transforms.lift_attributes import LiftAttributes
from codemods.transforms.pull_up_duplicates import PullUpDuplicates
from codemods.transforms.remove_compat import RemoveCompat
from codemods.transforms.rename_factories import RenameFactories
from codemods.transforms.switch_attributes import SwitchAttributes
from codemods.transforms.tidy_imports import TidyImports
from codemods.transforms.update_docs import UpdateDocs

CODEMODS: tuple[type[Codemod], ...] = (
    LiftAttributes,
    PullUpDuplicates,
    SwitchAttributes,
    RenameFactories,
    UpdateDocs,
    AddGenerics,
    AddCompat,
    AddTests,
    AddGuide,
    TidyImports,
)
"""In the order in which they change a file: ``TidyImports`` sees what the others made of it."""

REMOVAL: tuple[type[Codemod], ...] = (RemoveCompat, TidyImports)
"""In the file of the root, at the end of the old names."""
_GOES = {
    True: "the old names are gone, and with them what kept them working",
    False: "the migration wrote it for the time of the old names",
}


@deep()
def plan(project: Project, phases: frozenset[int], source: Source | None = None) -> Plan:
    """What the tree becomes when these phases are carried out, and nothing else.

    ``source`` keeps what was made of files between calls for several sets of one project.
    """
    if not phases:
        return Plan(phases, ())
    source = source or Source()
    prepare(project, [phases], source)
    made = [
        source.change(project, path, phases & _relevant(project, path), CODEMODS)
        for path in _concerned(project, phases)
    ]
    changes = [each for each in made if isinstance(each, Change)]
    failures = tuple(each for each in made if isinstance(each, Failure))
    changes += _documents(project, phases)
    changes += [] if project.is_user else _created(project, phases, source)
    return Plan(phases, tuple(sorted(changes, key=lambda c: c.path)), project.notes, failures)


def prepare(project: Project, sets: Iterable[frozenset[int]], source: Source) -> None:
    """Change and add the files for several sets of phases, each once and by all workers of ``source``."""
    wanted: dict[PurePosixPath, dict[frozenset[int], None]] = {}
    sets = [phases for phases in sets if phases]
    for phases in sets:
        for path in _concerned(project, phases):
            wanted.setdefault(path, {})[phases & _relevant(project, path)] = None
    source.prepare(project, wanted, CODEMODS, () if project.is_user else sets)


def _concerned(project: Project, phases: frozenset[int]) -> list[PurePosixPath]:
    """The files a codemod has something to do in."""
    paths = {
        site.path
        for site in project.sites
        if site.phase in phases and site.decision in (Decision.RENAME, Decision.DELETE)
    }
    there = project.arguments.present.given
    paths |= {
        ref.path
        for ref in own(project.index.members)
        if project.roles.of[ref].phase in phases or (ref in there and 1 in phases)
    }
    return sorted(path for path in paths if path.suffix in (".py", ".pyi"))


def _documents(project: Project, phases: frozenset[int]) -> list[Change]:
    made = (
        documents.change(path, project.snapshot[path], (s for s in sites if s.phase in phases))
        for path, sites in project.by_path.items()
        if path.suffix == ".md"
    )
    return [change for change in made if change is not None]


def _relevant(project: Project, path: PurePosixPath) -> frozenset[int]:
    """The phases that make a difference to a file: those of its sites, its classes and their bases."""
    of = project.roles.of
    inside = project.members_in.get(path, ())
    lines = [of[r].phase for ref in inside for r in project.index.lineage(ref)]
    root = [project.spec.integrations_phase] if project.root in inside else []
    return frozenset(
        (*(s.phase for s in project.by_path.get(path, ())), *lines, *root, *project.of_copies(path))
    )


def _created(project: Project, phases: frozenset[int], source: Source) -> list[Change]:
    made = source.added(project, phases, CODEMODS)
    return [
        Change(path, there, a.text.encode(), (_rewritten(path, there, a),))
        for path, a in made.items()
        if a.phase in phases and a.text.encode() != (there := project.snapshot.get(path))
    ]


def _rewritten(path: PurePosixPath, there: bytes | None, addition: Addition) -> Edit:
    """The edit that makes a whole file what it is to be; one that is there is ours, as ``creates`` says."""
    end = len((there or b"").decode())
    return Edit(path, 0, end, addition.text, addition.phase, (addition.reason,))


@deep()
def removal(project: Project) -> Plan:
    """What a migrated tree becomes at the end of the old names; nothing where there is no layer any more."""
    number, root = finalizing(project.spec).number, project.modules.get(project.root.path)
    assert root is not None, "the root was found in it"
    made = Source().change(project, project.root.path, frozenset({number}), REMOVAL)
    changes = [made] if isinstance(made, Change) else []
    for path in going(project):
        data, length = project.snapshot[path], len(documents.read(project.snapshot[path]).text)
        reason = _GOES[path == layer_path(project.index, project.spec)]
        changes.append(Change(path, data, None, (Edit(path, 0, length, "", number, (reason,)),)))
    failures = (made,) if isinstance(made, Failure) else ()
    changes.sort(key=lambda change: change.path)
    return Plan(frozenset({number}), tuple(changes), project.notes, failures)


def going(project: Project) -> tuple[PurePosixPath, ...]:
    """The files that go: the layer, and what the migration has written to test and tell of it."""
    layer = layer_path(project.index, project.spec)
    return tuple(sorted(p for p, data in project.snapshot.items() if p == layer or is_generated(data)))
