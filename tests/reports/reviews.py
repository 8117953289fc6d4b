"""Reviews that are made up: as large as one wants, and as hostile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from cli.reports import Overview
from codemods.data import Change, Confidence, Decision, Note, Outcome, Phase, Problem, Site, Verdict
from codemods.hunks import Hunk, Reason, hunks
from codemods.migrate import Report
from codemods.proofs import Proof
from codemods.reviewed import FileReview, PhaseReview, Review, TreeLine
from codemods.steps import Step

PHASES = (
    Phase(1, "base", "The root becomes generic."),
    Phase(2, "left", "Classes of the left side use it."),
    Phase(3, "docs", "Words speak of the new names."),
)
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}`|@you\u202e\x1b[31m]]>&amp;"


def file(path: str, number: int, name: str = "_old", reason: str = "receiver is self in Shop") -> FileReview:
    """A file with ``number`` hunks, its first with a note and with a place to decide."""
    place = PurePosixPath(path)
    lines = [f"def method_{n}(self):  # {name} {n // 10}" for n in range(number * 10)]
    renamed = [line.replace(name, "_new") if n % 10 == 4 else line for n, line in enumerate(lines)]
    change = Change(place, _joined(lines), _joined(renamed))
    made = [_explained(each, name, reason) for each in hunks(change, 1, (), ())]
    return FileReview(change, tuple(made), (Note(place, 1, f"{reason}; a note"),))


def _joined(lines: Sequence[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _explained(hunk: Hunk, name: str, reason: str) -> Hunk:
    from dataclasses import replace

    line = hunk.before[3]
    confidence = list(Confidence)[hunk.number % 3]
    site = Site(hunk.path, line, 9, name, "read", Decision.RENAME, "_new", confidence, reason, 1)
    told = (Reason(reason, line, False, name, "_new", confidence), Reason(f"{reason}, too", line))
    first = hunk.number == 1
    asked = (replace(site, decision=Decision.ASK, new=None),) if first else ()
    return replace(
        hunk, reasons=told, sites=(site,), asked=asked, notes=(Note(hunk.path, line, reason),) * first
    )


def tree(number: int, name: str = "Class") -> tuple[TreeLine, ...]:
    """A root and classes below it, three deep; every other header changes, or else the body."""
    path = PurePosixPath("pkg/file_0.py")
    root = TreeLine(0, f"{name}0", path, f"class {name}0(ABC)", f"class {name}0(Generic[T, U], ABC)")
    below = [
        TreeLine(
            1 + n % 3,
            f"{name}{n}",
            path,
            f"class {name}{n}({name}0)",
            f"class {name}{n}({name}0[A, B])" if n % 2 else f"class {name}{n}({name}0)",
            1 + 3 * n,
            body=not n % 2,
        )
        for n in range(1, number)
    ]
    return (root, *_without_gaps(below))


def _without_gaps(lines: Sequence[TreeLine]) -> Sequence[TreeLine]:
    from dataclasses import replace

    made, depth = [], 0
    for line in lines:
        depth = min(line.depth, depth + 1)
        made.append(replace(line, depth=depth))
    return made


def overview(
    files: int = 6,
    number: int = 3,
    *,
    evil: str = "",
    classes: int = 7,
    done: bool = False,
    passed: bool = True,
) -> Overview:
    """``files`` of ``number`` hunks each, in three phases; ``evil`` is in everything that is text."""
    name, reason = (evil, evil) if evil else ("_old", "receiver is self in Shop")
    made = [file(f"pkg/{evil.replace('/', '')}file_{n}.py", number, name, reason) for n in range(files)]
    thirds = [made[n::3] for n in range(3)]
    phases = tuple(PhaseReview(p, tuple(each)) for p, each in zip(PHASES, thirds, strict=True))
    far = Note(PurePosixPath(f"docs/{evil.replace('/', '')}"), 3, f"{reason}: far from it all")
    shown = Review(phases, tree(classes, f"Class{evil}"), (far,), (), frozenset({1, 2, 3}))
    return Overview(f"shop{evil}", f"spec{evil}", shown, report(shown, evil, passed=passed) if done else None)


def report(shown: Review, evil: str, *, passed: bool) -> Report:
    """What ``apply`` might have said of it; without ``passed`` the second phase is refused."""
    proofs = []
    for phase in shown.phases[: 3 if passed else 2]:
        ends = passed or phase.phase.number == 1
        changes = tuple(each.change for each in phase.files)
        path = str(changes[0].path) if changes else "x.py"
        problem = Problem(path, 5, f"code{evil}", f"has no attribute{evil}", "key")
        outcome = Outcome.PASSED if ends else Outcome.REFUSED
        mypy = Verdict(
            f"mypy{evil}",
            outcome,
            f"6 -> 5 errors{evil}",
            () if ends else (problem,),
            (problem,),
            f"because{evil}",
            numbers={f"errors{evil}": (6.0, 6.0 - phase.phase.number), "files": (1200, 12345)},
        )
        causes = {} if ends else {problem: (f"pkg/a.py:5 _old became _new{evil}",)}
        proofs.append(Proof(Step(phase.phase, changes), (mypy, Verdict("api", outcome, "3 objects")), causes))
    baseline = (Verdict("mypy", Outcome.PASSED, f"6 errors{evil}"),)
    landed = tuple(change for proof in proofs for change in proof.step.changes) if passed else ()
    return Report(baseline, tuple(proofs), landed, None if passed else shown.phases[1].phase)
