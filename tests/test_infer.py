"""Receivers told without a type checker: what an expression is, how surely, and where nothing is known."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from codemods.classes import Classes
from codemods.infer import Receivers
from codemods.known import Known
from codemods.modules import Modules
from tests.trees import HIERARCHY, tree

IMPORTS = "from bases import Left, Right\nimport bases\n"


def _known(source: str, path: str = "user.py", **others: str) -> Known | None:
    """What is known of the receiver of the one attribute called ``probe``."""
    files = {**HIERARCHY, **{f"{name}.py": text for name, text in others.items()}, path: IMPORTS + source}
    return _known_in(files, path)


def _known_in(files: Mapping[str, str], path: str) -> Known | None:
    modules = Modules(tree(files))
    module = modules.get(PurePosixPath(path))
    assert module is not None, modules.failures
    (node,) = (n for n in ast.walk(module.tree) if isinstance(n, ast.Attribute) and n.attr == "probe")
    return Receivers(Classes(modules), module).known(node.value)


def _said(known: Known | None) -> str | None:
    """``Left`` or ``Left|None`` (something outside) and how surely."""
    if known is None:
        return None
    return f"{'|'.join(ref.qualname if ref else 'None' for ref in known.classes)} {known.confidence}"


# --- self, cls, super ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("class A:\n    @staticmethod\n    def f(self):\n        self.probe", "a static method has no self"),
        (
            "class A:\n    def f(self):\n        self = make()\n        self.probe",
            "self is something else here",
        ),
        (
            "class A:\n    def f(self):\n        for self in xs:\n            self.probe",
            "a loop takes the name",
        ),
        (
            "class A:\n    def f(self):\n        return [self.probe for self in xs]",
            "a comprehension takes the name",
        ),
        ("class A:\n    def f(self):\n        return lambda self: self.probe", "a lambda takes the name"),
        (
            "class A:\n    def f(self):\n        def g(self):\n            self.probe",
            "an inner function takes it",
        ),
        (
            "class A:\n    def f(self):\n        with x() as self:\n            self.probe",
            "a with statement takes it",
        ),
        (
            "class A:\n    def f(self):\n        try: ...\n        except E as self:\n            self.probe",
            "except",
        ),
        ("class A:\n    def f(*self):\n        self.probe", "a tuple"),
        (
            "class A:\n    def f(self):\n        this = self\n        this = other()\n        this.probe",
            "two meanings",
        ),
        ("def f(self):\n    self.probe", "a plain function"),
        ("self.probe", "no function"),
    ],
)
def test_noop_self_is_not_known(source: str, why: str) -> None:
    assert _known(source) is None, why


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def f(self):\n        self.probe", "A proven"),
        ("def f(this):\n        this.probe", "A proven"),
        ("async def f(self):\n        await self.probe()", "A proven"),
        ("@classmethod\n    def f(cls):\n        cls.probe", "A proven"),
        ("@property\n    def f(self):\n        return self.probe", "A proven"),
        ("def f(self, /, x):\n        self.probe", "A proven"),
        ("def f(self):\n        super().probe()", "A proven"),
        ("def f(self):\n        super(A, self).probe()", "A proven"),
        ("def f(self):\n        def g():\n            self.probe", "A proven"),
        ("def f(self):\n        return lambda x: self.probe", "A proven"),
        ("def f(self):\n        return [self.probe for x in self.xs]", "A proven"),
        ("def f(self):\n        return lambda x, y=self.probe: x", "A proven"),
        ("def f(self):\n        this = self\n        this.probe", "A inferred"),
        ("def f(self):\n        this = that = self\n        this.probe", "A inferred"),
        ("def f(self):\n        this = self\n        def g():\n            this.probe", "A inferred"),
        ("def f(self):\n        with self as this:\n            this.probe", "A inferred"),
        ("def f(self):\n        if (this := self):\n            this.probe", "A inferred"),
        ("def f(self):\n        def g():\n            self = other()\n        self.probe", "A proven"),
        (
            "def f(self):\n        self.x = self\n        [self for self in xs]\n        self.probe",
            "A proven",
        ),
        ("class B:\n        def f(self):\n            self.probe", "A.B proven"),
        ("def f(self):\n        class B:\n            def g(this):\n                self.probe", "A proven"),
    ],
)
def test_self_and_its_aliases(body: str, said: str) -> None:
    assert _said(_known(f"class A(Left):\n    {body}")) == said


# --- annotations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("Left", "Left proven"),
        ("'Left'", "Left proven"),
        ("bases.Left", "Left proven"),
        ("'bases.Left'", "Left proven"),
        ("Optional[Left]", "Left proven"),
        ("typing.Optional['Left']", "Left proven"),
        ("Left | None", "Left proven"),
        ("None | Left", "Left proven"),
        ("'Left | None'", "Left proven"),
        ("'Left' | None", "Left proven"),
        ("Union[Left, None]", "Left proven"),
        ("Union[Left, Right]", "Left|Right proven"),
        ("Left | Right | None", "Left|Right proven"),
        ("Left | Mock", "Left|None proven"),
        ("type[Left]", "Left proven"),
        ("Type['Left']", "Left proven"),
        ("Final[Left]", "Left proven"),
        ("Annotated[Left, Right]", "Left proven"),
        ("Left[int]", "Left proven"),
        ("list[Left]", None),
        ("dict[str, Left]", None),
        ("Callable[[], Left]", None),
        ("Elsewhere", None),
        ("'no annotation at all'", None),
        ("Any", None),
    ],
)
@pytest.mark.parametrize(
    "form", ["def f(x: {}):\n    x.probe", "x: {} = y\nx.probe", "def f(*, x: {} = None):\n    x.probe"]
)
def test_annotations(form: str, annotation: str, said: str | None) -> None:
    assert _said(_known(form.format(annotation))) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(x: Left):\n    x = x or make()\n    x.probe", "Left proven"),
        ("def f():\n    x: Left\n    x = make()\n    x.probe", "Left proven"),
        ("def f(*x: Left):\n    x.probe", None),
        ("def f(**x: Left):\n    x.probe", None),
        ("def f():\n    from bases import Left as L\n    x: L = make()\n    x.probe", "Left proven"),
        ("def f(x: Left, y=x.probe):\n    ...", None),
        ("x = Right()\ndef f(x: Left):\n    x.probe", "Left proven"),
    ],
)
def test_where_an_annotation_holds(source: str, said: str | None) -> None:
    assert _said(_known(source)) == said


# --- what is made -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("x = make()\nx.probe", "what make returns is not known"),
        ("x = Left()\nx = make()\nx.probe", "one of two is not known"),
        ("x = Left()\nx = make()\nx.probe", "two meanings"),
        ("x = Left()\nfor x in xs:\n    x.probe", "a loop takes the name"),
        ("x = Left()\n[x.probe for x in xs]", "a comprehension takes the name"),
        ("x = Left()\nx, y = y, x\nx.probe", "a tuple takes the name"),
        ("x = Left()\ndel x\nx.probe", "it is gone"),
        ("x = Left()\ndef f(x):\n    x.probe", "a parameter"),
        ("def g():\n    x = Left()\ndef f():\n    x.probe", "a variable of another function"),
        ("x = Left()\ndef f():\n    global x\n    x = make()\nx.probe", "a function sets it"),
        (
            "def f():\n    x = Left()\n    def g():\n        nonlocal x\n        x = make()\n    x.probe",
            "an inner function",
        ),
        ("def f(Left):\n    Left().probe", "the class is a parameter here"),
        ("x = [Left()]\nx.probe", "a list"),
        ("x = Left\nx = make()\ndef f(y=x()):\n    y.probe", "two meanings"),
        ("def g():\n    def h():\n        return Left()\ndef f():\n    g().probe", "g returns nothing"),
        ("def g():\n    if y:\n        return Left()\n    return make()\ng().probe", "g may return another"),
        ("def g():\n    yield Left()\ng().probe", "a generator"),
        ("@wrapped\ndef g():\n    return Left()\ng().probe", "what a decorator makes of it"),
        ("class A:\n    def __enter__(self): ...\nwith A() as x:\n    x.probe", "what is entered"),
        ("class A:\n    def __await__(self): ...\nasync def f():\n    (await A()).probe", "what is awaited"),
        ("class A:\n    def __get__(self, *of): ...\nclass B:\n    x = A()\nB().x.probe", "a descriptor"),
        ("@property\ndef g():\n    yield Left()\nwith g() as x:\n    x.probe", "no context manager"),
        ("def f(make):\n    make().probe\ndef make():\n    return Left()", "another make"),
        ("build(spec=Left).probe", "no mock"),
        ("x = y = x\nx.probe", "a circle"),
    ],
)
def test_noop_nothing_is_known(source: str, why: str) -> None:
    assert _known(source) is None, why


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Left().probe", "Left inferred"),
        ("Left[int]().probe", "Left inferred"),
        ("bases.Left().probe", "Left inferred"),
        ("Left.probe", "Left proven"),
        ("x = Left()\nx.probe", "Left inferred"),
        ("x = Left\nx.probe", "Left proven"),
        ("x = None\nx = Left()\nx.probe", "Left inferred"),
        ("if y:\n    x = Left(1)\nelse:\n    x = Left(2)\nx.probe", "Left inferred"),
        ("try:\n    x = Left()\nfinally:\n    x.probe", "Left inferred"),
        ("with Left() as x:\n    x.probe", "Left inferred"),
        ("async def f():\n    async with Left() as x:\n        x.probe", "Left inferred"),
        ("if (x := Left()):\n    x.probe", "Left inferred"),
        ("(x := Left()).probe", "Left inferred"),
        ("async def f():\n    (await make()).probe\nasync def make() -> Left: ...", "Left proven"),
        ("def make():\n    return Left()\nmake().probe", "Left inferred"),
        ("def make() -> 'Left':\n    return x\nmake().probe", "Left proven"),
        ("x = Mock(spec=Left)\nx.probe", "Left inferred"),
        ("x = mock.AsyncMock(spec_set=Left)\nx.probe", "Left inferred"),
        ("x = Left()\ndef f():\n    x.probe", "Left inferred"),
        ("def f():\n    x = Left()\n    return lambda: x.probe", "Left inferred"),
        ("def f():\n    x = Left()\n    def g():\n        x = Right()\n    x.probe", "Left inferred"),
        ("x = Right()\ndef f():\n    x = Left()\n    x.probe", "Left inferred"),
        ("class A:\n    Left = 1\n    def f(self):\n        Left().probe", "Left inferred"),
    ],
)
def test_what_is_made(source: str, said: str) -> None:
    assert _said(_known(source)) == said


CLASS = """\
class Opener:
    def __enter__(self):
        return Left()

    async def __aenter__(self) -> Right:
        return make()

    def __get__(self, owner, kind=None):
        return Left()

    def itself(self):
        return self

    def made(self):
        return Left()

    def typed(self) -> "Self": ...

    async def later(self):
        return Left()

    @cached_property
    def kept(self):
        return Left()


