"""One run of the benchmark: every row that the plan wants, on one machine, one file and fresh utterances."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reception.bench.machine import describe, this_machine
from reception.bench.many_turns import loads, long_conversations, open_conversations, throughput
from reception.bench.plan import ROWS, Deck, Plan
from reception.bench.report import Report
from reception.bench.single_turns import single_turns
from reception.bench.stage import Stage
from reception.settings import Settings


async def measure(settings: Settings, plan: Plan) -> Report:
    """Measures, with a progress bar on stderr. Raises ModelMissing when the model's file is not there.

    Peers that are not installed leave a note in the report.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        async with AsyncExitStack() as open_ones:
            stage = Stage(settings, plan, Deck.of(plan), progress, open_ones)
            rows = [
                *await single_turns(stage),
                *await throughput(stage),
                *await long_conversations(stage),
                *await open_conversations(stage),
            ]
            points = await loads(stage)
    return Report(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=this_machine(stage.threads, settings.gpu_layers),
        model=describe(stage.file),
        turns=plan.turns,
        rows=sorted(rows, key=lambda row: ROWS.index(row.name)),
        loads=points,
        notes=stage.notes,
        samples={name: [round(ms, 2) for ms in values] for name, values in stage.samples.items()},
    )
