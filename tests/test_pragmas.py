"""Comments that keep an old name where it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath
from textwrap import dedent

import pytest

from codemods import documents, pragmas
from codemods.data import Confidence, Decision
from codemods.leftovers import leftovers
from codemods.markdown import Document
from codemods.migrate import survey
from codemods.project import Project
from codemods.text import decode
from tests.helpers import AROUND, LEFT, contents, land, lay, migrated
from tests.trees import HIERARCHY, TWO_SIDES, known, sited

KEEP = "# classmod: keep -- why"


def covered(source: str) -> list[int]:
    """The lines that the pragmas of a Python file cover, their own left out."""
    found = pragmas.in_source(decode(dedent(source).encode()))
    assert found
    return sorted({line for p in found for line in range(p.first, p.last + 1)})


# --- which lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a = 1\nb = 2  # classmod: keep -- why\nc = 3\n", [2]),
        ("b = 2  # classmod: keep -- why", [1]),
        ("b = 2  # noqa: X  # classmod: keep -- why  # pragma: no cover\n", [1]),
        ('a = 1\nb = """\n\n#\n"""  # classmod: keep -- why\n', [2, 3, 4, 5]),
        ('b = f"""\n{a}\n"""  # classmod: keep -- why\n', [1, 2, 3]),
        ('b = """\n""" + """\n"""  # classmod: keep -- why\n', [1, 2, 3]),
        ("a = 1\nb = 1 + \\\n    2  # classmod: keep -- why\n", [2, 3]),
        ("f(\n    1,\n    2,  # classmod: keep -- why\n)\n", [3]),  # as ruff's noqa: not the statement
        ("f(\n    1,\n)  # classmod: keep -- why\n", [3]),
        ('f("""\n\n""",\n  1)  # classmod: keep -- why\n', [4]),
    ],
)
def test_at_the_end_of_a_line(source: str, lines: list[int]) -> None:
    assert covered(source) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("# classmod: keep -- why\na = 1\nb = 2\n", [2]),
        ("if a:\n    # classmod: keep -- why\n\n    # and more\n    b = 2\n    c = 3\n", [5]),
        ("if a:\n    b = 2\n    # classmod: keep -- why\nc = 3\nd = 4\n", [4]),
        ("# classmod: keep -- why\nf(\n    1,\n)\nb = 2\n", [2, 3, 4]),
        ('# classmod: keep -- why\n"""\n#\n"""\nb = 2\n', [2, 3, 4]),
        ("# classmod: keep -- why\ndef f(\n    a,\n):\n    return 1\n", [2, 3, 4]),
        ("# classmod: keep -- why\n@one\n@two(\n    1,\n)\nasync def f():\n    pass\n", [2, 3, 4, 5, 6]),
        ("f(\n    # classmod: keep -- why\n    1,\n    2,\n)\n", [3]),
        ('f(\n    # classmod: keep -- why\n    """\n    """,\n    2,\n)\n', [3, 4]),
        ("a = 1\n# classmod: keep -- why\n", [3]),  # nothing follows
    ],
)
def test_on_a_line_of_its_own(source: str, lines: list[int]) -> None:
    assert covered(source) == lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert covered(f'a = 1{end}b = """{end}"""  {KEEP}{end}{KEEP}{end}c = 3{end}') == [2, 3, 5]


