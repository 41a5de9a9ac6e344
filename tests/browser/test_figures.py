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


#: Colours, width, span, and whether axe looks at it: pages this long take it a while.
LOOKS = (
    ("light", 1440, "week", True),
    ("light", 1440, "month", False),
    ("light", 1440, "day", False),
    ("light", 768, "week", False),
    ("light", 375, "week", True),
    ("dark", 1440, "week", True),
    ("dark", 375, "month", False),
)


async def test_the_figures_at_every_width_light_and_dark(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    await fill(database, (await practice_of(database)).id, LAST, days=35, many=1400)
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database)
    for scheme, width, by, asked in LOOKS:
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(f"{desk_url}/staff/figures?by={by}&of=2026-06-17")
        await expect(page.locator(".plot canvas").first).to_be_visible()
        tall = await page.evaluate("document.querySelector('main').scrollHeight")
        await page.set_viewport_size({"width": width, "height": tall + 100})
        await picture(page, f"staff-figures-{by}-{width}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if asked:
            assert await violations(page) == []
