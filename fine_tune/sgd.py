"""Maps turns of the Schema-Guided Dialogue training split to our intents and slots, where they agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reception.dialogue.meaning import Intent, Slot

TRAINING_FILE = "services_train.jsonl"
_SLOTS = {
    "appointment_date": Slot.DATE,
    "appointment_time": Slot.TIME,
    "doctor_name": Slot.PRACTITIONER,
    "dentist_name": Slot.PRACTITIONER,
}
# Other trades' words become a practice's, so that the wish stays and the barber goes.
_TRADES = [
    (re.compile(r"\b(?:hair ?(?:dressers?|stylists?)|stylists?|dentists?)(?P<own>'s)?\b", re.I), "doctor"),
    (re.compile(r"\b(?:(?:hair|beauty) )?sal+oo?ns?\b|\bbarber ?shops?\b", re.I), "practice"),
]
_FOREIGN = re.compile(
    r"\b(?:hair|cut|city|rating|cosmetic|unisex|weather|temperature|calendar|available|availability|free|event|umbrella|"
    r"schedule look|wind|rain|humid|teeth|that (?:day|time)|then|same|it|there|that one|this one)\b",
    re.I,
)
_SPECIALTY = re.compile(
    r"\b(dermatologist|gynecologist|ophthalmologist|ENT specialist|general practitioner)\b", re.I
)
_SUBJECT = re.compile(r"\b(address|phone number|contact number|telephone number|located|location)\b", re.I)
_LEAD = re.compile(r"(?:the|at|on|for|a|an) ", re.I)
_YES_NO = re.compile(
    r"correct|right|confirm|is that|okay\b|would you like|do you want|shall i|should i|going to", re.I
)
#: A yes before it: then an offer taken and booked in one breath is the yes.
YES = re.compile(r"(?:yes|yeah|yep|yup|sure|ok(?:ay)?|al+ ?right|great|good|perfect|sounds)\b", re.I)
_ASKS = re.compile(r"\?|\b(?:what|weather|calendar|availability|event)\b", re.I)
_CITY = re.compile(r"\bin [A-Z][a-z]")
_ELSE = re.compile(r"else|further|more|other|help you", re.I)


def read_turns(folder: Path) -> Iterator[dict[str, Any]]:
    """Usable turns of the training file in `folder` as {"desk", "patient", "intent", "slots"}."""
    with (folder / TRAINING_FILE).open(encoding="utf-8") as lines:
        for line in lines:
            turn = json.loads(line)
            desk, patient = (_at_a_practice(turn[side].strip()) for side in ("desk", "patient"))
            frame = _frame(turn, desk, patient)
            if frame is not None and len(patient.split()) <= 24 and len(desk.split()) <= 30:
                intent, slots = frame
                if _verbatim(slots, patient):
                    yield {"desk": desk, "patient": patient, "intent": intent, "slots": slots}


def _at_a_practice(text: str) -> str:
    for pattern, word in _TRADES:
        text = pattern.sub(word, text)
    return text


def _frame(turn: dict[str, Any], desk: str, patient: str) -> tuple[Intent, dict[Slot, str]] | None:
    acts = {
        action["act"] if action["act"] != "INFORM_INTENT" else action["values"][0]
        for action in turn["actions"]
    }
    wanted = {action["slot"] for action in turn["actions"] if action["act"] == "REQUEST"}
    slots = _spans(turn)
    if slots is None:
        return None
    question = desk.rstrip().endswith("?") or "confirm" in desk.lower()
    match sorted(acts):
        case ["INFORM"] if slots and question and not _FOREIGN.search(_without(slots, patient)):
            return Intent.INFORM, slots
        case ["INFORM"] if (
            not slots and question and len(found := _SPECIALTY.findall(patient)) == ("type" in _said(turn))
        ):
            return Intent.INFORM, {Slot.SPECIALTY: found[0]} if found else {}
        case ["AFFIRM"] | ["AFFIRM_INTENT"] if not slots and _YES_NO.search(desk):
            return Intent.AFFIRM, {}
        case ["AFFIRM_INTENT", "INFORM"] if slots and _YES_NO.search(desk):
            return Intent.AFFIRM, slots
        case ["SELECT"] if not slots and desk and not desk.endswith("else?") and not _ASKS.search(patient):
            return Intent.AFFIRM, {}
        case ["BookAppointment", "SELECT"] | ["BookAppointment", "INFORM", "SELECT"] if (
            not _CITY.search(patient)  # the booking of one offer, not of a town
        ):
            return (Intent.AFFIRM if YES.match(patient) else Intent.BOOK), slots
        case ["REQUEST_ALTS"] if not slots:
            return Intent.ALTERNATIVES, {}
        case ["INFORM", "REQUEST_ALTS"] if not slots and len(found := _SPECIALTY.findall(patient)) < 2:
            return Intent.ALTERNATIVES, {Slot.SPECIALTY: found[0]} if found else {}
        case ["NEGATE_INTENT"] if not slots and not _ASKS.search(patient):
            return Intent.DENY, {}
        case ["INFORM", "NEGATE"] if (
            slots and _YES_NO.search(desk) and re.match(r"(?i)no\b|nope|actually", patient)
        ):
            return Intent.DENY, slots
        case ["NEGATE"] if not slots:
            return Intent.DENY, {}
        case ["NEGATE", "THANK_YOU"] if not slots and _ELSE.search(desk) and "hank" in patient:
            return Intent.THANK, {}
        case ["NEGATE", "THANK_YOU"] if not slots and _ELSE.search(desk) and "appreciate" not in patient:
            return Intent.DENY, {}
        case ["THANK_YOU"] if len(patient.split()) <= 8 and "hank" in patient and "?" not in patient:
            return Intent.THANK, {}
        case ["BookAppointment", "INFORM"] if slots and not _FOREIGN.search(_without(slots, patient)):
            return Intent.BOOK, slots
        case ["BookAppointment"] if not slots and not _FOREIGN.search(patient):
            return Intent.BOOK, {}
        case ["FindProvider", "INFORM"] | ["FindProvider"] if not slots:
            return _search(patient)
        case ["REQUEST"] if len(wanted) == 1 and not slots and (subject := _SUBJECT.findall(patient)):
            return (Intent.PRACTICE_QUESTION, {Slot.TOPIC: subject[0]}) if len(subject) == 1 else None
    return None


def _search(patient: str) -> tuple[Intent, dict[Slot, str]] | None:
    """Looking for a kind of doctor, said in one short sentence without a place."""
    found = _SPECIALTY.findall(patient)
    if (
        len(found) == 1
        and len(patient.split()) <= 11
        and not re.search(r"\b(?:in|near|around|area)\b", patient)
    ):
        return Intent.BOOK, {Slot.SPECIALTY: found[0]}
    return None


def _spans(turn: dict[str, Any]) -> dict[Slot, str] | None:
    """Our slots of a turn; None when it says something our schema has no slot for."""
    slots: dict[Slot, str] = {}
    said = _said(turn)
    # Who says only in which town, or wants somebody in another: that is no slot of ours.
    elsewhere = said <= {"city", "type"} and {action["act"] for action in turn["actions"]} == {"INFORM"}
    elsewhere |= any(action["act"] == "REQUEST_ALTS" for action in turn["actions"])
    if said - set(_SLOTS) - {"type"} - ({"city"} if elsewhere else set()):
        return None
    for span in turn["spans"]:
        slot = _SLOTS.get(span["slot"])
        if span["slot"] == "city" and elsewhere:
            continue
        if slot is None or slot in slots:
            return None
        slots[slot] = _LEAD.sub("", span["text"], count=1) if _LEAD.match(span["text"]) else span["text"]
    expected = {_SLOTS[name] for name in said if name in _SLOTS}
    return slots if expected == set(slots) else None


def _said(turn: dict[str, Any]) -> set[str]:
    return {action["slot"] for action in turn["actions"] if action["act"] == "INFORM"}


def _without(slots: dict[Slot, str], patient: str) -> str:
    for words in slots.values():
        patient = patient.replace(words, "")
    return patient


def _verbatim(slots: dict[Slot, str], patient: str) -> bool:
    return all(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", patient) for words in slots.values())
