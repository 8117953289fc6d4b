"""mypy as an oracle: what it says of receivers, where its answers belong, and that it may fail."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from textwrap import dedent

import pytest

from codemods.data import Snapshot
from codemods.gates import inside
from codemods.gates.mypy import Mypy
from codemods.process import Finished
from codemods.receivers import Answers, Oracle, Question
from codemods.scopes import ClassRef

SRC = (PurePosixPath("src"),)
Files = Mapping[str, str]

HIERARCHY = {
    "src/pkg/__init__.py": "",
    "src/pkg/mod.py": """\
        import enum
        from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar

        class A:
            _old: int = 1
            other: "B"
            def b(self) -> "B": return B()
            @property
            def friend(self) -> "B": return B()
            def unsaid(self): return self

        class B:
            _old: int = 2

        class Sub(A): ...

        class Outer:
            class Inner:
                _old: int = 3

        class Has(Protocol):
            _old: int

        class Colour(enum.Enum):
            RED = 1
            _old = 2

        class Pair(NamedTuple):
            first: A

        ItemType = TypeVar("ItemType")

        class Box(Generic[ItemType]):
            item: ItemType
            def get(self) -> ItemType: return self.item

        def make() -> A: return A()
        """,
    "src/pkg/same.py": "class A:\n    _old: int = 1\n",
}

PRELUDE = """\
from typing import Any, Callable, Generic, Literal, Optional, Protocol, TypeVar, Union
from missing_package import Stranger
from unittest.mock import MagicMock
import pkg.mod, pkg.same
from pkg.mod import A, B, Box, Colour, Has, Outer, Pair, Sub, make
flag: bool
"""

# What stands before each _old in turn: classes of pkg.mod without their module, ? for what is unknown.
CASES = {
    "annotated": ("def f(x: A): x._old", "A"),
    "written": ("def f(x: A): x._old = 1", "A"),
    "annotated_again": ("def f(x: A): x._old: int = 1", "A"),
    "augmented": ("def f(x: A): x._old += x._old", "A A"),
    "deleted": ("def f(x: A): del x._old", "A"),
    "union": ("def f(x: Union[A, B]): x._old", "A|B"),
    "bar": ("def f(x: A | B | None): x._old", "A|B"),
    "optional": ("def f(x: Optional[A]): x._old", "A"),
    "half_any": ("def f(x: A | Any): x._old", "A|?"),
    "half_stranger": ("def f(x: A | Stranger): x._old", "A|?"),
    "type": ("def f(x: type[A]): x._old", "A"),
    "class": ("A._old; pkg.mod.A._old", "A A"),
    "type_alias": ("Alias = A\nAlias._old\ndef f(x: Alias): x._old", "A A"),
    "nested_class": ("def f(x: Outer.Inner): x._old\nOuter.Inner._old", "Outer.Inner Outer.Inner"),
    "bound": ("T = TypeVar('T', bound=A)\ndef f(x: T) -> T: x._old; return x", "A"),
    "values": ("T = TypeVar('T', A, B)\ndef f(x: T) -> T: x._old; return x", "A|B"),
    "values_of_a_class": (
        "T = TypeVar('T', A, B)\nclass G(Generic[T]):\n    x: T\n    def f(self): self.x._old; A._old",
        "A|B A",
    ),
    "any_type_variable": ("T = TypeVar('T')\ndef f(x: T) -> T: x._old; return x", "?"),
    "type_of_a_bound": ("T = TypeVar('T', bound=A)\ndef f(x: type[T]) -> T: x._old; return x()", "A"),
    "protocol": ("def f(x: Has): x._old", "Has"),
    "property": ("def f(x: A): x.friend._old", "B"),
    "attribute": ("def f(x: A): x.other._old", "B"),
    "call": ("make()._old; A().b()._old", "A B"),
    "awaited": ("async def g() -> A: return A()\nasync def f(): (await g())._old", "A"),
    "untyped_call": ("A().unsaid()._old", "?"),
    "generic": ("def f(x: Box[A]): x.get()._old; x.item._old", "A A"),
    "of_generic": ("def f(x: Box[A]): x._old", "Box"),
    "named_tuple": ("def f(x: Pair): x._old; x[0]._old; x.first._old", "Pair A A"),
    "tuple": ("def f(x: tuple[A, B]): x[0]._old; x[1]._old", "A B"),
    "callable": ("def f(x: Callable[[], A]): x._old; x()._old", "? A"),
    "enum": ("Colour.RED._old; Colour._old\ndef f(x: Colour): x._old", "Colour Colour Colour"),
    "literal": ("def f(x: Literal[Colour.RED]): x._old", "Colour"),
    "object": ("def f(x: object, y: type): x._old; y._old", "? ?"),
    "none": ("def f(x: None): x._old", "?"),
    "stranger": ("def f(x: Stranger): x._old", "?"),
    "below_a_stranger": ("class Mine(Stranger): ...\ndef f(x: Mine): x._old", "case_below_a_stranger.Mine"),
    "mock": ("def f(x: MagicMock): x._old", "unittest.mock.MagicMock|?"),
    "module": ("pkg.same._old", "types.ModuleType"),
    "homonym": ("def f(x: pkg.mod.A, y: pkg.same.A): x._old, y._old", "A pkg.same.A"),
    "unannotated": ("def f(x, y=None):\n    z = A()\n    x._old; y._old; z._old", "? ? A"),
    "self": ("class C(A):\n    def f(self): self._old; super()._old", "case_self.C case_self.C"),
    "cls": ("class C(A):\n    @classmethod\n    def f(cls): cls._old; super()._old", "case_cls.C case_cls.C"),
    "nested_function": ("def f(x: A):\n    def g(): x._old\n    return lambda y=x: y._old", "A ?"),
    "lambda": ("g: Callable[[B], int] = lambda x: x._old", "B"),
    "comprehension": ("def f(x: A, y: list[B]): return x._old, [x._old for x in y if x._old]", "A B B"),
    "conditional": ("def f(x: A, y: B): return x._old if y._old else x._old", "A B A"),
    "walrus": ("if (x := make())._old: x._old", "A A"),
    "with": ("from contextlib import nullcontext\nwith nullcontext(A()) as x: x._old", "A"),
    "loop": ("for x in (A(), B()): x._old", "A|B"),
    "narrowed": ("def f(x: A | B):\n    if isinstance(x, B): x._old\n    else: x._old", "B A"),
    "intersected": ("def f(x: A):\n    if isinstance(x, B): x._old", "A|B"),
    "loop_variable": ("x: A | B = A()\nfor _ in 'ab':\n    x._old\n    x = B()", "A|B"),
    "finally": ("try:\n    x: A | B = A()\n    x = B()\nfinally:\n    x._old\n    make()._old", "B|A A|?"),
    "finally_attribute": (
        "class C:\n    x: A | B\n    def f(self):\n        try: self.x = A()\n        finally:\n"
        "            self.x._old; self._old",
        "A|B case_finally_attribute.C",
    ),
    "finally_of_values": (
        "T = TypeVar('T', int, str)\ndef f(t: T) -> T:\n    x: A | B = A()\n    try: x = B()\n"
        "    finally: x._old\n    return t",
        "B|A",
    ),
    "new_type": ("from typing import NewType\nNew = NewType('New', Sub)\ndef f(x: New): x._old", "Sub"),
    "unreachable": ("if False:\n    A()._old\ndef f(x: A):\n    return\n    x._old", "? ?"),
    "class_pattern": ("def f(x: A | B):\n    match x:\n        case A(_old=1) | B(_old=2): ...", "A B"),
    "chained": ("def f(x: A):\n    (x\n     .friend\n     ._old)", "B"),
    "over_lines": ("def f(x: A, y: B): return (x._old, x. \\\n    _old, (y)._old)", "A A B"),
    "cast": ("from typing import cast\ndef f(x: A): cast(B, x._old); cast(B, x)._old", "A B"),
    "decorated": ("def f(x: A):\n    @x._old\n    def g(): ...", "A"),
    "overloaded": (
        "from typing import overload\n@overload\ndef f(x: A) -> int: ...\n"
        "@overload\ndef f(x: B) -> str: ...\ndef f(x: A | B) -> Any:\n    x._old",
        "A|B",
    ),
    "accents": ("def f(é: A, y: B): print('éé→→→→→→→→→→→→→→→→', é._old, 'ééé', y._old); y._old", "A B B"),
    "accents_apart": ("def f(x: A, y: B): x._old + len('→𐍈→𐍈→𐍈→𐍈→𐍈→𐍈→𐍈→𐍈→𐍈→𐍈') + y._old", "A B"),
    "f_string": ("def f(x: A, y: B): return f'{x._old} {y._old!r:>{x._old}} {y._old=}'", "A B A B"),
    "long_f_string": ('def f(x: A, y: B): return f"""é\n{y._old} é {x._old}\n{x._old}"""', "B A A"),
    "joined_f_string": (
        "def f(x: A, y: B): return f'{x._old}' '→' f'é{y._old}' f'{[x._old for x in [y]]}'",
        "A B B",
    ),
    "errors": ("x: int = ''\nA().absent\nA()._old + ''", "A"),
}


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that knows the standard library's stubs and nothing else."""
    tree, cache = tmp_path_factory.mktemp("warm"), tmp_path_factory.mktemp("cache")
    lay(tree, {"src/warm_up.py": "import typing, enum, contextlib, unittest.mock\n"})
    assert not Mypy(cache, SRC).measure(tree).failure
    return cache


