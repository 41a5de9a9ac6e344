"""Postgres ring: a text that did not arrive, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of
from tests.dashboard.test_failed_texts import fails

pytestmark = [LOOP, pytest.mark.postgres]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_failed_text_is_looked_at_and_sent_again(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    request = await fails(database, await practice_of(database), "booked")
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database)
    for width in (1440, 768, 375):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(f"{desk_url}/staff/inbox/{request}")
        await picture(page, f"staff-failed-text-{width}-{scheme}")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await fed(page)
    await page.get_by_role("button", name="Send again").click()
    await expect(page.locator(".failed-text")).to_contain_text("Sent again: on its way")
