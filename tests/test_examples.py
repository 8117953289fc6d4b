"""Code in documents: what a name in an excerpt is said to be a part of. ``@`` marks the name."""

from __future__ import annotations

import pytest

from codemods.examples import Example, Part

NAME = "_left_box"


def _part(marked: str) -> Part | None:
    code = marked.replace("@", "")
    line = marked[: marked.index("@")].count("\n") + 1
    rest = marked[marked.index("@") + 1 :].split("\n")[0]
    return Example(code).part(line, len(rest), NAME)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def (:\n    @_left_box", "it does not parse"),
        ("{% x %} @_left_box", "it is a template"),
        ("match x:\n    case A(@_left_box=1): ...", "a place that is not understood"),
    ],
)
def test_noop_code_that_tells_nothing(code: str, why: str) -> None:
    found = _part(code)

    assert found is None or found == Part(), why


@pytest.mark.parametrize(
    ("code", "own"),
    [
        ("stats['@_left_box']", "key of a dictionary"),
        ("{'@_left_box': 1}", "key of a dictionary"),
        ("raise E('no @_left_box here')", "words of a message"),
        ("log(f'no @_left_box {x}')", "words of a message"),
        ("f(@_left_box=1)", "a keyword of its own"),
        ("def f(@_left_box): ...", "a parameter of its own"),
        ("from x import @_left_box", "an import of its own"),
    ],
)
def test_what_is_no_attribute(code: str, own: str) -> None:
    assert _part(code) == Part(own=own)


@pytest.mark.parametrize(
    ("code", "owners"),
    [
        ("@_left_box", ()),
        ("@_left_box: int = 1", ()),
        ("async def @_left_box(self): ...", ()),
        ("self.@_left_box", ()),
        ("await self.@_left_box()", ()),
        ("'''The Shelf.@_left_box'''", ("Shelf",)),
        ("x = 1  # Shelf.@_left_box", ("Shelf",)),
        ("x.@_left_box", ("x",)),
        ("Shelf(a, b=c()).@_left_box", ("Shelf",)),
        ("(await m.Shelf()).@_left_box", ("Shelf",)),
        ("x = Shelf()\nx.@_left_box", ("Shelf", "x")),
        ("x.@_left_box\nx: 'Optional[Shelf]'", ("Optional", "Shelf", "x")),
        ("def f(x: m.Shelf, y=1):\n    x.@_left_box", ("m", "Shelf", "x")),
        ("self.x = Shelf()\nself.x.@_left_box", ("Shelf", "x")),
        ("hasattr(Shelf, '@_left_box')", ("Shelf",)),
        ("x = Shelf()\npatch.object(x, '@_left_box')", ("Shelf", "x")),
        ("patch('m.Shelf.@_left_box')", ("Shelf",)),
        ("    def f(self):\n        self.@_left_box", ()),
        ("class A(m.B[C], metaclass=D):\n    @_left_box = 1", ("B", "A")),
        ("class A:\n    class B:\n        def f(self): super().@_left_box()", ("B",)),
        ("class A:\n    def f(self, x):\n        x.@_left_box", ("x",)),
        ("class A:\n    '''Its @_left_box.'''", ("A",)),
        ("class A:\n    def f(self):\n        hasattr(self, '@_left_box')", ("A",)),
        (">>> x = Shelf()\n>>> x.@_left_box\n1", ("Shelf", "x")),
        (">>> class A:\n...     @_left_box = 1\n...\n>>> A()\n<A>", ("A",)),
        ("é = '💥'; Shelf.@_left_box", ("Shelf",)),
        ("a._left_box; Shelf.@_left_box; b._left_box", ("Shelf",)),
    ],
)
def test_owners(code: str, owners: tuple[str, ...]) -> None:
    assert _part(code) == Part(owners)
