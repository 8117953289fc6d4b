"""A program of its own: what no tool can do without. ``commands`` has its command line, nobody imports it.

Starts Python, walks and reads every .py, .pyi and .md file, searches the names given, and parses the
Python files that hold one of them with ``ast``.
"""

import ast
import gc
import os
import sys

SUFFIXES = (".py", ".pyi", ".md")


def main(root: str, *names: str) -> None:
    gc.disable()
    sought = [name.encode() for name in names]
    trees = []
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each[0] != "." and each != "__pycache__"]
        for name in files:
            if not name.endswith(SUFFIXES):
                continue
            with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 -- pathlib is no part of the least
                data = file.read()
            if any(word in data for word in sought) and not name.endswith(".md"):
                trees.append(ast.parse(data))
    sys.stdout.write(f"{len(trees)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
