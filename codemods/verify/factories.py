"""The declarations of factories in the root, made a second time."""

from __future__ import annotations

import ast
import builtins
import re
from copy import deepcopy

from codemods.data import Factory
from codemods.project import Project
from codemods.scopes import Function, Module
from codemods.verify.cuts import indentation


class Factories:
    """How a file declares factories; ``added`` are the names that this uses."""

    def __init__(self, project: Project, before: Module) -> None:
        self.project = project
        self.spec = project.spec
        self.before = before
        self.added: set[str] = set()

    def optional(self, name: str) -> str:
        """``Optional[name]`` as the file would write it."""
        names = self.before.scope.bindings
        if "annotations" in names and "Optional" not in names:
            return f"{name} | None"
        self.added.add("Optional")
        return f"Optional[{name}]"

    def lines(self, factory: Factory, margin: str, abstract: bool, arguments: str | None = None) -> list[str]:
        """The lines of a declaration, ``arguments`` as they are if given; a blank one comes first."""
        step = indentation(self.before.text.text)
        declared = self._definitions(factory)
        returns = self.optional(factory.type_parameter) if factory.optional else factory.type_parameter
        later = "async " * any(isinstance(f, ast.AsyncFunctionDef) for f in declared)
        self.added |= {"abstractmethod"} if abstract else set()
        said = [factory.summary] if factory.summary else []
        said += [*([""] if said else []), "Returns:", step + factory.returns] if factory.returns else []
        return [
            "",
            *([f"{margin}@abstractmethod"] if abstract else []),
            f"{margin}{later}def {factory.new}({arguments or self._parameters(declared)}) -> {returns}:",
            *([f'{margin}{step}"""'] if said else []),
            *(f"{margin}{step}{line}" if line else "" for line in said),
            *([f'{margin}{step}"""'] if said else []),
            f"{margin}{step}{'pass' if abstract else 'raise NotImplementedError'}",
        ]

    def _definitions(self, factory: Factory) -> list[Function]:
        """What the classes of each side define under the side's old name."""
        return [
            function
            for ref, info in self.project.index.members.items()
            for function in info.functions()
            if function.name in (factory.new, factory.old.get(self.project.roles.side(ref) or ""))
        ]

    def _parameters(self, declared: list[Function]) -> str:
        bare = [_untyped(f.args) for f in declared]
        named = any(isinstance(n, ast.Name) for f in declared for d in _defaults(f) for n in ast.walk(d))
        if named or len({ast.unparse(arguments) for arguments in bare}) > 1:
            self.added.add("Any")
            return "self, *args: Any, **kwargs: Any"
        if not declared:
            return "self"
        shared = bare[0]
        types: dict[str, set[str]] = {}
        for argument in (a for f in declared for a in ast.walk(f.args) if isinstance(a, ast.arg)):
            annotation = ast.unparse(argument.annotation) if argument.annotation else ""
            types.setdefault(argument.arg, set()).add(annotation)
        for argument in (a for a in ast.walk(shared) if isinstance(a, ast.arg)):
            said = types[argument.arg]
            if said != {""}:
                known = all(hasattr(builtins, word) for word in re.findall(r"\w+", min(said)))
                annotation = min(said) if len(said) == 1 and known else "Any"
                self.added |= {"Any"} if annotation == "Any" else set()
                # In a name of its own, so that the default behind it can be told from others.
                argument.annotation = ast.Name(f"{annotation}\0")
        return ast.unparse(shared).replace("\0=", " = ").replace("\0", "")


def _untyped(arguments: ast.arguments) -> ast.arguments:
    copied = deepcopy(arguments)
    for argument in (node for node in ast.walk(copied) if isinstance(node, ast.arg)):
        argument.annotation = None
    return copied


def _defaults(function: Function) -> list[ast.expr]:
    return [d for d in (*function.args.defaults, *function.args.kw_defaults) if d]
