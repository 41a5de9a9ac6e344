"""Emergencies, people, requests and questions on the way (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from reception.dialogue.meaning import Days, Intent
from reception.dialogue.state import About, Expects, Status
from tests.dialogue.world import World, day

MAYA = {"patient_name": "Maya Chen", "date_of_birth": date(1988, 4, 12)}


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
    desk.says(Intent.INFORM, heard="tomorrow morning")
    assert desk.requests[0][:2] == ("staff", {"words": "a person please", "callback": "tomorrow morning"})


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
    assert desk.requests == [("prescription", {"medication": "Metformin 500 mg"}, priority, "maya")]


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
