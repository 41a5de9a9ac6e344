"""Tells a patient on the waiting list of the time that is kept for them, and books it on a yes."""

from __future__ import annotations

from reception.dialogue.asking import after, confirm, finish
from reception.dialogue.booking import booked_lines, insurance_lines
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.needs import BookSlot, CloseRequest, ReleaseHold, Step, Talk, Upcoming, Waiting
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
    WaitingTime,
)


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
