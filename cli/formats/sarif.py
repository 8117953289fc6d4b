"""A check as SARIF 2.1.0, the format of code scanning."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from cli import __version__
from cli.formats import WARNING, Finding, Report, in_order, plain
from codemods.data import Decision, Note

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_KEEP = (
    "To keep it, end the line with `# classmod: keep -- why`, in Markdown with "
    "`<!-- classmod: keep -- why -->`."
)
_RULES = {
    "old-name": (
        "OldName",
        "An old name is still in use.",
        f"Write the new name that the message gives; `classmod apply` does it. {_KEEP}",
    ),
    "old-declaration": (
        "OldDeclaration",
        "A declaration of an old name is still there.",
        f"Take it out: the root class has it, under the new name; `classmod apply` does it. {_KEEP}",
    ),
    "undecided-name": (
        "UndecidedName",
        "This may be an old name, or another one that looks alike.",
        f"Look whether the object is one of the hierarchy. If it is, write the new name. {_KEEP}",
    ),
}


def shown(report: Report) -> str:
    """One run; what is kept or known is a result that is suppressed."""
    prints = report.fingerprints()
    found = in_order((*report.told, *report.kept, *report.known))
    run = {
        "tool": {"driver": _driver()},
        "automationDetails": {"id": f"classmod/{report.spec}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": int(report.failed),
                "toolExecutionNotifications": [_notification(report, note) for note in report.notes],
            }
        ],
        "results": [_result(report, finding, prints[finding.site]) for finding in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver() -> dict[str, Any]:
    rules = [
        {
            "id": rule,
            "name": name,
            "shortDescription": {"text": short},
            "fullDescription": {"text": f"{short} {_plainly(text)}"},
            "help": {"text": _plainly(text), "markdown": text},
            "defaultConfiguration": {"level": WARNING if rule == "undecided-name" else "error"},
            "properties": {"tags": ["deprecation", "migration"]},
        }
        for rule, (name, short, text) in _RULES.items()
    ]
    return {"name": "classmod", "version": __version__, "semanticVersion": __version__, "rules": rules}


def _plainly(markdown: str) -> str:
    return markdown.replace("`", "")


def _result(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    site = finding.site
    region = {
        "startLine": site.line,
        "startColumn": site.column,
        "endLine": site.line,
        "endColumn": report.ends[finding.site],
    }
    file = _file(report, site.path)
    result = {
        "ruleId": finding.rule,
        "ruleIndex": list(_RULES).index(finding.rule),
        "level": finding.level,
        "message": {"text": plain(finding.message)},
        "locations": [{"physicalLocation": {"artifactLocation": file, "region": region}}],
        "partialFingerprints": {"classmodSite/v1": fingerprint},
    }
    if site.decision is Decision.RENAME:
        replacement = {"deletedRegion": region, "insertedContent": {"text": finding.new}}
        change = {"artifactLocation": file, "replacements": [replacement]}
        what = {"text": f"Write {finding.new}."}
        result["fixes"] = [{"description": what, "artifactChanges": [change]}]
    if finding.excuse:
        # What a pragma keeps is a keep; what the baseline holds is still what it was.
        kind = "inSource" if site.decision is Decision.KEEP else "external"
        result["suppressions"] = [{"kind": kind, "justification": plain(finding.excuse)}]
    return result


def _notification(report: Report, note: Note) -> dict[str, Any]:
    place = {"artifactLocation": _file(report, note.path), "region": {"startLine": note.line}}
    return {
        "level": WARNING,
        "message": {"text": note.text},
        "locations": [{"physicalLocation": place}],
    }


def _file(report: Report, path: PurePosixPath) -> dict[str, str]:
    uri = quote(report.place(path).encode("utf-8", "surrogateescape"))
    return {"uri": uri, "uriBaseId": _ROOT}
