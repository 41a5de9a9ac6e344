"""Emergencies, people, requests and questions on the way (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from reception.dialogue.meaning import Days, Frame, Intent
from reception.dialogue.state import About, Expects, Status, Task
from tests.dialogue.world import World, day

MAYA: dict[str, Any] = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}


def test_an_emergency_names_the_number_alerts_staff_and_books_nothing() -> None:
    desk = World()
    desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    desk.says(Intent.EMERGENCY, heard="my chest hurts so much")
    assert "911" in desk.text
    assert desk.requests == [("emergency", {"words": "my chest hurts so much"}, "emergency", None)]
    assert desk.state.status is Status.HANDED_OVER
    assert desk.booked == []


def test_a_person_is_fetched_and_the_call_back_time_noted() -> None:
    desk = World()
    desk.says(Intent.STAFF, heard="a person please")
    assert desk.state.status is Status.HANDED_OVER
    desk.says(Intent.INFORM, heard="tomorrow morning, 312 555 0144")
    told = {"words": "a person please", "callback": "tomorrow morning, 312 555 0144"}
    assert desk.requests[0][:2] == ("staff", told)
    assert desk.reply.expects is None


def test_who_can_not_be_reached_is_asked_once_for_a_number() -> None:
    desk = World()
    desk.says(Intent.STAFF, heard="a person please")
    reply = desk.says(Intent.BILLING, heard="it's about my bill", topic="bill")
    assert reply.expects is Expects.CALLBACK and "number" in desk.text
    assert desk.says(Intent.INFORM, heard="I have none").expects is None
    assert desk.requests[0][1]["callback"] == "it's about my bill\nI have none"


def test_a_question_in_between_is_answered_and_the_flow_goes_on() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    reply = desk.says(Intent.PRACTICE_QUESTION, heard="where can i park", topic="park")
    assert "Behind the building." in desk.text
    assert reply.expects is Expects.PATIENT_NAME


def test_a_medical_question_gets_no_advice_and_is_withdrawn_when_it_is_booked() -> None:
    desk = World()
    desk.says(Intent.MEDICAL_QUESTION, heard="should i worry about this rash", reason="rash")
    assert desk.state.about is About.OTHER
    assert [one[0] for one in desk.requests] == ["medical_question"]
    desk.says(Intent.AFFIRM)
    desk.says(Intent.INFORM, date=day("2026-06-16"))
    desk.picks(0)
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.AFFIRM)
    assert desk.booked[0][2] == "rash"
    assert desk.requests == []


@pytest.mark.parametrize(("runs_out", "priority"), [("2026-06-14", "urgent"), ("2026-06-20", "routine")])
def test_a_medicine_that_runs_out_soon_is_urgent(runs_out: str, priority: str) -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="Metformin 500 mg", date=day(runs_out), **MAYA)
    assert desk.state.about is About.REQUEST
    desk.says(Intent.AFFIRM)
    details = {"medication": "Metformin", "dose": "500 mg"}
    assert desk.requests == [("prescription", details, priority, "maya")]


def test_a_sick_note_has_its_days() -> None:
    desk = World()
    desk.says(Intent.SICK_NOTE, **MAYA)
    desk.says(Intent.INFORM, date=Days(date(2026, 6, 11), date(2026, 6, 12)))
    desk.says(Intent.INFORM, reason="flu")
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"from": "2026-06-11", "to": "2026-06-12", "reason": "flu"}


def test_a_message_takes_any_words() -> None:
    desk = World()
    desk.says(Intent.MESSAGE)
    desk.says(Intent.OUT_OF_SCOPE, heard="tell him the cat is fine")
    desk.says(Intent.INFORM, heard="no need to call")
    desk.says(Intent.INFORM, **MAYA)
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1]["text"] == "tell him the cat is fine"


def test_not_understanding_is_never_a_loop() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    texts = []
    for _ in range(3):
        desk.says(Intent.INFORM, heard="mumble")
        texts.append(desk.text)
    assert len(set(texts)) == 3
    assert desk.state.about is About.HANDOVER
    desk.says(Intent.AFFIRM)
    assert desk.state.status is Status.HANDED_OVER


def test_no_to_a_person_asks_once_more_in_simpler_words_before_it_drops() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    for _ in range(3):
        desk.says(Intent.INFORM, heard="mumble")
    reply = desk.says(Intent.DENY, "no")
    assert reply.expects is Expects.PATIENT_NAME
    assert desk.text.startswith("Please give me just the first and last name")
    assert desk.state.task is Task.CANCEL
    for _ in range(3):
        desk.says(Intent.INFORM, heard="mumble")
    assert desk.state.about is About.HANDOVER
    assert desk.says(Intent.DENY, "no").expects is Expects.ANYTHING_ELSE
    assert desk.state.task is None


def test_a_bill_is_asked_about_until_it_is_clear_what_is_the_matter() -> None:
    desk = World()
    reply = desk.says(Intent.BILLING, "I have a question about my bill", topic="bill")
    assert reply.expects is Expects.TOPIC
    desk = World()
    desk.says(Intent.BILLING, "you charged me 140 dollars for nothing, this is robbery", topic="robbery")
    assert "140 dollars" in desk.state.details["topic"]


@pytest.mark.parametrize(
    "heard", ["that's none of your business", "why do you need that?", "I won't tell you"]
)
def test_who_does_not_want_to_say_it_hears_what_it_is_for(heard: str) -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Maya Chen")
    reply = desk.says(Intent.OUT_OF_SCOPE, heard)
    assert "be sure whom it is about" in desk.text
    assert reply.expects is Expects.DATE_OF_BIRTH


def test_a_request_for_another_person_names_them_when_it_is_read_back() -> None:
    desk = World(wards={"Leo Chen": "leo"})
    desk.says(Intent.PRESCRIPTION, medication="amoxicillin", **MAYA)
    desk.says(Intent.INFORM, "I don't know")
    assert "Maya" not in desk.text
    desk.says(Intent.INFORM, "sorry, it's for my son Leo Chen", patient_name="Leo Chen")
    assert "for Leo Chen" in desk.text


def test_the_practices_hours_are_no_wish_while_a_time_is_chosen() -> None:
    desk = World()
    reply = desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    again = desk.says(
        Intent.PRACTICE_QUESTION, "how late are you open on Thursdays anyway?", date=day("2026-06-18")
    )
    assert "5" in desk.text
    assert again.choices == reply.choices


def test_repeat_says_the_same_again() -> None:
    desk = World()
    desk.says(Intent.BOOK, date=day("2026-06-16"), reason="knee")
    before, choices = desk.text, desk.state.choices
    desk.says(Intent.REPEAT)
    assert desk.text == before
    assert desk.state.choices == choices


def test_goodbye_closes() -> None:
    desk = World()
    desk.says(Intent.GOODBYE)
    assert desk.state.status is Status.CLOSED
    assert desk.state.said.startswith("Thank you")


def test_what_may_be_a_goodbye_hangs_up_on_nobody() -> None:
    desk = World()
    desk.means(Frame(Intent.GOODBYE, confidence=0.3), "fendle blorp")
    assert desk.state.status is Status.OPEN


def test_the_state_survives_being_stored() -> None:
    import msgspec

    from reception.dialogue.state import State

    desk = World()
    desk.says(Intent.BOOK, date=Days(either=(date(2026, 6, 12), date(2026, 6, 19))), reason="knee")
    desk.picks(1)
    kept = msgspec.convert(msgspec.to_builtins(desk.state), State)
    assert kept == desk.state
    assert isinstance(kept.choices[0].offer and kept.choices[0].offer.start, datetime)


def test_a_question_nobody_can_answer_is_no_loop_either() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    texts = set()
    for _ in range(4):
        desk.says(Intent.PRACTICE_QUESTION, heard="do you like cheese")
        texts.add(desk.text)
    assert len(texts) == 4
    assert desk.state.about is About.HANDOVER


def test_the_dose_does_not_replace_the_medicine() -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="lisinopril", **MAYA)
    desk.says(Intent.INFORM, heard="10 milligrams", medication="10 milligrams")
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"medication": "lisinopril", "dose": "10 milligrams"}


def test_a_new_person_who_leaves_a_request_can_be_reached() -> None:
    desk = World()
    desk.says(
        Intent.PRESCRIPTION,
        medication="Metformin 500 mg",
        patient_name="Tom Novak",
        date_of_birth=date(1990, 1, 1),
    )
    assert desk.says(Intent.DENY).expects is Expects.PHONE
    desk.says(Intent.INFORM, phone="+12025550177")
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][3] == "new Tom Novak"


def test_a_later_date_takes_the_urgency_back() -> None:
    desk = World()
    desk.says(Intent.PRESCRIPTION, medication="Metformin 500 mg", date=day("2026-06-13"), **MAYA)
    desk.says(Intent.DENY, date=day("2026-06-30"))
    assert "quite get that" not in desk.text
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][2] == "routine"


@pytest.mark.parametrize("intent", [Intent.PRESCRIPTION, Intent.MESSAGE, Intent.BILLING])
def test_a_bare_no_drops_a_request_and_a_bare_yes_is_no_detail(intent: Intent) -> None:
    desk = World()
    desk.says(intent)
    desk.says(Intent.AFFIRM, heard="yes")
    assert desk.state.details == {}
    assert desk.says(Intent.DENY, heard="no, never mind").expects is Expects.ANYTHING_ELSE
    assert desk.requests == []


def test_days_of_a_sick_note_that_could_not_be_told_are_asked_for_again() -> None:
    desk = World()
    desk.says(Intent.SICK_NOTE, **MAYA)
    assert desk.says(Intent.INFORM, heard="a while").expects is Expects.DATE


def test_a_sick_note_never_ends_before_it_begins() -> None:
    desk = World()
    desk.says(Intent.SICK_NOTE, reason="flu", date=Days(date(2026, 6, 15), date(2026, 6, 16)), **MAYA)
    desk.says(Intent.DENY, date=Days(date(2026, 6, 17), None))
    desk.says(Intent.AFFIRM)
    assert desk.requests[0][1] == {"from": "2026-06-17", "reason": "flu"}


def test_all_that_is_said_to_a_medical_question_is_noted() -> None:
    desk = World()
    desk.says(Intent.MEDICAL_QUESTION, heard="is this rash bad", reason="rash")
    desk.says(Intent.MEDICAL_QUESTION, heard="it itches too")
    assert desk.requests[0][1] == {"words": "is this rash bad\nit itches too"}


def test_thanks_is_no_time_to_call_back() -> None:
    desk = World()
    desk.says(Intent.STAFF, heard="a person please")
    desk.says(Intent.THANK, heard="thank you")
    assert desk.requests[0][1] == {"words": "a person please"}


def test_asking_to_repeat_after_the_hand_over_offers_no_second_one() -> None:
    desk = World()
    desk.says(Intent.STAFF, heard="a person please")
    for _ in range(5):
        assert desk.says(Intent.REPEAT).expects is Expects.CALLBACK


def test_a_doctor_without_a_list_takes_any_insurance_in_answers_too() -> None:
    desk = World()
    desk.says(Intent.PRACTICE_QUESTION, heard="do you take Medicare", insurance="Medicare")
    assert "Medicare is taken by Dr. Anna Weber" in desk.text


def test_after_gibberish_the_first_question_is_asked_again() -> None:
    desk = World()
    assert desk.says(Intent.OUT_OF_SCOPE, heard="asdf qwer").expects is Expects.REQUEST
