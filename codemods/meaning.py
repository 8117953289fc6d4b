"""What an occurrence of an old name in Python means: the one place where that is decided.

A decision needs no type checker; what cannot be told without one is an ask.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods import spoken
from codemods.about import belongs
from codemods.data import Confidence, Decision, Spec
from codemods.declarations import fits, owns
from codemods.index import Index
from codemods.infer import Receivers
from codemods.known import Known
from codemods.layout import is_test
from codemods.lifted import Lifted
from codemods.mentions import Mentions
from codemods.modules import External
from codemods.occurrences import Occurrence
from codemods.roles import Part, Roles
from codemods.scopes import ClassRef, Function, Module
from codemods.sides import layer_path
from codemods.strings import named_by_keyword, named_object

ECHOED = '; what f"{...=}" prints changes with it'
"""Ends the reason of a site in an f-string that prints its own text; a person is told."""

SERVES = "also serves"
"""In the reason of a site that keeps an old name for classes outside the hierarchy, which need it."""

_ECHO = re.compile(r"[^{}:]*=\s*(?:![rsa]\s*)?(?::[^{}]*)?\}")
Place = tuple[PurePosixPath, int, int]
"""A path with a 1-based line and column; columns count code points."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of an occurrence, how that is known, and why; ``kind`` where it is a finer one."""

    decision: Decision
    confidence: Confidence
    reason: str
    phase: int = 0
    kind: str = ""


