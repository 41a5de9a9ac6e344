"""A run's findings as a table that marks missed targets, and as JSON with a plot."""

from __future__ import annotations

from pathlib import Path

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from reception.bench.figures import Load, Row
from reception.bench.machine import Machine, ModelFile
from reception.errors import MisconfiguredError

NUMBERS = "bench.json"
PLOT = "bench.png"


class Report(msgspec.Struct):
    """All of one run: `samples` are milliseconds by contender, `date` is ISO 8601 in UTC."""

    date: str
    machine: Machine
    model: ModelFile
    turns: int
    rows: list[Row]
    loads: list[Load] = []
    notes: list[str] = []
    samples: dict[str, list[float]] = {}


def to_json(report: Report) -> bytes:
    """The report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def from_json(data: bytes) -> Report:
    """What `to_json` wrote; raises msgspec.DecodeError for anything else."""
    return msgspec.json.decode(data, type=Report)


def save(report: Report, folder: Path) -> None:
    """Writes bench.json and bench.png into `folder` (made if missing); a plot that can't be is a note."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        from reception.bench import plot  # needs an optional library

        plot.draw(report, folder / PLOT)
    except MisconfiguredError as error:
        report.notes.append(str(error))
    (folder / NUMBERS).write_bytes(to_json(report))


def show(report: Report) -> Group:
    """The report for a terminal."""
    machine, model = report.machine, report.model
    about = Text(
        f"{machine.device}, {machine.cores} cores, {machine.threads} threads;"
        f" llama-cpp-python {machine.llama_cpp_python}; {model.name} ({model.quantisation},"
        f" SHA-256 {model.sha256[:12]}…); {report.date}"
    )
    parts: list[Table | Text] = [about]
    if report.rows:
        parts.append(_rows(report.rows))
    if report.loads:
        parts.append(_loads(report.loads))
    parts += [Text(f"Note: {note}.") for note in report.notes]
    return Group(*parts)


def _rows(rows: list[Row]) -> Table:
    table = Table()
    for heading in ("row", "what", "ours", "against", "theirs", "ratio", "target", "met"):
        table.add_column(heading, no_wrap=heading in ("row", "against", "ours"))
    for row in rows:
        target = f"{'≤' if row.at_most else '≥'} {row.target:g}"
        met = Text("yes", "green") if row.met else Text("MISSED", "bold red")
        table.add_row(row.name, row.what, _ours(row), row.peer, _theirs(row), _ratio(row), target, met)
    return table


def _ours(row: Row) -> str:
    return f"{' / '.join(_number(figure.ours) for figure in row.figures)} {row.unit}"


def _theirs(row: Row) -> str:
    return " / ".join(_number(figure.peer) for figure in row.figures if figure.peer is not None)


def _ratio(row: Row) -> str:
    return " / ".join(f"{figure.ratio:.2f}" for figure in row.figures if figure.peer is not None)


def _loads(loads: list[Load]) -> Table:
    table = Table("conversations", "p50 ms", "p95 ms", "turns/s", title="Many conversations at once")
    for load in loads:
        table.add_row(str(load.clients), _number(load.p50), _number(load.p95), f"{load.per_second:.1f}")
    return table


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"
