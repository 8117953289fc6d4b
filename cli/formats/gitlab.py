"""A check as GitLab's Code Quality report."""

from __future__ import annotations

import json
from typing import Any

from cli.formats import ERROR, WARNING, Report, plain

_SEVERITY = {ERROR: "major", WARNING: "minor"}


def shown(report: Report) -> str:
    """An array of issues; paths are relative to the root of the repository."""
    prints = report.fingerprints()
    rows: list[dict[str, Any]] = [
        {
            "description": plain(finding.message),
            "check_name": f"classmod/{finding.rule}",
            "fingerprint": prints[finding.site],
            "severity": _SEVERITY[finding.level],
            "location": {
                "path": plain(report.place(finding.site.path)),
                "lines": {"begin": finding.site.line},
            },
        }
        for finding in report.told
    ]
    return json.dumps(rows, indent=2)
