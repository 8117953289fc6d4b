"""The user's editor, found as git finds it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cli import terminal
from cli.terminal import Line
from codemods import process


def edit(root: Path, text: str) -> str | None:
    """What a person makes of ``text``; None, with a line that says why, where no editor came to its end."""
    editor = _editor(root)
    with tempfile.TemporaryDirectory(prefix="classmod-") as folder:
        place = Path(folder) / "hunk.diff"
        with place.open("xb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
        # Through a shell, as git has it: an editor may come with arguments and quotes.
        status = process.hand_over(("sh", "-c", f'{editor} "$@"', editor, str(place)))
        if status == 0 and place.is_file():
            return place.read_bytes().decode("utf-8", "surrogateescape")
    what = "cannot be started" if status in (None, 126, 127) else f"ended with status {status}"
    terminal.show([Line(f"nothing is edited: the editor {editor} {what}", "yellow")])
    return None


def _editor(root: Path) -> str:
    """``$GIT_EDITOR``, git's core.editor, ``$VISUAL``, ``$EDITOR`` or vi."""
    found = process.git("var", "GIT_EDITOR", cwd=root, timeout=10)
    if found is not None and found.status == 0 and (editor := found.output.strip()):
        return editor
    names = ("GIT_EDITOR", "VISUAL", "EDITOR")
    return next((os.environ[name] for name in names if os.environ.get(name)), "vi")
