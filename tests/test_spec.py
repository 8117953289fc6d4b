"""The built-in spec loads; what is wrong with another is one line that names the file and the key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from codemods import spec, toml
from codemods.data import Attribute, Factory, MigrationError, Side, TypeParameter

GOOD = """\
name = "shops"
root = "shop.core.Shop"
side_flag = "_is_open"

[[sides]]
name = "inner"
flag = true

[[sides]]
name = "outer"
flag = false

[[type_parameters]]
name = "Till"
bound = "BaseTill"
variables = { inner = "InnerTill", outer = "OuterTill" }
unions = { inner = "AnyInnerTill", outer = "AnyOuterTill" }

[[attributes]]
new = "_till"
type_parameter = "Till"
comment = "The till"
old = { inner = "_inner_till", outer = "_outer_till" }

[[attributes]]
new = "_counting"
old = { inner = "_inner_counting" }

[[factories]]
new = "_make_till"
type_parameter = "Till"
optional = true
old = { inner = "_make_inner_till", outer = "_make_outer_till" }

[stale]
_build_till = "_make_till"

[compatibility]
module = "old_names"
class_name = "OldNames"
since = "1.0"
remove_after = "2.0"
message = "{old} is {new} since {since}, until {remove_after}"
"""

ONE_SIDE = """\
name = "trees"
root = "Tree"
sides = [{ name = "only" }]
factories = []
attributes = [{ new = "leaf", old = { only = "old_leaf" } }]

[[type_parameters]]
name = "Leaf"
bound = "BaseLeaf"
variables = { only = "AnyLeaf" }
unions = { only = "EveryLeaf" }

