"""Postgres ring: staff at work in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from reception.database.connection import Database
from tests.browser.conftest import LOOP, OpenPage, Website, picture, violations
from tests.browser.staffing import PASSWORD, Patient, accounts_of, code_of, fed, let_in, practice_of
from tests.browser.test_widget import tag

pytestmark = [LOOP, pytest.mark.postgres]


async def test_from_the_setup_link_to_a_chat_taken_over_and_handed_back(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    token = await (await accounts_of(database)).setup_token((await practice_of(database)).id)
    page = await open_page(f"{desk_url}/staff/join/{token}", width=1440, height=900)
    secret = await page.locator(".secret code").inner_text()
    await page.get_by_label("Your name").fill("Maria Keller")
    await page.get_by_label("E-mail address").fill("maria@harbor.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("The six digits").fill(code_of(secret))
    assert await violations(page) == []
    await picture(page, "staff-join-1440-light")
    await page.get_by_role("button", name="Make the account").click()
    await expect(page.locator(".codes li")).to_have_count(8)
    await page.get_by_role("link", name="go on").click()
    await page.get_by_role("button", name="Log out").click()

    await page.get_by_label("E-mail address").fill("maria@harbor.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Code").fill(code_of(secret, steps=1))
    assert await violations(page) == []
    await picture(page, "staff-login-1440-light")
    await page.get_by_role("button", name="Log in").click()
    await expect(page).to_have_url(f"{desk_url}/staff/now")
    await expect(page.get_by_text("All quiet")).to_be_visible()
    await fed(page)

    patient = await Patient.begins(desk_url)
    await patient.says("I'd like a check-up on Tuesday")
    row = page.locator(".row", has_text="Website visitor")
    await row.click()
    await expect(page.locator(".said.patient")).to_contain_text("I'd like a check-up on Tuesday")
    await expect(page.locator(".frame")).to_contain_text("Wants an appointment")
    await fed(page)
    await page.keyboard.press("t")
    await expect(page.get_by_text("You have it")).to_be_visible()
    assert (await patient.hears())[-1] == "Maria Keller from Harbor Clinic has joined the conversation."

    answer = await patient.says("Hello Maria, <b>can</b> you help me?")
    assert (answer["messages"], answer["status"]) == ([], "handed_over")
    await expect(page.locator(".said.patient").last).to_contain_text("<b>can</b> you help me?")
    await page.keyboard.press("r")
    await page.keyboard.type("Of course!")
    await page.keyboard.press("Enter")
    await expect(page.locator(".said.staff").last).to_contain_text("Of course!")
    assert (await patient.hears())[-1] == "Of course!"
    await expect(page.get_by_label("Your words to the patient")).to_have_value("")

    await page.keyboard.press("Escape")
    await page.keyboard.press("b")
    await expect(page.get_by_role("button", name="Take over")).to_be_visible()
    back = (await patient.hears())[-1]
    assert back.startswith("Maria Keller has left the conversation, and the automated assistant is back.")
    assert (await patient.says("when are you open"))["status"] == "open"


async def test_patient_and_staff_talk_across_two_websites_and_the_first_to_come_sees_it_live(
    desk_url: str, website: Website, open_page: OpenPage, database: Database
) -> None:
    website.pages = {"/": tag(desk_url, practice="harbor-clinic")}
    staff = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(staff, database)
    await staff.goto(f"{desk_url}/staff/now")
    await fed(staff)
    patient = await open_page(website.url)
    await patient.get_by_role("button", name="Appointments and questions").click()
    await patient.locator("#field").fill("Is anybody there?")
    await patient.get_by_role("button", name="Send", exact=True).click()
    await staff.locator(".row", has_text="Website visitor").click()
    await fed(staff)
    await staff.get_by_label("Your words to the patient").fill("Yes, I am.")
    await staff.keyboard.press("Enter")
    await expect(patient.get_by_text("Maria Keller from Harbor Clinic has joined")).to_be_visible()
    await expect(patient.get_by_text("Yes, I am.")).to_be_visible()
    await patient.locator("#field").fill("That is good")
    await patient.get_by_role("button", name="Send", exact=True).click()
    await expect(staff.locator(".said.patient").last).to_contain_text("That is good")
    await picture(staff, "staff-attended-1440-light")
    await picture(patient, "widget-with-a-person")
    await staff.get_by_role("button", name="Hand back").click()
    await expect(patient.get_by_text("Maria Keller has left the conversation")).to_be_visible()


async def test_the_second_of_two_learns_who_has_the_chat(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    patient = await Patient.begins(desk_url)
    pages = []
    for name in ("Maria Keller", "Jo Brandt"):
        page = await open_page(f"{desk_url}/staff/login")
        await let_in(page, database, name)
        await page.route_web_socket("**/staff/live", lambda _: None)  # the second page is out of date
        await page.goto(f"{desk_url}/staff/now/{patient.id}")
        pages.append(page)
    for page in pages:
        await page.get_by_role("button", name="Take over").click()
    await expect(pages[0].get_by_text("You have it")).to_be_visible()
    await expect(pages[1].locator(".flash")).to_contain_text("Maria Keller has this conversation already.")
    assert sum("has joined" in one for one in await patient.hears()) == 1


async def test_an_emergency_sounds_on_every_page_until_somebody_sees_to_it(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/account")
    await page.mouse.click(700, 700)
    await fed(page)
    patient = await Patient.begins(desk_url)
    await patient.says("I can't breathe and my chest hurts")
    alarm = page.locator("[data-alarm]")
    await expect(alarm).to_contain_text("I can't breathe")
    await expect(page.locator("body")).to_have_attribute("data-sounded", re.compile("[1-9]"))
    await expect(page).to_have_title(re.compile(r"^\(!\)"))
    assert await violations(page) == []
    await page.keyboard.press("!")
    await expect(alarm).to_have_count(0)


async def test_an_emergency_is_answered_by_the_desk_although_a_person_attends(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database)
    patient = await Patient.begins(desk_url)
    await page.goto(f"{desk_url}/staff/now/{patient.id}")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text("You have it")).to_be_visible()
    await patient.says("I think I am having a heart attack")
    assert "911" in (await patient.hears())[-1]
    await expect(page.locator("[data-alarm]")).to_be_visible()


async def test_an_ended_session_leads_to_the_login_and_back_with_the_draft(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    maria = await let_in(page, database)
    patient = await Patient.begins(desk_url)
    await page.goto(f"{desk_url}/staff/now/{patient.id}")
    await page.get_by_label("Your words to the patient").fill("Not sent yet")
    async with database.transaction() as store:
        await store.end_sessions(maria)
    await page.get_by_role("button", name="Take over").click()
    await page.wait_for_url(f"{desk_url}/staff/login?next=/staff/now/{patient.id}")
    await let_in(page, database, "Jo Brandt")
    await page.goto(f"{desk_url}/staff/now/{patient.id}")
    await expect(page.get_by_label("Your words to the patient")).to_have_value("Not sent yet")


async def test_a_viewer_sees_and_changes_nothing(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database, "Vera Viewer", "viewer")
    patient = await Patient.begins(desk_url)
    await page.goto(f"{desk_url}/staff/now/{patient.id}")
    await expect(page.locator(".said.desk").first).to_be_visible()
    assert await page.get_by_role("button", name="Take over").count() == 0
    assert await page.locator("[data-composer]").count() == 0


#: Where the bar with the pages is, and where its links are.
PLACES = """() => {
    const box = element => element.getBoundingClientRect().toJSON();
    const bar = document.querySelector("nav[aria-label=Pages]");
    return [box(bar), [...bar.querySelectorAll("a")].map(box)];
}"""


async def test_every_page_at_every_size(desk_url: str, open_page: OpenPage, database: Database) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database, "Maria Keller", "admin")
    other = await Patient.begins(desk_url)
    await other.says("I want to speak to a person")
    patient = await Patient.begins(desk_url)
    for words in ("I'd like a check-up on Tuesday", "the first one", "Mary Jones"):
        await patient.says(words)
    hurt = await Patient.begins(desk_url)
    await hurt.says("my husband collapsed and is not breathing")
    for name, path in (
        ("conversation", f"now/{patient.id}"),
        ("now", "now"),
        ("accounts", "accounts"),
        ("account", "account"),
        ("audit", "audit"),
    ):
        await page.goto(f"{desk_url}/staff/{path}")
        await fed(page)
        for width, height in ((1440, 900), (768, 1024), (375, 812)):
            await page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                assert await violations(page) == [], (name, width, scheme)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                # Every page can be reached without scrolling sideways, on a telephone too.
                # In one look: between two the live feed may put new links in their place.
                bar, links = await page.evaluate(PLACES)
                assert links
                for at in links:
                    assert bar["left"] <= at["left"] + 1, (name, width)
                    assert at["right"] <= bar["right"] + 1, (name, width)
                for row in await page.locator(".row").all():
                    box = await row.bounding_box()
                    assert box is None or box["height"] > 40, (name, width)
                await picture(page, f"staff-{name}-{width}-{scheme}")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    await picture(page, "staff-shortcuts-1440-dark")


async def test_the_first_page_is_small(desk_url: str, open_page: OpenPage, database: Database) -> None:
    page = await open_page(f"{desk_url}/staff/login")
    await let_in(page, database)
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    await page.goto(f"{desk_url}/staff/now")
    await fed(page)
    assert 10_000 < sum(received) < 300_000
