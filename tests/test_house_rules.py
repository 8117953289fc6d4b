"""The rules of the house that a reader cannot see in one file, each a test of its own.

``LAYERS`` is the order of the imports: a module imports from the lines above its own and never sideways. A
new module is given a place here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS = (
    ("compatibility", "doing", "enclosing", "patch"),
    ("choice", "data", "depth", "foreign", "generated"),
    ("building", "client_tests", "layer", "process", "removal", "sunset", "text", "toml"),
    ("oracle", "edits", "find", "large", "reader", "scopes", "settings", "worktree"),
    ("traced",),
    ("documents", "files", "known", "layout", "occurrences", "outside", "spec", "workers"),
    ("sources",),
    ("modules",),
    ("classes", "questions"),
    ("baseline", "cache", "examples", "gates", "hierarchy", "importing", "index", "lock", "parsed", "record"),
    ("declarations", "markdown", "receivers", "sides", "staging"),
    ("abstractness", "bounds", "draft", "journal", "pragmas", "present", "spelled"),
    ("roles",),
    ("about", "flow", "made"),
    ("calls",),
    ("arguments", "infer", "mentions"),
    ("dictionaries", "lifted", "testing"),
    ("hooks", "spoken", "strings"),
    ("meaning",),
    ("copies", "misfits", "sites", "using"),
    ("duplicates",),
    ("project",),
    (
        "codemod",
        "doubts",
        "guide",
        "headers",
        "leaving",
        "refusals",
        "repair",
        "rules",
        "spans",
        "subject",
        "tables",
        "threshold",
        "verify",
    ),
    ("needs", "pointed", "remedies", "renaming", "source", "variables"),
    ("written",),
    ("transforms",),
    ("phases",),
    ("family", "obstacles", "plan", "status"),
    ("survey",),
    ("hunks", "taken"),
    ("reviewed",),
    ("seen", "steps", "tree"),
    ("leftovers",),
    ("briefing", "causes", "trials"),
    ("choosing", "handwork", "review"),
    ("session",),
    ("proofs", "touches"),
    ("explanation",),
    ("commits",),
    ("migrate",),
    ("finalize",),
    ("cli",),
)
MAKERS = (
    *("codemod", "documents", "edits", "importing", "parsed"),
    *("plan", "removal", "renaming", "repair", "source", "transforms"),
)
WRITERS = {"cache", "files", "gates", "journal", "lock", "staging"}
WRITING = {"write_bytes", "write_text", "touch", "unlink", "rename", "replace", "mkdir", "rmdir", "rmtree"}
NOTING = {"layout", "questions", "receivers", "sites", "sources", "survey", "taken"}
PROCESSES = {"subprocess", "multiprocessing", "pty"}
TERMINAL = {"click", "rich"}
LONGEST = 299


@dataclass(frozen=True)
class Module:
    path: Path
    name: str

    @property
    def place(self) -> str:
        """The word of LAYERS it goes by; "" for the package itself."""
        parts = self.name.split(".")
        return parts[0] if parts[0] == "cli" else ".".join(parts[1:2])

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def modules(*packages: str) -> list[Module]:
    found = [
        Module(path, ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
    ]
    assert found, f"nothing under {packages}"
    return found


def transforms() -> list[Module]:
    return [module for module in modules("codemods") if module.name.startswith("codemods.transforms.")]


def imports(module: Module) -> Iterator[str]:
    """Every imported name in full, wherever the statement stands; an imported member as module.member."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def told(faults: list[str]) -> str:
    return "\n" + "\n".join(faults)


# --- layers -------------------------------------------------------------------------------------


def test_every_module_has_a_layer() -> None:
    known = {"", *(place for layer in LAYERS for place in layer)}

    faults = [
        f"{m}: give {m.place} a place in LAYERS" for m in modules("codemods", "cli") if m.place not in known
    ]

    assert not faults, told(faults)


