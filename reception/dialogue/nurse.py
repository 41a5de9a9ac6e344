"""After a medical question: an appointment is offered, then a nurse's call; never any advice."""

from __future__ import annotations

from reception.dialogue.asking import confirm, finish
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.noting import start_task
from reception.dialogue.state import About, Facts, Line, Reply, State, Task

APPOINTMENT, CALL = "offer_appointment", "offer_nurse_call"
#: What the wish to be called is taken for, said to one of these offers.
_TAKEN_FOR = frozenset(
    {Intent.DENY, Intent.STAFF, Intent.MESSAGE, Intent.INFORM, Intent.ALTERNATIVES, Intent.OUT_OF_SCOPE}
)


def offer_care() -> Reply:
    """The first offer."""
    return confirm(APPOINTMENT, About.OTHER)


def wants_a_call(state: State, frame: Frame, heard: str, facts: Facts) -> bool:
    """Whether a call is wanted rather than what was offered: "no, but could a nurse ring me?"."""
    offered = state.task is None and state.about is About.OTHER and state.question_key in (APPOINTMENT, CALL)
    return offered and frame.intent in _TAKEN_FOR and facts.cues.call_back.search(heard) is not None


def start_call(state: State, frame: Frame) -> None:
    """Asks for a nurse's call about what was told, at the time that was said with it."""
    start_task(state, Task.MEDICAL_QUESTION)
    state.details = {"words": state.medical_words}
    when = " ".join(frame.slots[slot] for slot in (Slot.DATE, Slot.TIME) if slot in frame.slots)
    if when:
        state.details["callback"] = when


def answer_care(state: State, frame: Frame) -> Reply | None:
    """Takes the answer to one of the offers; None once something is to be done."""
    call = state.question_key == CALL
    if frame.intent is Intent.AFFIRM and call:
        start_call(state, frame)
        return None
    if frame.intent is Intent.AFFIRM:
        start_task(state, Task.BOOK)
        return None
    if frame.intent is not Intent.DENY:
        return confirm(CALL if call else APPOINTMENT, About.OTHER)
    if call or state.no_call:
        state.no_call = True
        return finish(state, Line("medical_noted"))
    return confirm(CALL, About.OTHER)
