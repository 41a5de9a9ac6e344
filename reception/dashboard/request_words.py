"""Requests in words for staff: what kind it is, its details in order, and what it says in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from reception.database.records import OFFERED, InboxItem
from reception.database.store.inbox import FAILED_TEXT

#: In the order of the filter.
KINDS = {
    "emergency": "Emergency",
    "staff": "Wants a person",
    "medical_question": "Medical question",
    "prescription": "Prescription",
    "test_results": "Test results",
    "referral": "Referral",
    "sick_note": "Sick note",
    "billing": "Billing",
    "message": "Message",
    FAILED_TEXT: "Text not delivered",
}
_LABELS = {
    "medication": "Medicine",
    "dose": "Dose",
    "specialty": "Specialty",
    "reason": "Reason",
    "from": "From",
    "to": "Until",
    "test": "Test",
    "topic": "About",
    "text": "Message",
    "words": "Said",
    "callback": "Call back",
    "practitioner": "With",
    "appointment_type": "Kind",
    "date": "Days",
    "time": "Times",
}
_DAYS = frozenset({"from", "to"})


def kind_of(item: InboxItem) -> str:
    """What kind of request it is."""
    if item.text_failed:
        return KINDS[FAILED_TEXT]
    return KINDS.get(item.kind) or item.kind.replace("_", " ").capitalize()


def details(item: InboxItem) -> list[tuple[str, str]]:
    """(label, value) of each detail of a request."""
    return pairs(item.details)


def pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of each detail, in a fixed order; what is only the desk's own is left out."""
    known = [name for name in _LABELS if name in given]
    others = [name for name in given if name not in _LABELS and name != OFFERED]
    said = [(_label(name), _said(name, given)) for name in known + others]
    return [(label, value) for label, value in said if value]


def _label(name: str) -> str:
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def in_one_line(item: InboxItem) -> str:
    """The details without their labels, for the list."""
    return " · ".join(value for _, value in details(item))


def who(item: InboxItem) -> str:
    """Whose request it is, as far as that is known."""
    if item.patient is not None:
        return item.patient.name
    return item.caller if item.channel in ("phone", "sms") and item.caller else "Not identified"


def _said(name: str, given: Mapping[str, Any]) -> str:
    value = given[name]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = "" if value is None else str(value)
    if name in _DAYS:
        try:
            return format_date(date.fromisoformat(text), "EEE, MMM d, y", locale="en_US")
        except ValueError:
            return text
    return text
