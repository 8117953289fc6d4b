"""Phase 0: a class that was renamed in its own module only gets its old name back, as an alias."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods import index
from codemods.data import Change, Edit, MigrationError, Snapshot, Spec
from codemods.index import missing_base, probably
from codemods.text import decode
from codemods.traced import over


def mend(snapshot: Snapshot, spec: Spec) -> tuple[Snapshot, tuple[Change, ...]]:
    """The snapshot with an alias for every missing name through which a class would join the hierarchy.

    Raises MigrationError for one that cannot be guessed: no class, or several, it may have become.
    """
    mended, touched = snapshot, set[PurePosixPath]()
    while (found := index.build(mended, spec)).missing:
        _, missing = found.missing[0]
        if (became := probably(found, missing.module)) is None:
            raise MigrationError(missing_base(found))
        with_alias = _with_alias(mended[missing.module], missing.name, became.qualname)
        mended = over(mended, {missing.module: with_alias})
        touched.add(missing.module)
    changes = (_change(snapshot, mended, path) for path in touched)
    return mended, tuple(sorted(changes, key=lambda c: c.path))


def _with_alias(data: bytes, old: str, new: str) -> bytes:
    text = decode(data)
    ending = "\r\n" if "\r\n" in text.text else "\n"
    lines = ["" if text.text.endswith(("\n", "\r")) else ending, ending, ending]
    return text.encode(f"{text.text}{''.join(lines)}{old} = {new}  # its old name, still imported{ending}")


def _change(before: Snapshot, after: Snapshot, path: PurePosixPath) -> Change:
    old, new = decode(before[path]).text, decode(after[path]).text
    edit = Edit(path, len(old), len(old), new[len(old) :], 0, ("a name that is imported and missing",))
    return Change(path, before[path], after[path], (edit,))
