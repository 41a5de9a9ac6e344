"""Texts are sent once, whatever the carrier does; staff hear of those that fail. Ring: postgres."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text as sql

from reception.carrier.rest import Carrier, Trouble
from reception.clock import Clock
from reception.database.connection import Database
from reception.messaging.delivery import BACK_OFF, Delivery
from reception.messaging.twilio_api import TwilioApi
from reception.practice import Practice
from reception.settings import ROOT
from tests.conftest import NOW
from tests.messaging.conftest import PRACTICE

pytestmark = pytest.mark.postgres

PATIENT = "+12125550111"


@pytest.fixture
def delivery(database: Database, api: TwilioApi) -> Delivery:
    """A delivery that looks up at once what it is not sure of."""
    return Delivery(database, api, Clock(NOW), ROOT / "prompts", settle=0.0)


async def queued(database: Database, practice: Practice, **changes: Any) -> UUID:
    text = {"to": PATIENT, "body": "Hello", "kind": "booked", "key": str(uuid4())} | changes
    async with database.transaction() as store:
        found = await store.queue_text(practice.id, **text)
    assert found is not None
    return found


async def row(database: Database, text_id: UUID) -> tuple[str, int | None]:
    """Status and error code."""
    async with database.transaction() as store:
        found = await store._connection.execute(
            sql("SELECT status, error_code FROM outbox WHERE id = :id"), {"id": text_id}
        )
        return tuple(found.one())  # type: ignore[return-value]


async def at_once(database: Database) -> None:
    """As if the time until the next attempt were over."""
    async with database.transaction() as store:
        await store._connection.execute(sql("UPDATE outbox SET retry_at = NULL"))


async def for_staff(database: Database) -> list[str]:
    async with database.transaction() as store:
        return [one.details["words"] for one in await store.all_requests() if one.kind == "staff"]


async def test_a_text_leaves_from_the_practices_number_once(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    text = await queued(database, practice)
    await delivery.round()
    await delivery.round()
    assert [(one.sender, one.recipient, one.body) for one in carrier.texts] == [(PRACTICE, PATIENT, "Hello")]
    assert await row(database, text) == ("sent", None)


async def test_many_workers_send_each_text_once(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    for number in range(20):
        await queued(database, practice, body=f"Text {number}")
    await asyncio.gather(*(delivery.round() for _ in range(4)))
    assert sorted(one.body for one in carrier.texts) == sorted(f"Text {number}" for number in range(20))


async def test_a_text_that_is_rolled_back_is_never_sent(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as store:
            await store.queue_text(practice.id, to=PATIENT, body="Hello", kind="booked", key="1")
            raise RuntimeError
    await delivery.round()
    assert carrier.texts == []


@pytest.mark.parametrize("trouble", ["busy", "refusing"])
async def test_a_carrier_that_refuses_is_asked_again_until_staff_hear_of_it(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier, trouble: Trouble
) -> None:
    carrier.trouble = trouble
    text = await queued(database, practice)
    for _ in BACK_OFF:
        await delivery.round()
        assert (await row(database, text))[0] == "queued"
        await delivery.round()  # its time has not come: nothing happens
        await at_once(database)
    assert await for_staff(database) == []
    await delivery.round()
    assert (await row(database, text))[0] == "failed"
    assert carrier.requests == len(BACK_OFF) + 1
    assert len(await for_staff(database)) == 1


async def test_a_carrier_that_comes_back_gets_the_text(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    carrier.trouble = "busy"
    text = await queued(database, practice)
    await delivery.round()
    carrier.trouble = ""
    await at_once(database)
    await delivery.round()
    assert await row(database, text) == ("sent", 20429)
    assert len(carrier.texts) == 1


@pytest.mark.parametrize(
    ("number", "code", "marked"),
    [("+15005550009", 21614, True), ("+15005550004", 21610, True), ("+15005550003", 21408, False)],
)
async def test_a_number_that_gets_no_texts_is_not_tried_again(
    database: Database,
    practice: Practice,
    delivery: Delivery,
    carrier: Carrier,
    number: str,
    code: int,
    marked: bool,
) -> None:
    text = await queued(database, practice, to=number)
    await delivery.round()
    await delivery.round()
    assert await row(database, text) == ("failed", code)
    assert carrier.requests == 1
    [words] = await for_staff(database)
    assert number in words
    async with database.transaction() as store:
        again = await store.queue_text(practice.id, to=number, body="Hello", kind="booked", key="2")
    assert (again is None) is marked


async def test_a_practice_whose_number_is_not_at_the_carrier_is_shown(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    carrier.numbers = frozenset({"+12125559999"})
    text = await queued(database, practice)
    await delivery.round()
    assert await row(database, text) == ("failed", 21606)
    assert len(await for_staff(database)) == 1


async def test_an_answer_that_got_lost_is_looked_up_and_not_sent_again(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    carrier.trouble = "lost"
    text = await queued(database, practice)
    await delivery.round()
    assert await row(database, text) == ("sent", None)
    assert len(carrier.texts) == 1


async def test_what_the_carrier_never_took_is_sent(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    await queued(database, practice, body="An older text with the same words")
    await delivery.round()
    carrier.trouble = "down"
    text = await queued(database, practice)
    await delivery.round()
    assert (await row(database, text))[0] == "sending"
    carrier.trouble = ""
    await at_once(database)
    await delivery.round()
    await delivery.round()
    assert await row(database, text) == ("sent", None)
    assert [one.body for one in carrier.texts] == ["An older text with the same words", "Hello"]


async def test_two_equal_texts_are_not_taken_for_each_other(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    first = await queued(database, practice)
    await delivery.round()
    carrier.trouble = "down"
    second = await queued(database, practice)
    await delivery.round()
    carrier.trouble = ""
    await at_once(database)
    await delivery.round()
    await delivery.round()
    assert len(carrier.texts) == 2
    assert {await row(database, first), await row(database, second)} == {("sent", None)}


async def test_what_nobody_can_tell_is_shown_to_staff_and_not_sent_again(
    database: Database, practice: Practice, delivery: Delivery, carrier: Carrier
) -> None:
    carrier.trouble = "down"
    text = await queued(database, practice)
    await delivery.round()
    async with database.transaction() as store:
        await store._connection.execute(
            sql("UPDATE outbox SET retry_at = NULL, sending_since = sending_since - interval '2 hours'")
        )
    await delivery.round()
    assert (await row(database, text))[0] == "unknown"
    [words] = await for_staff(database)
    assert PATIENT in words
    carrier.trouble = ""
    await delivery.round()
    assert carrier.texts == []


async def test_words_that_the_carrier_no_longer_shows_tell_nothing(
    database: Database, practice: Practice, api: TwilioApi, delivery: Delivery, carrier: Carrier
) -> None:
    carrier.trouble = "lost"
    text = await queued(database, practice)
    await Delivery(database, api, Clock(NOW), ROOT / "prompts").round()
    carrier.trouble, carrier.texts[0].body = "", ""
    await delivery.round()
    assert (await row(database, text))[0] == "unknown"
    assert len(carrier.texts) == 1


async def test_a_text_waits_for_its_time_by_the_desks_clock(
    database: Database, practice: Practice, api: TwilioApi, carrier: Carrier
) -> None:
    await queued(database, practice, due_at=NOW + timedelta(hours=2))
    await Delivery(database, api, Clock(NOW), ROOT / "prompts").round()
    assert carrier.texts == []
    await Delivery(database, api, Clock(NOW + timedelta(hours=2)), ROOT / "prompts").round()
    assert len(carrier.texts) == 1
