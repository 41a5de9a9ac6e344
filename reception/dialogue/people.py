"""Handing over to people: emergencies, the wish for a person, and what the desk still does afterwards."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from reception.dialogue.asking import ask
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.needs import AmendRequest, FileRequest, Need, ReleaseHold, Talk
from reception.dialogue.state import Expects, Facts, Line, Reply, State, Status


def emergency(state: State, facts: Facts, heard: str) -> Talk:
    """Names the emergency number, alerts staff and books nothing."""
    yield ReleaseHold()
    state.chosen = state.held = None
    state.staff_request = yield FileRequest("emergency", {"words": heard}, "emergency", state.who.patient_id)
    state.status = Status.HANDED_OVER
    state.outcome = "emergency"
    state.task = None
    state.details = {"words": heard}
    return Reply((Line("emergency", {"number": facts.practice.emergency_number}),))


def hand_over(state: State, facts: Facts, key: str, heard: str = "") -> Talk:
    """Files a request for a person and asks when to call back."""
    yield ReleaseHold()
    state.chosen = state.held = None
    state.details = {"words": heard} if heard else {}
    state.staff_request = yield FileRequest("staff", dict(state.details), "routine", state.who.patient_id)
    state.status = Status.HANDED_OVER
    state.outcome = "handed_over"
    state.task = None
    return ask(key, Expects.CALLBACK)


def handed_over(state: State, facts: Facts, frame: Frame, heard: str) -> Talk:
    """While the patient waits for a person: takes messages and call-back times, says goodbye.

    Nothing is asked any more, so that nobody feels kept on the line.
    """
    if frame.intent is Intent.GOODBYE:
        state.status = Status.CLOSED
        return Reply((Line("goodbye", {"practice": facts.practice.name}),))
    if frame.intent is Intent.REPEAT:
        return Reply((Line("verbatim", {"text": state.said}),), state.expects)
    if state.expects is Expects.CALLBACK:
        when = " ".join(frame.slots[slot] for slot in (Slot.DATE, Slot.TIME) if slot in frame.slots)
        yield from _amend(state, "callback", frame.slots.get(Slot.PHONE, "") or when or heard)
        return Reply((Line("callback_noted"),))
    if frame.intent in (Intent.THANK, Intent.DENY, Intent.AFFIRM, Intent.GREET):
        return Reply((Line("team_comes"),))
    state.details["words"] = "\n".join(filter(None, (state.details.get("words"), heard)))
    yield from _amend(state, "words", state.details["words"])
    return Reply((Line("message_added"),))


def _amend(state: State, field: str, words: str) -> Generator[Need, Any, None]:
    if state.staff_request:
        yield AmendRequest(state.staff_request, {field: words})
