"""mypy from inside, for programs of our own: builds that keep expressions and their types.

Such a program gets a file with the question as JSON as its one argument, and writes the answer as JSON.
First a run as the gate makes it brings the gate's cache up to date, where it is not. A second one, on a
copy of that cache, sees the files asked about as text: mypy never takes those from a cache, so it has all
of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mypy import build
from mypy.errors import CompileError
from mypy.find_sources import InvalidSourceList, create_source_list
from mypy.main import process_options
from mypy.modulefinder import BuildSource
from mypy.options import Options

NEVER_ENDING = 2**14  # as deep as mypy itself allows, for long chains of operators

IN_MEMORY = "<text>/"
"""Stands before the paths of what is given as text: where there is a file mypy may read that instead."""


def answer(main: Callable[[Mapping[str, Any]], Any]) -> None:
    """Run a program: write what ``main`` answers to the question; end with a message if mypy cannot go on."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            told = main(json.loads(Path(sys.argv[1]).read_bytes()))
        except CompileError as found:
            sys.exit(found.messages[0].removeprefix(IN_MEMORY) if found.messages else "an obstacle")
    json.dump(told, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # without taking down the trees first


def options_on_a_copy(question: Mapping[str, Any], paths: Iterable[str]) -> Options:
    """mypy's options as ``question["options"]`` has them, but with a copy of the cache.

    The cache itself is brought up to date for ``paths`` first, unless the question says that it is ``fresh``;
    the copy stands at ``question["cache"]``.
    """
    sys.setrecursionlimit(NEVER_ENDING)
    # A module stands for the files, which are told one by one; those of the configuration do not count then.
    _, options = process_options([*question["options"], "-m", "builtins"])
    options.build_type = 0
    _stay_outside(options)
    if not question.get("fresh"):
        # What is wrong here is wrong with the text as well, or mended by it.
        with contextlib.suppress(CompileError):
            build.build([*_named((p for p in paths if Path(p).is_file()), options).values()], options)
    if Path(options.cache_dir).is_dir():
        shutil.copytree(options.cache_dir, question["cache"])
    options.cache_dir = question["cache"]
    options.export_types = options.preserve_asts = True
    return options


def _stay_outside(options: Options) -> None:
    """Neither run the target's code nor write beside it, whatever its configuration says."""
    options.plugins = []
    options.report_dirs = {}
    for name, nothing in (("timing_stats", None), ("line_checking_stats", None), ("num_workers", 0)):
        if hasattr(options, name):
            setattr(options, name, nothing)


def sources(texts: Mapping[str, str], options: Options) -> dict[str, BuildSource]:
    """Texts by path as mypy takes them; those that it has no module name for are left out."""
    found = _named(texts, options)
    for path, source in found.items():
        source.path, source.text = IN_MEMORY + path, texts[path]
    return found


def _named(paths: Iterable[str], options: Options) -> dict[str, BuildSource]:
    """The files as mypy names their modules; of two modules of one name the second goes by its path."""
    found: dict[str, BuildSource] = {}
    for path in paths:
        with contextlib.suppress(InvalidSourceList):
            (source,) = create_source_list([path], options)
            taken = {other.module for other in found.values()}
            if source.module in taken:
                source.module = ".".join(Path(path).with_suffix("").parts)
            if source.module not in taken:
                found[path] = source
    return found


def built(sources: list[BuildSource], options: Options) -> build.BuildResult:
    """The build, without the sources that stand in its way. Raises CompileError for other obstacles."""
    while True:
        try:
            return build.build(sources, options)
        except CompileError as error:
            rest = [s for s in sources if not any(m.startswith(f"{s.path}:") for m in error.messages)]
            if len(rest) in (0, len(sources)):
                raise
            sources = rest