[compatibility]
module = "old_names"
class_name = "OldNames"
since = "1.0"
remove_after = "2.0"
message = "use {new}"
"""


def refusal(text: str) -> str:
    with pytest.raises(MigrationError) as caught:
        spec.loads(text, "spec.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("since", "remove_after", "fits"),
    [
        ("2025-09", "2025-08", False),
        ("2025-09-02", "2025-09-01", False),
        ("2025-09-02", "2025-09", True),
        ("2025-09", "2025-09", True),
        ("2.0", "1.0", True),
        ("2025-09", "1.0", True),
    ],
)
def test_old_names_go_after_they_are_deprecated(since: str, remove_after: str, fits: bool) -> None:
    text = ONE_SIDE.replace('since = "1.0"', f'since = "{since}"')
    text = text.replace('remove_after = "2.0"', f'remove_after = "{remove_after}"')

    if fits:
        spec.loads(text, "spec.toml")
    else:
        assert refusal(text) == f'spec.toml: compatibility.remove_after: "{remove_after}" is before since'


@pytest.mark.parametrize("said", ["2027-1", "2027/01", "2027-13", "2025-02-30", "2026-11-2"])
def test_what_looks_like_a_date_is_one(said: str) -> None:
    text = ONE_SIDE.replace('remove_after = "2.0"', f'remove_after = "{said}"')

    assert refusal(text) == (
        f'spec.toml: compatibility.remove_after: "{said}" is no date: write 2026-01 or 2026-01-31'
    )


def test_built_in_loads() -> None:
    built_in = spec.builtin()

    assert built_in.name == spec.BUILT_IN
    assert [side.flag for side in built_in.sides] == [True, False]
    assert (len(built_in.attributes), len(built_in.factories), len(built_in.renames)) == (4, 2, 12)


def test_values_reach_their_fields() -> None:
    shops = spec.loads(GOOD, "spec.toml")

    assert (shops.root, shops.types_module, shops.side_flag) == ("shop.core.Shop", "types", "_is_open")
    assert shops.sides == (Side("inner", True), Side("outer", False))
    assert shops.type_parameters == (
        TypeParameter(
            "Till",
            "BaseTill",
            {"inner": "InnerTill", "outer": "OuterTill"},
            {"inner": "AnyInnerTill", "outer": "AnyOuterTill"},
        ),
    )
    assert shops.attributes[1] == Attribute("_counting", {"inner": "_inner_counting"}, None)
    assert shops.factories == (
        Factory(
            "_make_till", {"inner": "_make_inner_till", "outer": "_make_outer_till"}, "Till", optional=True
        ),
    )
    assert shops.stale == {"_build_till": "_make_till"}


def test_one_side_needs_no_flag() -> None:
    trees = spec.loads(ONE_SIDE, "spec.toml")

    assert (trees.sides, trees.side_flag, trees.renames) == ((Side("only"),), None, {"old_leaf": "leaf"})


NAMES = [
    ('root = "shop.core.Shop"', 'root = "shop..Shop"', 'root: "" is not an identifier'),
    ('root = "shop.core.Shop"', 'root = "shop.class.Shop"', 'root: "class" is not an identifier'),
    ('"_is_open"', '"is open"', 'side_flag: "is open" is not an identifier'),
    ('name = "inner"\n', 'name = "in-ner"\n', 'sides[0].name: "in-ner" is not an identifier'),
    (
        'bound = "BaseTill"',
        'bound = "Base Till"',
        'type_parameters[0].bound: "Base Till" is not an identifier',
    ),
    ('"InnerTill"', '"3Till"', 'type_parameters[0].variables.inner: "3Till" is not an identifier'),
    ('"AnyOuterTill"', '""', 'type_parameters[0].unions.outer: "" is not an identifier'),
    ('"_inner_till"', '"_a-b"', 'attributes[0].old.inner: "_a-b" is not an identifier'),
    ('"_make_till"\ntype', '"lambda"\ntype', 'factories[0].new: "lambda" is not an identifier'),
    ('"_inner_till"', '"_\\uFB01ll"', 'attributes[0].old.inner: "_\ufb01ll" is not an identifier'),
    ('"_inner_till"', '"a\\nb"', 'attributes[0].old.inner: "a\\nb" is not an identifier'),
    ('"_inner_till"', f'"{"-" * 80}"', f'attributes[0].old.inner: "{"-" * 57}..." is not an identifier'),
    ('"_inner_till"', '"__till"', 'attributes[0].old.inner: "__till" begins with two underscores'),
    ("_build_till =", '"build till" =', 'stale."build till": "build till" is not an identifier'),
    ('"OldNames"', '"Old.Names"', 'compatibility.class_name: "Old.Names" is not an identifier'),
]
SHAPES = [
    ('name = "shops"', 'nmae = "shops"', "nmae: is not a known key; name?"),
    ('comment = "The till"', "colour = 3", "attributes[0].colour: is not a known key"),
    ('since = "1.0"', 'since = "1.0"\n"a b" = 1', 'compatibility."a b": is not a known key'),
    ('name = "shops"\n', "", "name: is missing"),
    ('bound = "BaseTill"\n', "", "type_parameters[0].bound: is missing"),
    ('name = "shops"', "name = 3", "name: must be a string, not a whole number"),
    (
        "flag = true",
        "flag = 1.5",
        "sides[0].flag: must be true or false or a whole number or a string, not float",
    ),
    ("optional = true", 'optional = "yes"', 'factories[0].optional: must be true or false, not "yes"'),
    ("optional = true", "optional = 1", "factories[0].optional: must be true or false, not a whole number"),
    ('inner = "_inner_till"', "inner = []", "attributes[0].old.inner: must be a string, not an array"),
    ('old = { inner = "_inner_counting" }', 'old = "x"', 'attributes[1].old: must be a table, not "x"'),
    ("[stale]", "[[stale]]", "stale: must be a table, not an array"),
    ("[[sides]]\n", "[[types]]\n", "types: is not a known key"),
]
SENSE = [
    (
        'name = "outer"\n',
        'name = "inner"\n',
        "type_parameters[0].variables.outer: is not a side that [[sides]] declares",
    ),
    ('{ inner = "_inner_counting" }', '{ upper = "_up" }', "attributes[1].old.upper: is not a side that"),
    (', outer = "OuterTill"', "", "type_parameters[0].variables.outer: is missing"),
    ('side_flag = "_is_open"\n', "", "side_flag: is missing: it tells the sides apart"),
    ("flag = false\n", "", "sides[1].flag: is missing: it tells the sides apart"),
    ("flag = false", "flag = 1", "sides[1].flag: is the flag of another side already"),
    ('"_is_open"', '"_till"', 'side_flag: "_till" is an old or new name already'),
    ('"_inner_counting"', '"_counting"', 'attributes[1].old.inner: "_counting" is a new name too'),
    (
        '"_inner_counting"',
        '"_till"',
        'attributes[1].old.inner: "_till" is a new name too: attributes[0].new',
    ),
    ('"_inner_counting"', '"_outer_till"', '"_outer_till" is taken by attributes[0].old.outer'),
    ('"_make_inner_till"', '"_outer_till"', '"_outer_till" is taken by attributes[0].old.outer'),
    ('"_counting"', '"_till"', 'attributes[1].new: "_till" is taken by attributes[0].new'),
    ('type_parameter = "Till"\nopt', 'type_parameter = "Tll"\nopt', '"Tll" is not a type parameter'),
    ('"AnyInnerTill"', '"Till"', 'unions.inner: "Till" is taken by type_parameters[0].name'),
    ('"OldNames"', '"Shop"', 'compatibility.class_name: "Shop" is taken by root'),
    ('"old_names"', '"types"', 'types_module: "types" is taken by compatibility.module'),
    ('"old_names"', '"../old_names"', 'module: "../old_names" leaves the package of the root class'),
    ('"old_names"', '"pkg/old"', 'compatibility.module: "pkg/old" leaves the package of the root class'),
    ('"old_names"', '"old-names"', 'compatibility.module: "old-names" is not an identifier'),
    ('name = "shops"', 'name = "shops"\ntypes_module = ".."', 'types_module: ".." leaves the package'),
    ("_build_till =", "_till =", "stale._till: is an old or new name already"),
    ('_build_till = "_make_till"', '_build_till = "_x"', 'stale._build_till: "_x" is not a new name'),
    ("{new}", "{now}", 'compatibility.message: the placeholder of "now" is none of {new}, {old}'),
    ("{new}", "{}", 'compatibility.message: the placeholder of "" is none of {new}, {old}'),
    ("{new}", "{new.__class__}", 'compatibility.message: the placeholder of "new.__class__" is none of'),
    ("{new}", "{new:>99}", 'compatibility.message: the placeholder of "new" is none of'),
    ("{new}", "{new", "compatibility.message: is not a format string: "),
    ('"The till"', '"one\\ntwo"', "attributes[0].comment: must be one printable line"),
    ("optional = true", 'summary = \'a"""b\'', "factories[0].summary: must be one printable line"),
]