class Other(Opener): ...


class Holder:
    described = Opener()
"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("with Other() as x:\n    x.probe", "Left inferred"),
        ("async def f():\n    async with Opener() as x:\n        x.probe", "Right inferred"),
        ("with stack() as s:\n    s.enter_context(Other()).probe", "Left inferred"),
        ("async def f(s):\n    (await s.enter_async_context(Other())).probe", "Right inferred"),
        ("Holder().described.probe", "Left inferred"),
        ("Other().itself().probe", "Other inferred"),
        ("Other().typed().probe", "Other inferred"),
        ("Other().itself().made().probe", "Left inferred"),
        ("async def f():\n    (await Opener().later()).probe", "Left inferred"),
        ("Other().kept.probe", "Left inferred"),
        (
            "@contextmanager\ndef opened():\n    yield Left()\nwith opened() as x:\n    x.probe",
            "Left inferred",
        ),
        ("type(Left()).probe", "Left inferred"),
        ("def g():\n    if y:\n        return Left()\n    return Right()\ng().probe", "Left|Right inferred"),
        ("x = Left()\nx = Right()\nx.probe", "Left|Right inferred"),
    ],
)
def test_what_methods_and_context_managers_answer(source: str, said: str) -> None:
    known = _known(CLASS + source)

    assert known is not None
    assert _said(known) == said
    assert known.reason


