"""JUnit reports by the grammar that Jenkins, GitLab and pytest share, and read as pytest's are."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from codemods.gates import junit
from tests.checks import Check, nested

COUNTS = {"tests", "failures", "errors", "skipped", "time"}
GRAMMAR = {
    # element: its parent, the attributes it must have, those it may have
    "testsuites": ("", {"name"}, COUNTS),
    "testsuite": ("testsuites", {"name", "tests"}, COUNTS | {"hostname", "id", "package", "timestamp"}),
    "testcase": ("testsuite", {"name", "classname"}, {"assertions", "file", "line", "status", "time"}),
    "failure": ("testcase", {"type", "message"}, set[str]()),
    "skipped": ("testcase", {"message"}, {"type"}),
}


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return nested(tmp_path)


def report(check: Check, *options: str) -> Element:
    root = ElementTree.fromstring(check("--format", "junit", *options).stdout.encode())
    demand(root, "")
    for element in (root, *root):
        cases = [*element.iter("testcase")]
        outcomes = [child.tag for case in cases for child in case]
        assert int(element.attrib["tests"]) == len(cases)
        assert int(element.attrib["failures"]) == outcomes.count("failure")
        assert int(element.attrib["skipped"]) == outcomes.count("skipped")
    return root


def demand(element: Element, parent: str) -> None:
    above, required, allowed = GRAMMAR[element.tag]
    assert above == parent
    assert required <= element.attrib.keys() <= required | allowed
    for child in element:
        demand(child, element.tag)


def test_noop_clean(check: Check) -> None:
    (suite,) = report(check, "--path", "boxes.py")

    assert [(case.attrib["name"], len(case)) for case in suite] == [("no leftovers", 0)]


def test_suites_are_files_and_cases_places(check: Check) -> None:
    root = report(check)

    assert [suite.attrib["name"] for suite in root] == [
        "a b/doc.md",
        "a b/left.py",
        "a b/use.py",
        "a b/use.pyi",
    ]
    cases = [(c.attrib["name"], c.attrib["file"], c.attrib["line"], c[0].tag) for c in root[2]]
    assert cases == [
        ("old-name _left_box at 5:10", "a b/use.py", "5", "failure"),
        ("undecided-name _left_box at 6:11", "a b/use.py", "6", "skipped"),
    ]
    said = root[2][0][0]
    assert "write _box" in said.attrib["message"]
    assert said.text == f"a b/use.py:5:10: {said.attrib['message']}"


def test_strict(check: Check) -> None:
    assert report(check, "--strict", "--path", "use.py").attrib["failures"] == "2"


def test_read_as_a_report_of_pytest(check: Check) -> None:
    found = junit.read(check("--format", "junit", "--path", "use.py").stdout.encode())

    assert [(test.path, test.code) for test in found] == [("a b/use.py", "failed"), ("a b/use.py", "skipped")]


def test_names_that_xml_has_no_form_for(check: Check) -> None:
    (check.project / 'a<&">\x1b\udcff\n.md').write_text("`Left._left_box`\n")

    assert 'a b/a<&">\\x1b\\xff\\n.md' in [suite.attrib["name"] for suite in report(check)]
