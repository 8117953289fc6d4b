"""The gate of the public API: nothing that others may use is lost. Static: no module is imported.

Protected members of the hierarchy count too, for they are what its subclasses are written against. An old
name counts as present where the compatibility layer answers to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from codemods import files
from codemods.data import Change, MigrationError, Outcome, Problem, Verdict
from codemods.depth import PARSING
from codemods.gates import Measurement, inconclusive
from codemods.gates.breaks import breaks
from codemods.gates.surface import IMPORT, UNREADABLE, Item, Surface, read

PYTHON = frozenset({".py", ".pyi"})


@dataclass(frozen=True, slots=True)
class Renaming:
    """What the gate is told of the migration; classes by their dotted names.

    ``members`` are the classes below the root, ``adopted`` those outside that serve them alone (mixins,
    protocols), ``layer`` is the root's base that keeps old names working, "" where another tree has it;
    ``names`` maps old to new. ``going`` are the files that go on purpose, with all that is in them.
    """

    root: str
    layer: str
    members: frozenset[str]
    adopted: frozenset[str]
    names: Mapping[str, str]
    going: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Api:
    """The gate, for the modules below ``source_roots``; a file is read once for each content it has."""

    source_roots: tuple[PurePosixPath, ...]
    renaming: Renaming
    seen: dict[tuple[PurePosixPath, bytes], Mapping[str, Item]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return "api"

    def measure(self, tree: Path) -> Measurement:
        """Figures: ``objects`` that others may use. Facts: all objects, by qualified name."""
        try:
            snapshot = files.read(tree).snapshot
        except MigrationError as error:
            return Measurement(failure=str(error))
        items: dict[str, Item] = {}
        for path, data in snapshot.items():
            # Where there is a stub as well, the module is what runs.
            if path.suffix == ".py" or (path.suffix == ".pyi" and path.with_suffix(".py") not in snapshot):
                with PARSING:
                    items |= self._read(path, data)
        objects = sum(self._counts(name, item) for name, item in items.items())
        return Measurement(figures={"objects": objects}, facts=items)

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse what is lost; a file that could be read before and cannot be now is inconclusive."""
        if failed := inconclusive(self.name, before, after):
            return failed
        old, new = Surface(before.facts), Surface(after.facts)
        unread = [name for name, item in new.items.items() if item.kind == UNREADABLE]
        told = [f"griffe cannot read {new.items[name].path}" for name in unread]
        if any(name in old.items and old.items[name].kind != UNREADABLE for name in unread):
            return Verdict(self.name, Outcome.INCONCLUSIVE, "not measured", reason="; ".join(told))
        lost = tuple(self._lost(old, new))
        figures = f"{before.figures['objects']:,.0f} objects, {len(lost)} broken"
        outcome = Outcome.REFUSED if lost else Outcome.PASSED
        return Verdict(self.name, outcome, figures, lost, reason="; ".join((*told, *_returning(old, new))))

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """The same again: there is nothing to look at twice."""
        return self.compare(before, after, changes)

    # --- reading ----------------------------------------------------------------------------------

    def _read(self, path: PurePosixPath, data: bytes) -> Mapping[str, Item]:
        if (path, data) not in self.seen:
            dotted = self._dotted(path)
            self.seen[path, data] = read(path, dotted, data) if dotted else {}
        return self.seen[path, data]

    def _dotted(self, path: PurePosixPath) -> str:
        """The dotted name of a file below the nearest source root; empty for one that has none."""
        roots = [root for root in self.source_roots if path.is_relative_to(root)]
        if not roots:
            return ""
        parts = path.relative_to(max(roots, key=lambda root: len(root.parts))).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _counts(self, name: str, item: Item) -> bool:
        """Whether others may use an object: what is public, and what the hierarchy's subclasses see."""
        owner, _, member = name.rpartition(".")
        ours = self.renaming.members | self.renaming.adopted
        return item.public or name in ours or (owner in ours and not member.startswith("__"))

    # --- comparing --------------------------------------------------------------------------------

    def _lost(self, old: Surface, new: Surface) -> Iterator[Problem]:
        imported = {item.target for item in new.items.values() if item.kind == IMPORT}
        for name, item in old.items.items():
            same = new.items.get(name) == item
            if same or not (self._counts(name, item) or name in imported) or _within_lost(name, old, new):
                continue
            if item.path in self.renaming.going and name not in new.items:
                continue
            for code, said in self._breaks(name, item, old, new):
                yield Problem(item.path, item.line, code, f"{name} {said}", f"{name} {said} [{code}]")

    def _breaks(self, name: str, item: Item, old: Surface, new: Surface) -> Iterator[tuple[str, str]]:
        found = self._counterpart(name, new)
        if found is None:
            if not (name.endswith(".__init__") and len(item.parameters) == 1):  # as any object has it
                yield "removed", "is gone"
            return
        if item.public and name in new.items and not new.items[name].public:
            yield "not-public", "is no longer public"
        defined = new.items[found]
        was = old.items[old.resolve(name) or name]
        if IMPORT in (was.kind, defined.kind):  # what is imported from outside the tree is not known
            if was.kind != IMPORT:
                yield "import", "leads out of the tree, or nowhere"
            return
        owner, _, member = name.rpartition(".")
        versions = (new.items[n] for n in new.inherited(owner, (member,)))
        keys = defined.keys.union(*(version.keys for version in versions))
        yield from breaks(was, defined, keys)
        ancestors = new.lineage(found)
        for base in item.bases:
            if (old.resolve(base) or base) not in ancestors and not self._goes(base, old):
                yield "base", f"no longer inherits {base}"

    def _goes(self, base: str, old: Surface) -> bool:
        """Whether a base is defined in a file that goes on purpose."""
        found = old.resolve(base)
        return found is not None and old.items[found].path in self.renaming.going

    def _counterpart(self, name: str, new: Surface) -> str | None:
        """What answers to a name in the tree after, old names by way of the layer."""
        asked = self.renaming
        owner, _, member = name.rpartition(".")
        if member in asked.names and owner in asked.members | asked.adopted:
            place = asked.root if owner in asked.adopted else owner
            linked = not asked.layer or (
                asked.layer in new.lineage(place) and f"{asked.layer}.{member}" in new.items
            )
            names = (member, asked.names[member]) if linked else (member,)
            return next((n for n in new.inherited(owner, names) if not n.startswith(f"{asked.layer}.")), None)
        return new.find(name)


def _within_lost(name: str, old: Surface, new: Surface) -> bool:
    """Whether the class or module around it is gone, or another kind of thing: that is said once."""
    owner = name.rpartition(".")[0]
    if owner not in old.items:
        return False
    found = new.find(owner)
    return found is None or new.items[found].kind != old.items[owner].kind


def _returning(old: Surface, new: Surface) -> Iterator[str]:
    """What to say of public functions that are annotated to return something else."""
    for name, item in old.items.items():
        now = new.items.get(name, item)
        if item.public and item.returns != now.returns:
            yield f"{name} returns {now.returns or 'anything'}, not {item.returns or 'anything'}"
