"""What the desk does when it is not sure, and when fixed phrases say more than an intent (ring: unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from reception.dialogue.meaning import Days, Frame, Hours, Intent, Manner, Slot
from reception.dialogue.state import About, Expects, Status, Task
from tests.dialogue.world import PRACTICE, WEBER, ZONE, World, appointment, day

MAYA: dict[str, Any] = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}


def unsure(intent: Intent, **slots: Any) -> Frame:
    words = {Slot(name): str(value) for name, value in slots.items()}
    return Frame(intent, words, {Slot(name): value for name, value in slots.items()}, confidence=0.45)


def test_an_unsure_wish_is_asked_back_and_its_details_are_kept_on_a_yes() -> None:
    desk = World()
    desk.means(unsure(Intent.BOOK, date=day("2026-06-16"), reason="knee"))
    assert desk.text == "Do you want to make a new appointment?"
    reply = desk.says(Intent.AFFIRM)
    assert reply.expects is Expects.SLOT
    assert all(one.offer and one.offer.start.date() == date(2026, 6, 16) for one in reply.choices)


def test_a_no_to_the_doubt_starts_from_the_beginning() -> None:
    desk = World()
    desk.means(unsure(Intent.CANCEL, **MAYA))
    reply = desk.says(Intent.DENY)
    assert (desk.state.task, reply.expects) == (None, Expects.REQUEST)


def test_a_doubtful_new_wish_drops_nothing() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee")
    desk.means(unsure(Intent.CANCEL))
    assert desk.text == "Do you want to cancel an appointment?"
    reply = desk.says(Intent.DENY)
    assert desk.state.task is Task.BOOK
    assert reply.expects is Expects.SLOT  # the booking goes on where it was


def test_words_about_a_question_are_no_new_wish() -> None:
    desk = World()
    desk.says(Intent.CANCEL, patient_name="Maya Chen")
    reply = desk.means(unsure(Intent.CHECK), "mine or his?")
    assert reply.expects is Expects.DATE_OF_BIRTH


def test_half_a_yes_books_nothing() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), **MAYA)
    desk.picks(0)
    reply = desk.means(unsure(Intent.AFFIRM), "well my cousin said")
    assert (desk.booked, reply.about) == ([], About.BOOKING)
    desk.says(Intent.AFFIRM)
    assert len(desk.booked) == 1


def test_who_asks_for_a_moment_is_waited_for() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    for _ in range(4):
        reply = desk.means(Frame(Intent.INFORM, manner=Manner.WAITS), "one moment please")
        assert reply.expects is Expects.PATIENT_NAME
        assert "didn't" not in desk.text
        assert desk.text.startswith("Take your time.")


def test_leaving_things_as_they_are_keeps_the_appointment() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T09:00")])
    desk.says(Intent.RESCHEDULE, date=day("2026-06-17"), **MAYA)
    desk.picks(0)
    desk.means(Frame(Intent.DENY, manner=Manner.DROPS), "no, leave it as it was")
    assert desk.text.startswith("All right, your appointment stays as it is.")
    assert (desk.moved, desk.cancelled, desk.state.task) == ([], [], None)


def test_dropping_a_request_files_nothing() -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="Metformin 500 mg")
    desk.means(Frame(Intent.DENY, manner=Manner.DROPS), "forget it")
    assert desk.requests == []
    assert desk.text.startswith("All right, I won't pass anything on.")


def test_who_calls_for_another_is_noted_as_the_one_who_booked() -> None:
    desk = World()
    frame = Frame(
        Intent.BOOK,
        {Slot.REASON: "cough", Slot.PATIENT_NAME: "Maya Chen"},
        {Slot.DATE: day("2026-06-16"), Slot.PATIENT_NAME: "Maya Chen"},
        caller="Linda Brandt",
    )
    desk.means(frame)
    desk.picks(0)
    desk.says(Intent.INFORM, date_of_birth=date(1988, 4, 12))
    desk.says(Intent.AFFIRM)
    assert [patient for patient, *_ in desk.booked] == ["maya"]
    assert desk.booked_by == ["Linda Brandt"]


def test_nobody_is_booked_into_two_rooms_at_once() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T09:00")])
    nine = time(9)
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), time=Hours(nine, nine))
    reply = desk.says(Intent.INFORM, **MAYA)
    assert "already have an appointment at that time" in desk.text
    assert reply.expects is Expects.SLOT
    assert all(one.offer and one.offer.start.time() != nine for one in reply.choices)
    desk.picks(0)
    desk.says(Intent.AFFIRM)
    assert len(desk.booked) == 1


def test_what_to_bring_is_said_with_the_booking() -> None:
    kinds = tuple(
        replace(one, bring="Please bring your vaccination card.") for one in PRACTICE.appointment_types
    )
    desk = World(practice=replace(PRACTICE, appointment_types=kinds))
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), **MAYA)
    desk.picks(0)
    desk.says(Intent.AFFIRM)
    assert "Please bring your vaccination card." in desk.text


def test_a_hand_over_out_of_hours_says_when_the_team_is_back() -> None:
    friday_evening = World(now=datetime(2026, 6, 12, 18, 0, tzinfo=ZONE))
    friday_evening.says(Intent.STAFF, heard="a person please")
    assert friday_evening.text.startswith("Our team is back Monday, June 15 at 8:00 AM.")
    assert friday_evening.state.status is Status.HANDED_OVER
    at_ten = World()
    at_ten.says(Intent.STAFF, heard="a person please")
    assert "back" not in at_ten.text


def test_the_dose_alone_is_put_right_at_the_read_back() -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="Atorvastatin, 20 mg", **MAYA)
    desk.says(Intent.DENY, heard="no, it's 40 mg now", medication="40 mg")
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"medication": "Atorvastatin", "dose": "40 mg"}


def test_the_last_day_of_a_sick_note_is_put_right_at_the_read_back() -> None:
    desk = World()
    desk.says(Intent.SICK_NOTE, reason="flu", date=Days(date(2026, 6, 12), date(2026, 6, 16)), **MAYA)
    desk.says(Intent.DENY, heard="no, until Thursday", date=day("2026-06-18"))
    assert "Friday, June 12 to Thursday, June 18" in desk.text
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"from": "2026-06-12", "to": "2026-06-18", "reason": "flu"}


def test_one_part_of_a_name_is_put_right() -> None:
    desk = World(patients={})
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), practitioner=WEBER.name)
    desk.picks(0)
    desk.says(Intent.INFORM, patient_name="Johanna Keller", date_of_birth=date(1985, 10, 26))
    desk.says(Intent.INFORM, patient_name="Kellner")
    assert desk.state.claims.name == "Johanna Kellner"


def test_an_alarm_that_may_be_false_names_the_number_and_asks() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    desk.means(unsure(Intent.EMERGENCY), "oh come on, this is killing me")
    assert "911" in desk.text
    assert (desk.requests, desk.state.status) == ([], Status.OPEN)
    reply = desk.says(Intent.DENY)
    assert reply.expects is Expects.PATIENT_NAME  # the cancellation goes on


def test_a_yes_to_the_alarm_hands_over_with_the_words_said_first() -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "she looks so grey")
    desk.says(Intent.AFFIRM, heard="yes I think so")
    assert desk.requests == [("emergency", {"words": "she looks so grey\nyes I think so"}, "emergency", None)]
    assert desk.state.status is Status.HANDED_OVER


@pytest.mark.parametrize(
    "frame",
    [
        unsure(Intent.AFFIRM),
        Frame(Intent.INFORM),
        Frame(Intent.MEDICAL_QUESTION),
        Frame(Intent.GOODBYE),
        unsure(Intent.DENY),
        unsure(Intent.EMERGENCY),
    ],
    ids=lambda frame: frame.intent,
)
def test_anything_but_a_plain_no_to_the_alarm_is_an_emergency(frame: Frame) -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "she looks so grey")
    desk.means(frame, "i'm not sure")
    assert [kind for kind, *_ in desk.requests] == ["emergency"]
    assert desk.state.status is Status.HANDED_OVER


def test_the_alarm_stays_while_its_question_is_said_again() -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "she looks so grey")
    desk.says(Intent.REPEAT)
    desk.means(Frame(Intent.INFORM, manner=Manner.WAITS), "hold on")
    assert "911" in desk.text
    desk.says(Intent.AFFIRM)
    assert [kind for kind, *_ in desk.requests] == ["emergency"]


def test_another_wish_is_no_emergency() -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "this is killing me")
    desk.says(Intent.CANCEL)
    assert (desk.requests, desk.state.task) == ([], Task.CANCEL)


def test_the_doubt_outlives_a_sorry() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee", **MAYA)
    desk.means(unsure(Intent.PRESCRIPTION))
    desk.says(Intent.REPEAT)
    desk.says(Intent.AFFIRM)
    assert desk.state.task is Task.PRESCRIPTION


def test_who_waits_for_the_call_back_question_is_no_call_back_time() -> None:
    desk = World()
    desk.says(Intent.STAFF, heard="a person please")
    desk.means(Frame(Intent.INFORM, manner=Manner.WAITS), "one moment, let me look")
    desk.says(Intent.INFORM, heard="after three")
    assert desk.requests[0][1]["callback"] == "after three"


def test_the_other_offered_times_stay_when_one_is_in_the_way() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T08:00")])
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"))
    offered = [one.offer for one in desk.state.choices]
    assert offered[0] is not None and offered[0].start.hour == 8
    desk.picks(0)
    assert "already have an appointment" in desk.text
    assert [one.start for one in desk.state.refused] == [offered[0].start]


def test_a_guardian_speaks_for_a_child_by_name_alone() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T09:00")], wards={"Leo": "leo"})
    desk.says(Intent.CHECK, **MAYA)
    desk.says(Intent.BOOK, reason="cough", date=day("2026-06-17"), patient_name="Leo")
    reply = desk.picks(0)
    assert reply.about is About.BOOKING  # no birth date is asked for
    desk.says(Intent.AFFIRM)
    assert [patient for patient, *_ in desk.booked] == ["leo"]
    assert desk.booked_by == ["Maya Chen"]


def test_nobody_speaks_for_another_without_that_relation() -> None:
    desk = World(existing=[appointment("one", "2026-06-16T09:00")])
    desk.says(Intent.CHECK, **MAYA)
    reply = desk.says(Intent.CHECK, patient_name="Leo Chen")
    assert reply.expects is Expects.DATE_OF_BIRTH


def test_a_question_beside_the_alarm_does_not_end_it() -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "she looks so grey")
    desk.says(Intent.PRACTICE_QUESTION, heard="where can i park", topic="park")
    assert "Behind the building." in desk.text and "911" in desk.text
    desk.says(Intent.AFFIRM)
    assert [kind for kind, *_ in desk.requests] == ["emergency"]


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Intent.INFORM, {Slot.DATE: "this morning"}, {Slot.DATE: day("2026-06-12")}),
        Frame(Intent.INFORM, {Slot.REASON: "chest"}),
        Frame(Intent.DENY, manner=Manner.DROPS),
    ],
    ids=["since when", "what", "never mind"],
)
def test_symptoms_or_resignation_are_no_no_to_the_alarm(frame: Frame) -> None:
    desk = World()
    desk.means(unsure(Intent.EMERGENCY), "I just can't any more")
    desk.means(frame)
    assert [kind for kind, *_ in desk.requests] == ["emergency"]


def test_a_yes_for_somebody_else_books_nothing_before_they_are_known() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), **MAYA)
    desk.picks(0)
    reply = desk.says(Intent.AFFIRM, patient_name="Leo Brown")
    assert (desk.booked, reply.expects) == ([], Expects.DATE_OF_BIRTH)


def test_a_yes_for_somebody_else_files_nothing_before_they_are_known() -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="Metformin 500 mg", **MAYA)
    reply = desk.says(Intent.AFFIRM, patient_name="Leo Brown")
    assert (desk.requests, reply.expects) == ([], Expects.DATE_OF_BIRTH)


def test_one_patients_appointments_are_not_picked_for_another() -> None:
    both = [appointment("one", "2026-06-16T09:00"), appointment("two", "2026-06-18T09:00")]
    desk = World(existing=both, patients={**World().patients, ("Leo Brown", date(2019, 5, 6)): "leo"})
    desk.says(Intent.CANCEL, **MAYA)
    desk.says(Intent.INFORM, patient_name="Leo Brown", date_of_birth=date(2019, 5, 6), choice=0)
    assert desk.state.appointment is None
    desk.says(Intent.AFFIRM)
    assert desk.cancelled == []


def test_a_move_does_not_put_the_patient_into_two_rooms() -> None:
    both = [appointment("one", "2026-06-16T09:00"), appointment("two", "2026-06-18T09:00")]
    desk = World(existing=both)
    nine = time(9)
    desk.says(
        Intent.RESCHEDULE, old_date=day("2026-06-18"), date=day("2026-06-16"), time=Hours(nine, nine), **MAYA
    )
    assert all(one.offer and one.offer.start.time() != nine for one in desk.state.choices)


def test_a_new_patients_contact_is_not_the_next_persons() -> None:
    desk = World(patients={("Leo Brown", date(2019, 5, 6)): "leo"})
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"))
    desk.picks(0)
    desk.says(Intent.INFORM, patient_name="Ann Lee", date_of_birth=date(1990, 1, 1))
    desk.says(Intent.DENY)
    desk.says(Intent.INFORM, phone="+12025550147", email="ann@example.com")
    while desk.state.about is not About.BOOKING:
        desk.says(Intent.AFFIRM)
    desk.says(Intent.AFFIRM)
    desk.says(Intent.BOOK, reason="cough", patient_name="Leo Brown", date_of_birth=date(2019, 5, 6))
    assert desk.state.claims.email == ""
    assert desk.state.booked_by == "Ann Lee"


def test_a_medical_question_stays_with_who_asked_it() -> None:
    desk = World(patients={**World().patients, ("Leo Brown", date(2019, 5, 6)): "leo"})
    desk.says(Intent.CHECK, **MAYA)
    desk.says(Intent.MEDICAL_QUESTION, heard="is my rash bad")
    desk.says(Intent.DENY)
    desk.says(
        Intent.BOOK, reason="cough", date=day("2026-06-16"), patient_name="Leo Brown",
        date_of_birth=date(2019, 5, 6),
    )  # fmt: skip
    desk.picks(0)
    desk.says(Intent.AFFIRM)
    assert [patient for patient, *_ in desk.booked] == ["leo"]
    assert [kind for kind, *_ in desk.requests] == ["medical_question"]


def test_the_wish_for_another_specialty_drops_the_held_time() -> None:
    desk = World()
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), **MAYA)
    desk.picks(0)
    chosen = desk.state.chosen
    assert chosen is not None
    desk.state.wish.practitioners = ("Dr. Samuel Okoye",)
    desk.says(Intent.AFFIRM, date=day("2026-06-16"))
    assert desk.booked == []


def test_an_alarm_over_words_that_only_sound_like_danger_is_asked_about() -> None:
    desk = World()
    desk.says(Intent.BOOK)
    desk.means(Frame(Intent.EMERGENCY, confidence=0.92), "is there a lift, my leg is not good for stairs")
    assert "911" in desk.text
    assert desk.state.status is Status.OPEN
    desk.says(Intent.DENY, "no")
    assert desk.requests == []
    assert desk.state.task is Task.BOOK
    desk.means(
        Frame(Intent.EMERGENCY, confidence=0.97), "my leg is not good for stairs, and I see two of you"
    )
    assert (
        desk.state.status is Status.HANDED_OVER
    )  # who is as sure as that may have heard more than the rules
