"""Handing over to people: emergencies, the wish for a person, and what the desk still does afterwards."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from reception.dialogue.asking import after, ask
from reception.dialogue.meaning import Frame, Intent, Manner, Slot
from reception.dialogue.needs import (
    AmendRequest,
    FileRequest,
    Identification,
    Identify,
    Need,
    ReleaseHold,
    Talk,
)
from reception.dialogue.state import Expects, Facts, Line, Reply, State, Status

#: A goodbye of more words may tell when to call.
_JUST_GOODBYE = 3
#: Fewer digits are a time, not a telephone number.
_NUMBER = 7
_POLITE = frozenset({Intent.THANK, Intent.GREET})


def emergency(state: State, facts: Facts, heard: str) -> Talk:
    """Names the emergency number, alerts staff and books nothing."""
    yield ReleaseHold()
    state.chosen = state.held = None
    patient = yield from _patient(state, facts)
    state.staff_request = yield FileRequest("emergency", {"words": heard}, "emergency", patient)
    state.status = Status.HANDED_OVER
    state.outcome = "emergency"
    state.handed_over_for = state.handed_over_for or "emergency"
    state.task = None
    state.details = {"words": heard}
    return Reply((Line("emergency", {"number": facts.practice.emergency_number}),))


def hand_over(state: State, facts: Facts, key: str, heard: str = "", *, why: str = "asked") -> Talk:
    """Files a request for a person and asks when to call back."""
    yield ReleaseHold()
    state.chosen = state.held = None
    words = "\n".join(filter(None, (heard, _told(state)))) if state.details else heard or state.wish.reason
    state.details = {"words": words} if words else {}
    patient = yield from _patient(state, facts)
    state.staff_request = yield FileRequest("staff", dict(state.details), "routine", patient)
    state.status = Status.HANDED_OVER
    state.outcome = "handed_over"
    state.handed_over_for = state.handed_over_for or why
    state.task = None
    opens = facts.practice.opens_next(facts.now)
    closed = (Line("team_back", {"opens": opens}),) if opens else ()
    return after(closed, ask(key if _reachable(state, facts) else f"{key}_number", Expects.CALLBACK))


def _reachable(state: State, facts: Facts) -> bool:
    return bool(facts.caller_phone or state.claims.phone or state.who.patient_id)


def _patient(state: State, facts: Facts) -> Generator[Need, Any, str | None]:
    """Whom the request is about: who was identified, or whom all that was said so far fits exactly."""
    claims, known = state.claims, {"patient_name": state.claims.name, "phone": state.claims.phone}
    said = all(known.get(key, claims.date_of_birth) for key in facts.practice.booking.identify_by)
    if state.who.settled or state.who.unmatched or not said:
        return state.who.patient_id
    found: Identification = yield Identify(claims)
    return found.patient_id if found.kind == "match" else None


def _told(state: State) -> str:
    """What was told of the running request, so that it is not lost when a person has to take it over."""
    words = [words for key, words in state.details.items() if words and key not in ("from", "to")]
    return f"{state.task}: {', '.join(words)}" if words else ""


def handed_over(state: State, facts: Facts, frame: Frame, heard: str) -> Talk:
    """While the patient waits for a person: takes messages and call-back times, says goodbye.

    Nothing is asked any more, so that nobody feels kept on the line; only an unknown number is, once.
    """
    if frame.manner is Manner.WAITS:
        return Reply((Line("take_your_time"),), state.expects)
    if frame.intent is Intent.GOODBYE:
        if state.expects is Expects.CALLBACK and len(heard.split()) > _JUST_GOODBYE:
            yield from _amend(state, "callback", heard)
        state.status = Status.CLOSED
        return Reply((Line("goodbye", {"practice": facts.practice.name}),))
    if frame.intent is Intent.REPEAT:
        return Reply((Line("verbatim", {"text": state.said}),), state.expects)
    if state.expects is Expects.CALLBACK and (frame.slots or frame.intent not in _POLITE):
        told = (Slot.DATE, Slot.TIME, Slot.PHONE)
        when = " ".join(frame.slots[slot] for slot in told if slot in frame.slots)
        before = state.details.get("callback")
        state.details["callback"] = "\n".join(filter(None, (before, when or heard)))
        yield from _amend(state, "callback", state.details["callback"])
        numbered = Slot.PHONE in frame.slots or sum(letter.isdigit() for letter in heard) >= _NUMBER
        if before is None and not numbered and not _reachable(state, facts):
            return ask("ask_callback_number", Expects.CALLBACK)
        return Reply((Line("callback_noted"),))
    if frame.intent in (Intent.THANK, Intent.DENY, Intent.AFFIRM, Intent.GREET):
        return Reply((Line("team_comes"),))
    state.details["words"] = "\n".join(filter(None, (state.details.get("words"), heard)))
    yield from _amend(state, "words", state.details["words"])
    return Reply((Line("message_added"),))


def _amend(state: State, field: str, words: str) -> Generator[Need, Any, None]:
    if state.staff_request:
        yield AmendRequest(state.staff_request, {field: words})
