"""A check as a JUnit report: a suite for each file, a case for each place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from cli.formats import Finding, Report
from cli.terminal import visible

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def shown(report: Report) -> str:
    """XML. What fails the check is a failure, what only a person can decide is skipped unless it fails, too.

    A check that finds nothing is one case that passes.
    """
    return "\n".join((_HEAD, *_suites(report)))


def _suites(report: Report) -> Iterator[str]:
    yield f"<testsuites name={_said('classmod check')} {_totals(report, report.told)}>"
    for path, group in groupby(report.told, key=lambda finding: finding.site.path):
        found, place = list(group), _said(report.place(path))
        yield f"  <testsuite name={place} {_totals(report, found)}>"
        for finding in found:
            site = finding.site
            name = _said(f"{finding.rule} {site.name} at {site.line}:{site.column}")
            yield f'    <testcase name={name} classname={place} file={place} line="{site.line}" time="0">'
            yield f"      {_outcome(report, finding)}"
            yield "    </testcase>"
        yield "  </testsuite>"
    if not report.told:
        yield f"  <testsuite name={_said('classmod check')} {_totals(report, ())}>"
        yield '    <testcase name="no leftovers" classname="classmod" time="0"/>'
        yield "  </testsuite>"
    yield "</testsuites>"


def _outcome(report: Report, finding: Finding) -> str:
    message = _said(finding.message)
    if not report.fails(finding):
        return f"<skipped message={message}/>"
    site = finding.site
    body = f"{report.place(site.path)}:{site.line}:{site.column}: {finding.message}"
    return f'<failure type="{finding.rule}" message={message}>{escape(visible(body), quote=False)}</failure>'


def _totals(report: Report, found: Sequence[Finding]) -> str:
    failures = sum(map(report.fails, found))
    skipped = len(found) - failures
    # Where nothing is found there is one case, which passes.
    return f'tests="{len(found) or 1}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'


def _said(text: str) -> str:
    """A text as the value of an attribute; XML has no form for most controls."""
    return f'"{escape(visible(text))}"'
