"""Postgres ring: the calendar in a real browser: drawn, dragged, taken back, printed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from reception.channels.signatures import HEADER
from reception.clock import Clock
from reception.database.connection import Database
from reception.drafts import Drafts
from reception.messaging.notices import Notices
from reception.messaging.replacements import ReplacementByText, Replacements
from reception.settings import ROOT
from tests.browser.conftest import LOOP, OpenPage, Serve, picture, violations
from tests.browser.staffing import fed, let_in, practice_of
from tests.conftest import NOW

pytestmark = [LOOP, pytest.mark.postgres]

ACCOUNT = "AC" + "0" * 32
MONDAY = NOW.replace(hour=0)
NAMES = (
    "Mary Jones", "Peter Adams", "Ruth <b>Stone</b>", "Amina Yusuf", "Tom Reed", "Li Wei", "Jonas Becker",
    "Olga Petrova", "Maximilian von Hohenstein-Oettingen", "Eva Lang",
)  # fmt: skip


async def filled(database: Database) -> dict[str, UUID]:
    """Two days with most of what a calendar may hold; the appointments' ids by patient and hour."""
    practice = await practice_of(database)
    weber, ortega = practice.practitioners
    check_up, long_visit = practice.appointment_types
    made: dict[str, UUID] = {}

    def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
        return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)

    async with database.transaction() as store:
        people = {one.name: one.id for one in await store.patients(practice.id)}
        for name in NAMES:
            if name not in people:
                people[name] = (await store.add_patient(practice.id, name, None, "+12125550199")).id
        plan = [
            (weber, check_up, at(8), "Peter Adams", "completed"),
            (weber, check_up, at(8, 30), "Eva Lang", "no_show"),
            (weber, check_up, at(9), "Mary Jones", "booked"),
            (weber, long_visit, at(10), "Maximilian von Hohenstein-Oettingen", "booked"),
            (weber, check_up, at(11, 30), "Ruth <b>Stone</b>", "booked"),
            (weber, check_up, at(14), "Li Wei", "booked"),
            (ortega, long_visit, at(9), "Amina Yusuf", "booked"),
            (ortega, check_up, at(11), "Tom Reed", "booked"),
            (ortega, check_up, at(15), "Jonas Becker", "booked"),
            (ortega, check_up, at(9, day=1), "Olga Petrova", "booked"),
        ]
        for doctor, kind, start, name, status in plan:
            end = start + timedelta(minutes=kind.minutes)
            added = await store.add_appointment(
                practice.id, doctor.id, kind.id, start, end,
                patient_id=people[name], reason="knee", status=status,
            )  # fmt: skip
            assert added is not None
            made[name] = added
        await store.note_arrival(made["Mary Jones"], arrived=True)
        talk = await store.create_conversation(practice.id, "phone", "en", "", "+12125550111", {})
        await store.add_hold(
            practice.id, ortega.id, check_up.id, at(13), at(13, 30), conversation_id=talk.id, minutes=30
        )
        await store.block_time(practice.id, weber.id, at(12), at(13), "Lunch with the team")
    return made


async def opened(desk_url: str, open_page: OpenPage, database: Database, **options: object) -> Page:
    page = await open_page(f"{desk_url}/staff/login", width=1440, height=900, **options)
    await let_in(page, database)
    await page.goto(f"{desk_url}/staff/calendar")
    await fed(page)
    await expect(page.locator(".ec-event").first).to_be_visible()
    return page