@pytest.mark.parametrize(("good", "bad", "message"), [*NAMES, *SHAPES, *SENSE])
def test_fault_is_named_with_its_key(good: str, bad: str, message: str) -> None:
    assert good in GOOD

    said = refusal(GOOD.replace(good, bad, 1))

    assert said.startswith("spec.toml: ")
    assert message in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('root = "Tree"', 'root = "Tree"\nside_flag = "_flag"', "side_flag: has no meaning with one side"),
        ('name = "only" ', 'name = "only", flag = 1 ', "sides[0].flag: has no meaning with one side"),
        ('[{ name = "only" }]', "[]", "sides: must hold at least one entry"),
        ('attributes = [{ new = "leaf", old = { only = "old_leaf" } }]', "attributes = []", "name anything"),
    ],
)
def test_fault_with_one_side(good: str, bad: str, message: str) -> None:
    assert good in ONE_SIDE

    assert message in refusal(ONE_SIDE.replace(good, bad, 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "spec.toml: is not TOML: Invalid value"),
        ("name = 'a'\nname = 'b'", "spec.toml: is not TOML: Cannot overwrite a value"),
        (f"name = {'[' * 5000}", "spec.toml: is nested too deeply"),
        (f"name = {'9' * 5000}", "spec.toml: is not TOML: Exceeds the limit"),
    ],
)
def test_broken_toml(text: str, message: str) -> None:
    assert refusal(text).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name = '\xff'", "is not UTF-8 (byte 8)"),
        (b"#" * (toml.LIMIT + 1), "is larger than 1 MB"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_unreadable_file(tmp_path: Path, data: bytes | None, message: str) -> None:
    path = tmp_path / "spec.toml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(MigrationError) as caught:
        spec.load(path)

    assert str(caught.value) == f"{path}: {message}"


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(MigrationError, match="is not a regular file"):
            spec.load(path)


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert spec.load(path) == spec.loads(GOOD, "")


# --- which spec a project has -------------------------------------------------------------------


def project(root: Path, **files: Any) -> Path:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / f"{name}.toml").write_text(text)
    return root


