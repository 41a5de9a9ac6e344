"""Answers to a text message of ours: the patient comes, does not, wants to move, or takes a free time.

The number it came from identifies nobody. Whoever answers may say so much of the very appointment that the
text named, as anybody could who holds the telephone; for everything else they are asked who they are.
"""

from __future__ import annotations

from reception.dialogue.asking import ask, ask_again, confirm, finish
from reception.dialogue.booking import booked_lines
from reception.dialogue.changes import change
from reception.dialogue.meaning import Days, Frame, Intent
from reception.dialogue.needs import (
    BookSlot,
    CancelAppointment,
    CloseRequest,
    ConfirmAppointment,
    DeclineOffer,
    DeclineReplacement,
    FileRequest,
    Standing,
    Step,
    TakeReplacement,
    Talk,
)
from reception.dialogue.noting import start_task
from reception.dialogue.state import (
    About,
    Existing,
    Expects,
    Facts,
    Line,
    Replacement,
    Reply,
    State,
    Status,
    Task,
    WaitingTime,
)
from reception.dialogue.text_cues import text_cues

#: What is said beside the question without answering it.
_BESIDE = frozenset(
    {Intent.REPEAT, Intent.PRACTICE_QUESTION, Intent.THANK, Intent.GREET, Intent.OUT_OF_SCOPE,
     Intent.MEDICAL_QUESTION}
)  # fmt: skip


def answer_text(state: State, frame: Frame, heard: str, facts: Facts) -> Step:
    """Takes the answer to the text; None where the talk goes on as usual, with the question open or not."""
    texted, reply = state.texted, None
    assert texted is not None  # the caller has checked
    if texted.replacement is not None:
        reply = yield from _replaced(state, texted.replacement, frame, heard, facts)
    elif texted.waiting is not None:
        reply = yield from _offered(state, texted.waiting, frame, heard, facts)
    elif texted.appointment is not None:
        reply = yield from _reminded(state, texted.appointment, frame, heard, facts)
    if reply is not None or state.texted is None or frame.intent in _BESIDE:
        return reply
    if frame.intent is Intent.INFORM and not frame.slots:
        return ask_again(state)
    state.texted = None  # they want something else
    state.expects, state.about, state.choices = None, None, ()
    return None


def answered_plainly(state: State, heard: str, language: str) -> bool:
    """Whether the words answer the text by themselves, so that no model has to read them."""
    if state.texted is None or state.maybe_danger or state.status is not Status.OPEN:
        return False
    cues = text_cues(language)
    offered = state.texted.waiting is not None or state.texted.replacement is not None
    plain = (cues.yes, cues.no) if offered else (cues.comes, cues.comes_not, cues.moves)
    return any(each.fullmatch(heard) for each in plain)


def _reminded(state: State, appointment: Existing, frame: Frame, heard: str, facts: Facts) -> Step:
    cues = text_cues(facts.language)
    bare = not frame.slots
    changes = frame.intent in (Intent.CANCEL, Intent.RESCHEDULE)
    if cues.late.search(heard) and not changes and "?" not in heard:
        return (yield from _late(state, appointment, heard))
    if cues.moves.fullmatch(heard) or frame.intent in (Intent.RESCHEDULE, Intent.ALTERNATIVES):
        if not (yield Standing(appointment.id, appointment.start)):
            return _over(state, Line("appointment_changed"))
        _move(state, appointment)
        return (yield from change(state, facts)) if bare else None
    if cues.comes_not.fullmatch(heard):
        if not (yield CancelAppointment(appointment)):
            return _over(state, Line("appointment_changed"))
        return _over(state, Line("cancelled", {"existing": appointment}), outcome="cancelled")
    if cues.comes.fullmatch(heard) or (frame.intent is Intent.AFFIRM and bare):
        if not (yield ConfirmAppointment(appointment.id, appointment.start)):
            return _over(state, Line("appointment_changed"))
        return _over(state, Line("confirmed", {"existing": appointment}), outcome="confirmed")
    if frame.intent is Intent.CANCEL or (frame.intent is Intent.DENY and bare):
        if not (yield Standing(appointment.id, appointment.start)):
            return _over(state, Line("appointment_changed"))
        state.texted = None
        start_task(state, Task.CANCEL)
        state.appointment = appointment
        return confirm("confirm_cancel", About.CANCEL, existing=appointment)
    return None


def _late(state: State, appointment: Existing, heard: str) -> Talk:
    """They come, and somebody should know that it will be later; the practice decides what that means."""
    if not (yield ConfirmAppointment(appointment.id, appointment.start)):
        return _over(state, Line("appointment_changed"))
    patient = state.texted.patient_id if state.texted is not None else None
    yield FileRequest("message", {"text": heard}, "urgent", patient)
    return _over(state, Line("request_filed"), outcome="message")


def _move(state: State, appointment: Existing) -> None:
    """The wish to move it; who is asking has to be told before anything is looked up."""
    state.texted = None
    start_task(state, Task.MOVE)
    day = appointment.start.date()
    state.wish.old_days = Days(day, day)


def _offered(state: State, kept: WaitingTime, frame: Frame, heard: str, facts: Facts) -> Step:
    cues = text_cues(facts.language)
    bare, texted = not frame.slots, state.texted
    assert texted is not None
    if cues.yes.fullmatch(heard) or (frame.intent is Intent.AFFIRM and bare):
        if kept.offer.start <= facts.now or not (
            yield BookSlot(kept.held, kept.offer, texted.patient_id, "", "")
        ):
            return _over(state, Line("offer_gone"))
        yield CloseRequest(kept.request_id)
        return _over(state, *booked_lines(facts, kept.offer), outcome="booked")
    if cues.no.fullmatch(heard) or (frame.intent is Intent.DENY and bare):
        yield DeclineOffer(kept.held)
        return _over(state, Line("still_waiting"))
    return None


def _replaced(state: State, replacement: Replacement, frame: Frame, heard: str, facts: Facts) -> Step:
    """Yes takes the time; with anything else about times it is given up, and another is looked for."""
    cues, bare = text_cues(facts.language), not frame.slots
    if cues.yes.fullmatch(heard) or (frame.intent is Intent.AFFIRM and bare):
        if (yield TakeReplacement(replacement.case_id, replacement.offer)):
            return _over(state, *booked_lines(facts, replacement.offer), outcome="booked")
        return _another(state, replacement, "replacement_gone")
    declined = cues.no.fullmatch(heard) or cues.moves.fullmatch(heard)
    elsewhen = frame.intent in (Intent.DENY, Intent.ALTERNATIVES, Intent.RESCHEDULE) and bare
    if declined or elsewhen:
        yield DeclineReplacement(replacement.case_id)
        return _another(state, replacement, "replacement_declined")
    return None


def _another(state: State, replacement: Replacement, said: str) -> Reply:
    """A booking of the same kind begins; which day suits them is all that is asked."""
    state.texted = None
    start_task(state, Task.BOOK)
    state.wish.appointment_type = replacement.offer.appointment_type
    return ask(said, Expects.DATE)


def _over(state: State, *lines: Line, outcome: str = "") -> Reply:
    """The text is answered; nothing more is asked, as every message costs the patient a look."""
    state.texted = None
    finish(state, outcome=outcome)
    return Reply(lines)
