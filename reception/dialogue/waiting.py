"""The waiting list: who asks to be put on it, and the time that is kept for a patient on it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from reception.dialogue.asking import after, confirm, finish
from reception.dialogue.booking import booked_lines, insurance_lines
from reception.dialogue.meaning import SURE, Frame, Intent
from reception.dialogue.needs import (
    BookSlot,
    CloseRequest,
    Need,
    ReleaseHold,
    Step,
    Talk,
    Upcoming,
    Waiting,
)
from reception.dialogue.noting import start_task
from reception.dialogue.searching import overlap
from reception.dialogue.state import (
    About,
    Choice,
    Existing,
    Expects,
    Facts,
    Line,
    Reply,
    State,
    Status,
    Task,
    WaitingTime,
    Wish,
)

#: What the wish for the waiting list is taken for; a doubtful frame may be anything.
_TAKEN_FOR = frozenset(
    {
        Intent.BOOK,
        Intent.RESCHEDULE,
        Intent.INFORM,
        Intent.AFFIRM,
        Intent.DENY,
        Intent.ALTERNATIVES,
        Intent.MESSAGE,
        Intent.STAFF,
        Intent.PRACTICE_QUESTION,
        Intent.OUT_OF_SCOPE,
    }
)


def wants_to_wait(state: State, frame: Frame, heard: str, facts: Facts) -> bool:
    """Whether somebody asks for the waiting list itself: "put me on the waiting list for Dr. Weber"."""
    taken = frame.intent in _TAKEN_FOR or frame.confidence < SURE
    return taken and state.task is not Task.MESSAGE and facts.cues.waitlist.search(heard) is not None


def start_waiting(state: State, frame: Frame) -> Generator[Need, Any, Frame]:
    """Turns to the waiting list, with the wish that was talked about; the frame as it is to be read now."""
    if state.about is About.WAITLIST:
        return replace(frame, intent=Intent.AFFIRM, confidence=1.0)  # "yes, put me on the list"
    if state.task is not Task.WAITLIST:
        wish = state.wish if state.task in (Task.BOOK, Task.MOVE) else Wish()
        yield ReleaseHold()
        start_task(state, Task.WAITLIST)
        state.wish = wish
    return replace(frame, intent=Intent.INFORM, confidence=1.0)


def tell_of_waiting(state: State, reply: Reply, facts: Facts) -> Talk:
    """The reply, with the kept time offered where the desk would ask whether there is anything else."""
    patient = state.who.patient_id
    idle = reply.expects is Expects.ANYTHING_ELSE and state.status is Status.OPEN
    if patient is None or not idle or state.told_of_waiting:
        return reply
    state.told_of_waiting = True
    kept: WaitingTime | None = yield Waiting(patient)
    if kept is None:
        return reply
    coming: tuple[Existing, ...] = yield Upcoming(patient)
    if any(overlap(facts.practice, kept.offer, one) for one in coming):
        yield ReleaseHold()
        return reply
    state.waited_for = kept
    said = (*reply.lines[:-1], *insurance_lines(state, facts, kept.offer))
    return after(said, confirm("waiting_free", About.BOOKING, offer=kept.offer))


def answer_waiting(state: State, frame: Frame, picked: Choice | None, facts: Facts) -> Step:
    """Takes the answer; None, with the time given back, where something else was said."""
    kept, state.waited_for = state.waited_for, None
    assert kept is not None and state.who.patient_id is not None  # offered to an identified patient only
    bare = not frame.slots
    if (frame.intent is Intent.AFFIRM and bare) if picked is None else picked.yes:
        booked = yield BookSlot(kept.held, kept.offer, state.who.patient_id, "", "")
        if not booked:
            return finish(state, Line("slot_taken"))
        yield CloseRequest(kept.request_id)
        return finish(state, *booked_lines(facts, kept.offer), outcome="booked")
    yield ReleaseHold()
    if (frame.intent is Intent.DENY and bare) if picked is None else picked.yes is False:
        return finish(state, Line("still_waiting"))
    state.expects, state.about, state.choices = None, None, ()
    return None
