"""What the desk understood and is about to do, in words for staff: from a message's frame, and its memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from reception.dialogue.state import About, Expects, Offer, State, Task
from reception.kept import unpack

INTENTS = {
    "book_appointment": "Wants an appointment",
    "reschedule_appointment": "Wants to move one",
    "cancel_appointment": "Wants to cancel one",
    "check_appointment": "Asks when it is",
    "request_prescription": "Repeat prescription",
    "request_referral": "Referral",
    "request_sick_note": "Sick note",
    "request_test_results": "Test results",
    "billing_question": "Billing",
    "practice_question": "About the practice",
    "medical_question": "Medical question",
    "emergency": "Emergency",
    "speak_to_staff": "Wants a person",
    "leave_message": "Leaves a message",
    "inform": "Gives details",
    "affirm": "Yes",
    "deny": "No",
    "ask_alternatives": "Wants other times",
    "repeat": "Say it again",
    "greet": "Greeting",
    "thank": "Thanks",
    "goodbye": "Goodbye",
    "out_of_scope": "Something else",
}
_TASKS = {
    Task.BOOK: "Book an appointment",
    Task.MOVE: "Move an appointment",
    Task.CANCEL: "Cancel an appointment",
    Task.CHECK: "Look up an appointment",
    Task.WAITLIST: "Put on the waiting list",
    Task.PRESCRIPTION: "File a prescription request",
    Task.REFERRAL: "File a referral request",
    Task.SICK_NOTE: "File a sick note request",
    Task.TEST_RESULTS: "File a question about results",
    Task.BILLING: "File a billing question",
    Task.MESSAGE: "Take a message",
}
_ON_YES = {
    About.BOOKING: "Books as soon as the patient says yes",
    About.MOVE: "Moves it as soon as the patient says yes",
    About.CANCEL: "Cancels as soon as the patient says yes",
    About.IDENTITY: "Checks whether it has the right person",
    About.KNOWN_PATIENT: "Asks whether the patient has been here before",
    About.NEW_PATIENT: "Asks whether to take them on as new",
    About.WAITLIST: "Puts them on the waiting list on a yes",
    About.HANDOVER: "Offers a person",
    About.REQUEST: "Files it as soon as the patient says yes",
}
_WAITS_FOR = {
    Expects.REQUEST: "Listens for what it can do",
    Expects.SLOT: "Waits for the patient to choose a time",
    Expects.APPOINTMENT: "Asks which appointment is meant",
    Expects.ANYTHING_ELSE: "Asks whether there is anything else",
    Expects.CALLBACK: "Asks when to call back",
    Expects.CONFIRMATION: "Waits for a yes or no",
}
#: Below this share of certainty a frame is shown as doubtful.
DOUBTFUL = 60


@dataclass(frozen=True)
class Understood:
    """One message's frame; `certainty` in percent."""

    intent: str
    certainty: int
    slots: list[tuple[str, str]]

    @property
    def doubtful(self) -> bool:
        return self.certainty < DOUBTFUL


@dataclass(frozen=True)
class Plan:
    """Where a conversation stands: what the desk is doing, what it waits for, and all it knows by now."""

    doing: str
    next_step: str
    known: list[tuple[str, str]]
    held: str


def understood(frame: Mapping[str, Any] | None) -> Understood | None:
    """A frame as it is shown."""
    if not frame:
        return None
    slots = [(name.replace("_", " "), str(words)) for name, words in frame.get("slots", {}).items()]
    intent = str(frame.get("intent", ""))
    certainty = round(100 * float(frame.get("confidence", 0)))
    return Understood(INTENTS.get(intent, intent), certainty, slots)


def plan(kept: Mapping[str, Any], zone: ZoneInfo, *, attended: bool) -> Plan:
    """What the desk's memory says it is about to do."""
    state = unpack(kept)
    doing = _TASKS[state.task] if state.task is not None else "Nothing yet"
    if state.outcome == "emergency":
        doing = "Named the emergency number"
    held = _time(state.chosen, zone) if state.held and state.chosen else ""
    return Plan(doing, _next_step(state, attended), _known(state, zone), held)


def caller_name(kept: Mapping[str, Any]) -> str:
    """Who is speaking, as far as they said."""
    who, claims = kept.get("who") or {}, kept.get("claims") or {}
    return str(who.get("name") or claims.get("name") or "")


def _next_step(state: State, attended: bool) -> str:
    if attended:
        return "Silent while a person attends; still answers emergencies"
    if state.status == "closed":
        return "The conversation is over"
    if state.about in _ON_YES:
        return _ON_YES[state.about]
    if state.expects is None:
        return "Takes messages until a person joins" if state.status == "handed_over" else "Listens"
    return _WAITS_FOR.get(state.expects) or f"Asks for the {state.expects.replace('_', ' ')}"


def _known(state: State, zone: ZoneInfo) -> list[tuple[str, str]]:
    claims, wish = state.claims, state.wish
    born = claims.date_of_birth.strftime("%b %-d, %Y") if claims.date_of_birth else ""
    identified = "yes" if state.who.patient_id else "new patient" if state.who.new else "not yet"
    existing = state.appointment
    pairs = [
        ("Identified", identified),
        ("Name", state.who.name or claims.name),
        ("Born", born),
        ("Phone", claims.phone),
        ("E-mail", claims.email),
        ("Insurance", claims.insurance),
        ("Kind", wish.appointment_type or ""),
        ("With", wish.practitioner or ""),
        ("Reason", wish.reason),
        ("Appointment", _time(Offer(existing.practitioner, existing.appointment_type, existing.start), zone)
         if existing else ""),
        ("Chosen time", _time(state.chosen, zone) if state.chosen else ""),
        *((key.replace("_", " ").capitalize(), words) for key, words in state.details.items()),
    ]  # fmt: skip
    return [(label, value) for label, value in pairs if value]


def _time(offer: Offer, zone: ZoneInfo) -> str:
    start = format_datetime(offer.start, "EEE, MMM d, h:mm a", tzinfo=zone, locale="en_US")
    return f"{start} · {offer.practitioner} · {offer.appointment_type}"
