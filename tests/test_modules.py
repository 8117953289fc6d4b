"""Scopes, modules and imports: what a name in a file means."""

from __future__ import annotations

import ast
import sys
from pathlib import PurePosixPath

import pytest

from codemods.importing import local_name, reaches, source_for
from codemods.modules import External, Meaning, Missing, ModuleRef, Modules
from codemods.scopes import ClassRef, Module
from tests.trees import tree

BASE = "class Base: ...\n"
IMPORT = "from base import Base\n"


def _meaning(files: dict[str, str], expression: str, path: str = "user.py") -> str | None:
    """``Class@path`` or ``module@path``, the dotted name of something outside, None for nothing known."""
    modules = Modules(tree(files))
    module = modules.get(PurePosixPath(path))
    assert module is not None
    return _said(modules.meaning(ast.parse(expression, mode="eval").body, module.scope))


def _said(meaning: Meaning | None) -> str | None:
    match meaning:
        case ClassRef(path=where, qualname=name):
            return f"{name}@{where}"
        case ModuleRef(path=where):
            return f"module@{where}"
        case External(dotted=dotted):
            return f"outside {dotted}"
        case Missing(name=name, module=where):
            return f"missing {name} from {where}"
    return None


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expression", "meaning"),
    [
        ("from base import Base", "Base", "Base@base.py"),
        ("from base import Base as B", "B", "Base@base.py"),
        ("import base", "base.Base", "Base@base.py"),
        ("import base as b", "b.Base", "Base@base.py"),
        ("from base import *", "Base", "Base@base.py"),
        (IMPORT + "B = Base", "B", "Base@base.py"),
        ("import base\nB = base.Base", "B", "Base@base.py"),
        (IMPORT + "B = Base[int]", "B", "Base@base.py"),
        (IMPORT + "B = C = Base", "C", "Base@base.py"),
        ("from base import Base", "Base[int]", "Base@base.py"),
        ("from base import Base", "'Base'", "Base@base.py"),
        ("from base import Base", "'not a name'", None),
        ("try:\n    from base import Base\nexcept ImportError:\n    Base = object", "Base", "Base@base.py"),
        (
            "try:\n    from gone import Base\nexcept ImportError:\n    from base import Base",
            "Base",
            "Base@base.py",
        ),
        ("if TYPE_CHECKING:\n    from base import Base", "Base", "Base@base.py"),
        ("if x:\n    pass\nelif y:\n    from base import Base", "Base", "Base@base.py"),
        ("with x:\n    from base import Base", "Base", "Base@base.py"),
        ("match x:\n    case 1:\n        from base import Base", "Base", "Base@base.py"),
        ("class Outer:\n    class Inner: ...", "Outer.Inner", "Outer.Inner@user.py"),
        ("class Outer:\n    class Inner: ...", "Outer.Other", None),
        ("x = 1", "dict", "outside builtins.dict"),
        ("import abc", "abc.ABC", "outside abc.ABC"),
        ("from abc import ABC as A", "A", "outside abc.ABC"),
        ("import os.path", "os.path.join", "outside os.path.join"),
        ("Base = make()", "Base", None),
        ("Base = 'Base'", "Base", None),
        # What is bound to itself, or in a circle.
        (IMPORT + "Base = Base[int]", "Base", "Base@base.py"),
        ("import base\nbase = base.Base", "base", "Base@base.py"),
        ("import logging\nlogging = logging.x", "logging", "outside logging.x"),
        ("X = X", "X", None),
        ("X = Y\nY = X", "X", None),
        ("X = X.y", "X", None),
    ],
)
def test_meaning_of_an_expression(source: str, expression: str, meaning: str | None) -> None:
    assert _meaning({"base.py": BASE, "user.py": source}, expression) == meaning


@pytest.mark.parametrize(
    ("source", "expression", "meaning"),
    [
        ("from .base import Base", "Base", "Base@pkg/base.py"),
        ("from . import base", "base.Base", "Base@pkg/base.py"),
        ("from .sub import Base", "Base", "Base@pkg/base.py"),
        ("from .sub.deep import Base", "Base", "Base@pkg/base.py"),
        ("import pkg.base", "pkg.base.Base", "Base@pkg/base.py"),
        ("import pkg.sub.deep as d", "d.Base", "Base@pkg/base.py"),
        ("from pkg import sub", "sub.deep.Base", "Base@pkg/base.py"),
        ("from pkg.plain import base", "base.Base", "Base@pkg/plain/base.py"),
    ],
)
def test_relative_imports_packages_and_reexports(source: str, expression: str, meaning: str) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/base.py": BASE,
        "pkg/sub/__init__.py": "from .deep import *",
        "pkg/sub/deep.py": "from ..base import Base",
        "pkg/plain/base.py": BASE,  # a namespace package
        "pkg/user.py": source,
    }

    assert _meaning(files, expression, "pkg/user.py") == meaning


