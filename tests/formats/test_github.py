"""Workflow commands by GitHub's grammar: ``::name key=value,key=value::message``, read as its runner does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.checks import Check, nested

_COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>.*?)::(?P<message>.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as GitHub's runner takes it apart: at the first ``::``, then at commas."""
    found = _COMMAND.fullmatch(line)
    assert found, line
    properties = dict(part.split("=", 1) for part in found["properties"].split(","))
    decoded = {key: plain(value, ":,") for key, value in properties.items()}
    return found["name"], decoded, plain(found["message"], "")


def plain(text: str, more: str) -> str:
    assert not re.search(r"[\r\n]|%(?!25|0D|0A|3A|2C)", text)
    for char in f"\r\n{more}":
        text = text.replace(f"%{ord(char):02X}", char)
    return text.replace("%25", "%")


def test_noop_clean(tmp_path: Path) -> None:
    check = Check(tmp_path, tmp_path / "project")

    assert check("--format", "github", "--path", "boxes.py").stdout == ""


def test_commands(tmp_path: Path) -> None:
    check = nested(tmp_path)

    shown = check("--format", "github", "--path", "use.py")

    assert shown.exit_code == 1
    (level, where, said), (other, _, asked) = map(read, shown.stdout.splitlines())
    assert (level, other) == ("error", "warning")
    assert where == {
        "file": "a b/use.py",
        "line": "5",
        "endLine": "5",
        "col": "10",
        "endColumn": "19",
        "title": "classmod old-name: _left_box",
    }
    assert said == (
        "_left_box is an old name: write _box (receiver is parameter left: Left); old names go after 2.0"
    )
    assert asked == "_left_box may be an old name (the receiver's class is not known): write _box if it is"


def test_pragma_without_effect(tmp_path: Path) -> None:
    check = Check(tmp_path, tmp_path / "project")
    (check.project / "more.py").write_text("# classmod: keep -- why\n")

    (command,) = check("--format", "github", "--path", "more.py").stdout.splitlines()

    assert read(command) == (
        "warning",
        {"file": "more.py", "line": "1", "title": "classmod pragma"},
        "this pragma is not needed: it covers no old name",
    )


@pytest.mark.parametrize(
    "name", ["a,b.md", "a:b.md", "a::b.md", "100%.md", "%0A.md", "a\nb.md", "a\rb.md", "a=b,c=d.md"]
)
def test_any_name_of_a_file(tmp_path: Path, name: str) -> None:
    check = Check(tmp_path, tmp_path / "project")
    (check.project / name).write_text("`Left._left_box`\n")

    commands = [read(line) for line in check("--format", "github").stdout.split("\n")[:-1]]

    assert name in [where["file"] for _, where, _ in commands]
    assert len(commands) == 7


def test_bytes_that_are_no_text_and_controls_are_escaped(tmp_path: Path) -> None:
    check = Check(tmp_path, tmp_path / "project")
    (check.project / "\udcff\x1b.md").write_text("`Left._left_box`\n")

    assert "file=\\xff\\x1b.md,line=1," in check("--format", "github").stdout
