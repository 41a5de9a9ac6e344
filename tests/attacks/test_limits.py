"""Postgres ring: limits hold for an address, a number and a practice, whichever process is asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from reception.channels.limits import Limits
from reception.database.connection import Database
from reception.database.store import Store
from reception.errors import Busy, Unavailable
from tests.channels.conftest import NUMBER, Serve
from tests.channels.test_chat import START, is_problem
from tests.channels.test_texts import MARY
from tests.channels.twilio import call, send, twiml

pytestmark = pytest.mark.postgres

MINUTE = timedelta(minutes=1)


async def test_processes_count_together_and_no_request_too_many_passes(database: Database) -> None:
    processes = [Limits(lambda: database, 12) for _ in range(4)]

    async def ask(number: int) -> int:
        try:
            await processes[number % 4].address("10.0.0.1")
        except Busy as busy:
            return busy.retry_after
        return 0

    waits = await asyncio.gather(*(ask(number) for number in range(40)))
    assert waits.count(0) == 12
    assert all(50 < wait <= 60 for wait in waits if wait)
    await processes[0].address("10.0.0.2")


async def test_the_oldest_request_makes_room_again(database: Database) -> None:
    short = timedelta(seconds=1.5)  # longer than three requests take on a busy machine

    async def count() -> float:
        async with database.transaction() as store:
            return await store.count_request("key", 2, short)

    assert [await count(), await count()] == [0, 0]
    assert 0 < await count() <= 1.5
    await asyncio.sleep(1.51)
    assert [await count(), await count()] == [0, 0]
    assert await count() > 0


async def test_while_the_database_is_away_each_process_counts_for_itself() -> None:
    def away() -> Database:
        raise Unavailable("The database can't be reached")

    limits = Limits(away, 1)
    await limits.address("10.0.0.1")
    with pytest.raises(Busy):
        await limits.address("10.0.0.1")


async def test_a_refusal_says_when_to_come_back(serve: Serve) -> None:
    async with serve(rate_limit=2) as one, serve(rate_limit=2) as other:
        for client in (one, other):
            assert (await client.post(START)).status_code == 201
        for client in (one, other):
            refused = await client.post(START)
            is_problem(refused, 429)
            assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_a_database_that_is_busy_says_when_to_come_back(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = OperationalError("", {}, LockNotAvailable())

    async def held(*_: object, **__: object) -> None:
        raise waited

    async with serve() as client:
        monkeypatch.setattr(Store, "create_conversation", held)
        refused = await client.post(START)
        assert "busy" in is_problem(refused, 503)["detail"]
        assert refused.headers["retry-after"] == "2"


async def test_a_number_that_calls_on_and_on_hears_the_engaged_tone(serve: Serve) -> None:
    async with serve(rate_limit=6) as client:
        first = await twiml(client, "/twilio/voice", call("CA1"))
        assert first.find("Connect") is not None
        assert (await twiml(client, "/twilio/voice", call("CA1"))).find("Connect") is not None
        assert (await twiml(client, "/twilio/voice", call("CA2"))).find("Reject") is not None
        another = call("CA3", From="+12125550112")
        assert (await twiml(client, "/twilio/voice", another)).find("Connect") is not None


async def test_who_hides_the_number_cannot_keep_the_line_engaged_for_others(serve: Serve) -> None:
    async with serve(rate_limit=4) as client:
        hidden = [await twiml(client, "/twilio/voice", call(f"CA{at}", From="anonymous")) for at in range(3)]
        assert [one.find("Connect") is not None for one in hidden] == [True, True, False]
        assert (await twiml(client, "/twilio/voice", call("CA3"))).find("Connect") is not None


async def test_a_machine_that_answers_our_answers_gets_none_but_stop_is_obeyed(serve: Serve) -> None:
    async with serve(rate_limit=4) as client:

        async def text(number: int, body: str = "hello") -> int:
            form = {"MessageSid": f"SM{number}", "From": MARY, "To": NUMBER, "Body": body}
            answer = await send(client, "/twilio/sms", form)
            return str(answer.text).count("<Message>")

        assert [await text(number) > 0 for number in range(4)] == [True, True, False, False]
        assert await text(4, "STOP") == 1


async def test_all_addresses_together_cannot_flood_one_practice(serve: Serve) -> None:
    async with serve(rate_limit=2, proxies=1) as client:

        async def start(number: int) -> int:
            headers = {"X-Forwarded-For": f"10.0.0.{number}"}
            return int((await client.post(START, headers=headers)).status_code)

        assert [await start(number) for number in range(12)] == [201] * 10 + [429] * 2