@pytest.mark.parametrize(
    "source",
    [
        f'a = "{KEEP}"\n',
        f'"""\n{KEEP}\n"""\n',
        f'f"{{a}} {KEEP}"\n',
        "a = 1  # the classmod: keep -- why\n",
        "a = 1  # classmods: keep -- why\n",
        "a = 1  # Classmod: a tool\n",
    ],
)
def test_what_is_no_pragma(source: str) -> None:
    assert pragmas.in_source(decode(source.encode())) == ()


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# classmod: keep -- why", "why"),
        ("#classmod:keep --why ", "why"),
        ("# classmod: keep -- see #12 -- and more", "see #12 -- and more"),
        ("# classmod: keep -- why  # noqa", "why"),
        ("# classmod: keep", None),
        ("# classmod: keep --", None),
        ("# classmod: keep --  # noqa", None),
        ("# classmod: keep why", None),
        ("# classmod: kept -- why", None),
        ("# classmod: ignore", None),
        ("# classmod: KEEP -- why", None),
        ("# CLASSMOD: keep -- why", None),
        ("# Classmod: Keep -- why", None),
    ],
)
def test_reason(comment: str, reason: str | None) -> None:
    (found,) = pragmas.in_source(decode(f"a = 1  {comment}\n".encode()))

    assert (found.line, found.column, found.reason) == (1, 8, reason)


def in_markdown(source: str) -> list[int]:
    found = pragmas.in_document(Document(documents.read(dedent(source).encode())))
    return sorted({line for p in found for line in range(p.first, p.last + 1)})


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a\nb <!-- classmod: keep -- why -->\nc\n", [2]),
        ("a <!-- classmod: keep -- why --> b\nc\n", [1]),
        ("# a <!--classmod:keep -- why-->\n", [1]),
        ("<!-- classmod: keep -- why -->\n\nb\nc\n", [3]),
        ("> <!-- classmod: keep -- why -->\n> b\n", [2]),
        ("<!-- classmod: keep -- why -->\n\n```python\na\n\nb\n```\nc\n", [3, 4, 5, 6, 7]),
        ("```\n<!-- classmod: keep -- why -->\na\n```\n", []),
        ("a\n\n    <!-- classmod: keep -- why -->\n", []),
        ("the form `<!-- classmod: keep -- why -->` keeps\n", []),
    ],
)
def test_in_a_document(source: str, lines: list[int]) -> None:
    assert in_markdown(source) == lines


# --- what becomes of the sites --------------------------------------------------------------------

USE = (
    "from left import Left\n\ndef use(left: Left):\n    left._left_box.open(){}\n    left._left_box.open()\n"
)


def test_site_is_kept() -> None:
    first, second = sited({**AROUND, "left.py": LEFT, "use.py": USE.format(f"  {KEEP}")}, "use.py")

    assert (first.decision, first.new, first.phase) == (Decision.KEEP, None, 0)
    assert (first.confidence, first.reason) == (Confidence.PROVEN, "kept by a pragma: why")
    assert second.decision is Decision.RENAME


def test_ask_is_settled() -> None:
    source = f"def use(left):\n    left._left_box.open()  {KEEP}\n    left._left_box.open()\n"

    assert [s.decision for s in sited({**AROUND, "left.py": LEFT, "use.py": source}, "use.py")] == [
        Decision.KEEP,
        Decision.ASK,
    ]


def test_file_that_does_not_parse_is_settled() -> None:
    (site,) = sited({**AROUND, "left.py": LEFT, "use.py": f"a._left_box  {KEEP}\nb c\n"}, "use.py")

    assert site.reason == "kept by a pragma: why"


def test_site_that_stays_anyway_has_its_own_reason() -> None:
    (site,) = sited({**AROUND, "left.py": LEFT, "use.py": f"_left_box = 1  {KEEP}\n"}, "use.py")

    assert site.reason == "a variable of its own"


def test_without_a_reason_nothing_is_kept() -> None:
    files = {**AROUND, "left.py": LEFT, "use.py": USE.format("  # classmod: keep")}

    assert {s.decision for s in sited(files, "use.py")} == {Decision.RENAME}
    assert told(known(files)) == [
        ("use.py", 4, "this pragma keeps nothing: it has to be classmod: keep -- why")
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [("a.py", "a = 1  # CLASSMOD: keep -- why\n"), ("a.md", "A text. <!-- Classmod: keep -- why -->\n")],
)
def test_in_another_case_nothing_is_kept_and_that_is_told(path: str, source: str) -> None:
    found = told(known({**HIERARCHY, path: source}))

    assert found == [(path, 1, "this pragma keeps nothing: it has to be classmod: keep -- why")]


