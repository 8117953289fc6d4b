"""The styles that views name, in the colours of a terminal.

A line that is added or taken away stands on a stripe with colours of its own, so that it can be read on a
dark terminal and on a light one; everything else keeps to the colours that the terminal's owner has chosen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_PLAIN = {
    "phase": "bold reverse",
    "file": "bold",
    "hunk": "cyan",
    "margin": "dim",
    "why": "cyan",
    "name": "bold",
    "proven": "green",
    "inferred": "yellow",
    "named": "bold reverse yellow",
    "note": "yellow",
    "ask": "bold yellow",
    "quiet": "dim",
    "plus": "green",
    "minus": "red",
    "code.keyword": "magenta",
    "code.string": "cyan",
    "code.number": "cyan",
    "code.name": "bold",
    "code.comment": "dim",
    "stripe.keyword": "",
    "stripe.string": "",
    "stripe.number": "",
    "stripe.name": "",
    "stripe.comment": "",
}
_SIXTEEN = {
    "added": "green",
    "added.word": "bold reverse",
    "gone": "red",
    "gone.word": "bold reverse",
}
# Each background has a neighbour in the cube of 256 colours that is told apart from the others.
_DARK = {
    "added": "#e6edf3 on #0f3a1e",
    "added.word": "bold #ffffff on #1a7f37",
    "gone": "#e6edf3 on #4a1a1e",
    "gone.word": "bold #ffffff on #a1262d",
    "stripe.keyword": "#ff9e95",
    "stripe.string": "#a5d6ff",
    "stripe.number": "#a5d6ff",
    "stripe.name": "#d2a8ff",
    "stripe.comment": "#a3adb8",
}
_LIGHT = {
    "added": "#1f2328 on #dafbe1",
    "added.word": "bold #000000 on #8ddb9c",
    "gone": "#1f2328 on #ffebe9",
    "gone.word": "bold #000000 on #ffb3ac",
    "stripe.keyword": "#a40e26",
    "stripe.string": "#0a3069",
    "stripe.number": "#0a3069",
    "stripe.name": "#6639ba",
    "stripe.comment": "#57606a",
}


def styles(colours: str | None, background: str = "") -> Mapping[str, str]:
    """What each name means on a terminal of so many colours, as rich calls them.

    ``background`` is COLORFGBG, which some terminals set: the last of its numbers is that of the background.
    """
    if colours in ("256", "truecolor"):
        return {**_PLAIN, **(_LIGHT if background.rpartition(";")[2] in ("7", "15") else _DARK)}
    return {**_PLAIN, **_SIXTEEN}


def wanted(is_terminal: bool, wish: str = "auto") -> bool:
    """Whether there are to be colours: as is wished, else by NO_COLOR, FORCE_COLOR and the terminal."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (is_terminal and os.environ.get("TERM") != "dumb")
