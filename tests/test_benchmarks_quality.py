"""The score of decisions against labels, and the labels that come with the benchmarks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.foreign import score
from benchmarks.foreign.score import Found
from codemods import spec

AT = ("src/x.py", 3, 5, "_old")


def place(line: int = 3, **more: str) -> Found:
    return {"path": "src/x.py", "line": line, "column": 5, "name": "_old", **more}


def counts(found: score.Score) -> dict[str, int]:
    return {
        what: len(getattr(found, what)) for what in ("right", "asked", "missed", "false_edits", "unlabelled")
    }


OUTCOMES = {
    "change": {"rename": "right", "delete": "right", "ask": "asked", "keep": "missed"},
    "keep": {"rename": "false_edits", "delete": "false_edits", "ask": "asked", "keep": "right"},
    "either": {"rename": "right", "delete": "right", "ask": "asked", "keep": "right"},
}


@pytest.mark.parametrize(
    ("label", "decision", "outcome"), [(la, d, o) for la, by in OUTCOMES.items() for d, o in by.items()]
)
def test_a_place_counts_once_by_what_became_of_it(label: str, decision: str, outcome: str) -> None:
    found = score.score([place(decision=decision)], [place(label=label)])
    assert getattr(found, outcome) == (AT,)
    assert sum(counts(found).values()) == 1


def test_a_place_that_is_not_listed_is_missed_silently() -> None:
    assert score.score([], [place(label="change")]).missed == (AT,)
    assert score.score([], [place(label="keep")]).right == (AT,)


def test_a_site_without_a_label_is_told_and_counts_for_nothing() -> None:
    found = score.score([place(decision="rename")], [])
    assert found.unlabelled == (AT,)
    assert found.silent == 0
    assert str(found).endswith("; 1 sites without a label")


def test_the_share_missed_is_of_the_places_to_change() -> None:
    sites = [place(line, decision="keep" if line == 1 else "rename") for line in range(1, 6)]
    marked = [place(line, label="keep" if line == 5 else "change") for line in range(1, 6)]
    found = score.score(sites, marked)
    assert found.silent == 0.25
    assert str(found) == ("4 places to change: 1 false edits, 1 silently missed (25.00%), 0 asked, 3 right")


def test_a_label_of_no_meaning_is_refused() -> None:
    with pytest.raises(KeyError, match="perhaps"):
        score.score([], [place(label="perhaps")])


def test_the_labels_are_for_old_names_of_their_spec() -> None:
    renames = spec.load(score.HERE / "hummingbot.toml").renames
    marked = score.labels()
    assert {label["name"] for label in marked} == renames.keys()
    assert len({(m["path"], m["line"], m["column"]) for m in marked}) == len(marked)
    assert Counter(label["label"] for label in marked) == {"change": 429, "keep": 6}
    assert all(label["why"] for label in marked)


SOURCE = """\
class WebAssistantsFactory: ...
class TimeSynchronizer: ...
class ExchangePyBase:
    def __init__(self, other):
        self._time_synchronizer = TimeSynchronizer()
        other._time_synchronizer = _time_synchronizer = 1
"""


def test_a_checkout_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def labelled(line: int, column: int, label: str) -> Found:
        return {
            "path": "app.py",
            "line": line,
            "column": column,
            "name": "_time_synchronizer",
            "label": label,
        }

    marked = [labelled(5, 14, "change"), labelled(6, 15, "change"), labelled(6, 36, "change")]
    monkeypatch.setattr(score, "labels", lambda name: marked)
    (tmp_path / "app.py").write_text(SOURCE)
    found = score.main(["--target", str(tmp_path)])
    assert [*found] == ["no types", "mypy's types"]
    told = "3 places to change: 0 false edits, 1 silently missed (33.33%), 1 asked, 1 right"
    missed = "  missed app.py:6:36 _time_synchronizer"
    assert capsys.readouterr().out.splitlines() == [
        f"no types: {told}",
        missed,
        f"mypy's types: {told}",
        missed,
    ]
