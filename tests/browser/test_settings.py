"""Postgres ring: settings in a real browser: changed, tried, published; the switch in the frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import fed, let_in, practice_of

pytestmark = [LOOP, pytest.mark.postgres]


async def at_every_width(page: Page, name: str, scheme: str) -> None:
    """Pictures at three widths; accessible, and nothing sticks out."""
    for width in (1440, 768, 375):
        await page.set_viewport_size({"width": width, "height": 900})
        await picture(page, f"settings-{name}-{width}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_settings_are_changed_and_published_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database, role="admin")
    await page.goto(f"{desk_url}/staff/settings")
    await page.get_by_label("Address").fill("1 Elm St")
    await page.get_by_label("Number for people").fill("12")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Expected a phone number")).to_be_visible()
    await at_every_width(page, "practice", scheme)
    await page.get_by_label("Number for people").fill("(212) 555-0199")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Expected a phone number")).to_be_hidden()
    for name, path in (("hours", "hours"), ("doctors", "doctors"), ("booking", "booking")):
        await page.goto(f"{desk_url}/staff/settings/{path}")
        await at_every_width(page, name, scheme)
    await page.goto(f"{desk_url}/staff/settings/doctors/0")
    await page.get_by_label("Own hours").check()
    await page.get_by_label("Tuesday").fill("1-5pm")
    await at_every_width(page, "doctor", scheme)
    await page.get_by_role("button", name="Save to the draft").click()
    await expect(page.get_by_text("Kept in the draft.")).to_be_visible()
    await page.get_by_role("link", name="Review and publish").click()
    await expect(page.get_by_role("rowheader", name="Mary Jones")).to_be_visible()
    await at_every_width(page, "review", scheme)
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Published: version")).to_be_visible()
    await at_every_width(page, "versions", scheme)
    assert (await practice_of(database)).address == "1 Elm St"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_sentence_is_put_in_own_words(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    page = await open_page(f"{desk_url}/staff/login", color_scheme=scheme)
    await let_in(page, database, role="admin")
    await page.goto(f"{desk_url}/staff/settings/words")
    await at_every_width(page, "words", scheme)
    await page.get_by_role("link", name="Greeting", exact=False).first.click()
    await page.get_by_label("In chats").fill("Hi from {practice}.")
    await expect(page.get_by_text("{number} must stay in it")).to_be_visible()
    await page.get_by_label("In chats").fill("Hi from {practice}. In an emergency, call {number}.")
    await expect(page.locator("#read")).to_contain_text("Hi from Harbor Clinic. In an emergency, call 911.")
    await at_every_width(page, "sentence", scheme)
    await page.get_by_role("button", name="Save to the draft").click()
    await expect(page.get_by_text("Your words")).to_be_visible()
    await page.get_by_role("button", name="Begin a test chat").click()
    await expect(page.locator(".trial-talk")).to_contain_text("Hi from Harbor Clinic.")
    await at_every_width(page, "words-tried", scheme)


async def test_patients_are_taken_over_after_a_look(
    desk_url: str, open_page: OpenPage, database: Database, tmp_path: Path
) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database, role="admin")
    await page.goto(f"{desk_url}/staff/settings/import")
    file = tmp_path / "patients.csv"
    file.write_text("name,date_of_birth\nAnn Smith,1990-05-02\nBob Brown,1990\nCy Young,1970-01-01\n")
    await page.get_by_label("CSV file").set_input_files(file)
    await page.get_by_role("button", name="Check the file").click()
    await expect(page.get_by_role("row", name="3 date_of_birth")).to_be_visible()
    await at_every_width(page, "import", "light")
    await page.get_by_role("button", name="Import 2 patients").click()
    await expect(page.get_by_role("heading", name="Done")).to_be_visible()
    async with database.transaction() as store:
        assert len(await store.patients((await practice_of(database)).id, name="Cy Young")) == 1


async def test_the_switch_is_the_same_on_every_screen(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page, other = [await open_page(f"{desk_url}/staff/login") for _ in range(2)]
    await let_in(page, database)
    await let_in(other, database, "Vera Look", "viewer")
    for one in (page, other):
        await one.goto(f"{desk_url}/staff/now")
        await fed(one)
    await page.get_by_role("button", name="Desk is on").click()
    await picture(page, "settings-switch")
    assert await violations(page) == []
    await page.get_by_role("button", name="Off", exact=False).last.click()
    await expect(page.get_by_role("button", name="Desk is off")).to_be_visible()
    await expect(other.get_by_role("button", name="Desk is off")).to_be_visible()
    await page.set_viewport_size({"width": 375, "height": 800})
    await picture(page, "settings-switch-375")
