"""Postgres ring: the calendar in a real browser: drawn, dragged, taken back, printed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of
from tests.conftest import NOW

pytestmark = [LOOP, pytest.mark.postgres]

#: The library draws an <article role="button">, which axe calls minor and screen readers understand.
AXE = {"rules": {"aria-allowed-role": {"enabled": False}}}
MONDAY = NOW.replace(hour=0)
NAMES = (
    "Mary Jones", "Peter Adams", "Ruth <b>Stone</b>", "Amina Yusuf", "Tom Reed", "Li Wei", "Jonas Becker",
    "Olga Petrova", "Maximilian von Hohenstein-Oettingen", "Eva Lang",
)  # fmt: skip


async def filled(database: Database) -> dict[str, UUID]:
    """Two days with most of what a calendar may hold; the appointments' ids by patient and hour."""
    practice = await practice_of(database)
    weber, ortega = practice.practitioners
    check_up, long_visit = practice.appointment_types
    made: dict[str, UUID] = {}

    def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
        return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)

    async with database.transaction() as store:
        people = {one.name: one.id for one in await store.patients(practice.id)}
        for name in NAMES:
            if name not in people:
                people[name] = (await store.add_patient(practice.id, name, None, "+12125550199")).id
        plan = [
            (weber, check_up, at(8), "Peter Adams", "completed"),
            (weber, check_up, at(8, 30), "Eva Lang", "no_show"),
            (weber, check_up, at(9), "Mary Jones", "booked"),
            (weber, long_visit, at(10), "Maximilian von Hohenstein-Oettingen", "booked"),
            (weber, check_up, at(11, 30), "Ruth <b>Stone</b>", "booked"),
            (weber, check_up, at(14), "Li Wei", "booked"),
            (ortega, long_visit, at(9), "Amina Yusuf", "booked"),
            (ortega, check_up, at(11), "Tom Reed", "booked"),
            (ortega, check_up, at(15), "Jonas Becker", "booked"),
            (ortega, check_up, at(9, day=1), "Olga Petrova", "booked"),
        ]
        for doctor, kind, start, name, status in plan:
            end = start + timedelta(minutes=kind.minutes)
            added = await store.add_appointment(
                practice.id, doctor.id, kind.id, start, end,
                patient_id=people[name], reason="knee", status=status,
            )  # fmt: skip
            assert added is not None
            made[name] = added
        await store.note_arrival(made["Mary Jones"], arrived=True)
        talk = await store.create_conversation(practice.id, "phone", "en", "", "+12125550111", {})
        await store.add_hold(
            practice.id, ortega.id, check_up.id, at(13), at(13, 30), conversation_id=talk.id, minutes=30
        )
        await store.block_time(practice.id, weber.id, at(12), at(13), "Lunch with the team")
    return made


async def opened(desk_url: str, open_page: OpenPage, database: Database, **options: object) -> Page:
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900, **options)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/calendar")
    await fed(page)
    await expect(page.locator(".ec-event").first).to_be_visible()
    return page


def event(page: Page, name: str) -> Locator:
    return page.locator(".ec-event", has_text=name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_calendar_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    made = await filled(database)
    page = await opened(desk_url, open_page, database, color_scheme=scheme)
    views = {
        "day": "calendar",
        "week": "calendar?view=week",
        "open": f"calendar?open={made['Ruth <b>Stone</b>']}",
        "list": "calendar/list",
    }
    for width in (1440, 768, 375):
        await page.set_viewport_size({"width": width, "height": 900})
        for name, path in views.items():
            await page.goto(f"{desk_url}/staff/{path}")
            await fed(page)
            await expect(page.get_by_text("Peter Adams").first).to_be_visible()
            if name == "open":
                await expect(page.locator(".panel h2")).to_have_text("Ruth <b>Stone</b>")
            await picture(page, f"staff-calendar-{name}-{width}-{scheme}")
            assert await violations(page, **AXE) == []
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
