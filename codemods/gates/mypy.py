"""The mypy gate: no problem may be new, however many others are fixed.

mypy runs in a process of its own and never as its daemon. Its text is parsed, not its JSON, which does
not say how many files were checked: a run is believed only when its own totals agree with what was read.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from threading import Lock

from codemods import files
from codemods.data import Change, MigrationError, Outcome, Problem, Verdict
from codemods.gates import Measurement, excess, hidden, inconclusive, mypy_config
from codemods.gates.rewording import Rewording
from codemods.process import Finished, run

FLAGS = (
    "--no-pretty",
    "--no-color-output",
    "--hide-error-context",
    "--hide-error-code-links",
    "--hide-error-end",
    "--hide-absolute-path",
    "--show-error-codes",
    "--show-column-numbers",
    "--error-summary",
    "--soft-error-limit=-1",
    "--no-install-types",
    "--incremental",
)
ON_SOURCE_ROOTS = ("--explicit-package-bases", "--ignore-missing-imports")

PROBLEM = re.compile(
    r"(?P<path>.+?):(?:(?P<line>\d+):(?:(?P<column>\d+):)?)? (?P<severity>error|note): "
    r"(?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?"
)
CLEAN = re.compile(r"Success: no issues found in (?P<files>\d+) source files?")
FOUND = re.compile(r"Found (?P<errors>\d+) errors? in \d+ files? \(checked (?P<files>\d+) source files?\)")

PYTHON = frozenset({".py", ".pyi"})


def parse(finished: Finished, rewording: Rewording) -> Measurement:
    """What mypy's output says; a run that did not come to its end is a failure, not a clean tree."""
    if finished.timed_out:
        return Measurement(failure="mypy did not end in time")
    lines = finished.output.rstrip("\n").split("\n")
    total = (CLEAN if finished.status == 0 else FOUND).fullmatch(lines[-1])
    if finished.status not in (0, 1) or total is None:
        said = (finished.errors.strip() or finished.output.strip() or "nothing").splitlines()[-1]
        return Measurement(failure=f"mypy ended with status {finished.status} and said: {said}")
    found = [match for match in map(PROBLEM.fullmatch, lines) if match]
    problems = tuple(_problem(match, rewording) for match in found if match["severity"] == "error")
    notes = tuple(_problem(match, rewording) for match in found if match["severity"] == "note")
    claimed = int(total.groupdict().get("errors", 0))
    if claimed != len(problems):
        return Measurement(failure=f"mypy counts {claimed} errors, its output lists {len(problems)}")
    return Measurement(problems, {"errors": claimed, "files": int(total["files"])}, notes=notes)


def _problem(found: re.Match[str], rewording: Rewording) -> Problem:
    path, code, message = found["path"], found["code"] or "", found["message"]
    key, column = rewording.key(path, code, message), int(found["column"] or 0)
    return Problem(path, int(found["line"] or 1), code, message, key, column)


def _is_ours(path: str) -> bool:
    """Whether a file is one of the tree, and not of another that its imports lead to."""
    return not path.startswith(("/", "../"))