# --- attributes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def __init__(self):\n        self.x = Left()", "Left inferred"),
        (
            "def __init__(self):\n        self.x = None\n    def g(self):\n        self.x = Left()",
            "Left inferred",
        ),
        ("def __init__(self, x: Left):\n        self.x = x", "Left inferred"),
        ("def __init__(self):\n        self.x: 'Left | None' = None", "Left inferred"),
        ("x: Left", "Left inferred"),
        ("x = Left()", "Left inferred"),
        ("def __init__(this):\n        this.x = Left()", "Left inferred"),
        ("def g(self):\n        self.x = Left()\n        self.x = Right()", "Left|Right inferred"),
        ("def g(self):\n        self.x = Left()\n        self.x = make()", None),
        ("def g(self):\n        x: Left = y", None),
        ("def g(self, other):\n        other.x = Left()", None),
        ("y = 1", None),
    ],
)
def test_attributes_of_the_object(body: str, said: str | None) -> None:
    assert _said(_known(f"class A:\n    {body}\n    def f(self):\n        self.x.probe")) == said


SHELVES = """\
class Shelf:
    def setUp(self):
        self.x = self.make()
        self.y = self.enter_context(Left())
    def make(self):
        raise NotImplementedError
class Lefts(Shelf):
    def make(self):
        return Left()
class Unknown(Lefts):
    def make(self):
        return other()
class Inner(Lefts): ...
"""


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("Lefts().x", "Left inferred"),
        ("Inner().x", "Left inferred"),
        ("Lefts().y", "Left inferred"),
        ("Shelf().x", None),
        ("Unknown().x", None),
    ],
)
def test_attribute_that_a_method_of_the_objects_own_class_makes(use: str, said: str | None) -> None:
    assert _said(_known(f"{SHELVES}{use}.probe\n")) == said


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("A | None", "Left inferred"),
        ("A | B", "Left|Other inferred"),
        ("B | A", "Other|Left inferred"),
        ("A | C", None),
    ],
)
def test_attribute_of_one_of_several_classes(annotation: str, said: str | None) -> None:
    holders = "class A:\n    y = Left()\nclass B:\n    y = Other()\nclass C: ...\nclass Other: ...\n"

    assert _said(_known(f"{holders}def f(x: {annotation}):\n    x.y.probe")) == said


