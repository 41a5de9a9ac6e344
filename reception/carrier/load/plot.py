"""A load run's plots as one PNG; needs matplotlib, which is an optional dependency."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reception.bench.figures import percentile
from reception.carrier.load.report import TARGET_P50, TARGET_P95, Report
from reception.errors import MisconfiguredError

try:
    from matplotlib.figure import Figure
except ImportError as error:
    raise MisconfiguredError(
        "the plot needs matplotlib, which is not installed: pip install 'reception[report]'"
    ) from error

BLUE, AMBER, GREY = "#2b6cb0", "#c05621", "#a0aec0"


def draw(report: Report, path: Path) -> None:
    """Each turn's wait over the run, and the share of turns answered within so many milliseconds."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    over_time(figure.add_subplot(1, 2, 1), report)
    shares(figure.add_subplot(1, 2, 2), report)
    figure.suptitle(
        f"{report.lines} calls at once, {report.turns} turns, on {report.machine.device} "
        f"({report.machine.cores} cores)"
    )
    figure.savefig(path, dpi=150)


def over_time(axes: Any, report: Report) -> None:
    """A point for every turn."""
    axes.scatter(
        [one.moment for one in report.samples], [one.first for one in report.samples], s=6, color=BLUE
    )
    for target in (TARGET_P50, TARGET_P95):
        axes.axhline(target, color=GREY, linestyle="--", linewidth=1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds since the first turn")
    axes.set_ylabel("milliseconds to the first text frame")


def shares(axes: Any, report: Report) -> None:
    """How many turns are answered by when, in their first words and in full, with the two targets."""
    parts = (
        ("first text frame", BLUE, sorted(one.first for one in report.samples)),
        ("last text frame", AMBER, sorted(one.whole for one in report.samples)),
    )
    for name, colour, waits in parts:
        share = [100 * (place + 1) / len(waits) for place in range(len(waits))]
        axes.plot(waits, share, color=colour, label=name)
    for target, percent in ((TARGET_P50, 50), (TARGET_P95, 95)):
        axes.plot([target], [percent], marker="x", color=GREY)
        axes.annotate(
            f"p{percent} < {target:g} ms", (target, percent), textcoords="offset points", xytext=(6, -12)
        )
    axes.set_xlim(left=0, right=max(2 * TARGET_P95, percentile(parts[1][2], 0.99)))
    axes.set_xlabel("milliseconds from the last prompt frame")
    axes.set_ylabel("percent of turns")
    axes.legend(loc="lower right")
