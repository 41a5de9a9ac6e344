"""A load run's findings: how long callers waited, by kind of turn, and what went wrong."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from reception.bench.figures import percentile
from reception.bench.machine import Machine, this_machine
from reception.carrier.session import Turn
from reception.errors import MisconfiguredError

if TYPE_CHECKING:
    from reception.carrier.load.run import Calls

#: What a turn may take: the platform's own target, less what speech costs in both directions.
TARGET_P50, TARGET_P95 = 390.0, 900.0
NUMBERS, PLOT = "calls.json", "calls.png"


@dataclass(frozen=True)
class Timed:
    """A turn and what the desk had asked for."""

    kind: str
    turn: Turn

    @property
    def milliseconds(self) -> float | None:
        """From the last `prompt` frame to the first `text` frame; None when none came."""
        return None if self.turn.first is None else (self.turn.first - self.turn.sent) * 1000


class Wait(msgspec.Struct, frozen=True):
    """Milliseconds from the last `prompt` frame to the first `text` frame, of turns of one kind."""

    kind: str
    turns: int
    p50: float
    p95: float
    longest: float


class Sample(msgspec.Struct, frozen=True):
    """One turn: when it was sent, in seconds of the run, and ms to the first and the last text frame."""

    moment: float
    first: float
    whole: float


class Report(msgspec.Struct):
    """One run. `whole` is until the last frame of the answer.

    Waits are those of turns while all lines were in use; `turns`, `lost` and `problems` are of all calls to
    their end. `bridged` turns got a filler first, and their answer at least 50 ms later. `cpu_a_turn` is
    what the service's process used for each turn, in seconds.
    """

    date: str
    machine: Machine
    lines: int
    minutes: float
    calls: int
    turns: int
    lost: int
    bridged: int
    cpu_a_turn: float
    waits: list[Wait]
    whole: Wait
    problems: list[str]
    samples: list[Sample]

    @property
    def met(self) -> bool:
        """Whether the turn budget is kept, which is promised for four calls at once."""
        return self.waits[0].p50 < TARGET_P50 and self.waits[0].p95 < TARGET_P95


def summary(threads: int, lines: int, minutes: float, calls: Calls, problems: Sequence[str]) -> Report:
    """The report of all calls; the first of its waits is that of all turns together."""
    answered = [one for one in calls.timed if one.milliseconds is not None]
    timed = [one for one in answered if one.turn.sent <= calls.until]
    kinds = sorted({one.kind for one in timed})
    samples = [_sample(one, min(each.turn.sent for each in timed)) for one in timed]
    return Report(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=this_machine(threads),
        lines=lines,
        minutes=minutes,
        calls=calls.begun,
        turns=len(calls.timed),
        lost=len(calls.timed) - len(answered),
        bridged=sum(one.turn.bridged for one in timed),
        cpu_a_turn=round(calls.cpu_seconds / max(1, len(calls.timed)), 3),
        waits=[
            _wait("all turns", [one.milliseconds or 0.0 for one in timed]),
            *(_wait(kind, [one.milliseconds or 0.0 for one in timed if one.kind == kind]) for kind in kinds),
        ],
        whole=_wait("all turns, to the last frame", [one.whole for one in samples]),
        problems=list(problems),
        samples=samples,
    )


def _sample(one: Timed, began: float) -> Sample:
    turn, first = one.turn, one.milliseconds or 0.0
    whole = first if turn.whole is None else (turn.whole - turn.sent) * 1000
    return Sample(round(turn.sent - began, 2), round(first, 1), round(whole, 1))


def _wait(kind: str, values: Sequence[float]) -> Wait:
    if not values:
        return Wait(kind, 0, 0.0, 0.0, 0.0)
    middle, high = statistics.median(values), percentile(values, 0.95)
    return Wait(kind, len(values), round(middle, 1), round(high, 1), round(max(values), 1))


def save(report: Report, folder: Path) -> None:
    """Writes calls.json and calls.png into `folder` (made if missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NUMBERS).write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    try:
        from reception.carrier.load import plot  # needs an optional library

        plot.draw(report, folder / PLOT)
    except MisconfiguredError as error:
        report.problems.append(str(error))


def show(report: Report) -> Group:
    """The report for a terminal."""
    head = Text(
        f"{report.lines} calls at once for {report.minutes:g} min on {report.machine.device}, "
        f"{report.machine.cores} cores; {report.calls} calls, {report.turns} turns, {report.lost} lost, "
        f"{report.bridged} bridged by a filler; "
        f"{report.cpu_a_turn:.2f} s of CPU a turn; "
        f"{report.date}"
    )
    table = Table("the desk had asked for", "turns", "p50 ms", "p95 ms", "longest")
    for one in [*report.waits, report.whole]:
        table.add_row(one.kind, str(one.turns), f"{one.p50:.0f}", f"{one.p95:.0f}", f"{one.longest:.0f}")
    kept = Text("kept", "green") if report.met else Text("MISSED", "bold red")
    budget = Text.assemble(f"Turn budget (p50 < {TARGET_P50:g} ms, p95 < {TARGET_P95:g} ms): ", kept)
    problems = [Text(f"Problem: {one}", "red") for one in report.problems] or [
        Text("No lost turn, no double booking, every promise is in the books.", "green")
    ]
    return Group(head, table, budget, *problems)
