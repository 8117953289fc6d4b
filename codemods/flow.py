"""Classes of receivers as they flow through a module: self, annotations, calls, assignments, loops."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from weakref import ReferenceType

from codemods import spelled
from codemods.classes import Classes, ClassInfo
from codemods.data import Confidence
from codemods.declarations import READ, declarations, decorators, owns, receiver
from codemods.known import Known, agreed
from codemods.modules import bound_in
from codemods.scopes import Binding, ClassRef, Function, Module, Scope, parents

_DEEP = 10  # steps from a name to what it stands for
_ENTERS: dict[type[ast.stmt], str] = {ast.With: "__enter__", ast.AsyncWith: "__aenter__"}


class Flow(ABC):
    """Receivers of one module, by the expression they are."""

    def __init__(self, classes: Classes, module: Module) -> None:
        self.classes = classes
        self.modules = classes.modules
        self.module = module
        self.parents = parents(module.tree)
        self.blocks = [node for node in self.parents if isinstance(node, Function | ast.ClassDef)]
        self._others: dict[PurePosixPath, Flow] = {}
        self._asking: ReferenceType[Flow] | None = None
        """Whose others these are; it does not live on for them."""
        self._set: dict[ast.AST, dict[str, list[ast.expr]]] = {}

    def within(self, module: Module) -> Flow:
        """The receivers of another module, made once."""
        first = (self._asking and self._asking()) or self
        if module.path == first.module.path:
            return first
        if module.path not in first._others:
            first._others[module.path] = type(self)(self.classes, module)
            first._others[module.path]._asking = ReferenceType(first)
        return first._others[module.path]

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside out."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def class_of(self, node: ast.AST) -> ClassRef | None:
        """The innermost class whose body holds a node (its functions included)."""
        for outer in self.enclosing(node):
            if isinstance(outer, ast.ClassDef):
                for nodes in self.module.classes.values():
                    if any(n.node is outer for n in nodes):
                        return nodes[0].ref
        return None

    def in_class_body(self, node: ast.AST) -> bool:
        """Whether a name at a node is looked up in the body of the class around it, or bound there."""
        within, inner = node, node
        for outer in self.enclosing(node):
            if isinstance(outer, ast.ClassDef) and inner in outer.body:
                return True
            generators: list[ast.comprehension] = getattr(outer, "generators", [])
            if isinstance(outer, Function | ast.Lambda):
                if inner not in _head(outer):
                    return False
            elif generators and not (inner is generators[0] and within is generators[0].iter):
                return False
            within, inner = inner, outer
        return False

    def scope(self, node: ast.AST) -> Scope:
        """The scope of the function a node stands in, else the module's."""
        for outer in self.enclosing(node):
            if (found := self.module.scope_of(outer)) and node not in _head(outer):
                return found
            node = outer
        return self.module.scope

    # --- what it is -------------------------------------------------------------------------------

    def known(self, node: ast.expr, depth: int = 0) -> Known | None:
        """What is known of an expression's class; None when nothing is."""
        if depth > _DEEP:
            return None
        match node:
            case ast.Name():
                return self._name(node, depth)
            case ast.Call(func=ast.Name(id="super")):
                if owner := self.class_of(node):
                    return Known((owner,), Confidence.PROVEN, f"super() in {owner.name}")
            case ast.Call():
                return self._call(node, depth)
            case ast.Attribute():
                return self._attribute(node, depth)
            case ast.Await():
                known = self.known(node.value, depth + 1)
                classes = known.classes if known else ()
                return None if any(ref and owns(self.classes, ref, "__await__") for ref in classes) else known
            case ast.NamedExpr() | ast.Starred():
                return self.known(node.value, depth + 1)
        return None

    def _name(self, node: ast.Name, depth: int) -> Known | None:
        for outer in self.enclosing(node):
            if isinstance(outer, Function):
                break
            if (values := spelled.looped(outer, node)) is not None:
                return self._any_of(values, depth)
        scope = self.scope(node)
        meaning = self.modules.meaning(node, scope)
        if isinstance(meaning, ClassRef):
            return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} itself")
        if (home := bound_in(scope, node.id)) is None:
            return None
        function = home.function
        arguments = [n for n in ast.walk(function.args) if isinstance(n, ast.arg)] if function else []
        argument = next((a for a in arguments if a.arg == node.id), None)
        if function is None or argument is None:
            return self._assigned(node.id, home.bindings[node.id], depth)
        # What is assigned to a parameter has to keep to its annotation; without one it may be anything.
        others = [b for b in home.bindings[node.id] if b.node is not function]
        if others and argument.annotation is None:
            return self._assigned(node.id, others, depth)
        return self._parameter(argument, function, depth)

    def _parameter(self, argument: ast.arg, function: Function, depth: int) -> Known | None:
        owner = self.parents.get(function)
        if isinstance(owner, ast.ClassDef) and receiver(function) == argument.arg:
            ref = self.class_of(function)
            return Known((ref,), Confidence.PROVEN, f"{argument.arg} in {ref.name}") if ref else None
        if argument.annotation is not None:
            if argument in (function.args.vararg, function.args.kwarg):
                return None
            return self.annotated(argument.annotation, f"parameter {argument.arg}", self.scope(function))
        defaults = function.args.defaults
        optional = [*function.args.posonlyargs, *function.args.args][-len(defaults) :] if defaults else []
        return None if argument in optional else self._fixture(argument.arg, function, depth)

    def _assigned(self, name: str, bindings: list[Binding], depth: int) -> Known | None:
        """What all bindings of a name say, None apart."""
        found: list[Known | None] = []
        for binding in bindings:
            if isinstance(binding.node, ast.AnnAssign):
                scope = self.scope(binding.node)
                return self.annotated(binding.node.annotation, f"{name} is annotated", scope)
            if (method := _ENTERS.get(type(binding.node))) and isinstance(binding.value, ast.expr):
                found.append(self._entered(binding.value, depth, method))
                continue
            values = spelled.given(binding, name)
            if not values or not all(map(spelled.is_none, values)):
                found.append(self._any_of(values, depth))
        return agreed(found, f"{name}:")

    def _any_of(self, values: list[ast.expr], depth: int) -> Known | None:
        return agreed([self.known(value, depth + 1) for value in values], "")

    def _attribute(self, node: ast.Attribute, depth: int) -> Known | None:
        if node.attr == "__class__":
            return self.known(node.value, depth + 1)
        if isinstance(meaning := self.modules.meaning(node, self.scope(node)), ClassRef):
            return Known((meaning,), Confidence.PROVEN, f"the class {meaning.name} itself")
        if values := self._options(node):
            return self._any_of(values, depth)
        if given := self._given_here(node):
            declared = self._declared(node, depth)
            found = [*([declared] if declared else []), *(self.known(value, depth + 1) for value in given)]
            return agreed(found, f"{ast.unparse(node)}:")
        return self._declared(node, depth)

    def _given_here(self, node: ast.Attribute) -> list[ast.expr]:
        """What the function around sets an attribute to, by the words it is spelled with."""
        function = next((n for n in self.enclosing(node) if isinstance(n, Function)), self.module.tree)
        if function not in self._set:
            self._set[function] = {}
            for assigned in (n for n in ast.walk(function) if isinstance(n, ast.Assign)):
                for target in assigned.targets if not spelled.is_none(assigned.value) else ():
                    self._set[function].setdefault(ast.unparse(target), []).append(assigned.value)
        return self._set[function].get(ast.unparse(node), [])

    def _declared(self, node: ast.Attribute, depth: int) -> Known | None:
        """What the classes of an object say of its attribute."""
        owner = self.known(node.value, depth + 1)
        return agreed([self._of(ref, node.attr, depth) for ref in owner.classes] if owner else [], "")

    def _of(self, ref: ClassRef | None, name: str, depth: int) -> Known | None:
        """What a class says of an attribute of its objects, or the nearest above it that does."""
        for ancestor in self.classes.mro(ref) if ref else ():
            info = self.classes.get(ancestor)
            home = self.modules.get(ancestor.path) if info else None
            if ref and info and home and (found := self.within(home)._member(info, name, ref, depth)):
                if any(c and owns(self.classes, c, "__get__") for c in found.classes):
                    return self._through(found, "__get__", depth)
                return Known(found.classes, Confidence.INFERRED, f"{name} of {ref.name}: {found.reason}")
        return None

    def _member(self, info: ClassInfo, name: str, ref: ClassRef, depth: int) -> Known | None:
        """What a class says of an attribute, for the objects of a class below it."""
        found: list[Known | None] = []
        for declaration in (d for d in declarations(info) if d.name == name):
            statement, function = declaration.statement, declaration.function
            if isinstance(statement, ast.AnnAssign):
                return self.annotated(statement.annotation, "annotated", self.scope(statement))
            match statement.value:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner) as value, attr=method)) if (
                    function and owner == receiver(function) and owns(self.classes, ref, method)
                ):
                    own = self.known(value, depth + 1)
                    # The object's own class says what its method answers.
                    own = replace(own, classes=(ref,)) if own and own.classes == (info.ref,) else own
                    found.append(self._through(own, method, depth + 1))
                case value if not spelled.is_none(value):
                    found.append(self.known(value, depth + 1))
        function = info.function(name)
        if function and function.returns is None and decorators(function) & READ:
            found.append(self._answer(function, depth))
        return agreed(found, "")

    # --- annotations ------------------------------------------------------------------------------

    def annotated(self, annotation: ast.expr, what: str, scope: Scope) -> Known | None:
        classes = tuple(dict.fromkeys(spelled.classes_in(self.modules, annotation, scope)))
        if not any(isinstance(c, ClassRef) for c in classes):
            return None
        names = " or ".join(c.name for c in classes if c)
        return Known(classes, Confidence.PROVEN, f"{what}: {names}")

    # --- what else may give a value, for those below to say --------------------------------------------

    @abstractmethod
    def _call(self, node: ast.Call, depth: int) -> Known | None:
        """What a call answers."""

    @abstractmethod
    def _answer(self, function: Function, depth: int) -> Known | None:
        """What calling a function answers."""

    @abstractmethod
    def _through(self, known: Known | None, method: str, depth: int) -> Known | None:
        """What a method answers of an object of these classes; None where one of them does not tell."""

    @abstractmethod
    def _entered(self, value: ast.expr, depth: int, method: str) -> Known | None:
        """What a ``with`` statement binds: what is entered answers it."""

    @abstractmethod
    def _options(self, node: ast.expr) -> list[ast.expr]:
        """All that an expression may stand for, where the source lists it; none where it does not."""

    @abstractmethod
    def _given(self, function: Function, depth: int) -> Known | None:
        """What a fixture or context manager gives."""

    @abstractmethod
    def _fixture(self, name: str, function: Function, depth: int) -> Known | None:
        """What a parameter without annotation is given by its name."""


def _head(node: ast.AST) -> tuple[ast.AST | None, ...]:
    """The parts of a function that stand outside it."""
    if isinstance(node, Function):
        return (node.args, node.returns, *node.decorator_list)
    return (node.args,) if isinstance(node, ast.Lambda) else ()