@pytest.mark.parametrize(
    ("source", "brings", "hides"),
    [
        (BASE + "class _Own: ...", "Base", "_Own"),
        (BASE + "class Other: ...\n__all__ = ['Base']", "Base", "Other"),
        (BASE + "class _Own: ...\n__all__ = ('_Own',)", "_Own", "Base"),
        (BASE + "class _Own: ...\n__all__: list[str] = ['_Own']", "_Own", "Base"),
        (
            BASE + "class Other: ...\nclass Third: ...\n__all__ = ['Third']\n__all__ += ['Base']",
            "Base",
            "Other",
        ),
        (BASE + "class Other: ...\n__all__ = []\n__all__.extend(['Base'])", "Base", "Other"),
        (BASE + "class _Own: ...\n__all__ = ['x'] + more.__all__", "Base", "_Own"),
    ],
)
def test_star_import_brings_what_all_says(source: str, brings: str, hides: str) -> None:
    files = {"base.py": source, "user.py": "from base import *"}

    assert _meaning(files, brings) == f"{brings}@base.py"
    assert _meaning(files, hides) == f"outside builtins.{hides}"


def test_circular_imports_end() -> None:
    files = {
        "a.py": "from b import *\nfrom b import X",
        "b.py": "from a import *\nfrom a import X",
        "user.py": "",
    }

    assert _meaning(files, "X", "a.py") is None
    assert _meaning(files, "Y", "a.py") == "outside builtins.Y"


@pytest.mark.parametrize(
    ("source", "name", "meaning"),
    [
        ("def f():\n    from base import Base\n    return Base", "Base", "Base@base.py"),
        (IMPORT + "def f():\n    return Base", "Base", "Base@base.py"),
        (IMPORT + "def f(Base):\n    return Base", "Base", None),
        (IMPORT + "def f(*Base):\n    return Base", "Base", None),
        (IMPORT + "def f():\n    for Base in x:\n        return Base", "Base", None),
        (IMPORT + "def f():\n    with x as Base:\n        return Base", "Base", None),
        (IMPORT + "def f():\n    if (Base := x()):\n        return Base", "Base", None),
        (
            "from base import Base\ndef f():\n    match x:\n        case [Base]:\n            return Base",
            "Base",
            None,
        ),
        (
            "from base import Base\nclass C:\n    Base = 1\n    def f(self):\n        return Base",
            "Base",
            "Base@base.py",
        ),
        (
            "class C:\n    class Base: ...\n    def f(self):\n        return Base",
            "Base",
            "outside builtins.Base",
        ),
        ("def f():\n    class Base: ...\n    return Base", "Base", "f.<locals>.Base@user.py"),
    ],
)
def test_names_in_functions(source: str, name: str, meaning: str | None) -> None:
    modules = Modules(tree({"base.py": BASE, "user.py": source}))
    module = modules.get(PurePosixPath("user.py"))
    assert module is not None
    (scope,) = module.inner_scopes()

    assert _said(modules.meaning(ast.Name(name, lineno=1), scope)) == meaning


def test_name_in_a_class_body_may_be_its_own_outer_one() -> None:
    files = {
        "base.py": BASE,
        "user.py": "from base import Base\nclass C:\n    Base = Base\n    class D(Base): ...",
    }
    modules = Modules(tree(files))
    module = modules.get(PurePosixPath("user.py"))
    assert module is not None
    (inner,) = module.classes["C.D"]

    assert modules.meaning(inner.node.bases[0], inner.scope) == ClassRef(PurePosixPath("base.py"), "Base")


