"""docs/classmod.1, which ``man classmod`` shows, is docs/classmod.1.md as a manual page.

``python -m tests.test_manual`` writes it anew; an installation lays it down where man looks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from codemods import __version__
from tests.console import ROOT

SOURCE = ROOT / "docs" / "classmod.1.md"
PAGE = ROOT / "docs" / "classmod.1"


def manual(text: str) -> str:
    """A page in Markdown as one for man: from its first heading of the second level on."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text[text.index("\n## ") :]))
    head = f'.TH CLASSMOD 1 "" "classmod {__version__}" "User Commands"\n'
    return head + "".join(piece for node in tree.children for piece in _block(node))


def _block(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type == "heading":
        text = _inline(node)
        yield f".SH {text.upper()}\n" if node.tag == "h2" else f".SS {text}\n"
    elif node.type == "paragraph":
        yield f".PP\n{_inline(node)}\n"
    elif node.type == "fence":
        yield f".PP\n.nf\n{_escaped(node.content.rstrip())}\n.fi\n"
    elif node.type == "bullet_list":
        for item in node.children:
            name, _, text = _inline(item.children[0]).partition(r" \- ")
            yield f".TP\n{name}\n{_lines(text)}\n"
    elif node.type == "table":
        head, body = node.children
        titles = [_inline(cell) for cell in head.children[0].children[1:-1]]
        for row in body.children:
            name, *between, text = [_inline(cell) for cell in row.children]
            notes = "; ".join(f"{t}: {cell}" for t, cell in zip(titles, between, strict=True) if cell)
            yield f".TP\n\\fB{name}\\fR\n{text}" + (f" ({notes})\n" if notes else "\n")
    else:
        assert node.type == "html_block", node.type


def _inline(node: SyntaxTreeNode) -> str:
    return _lines("".join(map(_run, node.children[0].children)) if node.children else "")


def _run(node: SyntaxTreeNode) -> str:
    if node.type == "text":
        return _escaped(node.content)
    if node.type == "code_inline":
        return rf"\fB{_escaped(node.content)}\fR"
    if node.type == "softbreak":
        return "\n"
    inside = "".join(map(_run, node.children))
    assert node.type in ("em", "strong", "link"), node.type
    return inside if node.type == "link" else rf"\fI{inside}\fR"


def _escaped(text: str) -> str:
    return _lines(text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("^", r"\(ha"))


def _lines(text: str) -> str:
    """Lines that are text to man, whatever they begin with."""
    return re.sub(r"(?m)^(?=[.'])", r"\\&", text)


def test_page_is_the_reference() -> None:
    assert PAGE.read_text("utf-8") == manual(SOURCE.read_text("utf-8")), "python -m tests.test_manual"


def test_page_is_part_of_an_installation() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["data-files"]

    assert declared == {"share/man/man1": [PAGE.relative_to(ROOT).as_posix()]}


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("`a-b` \\\\ *c*\n'd\n", ".PP\n\\fBa\\-b\\fR \\e \\fIc\\fR\n\\&'d\n"),
        ("- `-x` - one - two\n", ".TP\n\\fB\\-x\\fR\none \\- two\n"),
        ("```sh\n.x\n  y\n```\n", ".PP\n.nf\n\\&.x\n  y\n.fi\n"),
        ("|a|b|c|\n|-|-|-|\n|1||3|\n|4|5|6|\n", ".TP\n\\fB1\\fR\n3\n.TP\n\\fB4\\fR\n6 (b: 5)\n"),
        ("### classmod *x*\n", ".SS classmod \\fIx\\fR\n"),
    ],
)
def test_what_man_is_told(text: str, page: str) -> None:
    assert manual(f"ignored\n## Name\n{text}").partition(".SH NAME\n")[2] == page


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff")
def test_groff_has_nothing_to_say() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", "-rLL=100n", str(PAGE)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ended.stderr == ""
    assert "classmod - migrates a class and all its descendants" in re.sub(
        "\x1b\\[[0-9;]*m", "", ended.stdout
    )


if __name__ == "__main__":
    PAGE.write_text(manual(SOURCE.read_text("utf-8")), "utf-8")
