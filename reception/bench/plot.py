"""The benchmark's plots as one PNG; needs matplotlib, which is an optional dependency."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from reception.bench.report import Report
from reception.errors import MisconfiguredError

try:
    from matplotlib.figure import Figure
except ImportError as error:
    raise MisconfiguredError(
        "the plot needs matplotlib, which is not installed: pip install 'reception[report]'"
    ) from error

BLUE, AMBER, GREY = "#2b6cb0", "#c05621", "#a0aec0"


def draw(report: Report, path: Path) -> None:
    """Writes the plots of what the report has: times of single turns, and latency under load."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    painters = [painter for painter, there in ((turns, report.samples), (load, report.loads)) if there]
    for place, painter in enumerate(painters, start=1):
        painter(figure.add_subplot(1, len(painters), place), report)
    figure.suptitle(f"{report.model.name} on {report.machine.device}, {report.machine.threads} threads")
    figure.savefig(path, dpi=150)


def turns(axes: Any, report: Report) -> None:
    """A bar for each contender up to its median, with a line up to its 95th percentile."""
    samples = {name: sorted(values) for name, values in report.samples.items()}
    medians = [statistics.median(values) for values in samples.values()]
    upper = [values[int(0.95 * (len(values) - 1))] for values in samples.values()]
    reach = [high - middle for high, middle in zip(upper, medians, strict=True)]
    colours = [_colour(name) for name in samples]
    places = range(len(samples))
    axes.barh(places, medians, xerr=[[0.0] * len(reach), reach], color=colours, ecolor="#4a5568")
    axes.set_yticks(places, list(samples))
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds for one turn (median, line to the 95th percentile)")


def load(axes: Any, report: Report) -> None:
    """Median and 95th percentile against the number of conversations at once."""
    clients = [one.clients for one in report.loads]
    axes.plot(clients, [one.p50 for one in report.loads], marker="o", color=BLUE, label="median")
    axes.plot(clients, [one.p95 for one in report.loads], marker="o", color=AMBER, label="95th percentile")
    axes.set_xscale("log", base=2)
    axes.set_xticks(clients, [str(count) for count in clients])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("conversations at once")
    axes.set_ylabel("milliseconds for one turn")
    axes.legend()


def _colour(name: str) -> str:
    if name.startswith("floor"):
        return GREY
    return BLUE if name.startswith("reception") else AMBER
