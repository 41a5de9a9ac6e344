"""Postgres ring: the chat widget in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import LOOP, OpenPage, picture

pytestmark = [LOOP, pytest.mark.postgres]


async def test_the_start_page_greets(desk_url: str, open_page: OpenPage) -> None:
    page = await open_page(desk_url)
    await page.get_by_text("Harbor Clinic").first.wait_for()
    await picture(page, "start-page")