def test_project_that_says_nothing_has_the_built_in(tmp_path: Path) -> None:
    assert spec.for_project(tmp_path, None) == spec.builtin()
    assert spec.for_project(project(tmp_path, pyproject="[tool.other]\nx = 1"), None) == spec.builtin()


def test_project_names_its_spec(tmp_path: Path) -> None:
    root = project(tmp_path, pyproject='[tool.classmod]\nspec = "shops.toml"', shops=GOOD)

    assert spec.for_project(root, None).name == "shops"


def test_option_goes_first(tmp_path: Path) -> None:
    root = project(tmp_path, pyproject='[tool.classmod]\nspec = "none.toml"', shops=GOOD)

    assert spec.for_project(root, root / "shops.toml").name == "shops"
    assert spec.for_project(root, Path(spec.BUILT_IN)) == spec.builtin()


def test_project_names_the_built_in(tmp_path: Path) -> None:
    root = project(tmp_path, pyproject=f'[tool.classmod]\nspec = "{spec.BUILT_IN}"')

    assert spec.for_project(root, None) == spec.builtin()


@pytest.mark.parametrize(
    ("pyproject", "message"),
    [
        ("[tool", "pyproject.toml: is not TOML: "),
        ("tool = { classmod = 3 }", "pyproject.toml: tool.classmod: must be a table, not a whole number"),
        ("[tool.classmod]\nspecs = 'x'", "pyproject.toml: tool.classmod.specs: is not a known key; spec?"),
        ("[tool.classmod]\nspec = 3", "pyproject.toml: tool.classmod.spec: must be a string"),
        (
            "[tool.classmod]\nspec = '../x.toml'",
            'pyproject.toml: tool.classmod.spec: "../x.toml" leaves the tree',
        ),
        (
            "[tool.classmod]\nspec = '/x.toml'",
            'pyproject.toml: tool.classmod.spec: "/x.toml" leaves the tree',
        ),
        ("[tool.classmod]\nspec = 'link.toml'", '"link.toml" leaves the tree'),
        ("[tool.classmod]\nspec = 'a\\u0000b'".replace("'", '"'), '"a\\u0000b" leaves the tree'),
        ("[tool.classmod]\nspec = 'none.toml'", "none.toml: cannot be read: No such file or directory"),
        ("[tool.classmod]\nspec = ''", "pyproject.toml: tool.classmod.spec: is not a regular file"),
        ("[tool.classmod]\nspec = 'bad.toml'", "bad.toml: name: is missing"),
    ],
)
def test_project_with_a_fault(tmp_path: Path, pyproject: str, message: str) -> None:
    root = project(tmp_path / "tree", pyproject=pyproject, bad="", loop="")
    (tmp_path / "outside.toml").write_text(GOOD)
    (root / "link.toml").symlink_to(tmp_path / "outside.toml")

    with pytest.raises(MigrationError) as caught:
        spec.for_project(root, None)

    assert message in str(caught.value)


def test_loop_of_links_is_no_way_in(tmp_path: Path) -> None:
    root = project(tmp_path, pyproject="[tool.classmod]\nspec = 'loop.toml'")
    (root / "loop.toml").symlink_to(root / "loop.toml")

    with pytest.raises(MigrationError, match=r"loop\.toml"):
        spec.for_project(root, None)
