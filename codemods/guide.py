"""The guide to a migration for the people who have to follow it: what it says, made of what was found.

Names and dates are the spec's, class headers and bounds are worked out, and every example is code of the
project itself, before and after.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.classes import ClassInfo
from codemods.data import Decision, Site
from codemods.edits import renamings, splice
from codemods.layout import is_test
from codemods.project import Project
from codemods.roles import Part
from codemods.scopes import ClassRef, Module
from codemods.sides import layer_path
from codemods.sunset import last_day

TEMPLATE = "guide.md.j2"
_LINE_END = re.compile(r"\r\n|\r|\n")
_MOST_LINES = 30
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Example:
    """Lines of a file before and after, one for one; ``line`` is the first of them, 1-based.

    ``name`` is that of the class they are of, "" for a line by itself.
    """

    path: PurePosixPath
    line: int
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def marked(self) -> tuple[str, ...]:
        """The lines as a diff has them: what changes is there twice."""
        pairs = zip(self.before, self.after, strict=True)
        return tuple(line for old, new in pairs for line in ([f"  {old}"] if old == new else _both(old, new)))


def _both(old: str, new: str) -> list[str]:
    return [f"- {old}", f"+ {new}"]


@dataclass(frozen=True, slots=True)
class Family:
    """A class to inherit from, and what a class of one's own writes for it."""

    name: str
    path: PurePosixPath
    written: str
    bounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """What there is to say."""

    project: Project
    families: tuple[Family, ...]
    subclasses: tuple[Example, ...]
    uses: tuple[Example, ...]
    mocks: tuple[Example, ...]
    undecided: tuple[Site, ...]
    layer: PurePosixPath

    @property
    def package(self) -> str:
        """The package that the hierarchy is installed as."""
        return self.project.modules.dotted(self.project.root.path).partition(".")[0]

    @property
    def last_day(self) -> str:
        """The last day of the old names, or the version they go after."""
        wording = self.project.spec.compatibility
        return str(last_day(wording.remove_after) or wording.remove_after)


def guide(project: Project) -> Guide:
    """The guide to the migration of a project."""
    members = project.index.members
    own = {ref.path for ref in members}
    taken = [s for s in project.sites if s.decision is Decision.RENAME and s.path.suffix == ".py"]
    uses = [s for s in taken if s.kind in ("read", "write", "call") and s.path not in own]
    # Where nobody else uses them, a class of the hierarchy shows how it is done.
    uses = uses or [s for s in taken if s.kind in ("read", "write", "call")]
    shown = tuple(_lines(project, uses))
    lines = {(example.path, example.line) for example in shown}
    strings = (s for s in taken if s.kind == "string" and (s.path, s.line) not in lines)
    return Guide(
        project,
        tuple(_families(project)),
        tuple(_subclasses(project)),
        shown,
        tuple(_lines(project, strings)),
        tuple(s for s in project.sites if s.decision is Decision.ASK),
        layer_path(project.index, project.spec),
    )


def guide_text(project: Project) -> str:
    """The guide as Markdown."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # It is Markdown: what is escaped for HTML would be seen.
    environment = Environment(
        loader=PackageLoader("codemods", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = lambda name, after="": f"`{name}{after}`" if name else ""
    return environment.get_template(TEMPLATE).render(guide=guide(project), spec=project.spec)


def _families(project: Project) -> Iterator[Family]:
    """The root and the bases, with what a class below them writes."""
    known = project.arguments
    bounds = {v.name: v.bounds for v in known.variables}
    for ref, info in project.index.members.items():
        if project.roles.of[ref].part in (Part.ROOT, Part.BASE) and not is_test(info.ref.path):
            open_ = [bounds[name] for name in known.open[ref].values() if name in bounds]
            names = [" | ".join(bound.name for bound in each) for each in open_]
            arguments = f"[{', '.join(f'Your{each[0].name}' for each in open_)}]" if open_ else ""
            yield Family(ref.name, ref.path, f"class Yours({ref.name}{arguments}): ...", tuple(names))


def _subclasses(project: Project) -> Iterator[Example]:
    """For each side its shortest concrete class whose factories get other names."""
    for side in project.spec.sides:
        found = [
            example
            for ref in project.index.members
            if project.roles.side(ref) == side.name
            and project.roles.of[ref].part is Part.INTEGRATION
            and not is_test(ref.path)
            and (example := _factories_of(project, ref))
        ]
        yield from sorted(found, key=lambda example: (len(example.before), str(example.path)))[:1]


def _factories_of(project: Project, ref: ClassRef) -> Example | None:
    """The header of a class and its factories, without the decorators; None where there is nothing to see."""
    info, spec = project.index.members[ref], project.spec
    module = project.modules.get(ref.path)
    functions = [f for f in info.functions() if f.name in spec.renames and spec.is_factory(f.name)]
    if module is None or not functions:
        return None
    before, after = [_header(info, {})], [_header(info, _arguments(project, ref))]
    for function in functions:
        old, new = _renamed(project, module, function.lineno, function.end_lineno or function.lineno)
        before += ["", *_indented(old)]
        after += ["", *_indented(new)]
    if len(before) > _MOST_LINES or before == after or any(_FENCE in line for line in before):
        return None
    return Example(ref.path, info.line, ref.name, tuple(before), tuple(after))


def _header(info: ClassInfo, arguments: dict[str, str]) -> str:
    bases = (ast.unparse(base.node) for base in info.bases)
    return f"class {info.ref.name}({', '.join(base + arguments.get(base, '') for base in bases)}):"


def _arguments(project: Project, ref: ClassRef) -> dict[str, str]:
    """The text of a base -> the arguments that it is given."""
    phases = frozenset(range(project.spec.docs_phase + 1))
    header = project.arguments.header(ref, project.roles, phases)
    found = {}
    for base in project.index.members[ref].bases:
        given = header.get(base.meaning) if isinstance(base.meaning, ClassRef) else None
        if given and not isinstance(base.node, ast.Subscript):
            names = (a if isinstance(a, str) else a.name for a in given)
            found[ast.unparse(base.node)] = f"[{', '.join(names)}]"
    return found


def _indented(lines: Sequence[str]) -> list[str]:
    return textwrap.indent(textwrap.dedent("\n".join(lines)), "    ").split("\n")


def _lines(project: Project, sites: Iterable[Site]) -> Iterator[Example]:
    """The first place of each old name that is a line by itself; places outside of tests first."""
    ordered = sorted(sites, key=lambda site: (is_test(site.path), site.path, site.line))
    found: dict[str, Example] = {}
    for site in ordered:
        module = project.modules.get(site.path)
        if site.name not in found and module is not None:
            old, new = _renamed(project, module, site.line, site.line)
            if _stands_alone(old[0]) and old != new:
                one = (old[0].strip(),), (new[0].strip(),)
                found[site.name] = Example(site.path, site.line, "", *one)
    yield from dict.fromkeys(found.values())


def _stands_alone(line: str) -> bool:
    """Whether a line holds a whole statement, or the whole header of one."""
    code = line.strip()
    try:
        ast.parse(f"{code} pass" if code.endswith(":") else code)
    except SyntaxError:
        return False
    return _FENCE not in code


def _renamed(project: Project, module: Module, first: int, last: int) -> tuple[list[str], list[str]]:
    """Lines of a file, and the same in new names."""
    sites = [s for s in project.by_path.get(module.path, ()) if first <= s.line <= last]
    whole = splice(module.text.text, renamings(module.text, sites))
    before, after = (_LINE_END.split(text)[first - 1 : last] for text in (module.text.text, whole))
    return before, after
