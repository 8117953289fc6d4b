"""Every occurrence of an old name in the tree, with what becomes of it.

``meaning`` decides; codemods carry these sites out, ``check``, the diff and the reports show them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from codemods import documents, pragmas
from codemods.data import Confidence, Decision, Site, Spec
from codemods.foreign import is_foreign
from codemods.generated import GENERATED, is_generated
from codemods.index import Index
from codemods.known import Known
from codemods.markdown import Document
from codemods.meaning import Answer, Decider, Place, confidence
from codemods.mentions import FOREIGN, Mentions
from codemods.occurrences import Occurrence, in_module, in_text
from codemods.roles import Roles
from codemods.text import Text, UnreadableSource, decode
from codemods.traced import bare
from codemods.workers import FEW, Workers


def find(
    index: Index,
    roles: Roles,
    spec: Spec,
    types: Mapping[Place, Known] = MappingProxyType({}),
    workers: Workers | None = None,
) -> tuple[Site, ...]:
    """Every whole-word occurrence of an old name in .py, .pyi and .md files, decided, by path and place.

    Those of another tree that is read beside this one are none.

    ``types`` says of attributes what a type checker knows of their receivers; it decides nothing that
    is proven without it, and without it a decision is weaker, never different.
    """
    # Whichever are there, it is those that spell one.
    there = bare(index.modules.snapshot)
    ours = [p for p in there if p.suffix in (".py", ".pyi", ".md") and not is_foreign(p)]
    paths = sorted(index.modules.spelling({**spec.renames, **spec.stale}, ours))
    for path in paths:
        if path.suffix != ".md":
            index.modules.get(path)  # what cannot be read is to be known here, too
    shared = index, roles, spec, dict(types), Mentions(index, roles, spec)
    found = (workers or Workers()).whole(_of_file, shared, paths, lambda path: path, few=5 * FEW)
    return tuple(site for sites in found for site in sites)


def _of_file(
    shared: tuple[Index, Roles, Spec, Mapping[Place, Known], Mentions], path: PurePosixPath
) -> list[Site]:
    index, roles, spec, types, mentions = shared
    names = {**spec.renames, **spec.stale}
    data = index.modules.snapshot[path]
    if is_generated(data):
        return [*_in_generated(path, data, names)]
    if path.suffix == ".md":
        return [*_in_document(path, data, mentions)]
    if (module := index.modules.get(path)) is not None:
        return [*_in_module(Decider(index, roles, spec, module, types, mentions), names)]
    return [*_unparsed(path, data, spec)]


def _in_module(decider: Decider, names: Mapping[str, str]) -> Iterator[Site]:
    module = decider.module
    found = (
        _site(module.path, module.text, o, decider.decide(o), names[o.name]) for o in in_module(module, names)
    )
    return pragmas.kept(found, pragmas.in_source(module.text))


def _in_generated(path: PurePosixPath, data: bytes, names: Mapping[str, str]) -> Iterator[Site]:
    text = documents.read(data)
    answer = Answer(Decision.KEEP, Confidence.PROVEN, GENERATED)
    yield from (_site(path, text, o, answer, names[o.name]) for o in in_text(text, names, "generated"))


def _unparsed(path: PurePosixPath, data: bytes, spec: Spec) -> Iterator[Site]:
    names = {**spec.renames, **spec.stale}
    try:
        text = decode(data)
    except UnreadableSource:
        return
    answer = Answer(Decision.ASK, Confidence.NAMED, "the file does not parse")
    found = (_site(path, text, o, answer, names[o.name]) for o in in_text(text, names, "text"))
    yield from pragmas.kept(found, pragmas.in_source(text))


def _in_document(path: PurePosixPath, data: bytes, mentions: Mentions) -> Iterator[Site]:
    document = Document(documents.read(data))
    found = (
        _mentioned(path, document, o, mentions) for o in in_text(document.text, mentions.new, "markdown")
    )
    return pragmas.kept(found, pragmas.in_document(document))


def _mentioned(path: PurePosixPath, document: Document, found: Occurrence, mentions: Mentions) -> Site:
    mention = document.mention(found.offset, found.name)
    decision, reason = mentions.in_document(path, document.text, found.offset, found.name, mention)
    kind = FOREIGN if mention.foreign else ""
    answer = Answer(decision, confidence(decision), reason, mentions.spec.docs_phase, kind)
    return _site(path, document.text, found, answer, mentions.new[found.name])


def _site(path: PurePosixPath, text: Text, occurrence: Occurrence, answer: Answer, new: str) -> Site:
    line, column = text.place(occurrence.offset)
    takes = answer.decision in (Decision.RENAME, Decision.DELETE)
    return Site(
        path,
        line,
        column,
        occurrence.name,
        answer.kind or occurrence.kind,
        answer.decision,
        new if takes or answer.decision is Decision.ASK else None,
        answer.confidence,
        answer.reason,
        answer.phase if takes else 0,
    )