class Decider:
    """Decides the occurrences of one module."""

    def __init__(
        self,
        index: Index,
        roles: Roles,
        spec: Spec,
        module: Module,
        types: Mapping[Place, Known],
        mentions: Mentions,
    ) -> None:
        self.index = index
        self.roles = roles
        self.spec = spec
        self.module = module
        self.path = module.path
        self.layer = layer_path(index, spec) if roles.migrated else None
        self.receivers = Receivers(index.classes, module)
        self.lifted = Lifted(index, spec, self.receivers)
        self.types = types
        self.mentions = mentions

    def decide(self, occurrence: Occurrence) -> Answer:
        """What becomes of one occurrence."""
        answer = self._decided(occurrence)
        if answer.decision is Decision.RENAME and self._echoed(occurrence):
            return replace(answer, reason=answer.reason + ECHOED)
        return answer

    def _echoed(self, occurrence: Occurrence) -> bool:
        """Whether an f-string prints the name itself: ``f"{x.name=}"``."""
        node = occurrence.node
        fields = (
            (n for n in self.receivers.enclosing(node) if isinstance(n, ast.FormattedValue)) if node else ()
        )
        rest = occurrence.offset + len(occurrence.name)
        return any(fields) and _ECHO.match(self.module.text.text, rest) is not None

    def _decided(self, occurrence: Occurrence) -> Answer:
        name, node = occurrence.name, occurrence.node
        if self.path == self.layer:
            return Answer(Decision.KEEP, Confidence.PROVEN, "the compatibility layer")
        if occurrence.kind in ("docstring", "comment"):
            return self._prose(occurrence)
        if name in self.spec.stale:
            return Answer(
                Decision.KEEP, Confidence.NAMED, "a name of its own in code, older than the migration"
            )
        match node:
            case ast.Attribute():
                return self._attribute(node, occurrence)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._definition(node, name)
            case ast.Name():
                return self._name(node, name)
            case ast.Constant():
                return self._string(node, name)
            case ast.keyword():
                known = named_by_keyword(self.receivers, node)
                return self._named(known, node, name, "a keyword that may name an attribute")
            case ast.MatchClass():
                return self._pattern(node, name)
        if occurrence.kind == "text":
            return Answer(Decision.ASK, Confidence.NAMED, "a place in the syntax that is not understood")
        return Answer(Decision.KEEP, Confidence.PROVEN, f"a {occurrence.kind} of its own")

    # --- attributes -------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, occurrence: Occurrence) -> Answer:
        name = occurrence.name
        known = self.receivers.known(node.value)
        answer = self._received(known, name, node)
        typed = self.types.get((self.path, *self.module.text.place(occurrence.offset)))
        # mypy believes what an attribute is declared as, whatever it is given in spite of that.
        mixed = known is not None and isinstance(node.value, ast.Attribute)
        if typed and answer.decision is Decision.ASK and not mixed:
            answer = self._received(typed, name, node)
        kind = {ast.Store: "write", ast.Del: "delete"}.get(type(node.ctx), "read")
        parent = self.receivers.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node and self.spec.is_factory(name):
            kind = "call"
        if (
            answer.decision is Decision.RENAME
            and kind == "write"
            and (reason := self.lifted.declaration(node, name))
        ):
            return Answer(Decision.DELETE, answer.confidence, reason, answer.phase, "declaration")
        return Answer(answer.decision, answer.confidence, answer.reason, answer.phase, kind)

    def _received(self, known: Known | None, name: str, node: ast.AST) -> Answer:
        """The decision for a receiver of which this is known."""
        if known is None:
            return Answer(Decision.ASK, Confidence.NAMED, "the receiver's class is not known")
        roles = [self.roles.of.get(ref) if ref else None for ref in known.classes]
        side = self.spec.side_of(name)
        shared = next((ref for ref in known.classes if ref and ref in self.roles.shared), None)
        if shared is not None:
            others = ", ".join(ref.name for ref in self.roles.shared[shared])
            return Answer(
                Decision.KEEP, Confidence.PROVEN, f"{shared.name} {SERVES} {others} outside the hierarchy"
            )
        if (
            asking := next((ref for ref in known.classes if self._is_open_protocol(ref, name)), None)
        ) is not None:
            reason = f"{asking.name} is a Protocol, for classes of the hierarchy or for others"
            return Answer(Decision.ASK, Confidence.NAMED, reason)
        if not any(roles):
            return self._outside(known, name, node)
        if divided := next((ref for ref in known.classes if ref and self.index.divided(ref)), None):
            reason = f"{divided.name} is defined several times, and not always in the hierarchy"
            return Answer(Decision.ASK, Confidence.NAMED, reason)
        if not all(roles):
            return Answer(Decision.ASK, Confidence.NAMED, f"only some of {known.reason} is in the hierarchy")
        sides = {role.side for role in roles if role}
        if sides == {side}:
            by_shape = any(role.part is Part.PROTOCOL for role in roles if role)
            confidence = Confidence.INFERRED if by_shape else known.confidence
            part = next((ref for ref in known.classes if ref and ref not in self.index.members), None)
            how = belongs(self.index, self.roles, part) if part else ""
            return Answer(Decision.RENAME, confidence, f"receiver is {known.reason}{how}", self._phase(node))
        if side in sides or None in sides:
            return Answer(Decision.ASK, Confidence.NAMED, f"{known.reason} may be of another side")
        return Answer(Decision.KEEP, known.confidence, f"{known.reason} is not on the {side} side")

    def _outside(self, known: Known, name: str, node: ast.AST) -> Answer:
        """The decision for a receiver whose classes are not in the hierarchy, as far as can be seen."""
        classes = self.index.classes
        for ref in (ref for ref in known.classes if ref):
            if self.index.modules.get(ref.path) is None:
                reason = f"{ref.name} is in a file that does not parse"
                return Answer(Decision.ASK, Confidence.NAMED, reason)
            if base := classes.unknown_base(ref):
                reason = f"{ref.name} inherits {base}, and what that is is not known"
                return Answer(Decision.ASK, Confidence.NAMED, reason)
            if owns(classes, ref, "__getattr__") and not owns(classes, ref, name):
                target = self.receivers.delegate(ref)
                read = isinstance(getattr(node, "ctx", None), ast.Load)
                if read and target and any(r in self.roles.of for r in target.classes):
                    return self._received(target, name, node)
                reason = f"{ref.name} answers for names that it does not have"
                return Answer(Decision.ASK, Confidence.NAMED, reason)
        names = ", ".join(ref.name for ref in known.classes if ref)
        what = f"class {names}" if names else "what is from outside the project"
        return Answer(Decision.KEEP, known.confidence, f"{what} is not in the hierarchy")

    def _is_open_protocol(self, ref: ClassRef | None, name: str) -> bool:
        """Whether a class that plays no part is a Protocol which asks for this name."""
        info = self.index.classes.get(ref) if ref and ref not in self.roles.of else None
        bases = [base.meaning for base in info.bases] if info else []
        external = {b.dotted.rpartition(".")[2] for b in bases if isinstance(b, External)}
        if ref is None or info is None or "Protocol" not in external:
            return False
        fitting = any(fits(self.index.classes, member, info) for member in self.index.members)
        return fitting and owns(self.index.classes, ref, name)

    def _phase(self, node: ast.AST) -> int:
        """The phase of a use: its class's, else that of the code outside the hierarchy."""
        if is_test(self.path):
            return self.spec.tests_phase
        owner = self._owner(node)
        role = self.roles.of.get(owner) if owner else None
        return role.phase if role else self.spec.integrations_phase

    def _owner(self, node: ast.AST) -> ClassRef | None:
        return self.receivers.class_of(node)

    def _pattern(self, node: ast.MatchClass, name: str) -> Answer:
        """A keyword in a pattern is an attribute of the class it matches."""
        meaning = self.index.modules.meaning(node.cls, self.receivers.scope(node))
        if isinstance(meaning, ClassRef):
            return self._received(Known((meaning,), Confidence.PROVEN, meaning.name), name, node)
        outside = isinstance(meaning, External)
        decision = (Decision.KEEP, Confidence.PROVEN) if outside else (Decision.ASK, Confidence.NAMED)
        what = "outside the project" if outside else "that is not known"
        return Answer(*decision, f"a pattern of a class {what}")

    # --- definitions and bare names -----------------------------------------------------------------

    def _definition(self, node: Function, name: str) -> Answer:
        owner = self._owner(node) if self.receivers.in_class_body(node) else None
        role = self.roles.of.get(owner) if owner else None
        if owner is None:
            return Answer(Decision.KEEP, Confidence.PROVEN, "a function of its own")
        if role is None or owner in self.roles.shared or self.index.divided(owner):
            return self._received(Known((owner,), Confidence.PROVEN, owner.name), name, node)
        if role.side != self.spec.side_of(name):
            reason = f"a helper: {owner.name} is not on the {self.spec.side_of(name)} side"
            return Answer(Decision.KEEP, Confidence.PROVEN, reason)
        if self.lifted.factory(node, owner, role):
            phase = max(self.spec.integrations_phase, role.phase)
            reason = f"{owner.name} only declares it here; the root class declares {self.spec.renames[name]}"
            return Answer(Decision.DELETE, Confidence.PROVEN, reason, phase)
        what = "factory method" if self.spec.is_factory(name) else "property"
        confidence = Confidence.INFERRED if role.part is Part.PROTOCOL else Confidence.PROVEN
        return Answer(Decision.RENAME, confidence, f"{what} of {owner.name}", role.phase)

    def _name(self, node: ast.Name, name: str) -> Answer:
        ref = self._owner(node) if self.receivers.in_class_body(node) else None
        info = self.index.classes.get(ref) if ref else None
        if ref is None or info is None or name not in info.nodes[0].body.bindings:
            return Answer(Decision.KEEP, Confidence.PROVEN, "a variable of its own")
        answer = self._received(Known((ref,), Confidence.PROVEN, f"in {ref.name}"), name, node)
        if isinstance(node.ctx, ast.Load):
            return answer
        if answer.decision is Decision.RENAME and (reason := self.lifted.declaration(node, name)):
            return Answer(Decision.DELETE, Confidence.PROVEN, reason, answer.phase, "declaration")
        reason = answer.reason.replace("receiver is ", "declared ")
        return Answer(answer.decision, answer.confidence, reason, answer.phase, "annotation")

    # --- strings and prose --------------------------------------------------------------------------

    def _string(self, node: ast.Constant, name: str) -> Answer:
        known = named_object(self.receivers, node, name)
        return self._named(known, node, name, "a string that may name the attribute")

    def _named(self, known: Known | str | None, node: ast.AST, name: str, doubt: str) -> Answer:
        """The decision for a word that names an attribute of an object, or that is something else."""
        if known is None:
            return Answer(Decision.ASK, Confidence.NAMED, doubt)
        if isinstance(known, str):
            return Answer(Decision.KEEP, Confidence.PROVEN, known)
        return self._received(known, name, node)

    def _prose(self, occurrence: Occurrence) -> Answer:
        """Docstrings and comments: they speak of the class they stand in, unless they say another."""
        name, offset = occurrence.name, occurrence.offset
        if name in self.spec.renames:
            if own := spoken.meaning(self.receivers, offset, name):
                return Answer(Decision.KEEP, Confidence.INFERRED, own)
            if known := spoken.receiver(self.receivers, offset):
                said = self._received(known, name, self.module.tree)
                if said.decision is not Decision.ASK:
                    phase = self.spec.docs_phase
                    return Answer(said.decision, Confidence.INFERRED, said.reason, phase)
        decision, reason = self.mentions.in_module(self.module, offset, name, occurrence.kind)
        return Answer(decision, confidence(decision), reason, self.spec.docs_phase)


def confidence(decision: Decision) -> Confidence:
    """How well it is known what words speak of."""
    return Confidence.NAMED if decision is Decision.ASK else Confidence.INFERRED
