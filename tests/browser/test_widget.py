"""Postgres ring: the chat widget in a real browser, on the start page and on the practice's own website."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from playwright.async_api import Page, Route, expect

from reception.channels.pages import STATIC
from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.errors import Unavailable
from tests.browser.conftest import LOOP, OpenPage, Serve, Website, picture, violations
from tests.channels.fakes import ScriptedModel

pytestmark = [LOOP, pytest.mark.postgres]

GREETING = re.compile("What can I do for you")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MESSAGES = "**/api/chat/conversations/*/messages"


def tag(desk_url: str, **attributes: str) -> str:
    """A page with the one line that puts the widget there."""
    told = "".join(f' data-{name}="{value}"' for name, value in attributes.items())
    head = '<!doctype html><html lang="en"><head><title>Harbor Clinic</title></head>'
    line = f'<script src="{desk_url}/widget.js"{told} async></script>'
    return f"{head}<body><main><h1>Welcome</h1><a href='/hours'>Our hours</a></main>{line}</body></html>"


async def say(page: Page, text: str) -> None:
    await page.locator("#field").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def choose_a_time(page: Page) -> None:
    """Up to the question for the date of birth, by buttons where there are some."""
    await page.get_by_text(GREETING).wait_for()
    await say(page, "I'd like a check-up on Tuesday")
    await page.get_by_role("group", name="Suggested answers").get_by_role("button").first.click()
    await page.get_by_label("Full name").wait_for()
    await say(page, "Mary Jones")


async def fill_birth(page: Page, month: str, day: str, year: str) -> None:
    await page.get_by_label("Month").select_option(label=month)
    await page.get_by_role("textbox", name="Day").fill(day)
    await page.get_by_label("Year").fill(year)
    await page.get_by_role("button", name="Send", exact=True).click()


async def saids(page: Page) -> list[str]:
    return await page.locator(".message p").all_inner_texts()


async def test_a_patient_books_on_the_practices_website_and_goes_on_after_a_reload_and_on_another_page(
    desk_url: str, website: Website, open_page: OpenPage
) -> None:
    website.pages = {
        "/": tag(desk_url, practice="harbor-clinic"),
        "/hours": tag(desk_url, practice="harbor-clinic"),
    }
    page = await open_page(website.url)
    await page.get_by_role("button", name="Appointments and questions").click()
    await choose_a_time(page)
    await page.reload()
    await expect(page.get_by_label("Month")).to_be_visible()  # it stands open again, at the same question
    await picture(page, "widget-on-a-website")
    await page.get_by_role("link", name="Our hours").click()
    await fill_birth(page, "March", "3", "1980")
    await page.get_by_role("button", name="Yes").click()
    await expect(page.locator(".card")).to_contain_text("Check-up with Dr. Anna Weber")
    assert (await saids(page)).count("Mary Jones") == 1
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Add to my calendar").click()
    file = await (await download.value).path()
    assert "DTSTART:20260616T" in file.read_text(encoding="utf-8")
    await picture(page, "widget-booked")


async def test_a_tab_that_opens_beside_it_goes_on_too_but_a_later_one_finds_nothing(
    desk_url: str, open_page: OpenPage
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    await say(page, "hello")
    beside = await page.context.new_page()
    await beside.goto(desk_url)
    await expect(beside.get_by_text("hello", exact=True)).to_be_visible()
    await say(beside, "when are you open")
    await expect(page.get_by_text("when are you open")).to_be_visible()
    await page.close()
    await beside.close()
    later = await open_page(desk_url)
    await later.get_by_text(GREETING).wait_for()
    assert len(await saids(later)) == 1


async def test_a_message_that_did_not_get_through_is_kept_and_sent_once(
    desk_url: str, open_page: OpenPage, model: ScriptedModel
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    await page.context.set_offline(True)
    await say(page, "hello")
    await expect(page.get_by_text("Not sent yet")).to_be_visible()
    await expect(page.get_by_text("There is no connection")).to_be_visible()
    await picture(page, "widget-offline")
    assert not await violations(page)
    await page.context.set_offline(False)
    await expect(page.locator(".desk")).to_have_count(2)
    await expect(page.get_by_text("Not sent yet")).to_be_hidden()
    assert (await saids(page)).count("hello") == 1 and model.asked.count("hello") == 1


async def test_an_answer_that_got_lost_comes_again_and_nothing_is_doubled(
    desk_url: str, open_page: OpenPage, model: ScriptedModel
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(MESSAGES, lose_the_answer, times=1)
    await say(page, "hello")
    await page.reload()  # and the page with it
    await expect(page.locator(".desk")).to_have_count(2)
    await expect(page.locator(".waiting")).to_have_count(0)
    assert (await saids(page)).count("hello") == 1 and model.asked.count("hello") == 1


async def test_without_web_sockets_staff_are_heard_as_well(
    desk_url: str, website: Website, open_page: OpenPage, database: Database
) -> None:
    page = await open_page("about:blank")
    await page.route_web_socket("**/events", lambda socket: socket.close())
    async with page.expect_response("**/api/chat/conversations") as started:
        await page.goto(desk_url)
    conversation = UUID((await (await started.value).json())["id"])
    await page.get_by_text(GREETING).wait_for()
    async with database.transaction() as store:
        await store.add_messages(conversation, [NewMessage("staff", "<b>Good</b> morning!")])
    await expect(page.get_by_text("<b>Good</b> morning!")).to_be_visible()
    await expect(page.get_by_text("The practice team is with you")).to_be_visible()
    await picture(page, "widget-staff")
    assert not await violations(page)


async def test_while_the_model_is_away_it_says_whom_to_call_and_sends_again(
    desk_url: str, open_page: OpenPage, model: ScriptedModel
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    model.trouble = Unavailable("The model is away")
    await say(page, "hello")
    notice = page.get_by_role("alert").filter(has_text="We can't look anything up")
    await expect(notice.get_by_role("link", name="(212) 555-0100")).to_be_visible()
    model.trouble = None
    await page.get_by_role("button", name="Try now").click()
    await expect(page.locator(".desk")).to_have_count(2)


async def test_too_many_requests_are_waited_for(serve: Serve, open_page: OpenPage) -> None:
    async with serve() as url:
        page = await open_page(url)
        await page.get_by_text(GREETING).wait_for()

        async def refuse_once(route: Route) -> None:
            await route.fulfill(status=429, headers={"Retry-After": "1"}, body="{}")

        await page.route(MESSAGES, refuse_once, times=1)
        await say(page, "hello")
        await expect(page.get_by_text("is sent in 2 seconds")).to_be_visible()
        await expect(page.locator(".desk")).to_have_count(2)


async def test_after_goodbye_a_new_conversation_can_be_started(desk_url: str, open_page: OpenPage) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    await say(page, "bye")
    await expect(page.get_by_text("This conversation has ended")).to_be_visible()
    await expect(page.get_by_label("Your message")).to_be_hidden()
    await picture(page, "widget-ended")
    await page.get_by_role("button", name="Start a new conversation").click()
    await expect(page.locator(".message")).to_have_count(1)
    await expect(page.get_by_label("Your message")).to_be_focused()


async def test_what_was_closed_elsewhere_gives_the_words_back(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    await page.route(MESSAGES, lambda route: route.fulfill(status=409, body="{}"), times=1)
    await say(page, "hello")
    await page.get_by_role("button", name="Start a new conversation").click()
    await expect(page.get_by_label("Your message")).to_have_value("hello")


async def test_the_keyboard_is_enough(desk_url: str, website: Website, open_page: OpenPage) -> None:
    website.pages = {"/": tag(desk_url, practice="harbor-clinic")}
    page = await open_page(website.url)
    launcher = page.get_by_role("button", name="Appointments and questions")
    await launcher.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.get_by_text(GREETING).wait_for()
    await page.keyboard.type("I'd like a check-up on Tuesday")
    await page.keyboard.press("Enter")
    option = page.get_by_role("group", name="Suggested answers").get_by_role("button").first
    await option.wait_for()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(option).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Full name")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(launcher).to_be_focused()
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_what_staff_say_while_it_is_closed_is_counted_on_the_button(
    desk_url: str, website: Website, open_page: OpenPage, database: Database
) -> None:
    website.pages = {"/": tag(desk_url, practice="harbor-clinic")}
    page = await open_page(website.url)
    async with page.expect_response("**/api/chat/conversations") as started:
        await page.get_by_role("button", name="Appointments and questions").click()
    conversation = UUID((await (await started.value).json())["id"])
    await page.get_by_text(GREETING).wait_for()
    await page.get_by_role("button", name="Close").click()
    await page.reload()
    async with database.transaction() as store:
        await store.add_messages(conversation, [NewMessage("staff", "Good morning!")])
    await expect(page.get_by_role("status").filter(has_text="New messages: 1")).to_be_attached()
    await picture(page, "widget-button")
    await page.get_by_role("button", name="Appointments and questions").click()
    await expect(page.locator(".badge")).to_be_hidden()
    await expect(page.get_by_text("Good morning!")).to_be_visible()


async def test_what_is_said_is_announced_and_markup_in_it_is_text(desk_url: str, open_page: OpenPage) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    script = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    await say(page, script)
    log = page.get_by_role("log")
    await expect(log).to_contain_text(script)
    await expect(log).to_have_attribute("aria-live", "polite")
    assert await page.title() == "Harbor Clinic"


async def test_too_long_a_text_is_counted_before_it_is_sent(desk_url: str, open_page: OpenPage) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    field = page.get_by_label("Your message")
    await field.fill("x" * 1900)
    await expect(page.get_by_text("Characters left: 100")).to_be_visible()
    await field.fill("x" * 2001)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Too many characters: 1")).to_be_visible()
    await expect(page.locator(".message")).to_have_count(1)
    await field.fill("")
    await field.evaluate(
        """field => {
            const data = new DataTransfer();
            data.setData("text/plain", "y".repeat(5e6));
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, cancelable: true}));
        }"""
    )
    await expect(page.get_by_text("Only the first 2,000 characters were taken over")).to_be_visible()
    assert len(await field.input_value()) == 2000


async def test_a_date_of_birth_has_three_fields_and_may_be_said_in_words(
    desk_url: str, open_page: OpenPage
) -> None:
    page = await open_page(desk_url, width=375, height=740)
    await choose_a_time(page)
    await fill_birth(page, "February", "30", "1980")
    await expect(page.get_by_text("There is no such date")).to_be_visible()
    await picture(page, "widget-date-of-birth")
    assert not await violations(page)
    await page.get_by_role("button", name="Answer in your own words").click()
    await page.get_by_label("Your message").fill("March 3, 1980")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("button", name="Yes")).to_be_visible()


async def test_the_field_fits_what_is_asked(desk_url: str, open_page: OpenPage, model: ScriptedModel) -> None:
    model.script |= {
        "I need a check-up": "book_appointment; appointment_type: check-up",
        "June 16, 2026": "inform; date: June 16, 2026",
        "Ann Smith": "inform; patient_name: Ann Smith",
        "May 2, 1990": "inform; date_of_birth: May 2, 1990",
    }
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    await say(page, "I need a check-up")
    await page.get_by_label("Or pick a day").fill("2026-06-16")
    await expect(page.get_by_label("Your message")).to_have_value("June 16, 2026")
    await picture(page, "widget-date")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("group", name="Suggested answers").get_by_role("button").first.click()
    await page.get_by_label("Full name").wait_for()
    await say(page, "Ann Smith")
    await page.get_by_label("Month").wait_for()
    await fill_birth(page, "May", "2", "1990")
    await page.get_by_role("button", name="No").click()
    await expect(page.get_by_label("Phone number")).to_have_attribute("type", "tel")
    await picture(page, "widget-phone")


@pytest.mark.parametrize("changed", ["token: 'of another'", "at: 0"])
async def test_a_conversation_that_is_gone_or_old_is_begun_anew(
    desk_url: str, open_page: OpenPage, changed: str
) -> None:
    page = await open_page(desk_url)
    await page.get_by_text(GREETING).wait_for()
    async with page.expect_response("**/messages"):  # what is still on its way would be kept as not sent
        await say(page, "when are you open")
    await expect(page.locator(".desk")).to_have_count(2)
    await page.evaluate(
        """() => {
            const [name] = Object.keys(sessionStorage);
            const kept = JSON.parse(sessionStorage.getItem(name));
            sessionStorage.setItem(name, JSON.stringify({...kept, CHANGED}));
        }""".replace("CHANGED", changed)
    )
    await page.reload()
    await page.get_by_text(GREETING).wait_for()
    await say(page, "hello")
    await expect(page.locator(".desk")).to_have_count(2)
    assert "when are you open" not in await saids(page)


async def test_it_is_accessible_and_fits_on_every_screen(
    desk_url: str, website: Website, open_page: OpenPage
) -> None:
    website.pages = {"/": tag(desk_url, practice="harbor-clinic", accent="#e0b000")}
    page = await open_page(website.url)
    launcher = page.get_by_role("button", name="Appointments and questions")
    await launcher.wait_for()
    assert not await violations(page)
    await launcher.click()
    await page.get_by_text(GREETING).wait_for()
    await say(page, "I'd like a check-up on Tuesday")
    await page.get_by_role("group", name="Suggested answers").get_by_role("button").first.wait_for()
    for width in (1440, 768, 375, 320):
        await page.get_by_role("button", name="Close").click()
        await page.set_viewport_size({"width": width, "height": 740})
        await launcher.click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        dialog = await page.get_by_role("dialog").bounding_box()
        assert dialog is not None and dialog["x"] >= 0 and dialog["x"] + dialog["width"] <= width
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert not await violations(page)
            await picture(page, f"widget-{width}-{scheme}")


async def test_from_right_to_left(serve: Serve, open_page: OpenPage, right_to_left: Path) -> None:
    async with serve(prompts_dir=right_to_left) as url:
        page = await open_page(url, width=375, height=740)
        await page.get_by_text(GREETING).wait_for()
        await say(page, "I'd like a check-up on Tuesday")
        await page.get_by_role("group").get_by_role("button").first.wait_for()
        mine = await page.locator(".message.patient").bounding_box()
        theirs = await page.locator(".message.desk").first.bounding_box()
        assert mine is not None and theirs is not None
        assert mine["x"] < 40 and theirs["x"] + theirs["width"] > 375 - 40
        assert not await violations(page)
        await picture(page, "widget-right-to-left")


@pytest.mark.parametrize(
    ("practice", "complaint", "shown"),
    [
        ("nobody", "there is no practice", "+1 212 555 0100"),
        ("", "data-practice is missing", "+1 212 555 0100"),
    ],
)
async def test_a_wrong_practice_is_said_in_the_console_and_the_number_is_shown(
    desk_url: str, website: Website, open_page: OpenPage, practice: str, complaint: str, shown: str
) -> None:
    website.pages = {"/": tag(desk_url, practice=practice, phone="+1 212 555 0100")}
    page = await open_page("about:blank")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(website.url)
    await expect(page.get_by_role("link", name=shown)).to_have_attribute("href", "tel:+12125550100")
    assert any(complaint in one for one in said)


async def test_on_a_website_that_the_practice_does_not_name_patients_see_whom_to_call(
    serve: Serve, website: Website, open_page: OpenPage
) -> None:
    async with serve() as url:
        website.pages = {"/": tag(url, practice="harbor-clinic")}
        page = await open_page(website.url.replace("127.0.0.1", "localhost"))
        await expect(page.get_by_text("not available on this website")).to_be_visible()
        await expect(page.get_by_role("link", name="(212) 555-0100")).to_be_visible()
        await expect(page.get_by_role("link", name="Emergency? Call 911")).to_be_visible()
        assert not await violations(page)
        await picture(page, "widget-not-here")


async def test_a_strict_policy_of_the_website_needs_no_exception_for_styles(
    desk_url: str, website: Website, open_page: OpenPage
) -> None:
    policy = (
        f"default-src 'none'; script-src {desk_url}; connect-src {desk_url} {desk_url.replace('http', 'ws')}"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    website.pages = {"/": tag(desk_url, practice="harbor-clinic").replace("<title>", f"{meta}<title>")}
    page = await open_page("about:blank")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Policy" in message.text else None)
    await page.goto(website.url)
    await page.get_by_role("button", name="Appointments and questions").click()
    await page.get_by_text(GREETING).wait_for()
    assert await page.get_by_role("dialog").evaluate("dialog => getComputedStyle(dialog).position") == "fixed"
    assert not refused


async def test_it_is_small() -> None:
    built = STATIC / "build" / "widget.js"
    if not built.is_file():
        pytest.skip("What browsers load is not built: run `make web` (it needs Node 20)")
    assert len(gzip.compress(built.read_bytes(), 9)) < 60 * 1024