def told(project: Project) -> list[tuple[str, int, str]]:
    return [(str(n.path), n.line, n.text) for n in project.notes if "pragma" in n.text]


def test_pragma_that_is_needed_is_not_told() -> None:
    assert told(known({**AROUND, "left.py": LEFT, "use.py": USE.format(f"  {KEEP}")})) == []
    page = "A left one <!-- classmod: keep -- why --> has a `_left_box`.\n"
    assert told(known({**HIERARCHY, "page.md": page})) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", f"a = 1  {KEEP}\n"),
        ("a.pyi", f"a: int  {KEEP}\n"),
        ("a.py", "a = 1  # classmod: keep -- the _left_box is on the wire\n"),  # its own words are no use
        ("a.md", "A text. <!-- classmod: keep -- why -->\n"),
    ],
)
def test_pragma_that_is_not_needed_is_told(path: str, source: str) -> None:
    found = told(known({**HIERARCHY, path: source}))

    assert found == [(path, 1, "this pragma is not needed: it covers no old name")]


def test_pragma_in_a_file_of_another_kind_is_nobodys() -> None:
    assert told(known({**HIERARCHY, "a.txt": KEEP, "b.py": b"# classmod: \xff\n"})) == []


# --- what becomes of the tree ---------------------------------------------------------------------


def test_kept_use_stays_as_it_is() -> None:
    after = migrated({"left.py": LEFT, "use.py": USE.format(f"  {KEEP}")})

    assert after["use.py"].decode() == USE.format(f"  {KEEP}").replace(
        "    left._left_box.open()\n", "    left._box.open()\n"
    )


def test_documents_keep_their_line() -> None:
    source = "`Left._left_box` was it. <!-- classmod: keep -- history -->\n\n`Left._left_box` is it.\n"

    after = migrated({"left.py": LEFT, "a.md": source})["a.md"].decode()

    assert after == source.replace("_left_box` is", "_box` is")


OVERRIDES = f"""\
from boxes import Box, SmallBox
from root import Root


class Left(Root):
    def __init__(self):
        super().__init__()
        {KEEP}
        self._left_box = None
        self._left_on = False

    {KEEP}
    @abstractmethod
    def _make_left_box(self) -> Box:
        ...


class Leaf(Left):
    def _make_left_box(self) -> Box:  {KEEP}
        return SmallBox()


class Leaf2(Left):
    def _make_left_box(self) -> Box:
        return super()._make_left_box() or SmallBox()
""".replace("from boxes", "from abc import abstractmethod\nfrom boxes", 1)
RUN = """\
import warnings
from left import Leaf, Leaf2
warnings.simplefilter("ignore", DeprecationWarning)
for made in (Leaf(), Leaf2()):
    made._box = made._make_box()
    print(type(made._left_box).__name__, type(made._make_left_box()).__name__, made._left_on)
"""


def test_kept_definitions_land_and_run(tmp_path: Path) -> None:
    """A declaration, an abstract factory and an override keep their names, and the layer serves them."""
    root = lay(tmp_path, {**AROUND, "left.py": OVERRIDES})

    land(root)

    after = contents(root)["left.py"].decode()
    for line in (
        f"    {KEEP}\n        self._left_box = None",
        "    def _make_left_box(self) -> Box:\n        ...",
    ):
        assert line in after
    assert f"    def _make_left_box(self) -> Box:  {KEEP}\n" in after
    assert after.count("_left_") == 3
    found = survey(root, TWO_SIDES)
    assert leftovers(found) == ()
    assert [s.reason for s in found.sites if s.path == PurePosixPath("left.py")] == [
        "kept by a pragma: why"
    ] * 3
    ended = subprocess.run([sys.executable, "-c", RUN], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout == "SmallBox SmallBox False\n" * 2
