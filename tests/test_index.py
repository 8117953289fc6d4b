"""The hierarchy of a root: who belongs to it, in which order, and which bases are missing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from codemods.data import MigrationError
from codemods.index import Index
from codemods.scopes import ClassRef
from tests.trees import TWO_SIDES, indexed

ROOT = {"root.py": "class Root: ...\n"}
HINT = "; if PATH only uses it, --hierarchy says where it is"


def _members(files: Mapping[str, str | bytes]) -> list[str]:
    return [f"{ref.qualname}@{ref.path}" for ref in indexed(files).members]


def _joins(source: str | bytes, **others: str) -> list[str]:
    """The members in a file of the tree, beside the root."""
    files: dict[str, str | bytes] = {**ROOT, **{f"{k}.py": v for k, v in others.items()}, "user.py": source}
    return [name.removesuffix("@user.py") for name in _members(files) if name.endswith("@user.py")]


# --- who belongs to it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("class Root2: ...", "a longer name"),
        ("from elsewhere import Root\nclass A(Root): ...", "the Root of another project"),
        ("from other import Root\nclass A(Root): ...", "a Root imported from a file that has none"),
        ("class A:\n    root: 'Root'", "a use that is no base"),
        ("Root = object\nclass A(Root): ...", "a name of its own"),
        ("from root import Root\nRoot = make()\nclass A(Root()): ...", "a call"),
        ("from root import Root\ndef f(Root):\n    class A(Root): ...", "a parameter"),
        ("import root\nclass A(root.Other): ...", "another name of the module"),
        ("import root\nclass A(root.Root", "a file that does not parse"),
        ("class A(A): ...", "itself"),
        ("class A: ...\nclass A(A): ...", "one class of two"),
    ],
)
def test_noop_class_does_not_join(source: str, why: str) -> None:
    assert _joins(source, other="x = 1") == [], why


@pytest.mark.parametrize(
    "source",
    [
        "from root import Root\nclass A(Root): ...",
        "from root import Root as R\nclass A(R): ...",
        "from root import Root as A\nclass A(A): ...",
        "from root import Root as A\nclass A(A): ...\nA = wrapped(A)",
        "try:\n    from x import A\nexcept ImportError:\n    from root import Root as A\nclass A(A): ...",
        "from root import Root\ntry:\n    import x\nexcept E:\n    class A(Root): ...\nclass A(A): ...",
        "import root\nclass A(root.Root): ...",
        "import root as r\nclass A(r.Root): ...",
        "from root import *\nclass A(Root): ...",
        "from .root import Root\nclass A(Root): ...",
        "from . import root\nclass A(root.Root): ...",
        "from root import Root\nclass A(object, Root): ...",
        "from root import Root\nclass A(Root[int]): ...",
        "from root import Root\nR = Root\nclass A(R): ...",
        "from root import Root\nRoot = Root\nclass A(Root): ...",
        "import root\nroot = root.Root\nclass A(root): ...",
        "try:\n    from root import Root\nexcept ImportError:\n    Root = object\nclass A(Root): ...",
        "if TYPE_CHECKING:\n    from root import Root\nelse:\n    Root = object\nclass A(Root): ...",
        "from root import Root\nif x:\n    class A(Root): ...\nelse:\n    class A: ...",
        "from root import Root\nif x:\n    class A: ...\nelse:\n    class A(Root): ...",
        "from root import Root\nclass A(Root, metaclass=M): ...",
        "from handing import R\nclass A(R): ...",
        "from handing import *\nclass A(R): ...",
        "import handing\nclass A(handing.R): ...",
        "from further import Q\nclass A(Q): ...",
        "from root import \uff32oot\nclass A(R\uff4fot): ...",
        "# é\nimport root\nclass A(root.Ro\uff4ft): ...",
    ],
)
def test_class_joins(source: str) -> None:
    handing = "from root import Root as R\nfrom root import Root"

    assert _joins(source, handing=handing, further="import handing as h\nQ = h.R") == ["A"]


@pytest.mark.parametrize(
    ("source", "members"),
    [
        ("class A(Root):\n    class B(Root): ...", ["A", "A.B"]),
        ("class N:\n    class B(Root): ...\nclass C(N.B): ...", ["N.B", "C"]),
        ("def f():\n    class A(Root): ...\n    class B(A): ...", ["f.<locals>.A", "f.<locals>.B"]),
        ("class B(Root): ...\nclass A(B): ...\nclass C(A): ...", ["B", "A", "C"]),
        ("class A(Root): ...\nclass A(A): ...", ["A"]),
    ],
)
def test_nested_classes_and_chains(source: str, members: list[str]) -> None:
    assert _joins(f"from root import Root\n{source}") == members


@pytest.mark.parametrize(
    "data",
    [
        "\ufefffrom root import Root\nclass A(Root): ...\n".encode(),
        "# coding: latin-1\nx = 'é'\nfrom root import Root\nclass A(Root): ...\n".encode("latin-1"),
        b"from root import Root\rclass A(Root):\r    pass\r",
        b"from root import Root\r\nclass A(Root):\r\n    pass",
        b"\x0cfrom root import Root\n\x0cclass A(Root): ...\n",
    ],
)
def test_unusual_bytes_join(data: bytes) -> None:
    assert _joins(data) == ["A"]


def test_reexports_packages_and_layouts() -> None:
    files: dict[str, str | bytes] = {
        "src/app/__init__.py": "from .core import Root",
        "src/app/core/__init__.py": "from app.core.base import *\n__all__ = ['Root']",
        "src/app/core/base.py": "class Root: ...",
        "src/app/one.py": "from app import Root\nclass One(Root): ...",
        "src/app/deep/two.py": "from app.one import One\nclass Two(One): ...",  # a namespace package
        "tests/test_it.py": "from app.deep import two\nclass Three(two.Two): ...",
        "scripts/base.py": "from app import Root\nclass Four(Root): ...",
        "scripts/run.py": "from base import Four\nclass Five(Four): ...",
    }

    assert _members(files) == [
        "Root@src/app/core/base.py",
        "Four@scripts/base.py",
        "One@src/app/one.py",
        "Five@scripts/run.py",
        "Two@src/app/deep/two.py",
        "Three@tests/test_it.py",
    ]


def test_another_name_of_another_name_is_seen_in_a_file_that_was_read_before() -> None:
    others = {"other": "from root import Root as Thing", "named": "# Root\nfrom other import Thing as Alias"}

    assert _joins("from named import Alias\nclass A(Alias): ...", **others) == ["A"]


def test_assignments_stand_in_every_block() -> None:
    source = """\
