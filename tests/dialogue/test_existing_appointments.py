"""Moving, cancelling and checking what is booked (ring: unit)."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from reception.dialogue.meaning import Days, Hours, Intent
from reception.dialogue.state import About, Expects
from tests.dialogue.world import OKOYE, World, appointment, day

MAYA: dict[str, Any] = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}


def test_cancelling_asks_who_it_is_and_confirms() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    assert desk.says(Intent.CANCEL).expects is Expects.PATIENT_NAME
    desk.says(Intent.INFORM, patient_name="Maya Chen")
    assert desk.says(Intent.INFORM, date_of_birth=date(1988, 4, 12)).about is About.CANCEL
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["a"]


def test_keeping_it_after_all() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    desk.says(Intent.CANCEL, **MAYA)
    desk.says(Intent.DENY)
    assert desk.cancelled == []
    assert "stays" in desk.text


def test_several_appointments_are_told_apart_by_day() -> None:
    both = [appointment("a", "2026-06-16T09:00"), appointment("b", "2026-06-18T14:00")]
    desk = World(existing=both)
    assert desk.says(Intent.CANCEL, **MAYA).expects is Expects.APPOINTMENT
    assert desk.says(Intent.INFORM, date=day("2026-06-18")).about is About.CANCEL
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["b"]


def test_moving_keeps_the_old_time_until_the_new_one_is_confirmed() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    desk.says(Intent.RESCHEDULE, old_date=day("2026-06-16"), date=day("2026-06-18"), **MAYA)
    assert desk.state.expects is Expects.SLOT
    desk.picks(0)
    assert desk.state.about is About.MOVE
    assert desk.moved == []
    desk.says(Intent.AFFIRM)
    assert [(one, offer.start.day) for one, offer in desk.moved] == [("a", 18)]


def test_moving_to_an_exact_time_needs_only_a_yes() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    nine = Hours(time(9), time(9))
    assert desk.says(Intent.RESCHEDULE, date=day("2026-06-18"), time=nine, **MAYA).about is About.MOVE


def test_checking_tells_only_the_identified_patient() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    desk.says(Intent.CHECK)
    assert "June 16" not in desk.text
    desk.says(Intent.INFORM, **MAYA)
    assert "Tuesday, June 16 at 9:00 AM" in desk.text


def test_from_cancelling_to_moving_keeps_the_appointment_that_was_found() -> None:
    both = [appointment("a", "2026-06-16T09:00"), appointment("b", "2026-06-18T14:00")]
    desk = World(existing=both)
    desk.says(Intent.CANCEL, date=day("2026-06-18"), **MAYA)
    assert desk.says(Intent.RESCHEDULE).expects is Expects.DATE
    desk.says(Intent.INFORM, date=day("2026-06-22"))
    desk.picks(0)
    desk.says(Intent.AFFIRM)
    assert [one for one, _ in desk.moved] == ["b"]


TWO = [appointment("a", "2026-06-16T09:00"), appointment("b", "2026-06-18T14:00", OKOYE.name)]


@pytest.mark.parametrize("meant", [{"date": day("2026-06-18")}, {"practitioner": OKOYE.name}])
def test_no_the_other_one_is_never_the_first_one(meant: dict[str, Any]) -> None:
    desk = World(existing=TWO)
    desk.says(Intent.CANCEL, date=day("2026-06-16"), **MAYA)
    assert desk.says(Intent.DENY, **meant).about is About.CANCEL
    assert "June 18" in desk.text
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["b"]


def test_another_one_is_moved_to_the_same_wished_day() -> None:
    desk = World(existing=TWO)
    desk.says(Intent.RESCHEDULE, old_date=day("2026-06-16"), date=day("2026-06-22"), **MAYA)
    desk.says(Intent.DENY, old_date=day("2026-06-18"))
    desk.picks(0)
    desk.says(Intent.AFFIRM)
    assert [(one, offer.start.day) for one, offer in desk.moved] == [("b", 22)]


def test_telling_which_one_to_move_keeps_where_to() -> None:
    desk = World(existing=TWO)
    desk.says(Intent.RESCHEDULE, date=day("2026-06-22"), **MAYA)
    reply = desk.says(Intent.INFORM, date=day("2026-06-18"))
    assert {one.offer.start.day for one in reply.choices if one.offer} == {22}


def test_from_moving_to_cancelling_while_times_are_offered() -> None:
    desk = World(existing=TWO[:1])
    desk.says(Intent.RESCHEDULE, date=day("2026-06-22"), **MAYA)
    assert desk.says(Intent.CANCEL).about is About.CANCEL
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["a"]


def test_two_noes_while_moving_keep_the_appointment() -> None:
    desk = World(existing=TWO[:1])
    desk.says(Intent.RESCHEDULE, date=day("2026-06-22"), **MAYA)
    assert desk.says(Intent.DENY).expects is Expects.DATE
    desk.says(Intent.DENY)
    assert "stays" in desk.text
    assert desk.moved == []


def test_moving_to_a_doctor_who_does_not_take_the_insurance_is_said_first() -> None:
    desk = World(existing=TWO[:1])
    desk.says(
        Intent.RESCHEDULE,
        practitioner=OKOYE.name,
        insurance="Medicare",
        date=day("2026-06-22"),
        time=Hours(time(9), time(9)),
        **MAYA,
    )
    assert "does not take Medicare" in desk.text
    assert desk.state.about is About.MOVE


def test_who_answers_a_text_learns_only_that_it_changed() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    desk.says(Intent.CANCEL, **MAYA)
    desk.state.who.patient_id = None  # as after a reminder: the number identifies nobody
    desk.existing = [appointment("a", "2026-06-17T09:00")]
    desk.says(Intent.AFFIRM)
    assert "changed or cancelled" in desk.text and "17" not in desk.text and desk.cancelled == []


def test_what_got_another_doctor_meanwhile_is_asked_anew() -> None:
    desk = World(existing=TWO[:1])
    desk.says(Intent.CANCEL, **MAYA)
    desk.existing = [appointment("a", "2026-06-16T09:00", OKOYE.name)]
    assert desk.says(Intent.AFFIRM).about is About.CANCEL
    assert desk.cancelled == [] and "Okoye" in desk.text
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["a"]


def test_what_the_staff_cancelled_meanwhile_is_not_moved() -> None:
    desk = World(existing=TWO[:1])
    desk.says(Intent.RESCHEDULE, date=day("2026-06-22"), time=Hours(time(9), time(9)), **MAYA)
    desk.existing = []
    assert desk.says(Intent.AFFIRM).expects is Expects.ANYTHING_ELSE
    assert "can't find" in desk.text


def test_the_one_on_todays_own_weekday_is_the_one_on_it() -> None:
    desk = World(existing=[appointment("a", "2026-06-15T09:00"), appointment("b", "2026-06-19T14:00")])
    desk.says(Intent.CANCEL, date=day("2026-06-15"), **MAYA)
    friday = Days(either=(date(2026, 6, 12), date(2026, 6, 19)))
    assert desk.says(Intent.DENY, "no, the one on Friday", date=friday).about is About.CANCEL
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == ["b"]


def test_another_hour_is_meant_on_the_same_day() -> None:
    desk = World(existing=[appointment("a", "2026-06-25T10:00"), appointment("b", "2026-06-30T09:00")])
    three = Hours(time(15), time(15))
    desk.says(Intent.RESCHEDULE, old_date=day("2026-06-25"), time=three, **MAYA)
    assert "June 25 at 3:00 PM" in desk.text
    desk.says(Intent.DENY, "no, the one on the 30th", old_date=day("2026-06-30"))
    desk.says(Intent.AFFIRM)
    assert [(one, offer.start.day, offer.start.hour) for one, offer in desk.moved] == [("b", 30, 15)]
