"""What an occurrence of an old name in Python means: the one place where that is decided.

A decision needs no type checker; what cannot be told without one is an ask.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.data import Confidence, Decision, Spec
from codemods.declarations import (
    alone,
    comes_late,
    declarations,
    is_abstract,
    is_test,
    is_trivial,
    owns,
    sets,
)
from codemods.index import ClassInfo, Function, Index
from codemods.infer import Known, Receivers
from codemods.occurrences import Occurrence
from codemods.roles import Part, Role, Roles
from codemods.scopes import ClassRef, Module
from codemods.sides import layer_path
from codemods.strings import is_path, named_object

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
        self, index: Index, roles: Roles, spec: Spec, module: Module, types: Mapping[Place, Known]
    ) -> None:
        self.index = index
        self.roles = roles
        self.spec = spec
        self.module = module
        self.path = module.path
        self.layer = layer_path(index, spec) if roles.migrated else None
        self.receivers = Receivers(index.classes, module)
        self.types = types

    def decide(self, occurrence: Occurrence) -> Answer:
        """What becomes of one occurrence."""
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
        if occurrence.kind == "text":
            return Answer(Decision.ASK, Confidence.NAMED, "a place in the syntax that is not understood")
        return Answer(Decision.KEEP, Confidence.PROVEN, f"a {occurrence.kind} of its own")

    # --- attributes -------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, occurrence: Occurrence) -> Answer:
        name, known = occurrence.name, self.receivers.known(node.value)
        if known is None or known.confidence is not Confidence.PROVEN:
            known = self.types.get((self.path, *self.module.text.place(occurrence.offset)), known)
        answer = self._received(known, name, node)
        kind = {ast.Store: "write", ast.Del: "delete"}.get(type(node.ctx), "read")
        parent = self.receivers.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node and self.spec.is_factory(name):
            kind = "call"
        if answer.decision is Decision.RENAME and kind == "write" and (reason := self._lifted(node, name)):
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
                Decision.KEEP, Confidence.PROVEN, f"{shared.name} also serves {others} outside the hierarchy"
            )
        if not any(roles):
            names = ", ".join(ref.name for ref in known.classes if ref)
            return Answer(Decision.KEEP, known.confidence, f"class {names} is not in the hierarchy")
        if not all(roles):
            return Answer(Decision.ASK, Confidence.NAMED, f"only some of {known.reason} is in the hierarchy")
        sides = {role.side for role in roles if role}
        if sides == {side}:
            return Answer(Decision.RENAME, known.confidence, f"receiver is {known.reason}", self._phase(node))
        if side in sides or None in sides:
            return Answer(Decision.ASK, Confidence.NAMED, f"{known.reason} may be of another side")
        return Answer(Decision.KEEP, known.confidence, f"{known.reason} is not on the {side} side")

    def _phase(self, node: ast.AST) -> int:
        """The phase of a use: its class's, else that of the code outside the hierarchy."""
        if is_test(self.path):
            return self.spec.tests_phase
        owner = self._owner(node)
        role = self.roles.of.get(owner) if owner else None
        return role.phase if role else self.spec.integrations_phase

    def _owner(self, node: ast.AST) -> ClassRef | None:
        return self.receivers.class_of(node)

    def _lifted(self, node: ast.Attribute | ast.Name, name: str) -> str | None:
        """Why a declaration can go: it carries nothing and the root's says the same. None if it cannot."""
        owner = self._owner(node)
        info = self.index.members.get(owner) if owner else None
        if info is None or owner is None:
            return None
        every = [d for d in declarations(info) if d.name == name]
        found = next((d for d in every if node in ast.walk(d.statement)), None)
        if found is None or not found.initial or not found.plain:
            return None
        if not alone(self.module.text, found.statement):
            return None
        if found.function is None and not self._only_declared(info, found.statement, name):
            return None
        declared_by_body = self.index.members[self.index.root].function("__init__") is None
        if found.function and not comes_late(found.function, found.statement, name, declared_by_body):
            return None
        names = {name, self.spec.renames[name]}
        above = (self.index.classes.get(r) for r in self.index.classes.mro(owner)[1:] if r.path != self.layer)
        if any(sets(info, names) for info in above if info):
            return None
        return f"{owner.name} only declares it; the root class declares {self.spec.renames[name]}"

    def _only_declared(self, info: ClassInfo, statement: ast.stmt, name: str) -> bool:
        """Whether a statement stands at the top of a class body that does not use the name itself."""
        used = (
            n for node in info.nodes for n in ast.walk(node.node) if isinstance(n, ast.Name) and n.id == name
        )
        return isinstance(self.receivers.parents[statement], ast.ClassDef) and not any(
            isinstance(n.ctx, ast.Load) and self._in_class_body(n) for n in used
        )

    # --- definitions and bare names -----------------------------------------------------------------

    def _definition(self, node: Function, name: str) -> Answer:
        owner = self._owner(node) if self._in_class_body(node) else None
        role = self.roles.of.get(owner) if owner else None
        if owner is None or role is None:
            where = f"class {owner.name} is not in the hierarchy" if owner else "a function of its own"
            return Answer(Decision.KEEP, Confidence.PROVEN, where)
        if owner in self.roles.shared:
            return self._received(Known((owner,), Confidence.PROVEN, owner.name), name, node)
        if role.side != self.spec.side_of(name):
            reason = f"a helper: {owner.name} is not on the {self.spec.side_of(name)} side"
            return Answer(Decision.KEEP, Confidence.PROVEN, reason)
        if self._removable(node, owner, role):
            phase = max(self.spec.integrations_phase, role.phase)
            reason = f"{owner.name} only declares it; the root class declares {self.spec.renames[name]}"
            return Answer(Decision.DELETE, Confidence.PROVEN, reason, phase)
        return Answer(Decision.RENAME, Confidence.PROVEN, f"factory method of {owner.name}", role.phase)

    def _removable(self, node: Function, owner: ClassRef, role: Role) -> bool:
        if role.part not in (Part.BASE, Part.ROOT) or not is_trivial(node):
            return False
        above = self.index.classes.mro(owner)[1:]
        infos = [info for ref in above if (info := self.index.classes.get(ref))]
        inherited = [f for info in infos if (f := info.function(node.name))]
        # A body that returns nothing without being abstract is an answer.
        declares = is_abstract(node) or any(isinstance(s, ast.Raise) for s in node.body)
        return declares and all(is_trivial(f) for f in inherited)

    def _in_class_body(self, node: ast.AST) -> bool:
        """Whether a name bound at a node is an attribute of the class around it."""
        shells = Function | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        around = (n for n in self.receivers.enclosing(node) if isinstance(n, ast.ClassDef | shells))
        return isinstance(next(around, None), ast.ClassDef)

    def _name(self, node: ast.Name, name: str) -> Answer:
        ref = self._owner(node) if self._in_class_body(node) else None
        info = self.index.classes.get(ref) if ref else None
        if ref is None or info is None or name not in info.nodes[0].body.bindings:
            return Answer(Decision.KEEP, Confidence.PROVEN, "a variable of its own")
        answer = self._received(Known((ref,), Confidence.PROVEN, f"in {ref.name}"), name, node)
        if isinstance(node.ctx, ast.Load):
            return answer
        if answer.decision is Decision.RENAME and (reason := self._lifted(node, name)):
            return Answer(Decision.DELETE, Confidence.PROVEN, reason, answer.phase, "declaration")
        reason = answer.reason.replace("receiver is ", "declared ")
        return Answer(answer.decision, answer.confidence, reason, answer.phase, "annotation")

    # --- strings and prose --------------------------------------------------------------------------

    def _string(self, node: ast.Constant, name: str) -> Answer:
        text = str(node.value)
        parent = self.receivers.parents.get(node)
        if text == name and isinstance(parent, ast.Dict | ast.Subscript):
            return Answer(Decision.KEEP, Confidence.PROVEN, "key of a dictionary")
        if text != name and not is_path(text, name):
            return Answer(Decision.KEEP, Confidence.PROVEN, "words of a message")
        known = named_object(self.receivers, node, name)
        if known is None:
            return Answer(Decision.ASK, Confidence.NAMED, "a string that may name the attribute")
        return self._received(known, name, node)

    def _prose(self, occurrence: Occurrence) -> Answer:
        """Docstrings and comments: they speak of the class they stand in."""
        name = occurrence.name
        line, _ = self.module.text.place(occurrence.offset)
        owner = self.module.class_at(line)
        if owner is not None and owner not in self.roles.of and owns(self.index.classes, owner, name):
            return Answer(Decision.KEEP, Confidence.PROVEN, f"{owner.name} has a {name} of its own")
        return Answer(
            Decision.RENAME, Confidence.INFERRED, "documentation of the hierarchy", self.spec.docs_phase
        )
