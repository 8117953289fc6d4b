"""The proof against what may go wrong in a result: whatever is done to one, it is not let pass."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from pathlib import PurePosixPath
from random import Random
from typing import Any

import pytest

from codemods import project, verify
from codemods.data import Change, Decision
from codemods.modules import Modules
from codemods.plan import plan
from codemods.project import Project
from codemods.scopes import Module
from codemods.source import Source
from codemods.text import decode
from codemods.verify import Proof, Unproven, repaired
from codemods.verify.source import refuse_lost_comments
from tests import test_fixtures
from tests.helpers import AROUND, edited
from tests.test_fixtures import CASES, Case, each_set
from tests.trees import TWO_SIDES, known, tree

LEFT = """\
from boxes import SmallBox
from root import Root


class Left(Root):
    \"\"\"Keeps ``_left_box``, not a caf\u00e9.\"\"\"

    def __init__(self, lid):
        super().__init__()
        # The box.
        self._left_box = None
        self._left_on = lid
        self.lid = "_left_box"  # a key

    def use(self):
        return self._left_box.fold(1,
                                   2)

    def _make_left_box(self) -> SmallBox:
        return SmallBox()

    def nothing(self):
        pass
"""
Mutation = Callable[[str, Random], str]
TIMES = 3
"""How often each mutation is made of each file."""


def _found(case: Case) -> Project:
    return test_fixtures.found(case).project


# --- what may go wrong --------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def line_deleted(text: str, random: Random) -> str:
    lines = _lines(text)
    del lines[random.randrange(len(lines))]
    return "".join(lines)


def line_doubled(text: str, random: Random) -> str:
    lines = _lines(text)
    at = random.randrange(len(lines))
    return "".join([*lines[: at + 1], *lines[at:]])


def lines_swapped(text: str, random: Random) -> str:
    lines = _lines(text)
    at = random.randrange(len(lines) - 1)
    return "".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])


def line_elsewhere(text: str, random: Random) -> str:
    lines = _lines(text)
    line = lines.pop(random.randrange(len(lines)))
    lines.insert(random.randrange(len(lines)), line)
    return "".join(lines)


def character_dropped(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + text[at + 1 :]


def character_added(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice("_x. \n#,)") + text[at:]


def token_replaced(text: str, random: Random) -> str:
    one, other = random.sample([*re.finditer(r"\w+|[^\w\s]", text)], 2)
    return text[: one.start()] + other.group() + text[one.end() :]


def line_end_changed(text: str, random: Random) -> str:
    return _at_one_of(text, "\n", "\r\n", random)


def blank_in_string(text: str, random: Random) -> str:
    return _in_a_token(text, tokenize.STRING, lambda t: t[:-1] + " " + t[-1:], random)


def comment_deleted(text: str, random: Random) -> str:
    return _in_a_token(text, tokenize.COMMENT, lambda _: "", random)


def last_line_end_lost(text: str, random: Random) -> str:
    del random
    return text.rstrip("\n")


def mark_added(text: str, random: Random) -> str:
    del random
    return "\ufeff" + text


def renamed_elsewhere(text: str, random: Random) -> str:
    """A look-alike, a key or a word in prose gets a new name."""
    longer = [*re.finditer(r"(?<=\w)(?:_rest|_ws|_box|_on)(?:_\w+)?\b|'\w+_connected'|\b(?:rest|ws)\b", text)]
    if not longer:
        return text
    found = random.choice(longer)
    return text[: found.start()] + "_rest" + text[found.end() :]


def argument_swapped(text: str, random: Random) -> str:
    found = [*re.finditer(r"\b(\w+)(,\s*)(\w+)\b", text)]
    if not found:
        return text
    m = random.choice(found)
    return f"{text[: m.start()]}{m[3]}{m[2]}{m[1]}{text[m.end() :]}"


def type_argument_changed(text: str, random: Random) -> str:
    return _substituted(text, r"(?<=\[)(\w+)(?=[\],])", "object", random)


def import_changed(text: str, random: Random) -> str:
    return _substituted(text, r"(?m)(?<=^from )([\w.]+)(?= import)", "os", random)


def import_aliased(text: str, random: Random) -> str:
    return _substituted(text, r"(?m)(?<= import )(\w+)$", "path as other", random)


def decorator_changed(text: str, random: Random) -> str:
    return _substituted(text, r"(?m)(?<=^    @)(\w+)", "staticmethod", random)


def methods_swapped(text: str, random: Random) -> str:
    starts = [m.start() for m in re.finditer(r"(?m)^    (?:@\w+\n    )?(?:async )?def ", text)]
    if len(starts) < 3:
        return text
    at = random.randrange(len(starts) - 2)
    one, two, three = starts[at : at + 3]
    return text[:one] + text[two:three] + text[one:two] + text[three:]


def indented_further(text: str, random: Random) -> str:
    return _substituted(text, r"(?m)^( +)(?=\S)", "     ", random)


def _substituted(text: str, pattern: str, new: str, random: Random) -> str:
    found = [*re.finditer(pattern, text)]
    if not found:
        return text
    match = random.choice(found)
    return text[: match.start(1)] + new + text[match.end(1) :]


def _at_one_of(text: str, old: str, new: str, random: Random) -> str:
    places = [m.start() for m in re.finditer(re.escape(old), text)]
    at = random.choice(places)
    return text[:at] + new + text[at + len(old) :]


def _in_a_token(text: str, kind: int, made: Callable[[str], str], random: Random) -> str:
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == kind]
    except (tokenize.TokenError, SyntaxError):  # a document
        return text
    if not tokens:
        return text
    token, lines = random.choice(tokens), _lines(text)
    at = sum(map(len, lines[: token.start[0] - 1])) + token.start[1]
    return text[:at] + made(token.string) + text[at + len(token.string) :]


MUTATIONS: tuple[Mutation, ...] = (
    line_deleted,
    line_doubled,
    lines_swapped,
    line_elsewhere,
    character_dropped,
    character_added,
    token_replaced,
    line_end_changed,
    blank_in_string,
    comment_deleted,
    last_line_end_lost,
    mark_added,
    renamed_elsewhere,
    argument_swapped,
    type_argument_changed,
    import_changed,
    import_aliased,
    decorator_changed,
    methods_swapped,
    indented_further,
)


each_case = pytest.mark.parametrize("case", CASES, ids=str)


@each_set
def test_results_are_proven(case: Case, phases: tuple[int, ...]) -> None:
    found = _found(case)

    Proof(found).check(frozenset(phases), plan(found, frozenset(phases)).changes)


@each_case
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_mutated_results_are_refused(case: Case, mutation: Mutation) -> None:
    found, random = _found(case), Random(mutation.__name__)
    for phases in (case.complete, (1, 2)):
        proof, changes = _proven(found, phases)
        for change in changes:
            for _ in range(TIMES):
                data = mutation((change.after or b"").decode(), random).encode()
                assert data == change.after or _refused(
                    proof, phases, changes, replace(change, after=data)
                ), f"{change.path}: {replace(change, before=change.after, after=data).diff()}"


@each_case
def test_results_that_lack_an_edit_are_refused(case: Case) -> None:
    found = _found(case)
    proof, changes = _proven(found, case.complete)
    for change in (c for c in changes if c.before is not None):
        for edit in change.edits:
            left = [e for e in change.edits if e is not edit]
            data = edited(change.path, change.before or b"", left)
            assert _refused(proof, case.complete, changes, replace(change, after=data)), edit


@each_case
def test_results_that_lack_a_file_are_refused(case: Case) -> None:
    found = _found(case)
    proof, changes = _proven(found, case.complete)
    for change in changes:
        left = [c for c in changes if c is not change]
        with pytest.raises(Unproven, match=r": the change is not what was decided: .*; nothing is written$"):
            proof.check(frozenset(case.complete), left)


@each_case
def test_results_of_other_phases_are_refused(case: Case) -> None:
    found = _found(case)
    _, changes = _proven(found, case.complete)

    with pytest.raises(Unproven):
        Proof(found).check(frozenset({1, 2}), changes)


@each_case
def test_other_files_are_refused(case: Case) -> None:
    found = _found(case)
    proof, changes = _proven(found, case.complete)
    for path in (PurePosixPath("new.py"), found.root.path.with_name("new.py")):
        with pytest.raises(Unproven, match="files are added"):
            proof.check(frozenset(case.complete), [*changes, Change(path, None, b"")])
    for path in sorted(found.snapshot.keys() - {c.path for c in changes}):
        data = found.snapshot[path]
        assert _refused(proof, case.complete, [*changes, Change(path, data, data + b"\n")]), path


def _proven(found: Project, phases: tuple[int, ...]) -> tuple[Proof, tuple[Change, ...]]:
    proof, changes = Proof(found), plan(found, frozenset(phases)).changes
    proof.check(frozenset(phases), changes)
    return proof, changes


def _refused(
    proof: Proof, phases: tuple[int, ...], changes: Sequence[Change], wrong: Change | None = None
) -> bool:
    """Whether a proof refuses the changes, one of them replaced by a wrong one."""
    try:
        proof.check(frozenset(phases), [wrong if wrong and c.path == wrong.path else c for c in changes])
    except Unproven:
        return True
    return False


def test_a_file_is_proven_once_for_all_sets_that_say_the_same_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is in two trees one after the other is read once."""
    right = LEFT.replace("Left", "Right").replace("left", "right")
    files = {**AROUND, "left.py": LEFT, "right.py": right, "tests/test_left.py": "import left\n"}
    asked = replace(TWO_SIDES, compatibility=replace(TWO_SIDES.compatibility, tests="test_old_names"))
    found = project.read(tree(files), asked)
    proof, source = Proof(found), Source()
    proven: list[str] = []
    read: list[tuple[PurePosixPath, bytes]] = []
    compare, reads = verify._compare, Modules._read

    def comparing(
        shared: tuple[Project, Set[PurePosixPath], Sequence[tuple[frozenset[int], Modules]]],
        case: verify._Case,
    ) -> None:
        proven.append(str(case.change.path))
        compare(shared, case)

    def reading(self: Modules, path: PurePosixPath) -> Module | None:
        read.append((path, self.snapshot[path]))
        return reads(self, path)

    monkeypatch.setattr(verify, "_compare", comparing)
    monkeypatch.setattr(Modules, "_read", reading)
    plans = [plan(found, frozenset(range(1, last + 1)), source) for last in range(1, 7)]
    for made in (*plans, *plans):
        proof.check(made.phases, made.changes)

    assert {path: proven.count(path) for path in sorted(proven)} == {
        "client_types.py": 6,  # one for each tree, for it imports from there
        "left.py": 4,  # phases 1, 2, 4 and, for a docstring, 6
        "old_names.py": 6,
        "right.py": 4,
        "root.py": 2,  # what it declares is abstract from phase 4 on
        "tests/test_old_names.py": 2,
    }
    assert len(read) == len({*read})