@pytest.fixture
def cache(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(warm, tmp_path_factory.mktemp("own") / "cache")


def lay(root: Path, tree: Files) -> Snapshot:
    snapshot = {PurePosixPath(name): dedent(text).encode() for name, text in tree.items()}
    for path, data in snapshot.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return snapshot


def questions(text: str) -> list[Question]:
    """Every _old that is an attribute, in order."""
    return [
        (line, match.start() + 1, "_old")
        for line, content in enumerate(text.split("\n"), 1)
        for match in re.finditer(r"(?<=\.)_old\b|(?<=\()_old(?==)|(?<=^    )_old(?=,)", content)
    ]


def ask(oracle: Oracle, root: Path, tree: Files, *paths: str) -> Answers:
    snapshot = lay(root, tree)
    asked = {PurePosixPath(p): questions(snapshot[PurePosixPath(p)].decode()) for p in paths}
    return oracle.ask(root, snapshot, asked)


def told(answers: Answers, path: str, text: str) -> str:
    """The answers for a file in order, written as in CASES."""
    every = [answers.by_place.get((PurePosixPath(path), line, column)) for line, column, _ in questions(text)]
    return " ".join(
        "|".join((*(c.removeprefix("pkg.mod.") for c in a.classes), *(() if a.complete else "?")))
        if a
        else "?"
        for a in every
    )


@pytest.fixture(scope="module")
def all_cases(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """One call for everything: what one case says, no other can spoil."""
    root = tmp_path_factory.mktemp("cases")
    tree = HIERARCHY | {f"src/case_{name}.py": PRELUDE + code + "\n" for name, (code, _) in CASES.items()}
    own = shutil.copytree(warm, tmp_path_factory.mktemp("own") / "cache")
    answers = ask(Oracle(own, SRC), root, tree, *(f"src/case_{name}.py" for name in CASES))
    assert not answers.failure
    return answers


@pytest.mark.parametrize("name", CASES)
def test_receivers_of_every_kind(name: str, all_cases: Answers) -> None:
    code, expected = CASES[name]

    assert told(all_cases, f"src/case_{name}.py", PRELUDE + code) == expected


# --- where the answers belong, and what they say ------------------------------------------------


def test_an_answer_says_where_its_classes_stand(tmp_path: Path, cache: Path) -> None:
    text = """\
        import pkg.mod, pkg.same, decimal
        def f(x: pkg.mod.Outer.Inner | pkg.same.A | decimal.Decimal):
            x._old
        class Outer:
            def g(self):
                class A:
                    class B: ...
                A()._old, A.B()._old
        """
    answers = ask(Oracle(cache, SRC), tmp_path, HIERARCHY | {"src/m.py": text}, "src/m.py")

    three, local, inner = (
        answers.by_place[PurePosixPath("src/m.py"), *p] for p in ((3, 7), (8, 13), (8, 25))
    )
    assert three.classes == ("pkg.mod.Outer.Inner", "pkg.same.A", "decimal.Decimal")
    assert three.homes == (
        ClassRef(PurePosixPath("src/pkg/mod.py"), "Outer.Inner"),
        ClassRef(PurePosixPath("src/pkg/same.py"), "A"),
        None,
    )
    assert three.reason == "receiver is Inner or A or Decimal (mypy)"
    assert local.homes == (ClassRef(PurePosixPath("src/m.py"), "Outer.g.<locals>.A"),)
    assert local.reason == "receiver is A (mypy)"
    assert inner.homes == (ClassRef(PurePosixPath("src/m.py"), "Outer.g.<locals>.A.B"),)


def test_a_doubt_is_part_of_the_reason(tmp_path: Path, cache: Path) -> None:
    text = "from typing import Any\nfrom pkg.mod import A\ndef f(x: A | Any): x._old\n"
    answers = ask(Oracle(cache, SRC), tmp_path, HIERARCHY | {"src/m.py": text}, "src/m.py")

    assert [a.reason for a in answers.by_place.values()] == ["receiver is A or unknown (mypy)"]


def test_a_count_that_differs_is_unknown(tmp_path: Path, cache: Path) -> None:
    snapshot = lay(tmp_path, HIERARCHY | {"src/m.py": "from pkg.mod import make\nmake()._old, make()._old\n"})
    asked = {PurePosixPath("src/m.py"): [(2, 8, "_old")]}

    assert Oracle(cache, SRC).ask(tmp_path, snapshot, asked) == Answers()


@pytest.mark.parametrize(
    ("columns", "tails", "expected"),
    [
        ((3, 9), ("x", "y"), {20: "pkg.A", 28: "pkg.B"}),
        ((9, 3), ("x", "y"), {}),  # the words before the dots say otherwise
        ((3, 3), ("x", "y"), {}),
        ((3, 9), ("", ""), {20: "pkg.A", 28: "pkg.B"}),
    ],
)
def test_an_order_that_is_doubtful_is_unknown(
    columns: tuple[int, int],
    tails: tuple[str, str],
    expected: Mapping[int, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [[1, c, "_old", t, [n], True] for c, t, n in zip(columns, tails, ("pkg.A", "pkg.B"), strict=True)]
    homes = {name: ["../outside.py", name[4:], False] for name in ("pkg.A", "pkg.B")}
    said = {"found": {"src/m.py": found}, "homes": homes, "files": [], "folders": []}
    output = json.dumps(said)
    monkeypatch.setattr(inside, "run", lambda *_, **__: Finished(0, output, "", timed_out=False))
    answers = ask(
        Oracle(tmp_path / "cache", SRC),
        tmp_path,
        {"src/m.py": "def f(x, y): '→'; x._old; y._old\n"},
        "src/m.py",
    )

    assert {place[2]: answer.classes for place, answer in answers.by_place.items()} == {
        column + 1: (name,) for column, name in expected.items()
    }


def test_several_names_in_a_line(tmp_path: Path, cache: Path) -> None:
    text = "from pkg.mod import A, B\ndef f(x: A, y: B): x.one, y._old, x._old, y.one\n"
    snapshot = lay(tmp_path, HIERARCHY | {"src/m.py": text})
    asked = [(2, 22, "one"), (2, 29, "_old"), (2, 37, "_old"), (2, 45, "one")]
    answers = Oracle(cache, SRC).ask(tmp_path, snapshot, {PurePosixPath("src/m.py"): asked})

    found = {column: answer.classes for (_, _, column), answer in answers.by_place.items()}
    assert found == {22: ("pkg.mod.A",), 29: ("pkg.mod.B",), 37: ("pkg.mod.A",), 45: ("pkg.mod.B",)}


@pytest.mark.parametrize("head", ["# type: ignore", "# mypy: ignore-errors"])
def test_files_that_mypy_is_told_to_ignore(head: str, tmp_path: Path, cache: Path) -> None:
    text = f"{head}\nfrom pkg.mod import A\ndef f(x: A): x._old\n"
    answers = ask(Oracle(cache, SRC), tmp_path, HIERARCHY | {"src/m.py": text}, "src/m.py")

    assert told(answers, "src/m.py", text) == "A"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"\xef\xbb\xbf# caf\xc3\xa9\r\nfrom pkg.mod import A\r\ndef f(x: A):\r\n    x._old\r\n", 4, 7),
        (b"# coding: latin-1\nfrom pkg.mod import A\ndef f(x: A):\n    'caf\xe9', x._old\n", 4, 15),
        (b"#\rfrom pkg.mod import A\rdef f(x: A):\r    x._old\r", 4, 7),
        (b"from pkg.mod import A\nt = '\f\xe2\x80\xa8'\ndef f(x: A):\n    x._old\n", 4, 7),
    ],
)
def test_bytes_of_all_kinds(data: bytes, line: int, column: int, tmp_path: Path, cache: Path) -> None:
    path = PurePosixPath("src/m.py")
    snapshot = {**lay(tmp_path, HIERARCHY), path: data}
    (tmp_path / path).write_bytes(data)
    answers = Oracle(cache, SRC).ask(tmp_path, snapshot, {path: [(line, column, "_old")]})

    assert [a.classes for a in answers.by_place.values()] == [("pkg.mod.A",)]


# --- trees ----------------------------------------------------------------------------------------


def test_the_snapshot_counts_not_the_directory(tmp_path: Path, cache: Path) -> None:
    text = "from pkg.mod import make\nfrom pkg.new import New\ndef f(x: New): make()._old; x._old\n"
    snapshot = dict(lay(tmp_path, HIERARCHY | {"src/m.py": "nothing = 1\n"}))
    snapshot[PurePosixPath("src/m.py")] = text.encode()
    snapshot[PurePosixPath("src/pkg/new.py")] = b"class New: ..."
    snapshot[PurePosixPath("src/pkg/mod.py")] = b"class A: ...\nclass B: ...\ndef make() -> B: ...\n"
    answers = Oracle(cache, SRC).ask(tmp_path, snapshot, {PurePosixPath("src/m.py"): questions(text)})

    assert told(answers, "src/m.py", text) == "B pkg.new.New"


def test_two_modules_of_one_name(tmp_path: Path, cache: Path) -> None:
    text = "from pkg.mod import make\nclass Own: ...\nmake()._old\nOwn()._old\n"
    config = "[mypy]\nmypy_path = src\n"  # without explicit bases both are conftest
    tree = HIERARCHY | {"mypy.ini": config, "tests/a/conftest.py": text, "tests/b/conftest.py": text}
    answers = ask(Oracle(cache, SRC), tmp_path, tree, "tests/a/conftest.py", "tests/b/conftest.py")

    for path in ("tests/a/conftest.py", "tests/b/conftest.py"):
        first, second = (
            answers.by_place[PurePosixPath(path), line, column] for line, column in ((3, 8), (4, 7))
        )
        assert first.homes == (ClassRef(PurePosixPath("src/pkg/mod.py"), "A"),)
        assert second.homes == (ClassRef(PurePosixPath(path), "Own"),)


def test_a_file_asked_about_that_stands_in_the_way_is_left_out(tmp_path: Path, cache: Path) -> None:
    good = "from pkg.mod import make\nmake()._old\n"
    tree = HIERARCHY | {"src/bad.py": "make()._old\n)\n", "src/good.py": good}
    answers = ask(Oracle(cache, SRC), tmp_path, tree, "src/bad.py", "src/good.py")

    assert told(answers, "src/good.py", good) == "A"
    assert len(answers.by_place) == 1


def test_the_configuration_says_where_modules_are_and_nothing_more(tmp_path: Path, cache: Path) -> None:
    tree = {f"lib/{name}": text for name, text in HIERARCHY.items()}
    tree |= {"app/m.py": "from pkg.mod import A\ndef f(x: A) -> None:\n    x._old\n"}
    tree |= {
        "plugin.py": "open('ran', 'w')\n",
        "mypy.ini": """\
            [mypy]
            mypy_path = $MYPY_CONFIG_FILE_DIR/lib/src
            plugins = plugin.py
            html_report = report
            linecount_report = report
            timing_stats = timing
            warn_unused_configs = True
            [mypy-m]
            ignore_errors = True
            follow_imports = skip
            """,
    }
    lay(tmp_path, tree)
    before = sorted(tmp_path.rglob("*"))
    answers = ask(Oracle(cache, SRC), tmp_path, tree, "app/m.py")

    (answer,) = answers.by_place.values()
    assert answer.homes == (ClassRef(PurePosixPath("lib/src/pkg/mod.py"), "A"),)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_relative_cache_is_not_put_into_the_tree(
    tmp_path: Path, warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    shutil.copytree(warm, tmp_path / "here" / "cache")
    monkeypatch.chdir(tmp_path / "here")
    tree = HIERARCHY | {"src/m.py": "from pkg.mod import make\nmake()._old\n"}
    answers = ask(Oracle(Path("cache"), SRC), tmp_path / "tree", tree, "src/m.py")

    assert len(answers.by_place) == 1
    assert sorted(p.name for p in (tmp_path / "tree").iterdir()) == ["src"]


def test_the_cache_of_the_gate_stays_good(tmp_path: Path, cache: Path) -> None:
    """Asked before, between and after: the gate sees the same, also where the text is not the file's."""
    text = "from pkg.mod import make\nx: int = ''\ndef f(): make()._old; y: int = ''\n"
    tree = HIERARCHY | {"src/m.py": text, "src/other.py": "import m\nm.x.absent\n"}
    snapshot = lay(tmp_path, tree)
    gate, oracle = Mypy(cache, SRC), Oracle(cache, SRC)
    alone = Mypy(tmp_path / "alone", SRC).measure(tmp_path)
    asked = {PurePosixPath("src/m.py"): questions(text)}
    seen = []
    for changed in (text, text.replace("x: int = ''", "x: str = ''"), text):
        answers = oracle.ask(tmp_path, {**snapshot, PurePosixPath("src/m.py"): changed.encode()}, asked)
        seen.append((told(answers, "src/m.py", text), gate.measure(tmp_path)))

    assert len(alone.problems) == 2
    assert seen == [("A", alone)] * 3


def remembered(cache: Path) -> Mapping[str, bytes]:
    """What a cache holds of modules, be it in files or in databases."""
    paths = [path for path in cache.rglob("*") if path.is_file()]
    found = {str(path): path.read_bytes() for path in paths if path.suffix == ".json"}
    for path in (path for path in paths if path.suffix == ".db"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            found |= {
                f"{path}:{name}": data for name, data in database.execute("select path, data from files2")
            }
    assert found
    return {name: data for name, data in found.items() if "@" not in name}


def test_texts_leave_no_trace_in_the_cache_of_the_gate(tmp_path: Path, cache: Path) -> None:
    text = "import between\ndef f(): between.b()._old\n"
    between = "import pkg.mod\ndef b() -> pkg.mod.B: return pkg.mod.B()\n"
    snapshot = lay(tmp_path, HIERARCHY | {"src/m.py": text, "src/between.py": between})
    mod = PurePosixPath("src/pkg/mod.py")
    asked = {PurePosixPath("src/m.py"): questions(text)}
    oracle = Oracle(cache, SRC)
    assert len(oracle.ask(tmp_path, snapshot, asked).by_place) == 1
    before = remembered(cache)
    changed = {**snapshot, mod: snapshot[mod] + b"class B(A): ...\n"}

    assert len(oracle.ask(tmp_path, changed, asked).by_place) == 1
    assert remembered(cache) == before


# --- what may go wrong --------------------------------------------------------------------------


def test_a_tree_that_mypy_cannot_build(tmp_path: Path, cache: Path) -> None:
    tree = HIERARCHY | {
        "src/m.py": "from pkg.mod import make\nimport broken\nmake()._old\n",
        "src/broken.py": ")",
    }
    answers = ask(Oracle(cache, SRC), tmp_path, tree, "src/m.py")

    assert not answers.by_place
    assert answers.failure.startswith("mypy ended with status 1 and said: src/broken.py:1:")


def test_a_broken_file_that_nothing_imports(tmp_path: Path, cache: Path) -> None:
    text = "from pkg.mod import make\nmake()._old\n"
    answers = ask(
        Oracle(cache, SRC), tmp_path, HIERARCHY | {"src/m.py": text, "src/broken.py": ")"}, "src/m.py"
    )

    assert told(answers, "src/m.py", text) == "A"


def test_the_time_limit(tmp_path: Path, cache: Path) -> None:
    started = time.monotonic()
    answers = ask(Oracle(cache, SRC, timeout=0.05), tmp_path, {"src/m.py": "x._old\n"}, "src/m.py")

    assert answers == Answers(failure="mypy did not end in time")
    assert time.monotonic() - started < 20


def test_an_interpreter_that_is_not_there(tmp_path: Path, cache: Path) -> None:
    oracle = Oracle(cache, SRC, python=tmp_path / "python")
    answers = ask(oracle, tmp_path, {"src/m.py": "x._old\n"}, "src/m.py")

    assert not answers.by_place
    assert "Invalid python executable" in answers.failure


def test_a_configuration_that_cannot_be_read(tmp_path: Path, cache: Path) -> None:
    tree = {"src/m.py": "x._old\n", "mypy.ini": "no section\n"}
    answers = ask(Oracle(cache, SRC), tmp_path, tree, "src/m.py")

    assert not answers.by_place
    assert answers.failure.startswith("mypy.ini: cannot be read")


def test_nothing_asked_nothing_started(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "run", None)

    assert Oracle(cache, SRC).ask(tmp_path, {}, {}) == Answers()
    assert ask(Oracle(cache, SRC), tmp_path, {"src/m.py": "pass\n"}, "src/m.py") == Answers()


def test_mypy_is_not_in_our_process() -> None:
    code = "import sys, json, codemods.receivers; print(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    modules = json.loads(finished.stdout)

    assert "codemods.gates.mypy" in modules
    assert not {"mypy", "codemods.oracle"} & set(modules)
