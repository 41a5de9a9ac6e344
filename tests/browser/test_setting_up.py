"""Postgres ring: a practice set up from nothing, through the pages alone; then a chat books there."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect
from pydantic import SecretStr

from reception.database.connection import Database
from reception.settings import Settings
from tests.applications import create_app
from tests.browser.conftest import LOOP, OpenPage, picture, violations
from tests.browser.staffing import PASSWORD, fed, practice_of
from tests.browser.test_widget import fill_birth, say
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW
from tests.serving import on_a_port

pytestmark = [LOOP, pytest.mark.postgres]

SIZES = ((375, "dark"), (1440, "light"))


async def looked_at(page: Page, name: str) -> None:
    for width, scheme in SIZES:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await picture(page, f"setup-{name}-{width}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page) == []


async def test_from_nothing_to_a_first_call(
    database: Database, database_url: str, open_page: OpenPage, model: ScriptedModel, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path,
        now=NOW,
        rate_limit=0,
        worker=False,
        demo=False,
        twilio_auth_token=SecretStr("a-twilio-auth-token"),
    )
    app = create_app(settings, model)
    async with on_a_port(app) as url:
        page = await open_page(
            f"{url}/staff/new/{app.state.service.founding.token}", timezone_id="America/Chicago"
        )
        await looked_at(page, "0-found")
        await page.get_by_label("Name of the practice").fill("Maple Clinic")
        await page.get_by_label("Telephone number").fill("555")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_role("alert")).to_contain_text("Phone: expected a phone number")
        await page.get_by_label("Telephone number").fill("+1 312 555 0140")
        await page.get_by_role("button", name="Go on").click()
        secret = await page.locator(".secret code").inner_text()
        await page.get_by_label("Your name").fill("Maria Keller")
        await page.get_by_label("E-mail address").fill("maria@maple.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_label("The six digits").fill(pyotp.TOTP(secret).now())
        await page.get_by_role("button", name="Make the account").click()
        await page.get_by_role("link", name="I have kept them").click()

        await expect(page.get_by_label("Time zone")).to_have_value("America/Chicago")
        await looked_at(page, "1-practice")
        await page.get_by_role("button", name="Save and go on").click()
        await expect(page.get_by_role("heading", name="When are you open?")).to_be_visible()
        await page.get_by_label("Friday").fill("8-12")
        await looked_at(page, "2-hours")
        await page.get_by_role("button", name="Save and go on").click()
        await page.get_by_label("Name").nth(0).fill("Dr. Grace Kimani")
        await page.get_by_label("Specialty").nth(0).fill("family medicine")
        await looked_at(page, "3-doctors")
        await page.get_by_role("button", name="Save and go on").click()
        await expect(page.get_by_label("Minutes").nth(2)).to_have_value("30")
        await looked_at(page, "4-visits")
        await page.get_by_role("button", name="Save and go on").click()

        await page.get_by_role("button", name="Begin a test chat").click()
        await expect(page.locator(".trial-talk")).to_contain_text("automated assistant of Maple Clinic")
        await page.get_by_label("Your words as a patient").fill("I'd like a check-up on Tuesday")
        await page.get_by_role("button", name="Say").click()
        await expect(page.locator(".trial-options button").first).to_be_visible()
        await looked_at(page, "5-try")
        assert (await practice_of(database)).answering == "off"
        await page.get_by_role("button", name="Open the desk").click()
        await expect(page.get_by_text("Waiting for the first call")).to_be_visible()
        await fed(page)
        await looked_at(page, "6-phone")

        patient = await open_page(url)
        await say(patient, "I'd like a check-up on Tuesday")
        await patient.get_by_role("group", name="Suggested answers").get_by_role("button").first.click()
        await patient.get_by_label("Full name").wait_for()
        await say(patient, "Ann Smith")
        await patient.get_by_label("Month").wait_for()
        await fill_birth(patient, "May", "2", "1990")
        practice = await practice_of(database)
        assert (practice.name, practice.answering) == ("Maple Clinic", "on")

        await app.state.service.desk.beginnings.start(
            channel="phone", caller="+13125550199", practice=practice.slug
        )
        await expect(page.get_by_text("A call has arrived.")).to_be_visible()
        await looked_at(page, "7-called")
        await page.get_by_role("link", name="To the desk").click()
        await expect(page.get_by_role("heading", name="Now")).to_be_visible()
        await page.goto(f"{url}/staff/new/{app.state.service.founding.token}")
        await expect(page.get_by_text("This link has been used")).to_be_visible()
