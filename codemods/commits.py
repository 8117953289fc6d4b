"""One git commit for each phase, made of the phases' contents: the user's index and work tree are not used.

The commits are made before anything lands, with an index and a work tree of their own, so that what git
would refuse is refused in time. Only when all has landed, the branch is moved on to them.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from codemods import __version__, files
from codemods.data import MigrationError, Phase
from codemods.find import STATE
from codemods.phases import REPAIR, phases
from codemods.process import git
from codemods.proofs import Proof
from codemods.steps import Contents, work
from codemods.survey import Survey
from codemods.worktree import unfinished

_SECONDS = 120.0
# Nothing of the repository's is to be run, and what reads another index is not to be led astray.
_PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "core.splitIndex=false", "--literal-pathspecs")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that was made: its id and the first line of its message."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Commits one on top of the other, the first of them on ``head``; no branch leads to them yet."""

    head: str
    commits: tuple[Commit, ...]


def chain(
    found: Survey, current: Contents, proven: Sequence[Proof] = (), landed: frozenset[int] = frozenset()
) -> Chain:
    """Make a commit for each phase proven that changes something; with none, say whether that could be done.

    ``current`` are the files concerned as they are now, which have to be as they are committed.
    Raises MigrationError where there is no repository or no commit, in the middle of a rebase or a merge,
    where something is staged, and where git does not know who commits.
    """
    head = _demand_ready(found.root)
    made: list[Commit] = []
    with tempfile.TemporaryDirectory(prefix="classmod-") as folder:
        beside = _beside(found.root, Path(folder))
        beside.git("read-tree", head)
        beside.put(current)
        if changed := beside.git("diff-index", "--cached", "--name-only", "-z", head):
            path = changed.partition("\0")[0]
            raise MigrationError(f"{path}: not as it is committed; with --commit, commit it first")
        for proof in proven:
            if proof.step.changes:
                beside.put({change.path: change.after for change in proof.step.changes})
                title, message = _message(found, proof, landed)
                tree, parent = beside.git("write-tree"), made[-1].id if made else head
                made.append(Commit(beside.git("commit-tree", tree, "-p", parent, "-m", message), title))
    return Chain(head, tuple(made))


def publish(root: Path, made: Chain, paths: Iterable[PurePosixPath]) -> None:
    """Move HEAD on to the commits, with its branch if it is on one; the index follows for ``paths``.

    Raises MigrationError where that fails, after something else has moved it, say.
    """
    if not made.commits:
        return
    done = "landed, but not committed"
    try:
        _git(root, "update-ref", "-m", "classmod apply", "HEAD", made.commits[-1].id, made.head)
        done = "landed and committed, but the index is as before; git reset mends it"
        _git(root, "reset", "--quiet", "--", *map(str, paths))
    except MigrationError as error:
        raise MigrationError(f"{done}: {error}") from error


def _demand_ready(root: Path) -> str:
    """The commit that HEAD is at. Raises MigrationError where nothing can be put on top of it."""
    if not _answers(root, "rev-parse", "--show-toplevel"):
        raise MigrationError(f"{root}: no git repository, so --commit cannot be")
    if what := unfinished(root):
        raise MigrationError(f"{root}: a {what} is in progress; end it before --commit")
    if not _answers(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise MigrationError(f"{root}: there is no commit yet; make one before --commit")
    if not (_answers(root, "var", "GIT_AUTHOR_IDENT") and _answers(root, "var", "GIT_COMMITTER_IDENT")):
        raise MigrationError(f"{root}: git does not know who commits; set user.name and user.email")
    if staged := _git(root, "diff", "--cached", "--name-only", "-z", "HEAD"):
        path = staged.partition("\0")[0]
        raise MigrationError(f"{path}: staged; commit or unstage it before --commit")
    return _git(root, "rev-parse", "HEAD")


def _message(found: Survey, proof: Proof, landed: frozenset[int]) -> tuple[str, str]:
    """The first line, and the whole: what was done, why, and what the gates say of it."""
    done = work(proof.step, landed)
    told = [phase for phase in (REPAIR, *phases(found.spec)) if phase.number in done] or [proof.step.phase]
    title = f"{found.spec.name}: {', '.join(f'phase {phase.number} {phase.name}' for phase in told)}"
    gates = [f"- {v.gate} {v.outcome}: {v.figures}" for v in proof.verdicts] or ["- none ran"]
    lines = [
        *(phase.sentence for phase in told),
        "",
        f"Why: the spec {found.spec.name}. Old names of this phase: {_decided(found, told)}.",
        "",
        "Gates:",
        *gates,
        "",
        f"Made by classmod {__version__}.",
    ]
    return title, "\n".join([title, "", *lines])


def _decided(found: Survey, told: Iterable[Phase]) -> str:
    numbers = {phase.number for phase in told}
    counts = Counter(site.decision for site in found.sites if site.phase in numbers)
    return ", ".join(f"{decision} {number}" for decision, number in sorted(counts.items())) or "none"


# --- git ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Beside:
    """A work tree of our own at ``folder``, with its index, for the repository around ``root``."""

    root: Path
    folder: Path
    repository: str
    prefix: PurePosixPath
    """Where ``root`` is in the work tree."""

    def put(self, contents: Contents) -> None:
        """Bring files to these contents, there and in the index; their modes are those at home."""
        for path, data in contents.items():
            place = self.prefix / path
            if data is None or (self.folder / place).exists() or not (self.root / path).exists():
                files.replace(self.folder, place, data, sync=False)
            else:
                files.copy(self.root, path, self.folder / self.prefix, data)
        self.git("update-index", "--add", "--remove", "--", *(str(self.prefix / path) for path in contents))

    def git(self, *arguments: str) -> str:
        leads = (f"--git-dir={self.repository}", f"--work-tree={self.folder}")
        index = {"GIT_INDEX_FILE": str(self.folder / f"{STATE}.index")}
        return _git(self.folder, *leads, *arguments, env=index)


def _beside(root: Path, folder: Path) -> _Beside:
    prefix = _git(root, "rev-parse", "--show-prefix")
    return _Beside(root, folder, _git(root, "rev-parse", "--absolute-git-dir"), PurePosixPath(prefix))


def _answers(root: Path, *arguments: str) -> bool:
    finished = git(*arguments, cwd=root, timeout=_SECONDS)
    return finished is not None and finished.status == 0


def _git(cwd: Path, *arguments: str, env: Mapping[str, str] = MappingProxyType({})) -> str:
    """What git answers. Raises MigrationError with its words where it fails."""
    finished = git(*_PLAIN, *arguments, cwd=cwd, timeout=_SECONDS, env=env)
    if finished is None or finished.status != 0:
        raise MigrationError(f"git: {(finished and finished.errors.strip()) or 'did not come to its end'}")
    return finished.output.removesuffix("\n")