# --- what the fixtures do not hold ----------------------------------------------------------------

WINDOWS = codecs.BOM_UTF8 + LEFT.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda data: data.removeprefix(codecs.BOM_UTF8),
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.removesuffix(b"\r\n"),
        lambda data: data.replace(b"\xc3\xa9", b"e\xcc\x81"),
        lambda data: data + b"return\r\n",
        lambda data: b"",
    ],
    ids=["mark", "line ends", "last line end", "spelling of a letter", "does not compile", "nothing"],
)
def test_bytes_that_python_reads_alike_are_refused(wrong: Callable[[bytes], bytes]) -> None:
    found = known({**AROUND, "left.py": WINDOWS})
    proof, changes = _proven(found, (1, 2))
    (change,) = (c for c in changes if c.path.name == "left.py")
    data = wrong(change.after or b"")

    assert data != change.after
    assert _refused(proof, (1, 2), changes, replace(change, after=data))


@pytest.mark.parametrize(
    ("old", "wrong", "reason"),
    [
        ("_left_box", {"column": 8}, "_left_box is not where it was found"),
        ("_left_box", {"decision": Decision.DELETE, "new": None}, "is no statement of its own"),
        ("_left_on", {"decision": Decision.DELETE, "new": None}, "what is taken out does something"),
    ],
)
def test_sites_that_cannot_be_carried_out_are_refused(old: str, wrong: dict[str, Any], reason: str) -> None:
    """As if a transform had skipped what it could not do."""
    found = known({**AROUND, "left.py": LEFT})
    changes = plan(found, frozenset({1, 2})).changes
    (*_, site) = (s for s in found.sites if s.name == old and s.phase == 2)
    sites = tuple(replace(s, **wrong) if s is site else s for s in found.sites)

    with pytest.raises(Unproven, match=reason):
        Proof(replace(found, sites=sites)).check(frozenset({1, 2}), changes)


