"""Tells a patient on the waiting list of the time that is kept for them, and books it on a yes."""

from __future__ import annotations

from reception.dialogue.asking import after, confirm, finish
from reception.dialogue.booking import booked_lines
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.needs import BookSlot, CloseRequest, ReleaseHold, Step, Talk, Waiting
from reception.dialogue.state import About, Choice, Expects, Facts, Line, Reply, State, Status, WaitingTime


def tell_of_waiting(state: State, reply: Reply) -> Talk:
    """The reply, with the kept time offered where the desk would ask whether there is anything else."""
    patient = state.who.patient_id
    idle = reply.expects is Expects.ANYTHING_ELSE and state.status is Status.OPEN
    if patient is None or not idle or state.told_of_waiting:
        return reply
    state.told_of_waiting = True
    kept: WaitingTime | None = yield Waiting(patient)
    if kept is None:
        return reply
    state.waited_for = kept
    return after(reply.lines[:-1], confirm("waiting_free", About.WAITLIST, offer=kept.offer))


def answer_waiting(state: State, frame: Frame, picked: Choice | None, facts: Facts) -> Step:
    """Takes the answer; None, with the time given back, where something else was said."""
    kept, state.waited_for = state.waited_for, None
    assert kept is not None and state.who.patient_id is not None  # offered to an identified patient only
    if frame.intent is Intent.AFFIRM if picked is None else picked.yes:
        booked = yield BookSlot(kept.held, kept.offer, state.who.patient_id, "", "")
        if not booked:
            return finish(state, Line("slot_taken"))
        yield CloseRequest(kept.request_id)
        return finish(state, *booked_lines(facts, kept.offer), outcome="booked")
    yield ReleaseHold()
    if (frame.intent is Intent.DENY and not frame.slots) or (picked is not None and picked.yes is False):
        return finish(state, Line("still_waiting"))
    return None
