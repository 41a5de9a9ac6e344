"""Moving, cancelling and looking up an appointment that exists; only for an identified patient."""

from __future__ import annotations

from reception.clock import same_moment
from reception.dialogue.asking import after, ask, confirm, finish
from reception.dialogue.booking import insurance_lines
from reception.dialogue.identifying import identify
from reception.dialogue.meaning import Days, Frame, Intent
from reception.dialogue.needs import CancelAppointment, MoveAppointment, ReleaseHold, Step, Talk, Upcoming
from reception.dialogue.offers import within
from reception.dialogue.searching import find_time, refuse_offered
from reception.dialogue.state import (
    About,
    Choice,
    Existing,
    Expects,
    Facts,
    Line,
    Offer,
    Reply,
    State,
    Task,
    Who,
)


def change(state: State, facts: Facts) -> Talk:
    """The next step of moving, cancelling or checking."""
    question = yield from _find_appointment(state, facts)
    if question is not None:
        return question
    assert state.appointment is not None  # found, or a question was returned
    if state.task is Task.CANCEL:
        return confirm("confirm_cancel", About.CANCEL, existing=state.appointment)
    found: list[Line] = []
    if state.chosen is None:
        _keep_what_is_not_changed(state)
        coming: tuple[Existing, ...] = yield Upcoming(state.who.patient_id or "")
        state.busy = tuple(one for one in coming if one.id != state.appointment.id)
        question = yield from find_time(state, facts, found)
        if question is not None:
            return after(found, question)
    assert state.chosen is not None  # found, or a question was returned
    question = confirm("confirm_move", About.MOVE, existing=state.appointment, offer=state.chosen)
    if state.chosen.practitioner != state.appointment.practitioner:
        found += insurance_lines(state, facts, state.chosen)
    return after(found, question)


def answer_cancel(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to "Shall I cancel it?"."""
    if frame.intent is Intent.AFFIRM and state.appointment is not None:
        if (yield CancelAppointment(state.appointment)):
            return finish(state, Line("cancelled", {"existing": state.appointment}), outcome="cancelled")
        changed = yield from _changed(state)
        return changed or (yield from change(state, facts))
    if frame.intent is Intent.DENY:
        return finish(state, Line("kept"))
    return (yield from change(state, facts))


def answer_move(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to "Shall I move it?"; the old time is kept until this."""
    if frame.intent is Intent.AFFIRM and state.appointment is not None and state.chosen is not None:
        chosen = state.chosen
        if (yield MoveAppointment(state.appointment, chosen)):
            return finish(state, Line("moved", {"offer": chosen}), outcome="moved")
        changed = yield from _changed(state)
        if changed is not None:
            return changed
        refuse_offered(state)
        state.taken = True
        return (yield from change(state, facts))
    if frame.intent is Intent.DENY:
        refuse_offered(state)
        yield ReleaseHold()
        return ask("ask_date_move", Expects.DATE)
    return (yield from change(state, facts))


def _changed(state: State) -> Step:
    """What is said where staff changed the appointment since it was read back; None where they did not.

    A yes was for what was read back, so it is asked anew. Who answers a text is not identified: they are
    told no more than that it changed.
    """
    assert state.appointment is not None  # the caller has checked
    if state.who.patient_id is None:
        finish(state)
        return Reply((Line("appointment_changed"),))
    coming: tuple[Existing, ...] = yield Upcoming(state.who.patient_id)
    found = next((one for one in coming if one.id == state.appointment.id), None)
    if found is None:
        yield ReleaseHold()
        return finish(state, Line("no_appointments"), outcome="no_appointment")
    read_back = state.appointment
    if found.practitioner == read_back.practitioner and same_moment(found.start, read_back.start):
        return None
    state.appointment = found
    told = (Line("appointment_now", {"existing": found}),)
    if state.task is Task.CANCEL or state.chosen is None:
        return after(told, confirm("confirm_cancel", About.CANCEL, existing=found))
    return after(told, confirm("confirm_move", About.MOVE, existing=found, offer=state.chosen))


def _find_appointment(state: State, facts: Facts) -> Step:
    if state.who.new and state.who.patient_id is None and state.about is not About.KNOWN_PATIENT:
        state.who = Who(unmatched=True)  # "never been here" was said before this wish: perhaps a slip
    question = yield from identify(state, facts)
    if question is not None:
        return question
    if state.who.patient_id is None:
        return finish(state, Line("no_record"))
    if state.appointment is not None:
        return None
    coming: tuple[Existing, ...] = yield Upcoming(state.who.patient_id)
    if not coming:
        return finish(state, Line("no_appointments"), outcome="no_appointment")
    meant = _meant(state, coming)
    if state.task is Task.CHECK:
        key = "your_appointment" if len(meant) == 1 else "your_appointments"
        return finish(state, Line(key, {"existing": meant[0], "all": meant}), outcome="checked")
    if len(meant) > 1:
        return ask(
            "ask_appointment", Expects.APPOINTMENT, *(Choice(existing=one) for one in meant), all=meant
        )
    state.appointment = meant[0]
    return None


def _meant(state: State, coming: tuple[Existing, ...]) -> tuple[Existing, ...]:
    """The appointments that fit what was said of the existing one; all when none does."""
    wish = state.wish
    days, hours = (
        (wish.old_days, wish.old_hours)
        if state.task is Task.MOVE
        else (wish.old_days or wish.days, wish.old_hours or wish.hours)
    )
    fitting = tuple(
        one for one in coming if (days is None or days.allows(one.start.date())) and within(hours, one.start)
    )
    closer = tuple(
        one
        for one in fitting
        if wish.practitioner in (None, one.practitioner)
        and wish.appointment_type in (None, one.appointment_type)
    )
    return closer or fitting or coming


def own_day(existing: Existing) -> Days:
    """The day an appointment is on, in the practice's time zone."""
    return Days(existing.start.date(), existing.start.date())


def _keep_what_is_not_changed(state: State) -> None:
    """A moved appointment stays with its doctor and type unless another was asked for."""
    assert state.appointment is not None  # only called when it is known
    existing, wish = state.appointment, state.wish
    wish.appointment_type = existing.appointment_type
    if not wish.practitioners:
        wish.practitioner = wish.practitioner or existing.practitioner
    if wish.days is None and wish.hours is not None:  # "can I come at three instead": on the same day
        wish.days = own_day(existing)
    state.asked = (*state.asked, "reason")
    own = Offer(existing.practitioner, existing.appointment_type, existing.start)
    if own not in state.refused:
        state.refused = (*state.refused, own)
