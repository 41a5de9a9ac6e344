"""Postgres ring: the inbox in a real browser, without the mouse."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from reception.database.records import NewMessage
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of

pytestmark = [LOOP, pytest.mark.postgres]

FILED = (
    ("prescription", "routine", {"medication": "lisinopril", "dose": "10 mg, twice a day"}),
    ("test_results", "routine", {"test": "blood count"}),
    ("staff", "urgent", {"words": "I'd like to talk to somebody", "callback": "after four"}),
    ("sick_note", "routine", {"from": "2026-06-15", "to": "2026-06-17", "reason": "flu"}),
    ("message", "routine", {"text": "Please tell Dr. Weber that the new tablets work <b>well</b>"}),
)


async def filed(database: Database) -> list[UUID]:
    """Requests of every urgency, most with the patient and the words they were made in."""
    practice = await practice_of(database)
    requests = []
    async with database.transaction() as store:
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        for number, (kind, priority, details) in enumerate(FILED):
            talk = await store.create_conversation(practice.id, "phone", "en", "", "+12125550111", {})
            frame = {"intent": "inform", "slots": {"patient_name": "Mary Jones"}, "confidence": 0.97}
            said = [
                NewMessage("desk", "Hello, this is the assistant of Harbor Clinic. How can I help you?"),
                NewMessage("patient", "It's Mary Jones, I need something", frame=frame),
                NewMessage("desk", "I have passed that on to the team."),
            ]
            await store.add_messages(talk.id, said)
            whose = mary.id if number % 2 == 0 else None
            requests.append(await store.file_request(practice.id, kind, details, priority, whose, talk.id))
    return requests


async def test_the_inbox_is_cleared_by_keyboard(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    requests = await filed(database)
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/inbox")
    await expect(page.locator(".count").first).to_have_text(f"{len(requests)} waiting")
    await fed(page)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk-who h1")).to_have_text("Wants a person · Mary Jones")
    await page.keyboard.press("m")
    await expect(page.locator(".talk-who")).to_contain_text("You have it")
    await page.keyboard.press("n")
    await page.keyboard.type("called back")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notes")).to_contain_text("called back")
    await page.keyboard.press("Escape")
    await expect(page.locator(".htmx-request")).to_have_count(0)  # what is being sent is shown paler
    assert await violations(page) == []
    for left in range(len(requests) - 1, 0, -1):
        await page.keyboard.press("e")
        await expect(page.locator(".row")).to_have_count(left)
        await fed(page)
    await page.keyboard.press("z")
    await expect(page.locator(".row")).to_have_count(2)
    await fed(page)
    await page.keyboard.press("e")
    await expect(page.locator(".row")).to_have_count(1)
    await fed(page)
    await page.keyboard.press("e")
    await expect(page.get_by_text("All done")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_inbox_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    requests = await filed(database)
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database)
    for width in (1440, 768, 375):
        await page.set_viewport_size({"width": width, "height": 900})
        for name, path in (("list", "inbox"), ("open", f"inbox/{requests[4]}")):
            await page.goto(f"{desk_url}/staff/{path}")
            await picture(page, f"staff-inbox-{name}-{width}-{scheme}")
            assert await violations(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
