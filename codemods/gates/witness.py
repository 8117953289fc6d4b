"""A plugin for the project's pytest: where its modules came from, and which old names warned.

Standard library only and without an import of this package: ``suite.py`` copies this file into a folder
of its own, from which pytest loads it. Every process of the run leaves a report there.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, List, Tuple  # noqa: UP035 - the project's Python may be an old one

FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
WARNED: List[Tuple[str, int, str]] = []  # noqa: UP006


def pytest_configure(config: Any) -> None:
    if not config.pluginmanager.hasplugin("warnings"):
        return
    own = (config.getini("filterwarnings"), config.getoption("pythonwarnings", None), sys.warnoptions)
    # What the project ignores is to be seen all the same, but what it takes for an error is one.
    if not any(each.strip().startswith("error") for filters in own for each in filters or ()):
        config.addinivalue_line("filterwarnings", "always::DeprecationWarning")


def pytest_warning_recorded(warning_message: Any) -> None:
    if issubclass(warning_message.category, DeprecationWarning):
        WARNED.append((warning_message.filename, warning_message.lineno, str(warning_message.message)))


def pytest_unconfigure(config: Any) -> None:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    told = {
        "modules": sorted({file for file in files if isinstance(file, str)}),
        "warned": WARNED,
        "deaf": not config.pluginmanager.hasplugin("warnings"),
    }
    place = os.path.join(FOLDER, f"{os.getpid()}.json")  # noqa: PTH118
    with open(place, "w", encoding="utf-8", errors="surrogateescape") as stream:  # noqa: PTH123
        json.dump(told, stream)
