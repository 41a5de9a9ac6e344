"""Getting onto the waiting list, and hearing, once, of the time that is kept (ring: unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from reception.dialogue.cues import ENGLISH
from reception.dialogue.meaning import Frame, Intent, Manner, Slot
from reception.dialogue.state import About, Expects, Offer, WaitingTime
from tests.dialogue.world import OKOYE, PRACTICE, WEBER, ZONE, World, appointment, day

MAYA: dict[str, Any] = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}
KEPT = WaitingTime(
    "request 7", "hold 7", Offer(WEBER.name, "Consultation", datetime(2026, 6, 16, 9, tzinfo=ZONE))
)


def at_the_end_of_a_check(kept: WaitingTime | None = KEPT) -> World:
    desk = World(existing=[appointment("one", "2026-06-18T09:00")], kept=kept)
    desk.says(Intent.CHECK, **MAYA)
    return desk


def test_the_kept_time_is_offered_where_nothing_else_is_going_on() -> None:
    desk = at_the_end_of_a_check()
    assert desk.reply is not None
    assert desk.reply.about is About.BOOKING
    assert "a time you were waiting for is free: Tuesday, June 16 at 9:00 AM with Dr. Anna Weber" in desk.text


def test_a_yes_books_it_and_ends_the_waiting() -> None:
    desk = at_the_end_of_a_check()
    desk.says(Intent.AFFIRM)
    assert desk.booked == [("maya", KEPT.offer, "")]
    assert desk.closed == ["request 7"]


def test_a_no_leaves_the_patient_on_the_list_and_is_not_asked_again() -> None:
    desk = at_the_end_of_a_check()
    reply = desk.says(Intent.DENY)
    assert (desk.booked, desk.closed, reply.expects) == ([], [], Expects.ANYTHING_ELSE)
    desk.says(Intent.CHECK)
    assert "waiting for" not in desk.text


def test_an_aside_does_not_give_the_time_away() -> None:
    desk = at_the_end_of_a_check()
    desk.means(Frame(Intent.INFORM, manner=Manner.WAITS), "one moment, let me check my calendar")
    desk.says(Intent.PRACTICE_QUESTION, heard="where can i park", topic="park")
    desk.says(Intent.AFFIRM)
    assert desk.closed == ["request 7"]
    assert desk.requests == []


def test_another_wish_is_heard_instead_of_an_answer() -> None:
    desk = at_the_end_of_a_check()
    desk.says(Intent.CANCEL)
    assert desk.booked == []
    assert desk.state.about is About.CANCEL


def test_nobody_else_hears_of_waiting() -> None:
    desk = at_the_end_of_a_check(kept=None)
    assert desk.reply is not None
    assert desk.reply.expects is Expects.ANYTHING_ELSE


def test_before_they_are_identified_nothing_is_said() -> None:
    desk = World(kept=KEPT)
    desk.says(Intent.PRACTICE_QUESTION, heard="where can i park", topic="park")
    assert "waiting" not in desk.text


def test_thanks_are_no_answer_and_lose_nothing() -> None:
    desk = at_the_end_of_a_check()
    desk.says(Intent.THANK)
    desk.says(Intent.AFFIRM)
    assert desk.closed == ["request 7"]
    assert desk.requests == []


def test_a_yes_with_another_day_does_not_book_the_kept_time() -> None:
    desk = at_the_end_of_a_check()
    desk.says(Intent.AFFIRM, date=day("2026-06-17"))
    assert desk.booked == []


def test_a_kept_time_over_an_own_appointment_is_not_offered() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T09:00")], kept=KEPT)
    desk.says(Intent.CHECK, **MAYA)
    assert "waiting for" not in desk.text


FOR_OKOYE = Frame(Intent.BOOK, {Slot.PRACTITIONER: "Dr. Okoye"}, {Slot.PRACTITIONER: OKOYE.name})
ASKED = "put me on the waiting list for Dr. Okoye"


def test_who_asks_for_the_waiting_list_is_asked_who_they_are_and_nothing_else() -> None:
    desk = World()
    assert desk.means(FOR_OKOYE, ASKED).expects is Expects.PATIENT_NAME
    reply = desk.says(Intent.INFORM, **MAYA)
    assert reply.about is About.WAITLIST
    assert desk.text == "Shall I put Maya Chen on the waiting list for a time with Dr. Samuel Okoye?"
    desk.says(Intent.AFFIRM)
    assert desk.requests == [("waitlist", {"practitioner": OKOYE.name}, "routine", "maya")]
    assert desk.booked == []


def test_a_no_with_another_doctor_is_read_back_anew_and_a_plain_no_files_nothing() -> None:
    desk = World()
    desk.means(FOR_OKOYE, ASKED)
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.DENY, practitioner=WEBER.name, date=day("2026-06-16"))
    assert "for a time on Tuesday, June 16 with Dr. Anna Weber?" in desk.text
    desk.says(Intent.DENY)
    assert (desk.requests, desk.state.task) == ([], None)


def test_who_waits_for_somebody_with_one_kind_of_visit_waits_for_that_kind() -> None:
    consultation, _, check = PRACTICE.appointment_types
    kinds = (replace(consultation, practitioners=(WEBER.id,)), replace(check, practitioners=(OKOYE.id,)))
    desk = World(practice=replace(PRACTICE, appointment_types=kinds))
    desk.means(FOR_OKOYE, ASKED)
    desk.says(Intent.INFORM, **MAYA)
    assert "waiting list (Annual check-up) for a time with Dr. Samuel Okoye?" in desk.text
    desk.says(Intent.AFFIRM)
    wanted = {"practitioner": OKOYE.name, "appointment_type": "Annual check-up"}
    assert desk.requests == [("waitlist", wanted, "routine", "maya")]


def test_the_only_doctor_of_a_specialty_is_waited_for_by_name() -> None:
    desk = World(specialties={"skin doctor": (WEBER.name,)})
    frame = Frame(Intent.BOOK, {Slot.SPECIALTY: "skin doctor"}, {Slot.SPECIALTY: "skin doctor"})
    desk.means(frame, "add me to the waiting list for the skin doctor")
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"practitioner": WEBER.name}


def test_while_booking_the_wish_goes_along_to_the_list() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), practitioner=OKOYE.name, **MAYA)
    desk.says(Intent.ALTERNATIVES, "no, rather put me on the waiting list")
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"practitioner": OKOYE.name, "date": "2026-06-16"}
    assert desk.booked == []


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        (ASKED, True),
        ("Hi, could you add my son to Dr. Weber's wait list please?", True),
        ("I'd like to be on the waitlist for Tuesday mornings", True),
        ("I can't come then, so just put me on the waiting list", True),
        ("How long would I be on the waiting list?", False),
        ("Do you have a waiting list?", False),
        ("please don't put me on the waiting list", False),
        ("I don't want to be put on a waiting list", False),
        ("take me off the waiting list", False),
        ("I'm on the waiting list and need to cancel", False),
    ],
)
def test_what_asks_for_the_waiting_list(heard: str, *, wanted: bool) -> None:
    assert (ENGLISH.waitlist.search(heard) is not None) is wanted
