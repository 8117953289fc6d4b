"""The JSON schemas that editors read: made from the dataclasses, and of one mind with what reads the files.

``python -m tests.test_schema`` writes them anew. What a key of ``[tool.classmod]`` is for is said by the
switch of its name, what a key of a spec is for by the table in the README.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import click
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from validate_pyproject.api import Validator
from validate_pyproject.errors import ValidationError
from validate_pyproject.plugins import PluginWrapper

from cli.main import app
from cli.options import GATES
from codemods import settings, spec
from codemods.data import MigrationError, Spec
from codemods.settings import Settings
from codemods.toml import fitted

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "codemods" / "schemas"
README = ROOT / "README.md"
KINDS = {str: "string", bool: "boolean", int: "integer"}

PROPERTY = tuned(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])

Schema = dict[str, Any]
Told = Callable[[str], Schema]


# --- making them ----------------------------------------------------------------------------------


def made(hint: Any, told: Told, key: str = "") -> Schema:
    """The schema of a value as ``codemods.toml.fitted`` reads it; ``told`` has more on a key."""
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, told, key)
    if get_origin(hint) is tuple:
        return {"type": "array", "items": made(get_args(hint)[0], told, key)}
    if get_origin(hint) is Mapping:
        return {"type": "object", "additionalProperties": made(get_args(hint)[1], told, f"{key}.*")}
    hints = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = [KINDS[each] for each in hints if each is not NoneType]
    return {"type": kinds[0] if len(kinds) == 1 else kinds}


def _record(kind: type[Any], told: Told, above: str) -> Schema:
    hints = get_type_hints(kind)
    parts: Schema = {}
    required = []
    for field in fields(kind):
        name = field.metadata.get("key", field.name)
        key = f"{above}.{name}".lstrip(".")
        default = _default(field)
        parts[name] = {**made(hints[field.name], told, key), **told(key)}
        if default not in (None, MISSING):
            parts[name]["default"] = default
        if default is MISSING and NoneType not in get_args(hints[field.name]):
            required.append(name)
    needed = {"required": required} if required else {}
    return {"type": "object", "additionalProperties": False, **needed, "properties": parts}


def _default(field: Field[Any]) -> Any:
    found = field.default if field.default_factory is MISSING else field.default_factory()
    return list(found) if isinstance(found, tuple) else found


def _by_switch(key: str) -> Schema:
    """What the switch of the name says of a key of ``[tool.classmod]``, and the least it takes."""
    switch = next(
        option
        for command in app.commands.values()
        for option in command.params
        if isinstance(option, click.Option) and f"--{key}" in option.opts and option.help
    )
    said: Schema = {"description": re.sub(r"(; may be repeated|\s+Default: .*)", "", switch.help or "")}
    if isinstance(switch.type, click.IntRange):
        said["minimum"] = switch.type.min
    if key == "no-gate":
        said = {"items": {"enum": list(GATES)}, "description": "Gates that are left out."}
    return said


def _by_readme(key: str) -> Schema:
    """What the table of the README says of a key of a spec; at least one side and one parameter."""
    rows = dict(re.findall(r"(?m)^\| `\[*([\w.]+)\]*` \| (.*) \|$", README.read_text("utf-8")))
    least = {"minItems": 1} if key in ("sides", "type_parameters") else {}
    return {"description": rows[key].replace("`", ""), **least}


def schemas() -> dict[str, Schema]:
    """Each by its file. The first has the shape of SchemaStore's parts of pyproject.toml."""
    return {
        "partial-classmod.json": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "https://json.schemastore.org/partial-classmod.json",
            "title": "classmod",
            "description": "The table [tool.classmod] of pyproject.toml.",
            **made(Settings, _by_switch),
        },
        "classmod-spec.json": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "https://json.schemastore.org/classmod-spec.json",
            "title": "classmod spec",
            "description": "What classmod migrates: a spec file in TOML.",
            **made(Spec, _by_readme),
        },
    }


