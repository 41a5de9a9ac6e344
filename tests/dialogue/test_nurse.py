"""What is offered after a medical question: an appointment, a nurse's call, never advice (ring: unit)."""

from __future__ import annotations

from datetime import date

from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.state import About, Expects, Task
from tests.dialogue.world import World, day

BORN = date(1988, 4, 12)
QUESTION = "can I take ibuprofen with my antibiotics"


def _asked() -> World:
    desk = World()
    reply = desk.says(Intent.MEDICAL_QUESTION, QUESTION)
    assert reply.about is About.OTHER
    assert "medical advice" in desk.text
    return desk


def _told_when(desk: World) -> None:
    assert desk.says(Intent.INFORM, "Monday after two").expects is Expects.PATIENT_NAME
    reply = desk.says(Intent.INFORM, patient_name="Maya Chen", date_of_birth=BORN)
    assert reply.about is About.REQUEST
    assert "Monday after two" in desk.text
    desk.says(Intent.AFFIRM)


FILED = [("medical_question", {"words": QUESTION, "callback": "Monday after two"}, "routine", "maya")]


def test_no_appointment_but_a_nurse_calls() -> None:
    desk = _asked()
    desk.says(Intent.DENY, "no")
    assert "nurse" in desk.text
    assert desk.says(Intent.AFFIRM).expects is Expects.CALLBACK
    _told_when(desk)
    assert desk.requests == FILED  # one for one matter: the first words were taken back into it


def test_a_call_that_is_asked_for_is_not_offered_first() -> None:
    for intent in (Intent.DENY, Intent.STAFF, Intent.INFORM, Intent.MESSAGE):
        desk = _asked()
        assert desk.says(intent, "No, but could a nurse call me back?").expects is Expects.CALLBACK
        _told_when(desk)
        assert desk.requests == FILED


def test_when_to_call_is_not_asked_again() -> None:
    desk = _asked()
    reply = desk.says(Intent.MESSAGE, "no, just have a nurse call me Monday", date=day("2026-06-15"))
    assert reply.expects is Expects.PATIENT_NAME


def test_neither_is_wanted_and_the_question_stays_noted() -> None:
    desk = _asked()
    desk.says(Intent.DENY, "no")
    assert desk.says(Intent.DENY, "no").expects is Expects.ANYTHING_ELSE
    assert desk.requests == [("medical_question", {"words": QUESTION}, "routine", None)]


def test_a_call_that_was_refused_is_not_offered_again() -> None:
    desk = _asked()
    desk.says(Intent.DENY, "no")
    desk.says(Intent.DENY, "no")
    desk.says(Intent.MEDICAL_QUESTION, "but is it harmless?")
    assert desk.says(Intent.DENY, "no").expects is Expects.ANYTHING_ELSE


def test_a_call_that_is_not_wanted_after_all_leaves_the_question_noted() -> None:
    desk = _asked()
    desk.says(Intent.DENY, "call me back, please")
    assert desk.says(Intent.DENY, "no").expects is Expects.ANYTHING_ELSE
    assert desk.requests == [("medical_question", {"words": QUESTION}, "routine", None)]


def test_an_appointment_is_still_a_yes_away() -> None:
    desk = _asked()
    desk.says(Intent.AFFIRM)
    assert desk.state.task is Task.BOOK


def test_danger_said_to_an_offer_is_danger() -> None:
    desk = _asked()
    desk.means(Frame(Intent.EMERGENCY), "call me, I can't breathe")
    assert "911" in desk.text
