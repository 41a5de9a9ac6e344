"""Postgres ring: the waiting list in a real browser, live and at every width."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from reception.clock import Clock
from reception.database.connection import Database
from reception.messaging.offers import OfferByText
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot
from reception.scheduling.waiting import WaitingList
from reception.settings import Settings
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of
from tests.conftest import NOW

pytestmark = [LOOP, pytest.mark.postgres]

WISHES = (
    ("Mary Jones", {"practitioner": "Dr. Luis Ortega", "date": "2026-06-16 to 2026-06-17"}),
    ("Peter Adams", {"appointment_type": "Long visit", "time": "until 12:00"}),
    ("Mary Jones", {"date": "from 2026-06-20"}),
)


async def listed(database: Database) -> list[UUID]:
    """Three who wait; the first has been asked in vain for one time, and is asked for another."""
    practice = await practice_of(database)
    now, requests = Clock(NOW).now(practice.time_zone), []
    async with database.transaction() as store:
        for name, wish in WISHES:
            patient = (await store.patients(practice.id, name=name))[0]
            talk = await store.create_conversation(practice.id, "phone", "en", "", "+12125550111", {})
            requests.append(
                await store.file_request(practice.id, "waitlist", wish, "routine", patient.id, talk.id)
            )
        kind = practice.type_by_name["Check-up"]
        doctor = practice.practitioner_by_name["Dr. Luis Ortega"]
        tuesday = (now + timedelta(days=1)).date()
        free: list[OpenSlot] = await Booking(store, practice, now).free(kind, [doctor], tuesday, tuesday)
        (first,) = [
            one for one in await store.open_requests(practice.id, "waitlist") if one.id == requests[0]
        ]
        waiting = WaitingList(store, practice, now, OfferByText(Settings().prompts_dir))
        for slot in free[:2]:
            assert first.conversation_id is not None
            await store.drop_holds(first.conversation_id)
            assert await waiting.offer(first, (doctor.id, kind.name, slot.start))
        await store._connection.execute(text("UPDATE outbox SET status = 'delivered'"))
    return requests


async def test_the_waiting_list_lives_and_a_time_is_offered_by_keyboard(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    requests = await listed(database)
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/waiting-list/{requests[1]}")
    await fed(page)
    await page.keyboard.press("o")
    await expect(page.locator("#place")).to_be_focused()
    await page.get_by_role("button", name="Keep it for them").click()
    await expect(page.locator(".kept")).to_contain_text("Kept, not told yet")
    async with database.transaction() as store:
        await store._connection.execute(text("DELETE FROM appointments WHERE status = 'held'"))
    await expect(page.locator(".kept")).to_have_count(0)
    await page.keyboard.press("x")
    await expect(page.locator(".talk-who")).to_contain_text("Taken off by Maria Keller")
    await expect(page.locator(".row")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_waiting_list_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    requests = await listed(database)
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database)
    for width, name, path in (
        (1440, "list", ""),
        (1440, "choose", f"/{requests[1]}"),
        (1440, "open", f"/{requests[0]}"),
        (768, "open", f"/{requests[0]}"),
        (375, "open", f"/{requests[0]}"),
    ):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(f"{desk_url}/staff/waiting-list{path}")
        await picture(page, f"staff-waiting-{name}-{width}-{scheme}")
        if width != 768:
            assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
