"""What ``apply`` and ``rollback`` say: why a phase is refused, what the gates found, what landed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from cli.render import changing, counted, noted, phases_told, shown, size, state, titled
from cli.terminal import Line
from codemods.data import Change, Outcome, Phase, Problem, Verdict

if TYPE_CHECKING:
    from codemods.migrate import Proof, Report

_MOST, _MANY = 10, 100  # of the problems that stand in nobody's way, and of those that do
_TESTS_LOST = "tests lost; the plan's limit is 2, the one here --max-new-failures"
_SLOWER = "slower; the plan's limit is 10 %, the one here --max-slowdown"
_TRIGGERS = {
    "mypy": "type errors that are new",
    "tests": _TESTS_LOST,
    "old-tests": _TESTS_LOST,
    "api": "a public API that breaks",
    "benchmark": _SLOWER,
    "construction": _SLOWER,
    "type-check": _SLOWER,
}
"""By the gate that refuses: which of the plan's reasons to roll back it is."""
_OUTCOMES = {Outcome.PASSED: "green", Outcome.REFUSED: "bold red", Outcome.INCONCLUSIVE: "bold yellow"}


def report(done: Report, undo: str) -> Iterator[Line]:
    """What stood in the way first, then the class tree, a line for each phase, and what landed."""
    if done.refused:
        yield from _refusal(done, done.refused)
    yield from _tree(done)
    steps = [proof.step for proof in done.proofs]
    said: set[str] = set()
    for proof in done.proofs:
        yield from _proven(proof, titled(proof.step, steps), said)
    yield Line()
    yield from noted(done.notes)
    yield from changes(done.landed, "landed") if done.landed else [Line("Nothing landed.", "bold")]
    for commit in done.commits:
        yield Line(f"  commit {commit.id[:12]}  {commit.title}")
    if done.landed:
        yield Line(f"Take it back with: {undo}", "dim")


def _proven(proof: Proof, title: str, said: set[str]) -> Iterator[Line]:
    """What the gates say of a phase: beside its title, or on a line each where there are several."""
    several = len(proof.verdicts) > 1
    if several or not proof.verdicts:
        yield Line(title if several else f"{title}  no gate ran")
    width = max((len(verdict.gate) for verdict in proof.verdicts), default=0)
    for verdict in proof.verdicts:
        gate = f"  {verdict.gate:<{width}}" if several else f"{title}  {verdict.gate}"
        yield Line(f"{gate} {verdict.outcome}: {verdict.figures}", _OUTCOMES[verdict.outcome])
        yield from _remarks(verdict, said)


def _remarks(verdict: Verdict, said: set[str]) -> Iterator[Line]:
    """What a gate has to say beside its figures, once; why it refuses stands at the head of the report."""
    if verdict.passed and verdict.reason and (line := f"  {verdict.gate}: {verdict.reason}") not in said:
        said.add(line)
        yield Line(line, "yellow")
    if verdict.passed and (many := len(verdict.new)):
        yield Line(f"  {verdict.gate}: {counted(many, 'problem')}, not held against it:", "yellow")
        yield from _problems(verdict.new)
    if many := len(verdict.uncovered):
        come = f"{counted(many, 'problem')} {'comes' if many == 1 else 'come'} to light"
        blind = f"{verdict.gate} could not see before, for it took a value for Any"
        yield Line(f"  {come} that {blind}:", "yellow")
        yield from _problems(verdict.uncovered)


def _problems(
    problems: Sequence[Problem],
    most: int = _MOST,
    causes: Mapping[Problem, Sequence[str]] = MappingProxyType({}),
) -> Iterator[Line]:
    for problem in problems[:most]:
        yield Line(f"    {problem}")
        yield from (Line(f"      because {cause}", "yellow") for cause in causes.get(problem, ()))
    if len(problems) > most:
        yield Line(f"    and {len(problems) - most} more")


def changes(done: Sequence[Change], verb: str) -> Iterator[Line]:
    """The files written, and a line that counts them."""
    for change in done:
        yield Line(f"  {state(change)}  {change.path}")
    whole = sum((size(change.diff()) for change in done), Counter[str]())
    yield Line(f"{counted(len(done), 'file')} {verb}, {shown(whole)}", "bold")


def _refusal(done: Report, phase: Phase) -> Iterator[Line]:
    yield Line(f"refused: phase {phase.number} {phase.name}", "bold red")
    for proof, verdict in ((p, v) for p in done.proofs for v in p.verdicts if not v.passed):
        why = f": {verdict.reason}" if verdict.reason else ""
        yield Line(
            f"  {verdict.gate} {verdict.outcome}, {counted(len(verdict.new), 'new problem')}{why}", "red"
        )
        yield from _problems(verdict.new, _MANY, proof.causes)
        if verdict.outcome is Outcome.REFUSED and verdict.gate in _TRIGGERS:
            yield Line(f"    trigger for rollback: {_TRIGGERS[verdict.gate]}", "red")
    yield Line()


def _tree(done: Report) -> Iterator[Line]:
    if done.tree:
        yield Line(f"the classes after {phases_told(done.numbers)}", "bold")
    for line in done.tree:
        text = "  " * line.depth + line.after
        yield Line(text, "green" if line.header else "dim", f"  {line.path}{changing(line)}")
    if done.tree:
        yield Line()