def test_a_comment_goes_with_its_statement_only() -> None:
    """Should both lose one, the code that edits and the code that makes the file again."""
    found = known({**AROUND, "left.py": LEFT.replace("pass", "pass  # a twin\n        pass  # a twin")})
    module = found.modules.get(PurePosixPath("left.py"))
    assert module is not None
    text = module.text.text
    start, end = text.index("# The box."), text.index("self._left_on")

    refuse_lost_comments(module, decode(text.replace("# The box.\n", "\n").encode()), (), [(start, end)])
    for lost in ("# The box.", "# a key", "# a twin"):
        with pytest.raises(Unproven, match=rf"^left\.py:\d+: .*: the comment '{lost}' is lost"):
            refuse_lost_comments(module, decode(text.replace(lost, "", 1).encode()), (), [])


def test_a_result_that_does_not_compile_may_not_have_before() -> None:
    files = {**AROUND, "left.py": f"{LEFT}\nreturn\n"}

    _proven(known(files), (1, 2))


TINY = """\
from boxes import Box
from left import Left


class Tiny(Box):
    owner: Left
"""
LEAF = """\
from left import Left
from tiny import Tiny


class Leaf(Left):
    def _make_left_box(self) -> Tiny:
        return Tiny()
"""
CIRCLE = """\
%s

class Left(Root):
    def __init__(self):
        super().__init__()
        self._left_box = None
"""