def written(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# --- they are up to date ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", schemas())
def test_schema_is_what_the_code_says(name: str) -> None:
    kept = (SCHEMAS / name).read_text("utf-8")

    assert kept == written(schemas()[name]), "python -m tests.test_schema writes it anew"
    Draft7Validator.check_schema(json.loads(kept))


def test_a_default_is_what_an_empty_table_gives() -> None:
    empty = fitted(Settings, {}, "")
    defaults = {
        key: part.get("default") for key, part in schemas()["partial-classmod.json"]["properties"].items()
    }

    assert defaults == {
        field.metadata.get("key", field.name): None if value is None else [] if value == () else value
        for field in fields(Settings)
        for value in [getattr(empty, field.name)]
    }


# --- [tool.classmod]: of one mind with the settings ---------------------------------------------------

TABLE = Draft7Validator(schemas()["partial-classmod.json"])
KEYS = [field.metadata.get("key", field.name) for field in fields(Settings)]
WORDS = st.text("abz-_ é", max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    # JSON has one kind of number: 1.0 is whole to a schema, and not to TOML.
    WORDS | st.booleans() | st.integers(-2, 1000) | st.floats().filter(lambda f: not f.is_integer()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
LIKELY = WORDS | st.booleans() | st.integers(-2, 5) | st.lists(st.sampled_from(GATES), max_size=3) | VALUES
TABLES = st.dictionaries(st.sampled_from(KEYS) | WORDS, LIKELY, max_size=4)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {toml(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("NaN", "nan").replace("Infinity", "inf")


def accepted(table: Mapping[str, Any]) -> bool:
    """Whether a run takes the table: the settings are read, and there are such gates."""
    with TemporaryDirectory() as place:
        lines = [f"{json.dumps(key, ensure_ascii=False)} = {toml(value)}\n" for key, value in table.items()]
        (Path(place) / "pyproject.toml").write_text("[tool.classmod]\n" + "".join(lines), "utf-8")
        try:
            found = settings.for_project(Path(place))
        except MigrationError:
            return False
    return set(found.no_gate) <= set(GATES)


@PROPERTY
@given(TABLES)
def test_schema_takes_what_the_settings_take(table: dict[str, Any]) -> None:
    assert TABLE.is_valid(table) is accepted(table)


@pytest.mark.parametrize("key", KEYS)
@PROPERTY
@given(value=LIKELY)
def test_schema_and_settings_agree_on_each_key(key: str, value: Any) -> None:
    assert TABLE.is_valid({key: value}) is accepted({key: value})


def test_every_number_has_a_least_one() -> None:
    table = schemas()["partial-classmod.json"]["properties"]

    assert {key: part.get("minimum") for key, part in table.items() if part["type"] == "integer"} == {
        "timeout": 1,
        "max-new-failures": 0,
        "max-slowdown": 0,
    }


def test_readme_shows_settings_that_are_good() -> None:
    shown = re.findall(r"```toml\n(\[tool\.classmod\]\n.*?)```", README.read_text("utf-8"), re.DOTALL)

    assert shown
    for text in shown:
        table = tomllib.loads(text)["tool"]["classmod"]
        assert [error.message for error in TABLE.iter_errors(table)] == []


# --- validate-pyproject -----------------------------------------------------------------------------


def validated(text: str) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    ((name, value),) = declared["validate_pyproject.tool_schema"].items()
    plugin = PluginWrapper(name, EntryPoint(name, value, "validate_pyproject.tool_schema").load())
    Validator([plugin])(tomllib.loads(text))


def test_validate_pyproject_takes_good_settings() -> None:
    validated("[tool.classmod]\ntimeout = 30\nno-gate = ['mypy']\n")


@pytest.mark.parametrize(
    "line", ["timeout = 0", "no-gate = ['pylint']", "time-out = 3", "bench = 'yes'", "spec = 1"]
)
def test_validate_pyproject_refuses_bad_settings(line: str) -> None:
    with pytest.raises(ValidationError, match=r"tool\.classmod"):
        validated(f"[tool.classmod]\n{line}\n")


# --- the spec: of one mind with its shape --------------------------------------------------------------

SPEC = Draft7Validator(schemas()["classmod-spec.json"])
BUILT_IN = (ROOT / "codemods" / "composite_clients.toml").read_text("utf-8")


@pytest.mark.parametrize(
    "path", ["codemods/composite_clients.toml", "fixtures/report_writers/spec.toml"], ids=str
)
def test_schema_takes_good_specs(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")

    assert spec.loads(text, path).name
    assert [error.message for error in SPEC.iter_errors(tomllib.loads(text))] == []


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    """The built-in spec with a value changed, a key gone or a key too many."""
    table = tomllib.loads(BUILT_IN)
    here: Any = table
    while True:
        key = draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[key], dict | list) or not here[key] or draw(st.integers(0, 3)) == 0:
            break
        here = here[key]
    what = draw(st.sampled_from(["gone", "changed", "added"]))
    if what == "gone":
        del here[key]
    elif what == "changed":
        here[key] = draw(VALUES)
    elif isinstance(here, dict):
        here[draw(WORDS)] = draw(VALUES)
    else:
        here.append(draw(VALUES))
    return table


@PROPERTY
@given(mutants())
def test_schema_takes_the_shape_of_a_spec(table: dict[str, Any]) -> None:
    try:
        found: Spec = fitted(Spec, deepcopy(table), "")
    except MigrationError:
        good = False
    else:
        good = bool(found.sides and found.type_parameters)

    assert SPEC.is_valid(table) is good


if __name__ == "__main__":
    for name, schema in schemas().items():
        (SCHEMAS / name).write_text(written(schema), "utf-8")