def event(page: Page, name: str) -> Locator:
    return page.locator(".ec-event", has_text=name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_calendar_at_every_width(
    desk_url: str, open_page: OpenPage, database: Database, scheme: str
) -> None:
    made = await filled(database)
    page = await opened(desk_url, open_page, database, color_scheme=scheme)
    absence = await weber_is_ill(database)
    pages = {
        "day": "calendar",
        "week": "calendar?view=week",
        "open": f"calendar?open={made['Ruth <b>Stone</b>']}",
        "list": "calendar/list",
        "absence": "calendar/absence",
        "cases": f"calendar/absence/{absence}",
    }
    for name, path in pages.items():
        await page.goto(f"{desk_url}/staff/{path}")
        await fed(page)
        if name == "open":
            await expect(page.locator(".panel h2")).to_have_text("Ruth <b>Stone</b>")
        elif name != "absence":
            await expect(page.get_by_text("Peter Adams").first).to_be_visible()
        for width in (1440, 768, 375):
            await page.set_viewport_size({"width": width, "height": 900})
            await picture(page, f"staff-calendar-{name}-{width}-{scheme}")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            if scheme == "light" or width == 1440:  # the colours do not depend on the width
                assert await violations(page) == []


async def drag(page: Page, name: str, *, to: Locator, shift: float = 4) -> None:
    """Drags an appointment by its top onto the top of something else."""
    one, other = await event(page, name).bounding_box(), await to.bounding_box()
    assert one is not None and other is not None
    await page.mouse.move(one["x"] + 60, one["y"] + 6)
    await page.mouse.down()
    await page.mouse.move(other["x"] + 40, other["y"] + 40, steps=4)
    await page.mouse.move(other["x"] + 60, other["y"] + shift, steps=6)
    await page.mouse.up()


async def starts(database: Database, appointment_id: UUID) -> tuple[str, str]:
    practice = await practice_of(database)
    async with database.transaction() as store:
        found = await store.appointment(practice.id, appointment_id)
    assert found is not None
    return found.practitioner, f"{found.start:%H:%M}"


async def test_dragged_onto_a_busy_slot_it_springs_back_and_elsewhere_both_browsers_see_it(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    made = await filled(database)
    page = await opened(desk_url, open_page, database)
    other = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(other, database, "Eva Lang", "viewer")
    await other.goto(f"{desk_url}/staff/calendar")
    await fed(other)
    tom = made["Tom Reed"]
    before = await event(page, "Tom Reed").bounding_box()
    await drag(page, "Tom Reed", to=event(page, "Jonas Becker"))
    await expect(page.locator(".flash.bad")).to_contain_text("Dr. Luis Ortega has something else")
    assert await starts(database, tom) == ("Dr. Luis Ortega", "11:00")
    await expect(page.locator(".ec-preview")).to_have_count(0)
    await page.wait_for_function(
        "top => Math.abs([...document.querySelectorAll('.ec-event')]"
        ".find(one => one.textContent.includes('Tom Reed')).getBoundingClientRect().top - top) < 2",
        arg=before["y"] if before else 0,
    )
    await drag(page, "Tom Reed", to=event(page, "Li Wei"), shift=54)
    await expect(page.locator(".flash.good")).to_contain_text("Moved to Mon, Jun 15, 2:30")
    assert await starts(database, tom) == ("Dr. Anna Weber", "14:30")
    await expect(event(other, "Tom Reed")).to_contain_text("2:30")
    await page.keyboard.press("z")
    await expect(event(other, "Tom Reed")).to_contain_text("11:00")
    assert await starts(database, tom) == ("Dr. Luis Ortega", "11:00")


async def test_a_day_at_the_desk_without_the_mouse(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    made = await filled(database)
    page = await opened(desk_url, open_page, database)
    await page.keyboard.press("b")
    await expect(page.get_by_label("Patient", exact=True)).to_be_focused()
    await page.keyboard.type("pet ada")
    await expect(page.locator("#found")).to_contain_text("Peter Adams")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Kind of appointment")).to_be_focused()
    await page.get_by_label("Time").fill("19:00")
    await page.get_by_label("With").select_option("Dr. Luis Ortega")
    await picture(page, "staff-calendar-book-1440")
    await page.get_by_label("Reason").press("Enter")
    await expect(page.locator("dialog#ask")).to_contain_text("outside of Dr. Luis Ortega's hours")
    await picture(page, "staff-calendar-ask-1440")
    await page.keyboard.press("Enter")
    await expect(page.locator(".panel h2")).to_have_text("Peter Adams")
    await expect(page.locator(".panel-when")).to_contain_text("7:00")
    await page.keyboard.press("m")
    await page.locator("#move-clock").fill("15:30")
    await page.locator("#move-clock").press("Enter")
    await expect(page.locator(".panel-when")).to_contain_text("3:30")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel h2")).to_have_count(0)
    for _ in range(3):
        await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".panel h2")).to_have_text("Mary Jones")
    await expect(page.locator(".panel")).to_contain_text("Arrived")
    await page.keyboard.press("x")
    await page.get_by_label("until at").or_(page.locator("#block-until")).first.fill("17:30")
    await page.locator("#block-clock").fill("17:00")
    await page.locator("#block-reason").press("Enter")
    await expect(page.locator(".ec-event.block")).to_have_count(2)
    await page.keyboard.press("z")
    await expect(page.locator(".ec-event.block")).to_have_count(1)
    assert await starts(database, made["Mary Jones"]) == ("Dr. Anna Weber", "09:00")


async def test_a_click_books_there_and_a_stretch_blocks_it(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    await filled(database)
    page = await opened(desk_url, open_page, database)
    tom = await event(page, "Tom Reed").bounding_box()
    assert tom is not None
    x, ten = tom["x"] + 80, tom["y"] - 96
    await page.mouse.click(x, ten + 10)
    await expect(page.locator("#book-clock")).to_have_value("10:00")
    await expect(page.locator("#book-who option:checked")).to_have_text("Dr. Luis Ortega")
    await page.mouse.move(x, ten + 10)
    await page.mouse.down()
    await page.mouse.move(x, ten + 30, steps=3)
    await page.mouse.move(x, ten + 60, steps=3)
    await page.mouse.up()
    await expect(page.locator("#block-clock")).to_have_value("10:00")
    await expect(page.locator("#block-until")).to_have_value("10:45")
    await page.get_by_role("button", name="Block", exact=True).click()
    await expect(page.locator(".ec-event.block")).to_have_count(2)
    await a_third_doctor_follows_ortega(database)  # and the open page shows her, the form beside it untouched
    await page.keyboard.press("b")
    await page.get_by_label("Patient", exact=True).fill("Mary")
    await expect(page.locator("#calendar")).to_contain_text("Dr. Ines Third")
    await expect(page.locator("[data-who]")).to_contain_text("Dr. Ines Third")
    await expect(page.get_by_label("Patient", exact=True)).to_have_value("Mary")
    await expect(page.locator("#calendar")).to_contain_text("Dr. Luis Ortega (No longer bookable)")
    await expect(event(page, "Tom Reed")).to_be_visible()


async def a_third_doctor_follows_ortega(database: Database) -> None:
    practice = await practice_of(database)
    async with database.transaction() as store:
        drafts = Drafts(store, practice.id, None)
        settings = dict((await drafts.current()).settings)
        third = {"name": "Dr. Ines Third", "working_hours": {"mon": ["06:00-20:00"]}}
        settings["opening_hours"] = {"mon": ["06:00-20:00"]}
        staying = [one for one in settings["practitioners"] if one["name"] != "Dr. Luis Ortega"]
        settings["practitioners"] = [*staying, third]
        assert await drafts.save(settings) == []
        await drafts.publish()


async def test_the_day_list_prints_without_what_is_for_the_screen(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    await filled(database)
    page = await opened(desk_url, open_page, database)
    await page.keyboard.press("l")
    await expect(page.get_by_role("heading", name="Monday, June 15, 2026")).to_be_visible()
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 794, "height": 1123})
    await expect(page.get_by_text("Confidential")).to_be_visible()
    for gone in (".side", ".bar-group", "#flash"):
        await expect(page.locator(gone).first).to_be_hidden()
    await picture(page, "staff-calendar-print")


async def weber_is_ill(database: Database) -> UUID:
    """The whole of Monday, with patients at every step."""
    practice = await practice_of(database)
    async with database.transaction() as store:
        [(account, *_)] = await store._connection.execute(text("SELECT id FROM staff LIMIT 1"))
        absence = await store.add_absence(
            practice.id,
            practice.practitioners[0].id,
            MONDAY,
            MONDAY + timedelta(days=1),
            with_others=True,
            begun_by=account,
        )
        sheet = await store.day_sheet(practice.id, MONDAY, MONDAY + timedelta(days=1))
        for one, status in zip(
            [each for each in sheet if each.patient],
            ("call", "declined", "asked", "accepted", "silent"),
            strict=False,
        ):
            await store.add_absence_case(practice.id, absence, one, status)
    return absence


async def test_ill_today_from_the_calendar_to_the_new_time(
    desk_url: str, open_page: OpenPage, database: Database
) -> None:
    made = await filled(database)
    page = await opened(desk_url, open_page, database)
    other = await open_page(f"{desk_url}/staff/login", width=1440, height=900)
    await let_in(other, database, "Eva Lang", "viewer")
    await page.keyboard.press("i")
    await expect(page.locator(".affected")).to_contain_text("Li Wei")
    await page.get_by_label("Who", exact=True).select_option("Dr. Luis Ortega")
    await expect(page.locator(".affected")).to_contain_text("Jonas Becker")
    await page.get_by_label("Who", exact=True).select_option("Dr. Anna Weber")
    await expect(page.locator(".affected")).to_contain_text("Li Wei")
    await page.get_by_role("button", name="Block the time").click()
    await expect(page.locator(".cases h2").first).to_contain_text("To be called")
    await other.goto(page.url)
    await fed(other)
    await page.locator("li", has_text="Li Wei").get_by_role("button", name="New time").click()
    await expect(page.locator(".times button").first).to_be_visible()
    await picture(page, "staff-absence-times-1440")
    await page.locator(".times button").first.click()
    await expect(page.locator("li", has_text="Li Wei")).to_contain_text("Has a new time")
    await expect(other.locator("li", has_text="Li Wei")).to_contain_text("Has a new time")
    assert (await starts(database, made["Li Wei"]))[0] == "Dr. Luis Ortega"


async def test_a_yes_by_text_appears_on_the_list_of_who_is_to_be_seen_instead(
    serve: Serve, open_page: OpenPage, database: Database
) -> None:
    async with serve(twilio_account_sid=ACCOUNT) as url:
        await filled(database)
        page = await opened(url, open_page, database)
        await page.goto(f"{url}/staff/calendar/absence")
        await page.get_by_label("First day").fill("2026-06-16")
        await page.get_by_label("Last day").fill("2026-06-16")
        await expect(page.locator(".affected")).to_contain_text("Mary Jones")
        await picture(page, "staff-absence-by-text-1440")
        await page.get_by_role("button", name="Block the time").click()
        mary = page.locator("li", has_text="Mary Jones")
        await expect(mary).to_contain_text("Is being asked")
        await fed(page)
        ask = ReplacementByText(ROOT / "prompts", timedelta(0))
        await Replacements(database, Clock(NOW), ask, Notices(ROOT / "prompts")).round()
        await expect(mary).to_contain_text("Text goes out in a moment")
        async with database.transaction() as store:
            [sent] = await store.claim_texts("America/New_York", NOW, 5)
            await store.note_text(sent.id, "sent", sid="SM1")
        form = {
            "AccountSid": ACCOUNT,
            "MessageSid": "SM2",
            "From": "+12125550111",
            "To": "+12125550100",
            "Body": "YES",
        }
        signed = RequestValidator("a-twilio-auth-token").compute_signature(f"{url}/twilio/sms", form)
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.post(f"{url}/twilio/sms", data=form, headers={HEADER: signed})
        assert answer.status_code == 200 and "booked" in answer.text
        await expect(mary).to_contain_text("Has a new time")
        await picture(page, "staff-absence-answered-1440")
