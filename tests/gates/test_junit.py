"""Every test of a report once, by pytest's id, with its outcome and the reason in one line."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from codemods.data import Problem
from codemods.gates.junit import read


def case(inside: str = "", classname: str = "tests.test_a", file: str = "tests/test_a.py") -> str:
    place = f' file="{file}" line="6"' if file else ""
    return f'<testcase classname="{classname}" name="test_x"{place} time="0.001">{inside}</testcase>'


def reported(*cases: str) -> tuple[Problem, ...]:
    return read(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>".encode())


@pytest.mark.parametrize(
    ("inside", "code", "message"),
    [
        ("", "passed", ""),
        ('<failure message="Error: no&#10;assert 1 == 2">text</failure>', "failed", "Error: no"),
        ('<error message="failed on setup with &quot;E: x&quot;"/>', "error", 'failed on setup with "E: x"'),
        ('<skipped type="pytest.skip" message="why"/>', "skipped", "why"),
        ('<skipped type="pytest.xfail" message=""/>', "xfailed", ""),
        ('<failure message="[XPASS(strict)] "/>', "failed", "[XPASS(strict)]"),
        ('<error message="collection failure">a:1\nE   Error: no b</error>', "error", "Error: no b"),
        ("<system-out>printed</system-out>", "passed", ""),
        (f'<failure message="{"x" * 300}"/>', "failed", f"{'x' * 197}..."),
    ],
)
def test_outcomes(inside: str, code: str, message: str) -> None:
    (found,) = reported(case(inside))

    assert found == Problem("tests/test_a.py", 7, code, message, "tests/test_a.py::test_x")


@pytest.mark.parametrize(
    ("classname", "file", "key"),
    [
        ("tests.test_a.TestC.TestD", "tests/test_a.py", "tests/test_a.py::TestC::TestD::test_x"),
        ("test_a", "test_a.py", "test_a.py::test_x"),
        ("tests.test_base.Shared", "tests/test_a.py", "tests/test_a.py::tests::test_base::Shared::test_x"),
        ("a.b", "", "a::b::test_x"),
    ],
)
def test_ids(classname: str, file: str, key: str) -> None:
    assert [test.key for test in reported(case(classname=classname, file=file))] == [key]


def test_a_test_that_is_told_of_twice_counts_with_what_is_worse() -> None:
    good, bad = case(), case('<error message="failed on teardown"/>')

    for told in ((good, bad), (bad, good)):
        assert [test.code for test in reported(*told)] == ["error"]


def test_a_report_that_is_cut_off() -> None:
    with pytest.raises(ElementTree.ParseError):
        read(b"<testsuites><testsuite><testcase")
