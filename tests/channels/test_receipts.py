"""Delivery receipts: signed, in any order, also of a text whose sending nobody noted. Ring: postgres."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text as sql
from twilio.request_validator import RequestValidator

from reception.database.connection import Database
from reception.practice import Practice
from tests.channels.conftest import TOKEN, Client
from tests.conftest import NOW

pytestmark = pytest.mark.postgres

PATIENT = "+12125550111"
SID = "SM" + "1" * 32


async def sent(database: Database, practice: Practice, status: str = "sent") -> UUID:
    """A text of which that much is known."""
    async with database.transaction() as store:
        text = await store.queue_text(practice.id, to=PATIENT, body="Hello", kind="booked", key=str(uuid4()))
        assert text is not None
        if status == "sending":
            await store.claim_texts(practice.time_zone.key, NOW, 1)
        elif status == "sent":
            await store.note_text(text, "sent", sid=SID)
    return text


async def report(client: Client, text: object, status: str, code: str = "", *, signed: bool = True) -> int:
    form = {"MessageSid": SID, "MessageStatus": status} | ({"ErrorCode": code} if code else {})
    path = f"/twilio/sms-status?text={text}"
    signature = RequestValidator(TOKEN).compute_signature(f"http://desk.example{path}", form)
    headers = {"X-Twilio-Signature": signature if signed else "no"}
    return (await client.post(path, data=form, headers=headers)).status_code


async def statuses(database: Database) -> list[tuple[str, int | None]]:
    async with database.transaction() as store:
        found = await store._connection.execute(sql("SELECT status, error_code FROM outbox"))
        return [(status, code) for status, code in found]


async def test_a_receipt_in_odd_order_takes_nothing_back(
    client: Client, database: Database, practice: Practice
) -> None:
    text = await sent(database, practice)
    assert await report(client, text, "delivered") == 204
    assert await report(client, text, "sent") == 204
    assert await report(client, text, "delivered") == 204
    assert await statuses(database) == [("delivered", None)]


async def test_a_receipt_tells_of_a_text_whose_worker_died(
    client: Client, database: Database, practice: Practice
) -> None:
    text = await sent(database, practice, "sending")
    await report(client, text, "sent")
    assert await statuses(database) == [("sent", None)]


async def test_a_text_that_did_not_arrive_is_shown_to_staff_once(
    client: Client, database: Database, practice: Practice
) -> None:
    text = await sent(database, practice)
    await report(client, text, "undelivered", "30006")
    await report(client, text, "undelivered", "30006")
    assert await statuses(database) == [("failed", 30006)]
    async with database.transaction() as store:
        requests = await store.all_requests()
        assert await store.opted_out(practice.id, PATIENT)  # a landline: nothing more is sent there in vain
    assert [one.kind for one in requests] == ["staff"]
    assert PATIENT in requests[0].details["words"]


@pytest.mark.parametrize("text", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
async def test_a_receipt_of_no_text_of_ours_changes_nothing(
    client: Client, database: Database, practice: Practice, text: str
) -> None:
    await sent(database, practice)
    assert await report(client, text, "failed", "30003") == 204
    assert await statuses(database) == [("sent", None)]


async def test_an_unsigned_receipt_is_refused(client: Client, database: Database, practice: Practice) -> None:
    text = await sent(database, practice)
    assert await report(client, text, "failed", "30003", signed=False) == 403
    assert await statuses(database) == [("sent", None)]
