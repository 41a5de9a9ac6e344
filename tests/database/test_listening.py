"""Postgres ring: every process hears of what any of them changes, also after the connection was lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest

from reception.channels.hub import Hub, Subscription
from reception.database.connection import Database
from reception.database.records import Change, NewMessage
from reception.practice import Practice
from tests.conftest import Server

pytestmark = pytest.mark.postgres

END_LISTENING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reception-listens'"
)


@asynccontextmanager
async def process(url: str) -> AsyncIterator[Hub]:
    """What one service process has of the feed: a database of its own, and a hub that stands."""
    hub, database, stands = Hub(), await Database.open(url, Path()), asyncio.Event()

    def gap() -> None:
        hub.announce_all()
        stands.set()

    listening = asyncio.create_task(database.listen(hub.announce, gap))
    await asyncio.wait_for(stands.wait(), 10)
    try:
        yield hub
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await database.close()


async def heard(subscription: Subscription, wanted: str) -> Change:
    """The next change of a table."""
    for _ in range(50):
        changes = await subscription.next(5)
        for one in changes or ():
            if one.kind == wanted:
                return one
    raise AssertionError(f"nothing was heard of {wanted}")


async def test_two_processes_hear_of_what_a_third_changes(
    database_url: str, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with process(database_url) as one, process(database_url) as two:
        with one.subscribed(practice.id) as first, two.subscribed(practice.id) as second:
            waiting = asyncio.create_task(one.wait(conversation_id, 30))
            await asyncio.sleep(0)
            async with database.transaction() as store:
                message = (await store.add_messages(conversation_id, [NewMessage("staff", "Hello")]))[0]
                request = await store.file_request(practice.id, "message", {}, "routine", None, None)
            for subscription in (first, second):
                expected = Change(practice.id, "messages", message.id, conversation_id)
                assert await heard(subscription, "messages") == expected
            await asyncio.wait_for(waiting, 5)
            async with database.transaction() as store:
                await store.close_request(request)
            assert await heard(first, "requests") == Change(practice.id, "requests", request, None)


async def test_what_was_undone_is_not_announced_nor_what_is_another_practices(
    database_url: str, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with process(database_url) as hub:
        with hub.subscribed(UUID(int=1)) as elsewhere, hub.subscribed(practice.id) as here:
            with suppress(ZeroDivisionError):
                async with database.transaction() as store:
                    await store.add_messages(conversation_id, [NewMessage("staff", "Never said")])
                    raise ZeroDivisionError
            async with database.transaction() as store:
                said = (await store.add_messages(conversation_id, [NewMessage("staff", "Said")]))[0]
            assert (await heard(here, "messages")).id == said.id
            assert await elsewhere.next(0) == set()


async def test_after_a_lost_connection_everybody_looks_again(
    server: Server, database_url: str, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with process(database_url) as hub:
        with hub.subscribed(practice.id) as subscription:
            await asyncio.to_thread(server.do, END_LISTENING)
            assert await subscription.next(30) is None
            async with database.transaction() as store:
                await store.add_messages(conversation_id, [NewMessage("staff", "Hello")])
            assert (await heard(subscription, "messages")).conversation_id == conversation_id
