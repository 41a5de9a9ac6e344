"""Identification: nobody learns who is on file (ring: unit)."""

from __future__ import annotations

from datetime import date

from reception.dialogue.meaning import Intent
from reception.dialogue.state import About, Expects, Status
from tests.dialogue.world import World, appointment, day

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
