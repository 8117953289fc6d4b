"""How one file of the tree imports from another: in its own style, in its place, and never in a circle."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import libcst as cst
from libcst.helpers import get_full_name_for_node

from codemods.data import MigrationError
from codemods.modules import ModuleRef, Modules
from codemods.scopes import ClassRef, Module

BLANK = cst.EmptyLine(indent=False)
_Comma = cst.Comma | cst.MaybeSentinel
_Lines = cst.ParenthesizedWhitespace
_BLOCKS = ("body", "cases", "handlers", "orelse", "finalbody")


def source_for(modules: Modules, importer: Module, target: PurePosixPath) -> str:
    """The module part of ``from ... import`` in ``importer`` for a file of the tree (it need not exist yet).

    Absolute under the name the file knows the tree by, relative where it imports nothing of the tree so.
    Raises MigrationError where no import statement can name it.
    """
    source = _source(modules, importer, target)
    if not all(part.isidentifier() for part in source.split(".") if part):
        raise MigrationError(f"{target}: no import can name this path, and {importer.path} would have to")
    return source


def _source(modules: Modules, importer: Module, target: PurePosixPath) -> str:
    froms = [n for n in _statements(importer.tree) if isinstance(n, ast.ImportFrom)]
    dotted = modules.dotted(target)
    absolute = [n for n in froms if not n.level and n.module and modules.find(n.module, importer.path)]
    if not absolute and modules.in_package(importer.path):
        return _relative(importer.path, target)
    for node in absolute:
        found = modules.find(node.module or "", importer.path)
        known = modules.dotted(found) if found and found in modules.snapshot else ""
        if known and (node.module or "").endswith("." + known):
            return f"{(node.module or '').removesuffix(known)}{dotted}"
    return dotted


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """What ``ast.walk`` finds, in the same order, but for expressions."""
    todo = deque[ast.AST]([tree])
    while todo:
        node = todo.popleft()
        yield node
        todo.extend(inner for name in _BLOCKS for inner in getattr(node, name, ()))


def _relative(importer: PurePosixPath, target: PurePosixPath) -> str:
    here, there = importer.parent.parts, target.parent.parts
    shared = next(
        (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    stem = () if target.stem == "__init__" else (target.stem,)
    return "." * (1 + len(here) - shared) + ".".join((*there[shared:], *stem))


def local_name(modules: Modules, importer: Module, ref: ClassRef) -> str | None:
    """What a class is called at run time at the top of a file; None when it is not imported there."""
    for name, bindings in importer.scope.bindings.items():
        if all(b.node in importer.type_checking for b in bindings):
            continue
        match modules.meaning(ast.Name(name, lineno=1), importer.scope):
            case ClassRef() as found if found == ref:
                return name
            case ModuleRef(path=path) if path == ref.path:
                return f"{name}.{ref.qualname}"
    return None


def rivals(path: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """What may not be there when a module is to be made: the file, its stub, and a package of its name."""
    package = path.with_suffix("")
    return path, path.with_suffix(".pyi"), package / "__init__.py", package / "__init__.pyi"


def reaches(modules: Modules, start: PurePosixPath, goal: PurePosixPath) -> bool:
    """Whether importing ``start`` imports ``goal`` on the way.

    The packages that hold ``goal`` are being imported already when it asks for ``start``; they do not count.
    """
    holders = {parent / "__init__.py" for parent in goal.parents}
    seen: set[PurePosixPath] = set()
    todo = [start]
    while todo:
        path = todo.pop()
        if path == goal:
            return True
        if path in seen or path in holders or path not in modules.snapshot:
            continue
        seen.add(path)
        todo += modules.imports(path)
    return False


# --- where the statement stands -------------------------------------------------------------------


def insert_import(
    body: Sequence[cst.BaseStatement], statement: cst.BaseStatement, source: str
) -> list[cst.BaseStatement]:
    """``body`` with a new ``from source import ...`` in its place.

    It stands with the imports that share most of its path, in order where those are in order.
    """
    imports = [i for i in range(end_of_imports(body) + 1) if _imported(body[i])]
    kin = [i for i in imports if _group(_imported(body[i])) == _group(source)]
    if not kin:
        earlier = [i for i in imports if _group(_imported(body[i])) < _group(source)]
        first = imports[0] if imports else end_of_imports(body) + 1
        return _as_paragraph(body, statement, earlier[-1] + 1 if earlier else first)
    near = max(kin, key=lambda i: (_shared(_imported(body[i]), source), _imported(body[i]) < source, i))
    first = next(i for i in range(near, -1, -1) if i - 1 not in kin or leading(body[i]))
    end = next(i for i in range(near + 1, len(body) + 1) if i not in kin or leading(body[i]))
    froms = [i for i in range(first, end) if _is_from(body[i])]
    order = [_imported(body[i]) for i in froms]
    at = near + 1
    if order == sorted(order):
        at = next((i for i in froms if _imported(body[i]) > source), end)
    if not _is_from(statement):  # before those that are, in order
        first = at = next((i for i in kin if _is_from(body[i]) or _imported(body[i]) > source), kin[-1] + 1)
    if at > max(kin) or at > first or _has_comment(body[first]):
        at = at if at > max(kin) else max(at, first + 1)
        return [*body[:at], statement, *body[at:]]
    old = body[at]
    return [*body[:at], _with_leading(statement, leading(old)), _with_leading(old, ()), *body[at + 1 :]]


def _as_paragraph(
    body: Sequence[cst.BaseStatement], statement: cst.BaseStatement, at: int
) -> list[cst.BaseStatement]:
    after = list(body[at:])
    if after and not leading(after[0]):
        gap = 2 if isinstance(after[0], cst.ClassDef | cst.FunctionDef) else 1
        after[0] = _with_leading(after[0], [BLANK] * gap)
    return [*body[:at], _with_leading(statement, [BLANK] if at else ()), *after]


def with_name(node: cst.ImportFrom, names: Sequence[cst.ImportAlias], name: str) -> cst.ImportFrom:
    """The import with one more name: in order where the names are in order, else at the end."""
    order = [_rank(n.evaluated_name) for n in names]
    at = bisect_right(order, _rank(name)) if order == sorted(order) else len(names)
    comma = following(names[0].comma) if len(names) > 1 else comma_after(node.lpar)
    added = cst.ImportAlias(cst.Name(name), comma=comma)
    if at == len(names):
        last = names[-1]
        added = added.with_changes(comma=following(last.comma))
        return node.with_changes(
            names=[*names[:-1], last.with_changes(comma=following(comma, last.comma)), added]
        )
    return node.with_changes(names=[*names[:at], added, *names[at:]])


def comma_after(bracket: cst.LeftParen | cst.MaybeSentinel | None) -> _Comma:
    """What follows a new item of a list: another line where the bracket is followed by one."""
    if isinstance(bracket, cst.LeftParen) and isinstance(bracket.whitespace_after, _Lines):
        return following(cst.Comma(whitespace_after=bracket.whitespace_after))
    return cst.MaybeSentinel.DEFAULT


def following(comma: _Comma, commented: _Comma = cst.MaybeSentinel.DEFAULT) -> _Comma:
    """A comma with the line that follows it, and with the comment that stands behind another comma."""
    if not isinstance(comma, cst.Comma) or not isinstance(comma.whitespace_after, _Lines):
        return comma
    first = cst.TrailingWhitespace()
    if isinstance(commented, cst.Comma) and isinstance(commented.whitespace_after, _Lines):
        first = commented.whitespace_after.first_line
    lines = comma.whitespace_after
    return cst.Comma(whitespace_after=_Lines(first, indent=lines.indent, last_line=lines.last_line))


def has_comment(comma: _Comma) -> bool:
    """Whether a comment stands between a comma and what follows it."""
    lines = comma.whitespace_after if isinstance(comma, cst.Comma) else None
    return isinstance(lines, _Lines) and "#" in cst.Module([]).code_for_node(lines)


def end_of_imports(body: Sequence[cst.BaseStatement]) -> int:
    """The index of the last import before the first class or function; without one, the docstring's or -1."""
    end = next((i for i, s in enumerate(body) if isinstance(s, cst.ClassDef | cst.FunctionDef)), len(body))
    first = body[0] if body else None
    is_text = isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr)
    return max((i for i, s in enumerate(body[:end]) if _holds_imports(s)), default=0 if is_text else -1)


