"""A patient books in the widget on the practice's website, with the real model (rings: model, postgres)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.settings import Settings
from tests.browser.conftest import LOOP, OpenPage, Website
from tests.browser.test_widget import GREETING, fill_birth, say, tag

pytestmark = [LOOP, pytest.mark.model, pytest.mark.postgres]


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    """The shipped model, in place of the scripted one."""
    model = build_language_model(Settings())
    yield model
    asyncio.run(model.close())


async def test_a_patient_books_in_their_own_words(
    desk_url: str, website: Website, open_page: OpenPage, database: Database
) -> None:
    website.pages = {"/": tag(desk_url, practice="harbor-clinic")}
    page = await open_page(website.url)
    await page.get_by_role("button", name="Appointments and questions").click()
    await page.get_by_text(GREETING).wait_for()
    await say(page, "Hi, my knee hurts when I walk. Could I see Dr. Weber on Tuesday for a check-up, please?")
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
