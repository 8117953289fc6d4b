"""A check as workflow commands of GitHub Actions, which make annotations of them.

``::error file=a.py,line=1,col=2,endColumn=5,title=old name::message``
"""

from __future__ import annotations

from collections.abc import Iterator

from cli.formats import WARNING, Report
from cli.terminal import visible

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def shown(report: Report) -> str:
    """A line for each; paths are relative to the root of the repository."""
    return "\n".join(_commands(report))


def _commands(report: Report) -> Iterator[str]:
    for finding in report.told:
        site = finding.site
        place = {"file": report.place(site.path), "line": site.line, "endLine": site.line}
        columns = {"col": site.column, "endColumn": report.ends[finding.site]}
        title = f"classmod {finding.rule}: {site.name}"
        yield _command(finding.level, {**place, **columns, "title": title}, finding.message)
    for note in report.notes:
        place = {"file": report.place(note.path), "line": note.line, "title": "classmod pragma"}
        yield _command(WARNING, place, note.text)


def _command(level: str, properties: dict[str, object], message: str) -> str:
    said = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items())
    return visible(f"::{level} {said}::{message.translate(_DATA)}")
