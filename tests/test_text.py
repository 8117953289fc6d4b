"""Source text: encodings, lines, whole words; what Python would not read is refused, never a traceback."""

from __future__ import annotations

import ast
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from codemods import text
from codemods.text import Text, UnreadableSource

# --- decode -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "encoding-conflict"),
        (b"# coding: klingon\n", "undecodable"),
        (b"# coding: rot13\n", "undecodable"),
        (b"# coding: base64\n", "undecodable"),
        (b"# coding: undefined\n", "undecodable"),
        (b"# coding: idna\nx" + b"\xc3\xa9" * 70 + b"\n", "undecodable"),
        (b"x = '\xff'\n", "undecodable"),
        ("x = 1\n".encode("utf-16"), "undecodable"),
        ("x = 1\n".encode("utf-16-le"), "control-character"),
        (b"x = 1\0\n", "control-character"),
        (b"x = 1\n\x1a", "control-character"),
        (b"# coding: utf-7\nx = '+AGE-'\n", "round-trip"),
    ],
)
def test_refuses_what_python_would_not_read(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        text.decode(data)

    assert caught.value.code == code
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"x = 1\n" * 900 + b"y = '\xff'\n", 5405),
        (b"\xff", 0),
        (b"\xef\xbb\xbfx = '\xff'", 8),
    ],
)
def test_says_which_byte_cannot_be_decoded(data: bytes, place: int) -> None:
    with pytest.raises(UnreadableSource, match=rf"at byte {place} \("):
        text.decode(data)


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        (b"", "utf-8", ""),
        (b"\xef\xbb\xbfx = 1", "utf-8", "x = 1"),
        ("x = 'é'".encode(), "utf-8", "x = 'é'"),
        (b"# coding: latin-1\nx = '\xe9'", "iso-8859-1", "# coding: latin-1\nx = 'é'"),
        (b"#!python\n# coding: cp1252\nx = '\x80'", "cp1252", "#!python\n# coding: cp1252\nx = '€'"),
        (b"#!python\r# coding: cp1252\rx = '\x80'", "cp1252", "#!python\r# coding: cp1252\rx = '€'"),
        ("\n\n# coding: latin-1\nx = 'é'".encode(), "utf-8", "\n\n# coding: latin-1\nx = 'é'"),
        ("a = 1\r# no\r# coding: latin-1\rx = 'é'".encode(), "utf-8", None),
        (
            "# coding: shift_jis\nx = '日本'".encode("shift_jis"),
            "shift_jis",
            "# coding: shift_jis\nx = '日本'",
        ),
    ],
)
def test_decodes_as_python_does_and_encodes_the_same_bytes(
    data: bytes, encoding: str, expected: str | None
) -> None:
    found = text.decode(data)

    assert found.encoding == encoding
    assert expected is None or found.text == expected
    assert found.encode(found.text) == data


def test_refuses_a_name_that_the_encoding_has_no_form_for() -> None:
    found = text.decode(b"# coding: latin-1\n")

    with pytest.raises(UnreadableSource, match="has no form in iso-8859-1") as caught:
        found.encode("€")
    assert caught.value.code == "unencodable"


# --- places -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "offset", "place"),
    [
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("a\x0cb\n", 2, (1, 3)),
        ("a\u2028b\x85c\n", 4, (1, 5)),
        ("'é' + b", 6, (1, 7)),
        ("", 0, (1, 1)),
        ("a\n", 2, (2, 1)),
    ],
)
def test_lines_end_where_python_ends_them_and_columns_count_code_points(
    source: str, offset: int, place: tuple[int, int]
) -> None:
    found = text.decode(source.encode())

    assert found.place(offset) == place
    assert found.offset(*place) == offset


@pytest.mark.parametrize(
    "source", ["x = 'é'; y = 1", "x = '😀'; y = 1", "x = 1; y = 1", "\ufeffx = 1; y = 1"]
)
def test_offset_of_what_ast_calls_a_column(source: str) -> None:
    found = text.decode(source.encode())
    second = text.parse(found).body[1]

    assert found.text[found.ast_offset(second.lineno, second.col_offset) :] == "y = 1"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_has_no_end(ending: str) -> None:
    found = text.decode(f"a{ending}b{ending}".encode())

    assert [found.line(number) for number in (1, 2, 3)] == ["a", "b", ""]


# --- words --------------------------------------------------------------------------------------


def _spelled(source: str) -> list[str]:
    return [source[start:end] for start, end, name in text.spelled(source, ["_old", "_old_name"])]


