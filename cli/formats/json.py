"""A check for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cli.formats import Finding, Report


def shown(report: Report) -> str:
    """One object; paths are relative to PATH."""
    prints = report.fingerprints()
    lists: dict[str, Sequence[Finding]] = {
        "leftovers": report.leftovers,
        "warnings": report.asked,
        "kept": report.kept,
        "baseline": report.known,
    }
    rows = {
        name: [_row(each, report.ends[each.site], prints[each.site]) for each in found]
        for name, found in lists.items()
    }
    notes = [{"path": str(n.path), "line": n.line, "text": n.text} for n in report.notes]
    by_phase = sorted(Counter(finding.site.phase for finding in report.leftovers).items())
    counts = {
        **{name: len(found) for name, found in lists.items()},
        "files": len({finding.site.path for finding in report.leftovers}),
        "phases": {report.phases[phase]: number for phase, number in by_phase},
        "gone": report.gone,
        "sunset": report.goes,
        "status": int(report.failed),
    }
    return json.dumps({**rows, "notes": notes, "summary": counts}, indent=2)


def _row(finding: Finding, end: int, fingerprint: str) -> dict[str, Any]:
    site = finding.site
    return {
        "path": str(site.path),
        "line": site.line,
        "column": site.column,
        "end_column": end,
        "name": site.name,
        "new": finding.new or None,
        "kind": site.kind,
        "decision": site.decision,
        "confidence": site.confidence,
        "reason": site.reason,
        "phase": site.phase or None,
        "level": finding.level,
        "rule": finding.rule,
        "message": finding.message,
        "excuse": finding.excuse or None,
        "fingerprint": fingerprint,
    }
