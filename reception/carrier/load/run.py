"""A load run: so many lines are never free, and behind each is one patient after the other."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from reception.carrier.call import Call
from reception.carrier.caller import Caller, CallOver
from reception.carrier.load.checks import Said, check
from reception.carrier.load.crowd import NOW, Person, crowd, practice_file
from reception.carrier.load.patient import Patient, draw_wish
from reception.carrier.load.report import Report, Timed, summary
from reception.carrier.reaching import line_to
from reception.carrier.server import own_service, service_process
from reception.carrier.speech import CallClock
from reception.carrier.webhooks import Webhooks
from reception.database.connection import Database
from reception.database.records import Message
from reception.errors import ReceptionError
from reception.settings import Settings

#: Seconds that people think before they speak, and before a line is used again.
THINKING = (1.0, 3.0)
BETWEEN_CALLS = (1.0, 3.0)
#: How often somebody speaks over the desk, and after how many seconds of its words.
INTERRUPTING = 0.05
INTERRUPT_AFTER = (1.0, 3.0)
#: Real seconds after which a turn counts as lost, and for calls to end once the time is over.
PATIENCE = 20.0
ENDING = 90.0
MOST_TURNS = 25
#: Seconds over which the lines are taken into use.
STARTING = 10.0


@dataclass
class Calls:
    """What has happened so far."""

    timed: list[Timed] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    begun: int = 0
    ended: int = 0
    until: float = math.inf  # on the performance counter: when lines begin to fall free
    cpu_seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)


async def measure(
    settings: Settings,
    lines: int,
    minutes: float,
    progress: Callable[[float, Calls], None],
    speed: float = 1.0,
) -> Report:
    """Runs the service and the calls; `progress` is told the seconds passed. Raises Unavailable.

    With another `speed` than 1 people speak and listen so much faster than they do.
    """
    # A call takes a minute or so; twice as many people as there can be calls, so that nobody calls twice.
    people = crowd(min(750, max(60, int(lines * (minutes + 1) * 3))))
    with tempfile.TemporaryDirectory(prefix="reception-calls-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        (folder / "practice.yaml").write_text(practice_file(people), encoding="utf-8")
        changes = own_service(folder / "data", folder / "practice.yaml", NOW.isoformat())
        own = {"data_dir": folder / "data", "database_url": "", "public_url": ""}
        ours = settings.model_copy(update=own)
        async with service_process(folder, changes) as served:
            database = await Database.of(ours)
            try:
                before = served.cpu_seconds()
                async with line_to(ours, served.base) as webhooks:
                    board = _Board(webhooks, served.base, database, speed)
                    calls = await _rush(board, people, lines, minutes, progress)
                calls.cpu_seconds = served.cpu_seconds() - before
                problems = await check(database, calls.said, {one.name: one for one in people})
            finally:
                await database.close()
    return summary(settings.threads, lines, minutes, calls, [*calls.troubles, *problems])


@dataclass(frozen=True)
class _Board:
    """What every line needs."""

    webhooks: Webhooks
    base: str
    database: Database
    speed: float

    async def asked(self, call_sid: str) -> Message | None:
        """The desk's last message of a call: a patient understands what it asks for."""
        async with self.database.look_up() as store:
            conversation = await store.conversation_by_call(call_sid)
            messages = await store.messages(conversation.id) if conversation is not None else []
        return next((one for one in reversed(messages) if one.role != "patient"), None)


async def _rush(
    board: _Board,
    people: list[Person],
    lines: int,
    minutes: float,
    progress: Callable[[float, Calls], None],
) -> Calls:
    calls, began = Calls(), time.monotonic()
    until = began + 60 * minutes
    calls.until = time.perf_counter() + 60 * minutes
    waiting = iter(people)
    tasks = [
        asyncio.create_task(
            _line(board, waiting, calls, until, Random(number), number * STARTING / lines / board.speed)
        )
        for number in range(lines)
    ]
    running: set[asyncio.Task[None]] = set(tasks)
    while running and time.monotonic() < until + ENDING:
        _, running = await asyncio.wait(running, timeout=1.0)
        progress(time.monotonic() - began, calls)
    for task in running:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            calls.troubles.append(f"a line failed: {type(result).__name__}")
    if running:
        calls.troubles.append(f"{len(running)} calls did not come to an end")
    return calls


async def _line(
    board: _Board, people: Iterator[Person], calls: Calls, until: float, rng: Random, start: float
) -> None:
    """One call after the other until the time is over; the first begins after `start` seconds."""
    await asyncio.sleep(start)
    while time.monotonic() < until:
        person = next(people, None)
        if person is None:
            return
        calls.begun += 1
        await _hold(board, Patient(person, draw_wish(person, rng), rng), calls, rng)
        calls.ended += 1
        await asyncio.sleep(rng.uniform(*BETWEEN_CALLS) / board.speed)


async def _hold(board: _Board, patient: Patient, calls: Calls, rng: Random) -> None:
    call = Call(board.webhooks, board.base, Caller(patient.person.phone), CallClock(board.speed))
    running: asyncio.Task[None] = asyncio.create_task(call.run())
    said = Said(call.form["CallSid"], patient.person.name, patient.wish.name, call.voice.heard)
    calls.said.append(said)
    try:
        with suppress(CallOver):
            await _talk(board, call, patient, calls, said, rng)
    finally:
        call.hang_up()
        with suppress(ReceptionError):
            await running
    if call.course.errors or call.course.warnings:
        calls.troubles.append(f"{said.call}: {[*call.course.errors, *call.course.warnings]}")


async def _talk(board: _Board, call: Call, patient: Patient, calls: Calls, said: Said, rng: Random) -> None:
    kind = ""
    for _ in range(MOST_TURNS):
        interrupting = bool(said.words) and rng.random() < INTERRUPTING
        session = call.session
        if interrupting and session is not None:
            answered = await session.answered(PATIENCE)
        else:
            answered = await call.listen(PATIENCE)
        if not answered:
            calls.troubles.append(f"{said.call}: no answer to turn {len(said.words)} ({kind})")
        session = call.session
        if session is None:
            return  # put through to a person, or over
        message = await board.asked(said.call)
        words = patient.answer(message)
        by_keys = words.startswith("#")
        if by_keys:
            await call.listen(PATIENCE)  # nobody picks what they have not heard
            await call.clock.wait(rng.uniform(*THINKING))
            await call.press(words[1:])
        elif interrupting:
            await call.say(words, rng.uniform(*INTERRUPT_AFTER))
        else:
            await call.clock.wait(rng.uniform(*THINKING))
            await call.say(words)
        said.words.append(words)
        kind = "keys" if by_keys else (message.expects if message is not None else None) or "other"
        calls.timed.append(Timed(kind, session.turns[-1]))


def shown(calls: Calls) -> dict[str, Any]:
    """The figures of a progress bar."""
    waits = sorted(one.milliseconds for one in calls.timed if one.milliseconds is not None)
    return {
        "calls": calls.ended,
        "turns": len(waits),
        "median": round(waits[len(waits) // 2]) if waits else 0,
    }
