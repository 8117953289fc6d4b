"""Hazards of bytes and syntax (docs/hazards.md): files as strange as they come, migrated on disk."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.migrate import steps, survey
from tests.helpers import AROUND, LEFT, failures, landed, lay, newer_than, refused
from tests.trees import TWO_SIDES

USE = "from left import Left\ndef use(b: Left):\n    {}\n"


def check_exact(root: Path, source: str | bytes) -> None:
    """Of a file only the old name goes, and the new one stands in its place."""
    data = source if isinstance(source, bytes) else source.encode()
    assert b"_left_box" in data
    assert landed(root, {"use.py": data})["use.py"] == data.replace(b"_left_box", b"_box")


def check_left_alone(root: Path, source: str | bytes) -> None:
    """A file stays as it is while the others are migrated."""
    data = source if isinstance(source, bytes) else source.encode()
    after = landed(root, {"odd.py": data})
    assert after["odd.py"] == data
    assert b"_make_box" in after["left.py"]


# --- bytes --------------------------------------------------------------------------------------

BODY = USE.format("return '\u00e9\u00df', b._left_box, '\u00e9'")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + BODY.encode(), id="1 BOM"),
        pytest.param(b"# coding: latin-1\n" + BODY.encode("latin-1"), id="3 latin-1"),
        pytest.param(b"#!x\n# -*- coding: cp1252 -*-\n" + BODY.encode("cp1252"), id="3 cookie on line 2"),
        pytest.param(b"\n\n# coding: latin-1\n" + BODY.encode(), id="3 cookie on line 3"),
        pytest.param(
            ("# coding: shift_jis\n" + USE.format("return '\u8868\u793a', b._left_box")).encode("shift_jis"),
            id="3 shift_jis",
        ),
        pytest.param("# coding: utf-7\n" + USE.format("return b._left_box"), id="3 utf-7"),
        pytest.param(BODY.replace("\n", "\r\n").encode(), id="6 CRLF"),
        pytest.param(BODY.replace("\n", "\r\n", 2).encode(), id="6 line ends of two kinds"),
        pytest.param(USE.format("x = '''a\r\nb\r'''; return b._left_box"), id="6 CRLF in a string"),
        pytest.param(BODY.replace("\n", "\r"), id="6 CR only"),
        pytest.param(BODY.rstrip("\n").encode(), id="7 no newline at the end"),
        pytest.param(BODY + "   \n\t\n  ", id="7 blanks at the end"),
        pytest.param("\x0c" + BODY, id="8 form feed first"),
        pytest.param(BODY.replace("def", "\x0c\ndef"), id="8 form feed between statements"),
        pytest.param(BODY.replace("    return", "  \x0c  return"), id="8 form feed in an indent"),
        pytest.param(BODY.replace("    return", "\tif b:\n\t        return"), id="9 tabs and blanks"),
        pytest.param(USE.format("x = '\u2028\u0085\x0c\x1c'; return b._left_box"), id="10 no line ends"),
    ],
)
def test_bytes_around_an_edit_stay(tmp_path: Path, data: str | bytes) -> None:
    check_exact(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"\xef\xbb\xbf# coding: latin-1\n_left_box", "encoding-conflict", id="2 BOM and cookie"),
        pytest.param(b"# coding: klingon\n_left_box", "undecodable", id="4 unknown cookie"),
        pytest.param("_left_box".encode("utf-16"), "undecodable", id="4 UTF-16"),
        pytest.param(b"\n" * 899 + b"_left_box \xe9\n", "undecodable", id="4 byte on line 900"),
        pytest.param(b"_left_box\0\n", "control-character", id="5 NUL"),
        pytest.param(b"_left_box\n\x1a", "control-character", id="5 Ctrl-Z"),
        pytest.param(b"_left_box\n\x0b\n", "syntax-error", id="5 vertical tab"),
        pytest.param(b"if 1:\n\t_left_box\n        pass\n", "syntax-error", id="9 tabs that contradict"),
        pytest.param(b"<<<<<<< a\n_left_box\n", "syntax-error", id="13 conflict markers"),
        pytest.param(b"class {{ name }}(Left): ...\n", "syntax-error", id="13 template"),
        pytest.param(b"print 'x'._left_box\n", "syntax-error", id="14 Python 2"),
        pytest.param(b"x = " + b"(" * 3000 + b"_left_box" + b")" * 3000, "syntax-error", id="19 brackets"),
        pytest.param(b"x = " + b"-" * 50_000 + b"1; _left_box", "parser-limit", id="19 signs"),
        pytest.param(
            b"x = 1" + b" + 1" * 9000 + b"; _left_box",
            "parser-limit",
            id="19 operators",
            marks=pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons read as many"),
        ),
    ],
)
def test_a_file_that_cannot_be_read_and_names_the_hierarchy(tmp_path: Path, data: bytes, code: str) -> None:
    assert refused(tmp_path, {"odd.py": data}).startswith(f"odd.py: {code}: ")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="7 empty"),
        pytest.param(b"# only a comment", id="7 comments only"),
        pytest.param(b"x = \xe9\n", id="4 undecodable"),
        pytest.param(b"x\0", id="5 NUL"),
        pytest.param(b"x = {{ y }} {% if %}\n", id="13 template"),
        pytest.param(b"print 'x'\n", id="14 Python 2"),
        pytest.param(b"x = " + b"(" * 3000 + b")" * 3000, id="19 brackets"),
        pytest.param(b"x = '" + b"y" * 5_000_000 + b"'\n", id="20 one long line"),
        pytest.param("b._l\u0435ft_box = 1\n", id="11 a letter that looks alike"),
    ],
)
def test_a_file_that_names_nothing_stays(tmp_path: Path, data: str | bytes) -> None:
    check_left_alone(tmp_path, data)


@pytest.mark.parametrize(
    ("version", "code"),
    [("3.99", "runtime-older-than-target: line 4: "), ("3.8", "syntax-error: line 4: ")],
)
def test_16_syntax_of_a_newer_python(tmp_path: Path, version: str, code: str) -> None:
    files = {
        "odd.py": USE.format("b._left_box\n    a new statement"),
        "pyproject.toml": f"""\
