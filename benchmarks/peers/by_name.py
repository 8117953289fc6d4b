"""A custom command for ``libcst.tool codemod``: the renames of a spec by name alone.

That is the least a person writes who has LibCST and no classmod. It sees every file, and knows no class.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodContext, VisitorBasedCodemodCommand


class RenameByName(VisitorBasedCodemodCommand):
    """Give every name and attribute that is an old name the new one."""

    DESCRIPTION = "Renames what a spec of classmod names, wherever it stands."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument("--spec", dest="spec", required=True, help="The spec, a TOML file.")

    def __init__(self, context: CodemodContext, spec: str) -> None:
        super().__init__(context)
        table = tomllib.loads(Path(spec).read_text("utf-8"))
        members = (*table.get("attributes", ()), *table.get("factories", ()))
        self.renames = {old: member["new"] for member in members for old in member["old"].values()}

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802
        new = self.renames.get(updated_node.value)
        return updated_node.with_changes(value=new) if new else updated_node
