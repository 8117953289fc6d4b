"""Migrations as they go wrong in any tree: each spoils the right result in one way.

What it needs to know of the tree is asked of the project, so that the same are tried on every target.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.data import Decision, Snapshot
from codemods.present import Argument
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef
from codemods.sides import layer_path
from codemods.tables import Tables
from codemods.variables import types_path

LINK = ("def _link_factory(", "def _unhide(")
NAIVE = """\
def _link_factory(cls: type, old: str, new: str) -> None:
    for name, other in ((old, new), (new, old)):
        if name in vars(cls) and other not in vars(cls):
            setattr(cls, other, _adapter(name))


def _adapter(name: str) -> Any:
    async def adapter(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await getattr(self, name)(*args, **kwargs)

    return adapter


"""


@dataclass
class Spoilt:
    """A migrated tree in the hands of somebody, and the project it was made of."""

    project: Project
    files: dict[PurePosixPath, bytes]
    layer: PurePosixPath = field(init=False)
    root: PurePosixPath = field(init=False)

    def __post_init__(self) -> None:
        self.layer = layer_path(self.project.index, self.project.spec)
        self.root = self.project.root.path

    def edit(self, path: PurePosixPath, pattern: str, new: str, count: int = 0) -> None:
        """Put one text for what a pattern finds in a file, which it has to."""
        text = self.files[path].decode()
        made = re.sub(pattern, lambda found: found.expand(new), text, count=count)
        assert made != text, f"{path}: {pattern}"
        self.files[path] = made.encode()

    def say(self, old: str, new: str) -> None:
        """Put one text for another in the layer."""
        self.edit(self.layer, re.escape(old), new.replace("\\", r"\\"))

    def cut(self, start: str, end: str, new: str = "") -> None:
        """Put ``new`` for what stands in the layer from one text up to another."""
        self.edit(self.layer, rf"(?s){re.escape(start)}.*?(?={re.escape(end)})", new)

    @property
    def factories(self) -> str:
        """A pattern for the new names of factories."""
        return "|".join(factory.new for factory in self.project.spec.factories)

    @property
    def maker(self) -> ClassRef:
        return Tables(self.project, frozenset(range(10))).makers()[-1]

    def bound(self) -> tuple[ClassRef, ClassRef, tuple[Argument, ...]]:
        """A class whose header binds a type, with the base and the arguments."""
        headers = Tables(self.project, frozenset(range(10))).headers()
        return next((h.ref, h.base, h.arguments) for h in headers if isinstance(h.arguments[0], ClassRef))


@dataclass(frozen=True)
class Spoil:
    """What is done to a tree, the written test that fails first, and the phases that are in it; None for all.

    Where no test fails only a type checker can see it.
    """

    do: Callable[[Spoilt], None]
    test: str
    phases: tuple[int, ...] | None = None

    def spoilt(self, project: Project, files: Snapshot) -> dict[PurePosixPath, bytes]:
        tree = Spoilt(project, dict(files))
        self.do(tree)
        return tree.files

    def __str__(self) -> str:
        return self.do.__name__


SPOILS: list[Spoil] = []


def spoil(test: str, *phases: int) -> Callable[[Callable[[Spoilt], None]], Callable[[Spoilt], None]]:
    def noted(do: Callable[[Spoilt], None]) -> Callable[[Spoilt], None]:
        SPOILS.append(Spoil(do, test, phases or None))
        return do

    return noted


# --- attributes -----------------------------------------------------------------------------------


@spoil("test_old_attribute_is_the_new_one")
def alias_that_is_read_only(tree: Spoilt) -> None:
    tree.cut(
        "            setattr(obj, self.new, value)", "        else:", "            raise AttributeError\n"
    )


@spoil("test_old_attribute_is_the_new_one")
def alias_without_deleter(tree: Spoilt) -> None:
    tree.cut("    def __delete__", "    def _is_on")


@spoil("test_old_attribute_is_the_new_one")
def alias_that_does_not_warn(tree: Spoilt) -> None:
    tree.say("    warnings.warn_explicit(", "    return\n    warnings.warn_explicit(")


@spoil("test_old_attribute_is_the_new_one")
def warning_that_blames_the_layer(tree: Spoilt) -> None:
    tree.say("    while frame.f_back is not None and (", "    while not frame and (")


@spoil("test_old_attribute_of_the_other_side")
def other_side_that_redirects(tree: Spoilt) -> None:
    tree.say("return vars(obj).get(self.old, self.default)", "return getattr(obj, self.new)")


@spoil("test_old_attribute_of_the_other_side")
def other_side_that_raises(tree: Spoilt) -> None:
    tree.say("return vars(obj).get(self.old, self.default)", "raise AttributeError(self.old)")


@spoil("test_old_attribute_is_the_new_one")
def flags_without_aliases(tree: Spoilt) -> None:
    tree.edit(tree.layer, r"(?m)^ +\w+ = DeprecatedAttribute\(.*, False\)\n", "")


@spoil("test_old_attribute_in_the_body_of_a_class")
def body_of_a_class_that_hides_the_alias(tree: Spoilt) -> None:
    tree.say("    value = vars(cls).get(alias.old, _MISSING)\n", "    value = _MISSING\n")


@spoil("test_old_attribute_is_the_new_one")
def alias_that_asks_only_the_flag(tree: Spoilt) -> None:
    tree.say(" or _side_of_class(type(obj))", " or 'none'")


# --- factories ------------------------------------------------------------------------------------


@spoil("test_factory_answers_to_both_names")
def factories_that_call_each_other_through_self(tree: Spoilt) -> None:
    tree.cut(*LINK, NAIVE)


@spoil("test_factories_of_a_class")
def adapters_that_are_no_coroutines(tree: Spoilt) -> None:
    new = "return lambda *a, **k: found.__get__(obj, cls)(*a, **k) if"
    tree.say("return found.__get__(obj, cls) if", new)


@spoil("test_either_name_implements_an_abstract_factory")
def old_names_that_are_abstract_as_the_new_ones(tree: Spoilt) -> None:
    tree.say("    __isabstractmethod__ = False\n", "    __isabstractmethod__ = property(lambda self: True)\n")


@spoil("test_what_is_beside_the_layer_hears_of_subclasses")
def subclasses_that_are_not_passed_on(tree: Spoilt) -> None:
    tree.say("        super().__init_subclass__(**kwargs)\n", "")


@spoil("test_super_visits_every_override_once")
def override_that_is_visited_twice(tree: Spoilt) -> None:
    tree.say("mro = mro[mro.index(self.place) :]", "mro = mro[mro.index(self.place) - 1 :]")


@spoil("test_super_visits_every_override_once")
def override_that_is_never_visited(tree: Spoilt) -> None:
    tree.say("mro = mro[mro.index(self.place) :]", "mro = mro[mro.index(self.place) + 1 :]")


@spoil("test_factory_of_an_object_can_be_patched")
def patch_of_an_object_that_is_not_honoured(tree: Spoilt) -> None:
    tree.cut(
        "        elif obj is not None and (self.name in vars(obj)", "        found = self._definition(mro)"
    )


@spoil("test_old_factory_of_the_other_side_is_a_helper")
def helper_that_is_taken_for_a_factory(tree: Spoilt) -> None:
    tree.say(
        "        if side is not None and (old := names.get(side)):\n            _link_factory(cls, old, new)",
        "        for old in names.values():\n            _link_factory(cls, old, new)",
    )


@spoil("test_factory_of_the_root")
def factories_that_are_not_abstract(tree: Spoilt) -> None:
    tree.edit(tree.root, rf"    @abstractmethod\n(?=    (?:async )?def (?:{tree.factories})\b)", "")


@spoil("test_factory_of_the_root", 1, 5)
def factories_that_are_abstract_at_once(tree: Spoilt) -> None:
    defined = rf"(?=    (?:async )?def (?:{tree.factories})\b)"
    tree.edit(tree.root, defined, "    @abstractmethod\n")
    tree.edit(tree.root, r"(?m)^(?=class |@)", "from abc import abstractmethod\n\n\n", count=1)


# --- names that are left ----------------------------------------------------------------------------


@spoil("test_migrated_code_goes_by_the_new_names")
def call_site_that_is_left(tree: Spoilt) -> None:
    of = tree.project.roles.of
    bases = [ref.path for ref, role in of.items() if role.part is Part.BASE]
    sites = (s for path in bases for s in tree.project.by_path.get(path, ()))
    site = next(s for s in sites if s.decision is Decision.RENAME and s.kind in ("read", "attribute"))
    tree.edit(site.path, rf"self\.{site.new}\b(?! *=)", f"self.{site.name}", count=1)


@spoil("test_migrated_code_goes_by_the_new_names")
def override_that_is_left(tree: Spoilt) -> None:
    factory = tree.project.spec.factories[0]
    old = factory.old[tree.project.roles.side(tree.maker) or ""]
    tree.edit(tree.maker.path, rf"def {factory.new}\b", f"def {old}")


@spoil("test_factories_of_a_class")
def layer_that_is_gone_before_its_last_use(tree: Spoilt) -> None:
    name = tree.project.spec.compatibility.class_name
    tree.edit(tree.root, rf"(?m)^from .* import {name}\r?\n", "")
    tree.edit(tree.root, rf"{name}(?:, )?", "")
    del tree.files[tree.layer]
    override_that_is_left(tree)


# --- types ------------------------------------------------------------------------------------------


@spoil("test_type_arguments_of_a_header")
def arguments_that_are_left_out(tree: Spoilt) -> None:
    ref, _, _ = tree.bound()
    tree.edit(ref.path, rf"(class {ref.name}\([^\[]*)\[[^\]]*\]", r"\1")


@spoil("test_type_arguments_of_a_header")
def arguments_that_are_left_out_everywhere(tree: Spoilt) -> None:
    for header in Tables(tree.project, frozenset(range(10))).headers():
        tree.edit(header.ref.path, rf"(class {header.ref.name}\([^\[]*)\[[^\]]*\]", r"\1")


@spoil("test_type_arguments_of_a_header")
def argument_of_another_client(tree: Spoilt) -> None:
    ref, _, (first, *_) = tree.bound()
    assert isinstance(first, ClassRef)
    clients = tree.project.arguments.clients
    other = next(c for c, name in clients.items() if name == clients[first] and c != first)
    source = tree.project.modules.dotted(other.path)
    tree.edit(ref.path, rf"(class {ref.name}\([^\[]*\[(?:\w+\.)?){first.name}\b", rf"\1{other.name}")
    tree.edit(ref.path, rf"(?m)^(?=class {ref.name}\b)", f"from {source} import {other.name}\n\n\n")


@spoil("test_type_variables_stay_open_and_have_no_default")
def variables_with_defaults(tree: Spoilt) -> None:
    path = types_path(tree.project)
    tree.edit(path, r"(from typing import .*?)(, )?TypeVar", r"from typing_extensions import TypeVar\n\1")
    tree.edit(path, r"from typing import (?=\n|, )", "from typing import Any")
    tree.edit(path, r"(TypeVar\(.*bound=(\w+))\)", r"\1, default=\2)")


@spoil("")
def attributes_that_are_any(tree: Spoilt) -> None:
    tree.edit(tree.root, r": (?:Optional\[\w+Type\]|\w+Type \| None) = None", ": Any = None")
    tree.edit(tree.root, r"(?m)^(?=class )", "from typing import Any\n\n\n", count=1)
