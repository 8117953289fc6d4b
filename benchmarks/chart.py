"""A chart of the goals: how far each ratio is from its limit."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Results, Row


def written(results: Results, path: Path) -> str:
    """Draw the rows that have a limit; what to say of it."""
    try:
        from matplotlib import use
    except ImportError:
        return "No chart: matplotlib is not installed (pip install 'classmod[bench]').\n"
    rows = [row for row in results.rows if row.value and row.goal.limit]
    if not rows:
        return "No chart: nothing was measured that has a limit.\n"
    use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 0.8 + 0.36 * len(rows)), layout="constrained")
    shares = [_share(row) for row in rows]
    colours = ["#2e7d32" if row.holds else "#c62828" for row in rows]
    labels = [f"{row.goal.number}: {row.what} ({row.tree}, {row.goal})" for row in rows]
    axes.barh(range(len(rows)), [share[1] for share in shares], color=colours)
    for at, (low, _, high) in enumerate(shares):
        axes.plot([low, high], [at, at], color="black", linewidth=1)
    axes.axvline(1.0, color="black", linewidth=1, linestyle="--")
    axes.set_yticks(range(len(rows)), labels, fontsize=8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("share of what is allowed; left of the line the goal holds")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return f"The chart is in {path}.\n"


def _share(row: Row) -> tuple[float, float, float]:
    """Lowest, median and highest as shares of the limit, such that less is better."""
    assert row.value
    assert row.goal.limit
    limit, value = row.goal.limit, row.value
    if row.goal.at_least:
        return limit / value.high, limit / value.median, limit / value.low
    return tuple(max(each / limit, 1e-3) for each in (value.low, value.median, value.high))  # type: ignore[return-value]
