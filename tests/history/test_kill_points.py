"""Postgres ring: a service is killed at any point of a turn: the turn happened or did not, never half of it.

The points are the packets between the service and PostgreSQL: SIGKILL comes before one leaves, or while it is
under way. The suite kills at a few of them; `make kill-points` at 50.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.history.installation import Installation, installation
from tests.history.world import patients, slots

pytestmark = pytest.mark.postgres

POINTS = int(os.environ.get("KILL_POINTS", "3"))
SEED = int(os.environ.get("KILL_SEED", "4"))
FULL_HOURS = [one for one in slots() if one.local.minute == 0]
#: Without its own doings beside the turn's: every packet belongs to the turn.
QUIET = {"RECEPTION_WORKER": "false"}


@dataclass(frozen=True)
class Books:
    """What is in the database about a conversation."""

    messages: int
    version: int
    appointments: tuple[str, ...]
    texts: int


@dataclass
class Talk:
    """A conversation, and the message with which it will go on."""

    world: Installation
    http: httpx.AsyncClient
    id: str
    headers: dict[str, str]

    async def say(self, words: str, client_id: str | None = None) -> dict[str, Any]:
        path = f"{self.world.urls[0]}/api/chat/conversations/{self.id}/messages"
        body = {"text": words, "client_id": client_id or str(uuid4())}
        response = await self.http.post(path, json=body, headers=self.headers)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def books(self) -> Books:
        with psycopg.connect(self.world.direct) as connection:

            def one(query: str) -> Any:
                return connection.execute(query, {"id": self.id}).fetchall()

            return Books(
                one("SELECT count(*) FROM messages WHERE conversation_id = %(id)s")[0][0],
                one("SELECT version FROM conversations WHERE id = %(id)s")[0][0],
                tuple(
                    row[0]
                    for row in one(
                        "SELECT status FROM appointments WHERE conversation_id = %(id)s ORDER BY 1"
                    )
                ),
                one("SELECT count(*) FROM outbox WHERE conversation_id = %(id)s")[0][0],
            )

    async def settled(self) -> Books:
        """Once PostgreSQL has noticed that the service is gone."""
        for _ in range(200):
            with psycopg.connect(self.world.direct) as connection:
                left = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reception'"
                ).fetchone()
            if left == (0,):
                return self.books()
            await asyncio.sleep(0.02)
        raise AssertionError("connections of a dead service stay open")


async def begun(world: Installation, http: httpx.AsyncClient) -> Talk:
    """A new conversation."""
    started = (await http.post(f"{world.urls[0]}/api/chat/conversations", json={})).json()
    return Talk(world, http, started["id"], {"Authorization": f"Bearer {started['token']}"})


async def ready(world: Installation, http: httpx.AsyncClient, number: int, kind: str) -> tuple[Talk, str]:
    """A conversation just before the turn of that kind, and the words of the turn."""
    patient, slot = patients()[number], FULL_HOURS[number % len(FULL_HOURS)]
    talk = await begun(world, http)
    wish = f"I'd like a {patient.kind} on {slot.day} at {slot.clock} with {slot.doctor}"
    if kind == "hold":
        return talk, wish
    for words in (wish, f"My name is {patient.name}", f"I was born on {patient.birthday}"):
        await talk.say(words)
    if kind == "book":
        return talk, "yes, please"
    for words in ("yes, please", "I want to cancel my appointment"):
        await talk.say(words)
    return talk, "yes, please"


#: Turn → what it leaves of the conversation's appointments and texts, before and after.
OUTCOMES = {
    "hold": (((), 0), (("held",), 0)),
    "book": ((("held",), 0), (("booked",), 1)),
    "cancel": ((("booked",), 1), (("cancelled",), 2)),
}


async def packets(world: Installation, http: httpx.AsyncClient, kind: str, number: int) -> int:
    """How many packets go to and fro during an undisturbed turn."""
    talk, words = await ready(world, http, number, kind)
    count = 0

    def counting(_: str) -> bool:
        nonlocal count
        count += 1
        return True

    world.wire.on_packet = counting
    await talk.say(words)
    world.wire.on_packet = None
    return count


async def killed_at(talk: Talk, words: str, client_id: str, point: int, *, lost: bool) -> None:
    """Sends the words, and kills the service when packet `point` comes by, which arrives or is `lost`."""
    count, service = 0, talk.world.services[0]

    def deadly(_: str) -> bool:
        nonlocal count
        count += 1
        if count == point:
            service.kill_now()
        return count < point or not lost

    talk.world.wire.on_packet = deadly
    try:
        await talk.say(words, client_id)
    except httpx.TransportError:
        pass
    finally:
        talk.world.wire.on_packet = None
        service.kill()


async def test_killed_at_any_point_a_turn_happened_or_did_not(tmp_path: Path, ground: Path) -> None:
    rng, seen = Random(SEED), set()
    async with (
        installation(tmp_path, services=1, hold_seconds=600, more=QUIET, ground=ground) as world,
        httpx.AsyncClient(timeout=20) as http,
    ):
        sizes = {kind: await packets(world, http, kind, place) for place, kind in enumerate(OUTCOMES)}
        for number in range(len(OUTCOMES), len(OUTCOMES) + POINTS):
            kind = list(OUTCOMES)[number % len(OUTCOMES)]
            point, lost = rng.randint(1, sizes[kind]), rng.random() < 0.5
            talk, words = await ready(world, http, number, kind)
            before, client_id = talk.books(), str(uuid4())
            await killed_at(talk, words, client_id, point, lost=lost)
            after = await talk.settled()
            happened = after != before
            seen.add(happened)
            where = f"{kind}, packet {point} of {sizes[kind]}, {'lost' if lost else 'arrived'}"
            assert (before.appointments, before.texts) == OUTCOMES[kind][0], where
            assert (after.appointments, after.texts) == OUTCOMES[kind][happened], where
            assert after.messages - before.messages == 2 * happened, where
            assert after.version - before.version == happened, where
            await asyncio.to_thread(world.services[0].start)
            await asyncio.to_thread(world.services[0].wait)
            first, again = await talk.say(words, client_id), await talk.say(words, client_id)
            assert first == again and len(first["messages"]) == 1, where
            final = talk.books()
            assert (final.appointments, final.texts) == OUTCOMES[kind][1], where
            assert final.messages == before.messages + 2, where
    assert POINTS < 20 or seen == {True, False}  # the points lie on both sides of the commit