def test_attribute_of_a_class_elsewhere() -> None:
    files = {
        **HIERARCHY,
        "held.py": "from bases import Left\nclass Holder:\n    def __init__(self):\n        self.x = Left()",
        "user.py": "from held import Holder\nclass Sub(Holder): ...\nh = Sub()\nh.x.probe",
    }

    found = _known_in(files, "user.py")

    assert _said(found) == "Left inferred"
    assert found is not None
    assert found.reason == "x of Sub: Left(...)"


# --- pytest fixtures ----------------------------------------------------------------------------

TEST = "def test_it(box):\n    box.probe\n"
FIXTURE = "import pytest\n@pytest.fixture\ndef box():\n    {}\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (TEST, "no fixture"),
        (f"def box():\n    return Left()\n{TEST}", "no fixture, only a function of its name"),
        (f"{FIXTURE.format('return make()')}{TEST}", "what it returns is not known"),
        (f"{FIXTURE.format('return Left() if x else Right()')}{TEST}", "it returns one of two"),
        (f"{FIXTURE.format('return [Left()]')}{TEST}", "a list"),
        (f"{FIXTURE.format('return Left()')}def helper(box):\n    box.probe", "no test"),
        (
            f"{FIXTURE.format('return Left()')}@pytest.mark.parametrize('box', [1])\n{TEST}",
            "the parameter is not the fixture's",
        ),
        (
            f"{FIXTURE.format('return Left()')}@pytest.mark.parametrize('box', [1])\nclass TestIt:\n"
            "    def test_it(self, box):\n        box.probe",
            "the parameter is not the fixture's",
        ),
    ],
)
def test_noop_parameter_of_a_test_is_not_known(source: str, why: str) -> None:
    assert _known(source, "test_user.py") is None, why


