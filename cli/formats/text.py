"""A check for people: leftovers on stdout, all else on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cli.formats import Finding, Report
from cli.render import counted
from cli.terminal import Line


def shown(report: Report) -> Iterator[Line]:
    """One line for each leftover, and for what counts as one: ``path:line:column: old -> new``."""
    for finding in (*report.leftovers, *(report.asked if report.strict else ())):
        yield Line(f"{_place(finding)}: {finding.site.name} -> {finding.new or 'nothing'}")


def beside(report: Report) -> Iterator[Line]:
    """What nobody but a person can decide and what is wrong with pragmas; then the summary."""
    for finding in () if report.strict else report.asked:
        yield Line(f"{_place(finding)}: warning: {finding.site.name}: {finding.site.reason}", "yellow")
    for note in report.notes:
        yield Line(f"{note.path}:{note.line}: warning: {note.text}", "yellow")
    yield from summary(report)


def summary(report: Report) -> Iterator[Line]:
    """How many there are of each, on a line; before that, what became of the baseline."""
    if report.update:
        yield Line(report.update, "bold")
    yield Line("; ".join(_counts(report)), "bold")


def _counts(report: Report) -> Iterator[str]:
    found = [finding.site for finding in report.leftovers]
    numbers = sorted(Counter(site.phase for site in found).items())
    phases = ", ".join(f"{number} in {report.phases[phase]} (phase {phase})" for phase, number in numbers)
    files = counted(len({site.path for site in found}), "file")
    yield f"{counted(len(found), 'leftover')} in {files}: {phases}" if found else "no leftovers"
    if found:
        yield report.goes
    if report.asked:
        yield f"{len(report.asked)} to decide by hand{', which counts' if report.strict else ''}"
    if report.kept:
        yield f"{len(report.kept)} kept by pragmas"
    if report.known:
        yield f"{len(report.known)} in the baseline"
    if report.gone:
        yield f"the baseline can shrink by {report.gone}: --update-baseline"


def _place(finding: Finding) -> str:
    return f"{finding.site.path}:{finding.site.line}:{finding.site.column}"
