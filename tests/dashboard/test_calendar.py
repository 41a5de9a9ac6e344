"""Postgres ring: the calendar's page, as staff change it without a screen."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.database.records import Appointment
from reception.practice import Practice
from tests.conftest import NOW
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

TUESDAY = NOW.replace(hour=0) + timedelta(days=1)


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


@pytest.fixture
async def hers(database: Database, practice: Practice) -> Appointment:
    """Mary Jones, on Tuesday at ten with Dr. Weber."""
    async with database.transaction() as store:
        return (await store.booked_after(practice.id, NOW))[0]


def place(practice: Practice, day: str = "2026-06-16", clock: str = "11:00", **more: str) -> dict[str, str]:
    weber = practice.practitioners[0]
    return {
        "practitioner": str(weber.id),
        "appointment_type": "Check-up",
        "day": day,
        "clock": clock,
        **more,
    }


def flash_of(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])["flash"]
    return found


async def at(database: Database, practice: Practice, appointment_id: UUID) -> tuple[datetime, str]:
    async with database.transaction() as store:
        found = await store.appointment(practice.id, appointment_id)
    assert found is not None
    return found.start, found.status


async def test_what_is_drawn_is_all_that_fills_the_days_shown_and_no_more(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    weber, ortega = practice.practitioners
    async with database.transaction() as store:
        await store.block_time(
            practice.id, ortega.id, TUESDAY.replace(hour=12), TUESDAY.replace(hour=13), "<i>lunch</i>"
        )
        await store.add_hold(
            practice.id, weber.id, practice.appointment_types[0].id,
            TUESDAY.replace(hour=14), TUESDAY.replace(hour=14, minute=30),
            conversation_id=conversation_id, minutes=5,
        )  # fmt: skip
    drawn = (await maria.get("/staff/calendar/events?start=2026-06-16&end=2026-06-17")).json()
    shown = {(one["kind"], one["title"], one["start"]) for one in drawn if one["kind"] != "closed"}
    assert shown == {
        ("appointment", "Mary Jones", "2026-06-16T10:00"),
        ("block", "<i>lunch</i>", "2026-06-16T12:00"),
        ("hold", "Being booked", "2026-06-16T14:00"),
    }
    closed = [one["start"][11:] + "-" + one["end"][11:] for one in drawn if one["kind"] == "closed"]
    assert closed == ["00:00-08:00", "18:00-00:00"] * 2
    monday = (await maria.get("/staff/calendar/events?start=2026-06-15&end=2026-06-16")).json()
    assert {one["kind"] for one in monday} == {"closed"}
    assert (await maria.get("/staff/calendar/events?start=2026-06-15&end=2027-06-15")).status_code == 422


async def test_on_the_day_the_clocks_change_hours_stay_those_of_the_wall(
    maria: Browser, database: Database, practice: Practice
) -> None:
    drawn = (await maria.get("/staff/calendar/events?start=2026-11-02&end=2026-11-03")).json()
    assert [one["start"] for one in drawn][:2] == ["2026-11-02T00:00", "2026-11-02T18:00"]
    answer = await maria.post(
        "/staff/calendar/blocks",
        {
            "practitioner": str(practice.practitioners[0].id),
            "day": "2027-03-14",
            "clock": "02:30",
            "until_day": "2027-03-14",
            "until": "04:00",
        },
        HX_Request="true",
    )
    assert answer.status_code == 422 and "clocks are put forward" in flash_of(answer)["text"]


async def test_booked_for_somebody_found_by_part_of_a_name_birth_date_or_number(
    maria: Browser, database: Database, practice: Practice
) -> None:
    for words in ("jon", "MARY jones", "3/3/1980", "(212) 555-0111", "Jones 1980-03-03", "Mery Jonse"):
        found = await maria.post("/staff/calendar/patients", {"q": words})
        assert "Mary Jones" in found.text and "Peter" not in found.text, words
    assert "Nobody found" in (await maria.post("/staff/calendar/patients", {"q": "Zebediah"})).text
    async with database.transaction() as store:
        peter = (await store.patients(practice.id, name="Peter Adams"))[0]
    form = place(practice, patient=str(peter.id), reason="<script>alert(1)</script>")
    answer = await maria.post("/staff/calendar/appointments", form, HX_Request="true")
    assert "Peter Adams" in answer.text and "&lt;script&gt;" in answer.text and "<script>" not in answer.text
    assert flash_of(answer)["text"] == "Booked: Tue, Jun 16, 11:00\u202fAM, Dr. Anna Weber."
    undo = flash_of(answer)["undo"]
    undone = await maria.post(undo.pop("path"), undo, HX_Request="true")
    assert flash_of(undone)["text"] == "Cancelled."


async def test_a_new_patient_is_taken_on_with_the_booking_or_not_at_all(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    new = {"new_name": " Ada  King ", "new_born": "12/10/1985", "new_phone": "212 555 0142"}
    taken = await maria.post(
        "/staff/calendar/appointments", place(practice, clock="10:00", **new), HX_Request="true"
    )
    assert taken.status_code == 409 and "something else at that time" in flash_of(taken)["text"]
    async with database.transaction() as store:
        assert await store.patients(practice.id, name="Ada King") == []
    wrong = await maria.post(
        "/staff/calendar/appointments", place(practice, **{**new, "new_born": "tomorrow"}), HX_Request="true"
    )
    assert "Date of birth" in flash_of(wrong)["text"]
    booked = await maria.post("/staff/calendar/appointments", place(practice, **new), HX_Request="true")
    assert "Ada King" in booked.text
    async with database.transaction() as store:
        ada = (await store.patients(practice.id, name="Ada King"))[0]
    assert (str(ada.date_of_birth), ada.phone) == ("1985-12-10", "+12125550142")


async def test_it_is_never_guessed_who_of_two_is_meant(
    maria: Browser, practice: Practice, hers: Appointment
) -> None:
    assert hers.patient is not None
    both = place(practice, patient=str(hers.patient.id), new_name="Ada King")
    answer = await maria.post("/staff/calendar/appointments", both, HX_Request="true")
    assert answer.status_code == 422 and "not meant" in flash_of(answer)["text"]


async def test_moved_asked_about_rules_and_taken_back(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    path = f"/staff/calendar/appointments/{hers.id}/move"
    seen = {"seen": hers.start.isoformat(), "seen_with": str(hers.practitioner_id)}
    asked = await maria.post(path, place(practice, clock="19:00", **seen), HX_Request="true")
    assert asked.headers["HX-Retarget"] == "#ask" and "outside of Dr. Anna Weber" in asked.text
    assert 'name="seen" value="2026-06-16T10:00:00-04:00"' in asked.text
    assert (await at(database, practice, hers.id))[0] == hers.start
    moved = await maria.post(path, place(practice, clock="19:00", anyway="yes", **seen), HX_Request="true")
    assert (await at(database, practice, hers.id))[0] == TUESDAY.replace(hour=19)
    late = await maria.post(path, place(practice, clock="12:00", **seen), HX_Request="true")
    assert late.status_code == 409 and "Somebody has changed" in flash_of(late)["text"]
    undo = flash_of(moved)["undo"]
    await maria.post(undo.pop("path"), undo, HX_Request="true")
    assert await at(database, practice, hers.id) == (hers.start, "booked")


async def test_who_was_given_another_doctor_at_the_same_time_was_changed_too(
    maria: Browser, practice: Practice, hers: Appointment
) -> None:
    path = f"/staff/calendar/appointments/{hers.id}/move"
    ortega = str(practice.practitioners[1].id)
    seen = {"seen": hers.start.isoformat(), "seen_with": str(hers.practitioner_id)}
    first = {**place(practice, clock="10:00"), "practitioner": ortega}
    assert (await maria.post(path, {**first, **seen}, HX_Request="true")).status_code == 200
    second = await maria.post(path, place(practice, clock="15:00", **seen), HX_Request="true")
    assert second.status_code == 409


async def test_cancelled_taken_back_arrived_and_how_it_went(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    path = f"/staff/calendar/appointments/{hers.id}"
    cancelled = await maria.post(f"{path}/cancel", {"seen": hers.start.isoformat()}, HX_Request="true")
    assert (await at(database, practice, hers.id))[1] == "cancelled"
    undo = flash_of(cancelled)["undo"]
    await maria.post(undo.pop("path"), undo, HX_Request="true")
    assert (await at(database, practice, hers.id))[1] == "booked"
    assert "Arrived" in (await maria.post(f"{path}/arrived", {"arrived": "yes"}, HX_Request="true")).text
    early = await maria.post(f"{path}/outcome", {"outcome": "no_show"}, HX_Request="true")
    assert "still to come" in flash_of(early)["text"]
    async with database.transaction() as store:
        query = text("SELECT action FROM audit_log WHERE entity_id = :id AND action <> 'viewed' ORDER BY id")
        done = list(await store._connection.scalars(query, {"id": hers.id}))
    assert done == ["cancel", "restored", "arrived"]


async def test_blocked_time_is_not_bookable_until_it_is_given_back(
    maria: Browser, practice: Practice
) -> None:
    weber = str(practice.practitioners[0].id)
    form = {
        "practitioner": weber, "day": "2026-06-16", "clock": "11:00", "until_day": "2026-06-16",
        "until": "12:00", "reason": "team",
    }  # fmt: skip
    blocked = await maria.post("/staff/calendar/blocks", form, HX_Request="true")
    again = await maria.post("/staff/calendar/blocks", form, HX_Request="true")
    assert again.status_code == 409
    taken = await maria.post(
        "/staff/calendar/appointments", place(practice, new_name="Ada King"), HX_Request="true"
    )
    assert taken.status_code == 409
    await maria.post(flash_of(blocked)["undo"]["path"], {}, HX_Request="true")
    free = await maria.post(
        "/staff/calendar/appointments", place(practice, new_name="Ada King"), HX_Request="true"
    )
    assert free.status_code == 200


async def test_a_viewer_looks_and_changes_nothing(
    log_in: LogIn, practice: Practice, hers: Appointment
) -> None:
    eva = await log_in("Eva Lang", "viewer")
    assert (await eva.get("/staff/calendar")).status_code == 200
    assert "Mary Jones" in (await eva.get(f"/staff/calendar/appointments/{hers.id}")).text
    for path in ("appointments", f"appointments/{hers.id}/move", f"appointments/{hers.id}/cancel", "blocks"):
        assert (await eva.post(f"/staff/calendar/{path}", place(practice))).status_code == 403
    assert (await eva.post("/staff/calendar/patients", {"q": "jones"})).status_code == 403
    assert (
        await eva.post(f"/staff/calendar/appointments/{hers.id}/arrived", token="wrong")
    ).status_code == 403


@pytest.mark.parametrize("form", ["new", "block"])
async def test_a_form_opened_by_its_address_is_the_calendar(maria: Browser, form: str) -> None:
    answer = await maria.get(f"/staff/calendar/{form}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/calendar")


async def test_the_day_as_a_list_for_the_wall(maria: Browser, hers: Appointment) -> None:
    page = (await maria.get("/staff/calendar/list?day=2026-06-16")).text
    assert "Tuesday, June 16, 2026" in page and "Mary Jones" in page and "knee" in page
    assert "Nothing booked" in page and "printed Mon, Jun 15" in page


async def test_booking_by_hand_opens_at_the_next_start_that_is_free(
    maria: Browser, practice: Practice
) -> None:
    async def opens(query: str) -> tuple[str, str, str]:
        panel = (await maria.get(f"/staff/calendar/new?{query}", HX_Request="true")).text
        day, clock = (re.search(rf'name="{name}" value="([^"]*)"', panel) for name in ("day", "clock"))
        chosen = re.search(r'<option value="[^"]+" selected>([^<]+)', panel)
        return day[1] if day else "", clock[1] if clock else "", chosen[1] if chosen else ""

    ortega = practice.practitioners[1]
    assert await opens("day=2026-06-13") == ("2026-06-15", "09:00", "Dr. Anna Weber")  # now, and not the past
    assert await opens(f"day=2026-06-18&practitioner={ortega.id}") == (  # closed until Monday
        "2026-06-22",
        "08:00",
        "Dr. Luis Ortega",
    )
    clicked = "day=2026-06-21&clock=10:15"
    assert (await opens(clicked))[:2] == ("2026-06-21", "10:15")
