"""What is said beside the task and answered without touching it: a person, thanks, a question, no advice."""

from __future__ import annotations

from reception.dialogue.answering import drop
from reception.dialogue.answers import answer, told_by_practice
from reception.dialogue.asking import after, ask, ask_again
from reception.dialogue.identifying import note_by_the_way
from reception.dialogue.meaning import SURE, Frame, Intent, Manner, Slot
from reception.dialogue.needs import AmendRequest, FileRequest, ReleaseHold, Step, Talk
from reception.dialogue.nurse import offer_care
from reception.dialogue.people import hand_over
from reception.dialogue.searching import offer
from reception.dialogue.state import Expects, Facts, Line, Reply, State, Status

#: Questions that any words may answer, so that nothing said to them is out of scope.
FREE_TEXT = frozenset(
    {Expects.REASON, Expects.MESSAGE, Expects.CALLBACK, Expects.DOSE, Expects.TEST, Expects.TOPIC}
)
#: Questions of who it is.
WHO = frozenset({Expects.PATIENT_NAME, Expects.DATE_OF_BIRTH, Expects.PHONE})
#: Details of the time that is wished.
TIMES = frozenset({Slot.PRACTITIONER, Slot.DATE, Slot.TIME})
#: A message of more words says more than that it is dropped.
_SHORT = 6


def aside(state: State, frame: Frame, heard: str, facts: Facts) -> Step:
    """What can be answered without touching the task: a person, thanks, a question about the practice …"""
    intent, closing = frame.intent, state.expects is Expects.ANYTHING_ELSE
    if frame.manner is Manner.WAITS:
        return after((Line("take_your_time"),), ask_again(state))
    if frame.manner is Manner.DROPS and state.task is not None and not _of_a_message(state, heard):
        return (yield from drop(state))
    if intent is Intent.REPEAT and state.question_key == "ask_which" and state.expects is Expects.SLOT:
        return offer(tuple(one.offer for one in state.choices if one.offer is not None))
    if intent is Intent.REPEAT and state.said:
        return Reply((Line("verbatim", {"text": state.said}),), state.expects, state.about, state.choices)
    if intent is Intent.STAFF:
        return (yield from hand_over(state, facts, "handover", heard))
    if intent is Intent.GOODBYE or (closing and intent in (Intent.THANK, Intent.DENY) and not frame.slots):
        yield ReleaseHold()
        state.status = Status.CLOSED
        return Reply((Line("goodbye", {"practice": facts.practice.name}),))
    if closing and intent is Intent.AFFIRM and not frame.slots:
        return ask("ask_request", Expects.REQUEST)
    if intent is Intent.GREET and not frame.slots:
        return (
            after((Line("hello"),), ask_again(state)) if state.task else ask("ask_request", Expects.REQUEST)
        )
    if intent is Intent.THANK and not frame.slots:
        return after((Line("welcome"),), ask_again(state))
    choosing = state.expects in (Expects.SLOT, Expects.DATE, Expects.TIME)
    # "Does Dr. Okoye have time on Tuesday?" while choosing is a wish; "are you open on Tuesdays?" is none.
    wish = choosing and frame.values.keys() & TIMES and not facts.cues.asks_hours.search(heard)
    if (
        intent is Intent.PRACTICE_QUESTION
        and not wish
        and state.expects not in (Expects.MESSAGE, Expects.TOPIC)
    ):
        line = answer(frame, heard, facts)
        if line is None and state.expects in FREE_TEXT:
            return None
        note_by_the_way(state, frame, facts)
        if line is None and state.expects in WHO and facts.cues.why.search(heard):
            return after((Line("why_identify"),), ask_again(state))
        line = line or Line("answer_unknown", {"phone": facts.practice.phone})
        return after((line,), ask_again(state))
    if state.expects in WHO and not frame.slots and facts.cues.wont_say.search(heard):
        return after((Line("why_identify"),), ask_again(state))
    if intent is Intent.INFORM and frame.confidence < SURE and state.expects not in FREE_TEXT:
        told = told_by_practice(frame, heard, facts)  # a question in an unusual order of words
        if told is not None:
            return after((told,), ask_again(state))
    if intent is Intent.MEDICAL_QUESTION and state.expects not in FREE_TEXT:
        return (yield from _medical(state, frame, heard, facts))
    if intent is Intent.OUT_OF_SCOPE and state.expects not in FREE_TEXT:
        nothing_yet = state.task is None and state.expects is Expects.REQUEST
        question = ask("ask_request", Expects.REQUEST) if nothing_yet else ask_again(state)
        return after((Line("out_of_scope"),), question)
    return None


def _of_a_message(state: State, heard: str) -> bool:
    """Whether "never mind" may be words of the message that was asked for."""
    return state.expects is Expects.MESSAGE and len(heard.split()) > _SHORT


def _medical(state: State, frame: Frame, heard: str, facts: Facts) -> Talk:
    """No advice: noted for the team, and an appointment offered; but what the practice says may be said."""
    note_by_the_way(state, frame, facts)
    state.medical_words = "\n".join(filter(None, (state.medical_words, heard)))
    details = {"words": state.medical_words}
    if state.medical_request is None:
        state.medical_request = yield FileRequest(
            "medical_question", details, "routine", state.who.patient_id
        )
    else:
        yield AmendRequest(state.medical_request, details)
    told = told_by_practice(frame, heard, facts)
    if told is not None:
        return after((told,), ask_again(state))
    state.wish.reason = state.wish.reason or frame.slots.get(Slot.REASON, "")
    if state.task is not None:
        return after((Line("no_advice"),), ask_again(state))
    state.outcome = state.outcome or "medical_question"
    urgent_care = facts.practice.urgent_care
    lines = (Line("urgent_care", {"urgent_care": urgent_care}),) if urgent_care else ()
    return after((Line("no_advice"), *lines), offer_care())
