"""One history: people at work, misfortunes meanwhile, and the judgement of all that was recorded."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.history.books import Books, read_books
from tests.history.derive import operations
from tests.history.installation import Installation, id_of, installation, misfortune
from tests.history.people import People, gathered
from tests.history.plan import Findings, Plan
from tests.history.record import Event, Record
from tests.history.register import judge
from tests.history.resolve import resolve, what_was_kept
from tests.history.rules import (
    broken_promises,
    lost_requests,
    lost_texts,
    overlaps,
    stolen_holds,
    told_of_changes,
    wrong_lengths,
)
from tests.history.waiting import broken_waiting, kept_times
from tests.history.world import Reader

#: Seconds until the last worker must have come to an end, once nothing new is begun.
ENDING = 120.0


async def play(
    plan: Plan, folder: Path, say: Callable[[str], None] = lambda _: None, ground: Path | None = None
) -> Findings:
    """Plays and judges one history; its record is `history.jsonl` in the folder."""
    began = time.monotonic()
    findings = Findings()
    more = {"KEPT_MINUTES": str(plan.kept_seconds / 60)}
    async with installation(
        folder,
        services=plan.services,
        hold_seconds=plan.hold_seconds,
        more=more,
        season=plan.season,
        ground=ground,
    ) as world:
        record = Record(folder / "history.jsonl", plan.operations, _teller(plan, say))
        reader = Reader(plan.season)
        try:
            people = await _work(plan, world, record, reader, findings, say)
            findings.seconds = time.monotonic() - began
            await _settle(plan, world, say)
            database = await world.database()
            books = await read_books(database, world.direct)
            await database.close()
        finally:
            record.close()
    judging = time.monotonic()
    resolve(books, record.events, people, reader)
    findings.problems += what_was_kept(books, people)
    findings.problems += _books(plan, books, world, reader)
    findings.problems += _register(plan, record.events, books, findings)
    findings.judging = time.monotonic() - judging
    _count(findings, record.events, books)
    return findings


async def _work(
    plan: Plan, world: Installation, record: Record, reader: Reader, findings: Findings,
    say: Callable[[str], None],
) -> People:  # fmt: skip
    """Everybody at once, until the record is full."""
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(timeout=20, limits=limits) as http:
        people = await gathered(plan, world, http, record, reader)
        nemesis = asyncio.create_task(_nemesis(plan, world, record, findings, say))
        working = [asyncio.create_task(one.work(), name=one.name) for one in people.everybody]
        try:
            # Until the record is full, or something is wrong: with the misfortunes, too.
            await asyncio.wait([nemesis, *working], return_when=asyncio.FIRST_COMPLETED)
            if nemesis.done():
                nemesis.result()
            nemesis.cancel()
            with suppress(asyncio.CancelledError):
                await nemesis
            await _mend(world)
            await _ended(working)
        finally:
            for task in (nemesis, *working):
                task.cancel()
            await asyncio.gather(nemesis, *working, return_exceptions=True)
    return people


async def _ended(working: Sequence[asyncio.Task[None]]) -> None:
    """Returns once everybody has come to an end; the error names who has not, and where they are."""
    done, left = await asyncio.wait(working, timeout=ENDING)
    for task in done:
        task.result()
    if left:
        raise TimeoutError("; ".join(f"{task.get_name()} is still at {_where(task)}" for task in left))


def _where(task: asyncio.Task[None]) -> str:
    """The lines at which a task waits, from its first function to its innermost."""
    places: list[str] = []
    waiting: Any = task.get_coro()
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "ag_frame", None)
        if frame is not None:
            places.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "ag_await", None)
    return " > ".join(places)


async def _nemesis(
    plan: Plan, world: Installation, record: Record, findings: Findings, say: Callable[[str], None]
) -> None:
    """Misfortunes, one after the other, and the clock's steps when their time has come."""
    rng = Random(plan.seed)

    def tell(what: str) -> None:
        findings.misfortunes[what.split(":")[0]] += 1
        record.note(what)
        say(what)

    while True:
        await asyncio.sleep(rng.uniform(*plan.pause))
        due = len(record.events) > plan.operations * (0.4 + 0.2 * world.clock)
        if due and world.clock < len(plan.season.clocks) - 1:
            tell(f"the clock goes on: {plan.season.clocks[world.clock + 1]}")
            await world.next_clock()
        else:
            await misfortune(world, rng, tell)


async def _mend(world: Installation) -> None:
    """Whatever was interrupted half way is put right: everything runs again."""
    world.wire.severed = False
    await asyncio.to_thread(world.postgres.start)
    for service in world.services:
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
    for service in world.services:
        await asyncio.to_thread(service.wait)


async def _settle(plan: Plan, world: Installation, say: Callable[[str], None]) -> None:
    """The last holds expire and are swept, and a text that a dead worker was about to send is looked for."""
    if plan.settle:
        say(f"waiting {plan.settle:.0f} s for holds to expire and texts to leave")
        await asyncio.sleep(plan.settle)


def _teller(plan: Plan, say: Callable[[str], None]) -> Callable[[Event], None]:
    every = max(1, plan.operations // 20)

    def tell(event: Event) -> None:
        if event.number and event.number % every == 0:
            say(f"{event.number} of {plan.operations} operations")

    return tell


def _books(plan: Plan, books: Books, world: Installation, reader: Reader) -> list[str]:
    problems = [
        *overlaps(books.changes), *stolen_holds(books.changes, books.offers), *broken_promises(books, reader),
        *told_of_changes(books, reader), *lost_requests(books, reader), *wrong_lengths(books),
        *broken_waiting(books),
    ]  # fmt: skip
    now = datetime.fromisoformat(plan.season.clocks[world.clock]).timestamp()
    texts = list(lost_texts(books, [id_of(one) for one in world.sent], now))
    problems += texts if plan.settle else [one for one in texts if "still" not in one]
    if plan.settle and books.expired:
        problems.append(f"{books.expired} holds are there long after they expired")
    return problems


def _register(plan: Plan, events: Sequence[Event], books: Books, findings: Findings) -> list[str]:
    problems, kept = [], kept_times(books)
    for doctor, seen in sorted(operations(events, plan.hold_seconds, plan.season).items()):
        ops = [*seen, *kept.get(doctor, [])]
        verdict = judge(ops)
        findings.register[doctor] = len(ops)
        if not verdict.possible:
            how = "is not possible" if verdict.decided else "could not be decided"
            stuck = "; ".join(f"{one.about} {one.kind} by {one.who}" for one in verdict.stuck[:6])
            problems.append(f"{doctor}: the history {how}: {verdict.reached} of {len(ops)}, then {stuck}")
    return problems


def _count(findings: Findings, events: Sequence[Event], books: Books) -> None:
    findings.operations = len(events)
    findings.outcomes = Counter(event.outcome for event in events)
    findings.kinds = Counter(event.kind for event in events)
    findings.changes, findings.conversations = len(books.changes), len(books.conversations)
    told = [one for event in events for one in event.got.get("told", [])]
    findings.booked = sum(one.key == "booked" for one in told)
    findings.again = sum(event.kind == "again" for event in events)
    findings.texts = Counter(row["status"] for row in books.texts)
    findings.waiting = Counter(status for _, status in books.waited.values())
    findings.waiting["offers by text"] = sum(row["kind"] == "waitlist" for row in books.texts)
    findings.waiting["answers"] = sum(event.given.get("channel") == "sms" for event in events)
    findings.waiting["gone"] = sum(one.key == "offer_gone" for one in told)