@pytest.mark.parametrize(
    "head",
    [
        "from root import Root\n",
        "from typing import TYPE_CHECKING\n\nfrom root import Root\n\nif TYPE_CHECKING:\n    import os\n",
        "from root import Root\n\nif True:\n    import os\n",
    ],
    ids=["none before", "some before", "another block"],
)
def test_imports_for_a_type_checker(head: str) -> None:
    """A type argument whose module imports the file itself."""
    found = known({**AROUND, "left.py": CIRCLE % head, "tiny.py": TINY, "leaf.py": LEAF})
    proof, changes = _proven(found, (1, 2))
    (change,) = (c for c in changes if c.path.name == "left.py")
    late = (change.after or b"").decode()

    assert "if TYPE_CHECKING:\n" in late
    early = late.replace("    from tiny import Tiny\n", "").replace(
        "\nclass", "\nfrom tiny import Tiny\n\nclass", 1
    )
    for wrong in (early, late.replace('"Tiny"', "Tiny"), late.replace("from tiny", "from leaf")):
        assert wrong != late
        assert _refused(proof, (1, 2), changes, replace(change, after=wrong.encode()))


ALIAS = b"\n\nOld = Left  # its old name, still imported\n"


def test_an_alias_is_a_repair() -> None:
    for data in (LEFT.encode(), LEFT.encode().removesuffix(b"\n")):
        repaired(Change(PurePosixPath("left.py"), data, data + ALIAS))
        repaired(Change(PurePosixPath("left.py"), data, data + ALIAS + ALIAS.replace(b"Old", b"Older")))


@pytest.mark.parametrize(
    "after",
    [
        LEFT.encode() + ALIAS + b"\n",
        LEFT.encode() + ALIAS.replace(b"Left", b"Right"),
        LEFT.encode() + ALIAS + b"import os\n",
        LEFT.encode().removesuffix(b"\n") + ALIAS.removesuffix(b"\n"),
        LEFT.encode(),
        ALIAS,
    ],
    ids=["more", "no class", "an import", "no line end", "nothing", "the rest is lost"],
)
def test_what_is_no_alias_is_no_repair(after: bytes) -> None:
    with pytest.raises(Unproven, match=r"^left\.py:\d+: .* not an alias of a class that is there"):
        repaired(Change(PurePosixPath("left.py"), LEFT.encode(), after))
