"""Postgres ring: the figures page in a real browser, with weeks of conversations to look at."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import let_in, practice_of
from tests.conftest import ZONE
from tests.dashboard.weeks import fill

pytestmark = [LOOP, pytest.mark.postgres]

LAST = datetime(2026, 6, 19, 15, 0, tzinfo=ZONE)


async def test_the_figures_at_every_width_light_and_dark(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    await fill(database, (await practice_of(database)).id, LAST, days=35, many=1400)
    for scheme in ("light", "dark"):
        page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
        await let_in(page, database, f"{scheme.capitalize()} Keller")
        for width in (1440, 768, 375):
            await page.set_viewport_size({"width": width, "height": 900})
            for by in ("week", "month", "day"):
                await page.goto(f"{desk_url}/staff/figures?by={by}&of=2026-06-17")
                await expect(page.locator(".plot canvas").first).to_be_visible()
                tall = await page.evaluate("document.querySelector('main').scrollHeight")
                await page.set_viewport_size({"width": width, "height": tall + 100})
                await picture(page, f"staff-figures-{by}-{width}-{scheme}")
                assert await violations(page) == []
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