@pytest.mark.parametrize(
    "body",
    [
        "return Left()",
        "x = Left()\n    return x",
        "with Left() as x:\n        yield x",
        "x = Left()\n    yield x\n    x.close()",
        "return Mock(spec=Left)",
    ],
)
def test_parameter_of_a_test_is_what_the_fixture_returns(body: str) -> None:
    assert _said(_known(f"{FIXTURE.format(body)}{TEST}", "test_user.py")) == "Left inferred"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("@pytest.fixture(name='box')\ndef other():\n    return Left()\n", "Left inferred"),
        ("@fixture(scope='module')\ndef box():\n    return Left()\n", "Left inferred"),
        ("@pytest_asyncio.fixture\nasync def box():\n    return Left()\n", "Left inferred"),
        ("@pytest.fixture\ndef box() -> Left:\n    return make()\n", "Left inferred"),
        ("@pytest.fixture\ndef box() -> Iterator[Left]:\n    yield make()\n", "Left inferred"),
        ("@pytest.fixture\ndef box() -> Generator[Left, None, None]:\n    yield make()\n", "Left inferred"),
        (
            "@pytest.fixture\ndef inner():\n    return Left()\n"
            "@pytest.fixture\ndef box(inner):\n    return inner\n",
            "Left inferred",
        ),
        ("@pytest.mark.usefixtures('box')\ndef box():\n    return Left()\n", None),
        ("@pytest.fixture\ndef box():\n    def make():\n        return Left()\n    return make\n", None),
    ],
)
def test_forms_of_fixtures(source: str, said: str | None) -> None:
    assert _said(_known(f"{source}{TEST}", "test_user.py")) == said


HELPERS = """\
from contextlib import contextmanager
from bases import Left
def build(): return Left()
def maybe(x):
    if x:
        return None
    return Left()
@contextmanager
def opened(): yield Left()
def twice(): ...
def twice(): return Left()
"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from helpers import build\nbuild().probe", "Left inferred"),
        ("from helpers import build as make\nmake().probe", "Left inferred"),
        ("import helpers\nhelpers.build().probe", "Left inferred"),
        ("from helpers import maybe\nmaybe(1).probe", "Left inferred"),
        ("from helpers import opened\nwith opened() as x:\n    x.probe", "Left inferred"),
        ("from helpers import twice\ntwice().probe", None),
        ("from helpers import build\ndef build(): ...\nbuild().probe", None),
        ("from elsewhere import build\nbuild().probe", None),
        ("import helpers\nhelpers.missing().probe", None),
    ],
)
def test_functions_of_other_modules(source: str, said: str | None) -> None:
    assert _said(_known(source, helpers=HELPERS)) == said


def test_function_that_a_fixture_gives() -> None:
    source = FIXTURE.format("def make(x=1):\n        return Left()\n    return make")

    assert _said(_known(f"{source}def test_it(box):\n    box().probe\n", "test_user.py")) == "Left inferred"


def test_noop_parameter_with_a_default_is_no_fixture() -> None:
    source = FIXTURE.format("return Left()")

    assert _known(f"{source}def test_it(box=None):\n    box.probe\n", "test_user.py") is None


def test_nearest_fixture_counts() -> None:
    left, right = (FIXTURE.format(f"return {name}()") for name in ("Left", "Right"))
    inside = (
        "class TestIt:\n    @pytest.fixture\n    def box(self):\n"
        "        return Left()\n    def test_it(self, box):\n        box.probe"
    )
    files = {
        **HIERARCHY,
        "tests/conftest.py": IMPORTS + right,
        "tests/deep/conftest.py": IMPORTS + left,
        "tests/deep/test_a.py": TEST,
        "tests/test_b.py": TEST,
        "tests/deep/test_c.py": IMPORTS + right + TEST,
        "tests/test_d.py": IMPORTS + right + inside,
        "tests/deep/test_e.py": "import pytest\n@pytest.fixture\ndef box(box):\n    return box\n" + TEST,
    }

    found = {path[-4]: _said(_known_in(files, path)) for path in files if "test_" in path}

    assert found == {
        "a": "Left inferred",
        "b": "Right inferred",
        "c": "Right inferred",
        "d": "Left inferred",
        "e": "Left inferred",
    }


@pytest.mark.parametrize("gives", ["return", "yield"])
def test_reason_names_the_fixture(gives: str) -> None:
    found = _known(f"{FIXTURE.format(f'{gives} Left()')}{TEST}", "test_user.py")

    assert found is not None
    assert found.reason == f"the fixture in test_user.py:5, which {gives}s Left(...)"
