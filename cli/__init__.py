"""The command line: argv in, exit status out. The only place that touches the terminal."""

from __future__ import annotations

from codemods import __version__ as __version__
