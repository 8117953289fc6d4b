"""What each hunk carries out, and what cannot do without what."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codemods.choice import Item, Kind
from codemods.leaving import item_of
from codemods.needs import Need, following, turned
from codemods.phases import BASE
from tests.choosers import Asked, asked
from tests.helpers import AROUND, contents, lay
from tests.test_leaving import FILES, USE
from tests.test_migrate import BEFORE

LEAF = """\
from boxes import SmallBox
from left import Left


class Leaf(Left):
    def _make_left_box(self) -> SmallBox:
        return SmallBox()
"""


def at(tree: Asked, path: str, line: int, name: str) -> Item:
    """The one site of a name in a line."""
    (site,) = (s for s in tree.start.project.sites if (str(s.path), s.line, s.name) == (path, line, name))
    return item_of(site)


def line_of(source: str, text: str) -> int:
    return next(n for n, line in enumerate(source.splitlines(), 1) if text in line)


def test_every_hunk_is_of_something_or_follows_from_others(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, BEFORE))
    for hunk in tree.review.hunks:
        found = tree.choosable.items(hunk)
        assert found or all("so imported" in r.text or "so not imported" in r.text for r in hunk.reasons), (
            hunk
        )
        assert (Kind.BASE in {item.kind for item in found}) == (hunk.phase == BASE.number)


def test_every_site_that_changes_can_be_chosen(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, BEFORE))
    changed = {item_of(s) for s in tree.start.project.sites if s.decision in ("rename", "delete")}
    assert changed <= {*tree.items}


def test_type_arguments_can_be_chosen(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, BEFORE))
    headers = {item.at for item in tree.items if item.kind is Kind.HEADER}
    assert headers == {"Left", "Right"}


def test_a_use_cannot_do_without_its_definition(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, {**FILES, "use.py": USE}))
    definition = at(tree, "left.py", 10, "_make_left_box")
    use = at(tree, "use.py", 5, "_make_left_box")

    also = tree.choosable.with_needing([definition])

    assert also[use] == "it uses _make_left_box, which is defined at left.py:10"
    assert definition not in tree.choosable.with_needing([use])
    assert definition in tree.choosable.without([use])


def test_a_factory_that_stays_keeps_the_root_from_being_abstract(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, {**FILES, "leaf.py": LEAF}))
    leaf = at(tree, "leaf.py", 6, "_make_left_box")
    abstract = Item(Kind.ABSTRACT, tree.start.project.root.path)
    assert tree.choosable.with_needing([leaf])[abstract] == "Leaf would be abstract: it keeps _make_left_box"


def test_one_attribute_has_one_name_in_a_function(tmp_path: Path) -> None:
    source = (
        "from left import Left\n\n\ndef use(left: Left):\n"
        "    if left._left_box is None:\n        return left._left_box\n\n\n"
        "def other(left: Left):\n    return left._left_box\n"
    )
    tree = asked(lay(tmp_path, {**FILES, "use.py": source}))
    first, second = (at(tree, "use.py", n, "_left_box") for n in (5, 6))
    other = at(tree, "use.py", line_of(source, "def other") + 1, "_left_box")

    assert tree.choosable.with_needing([first]) == {
        second: "use uses _left_box elsewhere, too",
        first: "use uses _left_box elsewhere, too",
    }
    assert tree.choosable.with_needing([other]) == {}


def test_an_attribute_needs_the_factory_whose_result_it_is_given(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, FILES))
    line = line_of(str(FILES["left.py"]), "self._left_box = self._make")
    call, given = (at(tree, "left.py", line, name) for name in ("_make_left_box", "_left_box"))

    assert tree.choosable.with_needing([call]) == {given: "it is given what _make_left_box returns"}
    assert tree.choosable.with_needing([given]) == {}


def test_a_typed_attribute_needs_the_type_arguments_of_its_class(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, FILES))
    (header,) = (item for item in tree.items if item.kind is Kind.HEADER)
    line = line_of(str(FILES["left.py"]), "self._left_box = self._make")
    call, given = (at(tree, "left.py", line, name) for name in ("_make_left_box", "_left_box"))

    also = tree.choosable.with_needing([header])

    assert also[given] == "_left_box would be Any by its new name, Left takes no type arguments"
    assert call not in also


def test_arguments_need_a_generic_base(tmp_path: Path) -> None:
    below = 'from left import Left\n\n\nclass Lower(Left):\n    """Below."""\n'
    one, two = (
        LEAF.replace("left import Left", "lower import Lower")
        .replace("(Left)", "(Lower)")
        .replace("class Leaf", f"class {name}")
        .replace("SmallBox", box)
        for name, box in (("One", "SmallBox"), ("Two", "LargeBox"))
    )
    tree = asked(lay(tmp_path, {**BEFORE, "lower.py": below, "one.py": one, "two.py": two}))
    headers = {item.at: item for item in tree.items if item.kind is Kind.HEADER}

    also = tree.choosable.with_needing([headers["Left"]])

    assert also[headers["Lower"]] == "Left would take no type arguments"


def test_nothing_goes_along_with_what_nothing_needs(tmp_path: Path) -> None:
    tree = asked(lay(tmp_path, {**AROUND, "left.py": FILES["left.py"], "page.md": "`_left_box`\n"}))
    pages = [item for item in tree.items if item.path.suffix == ".md"]
    assert pages
    assert tree.choosable.with_needing(pages) == {}
    assert contents(tmp_path)["page.md"] == b"`_left_box`\n"


def test_what_follows_goes_on_and_can_be_read_both_ways() -> None:
    a, b, c = (Item(Kind.HEADER, PurePosixPath("a.py"), name) for name in "abc")
    known = {a: (Need(b, "b stands on a"),), b: (Need(c, "c stands on b"), Need(a, "and a on b"))}

    assert following(known, [a]) == {b: "b stands on a", c: "c stands on b", a: "and a on b"}
    assert following(known, [c]) == {}
    assert following(turned(known), [c]) == {b: "c stands on b", a: "b stands on a"}
