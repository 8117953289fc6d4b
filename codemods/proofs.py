"""Each phase against the gates, in a staging copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from codemods import trials
from codemods.causes import causes
from codemods.choice import LEFT_OUT
from codemods.data import Change, Decision, Outcome, Problem, Snapshot, Verdict
from codemods.declarations import is_test
from codemods.doing import Doing, Progress
from codemods.foreign import own
from codemods.gates import Gate, Measurement, listed
from codemods.gates.cache import Cache
from codemods.gates.deprecations import pattern
from codemods.gates.duplication import Duplication
from codemods.gates.mypy import PYTHON, Mypy
from codemods.gates.precision import Precision
from codemods.gates.rewording import Rewording
from codemods.phases import REPAIR
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef
from codemods.sides import layer_path
from codemods.staging import Staging
from codemods.steps import Stage, Step, between_stages, differences
from codemods.survey import Origin, Survey, interpreter

if TYPE_CHECKING:
    from codemods.gates.api import Renaming

GATES = frozenset(
    {"mypy", "precision", "api", "duplication", trials.TESTS, trials.OLD_TESTS, trials.DEPRECATIONS}
    | {trials.COVERAGE, trials.BENCHMARK, trials.CONSTRUCTION, trials.TYPE_CHECK}
)
TYPED = frozenset({"mypy", "precision"})
"""Those that see more when a class that was missing is there."""


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


def prove(
    found: Survey, start: Origin, stages: Sequence[Stage], options: Options, progress: Progress
) -> tuple[tuple[Verdict, ...], list[Proof]]:
    """Measure the tree before and after each stage, up to the first that a gate does not let pass.

    Answers what the gates found before, and a proof for each stage tried.
    """
    proofs: list[Proof] = []
    known = {path for stage in stages for path in stage.contents}
    with ExitStack() as stack:
        staging = stack.enter_context(Staging(found.root, found.tree, options.extra))
        cache = found.asked.cache if found.asked else Cache()
        going = {path for stage in stages for path, data in stage.contents.items() if data is None}
        made = _gates(found, start, options, cache.path, known, going)
        bench = _Bench(staging, known, progress)
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
        found = {}
        for number, gate in enumerate(gates):
            self.progress(replace(doing, at=number))
            found[gate.name] = self._mended(gate.name, gate.measure(self.staging.path))
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
    cache: Path,
    known: set[PurePosixPath],
    going: Collection[PurePosixPath] = (),
) -> Callable[[Stage | None, tuple[Change, ...] | None], list[Gate]]:
    """What gives the gates of a stage that are wanted; of the tree before, where it is None.

    It is told all changes where it is the last stage, which is the one that is timed.
    """
    # griffe takes its time to be imported, and only apply needs it.
    from codemods.gates.api import Api

    project = start.project
    roots = tuple(sorted({*map(project.modules.root_of, _homes(project))}))
    python, rewording = interpreter(found.root, options.python), _rewording(project)
    written = project.tests.path if project.tests else None
    mypy = Mypy(cache, roots, python, rewording, options.allow_plugins, beside=project.beside, also=written)
    bases = tuple(r for r, role in project.roles.of.items() if role.part is Part.BASE and role.side)
    static: list[Gate] = [
        mypy,
        Precision(mypy, {path: _leaving(project, path) for path in known}),
        Api(roots, renaming(project, going)),
        *([] if project.is_user else [Duplication(bases, rewording)]),
    ]
    command = trials.command(
        options.test_command, found.root, project, roots, known, options.timeout, options.coverage
    )
    tests = trials.Trials(project, command, rewording, options.max_new_failures) if command.words else None

    def timed(changes: tuple[Change, ...] | None) -> Iterator[Gate]:
        if options.bench_command:
            given = replace(command, words=options.bench_command)
            yield trials.benchmark(given, options.max_slowdown, changes)
        if options.bench:
            yield trials.construction(project, command, python, options.max_slowdown, changes)
            yield trials.type_check(mypy, options.max_slowdown, changes)

    def gates(stage: Stage | None, changes: tuple[Change, ...] | None) -> list[Gate]:
        every = [*static, *(tests.gates(stage) if tests else ())]
        if changes is not None or stage is None or stage.phase is REPAIR:
            every += timed(changes)
        return [gate for gate in every if gate.name not in options.no_gate]

    return gates


def _homes(project: Project) -> set[PurePosixPath]:
    """The files whose source roots are proven: the hierarchy's, or what uses it where it is elsewhere."""
    if not project.is_user:
        return {ref.path for ref in project.index.members}
    homes = {*(ref.path for ref in own(project.index.members)), *project.by_path}
    homes = {path for path in homes if path.suffix in PYTHON}
    return {path for path in homes if not is_test(path)} or homes


def _leaving(project: Project, path: PurePosixPath) -> frozenset[str]:
    """The old names that are to go from the code of a file, those too that are left out of it by choice."""
    going = (Decision.RENAME, Decision.DELETE)
    return frozenset(
        site.name
        for site in project.by_path.get(path, ())
        if (site.decision in going or site.reason == LEFT_OUT) and not site.prose
    )


def renaming(project: Project, going: Collection[PurePosixPath] = ()) -> Renaming:
    """What the api gate is told of a migration, in which these files go."""
    from codemods.gates.api import Renaming

    def dotted(ref: ClassRef) -> str:
        return f"{project.modules.dotted(ref.path)}.{ref.qualname}"

    spec, of, shared = project.spec, project.roles.of, project.roles.shared
    layer = ClassRef(layer_path(project.index, spec), spec.compatibility.class_name)
    serving = (r for r, role in of.items() if role.part in (Part.MIXIN, Part.PROTOCOL) and r not in shared)
    members = frozenset(map(dotted, project.index.members))
    adopted, gone = frozenset(map(dotted, serving)), frozenset(map(str, going))
    # What another tree's classes answer to is their matter: there each old name has its new one.
    base = "" if project.is_user else dotted(layer)
    return Renaming(dotted(project.root), base, members, adopted, spec.renames, gone)


def _rewording(project: Project) -> Rewording:
    arguments = project.arguments
    tokens = {ref.name: parameter for ref, parameter in arguments.clients.items()}
    for parameter in project.spec.type_parameters:
        names = (parameter.name, parameter.bound.rpartition(".")[2], *parameter.variables.values())
        tokens |= dict.fromkeys((*names, *parameter.unions.values()), parameter.name)
    tokens |= {ref.name: v.name for v in arguments.variables for ref in v.bounds if ref.name not in tokens}
    members = frozenset(ref.name for ref in project.index.members)
    announced = pattern(project.spec.compatibility)
    return Rewording(project.spec.renames, members, tokens, announced)


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
