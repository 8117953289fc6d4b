"""What mypy knows beside its messages: asked by a program of our own, in another process."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from codemods import files
from codemods.data import MigrationError
from codemods.gates import mypy_config
from codemods.gates.mypy import Mypy
from codemods.process import Finished, run

LIBRARY = Path(__file__).parents[1]
START = """\
import sys, types
library = sys.modules["codemods"] = types.ModuleType("codemods")
library.__path__ = [{library!r}]
from codemods.building import answer
from {program} import main
answer(main)
"""
"""Our modules and no other of their name, with nothing of ours on the path, which is mypy's as well."""

QUESTION = PurePosixPath("question.json")


def ask(program: str, gate: Mypy, tree: Path, question: Mapping[str, Any]) -> Any:
    """The answer of a module of ours, which is a program (``codemods.building``), about the tree at ``tree``.

    mypy has the options of ``gate`` and a copy of its cache. Raises MigrationError when there is no answer.
    """
    config = mypy_config.find(tree)
    options, environment = gate.options(config, config.name if config else "")
    with tempfile.TemporaryDirectory(prefix="classmod-", ignore_cleanup_errors=True) as folder:
        whole = {**question, "options": options, "cache": str(Path(folder, "cache"))}
        files.replace(Path(folder), QUESTION, json.dumps(whole).encode(), sync=False)
        start = START.format(library=str(LIBRARY), program=program)
        command = [sys.executable, "-P", "-c", start, str(Path(folder, QUESTION))]
        finished = run(command, cwd=tree, env=environment, timeout=gate.timeout)
    if failure := _failure(finished):
        raise MigrationError(failure)
    return json.loads(finished.output)


def _failure(finished: Finished) -> str:
    if finished.timed_out:
        return "mypy did not end in time"
    if finished.status == 0:
        return ""
    said = (finished.errors.strip() or "nothing").splitlines()[-1]
    return f"mypy ended with status {finished.status} and said: {said}"
