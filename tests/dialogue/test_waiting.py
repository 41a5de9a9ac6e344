"""A patient on the waiting list hears of the time that is kept for them, once (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from reception.dialogue.meaning import Frame, Intent, Manner
from reception.dialogue.state import About, Expects, Offer, WaitingTime
from tests.dialogue.world import WEBER, ZONE, World, appointment, day

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