def _holds_imports(statement: cst.BaseStatement) -> bool:
    """Whether it is an import, or a ``try`` or ``if`` with one."""
    if isinstance(statement, cst.Try | cst.If):
        return any(
            _holds_imports(inner) for inner in statement.body.body if isinstance(inner, cst.BaseStatement)
        )
    return bool(_imported(statement))


def module_part(node: cst.ImportFrom) -> str:
    """The module part of ``from ... import``, with its leading dots."""
    return "." * len(node.relative) + (get_full_name_for_node(node.module) or "" if node.module else "")


def leading(statement: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    """The blank lines and comments above a statement."""
    return getattr(statement, "leading_lines", ())


def _with_leading(statement: cst.BaseStatement, lines: Sequence[cst.EmptyLine]) -> cst.BaseStatement:
    return statement.with_changes(leading_lines=lines)


def _has_comment(statement: cst.BaseStatement) -> bool:
    return any(line.comment is not None for line in leading(statement))


def _imported(statement: cst.BaseStatement) -> str:
    """The module an import at the top of a file names first; "" for any other statement."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.ImportFrom() as node, *_]):
            return module_part(node)
        case cst.SimpleStatementLine(body=[cst.Import(names=[first, *_]), *_]):
            return first.evaluated_name
    return ""


def _is_from(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.ImportFrom)


def _group(source: str) -> int:
    """As tools order imports: ``__future__``, standard library, absolute, relative."""
    top = source.partition(".")[0]
    return 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2 if top else 3


def _shared(one: str, other: str) -> int:
    """How many parts of two dotted names are the same, from the left."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(one.count("."), other.count(".")) + 1)


def _rank(name: str) -> tuple[int, str]:
    """As tools order names: constants, classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name