@pytest.mark.parametrize("source", ["", "_older", "my_old", "_old_names", "é_old", "_\u043eld", "_old٣"])
def test_noop_where_only_part_of_a_word_or_a_look_alike_stands(source: str) -> None:
    assert _spelled(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("_old", ["_old"]),
        ("x._old_name + x._old", ["_old_name", "_old"]),
        ("'é' + _old", ["_old"]),
        ("x._\uff4f\uff4c\uff44", ["_\uff4f\uff4c\uff44"]),
        ("x._\U0001d428ld_name", ["_\U0001d428ld_name"]),
    ],
)
def test_finds_whole_words_as_python_reads_them(source: str, found: list[str]) -> None:
    assert _spelled(source) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"_old", True),
        ("x = 'é'; _\uff4f\uff4c\uff44".encode(), True),
        ("x = 'é'; _\u043eld".encode(), False),
        (b"\xff _old", True),
        (b"\xff", False),
    ],
)
def test_bytes_are_searched_for_names_as_python_reads_them(data: bytes, found: bool) -> None:
    assert (b"_old" in text.searchable(data)) is found


# --- parse --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def f(:\n", "syntax-error"),
        ("<<<<<<< ours\n", "syntax-error"),
        ("print 'x'\n", "syntax-error"),
        ("if x:\n\ty\n        z\n", "syntax-error"),
        ("x = {{ y }}}\n", "syntax-error"),
        ("x = 1\x0b\n", "syntax-error"),
        ("x = " + "(" * 3000 + ")" * 3000, None),
        ("x = " + "-" * 200_000 + "1", None),
    ],
)
def test_what_does_not_parse_is_refused_with_its_line(source: str, code: str | None) -> None:
    with pytest.raises(UnreadableSource) as caught:
        text.parse(text.decode(source.encode()))

    assert caught.value.code == (code or caught.value.code)
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize("source", ["x = '\\d'\n", "x is 1\n", "assert (x, 'y')\n"])
def test_the_projects_own_warnings_are_not_ours(source: str) -> None:
    assert isinstance(text.parse(text.decode(source.encode())), ast.Module)


# --- comments -----------------------------------------------------------------------------------


def _comments(source: str) -> list[str]:
    found: Text = text.decode(source.encode())
    return [found.text[start:end] for start, end in text.comments(found)]


@pytest.mark.parametrize(
    ("source", "comments"),
    [
        ("x = '# no'\n", []),
        ("x = 1  # one\n# two", ["# one", "# two"]),
        ("x = (1,  # one\n     2)  # two\n", ["# one", "# two"]),
        ("x = 'é'  # one\r\ny = 1  # two\r\n", ["# one", "# two"]),
        ("if x:\r    y = 1  # one\r    z = (1,\r 2)  # two\r", ["# one", "# two"]),
        ("x = 1\n\x0c# one\n\x0cy = 1  # two\n", ["# one", "# two"]),
        ('x = """\n# no\n"""  # one\n', ["# one"]),
        ("x = 'a\u2028b'  # one\n", ["# one"]),
        ("if x:\n    pass\n  # one\ny = 1\n", ["# one"]),
    ],
)
def test_comments(source: str, comments: list[str]) -> None:
    assert _comments(source) == comments


# --- words about code ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("", None),
        ("self.", None),
        ("cls.", None),
        ("super().", None),
        ("Shelf. ", None),
        ("(a + b).", None),
        ("Shelf.", "Shelf"),
        ("m.Shelf.", "Shelf"),
        ("Shelf().", "Shelf"),
        ("Shelf(a, 1).", "Shelf"),
        ("`Shelf`.", "Shelf"),
        ("`Shelf`.`", "Shelf"),
        ("Shelf#", "Shelf"),
        ("Shelf::", "Shelf"),
        ("x" * 300 + " Shelf.", "Shelf"),
    ],
)
def test_what_a_name_is_said_to_be_a_part_of(before: str, word: str | None) -> None:
    assert text.qualifier(f"{before}name", len(before)) == word


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("@", "@"),
        ("A. B @ c. D", "B @ c. "),
        ("A b.c @ d", "A b.c @ d"),
        ("A! @? B", "@? "),
        ("a\nb @\nc", "a\nb @\nc"),
        ("a\n\nb @\r\n \r\nc", "b @\r\n \r\n"),
    ],
)
def test_sentence(words: str, found: str) -> None:
    assert text.sentence(words, words.index("@")) == found


def test_threads_may_parse_at_once() -> None:
    """Python 3.11 fails where one of them is interrupted while it makes a tree (python/cpython#106905)."""
    source = text.decode(("x = [" + "(1, [2, {3: 4}]), " * 2000 + "]\n").encode())

    def interrupt(*_: object) -> None:
        time.sleep(0)

    gc.callbacks.append(interrupt)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = [pool.submit(text.parse, source) for _ in range(40)]
    finally:
        gc.callbacks.remove(interrupt)

    assert len({ast.dump(each.result()) for each in found}) == 1
