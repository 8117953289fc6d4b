"""The tree as a run finds it: what is there, what is landed, and what the migration started from."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from codemods import files, hierarchy, journal, project
from codemods.choice import NOTHING, Choices
from codemods.data import Change, Confidence, Failure, MigrationError, Note, Site, Snapshot, Spec
from codemods.files import Tree
from codemods.foreign import is_foreign
from codemods.gates.memory import Memory
from codemods.hierarchy import Hierarchy
from codemods.leaving import left_out
from codemods.needs import following, needs
from codemods.project import Project
from codemods.questions import fails, failure
from codemods.record import digest_of
from codemods.threshold import taken
from codemods.traced import answers, bare, over
from codemods.workers import FEW, Workers


@dataclass(frozen=True, slots=True)
class Asked:
    """That mypy is asked where a receiver's class is not known; ``python`` is the target's interpreter.

    ``memory`` is that of all who ask mypy in the run.
    """

    python: Path | None = None
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)


@dataclass(frozen=True)
class Survey:
    """What is known of a tree before anything is planned.

    ``project`` is read from the tree as it stands (``repairs`` made); ``landed`` are phases of ours.
    """

    root: Path
    spec: Spec
    tree: Tree
    project: Project
    repairs: tuple[Change, ...] = ()
    landed: frozenset[int] = frozenset()
    asked: Asked | None = None
    doubts: tuple[Note, ...] = ()
    confidence: Confidence = Confidence.INFERRED
    guide: bool = False
    hierarchy: Hierarchy | None = None
    """What stands elsewhere and is only used here; None where the root class is in the tree."""
    sound: Set[PurePosixPath] = frozenset()
    """Files that are known to parse."""
    workers: Workers = field(default_factory=Workers, compare=False)
    """Who does what falls apart into files."""

    @property
    def snapshot(self) -> Snapshot:
        return self.tree.snapshot

    @property
    def sites(self) -> tuple[Site, ...]:
        return self.project.sites

    @property
    def notes(self) -> tuple[Note, ...]:
        return (*self.tree.notes, *self.doubts, *self.project.notes)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Files that Python would not read, those too that nothing else was to be known of."""
        modules, snapshot = self.project.modules, bare(self.snapshot)
        left = {*modules.askable} - modules.failures.keys() - modules.sound - self.sound
        paths = sorted(path for path in left if not is_foreign(path))
        more = self.workers.whole(failure, snapshot, paths, lambda path: path, few=50 * FEW)
        broken = {failure.path: failure for failure in more if failure}
        answers(self.snapshot, fails).update(broken)
        found = {path: self.project.explained(failure) for path, failure in broken.items()}
        found |= {failure.path: failure for failure in self.project.failures}
        return tuple(found[path] for path in sorted(found))


@dataclass(frozen=True)
class Origin:
    """What a plan starts from: the tree without what we have landed, phase 0 made if it is wanted.

    ``files`` holds, for every file landed by us, its bytes before (None: it was not there).
    """

    project: Project
    landed: frozenset[int]
    repairs: tuple[Change, ...]
    files: Mapping[PurePosixPath, bytes | None]
    bare: Snapshot
    """The tree with nothing landed and nothing repaired."""
    choices: Choices = NOTHING
    """What is left out of the plans, and what is written otherwise."""