# --- what is missing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "why"),
    [
        ("from numpy import *", "a star import from outside"),
        ("from inner import *", "a star import from outside, further on"),
        ("def __getattr__(name): ...", "the module answers for any name"),
        ("for Gone in x: ...", "a loop binds it"),
        ("with x() as Gone: ...", "a with statement binds it"),
        ("if (Gone := x()): ...", "an expression binds it"),
        ("Gone: type", "a declaration binds it"),
        ("a, (Gone, b) = x", "a tuple binds it"),
        ("def f():\n    global Gone\n    Gone = 1", "a function binds it"),
        ("def Gone(): ...", "a function"),
        ("try:\n    Gone = x()\nexcept E: ...", "a conditional assignment"),
    ],
)
def test_noop_name_is_not_missing(home: str, why: str) -> None:
    files = {"home.py": home, "inner.py": "from numpy import *", "user.py": "from home import Gone"}

    assert _meaning(files, "Gone") is None, why


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        ("from home import Gone", "missing Gone from home.py"),
        ("import home\nGone = home.Gone", "missing Gone from home.py"),
        ("from pkg import Gone", "missing Gone from home.py"),
        ("from outside import Gone", "outside outside.Gone"),
        (
            "try:\n    from home import Gone\nexcept ImportError:\n    Gone = object",
            "outside builtins.object",
        ),
        ("try:\n    from x import Gone\nexcept ImportError:\n    from home import Gone", "outside x.Gone"),
        ("from pkg import home", "module@pkg/home.py"),
    ],
)
def test_missing_names(source: str, meaning: str) -> None:
    files = {
        "home.py": BASE,
        "pkg/__init__.py": "from home import Gone",
        "pkg/home.py": "",
        "user.py": source,
    }

    assert _meaning(files, "Gone" if "Gone" in source else "home") == meaning


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "near", "dotted", "found"),
    [
        (["src/app/a.py"], "src/app/b.py", "app.a", "src/app/a.py"),
        (["src/app/__init__.py", "src/app/a.py"], "tests/t.py", "app.a", "src/app/a.py"),
        (["app/__init__.py", "app/a.py"], "app/a.py", "app.a", "app/a.py"),
        (["app/__init__.py"], "x.py", "app", "app/__init__.py"),
        (["app/sub/a.py"], "x.py", "app.sub", "app/sub"),
        (["lib/app/__init__.py", "lib/app/a.py"], "x.py", "app.a", "lib/app/a.py"),
        (["one/app/__init__.py", "two/app/__init__.py"], "two/app/a.py", "app", "two/app/__init__.py"),
        (["scripts/a.py"], "scripts/b.py", "a", "scripts/a.py"),
        (["scripts/a.py", "a.py"], "scripts/b.py", "a", "a.py"),
        (["a.py", "a.pyi"], "x.py", "a", "a.py"),
        (["a.pyi"], "x.py", "a", "a.pyi"),
        (["a/__init__.py", "a.py"], "x.py", "a", "a/__init__.py"),
        (["src/app/a.py"], "x.py", "src.app.a", "src/app/a.py"),
        (["a.py"], "x.py", "b", None),
    ],
)
def test_absolute_names_lead_to_files(files: list[str], near: str, dotted: str, found: str | None) -> None:
    modules = Modules(tree({**dict.fromkeys(files, ""), near: ""}))

    assert modules.find(dotted, PurePosixPath(near)) == (found and PurePosixPath(found))


@pytest.mark.parametrize(
    ("files", "path", "dotted"),
    [
        ({"src/app/a.py": ""}, "src/app/a.py", "app.a"),
        ({"src/__init__.py": "", "src/a.py": ""}, "src/a.py", "src.a"),
        ({"app/__init__.py": ""}, "app/__init__.py", "app"),
        ({"lib/app/__init__.py": "", "lib/app/a.py": ""}, "lib/app/a.py", "app.a"),
        ({"ns/app/a.py": ""}, "ns/app/a.py", "ns.app.a"),
    ],
)
def test_dotted_name_of_a_file(files: dict[str, str], path: str, dotted: str) -> None:
    assert Modules(tree(files)).dotted(PurePosixPath(path)) == dotted


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"class (:\n", "syntax-error"),
        (b"\xff", "undecodable"),
        ("class A: ...".encode("utf-16"), "undecodable"),
        (b"x = 1\0", "control-character"),
        (b"# coding: rot13\n", "undecodable"),
    ],
)
def test_file_that_cannot_be_read_is_a_value(data: bytes, code: str) -> None:
    path = PurePosixPath("a.py")
    modules = Modules({path: data})

    assert modules.get(path) is None
    assert modules.failures[path].code == code


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffclass Base: ...\n".encode(),
        "# coding: latin-1\nx = 'é'\nclass Base: ...\n".encode("latin-1"),
        b"x = 1\rclass Base:\r    pass\r",
        b"x = 1\n\x0cclass Base: ...\n",
        b"class Base: ...",
        "class \uff22ase: ...\n".encode(),
    ],
)
def test_unusual_bytes_are_read(data: bytes) -> None:
    module = Modules({PurePosixPath("a.py"): data}).get(PurePosixPath("a.py"))

    assert module is not None
    assert [*module.classes] == ["Base"]


def test_long_chain_of_elif_is_read() -> None:
    source = "if x == 0:\n    pass\n" + "".join(f"elif x == {i}:\n    pass\n" for i in range(1000))
    modules = Modules(tree({"a.py": f"{source}else:\n    class Base: ...\n"}))
    module = modules.get(PurePosixPath("a.py"))

    # Where Python's own parser gives up, that is said.
    assert (
        [*module.classes] == ["Base"]
        if module
        else modules.failures[PurePosixPath("a.py")].code == "parser-limit"
    )


