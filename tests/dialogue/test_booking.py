"""Booking a new appointment, turn by turn (ring: unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot
from reception.dialogue.state import About, Expects, Status, Task
from reception.practice import Practice
from tests.dialogue.world import OKOYE, PRACTICE, WEBER, ZONE, World, appointment, day

MORNING = Hours(time(0), time(12))
MAYA: dict[str, Any] = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}
TUESDAY_NINE = datetime(2026, 6, 16, 9, 0, tzinfo=ZONE)


def test_a_known_patient_books_in_natural_steps() -> None:
    desk = World()
    reply = desk.says(
        Intent.BOOK, practitioner=WEBER.name, date=day("2026-06-16"), time=MORNING, reason="knee hurts"
    )
    assert reply.expects is Expects.SLOT
    assert [one.offer.start.hour for one in reply.choices if one.offer] == [8, 10, 11]
    assert desk.says(Intent.INFORM, choice=1).expects is Expects.PATIENT_NAME
    assert desk.says(Intent.INFORM, patient_name="Maya Chen").expects is Expects.DATE_OF_BIRTH
    reply = desk.says(Intent.INFORM, date_of_birth=date(1988, 4, 12))
    assert (reply.expects, reply.about) == (Expects.CONFIRMATION, About.BOOKING)
    assert "Consultation for Maya Chen" in desk.text
    assert "knee hurts" in desk.text
    assert desk.says(Intent.AFFIRM).expects is Expects.ANYTHING_ELSE
    assert [(patient, offer.start.hour, reason) for patient, offer, reason in desk.booked] == [
        ("maya", 10, "knee hurts")
    ]
    desk.says(Intent.DENY)
    assert desk.state.status is Status.CLOSED


def test_who_says_everything_at_once_only_confirms() -> None:
    desk = World()
    reply = desk.says(
        Intent.BOOK,
        practitioner=WEBER.name,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
        patient_name="Maya Chen",
        date_of_birth=date(1988, 4, 12),
    )
    assert reply.about is About.BOOKING
    desk.says(Intent.AFFIRM)
    assert desk.booked[0][1].start == TUESDAY_NINE


@pytest.mark.parametrize("named", ["Dr. Brandt", "doctor brandt", "Dr Anna Brandt"])
def test_a_doctor_who_is_not_here_is_said_not_to_be_and_the_booking_goes_on(named: str) -> None:
    desk = World()
    frame = Frame(
        Intent.BOOK, {Slot.PRACTITIONER: named, Slot.REASON: "knee"}, {Slot.DATE: day("2026-06-16")}
    )
    reply = desk.means(frame)
    assert desk.text.startswith(f"I'm sorry, I can't find {named} at this practice.")
    assert reply.expects is Expects.SLOT
    desk.says(Intent.ALTERNATIVES)
    assert "can't find" not in desk.text


def test_beside_a_doctor_who_is_not_here_the_specialty_counts() -> None:
    desk = World(specialties={"skin": (OKOYE.name,)})
    slots = {Slot.PRACTITIONER: "Dr. Brandt", Slot.SPECIALTY: "skin", Slot.REASON: "mole"}
    reply = desk.means(Frame(Intent.BOOK, slots, {Slot.DATE: day("2026-06-16")}))
    assert {one.offer.practitioner for one in reply.choices if one.offer} == {OKOYE.name}


@pytest.mark.parametrize("named", ["the doctor", "doctor for my knee", "Dr. Okoy or Weber", "heart doctor"])
def test_who_is_not_named_is_not_missed(named: str) -> None:
    desk = World()
    desk.means(Frame(Intent.BOOK, {Slot.PRACTITIONER: named, Slot.REASON: "knee"}))
    assert "can't find" not in desk.text


def test_nothing_known_is_asked_for_one_thing_at_a_time() -> None:
    desk = World()
    assert desk.says(Intent.BOOK).expects is Expects.REASON
    assert desk.says(Intent.INFORM, reason="sore throat").expects is Expects.DATE
    assert desk.says(Intent.INFORM, date=Days(soonest=True)).expects is Expects.SLOT


def test_a_time_taken_while_choosing_is_said_and_others_are_offered() -> None:
    desk = World()
    desk.says(Intent.BOOK, practitioner=WEBER.name, date=day("2026-06-16"), time=MORNING, reason="knee")
    first = desk.state.choices[0].offer
    assert first is not None
    desk.taken.add(first.start)
    reply = desk.picks(0)
    assert "just been taken" in desk.text
    assert reply.expects is Expects.SLOT
    assert all(one.offer and one.offer.start != first.start for one in reply.choices)


def test_a_time_taken_while_choosing_is_said_also_where_somebody_else_is_free_at_that_hour() -> None:
    desk = World()
    desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee", **MAYA)
    first = desk.state.choices[0].offer
    assert first is not None and first.practitioner == WEBER.name
    desk.taken_with.add((WEBER.name, first.start))
    desk.says(Intent.INFORM, choice=0, time=Hours(time(8), time(8)))
    assert "just been taken" in desk.text
    assert "8:00 AM with Dr. Samuel Okoye" in desk.text
    desk.says(Intent.AFFIRM)
    assert [offer.practitioner for _, offer, _ in desk.booked] == [OKOYE.name]


def test_a_time_lost_at_the_very_end_is_said_and_others_are_offered() -> None:
    desk = World(taken_at_booking={TUESDAY_NINE})
    desk.says(
        Intent.BOOK,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
        patient_name="Maya Chen",
        date_of_birth=date(1988, 4, 12),
    )
    reply = desk.says(Intent.AFFIRM)
    assert "just been taken" in desk.text
    assert reply.expects is Expects.SLOT
    assert desk.booked == []


def test_when_the_wished_hour_is_gone_the_nearest_are_offered() -> None:
    desk = World(taken={TUESDAY_NINE})
    reply = desk.says(
        Intent.BOOK,
        practitioner=WEBER.name,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
    )
    assert "nothing free" in desk.text
    starts = [one.offer.start.strftime("%H:%M") for one in reply.choices if one.offer]
    assert starts == ["08:30", "08:45", "09:15"] or starts == ["08:45", "09:15", "09:30"]


def test_refused_offers_are_not_offered_again() -> None:
    desk = World()
    first = desk.says(Intent.BOOK, date=day("2026-06-16"), time=MORNING, reason="knee").choices
    second = desk.says(Intent.ALTERNATIVES).choices
    assert not {one.offer.start for one in first if one.offer} & {
        one.offer.start for one in second if one.offer
    }


def test_a_change_of_mind_at_the_read_back_searches_again() -> None:
    desk = World()
    desk.says(
        Intent.BOOK,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
        patient_name="Maya Chen",
        date_of_birth=date(1988, 4, 12),
    )
    reply = desk.says(Intent.DENY, date=day("2026-06-18"))
    assert reply.expects is Expects.SLOT
    assert {one.offer.start.day for one in reply.choices if one.offer} == {18}


def test_a_new_patient_gets_the_first_visit_with_a_doctor_who_takes_them() -> None:
    desk = World()
    desk.says(
        Intent.BOOK,
        practitioner=OKOYE.name,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
        patient_name="Tom Novak",
        date_of_birth=date(1990, 1, 1),
    )
    assert desk.state.about is About.KNOWN_PATIENT
    reply = desk.says(Intent.DENY)
    assert "not taking new patients" in desk.text
    assert reply.expects is Expects.PHONE
    desk.says(Intent.INFORM, phone="+12025550177")
    assert desk.state.about is About.BOOKING
    desk.says(Intent.AFFIRM)
    patient, offer, _ = desk.booked[0]
    assert (patient, offer.practitioner, offer.appointment_type) == (
        "new Tom Novak",
        WEBER.name,
        "New patient visit",
    )
    assert offer.start == TUESDAY_NINE


def test_insurance_that_the_doctor_does_not_take_is_said_before_booking() -> None:
    desk = World()
    desk.says(
        Intent.BOOK,
        practitioner=OKOYE.name,
        date=day("2026-06-16"),
        time=Hours(time(9), time(9)),
        reason="knee",
        insurance="Medicare",
        patient_name="Maya Chen",
        date_of_birth=date(1988, 4, 12),
    )
    assert "does not take Medicare" in desk.text
    assert desk.state.about is About.BOOKING


def test_without_any_free_time_the_waiting_list_is_offered() -> None:
    full = replace(PRACTICE, opening_hours={})
    desk = World(practice=full)
    reply = desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    assert reply.about is About.WAITLIST
    desk.says(Intent.AFFIRM)
    desk.says(Intent.INFORM, patient_name="Maya Chen", date_of_birth=date(1988, 4, 12))
    assert desk.requests[0][0] == "waitlist"
    assert desk.requests[0][3] == "maya"


def test_todays_own_weekday_is_asked_back() -> None:
    desk = World()
    friday = Days(either=(date(2026, 6, 12), date(2026, 6, 19)))
    reply = desk.says(Intent.BOOK, date=friday, reason="knee")
    assert reply.expects is Expects.DATE
    assert "Friday, June 12 or Friday, June 19" in desk.text.replace(";", "").replace("12, or", "12 or")
    desk.picks(1)
    assert {one.offer.start.day for one in desk.state.choices if one.offer} == {19}


def test_a_question_about_another_doctors_time_is_a_wish() -> None:
    desk = World()
    desk.says(Intent.BOOK, practitioner=WEBER.name, date=day("2026-06-16"), reason="knee")
    reply = desk.says(Intent.PRACTICE_QUESTION, practitioner=OKOYE.name)
    assert {one.offer.practitioner for one in reply.choices if one.offer} == {OKOYE.name}


def test_a_clock_time_of_one_day_is_not_carried_to_another_unless_said_again() -> None:
    desk = World()
    nine = Hours(time(9), time(9))
    desk.says(Intent.BOOK, date=day("2026-06-16"), time=nine, reason="knee", **MAYA)
    reply = desk.says(Intent.DENY, date=day("2026-06-18"), time=nine)
    assert reply.about is About.BOOKING
    assert desk.state.chosen is not None and desk.state.chosen.start.day == 18


def test_the_same_hour_with_another_doctor_is_not_a_refused_time() -> None:
    desk = World()
    desk.says(
        Intent.BOOK,
        practitioner=WEBER.name,
        date=day("2026-06-16"),
        time=Hours(time(9), time(10)),
        reason="knee",
    )
    reply = desk.says(Intent.ALTERNATIVES, practitioner=OKOYE.name)
    assert TUESDAY_NINE in [one.offer.start for one in reply.choices if one.offer]


TOM: dict[str, Any] = {
    "patient_name": "Tom Novak",
    "date_of_birth": date(1990, 1, 1),
    "phone": "+12025550177",
}
AT_NINE: dict[str, Any] = {"date": day("2026-06-16"), "time": Hours(time(9), time(9)), "reason": "knee"}


def test_a_new_patient_hears_of_another_doctor_even_when_nothing_is_left_to_ask() -> None:
    desk = World()
    desk.says(Intent.BOOK, practitioner=OKOYE.name, **AT_NINE, **TOM)
    assert desk.says(Intent.DENY).about is About.BOOKING
    assert "not taking new patients" in desk.text


@pytest.mark.parametrize(
    "practice",
    [
        replace(PRACTICE, practitioners=(replace(WEBER, accepts_new_patients=False), OKOYE)),
        replace(PRACTICE, appointment_types=(PRACTICE.appointment_types[2],)),
    ],
)
def test_where_nobody_takes_new_patients_none_is_booked(practice: Practice) -> None:
    desk = World(practice=practice)
    desk.says(Intent.BOOK, **AT_NINE, **TOM)
    assert desk.says(Intent.DENY).about is About.WAITLIST
    desk.says(Intent.AFFIRM)
    assert desk.booked == []
    assert desk.requests == [
        ("waitlist", {"date": "2026-06-16", "time": "09:00"}, "routine", "new Tom Novak")
    ]


def test_a_new_patient_never_gets_a_doctor_who_takes_none_for_want_of_the_type() -> None:
    only_okoye = replace(PRACTICE.appointment_types[0], name="Massage", practitioners=(OKOYE.id,))
    practice = replace(PRACTICE, appointment_types=(*PRACTICE.appointment_types, only_okoye))
    desk = World(practice=practice)
    desk.says(Intent.BOOK, **AT_NINE, **TOM, appointment_type="Massage")
    desk.says(Intent.DENY)
    assert desk.state.chosen is None


def test_a_new_patient_on_the_waiting_list_can_be_reached() -> None:
    desk = World(practice=replace(PRACTICE, opening_hours={}))
    desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee", patient_name="Tom Novak")
    desk.says(Intent.AFFIRM)
    desk.says(Intent.INFORM, date_of_birth=date(1990, 1, 1))
    assert desk.says(Intent.DENY).expects is Expects.PHONE


def test_another_day_instead_of_the_waiting_list_is_searched() -> None:
    desk = World(taken={TUESDAY_NINE})
    desk.practice = replace(PRACTICE, opening_hours={})
    desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    desk.practice = PRACTICE
    assert desk.says(Intent.DENY, date=day("2026-06-18")).expects is Expects.SLOT


def test_a_no_without_details_is_no_loop_of_read_backs() -> None:
    desk = World()
    desk.says(Intent.BOOK, **AT_NINE, **MAYA)
    desk.says(Intent.DENY)
    assert desk.says(Intent.INFORM, heard="the time").expects is Expects.DATE
    desk.says(Intent.DENY)
    assert "nothing has been booked" in desk.text


def test_a_question_while_changing_does_not_end_the_booking() -> None:
    desk = World()
    desk.says(Intent.BOOK, **AT_NINE, **MAYA)
    desk.says(Intent.DENY)
    assert (
        desk.says(Intent.PRACTICE_QUESTION, heard="where can i park", topic="park").expects is Expects.REQUEST
    )
    assert desk.says(Intent.INFORM, time=Hours(time(10), time(10))).about is About.BOOKING


def test_never_mind_while_a_time_is_held_is_about_that_time() -> None:
    desk = World()
    assert desk.says(Intent.BOOK, **AT_NINE).expects is Expects.PATIENT_NAME
    desk.says(Intent.CANCEL)
    assert "nothing has been booked" in desk.text


def test_which_of_two_days_can_be_told_by_position() -> None:
    desk = World()
    desk.says(Intent.BOOK, date=Days(either=(date(2026, 6, 12), date(2026, 6, 19))), reason="knee")
    desk.says(Intent.INFORM, choice=1)
    assert {one.offer.start.day for one in desk.state.choices if one.offer} == {19}


def test_a_long_reason_is_kept_whole() -> None:
    desk = World()
    desk.says(Intent.BOOK)
    desk.says(Intent.INFORM, heard="it started in spring and now my knee hurts whenever I climb the stairs")
    assert "knee hurts" in desk.state.wish.reason


def test_a_corrected_spelling_of_a_new_name_keeps_the_birth_date() -> None:
    desk = World()
    desk.says(Intent.BOOK, **AT_NINE, **TOM)
    desk.says(Intent.DENY)
    assert desk.says(Intent.DENY, patient_name="Tom Nowak").about is About.KNOWN_PATIENT
    assert desk.says(Intent.DENY).about is About.BOOKING
    assert "Tom Nowak" in desk.text


def test_no_twice_to_the_read_back_books_nothing() -> None:
    desk = World()
    nine = Hours(time(9), time(9))
    wish = {"date": day("2026-06-16"), "time": nine, "reason": "knee", **MAYA}
    desk.says(Intent.BOOK, **wish)
    assert desk.says(Intent.DENY).expects is Expects.REQUEST
    desk.says(Intent.BOOK, **wish)
    assert desk.says(Intent.DENY).expects is Expects.ANYTHING_ELSE
    assert "nothing has been booked" in desk.text


def test_an_hour_that_is_free_on_each_offered_day_is_offered_for_the_soonest() -> None:
    desk = World()
    half_past_nine = Hours(time(9, 30), time(9, 30))
    wish = Days(date(2026, 6, 16), date(2026, 6, 18))
    first = desk.says(Intent.BOOK, date=wish, time=half_past_nine, reason="knee")
    assert len(first.choices) == 3
    again = desk.says(Intent.INFORM, "half past nine", time=half_past_nine)
    assert [one.offer.start.day for one in again.choices if one.offer] == [16]
    desk.says(Intent.INFORM, "half past nine", time=half_past_nine)
    assert desk.state.chosen is not None and desk.state.chosen.start.day == 16


def test_a_yes_to_several_times_is_asked_which_one_without_the_list_again() -> None:
    desk = World()
    first = desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    reply = desk.says(Intent.AFFIRM)
    assert desk.text == "Gladly. Which one: the first, the second or the third?"
    assert reply.choices == first.choices
    desk.says(Intent.REPEAT)
    assert "9:00 AM" in desk.text or "8:00 AM" in desk.text  # who lost the times hears them
    desk.says(Intent.INFORM, choice=1)
    assert desk.state.chosen == first.choices[1].offer


def test_a_yes_to_the_only_time_takes_it() -> None:
    every = [
        datetime(2026, 6, 16, hour, quarter, tzinfo=ZONE) for hour in range(24) for quarter in (0, 15, 30, 45)
    ]
    desk = World(taken=set(every) - {TUESDAY_NINE})
    assert len(desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee").choices) == 1
    desk.says(Intent.AFFIRM)
    assert desk.state.chosen is not None
    assert desk.state.chosen.start == TUESDAY_NINE


def test_a_birth_date_where_a_day_is_asked_is_kept_and_the_day_asked_again() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee")
    reply = desk.says(Intent.INFORM, date_of_birth=date(1988, 4, 12))
    assert reply.expects is Expects.DATE
    assert desk.text.startswith("Thank you, I have noted the date of birth. ")
    desk.says(Intent.INFORM, date=day("2026-06-16"))
    desk.says(Intent.INFORM, choice=0)
    assert desk.says(Intent.INFORM, patient_name="Maya Chen").about is About.BOOKING


FRIDAY = Days(either=(date(2026, 6, 12), date(2026, 6, 19)))


def test_a_yes_to_todays_own_weekday_books_no_other_day() -> None:
    desk = World()
    desk.says(Intent.BOOK, **AT_NINE, **MAYA)
    reply = desk.says(Intent.AFFIRM, "yes, but make it Friday", date=FRIDAY)
    assert (desk.booked, reply.expects) == ([], Expects.DATE)
    assert [one.day for one in reply.choices] == list(FRIDAY.either or ())


def test_todays_own_weekday_is_none_of_the_other_days_that_are_offered() -> None:
    desk = World()
    nine, week = Hours(time(9), time(9)), Days(date(2026, 6, 15), date(2026, 6, 17))
    desk.says(Intent.BOOK, date=week, time=nine, reason="knee", **MAYA)
    reply = desk.says(Intent.INFORM, "I'd rather have Friday", date=FRIDAY)
    assert (desk.state.held, reply.expects) == (None, Expects.DATE)


@pytest.mark.parametrize("asked", ["what to change", "who it is"])
@pytest.mark.parametrize("slots", [{"date": day("2026-06-18")}, {}])
def test_moving_the_held_time_moves_no_other_appointment(asked: str, slots: dict[str, Any]) -> None:
    desk = World(existing=[appointment("a", "2026-06-25T10:00")])
    desk.says(Intent.BOOK, **AT_NINE)
    if asked == "what to change":
        desk.says(Intent.INFORM, **MAYA)
        desk.says(Intent.DENY)
    reply = desk.says(Intent.RESCHEDULE, "move it", **slots)
    if not slots:
        assert reply.expects is Expects.DATE
        reply = desk.says(Intent.INFORM, date=day("2026-06-18"))
    assert {one.offer.start.day for one in reply.choices if one.offer} == {18}
    desk.picks(0)
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.AFFIRM)
    assert [offer.start.day for _, offer, _ in desk.booked] == [18]
    assert desk.moved == []


@pytest.mark.parametrize(
    "other", [{"old_date": day("2026-06-25")}, {"old_time": Hours(time(10), time(10))}, MAYA]
)
def test_another_appointment_can_be_moved_while_a_time_is_held(other: dict[str, Any]) -> None:
    desk = World(existing=[appointment("a", "2026-06-25T10:00")])
    desk.says(Intent.BOOK, **AT_NINE)
    desk.says(Intent.RESCHEDULE, **other)
    assert desk.state.task is Task.MOVE


def test_the_doctor_is_changed_and_the_time_kept() -> None:
    desk = World()
    desk.says(Intent.BOOK, practitioner=WEBER.name, **AT_NINE, **MAYA)
    desk.says(Intent.DENY)
    desk.says(Intent.INFORM, "The doctor.")
    desk.says(Intent.INFORM, practitioner=OKOYE.name, date=day("2026-06-16"), time=Hours(time(9), time(9)))
    assert "nothing else" not in desk.text
    desk.says(Intent.AFFIRM)
    assert [(offer.practitioner, offer.start) for _, offer, _ in desk.booked] == [(OKOYE.name, TUESDAY_NINE)]