def survey(
    root: Path,
    spec: Spec,
    *,
    repair: bool = False,
    types: Asked | None = None,
    confidence: Confidence = Confidence.INFERRED,
    guide: bool = False,
    where: str | None = None,
    tree: Tree | None = None,
    sound: Set[PurePosixPath] = frozenset(),
    workers: Workers | None = None,
) -> Survey:
    """Read a tree and find everything there is to know about it; mypy is asked only with ``types``.

    Decisions known less well than ``confidence`` become asks. With ``guide`` plans have the guide in them.
    ``where`` says where the hierarchy is if it is not here (``hierarchy.settled``); None is where it was when
    something was landed. ``tree`` is what ``files.read`` found where that is known, ``sound`` are files of it
    that parse. ``workers`` do what falls apart into files, here and in what is made of the survey.

    A landing that was interrupted is undone first. Raises MigrationError for all that stands in the way.
    """
    if tree is None:
        if root.is_dir():
            journal.recover(root)
        tree = files.read(root)
    landed = journal.read(root)
    where = where or (landed.hierarchy if landed else "")
    python = types.python if types else None
    theirs = hierarchy.read(where, root, tree, interpreter(root, python)) if where else None
    if theirs and (repair or guide):
        raise MigrationError(
            f"--{'repair' if repair else 'guide'} is for the hierarchy's own tree: run it there"
        )
    workers = workers or Workers()
    found, repairs = _project(tree.snapshot, spec, repair, theirs, workers)
    if landed is not None and landed.spec != spec.name:
        raise MigrationError(f"{root}: another spec is landed here: {landed.spec}")
    found, doubtful = doubts_settled(found, root, types)
    phases = frozenset(landed.phases) if landed else frozenset()
    found = taken(found, confidence)
    known = found, repairs, phases, types, doubtful, confidence, guide, theirs, sound, workers
    return Survey(root, spec, tree, *known)


def doubts_settled(found: Project, root: Path, types: Asked | None) -> tuple[Project, tuple[Note, ...]]:
    """The project with what mypy knows, where it is to be asked and there is something to ask."""
    if types is None:
        return found, ()
    from codemods import doubts  # it brings what starts mypy, which most runs do without

    return doubts.settled(found, root, interpreter(root, types.python), types.memory)


def interpreter(root: Path, named: Path | None) -> Path:
    """The target's interpreter: the one named, else that of its ``.venv``, else our own."""
    own = root / ".venv" / "bin" / "python"
    return named or (own.absolute() if own.exists() else Path(sys.executable))


def _project(
    snapshot: Snapshot, spec: Spec, mend: bool, theirs: Hierarchy | None, workers: Workers
) -> tuple[Project, tuple[Change, ...]]:
    repairs: tuple[Change, ...] = ()
    if theirs:
        return project.read(over(snapshot, theirs.snapshot), spec, theirs.tops, workers), repairs
    if mend:
        from codemods import repair

        snapshot, repairs = repair.mend(snapshot, spec)
    return project.read(snapshot, spec, (), workers), repairs


def origin(found: Survey, choices: Choices | None = None) -> Origin:
    """What the plans of this run start from; ``choices`` take the place of those that are landed.

    Where somebody has edited a landed file since, the tree as it is now is a beginning of its own.
    """
    landed = journal.read(found.root)
    if choices is None:
        choices = landed.choices if landed else NOTHING
    choices = replace(choices, guide=choices.guide or found.guide)
    if landed is None or journal.edited_since(found.root):
        start = Origin(found.project, frozenset(), found.repairs, {}, found.snapshot)
        return chosen(start, choices)
    before = landed.originals(found.root)
    bare = {path: data for path, data in found.snapshot.items() if path not in before}
    bare |= {path: data for path, data in before.items() if data is not None}
    mend = 0 in landed.phases or bool(found.repairs)
    mended, repairs = _project(bare, found.spec, mend, found.hierarchy, found.workers)
    mended, _ = doubts_settled(mended, found.root, found.asked)
    mended = taken(mended, found.confidence)
    start = Origin(mended, frozenset(landed.phases), repairs, before, bare)
    return chosen(start, choices)


def chosen(start: Origin, choices: Choices) -> Origin:
    """The same start with these choices; of a file that is not as it was when they were made, none count."""
    same = (p for p in choices.paths if digest_of(start.project.snapshot.get(p)) == choices.digests.get(p))
    valid = choices.within(same)
    if valid.guide:
        start = replace(start, project=replace(start.project, guide=True))
    if not valid.left:
        return replace(start, choices=valid)
    # Another file may need what is left out, and not have been there when that was chosen.
    left = valid.left | following(needs(start.project), valid.left).keys()
    return replace(start, project=left_out(start.project, left), choices=valid)