def _environment(roots: Iterable[PurePosixPath], beside: Iterable[PurePosixPath]) -> dict[str, str]:
    """Ours without what would lead mypy to other files, other settings or the target's own modules."""
    env = {name: value for name, value in os.environ.items() if name != "MYPY_CACHE_DIR"}
    env |= {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:surrogateescape"}
    # mypy may be there by way of PYTHONPATH, but a relative entry would find modules of the target;
    # an absolute one of MYPYPATH may be the original tree.
    env["PYTHONPATH"] = _entries("PYTHONPATH", absolute=True)
    own = os.pathsep.join(map(str, roots)) or _entries("MYPYPATH", absolute=False)
    env["MYPYPATH"] = os.pathsep.join(filter(None, (own, *map(str, beside))))
    return {name: value for name, value in env.items() if value or name not in ("PYTHONPATH", "MYPYPATH")}


def _entries(variable: str, *, absolute: bool) -> str:
    entries = os.environ.get(variable, "").split(os.pathsep)
    return os.pathsep.join(e for e in entries if e and Path(e).is_absolute() == absolute)


def _digest(tree: Path) -> bytes:
    """Of all that mypy may see of a tree: which files there are, and what sources and settings say."""
    found = hashlib.blake2b()
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted({*folders} - {"__pycache__", ".git"})
        place = Path(folder)
        found.update(os.fsencode(f"{place.relative_to(tree)}\0"))
        for name in sorted(names):
            data = b""
            if name.endswith((".py", ".pyi")) or name in mypy_config.NAMES:
                with suppress(OSError):
                    data = (place / name).read_bytes()
            found.update(os.fsencode(f"{name}\0{len(data)}\0") + data)
    return found.digest()


def _outermost(roots: tuple[PurePosixPath, ...]) -> tuple[PurePosixPath, ...]:
    return tuple(root for root in roots if not set(root.parents) & set(roots))


@dataclass(frozen=True, slots=True)
class Mypy:
    """The gate. ``cache`` is a directory of this run of classmod, shared by all measurements.

    ``source_roots`` are checked (relative to the tree) where the target's configuration names no paths;
    ``python`` is the interpreter whose packages are seen. The target's plugins are its code and run only
    with ``allow_plugins``; ``timeout`` in seconds. ``beside`` are source roots of another tree, absolute,
    which are imported from and not checked. ``also`` is a file that is checked for itself where it is
    there, though it may be outside of all paths.
    """

    cache: Path
    source_roots: tuple[PurePosixPath, ...]
    python: Path = field(default_factory=lambda: Path(sys.executable))
    rewording: Rewording = field(default_factory=Rewording)
    allow_plugins: bool = False
    timeout: float = 600.0
    beside: tuple[PurePosixPath, ...] = ()
    also: PurePosixPath | None = None
    seen: dict[bytes, Measurement] = field(default_factory=dict, init=False, repr=False, compare=False)
    alone: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        return "mypy"

    def measure(self, tree: Path) -> Measurement:
        """Check the tree; one that is as another was is not checked again.

        Figures: ``errors``, ``files`` (checked), ``own_paths`` (1 where the target's configuration says
        what is checked, else 0).
        """
        with self.alone:
            digest = _digest(tree)
            found = self.seen.get(digest) or self._measured(tree)
            if not found.failure:
                self.seen[digest] = found
            return found

    def has_seen(self, tree: Path) -> bool:
        """Whether it has checked the tree as it is now, so that its cache knows that."""
        return _digest(tree) in self.seen

    def _measured(self, tree: Path) -> Measurement:
        try:
            config = mypy_config.find(tree)
            if config is None or not config.plugins or self.allow_plugins:
                return self._run(tree, config, config.name if config else "")
            return self._run_without_plugins(tree, config)
        except MigrationError as error:
            return Measurement(failure=str(error))

    def compare(self, before: Measurement, after: Measurement, changes: Iterable[Change] = ()) -> Verdict:
        """Refuse what is new by key, and a number of checked files that ``changes`` do not explain.

        Both sides are reworded by this gate, whichever measured them.
        """
        return self._judged(before, after, tuple(changes))

    def reconsider(
        self, before: Measurement, after: Measurement, tree: Path, changes: Iterable[Change] = ()
    ) -> Verdict:
        """Judge again, without what mypy could not see in the tree before, staged at ``tree``."""
        made = tuple(changes)
        asked = hidden.questions(self._judged(before, after, made).new, made)
        originals = {path: files.peek(tree, path) for path in hidden.by_path(asked)}
        for path, questions in hidden.by_path(asked).items():
            probed = hidden.with_probes(originals[path] or b"", questions)
            files.replace(tree, path, probed, sync=False)
        try:
            seen = hidden.uncovered(asked, self.measure(tree).notes)
        finally:
            for path, data in originals.items():
                files.replace(tree, path, data, sync=False)
        return self._judged(before, after, made, seen)

    def _judged(
        self,
        before: Measurement,
        after: Measurement,
        changes: tuple[Change, ...],
        seen: tuple[Problem, ...] = (),
    ) -> Verdict:
        failed = inconclusive(self.name, before, after)
        if failed is not None:
            return failed
        old, new = self._reworded(before), self._reworded(after)
        appeared, fixed = excess(new, old), excess(old, new)
        appeared = tuple(problem for problem in appeared if problem not in seen)
        missed = self._missed(before, after, changes)
        figures = (
            f"{len(old)} -> {len(new)} errors, {len(appeared)} new, {len(fixed)} fixed, "
            f"{f'{len(seen)} uncovered, ' if seen else ''}{after.figures['files']:.0f} files checked"
        )
        outcome = Outcome.REFUSED if appeared or missed else Outcome.PASSED
        reason = "; ".join((*missed, *after.remarks))
        return Verdict(self.name, outcome, figures, appeared, fixed, reason, seen)

    def options(self, config: mypy_config.Config | None, name: str) -> tuple[list[str], dict[str, str]]:
        """mypy's options for a tree with this configuration, by its file's name, and the environment."""
        own_paths = config is not None and config.has_paths
        # An empty name keeps mypy from the settings in the user's home directory.
        options = [*FLAGS, f"--config-file={name}", f"--cache-dir={self.cache}"]
        options.append(f"--python-executable={self.python}")
        roots: tuple[PurePosixPath, ...] = ()
        if config is None or not config.has_layout:
            roots = () if own_paths else self.source_roots
            options += [] if own_paths else ["--explicit-package-bases"]
        if config is None:
            options.append("--ignore-missing-imports")
        return options, _environment(roots, self.beside)

    def _run(self, tree: Path, config: mypy_config.Config | None, name: str) -> Measurement:
        own_paths = config is not None and config.has_paths
        options, environment = self.options(config, name)
        checked = [] if own_paths else ["--", *map(str, _outermost(self.source_roots))]
        command = [sys.executable, "-P", "-m", "mypy", *options, *checked]
        finished = run(command, cwd=tree, env=environment, timeout=self.timeout)
        found = parse(finished, self.rewording)
        if self.also and not found.failure and files.peek(tree, self.also) is not None:
            command = [sys.executable, "-P", "-m", "mypy", *options, "--", str(self.also)]
            alone = parse(run(command, cwd=tree, env=environment, timeout=self.timeout), self.rewording)
            found = self._together(found, alone)
        problems, notes = (tuple(p for p in s if _is_ours(p.path)) for s in (found.problems, found.notes))
        figures = {**found.figures, "errors": len(problems), "own_paths": int(own_paths)}
        return replace(found, problems=problems, notes=notes, figures=figures)

    def _together(self, found: Measurement, alone: Measurement) -> Measurement:
        """A measurement with the problems in the file that was checked alone, each once."""
        if alone.failure:
            remark = f"the types in {self.also} were not checked: {alone.failure}"
            return replace(found, remarks=(*found.remarks, remark))
        more = (problem for problem in alone.problems if problem.path == str(self.also))
        problems = tuple(dict.fromkeys((*found.problems, *more)))
        return replace(found, problems=problems, figures={**found.figures, "errors": len(problems)})

    def _run_without_plugins(self, tree: Path, config: mypy_config.Config) -> Measurement:
        # Beside the original, because paths in it may be relative to it; TOML goes by the suffix.
        name = ".classmod-mypy.toml" if config.name.endswith(".toml") else ".classmod-mypy.ini"
        files.replace(tree, PurePosixPath(name), config.without_plugins().encode(), sync=False)
        try:
            found = self._run(tree, config, name)
        finally:
            files.replace(tree, PurePosixPath(name), None, sync=False)
        plugins = ", ".join(config.plugins)
        remark = f"the plugins of {config.name} were left out, --allow-plugins runs them: {plugins}"
        return replace(found, remarks=(remark,))

    def _reworded(self, measurement: Measurement) -> tuple[Problem, ...]:
        return tuple(
            replace(problem, key=self.rewording.key(problem.path, problem.code, problem.message))
            for problem in measurement.problems
            if not self.rewording.is_announced(problem)
        )

    def _missed(self, before: Measurement, after: Measurement, changes: Iterable[Change]) -> tuple[str, ...]:
        own_paths, old, new = after.figures["own_paths"], before.figures["files"], after.figures["files"]
        ours = [c for c in changes if c.path.suffix in PYTHON and (own_paths or self._is_checked(c.path))]
        deleted = sum(change.after is None for change in ours)
        created = sum(change.before is None for change in ours)
        # Whether the target's own paths take in a file that is created or deleted only mypy knows.
        least, most = (
            old - deleted + (0 if own_paths else created),
            old + created - (0 if own_paths else deleted),
        )
        if least <= new <= most:
            return ()
        expected = f"{least:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
        return (f"mypy checked {new:.0f} files, not {expected}",)

    def _is_checked(self, path: PurePosixPath) -> bool:
        return any(path.is_relative_to(root) for root in self.source_roots)
