"""Postgres ring: patients in a real browser: looked up as one types, merged, and looked at."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of
from tests.conftest import NOW

pytestmark = [LOOP, pytest.mark.postgres]

NAMES = (
    "Maria Lopez",
    "Marianne Quist",
    "Mario Rossi",
    "Marek Nowak",
    "Tamara Marsh",
    "Zo\u00eb <b>Bold</b>",
)


async def with_history(database: Database) -> tuple[UUID, UUID]:
    """Mary Jones, with everything that can stand in a history, and the same person once more."""
    practice = await practice_of(database)
    async with database.transaction() as store:
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        twin = await store.add_patient(
            practice.id, "Marie Jones", mary.date_of_birth, "+12125550199", possible_duplicate=True
        )
        for number, name in enumerate(NAMES):
            born = date(1950 + 7 * number, 1 + number, 3)
            await store.add_patient(practice.id, name, born, f"+1212555020{number}")
        son = await store.add_patient(practice.id, "Leo Jones", date(2015, 5, 5), mary.phone)
        await store.add_guardian(practice.id, son.id, mary.id)
        weber, kind = practice.practitioners[0], practice.appointment_types[0]
        for back, status in ((40, "completed"), (200, "no_show"), (420, "cancelled")):
            start = NOW - timedelta(days=back)
            await store.add_appointment(
                practice.id,
                weber.id,
                kind.id,
                start,
                start + timedelta(minutes=30),
                patient_id=mary.id,
                reason="knee, again",
                status=status,
            )
        talk = await store.create_conversation(practice.id, "phone", "en", "", mary.phone, {})
        state = {"who": {"patient_id": str(mary.id)}}
        await store.save_conversation(talk.id, state=state, status="closed", outcome="booked")
        details = {"medication": "lisinopril", "dose": "10 mg, twice a day"}
        await store.file_request(practice.id, "prescription", details, "urgent", mary.id, talk.id)
        (coming,) = await store.upcoming(practice.id, mary.id, NOW)
        await store.queue_text(
            practice.id, to=mary.phone, body="See you", kind="booked", key="k", appointment_id=coming.id
        )
    return mary.id, twin.id


async def test_somebody_is_looked_up_merged_and_made_two_again_by_keyboard(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    await with_history(database)
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/now")
    await fed(page)
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await page.wait_for_url("**/staff/patients")
    await page.locator("#words").press_sequentially("jhones mary")
    await expect(page.locator(".row")).to_have_count(2)  # Mary, and Marie after her
    await page.keyboard.press("Escape")
    await expect(page.locator("#words")).to_have_value("jhones mary")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk-who h1")).to_have_text("Mary Jones")
    await page.get_by_role("link", name="On file twice?").click()
    await page.get_by_role("link", name="Compare with Marie Jones").click()
    await page.get_by_label("+12125550199").check()
    await page.get_by_role("button", name="Merge into one record").click()
    await expect(page.locator(".plan")).to_contain_text("+12125550199")
    page.on("dialog", lambda dialog: dialog.accept())
    await fed(page)
    await page.get_by_role("button", name="Undo the merge with Marie Jones").click()
    await expect(page.locator(".plan")).to_contain_text("+12125550111")
    assert await violations(page) == []


async def test_a_page_shows_what_a_colleague_changes(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    mary, _ = await with_history(database)
    practice = await practice_of(database)
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/patients/{mary}")
    await fed(page)
    async with database.transaction() as store:
        await store.file_request(practice.id, "message", {"text": "please call"}, "routine", mary, None)
    await expect(page.locator(".history")).to_contain_text("please call")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_patients_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    mary, twin = await with_history(database)
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database, "Ada Root", "admin")
    paths = {
        "open": str(mary),
        "edit": f"{mary}/edit",
        "merge": f"{mary}/merge/{twin}",
        "duplicates": "duplicates",
        "guardians": f"{mary}/guardians",
        "erase": f"{mary}/erase",
    }
    dark = scheme == "dark"
    for width in (1440, 375) if dark else (1440, 768, 375):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(f"{desk_url}/staff/patients")
        await fed(page)
        await page.locator("#words").fill("mar")
        await expect(page.locator(".row")).to_have_count(7)
        await picture(page, f"staff-patients-list-{width}-{scheme}")
        for name, path in paths.items():
            if dark and name not in ("open", "merge", "edit"):
                continue  # made of the same pieces
            await page.goto(f"{desk_url}/staff/patients/{path}")
            await picture(page, f"staff-patients-{name}-{width}-{scheme}")
            assert await violations(page) == [], (name, width)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, width)
