"""Postgres ring: the waiting list on screen: who waits, what they were offered, times offered by hand."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.records import WaitingOffer
from reception.database.store import Store
from reception.messaging.offers import OfferByText
from reception.practice import Practice
from reception.scheduling.waiting import WaitingList
from reception.settings import Settings
from tests.conftest import NOW
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

ASK = OfferByText(Settings().prompts_dir)


async def waits(database: Database, practice: Practice, conversation: UUID, **details: str) -> UUID:
    """Mary Jones joins the list."""
    async with database.transaction() as store:
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        return await store.file_request(practice.id, "waitlist", details, "routine", mary.id, conversation)


async def offered(database: Database, practice: Practice, request: UUID) -> list[WaitingOffer]:
    async with database.transaction() as store:
        item = await store.inbox_item(practice.id, request)
        assert item is not None
        return (await store.waiting_offers(practice.id, [item]))[request]


async def version(database: Database, request: UUID) -> str:
    async with database.transaction() as store:
        query = text("SELECT version FROM requests WHERE id = :id")
        return str(await store._connection.scalar(query, {"id": request}))


def times(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]+\|[^"]+\|[^"]+)">', page)


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


async def test_who_waits_for_what_stands_on_the_list(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    wish = {"practitioner": "Dr. Luis Ortega", "date": "2026-06-16 to 2026-06-17", "time": "until 12:00"}
    request = await waits(database, practice, conversation_id, appointment_type="Check-up", **wish)
    page = (await maria.get(f"/staff/waiting-list/{request}")).text
    assert "Check-up, with Dr. Luis Ortega, Tue, Jun 16 to Wed, Jun 17, until 12:00" in page
    assert "Mary Jones" in page and "Nothing yet." in page
    fitting = times(page)
    assert fitting and all("|2026-06-16T" in one or "|2026-06-17T" in one for one in fitting)


async def test_a_time_offered_by_hand_is_kept_and_taken_back(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    request = await waits(database, practice, conversation_id, appointment_type="Check-up")
    path = f"/staff/waiting-list/{request}"
    place = times((await maria.get(path)).text)[0]
    page = await maria.post(f"{path}/offer", {"place": place}, hx_request="true")
    assert "Kept, not told yet" in page.text and "please call them" in page.headers["hx-trigger"]
    (kept,) = await offered(database, practice, request)
    assert kept.state == "kept" and kept.until is not None
    again = await maria.post(f"{path}/offer", {"place": place}, hx_request="true")
    assert again.status_code == 409 and "kept for them already" in again.headers["hx-trigger"]
    assert "Kept, not told yet" in (await maria.get("/staff/waiting-list/list")).text
    await maria.post(f"{path}/take-back", hx_request="true")
    assert await offered(database, practice, request) == []


async def test_only_times_that_are_offered_can_be_kept(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    request = await waits(database, practice, conversation_id)
    doctor = practice.practitioners[0].id
    for place in (
        "",
        "a|b|c",
        f"{uuid4()}|Check-up|2026-06-16T09:00-04:00",
        f"{doctor}|Surgery|2026-06-16T09:00-04:00",
        f"{doctor}|Check-up|2026-06-16T03:00-04:00",
        f"{doctor}|Check-up|2026-06-14T09:00-04:00",
        f"{doctor}|Check-up|9999-12-31T23:59+00:00",
        f"{doctor}|Check-up|0001-01-01T00:00+00:00",
    ):
        refused = await maria.post(f"/staff/waiting-list/{request}/offer", {"place": place})
        assert refused.status_code == 422, place
    assert await offered(database, practice, request) == []


async def test_off_the_list_gives_the_time_to_the_next_and_can_be_undone(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    first = await waits(database, practice, conversation_id)
    async with database.transaction() as store:
        talk = await store.create_conversation(practice.id, "chat", "en", "", "", {})
        peter = (await store.patients(practice.id, name="Peter Adams"))[0]
        second = await store.file_request(practice.id, "waitlist", {}, "routine", peter.id, talk.id)
    place = times((await maria.get(f"/staff/waiting-list/{first}")).text)[0]
    await maria.post(f"/staff/waiting-list/{first}/offer", {"place": place})
    stale = await maria.post(f"/staff/waiting-list/{first}/off", {"version": "99"}, hx_request="true")
    assert stale.status_code == 409
    shown = {"version": await version(database, first)}
    page = await maria.post(f"/staff/waiting-list/{first}/off", shown, hx_request="true")
    assert "Taken off by Maria Keller" in page.text
    assert [one.state for one in await offered(database, practice, second)] == ["kept"]
    assert "Taken off by Maria Keller" in (await maria.get("/staff/waiting-list/list?show=done")).text
    await maria.post(f"/staff/waiting-list/{first}/on")
    assert "Mary Jones" in (await maria.get("/staff/waiting-list/list")).text


async def ask(store: Store, practice: Practice, request: UUID, place: str) -> bool:
    """Offers a place by text."""
    (wanted,) = [one for one in await store.open_requests(practice.id, "waitlist") if one.id == request]
    practitioner, kind, start = place.split("|")
    where = (UUID(practitioner), kind, NOW.fromisoformat(start))
    now = Clock(NOW).now(practice.time_zone)
    return await WaitingList(store, practice, now, ASK).offer(wanted, where)


async def test_what_became_of_offers_by_text(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    request = await waits(database, practice, conversation_id)
    first, second, third, *_ = times((await maria.get(f"/staff/waiting-list/{request}")).text)

    async def after(*statements: str) -> list[str]:
        async with database.transaction() as store:
            for statement in statements:
                await store._connection.execute(text(statement))
        return [one.state for one in await offered(database, practice, request)]

    async def asks(place: str) -> None:
        async with database.transaction() as store:
            assert await ask(store, practice, request, place)

    await asks(first)
    assert await after("UPDATE outbox SET status = 'delivered'") == ["asked"]
    forgotten = "DELETE FROM appointments WHERE status = 'held'"
    assert await after(forgotten) == ["lapsed"]
    await asks(second)
    failed = "UPDATE outbox SET status = 'failed' WHERE status = 'queued'"
    assert await after(failed, forgotten) == ["not_delivered", "lapsed"]
    await asks(third)
    booked = (
        "UPDATE appointments SET status = 'booked', hold_expires_at = NULL, patient_id = "
        "(SELECT patient_id FROM requests) WHERE status = 'held'"
    )
    assert await after("UPDATE outbox SET status = 'sent' WHERE status = 'queued'", booked) == [
        "taken",
        "not_delivered",
        "lapsed",
    ]
    page = (await maria.get(f"/staff/waiting-list/{request}")).text
    assert page.index("Taken</span>") < page.index("Text not delivered") < page.index("No answer in time")


async def test_nobody_is_asked_twice_for_the_same_time(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    request = await waits(database, practice, conversation_id)
    place = times((await maria.get(f"/staff/waiting-list/{request}")).text)[0]
    async with database.transaction() as store:
        assert await ask(store, practice, request, place)
        await store.drop_holds(conversation_id)
        assert not await ask(store, practice, request, place)  # it is kept, and somebody has to call
    assert [one.state for one in await offered(database, practice, request)] == ["kept", "lapsed"]


async def test_viewers_look_only_and_only_what_is_on_the_list_is_shown(
    log_in: LogIn, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    viewer = await log_in("Vera Look", "viewer")
    request = await waits(database, practice, conversation_id)
    async with database.transaction() as store:
        elsewhere = await store.file_request(practice.id, "billing", {}, "routine", None, None)
    page = (await viewer.get(f"/staff/waiting-list/{request}")).text
    assert "Mary Jones" in page and times(page) == []
    for what in ("offer", "take-back", "off", "on"):
        assert (await viewer.post(f"/staff/waiting-list/{request}/{what}")).status_code == 403
    for missing in (elsewhere, uuid4()):
        assert (await viewer.get(f"/staff/waiting-list/{missing}")).status_code == 404
