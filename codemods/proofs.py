"""Each phase against the gates, in a staging copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from codemods import trials
from codemods.briefing import leaving, renaming, rewording, source_roots
from codemods.causes import causes
from codemods.data import Change, Outcome, Problem, Snapshot, Verdict
from codemods.doing import Doing, Progress
from codemods.gates import Gate, Measurement, listed
from codemods.gates.duplication import Duplication
from codemods.gates.memory import Memory
from codemods.gates.mypy import Mypy
from codemods.gates.precision import Precision
from codemods.phases import REPAIR
from codemods.process import end_all
from codemods.roles import Part
from codemods.staging import Staging
from codemods.steps import Stage, Step, between_stages, differences
from codemods.survey import Origin, Survey, interpreter

GATES = frozenset(
    {"mypy", "precision", "api", "duplication", trials.TESTS, trials.OLD_TESTS, trials.DEPRECATIONS}
    | {trials.COVERAGE, trials.BENCHMARK, trials.CONSTRUCTION, trials.TYPE_CHECK}
)
TYPED = frozenset({"mypy", "precision"})
"""Those that see more when a class that was missing is there."""
READING = frozenset({"api", "duplication"})
"""Those that only read, in this process, and so can do it while others wait for theirs."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A step and what the gates say of it; of a refusal, what we did at the line of each new problem."""

    step: Step
    verdicts: tuple[Verdict, ...]
    causes: Mapping[Problem, tuple[str, ...]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Options:
    """How ``apply`` proves and lands; the switches of the command line.

    ``test_command`` is () where no test is run, ``timeout`` its limit in seconds. ``extra`` are files that
    come into the staging copy though they are out of the tree's scope. ``bench_command`` is timed, () is
    none, and with ``bench`` the construction of the concrete classes and mypy; ``max_slowdown`` is a share.
    With ``coverage``, pytest-cov of the project looks on as its tests run.
    """

    python: Path | None = None
    no_gate: frozenset[str] = frozenset()
    allow_dirty: bool = False
    allow_plugins: bool = False
    partial: bool = False
    commit: bool = False
    test_command: tuple[str, ...] = ()
    timeout: float = 600.0
    max_new_failures: int = 0
    extra: tuple[PurePosixPath, ...] = ()
    bench_command: tuple[str, ...] = ()
    bench: bool = False
    max_slowdown: float = 0.1
    coverage: bool = False


class Workshop:
    """The tree before in a staging copy, which is gone at the end of the ``with`` block, and the mypy gate.

    mypy, where it is wanted, begins to look at once, for it has to know nothing of the phases: they can be
    planned meanwhile. Who measures with ``mypy`` waits for what it has found.
    """

    def __init__(self, found: Survey, start: Origin, options: Options) -> None:
        project = start.project
        self._start = start
        self._memory = found.asked.memory if found.asked else Memory()
        self.staging = Staging(found.root, found.tree, options.extra)
        self.mypy = Mypy(
            self._memory.path,
            source_roots(project),
            interpreter(found.root, options.python),
            rewording(project),
            options.allow_plugins,
            beside=project.beside,
            also=project.tests.path if project.tests else None,
        )
        self._wanted = self.mypy.name not in options.no_gate
        self._stack = ExitStack()

    def __enter__(self) -> Workshop:
        with ExitStack() as stack:
            stack.enter_context(self.staging)
            self.staging.sync(self._start.bare, self._start.files)
            if self._wanted:
                pool = stack.enter_context(ThreadPoolExecutor(1))
                stack.callback(_break_off, pool.submit(self.mypy.measure, self.staging.path))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _break_off(look: Future[Measurement]) -> None:
    while not look.done():
        end_all()
        wait([look], 0.05)


def prove(
    found: Survey,
    start: Origin,
    stages: Sequence[Stage],
    options: Options,
    progress: Progress,
    workshop: Workshop | None = None,
) -> tuple[tuple[Verdict, ...], list[Proof]]:
    """Measure the tree before and after each stage, up to the first that a gate does not let pass.

    ``workshop`` may be at work already, in a copy of the tree before. Answers what the gates found before,
    and a proof for each stage tried.
    """
    proofs: list[Proof] = []
    known = {path for stage in stages for path in stage.contents}
    with ExitStack() as stack:
        workshop = workshop or stack.enter_context(Workshop(found, start, options))
        going = {path for stage in stages for path, data in stage.contents.items() if data is None}
        made = _gates(found, start, options, workshop.mypy, known, going)
        bench = _Bench(workshop.staging, known, progress)
        base = start.bare
        before = bench.measure(made(None, None), base, "before", len(stages))
        baseline = tuple(Verdict(n, _outcome(m), _figures(m), reason=m.failure) for n, m in before.items())
        for left, (step, stage) in zip(
            reversed(range(len(stages))), zip(between_stages(found, stages), stages, strict=True), strict=True
        ):
            changes = differences(base, stage.contents)
            last = stage is stages[-1] and stage.phase is not REPAIR
            gates = made(stage, changes if last else None)
            # What could not be measured before is not compared; only a repair may mend that.
            dead = {n: m for n, m in before.items() if m.failure and stage.phase is not REPAIR}
            tree = {p: data for p, data in {**found.snapshot, **stage.contents}.items() if data is not None}
            title = f"phase {stage.phase.number} {stage.phase.name}"
            alive = [gate for gate in gates if gate.name not in dead]
            after = {**dead, **bench.measure(alive, tree, title, left)}
            verdicts = tuple(bench.judge(g, before[g.name], after[g.name], base, changes) for g in gates)
            if stage.phase is REPAIR:  # the repaired tree is what the phases are compared with
                verdicts, base, before = tuple(_reported(v, after[v.gate]) for v in verdicts), tree, after
            why = causes(start.project.snapshot, stage, verdicts, start.choices.left)
            proofs.append(Proof(step, verdicts, why))
            if not proofs[-1].passed:
                break
    return baseline, proofs


@dataclass(frozen=True)
class _Bench:
    """The staging copy with the gates around it."""

    staging: Staging
    known: set[PurePosixPath]
    progress: Progress

    def measure(
        self, gates: Sequence[Gate], tree: Snapshot, title: str, more: int = 0
    ) -> dict[str, Measurement]:
        """What each gate finds in ``tree``, by its name; every one of them sees the tree as it is.

        ``more`` trees are to be measured after this one.
        """
        self.staging.sync(tree, self.known)
        doing = Doing(title, tuple(gate.name for gate in gates), more=more)
        if gates:
            self.progress(doing)
        found, tree_path = {}, self.staging.path
        with ThreadPoolExecutor(1) as pool:
            aside = {g.name: pool.submit(g.measure, tree_path) for g in gates if g.name in READING}
            for number, gate in enumerate(gates):
                self.progress(replace(doing, at=number))
                seen = aside[gate.name].result() if gate.name in aside else gate.measure(tree_path)
                found[gate.name] = self._mended(gate.name, seen)
        return found

    def _mended(self, name: str, found: Measurement) -> Measurement:
        """The measurement, which is worth nothing where the gate has changed what it was to look at."""
        changed = self.staging.mend()
        if not changed:
            return found
        sources = [path for path in changed if path in self.staging.sources]
        if sources and not found.failure:
            return replace(found, failure=f"while {name} ran, files were changed: {listed(sources)}")
        remark = f"files that {name} changed were put right: {listed(changed)}"
        return replace(found, remarks=(*found.remarks, remark))

    def judge(
        self, gate: Gate, before: Measurement, after: Measurement, base: Snapshot, changes: tuple[Change, ...]
    ) -> Verdict:
        verdict = gate.compare(before, after, changes)
        if verdict.outcome is Outcome.REFUSED:
            self.progress(Doing(f"{gate.name}: a second look at what is new"))
            self.staging.sync(base, self.known)
            verdict = gate.reconsider(before, after, self.staging.path, changes)
            self.staging.mend()
        return replace(verdict, numbers=verdict.numbers or _numbers(before, after))


def _gates(
    found: Survey,
    start: Origin,
    options: Options,
    mypy: Mypy,
    known: set[PurePosixPath],
    going: Collection[PurePosixPath] = (),
) -> Callable[[Stage | None, tuple[Change, ...] | None], list[Gate]]:
    """What gives the gates of a stage that are wanted; of the tree before, where it is None.

    It is told all changes where it is the last stage, which is the one that is timed.
    """
    # griffe takes its time to be imported, and only apply needs it.
    from codemods.gates.api import Api

    project = start.project
    bases = tuple(r for r, role in project.roles.of.items() if role.part is Part.BASE and role.side)
    static: list[Gate] = [
        mypy,
        Precision(mypy, {path: leaving(project, path) for path in known}),
        Api(mypy.source_roots, renaming(project, going)),
        *([] if project.is_user else [Duplication(bases, mypy.rewording)]),
    ]
    command = trials.command(
        options.test_command, found.root, project, mypy.source_roots, known, options.timeout, options.coverage
    )
    tests = (
        trials.Trials(project, command, mypy.rewording, options.max_new_failures) if command.words else None
    )

    def timed(changes: tuple[Change, ...] | None) -> Iterator[Gate]:
        if options.bench_command:
            given = replace(command, words=options.bench_command)
            yield trials.benchmark(given, options.max_slowdown, changes)
        if options.bench:
            yield trials.construction(project, command, mypy.python, options.max_slowdown, changes)
            yield trials.type_check(mypy, options.max_slowdown, changes)

    def gates(stage: Stage | None, changes: tuple[Change, ...] | None) -> list[Gate]:
        every = [*static, *(tests.gates(stage) if tests else ())]
        if changes is not None or stage is None or stage.phase is REPAIR:
            every += timed(changes)
        return [gate for gate in every if gate.name not in options.no_gate]

    return gates


def _outcome(measurement: Measurement) -> Outcome:
    return Outcome.INCONCLUSIVE if measurement.failure else Outcome.PASSED


def _shown(measurement: Measurement) -> dict[str, float]:
    """The figures that are for people."""
    return {n: value for n, value in measurement.figures.items() if n not in ("own_paths", "status")}


def _figures(measurement: Measurement) -> str:
    return ", ".join(f"{value:.0f} {name}" for name, value in _shown(measurement).items())


def _numbers(before: Measurement, after: Measurement) -> dict[str, tuple[float, float]]:
    old, new = ({} if m.failure else _shown(m) for m in (before, after))
    return {name: (old[name], new[name]) for name in old if name in new}


def _reported(verdict: Verdict, after: Measurement) -> Verdict:
    """The verdict on a repair, which refuses nothing for what a missing name had hidden.

    That are problems that types show, and for every gate that there was nothing to be measured before.
    """
    if verdict.outcome is Outcome.REFUSED and verdict.gate in TYPED:
        return replace(verdict, outcome=Outcome.PASSED, reason="uncovered by the repair")
    if verdict.outcome is Outcome.INCONCLUSIVE and not after.failure:
        figures = f"{_figures(after)}, which is what the phases are compared with"
        return replace(verdict, outcome=Outcome.PASSED, figures=figures)
    return verdict
