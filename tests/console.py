"""The console script, as an installation lays it down."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def installed(folder: Path) -> Path:
    """A command ``classmod`` in ``folder`` that runs this tree with the interpreter of the tests."""
    place = folder / "classmod"
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.main import main; main()"
    place.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", start])} "$@"\n')
    place.chmod(0o755)
    return place
