"""Two wishes in one breath: the second is taken up when the first is done (ring: unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reception.dialogue.meaning import Also, Frame, Intent, Slot
from reception.dialogue.state import About, Expects, Task
from tests.dialogue.world import World, appointment, day

BORN = date(1988, 4, 12)
MOVING = Also(Frame(Intent.RESCHEDULE, {Slot.OLD_DATE: "Tuesday"}, {Slot.OLD_DATE: day("2026-06-16")}), "…")
REFILL = Frame(Intent.PRESCRIPTION, {Slot.MEDICATION: "lisinopril"})


def _refill_and_move(desk: World, also: Also = MOVING) -> None:
    desk.means(replace(REFILL, also=also))
    desk.says(Intent.INFORM, "20 mg")
    desk.says(Intent.INFORM, patient_name="Maya Chen", date_of_birth=BORN)
    assert desk.state.about is About.REQUEST


def test_the_second_is_taken_up_with_what_was_said_of_it() -> None:
    both = [appointment("a", "2026-06-16T09:00"), appointment("b", "2026-06-25T09:00")]
    desk = World(existing=both)
    _refill_and_move(desk)
    reply = desk.says(Intent.AFFIRM)
    assert [kind for kind, *_ in desk.requests] == ["prescription"]
    assert "move an appointment" in desk.text
    assert "anything else" not in desk.text
    assert reply.expects is Expects.DATE  # of two, the one on Tuesday is meant
    assert desk.state.task is Task.MOVE
    assert desk.state.later == ()


def test_it_is_not_forgotten_when_the_first_is_dropped() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    desk.means(replace(Frame(Intent.PRESCRIPTION), also=MOVING))
    desk.says(Intent.DENY, "no")
    assert desk.state.task is Task.MOVE


def test_what_is_asked_for_again_by_itself_is_not_taken_up_twice() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    _refill_and_move(desk)
    desk.says(Intent.RESCHEDULE)
    assert desk.state.later == ()


def test_a_question_beside_a_wish_is_answered_first() -> None:
    desk = World()
    also = Also(Frame(Intent.PRACTICE_QUESTION, {Slot.TOPIC: "park"}), "where can I park")
    reply = desk.means(replace(Frame(Intent.BOOK, {Slot.REASON: "cough"}), also=also))
    assert desk.text.startswith("Behind the building.")
    assert reply.expects is Expects.DATE


def test_where_two_people_are_spoken_of_the_second_wish_asks_for_whom() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    _refill_and_move(desk, replace(MOVING, of_another=True))
    reply = desk.says(Intent.AFFIRM)
    assert reply.expects is Expects.PATIENT_NAME
    assert desk.state.who.patient_id is None
    assert desk.state.booked_by == "Maya Chen"


def test_an_emergency_takes_nothing_up() -> None:
    desk = World(existing=[appointment("a", "2026-06-16T09:00")])
    _refill_and_move(desk)
    desk.says(Intent.EMERGENCY, "my chest")
    assert "911" in desk.text
    assert desk.state.task is None