def test_files_are_read_where_it_is_noted() -> None:
    """Who goes round the notes of a snapshot (``traced.bare``) has to make them itself."""
    readers = {m.place for m in modules("codemods", "cli") if "codemods.traced.bare" in imports(m)}
    assert readers == NOTING
    inside = [f"{m}: {n}" for m in modules("codemods", "cli") if m.place != "traced" for n in inner(m)]
    assert not inside, told(inside)


def inner(module: Module) -> Iterator[str]:
    """Where the inner snapshot of a traced one is reached for."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "inner" and "snapshot" in ast.unparse(node.value):
            yield ast.unparse(node)


def test_imports_go_one_way() -> None:
    height = {place: number for number, layer in enumerate(LAYERS) for place in layer}

    faults = []
    for module in modules("codemods", "cli"):
        for name in imports(module):
            if not name.startswith(("codemods.", "cli.")):
                continue
            target = Module(module.path, name).place
            inside = target == module.place and target in ("cli", "gates", "transforms", "verify")
            if target in height and not inside and height[target] >= height.get(module.place, -1):
                faults.append(f"{module}: imports {name}, which is not below it in LAYERS")

    assert not faults, told(faults)


def test_transforms_never_import_each_other() -> None:
    faults = [
        f"{module}: imports {name}; what two transforms share belongs to codemod.py"
        for module in transforms()
        for name in imports(module)
        if name.startswith("codemods.transforms")
    ]

    assert not faults, told(faults)


def test_proof_shares_nothing_with_what_it_proves() -> None:
    barred = {f"codemods.{place}" for place in MAKERS} | {"libcst"}

    faults = [
        f"{module}: imports {name}; the proof makes every file without what made it the first time"
        for module in modules("codemods")
        if module.place == "verify"
        for name in imports(module)
        if any(f"{name}.".startswith(f"{start}.") for start in barred)
    ]

    assert not faults, told(faults)


# --- one door per side effect -------------------------------------------------------------------


def test_library_leaves_the_terminal_alone() -> None:
    faults = [
        f"{module}: imports {name}; the terminal is touched in cli/ only"
        for module in modules("codemods")
        for name in imports(module)
        if name.partition(".")[0] in TERMINAL
    ]

    assert not faults, told(faults)


def test_library_prints_nothing() -> None:
    faults = [
        f"{module}:{call.lineno}: {name}; what is to be said is returned"
        for module in modules("codemods")
        for call, name in calls(module)
        if name in ("print", "sys.stdout.write", "sys.stderr.write", "input")
    ]

    assert not faults, told(faults)


def test_files_are_written_behind_one_door() -> None:
    faults = [
        f"{module}:{call.lineno}: {name}; files are written in {', '.join(sorted(WRITERS))} only"
        for module in modules("codemods")
        if module.place not in WRITERS
        for call, name in calls(module)
        if _writes(call, name)
    ]

    assert not faults, told(faults)


def _writes(call: ast.Call, name: str) -> bool:
    *owner, method = name.rsplit(".", 1)
    if method == "open":
        arguments = [*call.args, *(k.value for k in call.keywords)]
        if owner == ["os"]:  # The flags stand in the call, so that the rule can read them.
            return "O_RDONLY" not in ast.unparse(call) or "O_CREAT" in ast.unparse(call)
        modes = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
        return not any(mode in ("r", "rb", "rt") for mode in modes)
    if method == "replace" and owner != ["os"]:
        # Path.replace takes one argument, str.replace two, dataclasses.replace names what it changes.
        return bool(owner) and len(call.args) == 1 and not call.keywords
    return bool(owner) and method in WRITING


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("path.write_text(text)", True),
        ("(root / name).write_bytes(data)", True),
        ("open(path)", True),  # the mode is to be said
        ("open(path, 'wb')", True),
        ("path.open(mode='a')", True),
        ("os.open(name, flags)", True),
        ("os.replace(old, new)", True),
        ("path.replace(other)", True),
        ("shutil.rmtree(path)", True),
        ("path.open('rb')", False),
        ("text.replace('a', 'b')", False),
        ("dataclasses.replace(site, new=None)", False),
        ("path.read_bytes()", False),
    ],
)
def test_what_counts_as_writing(code: str, writes: bool) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)

    assert _writes(call, ast.unparse(call.func)) is writes


def test_processes_are_started_behind_one_door() -> None:
    faults = [
        f"{module}: imports {name}; processes are started in process.py only"
        for module in modules("codemods", "cli")
        if module.place != "process"
        for name in imports(module)
        if name.partition(".")[0] in PROCESSES
    ]
    faults += [
        f"{module}:{call.lineno}: {name}; processes are started in process.py only"
        for module in modules("codemods", "cli")
        if module.place != "process"
        for call, name in calls(module)
        if re.fullmatch(r"os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawnp?)", name)
    ]

    assert not faults, told(faults)


# --- shape --------------------------------------------------------------------------------------


def test_modules_fit_into_a_head() -> None:
    sizes = {m: len(m.path.read_bytes().splitlines()) for m in modules("codemods", "cli")}

    faults = [f"{m}: {size} lines; at most {LONGEST}" for m, size in sizes.items() if size > LONGEST]

    assert not faults, told(faults)


def test_every_transform_has_a_test() -> None:
    expected = {module: f"tests/transforms/test_{module.path.stem}.py" for module in transforms()}

    faults = [f"{module}: has no {test}" for module, test in expected.items() if not (ROOT / test).is_file()]

    assert not faults, told(faults)


def test_every_transform_has_a_phase() -> None:
    (plan,) = (module for module in modules("codemods") if module.name == "codemods.plan")
    used = set(imports(plan))

    faults = [
        f"{module}: is in no phase; plan.py does not import it"
        for module in transforms()
        if not any(f"{name}.".startswith(f"{module.name}.") for name in used)
    ]

    assert not faults, told(faults)


def test_every_transform_has_a_section_in_the_guide() -> None:
    guide = ROOT / "MIGRATION.md"
    sections = re.split(r"(?m)^## ", guide.read_text("utf-8"))[1:] if guide.exists() else []

    faults = [
        f"{module}: no section of MIGRATION.md names {module.path.stem}"
        for module in transforms()
        if not any(re.search(rf"\b{module.path.stem}\b", section) for section in sections)
    ]

    assert not faults, told(faults)


# --- nothing particular -------------------------------------------------------------------------


def test_engine_knows_no_name_of_the_target() -> None:
    names = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(_target_names())))})(?!\w)")

    faults = [
        f"{module}:{number}: {found[0]} belongs into composite_clients.toml"
        for module in modules("codemods", "cli")
        for number, line in enumerate(module.path.read_text("utf-8").split("\n"), 1)
        if (found := names.search(line))
    ]

    assert not faults, told(faults)


def _target_names() -> set[str]:
    spec = tomllib.loads((ROOT / "codemods" / "composite_clients.toml").read_text("utf-8"))
    layer = spec["compatibility"]
    names = {spec["root"], spec["side_flag"], layer["module"], layer["class_name"], *spec["stale"]}
    for member in (*spec["attributes"], *spec["factories"]):
        names |= {member["new"], *member["old"].values()}
    for types in spec["type_parameters"]:
        names |= {types["name"], types["bound"], *types["variables"].values(), *types["unions"].values()}
    return names


def test_no_file_names_a_machine() -> None:
    places = re.compile(rb"(?<![\w.])/(?:tmp|work|farm|root|home|Users|opt)/\w")
    hosts = re.compile(rb"pypi\.(?:org|python)|python" + rb"hosted\.org")

    faults = [
        f"{path}:{number}: {line.strip()[:80]!r}"
        for path in _kept_files()
        for number, line in enumerate((ROOT / path).read_bytes().split(b"\n"), 1)
        if places.search(line) or hosts.search(line)
    ]

    assert not faults, told(faults)


def _kept_files() -> list[str]:
    """What git tracks or would, as far as it is there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    found = [
        name for name in listed.decode("utf-8", "surrogateescape").split("\0") if (ROOT / name).is_file()
    ]
    assert found, "git lists nothing"
    return found