from root import Root

class A(Root):
    def f(self, value):
        try:
            self.a = 1
        except ValueError:
            self.b = 1
        else:
            self.c = 1
        finally:
            self.d = 1
        match value:
            case 1:
                self.e = 1
        for _ in value:
            if value:
                self.f: int = 1
        def inner():
            self.g = 1
"""
    members = indexed({**ROOT, "user.py": source}).members
    info = next(info for ref, info in members.items() if ref.name == "A")
    targets = (ast.unparse(s).split(".")[1][0] for s, function in info.assignments if function)

    assert "".join(sorted(targets)) == "abcdefg"


def test_two_classes_of_one_name_are_two() -> None:
    files: dict[str, str | bytes] = {
        **ROOT,
        "a.py": "from root import Root\nclass Same(Root): ...",
        "b.py": "class Same: ...",
        "c.py": "from a import Same\nclass FromA(Same): ...",
        "d.py": "from b import Same\nclass FromB(Same): ...",
    }

    assert _members(files) == ["Root@root.py", "Same@a.py", "FromA@c.py"]


def test_stub_beside_its_module_joins_too() -> None:
    files: dict[str, str | bytes] = {**ROOT, "a.py": "from root import Root\nclass A(Root): ..."}
    files["a.pyi"] = files["a.py"]

    assert _members(files) == ["Root@root.py", "A@a.py", "A@a.pyi"]


def test_circular_imports_and_bases_end() -> None:
    files: dict[str, str | bytes] = {
        "root.py": "from a import A\nclass Root: ...",
        "a.py": "from root import Root\nfrom b import B\nclass A(Root): ...\nclass Odd(B): ...",
        "b.py": "from a import A, Odd\nclass B(A, Odd): ...",
    }

    assert _members(files) == ["Root@root.py", "A@a.py", "Odd@a.py", "B@b.py"] or len(_members(files)) == 4


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is read by Python 3.12 and newer")
def test_new_type_syntax_joins() -> None:
    assert _joins("from root import Root\nclass A[T: int](Root): ...\ntype R = Root\n") == ["A"]


def test_files_that_name_no_member_are_not_read() -> None:
    files: dict[str, str | bytes] = {**ROOT, "a.py": "def broken(:", "b.py": "x = 1"}

    assert not indexed(files).modules.failures


# --- the root -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.py": "x = 1"}, f"no class Root in this tree{HINT}"),
        ({"a.py": "from b import Root"}, f"no class Root in this tree{HINT}"),
        ({"a.py": "class Root(:"}, rf"no class Root in this tree \(a.py: syntax-error: line 1: .*\){HINT}"),
        ({"a.pyi": "class Root: ..."}, f"no class Root in this tree{HINT}"),
        (
            {"a.py": "class Root: ...", "p/b.py": "class Root: ..."},
            r"2 classes are called Root: a.py \(a.Root\) and p/b.py \(p.b.Root\); "
            r"give the spec a dotted root",
        ),
        (
            {"a.py": "class Root: ...\nclass Outer:\n    class Root: ..."},
            r"2 classes are called Root: a.py \(a.Root\) and a.py \(a.Outer.Root\); .*",
        ),
    ],
)
def test_root_is_one_class(files: dict[str, str], message: str) -> None:
    with pytest.raises(MigrationError, match=f"^{message}$"):
        indexed(files)


@pytest.mark.parametrize(
    ("dotted", "found"),
    [("a.Root", "Root@a.py"), ("p.b.Root", "Root@src/p/b.py"), ("a.Outer.Root", "Outer.Root@a.py")],
)
def test_dotted_root_chooses(dotted: str, found: str) -> None:
    files = {"a.py": "class Root: ...\nclass Outer:\n    class Root: ...", "src/p/b.py": "class Root: ..."}

    root = indexed(files, replace(TWO_SIDES, root=dotted)).root

    assert f"{root.qualname}@{root.path}" == found


# --- order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "ref", "order"),
    [
        ("class A(Root): ...\nclass B(A): ...", "B", "B A Root"),
        ("class M: ...\nclass A(M, Root): ...", "A", "A M Root"),
        ("class A(Root): ...\nclass B(Root): ...\nclass C(A, B): ...", "C", "C A B Root"),
        ("class M: ...\nclass A(Root): ...\nclass B(M, A): ...", "B", "B M A Root"),
        ("class A(Root): ...\nclass B(Root, A): ...", "B", "B Root A"),  # Python refuses it
    ],
)
def test_ancestors_stand_in_the_order_of_method_resolution(source: str, ref: str, order: str) -> None:
    found = indexed({**ROOT, "user.py": f"from root import Root\n{source}"})

    assert " ".join(r.name for r in found.classes.mro(_ref(found, ref))) == order


def test_members_come_after_their_parents() -> None:
    found = indexed(
        {**ROOT, "a.py": "from b import B\nclass A(B): ...", "b.py": "import root\nclass B(root.Root): ..."}
    )

    assert [ref.name for ref in found.members] == ["Root", "B", "A"]
    assert [ref.name for ref in found.descendants(_ref(found, "B"))] == ["B", "A"]
    assert [ref.name for ref in found.lineage(_ref(found, "A"))] == ["A", "B", "Root"]
    assert found.parents(_ref(found, "A")) == (_ref(found, "B"),)


def _ref(found: Index, name: str) -> ClassRef:
    return next(ref for ref in found.members if ref.name == name)


# --- missing bases ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("from home import Left\nclass A(Left): ...", "it is there"),
        ("from stars import Gone\nclass A(Gone): ...", "a star import from outside may bring it"),
        ("from lazy import Gone\nclass A(Gone): ...", "the module answers for any name"),
        ("from unrelated import Gone\nclass A(Gone): ...", "no class of the hierarchy lives there"),
        ("from elsewhere import Gone\nclass A(Gone): ...", "the module is not of the tree"),
        ("from home import Gone", "no class has it as a base"),
        (
            "try:\n    from home import Gone\nexcept ImportError:\n"
            "    from home import Left as Gone\nclass A(Gone): ...",
            "",
        ),
        ("try:\n    from home import Gone\nexcept ImportError:\n    Gone = object\nclass A(Gone): ...", ""),
        ("def f():\n    from home import Gone", "no class has it as a base"),
        ("from looped import Gone\nclass A(Gone): ...", "a loop binds it"),
    ],
)
def test_noop_no_base_is_missing(source: str, why: str) -> None:
    assert indexed(_homes(source)).missing == (), why


@pytest.mark.parametrize(
    ("source", "path", "line"),
    [
        ("from home import Gone\nclass A(Gone): ...", "home.py", 1),
        ("x = 1\nfrom home import Gone as G\nclass A(G): ...", "home.py", 2),
        ("import home\nclass A(home.Gone): ...", "home.py", 2),
        ("import home as h\nclass A(h.Gone[int]): ...", "home.py", 2),
        ("from pkg import Gone\nclass A(Gone): ...", "pkg/__init__.py", 1),
        ("from home import Gone\nG = Gone\nclass A(G): ...", "home.py", 1),
        ("from home import Gone\nclass Outer:\n    class A(Gone): ...", "home.py", 1),
        ("def f():\n    from home import Gone\n    class A(Gone): ...", "home.py", 2),
        ("if TYPE_CHECKING:\n    from home import Gone\nclass A(Gone): ...", "home.py", 2),
        ("if TYPE_CHECKING: from home import Gone\nclass A(Gone): ...", "home.py", 1),
        ("x = 1; from home import Gone\nclass A(Gone): ...", "home.py", 1),
        ("from \\\n  home \\\n  import Gone\nclass A(Gone): ...", "home.py", 1),
        ("from . import (\n    home,\n)\nclass A(home.Gone): ...", "home.py", 4),
        ("from .home import Gone\nclass A(Gone): ...", "home.py", 1),
        ("import pkg.inner, home\nclass A(home.Gone): ...", "home.py", 2),
        ("x = 1\rfrom home import Gone\rclass A(Gone): ...", "home.py", 2),
        ("from \u210eome import Gone\nclass A(Gone): ...", "home.py", 1),  # home, when Python has read it
    ],
)
def test_missing_base(source: str, path: str, line: int) -> None:
    ((ref, missing),) = indexed(_homes(source)).missing

    assert ref.name == "A"
    assert (missing.name, missing.module, missing.line) == ("Gone", PurePosixPath(path), line)
    assert missing.importer == PurePosixPath("user.py")


def test_missing_from_a_member_that_has_the_name_of_the_root() -> None:
    files = {**ROOT, "home.py": "import root\nclass Root(root.Root): ..."}
    asked = replace(TWO_SIDES, root="root.Root")
    found = indexed({**files, "user.py": "from home import Gone\nclass A(Gone): ..."}, asked)

    assert [(ref.name, missing.name) for ref, missing in found.missing] == [("A", "Gone")]


def test_missing_behind_a_package_is_placed_where_the_package_imports_it() -> None:
    files = _homes("from handing import Gone\nclass A(Gone): ...")
    files["handing/__init__.py"] = "x = 1\nfrom home import Left, Gone"

    ((_, missing),) = indexed(files).missing

    assert (missing.module, missing.importer) == (
        PurePosixPath("home.py"),
        PurePosixPath("handing/__init__.py"),
    )


def _homes(source: str) -> dict[str, str]:
    return {
        "root.py": "class Root: ...",
        "home.py": "from root import Root\nclass Left(Root): ...",
        "pkg/__init__.py": "from home import Left",
        "stars.py": "from home import *\nfrom numpy import *",
        "lazy.py": "from home import Left\ndef __getattr__(name): ...",
        "looped.py": "from root import Root\nclass Low(Root): ...\nfor Gone in Root.__subclasses__(): ...",
        "unrelated.py": "class Other: ...",
        "user.py": source,
    }
