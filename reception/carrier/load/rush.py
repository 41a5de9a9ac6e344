"""A load run as a command: a progress bar, the table, the files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from reception.carrier.load.report import save, show
from reception.carrier.load.run import Calls, measure, shown
from reception.settings import Settings

_FIGURES = "{task.fields[calls]} calls, {task.fields[turns]} turns, median {task.fields[median]} ms"


def rush(settings: Settings, lines: int, minutes: float, out: Path | None, console: Console) -> int:
    """Runs it and prints the report; 1 when something was lost or is not in the books, else 0."""
    columns = (TextColumn(f"{lines} lines"), BarColumn(), TextColumn(_FIGURES), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("calls", total=60 * minutes, calls=0, turns=0, median=0)

        def progress(seconds: float, calls: Calls) -> None:
            bar.update(task, completed=min(seconds, 60 * minutes), **shown(calls))

        report = asyncio.run(measure(settings, lines, minutes, progress))
    if out is not None:
        save(report, out)
    console.print(show(report))
    return 1 if report.problems or report.lost else 0
