"""Questions on top of what is going on: was that an emergency, what was meant, is a kept time wanted.

They outlive whatever is said beside them, and end with a plain answer or another wish.
"""

from __future__ import annotations

from reception.dialogue.asking import ask, ask_again
from reception.dialogue.meaning import SURE, Frame, Intent, Manner, Slot
from reception.dialogue.needs import ReleaseHold, Step
from reception.dialogue.noting import TASKS, start_task
from reception.dialogue.people import emergency
from reception.dialogue.state import Choice, Expects, Facts, State, Task
from reception.dialogue.waiting import answer_waiting

#: Below this confidence the model's emergency (not one by rule) is asked about first, with the number said at
#: once: no hand-written emergency lies below, and most of its false alarms do.
ALARMED = 0.5
#: And below this one where the words have what only sounds like danger: a model that is surer may be right.
ALARMED_ANYWAY = 0.95
#: What is said beside a question without answering it.
_BESIDE = frozenset(
    {Intent.REPEAT, Intent.PRACTICE_QUESTION, Intent.THANK, Intent.GREET, Intent.OUT_OF_SCOPE,
     Intent.MEDICAL_QUESTION}
)  # fmt: skip
#: Details that answer what was asked before an alarm, and tell of no danger.
_WHO = frozenset({Slot.PATIENT_NAME, Slot.DATE_OF_BIRTH, Slot.PHONE, Slot.EMAIL, Slot.INSURANCE, Slot.CHOICE})


def answer_danger(state: State, frame: Frame, heard: str, picked: Choice | None, facts: Facts) -> Step:
    """Takes the answer to "Is this an emergency?": only a plain no, or a plain other wish, is none."""
    words, state.maybe_danger = state.maybe_danger, ""
    sure = frame.confidence >= SURE
    plain_no = picked is None and frame.intent is Intent.DENY and sure and frame.manner is None
    if plain_no or (picked is not None and picked.yes is False):
        _answered(state)
        return None
    if frame.manner is Manner.WAITS or frame.intent in (Intent.REPEAT, Intent.OUT_OF_SCOPE):
        state.maybe_danger = words
        return ask_again(state)
    if frame.intent in (Intent.PRACTICE_QUESTION, Intent.THANK, Intent.GREET):
        state.maybe_danger = words
        return None  # answered by the way, and the question is put again
    told_who = frame.intent is Intent.INFORM and bool(frame.slots) and not frame.slots.keys() - _WHO
    if picked is None and sure and (told_who or frame.intent in TASKS or frame.intent is Intent.STAFF):
        return None
    said = heard if picked is None else ""
    return (yield from emergency(state, facts, "\n".join(filter(None, (words, said)))))


def answer_offers(state: State, frame: Frame, picked: Choice | None, facts: Facts) -> Step:
    """Takes the answer to a kept time or to "Did you mean …?"; None where the talk goes on as usual."""
    if picked is None and (frame.manner is Manner.WAITS or frame.intent in _BESIDE):
        return None
    if picked is None and frame.intent is Intent.INFORM and not frame.slots:
        return ask_again(state)
    if state.waited_for is not None:
        return (yield from answer_waiting(state, frame, picked, facts))
    doubted, state.doubted = state.doubted, None
    assert doubted is not None  # one of the two is open
    return (yield from _answer_doubt(state, frame, picked, doubted))


def drop_offers(state: State) -> Step:
    """Another question takes their place: a kept time is given back, a doubt forgotten."""
    state.doubted = None
    if state.waited_for is not None:
        state.waited_for = None
        yield ReleaseHold()
    return None


def _answer_doubt(state: State, frame: Frame, picked: Choice | None, doubted: Task) -> Step:
    again = TASKS.get(frame.intent) is doubted
    yes = (again or frame.intent is Intent.AFFIRM) if picked is None else picked.yes
    no = frame.intent is Intent.DENY and not frame.slots if picked is None else picked.yes is False
    if yes and doubted is not state.task:
        yield ReleaseHold()
        start_task(state, doubted)
    elif no and doubted is state.task:
        start_task(state, None)
        return ask("ask_request", Expects.REQUEST)
    if yes or no:
        _answered(state)
    return None


def _answered(state: State) -> None:
    """The question on top is answered: what is said next answers nothing."""
    state.expects, state.about, state.choices = None, None, ()
