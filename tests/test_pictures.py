"""docs/pictures: what a terminal shows of real runs, and shows today.

``python -m tests.test_pictures`` takes them anew. The commands run in a pseudo-terminal, on a copy of the
bundled project; what they print, colours and all, becomes an SVG that loads nothing.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.text import Text

from tests.console import ROOT, installed

FOLDER = ROOT / "docs" / "pictures"
PROJECT = ROOT / "fixtures" / "cex_arbitrage" / "before"
ROWS = 40
LEFT_OUT = "\N{VERTICAL ELLIPSIS}"
PROGRESS = re.compile(r"\x1b\[\?25l.*?\x1b\[\?25h(?:\r|\x1b\[1A|\x1b\[2K)*", re.DOTALL)
"""What is drawn while a run lasts, and erased: between hiding the cursor and showing it."""
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Picture:
    """A command line, its exit status, how many rows at its start and end are shown, and how wide."""

    line: str
    status: int
    head: int
    tail: int
    columns: int = 122

    @property
    def name(self) -> str:
        return self.line.split()[1]


PICTURES = (
    Picture("classmod sites --phase private .", 0, 14, 8, 132),
    Picture("classmod diff .", 1, 52, 8),
    Picture("classmod apply .", 0, 32, 4),
    Picture("classmod check --phase tests .", 1, 18, 4),
)


def taken(picture: Picture) -> Text:
    """What a terminal shows of a run, with the prompt above it."""
    with TemporaryDirectory() as place:
        project = Path(place) / "project"
        shutil.copytree(PROJECT, project)
        path = f"{installed(Path(place)).parent}{os.pathsep}{os.environ['PATH']}"
        printed = _printed(picture, project, path)
    shown = _cut(_rows(Text.from_ansi(printed), picture.columns), picture)
    return Text("\n").join([Text.assemble(("$ ", "dim"), (picture.line, "bold")), *shown])


def _printed(picture: Picture, project: Path, path: str) -> str:
    plain = {"NO_COLOR", "FORCE_COLOR", "COLORFGBG", "COLUMNS", "LINES", "TERM_PROGRAM"}
    env = {name: value for name, value in os.environ.items() if name not in plain}
    env |= {"PATH": path, "TERM": "xterm-256color", "COLORTERM": "truecolor", "CLASSMOD_PAGER": "cat"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, picture.columns, 0, 0))
    started = subprocess.Popen(
        ["sh", "-c", picture.line], cwd=project, env=env, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        data = b"".join(_until_it_ends(terminal))
    assert started.wait() == picture.status, data.decode()
    return PROGRESS.sub("", data.decode()).replace("\r\n", "\n").rstrip("\n")


def _until_it_ends(terminal: io.RawIOBase) -> Iterator[bytes]:
    try:
        while data := terminal.read(65536):
            yield data
    except OSError as error:
        if error.errno != errno.EIO:  # the other end is closed
            raise


def _rows(text: Text, width: int) -> list[Text]:
    """The rows of the screen: a line that is longer than it goes on in the next."""
    lines = text.split("\n", allow_blank=True)
    return [row for line in lines for row in line.divide(range(width, len(line), width))]


def _cut(rows: list[Text], picture: Picture) -> list[Text]:
    if len(rows) <= picture.head + picture.tail + 1:
        return rows
    return [*rows[: picture.head], Text(LEFT_OUT, "dim"), *rows[-picture.tail :]]


def drawn(picture: Picture) -> str:
    """The picture as an SVG: rich's, in the fonts that are there."""
    console = Console(
        record=True,
        width=picture.columns,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(taken(picture), no_wrap=True, crop=False, overflow="ignore")
    svg = console.export_svg(title=picture.line, unique_id=f"classmod-{picture.name}")
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
    return svg.replace(
        "<svg ", '<svg xml:space="preserve" ', 1
    )  # some strip the blanks at the start of a row


def text(svg: str) -> list[str]:
    """The rows of a picture, the title first."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        words = (element.text or "").replace("\N{NO-BREAK SPACE}", " ")
        rows.setdefault(float(element.get("y", "0")), []).append((float(element.get("x", "0")), words))
    return ["".join(words for _, words in sorted(row)).rstrip() for _, row in sorted(rows.items())]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_shows_what_a_run_shows(picture: Picture) -> None:
    kept = (FOLDER / f"{picture.name}.svg").read_text("utf-8")

    assert text(kept) == text(drawn(picture)), "python -m tests.test_pictures takes it anew"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_loads_nothing(picture: Picture) -> None:
    kept = (FOLDER / f"{picture.name}.svg").read_text("utf-8")

    assert "font-face" not in kept
    assert re.findall(r"(?:@import|href=|src=|url\()", kept.replace("url(#", "")) == []


def test_readme_shows_every_picture() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert set(re.findall(r"\(docs/pictures/(\w+)\.svg\)", readme)) == {picture.name for picture in PICTURES}
    assert {path.stem for path in FOLDER.iterdir()} == {picture.name for picture in PICTURES}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in PICTURES:
        (FOLDER / f"{each.name}.svg").write_text(drawn(each), "utf-8")
