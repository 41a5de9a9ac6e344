"""A patient books on a website while staff watch, with the real model (rings: model, postgres)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.settings import Settings
from tests.browser.conftest import LOOP, OpenPage, Website, picture, violations
from tests.browser.staffing import fed, let_in
from tests.browser.test_widget import GREETING, fill_birth, say, tag

pytestmark = [LOOP, pytest.mark.model, pytest.mark.postgres]


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    """The shipped model, in place of the scripted one."""
    model = build_language_model(Settings())
    yield model
    asyncio.run(model.close())


async def test_a_patient_books_while_a_receptionist_watches_takes_over_and_hands_back(
    desk_url: str, website: Website, open_page: OpenPage, database: Database
) -> None:
    staff = await open_page(f"{desk_url}/staff/login")
    await let_in(staff, database)
    await staff.goto(f"{desk_url}/staff/now")
    await fed(staff)

    website.pages = {"/": tag(desk_url, practice="harbor-clinic")}
    page = await open_page(website.url)
    await page.get_by_role("button", name="Appointments and questions").click()
    await page.get_by_text(GREETING).wait_for()
    await say(page, "Hi, my knee hurts when I walk. Could I see Dr. Weber on Tuesday for a check-up, please?")
    await staff.locator(".row", has_text="Website visitor").click()
    await expect(staff.locator(".said.patient")).to_contain_text("my knee hurts")
    await page.get_by_role("group", name="Suggested answers").get_by_role("button").first.click()
    await page.get_by_label("Full name").wait_for()
    await say(page, "Peter Adams")
    await page.get_by_label("Month").wait_for()
    await fill_birth(page, "December", "1", "1975")
    await page.get_by_role("button", name="Yes").click()
    await expect(page.locator(".card")).to_contain_text("Check-up with Dr. Anna Weber")
    async with database.transaction() as store:
        [booked] = [one for one in await store.all_appointments() if one.conversation_id is not None]
    assert booked.patient is not None and booked.patient.name == "Peter Adams"
    await expect(staff.locator(".said.patient").last).to_contain_text("Yes")

    await staff.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text("Maria Keller from Harbor Clinic has joined")).to_be_visible()
    await expect(page.get_by_text("The practice team is with you")).to_be_visible()
    await say(page, "Is there parking?")
    await expect(staff.locator(".said.patient").last).to_contain_text("Is there parking?")
    await staff.get_by_label("Your words to the patient").fill("Yes, <b>behind</b> the house.")
    await staff.keyboard.press("Enter")
    await expect(page.locator(".message.staff").last).to_contain_text("Yes, <b>behind</b> the house.")
    await picture(page, "widget-with-a-person")
    assert not await violations(page)
    await staff.keyboard.press("Escape")
    await staff.keyboard.press("b")
    await expect(page.get_by_text("the automated assistant is back")).to_be_visible()
    await expect(page.get_by_text("Automated assistant, not a person")).to_be_visible()