[project]
name = "x"
requires-python = ">={version},<4"
""",
    }

    assert refused(tmp_path, files).startswith(f"odd.py: {code}")


def test_4_the_byte_is_named(tmp_path: Path) -> None:
    assert " at byte 899 " in refused(tmp_path, {"odd.py": b"\n" * 890 + b"_left_on \xe9\n"})


def test_3_a_name_that_the_encoding_has_no_form_for() -> None:
    first, *others = TWO_SIDES.attributes
    asked = replace(TWO_SIDES, attributes=(replace(first, new="_\u0431\u043e\u043a\u0441"), *others))
    use = b"# coding: latin-1\n" + BODY.encode("latin-1")

    (failure,) = failures({"left.py": LEFT, "use.py": use}, asked=asked)

    assert str(failure).startswith("use.py: unencodable: ")


def test_7_the_patch_of_files_without_a_last_newline_applies(tmp_path: Path) -> None:
    root = lay(tmp_path / "a", {**AROUND, "left.py": LEFT.rstrip("\n"), "use.py": BODY.rstrip("\n")})
    patch = "".join(c.diff() for step in steps(survey(root, TWO_SIDES)) for c in step.changes)
    (tmp_path / "patch").write_bytes(patch.encode())

    subprocess.run(
        ["git", "apply", "--unsafe-paths", f"--directory={root}", "../patch"], cwd=root, check=True
    )

    assert "\\ No newline at end of file" in patch
    assert (root / "use.py").read_bytes() == BODY.rstrip("\n").replace("_left_box", "_box").encode()


def test_11_a_name_is_what_python_takes_it_for(tmp_path: Path) -> None:
    files = {"use.py": USE.format("return b._\u2113eft_box")}

    assert landed(tmp_path, files)["use.py"] == USE.format("return b._box").encode()


@pytest.mark.parametrize(
    "line",
    [
        "try: b._left_box\n    except ValueError : pass",
        "(x): int = b._left_box",
        "return 1 if b._left_box else(lambda: 2)()",
        "return b._left_box if 1else(lambda: 2)",
        pytest.param('return f"{b._left_box!s }"', marks=newer_than(3, 11)),
    ],
)
def test_12_what_libcst_loses_or_refuses(tmp_path: Path, line: str) -> None:
    check_exact(tmp_path, USE.format(line))
