"""Postgres ring: texts that did not arrive are in the inbox, and are sent again at most once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.messaging.delivery import text_failed
from reception.practice import Practice
from reception.settings import Settings
from tests.conftest import ZONE
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

NUMBER = "+12125550111"
#: When Mary Jones's appointment of the small practice is.
COMING = datetime(2026, 6, 16, 10, 0, tzinfo=ZONE)


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


async def fails(database: Database, practice: Practice, kind: str, code: int | None = 30003) -> UUID:
    """A text to Mary Jones that did not arrive; the request that tells of it."""
    async with database.transaction() as store:
        find = text("SELECT id FROM appointments WHERE practice_id = :id")
        appointment = await store._connection.scalar(find, {"id": practice.id})
        key = f"{kind}:{appointment}"
        if kind == "reminder":
            key += f":{int(COMING.timestamp())}:24"
        queued = await store.queue_text(
            practice.id, to=NUMBER, body=f"Words of {kind}", kind=kind, key=key, appointment_id=appointment
        )
        assert queued is not None
        await text_failed(store, Settings().prompts_dir, queued, code)
        find = text("SELECT request_id FROM outbox WHERE id = :id")
        return UUID(str(await store._connection.scalar(find, {"id": queued})))


async def outbox(database: Database) -> list[tuple[str, str]]:
    async with database.transaction() as store:
        rows = await store._connection.execute(text("SELECT kind, status FROM outbox ORDER BY created_at"))
        return [(kind, status) for kind, status in rows]


async def do(database: Database, statement: str) -> None:
    async with database.transaction() as store:
        await store._connection.execute(text(statement))


async def test_a_failed_text_stands_in_the_inbox_with_its_reason(
    maria: Browser, database: Database, practice: Practice
) -> None:
    request = await fails(database, practice, "booked")
    assert "Text not delivered" in (await maria.get("/staff/inbox/list?kind=failed_text")).text
    assert "Nothing found" in (await maria.get("/staff/inbox/list?kind=staff")).text
    page = (await maria.get(f"/staff/inbox/{request}")).text
    assert "This text did not arrive" in page and "Words of booked" in page
    assert "The phone could not be reached." in page and f'href="tel:{NUMBER}"' in page


@pytest.mark.parametrize("kind", ["booked", "reminder", "reply"])
async def test_it_is_sent_again_once_whoever_presses_the_button(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice, kind: str
) -> None:
    request = await fails(database, practice, kind)
    page = await maria.post(f"/staff/inbox/{request}/send-again", {"version": "1"}, hx_request="true")
    assert "Sent again: on its way" in page.text and "Done by Maria Keller" in page.text
    tom = await log_in("Tom Berg")
    for version in ("1", "2"):
        late = await tom.post(f"/staff/inbox/{request}/send-again", {"version": version}, hx_request="true")
        assert late.status_code == 409
    assert await outbox(database) == [(kind, "failed"), (kind, "queued")]


async def test_one_that_fails_again_is_in_the_inbox_again(
    maria: Browser, database: Database, practice: Practice
) -> None:
    request = await fails(database, practice, "booked")
    await maria.post(f"/staff/inbox/{request}/send-again", {"version": "1"})
    async with database.transaction() as store:
        again = await store._connection.scalar(text("SELECT id FROM outbox WHERE status = 'queued'"))
        await text_failed(store, Settings().prompts_dir, again, 30005)
    assert "failed too" in (await maria.get(f"/staff/inbox/{request}")).text
    assert "Text not delivered" in (await maria.get("/staff/inbox/list")).text


@pytest.mark.parametrize(
    ("kind", "meanwhile", "why"),
    [
        ("booked", "UPDATE appointments SET status = 'cancelled'", "no longer stands"),
        ("booked", "UPDATE appointments SET during = '[2026-06-01 10:00Z,2026-06-01 11:00Z)'", "is over"),
        (
            "reminder",
            "UPDATE appointments SET during = '[2026-06-17 14:00Z,2026-06-17 15:00Z)'",
            "another time",
        ),
        ("cancelled", "SELECT 1", "booked again"),
        ("waitlist", "SELECT 1", "no longer kept"),
        ("absence", "SELECT 1", "on the page of the absence"),
    ],
)
async def test_what_would_be_wrong_by_now_is_not_sent(
    maria: Browser, database: Database, practice: Practice, kind: str, meanwhile: str, why: str
) -> None:
    request = await fails(database, practice, kind)
    await do(database, meanwhile)
    page = (await maria.get(f"/staff/inbox/{request}")).text
    assert why in page and "/send-again" not in page and "Called: done" in page
    sent = await maria.post(f"/staff/inbox/{request}/send-again", {"version": "1"}, hx_request="true")
    assert sent.status_code == 422 and why in sent.headers["hx-trigger"]
    assert await outbox(database) == [(kind, "failed")]


async def test_a_number_that_gets_no_texts_is_called(
    maria: Browser, database: Database, practice: Practice
) -> None:
    request = await fails(database, practice, "booked", code=21614)
    page = (await maria.get(f"/staff/inbox/{request}")).text
    assert "takes no text messages" in page and "/send-again" not in page
    sent = await maria.post(f"/staff/inbox/{request}/send-again", {"version": "1"})
    assert sent.status_code == 422
    await maria.post(f"/staff/inbox/{request}/done", {"version": "1"})
    assert "All done" in (await maria.get("/staff/inbox")).text


async def test_of_one_that_may_have_arrived_staff_are_asked_first(
    maria: Browser, database: Database, practice: Practice
) -> None:
    request = await fails(database, practice, "booked")
    await do(database, "UPDATE outbox SET status = 'unknown', error_code = NULL")
    page = (await maria.get(f"/staff/inbox/{request}")).text
    assert "Nobody knows whether this text arrived" in page and "It may have arrived already" in page
