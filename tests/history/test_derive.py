"""Unit ring: from made-up conversations, what they did to the calendars, and whether that can have been."""

from __future__ import annotations

from tests.history.derive import operations
from tests.history.record import Event
from tests.history.register import judge
from tests.history.world import AUTUMN, DOCTORS, Told, slots

NINE = next(one for one in slots() if one.doctor == DOCTORS[0])
ELSEWHERE = next(one for one in slots() if one.doctor == DOCTORS[1] and one.start == NINE.start)
HOLD = 30.0


def picks(number: int, patient: str, *told: Told) -> Event:
    """A patient picks nine o'clock of those that were offered, and is told this."""
    return said(number, patient, "option", *told)


def said(number: int, patient: str, about: str, *told: Told) -> Event:
    given = {
        "channel": "chat", "conversation": f"{patient} {about}", "patient": patient, "minutes": 30,
        "words": "", "slot": NINE, "about": about, "task": "book",
    }  # fmt: skip
    got = {"told": list(told), "offered": []}
    return Event(number, "w", "say", given, number, number + 0.5, "ok", got)


def possible(*events: Event) -> bool:
    found = operations(events, HOLD, AUTUMN)
    return all(judge(each).possible for each in found.values())


def test_who_is_held_another_time_than_the_one_picked_must_be_told_that_it_is_gone() -> None:
    first = picks(1, "Ann", Told("time_free", NINE))
    instead = Told("time_free", ELSEWHERE)
    assert possible(first, picks(2, "Bea", Told("slot_taken"), instead))
    assert not possible(first, picks(2, "Bea", instead))
    assert not possible(picks(2, "Bea", Told("slot_taken"), instead))  # nobody had it


def test_a_yes_by_text_to_a_time_just_booked_is_the_same_appointment_for_the_same_patient_only() -> None:
    booked = Told("booked", NINE)
    first = said(1, "Ann", "option", booked)
    assert possible(first, said(2, "Ann", "offer", booked))
    assert not possible(first, said(2, "Ann", "asked", booked))
    assert not possible(first, said(2, "Bea", "offer", booked))
