"""What goes into the outbox: once per key, with the commit, never to who wants none. Ring: postgres."""

from __future__ import annotations

import pytest

from reception.database.connection import Database
from reception.practice import Practice

pytestmark = pytest.mark.postgres

NUMBER = "+12125550111"


async def test_a_key_makes_a_text_happen_once_per_practice(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        queue = {"to": NUMBER, "body": "Hello", "kind": "confirmation"}
        assert await store.queue_text(practice.id, key="booked:1", **queue) is not None
        assert await store.queue_text(practice.id, key="booked:1", **queue) is None
        assert await store.queue_text(practice.id, key="booked:2", **queue) is not None


async def test_who_wrote_stop_gets_none_until_they_write_start(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        await store.opt_out(practice.id, NUMBER)
        await store.opt_out(practice.id, NUMBER)
        queue = {"to": NUMBER, "body": "Hello", "kind": "confirmation", "key": "booked:1"}
        assert await store.queue_text(practice.id, **queue) is None
        await store.opt_in(practice.id, NUMBER)
        assert await store.queue_text(practice.id, **queue) is not None


@pytest.mark.parametrize("number", ["", "anonymous", "2125550111", "+0123456", "+1 212 555 0111"])
async def test_what_is_no_number_in_e164_gets_none(
    database: Database, practice: Practice, number: str
) -> None:
    async with database.transaction() as store:
        queued = await store.queue_text(practice.id, to=number, body="Hello", kind="reply", key="reply:1")
    assert queued is None
