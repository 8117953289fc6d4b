"""pytest's JUnit report (``junit_family=xunit1``): what became of each test, as data.

A test is a Problem whose key is pytest's id of the test, whose code is its outcome and whose message says
why it did not pass.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from codemods.data import Problem

PASSED = "passed"
FAILING = frozenset({"failed", "error"})

_WORST = (PASSED, "skipped", "xfailed", "failed", "error")
_LONGEST = 200


def read(report: bytes) -> tuple[Problem, ...]:
    """Every test of a report, once: one that is told of twice (its teardown failed) with what is worse.

    A module that could not be collected is a test with an error. Raises ElementTree.ParseError for a
    report that is cut off.
    """
    found: dict[str, Problem] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):
        test = _test(case)
        first = found.setdefault(test.key, test)
        if _WORST.index(test.code) > _WORST.index(first.code):
            found[test.key] = test
    return tuple(found.values())


def _test(case: Element) -> Problem:
    code, message = PASSED, ""
    for part in case:
        if part.tag in ("failure", "error", "skipped"):
            code = "failed" if part.tag == "failure" else part.tag
            code = "xfailed" if part.get("type") == "pytest.xfail" else code
            message = _reason(part)
    file, classes, name = case.get("file", ""), case.get("classname", ""), case.get("name", "")
    module = ".".join(PurePosixPath(file).with_suffix("").parts) if file else ""
    inner = classes.removeprefix(module).strip(".")
    key = "::".join(part for part in (file, *inner.split("."), name) if part)
    return Problem(file or classes, int(case.get("line", 0)) + 1, code, message, key)


def _reason(part: Element) -> str:
    """The first line of what pytest gives as the reason, or the last of the error where that says nothing."""
    errors = [line[1:].strip() for line in (part.text or "").splitlines() if line.startswith("E ")]
    said = part.get("message", "").strip().splitlines()
    reason = errors[-1] if errors and said in ([], ["collection failure"]) else next(iter(said), "")
    return reason if len(reason) <= _LONGEST else f"{reason[: _LONGEST - 3]}..."
