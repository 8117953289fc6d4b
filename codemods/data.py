"""The words of the house: frozen data that passes between finding, showing and writing.

Standard library only, and no behaviour beyond what a datum can say of itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from codemods.compatibility import Compatibility
from codemods.patch import unified

Snapshot = Mapping[PurePosixPath, bytes]
"""The bytes of every file a run may read, by its path relative to PATH."""


class MigrationError(Exception):
    """A user's mistake: one line that names the file or the class. The command line exits 2."""


# --- what is asked for ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One of the families whose names are merged into one; ``flag`` is what its objects carry."""

    name: str
    flag: bool | int | str | None = None


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """A type parameter of the root class; every argument descends from ``bound``.

    ``variables`` and ``unions`` name, by side, the narrower type variable and the union of the types found.
    """

    name: str
    bound: str
    variables: Mapping[str, str]
    unions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the new world; ``type_parameter`` is None for a flag, which starts False."""

    new: str
    old: Mapping[str, str]
    type_parameter: str | None
    comment: str = ""

    @property
    def default(self) -> str:
        return "False" if self.type_parameter is None else "None"


@dataclass(frozen=True, slots=True)
class Factory:
    """A factory method of the new world; ``optional`` when it may answer None."""

    new: str
    old: Mapping[str, str]
    type_parameter: str
    optional: bool = False
    summary: str = ""
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is asked for (``spec.py`` reads it from TOML)."""

    name: str
    root: str
    sides: tuple[Side, ...]
    side_flag: str | None
    type_parameters: tuple[TypeParameter, ...]
    attributes: tuple[Attribute, ...]
    factories: tuple[Factory, ...]
    compatibility: Compatibility
    types_module: str = "types"
    types_fallback: str = "client_types"
    stale: Mapping[str, str] = field(default_factory=dict)

    @property
    def lifted(self) -> tuple[Attribute | Factory, ...]:
        """All that the root class takes over."""
        return (*self.attributes, *self.factories)

    @property
    def renames(self) -> Mapping[str, str]:
        """Old name -> new name, of attributes and factories alike."""
        return {old: item.new for item in self.lifted for old in item.old.values()}

    @property
    def guide(self) -> PurePosixPath:
        """Where the guide to the migration stands, by its name."""
        words = re.sub(r"[^\w.-]+", "-", self.name)
        return PurePosixPath(f"MIGRATION-{words}.md")

    def phase_of(self, side: str) -> int:
        """The phase of a side's classes; phase 1 is the root's."""
        return 2 + [s.name for s in self.sides].index(side)

    @property
    def integrations_phase(self) -> int:
        """The phase of the concrete classes: 4, unless more than two sides come before it."""
        return max(4, 2 + len(self.sides))

    @property
    def tests_phase(self) -> int:
        return self.integrations_phase + 1

    @property
    def docs_phase(self) -> int:
        return self.integrations_phase + 2

    def side_of(self, old: str) -> str:
        """The side an old name belongs to. Raises KeyError for a name that is not one."""
        return {name: side for item in self.lifted for side, name in item.old.items()}[old]

    def is_factory(self, name: str) -> bool:
        return any(name == f.new or name in f.old.values() for f in self.factories)


# --- what is found ----------------------------------------------------------------------------

KEPT = "kept by a pragma: "  # begins the reason of a site that a pragma keeps


class Decision(StrEnum):
    """What becomes of an occurrence."""

    RENAME = "rename"
    DELETE = "delete"
    KEEP = "keep"
    ASK = "ask"


class Confidence(StrEnum):
    """How a decision is known: a type says so, something simpler says so, only the name does."""

    PROVEN = "proven"
    INFERRED = "inferred"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Site:
    """One occurrence of an old name. Line and column are 1-based, columns count code points."""

    path: PurePosixPath
    line: int
    column: int
    name: str
    kind: str
    decision: Decision
    new: str | None
    confidence: Confidence
    reason: str
    phase: int

    @property
    def prose(self) -> bool:
        """Whether it stands in words about code: a docstring or a comment."""
        return self.kind in ("docstring", "comment")


@dataclass(frozen=True, slots=True)
class Note:
    """Seen but not dared: a place for a human; ``phase`` is that of the change it speaks of, 0 for any."""

    path: PurePosixPath
    line: int
    text: str
    phase: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """This file could not be done, and why; ``code`` is a word of hazards such as ``undecodable``."""

    path: PurePosixPath
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.code}: {self.reason}"


# --- what will be written -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phase:
    """Codemods that are gated together."""

    number: int
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A span of the first snapshot, half-open in code points of the decoded text, and its replacement."""

    path: PurePosixPath
    start: int
    end: int
    replacement: str
    phase: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; None stands for a file that is not there."""

    path: PurePosixPath
    before: bytes | None
    after: bytes | None
    edits: tuple[Edit, ...] = ()

    def diff(self) -> str:
        """The change as a unified diff that ``git apply`` takes; a file created or deleted included."""
        return unified(self.path, self.before, self.after)

    def undo(self) -> Change:
        return Change(self.path, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, notes and failures of a set of phases."""

    phases: frozenset[int]
    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    failures: tuple[Failure, ...] = ()

    def after(self, snapshot: Snapshot) -> dict[PurePosixPath, bytes]:
        """The tree ``snapshot`` becomes."""
        changed = {change.path: change.after for change in self.changes}
        return {path: data for path, data in {**snapshot, **changed}.items() if data is not None}


# --- what is proven -----------------------------------------------------------------------------


class Outcome(StrEnum):
    """How a gate ends; what is inconclusive does not pass."""

    PASSED = "passed"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a gate. ``key`` is what it is compared by: without lines, in new names."""

    path: str
    line: int
    code: str
    message: str
    key: str
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}  [{self.code}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says of after against before; ``figures`` is its short line for people.

    ``uncovered`` problems were there before, hidden from the gate; they are told and refuse nothing.
    ``numbers`` are what was counted, by name: before, and after.
    """

    gate: str
    outcome: Outcome
    figures: str
    new: tuple[Problem, ...] = ()
    fixed: tuple[Problem, ...] = ()
    reason: str = ""
    uncovered: tuple[Problem, ...] = ()
    numbers: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED
