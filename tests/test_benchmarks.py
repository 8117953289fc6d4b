"""The benchmarks: what they make of figures, what their trees consist of, and what they do where one fails.

No test asks for a time: what holds on one machine does not on another.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from benchmarks import __main__ as command_line
from benchmarks import bare, chart, floor, table, trees
from benchmarks.bench import FIXTURE, Bench, Part, Skipped, over
from benchmarks.figures import Goal, Results, Row, Spread, ratio
from benchmarks.groups import GROUPS
from benchmarks.groups.finding import edited
from benchmarks.names import Names, family, read
from benchmarks.processes import Command, Failed, Run, listen, run
from codemods import spec
from codemods.survey import Survey, survey

NAMES = Names.of()
README = Path(__file__).parents[1] / "README.md"


def python(code: str, *, name: str = "it", expected: tuple[int, ...] = (0,)) -> Command:
    return Command(name, (sys.executable, "-S", "-c", code), Path.cwd(), expected)


def bench(folder: Path, runs: int = 2) -> Bench:
    return Bench(folder, runs=runs)


# --- figures ------------------------------------------------------------------------------------


def test_spread_is_the_median_between_the_lowest_and_the_highest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([4.0, 1.0]) == Spread(2.5, 1.0, 4.0)


def test_ratio_is_of_runs_that_were_side_by_side() -> None:
    # The whole machine was slower in the second round: the medians' ratio would be the same, the spread not.
    assert ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 2.0)
    assert ratio([2.0, 3.0, 8.0], [1.0, 1.0, 2.0]) == Spread(3.0, 2.0, 4.0)


def test_ratio_of_series_that_are_not_as_long_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0], [1.0, 2.0])


@pytest.mark.parametrize(
    ("goal", "value", "holds"),
    [
        (Goal("1", 4), 4.0, True),
        (Goal("1", 4), 4.1, False),
        (Goal("2", 30, at_least=True), 30.0, True),
        (Goal("2", 30, at_least=True), 29.9, False),
        (Goal("quality", 0), 0.0, True),
        (Goal("quality", 0), 1.0, False),
        (Goal("1"), 99.0, None),
    ],
)
def test_goal(goal: Goal, value: float, holds: bool | None) -> None:
    assert goal.holds(value) is holds
    assert Row(goal, "tree", "what", Spread.of([value])).holds is holds


def test_ratio_by_wall_time_has_cpu_beside_it(tmp_path: Path) -> None:
    upper, lower = [Run(4.0, 2.0, 1)], [Run(1.0, 1.0, 1)]

    row = over(Goal("6"), bench(tmp_path).fixture, "jobs", upper, lower, by="wall")

    assert (row.value, row.by, row.other) == (Spread(2.0, 2.0, 2.0), "wall", Spread(4.0, 4.0, 4.0))


# --- processes ----------------------------------------------------------------------------------


def test_run_gives_the_output_and_what_it_took() -> None:
    found = run(python("print('so')"))

    assert found.output == b"so\n"
    assert found.cpu > 0
    assert found.wall > 0
    assert found.peak > 1 << 20


def test_memory_is_the_process_s_own() -> None:
    block = bytearray(150 << 20)  # what started it has more, and that does not count

    assert run(python("pass")).peak < len(block)


def test_exit_status_is_one_that_is_expected() -> None:
    assert run(python("raise SystemExit(1)", expected=(1,))).output == b""
    with pytest.raises(Failed, match="it: exit status 0: and said nothing"):
        run(python("pass", expected=(1,)))


def test_failing_command_is_told_with_its_last_line() -> None:
    with pytest.raises(Failed, match=r"^it: exit status 2: no such thing$"):
        run(python("import sys; sys.stderr.write('first\\nno such thing\\n'); sys.exit(2)"))


def test_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="peer: cannot be started: FileNotFoundError"):
        run(Command("peer", (str(tmp_path / "none"),), tmp_path))


def test_command_on_a_terminal_is_heard() -> None:
    heard = listen(python("import sys; print(sys.stdout.isatty(), sys.stderr.isatty())"))

    assert 0 < heard.first <= heard.wall
    assert 0 <= heard.silence <= heard.wall


@pytest.mark.parametrize(
    ("code", "said"), [("print('no'); raise SystemExit(3)", "exit status 3: no"), ("pass", "wrote nothing")]
)
def test_command_on_a_terminal_that_fails_is_told(code: str, said: str) -> None:
    with pytest.raises(Failed, match=f"^it: {said}$"):
        listen(python(code))


# --- a measurement ------------------------------------------------------------------------------


def test_commands_take_turns_after_a_warm_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    made = bench(tmp_path)

    def writing(name: str) -> Command:
        return python(f"open({str(log)!r}, 'a').write({name!r})", name=name)

    found = made.compare(made.fixture, writing("a"), writing("b"))

    assert log.read_text() == "ab" + 2 * "ab"
    assert {name: len(runs) for name, runs in found.items()} == {"a": 2, "b": 2}
    assert [figures.name for figures in made.results.figures] == ["a", "b"]


def test_cold_command_is_not_warmed_up_and_prepared_each_time(tmp_path: Path) -> None:
    done: list[str] = []
    cold = Command("cold", (sys.executable, "-c", ""), tmp_path, prepare=lambda: done.append("x"), cold=True)

    made = bench(tmp_path)
    made.compare(made.fixture, cold)

    assert done == ["x", "x"]


def test_failing_command_is_an_error_and_no_fast_time(tmp_path: Path) -> None:
    made = bench(tmp_path)

    def measure() -> Iterator[Row]:
        made.compare(made.fixture, python("pass", name="good"), python("raise SystemExit(1)", name="bad"))
        yield Row(Goal("1", 4), "fixture", "never")

    made.do(Part("1", "fixture", "bad / good", measure))

    assert [(row.what, row.verdict, row.holds) for row in made.results.rows] == [
        ("bad / good", "error", False)
    ]
    assert made.results.rows[0].error == "bad: exit status 1: and said nothing"
    assert made.results.figures == []


def test_what_is_not_here_is_skipped_and_said(tmp_path: Path) -> None:
    made = bench(tmp_path)

    def measure() -> Iterator[Row]:
        raise Skipped("pyrefly is not installed")

    made.do(Part("3", "target", "sites / pyrefly", measure))

    assert [(row.verdict, row.holds) for row in made.results.rows] == [("skipped", None)]
    assert "skipped: goal 3, target, sites / pyrefly: pyrefly is not installed" in table.plain(made.results)


def test_groups_without_a_target_say_that_it_is_not_given(tmp_path: Path) -> None:
    made = bench(tmp_path)
    for group in ("types", "apply", "feel"):
        for part in GROUPS[group](made):
            made.do(part)

    assert [row.skipped for row in made.results.rows] == 4 * ["no target is given: --target DIR"]


def test_every_goal_of_the_issue_is_measured(tmp_path: Path) -> None:
    goals = {part.goal for parts in GROUPS.values() for part in parts(bench(tmp_path))}

    assert goals == {"1, 2", "2", "3", "4", "5", "6", "7", "8", "quality"}


def test_option_that_a_command_has_not_is_known(tmp_path: Path) -> None:
    assert bench(tmp_path).has_option("diff", "--stat")
    assert not bench(tmp_path).has_option("diff", "--none-of-its")


def test_what_is_kept_across_runs_is_used_only_where_that_is_measured(tmp_path: Path) -> None:
    older, newer = bench(tmp_path), bench(tmp_path)
    for made, options in ((older, ""), (newer, "--cache/--no-cache  Keep things.")):
        made.source = tmp_path / (options[2:7] or "none")
        (made.source / "cli").mkdir(parents=True)
        (made.source / "cli" / "main.py").write_text(f"def main(): print({options!r})")

    def words(made: Bench, *, cached: bool = False) -> tuple[str, ...]:
        return made.classmod(made.fixture, "diff", cached=cached).words[3:-1]

    assert words(older) == words(older, cached=True) == words(newer, cached=True) == ("diff",)
    assert words(newer) == ("diff", "--no-cache")


def test_command_lines_name_no_machine(tmp_path: Path) -> None:
    made = Bench(tmp_path, target=tmp_path / "target")
    tree = made.the_target()

    assert made.line(made.classmod(tree, "check")) == "classmod check --no-cache $TARGET"
    assert made.line(made.floor(tree)).startswith("python ./benchmarks/floor.py $TARGET _private_rest ")


# --- trees --------------------------------------------------------------------------------------


def surveyed(folder: Path, kind: str, count: int = 3) -> Survey:
    return survey(trees.write(folder / kind, FIXTURE, NAMES, count, kind), spec.builtin())


def test_copy_0_is_the_project_as_it_is() -> None:
    original = read(FIXTURE)

    assert trees.copy(original, NAMES, 0, trees.ONE) == original
    assert trees.copy(original, NAMES, 0, trees.ALL) == original


@pytest.mark.parametrize("kind", [trees.ONE, trees.ALL])
def test_copies_stand_beside_each_other_and_import_their_own(kind: str) -> None:
    original = read(FIXTURE)
    made = trees.copy(original, NAMES, 7, kind)

    assert len(made) == len(original)
    assert not made.keys() & original.keys()
    router = made[PurePosixPath("src/trading_07/order_router.py")].decode()
    lines = [line for line in router.splitlines() if "exchanges" in line and "import" in line]
    assert lines
    assert all(line.startswith("from exchanges_07.") for line in lines)


def test_of_one_only_copy_0_is_in_the_hierarchy(tmp_path: Path) -> None:
    alone = survey(FIXTURE, spec.builtin())
    found = surveyed(tmp_path, trees.ONE)

    assert {s.path: s.line for s in found.sites} == {s.path: s.line for s in alone.sites}
    assert len(found.sites) == len(alone.sites)
    assert found.project.index.members.keys() == alone.project.index.members.keys()
    assert len(found.snapshot) == 3 * len(alone.snapshot)


def test_of_one_the_others_are_as_large() -> None:
    original = read(FIXTURE)
    made = trees.copy(original, NAMES, 1, trees.ONE)
    words = {name.encode() for name in (*NAMES.renames, *family(original, NAMES.root))}

    documents = [
        [len(data) for path, data in files.items() if path.suffix == ".md"] for files in (original, made)
    ]
    assert documents[0] == documents[1]
    assert [p for p, data in made.items() if any(word in data for word in words)] == []


def test_of_all_every_copy_descends_from_copy_0(tmp_path: Path) -> None:
    alone = survey(FIXTURE, spec.builtin())
    found = surveyed(tmp_path, trees.ALL)
    homes = Counter(ref.path.parts[1] for ref in found.project.index.members)

    members = len(alone.project.index.members)
    assert homes == {"exchanges": members, "exchanges_01": members - 1, "exchanges_02": members - 1}
    assert len(found.sites) == 3 * len(alone.sites)


def test_large_tree_is_made_once(tmp_path: Path) -> None:
    made = bench(tmp_path)
    first = made.copies(2, trees.ONE)
    marker = first.path / "marker"
    marker.touch()

    assert made.copies(2, trees.ONE).path == first.path
    assert marker.exists()


def test_family_is_found_by_name_through_subscripts_and_modules() -> None:
    files = {
        PurePosixPath("a.py"): b"class Root: ...\nclass A(Root[int]): ...\n",
        PurePosixPath("b.py"): b"import a\nclass B(a.A): ...\nclass Other(dict): ...\n",
        PurePosixPath("broken.py"): b"class C(Root:\n",
    }

    assert family(files, "Root") == {"Root", "A", "B"}


# --- the programs that are measured ---------------------------------------------------------------


def test_floor_parses_what_holds_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {"a.py": "old = 1", "b.py": "new = 1", "c.md": "old", "d.pyi": "old: int"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.py").write_text("old = 1")

    floor.main(str(tmp_path), "old", "older")

    assert capsys.readouterr().out == "2\n"


def test_bare_run_writes_the_code_of_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for file in files:
        file.write_text("x = 1\n")

    bare.main(*map(str, files))

    assert capsys.readouterr().out == "12\n"


def test_edited_are_the_python_files_that_were_there() -> None:
    def change(path: str, status: str) -> dict[str, str]:
        return {"path": path, "status": status}

    phases = [
        {"changes": [change("a.py", "changed"), change("new.py", "created"), change("a.md", "changed")]},
        {"changes": [change("a.py", "changed"), change("new.py", "changed"), change("b.pyi", "changed")]},
    ]

    assert edited(json.dumps({"phases": phases}).encode()) == ["a.py", "b.pyi"]


# --- what is shown --------------------------------------------------------------------------------


def results() -> Results:
    made = Results()
    made.rows = [
        Row(Goal("1", 4), "target", "check / Y", Spread(3.0, 2.5, 3.25), "cpu", "x", Spread(2.0, 2.0, 2.0)),
        Row(Goal("2", 30, at_least=True), "target", "peer / diff", Spread(12.0, 12.0, 12.0), "wall", "x"),
        Row(Goal("3"), "target", "sites / peer", error="peer: exit status 1: no"),
        Row(Goal("7"), "target", "again", skipped="there is no cache"),
    ]
    return made


def test_table_has_the_figures_the_goals_and_whether_they_hold() -> None:
    lines = [" ".join(line.split()) for line in table.plain(results()).splitlines()]

    assert "1 target check / Y 3 x (2.5 to 3.25) cpu 2 wall ≤ 4 holds" in lines
    assert "2 target peer / diff 12 x wall ≥ 30 missed" in lines
    assert "3 target sites / peer error" in lines
    assert "error: goal 3, target, sites / peer: peer: exit status 1: no" in lines
    assert "skipped: goal 7, target, again: there is no cache" in lines


def test_json_has_the_machine_and_every_row(tmp_path: Path) -> None:
    made = bench(tmp_path)
    made.compare(made.fixture, python("pass", name="nothing"))
    made.results.rows = results().rows
    made.results.machine = table.machine(2)

    file = tmp_path / "figures.json"
    file.write_text(table.as_json(made.results))
    found = json.loads(file.read_text())

    assert table.loaded([file]) == made.results
    assert found.keys() == {"machine", "rows", "figures"}
    assert {"cores", "python", "versions", "system", "runs"} <= found["machine"].keys()
    assert found["machine"]["versions"]["libcst"]
    assert [row["verdict"] for row in found["rows"]] == ["holds", "missed", "error", "skipped"]
    assert found["rows"][0]["value"] == {"median": 3.0, "low": 2.5, "high": 3.25}
    (figures,) = found["figures"]
    assert figures["cpu"].keys() == figures["peak"].keys() == {"median", "low", "high"}
    assert (figures["name"], figures["runs"]) == ("nothing", 2)


def test_results_of_several_runs_are_shown_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, rows in {"a": results().rows[:1], "b": results().rows[3:]}.items():
        (tmp_path / name).write_text(table.as_json(Results(table.machine(5), rows)))

    command_line.main(["--from", str(tmp_path / "a"), str(tmp_path / "b")])

    said = capsys.readouterr().out
    assert "check / Y" in said
    assert "there is no cache" in said
    assert "medians of 5 runs" in said


def test_readme_shows_a_run_that_can_be_written_anew() -> None:
    page = README.read_text("utf-8")
    written = table.into(page, results())
    shown = table.SHOWN.search(written)

    assert shown
    assert shown["table"] == table.plain(results(), figures=False)
    start, end = shown.span("table")
    assert page.startswith(written[:start])
    assert page.endswith(written[end:])


def test_chart_is_drawn_or_what_is_missing_is_said(tmp_path: Path) -> None:
    said = chart.written(results(), tmp_path / "chart.svg")

    assert ("The chart is in" in said) is (tmp_path / "chart.svg").exists()
    assert chart.written(Results(), tmp_path / "none.svg").startswith("No chart")


def test_command_measures_the_groups_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = command_line.main(["--only", "cache", "feel", "--json", str(tmp_path / "figures.json")])

    assert status == 0
    assert "skipped: goal 8, target, diff on a terminal: no target is given" in capsys.readouterr().out
    assert [row["goal"]["number"] for row in json.loads((tmp_path / "figures.json").read_text())["rows"]] == [
        "7",
        "8",
    ]
