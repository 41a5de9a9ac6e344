"""Identification: nobody learns who is on file (ring: unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from reception.dialogue.meaning import Hours, Intent
from reception.dialogue.state import About, Expects, Status
from tests.dialogue.world import PRACTICE, World, appointment, day

BORN = date(1988, 4, 12)


def test_three_failures_hand_over() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    for year in (1970, 1971, 1972):
        desk.says(Intent.INFORM, patient_name="Maya Chen", date_of_birth=date(year, 1, 1))
        if desk.state.status is Status.OPEN:
            assert desk.state.about is About.KNOWN_PATIENT
            desk.says(Intent.AFFIRM)
    assert desk.state.status is Status.HANDED_OVER
    assert [kind for kind, *_ in desk.requests] == ["staff"]


def test_guessing_on_without_answering_counts_too() -> None:
    desk = World()
    desk.says(Intent.CANCEL, patient_name="Maya Chen", date_of_birth=date(1970, 1, 1))
    for year in (1971, 1972, 1973):
        desk.says(Intent.INFORM, date_of_birth=date(year, 1, 1))
    assert desk.state.status is Status.HANDED_OVER


def test_a_close_name_is_read_back_as_it_was_said() -> None:
    desk = World(near={("Maya Chan", BORN): "maya"}, existing=[appointment("a", "2026-06-16T09:00")])
    reply = desk.says(Intent.CANCEL, patient_name="Maya Chan", date_of_birth=BORN)
    assert reply.about is About.IDENTITY
    assert "Maya Chan" in desk.text
    assert desk.says(Intent.AFFIRM).about is About.CANCEL


OFF_BY_A_DAY = date(1988, 4, 13)


def _with_a_misheard_birth_date() -> World:
    desk = World(misheard={("Maya Chen", OFF_BY_A_DAY)}, existing=[appointment("a", "2026-06-16T09:00")])
    reply = desk.says(Intent.CANCEL, patient_name="Maya Chen", date_of_birth=OFF_BY_A_DAY)
    assert reply.about is About.IDENTITY
    assert "Maya Chen" in desk.text and "13" in desk.text
    return desk


def test_a_misheard_birth_date_is_read_back_and_put_right() -> None:
    desk = _with_a_misheard_birth_date()
    assert desk.says(Intent.DENY, date_of_birth=BORN).about is About.CANCEL
    assert desk.failures == 1  # a guess like any other


def test_a_yes_to_a_misheard_birth_date_identifies_nobody() -> None:
    desk = _with_a_misheard_birth_date()
    assert desk.says(Intent.AFFIRM).about is About.KNOWN_PATIENT
    assert desk.says(Intent.AFFIRM).expects is Expects.PATIENT_NAME
    assert desk.state.who.patient_id is None
    assert desk.failures == 1


def test_a_no_to_a_misheard_birth_date_starts_again() -> None:
    desk = _with_a_misheard_birth_date()
    assert desk.says(Intent.DENY).expects is Expects.PATIENT_NAME
    assert desk.failures == 1


def test_a_corrected_birth_date_identifies() -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Maya Chen", date_of_birth=date(1988, 5, 12))
    desk.says(Intent.INFORM, date_of_birth=BORN)
    assert desk.state.who.patient_id == "maya"
    assert desk.failures == 1


def test_who_was_never_here_has_nothing_to_look_up() -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Tom Novak", date_of_birth=date(1990, 1, 1))
    reply = desk.says(Intent.DENY)
    assert reply.expects is Expects.ANYTHING_ELSE
    assert "has not been here" in desk.text


def test_after_ones_own_appointment_another_person_is_identified_anew() -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Maya Chen", date_of_birth=BORN)
    desk.says(Intent.BOOK, patient_name="Lily Chen", reason="cough", date=day("2026-06-16"))
    desk.picks(0)
    assert desk.state.expects is Expects.DATE_OF_BIRTH
    assert desk.state.who.patient_id is None


def test_ones_own_first_name_said_again_changes_nothing() -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Maya Chen", date_of_birth=BORN)
    desk.says(Intent.BOOK, patient_name="Maya", reason="cough", date=day("2026-06-16"))
    assert desk.state.who.patient_id == "maya"


BY_PHONE = replace(PRACTICE, booking=replace(PRACTICE.booking, identify_by=("phone",)))
BY_NAME_AND_PHONE = replace(
    PRACTICE, booking=replace(PRACTICE.booking, identify_by=("patient_name", "phone"))
)
LILY_BORN = date(2015, 3, 1)
FAMILY = {("Maya Chen", BORN): "maya", ("Lily Chen", LILY_BORN): "lily"}
NINE = Hours(time(9), time(9))


def test_by_phone_alone_a_wrong_number_is_asked_for_again() -> None:
    desk = World(practice=BY_PHONE, phones={"+12025550111": "maya"})
    assert desk.says(Intent.CHECK).expects is Expects.PHONE
    assert desk.says(Intent.INFORM, phone="+12025550199").about is About.KNOWN_PATIENT
    assert desk.says(Intent.AFFIRM).expects is Expects.PHONE
    desk.says(Intent.INFORM, phone="+12025550111")
    assert desk.state.who.patient_id == "maya"


def test_the_callers_own_number_is_not_asked_for_and_identifies_nobody_by_itself() -> None:
    own = {"phones": {"+12025550111": "maya"}, "caller_phone": "+12025550111"}
    desk = World(practice=BY_NAME_AND_PHONE, **own)
    assert desk.says(Intent.CHECK).expects is Expects.PATIENT_NAME
    desk.says(Intent.INFORM, patient_name="Maya Chen")
    assert desk.state.who.patient_id == "maya"
    alone = World(practice=BY_PHONE, **own)
    assert alone.says(Intent.CHECK).expects is Expects.PHONE
    alone.says(Intent.INFORM, phone="+12025550111")
    assert alone.state.who.patient_id == "maya"


def test_when_the_callers_own_number_fails_the_one_on_file_is_asked_for() -> None:
    desk = World(practice=BY_NAME_AND_PHONE, phones={"+12025550111": "maya"}, caller_phone="+12025550199")
    desk.says(Intent.CHECK, patient_name="Maya Chen")
    desk.says(Intent.AFFIRM)
    assert desk.says(Intent.INFORM, patient_name="Maya Chen").expects is Expects.PHONE


def test_a_new_patient_of_a_practice_that_identifies_by_phone_has_a_name_and_a_birth_date() -> None:
    desk = World(practice=BY_PHONE)
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), time=NINE)
    desk.says(Intent.INFORM, phone="+12025550199")
    assert desk.says(Intent.DENY).expects is Expects.PATIENT_NAME
    assert desk.says(Intent.INFORM, patient_name="Tom Novak").expects is Expects.DATE_OF_BIRTH
    assert desk.says(Intent.INFORM, date_of_birth=BORN).about is About.BOOKING


def test_another_name_than_the_one_identified_by_phone_is_another_person() -> None:
    desk = World(practice=BY_PHONE, phones={"+12025550111": "maya"})
    desk.says(Intent.BOOK, reason="knee", date=day("2026-06-16"), time=NINE, phone="+12025550111")
    assert desk.state.who.patient_id == "maya"
    desk.phones.clear()
    desk.says(Intent.DENY, patient_name="Lily Chen")
    assert desk.state.who.patient_id is None


@pytest.mark.parametrize("answer", [Intent.AFFIRM, Intent.DENY])
def test_a_correction_with_the_answer_is_looked_up_before_the_answer_counts(answer: Intent) -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Maya Chen", date_of_birth=date(1988, 4, 13))
    desk.says(answer, date_of_birth=BORN)
    assert desk.state.who.patient_id == "maya"
    assert desk.failures == 1


def test_another_person_never_gets_the_appointment_that_was_found() -> None:
    desk = World(patients=FAMILY, existing=[appointment("a", "2026-06-16T09:00")])
    desk.says(Intent.CANCEL, patient_name="Maya Chen", date_of_birth=BORN)
    assert desk.says(Intent.DENY, patient_name="Lily Chen").expects is Expects.DATE_OF_BIRTH
    assert desk.state.appointment is None
    desk.existing = []
    desk.says(Intent.INFORM, date_of_birth=LILY_BORN)
    assert "can't find" in desk.text


def test_a_question_by_the_way_does_not_change_who_the_patient_is() -> None:
    desk = World(patients=FAMILY)
    desk.says(
        Intent.BOOK,
        reason="knee",
        date=day("2026-06-16"),
        time=NINE,
        patient_name="Maya Chen",
        date_of_birth=BORN,
    )
    desk.says(
        Intent.PRACTICE_QUESTION, heard="where can Lily Chen park", patient_name="Lily Chen", topic="park"
    )
    assert "for Maya Chen" in desk.text


def test_who_booked_for_whom_and_whose_details_are_kept_apart() -> None:
    desk = World(patients=FAMILY)
    desk.says(Intent.CHECK, patient_name="Maya Chen", date_of_birth=BORN, insurance="Aetna", email="m@x.org")
    desk.says(Intent.BOOK, patient_name="Lily Chen", reason="cough", date=day("2026-06-16"), time=NINE)
    desk.says(Intent.INFORM, date_of_birth=LILY_BORN)
    desk.says(Intent.AFFIRM)
    assert (desk.booked[0][0], desk.booked_by) == ("lily", ["Maya Chen"])
    assert (desk.state.claims.email, desk.state.claims.insurance) == ("", "")


def test_never_been_here_can_be_taken_back() -> None:
    desk = World()
    desk.says(Intent.CHECK, patient_name="Tom Novak", date_of_birth=BORN)
    desk.says(Intent.DENY)
    assert desk.says(Intent.CHECK).about is About.KNOWN_PATIENT


def test_what_was_told_is_not_lost_when_nobody_could_be_identified() -> None:
    desk = World(failures=2)
    desk.says(Intent.MESSAGE)
    desk.says(Intent.INFORM, heard="the cream works")
    desk.says(Intent.DENY, heard="no")
    desk.says(Intent.INFORM, patient_name="Tom Novak", date_of_birth=BORN)
    desk.says(Intent.AFFIRM)
    assert desk.state.status is Status.HANDED_OVER
    assert "the cream works" in desk.requests[0][1]["words"]
    assert "on which number" in desk.text


def test_a_name_said_with_a_greeting_is_heard() -> None:
    desk = World()
    desk.says(Intent.CANCEL)
    assert desk.says(Intent.GREET, patient_name="Maya Chen").expects is Expects.DATE_OF_BIRTH


def test_saying_never_been_here_is_no_way_to_guess_for_ever() -> None:
    desk = World()
    for year in (1970, 1971, 1972, 1973):
        desk.says(
            Intent.CHECK, patient_name=f"Maya {'ABCD'[year - 1970]}quith", date_of_birth=date(year, 1, 1)
        )
        if desk.state.status is Status.OPEN:
            desk.says(Intent.DENY)
    assert desk.state.status is Status.HANDED_OVER


def test_refusing_a_read_back_again_and_again_ends_with_a_person() -> None:
    desk = World(near={("Maya Chan", BORN): "maya"})
    desk.says(Intent.CANCEL)
    for _ in range(3):
        desk.says(Intent.INFORM, patient_name="Maya Chan", date_of_birth=BORN)
        desk.says(Intent.DENY)
    assert desk.state.status is Status.HANDED_OVER
