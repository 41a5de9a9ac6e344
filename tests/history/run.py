"""One history: people at work, misfortunes meanwhile, and the judgement of all that was recorded."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from tests.history.books import (
    Books,
    broken_promises,
    change_of,
    lost_requests,
    lost_texts,
    overlaps,
    read_books,
    stolen_holds,
    told_of_changes,
    wrong_lengths,
)
from tests.history.calling import PhonePatient
from tests.history.chatting import Chatter, slot_of
from tests.history.derive import operations
from tests.history.installation import Installation, installation, misfortune
from tests.history.record import Event, Record
from tests.history.register import judge
from tests.history.staffing import Clerk
from tests.history.world import CLOCKS, Reader, patients
from tests.staff.access import person

#: Seconds from a change in the database to its commit, at most, where nobody heard of it.
GRACE = 5.0
#: Seconds until the last worker must have come to an end, once nothing new is begun.
ENDING = 120.0


@dataclass(frozen=True)
class Plan:
    """How much of everything; a time is held for `hold_seconds`, and all texts have left after `settle`."""

    operations: int
    services: int = 3
    chatters: int = 10
    callers: int = 4
    clerks: int = 2
    hold_seconds: float = 30.0
    pause: tuple[float, float] = (5.0, 15.0)  # seconds between two misfortunes
    settle: float = 100.0
    seed: int = 1


@dataclass
class Findings:
    """What came out. Without `problems` the history is a possible one."""

    operations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    misfortunes: Counter[str] = field(default_factory=Counter)
    register: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    conversations: int = 0
    booked: int = 0
    again: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    judging: float = 0.0
    problems: list[str] = field(default_factory=list)


async def play(plan: Plan, folder: Path, say: Callable[[str], None] = lambda _: None) -> Findings:
    """Plays and judges one history; its record is `history.jsonl` in the folder."""
    began = time.monotonic()
    findings = Findings()
    async with installation(folder, services=plan.services, hold_seconds=plan.hold_seconds) as world:
        record = Record(folder / "history.jsonl", plan.operations, _teller(plan, say))
        reader = Reader()
        try:
            chatters, callers, ids = await _work(plan, world, record, reader, findings, say)
            findings.seconds = time.monotonic() - began
            await _settle(plan, world, say)
            database = await world.database()
            books = await read_books(database, world.direct)
            await database.close()
        finally:
            record.close()
    judging = time.monotonic()
    _resolve(books, chatters, callers, reader)
    _see_choices(books, record.events)
    _see_staff(books, record.events, ids)
    findings.problems += _conversations(books, chatters, callers)
    findings.problems += _books(plan, books, world, reader)
    findings.problems += _register(plan, record.events, findings)
    findings.judging = time.monotonic() - judging
    _count(findings, record.events, books)
    return findings


async def _work(
    plan: Plan, world: Installation, record: Record, reader: Reader, findings: Findings,
    say: Callable[[str], None],
) -> tuple[list[Chatter], list[PhonePatient], dict[str, str]]:  # fmt: skip
    """Everybody at once, until the record is full."""
    database = await world.database()
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        ids = {one.name: str(one.id) for one in await store.patients(practice.id)}
    clerk = await person(database, practice)
    await database.close()
    everybody = list(patients())
    each = len(everybody) // (plan.chatters + plan.callers + plan.clerks)
    own = iter([tuple(everybody[n * each : (n + 1) * each]) for n in range(len(everybody) // each)])
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(timeout=20, limits=limits) as http:
        chatters = [
            Chatter(f"chat-{n}", world.urls, http, record, reader, next(own), plan.seed * 1000 + n)
            for n in range(plan.chatters)
        ]
        callers = [
            PhonePatient(
                f"phone-{n}",
                world.urls,
                world.settings(),
                record,
                reader,
                next(own),
                plan.seed * 1000 + 100 + n,
            )
            for n in range(plan.callers)
        ]
        clerks = [
            Clerk(
                f"staff-{n}",
                world.urls,
                http,
                clerk.session,
                practice,
                record,
                next(own),
                ids,
                plan.seed * 1000 + 200 + n,
            )
            for n in range(plan.clerks)
        ]
        nemesis = asyncio.create_task(_nemesis(plan, world, record, findings, say))
        working = [asyncio.create_task(one.work(), name=one.name) for one in (*chatters, *callers, *clerks)]
        try:
            await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)  # full, or something is wrong
            nemesis.cancel()
            with suppress(asyncio.CancelledError):
                await nemesis
            await _mend(world)
            await _ended(working)
        finally:
            for task in (nemesis, *working):
                task.cancel()
            await asyncio.gather(nemesis, *working, return_exceptions=True)
    return chatters, callers, ids


async def _ended(working: Sequence[asyncio.Task[None]]) -> None:
    """Returns once everybody has come to an end; the error names who has not, and where they are."""
    done, left = await asyncio.wait(working, timeout=ENDING)
    for task in done:
        task.result()
    if left:
        raise TimeoutError("; ".join(f"{task.get_name()} is still at {_where(task)}" for task in left))


def _where(task: asyncio.Task[None]) -> str:
    """The lines at which a task waits, from its first function to its innermost."""
    places, waiting = [], task.get_coro()
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
        if len(record.events) > plan.operations * (0.4 + 0.2 * world.clock) and world.clock < len(CLOCKS) - 1:
            tell(f"the clock goes on: {CLOCKS[world.clock + 1]}")
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


def _resolve(
    books: Books, chatters: Sequence[Chatter], callers: Sequence[PhonePatient], reader: Reader
) -> None:
    """What nobody saw end was kept, answer and all, or was not: the stored conversation tells."""
    for chatter in chatters:
        for chat in chatter.chats:
            if chat.unknown is not None:
                words = [one.text for one in books.conversations[chat.id] if one.role == "patient"]
                _decide(chat.unknown, books, chat.id, len(words) > len(chat.sent), reader)
    for caller in callers:
        for talk in caller.talks:
            if talk.unknown is not None:
                known = books.calls.get(talk.call_sid, "")
                words = [one.text for one in books.conversations.get(known, []) if one.role == "patient"]
                _decide(talk.unknown, books, known, len(words) > len(talk.said), reader)


def _see_staff(books: Books, events: Sequence[Event], ids: Mapping[str, str]) -> None:
    """What staff never heard the end of is told by the rows: each change is one event's, and of those who
    heard first."""
    explained: set[int] = set()
    by_staff = [one for one in events if one.given.get("channel") == "staff" and one.outcome != "failed"]
    for event in sorted(by_staff, key=lambda one: (one.outcome == "unknown", one.invoked)):
        place = change_of(books, event.kind, event.given, event.invoked, ids, explained)
        if place is not None:
            explained.add(place)
        if event.outcome == "unknown" and place is None:
            event.outcome, event.got = "failed", {"why": "not kept"}
        elif event.outcome == "unknown" and place is not None:
            event.outcome, event.completed = "ok", books.changes[place].at + GRACE


def _see_choices(books: Books, events: Sequence[Event]) -> None:
    """Which times callers chose by "the first one" is told by the options that are kept."""
    said: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "say" and event.given["channel"] == "phone" and event.outcome == "ok":
            said[event.given["conversation"]].append(event)
    for call, turns in said.items():
        messages = books.conversations.get(books.calls.get(call, ""), [])
        places = [place for place, one in enumerate(messages) if one.role == "patient"]
        for event, place in zip(turns, places, strict=False):
            asked = messages[place - 1]
            picks = event.given["words"] == "the first one" or event.given["words"].startswith("yes")
            if asked.expects == "slot" and picks:
                event.given |= {"slot": slot_of(asked.options[0]["value"]), "about": "option"}


def _decide(event: Event, books: Books, conversation: str, kept: bool, reader: Reader) -> None:
    if not kept:
        event.outcome = "failed"
        return
    messages = books.conversations[conversation]
    last = max(place for place, one in enumerate(messages) if one.role == "patient")
    told = reader.told(" ".join(one.text for one in messages[last + 1 :] if one.role == "desk"))
    event.outcome, event.completed = "ok", messages[last].at.timestamp() + GRACE
    event.got = {"told": told, "offered": []}


def _conversations(books: Books, chatters: Sequence[Chatter], callers: Sequence[PhonePatient]) -> list[str]:
    """What was acknowledged is kept once, in order; what was shown is kept; again is the same."""
    problems = []
    for chatter in chatters:
        for chat in chatter.chats:
            kept = books.conversations.get(chat.id, [])
            words = [one.text for one in kept if one.role == "patient"]
            sent = [said for _, said in chat.sent]
            if words[: len(sent)] != sent or len(words) > len(sent) + (chat.unknown is not None):
                problems.append(f"{chat.id}: {len(sent)} messages were taken, {len(words)} are kept")
            shown = {str(one["id"]) for one in chat.seen}
            stored = [str(one.id) for one in kept if one.role != "patient"]
            if not shown <= set(stored) or len(stored) > len(shown) + (chat.unknown is not None):
                problems.append(f"{chat.id}: {len(shown)} answers were shown, {len(stored)} are kept")
            problems += [f"{chat.id}: the same message again was answered otherwise" for _ in chat.differing]
    for caller in callers:
        for talk in caller.talks:
            kept = books.conversations.get(books.calls.get(talk.call_sid, ""), [])
            words = [one.text for one in kept if one.role == "patient"]
            if words[: len(talk.said)] != talk.said or len(words) > len(talk.said) + (
                talk.unknown is not None
            ):
                problems.append(
                    f"{talk.call_sid}: {len(talk.said)} turns were answered, {len(words)} are kept"
                )
    return problems


def _books(plan: Plan, books: Books, world: Installation, reader: Reader) -> list[str]:
    problems = [
        *overlaps(books.changes), *stolen_holds(books.changes), *broken_promises(books, reader),
        *told_of_changes(books, reader), *lost_requests(books, reader), *wrong_lengths(books),
    ]  # fmt: skip
    texts = list(lost_texts(books, world.sent))
    problems += texts if plan.settle else [one for one in texts if "still" not in one]
    if plan.settle and books.expired:
        problems.append(f"{books.expired} holds are there long after they expired")
    return problems


def _register(plan: Plan, events: Sequence[Event], findings: Findings) -> list[str]:
    problems = []
    for doctor, ops in sorted(operations(events, plan.hold_seconds).items()):
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
