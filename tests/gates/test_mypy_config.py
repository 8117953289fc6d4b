"""Whose configuration mypy takes, and leaving plugins out of it without touching the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.data import MigrationError
from codemods.gates.mypy_config import find

TOML = '[project]\nname = "x"\n\n[tool.mypy]\nstrict = true\n{}files = ["src"]\n'


def test_none(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = x\n")
    (tmp_path / "pyproject.toml").write_text("[mypy]\nfiles = 'x'\n[tool.ruff]\n")
    assert find(tmp_path) is None


def test_mypys_own_order(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[mypy]\nfiles = a\n")
    for name, text in (
        ("setup.cfg", "[mypy]\nfiles = a\n"),
        ("pyproject.toml", TOML.format("")),
        (".mypy.ini", "[mypy]\n"),
        ("mypy.ini", ""),
    ):
        (tmp_path / name).write_text(text)
        config = find(tmp_path)
        assert config is not None
        assert config.name == name
        assert config.has_paths is (name in ("setup.cfg", "pyproject.toml"))
        assert config.plugins == ()


@pytest.mark.parametrize(
    ("name", "text"), [("mypy.ini", "files = x\n"), ("pyproject.toml", "[tool"), ("mypy.ini", "\xff")]
)
def test_one_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(MigrationError, match=rf"^{name}: cannot be read: .+$"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("name", "before", "plugins", "after"),
    [
        ("pyproject.toml", 'plugins = ["a", "b.c"]\n', ("a", "b.c"), ""),
        ("pyproject.toml", 'plugins = [\n  "a", # plugins = 1\n  "./p.py",\n]\n', ("a", "./p.py"), ""),
        ("pyproject.toml", '# plugins\nplugins = "a"\n', ("a",), "# plugins\n"),
        ("mypy.ini", "plugins = a, b\n", ("a", "b"), ""),
        ("mypy.ini", "plugins =\n  a,\n  b\n", ("a", "b"), ""),
        ("mypy.ini", "plugins: a\n", ("a",), ""),
    ],
)
def test_plugins_left_out(
    tmp_path: Path, name: str, before: str, plugins: tuple[str, ...], after: str
) -> None:
    frame = (
        TOML
        if name == "pyproject.toml"
        else "[mypy]\nstrict = True\n{}files = src\n\n[mypy-x.*]\nplugins = no\n"
    )
    (tmp_path / name).write_text(frame.format(before))
    config = find(tmp_path)
    assert config is not None
    assert config.plugins == plugins
    assert config.without_plugins() in (frame.format(after), frame.format(""))


def test_plugins_that_cannot_be_told_from_the_rest(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('tool = { mypy = { strict = true, plugins = ["a"] } }\n')
    config = find(tmp_path)
    assert config is not None
    with pytest.raises(MigrationError, match=r"^pyproject\.toml: its plugins cannot be left out$"):
        config.without_plugins()
