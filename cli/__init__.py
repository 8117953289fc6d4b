"""The command line: argv in, exit status out. The only place that touches the terminal."""

from __future__ import annotations

__version__ = "0.1.0"