def test_mentioning_reads_only_what_names_it() -> None:
    modules = Modules(tree({"a.py": "Base", "b.py": "B", "c.py": "x = 'é'\n\uff22ase = 1", "d.py": "Base ("}))

    assert [str(m.path) for m in modules.mentioning("Base")] == ["a.py", "c.py"]
    assert [str(p) for p in modules.failures] == ["d.py"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is read by Python 3.12 and newer")
def test_new_type_syntax() -> None:
    source = "from base import Base\ntype B = Base\nclass C[T: Base](Base): ...\ndef f[T](x: T) -> T: ...\n"

    assert _meaning({"base.py": BASE, "user.py": source}, "C") == "C@user.py"


def test_class_at_is_the_innermost() -> None:
    module = _module({"a.py": "class A:\n    x = 1\n    class B:\n        y = 1\nz = 1\n"}, "a.py")[1]

    found = [module.class_at(line) for line in (1, 2, 4, 5)]
    assert [ref and ref.qualname for ref in found] == ["A", "A", "A.B", None]


# --- importing ----------------------------------------------------------------------------------


def _module(files: dict[str, str], path: str) -> tuple[Modules, Module]:
    modules = Modules(tree(files))
    module = modules.get(PurePosixPath(path))
    assert module is not None
    return modules, module


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("from app.b import B", "src/app/types.py", "app.types"),
        ("from .b import B", "src/app/types.py", ".types"),
        ("from .b import B", "src/app/sub/types.py", ".sub.types"),
        ("from .b import B", "src/app/sub/__init__.py", ".sub"),
        ("from .b import B", "src/app/__init__.py", "."),
        ("from src.app.b import B", "src/app/types.py", "src.app.types"),
        ("import os", "src/app/types.py", ".types"),
        ("import os\nfrom json import loads", "src/app/types.py", ".types"),
    ],
)
def test_imports_in_the_style_of_the_file(source: str, target: str, expected: str) -> None:
    modules, module = _module(
        {"src/app/__init__.py": "", "src/app/b.py": "", "src/app/a.py": source}, "src/app/a.py"
    )

    assert source_for(modules, module, PurePosixPath(target)) == expected


def test_imports_relative_from_further_in() -> None:
    files = {
        "app/__init__.py": "",
        "app/x/__init__.py": "",
        "app/x/a.py": "from . import b",
        "app/y/__init__.py": "",
    }
    modules, module = _module(files, "app/x/a.py")

    assert source_for(modules, module, PurePosixPath("app/y/types.py")) == "..y.types"
    assert source_for(modules, module, PurePosixPath("app/types.py")) == "..types"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("", None),
        ("from other import Base", None),
        ("if TYPE_CHECKING:\n    from base import Base", None),
        ("if typing.TYPE_CHECKING:\n    from base import Base", None),
        ("def f():\n    from base import Base", None),
        ("if not TYPE_CHECKING:\n    from base import Base", "Base"),
        ("from base import Base", "Base"),
        ("from base import Base as B", "B"),
        ("from base import *\nB = Base", "B"),
        ("import base", "base.Base"),
        ("import base as b", "b.Base"),
        ("try:\n    from base import Base\nexcept ImportError:\n    Base = None", "Base"),
    ],
)
def test_local_name_at_run_time(source: str, name: str | None) -> None:
    modules, module = _module({"base.py": BASE, "other.py": BASE, "a.py": source}, "a.py")

    assert local_name(modules, module, ClassRef(PurePosixPath("base.py"), "Base")) == name


@pytest.mark.parametrize(
    ("start", "answer"),
    [
        ("from goal import x", True),
        ("import goal", True),
        ("import pkg.deep", True),
        ("from pkg import deep", True),
        ("from pkg import *", False),
        ("from middle import *", True),
        ("try:\n    import middle\nexcept ImportError: ...", True),
        ("if TYPE_CHECKING:\n    import goal", False),
        ("def f():\n    import goal", False),
        ("import os", False),
    ],
)
def test_whether_importing_one_file_imports_another(start: str, answer: bool) -> None:
    files = {
        "start.py": start,
        "middle.py": "import start\nimport goal",
        "goal.py": "",
        "pkg/__init__.py": "",
        "pkg/deep.py": "from goal import x",
    }
    modules = Modules(tree(files))

    assert reaches(modules, PurePosixPath("start.py"), PurePosixPath("goal.py")) is answer


def test_relative_imports_reach_too() -> None:
    files = {
        "app/__init__.py": "",
        "app/start.py": "from . import middle",
        "app/middle.py": "from .goal import x",
    }
    modules = Modules(tree({**files, "app/goal.py": "", "goal.py": "", "middle.py": ""}))

    assert reaches(modules, PurePosixPath("app/start.py"), PurePosixPath("app/goal.py"))
    assert not reaches(modules, PurePosixPath("app/start.py"), PurePosixPath("goal.py"))
